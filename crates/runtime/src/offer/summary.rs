//! A tool in one line.

use serde_json::{Map, Value};

/// The most characters of a description in the answer to a search.
const MOST_LINE: usize = 160;
/// The most parameters that are named in one line.
const MOST_PARAMETERS: usize = 12;
/// The most values of a choice that are named.
const MOST_VALUES: usize = 4;
/// The most bytes of a schema that is put before a model.
const MOST_SCHEMA: usize = 32 * 1024;

/// The first sentence of a description, in one line.
pub(super) fn line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = text.find(". ").map_or(text.len(), |at| at + 1);
    let sentence = &text[..end];
    if sentence.chars().count() <= MOST_LINE {
        return sentence.to_owned();
    }
    let cut: String = sentence.chars().take(MOST_LINE - 1).collect();
    let cut = cut.rsplit_once(' ').map_or(cut.as_str(), |(start, _)| start);
    format!("{cut}…")
}

/// The parameters in one line: what is required first, marked by `*`; types where they are no texts, and choices.
pub(super) fn parameters(schema: &Value) -> String {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return String::new() };
    let required: Vec<&str> = match schema.get("required").and_then(Value::as_array) {
        Some(names) => names.iter().filter_map(Value::as_str).collect(),
        None => Vec::new(),
    };
    let is_required = |name: &str| required.contains(&name);
    let (first, then): (Vec<_>, Vec<_>) = properties.iter().partition(|(name, _)| is_required(name));
    let mut parts: Vec<String> = first
        .into_iter()
        .chain(then)
        .take(MOST_PARAMETERS)
        .map(|(name, schema)| {
            let name: String = name.chars().take(64).collect();
            let mark = if is_required(&name) { "*" } else { "" };
            match kind(schema) {
                Some(kind) => format!("{name}{mark}: {kind}"),
                None => format!("{name}{mark}"),
            }
        })
        .collect();
    let left = properties.len().saturating_sub(MOST_PARAMETERS);
    if left > 0 {
        parts.push(format!("{left} more"));
    }
    parts.join(", ")
}

fn kind(schema: &Value) -> Option<String> {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut shown: Vec<String> =
            values.iter().take(MOST_VALUES).map(|value| text(value).chars().take(32).collect()).collect();
        if values.len() > MOST_VALUES {
            shown.push("…".to_owned());
        }
        return Some(shown.join("|"));
    }
    let kind = schema.get("type").and_then(Value::as_str)?;
    match kind {
        "string" => None,
        "array" => {
            let of = schema.pointer("/items/type").and_then(Value::as_str).unwrap_or("any");
            Some(format!("list of {of}"))
        }
        other => Some(other.chars().take(16).collect()),
    }
}

/// A schema as a model is shown it; one that is too large without what is said in it, and if need be without what is
/// inside of its parameters.
pub(super) fn shown(schema: &Value) -> Value {
    if schema.to_string().len() <= MOST_SCHEMA {
        return schema.clone();
    }
    let mut bare = schema.clone();
    without_words(&mut bare, 0);
    if bare.to_string().len() <= MOST_SCHEMA {
        return bare;
    }
    let mut properties = Map::new();
    for (name, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten().take(500) {
        let mut flat = Map::new();
        if let Some(kind) = inner.get("type").filter(|kind| kind.is_string()) {
            flat.insert("type".to_owned(), kind.clone());
        }
        properties.insert(name.chars().take(64).collect(), Value::Object(flat));
    }
    let required = schema.get("required").cloned().unwrap_or(Value::Array(Vec::new()));
    serde_json::json!({"type": "object", "properties": properties, "required": required})
}

fn without_words(schema: &mut Value, depth: usize) {
    match schema {
        Value::Object(map) if depth < 64 => {
            if map.get("description").is_some_and(Value::is_string) {
                map.shift_remove("description");
            }
            map.values_mut().for_each(|value| without_words(value, depth + 1));
        }
        Value::Array(list) if depth < 64 => list.iter_mut().for_each(|value| without_words(value, depth + 1)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_is_the_first_sentence() {
        assert_eq!(line("Makes an invoice.  Use it\nwhen asked. "), "Makes an invoice.");
        assert_eq!(line("Version 1.2 of it"), "Version 1.2 of it");
        let long = line(&"word ".repeat(100));
        assert!(long.chars().count() <= MOST_LINE && long.ends_with("word…"), "{long}");
    }

    #[test]
    fn required_parameters_come_first() {
        let schema = json!({"type": "object", "required": ["repo"], "properties": {
            "page": {"type": "integer"}, "repo": {"type": "string"}, "state": {"enum": ["open", "closed"]},
            "labels": {"type": "array", "items": {"type": "string"}}, "any": {}
        }});
        assert_eq!(parameters(&schema), "repo*, page: integer, state: open|closed, labels: list of string, any");
        assert_eq!(parameters(&json!({})), "");
        let many: Map<String, Value> = (0..20).map(|n| (format!("p{n:02}"), json!({"type": "string"}))).collect();
        assert!(parameters(&json!({"properties": many})).ends_with("p11, 8 more"));
    }

    #[test]
    fn a_schema_put_before_a_model_is_bounded() {
        let many: Map<String, Value> =
            (0..400).map(|n| (format!("p{n}"), json!({"type": "string", "description": "x".repeat(200)}))).collect();
        let large = json!({"type": "object", "properties": many, "required": ["p1"]});
        let shown = shown(&large);
        assert!(shown.to_string().len() <= MOST_SCHEMA);
        assert_eq!(shown["properties"]["p1"], json!({"type": "string"}));
        let deep = json!({"type": "object", "properties": {"a": {"type": "object", "enum": ["y".repeat(40_000)]}}});
        assert_eq!(super::shown(&deep)["properties"]["a"], json!({"type": "object"}));
    }
}
