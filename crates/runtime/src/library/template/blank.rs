//! The blanks of a template: finding them, checking the values for them, and filling them in.

use std::collections::BTreeSet;

use callwright_model::{Fault, Object};
use serde_json::Value;

use crate::registry::compile;

/// The values with the defaults, when they fit the schema and are data.
pub(super) fn complete(schema: &Value, mut values: Object) -> Result<Object, Fault> {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(default) = property.get("default") {
            values.entry(name.clone()).or_insert_with(|| default.clone());
        }
    }
    let validator = compile::validator(schema, "parameters")?;
    let whole = Value::Object(values);
    if let Some(problem) = validator.iter_errors(&whole).next() {
        let inside = problem.instance_path().to_string().replace('/', ".");
        let missing = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let missing: Vec<&str> = missing.filter(|name| whole.get(name).is_none()).collect();
        if let Some(name) = missing.first() {
            let about =
                schema["properties"][name]["title"].as_str().map(|title| format!(" ({title})")).unwrap_or_default();
            return Err(Fault::invalid(format!("values.{name}"), format!("`values.{name}`{about} is missing")));
        }
        let field = format!("values{inside}");
        return Err(Fault::invalid(&field, format!("`{field}`: {problem}")));
    }
    let Value::Object(values) = whole else { return Ok(Object::new()) };
    for (name, value) in &values {
        check_data(&format!("values.{name}"), value)?;
    }
    Ok(values)
}

/// Refuses a value that the tool would take for a template.
pub(super) fn check_data(field: &str, value: &Value) -> Result<(), Fault> {
    match value {
        Value::String(text) => {
            let holds = ["${", "{{", "<<"].into_iter().find(|mark| text.contains(mark));
            match holds {
                Some(mark) => Err(Fault::invalid(field, format!("`{field}` may not hold `{mark}`: values are data"))),
                None => Ok(()),
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().try_for_each(|(at, item)| check_data(&format!("{field}.{at}"), item))
        }
        Value::Object(fields) => fields.iter().try_for_each(|(name, value)| {
            check_data(field, &Value::String(name.clone()))?;
            check_data(&format!("{field}.{name}"), value)
        }),
        _ => Ok(()),
    }
}

/// Refuses a text that could begin or end a template together with what stands around it.
fn check_seam(name: &str, text: &str) -> Result<(), Fault> {
    if text.ends_with(['$', '{']) || text.starts_with('{') {
        let field = format!("values.{name}");
        let message = format!("`{field}` may not begin with `{{` nor end with `{{` or `$`: values are data");
        return Err(Fault::invalid(field, message));
    }
    Ok(())
}

/// The default of each parameter, else its first example.
pub(super) fn examples(schema: &Value) -> Object {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let value = |property: &Value| property.get("default").or_else(|| property.pointer("/examples/0")).cloned();
    properties.filter_map(|(name, property)| Some((name.clone(), value(property)?))).collect()
}

/// A piece of a text.
enum Piece<'a> {
    Text(&'a str),
    Blank(&'a str),
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<<") {
        let name_length = after.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        let (name, tail) = after.split_at(name_length);
        match tail.strip_prefix(">>") {
            Some(tail) if !name.is_empty() => {
                found.extend([Piece::Text(before), Piece::Blank(name)]);
                rest = tail;
            }
            _ => {
                let (head, tail) = rest.split_at(before.len() + 2);
                found.push(Piece::Text(head));
                rest = tail;
            }
        }
    }
    found.push(Piece::Text(rest));
    found.retain(|piece| !matches!(piece, Piece::Text("")));
    found
}

pub(super) fn collect_blanks(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => names.extend(pieces(text).iter().filter_map(|piece| match piece {
            Piece::Blank(name) => Some((*name).to_owned()),
            Piece::Text(_) => None,
        })),
        Value::Array(items) => items.iter().for_each(|item| collect_blanks(item, names)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            collect_blanks(&Value::String(key.clone()), names);
            collect_blanks(value, names);
        }),
        _ => {}
    }
}

/// `value` with its blanks filled. What is filled in is not looked at again.
pub(super) fn fill(value: &Value, values: &Object) -> Result<Value, Fault> {
    let get = |name: &str| {
        let missing = || Fault::invalid(format!("values.{name}"), format!("`values.{name}` is missing"));
        values.get(name).ok_or_else(missing)
    };
    Ok(match value {
        Value::String(text) => match pieces(text).as_slice() {
            [Piece::Blank(name)] => get(name)?.clone(),
            pieces => {
                let mut filled = String::with_capacity(text.len());
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => filled.push_str(text),
                        Piece::Blank(name) => match get(name)? {
                            Value::String(text) => {
                                check_seam(name, text)?;
                                filled.push_str(text);
                            }
                            other => filled.push_str(&other.to_string()),
                        },
                    }
                }
                Value::String(filled)
            }
        },
        Value::Array(items) => items.iter().map(|item| fill(item, values)).collect::<Result<_, _>>()?,
        Value::Object(fields) => {
            let fields: Result<Object, Fault> =
                fields.iter().map(|(key, value)| Ok((fill_key(key, values)?, fill(value, values)?))).collect();
            Value::Object(fields?)
        }
        other => other.clone(),
    })
}

/// The name of a field, which is a text whatever its blanks are filled with.
fn fill_key(key: &str, values: &Object) -> Result<String, Fault> {
    if !key.contains("<<") {
        return Ok(key.to_owned());
    }
    Ok(match fill(&Value::String(key.to_owned()), values)? {
        Value::String(text) => text,
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_data_and_are_filled_in_once() {
        let values: Object = serde_json::from_value(json!({"a": ["x"], "b": "<b>", "n": 3})).unwrap();
        let filled =
            fill(&json!({"w": "<<a>>", "t": "<<n>> of <<b>>", "l": "<<not closed", "k": "1 << 2"}), &values).unwrap();
        assert_eq!(filled, json!({"w": ["x"], "t": "3 of <b>", "l": "<<not closed", "k": "1 << 2"}));
        assert_eq!(fill(&json!({"<<b>>": {"x<<n>>": "<<n>>"}}), &values).unwrap(), json!({"<b>": {"x3": 3}}));
        let mut names = BTreeSet::new();
        collect_blanks(&json!({"<<b>>": ["<<n>>"]}), &mut names);
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["b", "n"]);
        assert!(fill(&json!("<<missing>>"), &values).is_err());
        assert!(fill(&json!({"<<missing>>": 1}), &values).is_err());
        for bad in [json!("a${B}"), json!({"x": ["{{ y }}"]}), json!("<<a>>"), json!({"${A}": 1})] {
            assert!(check_data("values.x", &bad).is_err(), "{bad}");
        }
        assert!(check_data("values.x", &json!({"type": "object", "n": [1, "a { b } $5", "^a$"]})).is_ok());
        for seam in ["costs $", "{ x", "x {"] {
            let values: Object = serde_json::from_value(json!({"a": seam})).unwrap();
            assert!(fill(&json!("<<a>>{{ parameters.b }}"), &values).is_err(), "{seam}");
            assert_eq!(fill(&json!("<<a>>"), &values).unwrap(), json!(seam));
        }
    }
}
