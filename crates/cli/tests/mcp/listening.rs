//! Streams of events, as clients read them.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    sync::mpsc,
    time::Duration,
};

use callwright_testkit::Server;
use serde_json::{Value, json};

use super::{ACCEPT, JSON, Session};

const PATIENCE: Duration = Duration::from_secs(10);

/// An event of a stream.
#[derive(Debug, Default, Clone)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) data: Value,
}

/// The events of a stream, on a thread of its own. Dropped, it hangs up.
pub(crate) struct Listening {
    pub(crate) events: mpsc::Receiver<Event>,
    socket: TcpStream,
}

impl Listening {
    /// A request whose answer is a stream.
    pub(crate) fn open(server: &Server, method: &str, headers: &[(&str, &str)], body: &str) -> Self {
        let address = server.url().replace("http://", "");
        let mut socket = TcpStream::connect(&address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut request = format!(
            "{method} /mcp HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n",
            server.token(),
            body.len()
        );
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        write!(socket, "{request}\r\n{body}").unwrap();
        let (sender, events) = mpsc::channel();
        let reader = BufReader::new(socket.try_clone().unwrap());
        std::thread::spawn(move || {
            let mut event = Event::default();
            for line in reader.lines().map_while(Result::ok) {
                if let Some(id) = line.strip_prefix("id: ") {
                    id.clone_into(&mut event.id);
                } else if let Some(data) = line.strip_prefix("data: ") {
                    event.data = serde_json::from_str(data).unwrap_or_default();
                } else if line.is_empty()
                    && (!event.id.is_empty() || !event.data.is_null())
                    && sender.send(std::mem::take(&mut event)).is_err()
                {
                    return;
                }
            }
        });
        Self { events, socket }
    }

    /// The standing stream of a session.
    pub(crate) fn of(server: &Server, session: &Session, last: Option<&str>) -> Self {
        let mut headers = vec![
            ("accept", "text/event-stream"),
            ("mcp-session-id", &session.id),
            ("mcp-protocol-version", "2025-11-25"),
        ];
        headers.extend(last.map(|last| ("last-event-id", last)));
        Self::open(server, "GET", &headers, "")
    }

    /// A request within a session whose answer is a stream.
    pub(crate) fn ask(server: &Server, session: &Session, method: &str, params: Value) -> Self {
        let headers = [ACCEPT, JSON, ("mcp-session-id", session.id.as_str()), ("mcp-protocol-version", "2025-11-25")];
        let body = json!({"jsonrpc": "2.0", "id": 5, "method": method, "params": params});
        Self::open(server, "POST", &headers, &body.to_string())
    }

    #[track_caller]
    pub(crate) fn next(&self) -> Event {
        self.events.recv_timeout(PATIENCE).unwrap()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.socket.shutdown(std::net::Shutdown::Both);
    }
}
