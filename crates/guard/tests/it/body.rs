//! Bodies of all kinds: in pieces, packed, cut, endless, and larger than they say.

use std::{io::Write, time::Duration};

use callwright_guard::{Answer, Outgoing, SendError, SendErrorKind};
use flate2::{
    Compression,
    write::{DeflateEncoder, GzEncoder, ZlibEncoder},
};
use http::Method;
use tokio::time::Instant;

use crate::upstream::{Upstream, fetch, get, header, hold, local};

/// Answers each request with these bytes and keeps the connection open.
async fn saying(answer: Vec<u8>) -> Upstream {
    Upstream::start(move |mut peer| {
        let answer = answer.clone();
        async move {
            peer.read_request().await;
            peer.write(answer).await;
            hold(peer).await;
        }
    })
    .await
}

fn with_length(headers: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!("HTTP/1.1 200 OK\r\n{headers}content-length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}

fn packed(coding: &str, body: &[u8]) -> Vec<u8> {
    with_length(&format!("content-encoding: {coding}\r\ncontent-type: text/plain\r\n"), body)
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

async fn ask(answer: Vec<u8>) -> Result<Answer, SendError> {
    fetch(&saying(answer).await).await
}

async fn failure(answer: Vec<u8>) -> SendErrorKind {
    let error = ask(answer).await.unwrap_err();
    assert!(error.maybe_sent, "{error}");
    error.kind
}

#[tokio::test]
async fn reads_what_is_announced() {
    assert_eq!(ask(with_length("", b"hello")).await.unwrap().body, "hello");
    assert_eq!(ask(with_length("", b"")).await.unwrap().body, "");
    assert_eq!(ask(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()).await.unwrap().body, "");
}

#[tokio::test]
async fn reads_chunks_and_until_the_end() {
    let chunked =
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\nx-sum: 1\r\n\r\n";
    assert_eq!(ask(chunked.to_vec()).await.unwrap().body, "abcdefg");
    let until_end = Upstream::answering_once(b"HTTP/1.0 200 OK\r\n\r\nuntil the end").await;
    assert_eq!(fetch(&until_end).await.unwrap().body, "until the end");
}

#[tokio::test]
async fn reads_pieces_in_order() {
    let upstream = Upstream::start(|mut peer| async move {
        peer.read_request().await;
        peer.write("HTTP/1.1 200 OK\r\ncontent-length: 90000\r\n\r\n").await;
        for piece in 0..9 {
            peer.write(vec![b'0' + piece; 10_000]).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        hold(peer).await;
    })
    .await;
    let body = fetch(&upstream).await.unwrap().body;
    assert_eq!(body.len(), 90_000);
    assert!(
        body.chunks(10_000).enumerate().all(|(index, piece)| piece.iter().all(|b| usize::from(*b - b'0') == index))
    );
}

#[tokio::test]
async fn asks_for_gzip_and_unpacks_it() {
    let plain = "hello ".repeat(1000);
    let upstream = saying(packed("gzip", &gzip(plain.as_bytes()))).await;
    let answer = fetch(&upstream).await.unwrap();
    assert_eq!(header(&upstream.last_request(), "accept-encoding"), Some("gzip"));
    assert_eq!(answer.body, plain);
    assert!(!answer.headers.contains_key("content-encoding") && !answer.headers.contains_key("content-length"));
    assert_eq!(answer.headers["content-type"], "text/plain");
}

#[tokio::test]
async fn unpacks_what_servers_call_deflate() {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::default());
    zlib.write_all(b"hello").unwrap();
    let mut bare = DeflateEncoder::new(Vec::new(), Compression::default());
    bare.write_all(b"hello").unwrap();
    for body in [zlib.finish().unwrap(), bare.finish().unwrap()] {
        assert_eq!(ask(packed("Deflate", &body)).await.unwrap().body, "hello");
    }
}

#[tokio::test]
async fn unpacks_other_spellings_of_gzip() {
    for coding in ["x-gzip", "GZIP", "identity, gzip", "gzip,"] {
        assert_eq!(ask(packed(coding, &gzip(b"hello"))).await.unwrap().body, "hello", "{coding}");
    }
    let mut two_members = gzip(b"hello ");
    two_members.extend(gzip(b"again"));
    assert_eq!(ask(packed("gzip", &two_members)).await.unwrap().body, "hello again");
    assert_eq!(ask(packed("gzip", &gzip(b""))).await.unwrap().body, "");
    assert_eq!(ask(packed("identity", b"hello")).await.unwrap().body, "hello");
}

#[tokio::test]
async fn an_empty_body_has_no_encoding() {
    assert_eq!(ask(packed("gzip", b"")).await.unwrap().body, "");
}

#[tokio::test]
async fn refuses_encodings_it_cannot_read() {
    for coding in ["br", "zstd", "compress", "gzip, gzip", "gzip, br"] {
        assert_eq!(failure(packed(coding, &gzip(b"hello"))).await, SendErrorKind::BadEncoding, "{coding}");
    }
}

#[tokio::test]
async fn refuses_what_is_not_packed_as_it_says() {
    let whole = gzip(&[7; 5000]);
    let mut wrong_sum = whole.clone();
    let place = wrong_sum.len() - 6;
    wrong_sum[place] ^= 0xff;
    for body in [&b"plain text"[..], &whole[..whole.len() - 9], &whole[..4], &wrong_sum] {
        assert_eq!(failure(packed("gzip", body)).await, SendErrorKind::BadEncoding);
    }
    assert_eq!(failure(packed("deflate", b"plain text")).await, SendErrorKind::BadEncoding);
}

#[tokio::test]
async fn a_bomb_stops_at_the_limit() {
    let bomb = gzip(&vec![0; 200 << 20]);
    let upstream = saying(packed("gzip", &bomb)).await;
    let request =
        Outgoing { max_bytes: 1 << 20, deadline: Instant::now() + Duration::from_secs(60), ..get(upstream.url("/")) };
    let error = local().send(request).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::TooLarge, true));
}

#[tokio::test]
async fn packed_data_that_holds_nothing_stops_at_the_limit() {
    // Empty stored blocks: any number of bytes in, none out.
    let mut body = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    body.extend([0, 0, 0, 0xff, 0xff].repeat(100_000));
    let mut answer = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    answer.extend(format!("{:x}\r\n", body.len()).into_bytes());
    answer.extend(body);
    assert_eq!(failure(answer).await, SendErrorKind::TooLarge);
}

#[tokio::test]
async fn the_limit_is_exact() {
    let limit = 1000;
    for (size, fits) in [(limit, true), (limit + 1, false)] {
        let plain = vec![b'x'; size];
        let mut chunked = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{size:x}\r\n").into_bytes();
        chunked.extend_from_slice(&plain);
        chunked.extend_from_slice(b"\r\n0\r\n\r\n");
        for answer in [with_length("", &plain), packed("gzip", &gzip(&plain)), chunked] {
            let upstream = saying(answer).await;
            let answer = local().send(Outgoing { max_bytes: limit, ..get(upstream.url("/")) }).await;
            match answer {
                Ok(answer) => assert!(fits && answer.body.len() == size),
                Err(error) => assert!(!fits && error.kind == SendErrorKind::TooLarge, "{error}"),
            }
        }
    }
}

#[tokio::test]
async fn data_that_cannot_be_packed_still_fits() {
    let plain: Vec<u8> = (0..1000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let mut stored = GzEncoder::new(Vec::new(), Compression::none());
    stored.write_all(&plain).unwrap();
    let upstream = saying(packed("gzip", &stored.finish().unwrap())).await;
    let answer = local().send(Outgoing { max_bytes: plain.len(), ..get(upstream.url("/")) }).await.unwrap();
    assert_eq!(answer.body, plain);
}

#[tokio::test]
async fn too_large_is_known_before_it_is_read() {
    // Not a byte of the body comes, and nobody waits for it.
    let started = Instant::now();
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n".to_vec();
    assert_eq!(failure(answer).await, SendErrorKind::TooLarge);
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn a_head_may_announce_what_it_does_not_send() {
    let upstream =
        saying(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\ncontent-encoding: gzip\r\n\r\n".to_vec()).await;
    let answer = local().send(Outgoing { method: Method::HEAD, ..get(upstream.url("/")) }).await.unwrap();
    assert_eq!((answer.body.len(), &answer.headers["content-length"]), (0, &"10000000000".parse().unwrap()));
}

#[tokio::test]
async fn an_endless_body_stops_at_the_limit() {
    let upstream = Upstream::start(|mut peer| async move {
        peer.read_request().await;
        peer.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
        while peer.write("5\r\nagain\r\n").await {}
    })
    .await;
    let error = fetch(&upstream).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::TooLarge, true));
}

#[tokio::test]
async fn a_body_that_stops_is_a_read_timeout() {
    let upstream = saying(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf".to_vec()).await;
    let request = Outgoing { read_timeout: Duration::from_millis(50), ..get(upstream.url("/")) };
    let error = local().send(request).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::ReadTimeout, true));
}

#[tokio::test]
async fn a_trickle_ends_at_the_deadline() {
    let upstream = Upstream::start(|mut peer| async move {
        peer.read_request().await;
        peer.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n").await;
        while peer.write("x").await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    let request = Outgoing {
        read_timeout: Duration::from_millis(500),
        deadline: Instant::now() + Duration::from_millis(200),
        ..get(upstream.url("/"))
    };
    let error = local().send(request).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::DeadlineExceeded, true));
}

#[tokio::test]
async fn chunks_that_are_none_are_a_bad_response() {
    let answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nabc\r\n".to_vec();
    assert_eq!(failure(answer).await, SendErrorKind::BadResponse);
}

#[tokio::test]
async fn heads_are_bounded() {
    let long = format!("HTTP/1.1 200 OK\r\nx-long: {}\r\n\r\n", "x".repeat(200_000));
    assert_eq!(failure(long.into_bytes()).await, SendErrorKind::BadResponse);
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x-many: 1\r\n".repeat(500));
    assert_eq!(failure(many.into_bytes()).await, SendErrorKind::BadResponse);
    let endless = Upstream::start(|mut peer| async move {
        peer.read_request().await;
        peer.write("HTTP/1.1 200 OK\r\nx-long: ").await;
        while peer.write([b'x'; 4096]).await {}
    })
    .await;
    assert_eq!(fetch(&endless).await.unwrap_err().kind, SendErrorKind::BadResponse);
}

#[tokio::test]
async fn interim_answers_are_skipped_and_switches_refused() {
    let interim = [b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".to_vec(), with_length("", b"final")].concat();
    assert_eq!(ask(interim).await.unwrap().body, "final");
    let switch = b"HTTP/1.1 101 Switching Protocols\r\nupgrade: chat\r\nconnection: upgrade\r\n\r\n".to_vec();
    assert_eq!(failure(switch).await, SendErrorKind::BadResponse);
}
