//! Schemas of other dialects as JSON Schema 2020-12 that stands by itself.
//!
//! References are written out; where one leads back to itself it is cut with a note. Whatever a validator would
//! refuse to compile (a keyword with a value of the wrong type) is left out rather than passed on. `oneOf` becomes
//! `anyOf`: after a cut two alternatives may be alike, and then no argument would fit exactly one.

mod keyword;
mod merge;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::{
    openapi::reference::{Broken, follow, target},
    words,
};

pub(crate) use merge::merge;

/// The most values of one tool's schema.
const MAX_NODES: usize = 3_500;
/// The most properties of one object, and alternatives of one choice, that are kept.
const MAX_MEMBERS: usize = 400;
/// How deep a tool's schema may nest, as JSON; tried one after the other until the whole is small enough.
pub(crate) const DEPTHS: [usize; 7] = [24, 18, 14, 10, 7, 5, 3];

/// Which way a schema's values go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// From us: `readOnly` properties are left out.
    Request,
    /// To us: `writeOnly` properties are left out.
    Response,
}

/// The schema became too large at this depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Over;

/// Writes schemas of one document out, within one budget.
#[derive(Debug)]
pub(crate) struct Inliner<'d> {
    root: &'d Value,
    side: Side,
    depth: usize,
    nodes: usize,
    open: Vec<*const Value>,
    /// What was cut or left out.
    pub(crate) notes: BTreeSet<String>,
}

impl<'d> Inliner<'d> {
    /// For schemas of `root` whose values go to `side`, at most `depth` levels deep.
    pub(crate) fn new(root: &'d Value, side: Side, depth: usize) -> Self {
        Self { root, side, depth, nodes: 0, open: Vec::new(), notes: BTreeSet::new() }
    }

    /// `schema` written out; `level` is how deep it will stand.
    pub(crate) fn inline(&mut self, schema: &'d Value, level: usize) -> Result<Value, Over> {
        match schema {
            Value::Bool(false) => Ok(json!({"not": {}})),
            Value::Object(map) => self.object(schema, map, level),
            _ => Ok(json!({})),
        }
    }

    fn spend(&mut self, nodes: usize) -> Result<(), Over> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES { Err(Over) } else { Ok(()) }
    }

    fn note(&mut self, text: impl Into<String>) {
        if self.notes.len() < 20 {
            self.notes.insert(text.into());
        }
    }

    fn object(&mut self, schema: &'d Value, map: &'d Map<String, Value>, level: usize) -> Result<Value, Over> {
        self.spend(1)?;
        if let Some(at) = map.get("$ref").and_then(Value::as_str) {
            return self.reference(at, map, level);
        }
        if level > self.depth {
            self.note("a schema was cut where it nests too deep");
            return Ok(stub(map));
        }
        // A document that was built in memory cannot hold itself, but `$ref` can lead back to an open schema.
        let address: *const Value = schema;
        self.open.push(address);
        let result = self.keywords(map, level);
        self.open.pop();
        result
    }

    fn reference(&mut self, at: &'d str, map: &'d Map<String, Value>, level: usize) -> Result<Value, Over> {
        let found = target(self.root, at).and_then(|found| follow(self.root, found));
        let mut result = match found {
            Err(broken) => {
                self.note(broken.message());
                let why = if matches!(broken, Broken::Remote(_)) { "Described elsewhere" } else { "Not described" };
                json!({ "description": why })
            }
            Ok(found) if self.open.contains(&std::ptr::from_ref(found)) => {
                let name = at.rsplit('/').next().unwrap_or(at);
                self.note(format!("`{}` holds itself; it is written out once", words::cut(name, 80)));
                let mut cut = found.as_object().map_or_else(|| json!({}), stub);
                cut["description"] = json!(format!("Again {}, as above", words::cut(name, 80)));
                cut
            }
            Ok(found) => self.inline(found, level)?,
        };
        if let Some(text) = map.get("description").and_then(Value::as_str)
            && let Some(result) = result.as_object_mut()
        {
            put_description(result, text);
        }
        if map.get("nullable") == Some(&Value::Bool(true)) {
            result = nullable(result);
        }
        // OpenAPI 3.1 lets other keywords stand beside a reference. Only the default is common, and only it is taken.
        if let Some(default) = map.get("default").and_then(|value| keyword::kept("default", value))
            && let Some(result) = result.as_object_mut()
        {
            result.insert("default".to_owned(), default);
        }
        Ok(result)
    }

    fn keywords(&mut self, map: &'d Map<String, Value>, level: usize) -> Result<Value, Over> {
        let mut out = Map::new();
        self.describe(map, &mut out);
        for (key, value) in map {
            match key.as_str() {
                "properties" => self.properties(map, value, level, &mut out)?,
                "items" => self.items(value, level, &mut out)?,
                "additionalProperties" => match value {
                    Value::Bool(_) => _ = out.insert(key.clone(), value.clone()),
                    Value::Object(_) => _ = out.insert(key.clone(), self.inline(value, level + 1)?),
                    _ => {}
                },
                "not"
                | "if"
                | "then"
                | "else"
                | "unevaluatedProperties"
                | "unevaluatedItems"
                | "dependentSchemas"
                | "patternProperties"
                | "contains"
                | "propertyNames" => {
                    self.note(format!("`{key}` in a schema was left out"));
                }
                _ => {
                    if let Some(value) = keyword::kept(key, value) {
                        self.spend(1 + keyword::nodes(&value))?;
                        out.insert(key.clone(), value);
                    }
                }
            }
        }
        keyword::of_openapi_3_0(map, &mut out);
        self.drop_pattern(&mut out);
        let mut result = Value::Object(out);
        for key in ["oneOf", "anyOf"] {
            if let Some(options) = map.get(key).and_then(Value::as_array) {
                result = self.choice(options, result, level)?;
            }
        }
        if let Some(parts) = map.get("allOf").and_then(Value::as_array) {
            result = self.all_of(parts, result, level)?;
        }
        if map.get("nullable") == Some(&Value::Bool(true)) {
            result = nullable(result);
        }
        Ok(result)
    }

    fn describe(&mut self, map: &Map<String, Value>, out: &mut Map<String, Value>) {
        let text = map.get("description").or_else(|| map.get("title")).and_then(Value::as_str).unwrap_or_default();
        put_description(out, text);
    }

    fn properties(
        &mut self,
        map: &'d Map<String, Value>,
        properties: &'d Value,
        level: usize,
        out: &mut Map<String, Value>,
    ) -> Result<(), Over> {
        let Some(properties) = properties.as_object() else { return Ok(()) };
        let hidden = if self.side == Side::Request { "readOnly" } else { "writeOnly" };
        let required = keyword::names(map.get("required"));
        let is_required = |name: &str| required.iter().any(|required| required == name);
        let mut kept = Map::new();
        let mut dropped = BTreeSet::new();
        let mut left_out = 0;
        // When there are too many, those that must be given come first.
        let sorted = properties
            .iter()
            .filter(|(name, _)| is_required(name))
            .chain(properties.iter().filter(|(name, _)| !is_required(name)));
        let in_order = properties.iter();
        let all: Vec<(&'d String, &'d Value)> =
            if properties.len() > MAX_MEMBERS { sorted.collect() } else { in_order.collect() };
        for (name, schema) in all {
            let shown = follow(self.root, schema).unwrap_or(schema);
            if shown.get(hidden) == Some(&Value::Bool(true)) || schema.get(hidden) == Some(&Value::Bool(true)) {
                dropped.insert(name.as_str());
            } else if kept.len() >= MAX_MEMBERS {
                left_out += 1;
                dropped.insert(name.as_str());
            } else {
                kept.insert(name.clone(), self.inline(schema, level + 2)?);
            }
        }
        if left_out > 0 {
            self.note(format!("{left_out} properties of an object with more than {MAX_MEMBERS} were left out"));
        }
        if let Some(names) = out.get_mut("required").and_then(Value::as_array_mut) {
            names.retain(|name| name.as_str().is_none_or(|name| !dropped.contains(name)));
        } else if !required.is_empty() {
            let names: Vec<&String> = required.iter().filter(|name| !dropped.contains(name.as_str())).collect();
            out.insert("required".to_owned(), json!(names));
        }
        if out.get("required").and_then(Value::as_array).is_some_and(Vec::is_empty) {
            out.shift_remove("required");
        }
        out.insert("properties".to_owned(), Value::Object(kept));
        Ok(())
    }

    fn items(&mut self, items: &'d Value, level: usize, out: &mut Map<String, Value>) -> Result<(), Over> {
        match items {
            // The tuples of earlier drafts.
            Value::Array(items) if !items.is_empty() => {
                let items: Result<Vec<_>, _> =
                    items.iter().take(MAX_MEMBERS).map(|item| self.inline(item, level + 2)).collect();
                out.insert("prefixItems".to_owned(), Value::Array(items?));
            }
            Value::Object(_) => _ = out.insert("items".to_owned(), self.inline(items, level + 1)?),
            _ => {}
        }
        Ok(())
    }

    fn choice(&mut self, options: &'d [Value], beside: Value, level: usize) -> Result<Value, Over> {
        if options.len() > MAX_MEMBERS {
            self.note(format!("of {} alternatives of a schema {MAX_MEMBERS} were kept", options.len()));
        }
        let mut written: Vec<Value> = Vec::new();
        for option in options.iter().take(MAX_MEMBERS) {
            let option = self.inline(option, level + 2)?;
            if !written.contains(&option) {
                written.push(option);
            }
        }
        let single = match written.as_mut_slice() {
            [] => return Ok(beside),
            [one] => Some(one.take()),
            _ => None,
        };
        let choice = single.unwrap_or_else(|| json!({ "anyOf": written }));
        Ok(merge(vec![beside, choice]))
    }

    fn all_of(&mut self, parts: &'d [Value], beside: Value, level: usize) -> Result<Value, Over> {
        let mut written = vec![beside];
        for part in parts.iter().take(MAX_MEMBERS) {
            written.push(self.inline(part, level + 1)?);
        }
        Ok(merge(written))
    }

    /// Rust's regular expressions, which hold arguments to a pattern, cannot look around or back.
    fn drop_pattern(&mut self, out: &mut Map<String, Value>) {
        let Some(pattern) = out.get("pattern").and_then(Value::as_str) else { return };
        if keyword::is_plain_pattern(pattern) {
            return;
        }
        self.note("a `pattern` that cannot be checked here was left out");
        out.shift_remove("pattern");
    }
}

/// Puts a description in its place, in front.
fn put_description(out: &mut Map<String, Value>, text: &str) {
    let text = words::cut(&words::tidy(text), words::MAX_FIELD_DESCRIPTION);
    if !text.is_empty() {
        out.insert("description".to_owned(), Value::String(text));
    }
}

/// What is left of a schema that is not written out: its type.
fn stub(map: &Map<String, Value>) -> Value {
    let mut out = Map::new();
    if let Some(text) = map.get("description").and_then(Value::as_str) {
        put_description(&mut out, text);
    }
    if let Some(kind) = map.get("type").and_then(|kind| keyword::kept("type", kind)) {
        out.insert("type".to_owned(), kind);
    } else if map.contains_key("properties") {
        out.insert("type".to_owned(), json!("object"));
    }
    match map.get("nullable") {
        Some(Value::Bool(true)) => nullable(Value::Object(out)),
        _ => Value::Object(out),
    }
}

/// The schema, or null.
fn nullable(mut schema: Value) -> Value {
    let Some(map) = schema.as_object_mut() else { return schema };
    if let Some(values) = map.get_mut("enum").and_then(Value::as_array_mut)
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    match map.get_mut("type") {
        Some(Value::String(kind)) if kind != "null" => {
            let kind = std::mem::take(kind);
            map.insert("type".to_owned(), json!([kind, "null"]));
        }
        Some(Value::Array(kinds)) if !kinds.contains(&json!("null")) => kinds.push(json!("null")),
        Some(_) => {}
        None => {
            if let Some(options) = map.get_mut("anyOf").and_then(Value::as_array_mut)
                && !options.contains(&json!({"type": "null"}))
            {
                options.push(json!({"type": "null"}));
            }
        }
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inlined(root: &Value) -> (Value, Vec<String>) {
        let mut inliner = Inliner::new(root, Side::Request, DEPTHS[0]);
        let schema = inliner.inline(&root["schema"], 0).unwrap();
        (schema, inliner.notes.into_iter().collect())
    }

    #[test]
    fn openapi_3_0_becomes_2020_12() {
        let (schema, notes) = inlined(&json!({"schema": {
            "type": "object", "xml": {}, "x-y": 1, "required": ["id", "n", "n"],
            "properties": {
                "id": {"type": "string", "readOnly": true},
                "n": {"type": "integer", "nullable": true, "minimum": 0, "exclusiveMinimum": true, "example": 3},
                "s": {"type": "string", "nullable": true, "enum": ["a"], "pattern": "^(?=x)"},
                "bad": {"type": "Date", "minLength": "3", "required": true, "maximum": 1, "exclusiveMaximum": false},
            }
        }}));
        assert_eq!(
            schema,
            json!({"type": "object", "required": ["n"], "properties": {
                "n": {"type": ["integer", "null"], "exclusiveMinimum": 0, "examples": [3]},
                "s": {"type": ["string", "null"], "enum": ["a", null]},
                "bad": {"maximum": 1},
            }})
        );
        assert_eq!(notes, ["a `pattern` that cannot be checked here was left out"]);
    }

    #[test]
    fn all_of_is_merged_and_one_of_becomes_any_of() {
        let (schema, _) = inlined(&json!({
            "base": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": false},
            "schema": {"allOf": [{"$ref": "#/base"}, {"properties": {"b": {"oneOf": [{"type": "string"}, {"type": "number"}]}}, "required": ["b"]}],
                "description": "Both"}
        }));
        assert_eq!(
            schema,
            json!({"description": "Both", "type": "object", "required": ["a", "b"], "properties": {
                "a": {"type": "string"}, "b": {"anyOf": [{"type": "string"}, {"type": "number"}]}
            }})
        );
        let (schema, _) = inlined(&json!({"schema": {"allOf": [{"type": "string"}, {"type": "object"}]}}));
        assert_eq!(schema, json!({"type": "string", "allOf": [{"type": "object"}]}));
    }

    #[test]
    fn what_holds_itself_is_cut_and_remote_references_are_not_followed() {
        let (schema, notes) = inlined(&json!({
            "Node": {"type": "object", "properties": {"next": {"$ref": "#/Node"}, "far": {"$ref": "http://x/y.json"}}},
            "schema": {"$ref": "#/Node"}
        }));
        assert_eq!(schema["properties"]["next"], json!({"type": "object", "description": "Again Node, as above"}));
        assert!(notes[0].contains("not followed"), "{notes:?}");
        assert!(notes[1].contains("`Node` holds itself"), "{notes:?}");
        let (schema, _) = inlined(&json!({"a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}, "schema": {"$ref": "#/a"}}));
        assert_eq!(schema, json!({"description": "Not described"}));
    }

    #[test]
    fn what_grows_without_end_is_over_the_bound() {
        let mut root = json!({"schema": {"$ref": "#/l0"}});
        for level in 0..12 {
            let next = json!({"$ref": format!("#/l{}", level + 1)});
            let properties: Map<String, Value> = (0..10).map(|n| (format!("p{n}"), next.clone())).collect();
            root[format!("l{level}")] = json!({"type": "object", "properties": properties});
        }
        root["l12"] = json!({"type": "string"});
        assert_eq!(Inliner::new(&root, Side::Request, 24).inline(&root["schema"], 0), Err(Over));
        let mut shallow = Inliner::new(&root, Side::Request, 5);
        assert!(shallow.inline(&root["schema"], 0).is_ok());
        assert!(shallow.notes.iter().any(|note| note.contains("too deep")));
    }
}
