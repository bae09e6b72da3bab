//! The forms that take JSON Schema as it is, but for its root.

use serde_json::{Map, Value, json};

use super::{
    source::{Opened, Report, Source, without},
    wording::Words,
};

/// Keywords that OpenAI and Anthropic refuse at the root of a tool's schema.
const ROOT_CHOICES: [&str; 6] = ["oneOf", "anyOf", "allOf", "not", "enum", "const"];

/// The schema as it is, with a root that is an object.
pub(super) fn object_root(schema: &Value, report: &mut Report) -> Value {
    let Some(map) = schema.as_object() else {
        report.warn("", "type", "the schema is not an object; the tool is shown without parameters");
        return json!({"type": "object", "properties": {}});
    };
    let mut map = map.clone();
    if map.get("type").and_then(Value::as_str) != Some("object") {
        if map.contains_key("type") {
            report.warn("", "type", "the root of the parameters is an object whatever its `type` says");
        }
        map.insert("type".to_owned(), json!("object"));
    }
    if !map.get("properties").is_some_and(Value::is_object) {
        map.insert("properties".to_owned(), json!({}));
    }
    Value::Object(map)
}

/// The schema with nothing at its root that stands for a choice: `allOf` and `$ref` are merged into it, the rest becomes words.
pub(super) fn without_root_choices(schema: &Value, provider: &str, report: &mut Report) -> Value {
    let Some(map) = schema.as_object() else {
        return object_root(schema, report);
    };
    let mut map = opened_root(schema, map, report);
    let mut words = Words::of(&map);
    let mut lost = false;
    for keyword in ROOT_CHOICES {
        if let Some(value) = map.shift_remove(keyword) {
            report.warn(
                "",
                keyword,
                format!("{provider} refuses `{keyword}` at the root; it was moved into the description"),
            );
            words.add(keyword, &value);
            lost = true;
        }
    }
    if lost {
        words.write(&mut map);
    }
    object_root(&Value::Object(map), report)
}

fn opened_root(schema: &Value, map: &Map<String, Value>, report: &mut Report) -> Map<String, Value> {
    if !map.contains_key("$ref") && !map.contains_key("allOf") {
        return map.clone();
    }
    let mut opened = match Source::new(schema, 1, report).open(schema, "") {
        Opened::Schema(schema) => schema.map.into_owned(),
        Opened::Recursion(_) => {
            report.warn("", "$ref", "the root refers to itself; the reference is left out");
            without(map, &["$ref"])
        }
        Opened::Anything | Opened::Nothing => Map::new(),
    };
    // References deeper down still point into these.
    for keyword in ["$defs", "definitions"] {
        if let (Some(named), false) = (map.get(keyword), opened.contains_key(keyword)) {
            opened.insert(keyword.to_owned(), named.clone());
        }
    }
    opened
}

/// Anthropic refuses a schema with a property of another name than `[a-zA-Z0-9_.-]{1,64}`.
pub(super) fn property_names(schema: &Value, report: &mut Report) {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
    for name in properties.keys() {
        let fits = (1..=64).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
        if !fits {
            let path = format!("/properties/{}", crate::schema::escaped(name));
            report.warn(
                &path,
                "properties",
                "Anthropic takes only letters, digits, `_`, `.` and `-` in a parameter's name, at most 64",
            );
        }
    }
}
