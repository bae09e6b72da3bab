//! What a schema is about: its types, and its choices.

use serde_json::{Map, Value, json};

use super::{
    source::{Report, without},
    wording::SILENT,
};

/// The types of JSON Schema.
const TYPES: [&str; 7] = ["object", "array", "string", "integer", "number", "boolean", "null"];
/// Keywords that describe, and do not constrain.
const ANNOTATIONS: [&str; 6] = ["description", "title", "default", "examples", "example", "deprecated"];

/// Keywords by the type that they are about; of the others, `enum` and `const` are about all.
pub(super) fn is_about(keyword: &str, kind: &str) -> bool {
    match keyword {
        "properties"
        | "required"
        | "additionalProperties"
        | "patternProperties"
        | "propertyNames"
        | "minProperties"
        | "maxProperties"
        | "dependentRequired"
        | "dependentSchemas"
        | "unevaluatedProperties" => kind == "object",
        "items" | "prefixItems" | "minItems" | "maxItems" | "uniqueItems" | "contains" | "minContains"
        | "maxContains" | "unevaluatedItems" | "additionalItems" => kind == "array",
        "minLength" | "maxLength" | "pattern" | "contentEncoding" | "contentMediaType" => kind == "string",
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
            matches!(kind, "integer" | "number")
        }
        _ => true,
    }
}

/// Whether a JSON value is of a type.
pub(super) fn is_of(value: &Value, kind: &str) -> bool {
    match value {
        Value::Null => kind == "null",
        Value::Bool(_) => kind == "boolean",
        Value::Number(number) => {
            kind == "number"
                || kind == "integer"
                    && (number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|n| n.fract() == 0.0))
        }
        Value::String(_) => kind == "string",
        Value::Array(_) => kind == "array",
        Value::Object(_) => kind == "object",
    }
}

/// The types that a schema allows, said or implied; none when it does not say.
pub(super) fn types(map: &Map<String, Value>, path: &str, report: &mut Report) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = Vec::new();
    let said = match map.get("type") {
        Some(Value::Array(types)) => types.as_slice(),
        Some(other) => std::slice::from_ref(other),
        None => &[],
    };
    for name in said {
        match TYPES.iter().find(|known| name == *known) {
            Some(known) if !found.contains(known) => found.push(known),
            Some(_) => {}
            None => report.warn(path, "type", format!("`{name}` is not a type; it is left out")),
        }
    }
    if found.is_empty() {
        found = implied_types(map);
    }
    if map.get("nullable") == Some(&Value::Bool(true)) && !found.is_empty() && !found.contains(&"null") {
        found.push("null");
    }
    found
}

fn implied_types(map: &Map<String, Value>) -> Vec<&'static str> {
    let mut found = Vec::new();
    let listed = map.get("enum").and_then(Value::as_array).map(Vec::as_slice);
    let values = listed.or_else(|| map.get("const").map(std::slice::from_ref)).unwrap_or_default();
    for value in values {
        // "integer" stands before "number", so that whole numbers stay whole.
        if let Some(kind) = TYPES.iter().find(|kind| is_of(value, kind))
            && !found.contains(kind)
        {
            found.push(*kind);
        }
    }
    if !found.is_empty() {
        return found;
    }
    let has = |kind: &str| map.keys().any(|keyword| is_about(keyword, kind) && !is_about(keyword, other_than(kind)));
    ["object", "array", "string", "number"].into_iter().filter(|kind| has(kind)).collect()
}

/// Some type that has no keywords in common with `kind`.
fn other_than(kind: &str) -> &'static str {
    if kind == "object" { "array" } else { "object" }
}

/// A choice between schemas.
pub(super) struct Choice {
    /// `anyOf` or `oneOf`.
    pub(super) keyword: &'static str,
    /// The options and where they stand. What stood beside the choice is part of every option.
    pub(super) options: Vec<(Value, String)>,
}

/// The choice that a schema is, if it is one. A choice that only says which fields must be there together is none:
/// the object beside it is what matters.
pub(super) fn choice(map: &Map<String, Value>, path: &str) -> Option<Choice> {
    let (keyword, options) = ["anyOf", "oneOf"].into_iter().find_map(|keyword| {
        let options = map.get(keyword)?.as_array().filter(|options| !options.is_empty())?;
        Some((keyword, options))
    })?;
    let mut base = without(map, &[keyword, "nullable"]);
    base.retain(|key, _| {
        !ANNOTATIONS.contains(&key.as_str()) && !SILENT.contains(&key.as_str()) && !key.starts_with("x-")
    });
    if !base.is_empty() && options.iter().all(is_shapeless) {
        return None;
    }
    let options = options.iter().enumerate().map(|(at, option)| {
        let option = if base.is_empty() { option.clone() } else { json!({"allOf": [option, base]}) };
        (option, format!("{path}/{keyword}/{at}"))
    });
    let mut options: Vec<_> = options.collect();
    if map.get("nullable") == Some(&Value::Bool(true)) {
        options.push((json!({"type": "null"}), path.to_owned()));
    }
    Some(Choice { keyword, options })
}

fn is_shapeless(option: &Value) -> bool {
    option.as_object().is_some_and(|map| {
        map.keys().all(|keyword| {
            matches!(keyword.as_str(), "required" | "not" | "dependentRequired" | "minProperties" | "maxProperties")
                || ANNOTATIONS.contains(&keyword.as_str())
        })
    })
}

/// The values of an `enum` (or the one of a `const`) that fit one of `types`.
pub(super) fn listed(map: &Map<String, Value>, types: &[&str]) -> Option<Vec<Value>> {
    let listed = map.get("enum").and_then(Value::as_array).map(Vec::as_slice);
    let values = listed.or_else(|| map.get("const").map(std::slice::from_ref))?;
    let mut fitting: Vec<Value> = Vec::new();
    for value in values {
        if types.iter().any(|kind| is_of(value, kind)) && !fitting.contains(value) {
            fitting.push(value.clone());
        }
    }
    Some(fitting)
}
