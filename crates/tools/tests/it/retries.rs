//! What is sent again, what is not, and what remains unknown.

use std::time::{Duration, Instant};

use callwright_model::{ErrorClass, ToolError, execution::Progress};
use serde_json::{Value, json};

use crate::{
    upstream::{Step, Upstream, status, with_header},
    world::World,
};

/// A POST tool of that effect, with `patch` merged into its spec.
fn world(upstream: &Upstream, effect: &str, mut patch: Value) -> World {
    patch["effect"] = json!(effect);
    World::patched(json!({"url": upstream.url("/")}), patch)
}

fn keyed() -> Value {
    json!({"config": {"idempotency": {"honoured": true}}})
}

fn is_unknown(error: &ToolError) -> bool {
    error.class == ErrorClass::OutcomeUnknown && error.require_human && !error.retryable
}

#[tokio::test]
async fn a_read_is_sent_again_after_anything_that_may_pass() {
    for step in [Step::Close, status(502), status(503), status(504), status(429), with_header(503, "Retry-After", "0")]
    {
        let upstream = Upstream::start([step.clone()]).await;
        let world = world(&upstream, "read", json!({}));
        world.done().await;
        assert_eq!(upstream.seen().len(), 2, "{step:?}");
        let attempts = world.attempts();
        assert_eq!(attempts.len(), 2);
        assert!(attempts[0].error.is_some() && attempts[0].waited_ms.is_some() && attempts[1].status == Some(200));
        let progress = world.notes.progress.lock().unwrap();
        assert!(matches!(&progress[..], [Progress::Retrying { attempt: 2, .. }]), "{progress:?}");
    }
}

#[tokio::test]
async fn a_write_without_a_key_is_sent_once_and_then_unknown() {
    for step in [Step::Close, status(502), status(503), status(504)] {
        for effect in ["write", "destructive"] {
            let upstream = Upstream::start([step.clone()]).await;
            let error = world(&upstream, effect, json!({})).failed().await;
            assert!(is_unknown(&error), "{step:?} {error:?}");
            assert_eq!(upstream.seen().len(), 1, "{step:?}");
        }
    }
}

#[tokio::test]
async fn a_timeout_after_sending_leaves_a_write_unknown_and_lets_a_read_retry() {
    let patience = json!({"policy": {"read_timeout_ms": 50}});
    let upstream = Upstream::start([Step::Hang]).await;
    let error = world(&upstream, "write", patience.clone()).failed().await;
    assert!(is_unknown(&error) && error.code == "read_timeout", "{error:?}");
    assert_eq!(upstream.seen().len(), 1);

    let upstream = Upstream::start([Step::Hang]).await;
    world(&upstream, "read", patience).done().await;
    assert_eq!(upstream.seen().len(), 2);
}

#[tokio::test]
async fn a_keyed_write_is_sent_again_with_the_same_key() {
    for step in [Step::Close, status(502), status(503), status(504)] {
        let upstream = Upstream::start([step]).await;
        world(&upstream, "write", keyed()).done().await;
        let keys: Vec<_> = upstream.seen().iter().map(|s| s.header("idempotency-key").map(str::to_owned)).collect();
        assert_eq!(keys, [Some("key-1".to_owned()), Some("key-1".to_owned())]);
    }
}

#[tokio::test]
async fn a_keyed_write_that_never_gets_an_answer_is_unknown() {
    let upstream = Upstream::start([Step::Close, Step::Close, Step::Close]).await;
    let error = world(&upstream, "write", keyed()).failed().await;
    assert!(is_unknown(&error), "{error:?}");
    assert_eq!(upstream.seen().len(), 3);

    // A refusal that does not speak of the first sending leaves the doubt; one that does takes it away.
    let upstream = Upstream::start([Step::Close, status(403)]).await;
    assert!(is_unknown(&world(&upstream, "write", keyed()).failed().await));
    let upstream = Upstream::start([Step::Close, status(422)]).await;
    assert_eq!(world(&upstream, "write", keyed()).failed().await.class, ErrorClass::ValidationError);
}

#[tokio::test]
async fn a_repeatable_write_is_treated_as_a_read_but_carries_its_key() {
    let upstream = Upstream::start([Step::Close]).await;
    world(&upstream, "write", json!({"repeatable": true})).done().await;
    assert!(upstream.seen().iter().all(|s| s.header("idempotency-key") == Some("key-1")));
    let upstream = Upstream::start([Step::Close, Step::Close, Step::Close]).await;
    let error = world(&upstream, "write", json!({"repeatable": true})).failed().await;
    assert_eq!((error.class, error.retryable), (ErrorClass::NetworkError, true));
}

#[tokio::test]
async fn consent_is_for_statuses_that_were_received_only() {
    let consent = json!({"policy": {"retry": {"retry_on_status_codes": [500, 502]}}});
    for code in [500, 502] {
        let upstream = Upstream::start([status(code)]).await;
        world(&upstream, "write", consent.clone()).done().await;
        assert_eq!(upstream.seen().len(), 2);
    }
    let upstream = Upstream::start([Step::Close]).await;
    assert!(is_unknown(&world(&upstream, "write", consent.clone()).failed().await));
    assert_eq!(upstream.seen().len(), 1);
    let upstream = Upstream::start([status(500), status(500), status(500)]).await;
    let error = world(&upstream, "write", consent).failed().await;
    assert_eq!((error.class, error.code.as_str()), (ErrorClass::UpstreamError, "http_500"));
    assert_eq!(upstream.seen().len(), 3);
}

#[tokio::test]
async fn received_refusals_are_known_failures_and_are_not_sent_again() {
    for (code, class) in [
        (400, ErrorClass::ValidationError),
        (401, ErrorClass::AuthError),
        (403, ErrorClass::AuthError),
        (404, ErrorClass::NotFound),
        (408, ErrorClass::TimeoutError),
        (409, ErrorClass::UpstreamError),
        (418, ErrorClass::UpstreamError),
        (422, ErrorClass::ValidationError),
        (500, ErrorClass::UpstreamError),
        (501, ErrorClass::UpstreamError),
        (304, ErrorClass::UpstreamError),
    ] {
        for effect in ["read", "write", "destructive"] {
            let upstream = Upstream::start([status(code)]).await;
            let error = world(&upstream, effect, json!({})).failed().await;
            assert_eq!((error.class, error.code), (class, format!("http_{code}")), "{effect}");
            assert_eq!(error.details.unwrap()["status"], code);
            assert_eq!(upstream.seen().len(), 1);
        }
    }
}

#[tokio::test]
async fn what_was_not_sent_may_be_sent_again_even_by_a_write() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    for effect in ["read", "write", "destructive"] {
        let world = World::patched(json!({"url": format!("http://{address}/")}), json!({ "effect": effect }));
        let error = world.failed().await;
        assert_eq!((error.class, error.code.as_str()), (ErrorClass::NetworkError, "connect_failed"), "{error:?}");
        assert!(error.retryable);
        assert_eq!(world.attempts().len(), 3);
    }
}

#[tokio::test]
async fn the_guards_no_is_final() {
    let config = json!({"url": "http://169.254.169.254/latest/meta-data?token=hunter"});
    let world = World::patched(config, json!({"effect": "write"}));
    let error = world.failed().await;
    assert_eq!((error.class, error.code.as_str()), (ErrorClass::PermissionError, "outbound_blocked"));
    assert!(!error.message.contains("hunter"), "{}", error.message);
    assert_eq!(world.attempts().len(), 1);

    let upstream = Upstream::start([with_header(302, "Location", "http://10.0.0.1/admin")]).await;
    let error = World::new(json!({"method": "GET", "url": upstream.url("/")})).failed().await;
    assert_eq!((error.class, error.code.as_str()), (ErrorClass::PermissionError, "outbound_blocked"));
    assert_eq!(upstream.seen().len(), 1);
}

#[tokio::test]
async fn a_rate_limit_is_waited_for_as_long_as_the_upstream_says() {
    let upstream = Upstream::start([with_header(429, "Retry-After", "1")]).await;
    let begun = Instant::now();
    world(&upstream, "write", json!({})).done().await;
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!(upstream.seen().len(), 2);
}

#[tokio::test]
async fn a_wait_past_the_deadline_is_the_callers() {
    let upstream = Upstream::start([with_header(429, "Retry-After", "30")]).await;
    let begun = Instant::now();
    let error = world(&upstream, "write", json!({})).failed().await;
    assert!(begun.elapsed() < Duration::from_secs(2));
    assert_eq!((error.class, error.retryable, error.retry_after_ms), (ErrorClass::RateLimitError, true, Some(30_000)));
    assert_eq!(upstream.seen().len(), 1);

    let date = "Fri, 31 Dec 2100 23:59:59 GMT";
    let upstream = Upstream::start([with_header(503, "Retry-After", date)]).await;
    let error = world(&upstream, "read", json!({})).failed().await;
    assert!(error.retry_after_ms.unwrap() > 86_400_000, "{error:?}");

    // Our own pause is not taken either when nobody would be there at its end.
    let slow = json!({"policy": {"retry": {"network": {"attempts": 3, "base_ms": 5000}}}});
    let upstream = Upstream::start([Step::Close]).await;
    let begun = Instant::now();
    let error = world(&upstream, "read", slow).within(Duration::from_secs(1)).failed().await;
    assert!(begun.elapsed() < Duration::from_millis(900), "{:?}", begun.elapsed());
    assert_eq!(error.class, ErrorClass::NetworkError);
}

#[tokio::test]
async fn the_deadline_ends_everything() {
    let upstream = Upstream::start([Step::Hang]).await;
    let begun = Instant::now();
    let error = world(&upstream, "read", json!({})).within(Duration::from_millis(150)).failed().await;
    assert!(begun.elapsed() < Duration::from_millis(600), "{:?}", begun.elapsed());
    assert_eq!((error.class, error.code.as_str()), (ErrorClass::TimeoutError, "deadline_exceeded"));
    let upstream = Upstream::start([Step::Hang]).await;
    let error = world(&upstream, "write", keyed()).within(Duration::from_millis(150)).failed().await;
    assert!(is_unknown(&error), "{error:?}");
}

#[tokio::test]
async fn a_cancelled_execution_stops_at_once() {
    for (effect, patch, expected) in [
        ("read", json!({}), ErrorClass::Cancelled),
        ("write", json!({"repeatable": true}), ErrorClass::Cancelled),
        ("write", keyed(), ErrorClass::OutcomeUnknown),
        ("write", json!({}), ErrorClass::OutcomeUnknown),
    ] {
        let upstream = Upstream::start([Step::Hang]).await;
        let world = world(&upstream, effect, patch);
        let stop = async {
            while upstream.seen().is_empty() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            world.cancel.cancel();
        };
        let (error, ()) = tokio::join!(world.failed(), stop);
        assert_eq!(error.class, expected, "{effect} {error:?}");
        assert_eq!(upstream.seen().len(), 1);
    }
    let upstream = Upstream::start([]).await;
    let world = world(&upstream, "write", json!({}));
    world.cancel.cancel();
    assert_eq!(world.failed().await.class, ErrorClass::Cancelled);
    assert!(upstream.seen().is_empty());
}

#[tokio::test]
async fn cancelling_a_wait_stops_it() {
    let slow = json!({"policy": {"retry": {"network": {"attempts": 3, "base_ms": 5000}}}});
    let upstream = Upstream::start([status(502)]).await;
    let world = world(&upstream, "read", slow);
    let stop = async {
        while world.notes.progress.lock().unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        world.cancel.cancel();
    };
    let (error, ()) = tokio::join!(world.failed(), stop);
    assert_eq!(error.class, ErrorClass::Cancelled);
}
