//! An HTTP/1.1 server on loopback that records what it is asked and misbehaves on command.
//!
//! It is written on plain sockets, because a real server library refuses to do most of what is wanted here.

use std::{
    collections::VecDeque,
    io::{self, BufReader, Write},
    net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, Weak,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};

mod answer;
mod request;

pub use answer::{Answer, Gate};
pub use request::Recorded;

/// A scripted server. Dropped, it stops listening and closes its connections.
pub struct Upstream {
    address: SocketAddr,
    shared: Arc<Shared>,
}

type Handler = Box<dyn Fn(&Recorded) -> Answer + Send + Sync>;

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    connections: AtomicUsize,
    stopped: AtomicBool,
}

#[derive(Default)]
struct State {
    requests: Vec<Recorded>,
    queue: VecDeque<Answer>,
    handler: Option<Handler>,
    /// Weak, so that a connection closes as soon as its thread lets go of it: a reset happens at the last close.
    sockets: Vec<Weak<TcpStream>>,
}

impl Upstream {
    /// Starts it on a free port. Until told otherwise it answers 200 with `{"ok":true}`.
    pub fn start() -> Self {
        Self::start_on("127.0.0.1")
    }

    /// The same on another of this machine's addresses, for example `127.0.0.2`, or on all with `::`.
    pub fn start_on(ip: &str) -> Self {
        let ip: IpAddr = ip.parse().expect("an address");
        let listener = TcpListener::bind((ip, 0)).expect("a free port");
        let address = listener.local_addr().expect("its address");
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            changed: Condvar::new(),
            connections: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        });
        let accepting = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if accepting.stopped.load(Ordering::Acquire) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                accepting.connections.fetch_add(1, Ordering::Relaxed);
                let shared = accepting.clone();
                std::thread::spawn(move || serve(&shared, stream));
            }
        });
        Self { address, shared }
    }

    /// The URL of `path`, which starts with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Queues the answer to the next request; answers queued earlier come first.
    pub fn next(&self, answer: Answer) -> &Self {
        self.state().queue.push_back(answer);
        self
    }

    /// Answers every request for which nothing is queued with a copy of `answer`.
    pub fn always(&self, answer: Answer) -> &Self {
        self.respond(move |_| answer.clone())
    }

    /// Answers every request for which nothing is queued by asking `handler`.
    pub fn respond(&self, handler: impl Fn(&Recorded) -> Answer + Send + Sync + 'static) -> &Self {
        self.state().handler = Some(Box::new(handler));
        self
    }

    /// All that it has been asked, in the order in which the requests were read.
    pub fn requests(&self) -> Vec<Recorded> {
        self.state().requests.clone()
    }

    /// The same, and forgets them.
    pub fn take(&self) -> Vec<Recorded> {
        std::mem::take(&mut self.state().requests)
    }

    /// How many requests it has read.
    pub fn count(&self) -> usize {
        self.state().requests.len()
    }

    /// How many connections it has accepted, with or without a request.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// Waits until `count` requests have been read, and gives them. Panics after 20 s.
    #[track_caller]
    pub fn wait_for(&self, count: usize) -> Vec<Recorded> {
        let end = Instant::now() + Duration::from_secs(20);
        let mut state = self.state();
        while state.requests.len() < count {
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "only {} of {count} requests came within 20 s", state.requests.len());
            state = self.shared.changed.wait_timeout(state, left).expect("the upstream").0;
        }
        state.requests.clone()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.shared.state.lock().expect("the upstream")
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Release);
        // Wakes the accepting thread so that it sees the flag and closes the listener.
        let _ = TcpStream::connect(self.address);
        for socket in self.state().sockets.drain(..).filter_map(|socket| socket.upgrade()) {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }
}

fn serve(shared: &Shared, stream: TcpStream) {
    let _ = stream.set_nodelay(true);
    let stream = Arc::new(stream);
    {
        let mut state = shared.state.lock().expect("the upstream");
        state.sockets.retain(|socket| socket.strong_count() > 0);
        state.sockets.push(Arc::downgrade(&stream));
        if state.queue.front().is_some_and(Answer::is_before_reading) {
            state.queue.pop_front();
            answer::reset(&stream);
            return;
        }
    }
    let mut reader = BufReader::new(&*stream);
    while let Ok(Some(request)) = request::read(&mut reader) {
        let answer = choose(shared, &request);
        if !matches!(answer.play(&stream, request.method != "HEAD"), Ok(true)) {
            return;
        }
    }
}

fn choose(shared: &Shared, request: &Recorded) -> Answer {
    let mut state = shared.state.lock().expect("the upstream");
    state.requests.push(request.clone());
    shared.changed.notify_all();
    match (state.queue.pop_front(), &state.handler) {
        (Some(answer), _) => answer,
        (None, Some(handler)) => handler(request),
        (None, None) => Answer::json(200, json!({"ok": true})),
    }
}

fn write_all(mut stream: &TcpStream, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes)?;
    stream.flush()
}

fn json_bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Api;

    #[test]
    fn plays_its_script_in_order_and_records_what_it_was_asked() {
        let upstream = Upstream::start();
        upstream.next(Answer::json(201, json!({"n": 1}))).next(Answer::text(503, "busy").header("retry-after", "1"));
        let api = Api::new(upstream.url(""), None);
        let first = api.post("/a?b=c", json!({"x": true}));
        assert_eq!((first.status, first.body), (201, json!({"n": 1})));
        let second = api.get("/b");
        assert_eq!((second.status, second.header("retry-after")), (503, Some("1")));
        assert_eq!(api.get("/c").expect(200), json!({"ok": true}));
        let requests = upstream.wait_for(3);
        assert_eq!((requests[0].path(), requests[0].query(), requests[0].json()), ("/a", "b=c", json!({"x": true})));
        assert_eq!(upstream.connections(), 1, "keep-alive");
    }

    #[test]
    fn resets_and_closes_without_an_answer() {
        for (answer, recorded) in [
            (Answer::reset(), 1),
            (Answer::close(), 1),
            (Answer::close_before_read(), 0),
            (Answer::garbage(*b"\x00\x01nonsense\r\n\r\n"), 1),
            (Answer::truncated(*b"{\"a\":1}", 3), 1),
        ] {
            let upstream = Upstream::start();
            upstream.next(answer);
            let api = Api::new(upstream.url(""), None);
            assert!(api.attempt("GET", "/", &[], None).is_err());
            assert_eq!(upstream.count(), recorded);
        }
    }

    #[test]
    fn a_reset_is_seen_as_a_reset() {
        let upstream = Upstream::start();
        upstream.next(Answer::reset());
        let mut stream = TcpStream::connect(upstream.address()).expect("connects");
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").expect("writes");
        let error = std::io::Read::read(&mut stream, &mut [0u8; 16]).expect_err("a reset");
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    }

    #[test]
    fn a_gate_holds_an_answer_back() {
        let upstream = Upstream::start();
        let gate = Gate::new();
        upstream.next(Answer::status(204).behind(&gate));
        let api = Api::new(upstream.url(""), None);
        let call = std::thread::spawn(move || api.get("/").status);
        upstream.wait_for(1);
        assert!(!call.is_finished());
        gate.open();
        assert_eq!(call.join().expect("answers"), 204);
    }

    #[test]
    fn a_gzip_bomb_is_small_on_the_wire() {
        let upstream = Upstream::start();
        upstream.next(Answer::gzip_bomb(10 << 20));
        let reply = Api::new(upstream.url(""), None).get("/");
        assert!(reply.text.len() < 64 << 10, "{} bytes", reply.text.len());
    }
}
