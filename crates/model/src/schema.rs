//! What the schema of a tool's parameters must be like before it is saved.
//!
//! The schema itself is compiled by the runtime. Here is what has to be known first: that it describes named
//! parameters, that nothing in it reaches out of it (a remote `$ref` is a request in the author's name), and
//! that it cannot grow beyond measure when it is compiled or expanded.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The longest schema, as JSON in bytes.
const MAX_BYTES: usize = 256 << 10;
/// How deep its values may nest.
const MAX_DEPTH: usize = 32;
/// How many values it may have.
const MAX_NODES: usize = 5_000;
/// How many values it may have once every `$ref` is written out.
const MAX_EXPANDED_NODES: usize = 100_000;
/// How many `$ref` may lead on to one another.
const MAX_REF_CHAIN: usize = 32;
/// The longest regular expression, in bytes.
const MAX_PATTERN_BYTES: usize = 1_000;

/// Keywords whose value is data, not a schema.
pub(crate) const DATA_KEYWORDS: [&str; 6] = ["const", "default", "enum", "example", "examples", "required"];
/// Keywords whose value is an object of schemas by name.
pub(crate) const NAMED_KEYWORDS: [&str; 5] =
    ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];

/// What is wrong with the schema of a tool's parameters: JSON pointers into it, and messages. None means that it may
/// be saved, provided that it compiles.
pub fn parameters_problems(schema: &Value) -> Vec<(String, String)> {
    let mut problems = Vec::new();
    root_problems(schema, &mut problems);
    problems.extend(problems_of(schema));
    problems
}

/// The same for a schema of anything, for example of an upstream's answer.
pub fn problems_of(schema: &Value) -> Vec<(String, String)> {
    let mut problems = Vec::new();
    let mut nodes = 0;
    if let Err(message) = measure(schema, 0, &mut nodes) {
        return vec![(String::new(), message)];
    }
    let bytes = serde_json::to_vec(schema).map_or(usize::MAX, |text| text.len());
    if bytes > MAX_BYTES {
        return vec![(String::new(), format!("the schema has {bytes} bytes; at most {MAX_BYTES} are allowed"))];
    }
    walk(schema, schema, "", &mut problems);
    if problems.is_empty() {
        let mut sizes = BTreeMap::new();
        if expanded(schema, schema, &mut sizes, 0) > MAX_EXPANDED_NODES {
            let message = format!(
                "with every `$ref` written out the schema has more than {MAX_EXPANDED_NODES} values, or more than {MAX_REF_CHAIN} `$ref` lead on to one another"
            );
            problems.push((String::new(), message));
        }
    }
    problems
}

/// What an internal `$ref` (`#`, `#/$defs/address`) points to, with its JSON pointer.
pub(crate) fn resolve<'s>(root: &'s Value, reference: &str) -> Option<(String, &'s Value)> {
    let pointer = percent_decoded(reference.strip_prefix('#')?)?;
    let target = root.pointer(&pointer)?;
    Some((pointer, target))
}

fn percent_decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let hex = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

fn measure(value: &Value, depth: usize, nodes: &mut usize) -> Result<(), String> {
    *nodes += 1;
    if depth > MAX_DEPTH {
        return Err(format!("the schema nests deeper than {MAX_DEPTH} levels"));
    }
    if *nodes > MAX_NODES {
        return Err(format!("the schema has more than {MAX_NODES} values"));
    }
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| measure(item, depth + 1, nodes)),
        Value::Object(map) => map.values().try_for_each(|item| measure(item, depth + 1, nodes)),
        _ => Ok(()),
    }
}

fn root_problems(schema: &Value, problems: &mut Vec<(String, String)>) {
    let Some(map) = schema.as_object() else {
        problems.push((String::new(), "the schema of the parameters must be an object".to_owned()));
        return;
    };
    if map.get("type").and_then(Value::as_str) != Some("object") {
        problems.push(("/type".to_owned(), "the root must say `type: object`".to_owned()));
    }
    if map.get("properties").is_some_and(|properties| !properties.is_object()) {
        problems.push(("/properties".to_owned(), "`properties` must be an object".to_owned()));
    }
    if map.get("properties").is_some_and(|properties| properties.get("tool_call_id").is_some()) {
        let message = "a parameter may not be called `tool_call_id`; providers use that name themselves";
        problems.push(("/properties/tool_call_id".to_owned(), message.to_owned()));
    }
    if let Some(dialect) = map.get("$schema") {
        let known = dialect.as_str().is_some_and(|url| {
            let url = url.trim_start_matches("https://").trim_start_matches("http://");
            url.starts_with("json-schema.org/draft")
        });
        if !known {
            let message =
                "`$schema` must be a dialect of json-schema.org, such as https://json-schema.org/draft/2020-12/schema";
            problems.push(("/$schema".to_owned(), message.to_owned()));
        }
    }
}

fn walk(root: &Value, schema: &Value, path: &str, problems: &mut Vec<(String, String)>) {
    match schema {
        Value::Object(map) => {
            keyword_problems(root, map, path, problems);
            for (keyword, value) in map {
                let path = format!("{path}/{}", escaped(keyword));
                if DATA_KEYWORDS.contains(&keyword.as_str()) {
                    continue;
                }
                match value.as_object().filter(|_| NAMED_KEYWORDS.contains(&keyword.as_str())) {
                    Some(named) => {
                        for (name, inner) in named {
                            walk(root, inner, &format!("{path}/{}", escaped(name)), problems);
                        }
                    }
                    None => walk(root, value, &path, problems),
                }
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                walk(root, item, &format!("{path}/{at}"), problems);
            }
        }
        _ => {}
    }
}

fn keyword_problems(root: &Value, map: &Map<String, Value>, path: &str, problems: &mut Vec<(String, String)>) {
    for keyword in ["$ref", "$dynamicRef", "$recursiveRef"] {
        let Some(reference) = map.get(keyword).and_then(Value::as_str) else { continue };
        let problem = if !reference.starts_with('#') {
            Some(format!("`{keyword}` may only point into this schema (`#/$defs/…`), not to `{reference}`"))
        } else if resolve(root, reference).is_none() {
            Some(format!("`{keyword}` points to `{reference}`, which is not there"))
        } else {
            None
        };
        problems.extend(problem.map(|message| (format!("{path}/{keyword}"), message)));
    }
    if !path.is_empty() && map.get("$id").is_some_and(Value::is_string) {
        let message = "`$id` is allowed at the root only, because it changes what `$ref` means";
        problems.push((format!("{path}/$id"), message.to_owned()));
    }
    let pattern = map.get("pattern").and_then(Value::as_str).map(|pattern| ("pattern", pattern));
    let keys = map.get("patternProperties").and_then(Value::as_object);
    let keys = keys.into_iter().flat_map(|map| map.keys()).map(|pattern| ("patternProperties", pattern.as_str()));
    for (keyword, pattern) in pattern.into_iter().chain(keys) {
        if pattern.len() > MAX_PATTERN_BYTES {
            let message = format!("a regular expression may have at most {MAX_PATTERN_BYTES} bytes");
            problems.push((format!("{path}/{keyword}"), message));
        }
    }
}

/// How many values `schema` has with every `$ref` written out, each cycle once; stops counting above the bound.
fn expanded(root: &Value, schema: &Value, sizes: &mut BTreeMap<String, usize>, chain: usize) -> usize {
    if chain > MAX_REF_CHAIN {
        return MAX_EXPANDED_NODES + 1;
    }
    let mut total = 1_usize;
    match schema {
        Value::Object(map) => {
            if let Some((pointer, target)) = map.get("$ref").and_then(Value::as_str).and_then(|at| resolve(root, at)) {
                let size = match sizes.get(&pointer) {
                    Some(size) => *size,
                    None => {
                        // While it is being counted it counts as nothing: that is where a cycle ends.
                        sizes.insert(pointer.clone(), 0);
                        let size = expanded(root, target, sizes, chain + 1);
                        sizes.insert(pointer, size);
                        size
                    }
                };
                total = total.saturating_add(size);
            }
            for value in map.values() {
                total = total.saturating_add(expanded(root, value, sizes, chain));
            }
        }
        Value::Array(items) => {
            for item in items {
                total = total.saturating_add(expanded(root, item, sizes, chain));
            }
        }
        _ => {}
    }
    total
}

/// A key as a segment of a JSON pointer.
pub(crate) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(schema: &Value) -> Vec<String> {
        parameters_problems(schema).into_iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn ordinary_schemas_pass() {
        for schema in [
            json!({"type": "object"}),
            json!({"type": "object", "properties": {"a": {"type": "string", "pattern": "^x"}}, "required": ["a"]}),
            json!({"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://x.test/a", "type": "object"}),
            json!({
                "type": "object",
                "properties": {"tree": {"$ref": "#/$defs/node"}, "$ref": {"type": "string"}, "pattern": {"type": "string"}},
                "$defs": {"node": {"type": "object", "properties": {"children": {"items": {"$ref": "#/$defs/node"}}}}},
            }),
            json!({"type": "object", "properties": {"a": {"const": {"$ref": "https://elsewhere.test"}}}}),
            json!({"type": "object", "properties": {"a/b": {}, "c": {"$ref": "#/properties/a~1b"}, "d": {"$ref": "#/%24defs/x"}}, "$defs": {"x": true}}),
        ] {
            assert_eq!(parameters_problems(&schema), vec![], "{schema}");
        }
    }

    #[test]
    fn problems_are_named_where_they_are() {
        for (schema, path) in [
            (json!([]), ""),
            (json!({"type": "string"}), "/type"),
            (json!({"type": ["object", "null"]}), "/type"),
            (json!({"type": "object", "properties": []}), "/properties"),
            (json!({"type": "object", "properties": {"tool_call_id": {}}}), "/properties/tool_call_id"),
            (json!({"type": "object", "$schema": "https://evil.test/schema"}), "/$schema"),
            (
                json!({"type": "object", "properties": {"a": {"$ref": "http://169.254.169.254/x"}}}),
                "/properties/a/$ref",
            ),
            (json!({"type": "object", "properties": {"a": {"$ref": "file:///etc/passwd"}}}), "/properties/a/$ref"),
            (json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/no"}}}), "/properties/a/$ref"),
            (json!({"type": "object", "allOf": [{"$dynamicRef": "x"}]}), "/allOf/0/$dynamicRef"),
            (json!({"type": "object", "properties": {"a": {"$id": "https://x.test"}}}), "/properties/a/$id"),
            (json!({"type": "object", "properties": {"a": {"pattern": "a".repeat(1001)}}}), "/properties/a/pattern"),
            (json!({"type": "object", "patternProperties": {"a".repeat(1001): {}}}), "/patternProperties"),
        ] {
            assert_eq!(paths(&schema), vec![path.to_owned()], "{schema}");
        }
    }

    #[test]
    fn bombs_are_refused() {
        let mut deep = json!({});
        for _ in 0..10_000 {
            // Without `json!`, which would walk all of it each time.
            deep = Value::Object(Map::from_iter([("items".to_owned(), deep)]));
        }
        deep["type"] = json!("object");
        assert_eq!(paths(&deep), vec![String::new()]);
        // Dropping so deep a value would overflow the stack of this thread.
        std::mem::forget(deep);

        let many: Vec<Value> = (0..6_000).map(Value::from).collect();
        assert_eq!(paths(&json!({"type": "object", "enum": many})), vec![String::new()]);
        assert_eq!(paths(&json!({"type": "object", "description": "x".repeat(300_000)})), vec![String::new()]);

        let mut defs = Map::new();
        defs.insert("d0".to_owned(), json!({"type": "string"}));
        for at in 1..20 {
            let inner = json!({"$ref": format!("#/$defs/d{}", at - 1)});
            defs.insert(format!("d{at}"), json!({"properties": {"a": inner, "b": inner, "c": inner}}));
        }
        let bomb = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/d19"}}, "$defs": defs});
        assert_eq!(paths(&bomb), vec![String::new()]);

        let mut defs = Map::new();
        for at in 0..500 {
            defs.insert(format!("d{at}"), json!({"$ref": format!("#/$defs/d{}", (at + 1) % 500)}));
        }
        let chain = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/d0"}}, "$defs": defs});
        assert_eq!(paths(&chain), vec![String::new()]);
    }
}
