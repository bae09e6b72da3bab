//! Live events of a run: in order, each message once, and none missed after a reconnect.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    time::Duration,
};

use callwright_testkit::{Answer, Api, Gate, on_both};
use serde_json::{Value, json};

use super::{World, id, two_steps};

/// An open stream of events.
struct Stream(BufReader<TcpStream>);

/// One event.
#[derive(Debug)]
struct Event {
    id: Option<i64>,
    name: String,
    data: Value,
}

impl Stream {
    fn open(api: &Api, method: &str, path: &str, last: Option<i64>, body: &str) -> Self {
        let base = api.base();
        let host = base.trim_start_matches("http://");
        let mut socket = TcpStream::connect(host).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let last = last.map(|id| format!("last-event-id: {id}\r\n")).unwrap_or_default();
        let token = api.token().unwrap();
        write!(
            socket,
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\naccept: text/event-stream\r\n\
             {last}content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut reader = BufReader::new(socket);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
        }
        assert!(head.starts_with("HTTP/1.1 200") && head.contains("text/event-stream"), "{head}");
        Self(reader)
    }

    /// The next event; none when the stream has ended. The lines of the chunked encoding are told apart by their form.
    fn next(&mut self) -> Option<Event> {
        let (mut id, mut name, mut line) = (None, String::new(), String::new());
        loop {
            line.clear();
            if self.0.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            let line = line.trim_end();
            if let Some(text) = line.strip_prefix("id: ") {
                id = Some(text.parse().unwrap());
            } else if let Some(text) = line.strip_prefix("event: ") {
                name = text.to_owned();
            } else if let Some(text) = line.strip_prefix("data: ") {
                return Some(Event { id, name, data: serde_json::from_str(text).unwrap() });
            }
        }
    }

    fn rest(mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.next()).collect()
    }
}

fn seqs(events: &[Event]) -> Vec<i64> {
    events.iter().filter(|event| event.name == "message").map(|event| event.id.unwrap()).collect()
}

#[test]
fn a_run_is_told_as_it_happens_from_its_start() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("find", json!({}));
        world.tool("book", json!({"effect": "write"}));
        world.upstream.next(Answer::json(200, json!({"id": 7}))).next(Answer::json(200, json!({"code": "B7"})));
        world.agent("Booker", two_steps(), &["find", "book"]);
        let body = json!({"message": "a table"}).to_string();
        let events = Stream::open(&world.api, "POST", "/api/v1/agents/Booker/runs", None, &body).rest();
        assert_eq!(seqs(&events), [1, 2, 3, 4, 5, 6], "{events:?}");
        let last = events.last().unwrap();
        assert_eq!((last.name.as_str(), &last.data["run"]["state"]), ("run", &json!("completed")));
        assert_eq!(last.data["run"]["output"], "Booked: B7");
        let words: String =
            events.iter().filter(|e| e.name == "delta").map(|e| e.data["text"].as_str().unwrap()).collect();
        assert!(words.ends_with("Booked: B7"), "{words}");
        assert!(events.iter().any(|event| event.name == "step" && event.data["step"]["name"] == "book"));
        // Once it has ended, all of it is told again to whoever asks, and what they have seen is not.
        let path = format!("/api/v1/runs/{}/events", id(&last.data["run"]));
        assert_eq!(seqs(&Stream::open(&world.api, "GET", &path, None, "").rest()), [1, 2, 3, 4, 5, 6]);
        assert_eq!(seqs(&Stream::open(&world.api, "GET", &path, Some(4), "").rest()), [5, 6]);
        assert_eq!(seqs(&Stream::open(&world.api, "GET", &format!("{path}?after=5"), None, "").rest()), [6]);
        assert_eq!(world.api.get(&format!("{path}?after=-1")).status, 422);
    });
}

#[test]
fn whoever_comes_back_misses_nothing_also_after_a_restart() {
    on_both(|database| {
        let mut world = World::new(database);
        world.tool("find", json!({}));
        world.tool("book", json!({"effect": "write", "policy": {"timeout_ms": 30000, "read_timeout_ms": 30000}}));
        world.agent("Booker", two_steps(), &["find", "book"]);
        let gate = Gate::new();
        world.upstream.next(Answer::json(200, json!({"id": 7})));
        world.upstream.next(Answer::json(200, json!({"code": "B7"})).behind(&gate));
        let run = world.api.post("/api/v1/runs", json!({"agent": "Booker", "message": "x"})).expect(202);
        let path = format!("/api/v1/runs/{}/events", id(&run));
        let mut stream = Stream::open(&world.api, "GET", &path, None, "");
        let mut seen = Vec::new();
        while seen.last() != Some(&3) {
            let event = stream.next().expect("it goes on");
            seen.extend(event.id);
        }
        // The client hangs up; meanwhile the run goes on.
        drop(stream);
        world.upstream.wait_for(2);
        let mut stream = Stream::open(&world.api, "GET", &path, Some(3), "");
        while seen.last() != Some(&4) {
            seen.extend(stream.next().expect("it goes on").id);
        }
        // The server stops: the stream ends before the run does, and the next server tells the rest.
        gate.open();
        world.server.restart();
        assert!(stream.next().is_none_or(|event| event.data["run"]["state"] != "failed"));
        drop(stream);
        let rest = Stream::open(&world.api, "GET", &path, seen.last().copied(), "").rest();
        seen.extend(seqs(&rest));
        assert_eq!(seen, [1, 2, 3, 4, 5, 6], "{rest:?}");
        assert_eq!(rest.last().unwrap().data["run"]["state"], "completed");
        assert_eq!(world.upstream.count(), 2, "nothing was done twice");
    });
}
