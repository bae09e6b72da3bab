//! Tools in the form of each provider: examples, and rules that hold for any schema.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use callwright_model::{
    definition::{Definitions, Format, define},
    schema::parameters_problems,
    tool::ToolSpec,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn tool(parameters: Value) -> ToolSpec {
    serde_json::from_value(json!({
        "name": "book",
        "display_name": "Book a slot",
        "description": "Books a slot.",
        "kind": "http",
        "parameters": parameters,
        "bound": {"customer_id": "{{ context.verified.contact_id }}"},
        "config": {"url": "https://api.test/"},
    }))
    .unwrap()
}

fn defined(parameters: Value, format: Format) -> Definitions {
    define([tool(parameters)].iter(), format)
}

/// The parameters as a format shows them, and the warnings as `path keyword`.
fn shown(parameters: Value, format: Format) -> (Value, Vec<String>) {
    let definitions = defined(parameters, format);
    let tool = &definitions.tools[0];
    let pointers = ["/function/parameters", "/input_schema", "/parameters", "/inputSchema"];
    let parameters = pointers.into_iter().find_map(|at| tool.pointer(at)).cloned().unwrap_or_default();
    let warnings = definitions.warnings.iter().map(|warning| format!("{} {}", warning.path, warning.keyword)).collect();
    (parameters, warnings)
}

fn booking() -> Value {
    json!({
        "type": "object",
        "properties": {
            "customer_id": {"type": "string"},
            "day": {"type": "string", "format": "date", "description": "Which day."},
            "slot": {"enum": ["morning", "evening"]},
            "seats": {"type": "integer", "minimum": 1, "maximum": 8, "default": 2},
        },
        "required": ["customer_id", "day"],
        "additionalProperties": false,
    })
}

#[test]
fn every_format_has_its_own_frame() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": false});
    let spec = tool(schema.clone());
    let frames: Vec<Value> = Format::ALL
        .into_iter()
        .map(|format| {
            assert_eq!(Format::parse(format.as_str()), Some(format));
            let definitions = define([&spec].into_iter(), format);
            assert_eq!(definitions.warnings, vec![]);
            assert!(definitions.estimated_tokens > 10);
            definitions.tools[0].clone()
        })
        .collect();
    assert_eq!(
        frames,
        vec![
            json!({"type": "function", "function": {"name": "book", "description": "Books a slot.", "parameters": schema}}),
            json!({"type": "function", "function": {"name": "book", "description": "Books a slot.", "parameters": schema, "strict": true}}),
            json!({"name": "book", "description": "Books a slot.", "input_schema": schema}),
            json!({"name": "book", "description": "Books a slot.", "parameters": {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}}),
            json!({"name": "book", "title": "Book a slot", "description": "Books a slot.", "inputSchema": schema,
                "annotations": {"readOnlyHint": false, "destructiveHint": false, "idempotentHint": false, "openWorldHint": true}}),
        ]
    );
}

#[test]
fn bound_parameters_are_never_shown() {
    for format in Format::ALL {
        let text = json!(defined(booking(), format)).to_string();
        assert!(!text.contains("customer_id"), "{text}");
    }
}

#[test]
fn openai_and_anthropic_take_the_schema_but_for_its_root() {
    for format in [Format::Openai, Format::Anthropic] {
        let nested = json!({"type": "object", "properties": {"a": {"oneOf": [{"$ref": "#/$defs/x"}, {"type": "null"}]}}, "$defs": {"x": {"type": "string", "minLength": 3}}});
        assert_eq!(shown(nested.clone(), format), (nested, vec![]));
        let (parameters, warnings) = shown(
            json!({
                "type": "object",
                "allOf": [{"properties": {"b": {"$ref": "#/$defs/x"}}, "required": ["b"]}],
                "properties": {"a": {"type": "string"}},
                "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
                "$defs": {"x": {"type": "string"}},
            }),
            format,
        );
        assert_eq!(
            parameters,
            json!({
                "type": "object",
                "properties": {"a": {"type": "string"}, "b": {"$ref": "#/$defs/x"}},
                "$defs": {"x": {"type": "string"}},
                "required": ["b"],
                "description": "Schema rule anyOf: [{\"required\":[\"a\"]},{\"required\":[\"b\"]}].",
            })
        );
        assert_eq!(warnings, [" anyOf"]);
    }
}

#[test]
fn odd_names_and_long_descriptions_are_warned_about() {
    let (_, warnings) = shown(json!({"type": "object", "properties": {"straße/x": {}}}), Format::Anthropic);
    assert_eq!(warnings, ["/properties/straße~1x properties"]);
    let mut spec = tool(json!({"type": "object"}));
    spec.description = "x".repeat(1025);
    assert_eq!(define([&spec].into_iter(), Format::Openai).warnings[0].keyword, "description");
}

#[test]
fn strict_mode_closes_objects_and_requires_everything() {
    let (parameters, warnings) = shown(booking(), Format::OpenaiStrict);
    assert_eq!(
        parameters,
        json!({
            "type": "object",
            "properties": {
                "day": {"type": "string", "format": "date", "description": "Which day."},
                "slot": {"type": ["string", "null"], "enum": ["morning", "evening", null]},
                "seats": {"type": ["integer", "null"], "minimum": 1, "maximum": 8, "description": "Default: 2."},
            },
            "required": ["day", "slot", "seats"],
            "additionalProperties": false,
        })
    );
    assert_eq!(warnings, ["/properties/seats default"]);
}

#[test]
fn strict_mode_loses_keywords_into_words() {
    let (parameters, warnings) = shown(
        json!({
            "type": "object",
            "properties": {
                "a": {"type": "string", "minLength": 3, "format": "uri", "description": "A link."},
                "b": {"type": "object"},
                "c": {},
                "d": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "uniqueItems": true},
                "e": {"const": 5},
                "f": {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]}]},
                "g": {"type": "object", "properties": {"x": {"type": "string"}, "y": {"type": "string"}}, "anyOf": [{"required": ["x"]}, {"required": ["y"]}]},
            },
            "required": ["a", "b", "c", "d", "e", "f", "g"],
        }),
        Format::OpenaiStrict,
    );
    assert_eq!(
        parameters["properties"],
        json!({
            "a": {"type": "string", "description": "A link. Format: uri. At least 3 characters."},
            "b": {"type": "object", "properties": {}, "required": [], "additionalProperties": false},
            "c": {"type": ["string", "number", "boolean", "null"]},
            "d": {"type": "array", "description": "No item twice.", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}},
            "e": {"type": "integer", "enum": [5]},
            "f": {"anyOf": [{"type": "string"}, {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"], "additionalProperties": false}]},
            "g": {
                "type": "object",
                "description": "Schema rule anyOf: [{\"required\":[\"x\"]},{\"required\":[\"y\"]}].",
                "properties": {"x": {"type": ["string", "null"]}, "y": {"type": ["string", "null"]}},
                "required": ["x", "y"],
                "additionalProperties": false,
            },
        })
    );
    assert_eq!(
        warnings,
        [
            "/properties/a format",
            "/properties/a minLength",
            "/properties/b additionalProperties",
            "/properties/c type",
            "/properties/d uniqueItems",
            "/properties/d prefixItems",
            "/properties/f oneOf",
            "/properties/g anyOf",
        ]
    );
}

#[test]
fn strict_mode_writes_references_out_and_keeps_recursions() {
    let (parameters, warnings) = shown(
        json!({
            "type": "object",
            "properties": {
                "home": {"$ref": "#/$defs/address", "description": "Where they live."},
                "tree": {"$ref": "#/$defs/node"},
            },
            "required": ["home", "tree"],
            "$defs": {
                "address": {"type": "object", "properties": {"zip": {"type": "string"}}, "required": ["zip"]},
                "node": {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}, "required": ["children"]},
            },
        }),
        Format::OpenaiStrict,
    );
    let node = json!({"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}, "required": ["children"], "additionalProperties": false});
    assert_eq!(
        parameters,
        json!({
            "type": "object",
            "properties": {
                "home": {"type": "object", "description": "Where they live.", "properties": {"zip": {"type": "string"}}, "required": ["zip"], "additionalProperties": false},
                "tree": node,
            },
            "required": ["home", "tree"],
            "additionalProperties": false,
            "$defs": {"node": node},
        })
    );
    assert_eq!(warnings, Vec::<String>::new());
}

#[test]
fn strict_mode_merges_what_stands_beside_a_choice_into_its_options() {
    let (parameters, _) = shown(
        json!({"type": "object", "properties": {"a": {"type": "string", "description": "When.", "anyOf": [{"format": "date"}, {"enum": ["today"]}]}}, "required": ["a"]}),
        Format::OpenaiStrict,
    );
    assert_eq!(
        parameters["properties"]["a"],
        json!({"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "enum": ["today"]}], "description": "When."})
    );
}

#[test]
fn strict_limits_are_warned_about() {
    let values: Vec<String> = (0..1_001).map(|n| n.to_string()).collect();
    let mut deep = json!({"type": "string"});
    for _ in 0..11 {
        deep = json!({"type": "object", "properties": {"a": deep}, "required": ["a"]});
    }
    let (_, warnings) =
        shown(json!({"type": "object", "properties": {"a": {"enum": values}, "b": deep}}), Format::OpenaiStrict);
    assert_eq!(warnings, [" enum", " depth"]);
}

#[test]
fn gemini_gets_one_type_each_and_no_references() {
    let (parameters, warnings) = shown(
        json!({
            "type": "object",
            "properties": {
                "a": {"type": ["string", "null"], "maxLength": 5},
                "b": {"type": ["string", "integer"], "maxLength": 5, "minimum": 2},
                "c": {"const": "x"},
                "d": {"enum": [1, 2, 3]},
                "e": {"oneOf": [{"$ref": "#/$defs/x"}, {"type": "null"}]},
                "f": {"allOf": [{"$ref": "#/$defs/x"}, {"properties": {"z": {"type": "boolean"}}}]},
                "g": {"type": "string", "format": "email"},
                "h": {"type": "integer", "exclusiveMinimum": 0, "not": {"const": 13}},
                "i": {"type": "object", "additionalProperties": {"type": "string"}},
                "j": {"type": "array"},
            },
            "required": ["a", "gone"],
            "$defs": {"x": {"type": "object", "properties": {"y": {"type": "string"}}, "required": ["y"]}},
        }),
        Format::Gemini,
    );
    assert_eq!(
        parameters,
        json!({
            "type": "object",
            "properties": {
                "a": {"type": "string", "maxLength": 5, "nullable": true},
                "b": {"anyOf": [{"type": "string", "maxLength": 5}, {"type": "integer", "minimum": 2}]},
                "c": {"type": "string", "enum": ["x"]},
                "d": {"type": "integer", "minimum": 1, "maximum": 3, "description": "One of: 1,2,3."},
                "e": {"type": "object", "properties": {"y": {"type": "string"}}, "required": ["y"], "nullable": true},
                "f": {"type": "object", "properties": {"y": {"type": "string"}, "z": {"type": "boolean"}}, "required": ["y"]},
                "g": {"type": "string", "description": "Format: email."},
                "h": {"type": "integer", "description": "More than 0. Schema rule not: {\"const\":13}."},
                "i": {"type": "object", "description": "Schema rule additionalProperties: {\"type\":\"string\"}."},
                "j": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}], "nullable": true}},
            },
            "required": ["a"],
        })
    );
    assert_eq!(
        warnings,
        [
            "/properties/d enum",
            "/properties/e oneOf",
            "/properties/g format",
            "/properties/h exclusiveMinimum",
            "/properties/h not",
            "/properties/i additionalProperties",
            "/properties/i properties",
            "/properties/j/items type",
        ]
    );
}

#[test]
fn gemini_is_shown_some_levels_of_a_recursion() {
    let (parameters, warnings) = shown(
        json!({
            "type": "object",
            "properties": {"tree": {"$ref": "#/$defs/node"}},
            "$defs": {"node": {"type": "object", "properties": {"name": {"type": "string"}, "child": {"$ref": "#/$defs/node"}}, "required": ["name", "child"]}},
        }),
        Format::Gemini,
    );
    let leaf = json!({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]});
    assert_eq!(parameters.pointer("/properties/tree/properties/child/properties/child"), Some(&leaf));
    assert_eq!(warnings, ["/$defs/node/properties/child $ref", "/$defs/node/properties/child properties"]);
}

#[test]
fn gemini_has_no_parameters_where_there_are_none() {
    for parameters in
        [json!({"type": "object"}), json!({}), json!({"type": "object", "properties": {"customer_id": {}}})]
    {
        assert_eq!(
            defined(parameters, Format::Gemini).tools,
            [json!({"name": "book", "description": "Books a slot."})]
        );
    }
}

#[test]
fn expansion_bombs_are_cut() {
    let mut defs = serde_json::Map::new();
    defs.insert("d0".to_owned(), json!({"type": "string"}));
    for at in 1..24 {
        let inner = json!({"$ref": format!("#/$defs/d{}", at - 1)});
        defs.insert(format!("d{at}"), json!({"type": "object", "properties": {"a": inner, "b": inner, "c": inner}}));
    }
    let bomb = json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/d23"}}, "$defs": defs});
    for format in Format::ALL {
        let definitions = defined(bomb.clone(), format);
        assert!(definitions.tools[0].to_string().len() < 8 << 20);
    }
}

/// Schemas, sensible and not.
fn schemas() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(true)),
        Just(json!(false)),
        Just(json!({})),
        Just(json!(7)),
        Just(json!({"type": "string"})),
        Just(json!({"type": ["string", "null", "object"]})),
        Just(json!({"type": "nonsense"})),
        Just(json!({"type": "integer", "enum": [1, 2, "x", null], "minimum": 1})),
        Just(json!({"const": {"a": 1}})),
        Just(json!({"enum": []})),
        Just(json!({"$ref": "#/$defs/a"})),
        Just(json!({"$ref": "#/$defs/b", "description": "here"})),
        Just(json!({"$ref": "#"})),
        Just(json!({"$ref": "#/nowhere"})),
        Just(json!({"type": "string", "format": "uri", "minLength": 1, "nullable": true})),
        Just(json!({"type": "array"})),
    ];
    leaf.prop_recursive(5, 60, 5, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4);
        let named = prop::collection::btree_map("[a-c]|\\$ref|a/b|ü", inner.clone(), 0..4);
        prop_oneof![
            (named.clone(), prop::collection::vec("[a-d]", 0..3)).prop_map(
                |(properties, required)| json!({"type": "object", "properties": properties, "required": required})
            ),
            named.clone().prop_map(|properties| json!({"properties": properties, "additionalProperties": true})),
            inner.clone().prop_map(|items| json!({"type": "array", "items": items, "minItems": 1})),
            list.clone().prop_map(|places| json!({"prefixItems": places})),
            list.clone().prop_map(|options| json!({"anyOf": options})),
            list.clone().prop_map(|options| json!({"oneOf": options, "type": "object"})),
            (list.clone(), inner.clone()).prop_map(|(all, items)| json!({"allOf": all, "items": items})),
            (list, named)
                .prop_map(|(any, properties)| json!({"anyOf": any, "properties": properties, "description": "x"})),
            inner.clone().prop_map(|schema| json!({"not": schema})),
            (inner.clone(), inner.clone())
                .prop_map(|(a, b)| json!({"type": "object", "properties": {"p": a}, "$defs": {"a": b}})),
            (inner.clone(), inner.clone(), inner).prop_map(|(p, a, b)| {
                json!({"type": "object", "properties": {"p": p, "q": {"$ref": "#/$defs/a"}}, "$defs": {"a": a, "b": b}})
            }),
        ]
    })
}

/// Whether a schema keeps the rules of strict mode.
fn check_strict(schema: &Value, root: &Value) {
    const ALLOWED: [&str; 18] = [
        "type",
        "title",
        "description",
        "enum",
        "const",
        "anyOf",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "pattern",
        "format",
        "multipleOf",
        "minimum",
        "maximum",
        "minItems",
        "maxItems",
        "$defs",
    ];
    let map = schema.as_object().expect("a schema is an object");
    if let Some(reference) = map.get("$ref") {
        assert_eq!(map.len(), 1, "a reference has no siblings: {schema}");
        assert!(root.pointer(reference.as_str().unwrap().strip_prefix('#').unwrap()).is_some(), "{reference}");
        return;
    }
    assert!(map.contains_key("type") || map.contains_key("anyOf"), "{schema}");
    for keyword in map.keys() {
        assert!(ALLOWED.contains(&keyword.as_str()), "{keyword}");
    }
    let is_object = map
        .get("type")
        .is_some_and(|kind| kind == "object" || kind.as_array().is_some_and(|kinds| kinds.contains(&json!("object"))));
    assert_eq!(is_object, map.contains_key("properties"));
    if is_object {
        assert_eq!(map["additionalProperties"], json!(false));
        let names: BTreeSet<&str> = map["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        let required: BTreeSet<&str> =
            map["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
        assert_eq!(names, required);
    }
    let properties = map.get("properties").and_then(Value::as_object).into_iter().flat_map(|map| map.values());
    let definitions = map.get("$defs").and_then(Value::as_object).into_iter().flat_map(|map| map.values());
    let options = map.get("anyOf").and_then(Value::as_array).into_iter().flatten();
    for inner in properties.chain(definitions).chain(options).chain(map.get("items")) {
        check_strict(inner, root);
    }
}

/// Whether a schema keeps the rules of Gemini's `Schema`.
fn check_gemini(schema: &Value) {
    let map = schema.as_object().expect("a schema is an object");
    for forbidden in ["$ref", "oneOf", "allOf", "not", "const", "additionalProperties", "$defs", "exclusiveMinimum"] {
        assert!(!map.contains_key(forbidden), "{forbidden}: {schema}");
    }
    assert!(map.get("type").is_some_and(Value::is_string) != map.contains_key("anyOf"), "{schema}");
    if let Some(values) = map.get("enum") {
        assert!(values.as_array().unwrap().iter().all(Value::is_string) && map["type"] == "string");
    }
    assert_eq!(map.get("type") == Some(&json!("array")), map.contains_key("items"), "{schema}");
    let properties = map.get("properties").and_then(Value::as_object);
    for name in map.get("required").and_then(Value::as_array).into_iter().flatten() {
        assert!(properties.unwrap().contains_key(name.as_str().unwrap()));
    }
    let options = map.get("anyOf").and_then(Value::as_array).into_iter().flatten();
    for inner in properties.into_iter().flat_map(|map| map.values()).chain(options).chain(map.get("items")) {
        check_gemini(inner);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_schema_gets_a_form_that_keeps_the_rules(schema in schemas()) {
        let _ = parameters_problems(&schema);
        for format in Format::ALL {
            let (parameters, _) = shown(schema.clone(), format);
            match format {
                Format::OpenaiStrict => {
                    prop_assert_eq!(&parameters["type"], "object");
                    prop_assert!(parameters.get("anyOf").is_none());
                    check_strict(&parameters, &parameters);
                }
                Format::Gemini if parameters.is_null() => {}
                Format::Gemini => check_gemini(&parameters),
                _ => prop_assert_eq!(&parameters["type"], "object"),
            }
        }
    }
}
