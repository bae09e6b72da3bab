//! Calls: what they give, what goes wrong, and how many sessions they take.

use std::{
    thread,
    time::{Duration, Instant},
};

use callwright_testkit::{Live, on_both};
use serde_json::{Value, json};

use crate::world::{KEY, Theirs, World};

/// A world with all tools of the Python server, which is spoken to in sessions or without.
fn world(database: callwright_testkit::Database, theirs: &Theirs, protocol: &str) -> World {
    let world = World::new(database);
    world.register(theirs, json!({ "protocol": protocol }));
    world.adopt(json!({"all": true}));
    world
}

#[test]
fn results_of_every_kind_and_both_eras() {
    on_both(|database| {
        for (protocol, version) in [("initialize", "2025-11-25"), ("auto", "2026-07-28"), ("stateless", "2026-07-28")] {
            let Some(theirs) = Theirs::python(&[]) else { return };
            let world = world(database, &theirs, protocol);
            let server = world.api.get("/api/v1/mcp-servers/tester").expect(200);
            assert_eq!(server["found"]["protocol_version"], version, "{protocol}: {server}");
            let content = |tool: &str, arguments: Value| world.call(tool, arguments);
            assert_eq!(content("echo", json!({"text": "ü"}))["data"], json!({"result": "ü"}));
            assert_eq!(content("add", json!({"a": 2, "b": 3}))["data"], json!({"sum": 5}));
            let picture = content("picture", json!({}));
            assert!(picture["content"].to_string().contains("image/png"), "{picture}");
            let failed = world.call("fail", json!({}));
            assert_eq!(failed["state"], "failed");
            assert_eq!(
                (&failed["error"]["code"], &failed["error"]["message"]),
                (&json!("mcp_tool_error"), &json!("no such city: Atlantis"))
            );
            let large = content("large", json!({"length": 500_000}));
            assert!(large["truncated"]["total_bytes"].as_u64().unwrap() > 400_000, "{}", large["truncated"]);
            let too_large = content("large", json!({"length": 6_000_000}));
            assert_eq!(too_large["error"]["code"], "answer_too_large", "{protocol}");
            assert_eq!(content("echo", json!({"text": "still here"}))["state"], "done");
        }
    });
}

#[test]
fn fifty_calls_share_one_session() {
    on_both(|database| {
        let Some(theirs) = Theirs::python(&[]) else { return };
        let world = world(database, &theirs, "initialize");
        assert_eq!(theirs.count("initialize"), 1, "registering, looking and adopting are one session");
        thread::scope(|scope| {
            for batch in 0..5 {
                let world = &world;
                scope.spawn(move || {
                    for number in 0..10 {
                        let text = format!("{batch}-{number}");
                        let answer = world.call("echo", json!({ "text": text }));
                        assert_eq!(answer["data"]["result"], json!(text), "{answer}");
                    }
                });
            }
        });
        let counts = theirs.counts();
        assert_eq!(
            (&counts["counts"]["initialize"], &counts["counts"]["tools/call"]),
            (&json!(1), &json!(50)),
            "{counts}"
        );
        // Each write carries its key, for servers that honour it.
        let answer = world.call("write", json!({"text": "a"}));
        assert_eq!(answer["state"], "done", "{answer}");
        let meta = theirs.counts()["meta"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(meta["callwright/idempotency-key"], answer["execution_id"], "{meta} {answer}");
    });
}

#[test]
fn a_lost_session_is_replaced_and_nothing_is_done_twice() {
    on_both(|database| {
        let Some(theirs) = Theirs::python(&[]) else { return };
        let world = world(database, &theirs, "initialize");
        world.call("write", json!({"text": "one"}));
        theirs.tell("forget");
        // The server says 404: the call was not accepted, so it goes again in a new session.
        let answer = world.call("write", json!({"text": "two"}));
        assert_eq!(answer["state"], "done", "{answer}");
        let counts = theirs.counts();
        assert_eq!(counts["written"], json!(["one", "two"]), "{counts}");
        assert_eq!(counts["counts"]["initialize"], 2);
    });
}

#[test]
fn a_write_whose_server_died_is_unknown_and_a_read_goes_on() {
    on_both(|database| {
        let Some(mut theirs) = Theirs::python(&[]) else { return };
        let world = world(database, &theirs, "initialize");
        let answer = world.call("die", json!({}));
        assert_eq!(
            (&answer["state"], &answer["error"]["class"]),
            (&json!("unknown"), &json!("outcome_unknown")),
            "{answer}"
        );
        // Nobody listens: nothing was sent, and the model is told so.
        let answer = world.call("echo", json!({"text": "x"}));
        assert_eq!(answer["state"], "failed", "{answer}");
        assert_eq!(answer["error"]["retryable"], true, "{answer}");
        theirs.revive();
        let deadline = Instant::now() + Duration::from_secs(15);
        loop {
            let answer = world.call("echo", json!({"text": "x"}));
            if answer["state"] == "done" {
                break;
            }
            assert!(Instant::now() < deadline, "{answer}");
            thread::sleep(Duration::from_millis(200));
        }
    });
}

#[test]
fn time_progress_and_cancellation() {
    on_both(|database| {
        let Some(theirs) = Theirs::python(&[]) else { return };
        let world = world(database, &theirs, "initialize");
        let mut live = Live::open(&world.api, "/api/v1/executions/live");
        let answer = world.call("slow", json!({"seconds": 0.4}));
        assert_eq!(answer["data"]["result"], "at last", "{answer}");
        let line = live.until(|event| event.to_string().contains("2/4 step 2"));
        assert!(line.to_string().contains("execution_id"), "{line}");
        // The tool's own time is over: the server is told to stop.
        let tool = world.api.get("/api/v1/tools/slow").expect(200);
        let mut spec = tool.clone();
        for field in ["id", "organization_id", "user_id", "revision", "created_at", "updated_at", "version"] {
            spec.as_object_mut().unwrap().remove(field);
        }
        spec["policy"] = json!({"timeout_ms": 500, "retry": {"timeout": {"attempts": 0, "base_ms": 1}}});
        world.api.put("/api/v1/tools/slow", spec).ok();
        let answer = world.call("slow", json!({"seconds": 20.0}));
        assert_eq!(answer["error"]["class"], "timeout_error", "{answer}");
        callwright_testkit::eventually("the server to hear of it", 5, || {
            (theirs.count("notifications/cancelled") >= 1).then_some(())
        });
        assert_eq!(world.call("echo", json!({"text": "still here"}))["state"], "done", "the session goes on");
        assert_eq!(theirs.count("initialize"), 1);
    });
}

#[test]
fn secrets_come_back_neither_in_answers_nor_in_logs() {
    on_both(|database| {
        let Some(theirs) = Theirs::python(&[("MCP_TEST_KEY", KEY)]) else { return };
        let world = World::new(database);
        world.register(&theirs, json!({ "api_key": KEY }));
        world.adopt(json!({"all": true}));
        let answer = world.call("leak", json!({}));
        assert!(answer.to_string().contains("the key is [secret]"), "{answer}");
        let executions = world.api.get("/api/v1/executions?limit=10").expect(200);
        for text in [answer.to_string(), executions.to_string(), world.server.log()] {
            assert!(!text.contains(KEY), "{text}");
        }
    });
}
