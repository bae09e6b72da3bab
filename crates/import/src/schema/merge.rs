//! Several schemas that must all hold, as one.

use serde_json::{Map, Value, json};

/// One schema for all of `parts`. What cannot be merged stays in an `allOf`.
pub(crate) fn merge(parts: Vec<Value>) -> Value {
    let mut merged = Map::new();
    let mut rest: Vec<Value> = Vec::new();
    let is_alone = parts.iter().filter(|part| part.as_object().is_some_and(|map| !map.is_empty())).count() <= 1;
    for part in parts {
        let Value::Object(mut part) = part else { continue };
        if !is_alone && part.get("additionalProperties") == Some(&Value::Bool(false)) {
            // Of several parts none may close the object: it would refuse what the others add.
            part.shift_remove("additionalProperties");
        }
        match joined(&merged, &part) {
            Some(joined) => merged = joined,
            None => rest.push(Value::Object(part)),
        }
    }
    if !rest.is_empty() {
        if let Some(Value::Array(known)) = merged.get_mut("allOf") {
            known.extend(rest);
        } else {
            merged.insert("allOf".to_owned(), Value::Array(rest));
        }
    }
    Value::Object(merged)
}

/// Both in one, or nothing when they say different things of the same.
fn joined(left: &Map<String, Value>, right: &Map<String, Value>) -> Option<Map<String, Value>> {
    let mut out = left.clone();
    for (key, value) in right {
        let Some(known) = out.get_mut(key) else {
            out.insert(key.clone(), value.clone());
            continue;
        };
        if known == value {
            continue;
        }
        match key.as_str() {
            // The first to say it is the one nearest to the user.
            "description" | "examples" | "default" | "format" => {}
            "properties" => {
                let (Value::Object(known), Value::Object(more)) = (known, value) else { return None };
                for (name, schema) in more {
                    match known.get_mut(name) {
                        Some(old) => *old = merge(vec![old.clone(), schema.clone()]),
                        None => _ = known.insert(name.clone(), schema.clone()),
                    }
                }
            }
            "required" => {
                let (Value::Array(known), Value::Array(more)) = (known, value) else { return None };
                known.extend(more.iter().filter(|name| !known.contains(name)).cloned().collect::<Vec<_>>());
            }
            "type" => *known = common_type(known, value)?,
            "enum" => {
                let (Value::Array(known), Value::Array(more)) = (known, value) else { return None };
                known.retain(|value| more.contains(value));
                if known.is_empty() {
                    return None;
                }
            }
            "minimum" | "minLength" | "minItems" | "minProperties" => *known = stricter(known, value, true)?,
            "maximum" | "maxLength" | "maxItems" | "maxProperties" => *known = stricter(known, value, false)?,
            "additionalProperties" => {
                if *known == json!(true) {
                    *known = value.clone();
                } else if *value != json!(true) {
                    return None;
                }
            }
            _ => return None,
        }
    }
    Some(out)
}

fn common_type(left: &Value, right: &Value) -> Option<Value> {
    let list = |value: &Value| match value {
        Value::Array(kinds) => kinds.clone(),
        one => vec![one.clone()],
    };
    let (left, right) = (list(left), list(right));
    let mut both: Vec<Value> = left.iter().filter(|kind| right.contains(kind)).cloned().collect();
    if both.is_empty() {
        let pair = [json!("number"), json!("integer")];
        let is_number = pair.iter().any(|kind| left.contains(kind)) && pair.iter().any(|kind| right.contains(kind));
        return is_number.then(|| json!("integer"));
    }
    if both.len() == 1 { both.pop() } else { Some(Value::Array(both)) }
}

fn stricter(left: &Value, right: &Value, greater: bool) -> Option<Value> {
    let (a, b) = (left.as_f64()?, right.as_f64()?);
    Some(if (a < b) == greater { right.clone() } else { left.clone() })
}
