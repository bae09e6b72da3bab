//! The live stream of executions: who sees what, what the slow are told, and how it ends.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{
    thread,
    time::{Duration, Instant},
};

use callwright_testkit::{
    Answer, Api, Database, Gate, Live, Options, Person, Server, Upstream, on_both, people::other_organization,
};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
const STREAM: &str = "/api/v1/executions/live";

struct World {
    server: Server,
    upstream: Upstream,
}

impl World {
    fn new(database: Database) -> Self {
        Self { server: Server::start(Options::new(BINARY, database)), upstream: Upstream::start() }
    }

    fn api(&self) -> Api {
        self.server.api()
    }

    fn tool(&self, api: &Api, name: &str, effect: &str) -> String {
        let tool = json!({"name": name, "kind": "http", "effect": effect,
            "config": {"method": "POST", "url": self.upstream.url("/")},
            "result": {"max_bytes": 100_000},
            "policy": {"timeout_ms": 20_000, "read_timeout_ms": 20_000, "retry": {
                "network": {"attempts": 1, "base_ms": 10}, "timeout": {"attempts": 0, "base_ms": 10},
                "rate_limit": {"attempts": 0, "base_ms": 10}}}});
        text(&api.post("/api/v1/tools", tool).expect(201)["tool"]["id"])
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn call(api: &Api, tool: &str, body: Value) -> Value {
    api.post(&format!("/api/v1/tools/{tool}/call"), body).expect(200)
}

fn state(frame: &Value) -> &str {
    frame["execution"]["state"].as_str().unwrap_or_default()
}

#[test]
fn an_execution_is_told_from_its_beginning_to_its_end() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        world.tool(&api, "look", "read");
        world.tool(&api, "act", "write");
        let mut live = Live::open(&api, STREAM);
        let mut steps = |tool: &str| {
            let answer = call(&api, tool, json!({"context": {"call_sid": "CA1"}}));
            let mut told = Vec::new();
            loop {
                let frame = live.read().expect("a frame");
                match text(&frame["event"]).as_str() {
                    "execution" => {
                        assert_eq!(frame["execution"]["id"], answer["execution_id"]);
                        assert_eq!(
                            (&frame["execution"]["tool_name"], &frame["execution"]["call_id"]),
                            (&json!(tool), &json!("CA1"))
                        );
                        told.push(state(&frame).to_owned());
                    }
                    "progress" => {
                        assert_eq!(frame["execution_id"], answer["execution_id"]);
                        told.push(text(&frame["progress"]["type"]));
                    }
                    other => panic!("{other}: {frame}"),
                }
                if ["done", "failed", "unknown"].contains(&told.last().unwrap().as_str()) {
                    return told;
                }
            }
        };
        assert_eq!(steps("look"), ["received", "done"]);
        assert_eq!(steps("act"), ["started", "done"]);
        world.upstream.next(Answer::reset());
        assert_eq!(steps("look"), ["received", "retrying", "done"]);
        world.upstream.next(Answer::reset());
        assert_eq!(steps("act"), ["started", "unknown"]);
        world.upstream.next(Answer::status(404));
        assert_eq!(steps("look"), ["received", "failed"]);
        // What a person decides is told too.
        let unknown = api.get("/api/v1/executions?state=unknown").expect(200)["items"][0]["id"].clone();
        api.post(&format!("/api/v1/executions/{}/settle", text(&unknown)), json!({"as": "done"})).expect(200);
        let settled = live.read().expect("a frame");
        assert_eq!((&settled["execution"]["id"], &settled["execution"]["settled"]), (&unknown, &json!("done")));
    });
}

#[test]
fn watchers_see_their_own_organization_and_what_they_asked_for() {
    on_both(|database| {
        let mut world = World::new(database);
        let there = other_organization(&mut world.server);
        let here = world.api();
        let tool = world.tool(&here, "mine", "read");
        world.tool(&here, "noise", "read");
        let theirs = world.tool(&there, "theirs", "read");
        let agent = text(&here.post("/api/v1/agents", json!({"name": "Desk"})).expect(201)["id"]);
        for name in ["mine", "noise"] {
            here.put(&format!("/api/v1/agents/Desk/tools/{name}"), json!({})).ok();
        }
        let viewer = Person::invite(&here, "viewer@example.org", "viewer");
        let mut foreign = Live::open(&there, STREAM);
        // Somebody else's tool by its id is a filter that nothing fits.
        let mut spy = Live::open(&there, &format!("{STREAM}?tool={tool}"));
        let mut all = Live::open(&viewer.api, STREAM);
        let mut filtered = [
            Live::open(&here, &format!("{STREAM}?tool=mine")),
            Live::open(&here, &format!("{STREAM}?tool={tool}&agent={agent}")),
            Live::open(&here, &format!("{STREAM}?agent=Desk&call_id=CA9")),
            Live::open(&here, &format!("{STREAM}?call_id=CA9")),
        ];

        call(&here, "noise", json!({"agent": "Desk", "context": {"call_sid": "CA0"}}));
        world.upstream.next(Answer::reset());
        let wanted = call(&here, "mine", json!({"agent": "Desk", "context": {"call_sid": "CA9"}}));
        for watcher in &mut filtered {
            let first = watcher.read().expect("a frame");
            assert_eq!(
                (&first["execution"]["id"], state(&first)),
                (&wanted["execution_id"], "received"),
                "only what was asked for"
            );
            let second = watcher.read().expect("a frame");
            assert_eq!((&second["event"], &second["execution_id"]), (&json!("progress"), &wanted["execution_id"]));
            assert_eq!(state(&watcher.read().expect("a frame")), "done");
        }
        assert_eq!(all.read().expect("a frame")["execution"]["tool_name"], "noise");
        let elsewhere = call(&there, &theirs, json!({}));
        let first = foreign.read().expect("a frame");
        assert_eq!(
            first["execution"]["id"], elsewhere["execution_id"],
            "nothing of the first organization came before it"
        );
        all.until(|frame| frame["execution"]["id"] == wanted["execution_id"] && state(frame) == "done");
        // The spy gets what the server says last, its goodbye, and nothing else.
        world.server.terminate();
        assert_eq!(spy.read(), None);
        assert_eq!(all.read(), None, "nothing of the second organization came after it");
        assert_eq!(foreign.until(|frame| state(frame) == "done")["execution"]["id"], elsewhere["execution_id"]);
    });
}

#[test]
fn who_may_not_look_is_not_let_in() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        let refused = |api: &Api, path: &str| Live::attempt(api, path, &[]).err();
        let scoped = |scope: &str| {
            let token = api.post("/api/v1/tokens", json!({"name": scope, "scopes": [scope]})).expect(201);
            api.with_token(text(&token["token"]))
        };
        for path in [STREAM, "/ws/tool-executions"] {
            assert_eq!(refused(&api.anonymous(), path), Some(401));
            assert_eq!(refused(&api.with_token("cw_wrong"), path), Some(401));
            assert_eq!(refused(&scoped("tools:call"), path), Some(403));
            assert_eq!(refused(&scoped("read"), path), None);
            // Without a handshake there is no stream, and the refusal says so.
            let plain = api.get(path);
            assert!([400, 426].contains(&plain.status) && !plain.code().is_empty(), "{plain:?}");
        }
        assert_eq!(refused(&api, &format!("{STREAM}?tool=none")), Some(404));
        assert_eq!(refused(&api, &format!("{STREAM}?surprise=1")), Some(422));
        // A watcher has nothing to say: small talk is ignored, a long speech ends the stream, the server goes on.
        world.tool(&api, "look", "read");
        let mut live = Live::open(&api, STREAM);
        live.send("hello");
        call(&api, "look", json!({}));
        live.until(|frame| state(frame) == "done");
        live.send(&"x".repeat(100_000));
        assert_eq!(live.read(), None);
        api.get("/healthz").expect(200);
    });
}

#[test]
fn a_running_read_is_found_in_the_stream_and_stopped() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        world.tool(&api, "long", "read");
        let mut live = Live::open(&api, STREAM);
        let gate = Gate::new();
        world.upstream.next(Answer::json(200, json!({})).behind(&gate));
        let caller = thread::spawn({
            let api = api.clone();
            move || call(&api, "long", json!({}))
        });
        let id = text(&live.until(|frame| state(frame) == "received")["execution"]["id"]);
        world.upstream.wait_for(1);
        api.post(&format!("/api/v1/executions/{id}/cancel"), json!({})).expect(202);
        assert_eq!(caller.join().unwrap()["error"]["class"], "cancelled");
        let ended = live.until(|frame| state(frame) == "failed");
        assert_eq!(ended["execution"]["error"]["class"], "cancelled");
        gate.open();
        let again = api.post(&format!("/api/v1/executions/{id}/cancel"), json!({}));
        assert!([404, 409].contains(&again.status), "it has ended: {again:?}");
    });
}

#[test]
fn who_reads_too_slowly_is_told_how_much_went_by() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        world.tool(&api, "look", "read");
        world.upstream.always(Answer::json(200, json!({"filler": "x".repeat(30_000)})));
        let mut slow = Live::open(&api, STREAM);
        // More than the server's ring and the kernel's buffers hold together.
        let callers: Vec<_> = (0..8)
            .map(|_| {
                let api = api.clone();
                thread::spawn(move || (0..150).for_each(|_| drop(call(&api, "look", json!({})))))
            })
            .collect();
        callers.into_iter().for_each(|caller| caller.join().unwrap());
        let mut events = 0;
        let missed = slow.until(|frame| {
            events += 1;
            frame["event"] == "missed"
        });
        let missed = missed["count"].as_u64().unwrap();
        assert!(missed > 0 && events + missed <= 2401 && events > 1, "{events} events, then {missed} missed");
        // It goes on with the newest.
        let last = call(&api, "look", json!({}));
        slow.until(|frame| frame["execution"]["id"] == last["execution_id"] && state(frame) == "done");
        assert!(world.server.memory_mib() < 200, "{} MiB", world.server.memory_mib());
    });
}

#[test]
fn the_stream_says_goodbye_when_the_server_stops() {
    on_both(|database| {
        let mut world = World::new(database);
        let api = world.api();
        let mut watchers: Vec<Live> = [STREAM, "/ws/tool-executions", STREAM].map(|path| Live::open(&api, path)).into();
        let begun = Instant::now();
        let status = world.server.terminate();
        assert!(
            status.success() && begun.elapsed() < Duration::from_secs(5),
            "watchers hold nobody up: {:?}",
            begun.elapsed()
        );
        for watcher in &mut watchers {
            assert_eq!(watcher.read(), None);
        }
        assert!(begun.elapsed() < Duration::from_secs(9), "they were told, not left to wait");
    });
}
