//! Gemini's `Schema`: one type each, text enums only, no references.

use serde_json::{Map, Value, json};

use super::{
    kind::{choice, is_about, listed, types},
    source::{MAX_LEVELS, Opened, Report, Source, without},
    wording::{SILENT, Words},
};
use crate::schema::escaped;

/// How many times a schema that contains itself is written out.
const UNROLLED: usize = 3;
const KEPT: [&str; 12] = [
    "title",
    "default",
    "example",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
];
const TEXT_FORMATS: [&str; 1] = ["date-time"];
const NUMBER_FORMATS: [&str; 2] = ["float", "double"];
const INTEGER_FORMATS: [&str; 2] = ["int32", "int64"];
/// Keywords that are written in a way of their own.
const HANDLED: [&str; 10] =
    ["type", "nullable", "description", "enum", "const", "format", "properties", "required", "items", "prefixItems"];

/// `schema` as Gemini takes it; none when there are no parameters.
pub(super) fn gemini(schema: &Value, report: &mut Report) -> Option<Value> {
    let mut writer = Gemini { source: Source::new(schema, UNROLLED, report) };
    let (mut map, entered) = match writer.source.open(schema, "") {
        Opened::Schema(opened) => (opened.map.into_owned(), opened.entered),
        Opened::Anything if schema.as_object().is_some_and(Map::is_empty) => return None,
        _ => {
            writer.source.report.warn("", "type", "the schema is not an object; the tool is shown without parameters");
            return None;
        }
    };
    if map.get("type").is_some_and(|kind| kind != "object") {
        writer.source.report.warn("", "type", "the root of the parameters is an object whatever its `type` says");
    }
    map.insert("type".to_owned(), json!("object"));
    let mut words = Words::of(&map);
    for keyword in ["anyOf", "oneOf", "enum", "const", "nullable"] {
        if let Some(value) = map.shift_remove(keyword) {
            writer.lose("", keyword, &value, &mut words);
        }
    }
    let root = writer.single(&map, "", 1, "object", words)?;
    writer.source.leave(entered);
    let has_parameters = root.get("properties").and_then(Value::as_object).is_some_and(|map| !map.is_empty());
    has_parameters.then(|| Value::Object(root))
}

struct Gemini<'s, 'r> {
    source: Source<'s, 'r>,
}

impl Gemini<'_, '_> {
    /// Gemini's form of a schema; none when it has none, or no value fits it.
    fn write(&mut self, schema: &Value, path: &str, level: usize) -> Option<Value> {
        if level > MAX_LEVELS {
            self.source.report.warn(path, "properties", "the schema nests too deep; it is cut here");
            return None;
        }
        match self.source.open(schema, path) {
            Opened::Nothing => None,
            Opened::Anything => Some(self.untyped(path)),
            Opened::Recursion(pointer) => {
                let message = format!("`{pointer}` contains itself; Gemini is shown {UNROLLED} levels of it");
                self.source.report.warn(path, "$ref", message);
                None
            }
            Opened::Schema(opened) => {
                let value = self.node(&opened.map, &opened.path, level);
                self.source.leave(opened.entered);
                value
            }
        }
    }

    fn node(&mut self, map: &Map<String, Value>, path: &str, level: usize) -> Option<Value> {
        if let Some(choice) = choice(map, path) {
            if choice.keyword == "oneOf" {
                self.source.report.warn(path, "oneOf", "Gemini has no `oneOf`; it is written as `anyOf`");
            }
            return self.options(map, &choice.options, level);
        }
        let mut kinds = types(map, path, self.source.report);
        let has_null = kinds.contains(&"null");
        kinds.retain(|kind| *kind != "null");
        // Every whole number is a number.
        if kinds.contains(&"number") {
            kinds.retain(|kind| *kind != "integer");
        }
        let mut out = match kinds.as_slice() {
            [] if has_null => return Some(json!({"type": "string", "nullable": true, "description": "Always null."})),
            [] => {
                let mut words = Words::of(map);
                self.lose_rest(map, path, &mut words);
                let mut out = self.untyped(path);
                words.write(out.as_object_mut()?);
                return Some(out);
            }
            [only] => self.single(map, path, level, only, Words::of(map))?,
            several => {
                let options = several.iter().map(|kind| {
                    let mut option = without(map, &["description", "title", "default"]);
                    option.retain(|keyword, _| is_about(keyword, kind));
                    option.insert("type".to_owned(), json!(kind));
                    (Value::Object(option), path.to_owned())
                });
                let options: Vec<_> = options.collect();
                match self.options(map, &options, level)? {
                    Value::Object(out) => out,
                    _ => return None,
                }
            }
        };
        if has_null {
            out.insert("nullable".to_owned(), json!(true));
        }
        Some(Value::Object(out))
    }

    fn options(&mut self, map: &Map<String, Value>, options: &[(Value, String)], level: usize) -> Option<Value> {
        let mut written: Vec<Value> = Vec::new();
        let mut has_null = false;
        for (option, place) in options {
            if option.get("type").is_some_and(|kind| kind == "null") {
                has_null = true;
                continue;
            }
            let Some(mut value) = self.write(option, place, level + 1) else { continue };
            // Null is said once, beside the choice.
            if let Some(inner) = value.as_object_mut()
                && inner.shift_remove("nullable").is_some()
            {
                has_null = true;
            }
            if !written.contains(&value) {
                written.push(value);
            }
        }
        let mut out = match written.len() {
            0 => return None,
            1 => written.pop()?.as_object()?.clone(),
            _ => Map::from_iter([("anyOf".to_owned(), Value::Array(written))]),
        };
        if let Some(description) = map.get("description").filter(|text| text.is_string()) {
            out.insert("description".to_owned(), description.clone());
        }
        if has_null {
            out.insert("nullable".to_owned(), json!(true));
        }
        Some(Value::Object(out))
    }

    /// A schema of one type without a choice.
    fn single(
        &mut self,
        map: &Map<String, Value>,
        path: &str,
        level: usize,
        kind: &str,
        mut words: Words,
    ) -> Option<Map<String, Value>> {
        let mut out = Map::new();
        out.insert("type".to_owned(), json!(kind));
        for keyword in KEPT {
            let Some(value) = map.get(keyword) else { continue };
            let fits = match keyword {
                "title" | "pattern" => value.is_string(),
                "default" | "example" => true,
                _ => value.is_number(),
            };
            if fits && is_about(keyword, kind) {
                out.insert(keyword.to_owned(), value.clone());
            } else if !fits {
                self.lose(path, keyword, value, &mut words);
            }
        }
        if let Some(format) = map.get("format") {
            let known: &[&str] = match kind {
                "string" => &TEXT_FORMATS,
                "number" => &NUMBER_FORMATS,
                "integer" => &INTEGER_FORMATS,
                _ => &[],
            };
            if known.iter().any(|known| format == known) {
                out.insert("format".to_owned(), format.clone());
            } else {
                self.lose(path, "format", format, &mut words);
            }
        }
        self.values(map, path, kind, &mut out, &mut words);
        self.lose_rest(map, path, &mut words);
        words.write(&mut out);
        match kind {
            "object" => self.object(map, path, level, &mut out),
            "array" => {
                let items = self.items(map, path, level)?;
                out.insert("items".to_owned(), items);
            }
            _ => {}
        }
        Some(out)
    }

    /// `enum` and `const`. Gemini lists texts only. Other values stay of their type and are listed in words: written
    /// as texts, they would come back as texts, which the tool's own schema refuses.
    fn values(
        &mut self,
        map: &Map<String, Value>,
        path: &str,
        kind: &str,
        out: &mut Map<String, Value>,
        words: &mut Words,
    ) {
        let Some(values) = listed(map, &[kind]).filter(|values| !values.is_empty()) else { return };
        if kind == "string" {
            out.insert("enum".to_owned(), Value::Array(values));
            return;
        }
        let keyword = if map.contains_key("enum") { "enum" } else { "const" };
        if matches!(kind, "integer" | "number") {
            let numbers = || values.iter().filter_map(Value::as_f64);
            let find = |number: f64| values.iter().find(|value| value.as_f64() == Some(number)).cloned();
            for (bound, number) in [("minimum", numbers().reduce(f64::min)), ("maximum", numbers().reduce(f64::max))] {
                if let (false, Some(value)) = (out.contains_key(bound), number.and_then(find)) {
                    out.insert(bound.to_owned(), value);
                }
            }
        }
        let message =
            format!("Gemini takes only texts in an `enum`; the values of this {kind} are listed in the description");
        self.source.report.warn(path, keyword, message);
        words.add("enum", &Value::Array(values));
    }

    fn object(&mut self, map: &Map<String, Value>, path: &str, level: usize, out: &mut Map<String, Value>) {
        let mut properties = Map::new();
        for (name, schema) in map.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let place = format!("{path}/properties/{}", escaped(name));
            match self.write(schema, &place, level + 1) {
                Some(written) => {
                    properties.insert(name.clone(), written);
                }
                None => self.source.report.warn(
                    &place,
                    "properties",
                    "this field has no form in Gemini's schema; it is left out",
                ),
            }
        }
        if properties.is_empty() && !path.is_empty() {
            let message = "Gemini may refuse an object without named fields, and the model cannot send others";
            self.source.report.warn(path, "properties", message);
        }
        let required = map.get("required").and_then(Value::as_array).into_iter().flatten();
        let required: Vec<Value> =
            required.filter(|name| name.as_str().is_some_and(|name| properties.contains_key(name))).cloned().collect();
        if !properties.is_empty() {
            out.insert("properties".to_owned(), Value::Object(properties));
        }
        if !required.is_empty() {
            out.insert("required".to_owned(), Value::Array(required));
        }
    }

    fn items(&mut self, map: &Map<String, Value>, path: &str, level: usize) -> Option<Value> {
        let listed = map.get("prefixItems").or_else(|| map.get("items").filter(|items| items.is_array()));
        if let Some(Value::Array(places)) = listed {
            let message = "Gemini has no fixed places in a list; any item may be of any of their schemas";
            self.source.report.warn(path, "prefixItems", message);
            let rest = map.get("items").filter(|items| items.is_object());
            let options: Vec<_> = places
                .iter()
                .chain(rest)
                .enumerate()
                .map(|(at, option)| (option.clone(), format!("{path}/prefixItems/{at}")))
                .collect();
            return self.options(&Map::new(), &options, level);
        }
        let place = format!("{path}/items");
        match map.get("items") {
            Some(items) => self.write(items, &place, level + 1),
            None => Some(self.untyped(&place)),
        }
    }

    /// A schema that allows anything; Gemini wants a type.
    fn untyped(&mut self, path: &str) -> Value {
        let message = "Gemini needs a `type`; the model may send a text, a number, true, false or null here";
        self.source.report.warn(path, "type", message);
        json!({"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}], "nullable": true})
    }

    fn lose_rest(&mut self, map: &Map<String, Value>, path: &str, words: &mut Words) {
        for (keyword, value) in map {
            let known = KEPT.contains(&keyword.as_str()) || HANDLED.contains(&keyword.as_str());
            // Objects are closed anyway: the model knows the named fields and no others.
            let closed = keyword == "additionalProperties" && *value == Value::Bool(false);
            if !known && !closed && !SILENT.contains(&keyword.as_str()) && !keyword.starts_with("x-") {
                self.lose(path, keyword, value, words);
            }
        }
    }

    fn lose(&mut self, path: &str, keyword: &str, value: &Value, words: &mut Words) {
        words.add(keyword, value);
        let message = match keyword {
            "format" => format!("Gemini does not know the format {value} here; it was moved into the description"),
            _ => format!("Gemini has no `{keyword}` here; it was moved into the description"),
        };
        self.source.report.warn(path, keyword, message);
    }
}
