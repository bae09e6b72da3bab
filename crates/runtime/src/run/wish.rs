//! What a call of the model means in a run whose tools are offered by search: another tool, or an answer at once.

use callwright_model::chat::ToolCall;

use crate::offer::{Meant, View};

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

/// What `call` means to a model that sees its tools through `view`, or all of them. A tool that is called by its own
/// name is that tool, whether or not it was looked for.
pub(super) fn of(view: Option<&View>, call: &ToolCall) -> Wish {
    match view.and_then(|view| view.meant(&call.name, &call.arguments)) {
        None => Wish::Tool(call.clone()),
        Some(Meant::Call { tool, arguments }) => Wish::Tool(ToolCall { name: tool, arguments, ..call.clone() }),
        Some(Meant::Told(answer)) => Wish::Told(answer.to_string()),
        Some(Meant::Refused(why)) => Wish::Refused(why),
    }
}
