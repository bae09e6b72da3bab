//! Answers that are read piece by piece.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use callwright_guard::{
    Guard, Outgoing, SendError, SendErrorKind, Streamed,
    script::{Ending, Played, Script, Sending},
};
use http::{HeaderMap, HeaderValue, StatusCode, header as names};
use tokio::time::Instant;

use crate::upstream::{Upstream, closed_port, get, header, hold, local, post};

const CHUNKED: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";

/// Three pieces, each a little after the one before, and then `end`.
async fn speaking(end: &'static str) -> Upstream {
    Upstream::start(move |mut peer| async move {
        while peer.read_request().await.is_some() {
            peer.write(CHUNKED).await;
            for piece in ["3\r\none\r\n", "3\r\ntwo\r\n", "5\r\nthree\r\n"] {
                peer.write(piece).await;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            peer.write(end).await;
            if end != "0\r\n\r\n" {
                return;
            }
        }
    })
    .await
}

async fn all(streamed: &mut Streamed) -> Result<String, SendError> {
    let mut text = String::new();
    while let Some(piece) = streamed.chunk().await? {
        text.push_str(std::str::from_utf8(&piece).unwrap());
    }
    Ok(text)
}

#[tokio::test]
async fn pieces_come_as_they_are_sent_and_the_connection_is_used_again() {
    let (upstream, guard) = (speaking("0\r\n\r\n").await, local());
    for _ in 0..2 {
        let mut streamed = guard.open(post(upstream.url("/x"), "question")).await.unwrap();
        assert_eq!(streamed.status, StatusCode::OK);
        assert_eq!(streamed.headers["content-type"], "text/event-stream");
        assert_eq!(streamed.chunk().await.unwrap().unwrap(), "one", "before the rest has been sent");
        assert_eq!(all(&mut streamed).await.unwrap(), "twothree");
        assert_eq!(streamed.chunk().await.unwrap(), None);
    }
    assert_eq!(upstream.connections(), 1);
    assert_eq!(header(&upstream.last_request(), "accept-encoding"), Some("identity"));
    assert!(upstream.last_request().ends_with("question"));
}

#[tokio::test]
async fn one_that_is_dropped_half_way_is_closed() {
    let (upstream, guard) = (speaking("0\r\n\r\n").await, local());
    for _ in 0..2 {
        guard.open(get(upstream.url("/"))).await.unwrap().chunk().await.unwrap();
    }
    assert_eq!(upstream.connections(), 2);
}

#[tokio::test]
async fn whoever_stops_waiting_loses_nothing() {
    let upstream = speaking("0\r\n\r\n").await;
    let mut streamed = local().open(get(upstream.url("/"))).await.unwrap();
    let mut text = String::new();
    loop {
        match tokio::time::timeout(Duration::from_millis(3), streamed.chunk()).await {
            Err(_) => continue,
            Ok(Ok(Some(piece))) => text.push_str(std::str::from_utf8(&piece).unwrap()),
            Ok(end) => break assert_eq!(end.unwrap(), None),
        }
    }
    assert_eq!(text, "onetwothree");
}

#[tokio::test]
async fn a_cut_is_no_end() {
    let upstream = speaking("").await;
    let mut streamed = local().open(get(upstream.url("/"))).await.unwrap();
    let error = all(&mut streamed).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Reset, true));
}

#[tokio::test]
async fn silence_and_the_deadline_end_it() {
    let upstream = Upstream::start(|mut peer| async move {
        peer.read_request().await;
        peer.write(CHUNKED).await;
        peer.write("3\r\none\r\n").await;
        hold(peer).await;
    })
    .await;
    let request = Outgoing { read_timeout: Duration::from_millis(50), ..get(upstream.url("/")) };
    assert_eq!(all(&mut local().open(request).await.unwrap()).await.unwrap_err().kind, SendErrorKind::ReadTimeout);
    let request = Outgoing { deadline: Instant::now() + Duration::from_millis(80), ..get(upstream.url("/")) };
    assert_eq!(all(&mut local().open(request).await.unwrap()).await.unwrap_err().kind, SendErrorKind::DeadlineExceeded);
}

#[tokio::test]
async fn the_limit_is_of_all_pieces_together() {
    let upstream = speaking("0\r\n\r\n").await;
    for (limit, fits) in [(11, true), (10, false)] {
        let mut streamed = local().open(Outgoing { max_bytes: limit, ..get(upstream.url("/")) }).await.unwrap();
        match all(&mut streamed).await {
            Ok(text) => assert!(fits && text == "onetwothree"),
            Err(error) => assert!(!fits && error.kind == SendErrorKind::TooLarge, "{error}"),
        }
    }
    let announced = Upstream::answering_once(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n").await;
    assert_eq!(local().open(get(announced.url("/"))).await.unwrap_err().kind, SendErrorKind::TooLarge);
}

#[tokio::test]
async fn what_is_packed_is_refused() {
    let packed = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nok";
    let upstream = Upstream::answering_once(packed).await;
    assert_eq!(local().open(get(upstream.url("/"))).await.unwrap_err().kind, SendErrorKind::BadEncoding);
}

#[tokio::test]
async fn addresses_are_judged_and_redirects_followed_as_ever() {
    let upstream = speaking("0\r\n\r\n").await;
    let strict = Guard::new(callwright_guard::Options::default()).unwrap();
    let error = strict.open(get(upstream.url("/"))).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Blocked, false));
    let port = closed_port().await;
    let error = local().open(get(format!("http://127.0.0.1:{port}/"))).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Connect, false));

    let to = upstream.url("/there");
    let moved = Upstream::start(move |mut peer| {
        let answer = format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
        async move {
            peer.read_request().await;
            peer.write(answer).await;
        }
    })
    .await;
    let mut request = post(moved.url("/here"), "question");
    request.headers.insert(names::AUTHORIZATION, HeaderValue::from_static("Bearer secret"));
    let mut streamed = local().open(request.clone()).await.unwrap();
    assert_eq!(streamed.url.as_str(), upstream.url("/there"));
    assert_eq!(all(&mut streamed).await.unwrap(), "onetwothree");
    assert!(!upstream.last_request().contains("secret"), "{}", upstream.last_request());
    let unfollowed = local().open(Outgoing { redirects: 0, ..request }).await.unwrap();
    assert_eq!(unfollowed.status, StatusCode::TEMPORARY_REDIRECT);
}

struct Says(&'static str);

impl Script for Says {
    fn play(&self, _request: &Sending<'_>) -> Played {
        let body = Bytes::from_static(self.0.as_bytes());
        let ending = Ending::Answer { status: StatusCode::OK, headers: HeaderMap::new(), body };
        Played { delay: Duration::ZERO, ending }
    }
}

#[tokio::test]
async fn a_scripted_guard_streams_too() {
    let guard = local().scripted(Arc::new(Says("played")));
    assert_eq!(all(&mut guard.open(get("http://127.0.0.1:1/")).await.unwrap()).await.unwrap(), "played");
    let guard = local().scripted(Arc::new(Says("")));
    assert_eq!(guard.open(get("http://127.0.0.1:1/")).await.unwrap().chunk().await.unwrap(), None);
}
