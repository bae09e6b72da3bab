//! What a sample value looks like: its type, its form, its name.

use callwright_model::Timestamp;
use serde_json::{Map, Value, json};

use super::MAX_DEPTH;

/// The schema of a sample value.
pub(super) fn schema_of(name: &str, value: &Value, depth: usize) -> Value {
    match value {
        Value::Null => json!({}),
        Value::Bool(_) => json!({"type": "boolean"}),
        Value::Number(number) if number.is_i64() || number.is_u64() => json!({"type": "integer"}),
        Value::Number(_) => json!({"type": "number"}),
        Value::String(text) => text_schema(text),
        Value::Array(items) => match of_items(name, items, depth) {
            Some(items) => json!({"type": "array", "items": items}),
            None => json!({"type": "array"}),
        },
        Value::Object(fields) if depth < MAX_DEPTH => {
            let properties: Map<String, Value> =
                fields.iter().map(|(key, value)| (key.clone(), schema_of(key, value, depth + 1))).collect();
            let required: Vec<&String> =
                fields.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key).collect();
            json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
        }
        Value::Object(_) => json!({"type": "object"}),
    }
}

/// The schema that all items have in common, or the type.
fn of_items(name: &str, items: &[Value], depth: usize) -> Option<Value> {
    if depth >= MAX_DEPTH {
        return None;
    }
    let first = schema_of(name, items.first()?, depth + 1);
    let others: Vec<Value> = items.iter().skip(1).take(50).map(|item| schema_of(name, item, depth + 1)).collect();
    if items.len() <= 51 && others.iter().all(|other| *other == first) {
        return Some(first);
    }
    let kind = first.get("type")?.clone();
    let is_same = items.len() <= 51 && others.iter().all(|other| other.get("type") == Some(&kind));
    is_same.then(|| json!({ "type": kind }))
}

fn text_schema(text: &str) -> Value {
    if is_date(text) {
        return json!({"type": "string", "format": "date"});
    }
    if is_time(text) {
        return json!({"type": "string", "format": "date-time"});
    }
    if is_uuid(text) {
        return json!({"type": "string", "format": "uuid"});
    }
    if (text.starts_with("http://") || text.starts_with("https://")) && is_plain(text, "/:.?&=-_%#~+") {
        return json!({"type": "string", "format": "uri"});
    }
    if is_email(text) {
        return json!({"type": "string", "format": "email"});
    }
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_phone = text.starts_with('+') && (7..=15).contains(&digits) && text.len() == digits + 1;
    if is_phone && !text.starts_with("+0") {
        let description = "A phone number in the form E.164, for example +4930123456";
        return json!({"type": "string", "description": description, "pattern": r"^\+[1-9][0-9]{6,14}$"});
    }
    json!({"type": "string"})
}

fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 10
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && format!("{text}T00:00:00Z").parse::<Timestamp>().is_ok()
}

/// RFC 3339, which is stricter than what can be read as a time.
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 20
        && (bytes[4], bytes[7], bytes[10], bytes[13], bytes[16]) == (b'-', b'-', b'T', b':', b':')
        && is_plain(text, "-T:.Z+")
        && (text.ends_with('Z') || matches!(bytes[bytes.len() - 6], b'+' | b'-'))
        && text.parse::<Timestamp>().is_ok()
}

fn is_email(text: &str) -> bool {
    let is_good = |part: &str| {
        !part.is_empty() && !part.starts_with(['.', '-']) && !part.ends_with(['.', '-']) && !part.contains("..")
    };
    let is_host =
        |host: &str| host.contains('.') && host.split('.').all(|label| is_good(label) && is_plain(label, "-"));
    text.split_once('@').is_some_and(|(user, host)| is_good(user) && is_plain(user, "._-+") && is_host(host))
}

/// Whether all is ASCII letters, digits and some others.
fn is_plain(text: &str, others: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(at, c)| match at {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        })
}

/// Whether a segment of a path is one of many: a number, a UUID, or long and with digits in it.
pub(super) fn is_id(segment: &str) -> bool {
    let digits = segment.chars().filter(char::is_ascii_digit).count();
    let is_number = !segment.is_empty() && digits == segment.len();
    let is_version = segment.starts_with('v') && segment.len() <= 4;
    is_number || is_uuid(segment) || (segment.len() >= 12 && digits >= 4 && !is_version && !segment.contains('.'))
}

/// A text of an address as the JSON value that it looks like.
pub(super) fn typed(text: &str) -> Value {
    let as_text = || Value::String(text.to_owned());
    match serde_json::from_str::<Value>(text) {
        // A number that JSON would write otherwise (`1.10`) names something.
        Ok(Value::Number(number)) => {
            let written = number.to_string();
            if written == text { Value::Number(number) } else { as_text() }
        }
        Ok(value @ Value::Bool(_)) => value,
        _ => as_text(),
    }
}

/// Whether a field of that name carries a credential.
pub(super) fn is_secret_name(name: &str) -> bool {
    let lower = name.to_lowercase().replace('-', "_");
    ["api_key", "apikey", "access_token", "token", "password", "secret", "client_secret"].contains(&lower.as_str())
}

/// A name that every provider takes: letters, digits and `_`, not beginning with a digit.
pub(super) fn named(wanted: &str) -> String {
    let mut name: String =
        wanted.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).take(60).collect();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || name == "tool_call_id" {
        name.insert_str(0, "p_");
    }
    name
}

/// How deep a value nests.
pub(super) fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
