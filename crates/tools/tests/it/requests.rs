//! What leaves: method, address, headers, body, key.

use callwright_model::ErrorClass;
use serde_json::{Value, json};

use crate::{
    upstream::{Upstream, with_header},
    world::{World, object},
};

#[tokio::test]
async fn every_method_is_sent_with_what_it_carries_by_itself() {
    for (method, target, body) in [
        ("GET", "/x?a=1&b=two", ""),
        ("HEAD", "/x?a=1&b=two", ""),
        ("DELETE", "/x?a=1&b=two", ""),
        ("POST", "/x", r#"{"a":1,"b":"two"}"#),
        ("PUT", "/x", r#"{"a":1,"b":"two"}"#),
        ("PATCH", "/x", r#"{"a":1,"b":"two"}"#),
        ("OPTIONS", "/x", ""),
        ("PROPFIND", "/x", ""),
    ] {
        let upstream = Upstream::start([]).await;
        let world = World::new(json!({"method": method.to_lowercase(), "url": upstream.url("/x")}));
        world.given(json!({"a": 1, "b": "two"})).done().await;
        let seen = upstream.one();
        assert_eq!((seen.method.as_str(), seen.target.as_str(), seen.body.as_str()), (method, target, body));
        let content_type = if body.is_empty() { None } else { Some("application/json") };
        assert_eq!(seen.header("content-type"), content_type, "{method}");
        assert!(seen.header("user-agent").unwrap().starts_with("callwright/"));
        assert_eq!(seen.header("accept"), Some("application/json, */*;q=0.5"));
    }
}

#[tokio::test]
async fn templates_fill_path_query_headers_and_body() {
    let upstream = Upstream::start([]).await;
    let mut world = World::new(json!({
        "url": upstream.url("/v1/{{ parameters.id }}?from=${phone_number}"),
        "query": {"tag": "{{ parameters.tags }}", "none": null, "n": 7, "fixed": "a b"},
        "headers": {"X-Call": "${call_sid}", "X-Absent": "${conversation_id}", "X-Key": "${API_KEY}", "Accept": "text/csv"},
        "body": {"json": {"whole": "${parameters}", "count": "{{ parameters.count }}", "text": "n={{ parameters.count }}", "list": ["{{ parameters.tags }}"]}},
    }))
    .given(json!({"id": "a/../b", "tags": ["x&y=z", 2], "count": 3}));
    world.context.client = object(json!({"call_sid": "CA1", "phone_number": "+49 89"}));
    world.done().await;
    let seen = upstream.one();
    assert_eq!(seen.target, "/v1/a%2F..%2Fb?from=%2B49%2089&fixed=a%20b&n=7&tag=x%26y%3Dz&tag=2");
    assert_eq!(seen.header("x-call"), Some("CA1"));
    assert_eq!(seen.header("x-absent"), None);
    assert_eq!(seen.header("x-key"), Some("sk-hunter22"));
    assert_eq!(seen.header("accept"), Some("text/csv"));
    let expected = json!({
        "whole": {"id": "a/../b", "tags": ["x&y=z", 2], "count": 3},
        "count": 3,
        "text": "n=3",
        "list": [["x&y=z", 2]],
    });
    assert_eq!(seen.json(), expected);
}

#[tokio::test]
async fn forms_and_texts_are_sent_as_such() {
    let upstream = Upstream::start([]).await;
    let form = json!({"url": upstream.url("/"), "body": {"form": {"a": "{{ parameters.x }}", "b": {"c": ["${call_sid}", 1]}}}});
    World::new(form).given(json!({"x": "1&2=3"})).done().await;
    let raw = json!({"url": upstream.url("/"), "body": {"raw": "<a>{{ parameters.x }}</a>", "content_type": "application/xml"}});
    World::new(raw).given(json!({"x": "</a><b>"})).done().await;
    let text = json!({"url": upstream.url("/"), "body": {"raw": "hello {{ parameters.x }}"}});
    World::new(text).given(json!({"x": "</a>"})).done().await;
    let encoded = json!({"url": upstream.url("/"), "headers": {"Content-Type": "application/x-www-form-urlencoded"}, "body": {"raw": "a={{ parameters.x }}"}});
    World::new(encoded).given(json!({"x": "1&admin=1"})).done().await;
    let none = json!({"url": upstream.url("/"), "body": {"none": true}});
    World::new(none).given(json!({"x": 1})).done().await;
    let seen: Vec<_> =
        upstream.seen().iter().map(|s| (s.header("content-type").map(str::to_owned), s.body.clone())).collect();
    let form_type = "application/x-www-form-urlencoded";
    let expected = [
        (Some(form_type), "a=1%262%3D3&b%5Bc%5D%5B%5D=1"),
        (Some("application/xml"), "<a>&lt;/a&gt;&lt;b&gt;</a>"),
        (Some("text/plain; charset=utf-8"), "hello </a>"),
        (Some(form_type), "a=1%26admin%3D1"),
        (None, ""),
    ];
    let expected = expected.map(|(kind, body): (Option<&str>, &str)| (kind.map(str::to_owned), body.to_owned()));
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn no_value_breaks_out_of_a_header_or_a_body() {
    let upstream = Upstream::start([]).await;
    let config = json!({"url": upstream.url("/"), "headers": {"X-Id": "a {{ parameters.x }}"}});
    for value in ["a\r\nX-Admin: 1", "a\nb", "a\0b", "a\u{7f}"] {
        let error = World::new(config.clone()).given(json!({ "x": value })).failed().await;
        assert_eq!((error.class, error.code.as_str()), (ErrorClass::ValidationError, "request_unfilled"));
        assert!(error.message.contains("config.headers.X-Id"), "{}", error.message);
    }
    assert!(upstream.seen().is_empty());
    let json_body = json!({"url": upstream.url("/"), "body": {"json": {"name": "{{ parameters.x }}", "admin": false}}});
    let value = r#"x", "admin": true, "y": "{{ secret.API_KEY }}${API_KEY}"#;
    World::new(json_body).given(json!({ "x": value })).done().await;
    assert_eq!(upstream.one().json(), json!({"name": value, "admin": false}));
}

#[tokio::test]
async fn what_cannot_be_filled_in_is_told_before_anything_is_sent() {
    let upstream = Upstream::start([]).await;
    for (config, field) in [
        (json!({"url": upstream.url("/{{ parameters.nope }}")}), "config.url"),
        (json!({"url": upstream.url("/{{ parameters.empty }}")}), "config.url"),
        (json!({"url": upstream.url("/{{ parameters.dots }}/x")}), "config.url"),
        (json!({"url": upstream.url("/"), "query": {"q": "{{ parameters.object }}"}}), "config.query.q"),
        (json!({"url": upstream.url("/"), "body": {"json": {"a": "{{ parameters.nope.deep }}"}}}), "config.body.json"),
        (json!({"url": upstream.url("/"), "body": {"raw": "{{ parameters.nope }}"}}), "config.body.raw"),
    ] {
        let world = World::new(config).given(json!({"empty": "", "dots": "..", "object": {"a": 1}}));
        let error = world.failed().await;
        assert_eq!(error.class, ErrorClass::ValidationError);
        assert_eq!(error.details, Some(json!({ "field": field })), "{}", error.message);
        assert!(world.attempts().is_empty());
    }
    assert!(upstream.seen().is_empty());
}

#[tokio::test]
async fn every_write_carries_its_key_and_no_read_does() {
    let upstream = Upstream::start([]).await;
    let url = upstream.url("/");
    for (config, effect) in [
        (json!({"url": url}), "write"),
        (json!({"url": url}), "destructive"),
        (json!({"url": url}), "read"),
        (json!({"url": url, "idempotency": {"header": "X-Request-Key"}}), "write"),
        (json!({"url": url, "idempotency": {"field": "request_id"}}), "write"),
        (json!({"url": url, "idempotency": {"field": "request_id"}, "body": {"form": {"a": 1}}}), "write"),
        (json!({"url": url, "idempotency": {"field": "request_id"}, "body": {"json": "${parameters}"}}), "write"),
        (json!({"url": url, "headers": {"Idempotency-Key": "own-{{ idempotency_key }}"}}), "write"),
    ] {
        World::patched(config, json!({ "effect": effect })).given(json!({"a": 1})).done().await;
    }
    let seen = upstream.seen();
    let keys: Vec<Option<&str>> = seen.iter().map(|s| s.header("idempotency-key")).collect();
    assert_eq!(keys, [Some("key-1"), Some("key-1"), None, None, None, None, None, Some("own-key-1")]);
    assert_eq!(seen[3].header("x-request-key"), Some("key-1"));
    assert_eq!(seen[4].json(), json!({"a": 1, "request_id": "key-1"}));
    assert_eq!(seen[5].body, "a=1&request_id=key-1");
    assert_eq!(seen[6].json(), json!({"a": 1, "request_id": "key-1"}));
}

#[tokio::test]
async fn a_redirect_to_another_origin_sees_no_credentials() {
    let other = Upstream::start([]).await;
    let upstream = Upstream::start([with_header(307, "Location", &other.url("/there?x=1"))]).await;
    let config = json!({
        "url": upstream.url("/"),
        "method": "GET",
        "headers": {"X-Token": "${API_KEY}", "X-Plain": "plain"},
        "auth": {"type": "api_key", "key": "${API_KEY}", "header": "X-Api-Key"},
    });
    World::new(config).done().await;
    let first = upstream.one();
    assert_eq!((first.header("x-token"), first.header("x-api-key")), (Some("sk-hunter22"), Some("sk-hunter22")));
    let second = other.one();
    assert_eq!((second.header("x-token"), second.header("x-api-key")), (None, None));
    assert_eq!((second.header("x-plain"), second.target.as_str()), (Some("plain"), "/there?x=1"));
}

#[tokio::test]
async fn a_body_with_a_secret_follows_no_redirect() {
    let other = Upstream::start([]).await;
    let upstream = Upstream::start([with_header(307, "Location", &other.url("/"))]).await;
    let config = json!({"url": upstream.url("/"), "body": {"json": {"key": "${API_KEY}"}}});
    let error = World::new(config).failed().await;
    assert_eq!((error.class, error.code.as_str()), (ErrorClass::UpstreamError, "http_307"));
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn a_rehearsal_shows_the_request_without_secrets_and_sends_nothing() {
    let upstream = Upstream::start([]).await;
    let world = World::patched(
        json!({
            "url": upstream.url("/v1/{{ parameters.id }}?key=${API_KEY}"),
            "headers": {"X-Key": "Key ${API_KEY}"},
            "body": {"json": {"n": "{{ parameters.n }}", "key": "${secret.API_KEY}"}},
            "auth": {"type": "basic", "username": "${USERNAME}", "password": "${PASSWORD}"},
        }),
        json!({"effect": "write"}),
    )
    .given(json!({"id": "a b", "n": 2}));
    let shown = world.rehearse().unwrap();
    assert_eq!(shown["method"], "POST");
    assert_eq!(shown["url"], Value::String(upstream.url("/v1/a%20b?key=[secret API_KEY]")));
    assert_eq!(shown["headers"]["x-key"], "Key [secret API_KEY]");
    assert_eq!(shown["headers"]["authorization"], "Basic [user name and password]");
    assert_eq!(shown["headers"]["idempotency-key"], "key-1");
    assert_eq!(shown["body"], json!({"n": 2, "key": "[secret API_KEY]"}));
    let text = shown.to_string();
    assert!(!text.contains("hunter22") && !text.contains("pass:word"), "{text}");

    let query_key = json!({"url": "https://h/", "auth": {"type": "api_key", "key": "${API_KEY}", "query": "k"}});
    assert_eq!(World::new(query_key).rehearse().unwrap()["url"], "https://h/?k=[secret API_KEY]");
    let missing = json!({"url": "https://h/{{ parameters.nope }}"});
    assert_eq!(World::new(missing).rehearse().unwrap_err().class, ErrorClass::ValidationError);
    assert!(upstream.seen().is_empty() && world.attempts().is_empty());
}
