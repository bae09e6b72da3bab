//! OpenAI's strict mode: every object closed, every property required, a small set of keywords.

use std::collections::VecDeque;

use serde_json::{Map, Value, json};

use super::{
    kind::{choice, listed, types},
    limits,
    source::{MAX_LEVELS, Opened, Report, Source},
    wording::{SILENT, Words},
};
use crate::schema::escaped;

const KEPT: [&str; 9] = [
    "title",
    "pattern",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minItems",
    "maxItems",
];
const FORMATS: [&str; 9] = ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];
/// Keywords that are written in a way of their own.
const HANDLED: [&str; 11] = [
    "type",
    "nullable",
    "description",
    "enum",
    "const",
    "format",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "prefixItems",
];
/// Refused at the root.
const ROOT_CHOICES: [&str; 5] = ["anyOf", "oneOf", "enum", "const", "nullable"];

/// `schema` as strict mode takes it.
pub(super) fn strict(schema: &Value, report: &mut Report) -> Value {
    let mut writer = Strict { source: Source::new(schema, 1, report), names: Vec::new(), queue: VecDeque::new() };
    let mut root = writer.root(schema);
    let mut definitions = Map::new();
    while let Some((pointer, name)) = writer.queue.pop_front() {
        writer.source.restart_at(&pointer);
        let target = writer.source.target(&pointer);
        let written =
            target.and_then(|target| writer.write(target, &pointer, 1)).filter(|value| value.get("$ref").is_none());
        definitions.insert(name, written.unwrap_or_else(anything));
    }
    if !definitions.is_empty() {
        root.insert("$defs".to_owned(), Value::Object(definitions));
    }
    let root = Value::Object(root);
    limits::check(&root, report);
    root
}

struct Strict<'s, 'r> {
    source: Source<'s, 'r>,
    /// Schemas that contain themselves, by their pointers, and their names in `$defs`.
    names: Vec<(String, String)>,
    queue: VecDeque<(String, String)>,
}

impl Strict<'_, '_> {
    fn root(&mut self, schema: &Value) -> Map<String, Value> {
        let (mut map, entered) = match self.source.open(schema, "") {
            Opened::Schema(opened) => (opened.map.into_owned(), opened.entered),
            Opened::Anything if schema.as_object().is_some_and(Map::is_empty) => (Map::new(), 0),
            _ => {
                self.source.report.warn(
                    "",
                    "type",
                    "the schema is not an object; the tool is shown without parameters",
                );
                (Map::new(), 0)
            }
        };
        let mut words = Words::of(&map);
        for keyword in ROOT_CHOICES {
            if let Some(value) = map.shift_remove(keyword) {
                self.lose("", keyword, &value, &mut words);
            }
        }
        if map.get("type").is_some_and(|kind| kind != "object") {
            self.source.report.warn("", "type", "the root of the parameters is an object whatever its `type` says");
        }
        map.insert("type".to_owned(), json!("object"));
        let out = self.single(&map, "", 1, &["object"], words);
        self.source.leave(entered);
        out
    }

    /// The strict form of a schema; none when no value fits it.
    fn write(&mut self, schema: &Value, path: &str, level: usize) -> Option<Value> {
        if level > MAX_LEVELS {
            self.source.report.warn(path, "properties", "the schema nests too deep; it is cut here");
            return Some(anything());
        }
        match self.source.open(schema, path) {
            Opened::Nothing => None,
            Opened::Anything => Some(self.untyped(path)),
            Opened::Recursion(pointer) => Some(json!({"$ref": self.reference(pointer)})),
            Opened::Schema(opened) => {
                let value = self.node(&opened.map, &opened.path, level);
                self.source.leave(opened.entered);
                Some(value)
            }
        }
    }

    fn node(&mut self, map: &Map<String, Value>, path: &str, level: usize) -> Value {
        if let Some(choice) = choice(map, path) {
            if choice.keyword == "oneOf" {
                self.source.report.warn(path, "oneOf", "strict mode has no `oneOf`; it is written as `anyOf`");
            }
            return self.options(map, &choice.options, path, level);
        }
        let kinds = types(map, path, self.source.report);
        if kinds.is_empty() {
            let mut words = Words::of(map);
            self.lose_rest(map, path, &mut words);
            let mut out = match self.untyped(path) {
                Value::Object(out) => out,
                _ => Map::new(),
            };
            words.write(&mut out);
            return Value::Object(out);
        }
        Value::Object(self.single(map, path, level, &kinds, Words::of(map)))
    }

    fn options(&mut self, map: &Map<String, Value>, options: &[(Value, String)], path: &str, level: usize) -> Value {
        let mut written: Vec<Value> = Vec::new();
        for (option, place) in options {
            let Some(value) = self.write(option, place, level + 1) else { continue };
            let inner = match value.get("anyOf").and_then(Value::as_array) {
                Some(inner) if value.as_object().is_some_and(|map| map.len() == 1) => inner.clone(),
                _ => vec![value],
            };
            for value in inner {
                if !written.contains(&value) {
                    written.push(value);
                }
            }
        }
        let mut words = Words::of(map);
        if let Some(default) = map.get("default") {
            self.lose(path, "default", default, &mut words);
        }
        let mut out = Map::new();
        match written.len() {
            0 => return self.untyped(path),
            1 if written[0].get("$ref").is_none() && written[0].get("description").is_none() => {
                if let Some(Value::Object(only)) = written.pop() {
                    out = only;
                }
            }
            _ => {
                out.insert("anyOf".to_owned(), Value::Array(written));
            }
        }
        words.write(&mut out);
        Value::Object(out)
    }

    /// A schema of known types without a choice.
    fn single(
        &mut self,
        map: &Map<String, Value>,
        path: &str,
        level: usize,
        kinds: &[&str],
        mut words: Words,
    ) -> Map<String, Value> {
        let mut out = Map::new();
        let kind = if let [only] = kinds { json!(only) } else { json!(kinds) };
        out.insert("type".to_owned(), kind);
        for keyword in KEPT {
            let Some(value) = map.get(keyword) else { continue };
            let fits = if matches!(keyword, "title" | "pattern") { value.is_string() } else { value.is_number() };
            if fits {
                out.insert(keyword.to_owned(), value.clone());
            } else {
                self.lose(path, keyword, value, &mut words);
            }
        }
        if let Some(format) = map.get("format") {
            if FORMATS.iter().any(|known| format == known) {
                out.insert("format".to_owned(), format.clone());
            } else {
                self.lose(path, "format", format, &mut words);
            }
        }
        if let Some(values) = listed(map, kinds) {
            if values.is_empty() {
                self.source.report.warn(path, "enum", "no value of `enum` is of its `type`; it is left out");
            } else {
                out.insert("enum".to_owned(), Value::Array(values));
            }
        }
        self.lose_rest(map, path, &mut words);
        words.write(&mut out);
        if kinds.contains(&"object") {
            self.object(map, path, level, &mut out);
        }
        if kinds.contains(&"array") {
            let items = self.items(map, path, level);
            out.insert("items".to_owned(), items);
        }
        out
    }

    fn object(&mut self, map: &Map<String, Value>, path: &str, level: usize, out: &mut Map<String, Value>) {
        let required = map.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut properties = Map::new();
        for (name, schema) in map.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let place = format!("{path}/properties/{}", escaped(name));
            let Some(written) = self.write(schema, &place, level + 1) else {
                self.source.report.warn(&place, "properties", "no value fits this field; it is left out");
                continue;
            };
            let is_required = required.iter().any(|required| required == name);
            properties.insert(name.clone(), if is_required { written } else { nullable(written) });
        }
        let open = match map.get("additionalProperties") {
            Some(Value::Bool(false)) => false,
            Some(_) => true,
            None => properties.is_empty() && !path.is_empty(),
        };
        if open {
            let message = "strict mode has only fields that are named; the model cannot send others here";
            self.source.report.warn(path, "additionalProperties", message);
        }
        let names: Vec<Value> = properties.keys().map(|name| json!(name)).collect();
        out.insert("properties".to_owned(), Value::Object(properties));
        out.insert("required".to_owned(), Value::Array(names));
        out.insert("additionalProperties".to_owned(), Value::Bool(false));
    }

    fn items(&mut self, map: &Map<String, Value>, path: &str, level: usize) -> Value {
        // `items` as a list is how older drafts wrote `prefixItems`.
        let listed = map.get("prefixItems").or_else(|| map.get("items").filter(|items| items.is_array()));
        if let Some(Value::Array(places)) = listed {
            self.source.report.warn(
                path,
                "prefixItems",
                "strict mode has no fixed places in a list; any item may be of any of their schemas",
            );
            let rest = map.get("items").filter(|items| items.is_object());
            let options: Vec<_> = places
                .iter()
                .chain(rest)
                .enumerate()
                .map(|(at, option)| (option.clone(), format!("{path}/prefixItems/{at}")))
                .collect();
            return self.options(&Map::new(), &options, path, level);
        }
        match map.get("items") {
            Some(items) => {
                let written = self.write(items, &format!("{path}/items"), level + 1);
                written.unwrap_or_else(|| self.untyped(&format!("{path}/items")))
            }
            None => self.untyped(&format!("{path}/items")),
        }
    }

    /// A schema that allows anything has no strict form; this is the nearest.
    fn untyped(&mut self, path: &str) -> Value {
        let message = "strict mode needs a `type`; the model may send a text, a number, true, false or null here";
        self.source.report.warn(path, "type", message);
        anything()
    }

    fn reference(&mut self, pointer: String) -> String {
        if pointer.is_empty() {
            return "#".to_owned();
        }
        if let Some((_, name)) = self.names.iter().find(|(known, _)| *known == pointer) {
            return format!("#/$defs/{name}");
        }
        let last = pointer.rsplit('/').next().unwrap_or_default();
        let base: String = last.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_' || *c == '-').collect();
        let base = if base.is_empty() { "schema" } else { &base };
        let mut name = base.to_owned();
        let mut count = 1;
        while self.names.iter().any(|(_, taken)| *taken == name) {
            count += 1;
            name = format!("{base}_{count}");
        }
        self.names.push((pointer.clone(), name.clone()));
        self.queue.push_back((pointer, name.clone()));
        format!("#/$defs/{name}")
    }

    fn lose_rest(&mut self, map: &Map<String, Value>, path: &str, words: &mut Words) {
        for (keyword, value) in map {
            let keyword = keyword.as_str();
            if !KEPT.contains(&keyword)
                && !HANDLED.contains(&keyword)
                && !SILENT.contains(&keyword)
                && !keyword.starts_with("x-")
            {
                self.lose(path, keyword, value, words);
            }
        }
    }

    fn lose(&mut self, path: &str, keyword: &str, value: &Value, words: &mut Words) {
        words.add(keyword, value);
        let message = if keyword == "format" {
            format!("strict mode does not know the format {value}; it was moved into the description")
        } else if path.is_empty() && ROOT_CHOICES.contains(&keyword) {
            format!("strict mode refuses `{keyword}` at the root; it was moved into the description")
        } else {
            format!("strict mode has no `{keyword}`; it was moved into the description")
        };
        self.source.report.warn(path, keyword, message);
    }
}

fn anything() -> Value {
    json!({"type": ["string", "number", "boolean", "null"]})
}

/// The same schema, or null: how an optional property is written where all are required.
fn nullable(schema: Value) -> Value {
    let Value::Object(mut map) = schema else { return schema };
    if let Some(options) = map.get_mut("anyOf").and_then(Value::as_array_mut) {
        let null = json!({"type": "null"});
        let has_null = options.iter().any(|option| match option.get("type") {
            Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "null"),
            kind => kind.is_some_and(|kind| kind == "null"),
        });
        if !has_null {
            options.push(null);
        }
        return Value::Object(map);
    }
    let Some(kind) = map.get_mut("type") else {
        return json!({"anyOf": [map, {"type": "null"}]});
    };
    match kind {
        Value::Array(kinds) if kinds.iter().any(|kind| kind == "null") => {}
        Value::Array(kinds) => kinds.push(json!("null")),
        Value::String(name) if name != "null" => *kind = json!([name, "null"]),
        _ => {}
    }
    if let Some(Value::Array(values)) = map.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
    Value::Object(map)
}
