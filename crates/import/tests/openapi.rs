//! OpenAPI documents: what single operations become.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use callwright_import::{Document, Format, Imported, Item, Options, import};
use callwright_model::tool::http::Auth;
use serde_json::{Value, json};
use url::Url;

fn document(operation: Value) -> Value {
    json!({"openapi": "3.1.0", "info": {"title": "The Acme REST API v2"}, "servers": [{"url": "https://acme.example/v1/"}],
        "paths": {"/things/{thing id}": {"post": operation}}})
}

fn read(document: &Value, options: &Options) -> Imported {
    import(&Document::Json(document.clone()), Format::Auto, options, None).unwrap()
}

fn only(document: &Value) -> Item {
    let mut imported = read(document, &Options::default());
    assert_eq!(imported.items.len(), 1, "{:?}", imported.skipped);
    imported.items.remove(0)
}

fn config(item: &Item) -> Value {
    serde_json::to_value(&item.spec.config).unwrap()
}

#[test]
fn names_paths_and_servers_are_made_valid() {
    let item = only(&document(json!({})));
    assert_eq!(item.spec.name, "post_things_by_thing_id");
    assert_eq!(item.operation, "POST /things/{thing id}");
    assert_eq!(config(&item)["url"], "https://acme.example/v1/things/{{ parameters.thing_id }}");
    assert!(item.warnings.iter().any(|warning| warning.contains("is not described")), "{:?}", item.warnings);
    let mut relative = document(json!({}));
    relative["servers"] = json!([{"url": "/{stage}/api", "variables": {"stage": {"default": "live"}}}]);
    let origin = Url::parse("https://docs.acme.example/spec/openapi.json").unwrap();
    let imported = import(&Document::Json(relative), Format::Auto, &Options::default(), Some(&origin)).unwrap();
    assert!(
        config(&imported.items[0])["url"].as_str().unwrap().starts_with("https://docs.acme.example/live/api/things/")
    );
}

#[test]
fn every_security_scheme_becomes_secrets() {
    for (scheme, auth) in [
        (json!({"type": "http", "scheme": "Bearer"}), json!({"type": "bearer", "token": "${ACME_TOKEN}"})),
        (
            json!({"type": "http", "scheme": "basic"}),
            json!({"type": "basic", "username": "${ACME_USERNAME}", "password": "${ACME_PASSWORD}"}),
        ),
        (
            json!({"type": "apiKey", "in": "header", "name": "X-K"}),
            json!({"type": "api_key", "key": "${ACME_API_KEY}", "header": "X-K"}),
        ),
        (
            json!({"type": "apiKey", "in": "query", "name": "k"}),
            json!({"type": "api_key", "key": "${ACME_API_KEY}", "query": "k"}),
        ),
        (
            json!({"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": {}}}}),
            json!({"type": "oauth2", "token_url": "https://acme.example/oauth/token", "client_id": "${ACME_CLIENT_ID}",
                "client_secret": "${ACME_CLIENT_SECRET}", "scopes": ["a"], "client_auth": "basic"}),
        ),
        (
            json!({"type": "oauth2", "flows": {"authorizationCode": {}}}),
            json!({"type": "bearer", "token": "${ACME_TOKEN}"}),
        ),
        (json!({"type": "openIdConnect"}), json!({"type": "bearer", "token": "${ACME_TOKEN}"})),
    ] {
        let mut document = document(json!({"security": [{"s": ["a"]}]}));
        document["components"] = json!({"securitySchemes": {"s": scheme}});
        assert_eq!(serde_json::to_value(&config(&only(&document))["auth"]).unwrap(), auth);
    }
    let mut both = document(json!({"security": [{"oauth": []}, {"a": [], "b": []}]}));
    both["components"] = json!({"securitySchemes": {
        "oauth": {"type": "oauth2", "flows": {"implicit": {}}},
        "a": {"type": "apiKey", "in": "header", "name": "X-A"}, "b": {"type": "apiKey", "in": "query", "name": "b"}}});
    let item = only(&both);
    assert_eq!(config(&item)["auth"], json!({"type": "api_key", "key": "${ACME_A_API_KEY}", "header": "X-A"}));
    assert_eq!(config(&item)["query"], json!({"b": "${ACME_B_API_KEY}"}), "all keys of a requirement are sent");
    let options = Options { auth: Some(Auth::Bearer { token: "${MINE}".to_owned() }), ..Options::default() };
    assert_eq!(config(&read(&both, &options).items[0])["auth"]["token"], "${MINE}");
}

#[test]
fn bodies_are_taken_apart_where_that_can_be_put_together_again() {
    let with = |content: Value| document(json!({"requestBody": {"required": true, "content": content}}));
    let item = only(&with(
        json!({"application/vnd.acme+json": {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}}}),
    ));
    assert_eq!(config(&item)["headers"], json!({"Content-Type": "application/vnd.acme+json"}));
    assert_eq!(config(&item)["body"], json!({"json": "{{ parameters | pick('a') }}"}));
    for whole in [
        json!({"type": "array", "items": {"type": "integer"}}),
        json!({"type": "object", "properties": {"odd name": {}}}),
        json!({"type": "object", "additionalProperties": {"type": "string"}}),
        json!({"oneOf": [{"type": "object", "properties": {"a": {}}}, {"type": "object", "properties": {"b": {}}}]}),
    ] {
        let item = only(&with(json!({"application/json": {"schema": whole}})));
        assert_eq!(config(&item)["body"], json!({"json": "{{ parameters.body }}"}));
        assert_eq!(item.spec.parameters["required"], json!(["thing_id", "body"]));
    }
    let imported = read(&with(json!({"application/octet-stream": {}})), &Options::default());
    assert!(imported.skipped[0].reason.contains("octet-stream"), "{:?}", imported.skipped);
    let text = only(&with(json!({"text/csv": {}})));
    assert_eq!(config(&text)["body"], json!({"raw": "{{ parameters.body }}", "content_type": "text/csv"}));
    let none = only(&document(json!({})));
    assert_eq!(config(&none)["body"], json!({"none": true}));
}

#[test]
fn what_looks_like_a_template_in_a_document_is_a_text() {
    let item = only(&document(json!({"parameters": [
        {"name": "thing id", "in": "path", "schema": {"type": "string"}},
        {"name": "v", "in": "header", "required": true, "schema": {"enum": ["${SECRET} {{ x }}"]}},
        {"name": "q", "in": "query", "required": true, "schema": {"const": "{{ secret.SECRET }}"}},
    ]})));
    assert_eq!(config(&item)["headers"]["v"], "$${SECRET} {{{{ x }}");
    assert_eq!(config(&item)["query"]["q"], "{{{{ secret.SECRET }}");
    assert!(item.secrets().is_empty(), "{:?}", item.secrets());
}

#[test]
fn a_declared_idempotency_key_is_ours() {
    let item = only(&document(
        json!({"parameters": [{"name": "Idempotency-Key", "in": "header", "required": true, "schema": {}}]}),
    ));
    assert_eq!(config(&item)["idempotency"], json!({"header": "Idempotency-Key", "honoured": true}));
    assert!(item.spec.parameters["properties"].get("Idempotency-Key").is_none());
}

#[test]
fn names_do_not_depend_on_what_is_chosen() {
    let document = json!({"openapi": "3.0.0", "servers": [{"url": "https://a.example"}], "paths": {
        "/a": {"get": {"operationId": "same", "tags": ["one"]}}, "/b": {"get": {"operationId": "same", "tags": ["two"]}}}});
    let all = read(&document, &Options::default());
    assert_eq!([all.items[0].spec.name.as_str(), all.items[1].spec.name.as_str()], ["same", "same_2"]);
    assert_eq!(all.items[1].operation, "GET /b", "an id that is used twice identifies nothing");
    let chosen = read(&document, &Options { tags: vec!["TWO".to_owned()], ..Options::default() });
    assert_eq!(chosen.items[0].spec.name, "same_2");
    assert_eq!(chosen.operation_count, 2);
}

#[test]
fn a_document_that_only_grows_is_read_in_bounded_time() {
    // Each of many operations has a body that would have ten to the twelfth fields.
    let mut schemas = serde_json::Map::new();
    for level in 0..12 {
        let next = json!({"$ref": format!("#/components/schemas/l{}", level + 1)});
        let properties: serde_json::Map<String, Value> = (0..10).map(|n| (format!("p{n}"), next.clone())).collect();
        schemas.insert(format!("l{level}"), json!({"type": "object", "properties": properties}));
    }
    schemas.insert("l12".to_owned(), json!({"type": "string"}));
    let body = json!({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/l0"}}}});
    let document = |count: usize| {
        let paths: serde_json::Map<String, Value> =
            (0..count).map(|n| (format!("/p{n}"), json!({"post": {"requestBody": body}}))).collect();
        json!({"openapi": "3.0.0", "servers": [{"url": "https://a.example"}], "paths": paths,
            "components": {"schemas": schemas}})
    };
    let begun = std::time::Instant::now();
    let imported = read(&document(50), &Options::default());
    assert_eq!(imported.items.len(), 50);
    assert!(imported.items[0].warnings.iter().any(|warning| warning.contains("too deep")));
    let whole = Document::Json(document(5_000));
    let refused = import(&whole, Format::Auto, &Options::default(), None).unwrap_err();
    assert_eq!(refused.code, "document_too_large", "{refused}");
    eprintln!("{:?}", begun.elapsed());
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}
