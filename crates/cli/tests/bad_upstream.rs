//! What upstreams send that makes no sense, or too much of it: a failed outcome that says what happened, in bounded
//! memory and time.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::time::{Duration, Instant};

use callwright_testkit::{Answer, Api, Database, Options, Server, Upstream, eventually, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

struct World {
    upstream: Upstream,
    server: Server,
}

impl World {
    fn new(database: Database) -> Self {
        let world = Self { upstream: Upstream::start(), server: Server::start(Options::new(BINARY, database)) };
        world.tool("look", "GET", "read", json!({}));
        world.tool("act", "POST", "write", json!({}));
        world
    }

    fn api(&self) -> Api {
        self.server.api()
    }

    /// A tool that is tried once and waits for two seconds at most.
    fn tool(&self, name: &str, method: &str, effect: &str, more: Value) {
        let mut config = json!({"method": method, "url": self.upstream.url("/")});
        for (field, value) in more.as_object().unwrap() {
            config[field] = value.clone();
        }
        let once = json!({"attempts": 0, "base_ms": 10});
        let tool = json!({"name": name, "kind": "http", "effect": effect, "config": config,
            "policy": {"timeout_ms": 2000, "read_timeout_ms": 1000,
                "retry": {"network": once, "timeout": once, "rate_limit": once}}});
        self.api().post("/api/v1/tools", tool).expect(201);
    }

    /// Every call is another conversation, so that an unknown outcome holds nothing back.
    fn call(&self, name: &str) -> Value {
        let conversation = format!("c{}", self.upstream.count());
        let body = json!({"context": {"conversation_id": conversation}});
        let begun = Instant::now();
        let answer = self.api().post(&format!("/api/v1/tools/{name}/call"), body).expect(200);
        assert!(begun.elapsed() < Duration::from_secs(4), "{name} took {:?}: {answer}", begun.elapsed());
        answer
    }

    fn assert_well(&self) {
        self.api().get("/readyz").expect(200);
        let memory = self.server.memory_mib();
        assert!(memory < 200, "{memory} MiB");
    }
}

/// What went wrong: class and code, with a message and a sentence to say.
fn error(answer: &Value) -> (String, String) {
    let error = &answer["error"];
    for field in ["message", "spoken"] {
        assert!(error[field].as_str().is_some_and(|text| text.len() > 10), "{answer}");
    }
    (error["class"].as_str().unwrap().to_owned(), error["code"].as_str().unwrap().to_owned())
}

#[test]
fn whatever_an_upstream_does_the_outcome_says_what_happened() {
    on_both(|database| {
        let world = World::new(database);
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
        let many: String = (0..20_000).map(|n| format!("X-Header-{n}: value\r\n")).collect();
        // The answer, what a read comes to, and whether a write may have happened.
        let cases: Vec<(&str, Answer, &str, &str)> = vec![
            ("nonsense", Answer::garbage(*b"\x00\x01\x02 nonsense\r\n\r\n"), "upstream_error", "bad_answer"),
            ("text", Answer::garbage(*b"220 mail.example.org ESMTP\r\n"), "upstream_error", "bad_answer"),
            ("half a head", Answer::garbage(*b"HTTP/1.1 200 OK\r\nContent-"), "network_error", "connection_reset"),
            (
                "two lengths",
                Answer::garbage(format!("{head}Content-Length: 2\r\nContent-Length: 5\r\n\r\n{{}}")),
                "upstream_error",
                "bad_answer",
            ),
            (
                "a length that is none",
                Answer::garbage(format!("{head}Content-Length: many\r\n\r\n{{}}")),
                "upstream_error",
                "bad_answer",
            ),
            (
                "a chunk that is none",
                Answer::garbage(format!("{head}Transfer-Encoding: chunked\r\n\r\nxyz\r\n{{}}\r\n0\r\n\r\n")),
                "upstream_error",
                "bad_answer",
            ),
            ("many headers", Answer::garbage(format!("{head}{many}\r\n")), "upstream_error", "bad_answer"),
            (
                "a long header",
                Answer::garbage(format!("{head}X-Long: {}\r\n\r\n", "x".repeat(2 << 20))),
                "upstream_error",
                "bad_answer",
            ),
            (
                "10 GB announced",
                Answer::garbage(format!("{head}Content-Length: 10737418240\r\n\r\n{{")),
                "upstream_error",
                "answer_too_large",
            ),
            ("an end before the beginning", Answer::close(), "network_error", "connection_reset"),
            ("a reset", Answer::reset(), "network_error", "connection_reset"),
            (
                "half a body",
                Answer::truncated(r#"{"some": "json that is long enough"}"#, 10),
                "network_error",
                "connection_reset",
            ),
            ("silence", Answer::never(), "timeout_error", "read_timeout"),
            ("one byte now and then", Answer::drip(Duration::from_millis(100)), "timeout_error", "deadline_exceeded"),
            ("an endless stream", Answer::endless(), "upstream_error", "answer_too_large"),
            ("a gzip bomb", Answer::gzip_bomb(512 << 20), "upstream_error", "answer_too_large"),
            (
                "gzip that is none",
                Answer::json(200, json!({"a": 1})).header("content-encoding", "gzip"),
                "upstream_error",
                "bad_answer",
            ),
            (
                "an unknown encoding",
                Answer::json(200, json!({"a": 1})).header("content-encoding", "rot13"),
                "upstream_error",
                "bad_answer",
            ),
            ("a redirect to nowhere", Answer::status(302), "upstream_error", "http_302"),
            ("a redirect to nonsense", Answer::redirect(302, "http://[nonsense"), "upstream_error", "bad_answer"),
            ("a redirect to a file", Answer::redirect(302, "file:///etc/passwd"), "permission_error", "url_refused"),
            (
                "a redirect into the cloud",
                Answer::redirect(302, "http://169.254.169.254/latest/meta-data"),
                "permission_error",
                "outbound_blocked",
            ),
            (
                "a redirect to a private network",
                Answer::redirect(307, "http://10.0.0.1/"),
                "permission_error",
                "outbound_blocked",
            ),
            ("an error without words", Answer::status(500), "upstream_error", "http_500"),
            ("an error of many words", Answer::text(500, &"no ".repeat(1 << 20)), "upstream_error", "http_500"),
            ("a status of its own", Answer::status(799), "upstream_error", "http_799"),
        ];
        let mut wrong = Vec::new();
        for (what, answer, class, code) in cases {
            world.upstream.next(answer.clone());
            let read = world.call("look");
            if error(&read) != (class.to_owned(), code.to_owned()) || read["state"] != "failed" {
                wrong.push(format!("{what}: read: {read}"));
            }
            assert!(read.to_string().len() < 10_000, "{what}: {read}");
            world.upstream.next(answer);
            let write = world.call("act");
            // A status that was received says that it was not done; so does a redirect that was not followed.
            let is_known = code.starts_with("http_") || class == "permission_error";
            let state = if is_known { "failed" } else { "unknown" };
            if write["state"] != state || error(&write).1 != code {
                wrong.push(format!("{what}: write: {write}"));
            }
            world.assert_well();
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        // All of it is in the log, ended; and the next answer is taken as if nothing had been.
        let pages = eventually("everything is written", 5, || {
            let log = world.api().get("/api/v1/executions?limit=200").expect(200);
            (log["items"].as_array().unwrap().len() == 52).then_some(log)
        });
        assert!(pages["items"].as_array().unwrap().iter().all(|row| row["ended_at"].is_string()));
        assert_eq!(world.call("look")["data"], json!({"ok": true}));
        assert_eq!(world.call("act")["success"], true);
    });
}

#[test]
fn an_answer_of_another_type_is_taken_for_what_it_is() {
    on_both(|database| {
        let world = World::new(database);
        let bom = [b"\xef\xbb\xbf".as_slice(), br#"{"a": 1}"#].concat();
        for (what, answer, expected) in [
            ("JSON that says it is text", Answer::text(200, r#"{"a": 1}"#), json!({"data": {"a": 1}})),
            ("JSON with a mark before it", Answer::body(200, "application/json", bom), json!({"data": {"a": 1}})),
            (
                "text that says it is JSON",
                Answer::body(200, "application/json", "<html>"),
                json!({"content": [{"type": "text", "text": "<html>"}]}),
            ),
            (
                "half a JSON text",
                Answer::body(200, "application/json", "{\"a\":"),
                json!({"content": [{"type": "text", "text": "{\"a\":"}]}),
            ),
            ("no type at all", Answer::body(200, "", "plain"), json!({"content": [{"type": "text", "text": "plain"}]})),
            (
                "bytes",
                Answer::body(200, "application/zip", *b"PK\x03\x04"),
                json!({"content": [{"type": "text", "text": "[binary answer: application/zip, 4 bytes; not shown]"}]}),
            ),
            ("nothing", Answer::status(200), json!({"message": "done (no content)"})),
            (
                "bytes that are no text",
                Answer::body(200, "text/plain", *b"caf\xe9"),
                json!({"content": [{"type": "text", "text": "caf\u{fffd}"}]}),
            ),
            (
                "another alphabet",
                Answer::body(200, "text/plain; charset=latin1", *b"caf\xe9"),
                json!({"content": [{"type": "text", "text": "café"}]}),
            ),
        ] {
            world.upstream.next(answer);
            let answer = world.call("look");
            assert_eq!(answer["success"], true, "{what}: {answer}");
            for (field, value) in expected.as_object().unwrap() {
                assert_eq!(&answer[field], value, "{what}: {answer}");
            }
        }
        // Numbers and nesting that nobody can hold are still text.
        for body in ["1e999999", &"[".repeat(100_000), "\"\\ud800\""] {
            world.upstream.next(Answer::body(200, "application/json", body));
            assert_eq!(world.call("look")["success"], true);
        }
        world.assert_well();
    });
}

#[test]
fn redirects_are_followed_as_far_as_the_author_says() {
    on_both(|database| {
        let world = World::new(database);
        world.tool(
            "far",
            "GET",
            "read",
            json!({"redirects": 10, "auth": {"type": "bearer", "token": "the-credential"}}),
        );
        world.tool("none", "GET", "read", json!({"redirects": 0}));
        let hops = |count: usize| {
            for hop in 0..count {
                world.upstream.next(Answer::redirect(302, &format!("/hop/{hop}")));
            }
            world.upstream.next(Answer::json(200, json!({"arrived": true})));
        };
        for (tool, count, arrives) in
            [("look", 3, true), ("far", 10, true), ("look", 4, false), ("far", 11, false), ("none", 1, false)]
        {
            hops(count);
            let answer = world.call(tool);
            assert_eq!(answer["success"], arrives, "{tool} {count}: {answer}");
            if arrives {
                assert_eq!(answer["data"], json!({"arrived": true}));
            } else {
                let (class, code) = error(&answer);
                assert_eq!(class, "upstream_error");
                assert!(["too_many_redirects", "http_302"].contains(&code.as_str()), "{answer}");
                // What was left of the script.
                world.upstream.take();
                while world.call("none")["data"] != json!({"arrived": true}) {}
            }
        }
        // In a circle: not for ever.
        let home = world.upstream.url("/again");
        world.upstream.always(Answer::redirect(302, &home));
        world.upstream.take();
        assert_eq!(error(&world.call("far")).1, "too_many_redirects");
        assert!(world.upstream.count() <= 11);
        // What identifies us does not go along to somebody else.
        let elsewhere = Upstream::start();
        world.upstream.always(Answer::redirect(307, &elsewhere.url("/")));
        assert_eq!(world.call("far")["success"], true);
        assert_eq!(elsewhere.take()[0].header("authorization"), None);
        assert!(world.upstream.take().last().unwrap().header("authorization").unwrap().contains("the-credential"));
    });
}

#[test]
fn many_bombs_at_once_stay_within_memory() {
    on_both(|database| {
        let world = World::new(database);
        let bomb = Answer::gzip_bomb(64 << 20);
        world.upstream.respond(
            move |request| {
                if request.target.len() % 2 == 0 { bomb.clone() } else { Answer::endless() }
            },
        );
        let callers: Vec<_> = (0..32)
            .map(|_| {
                let api = world.api();
                std::thread::spawn(move || api.post("/api/v1/tools/look/call", json!({})).expect(200))
            })
            .collect();
        let mut most = 0;
        for caller in callers {
            while !caller.is_finished() {
                most = most.max(world.server.memory_mib());
                std::thread::sleep(Duration::from_millis(5));
            }
            let answer = caller.join().unwrap();
            assert_eq!(answer["success"], false, "{answer}");
        }
        assert!(most < 400, "{most} MiB at the most");
        world.upstream.always(Answer::json(200, json!({"ok": true})));
        // The allocator gives back while it is used: a server that nobody asks anything keeps what it has.
        eventually("the memory is given back", 20, || {
            world.call("look");
            (world.server.memory_mib() < 200).then_some(())
        });
        assert_eq!(world.call("look")["success"], true);
    });
}
