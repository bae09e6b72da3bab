//! Reading a schema for another form: `$ref` written out, `allOf` merged, within a budget.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::Warning;
use crate::schema::resolve;

/// How deep the schema of a definition may nest; what is deeper is cut.
pub(super) const MAX_LEVELS: usize = 40;
/// How many values may be read and copied for one definition.
const MAX_COPIED_NODES: usize = 100_000;
/// How many `$ref` and `allOf` may lead on to one another.
const MAX_HOPS: usize = 32;

/// The warnings about one tool.
pub(super) struct Report {
    tool: String,
    pub(super) warnings: Vec<Warning>,
}

impl Report {
    pub(super) fn new(tool: &str) -> Self {
        Self { tool: tool.to_owned(), warnings: Vec::new() }
    }

    /// Notes once that `keyword` at `path` is lost or changed.
    pub(super) fn warn(&mut self, path: &str, keyword: &str, message: impl Into<String>) {
        if !self.warnings.iter().any(|warning| warning.path == path && warning.keyword == keyword) {
            self.warnings.push(Warning {
                tool: self.tool.clone(),
                path: path.to_owned(),
                keyword: keyword.to_owned(),
                message: message.into(),
            });
        }
    }
}

/// A schema being read.
pub(super) struct Source<'s, 'r> {
    root: &'s Value,
    pub(super) report: &'r mut Report,
    /// The pointers being written out just now.
    stack: Vec<String>,
    /// How many times a pointer may be within itself before it counts as a recursion.
    unrolled: usize,
    left: usize,
}

/// A schema with its references and `allOf` gone.
pub(super) enum Opened<'v> {
    /// An ordinary schema and where it stands.
    Schema(Schema<'v>),
    /// `true`, `{}` or something unreadable: any value fits.
    Anything,
    /// `false`: no value fits.
    Nothing,
    /// It contains itself; the pointer says what.
    Recursion(String),
}

/// An ordinary schema and where it stands.
pub(super) struct Schema<'v> {
    pub(super) map: Cow<'v, Map<String, Value>>,
    pub(super) path: String,
    /// The pointers that were followed to get here; they go back to [`Source::leave`].
    pub(super) entered: usize,
}

impl<'s, 'r> Source<'s, 'r> {
    /// Reads `root`; a schema within itself is written out `unrolled` times.
    pub(super) fn new(root: &'s Value, unrolled: usize, report: &'r mut Report) -> Self {
        Self { root, report, stack: vec![String::new()], unrolled, left: MAX_COPIED_NODES }
    }

    /// Where an inner `$ref` points to.
    pub(super) fn target(&self, pointer: &str) -> Option<&'s Value> {
        self.root.pointer(pointer)
    }

    /// Begins anew at `pointer`, as if nothing else were being written out.
    pub(super) fn restart_at(&mut self, pointer: &str) {
        self.stack = vec![String::new(), pointer.to_owned()];
    }

    /// Follows the references of `schema` and merges its `allOf`. Every `Schema` must be left again.
    pub(super) fn open<'v>(&mut self, schema: &'v Value, path: &str) -> Opened<'v> {
        let before = self.stack.len();
        let opened = self.open_at(schema, path, 0);
        match opened {
            Opened::Schema(mut schema) => {
                schema.entered = self.stack.len() - before;
                Opened::Schema(schema)
            }
            other => {
                self.stack.truncate(before);
                other
            }
        }
    }

    /// Done with a schema that was opened.
    pub(super) fn leave(&mut self, entered: usize) {
        self.stack.truncate(self.stack.len().saturating_sub(entered));
    }

    fn open_at<'v>(&mut self, schema: &'v Value, path: &str, hops: usize) -> Opened<'v> {
        let map = match schema {
            Value::Object(map) if map.is_empty() => return Opened::Anything,
            Value::Object(map) => map,
            Value::Bool(true) => return Opened::Anything,
            Value::Bool(false) => return Opened::Nothing,
            _ => {
                self.report.warn(path, "", "this is not a schema; any value is allowed here");
                return Opened::Anything;
            }
        };
        if hops > MAX_HOPS || !self.spend(1) {
            self.report.warn(path, "$ref", "the schema is too large with every `$ref` written out; it is cut here");
            return Opened::Anything;
        }
        match map.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.follow(map, reference, path, hops),
            None if map.get("allOf").is_some_and(Value::is_array) => self.merge_all(map, path, hops),
            None => Opened::Schema(Schema { map: Cow::Borrowed(map), path: path.to_owned(), entered: 0 }),
        }
    }

    fn follow<'v>(&mut self, map: &'v Map<String, Value>, reference: &str, path: &str, hops: usize) -> Opened<'v> {
        let Some((pointer, target)) = resolve(self.root, reference) else {
            self.report.warn(path, "$ref", format!("`{reference}` points to nothing in this schema; it is left out"));
            let rest = Value::Object(without(map, &["$ref"]));
            return owned(self.open_at(&rest, path, hops + 1));
        };
        if self.stack.iter().filter(|open| **open == pointer).count() >= self.unrolled {
            return Opened::Recursion(pointer);
        }
        self.stack.push(pointer.clone());
        if !self.spend(nodes(target)) {
            self.report.warn(path, "$ref", "the schema is too large with every `$ref` written out; it is cut here");
            return Opened::Anything;
        }
        let Value::Object(target) = target else {
            return owned(self.open_at(target, &pointer, hops + 1));
        };
        // What stands beside a `$ref` holds too; its words describe this place better than those of the target.
        let mut merged = target.clone();
        for (keyword, value) in without(map, &["$ref"]) {
            if matches!(keyword.as_str(), "description" | "title" | "default" | "examples") {
                merged.insert(keyword, value);
            } else if let Some(conflict) = merge_keyword(&mut merged, &keyword, &value) {
                self.report.warn(
                    path,
                    &conflict,
                    "it stands beside a `$ref` and contradicts its target; the target's is kept",
                );
            }
        }
        owned(self.open_at(&Value::Object(merged), &pointer, hops + 1))
    }

    fn merge_all<'v>(&mut self, map: &'v Map<String, Value>, path: &str, hops: usize) -> Opened<'v> {
        let mut merged = without(map, &["allOf"]);
        let members = map.get("allOf").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for (at, member) in members.iter().enumerate() {
            if !self.spend(nodes(member)) {
                self.report.warn(path, "allOf", "the schema is too large; `allOf` is cut here");
                break;
            }
            let place = format!("{path}/allOf/{at}");
            match self.open_at(member, &place, hops + 1) {
                Opened::Schema(schema) => {
                    for (keyword, value) in schema.map.iter() {
                        if let Some(conflict) = merge_keyword(&mut merged, keyword, value) {
                            self.report.warn(
                                &place,
                                &conflict,
                                "it contradicts another part of `allOf`; the first is kept",
                            );
                        }
                    }
                }
                Opened::Recursion(_) => {
                    self.report.warn(&place, "$ref", "a schema that contains itself cannot be merged; it is left out");
                }
                Opened::Nothing => return Opened::Nothing,
                Opened::Anything => {}
            }
        }
        if merged.is_empty() {
            return Opened::Anything;
        }
        Opened::Schema(Schema { map: Cow::Owned(merged), path: path.to_owned(), entered: 0 })
    }

    fn spend(&mut self, nodes: usize) -> bool {
        let left = self.left.checked_sub(nodes);
        self.left = left.unwrap_or(0);
        left.is_some()
    }
}

fn owned<'v>(opened: Opened<'_>) -> Opened<'v> {
    match opened {
        Opened::Schema(schema) => Opened::Schema(Schema {
            map: Cow::Owned(schema.map.into_owned()),
            path: schema.path,
            entered: schema.entered,
        }),
        Opened::Anything => Opened::Anything,
        Opened::Nothing => Opened::Nothing,
        Opened::Recursion(pointer) => Opened::Recursion(pointer),
    }
}

/// A copy without some keywords.
pub(super) fn without(map: &Map<String, Value>, keywords: &[&str]) -> Map<String, Value> {
    map.iter()
        .filter(|(keyword, _)| !keywords.contains(&keyword.as_str()))
        .map(|(keyword, value)| (keyword.clone(), value.clone()))
        .collect()
}

fn nodes(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(nodes).sum::<usize>(),
        Value::Object(map) => 1 + map.values().map(nodes).sum::<usize>(),
        _ => 1,
    }
}

/// Adds a keyword that must hold as well; gives it back when the two contradict each other.
fn merge_keyword(base: &mut Map<String, Value>, keyword: &str, value: &Value) -> Option<String> {
    let Some(existing) = base.get_mut(keyword) else {
        base.insert(keyword.to_owned(), value.clone());
        return None;
    };
    if existing == value {
        return None;
    }
    match (keyword, &mut *existing, value) {
        ("properties" | "$defs" | "definitions" | "patternProperties", Value::Object(mine), Value::Object(theirs)) => {
            for (name, theirs) in theirs {
                match mine.get_mut(name) {
                    None => {
                        mine.insert(name.clone(), theirs.clone());
                    }
                    Some(mine) if mine != theirs => *mine = serde_json::json!({"allOf": [mine.clone(), theirs]}),
                    Some(_) => {}
                }
            }
        }
        ("required", Value::Array(mine), Value::Array(theirs)) => {
            let added: Vec<Value> = theirs.iter().filter(|name| !mine.contains(name)).cloned().collect();
            mine.extend(added);
        }
        ("enum", Value::Array(mine), Value::Array(theirs)) => mine.retain(|value| theirs.contains(value)),
        ("minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties", mine, theirs) => {
            if theirs.as_f64() > mine.as_f64() {
                *mine = theirs.clone();
            }
        }
        ("maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties", mine, theirs) => {
            if theirs.as_f64() < mine.as_f64() {
                *mine = theirs.clone();
            }
        }
        ("additionalProperties", mine, Value::Bool(false)) => *mine = Value::Bool(false),
        ("description" | "title" | "$schema" | "$id" | "$comment" | "examples", ..) => {}
        ("type", mine, theirs) => match common_type(mine, theirs) {
            Some(types) => *mine = types,
            None => return Some(keyword.to_owned()),
        },
        _ => return Some(keyword.to_owned()),
    }
    None
}

/// The types that two `type` keywords have in common.
fn common_type(mine: &Value, theirs: &Value) -> Option<Value> {
    fn types(value: &Value) -> Vec<&str> {
        match value {
            Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
            other => other.as_str().into_iter().collect(),
        }
    }
    let (mine, theirs) = (types(mine), types(theirs));
    let mut common: Vec<&str> = Vec::new();
    for name in &mine {
        if theirs.contains(name) || *name == "integer" && theirs.contains(&"number") {
            common.push(name);
        } else if *name == "number" && theirs.contains(&"integer") {
            common.push("integer");
        }
    }
    match common.as_slice() {
        [] => None,
        [only] => Some(Value::from(*only)),
        several => Some(Value::from(several.to_vec())),
    }
}
