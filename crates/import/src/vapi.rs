//! Tools of Vapi, as its API takes them.
//!
//! A function with a server becomes a request to that server in Vapi's own envelope, so that a server which serves Vapi
//! serves us unchanged. A function without one runs where `endpoint` says, else in the program of the client.

mod call;
pub(crate) mod messages;
mod request;

use std::collections::BTreeSet;

use callwright_model::{Fault, tool::ToolSpec};
use serde_json::{Map, Value};

use crate::{
    Format, Imported, Options,
    export::vapi::LABEL,
    listed::{self, Made},
    words,
};

/// What is kept of a tool without being understood, and the most bytes of it.
const MOST_LABEL: usize = 256;
/// Fields that mean something here, of all kinds.
const KNOWN: [&str; 14] = [
    "type",
    "function",
    "server",
    "messages",
    "async",
    "name",
    "description",
    "method",
    "url",
    "body",
    "headers",
    "timeoutSeconds",
    "destinations",
    "parameters",
];

/// Makes tools of what the API of Vapi takes: one tool, a list, or an object with the list `tools`.
pub(crate) fn import(root: &Value, options: &Options) -> Result<Imported, Fault> {
    listed::import(root, options, Format::Vapi, &tool)
}

fn tool(value: &Value, options: &Options, warnings: &mut BTreeSet<String>) -> Result<Made, String> {
    let map = value.as_object().ok_or("a tool is an object")?;
    let kind = map.get("type").and_then(Value::as_str).unwrap_or("function");
    let (own, mut spec) = match kind {
        "function" => request::function(map, options, warnings)?,
        "apiRequest" => request::api_request(map, options, warnings)?,
        "endCall" | "transferCall" | "handoff" | "dtmf" => call::tool(kind, map, warnings)?,
        "mcp" => return Err("it is a server of MCP: register that instead".to_owned()),
        "code" => return Err("its code is TypeScript, which does not run here".to_owned()),
        other => return Err(format!("`type: {}` has no counterpart here", words::cut(other, 60))),
    };
    spec.name = words::kept_name(options.prefix.as_deref().unwrap_or_default(), &own);
    spec.speech = messages::speech(map.get("messages"), &arguments(&spec), warnings);
    keep(map, &mut spec, warnings);
    Ok(Made { own, spec })
}

fn arguments(spec: &ToolSpec) -> Vec<String> {
    let properties = spec.parameters.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten().map(|(name, _)| name.clone()).collect()
}

/// Keeps in labels what is short, and tells what is not.
fn keep(map: &Map<String, Value>, spec: &mut ToolSpec, warnings: &mut BTreeSet<String>) {
    for (field, value) in map.iter().filter(|(field, value)| !value.is_null() && !KNOWN.contains(&field.as_str())) {
        let text = value.to_string();
        let shown = words::cut(field, 60);
        let is_name = field.len() <= 40 && field.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if is_name && text.len() <= MOST_LABEL && spec.labels.len() < 24 {
            spec.labels.insert(format!("{LABEL}{field}"), text);
            warnings.insert(format!("`{shown}` is kept with the tool, and nothing is done by it here"));
        } else {
            warnings.insert(format!("`{shown}` was left out"));
        }
    }
}

/// A text of a field, when it says something.
fn text<'m>(map: &'m Map<String, Value>, field: &str) -> Option<&'m str> {
    map.get(field).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}
