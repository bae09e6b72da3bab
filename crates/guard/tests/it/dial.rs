//! Names, the addresses they lead to, and which of these are connected to.

use std::{
    io,
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use callwright_guard::{DialErrorKind, Guard, Options, Resolve, SendErrorKind};
use futures_util::future::BoxFuture;
use tokio::io::AsyncReadExt;

use crate::upstream::{OK, Upstream, closed_port, get, local};

const SECOND: Duration = Duration::from_secs(1);

/// Gives one answer after the other, and the last one for ever.
struct Scripted {
    answers: Mutex<Vec<Vec<IpAddr>>>,
    lookups: AtomicUsize,
}

impl Scripted {
    fn new(answers: &[&[&str]]) -> Arc<Self> {
        let parse = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().unwrap()).collect();
        Arc::new(Self { answers: Mutex::new(answers.iter().map(parse).collect()), lookups: AtomicUsize::new(0) })
    }

    fn guard(self: &Arc<Self>, allow: &[&str]) -> Guard {
        let allow = allow.iter().map(|net| net.parse().unwrap()).collect();
        Guard::new(Options { allow, resolver: self.clone(), ..Options::default() }).unwrap()
    }
}

impl Resolve for Scripted {
    fn resolve<'a>(&'a self, _name: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        self.lookups.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        Box::pin(async move { Ok(answer) })
    }
}

#[tokio::test]
async fn a_name_that_changes_its_mind_gains_nothing() {
    let forbidden = Upstream::answering(OK).await;
    let port = forbidden.address.port();
    let checked = Upstream::start_on(&format!("127.0.0.2:{port}"), |mut peer| async move {
        peer.read_request().await;
        peer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok").await;
    })
    .await;
    let resolver = Scripted::new(&[&["127.0.0.2"], &["127.0.0.1"]]);
    let guard = resolver.guard(&["127.0.0.2/32"]);
    let url = format!("http://rebind.example:{port}/");

    guard.send(get(&url)).await.unwrap();
    // One lookup: the address that was checked is the address that was connected to.
    assert_eq!((resolver.lookups.load(Ordering::SeqCst), checked.requests().len()), (1, 1));

    let error = guard.send(get(&url)).await.unwrap_err();
    assert_eq!((error.kind, error.maybe_sent), (SendErrorKind::Blocked, false));
    assert!(error.message.contains("rebind.example") && !error.message.contains("127.0.0.1"), "{error}");
    assert_eq!((forbidden.connections(), checked.connections()), (0, 1));
}

#[tokio::test]
async fn refused_addresses_are_left_out() {
    let resolver = Scripted::new(&[&["10.0.0.1", "8.8.8.8", "::1", "8.8.8.8", "::ffff:8.8.4.4", "::ffff:127.0.0.1"]]);
    let found = resolver.guard(&[]).resolve("mixed.example", 443, SECOND).await.unwrap();
    assert_eq!(found, ["8.8.8.8:443".parse().unwrap(), "8.8.4.4:443".parse().unwrap()]);
}

#[tokio::test]
async fn no_more_than_sixteen_addresses() {
    let many: Vec<String> = (1..100).map(|n| format!("8.8.8.{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let found = Scripted::new(&[&many]).guard(&[]).resolve("many.example", 80, SECOND).await.unwrap();
    assert_eq!(found.len(), 16);
}

#[tokio::test]
async fn a_name_without_an_address_does_not_resolve() {
    let error = Scripted::new(&[&[]]).guard(&[]).resolve("none.example", 80, SECOND).await.unwrap_err();
    assert_eq!(error.kind, DialErrorKind::Dns);
}

#[tokio::test]
async fn the_next_address_is_tried() {
    let upstream = Upstream::start_on("127.0.0.3:0", |mut peer| async move {
        peer.write("hello").await;
    })
    .await;
    let resolver = Scripted::new(&[&["127.0.0.1", "127.0.0.2", "127.0.0.3"]]);
    let guard = resolver.guard(&["127.0.0.0/8"]);
    let mut stream = guard.dial("three.example", upstream.address.port(), SECOND).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    assert_eq!((text.as_str(), stream.peer_addr().unwrap()), ("hello", upstream.address));
    assert!(stream.nodelay().unwrap());
}

#[tokio::test]
async fn a_driver_may_name_its_host_in_any_form() {
    let upstream = Upstream::start(|peer| async move { drop(peer) }).await;
    let port = upstream.address.port();
    for host in [
        "127.0.0.1",
        "localhost",
        "LOCALHOST.",
        "db.localhost",
        "0x7f000001",
        "2130706433",
        "::ffff:127.0.0.1",
        "127.1",
    ] {
        local().dial(host, port, SECOND).await.unwrap_or_else(|error| panic!("{host}: {error}"));
        let error = Guard::new(Options::default()).unwrap().dial(host, port, SECOND).await.unwrap_err();
        assert_eq!(error.kind, DialErrorKind::Blocked, "{host}");
    }
    for host in ["", "a b", "/var/run/postgresql", "a..b", "host:5432", "[::1", "user@host", "ex%00ample", "a,b"] {
        let error = local().dial(host, port, SECOND).await.unwrap_err();
        assert_eq!(error.kind, DialErrorKind::Host, "{host}");
    }
}

#[tokio::test]
async fn localhost_is_never_looked_up() {
    let resolver = Scripted::new(&[&["8.8.8.8"]]);
    let error = resolver.guard(&[]).resolve("localhost", 80, SECOND).await.unwrap_err();
    assert_eq!((error.kind, resolver.lookups.load(Ordering::SeqCst)), (DialErrorKind::Blocked, 0));
}

#[tokio::test]
async fn the_system_resolver_resolves() {
    let error = local().dial("no-such-name.invalid", 80, Duration::from_secs(5)).await.unwrap_err();
    assert_eq!(error.kind, DialErrorKind::Dns);
    let error = local().dial("localhost", closed_port().await, SECOND).await.unwrap_err();
    assert_eq!(error.kind, DialErrorKind::Connect);
}

#[tokio::test]
async fn connecting_ends_in_time() {
    // A listener whose queue is full swallows what comes.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let fill = (0..4).map(|_| tokio::spawn(async move { local().dial("127.0.0.1", address.port(), 5 * SECOND).await }));
    let fill = fill.collect::<Vec<_>>();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let started = Instant::now();
    let error = local().dial("127.0.0.1", address.port(), Duration::from_millis(200)).await.unwrap_err();
    assert_eq!(error.kind, DialErrorKind::Timeout);
    assert!(started.elapsed() < SECOND);
    fill.iter().for_each(tokio::task::JoinHandle::abort);
}
