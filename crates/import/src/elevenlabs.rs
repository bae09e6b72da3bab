//! Tools of ElevenLabs: webhook, client and system tools, as its API takes and gives them.
//!
//! What of a tool has a counterpart here becomes that. What has none, but is short, is kept in labels, by which nothing is
//! done here and from which [`crate::export`] writes it back; the rest is told.

mod schema;
mod system;
mod webhook;

use std::collections::{BTreeMap, BTreeSet};

use callwright_model::{
    Fault,
    tool::{ClientConfig, Effect, ToolSpec},
};
use serde_json::{Map, Value};

use crate::{
    Format, Imported, Options,
    export::{self, Form, elevenlabs::LABEL},
    listed::{self, Made},
    words,
};

/// Fields that mean something here.
const KNOWN: [&str; 8] =
    ["type", "name", "description", "api_schema", "parameters", "params", "response_timeout_secs", "expects_response"];
/// Fields of the answers of its API that are not part of a tool.
const ENVELOPE: [&str; 2] = ["tool_config", "response_mocks"];
/// The most bytes of what a label keeps.
const MOST_LABEL: usize = 256;
/// The most labels that an import makes.
const MOST_LABELS: usize = 24;

/// Makes tools of what the API of ElevenLabs takes: one tool, a list, or an object with the list `tools`.
pub(crate) fn import(root: &Value, options: &Options) -> Result<Imported, Fault> {
    listed::import(root, options, Format::Elevenlabs, &tool)
}

/// The name that a tool has there.
fn tool(value: &Value, options: &Options, warnings: &mut BTreeSet<String>) -> Result<Made, String> {
    let map = value.as_object().ok_or("a tool is an object")?;
    let config = match map.get("tool_config") {
        Some(config) => config.as_object().ok_or("`tool_config` must be an object")?,
        None => map,
    };
    if map.get("response_mocks").is_some_and(|mocks| mocks.as_array().is_none_or(|list| !list.is_empty())) {
        warnings.insert("`response_mocks` were left out: keep them as test cases of the tool".to_owned());
    }
    let kind = config.get("type").and_then(Value::as_str).unwrap_or("webhook");
    let own = config.get("name").and_then(Value::as_str).filter(|name| !name.trim().is_empty());
    let own = own.ok_or("it has no `name`")?.to_owned();
    let mut spec = match kind {
        "webhook" => webhook::tool(config, options, warnings)?,
        "client" => client(config, warnings)?,
        "system" => system::tool(config)?,
        "mcp" => return Err("it is a server of MCP: register that instead".to_owned()),
        other => return Err(format!("`type: {}` is not known", words::cut(other, 50))),
    };
    spec.name = words::kept_name(options.prefix.as_deref().unwrap_or_default(), &own);
    keep(config, &mut spec, warnings);
    Ok(Made { own, spec })
}

/// A tool in the program of the client.
fn client(config: &Map<String, Value>, warnings: &mut BTreeSet<String>) -> Result<ToolSpec, String> {
    let mut fields = schema::Arguments::default();
    if let Some(parameters) = config.get("parameters").filter(|value| !value.is_null()) {
        fields.take_all(parameters, "parameters", warnings)?;
    }
    let mut own = ClientConfig {
        expects_response: config.get("expects_response").and_then(Value::as_bool).unwrap_or(false),
        ..ClientConfig::default()
    };
    if let Some(seconds) = config.get("response_timeout_secs").and_then(Value::as_i64) {
        own.timeout_s = i32::try_from(seconds).unwrap_or(-1);
        if own.check().is_err() {
            warnings.insert(format!("`response_timeout_secs: {seconds}` cannot be; it is 20 seconds"));
            own.timeout_s = ClientConfig::default().timeout_s;
        }
    }
    let (parameters, bound) = fields.finish();
    let mut spec = listed::spec(config, own_config(own), Effect::Write, parameters);
    spec.bound = bound;
    Ok(spec)
}

fn own_config(config: ClientConfig) -> callwright_model::tool::Config {
    callwright_model::tool::Config::Client(config)
}

/// Keeps in labels what the tool, written back, would not have.
fn keep(config: &Map<String, Value>, spec: &mut ToolSpec, warnings: &mut BTreeSet<String>) {
    let back = export::export(spec, Form::Elevenlabs, "");
    let mut labels: BTreeMap<String, String> = BTreeMap::new();
    let mut compare = |place: &str, theirs: &Map<String, Value>, ours: &Value, known: &[&str]| {
        for (field, value) in
            theirs.iter().filter(|(field, value)| !value.is_null() && !ENVELOPE.contains(&field.as_str()))
        {
            if ours.get(field) == Some(value) || matches!(field.as_str(), "api_schema" | "name") {
                continue;
            }
            let text = value.to_string();
            let shown = words::cut(&format!("{place}{field}"), 60);
            let is_kept = ours.get(field).is_none() && text.len() <= MOST_LABEL && labels.len() < MOST_LABELS;
            if is_kept {
                labels.insert(format!("{LABEL}{place}{field}"), text);
            }
            match (is_kept, known.contains(&field.as_str())) {
                (true, true) => {}
                (true, false) => {
                    warnings.insert(format!("`{shown}` is kept with the tool, and nothing is done by it here"));
                }
                (false, true) => {}
                (false, false) => {
                    warnings.insert(format!("`{shown}` was left out"));
                }
            }
        }
    };
    let written = &back.definition["tool_config"];
    compare("", config, written, &KNOWN);
    if let Some(schema) = config.get("api_schema").and_then(Value::as_object) {
        let known = [
            "url",
            "method",
            "path_params_schema",
            "query_params_schema",
            "request_body_schema",
            "request_headers",
            "response_filter",
        ];
        compare("api_schema.", schema, &written["api_schema"], &known);
    }
    spec.labels = labels;
}
