//! A guard with a script: what it judges as ever, what it plays, and that nothing leaves.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use callwright_guard::{
    Guard, Outgoing, SendErrorKind,
    script::{Ending, Played, Script, Sending},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use url::Url;

use crate::upstream::{OK, Upstream, get, local, post};

/// Plays endings in order, and remembers what it was asked.
struct Plays {
    endings: Mutex<Vec<Ending>>,
    asked: Mutex<Vec<String>>,
    delay: Duration,
}

impl Script for Plays {
    fn play(&self, request: &Sending<'_>) -> Played {
        self.asked.lock().unwrap().push(format!("{} {}", request.method, request.url));
        Played { delay: self.delay, ending: self.endings.lock().unwrap().remove(0) }
    }
}

fn plays(endings: Vec<Ending>, delay_ms: u64) -> (Guard, Arc<Plays>) {
    let plays = Arc::new(Plays {
        endings: Mutex::new(endings),
        asked: Mutex::default(),
        delay: Duration::from_millis(delay_ms),
    });
    (local().scripted(plays.clone()), plays)
}

fn answer(status: u16, body: &'static str) -> Ending {
    Ending::Answer {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::new(),
        body: Bytes::from_static(body.as_bytes()),
    }
}

fn away(to: &'static str) -> Ending {
    let mut headers = HeaderMap::new();
    headers.insert(header::LOCATION, HeaderValue::from_static(to));
    Ending::Answer { status: StatusCode::SEE_OTHER, headers, body: Bytes::new() }
}

fn failure(kind: SendErrorKind, is_sent: bool) -> Ending {
    Ending::Failure { kind, is_sent, message: "as the script says".to_owned() }
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

#[tokio::test]
async fn nothing_leaves_and_what_is_played_comes_back() {
    let upstream = Upstream::answering(OK).await;
    let (guard, script) = plays(vec![answer(201, "played")], 0);
    let answer = guard.send(post(upstream.url("/x?a=1"), "body")).await.unwrap();
    assert_eq!((answer.status.as_u16(), &answer.body[..]), (201, &b"played"[..]));
    assert_eq!(script.asked.lock().unwrap()[..], [format!("POST {}", upstream.url("/x?a=1"))]);
    // Not by any other way either.
    let (host, port) = (upstream.address.ip().to_string(), upstream.address.port());
    assert!(guard.dial(&host, port, Duration::from_secs(1)).await.is_err());
    // The guard it was made from is as real as before.
    local().send(get(upstream.url("/real"))).await.unwrap();
    assert!(upstream.last_request().starts_with("GET /real "), "the first request that came");
}

#[tokio::test]
async fn addresses_are_judged_and_names_are_not_looked_up() {
    let (guard, script) = plays(vec![answer(200, "")], 0);
    for refused in ["http://10.0.0.1/", "http://169.254.169.254/", "http://[fd00::1]/", "http://0x7f.1.2.3:1/"] {
        let error = guard.send(get(url(refused))).await;
        // The tests' own guard lets loopback through.
        if refused.contains("0x7f") {
            assert!(error.is_ok());
            continue;
        }
        let error = error.unwrap_err();
        assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Blocked, false), "{refused}");
    }
    assert_eq!(script.asked.lock().unwrap().len(), 1);
    let (guard, _) = plays(vec![answer(200, "")], 0);
    guard.send(get(url("https://no-such-name.invalid/"))).await.unwrap();
    let error = guard.send(get(url("ftp://no-such-name.invalid/"))).await.unwrap_err();
    assert_eq!(error.kind, SendErrorKind::Scheme);
}

#[tokio::test]
async fn redirects_and_limits_are_those_of_a_real_request() {
    let follow = |to: &str| Outgoing { redirects: 1, ..post(url(to), "body") };
    let (guard, script) = plays(vec![away("/next"), answer(200, "there")], 0);
    let there = guard.send(follow("https://a.invalid/x")).await.unwrap();
    assert_eq!(there.url.as_str(), "https://a.invalid/next");
    assert_eq!(script.asked.lock().unwrap()[1], "GET https://a.invalid/next");
    let (guard, _) = plays(vec![away("https://10.0.0.1/")], 0);
    let error = guard.send(follow("https://a.invalid/x")).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Blocked, true), "the first hop was sent");
    let (guard, _) = plays(vec![answer(200, "too large")], 0);
    let error = guard.send(Outgoing { max_bytes: 3, ..get(url("https://a.invalid/")) }).await.unwrap_err();
    assert_eq!(error.kind, SendErrorKind::TooLarge);
    let (guard, _) = plays(vec![answer(200, "late")], 2_000);
    let hasty = Outgoing { read_timeout: Duration::from_millis(50), ..get(url("https://a.invalid/")) };
    let error = guard.send(hasty).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::ReadTimeout, true));
}

#[tokio::test]
async fn a_failure_says_whether_the_request_had_left() {
    for (kind, is_sent) in [(SendErrorKind::Connect, false), (SendErrorKind::Reset, true)] {
        let (guard, _) = plays(vec![failure(kind, is_sent)], 0);
        let sent = AtomicBool::new(false);
        let error = guard.send_watched(get(url("https://a.invalid/")), &sent).await.unwrap_err();
        assert_eq!((error.kind, error.maybe_sent, sent.load(Ordering::Relaxed)), (kind, is_sent, is_sent));
    }
}
