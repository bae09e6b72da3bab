//! Schemas of sample values.

use serde_json::{Map, Value, json};

use super::{CLOSE, OPEN, secret, shown};

/// How deep a sample is looked into.
const MAX_DEPTH: usize = 8;
/// The most members of an object that are looked at.
const MAX_MEMBERS: usize = 100;
/// The most bytes of an example.
const MAX_EXAMPLE: usize = 100;

/// What a text looks like: a number that would be written the same way, true, false, or a text.
pub(super) fn typed(text: &str) -> Value {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Number(number)) if number.to_string() == text => Value::Number(number),
        Ok(Value::Bool(value)) => Value::Bool(value),
        _ => Value::String(text.to_owned()),
    }
}

/// The schema of one parameter's texts, and the value that they are.
pub(super) fn of_texts(texts: &[String]) -> (Value, Value) {
    match texts {
        [one] => {
            let value = typed(one);
            (json!({"type": kind(&value)}), value)
        }
        several => (json!({"type": "array", "items": {"type": "string"}}), json!(several)),
    }
}

/// The schema of a value, with short plain values as examples.
pub(super) fn of_value(value: &Value) -> Value {
    at(value, 0)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::String(_) | Value::Null => "string",
    }
}

fn at(value: &Value, depth: usize) -> Value {
    if depth > MAX_DEPTH {
        return json!({});
    }
    match value {
        Value::Null => json!({}),
        Value::Object(map) => {
            let properties: Map<String, Value> = map
                .iter()
                .take(MAX_MEMBERS)
                .map(|(name, value)| (name.clone(), at_named(name, value, depth)))
                .collect();
            json!({"type": "object", "properties": properties})
        }
        Value::Array(items) => match items.first() {
            Some(first) => json!({"type": "array", "items": at(first, depth + 1)}),
            None => json!({"type": "array"}),
        },
        Value::String(text) if text.starts_with(OPEN) && text.ends_with(CLOSE) => json!({"type": "string"}),
        plain => {
            let mut schema = json!({"type": kind(plain)});
            let text = plain.as_str().unwrap_or_default();
            if !text.contains(OPEN)
                && text.len() <= MAX_EXAMPLE
                && !secret::words_of(text).any(secret::is_value)
                && plain != ""
            {
                schema["examples"] = json!([plain]);
            } else if text.contains(OPEN) {
                schema["examples"] = json!([shown(text)]);
            }
            schema
        }
    }
}

fn at_named(name: &str, value: &Value, depth: usize) -> Value {
    let mut schema = at(value, depth + 1);
    if secret::is_name(name)
        && let Some(map) = schema.as_object_mut()
    {
        map.shift_remove("examples");
    }
    schema
}
