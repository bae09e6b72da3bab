//! OpenAI's strict mode, undone: there every field is required, and one that may be left out is written as one that may
//! be null.

use serde_json::{Map, Value, json};

/// The schema that [`callwright_model::definition`] would write as `strict` in strict mode.
pub(crate) fn relaxed(strict: &Value) -> Value {
    let mut schema = strict.clone();
    relax(&mut schema, 0);
    schema
}

fn relax(schema: &mut Value, depth: usize) {
    let Some(map) = schema.as_object_mut().filter(|_| depth < 64) else { return };
    for place in ["items", "additionalProperties"] {
        if let Some(inner) = map.get_mut(place) {
            relax(inner, depth + 1);
        }
    }
    for place in ["anyOf", "prefixItems"] {
        if let Some(Value::Array(list)) = map.get_mut(place) {
            list.iter_mut().for_each(|inner| relax(inner, depth + 1));
        }
    }
    if let Some(Value::Object(inner)) = map.get_mut("$defs") {
        inner.values_mut().for_each(|inner| relax(inner, depth + 1));
    }
    let mut optional = Vec::new();
    if let Some(Value::Object(properties)) = map.get_mut("properties") {
        for (name, inner) in properties.iter_mut() {
            relax(inner, depth + 1);
            if let Some(inner) = inner.as_object_mut()
                && without_null(inner)
            {
                optional.push(name.clone());
            }
        }
    }
    if let Some(Value::Array(required)) = map.get_mut("required") {
        required.retain(|name| name.as_str().is_none_or(|name| !optional.iter().any(|other| other == name)));
        if required.is_empty() {
            map.shift_remove("required");
        }
    }
}

/// Takes null out of what a schema allows. False: it was not there.
fn without_null(map: &mut Map<String, Value>) -> bool {
    if let Some(Value::Array(options)) = map.get_mut("anyOf") {
        let before = options.len();
        options.retain(|option| *option != json!({"type": "null"}));
        return options.len() < before;
    }
    let Some(Value::Array(kinds)) = map.get_mut("type") else { return false };
    let before = kinds.len();
    kinds.retain(|kind| kind != "null");
    if kinds.len() == before || kinds.is_empty() {
        return false;
    }
    if let [only] = kinds.as_slice() {
        let only = only.clone();
        map.insert("type".to_owned(), only);
    }
    if let Some(Value::Array(values)) = map.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_null_may_be_left_out() {
        let strict = json!({"type": "object", "additionalProperties": false, "required": ["a", "b", "c"], "properties": {
            "a": {"type": "string"},
            "b": {"type": ["string", "null"], "enum": ["x", null]},
            "c": {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}]}
        }});
        let plain = json!({"type": "object", "additionalProperties": false, "required": ["a"], "properties": {
            "a": {"type": "string"},
            "b": {"type": "string", "enum": ["x"]},
            "c": {"anyOf": [{"type": "string"}, {"type": "number"}]}
        }});
        assert_eq!(relaxed(&strict), plain);
        assert_eq!(relaxed(&plain), plain);
    }
}
