//! What the forms have in common that are a list of tools.

use std::collections::BTreeSet;

use callwright_model::{
    Fault,
    tool::{Config, Effect, Policy, ResultSpec, ToolSpec},
};
use serde_json::{Map, Value};

use crate::{
    Format, Imported, Item, MAX_OPERATIONS, Options, Skipped,
    select::{self, Candidate},
    too_large, words, wrong,
};

/// A tool that was made, and what it is called where it comes from.
pub(crate) struct Made {
    pub(crate) own: String,
    pub(crate) spec: ToolSpec,
}

/// Makes a tool of an entry; an error says why it cannot be one.
pub(crate) type Make<'m> = &'m dyn Fn(&Value, &Options, &mut BTreeSet<String>) -> Result<Made, String>;

/// Makes tools of one tool, of a list of them, or of an object with the list `tools`.
pub(crate) fn import(root: &Value, options: &Options, format: Format, make: Make<'_>) -> Result<Imported, Fault> {
    let list: Vec<&Value> = match root {
        Value::Array(items) => items.iter().collect(),
        Value::Object(map) => match map.get("tools") {
            Some(Value::Array(items)) => items.iter().collect(),
            _ => vec![root],
        },
        _ => return Err(wrong("tools are an object, or a list of objects")),
    };
    if list.len() > MAX_OPERATIONS {
        return Err(too_large(format!("there are more than {MAX_OPERATIONS} tools")));
    }
    let mut imported = Imported {
        format,
        title: None,
        operation_count: list.len(),
        operations: BTreeSet::new(),
        items: Vec::new(),
        skipped: Vec::new(),
        warnings: Vec::new(),
    };
    let mut names = BTreeSet::new();
    for (at, value) in list.into_iter().enumerate() {
        let mut warnings = BTreeSet::new();
        let Made { own, mut spec } = match make(value, options, &mut warnings) {
            Ok(made) => made,
            Err(reason) => {
                let operation = named(value).unwrap_or_else(|| format!("tool {}", at + 1));
                imported.operations.insert(operation.clone());
                imported.skipped.push(Skipped { operation, reason });
                continue;
            }
        };
        spec.name = words::unique(&spec.name, &mut names, 64);
        let operation = words::cut(&own, 200);
        imported.operations.insert(operation.clone());
        let candidate =
            Candidate { id: &operation, method: "", path: "", name: &spec.name, tags: &[], text: &spec.description };
        if !select::wants(options, &candidate) {
            continue;
        }
        let (method, path) = spec.config.http().map(|http| (http.method.clone(), http.url.clone())).unwrap_or_default();
        imported.items.push(Item {
            operation,
            method,
            path,
            tags: Vec::new(),
            spec,
            warnings: warnings.into_iter().collect(),
        });
    }
    Ok(imported)
}

fn named(value: &Value) -> Option<String> {
    let inner = value.get("tool_config").or_else(|| value.get("function")).unwrap_or(value);
    let name = inner.get("name").or_else(|| value.get("type")).and_then(Value::as_str)?;
    Some(words::cut(name, 200))
}

/// A tool of this configuration with the description that `map` has; its name comes later.
pub(crate) fn spec(map: &Map<String, Value>, config: Config, effect: Effect, parameters: Value) -> ToolSpec {
    let text = map.get("description").and_then(Value::as_str).unwrap_or_default();
    ToolSpec {
        name: String::new(),
        display_name: None,
        description: words::cut(text.trim(), 8_000),
        category: None,
        kind: config.kind(),
        effect,
        repeatable: false,
        parameters,
        bound: Default::default(),
        config,
        result: ResultSpec::default(),
        policy: Policy::default(),
        fallback: None,
        speech: None,
        redact: Vec::new(),
        active: true,
        is_shared: true,
        is_public: false,
        is_template: false,
        labels: Default::default(),
        version: None,
    }
}
