//! Three functions in the place of many tools: `search_tools`, `describe_tool`, `call_tool`.
//!
//! A model that is given three hundred definitions pays for all of them in every turn and mixes them up. With these it
//! is given three: it looks for what it needs, reads how that is called, and calls it. What is found is only what the
//! caller may call; what is called walks the corridor as if it had been called by its own name.
//!
//! A [`Shelf`] is the tools of an agent or of an organization with an index over them; a [`View`] is what one caller
//! sees of it. An entrance asks [`of_agent`] or [`of_caller`] for a view, gives its model [`View::functions`], and for
//! each call asks [`View::meant`] what it means.

mod found;
mod index;
mod shelf;
mod summary;
mod words;

use callwright_model::{
    Fault,
    tool::{Effect, ToolSpec},
};
use serde_json::{Value, json};

pub(crate) use found::{by_agent, seen_by};
pub use found::{definitions, describe, of_agent, of_caller, search};
pub use shelf::{Described, Found, Hit, Shelf, View};

/// Finds tools by what they are for.
pub const SEARCH_TOOLS: &str = "search_tools";
/// Tells how a tool is called.
pub const DESCRIBE_TOOL: &str = "describe_tool";
/// Calls a tool.
pub const CALL_TOOL: &str = "call_tool";

/// How many tools a search gives when nobody says.
pub const USUAL_HITS: usize = 5;
/// The most tools that a search gives.
pub const MOST_HITS: usize = 20;
/// About how many tokens the answer to a search takes at most, when nobody says.
pub const USUAL_TOKENS: usize = 1_000;
/// The most characters of a query that are looked at.
pub const MOST_QUERY: usize = 1_000;
/// The list of an agent's tools may take so many tokens before `auto` offers the three functions, when its author does
/// not say.
pub const USUAL_BUDGET: u32 = 8_000;
/// The most categories that a model is told of.
const MOST_CATEGORIES: usize = 20;

/// Whether one of the three functions has this name.
pub fn is_function(name: &str) -> bool {
    [SEARCH_TOOLS, DESCRIBE_TOOL, CALL_TOOL].contains(&name)
}

/// What a call of a model means.
#[derive(Debug, Clone, PartialEq)]
pub enum Meant {
    /// This is the answer.
    Told(Value),
    /// It makes no sense; the model is told why.
    Refused(String),
    /// That tool is to be called, through the corridor.
    Call {
        /// Its name.
        tool: String,
        /// Its arguments.
        arguments: Value,
    },
}

impl View {
    /// What a call of one of the three functions means; `None` when it is none of them.
    pub fn meant(&self, name: &str, arguments: &Value) -> Option<Meant> {
        let meant = match name {
            SEARCH_TOOLS => self.searched(arguments),
            DESCRIBE_TOOL => self.told(arguments),
            CALL_TOOL => self.called(arguments),
            _ => return None,
        };
        Some(meant.unwrap_or_else(Meant::Refused))
    }

    fn searched(&self, arguments: &Value) -> Result<Meant, String> {
        let query = text(arguments, "query").ok_or("give `query`: a few words for what you want to do")?;
        let limit = arguments.get("limit").and_then(Value::as_u64);
        let limit = limit.map_or(USUAL_HITS, |limit| usize::try_from(limit).unwrap_or(MOST_HITS));
        let found = self.search(query, limit, USUAL_TOKENS);
        Ok(Meant::Told(found.for_model()))
    }

    fn told(&self, arguments: &Value) -> Result<Meant, String> {
        let name = text(arguments, "name").ok_or("give `name`: the name of a tool that `search_tools` found")?;
        let described = self.describe(name).ok_or_else(|| self.unknown(name))?;
        serde_json::to_value(described).map(Meant::Told).map_err(|error| error.to_string())
    }

    fn called(&self, arguments: &Value) -> Result<Meant, String> {
        let name = text(arguments, "name").ok_or("give `name`: the name of the tool to call")?;
        // Whoever lets the model call also answers what it asked the person.
        if !self.has(name) && name != crate::call::CONFIRM_TOOL {
            return Err(self.unknown(name));
        }
        let arguments = match arguments.get("arguments") {
            None | Some(Value::Null) => json!({}),
            // Models often write JSON into a text.
            Some(Value::String(text)) if text.trim().is_empty() => json!({}),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map_err(|error| format!("`arguments` must be an object; the text in it is not JSON: {error}"))?,
            Some(value) => value.clone(),
        };
        Ok(Meant::Call { tool: name.to_owned(), arguments })
    }

    /// What is said of a name that is not there, or that the caller may not know of.
    pub fn unknown(&self, name: &str) -> String {
        let shown: String = name.chars().take(80).collect();
        let near = self.nearest(name);
        let hint = match near.is_empty() {
            true => "use `search_tools` to find one".to_owned(),
            false => format!("the nearest are `{}`", near.join("`, `")),
        };
        format!("there is no tool `{shown}` here; {hint}")
    }

    /// The three functions, as tools of which a definition is made.
    ///
    /// # Errors
    /// Our own mistakes only.
    pub fn functions(&self) -> Result<Vec<ToolSpec>, Fault> {
        let count = self.len();
        let categories = self.categories(MOST_CATEGORIES);
        let about = match categories.is_empty() {
            true => String::new(),
            false => format!(", among them {}", categories.join(", ")),
        };
        Ok(vec![
            function(
                SEARCH_TOOLS,
                &format!(
                    "Finds tools. You have {count} tools{about}; none of them is shown before you have looked for it. Search before you say that something cannot be done. In the answer `*` marks parameters that are required."
                ),
                Effect::Read,
                json!({
                    "query": {"type": "string", "description": "What you want to do, in a few words, for example: refund a payment"},
                    "limit": {"type": "integer", "minimum": 1, "maximum": MOST_HITS, "description": "How many tools to show, 5 when absent"}
                }),
                &["query"],
            )?,
            function(
                DESCRIBE_TOOL,
                "Tells how a tool is called: what it does, and the JSON Schema of its arguments. Use it when the answer of search_tools does not say enough.",
                Effect::Read,
                json!({"name": {"type": "string", "description": "The tool's name, from search_tools"}}),
                &["name"],
            )?,
            function(
                CALL_TOOL,
                "Calls a tool that search_tools found, and gives its result.",
                Effect::Write,
                json!({
                    "name": {"type": "string", "description": "The tool's name, from search_tools"},
                    "arguments": {"type": "object", "description": "The tool's arguments", "additionalProperties": true}
                }),
                &["name", "arguments"],
            )?,
        ])
    }
}

fn text<'v>(arguments: &'v Value, field: &str) -> Option<&'v str> {
    arguments.get(field).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// A function of ours. Its kind is one that needs no configuration.
fn function(name: &str, told: &str, effect: Effect, properties: Value, required: &[&str]) -> Result<ToolSpec, Fault> {
    let spec = json!({
        "name": name, "kind": "system", "effect": effect, "config": {"action": "skip_turn"}, "description": told,
    });
    let mut spec: ToolSpec = serde_json::from_value(spec).map_err(Fault::internal)?;
    spec.parameters =
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false});
    Ok(spec)
}

#[cfg(test)]
mod tests;
