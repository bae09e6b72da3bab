//! Upstreams that do exactly as told, byte by byte, and requests to them.

use std::{
    future::Future,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use callwright_guard::{Answer, Guard, Options, Outgoing, SendError};
use http::{HeaderMap, Method};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    time::Instant,
};

/// Listens, counts, and remembers what was asked.
#[derive(Clone)]
pub struct Upstream {
    pub address: SocketAddr,
    connections: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Upstream {
    /// Treats every connection by `script`.
    pub async fn start<F, Fut>(script: F) -> Self
    where
        F: Fn(Peer) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        Self::start_on("127.0.0.1:0", script).await
    }

    pub async fn start_on<F, Fut>(address: &str, script: F) -> Self
    where
        F: Fn(Peer) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind(address).await.unwrap();
        let this =
            Self { address: listener.local_addr().unwrap(), connections: Arc::default(), requests: Arc::default() };
        let upstream = this.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                upstream.connections.fetch_add(1, Ordering::SeqCst);
                let peer = Peer { stream: Box::new(stream), requests: Arc::clone(&upstream.requests) };
                tokio::spawn(script(peer));
            }
        });
        this
    }

    /// Answers every request with `answer`, as long as the client likes.
    pub async fn answering(answer: &'static [u8]) -> Self {
        Self::start(move |mut peer| async move {
            while peer.read_request().await.is_some() {
                peer.write(answer).await;
            }
        })
        .await
    }

    /// Answers every request with `answer` and closes.
    pub async fn answering_once(answer: &'static [u8]) -> Self {
        Self::start(move |mut peer| async move {
            peer.read_request().await;
            peer.write(answer).await;
        })
        .await
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub fn last_request(&self) -> String {
        self.requests().pop().expect("no request came")
    }
}

pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// One connection of an upstream.
pub struct Peer {
    pub stream: Box<dyn Duplex>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Peer {
    /// Reads a request whole and remembers it; none if the client closes first.
    pub async fn read_request(&mut self) -> Option<String> {
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let count = self.stream.read(&mut buffer).await.unwrap_or(0);
            if count == 0 {
                return None;
            }
            bytes.extend_from_slice(&buffer[..count]);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length = header(head, "content-length").and_then(|value| value.parse().ok()).unwrap_or(0);
            if body.len() >= length {
                self.requests.lock().unwrap().push(text.clone());
                return Some(text);
            }
        }
    }

    /// Writes; a client that has gone is no failure of the test.
    pub async fn write(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).await.is_ok() && self.stream.flush().await.is_ok()
    }
}

/// The value of a header in a request's text.
pub fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let head = request.split("\r\n\r\n").next()?;
    head.lines().skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

pub const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

pub fn local_options() -> Options {
    Options { allow: vec!["127.0.0.0/8".parse().unwrap()], ..Options::default() }
}

/// A guard that may reach this machine.
pub fn local() -> Guard {
    Guard::new(local_options()).unwrap()
}

pub fn get(url: impl AsRef<str>) -> Outgoing {
    Outgoing {
        method: Method::GET,
        url: url.as_ref().parse().unwrap(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
        connect_timeout: Duration::from_secs(2),
        read_timeout: Duration::from_secs(2),
        deadline: Instant::now() + Duration::from_secs(5),
        redirects: 3,
        max_bytes: 100_000,
        sensitive: Vec::new(),
    }
}

pub fn post(url: impl AsRef<str>, body: &'static str) -> Outgoing {
    Outgoing { method: Method::POST, body: Bytes::from_static(body.as_bytes()), ..get(url) }
}

/// What a fresh guard makes of a GET.
pub async fn fetch(upstream: &Upstream) -> Result<Answer, SendError> {
    local().send(get(upstream.url("/"))).await
}

/// A port on which nobody listens.
pub async fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

/// Keeps a connection open and silent.
pub async fn hold(peer: Peer) {
    tokio::time::sleep(Duration::from_secs(60)).await;
    drop(peer);
}
