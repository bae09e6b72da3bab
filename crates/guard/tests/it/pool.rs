//! Connections are used again, but not for longer than both sides like.

use std::time::Duration;

use callwright_guard::{Guard, Options};

use crate::upstream::{OK, Upstream, get, local, local_options};

#[tokio::test]
async fn a_connection_is_used_again() {
    let upstream = Upstream::answering(OK).await;
    let guard = local();
    for _ in 0..20 {
        guard.send(get(upstream.url("/"))).await.unwrap();
    }
    assert_eq!((upstream.connections(), upstream.requests().len()), (1, 20));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_shared_by_many() {
    let upstream = Upstream::answering(OK).await;
    let guard = local();
    for _ in 0..20 {
        let all = (0..8).map(|_| {
            let (guard, url) = (guard.clone(), upstream.url("/"));
            tokio::spawn(async move { guard.send(get(url)).await.unwrap() })
        });
        for one in all.collect::<Vec<_>>() {
            assert_eq!(one.await.unwrap().body, "ok");
        }
    }
    assert!(upstream.connections() <= 8, "{}", upstream.connections());
    assert_eq!(upstream.requests().len(), 160);
}

#[tokio::test]
async fn answers_that_end_the_connection_end_it() {
    for answer in [
        &b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok"[..],
        b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nkeep-alive: timeout=1, max=5\r\ncontent-length: 2\r\n\r\nok",
    ] {
        let upstream = Upstream::answering(answer).await;
        let guard = local();
        for _ in 0..2 {
            guard.send(get(upstream.url("/"))).await.unwrap();
        }
        assert_eq!(upstream.connections(), 2, "{}", String::from_utf8_lossy(answer));
    }
    let upstream =
        Upstream::answering(b"HTTP/1.1 200 OK\r\nkeep-alive: timeout=5\r\ncontent-length: 2\r\n\r\nok").await;
    let guard = local();
    for _ in 0..2 {
        guard.send(get(upstream.url("/"))).await.unwrap();
    }
    assert_eq!(upstream.connections(), 1);
}

#[tokio::test]
async fn idle_connections_are_closed_in_time() {
    let closed = std::sync::Arc::new(tokio::sync::Notify::new());
    let told = closed.clone();
    let upstream = Upstream::start(move |mut peer| {
        let told = told.clone();
        async move {
            peer.read_request().await;
            peer.write(OK).await;
            assert!(peer.read_request().await.is_none());
            told.notify_one();
        }
    })
    .await;
    let guard = Guard::new(Options { idle_timeout: Duration::from_millis(100), ..local_options() }).unwrap();
    guard.send(get(upstream.url("/"))).await.unwrap();
    tokio::time::timeout(Duration::from_secs(2), closed.notified()).await.expect("the connection stays open");
}

#[tokio::test]
async fn no_more_rest_than_allowed() {
    let upstream = Upstream::answering(OK).await;
    let guard = Guard::new(Options { max_idle_per_host: 0, ..local_options() }).unwrap();
    for _ in 0..3 {
        guard.send(get(upstream.url("/"))).await.unwrap();
    }
    assert_eq!(upstream.connections(), 3);
}

#[tokio::test]
async fn what_follows_an_answer_spoils_the_connection() {
    let upstream = Upstream::answering(
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil",
    )
    .await;
    let guard = local();
    for _ in 0..3 {
        assert_eq!(guard.send(get(upstream.url("/"))).await.unwrap().body, "ok");
    }
    assert_eq!(upstream.connections(), 3);
}
