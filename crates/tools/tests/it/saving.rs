//! What is refused when a tool is saved, by the name of its field.

use callwright_tools::Executor;
use serde_json::{Value, json};

use crate::world::compile;

/// The field that a configuration is refused for, and the message.
fn refused(config: Value, effect: &str) -> (String, String) {
    let mut full = json!({"url": "https://h/"});
    callwright_model::merge::merge_patch(&mut full, &config);
    let fault = compile(full, json!({ "effect": effect })).map(|_| ()).expect_err(&config.to_string());
    (fault.details.as_ref().unwrap()["field"].as_str().unwrap().to_owned(), fault.message)
}

#[test]
fn each_mistake_is_named_by_its_field() {
    for (config, field) in [
        (json!({"method": "CONNECT"}), "config.method"),
        (json!({"method": "trace"}), "config.method"),
        (json!({"method": "GE T"}), "config.method"),
        (json!({"method": ""}), "config.method"),
        (json!({"url": "ftp://h"}), "config.url"),
        (json!({"url": "https://u:p@h/"}), "config.url"),
        (json!({"url": "https://{{ parameters.h }}/"}), "config.url"),
        (json!({"url": "https://h/${NOPE}"}), "config.url"),
        (json!({"query": {"q": "{{ nope }}"}}), "config.query.q"),
        (json!({"query": {"q": {"a": 1}}}), "config.query.q"),
        (json!({"headers": {"X-Id": "${NOPE}"}}), "config.headers.X-Id"),
        (json!({"headers": {"X Id": "a"}}), "config.headers.X Id"),
        (json!({"headers": {"X-Id": "a\r\nb"}}), "config.headers.X-Id"),
        (json!({"headers": {"Host": "evil"}}), "config.headers.Host"),
        (json!({"headers": {"content-length": "1"}}), "config.headers.content-length"),
        (json!({"headers": {"Transfer-Encoding": "chunked"}}), "config.headers.Transfer-Encoding"),
        (json!({"headers": {"Connection": "close"}}), "config.headers.Connection"),
        (json!({"headers": {"X-A": "1", "x-a": "2"}}), "config.headers.x-a"),
        (
            json!({"headers": {"Authorization": "x"}, "auth": {"type": "bearer", "token": "y"}}),
            "config.headers.authorization",
        ),
        (
            json!({"headers": {"X-K": "x"}, "auth": {"type": "api_key", "key": "y", "header": "x-k"}}),
            "config.headers.x-k",
        ),
        (json!({"auth": {"type": "bearer", "token": ""}}), "config.auth.token"),
        (json!({"auth": {"type": "bearer", "token": "${NOPE}"}}), "config.auth.token"),
        (json!({"auth": {"type": "api_key", "key": "k", "header": "a", "query": "b"}}), "config.auth"),
        (json!({"auth": {"type": "api_key", "key": "k", "header": "Host"}}), "config.auth.header"),
        (json!({"auth": {"type": "api_key", "key": "k", "query": ""}}), "config.auth.query"),
        (
            json!({"auth": {"type": "oauth2", "token_url": "https://{{ parameters.x }}/", "client_id": "a", "client_secret": "b"}}),
            "config.auth.token_url",
        ),
        (
            json!({"auth": {"type": "oauth2", "token_url": "https://h/", "client_id": "a", "client_secret": "b", "scopes": ["${NOPE}"]}}),
            "config.auth.scopes",
        ),
        (json!({"body": {}}), "config.body"),
        (json!({"body": {"json": {}, "raw": "x"}}), "config.body"),
        (json!({"method": "GET", "body": {"json": {}}}), "config.body"),
        (json!({"method": "HEAD", "body": {"raw": "x"}}), "config.body"),
        (json!({"body": {"json": {}, "content_type": "text/plain"}}), "config.body.content_type"),
        (json!({"body": {"raw": "x", "content_type": "a\nb"}}), "config.body.content_type"),
        (json!({"body": {"json": {"a": ["{{ nope }}"]}}}), "config.body.json.a.0"),
        (json!({"body": {"form": {"a": "{{ nope }}"}}}), "config.body.form.a"),
        (json!({"body": {"raw": "{{ nope }}"}}), "config.body.raw"),
        (
            json!({"body": {"raw": "{\"a\": \"{{ parameters.a }}\"}", "content_type": "application/json"}}),
            "config.body.raw",
        ),
        (json!({"redirects": 11}), "config.redirects"),
        (json!({"max_response_bytes": 0}), "config.max_response_bytes"),
        (json!({"max_response_bytes": 33_554_433}), "config.max_response_bytes"),
        (json!({"success_status_codes": [99]}), "config.success_status_codes"),
        (json!({"idempotency": {"header": "A", "field": "b"}}), "config.idempotency"),
        (json!({"idempotency": {"header": "Host"}}), "config.idempotency.header"),
        (json!({"idempotency": {"header": "X-K"}, "headers": {"X-K": "1"}}), "config.idempotency.header"),
        (json!({"idempotency": {"field": ""}}), "config.idempotency.field"),
        (json!({"idempotency": {"field": "k"}, "body": {"raw": "x"}}), "config.idempotency.field"),
        (json!({"idempotency": {"field": "k"}, "body": {"json": ["x"]}}), "config.idempotency.field"),
        (json!({"idempotency": {"field": "k"}, "body": {"json": {"k": 1}}}), "config.idempotency.field"),
        (json!({"idempotency": {"field": "k"}, "body": {"form": {"k": 1}}}), "config.idempotency.field"),
        (json!({"idempotency": {"field": "k"}, "method": "GET"}), "config.idempotency.field"),
    ] {
        let (found, message) = refused(config.clone(), "write");
        assert_eq!(found, field, "{config}: {message}");
        assert!(message.contains('`'), "{message}");
    }
}

#[test]
fn policy_and_result_are_checked_too() {
    let fault = compile(json!({"url": "https://h/"}), json!({"policy": {"timeout_ms": 1}})).map(|_| ()).unwrap_err();
    assert_eq!(fault.details.unwrap()["field"], "policy.timeout_ms");
}

#[test]
fn what_is_right_passes_and_names_its_secrets() {
    let tool = compile(
        json!({
            "method": "delete",
            "url": "https://h:8443/{{ parameters.id }}/${API_KEY}",
            "query": {"a": ["{{ parameters.x }}", 1, null]},
            "headers": {"X-A": "${secret.USERNAME}", "Content-Type": "application/json"},
            "body": {"json": {"p": "{{ secret.PASSWORD }}"}},
            "auth": {"type": "bearer", "token": "${CLIENT_SECRET}"},
            "idempotency": {"field": "key", "honoured": true},
            "redirects": 0,
            "success_status_codes": [404],
        }),
        json!({}),
    )
    .unwrap();
    let names: Vec<&str> = tool.secrets().iter().map(String::as_str).collect();
    assert_eq!(names, ["API_KEY", "CLIENT_SECRET", "PASSWORD", "USERNAME"]);
    assert_eq!(tool.base_url().unwrap().as_str(), "https://h:8443/");
    assert!(compile(json!({"url": "https://h/", "idempotency": {"field": "k"}, "method": "GET"}), json!({})).is_ok());
}
