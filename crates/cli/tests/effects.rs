//! One effect per intent: duplicates, crashes, unknown outcomes, holds.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{thread, time::Duration};

use callwright_testkit::{Answer, Api, Database, Gate, Live, Options, Reply, Server, Upstream, eventually, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

fn server(database: Database) -> Server {
    Server::start(Options::new(BINARY, database))
}

fn charge_tool(upstream: &Upstream, idempotency: Value) -> Value {
    json!({
        "name": "charge", "kind": "http", "effect": "write", "description": "Charges a card",
        "parameters": {"type": "object", "properties": {"amount": {"type": "integer"}}, "required": ["amount"], "additionalProperties": false},
        "config": {"method": "POST", "url": upstream.url("/charges"), "idempotency": idempotency},
        "policy": {"timeout_ms": 8000, "read_timeout_ms": 3000, "retry": {
            "network": {"attempts": 2, "base_ms": 10}, "timeout": {"attempts": 1, "base_ms": 10}, "rate_limit": {"attempts": 1, "base_ms": 10}
        }}
    })
}

fn charge(api: &Api, key: Option<&str>, amount: u32) -> Reply {
    charge_in(api, key, amount, json!({}))
}

fn charge_in(api: &Api, key: Option<&str>, amount: u32, context: Value) -> Reply {
    let api = match key {
        Some(key) => api.with_header("Idempotency-Key", key),
        None => api.clone(),
    };
    api.post("/api/v1/tools/charge/call", json!({"arguments": {"amount": amount}, "context": context}))
}

#[test]
fn concurrent_requests_with_one_key_are_one_request_upstream_with_equal_answers() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), server(database));
        let api = server.api();
        api.post("/api/v1/tools", charge_tool(&upstream, Value::Null)).expect(201);
        let gate = Gate::new();
        upstream.always(Answer::json(200, json!({"charged": true})).behind(&gate));
        let callers: Vec<_> = (0..12)
            .map(|_| {
                let api = api.clone();
                thread::spawn(move || charge(&api, Some("order-7"), 100).expect(200))
            })
            .collect();
        upstream.wait_for(1);
        thread::sleep(Duration::from_millis(200));
        gate.open();
        let answers: Vec<Value> = callers.into_iter().map(|caller| caller.join().unwrap()).collect();
        assert_eq!(upstream.count(), 1, "one intent, one request");
        assert!(answers.iter().all(|answer| answer["data"] == json!({"charged": true})));
        assert!(answers.iter().all(|answer| answer["execution_id"] == answers[0]["execution_id"]));
        assert_eq!(answers.iter().filter(|answer| answer["meta"]["duplicate"] == false).count(), 1);

        // Later, and after a restart, the recorded outcome is given.
        let later = charge(&api, Some("order-7"), 100).expect(200);
        assert_eq!((&later["meta"]["duplicate"], &later["data"]), (&json!(true), &json!({"charged": true})));
        // The key goes upstream.
        assert_eq!(upstream.requests()[0].header("idempotency-key"), Some("order-7"));
    });
}

#[test]
fn a_write_whose_answer_does_not_fit_is_done_and_says_so() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), server(database));
        let api = server.api();
        let schema = json!({"type": "object", "properties": {"charged": {"type": "boolean"}}, "required": ["charged"]});
        for (name, effect, result) in [
            ("charge", "write", json!({"schema": schema})),
            ("sum", "write", json!({"map": "sum(charged)"})),
            ("look", "read", json!({"schema": schema})),
        ] {
            let mut tool = charge_tool(&upstream, Value::Null);
            (tool["name"], tool["effect"], tool["result"]) = (json!(name), json!(effect), result);
            api.post("/api/v1/tools", tool).expect(201);
        }
        upstream.always(Answer::json(201, json!({"charged": "yes"})));
        let call = |name: &str| {
            let keyed = api.with_header("Idempotency-Key", "order-8");
            keyed.post(&format!("/api/v1/tools/{name}/call"), json!({"arguments": {"amount": 8}})).expect(200)
        };
        for name in ["charge", "sum"] {
            for is_again in [false, true] {
                let answer = call(name);
                assert_eq!((&answer["state"], &answer["success"]), (&json!("done"), &json!(true)), "{name}: {answer}");
                let said = answer["message"].as_str().unwrap();
                assert!(said.contains("carried out") && said.contains("Do not call it again"), "{said}");
                assert_eq!(answer["meta"]["duplicate"] == true, is_again, "{answer}");
            }
        }
        assert_eq!(upstream.count(), 2);
        let look = call("look");
        assert_eq!((&look["state"], &look["error"]["code"]), (&json!("failed"), &json!("answer_schema")), "{look}");
    });
}

#[test]
fn a_key_survives_a_restart_and_is_refused_with_other_arguments() {
    on_both(|database| {
        let (upstream, mut server) = (Upstream::start(), server(database));
        let api = server.api();
        api.post("/api/v1/tools", charge_tool(&upstream, Value::Null)).expect(201);
        let first = charge(&api, Some("k1"), 5).expect(200);
        server.terminate();
        server.restart();
        let again = charge(&api, Some("k1"), 5).expect(200);
        assert_eq!(again["execution_id"], first["execution_id"]);
        let reused = charge(&api, Some("k1"), 6);
        assert_eq!((reused.status, reused.code()), (409, "idempotency_key_reused"));
        assert_eq!(upstream.count(), 1);
        // Without a key nothing is deduplicated, and the answer says so.
        let unkeyed = charge(&api, None, 5).expect(200);
        assert!(unkeyed["meta"]["idempotency"].as_str().unwrap().starts_with("none"));
        assert_eq!(upstream.count(), 2);
    });
}

#[test]
fn kill_9_between_sent_and_recorded_is_unknown_and_nothing_is_sent_again() {
    on_both(|database| {
        let (upstream, mut server) = (Upstream::start(), server(database));
        let api = server.api();
        api.post("/api/v1/tools", charge_tool(&upstream, Value::Null)).expect(201);
        upstream.always(Answer::never());
        let caller = thread::spawn({
            let api = api.clone();
            move || {
                api.with_header("Idempotency-Key", "k9").attempt(
                    "POST",
                    "/api/v1/tools/charge/call",
                    &[],
                    Some(br#"{"arguments":{"amount":9}}"#.to_vec()),
                )
            }
        });
        upstream.wait_for(1);
        server.kill9();
        let _ = caller.join();
        upstream.always(Answer::json(200, json!({"charged": true})));
        server.restart();
        let row = eventually("the dead server's execution is settled", 10, || {
            let page = api.get("/api/v1/executions?state=unknown").expect(200);
            page["items"].as_array().unwrap().first().cloned()
        });
        assert_eq!(row["error"]["class"], "outcome_unknown");
        // The same key is told that nobody knows; another key in the same situation is held.
        let same_key = charge(&api, Some("k9"), 9).expect(200);
        assert_eq!((&same_key["state"], &same_key["success"]), (&json!("unknown"), &json!(false)));
        let other_key = charge(&api, Some("k10"), 9).expect(200);
        assert_eq!(other_key["error"]["code"], "held_unknown");
        assert_eq!(upstream.count(), 1, "no second request leaves");
        // Other arguments are another intent.
        assert_eq!(charge(&api, Some("k11"), 10).expect(200)["success"], true);

        // An operator finds out that it did not happen: the key is free, and nothing is held any more.
        let id = row["id"].as_str().unwrap();
        let settled = api
            .post(&format!("/api/v1/executions/{id}/settle"), json!({"as": "repeat", "note": "looked it up"}))
            .expect(200);
        assert_eq!(settled["settled"], "repeat");
        assert_eq!(charge(&api, Some("k9"), 9).expect(200)["success"], true);
        assert_eq!(upstream.count(), 3);
        api.post(&format!("/api/v1/executions/{id}/settle"), json!({"as": "done"})).expect(409);
    });
}

#[test]
fn after_kill_9_an_honoured_key_is_sent_again_with_the_same_key() {
    on_both(|database| {
        let (upstream, mut server) = (Upstream::start(), server(database));
        let api = server.api();
        api.post("/api/v1/tools", charge_tool(&upstream, json!({"header": "X-Once", "honoured": true}))).expect(201);
        upstream.always(Answer::never());
        let caller = thread::spawn({
            let api = api.clone();
            move || {
                api.with_header("Idempotency-Key", "k12").attempt(
                    "POST",
                    "/api/v1/tools/charge/call",
                    &[],
                    Some(br#"{"arguments":{"amount":1}}"#.to_vec()),
                )
            }
        });
        upstream.wait_for(1);
        server.kill9();
        let _ = caller.join();
        upstream.always(Answer::json(200, json!({"charged": true})));
        server.restart();
        let answer = eventually("the key is taken over", 10, || {
            let answer = charge(&api, Some("k12"), 1).expect(200);
            (answer["success"] == true).then_some(answer)
        });
        let keys: Vec<_> =
            upstream.requests().iter().map(|request| request.header("x-once").map(str::to_owned)).collect();
        assert_eq!(keys, vec![Some("k12".to_owned()); 2], "the upstream can tell that it is the same intent");
        // One row, one truth.
        let page = api.get("/api/v1/executions").expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), 1);
        assert_eq!(page["items"][0]["id"], answer["execution_id"]);
        assert_eq!(page["items"][0]["state"], "done");
    });
}

#[test]
fn an_unkeyed_write_that_breaks_off_is_unknown_and_a_read_is_tried_again() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), server(database));
        let api = server.api();
        api.post("/api/v1/tools", charge_tool(&upstream, Value::Null)).expect(201);
        upstream.next(Answer::reset());
        let broken = charge(&api, None, 3).expect(200);
        assert_eq!((&broken["state"], &broken["error"]["class"]), (&json!("unknown"), &json!("outcome_unknown")));
        assert_eq!(broken["error"]["require_human"], true);
        assert_eq!(upstream.count(), 1);

        let mut read = charge_tool(&upstream, Value::Null);
        read["name"] = json!("look");
        read["effect"] = json!("read");
        api.post("/api/v1/tools", read).expect(201);
        upstream.next(Answer::reset()).next(Answer::json(200, json!({"ok": 1})));
        let answer = api.post("/api/v1/tools/look/call", json!({"arguments": {"amount": 3}})).expect(200);
        assert_eq!((&answer["success"], &answer["meta"]["attempts"]), (&json!(true), &json!(2)));
    });
}

#[test]
fn the_gate_lets_through_what_was_not_done_and_what_the_author_consents_to() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), server(database));
        let api = server.api();
        let mut tool = charge_tool(&upstream, Value::Null);
        tool["policy"]["retry"]["retry_on_status_codes"] = json!([500]);
        api.post("/api/v1/tools", tool).expect(201);
        // 429 was not done; 500 has consent.
        upstream.next(Answer::status(429)).next(Answer::json(200, json!({"n": 1})));
        assert_eq!(charge(&api, None, 1).expect(200)["meta"]["attempts"], 2);
        upstream.next(Answer::status(500)).next(Answer::json(200, json!({"n": 2})));
        assert_eq!(charge(&api, None, 2).expect(200)["meta"]["attempts"], 2);
        // 503 may have been done: unknown, once.
        let before = upstream.count();
        upstream.next(Answer::status(503));
        assert_eq!(charge(&api, None, 3).expect(200)["state"], "unknown");
        assert_eq!(upstream.count(), before + 1);
        // All sendings of one execution carry one key.
        let keys: Vec<_> =
            upstream.requests().iter().map(|r| r.header("idempotency-key").unwrap().to_owned()).collect();
        assert_eq!(keys[0], keys[1]);
        assert_ne!(keys[1], keys[2]);
    });
}

#[test]
fn a_hold_is_for_the_same_conversation_or_user_only() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), server(database));
        let api = server.api();
        api.post("/api/v1/tools", charge_tool(&upstream, Value::Null)).expect(201);
        upstream.next(Answer::reset());
        let unknown = charge_in(&api, None, 4, json!({"conversation_id": "c1"})).expect(200);
        let held = charge_in(&api, None, 4, json!({"conversation_id": "c1"})).expect(200);
        assert_eq!(held["error"]["code"], "held_unknown");
        assert_eq!(held["error"]["details"]["unknown_execution_id"], unknown["execution_id"]);
        assert_eq!(held["error"]["require_human"], true);
        let elsewhere = charge_in(&api, None, 4, json!({"conversation_id": "c2"})).expect(200);
        assert_eq!(elsewhere["success"], true, "another person's wish is not held: {elsewhere}");
    });
}

#[test]
fn a_caller_who_hangs_up_does_not_stop_a_write() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), server(database));
        let api = server.api();
        api.post("/api/v1/tools", charge_tool(&upstream, Value::Null)).expect(201);
        let gate = Gate::new();
        upstream.always(Answer::json(200, json!({"charged": true})).behind(&gate));
        let mut stream = std::net::TcpStream::connect(api.base().trim_start_matches("http://")).unwrap();
        let body = r#"{"arguments":{"amount":8}}"#;
        let head = format!(
            "POST /api/v1/tools/charge/call HTTP/1.1\r\nHost: x\r\nX-Token: {}\r\nIdempotency-Key: gone\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            server.token(),
            body.len()
        );
        std::io::Write::write_all(&mut stream, head.as_bytes()).unwrap();
        upstream.wait_for(1);
        drop(stream);
        thread::sleep(Duration::from_millis(100));
        gate.open();
        let answer = charge(&api, Some("gone"), 8).expect(200);
        assert_eq!((&answer["success"], upstream.count()), (&json!(true), 1));
    });
}

#[test]
fn two_servers_on_one_postgres_share_the_ledger() {
    if !callwright_testkit::postgres::is_available() {
        assert!(std::env::var_os("CI").is_none(), "CI has PostgreSQL");
        return;
    }
    let upstream = Upstream::start();
    let first = server(Database::Postgres);
    let second = Server::start(
        Options::new(BINARY, Database::Sqlite)
            .env("CALLWRIGHT_DATABASE_URL", first.database_url().unwrap())
            .env("CALLWRIGHT_BOOTSTRAP_TOKEN", first.token())
            .env("CALLWRIGHT_MASTER_KEY", std::fs::read_to_string(first.data_dir().join("master.key")).unwrap().trim()),
    );
    let (here, there) = (first.api(), second.api().with_token(first.token()));
    here.post("/api/v1/tools", charge_tool(&upstream, Value::Null)).expect(201);
    let gate = Gate::new();
    upstream.always(Answer::json(200, json!({"charged": true})).behind(&gate));
    let callers: Vec<_> = [&here, &there, &here, &there]
        .into_iter()
        .cloned()
        .map(|api| thread::spawn(move || charge(&api, Some("shared"), 2).expect(200)))
        .collect();
    upstream.wait_for(1);
    thread::sleep(Duration::from_millis(300));
    gate.open();
    let answers: Vec<Value> = callers.into_iter().map(|caller| caller.join().unwrap()).collect();
    assert_eq!(upstream.count(), 1);
    assert!(
        answers.iter().all(|answer| answer["success"] == true && answer["execution_id"] == answers[0]["execution_id"])
    );
    // What one server changes, the other sees within a second.
    here.put("/api/v1/tools/charge", {
        let mut tool = charge_tool(&upstream, Value::Null);
        tool["active"] = json!(false);
        tool
    })
    .expect(200);
    eventually("the other server notices", 5, || {
        (charge(&there, None, 2).expect(200)["error"]["code"] == "tool_disabled").then_some(())
    });
}

#[test]
fn a_request_that_repeats_a_key_announces_no_execution_of_its_own() {
    let (upstream, server) = (Upstream::start(), server(Database::Sqlite));
    let api = server.api();
    api.post("/api/v1/tools", charge_tool(&upstream, Value::Null)).expect(201);
    let first = charge(&api, Some("again"), 1).expect(200);
    let mut live = Live::open(&api, "/api/v1/executions/live");
    assert_eq!(charge(&api, Some("again"), 1).expect(200)["meta"]["duplicate"], true);
    let other = charge(&api, Some("other"), 2).expect(200);
    let heard = live.until(|frame| frame["event"] == "execution");
    assert_eq!(heard["execution"]["id"], other["execution_id"], "the next to be heard of is the next to act: {heard}");
    assert_ne!(first["execution_id"], other["execution_id"]);
}
