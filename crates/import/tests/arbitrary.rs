//! Whatever comes in, nothing panics, and what comes out is within its bounds.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use callwright_import::{Document, Format, MAX_SCHEMA_BYTES, Options, import};
use callwright_model::{schema::parameters_problems, tool::is_tool_name};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

const FORMATS: [Format; 8] = [
    Format::Auto,
    Format::Openapi,
    Format::Openai,
    Format::Curl,
    Format::Postman,
    Format::Voice,
    Format::Elevenlabs,
    Format::Vapi,
];

/// Words that mean something to one of the formats, so that random documents get past the first check.
const WORDS: [&str; 60] = [
    "openapi",
    "3.0.3",
    "3.1.0",
    "swagger",
    "info",
    "title",
    "paths",
    "/a/{b}",
    "get",
    "post",
    "delete",
    "operationId",
    "parameters",
    "name",
    "in",
    "path",
    "query",
    "header",
    "cookie",
    "schema",
    "$ref",
    "#/paths",
    "#/schema",
    "required",
    "requestBody",
    "content",
    "application/json",
    "properties",
    "items",
    "allOf",
    "oneOf",
    "type",
    "object",
    "array",
    "security",
    "servers",
    "url",
    "https://x.example",
    "item",
    "request",
    "method",
    "tool_type",
    "webhook",
    "function",
    "{{a}}",
    "nullable",
    "tool_config",
    "api_schema",
    "client",
    "system",
    "params",
    "properties",
    "constant_value",
    "dynamic_variable",
    "required_constraints",
    "apiRequest",
    "transferCall",
    "destinations",
    "messages",
    "content",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![4 => prop::sample::select(WORDS.to_vec()).prop_map(str::to_owned), 1 => ".{0,12}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => word().prop_map(Value::String),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => any::<i32>().prop_map(|number| json!(number)),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            3 => prop::collection::vec((word(), inner), 0..6).prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn options() -> Options {
    Options {
        base_url: Some("https://base.example".to_owned()),
        endpoint: Some("https://base.example/{name}".to_owned()),
        response_schemas: true,
        ..Options::default()
    }
}

fn holds(document: &Document) {
    for format in FORMATS {
        let Ok(imported) = import(document, format, &options(), None) else { continue };
        let mut names = std::collections::BTreeSet::new();
        for item in imported.items {
            assert!(is_tool_name(&item.spec.name), "{}", item.spec.name);
            assert!(names.insert(item.spec.name.clone()), "twice: {}", item.spec.name);
            assert!(item.spec.description.chars().count() <= 8_000);
            // A voice tool's schema is its author's own and judged when it is saved.
            if !matches!(imported.format, Format::Voice | Format::Elevenlabs | Format::Vapi) {
                assert_eq!(parameters_problems(&item.spec.parameters), [], "{}", item.spec.parameters);
                assert!(item.spec.parameters.to_string().len() <= MAX_SCHEMA_BYTES + 4_096);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_json_is_read_or_refused(document in value()) {
        holds(&Document::Json(document));
    }

    #[test]
    fn any_operation_becomes_a_tool_within_bounds(
        operation in value(), parameter in value(), schema in value(), path in "/[a-z{}$#%: \\\\]{0,12}",
    ) {
        let mut operation = operation;
        if let Some(operation) = operation.as_object_mut() {
            operation.insert("parameters".to_owned(), json!([parameter, {"name": "p q", "in": "query", "schema": schema}]));
            operation.insert("requestBody".to_owned(), json!({"content": {"application/json": {"schema": schema}}}));
        }
        let document = json!({"openapi": "3.0.3", "paths": {path: {"post": operation}}, "schema": schema});
        holds(&Document::Json(document));
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}", words in prop::collection::vec(word(), 0..20)) {
        holds(&Document::Text(text));
        holds(&Document::Text(format!("curl {}", words.join(" "))));
    }
}
