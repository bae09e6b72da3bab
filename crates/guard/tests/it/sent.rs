//! Whether anything of a failed request may have left. This decides whether a payment is sent twice.

use std::{
    future::pending,
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use callwright_guard::{Guard, Options, Outgoing, Resolve, SendErrorKind};
use futures_util::future::BoxFuture;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::mpsc,
    time::Instant,
};

use crate::upstream::{OK, Upstream, closed_port, fetch, get, hold, local, local_options, post};

#[tokio::test]
async fn nothing_is_sent_when_the_connection_is_refused() {
    let url = format!("http://127.0.0.1:{}/secret-path?key=hunter2", closed_port().await);
    let error = local().send(post(url, "x")).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Connect, false));
    assert!(error.message.contains("connection refused"), "{error}");
    assert!(!error.message.contains("secret-path") && !error.message.contains("hunter2"), "{error}");
}

#[tokio::test]
async fn nothing_is_sent_when_the_name_does_not_resolve() {
    let error = local().send(post("http://no-such-name.invalid/", "x")).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Dns, false));
}

#[tokio::test]
async fn nothing_is_sent_to_a_refused_address() {
    let upstream = Upstream::answering(OK).await;
    let guard = Guard::new(Options::default()).unwrap();
    let error = guard.send(post(upstream.url("/"), "x")).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Blocked, false));
    assert_eq!(upstream.connections(), 0);
}

#[tokio::test]
async fn nothing_is_sent_when_resolving_takes_too_long() {
    let guard = Guard::new(Options { resolver: Arc::new(Silent), ..local_options() }).unwrap();
    let brief = Duration::from_millis(50);
    let slow_connect = Outgoing { connect_timeout: brief, ..post("http://example.com/", "x") };
    let error = guard.send(slow_connect).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::ConnectTimeout, false));

    let near_deadline = Outgoing { deadline: Instant::now() + brief, ..post("http://example.com/", "x") };
    let error = guard.send(near_deadline).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::DeadlineExceeded, false));
}

#[tokio::test]
async fn nothing_is_sent_after_the_deadline() {
    let upstream = Upstream::answering(OK).await;
    let late = Outgoing { deadline: Instant::now(), ..post(upstream.url("/"), "x") };
    let error = local().send(late).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::DeadlineExceeded, false));
    assert_eq!(upstream.connections(), 0);
}

/// After an answer or none, ends its side a moment later, and counts what still comes. The moment is
/// another one for each connection, so that sometimes the request comes first, and sometimes the end.
async fn closing_after(answers: bool) -> (Upstream, mpsc::UnboundedReceiver<usize>) {
    let (told, counts) = mpsc::unbounded_channel();
    let moment = AtomicU64::new(0);
    let upstream = Upstream::start(move |mut peer| {
        let told = told.clone();
        let moment = Duration::from_micros(moment.fetch_add(7, Ordering::Relaxed) % 400);
        async move {
            if answers {
                peer.read_request().await;
                peer.write(OK).await;
            }
            let end = Instant::now() + moment;
            while Instant::now() < end {
                tokio::task::yield_now().await;
            }
            peer.stream.shutdown().await.unwrap();
            let mut rest = Vec::new();
            let _ = peer.stream.read_to_end(&mut rest).await;
            told.send(rest.len()).unwrap();
        }
    })
    .await;
    (upstream, counts)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_closed_at_once_tells_exactly_whether_it_was_written_to() {
    let (upstream, mut counts) = closing_after(false).await;
    for _ in 0..500 {
        // Whether our bytes or the end of the connection comes first is the network's choice.
        let error = fetch(&upstream).await.unwrap_err();
        let arrived = counts.recv().await.unwrap();
        assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Reset, arrived > 0), "{arrived}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_closed_after_an_answer_tells_exactly_whether_it_was_written_to() {
    let (upstream, mut counts) = closing_after(true).await;
    for _ in 0..500 {
        let guard = local();
        guard.send(post(upstream.url("/"), "first")).await.unwrap();
        let connections = upstream.connections();
        match guard.send(post(upstream.url("/"), "second")).await {
            // By another connection; then the first must not have seen any of it.
            Ok(_) => {
                assert_eq!(upstream.connections(), connections + 1);
                drop(guard);
                assert_eq!((counts.recv().await, counts.recv().await), (Some(0), Some(0)));
            }
            Err(error) => {
                drop(guard);
                let arrived = counts.recv().await.unwrap();
                assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Reset, arrived > 0), "{arrived}");
                assert_eq!(upstream.connections(), connections);
            }
        }
    }
}

#[tokio::test]
async fn an_early_answer_to_a_large_body_is_an_answer() {
    let upstream = Upstream::start(|mut peer| async move {
        let mut some = [0; 1024];
        peer.stream.read_exact(&mut some).await.unwrap();
        peer.write(b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 5\r\n\r\nlarge").await;
        hold(peer).await;
    })
    .await;
    let large = Outgoing { body: Bytes::from(vec![b'x'; 64 << 20]), ..post(upstream.url("/"), "") };
    let answer = local().send(large).await.unwrap();
    assert_eq!((answer.status.as_u16(), &answer.body[..]), (413, &b"large"[..]));
}

#[tokio::test]
async fn a_request_that_was_read_may_have_acted() {
    let upstream = Upstream::answering_once(b"").await;
    let error = local().send(post(upstream.url("/"), "x")).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Reset, true));
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn half_a_head_is_a_reset() {
    let upstream = Upstream::answering_once(b"HTTP/1.1 200 OK\r\ncontent-le").await;
    let error = fetch(&upstream).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Reset, true));
}

#[tokio::test]
async fn silence_is_a_read_timeout() {
    let upstream = Upstream::start(hold).await;
    let impatient = Outgoing { read_timeout: Duration::from_millis(50), ..post(upstream.url("/"), "x") };
    let error = local().send(impatient).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::ReadTimeout, true));
}

#[tokio::test]
async fn silence_until_the_deadline_says_so() {
    let upstream = Upstream::start(hold).await;
    let brief = Outgoing { deadline: Instant::now() + Duration::from_millis(50), ..post(upstream.url("/"), "x") };
    let error = local().send(brief).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::DeadlineExceeded, true));
}

#[tokio::test]
async fn a_body_that_the_upstream_does_not_take_may_have_acted() {
    let upstream = Upstream::start(hold).await;
    let large = Outgoing {
        body: Bytes::from(vec![b'x'; 64 << 20]),
        read_timeout: Duration::from_millis(200),
        ..post(upstream.url("/"), "")
    };
    let error = local().send(large).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::ReadTimeout, true));
}

#[tokio::test]
async fn a_slow_head_is_a_read_timeout() {
    let upstream = Upstream::start(|mut peer| async move {
        peer.read_request().await;
        for byte in b"HTTP/1.1 200 OK\r\nx-slow: yes\r\n" {
            peer.write([*byte]).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let impatient = Outgoing { read_timeout: Duration::from_millis(100), ..get(upstream.url("/")) };
    let error = local().send(impatient).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::ReadTimeout, true));
}

#[tokio::test]
async fn garbage_is_a_bad_response() {
    for garbage in [
        &b"SSH-2.0-OpenSSH_9.2\r\n\r\n"[..],
        b"\x00\x01\x02\x03\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
    ] {
        let upstream = Upstream::start(move |mut peer| async move {
            peer.read_request().await;
            peer.write(garbage).await;
            hold(peer).await;
        })
        .await;
        let error = fetch(&upstream).await.unwrap_err();
        assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::BadResponse, true), "{garbage:?}");
    }
}

#[tokio::test]
async fn a_connection_closed_while_it_rested_is_replaced() {
    let upstream = Upstream::answering_once(OK).await;
    let guard = local();
    for _ in 0..3 {
        guard.send(post(upstream.url("/"), "pay")).await.unwrap();
        // The upstream closes without a word; give its FIN the time to arrive.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!((upstream.connections(), upstream.requests().len()), (3, 3));
}

#[tokio::test]
async fn what_an_upstream_says_unasked_ends_the_connection() {
    let upstream = Upstream::start(|mut peer| async move {
        peer.read_request().await;
        peer.write(OK).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
        peer.write("HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n").await;
        hold(peer).await;
    })
    .await;
    let guard = local();
    for _ in 0..2 {
        assert_eq!(guard.send(get(upstream.url("/"))).await.unwrap().status, 200);
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    assert_eq!(upstream.connections(), 2);
}

#[tokio::test]
async fn a_pooled_connection_that_closes_on_the_request_is_not_tried_again() {
    let upstream = Upstream::start(|mut peer| async move {
        peer.read_request().await;
        peer.write(OK).await;
        peer.read_request().await;
    })
    .await;
    let guard = local();
    guard.send(post(upstream.url("/"), "first")).await.unwrap();
    let error = guard.send(post(upstream.url("/"), "pay")).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Reset, true));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!((upstream.connections(), upstream.requests().len()), (1, 2));
}

#[tokio::test]
async fn a_failure_in_the_body_may_have_acted() {
    let upstream = Upstream::answering_once(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf").await;
    let error = fetch(&upstream).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Reset, true));
}

#[tokio::test]
async fn who_drops_the_request_knows_whether_it_was_sent() {
    let upstream = Upstream::start(hold).await;
    let guard = local();
    let sent = AtomicBool::new(false);
    let dropped =
        tokio::time::timeout(Duration::from_millis(50), guard.send_watched(post(upstream.url("/"), "x"), &sent));
    assert!(dropped.await.is_err());
    assert!(sent.load(Ordering::Relaxed));

    let guard = Guard::new(Options { resolver: Arc::new(Silent), ..local_options() }).unwrap();
    let sent = AtomicBool::new(false);
    let request = post("http://example.com/", "x");
    assert!(tokio::time::timeout(Duration::from_millis(50), guard.send_watched(request, &sent)).await.is_err());
    assert!(!sent.load(Ordering::Relaxed));
}

/// Never answers.
struct Silent;

impl Resolve for Silent {
    fn resolve<'a>(&'a self, _name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        Box::pin(pending())
    }
}
