//! What comes in: every kind of answer, and those that are no answer.

use std::io::Write;

use callwright_model::{Block, Content, ErrorClass};
use serde_json::json;

use crate::{
    upstream::{Step, Upstream, json as reply},
    world::World,
};

fn typed(code: u16, kind: &str, body: &[u8]) -> Step {
    Step::Reply(code, vec![("Content-Type".into(), kind.into())], body.to_vec())
}

fn get(upstream: &Upstream) -> World {
    World::new(json!({"method": "GET", "url": upstream.url("/")}))
}

#[tokio::test]
async fn json_text_media_and_nothing() {
    let upstream = Upstream::start([
        reply(&json!({"a": [1, 2.5, null]})),
        typed(200, "text/plain", b"hello"),
        typed(200, "image/png", b"\x89PNG"),
        typed(200, "application/zip", b"PK"),
        Step::Reply(204, vec![], vec![]),
        typed(200, "application/json", b""),
        typed(202, "application/json", b"{broken"),
    ])
    .await;
    assert_eq!(get(&upstream).done().await, Content::json(json!({"a": [1, 2.5, null]})));
    assert_eq!(get(&upstream).done().await, Content::text("hello"));
    assert!(matches!(&get(&upstream).done().await.blocks[..], [Block::Image { .. }]));
    assert_eq!(get(&upstream).done().await, Content::text("[binary answer: application/zip, 2 bytes; not shown]"));
    for _ in 0..2 {
        assert_eq!(get(&upstream).done().await.message.as_deref(), Some("done (no content)"));
    }
    assert_eq!(get(&upstream).done().await, Content::text("{broken"));
}

#[tokio::test]
async fn a_head_answer_is_status_and_headers() {
    let upstream = Upstream::start([Step::Reply(200, vec![("ETag".into(), "\"7\"".into())], b"12345".to_vec())]).await;
    let done = World::new(json!({"method": "HEAD", "url": upstream.url("/")})).done().await;
    assert_eq!(done.data, Some(json!({"status": 200, "headers": {"content-length": "5", "etag": "\"7\""}})));
}

#[tokio::test]
async fn other_statuses_can_mean_success() {
    let upstream = Upstream::start([typed(404, "application/json", b"{\"found\": false}")]).await;
    let config = json!({"method": "GET", "url": upstream.url("/"), "success_status_codes": [404]});
    assert_eq!(World::new(config).done().await.data, Some(json!({"found": false})));
}

#[tokio::test]
async fn an_error_answer_is_quoted_briefly() {
    let upstream = Upstream::start([
        typed(422, "application/problem+json", br#"{"title": "no", "errors": [{"field": "email"}]}"#),
        typed(500, "text/html", b"<!DOCTYPE html><html><head><title>Bad\n day</title></head><body>lots</body></html>"),
        typed(400, "text/plain", "ü".repeat(5_000).as_bytes()),
        typed(
            400,
            "application/json",
            json!({"error": {"message": "the reason"}, "trace": "x".repeat(9_000)}).to_string().as_bytes(),
        ),
        typed(500, "application/octet-stream", b"\xff\xfe"),
    ])
    .await;
    let error = get(&upstream).failed().await;
    assert!(error.message.ends_with(r#"(HTTP 422): {"title":"no","errors":[{"field":"email"}]}"#), "{}", error.message);
    let error = get(&upstream).failed().await;
    assert_eq!(error.details, Some(json!({"status": 500, "body": "an HTML page titled `Bad day`"})));
    let error = get(&upstream).failed().await;
    assert!(error.message.chars().count() < 600 && error.message.ends_with('…'));
    let error = get(&upstream).failed().await;
    assert_eq!(error.details.unwrap()["body"], "the reason");
    assert_eq!(get(&upstream).failed().await.details, Some(json!({"status": 500})));
}

#[tokio::test]
async fn garbage_is_a_clear_error() {
    for raw in [b"\x00\x01\x02garbage\r\n\r\n".to_vec(), b"HTTP/1.1 abc\r\n\r\n".to_vec(), vec![b'a'; 200_000]] {
        let upstream = Upstream::start([Step::Raw(raw.clone()), Step::Raw(raw.clone())]).await;
        let error = get(&upstream).failed().await;
        assert_eq!((error.class, error.code.as_str()), (ErrorClass::UpstreamError, "bad_answer"), "{error:?}");
        assert_eq!(upstream.seen().len(), 1);
        let write = World::patched(json!({"url": upstream.url("/")}), json!({"effect": "write"}));
        assert_eq!(write.failed().await.class, ErrorClass::OutcomeUnknown);
    }
    // Nothing at all is a broken connection.
    let upstream = Upstream::start([Step::Raw(vec![]), Step::Raw(vec![]), Step::Raw(vec![])]).await;
    assert_eq!(get(&upstream).failed().await.code, "connection_reset");
    // So is an answer that ends too early.
    let half = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_vec();
    let upstream = Upstream::start([Step::Raw(half.clone()), Step::Raw(half.clone()), Step::Raw(half)]).await;
    assert_eq!(get(&upstream).failed().await.class, ErrorClass::NetworkError);
}

#[tokio::test]
async fn an_endless_answer_is_stopped() {
    let upstream = Upstream::start([Step::Endless]).await;
    let error = get(&upstream).failed().await;
    assert_eq!((error.class, error.code.as_str()), (ErrorClass::UpstreamError, "answer_too_large"));
    assert_eq!(upstream.seen().len(), 1);
    let upstream = Upstream::start([typed(200, "text/plain", &[b'x'; 101])]).await;
    let config = json!({"method": "GET", "url": upstream.url("/"), "max_response_bytes": 100});
    assert_eq!(World::new(config).failed().await.code, "answer_too_large");
}

#[tokio::test]
async fn a_gzip_bomb_is_stopped_and_bad_gzip_told() {
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..256 {
        bomb.write_all(&[0; 1 << 20]).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 1 << 20);
    let zipped = |body: Vec<u8>| {
        let kind = ("Content-Type".to_owned(), "application/json".to_owned());
        Step::Reply(200, vec![("Content-Encoding".into(), "gzip".into()), kind], body)
    };
    let mut small = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    small.write_all(b"{\"a\":1}").unwrap();
    let upstream = Upstream::start([zipped(bomb), zipped(b"not gzip".to_vec()), zipped(small.finish().unwrap())]).await;
    assert_eq!(get(&upstream).failed().await.code, "answer_too_large");
    let error = get(&upstream).failed().await;
    assert_eq!((error.class, error.code.as_str()), (ErrorClass::UpstreamError, "bad_answer"));
    assert_eq!(get(&upstream).done().await.data, Some(json!({"a": 1})));
}
