//! The tool JSON of voice platforms: webhooks with a list of parameters, and steps of the call itself.
//!
//! Comments in the JSON are tolerated, because guides have them. Unknown fields are told, not refused.

mod webhook;

use std::collections::BTreeSet;

use callwright_model::{
    Fault,
    tool::{Config, Effect, Kind, Policy, ResultSpec, SystemConfig, ToolSpec},
};
use serde_json::{Map, Value, json};

use crate::{
    Format, Imported, Item, MAX_OPERATIONS, Options, Skipped,
    select::{self, Candidate},
    too_large, words, wrong,
};

/// Fields that any tool may have.
const COMMON: [&str; 6] = ["tool_type", "name", "description", "enabled", "confirmation_required", "category"];

/// Makes tools of voice tool JSON: one tool, a list of them, or an object with the list `tools`.
pub(crate) fn import(root: &Value, options: &Options) -> Result<Imported, Fault> {
    let list = match root {
        Value::Array(items) => items.iter().collect::<Vec<_>>(),
        Value::Object(map) => match map.get("tools") {
            Some(Value::Array(items)) => items.iter().collect(),
            _ => vec![root],
        },
        _ => return Err(wrong("voice tools are an object with `tool_type`, or a list of such objects")),
    };
    if list.len() > MAX_OPERATIONS {
        return Err(too_large(format!("there are more than {MAX_OPERATIONS} tools")));
    }
    let mut imported = Imported {
        format: Format::Voice,
        title: None,
        operation_count: list.len(),
        operations: BTreeSet::new(),
        items: Vec::new(),
        skipped: Vec::new(),
        warnings: Vec::new(),
    };
    let mut names = BTreeSet::new();
    for (at, value) in list.into_iter().enumerate() {
        let place =
            if root.is_object() && root.get("tools").is_none() { String::new() } else { format!("tool {}: ", at + 1) };
        let Some(map) = value.as_object() else { return Err(wrong(format!("{place}a tool is an object"))) };
        let Some(kind) = map.get("tool_type").and_then(Value::as_str) else {
            return Err(wrong(format!("{place}it has no `tool_type` (webhook, end_call, transfer_to_number, …)")));
        };
        let own = map.get("name").and_then(Value::as_str).filter(|name| !name.trim().is_empty()).unwrap_or(kind);
        let name = words::tool_name(options.prefix.as_deref().unwrap_or_default(), own);
        let name = words::unique(&name, &mut names, 64);
        let operation = words::cut(own, 200);
        imported.operations.insert(operation.clone());
        let text = map.get("description").and_then(Value::as_str).unwrap_or_default();
        let candidate = Candidate { id: &operation, method: "", path: "", name: &name, tags: &[], text };
        if !select::wants(options, &candidate) {
            continue;
        }
        let mut warnings = BTreeSet::new();
        let made = match kind {
            "webhook" => webhook::tool(map, name, options, &mut warnings)
                .map_err(|message| wrong(format!("{place}{message}")))?,
            _ => match system(kind, map, name, &mut warnings) {
                Ok(spec) => spec,
                Err(reason) => {
                    imported.skipped.push(Skipped { operation, reason });
                    continue;
                }
            },
        };
        let (method, path) = made.config.http().map(|http| (http.method.clone(), http.url.clone())).unwrap_or_default();
        imported.items.push(Item {
            operation,
            method,
            path,
            tags: Vec::new(),
            spec: made,
            warnings: warnings.into_iter().collect(),
        });
    }
    Ok(imported)
}

/// What all tools have, from what all tools say.
fn common(map: &Map<String, Value>, name: String, config: Config, effect: Effect, parameters: Value) -> ToolSpec {
    let flag = |field: &str| map.get(field).and_then(Value::as_bool);
    let text = |field: &str| map.get(field).and_then(Value::as_str);
    ToolSpec {
        speech: None,
        name,
        display_name: None,
        description: words::description("", text("description").unwrap_or_default()),
        category: text("category").map(|text| words::cut(text, 64)),
        kind: config.kind(),
        effect,
        repeatable: false,
        parameters,
        bound: Default::default(),
        config,
        result: ResultSpec::default(),
        policy: Policy { confirm: flag("confirmation_required").unwrap_or(false).into(), ..Policy::default() },
        fallback: None,
        redact: Vec::new(),
        active: flag("enabled").unwrap_or(true),
        is_shared: true,
        is_public: false,
        is_template: false,
        labels: Default::default(),
        version: None,
    }
}

/// Tells which fields nobody reads.
fn tell_unknown(map: &Map<String, Value>, known: &[&str], warnings: &mut BTreeSet<String>) {
    for field in map.keys().filter(|field| !known.contains(&field.as_str()) && !COMMON.contains(&field.as_str())) {
        warnings.insert(format!("`{}` is not known and was left out", words::cut(field, 100)));
    }
}

/// A step of the call. Its own fields are those of our configuration.
fn system(
    kind: &str,
    map: &Map<String, Value>,
    name: String,
    warnings: &mut BTreeSet<String>,
) -> Result<ToolSpec, String> {
    let own: &[&str] = match kind {
        "end_call" => &["message"],
        "transfer_to_ai_agent" | "transfer_to_agent" => &["rules", "transfers"],
        "transfer_to_number" => &["rules", "transfer_mode", "play_hold_music"],
        "language_detection" => &["supported_languages", "detection_threshold", "switch_message"],
        "skip_turn" => &["trigger_silence_duration", "max_skips"],
        "play_dtmf" | "play_keypad_touch_tone" => &["pause_ms"],
        other => return Err(format!("`tool_type: {}` is not known", words::cut(other, 50))),
    };
    let fields: Vec<&str> = own.iter().copied().chain(["trigger_phrases", "webhook", "driver"]).collect();
    tell_unknown(map, &fields, warnings);
    let mut config = json!({ "action": kind });
    for field in fields {
        if let Some(value) = map.get(field).filter(|value| !value.is_null()) {
            config[field] = value.clone();
        }
    }
    let config: SystemConfig =
        serde_json::from_value(config).map_err(|error| format!("its fields do not fit: {error}"))?;
    let parameters = config.parameters();
    let description = config.action.describe();
    let mut spec = common(map, name, Config::System(config), Effect::Write, parameters);
    spec.kind = Kind::System;
    if spec.description.is_empty() {
        spec.description = words::description("", description);
    }
    Ok(spec)
}
