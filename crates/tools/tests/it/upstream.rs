//! An upstream that answers by a script and remembers what it was asked.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// What the upstream does with a request.
#[derive(Debug, Clone)]
pub enum Step {
    /// Answers with status, headers and body.
    Reply(u16, Vec<(String, String)>, Vec<u8>),
    /// Answers with these bytes and closes.
    Raw(Vec<u8>),
    /// Closes the connection without an answer.
    Close,
    /// Says nothing.
    Hang,
    /// Sends an endless body in chunks.
    Endless,
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        let first = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "`{name}` came twice");
        first
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

pub fn status(code: u16) -> Step {
    Step::Reply(code, vec![], br#"{"error": "scripted"}"#.to_vec())
}

pub fn json(body: &Value) -> Step {
    Step::Reply(200, vec![("Content-Type".into(), "application/json".into())], body.to_string().into_bytes())
}

pub fn with_header(code: u16, name: &str, value: &str) -> Step {
    Step::Reply(code, vec![(name.into(), value.into())], vec![])
}

pub struct Upstream {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    script: Mutex<VecDeque<Step>>,
    seen: Mutex<Vec<Seen>>,
}

impl Upstream {
    /// Starts; when the script is over, everything is answered with `{"ok": true}`.
    pub async fn start(script: impl IntoIterator<Item = Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { script: Mutex::new(script.into_iter().collect()), ..Shared::default() });
        let upstream = Self { address, shared: shared.clone() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        upstream
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    pub fn one(&self) -> Seen {
        let seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen[0].clone()
    }
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    let mut buffer = Vec::new();
    while let Some(seen) = read_request(&mut stream, &mut buffer).await {
        shared.seen.lock().unwrap().push(seen);
        let step = shared.script.lock().unwrap().pop_front();
        match step.unwrap_or_else(|| json(&serde_json::json!({"ok": true}))) {
            Step::Reply(code, headers, body) => {
                let mut head = format!("HTTP/1.1 {code} Scripted\r\n");
                for (name, value) in headers {
                    head.push_str(&format!("{name}: {value}\r\n"));
                }
                if code != 204 && code != 304 {
                    head.push_str(&format!("Content-Length: {}\r\n", body.len()));
                }
                head.push_str("\r\n");
                let is_head = shared.seen.lock().unwrap().last().unwrap().method == "HEAD";
                if stream.write_all(head.as_bytes()).await.is_err() {
                    return;
                }
                if !is_head && stream.write_all(&body).await.is_err() {
                    return;
                }
            }
            Step::Raw(bytes) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Step::Close => return,
            Step::Hang => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                return;
            }
            Step::Endless => {
                let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";
                let chunk = [b"10000\r\n".as_slice(), &[b'x'; 0x10000], b"\r\n"].concat();
                if stream.write_all(head).await.is_err() {
                    return;
                }
                while stream.write_all(&chunk).await.is_ok() {}
                return;
            }
        }
    }
}

async fn read_request(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Seen> {
    let end = loop {
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.map_or(0, |(_, value)| value.parse().unwrap());
    buffer.drain(..end + 4);
    while buffer.len() < length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8_lossy(&buffer[..length]).into_owned();
    buffer.drain(..length);
    Some(Seen { method, target, headers, body })
}
