//! What a change of a JSON Schema does to the values that fit it: more, fewer, or nobody can tell.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// What became of a part of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shift {
    /// Fewer values fit.
    Narrowed,
    /// More values fit.
    Widened,
    /// A field that was there is gone.
    Gone,
    /// A field is new.
    New,
    /// The same values fit, but what is told about them differs.
    Told,
    /// Nothing that matters.
    Aside,
    /// It changed, and nobody can tell what that does.
    Unclear,
}

/// A shift with its place.
#[derive(Debug)]
pub(super) struct Shifted {
    pub(super) kind: Shift,
    pub(super) path: String,
    pub(super) what: String,
}

/// A schema is a tree of bounded depth when it was saved; this is the net below.
const MOST_DEPTH: usize = 64;

/// Higher is narrower.
const LOWER: [&str; 5] = ["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"];
/// Lower is narrower.
const UPPER: [&str; 5] = ["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"];
/// There is narrower than absent; another one is another one.
const PRESENT: [&str; 6] = ["pattern", "format", "multipleOf", "not", "propertyNames", "contains"];
/// What a model reads.
const TOLD: [&str; 4] = ["description", "examples", "example", "default"];
/// What nobody acts on.
const ASIDE: [&str; 8] = ["title", "$comment", "deprecated", "readOnly", "writeOnly", "$schema", "$id", "nullable"];

/// Adds what leads from `before` to `after`.
pub(super) fn compare(path: &str, before: &Value, after: &Value, found: &mut Vec<Shifted>) {
    Walk { found, depth: 0 }.schema(path, before, after);
}

struct Walk<'f> {
    found: &'f mut Vec<Shifted>,
    depth: usize,
}

impl Walk<'_> {
    fn add(&mut self, kind: Shift, path: impl Into<String>, what: impl Into<String>) {
        self.found.push(Shifted { kind, path: path.into(), what: what.into() });
    }

    fn schema(&mut self, path: &str, before: &Value, after: &Value) {
        if before == after {
            return;
        }
        if self.depth >= MOST_DEPTH {
            return self.add(Shift::Unclear, path, "changed too deep inside to be judged");
        }
        self.depth += 1;
        let empty = Map::new();
        match (fields(before, &empty), fields(after, &empty)) {
            (None, None) => {}
            (Some(_), None) => self.add(Shift::Narrowed, path, "nothing is allowed here any more"),
            (None, Some(_)) => self.add(Shift::Widened, path, "something is allowed here now"),
            (Some(before), Some(after)) => self.object(path, before, after),
        }
        self.depth -= 1;
    }

    fn object(&mut self, path: &str, before: &Map<String, Value>, after: &Map<String, Value>) {
        self.types(path, before, after);
        self.choices(path, before, after);
        self.properties(path, before, after);
        self.required(path, before, after);
        self.bounds(path, before, after);
        for (key, default) in [("additionalProperties", true), ("items", true), ("unevaluatedProperties", true)] {
            let default = Value::Bool(default);
            let (was, is) = (before.get(key).unwrap_or(&default), after.get(key).unwrap_or(&default));
            self.schema(&format!("{path}.{key}"), was, is);
        }
        self.alternatives(path, before, after);
        self.definitions(path, before, after);
        self.others(path, before, after);
    }

    fn types(&mut self, path: &str, before: &Map<String, Value>, after: &Map<String, Value>) {
        let (was, is) = (types(before), types(after));
        if was == is {
            return;
        }
        let what = format!("was {}, is {}", told(before.get("type")), told(after.get("type")));
        let path = format!("{path}.type");
        let (Some(was), Some(is)) = (was, is) else {
            let kind = if after.contains_key("type") { Shift::Narrowed } else { Shift::Widened };
            return self.add(kind, path, what);
        };
        if !was.is_subset(&is) {
            self.add(Shift::Narrowed, path.as_str(), what.as_str());
        }
        if !is.is_subset(&was) {
            self.add(Shift::Widened, path, what);
        }
    }

    fn choices(&mut self, path: &str, before: &Map<String, Value>, after: &Map<String, Value>) {
        let path = format!("{path}.enum");
        match (choices(before), choices(after)) {
            (None, None) => {}
            (None, Some(_)) => self.add(Shift::Narrowed, path, "only some values are allowed now"),
            (Some(_), None) => self.add(Shift::Widened, path, "all values are allowed now"),
            (Some(was), Some(is)) => {
                let list = |values: Vec<&&Value>| {
                    values.iter().take(10).map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ")
                };
                let gone: Vec<_> = was.iter().filter(|value| !is.contains(value)).collect();
                if !gone.is_empty() {
                    self.add(Shift::Narrowed, path.as_str(), format!("no longer allowed: {}", list(gone)));
                }
                let new: Vec<_> = is.iter().filter(|value| !was.contains(value)).collect();
                if !new.is_empty() {
                    self.add(Shift::Widened, path, format!("allowed now: {}", list(new)));
                }
            }
        }
    }

    fn properties(&mut self, path: &str, before: &Map<String, Value>, after: &Map<String, Value>) {
        let empty = Map::new();
        let of = |map: &Map<String, Value>| map.get("properties").and_then(Value::as_object).cloned();
        let (was, is) = (of(before).unwrap_or_else(|| empty.clone()), of(after).unwrap_or(empty));
        for (name, schema) in &was {
            let path = format!("{path}.properties.{name}");
            match is.get(name) {
                None => self.add(Shift::Gone, path, "is gone"),
                Some(now) => self.schema(&path, schema, now),
            }
        }
        for name in is.keys().filter(|name| !was.contains_key(*name)) {
            self.add(Shift::New, format!("{path}.properties.{name}"), "is new");
        }
    }

    fn required(&mut self, path: &str, before: &Map<String, Value>, after: &Map<String, Value>) {
        let (was, is) = (names(before.get("required")), names(after.get("required")));
        let path = format!("{path}.required");
        for name in is.difference(&was) {
            self.add(Shift::Narrowed, path.as_str(), format!("`{name}` must be given now"));
        }
        let kept = |name: &&&str| after.get("properties").is_some_and(|properties| properties.get(**name).is_some());
        for name in was.difference(&is).filter(kept) {
            self.add(Shift::Widened, path.as_str(), format!("`{name}` may be left out now"));
        }
    }

    fn bounds(&mut self, path: &str, before: &Map<String, Value>, after: &Map<String, Value>) {
        let keys = LOWER.iter().map(|key| (*key, true)).chain(UPPER.iter().map(|key| (*key, false)));
        for (key, is_lower) in keys {
            let number = |map: &Map<String, Value>| map.get(key).and_then(Value::as_f64);
            let path = format!("{path}.{key}");
            match (number(before), number(after)) {
                (None, Some(is)) => self.add(Shift::Narrowed, path, format!("is {is} now")),
                (Some(was), None) => self.add(Shift::Widened, path, format!("was {was}, is gone")),
                (Some(was), Some(is)) if was != is => {
                    let kind = if (is > was) == is_lower { Shift::Narrowed } else { Shift::Widened };
                    self.add(kind, path, format!("was {was}, is {is}"));
                }
                _ => {}
            }
        }
        let unique = |map: &Map<String, Value>| map.get("uniqueItems").and_then(Value::as_bool).unwrap_or(false);
        match (unique(before), unique(after)) {
            (false, true) => self.add(Shift::Narrowed, format!("{path}.uniqueItems"), "items may not repeat now"),
            (true, false) => self.add(Shift::Widened, format!("{path}.uniqueItems"), "items may repeat now"),
            _ => {}
        }
        for key in PRESENT {
            let path = format!("{path}.{key}");
            match (before.get(key), after.get(key)) {
                (None, Some(_)) => self.add(Shift::Narrowed, path, "is new"),
                (Some(_), None) => self.add(Shift::Widened, path, "is gone"),
                (Some(was), Some(is)) if was != is => self.add(Shift::Unclear, path, "is another one"),
                _ => {}
            }
        }
    }

    /// Of `anyOf` and `oneOf` one must fit, so more of them is wider; of `allOf` all must, so more is narrower.
    fn alternatives(&mut self, path: &str, before: &Map<String, Value>, after: &Map<String, Value>) {
        for (key, more, fewer) in [
            ("anyOf", Shift::Widened, Shift::Narrowed),
            ("oneOf", Shift::Widened, Shift::Narrowed),
            ("allOf", Shift::Narrowed, Shift::Widened),
        ] {
            let path = format!("{path}.{key}");
            let list = |map: &Map<String, Value>| map.get(key).and_then(Value::as_array).cloned();
            match (list(before), list(after)) {
                (None, None) => {}
                (None, Some(_)) => self.add(Shift::Narrowed, path, "is new"),
                (Some(_), None) => self.add(Shift::Widened, path, "is gone"),
                (Some(was), Some(is)) if was == is => {}
                (Some(was), Some(is)) if was.iter().all(|one| is.contains(one)) => self.add(more, path, "has more"),
                (Some(was), Some(is)) if is.iter().all(|one| was.contains(one)) => self.add(fewer, path, "has fewer"),
                (Some(was), Some(is)) if was.len() == is.len() => {
                    for (index, (was, is)) in was.iter().zip(&is).enumerate() {
                        self.schema(&format!("{path}.{index}"), was, is);
                    }
                }
                _ => self.add(Shift::Unclear, path, "has others"),
            }
        }
    }

    fn definitions(&mut self, path: &str, before: &Map<String, Value>, after: &Map<String, Value>) {
        for key in ["$defs", "definitions"] {
            let of = |map: &Map<String, Value>| map.get(key).and_then(Value::as_object).cloned().unwrap_or_default();
            let is = of(after);
            // One that is new or gone shows where it is referred to.
            for (name, was) in of(before) {
                if let Some(is) = is.get(&name) {
                    self.schema(&format!("{path}.{key}.{name}"), &was, is);
                }
            }
        }
    }

    fn others(&mut self, path: &str, before: &Map<String, Value>, after: &Map<String, Value>) {
        const JUDGED: [&str; 14] = [
            "type",
            "enum",
            "const",
            "properties",
            "required",
            "uniqueItems",
            "additionalProperties",
            "items",
            "unevaluatedProperties",
            "anyOf",
            "oneOf",
            "allOf",
            "$defs",
            "definitions",
        ];
        let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for key in keys {
            let name = key.as_str();
            let is_judged = [&JUDGED[..], &LOWER, &UPPER, &PRESENT].iter().any(|list| list.contains(&name));
            if is_judged || before.get(name) == after.get(name) {
                continue;
            }
            let path = format!("{path}.{name}");
            if TOLD.contains(&name) {
                self.add(Shift::Told, path, "changed");
            } else if ASIDE.contains(&name) || name.starts_with("x-") {
                self.add(Shift::Aside, path, "changed");
            } else {
                self.add(Shift::Unclear, path, "changed, and nobody can tell what that does");
            }
        }
    }
}

/// The fields of a schema; `true` has none, and `false` is no schema that anything fits.
fn fields<'s>(schema: &'s Value, empty: &'s Map<String, Value>) -> Option<&'s Map<String, Value>> {
    match schema {
        Value::Object(map) => Some(map),
        Value::Bool(false) => None,
        _ => Some(empty),
    }
}

/// The types that fit; an integer is a number. `None`: any.
fn types(schema: &Map<String, Value>) -> Option<BTreeSet<&str>> {
    let mut types = names(schema.get("type"));
    if types.is_empty() {
        return None;
    }
    if types.contains("number") {
        types.insert("integer");
    }
    Some(types)
}

fn names(value: Option<&Value>) -> BTreeSet<&str> {
    match value {
        Some(Value::String(one)) => BTreeSet::from([one.as_str()]),
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => BTreeSet::new(),
    }
}

fn choices(schema: &Map<String, Value>) -> Option<Vec<&Value>> {
    match (schema.get("const"), schema.get("enum")) {
        (Some(one), _) => Some(vec![one]),
        (None, Some(Value::Array(many))) => Some(many.iter().collect()),
        _ => None,
    }
}

fn told(value: Option<&Value>) -> String {
    value.map_or_else(|| "anything".to_owned(), |value| format!("`{value}`"))
}
