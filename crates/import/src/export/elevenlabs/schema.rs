//! Arguments in the dialect of ElevenLabs, in which every leaf says where its value comes from.

use callwright_model::tool::{Bound, ToolSpec, Trust};
use serde_json::{Map, Value, json};

use super::{super::lost::Losses, NAME};
use crate::pieces::{Piece, pieces};

/// How deep a schema is written.
const MOST_DEPTH: usize = 32;

/// The names of a tool's arguments, bound ones included.
pub(super) fn names(spec: &ToolSpec) -> impl Iterator<Item = &String> {
    spec.parameters.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name)
}

/// Whether an argument has to be given.
pub(in crate::export) fn is_required(spec: &ToolSpec, name: &str) -> bool {
    let required = spec.parameters.get("required").and_then(Value::as_array);
    required.is_some_and(|required| required.iter().any(|other| other == name))
}

/// Arguments as an object, each with the name that it has there.
pub(super) fn object(spec: &ToolSpec, names: &[(String, String)], losses: &mut Losses) -> Value {
    let mut out = Map::new();
    out.insert("type".to_owned(), json!("object"));
    let properties: Map<String, Value> =
        names.iter().map(|(own, theirs)| (theirs.clone(), argument(spec, own, losses))).collect();
    // In the order in which the tool has them.
    let required = spec.parameters.get("required").and_then(Value::as_array).into_iter().flatten();
    let required: Vec<&str> = required
        .filter_map(|name| names.iter().find(|(own, _)| name == own).map(|(_, theirs)| theirs.as_str()))
        .collect();
    out.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        out.insert("required".to_owned(), json!(required));
    }
    about(spec, &mut out);
    Value::Object(out)
}

/// What the schema says of its properties together.
pub(super) fn about(spec: &ToolSpec, out: &mut Map<String, Value>) {
    let Some(root) = spec.parameters.as_object() else { return };
    if let Some(text) = root.get("description") {
        out.insert("description".to_owned(), text.clone());
    }
    constraints(root, out);
}

/// One argument, with what fills it in.
pub(super) fn argument(spec: &ToolSpec, name: &str, losses: &mut Losses) -> Value {
    let place = format!("parameters/properties/{name}");
    let schema = spec.parameters.pointer("/properties").and_then(|properties| properties.get(name));
    let mut written = property(schema.unwrap_or(&Value::Null), &place, 0, losses);
    if let Some(bound) = spec.bound.get(name) {
        match filled(bound, name, losses) {
            Some((field, value)) => written[field] = value,
            None => losses.add(
                format!("bound.{name}"),
                format!("{NAME} fills in constants and variables of the conversation only"),
            ),
        }
    }
    written
}

/// What fills an argument in: a constant, or a variable.
fn filled(bound: &Bound, name: &str, losses: &mut Losses) -> Option<(&'static str, Value)> {
    if let Value::String(text) = bound.value() {
        return match pieces(text).as_slice() {
            [] => Some(("constant_value", json!(""))),
            [Piece::Text(text)] => Some(("constant_value", json!(text))),
            [Piece::Variable(variable)] => {
                if bound.trust() == Trust::Verified {
                    let why =
                        "there a variable is whatever the conversation says; here it was what this server established";
                    losses.add(format!("bound.{name}.trust"), why);
                }
                Some(("dynamic_variable", json!(variable)))
            }
            _ => None,
        };
    }
    plain(bound.value()).map(|value| ("constant_value", value))
}

/// A fixed value; `None` when there is a template in it.
fn plain(value: &Value) -> Option<Value> {
    Some(match value {
        Value::String(text) => match pieces(text).as_slice() {
            [] => json!(""),
            [Piece::Text(text)] => json!(text),
            _ => return None,
        },
        Value::Array(items) => Value::Array(items.iter().map(plain).collect::<Option<_>>()?),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(name, value)| Some((name.clone(), plain(value)?))).collect::<Option<_>>()?)
        }
        other => other.clone(),
    })
}

/// A schema in their dialect; what it does not know is told.
fn property(schema: &Value, place: &str, depth: usize, losses: &mut Losses) -> Value {
    let none = Map::new();
    let map = schema.as_object().unwrap_or(&none);
    let lose = |keyword: &str, losses: &mut Losses| {
        losses.add(format!("{place}/{keyword}"), format!("the schemas of ElevenLabs have no `{keyword}`"));
    };
    let kind = match map.get("type").and_then(Value::as_str) {
        Some(kind @ ("string" | "integer" | "number" | "boolean" | "object" | "array")) => kind,
        _ => {
            losses.add(format!("{place}/type"), "ElevenLabs wants one type; it is a text there");
            "string"
        }
    };
    let mut out = Map::new();
    out.insert("type".to_owned(), json!(kind));
    for (keyword, value) in map {
        match (keyword.as_str(), kind) {
            ("type", _) => {}
            ("description", _) => _ = out.insert("description".to_owned(), value.clone()),
            ("properties" | "required", "object") | ("items", "array") => {}
            ("anyOf" | "allOf", "object") if is_constraint(value) => {}
            ("enum", "string" | "integer" | "number" | "boolean") => {
                let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let values: Vec<String> = value.as_array().into_iter().flatten().map(text).collect();
                out.insert("enum".to_owned(), json!(values));
            }
            ("const", _) if depth > 0 => _ = out.insert("constant_value".to_owned(), value.clone()),
            _ => lose(keyword, losses),
        }
    }
    if depth >= MOST_DEPTH {
        return Value::Object(out);
    }
    if kind == "object" {
        let fields = map.get("properties").and_then(Value::as_object).into_iter().flatten();
        let fields: Map<String, Value> = fields
            .map(|(name, inner)| {
                (name.clone(), property(inner, &format!("{place}/properties/{name}"), depth + 1, losses))
            })
            .collect();
        out.insert("properties".to_owned(), Value::Object(fields));
        if let Some(required) = map.get("required") {
            out.insert("required".to_owned(), required.clone());
        }
        constraints(map, &mut out);
    }
    if kind == "array"
        && let Some(items) = map.get("items")
    {
        out.insert("items".to_owned(), property(items, &format!("{place}/items"), depth + 1, losses));
    }
    Value::Object(out)
}

/// Which properties are needed together or instead of one another.
fn constraints(map: &Map<String, Value>, out: &mut Map<String, Value>) {
    let mut constraints = Map::new();
    for (ours, theirs) in [("anyOf", "any_of"), ("allOf", "all_of")] {
        if let Some(list) = map.get(ours).filter(|list| is_constraint(list)) {
            constraints.insert(theirs.to_owned(), list.clone());
        }
    }
    if !constraints.is_empty() {
        out.insert("required_constraints".to_owned(), Value::Object(constraints));
    }
}

/// Whether a choice only says which properties are needed.
pub(super) fn is_constraint(list: &Value) -> bool {
    list.as_array().is_some_and(|list| {
        !list.is_empty()
            && list.iter().all(|one| one.as_object().is_some_and(|map| map.len() == 1 && map.contains_key("required")))
    })
}
