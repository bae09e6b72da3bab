//! What came of a call is never an error afterwards, because an error is sent again: with a database that refuses what is
//! written behind an effect, and with requests that come twice.

use std::time::Duration;

use callwright_testkit::{Answer, Database, Upstream, eventually, on_both, postgres};
use serde_json::{Value, json};

use super::{World, now, sign};

fn bearer(secret: &str) -> String {
    format!("Bearer {secret}")
}

#[test]
fn an_outcome_that_cannot_be_sent_yet_is_given_and_sent_later() {
    on_both(|database| {
        let mut world = World::new(database);
        let receiver = Upstream::start();
        let hook = world.hook(json!({"slug": "desk", "target": {"tools": ["book"]}}));
        world.server.refuse("INSERT ON outbox", "1 = 1");
        let body = json!({"parameters": {"day": "monday"}, "webhook_response_url": receiver.url("/late")});
        let answer = world.send("/hooks/desk", &[("authorization", &bearer(&hook.secret))], &body.to_string());
        assert_eq!(answer.expect(200)["status"], "done", "what is done is told as done");
        assert_eq!((world.upstream.count(), receiver.count()), (1, 0));
        world.server.accept();
        let told = receiver.wait_for(1)[0].json();
        assert_eq!(
            (&told["type"], &told["data"]["answer"]["state"]),
            (&json!("execution.finished"), &json!("done")),
            "{told}"
        );
        assert_eq!(world.upstream.count(), 1);
    });
}

#[test]
fn what_takes_longer_is_answered_in_time_though_it_has_no_ticket_yet() {
    on_both(|database| {
        let mut world = World::new(database);
        let receiver = Upstream::start();
        let hook = world.hook(json!({"slug": "desk", "target": {"tools": ["book"]}, "wait_ms": 600}));
        world.server.refuse("INSERT ON ticket", "1 = 1");
        world.upstream.next(Answer::json(200, json!({"booked": 1})).delay(Duration::from_millis(1_800)));
        let body = json!({"parameters": {"day": "monday"}, "webhook_response_url": receiver.url("/late")});
        let begun = std::time::Instant::now();
        let answer = world.send("/hooks/desk", &[("authorization", &bearer(&hook.secret))], &body.to_string());
        let answer = answer.expect(202);
        assert!(begun.elapsed() < Duration::from_millis(1_700), "{:?}", begun.elapsed());
        assert_eq!((&answer["status"], &answer["error"]["code"]), (&json!("pending"), &json!("in_progress")));
        let at = answer["status_url"].as_str().unwrap();
        let at = at[at.find("/hooks/").unwrap()..].to_owned();
        let ended = eventually("the outcome", 20, || {
            let answer = world.api.anonymous().get(&at).expect(200);
            (answer["status"] == "done").then_some(answer)
        });
        assert_eq!(ended["result"], json!({"booked": 1}));
        assert_eq!(receiver.count(), 0);
        world.server.accept();
        let told = receiver.wait_for(1)[0].json();
        assert_eq!(told["data"]["answer"]["data"], json!({"booked": 1}), "{told}");
        assert_eq!(world.upstream.count(), 1);
    });
}

#[test]
fn an_outcome_that_cannot_be_recorded_is_in_doubt_and_no_error() {
    // It is tried for 20 s before the caller is answered, so all are tried side by side.
    let test = |database: Database| {
        let mut world = World::new(database);
        world.tool("decline", "write", json!({}), json!({}));
        world.upstream.respond(|request| match request.path() {
            "/decline" => Answer::json(422, json!({"error": "no"})),
            "/slots" => Answer::json(200, json!({"free": 3})).delay(Duration::from_millis(900)),
            _ => Answer::json(200, json!({"booked": 1})),
        });
        let hook = world.hook(json!({"slug": "late", "target": {"tools": ["slots"]}, "wait_ms": 300}));
        world.server.refuse("UPDATE ON execution", "NEW.state IN ('done', 'failed')");
        let body = json!({"parameters": {"day": "monday"}}).to_string();
        let late = world.send("/hooks/late", &[("authorization", &bearer(&hook.secret))], &body).expect(202);
        let api = world.api.with_header("Idempotency-Key", "no-1");
        let decline = move || api.post("/api/v1/tools/decline/call", json!({"arguments": {}}));
        let declined = std::thread::spawn(decline.clone());
        let answer = world.api.post("/api/v1/tools/book/call", json!({"arguments": {"day": "monday"}})).expect(200);
        assert_eq!(
            (&answer["state"], &answer["error"]["code"], &answer["error"]["class"]),
            (&json!("unknown"), &json!("not_recorded"), &json!("outcome_unknown")),
            "{answer}"
        );
        // What came of nothing may be asked for again.
        assert!(declined.join().unwrap().status >= 500);
        world.server.accept();
        for (execution, state) in [(&answer["execution_id"], "done"), (&late["execution_id"], "done")] {
            let path = format!("/api/v1/executions/{}", execution.as_str().unwrap());
            eventually("the record", 40, || (world.api.get(&path).expect(200)["state"] == state).then_some(()));
        }
        let again = eventually("the failure is recorded", 40, || {
            let again = decline().expect(200);
            (again["state"] == "failed").then_some(again)
        });
        assert_eq!(again["meta"]["duplicate"], true, "{again}");
        assert_eq!(world.upstream.count(), 3);
    };
    std::thread::scope(|scope| {
        let beside = scope.spawn(|| {
            if callwright_testkit::postgres::is_available() {
                test(Database::Postgres);
            } else {
                assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed");
            }
        });
        test(Database::Sqlite);
        beside.join().unwrap();
    });
}

#[test]
fn a_yes_is_no_error_though_it_cannot_be_gone_on_with_yet() {
    on_both(|database| {
        let mut world = World::new(database);
        let policy = json!({"policy": {"confirm": "Really?"}});
        world.tool("refund", "write", json!({"amount": {"type": "integer"}}), policy);
        world.server.refuse("UPDATE ON ticket", "NEW.state = 'used'");
        let asked = world.api.post("/api/v1/tools/refund/call", json!({"arguments": {"amount": 3}})).ok();
        let yes = json!({"arguments": {"ticket": asked["pending"]["ticket"], "confirmed": true}});
        let answer = world.api.post("/api/v1/tools/confirm_action/call", yes.clone()).ok();
        assert_eq!((&answer["error"], &answer["state"]), (&Value::Null, &json!("parked")), "{answer}");
        assert!(answer["message"].as_str().unwrap().contains("agreed to"), "{answer}");
        assert_eq!(world.upstream.count(), 0);
        world.server.accept();
        world.upstream.wait_for(1);
        let again = eventually("the outcome", 10, || {
            let again = world.api.post("/api/v1/tools/confirm_action/call", yes.clone()).ok();
            (again["state"] == "done").then_some(again)
        });
        assert_eq!((&again["execution_id"], world.upstream.count()), (&asked["execution_id"], 1));
    });
}

#[test]
fn what_our_own_tables_do_is_asked_for_again_while_they_are_away() {
    // SQLite has no way to play one that is.
    if !callwright_testkit::postgres::is_available() {
        assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed");
        return;
    }
    for (change, tool, arguments) in [
        ("INSERT ON run", json!({"kind": "agent", "config": {"agent": "Helper"}}), json!({"message": "hello"})),
        (
            "INSERT ON task",
            json!({"kind": "business", "config": {"function": "task_manager"}}),
            json!({"action": "create", "title": "Call Ada"}),
        ),
    ] {
        let mut world = World::new(Database::Postgres);
        let helper = json!({"name": "Helper", "model": "scripted", "metadata": {"script": [{"say": "hi"}]}});
        world.api.post("/api/v1/agents", helper).expect(201);
        let mut spec = json!({"name": "own", "effect": "write"});
        spec.as_object_mut().unwrap().extend(tool.as_object().unwrap().clone());
        world.api.post("/api/v1/tools", spec).expect(201);
        world.server.refuse(change, "1 = 1");
        let answer = std::thread::scope(|scope| {
            let call = scope.spawn(|| world.api.post("/api/v1/tools/own/call", json!({ "arguments": arguments })));
            std::thread::sleep(Duration::from_millis(800));
            world.server.accept();
            call.join().unwrap().expect(200)
        });
        assert_eq!((&answer["state"], &answer["success"]), (&json!("done"), &json!(true)), "{change}: {answer}");
    }
}

#[test]
fn a_call_that_a_client_was_offered_is_pending_though_its_ticket_cannot_be_read() {
    if !callwright_testkit::postgres::is_available() {
        assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed");
        return;
    }
    let world = World::new(Database::Postgres);
    let ask = json!({"name": "ask", "kind": "client", "parameters": {"type": "object"}, "policy": {"timeout_ms": 2_500},
        "config": {"timeout_s": 30}});
    world.api.post("/api/v1/tools", ask).expect(201);
    let answer = std::thread::scope(|scope| {
        let call = scope.spawn(|| world.api.post("/api/v1/tools/ask/call", json!({"arguments": {}})));
        eventually("it is offered", 2, || {
            let rows = world.api.get("/api/v1/executions?state=parked").expect(200);
            (!rows["items"].as_array().unwrap().is_empty()).then_some(())
        });
        world.server.sql("ALTER TABLE ticket RENAME TO ticket_away");
        let reply = call.join().unwrap();
        world.server.sql("ALTER TABLE ticket_away RENAME TO ticket");
        reply.ok()
    });
    assert_eq!((&answer["state"], &answer["error"]), (&json!("parked"), &Value::Null), "{answer}");
    let path = format!("/api/v1/executions/{}/result", answer["execution_id"].as_str().unwrap());
    assert_eq!(world.api.post(&path, json!({"result": {"yes": true}})).expect(200)["status"], "received");
    let outcome = world.api.get(&path.replace("/result", "/answer")).expect(200);
    assert_eq!((&outcome["success"], &outcome["data"]), (&json!(true), &json!({"yes": true})));
}

#[test]
fn a_result_is_given_though_its_resources_cannot_be_kept_yet() {
    // Only PostgreSQL can be made to be away: what a trigger of SQLite refuses is a fault of its own.
    if !postgres::is_available() {
        return;
    }
    let mut world = World::new(Database::Postgres);
    let code = "def execute_tool():\n    return {'data': {'filed': True}, '$content': [{'type': 'resource', \
                'resource': {'uri': 'paper://1', 'mimeType': 'text/plain', 'text': 'sealed and signed'}}]}\n";
    let file = json!({"name": "file", "kind": "python", "effect": "write", "config": {"code": code}});
    world.api.post("/api/v1/tools", file).expect(201);
    world.server.refuse("INSERT ON document", "1 = 1");
    let answer = world.api.post("/api/v1/tools/file/call", json!({"arguments": {}})).expect(200);
    assert_eq!((&answer["state"], &answer["data"]), (&json!("done"), &json!({"filed": true})), "{answer}");
    let kept = || world.api.get("/api/v1/documents").expect(200)["items"].as_array().unwrap().len();
    assert_eq!(kept(), 0);
    world.server.accept();
    eventually("the resource is kept", 20, || (kept() == 1).then_some(()));
}

#[test]
fn the_same_signed_bytes_act_once() {
    on_both(|database| {
        let world = World::new(database);
        let target = json!({"tools": ["book"]});
        let hook = world.hook(json!({"slug": "signed", "target": target, "protection": {"type": "hmac"}}));
        let body = r#"{"parameters": {"day": "monday"}}"#;
        let at = |time: u64| (time.to_string(), sign(&hook.secret, &format!("{time}.{body}")));
        let send = |(time, signature): &(String, String), more: &[(&str, &str)]| {
            let headers = [&[("x-timestamp", time.as_str()), ("x-signature", signature.as_str())], more].concat();
            world.send("/hooks/signed", &headers, body)
        };
        let time = now();
        let first = at(time);
        let done = send(&first, &[]).expect(200);
        let again = send(&first, &[]).expect(200);
        assert_eq!((&again["duplicate"], &again["execution_id"]), (&json!(true), &done["execution_id"]));
        // Written in other letters it is the same signature.
        let loud = (first.0.clone(), first.1.to_uppercase());
        assert_eq!(send(&loud, &[]).expect(200)["duplicate"], true);
        // What is not signed cannot make another intent of it.
        let refused = send(&first, &[("idempotency-key", "another")]);
        assert_eq!((refused.status, refused.text.contains("does not cover")), (422, true), "{refused:?}");
        assert_eq!(world.upstream.count(), 1);
        // Signed anew it is asked for anew.
        assert!(send(&at(time - 1), &[]).expect(200).get("duplicate").is_none());
        assert_eq!(world.upstream.count(), 2);

        // A run is begun once as well, and it is said that it was.
        let script = json!([{"say": "done"}]);
        let agent = json!({"name": "Desk", "model": "scripted", "metadata": {"script": script}});
        world.api.post("/api/v1/agents", agent).expect(201);
        let hook = world.hook(json!({"slug": "runs", "target": {"agent": "Desk"}, "protection": {"type": "hmac"}}));
        let (time, signature) = (time.to_string(), sign(&hook.secret, &format!("{time}.{body}")));
        let headers = [("x-timestamp", time.as_str()), ("x-signature", signature.as_str())];
        let begun = world.send("/hooks/runs", &headers, body).ok();
        assert!(begun.get("duplicate").is_none(), "{begun}");
        let again = world.send("/hooks/runs", &headers, body).ok();
        assert_eq!((&again["run_id"], &again["duplicate"]), (&begun["run_id"], &json!(true)), "{again}");
    });
}

#[test]
fn a_platforms_signed_bytes_act_once_without_a_call_to_name_them() {
    on_both(|database| {
        let world = World::new(database);
        let hook = world.hook(json!({"platform": "vapi", "protection": {"type": "hmac"}}));
        let calls = json!([
            {"id": "t1", "function": {"name": "book", "arguments": {"day": "monday"}}},
            {"id": "t2", "function": {"name": "book", "arguments": {"day": "monday"}}},
        ]);
        let body = json!({"message": {"type": "tool-calls", "toolCallList": calls}}).to_string();
        let time = now().to_string();
        let signature = sign(&hook.secret, &format!("{time}.{body}"));
        let path = format!("/vapi/tools?hook={}", hook.id);
        let ask = |signature: &str| -> Value {
            world.send(&path, &[("x-signature", signature), ("x-timestamp", &time)], &body).expect(200)
        };
        let first = ask(&signature);
        assert_eq!(world.upstream.count(), 2, "two calls are two");
        assert_eq!(
            (ask(&signature.to_uppercase()), world.upstream.count()),
            (first, 2),
            "sent again they are the same"
        );
    });
}

#[test]
fn a_hook_for_certain_tools_lends_them_to_no_agent() {
    on_both(|database| {
        let world = World::new(database);
        world.api.post("/api/v1/agents", json!({"name": "Desk"})).expect(201);
        let bound = json!({"overrides": {"bound": {"limit": "{{ 3 }}"}}});
        world.api.put("/api/v1/agents/Desk/tools/slots", bound).ok();
        let hook = world.hook(json!({"platform": "vapi", "target": {"tools": ["slots"]}}));
        let secret = [("x-vapi-secret", hook.secret.as_str())];
        let calls = json!([{"id": "t1", "function": {"name": "slots", "arguments": {}}}]);
        let body = json!({"message": {"type": "tool-calls", "toolCallList": calls}}).to_string();
        let refused = world.send("/vapi/agents/Desk/tools", &secret, &body);
        assert_eq!((refused.status, world.upstream.count()), (403, 0), "{refused:?}");
        assert_eq!(world.send("/vapi/tools", &secret, &body).status, 200);
        assert_eq!(world.upstream.requests()[0].json(), json!({}), "without the agent's binding");
    });
}
