//! Whether a model can know what to put into the parameters.

use callwright_model::tool::ToolSpec;
use serde_json::{Map, Value, json};

use super::finding::{Findings, Weight};

/// Ends of names and the format that they promise.
const FORMATS: [(&str, &str); 7] = [
    ("email", "email"),
    ("date", "date"),
    ("_at", "date-time"),
    ("datetime", "date-time"),
    ("url", "uri"),
    ("uri", "uri"),
    ("uuid", "uuid"),
];

/// Looks at the parameters that a model sees, one level deep and into nested objects.
pub(super) fn examine(spec: &ToolSpec, found: &mut Findings) {
    let schema = spec.model_parameters();
    let Some(map) = schema.as_object() else { return };
    let properties = map.get("properties").and_then(Value::as_object).filter(|properties| !properties.is_empty());
    let Some(properties) = properties else { return };
    if map.get("additionalProperties") != Some(&Value::Bool(false)) {
        let message = "arguments that nobody declared are let through; a model that misspells a name is not told";
        let fix = json!({"parameters": {"additionalProperties": false}});
        found.add_fix(Weight::Info, "schema_open", "parameters.additionalProperties", message, fix);
    }
    if map.get("required").and_then(Value::as_array).is_none_or(Vec::is_empty) {
        let message = "nothing is required; if the tool cannot do without some of these, say so in `required`";
        found.add(Weight::Info, "nothing_required", "parameters.required", message);
    }
    walk(properties, &mut vec!["parameters".to_owned()], found, 0);
}

fn walk(properties: &Map<String, Value>, path: &mut Vec<String>, found: &mut Findings, depth: usize) {
    for (name, schema) in properties {
        let Some(schema) = schema.as_object() else { continue };
        path.extend(["properties".to_owned(), name.clone()]);
        one(name, schema, path, found);
        if depth < 4
            && let Some(inner) = schema.get("properties").and_then(Value::as_object)
        {
            walk(inner, path, found, depth + 1);
        }
        path.truncate(path.len() - 2);
    }
}

fn one(name: &str, schema: &Map<String, Value>, path: &[String], found: &mut Findings) {
    let field = path.join(".");
    let has = |keyword: &str| schema.contains_key(keyword);
    let said = schema.get("description").and_then(Value::as_str).unwrap_or_default().trim();
    if said.is_empty() {
        let message = format!("`{name}` is not described; say what it is, in which form, and where a model gets it");
        found.add(Weight::Warning, "parameter_undescribed", format!("{field}.description"), message);
    }
    let is_typed = ["type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf"].into_iter().any(has);
    if !is_typed {
        let message = format!("`{name}` has no type, so that anything is let through");
        return found.add(Weight::Warning, "parameter_untyped", format!("{field}.type"), message);
    }
    let is_text = schema.get("type") == Some(&json!("string"));
    let is_free = is_text && !["enum", "const", "format", "pattern"].into_iter().any(has);
    if !is_free {
        return;
    }
    let lower = name.to_lowercase();
    if let Some(values) = listed(said) {
        let message = format!("the values of `{name}` stand in its description only; an `enum` keeps a model to them");
        let fix = nested(path, json!({ "enum": values }));
        found.add_fix(Weight::Warning, "parameter_enum_in_words", format!("{field}.enum"), message, fix);
    } else if let Some((_, format)) = FORMATS.iter().find(|(end, _)| lower.ends_with(end)) {
        let message = format!("`{name}` looks like a `{format}`; say so, and wrong ones are refused with a clear word");
        let fix = nested(path, json!({ "format": format }));
        found.add_fix(Weight::Info, "parameter_format", format!("{field}.format"), message, fix);
    } else if lower.contains("phone") && !said.contains('+') && !said.contains("E.164") {
        let message = format!("say in which form `{name}` is wanted, for example E.164: +4930123456");
        found.add(Weight::Info, "parameter_phone_form", format!("{field}.description"), message);
    } else if (lower.ends_with("_id") || lower == "id" || lower.ends_with("code") || lower.ends_with("number"))
        && !["examples", "example", "default"].into_iter().any(has)
        && !said.to_lowercase().contains("for example")
        && !said.contains("e.g.")
    {
        let message = format!("an example would show a model what `{name}` looks like: `examples: [\"…\"]`");
        found.add(Weight::Info, "parameter_no_example", format!("{field}.examples"), message);
    }
}

/// The values that a description lists: "One of: red, green or blue", "Either morning or evening".
fn listed(said: &str) -> Option<Vec<String>> {
    let lower = said.to_lowercase();
    let markers = ["one of:", "one of", "either"];
    let at = markers.iter().find_map(|marker| lower.find(marker).map(|at| at + marker.len()))?;
    // Lower case may have another length than the text; then nothing is guessed.
    let rest = said.get(at..)?.split(['.', ';', ')', '\n']).next()?;
    let values: Vec<String> = rest
        .replace(" or ", ", ")
        .replace(" and ", ", ")
        .split(',')
        .map(|value| value.trim().trim_matches(['"', '\'', '`', ':']).trim().to_owned())
        .filter(|value| !value.is_empty())
        .collect();
    let is_word = |value: &String| value.len() <= 40 && !value.contains(char::is_whitespace);
    ((2..=20).contains(&values.len()) && values.iter().all(is_word)).then_some(values)
}

/// A merge patch that changes only what is at `path`.
fn nested(path: &[String], patch: Value) -> Value {
    path.iter().rev().fold(patch, |inner, key| json!({ key.as_str(): inner }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_words_are_found_and_prose_is_left_alone() {
        assert_eq!(
            listed("The size. One of: small, medium or large."),
            Some(vec!["small".into(), "medium".into(), "large".into()])
        );
        assert_eq!(listed("Either `morning` or `evening`"), Some(vec!["morning".into(), "evening".into()]));
        assert_eq!(listed("one of the appointments that were offered, or a new time"), None);
        assert_eq!(listed("The city"), None);
        assert_eq!(nested(&["a".into(), "b".into()], json!(1)), json!({"a": {"b": 1}}));
    }
}
