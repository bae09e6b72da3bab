//! What a call of the model means in a run whose tools are offered by search: another tool, or an answer at once.

use callwright_model::chat::ToolCall;

use serde_json::{Value, json};

use crate::offer::{CALL_TOOL, Meant, View};

/// What a call of the model means.
#[derive(Debug)]
pub(super) enum Wish {
    /// A tool is called, through the corridor.
    Tool(ToolCall),
    /// This is the answer.
    Told(String),
    /// It makes no sense; the model is told why.
    Refused(String),
}

impl Wish {
    /// The tool that is called.
    pub(super) fn tool(&self) -> Option<&ToolCall> {
        match self {
            Self::Tool(call) => Some(call),
            Self::Told(_) | Self::Refused(_) => None,
        }
    }
}

/// What a call was by search is one still when all tools are shown by now: it may be on record already.
fn named(call: &ToolCall) -> Wish {
    // One that has other arguments is a tool of that name.
    let is_by_search = call.name == CALL_TOOL
        && call.arguments.as_object().is_some_and(|given| given.keys().all(|key| key == "name" || key == "arguments"));
    let name = call.arguments.get("name").and_then(Value::as_str).filter(|_| is_by_search);
    let Some(name) = name else { return Wish::Tool(call.clone()) };
    let arguments = call.arguments.get("arguments").cloned().unwrap_or_else(|| json!({}));
    Wish::Tool(ToolCall { name: name.trim().to_owned(), arguments, ..call.clone() })
}

/// What `call` means to a model that sees its tools through `view`, or all of them. A tool that is called by its own
/// name is that tool, whether or not it was looked for.
pub(super) fn of(view: Option<&View>, call: &ToolCall) -> Wish {
    let Some(view) = view else { return named(call) };
    match view.meant(&call.name, &call.arguments) {
        None => Wish::Tool(call.clone()),
        Some(Meant::Call { tool, arguments }) => Wish::Tool(ToolCall { name: tool, arguments, ..call.clone() }),
        Some(Meant::Told(answer)) => Wish::Told(answer.to_string()),
        Some(Meant::Refused(why)) => Wish::Refused(why),
    }
}
