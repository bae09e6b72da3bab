//! What the upstream does with a request.

use std::{
    io::{self, Write},
    net::{Shutdown, TcpStream},
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

use super::{json_bytes, write_all};

/// One scripted behaviour.
#[derive(Clone)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    delay: Duration,
    gate: Option<Gate>,
    conduct: Conduct,
}

#[derive(Clone)]
enum Conduct {
    /// Headers and body as they should be.
    Proper,
    /// The connection is reset before a byte is read.
    CloseBeforeRead,
    /// The request is read, then the connection is reset.
    Reset,
    /// The request is read, then the connection is closed without a word.
    Close,
    /// The request is read and nothing is ever said.
    Never,
    /// Headers, then one byte every so often for ever.
    Drip(Duration),
    /// Headers, then zeros for ever as fast as they are taken.
    Endless,
    /// Only the first bytes of the announced body, then a close.
    Truncated(usize),
    /// These bytes instead of HTTP.
    Garbage,
}

/// Holds answers back until it is opened. Clones are the same gate.
#[derive(Clone, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets everything through, from now on.
    pub fn open(&self) {
        *self.0.0.lock().expect("the gate") = true;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        let open = self.0.0.lock().expect("the gate");
        // A test that forgets to open it fails on its own; a thread must not hang for ever.
        let _ = self.0.1.wait_timeout_while(open, Duration::from_secs(120), |open| !*open);
    }
}

impl Answer {
    /// An empty body.
    pub fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            delay: Duration::ZERO,
            gate: None,
            conduct: Conduct::Proper,
        }
    }

    /// A JSON body.
    pub fn json(status: u16, body: Value) -> Self {
        Self::body(status, "application/json", json_bytes(&body))
    }

    /// A plain text.
    pub fn text(status: u16, body: &str) -> Self {
        Self::body(status, "text/plain; charset=utf-8", body)
    }

    /// Any body.
    pub fn body(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        let mut answer = Self::status(status).header("content-type", content_type);
        answer.body = body.into();
        answer
    }

    /// A redirect.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::status(status).header("location", location)
    }

    /// Closes the connection before reading the request, which is therefore not recorded.
    pub fn close_before_read() -> Self {
        Self::of(Conduct::CloseBeforeRead)
    }

    /// Reads the request, then resets the connection.
    pub fn reset() -> Self {
        Self::of(Conduct::Reset)
    }

    /// Reads the request, then closes the connection in order.
    pub fn close() -> Self {
        Self::of(Conduct::Close)
    }

    /// Reads the request and never answers.
    pub fn never() -> Self {
        Self::of(Conduct::Never)
    }

    /// Answers 200 with a body of one more byte every `pause`, for ever.
    pub fn drip(pause: Duration) -> Self {
        Self::of(Conduct::Drip(pause))
    }

    /// Answers 200 with a body that never ends.
    pub fn endless() -> Self {
        Self::of(Conduct::Endless)
    }

    /// Announces the whole of `body` but sends only `sent` bytes of it.
    pub fn truncated(body: impl Into<Vec<u8>>, sent: usize) -> Self {
        let mut answer = Self::of(Conduct::Truncated(sent));
        answer.body = body.into();
        answer
    }

    /// Sends `bytes` as they are and closes.
    pub fn garbage(bytes: impl Into<Vec<u8>>) -> Self {
        let mut answer = Self::of(Conduct::Garbage);
        answer.body = bytes.into();
        answer
    }

    /// A body of `size` zeros that travels as a few bytes of gzip.
    pub fn gzip_bomb(size: usize) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let zeros = vec![b'0'; 1 << 16];
        let mut left = size;
        while left > 0 {
            let part = left.min(zeros.len());
            encoder.write_all(&zeros[..part]).expect("compresses");
            left -= part;
        }
        Self::body(200, "application/json", encoder.finish().expect("compresses")).header("content-encoding", "gzip")
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same, `delay` after the request has been read.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// The same, once `gate` is open.
    #[must_use]
    pub fn behind(mut self, gate: &Gate) -> Self {
        self.gate = Some(gate.clone());
        self
    }

    fn of(conduct: Conduct) -> Self {
        Self { conduct, ..Self::status(200) }
    }

    pub(super) fn is_before_reading(&self) -> bool {
        matches!(self.conduct, Conduct::CloseBeforeRead)
    }

    /// Does it; true when the connection may carry another request.
    pub(super) fn play(&self, stream: &TcpStream, has_body: bool) -> io::Result<bool> {
        std::thread::sleep(self.delay);
        if let Some(gate) = &self.gate {
            gate.pass();
        }
        match &self.conduct {
            Conduct::Proper => self.proper(stream, has_body).map(|()| true),
            Conduct::CloseBeforeRead | Conduct::Reset => {
                reset(stream);
                Ok(false)
            }
            Conduct::Close => Ok(false),
            Conduct::Never => wait_for_end(stream),
            Conduct::Drip(pause) => self.drip_for_ever(stream, *pause),
            Conduct::Endless => self.stream_for_ever(stream),
            Conduct::Truncated(sent) => {
                let sent = (*sent).min(self.body.len());
                write_all(stream, self.head(Some(self.body.len())).as_bytes())?;
                write_all(stream, &self.body[..sent])?;
                stream.shutdown(Shutdown::Write)?;
                Ok(false)
            }
            Conduct::Garbage => {
                write_all(stream, &self.body)?;
                stream.shutdown(Shutdown::Write)?;
                Ok(false)
            }
        }
    }

    fn proper(&self, stream: &TcpStream, has_body: bool) -> io::Result<()> {
        let without_body = matches!(self.status, 100..200 | 204 | 304);
        let mut bytes = self.head((!without_body).then_some(self.body.len())).into_bytes();
        if has_body && !without_body {
            bytes.extend_from_slice(&self.body);
        }
        write_all(stream, &bytes)
    }

    fn drip_for_ever(&self, stream: &TcpStream, pause: Duration) -> io::Result<bool> {
        write_all(stream, self.chunked_head().as_bytes())?;
        loop {
            write_all(stream, b"1\r\n0\r\n")?;
            std::thread::sleep(pause);
        }
    }

    fn stream_for_ever(&self, mut stream: &TcpStream) -> io::Result<bool> {
        write_all(stream, self.chunked_head().as_bytes())?;
        let mut chunk = b"10000\r\n".to_vec();
        chunk.resize(chunk.len() + 0x10000, b'0');
        chunk.extend_from_slice(b"\r\n");
        loop {
            stream.write_all(&chunk)?;
        }
    }

    fn chunked_head(&self) -> String {
        let mut head = self.head(None);
        head.truncate(head.len() - 2);
        head.push_str("transfer-encoding: chunked\r\n\r\n");
        head
    }

    fn head(&self, length: Option<usize>) -> String {
        let mut head = format!("HTTP/1.1 {} Scripted\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(length) = length {
            head.push_str(&format!("content-length: {length}\r\n"));
        }
        head.push_str("\r\n");
        head
    }
}

/// Closes so that the peer sees a reset, not an end.
pub(super) fn reset(stream: &TcpStream) {
    let socket = socket2::SockRef::from(stream);
    let _ = socket.set_linger(Some(Duration::ZERO));
}

fn wait_for_end(mut stream: &TcpStream) -> io::Result<bool> {
    let mut rest = [0u8; 64];
    while io::Read::read(&mut stream, &mut rest)? > 0 {}
    Ok(false)
}
