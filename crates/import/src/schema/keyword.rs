//! Single keywords: which are kept, and what those of OpenAPI 3.0 become.

use serde_json::{Map, Value, json};

/// The most values of an `enum`.
const MAX_ENUM: usize = 500;
/// The most bytes of a text that is kept as an example.
const MAX_EXAMPLE: usize = 200;
/// The longest pattern.
const MAX_PATTERN: usize = 900;
const TYPES: [&str; 7] = ["null", "boolean", "object", "array", "number", "string", "integer"];

/// The keyword's value, when it is one that a validator takes and a model has use for.
pub(super) fn kept(key: &str, value: &Value) -> Option<Value> {
    match key {
        "type" => kind(value),
        "enum" => {
            let values: Vec<Value> = value.as_array()?.iter().take(MAX_ENUM + 1).cloned().collect();
            (!values.is_empty() && values.len() <= MAX_ENUM).then_some(Value::Array(values))
        }
        "const" => Some(value.clone()),
        "default" => is_small(value).then(|| value.clone()),
        "required" => {
            let names = names(Some(value));
            (!names.is_empty()).then(|| json!(names))
        }
        "format" => value.as_str().filter(|text| text.len() <= 64).map(|text| json!(text)),
        "pattern" => value.as_str().filter(|text| text.len() <= MAX_PATTERN).map(|text| json!(text)),
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
            value.as_u64().map(|number| json!(number))
        }
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
            value.as_number().map(|number| Value::Number(number.clone()))
        }
        "multipleOf" => value.as_f64().filter(|number| *number > 0.0).map(|_| value.clone()),
        "uniqueItems" => value.as_bool().map(Value::Bool),
        "examples" => {
            let values: Vec<Value> =
                value.as_array()?.iter().filter(|value| is_small(value)).take(3).cloned().collect();
            (!values.is_empty()).then_some(Value::Array(values))
        }
        _ => None,
    }
}

/// One of the seven types, or a list of them. Anything else says nothing.
fn kind(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => TYPES.contains(&text.as_str()).then(|| value.clone()),
        Value::Array(kinds) => {
            let mut known: Vec<&str> = Vec::new();
            for kind in kinds.iter().filter_map(Value::as_str) {
                if TYPES.contains(&kind) && !known.contains(&kind) {
                    known.push(kind);
                }
            }
            match known.as_slice() {
                [] => None,
                [one] => Some(json!(one)),
                several => Some(json!(several)),
            }
        }
        _ => None,
    }
}

/// The texts of a list, each once.
pub(super) fn names(value: Option<&Value>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).take(2_000) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

fn is_small(value: &Value) -> bool {
    match value {
        Value::String(text) => text.len() <= MAX_EXAMPLE,
        Value::Array(_) | Value::Object(_) => nodes(value) <= 20 && value.to_string().len() <= MAX_EXAMPLE,
        _ => true,
    }
}

/// How many values a value has.
pub(super) fn nodes(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nodes).sum::<usize>(),
        Value::Object(map) => 1 + map.values().map(nodes).sum::<usize>(),
        _ => 1,
    }
}

/// What OpenAPI 3.0 says in other words: `exclusiveMinimum: true` and `example`.
pub(super) fn of_openapi_3_0(map: &Map<String, Value>, out: &mut Map<String, Value>) {
    for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        if map.get(flag) == Some(&Value::Bool(true))
            && let Some(value) = out.shift_remove(bound)
        {
            out.insert(flag.to_owned(), value);
        }
    }
    if let Some(example) = map.get("example").filter(|example| is_small(example) && !example.is_null())
        && !out.contains_key("examples")
        && !out.contains_key("enum")
    {
        out.insert("examples".to_owned(), json!([example]));
    }
}

/// Whether a pattern is free of what Rust's regular expressions cannot do.
pub(super) fn is_plain_pattern(pattern: &str) -> bool {
    const FOREIGN: [&str; 9] = ["(?=", "(?!", "(?<", "(?>", "\\Z", "\\G", "\\K", "\\k", "(?("];
    let has_back_reference =
        pattern.as_bytes().windows(2).any(|pair| pair[0] == b'\\' && pair[1].is_ascii_digit() && pair[1] != b'0');
    // A pattern that was written with its slashes never fits anything.
    let is_literal = pattern.len() > 1 && pattern.starts_with('/') && pattern.ends_with('/');
    !(has_back_reference || is_literal || FOREIGN.iter().any(|foreign| pattern.contains(foreign)))
}
