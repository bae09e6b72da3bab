//! What a voice runtime is told to say, and the stream of events that a call can be.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use callwright_testkit::{Answer, Api, Database, Gate, Live, Options, Server, Upstream, eventually, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

struct World {
    _server: Server,
    upstream: Upstream,
    api: Api,
}

impl World {
    fn new(database: Database) -> Self {
        let server = Server::start(Options::new(BINARY, database));
        Self { api: server.api(), _server: server, upstream: Upstream::start() }
    }

    fn tool(&self, name: &str, effect: &str, speech: Value) {
        let tool = json!({"name": name, "kind": "http", "effect": effect, "speech": speech,
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}, "n": {"type": "integer"}}},
            "config": {"method": "POST", "url": self.upstream.url("/")},
            "policy": {"timeout_ms": 10_000, "read_timeout_ms": 8_000, "retry": {
                "network": {"attempts": 1, "base_ms": 10}, "timeout": {"attempts": 0, "base_ms": 10},
                "rate_limit": {"attempts": 0, "base_ms": 10}}}});
        self.api.put(&format!("/api/v1/tools/{name}"), tool).expect(200);
    }

    fn call(&self, name: &str, body: Value) -> Value {
        self.api.post(&format!("/api/v1/tools/{name}/call"), body).expect(200)
    }
}

fn said(answer: &Value) -> Vec<(String, String)> {
    let list = answer["meta"]["speech"].as_array().cloned().unwrap_or_default();
    list.iter().map(|one| (text(&one["stage"]), text(&one["say"]))).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(stage, say)| ((*stage).to_owned(), (*say).to_owned())).collect()
}

fn staged() -> Value {
    json!({"start": [{"say": "Looking up {{ parameters.city }}.", "blocking": true}],
        "delayed": [{"after_ms": 300, "say": "Still looking."}, {"after_ms": 600, "say": "One more moment."},
            {"after_ms": 9000, "say": "Never said."}],
        "complete": ["Found it."], "failed": ["No luck."]})
}

#[test]
fn stages_are_said_at_their_times_while_it_runs_and_no_longer() {
    on_both(|database| {
        let world = World::new(database);
        for effect in ["read", "write"] {
            world.tool("look", effect, staged());
            // Fast: nothing is delayed.
            let quick = world.call("look", json!({"arguments": {"city": "Bonn"}}));
            assert_eq!(said(&quick), pairs(&[("start", "Looking up Bonn."), ("complete", "Found it.")]));
            let mut native = Live::open(&world.api, "/api/v1/executions/live?tool=look");
            world.upstream.next(Answer::json(200, json!({})).delay(Duration::from_millis(1000)));
            let slow = world.call("look", json!({"arguments": {"city": "Bonn"}}));
            let expected = pairs(&[
                ("start", "Looking up Bonn."),
                ("delayed", "Still looking."),
                ("delayed", "One more moment."),
                ("complete", "Found it."),
            ]);
            assert_eq!(said(&slow), expected);
            let at: Vec<f64> =
                slow["meta"]["speech"].as_array().unwrap().iter().map(|one| one["at_ms"].as_f64().unwrap()).collect();
            assert!(at[0] < 250.0 && (300.0..590.0).contains(&at[1]) && (600.0..990.0).contains(&at[2]), "{at:?}");
            // The same is told live, before the end is.
            let mut told = Vec::new();
            let mut first = Value::Null;
            loop {
                let frame = native.read().expect("a frame");
                if frame["progress"]["type"] == "speech" {
                    if told.is_empty() {
                        first = frame["progress"].clone();
                    }
                    told.push((text(&frame["progress"]["stage"]), text(&frame["progress"]["say"])));
                } else if frame["execution"]["state"] == "done" {
                    break;
                }
            }
            assert_eq!((told, &first["blocking"]), (expected, &json!(true)));
        }
        // A failure is told with its own sentence, and what is not known is never called a failure.
        world.tool("look", "write", staged());
        world.upstream.next(Answer::status(404));
        let failed = world.call("look", json!({"arguments": {"city": "Bonn"}}));
        assert_eq!(said(&failed).last().unwrap().1, "No luck.");
        world.upstream.next(Answer::reset());
        let unknown = world.call("look", json!({"arguments": {"city": "Ulm"}}));
        assert_eq!(unknown["state"], "unknown");
        assert_eq!(said(&unknown).last().unwrap().1, text(&unknown["error"]["spoken"]));
        // Without a sentence for failures the error's own is said; without speech nothing is.
        world.tool("look", "read", json!({"start": ["Wait."]}));
        world.upstream.next(Answer::status(404));
        let failed = world.call("look", json!({}));
        assert_eq!(said(&failed), pairs(&[("start", "Wait."), ("failed", &text(&failed["error"]["spoken"]))]));
        world.tool("look", "read", Value::Null);
        assert!(world.call("look", json!({}))["meta"].get("speech").is_none());
    });
}

#[test]
fn the_sentence_fits_the_language_the_arguments_and_the_execution() {
    let world = World::new(Database::Sqlite);
    let speech = json!({
        "start": ["Wait.", {"say": "Warten.", "language": "de"}, {"say": "Wart a bissl.", "language": "de-AT"},
            {"say": "A big order, wait.", "when": "parameters.n > 10"}],
        "complete": [{"say": "All good, {{ context.first_name }}.", "when": "result.left > 0"}, {"say": "None left.", "when": "result.left == 0"}],
        "failed": [{"say": "Not there.", "when": "error.code == 'http_404'"}]});
    world.tool("look", "read", speech);
    let start = |context: Value, arguments: Value| {
        said(&world.call("look", json!({"arguments": arguments, "context": context})))[0].1.clone()
    };
    assert_eq!(start(json!({}), json!({})), "Wait.");
    assert_eq!(start(json!({"language": "de"}), json!({})), "Warten.");
    assert_eq!(start(json!({"language": "de-CH"}), json!({})), "Warten.");
    assert_eq!(start(json!({"language": "de-at"}), json!({})), "Wart a bissl.");
    assert_eq!(start(json!({"language": "fr"}), json!({})), "Wait.");
    assert_eq!(start(json!({}), json!({"n": 11})), "A big order, wait.");
    let end = |answer: Answer, context: Value| {
        world.upstream.next(answer);
        said(&world.call("look", json!({"context": context}))).last().unwrap().clone()
    };
    let named = json!({"first_name": "Ada"});
    assert_eq!(end(Answer::json(200, json!({"left": 2})), named.clone()).1, "All good, Ada.");
    assert_eq!(end(Answer::json(200, json!({"left": 0})), named).1, "None left.");
    // What cannot be filled in is not said.
    assert_eq!(end(Answer::json(200, json!({"left": 2})), json!({})).0, "start");
    assert_eq!(end(Answer::status(404), json!({})).1, "Not there.");
    assert_ne!(end(Answer::status(500), json!({})).1, "Not there.");
    // Of several one is picked; over many executions all of them are.
    world.tool("many", "read", json!({"start": ["a", "b", {"say": "c", "weight": 5}]}));
    let mut seen = std::collections::BTreeMap::new();
    for _ in 0..60 {
        *seen.entry(said(&world.call("many", json!({})))[0].1.clone()).or_insert(0) += 1;
    }
    assert!(seen.len() == 3 && seen["c"] > seen["a"], "{seen:?}");
    // Secrets are refused when the tool is saved, with the name of the field.
    world.api.put("/api/v1/secrets/API_KEY", json!({"value": "hidden-value"})).ok();
    let bad = json!({"name": "bad", "kind": "http", "config": {"url": "https://example.com"}, "speech": {"start": ["${API_KEY}"]}});
    assert_eq!(world.api.post("/api/v1/tools", bad).expect(422)["error"]["details"]["field"], "speech.start[0].say");
    // An agent may have sentences of its own.
    world.api.post("/api/v1/agents", json!({"name": "Desk"})).expect(201);
    let own = json!({"overrides": {"speech": {"start": ["Desk here."]}}});
    world.api.put("/api/v1/agents/Desk/tools/many", own).ok();
    assert_eq!(said(&world.call("many", json!({"agent": "Desk"})))[0].1, "Desk here.");
}

#[test]
fn only_the_execution_that_acts_speaks() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("act", "write", staged());
        let gate = Gate::new();
        world.upstream.next(Answer::json(200, json!({})).behind(&gate));
        let mut live = Live::open(&world.api, "/api/v1/executions/live");
        let api = world.api.with_header("Idempotency-Key", "order-7");
        let callers: Vec<_> = (0..4)
            .map(|_| {
                let api = api.clone();
                thread::spawn(move || {
                    api.post("/api/v1/tools/act/call", json!({"arguments": {"city": "Bonn"}})).expect(200)
                })
            })
            .collect();
        world.upstream.wait_for(1);
        gate.open();
        for caller in callers {
            caller.join().unwrap();
        }
        let mut starts = 0;
        loop {
            let frame = live.read().expect("a frame");
            starts += usize::from(frame["progress"]["stage"] == "start");
            if frame["execution"]["state"] == "done" {
                break;
            }
        }
        assert_eq!((starts, world.upstream.count()), (1, 1));
    });
}

/// Reads events from a raw connection: name and data, or a comment.
struct Events(BufReader<TcpStream>, String);

impl Events {
    fn open(api: &Api, path: &str, body: Value) -> Self {
        let host = api.base().trim_start_matches("http://").to_owned();
        let mut stream = TcpStream::connect(&host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let (token, body) = (api.token().unwrap(), body.to_string());
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\naccept: text/event-stream\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
        }
        Self(reader, head)
    }

    fn next(&mut self) -> Option<(String, Value)> {
        let mut name = String::new();
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).ok()? == 0 {
                return None;
            }
            if let Some(rest) = line.strip_prefix("event: ") {
                name = rest.trim().to_owned();
            } else if let Some(rest) = line.strip_prefix("data: ") {
                return Some((name, serde_json::from_str(rest.trim()).unwrap()));
            } else if line.starts_with(':') {
                return Some(("comment".to_owned(), Value::Null));
            }
        }
    }
}

#[test]
fn a_call_may_be_a_stream_of_events_with_the_answer_as_the_last() {
    on_both(|database| {
        let world = World::new(database);
        for effect in ["read", "write"] {
            world.tool("look", effect, staged());
            if effect == "read" {
                world.upstream.next(Answer::reset());
            }
            let gate = Gate::new();
            world.upstream.next(Answer::json(200, json!({"sky": "blue"})).behind(&gate));
            let mut events =
                Events::open(&world.api, "/api/v1/tools/look/call", json!({"arguments": {"city": "Bonn"}}));
            assert!(events.1.starts_with("HTTP/1.1 200") && events.1.contains("text/event-stream"), "{}", events.1);
            let (name, started) = events.next().unwrap();
            assert_eq!(name, "started");
            let mut told = Vec::new();
            let answer = loop {
                let (name, data) = events.next().expect("an event");
                match name.as_str() {
                    "speech" => {
                        told.push(text(&data["say"]));
                        if told.last().unwrap() == "Still looking." {
                            gate.open();
                        }
                    }
                    "progress" => told.push(text(&data["type"])),
                    "answer" => break data,
                    other => panic!("{other}: {data}"),
                }
            };
            let expected = ["Looking up Bonn.", "retrying", "Still looking.", "Found it."];
            let expected: Vec<&str> =
                expected.into_iter().filter(|one| effect == "read" || *one != "retrying").collect();
            assert_eq!(told, expected);
            assert_eq!((&answer["success"], &answer["data"]), (&json!(true), &json!({"sky": "blue"})));
            assert_eq!(answer["execution_id"], started["execution_id"]);
        }
        // What is refused before it begins is refused with a status, and in the same words as ever.
        let refused = Events::open(&world.api, "/api/v1/tools/nothing/call", json!({}));
        assert!(refused.1.starts_with("HTTP/1.1 404"), "{}", refused.1);
        // Arguments that do not fit are an answer like any other.
        let mut invalid = Events::open(&world.api, "/api/v1/tools/look/call", json!({"arguments": {"n": "x"}}));
        let (name, answer) = invalid.next().unwrap();
        assert_eq!((name.as_str(), &answer["error"]["class"]), ("answer", &json!("validation_error")));
    });
}

#[test]
fn a_client_that_hangs_up_gives_a_read_up_and_leaves_a_write_alone() {
    on_both(|database| {
        let world = World::new(database);
        for (effect, state) in [("read", "failed"), ("write", "done")] {
            world.tool("look", effect, staged());
            let gate = Gate::new();
            world.upstream.next(Answer::json(200, json!({})).behind(&gate));
            let mut events =
                Events::open(&world.api, "/api/v1/tools/look/call", json!({"arguments": {"city": "Bonn"}}));
            let id = text(&events.next().unwrap().1["execution_id"]);
            let before = world.upstream.count().max(1);
            world.upstream.wait_for(before);
            drop(events);
            if effect == "write" {
                thread::sleep(Duration::from_millis(300));
                gate.open();
            }
            let begun = Instant::now();
            let ended = eventually("the execution ends", 8, || {
                let found = world.api.get(&format!("/api/v1/executions/{id}"));
                (found.status == 200 && found.body["state"] == state).then_some(found.body)
            });
            assert!(begun.elapsed() < Duration::from_secs(5), "it must not wait for its own deadline");
            if effect == "read" {
                assert_eq!(ended["error"]["code"], "caller_gone");
            }
            gate.open();
            world.upstream.take();
        }
    });
}

#[test]
fn a_quiet_stream_shows_that_it_lives() {
    let world = World::new(Database::Sqlite);
    world.tool("slow", "read", Value::Null);
    let tool = json!({"name": "slow", "kind": "http", "effect": "read", "config": {"url": world.upstream.url("/")},
        "policy": {"timeout_ms": 20_000, "read_timeout_ms": 20_000}});
    world.api.put("/api/v1/tools/slow", tool).expect(200);
    let gate = Gate::new();
    world.upstream.next(Answer::json(200, json!({})).behind(&gate));
    let mut events = Events::open(&world.api, "/api/v1/tools/slow/call", json!({}));
    assert_eq!(events.next().unwrap().0, "started");
    assert_eq!(events.next().unwrap().0, "comment", "a heartbeat");
    gate.open();
    assert_eq!(events.next().unwrap().0, "answer");
}
