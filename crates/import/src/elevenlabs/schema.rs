//! The dialect of ElevenLabs' schemas: every leaf says where its value comes from.

use std::collections::{BTreeMap, BTreeSet};

use callwright_model::tool::{Bound, ExplicitBound, Trust};
use serde_json::{Map, Value, json};

use crate::{openapi::fields::Fields, pieces::is_word, words};

/// How deep a schema may nest.
const MOST_DEPTH: usize = 16;
/// The most properties of one object.
const MOST_PROPERTIES: usize = 200;

/// The arguments of a tool under construction, and those that the server fills in.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub(super) fields: Fields,
    bound: BTreeMap<String, Bound>,
}

/// Where a value comes from.
pub(super) enum Source {
    /// The model gives it.
    Model,
    /// It is always this.
    Constant(Value),
    /// A variable of the conversation has it.
    Variable(String),
    /// It is not sent.
    Omitted,
    /// The platform knows it; the word says in which way.
    Unknown(&'static str),
}

/// Where the value of a property comes from.
pub(super) fn source(property: &Map<String, Value>) -> Source {
    let is = |field: &str| property.get(field) == Some(&Value::Bool(true));
    if is("is_omitted") {
        return Source::Omitted;
    }
    if is("is_system_provided") {
        return Source::Unknown("is_system_provided");
    }
    if let Some(value) = property.get("constant_value").filter(|value| !value.is_null() && **value != json!("")) {
        return Source::Constant(value.clone());
    }
    match property.get("dynamic_variable").and_then(Value::as_str).filter(|name| !name.is_empty()) {
        Some(name) if is_word(name) => Source::Variable(name.to_owned()),
        Some(_) => Source::Unknown("dynamic_variable"),
        None => Source::Model,
    }
}

impl Arguments {
    /// Takes every property of an object; they keep their names.
    pub(super) fn take_all(
        &mut self,
        schema: &Value,
        place: &str,
        warnings: &mut BTreeSet<String>,
    ) -> Result<Vec<String>, String> {
        let map = schema.as_object().ok_or_else(|| format!("`{place}` must be an object"))?;
        let none = Map::new();
        let properties = match map.get("properties") {
            None | Some(Value::Null) => &none,
            Some(properties) => {
                properties.as_object().ok_or_else(|| format!("`{place}.properties` must be an object"))?
            }
        };
        if properties.len() > MOST_PROPERTIES {
            return Err(format!("`{place}` has more than {MOST_PROPERTIES} properties"));
        }
        let required = required(map);
        self.fields.reserve(properties.keys());
        let mut names = Vec::new();
        for (name, property) in properties {
            let inner = format!("{place}.properties.{name}");
            if !words::is_parameter_name(name) {
                warnings.insert(format!(
                    "`{}` cannot be the name of an argument and was left out",
                    words::cut(&inner, 100)
                ));
                continue;
            }
            if self.take_reserved(name, property, &inner, required.contains(&name.as_str()), warnings)? {
                names.push(name.clone());
            }
        }
        if let Some(constraints) = map.get("required_constraints").filter(|value| !value.is_null()) {
            self.fields.constraints.extend(constrained(constraints));
        }
        if let Some(text) = map.get("description").filter(|text| text.is_string()) {
            self.fields.constraints.insert("description".to_owned(), text.clone());
        }
        Ok(names)
    }

    fn take_reserved(
        &mut self,
        name: &str,
        property: &Value,
        place: &str,
        is_required: bool,
        warnings: &mut BTreeSet<String>,
    ) -> Result<bool, String> {
        let Some((schema, bound)) = read(property, place, warnings)? else { return Ok(false) };
        self.fields.add_reserved(name, schema, is_required);
        if let Some(bound) = bound {
            self.bound.insert(name.to_owned(), bound);
        }
        Ok(true)
    }

    /// Takes one property that stands in `part` of the request, and gives the name that its argument got.
    pub(super) fn take(
        &mut self,
        name: &str,
        part: &str,
        property: &Value,
        is_required: bool,
        warnings: &mut BTreeSet<String>,
    ) -> Result<Option<String>, String> {
        let Some((schema, bound)) = read(property, &format!("{part}.{name}"), warnings)? else { return Ok(None) };
        let name = self.fields.add(name, part, schema, is_required);
        if let Some(bound) = bound {
            self.bound.insert(name.clone(), bound);
        }
        Ok(Some(name))
    }

    /// The schema of all, and what the server fills in.
    pub(super) fn finish(mut self) -> (Value, BTreeMap<String, Bound>) {
        (self.fields.schema(), self.bound)
    }
}

fn required(map: &Map<String, Value>) -> Vec<&str> {
    let list = map.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).collect()
}

/// A property as a schema of ours, with what fills it in; `None` when it is not sent.
fn read(
    property: &Value,
    place: &str,
    warnings: &mut BTreeSet<String>,
) -> Result<Option<(Value, Option<Bound>)>, String> {
    let map = property.as_object().ok_or_else(|| format!("`{}` must be an object", words::cut(place, 100)))?;
    let bound = match source(map) {
        Source::Model => None,
        Source::Constant(value) => Some(constant(value)),
        Source::Variable(name) => Some(variable(&name)),
        Source::Omitted => {
            warnings.insert(format!("`{}` is omitted there, and is not a parameter here", words::cut(place, 100)));
            return Ok(None);
        }
        Source::Unknown(what) => {
            let place = words::cut(place, 100);
            warnings.insert(format!("`{place}` has `{what}`, which is not known here; the parameter was left out"));
            return Ok(None);
        }
    };
    let schema = schema(map, place, 0, warnings)?;
    Ok(Some((schema, bound)))
}

/// A fixed value in which nothing is a template.
fn constant(value: Value) -> Bound {
    let value = escaped(value);
    match value.as_object().is_some_and(|object| object.contains_key("value")) {
        true => Bound::Explicit(ExplicitBound { value, trust: Trust::Verified }),
        false => Bound::Plain(value),
    }
}

fn escaped(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(words::escape(&text)),
        Value::Array(items) => Value::Array(items.into_iter().map(escaped).collect()),
        Value::Object(map) => Value::Object(map.into_iter().map(|(name, value)| (name, escaped(value))).collect()),
        other => other,
    }
}

/// Dynamic variables come from whoever holds the conversation.
fn variable(name: &str) -> Bound {
    Bound::Explicit(ExplicitBound { value: json!(format!("{{{{ context.{name} }}}}")), trust: Trust::Client })
}

fn schema(
    map: &Map<String, Value>,
    place: &str,
    depth: usize,
    warnings: &mut BTreeSet<String>,
) -> Result<Value, String> {
    if depth > MOST_DEPTH {
        return Err(format!("`{}` nests too deep", words::cut(place, 100)));
    }
    let is_object = map.contains_key("properties");
    let kind = map.get("type").and_then(Value::as_str).unwrap_or(if is_object { "object" } else { "string" });
    let mut out = Map::new();
    out.insert("type".to_owned(), json!(kind));
    if let Some(text) = map.get("description").filter(|text| text.is_string()) {
        out.insert("description".to_owned(), text.clone());
    }
    match kind {
        "object" => object(map, &mut out, place, depth, warnings)?,
        "array" => {
            if let Some(items) = map.get("items").and_then(Value::as_object) {
                out.insert("items".to_owned(), schema(items, &format!("{place}.items"), depth + 1, warnings)?);
            }
        }
        "string" | "integer" | "number" | "boolean" => {
            if let Some(values) = map.get("enum").and_then(Value::as_array).filter(|values| !values.is_empty()) {
                out.insert("enum".to_owned(), values.iter().map(|value| typed(value, kind)).collect());
            }
        }
        other => {
            return Err(format!("`{}`: the type `{}` is not known", words::cut(place, 100), words::cut(other, 50)));
        }
    }
    if map.get("allowed_values").is_some_and(|value| !value.is_null()) {
        let place = words::cut(place, 100);
        warnings
            .insert(format!("`{place}`: `allowed_values` come from the conversation there; any value is taken here"));
    }
    Ok(Value::Object(out))
}

/// Their choices are texts, whatever the type is.
fn typed(value: &Value, kind: &str) -> Value {
    match (value.as_str(), kind) {
        (Some(text), "integer" | "number" | "boolean") => {
            serde_json::from_str(text).ok().filter(|value: &Value| !value.is_string()).unwrap_or_else(|| value.clone())
        }
        _ => value.clone(),
    }
}

fn object(
    map: &Map<String, Value>,
    out: &mut Map<String, Value>,
    place: &str,
    depth: usize,
    warnings: &mut BTreeSet<String>,
) -> Result<(), String> {
    let mut properties = Map::new();
    for (name, property) in map.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let inner = format!("{place}.properties.{name}");
        let property =
            property.as_object().ok_or_else(|| format!("`{}` must be an object", words::cut(&inner, 100)))?;
        let mut written = schema(property, &inner, depth + 1, warnings)?;
        match source(property) {
            Source::Model => {}
            // Inside of an argument the model writes it, and nothing else is taken.
            Source::Constant(value) => written["const"] = value,
            Source::Variable(_) | Source::Omitted | Source::Unknown(_) => {
                let inner = words::cut(&inner, 100);
                warnings.insert(format!(
                    "`{inner}` is filled in there; inside of another argument it cannot be here, and was left out"
                ));
                continue;
            }
        }
        properties.insert(name.clone(), written);
    }
    let required: Vec<&str> = required(map).into_iter().filter(|name| properties.contains_key(*name)).collect();
    if !required.is_empty() {
        out.insert("required".to_owned(), json!(required));
    }
    out.insert("properties".to_owned(), Value::Object(properties));
    if let Some(constraints) = map.get("required_constraints").filter(|value| !value.is_null()) {
        out.extend(constrained(constraints));
    }
    Ok(())
}

/// Which properties are needed together or instead of one another.
fn constrained(constraints: &Value) -> Map<String, Value> {
    let mut out = Map::new();
    for (theirs, ours) in [("any_of", "anyOf"), ("all_of", "allOf")] {
        let list = constraints.get(theirs).and_then(Value::as_array).filter(|list| !list.is_empty());
        let list: Option<Vec<Value>> = list.map(|list| {
            list.iter().filter_map(|one| one.get("required")).map(|names| json!({ "required": names })).collect()
        });
        if let Some(list) = list {
            out.insert(ours.to_owned(), Value::Array(list));
        }
    }
    out
}
