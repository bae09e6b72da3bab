//! Vapi's `tool-calls` webhook: all forms in, one result for each call out, and who may send it.

use std::{fs, process::Command, time::Duration};

use callwright_testkit::{Answer, Person, Ran, eventually, on_both};
use serde_json::{Value, json};

use super::{World, installed, now, sign};

/// A message of a telephone call, as Vapi sends it.
pub(crate) fn message(calls: Value) -> Value {
    json!({"message": {
        "type": "tool-calls", "timestamp": 1_700_000_000_000_u64, "toolCallList": calls, "toolWithToolCallList": [],
        "call": {"id": "call-1", "orgId": "org-1", "type": "inboundPhoneCall", "assistantId": "assistant-1"},
        "customer": {"number": "+4915112345678"}, "phoneNumber": {"number": "+4930000000"},
        "artifact": {"messages": []},
    }})
}

fn function(id: &str, name: &str, arguments: Value) -> Value {
    json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
}

fn results(answer: &Value) -> Vec<Value> {
    answer["results"].as_array().unwrap_or_else(|| panic!("no results in {answer}")).clone()
}

#[test]
fn every_form_of_a_call_is_answered_in_its_place() {
    on_both(|database| {
        let world = World::new(database);
        world.upstream.respond(|request| match request.path() {
            "/slots" => Answer::json(200, json!({"asked": request.json(), "note": "two\nlines"})),
            _ => Answer::json(500, json!({"message": "broken\r\nbadly"})),
        });
        let mut asked = message(json!([
            function("a", "slots", json!("{\"day\": \"monday\"}")),
            function("b", "slots", json!({"day": "tuesday"})),
            {"id": "c", "name": "slots", "parameters": {"day": "wednesday"}},
            function("d", "nope", json!({})),
            function("e", "book", json!({"day": "monday"})),
            function("f", "slots", json!({"day": 7})),
            function("g", "slots", json!("not json")),
        ]));
        asked["message"]["toolWithToolCallList"] = json!([
            {"type": "function", "function": {"name": "slots"}, "toolCall": {"id": "a", "parameters": {"day": "never"}}},
            {"name": "slots", "toolCall": {"id": "h", "parameters": {"day": "thursday"}}},
        ]);
        let answer = world.api.post("/vapi/tools", asked).expect(200);
        let found = results(&answer);
        let ids: Vec<&str> = found.iter().map(|one| one["toolCallId"].as_str().unwrap()).collect();
        assert_eq!(ids, ["a", "b", "c", "d", "e", "f", "g", "h"]);
        for (at, day) in [(0, "monday"), (1, "tuesday"), (2, "wednesday"), (7, "thursday")] {
            let text = found[at]["result"].as_str().unwrap_or_else(|| panic!("{}", found[at]));
            let read: Value = serde_json::from_str(text).unwrap();
            assert_eq!((&read["asked"]["day"], &found[at]["name"]), (&json!(day), &json!("slots")));
        }
        for (at, expected) in [(3, "not_found"), (4, "upstream"), (5, "day"), (6, "invalid_arguments")] {
            let text = found[at]["error"].as_str().unwrap_or_else(|| panic!("{}", found[at]));
            assert!(text.contains(expected) && found[at].get("result").is_none(), "{text}");
        }
        for one in &found {
            let text = one["result"].as_str().or(one["error"].as_str()).unwrap();
            assert!(!text.contains(['\n', '\r']), "one line: {text}");
        }
    });
}

#[test]
fn other_messages_are_taken_note_of_and_wrong_ones_named() {
    on_both(|database| {
        let world = World::new(database);
        let ask = |message: Value| world.api.post("/vapi/tools", json!({ "message": message }));
        for kind in ["status-update", "end-of-call-report", "conversation-update", "something-new"] {
            assert_eq!(ask(json!({"type": kind, "call": {"id": "c"}})).expect(200), json!({}), "{kind}");
        }
        for kind in ["assistant-request", "transfer-destination-request"] {
            let answer = ask(json!({ "type": kind })).expect(200);
            assert!(answer["error"].as_str().unwrap().contains("not served"), "{answer}");
        }
        assert_eq!(ask(json!({"type": "tool-calls"})).expect(200), json!({"results": []}));
        assert_eq!(ask(json!({"type": "tool-calls", "toolCallList": {}})).status, 422);
        assert_eq!(world.api.post("/vapi/tools", json!({})).status, 422);
        assert_eq!(
            world.api.raw("POST", "/vapi/tools", &[("content-type", "application/json")], Some(b"{".into())).status,
            400
        );
        // Whoever may not call tools is told so, and whoever is nobody as well.
        let viewer = Person::invite(&world.api, "viewer@example.org", "viewer").api;
        assert_eq!(viewer.post("/vapi/tools", message(json!([]))).status, 403);
        assert_eq!(world.api.anonymous().post("/vapi/tools", message(json!([]))).status, 401);
    });
}

#[test]
fn a_signature_vouches_for_the_call_and_nothing_else_gets_in() {
    on_both(|database| {
        let world = World::new(database);
        // The caller's number is bound, and so is verified or nothing.
        let bound = json!({"bound": {"caller": "{{ context.verified.phone_number }}", "call": "${call_sid}"}});
        world.tool("mine", "read", json!({"caller": {"type": "string"}, "call": {"type": "string"}}), bound);
        let hook = world.hook(json!({"platform": "vapi", "protection": {"type": "hmac"}}));
        assert!(hook.address.ends_with(&format!("/vapi/tools?hook={}", hook.id)), "{}", hook.address);
        let path = format!("/vapi/tools?hook={}", hook.id);
        let body = message(json!([function("t1", "mine", json!({}))])).to_string();
        let signed = |secret: &str, time: u64, body: &str| sign(secret, &format!("{time}.{body}"));
        let ask = |path: &str, signature: &str, time: u64, body: &str| {
            world.send(path, &[("x-signature", signature), ("x-timestamp", &time.to_string())], body)
        };
        let time = now();
        let good = signed(&hook.secret, time, &body);
        let found = results(&ask(&path, &good, time, &body).expect(200));
        assert!(found[0]["result"].is_string(), "{found:?}");
        assert_eq!(world.upstream.requests()[0].json(), json!({"caller": "+4915112345678", "call": "call-1"}));

        let refused = |reply: callwright_testkit::Reply, why: &str| {
            assert_eq!(reply.status, 401, "{reply:?}");
            assert!(reply.text.contains(why), "{reply:?}");
        };
        refused(ask(&path, &good, time, &body.replace("+49151", "+49152")), "not that of this body");
        refused(ask(&path, &good, time + 1, &body), "not that of this body");
        refused(ask(&path, &signed(&hook.secret, time - 400, &body), time - 400, &body), "too old");
        refused(ask(&path, &signed("somebody else's key", time, &body), time, &body), "not that of this body");
        refused(world.send(&path, &[], &body), "missing");
        refused(ask("/vapi/tools", &good, time, &body), "?hook=");
        refused(ask("/vapi/tools?hook=hook_01k000000000000000000000000", &good, time, &body), "no such hook");
        assert_eq!(world.upstream.count(), 1);

        // In a web call the number is what the page said, and no signature makes it more.
        let web = body.replace("inboundPhoneCall", "webCall");
        let found = results(&ask(&path, &signed(&hook.secret, time, &web), time, &web).expect(200));
        assert!(found[0]["error"].as_str().unwrap().contains("bound_missing"), "{found:?}");

        // The same without an administrator's word is nobody's word.
        let other = world.hook(json!({"platform": "vapi", "trusted": false}));
        for header in ["authorization", "x-vapi-secret"] {
            let secret =
                if header == "authorization" { format!("Bearer {}", other.secret) } else { other.secret.clone() };
            let found = results(&world.send("/vapi/tools", &[(header, &secret)], &body).expect(200));
            assert!(found[0]["error"].as_str().unwrap().contains("bound_missing"), "{found:?}");
        }
        let vouching = json!({"name": "v", "scopes": ["tools:call", "context:trust"]});
        let token = world.api.post("/api/v1/tokens", vouching).expect(201)["token"].as_str().unwrap().to_owned();
        for (header, value) in [("authorization", format!("Bearer {token}")), ("x-vapi-secret", token.clone())] {
            let found = results(&world.send("/vapi/tools", &[(header, &value)], &body).expect(200));
            assert!(found[0]["result"].is_string(), "a token that vouches: {found:?}");
        }
        let plain = results(&world.api.post("/vapi/tools", serde_json::from_str(&body).unwrap()).expect(200));
        assert!(plain[0]["error"].as_str().unwrap().contains("bound_missing"), "one that does not: {plain:?}");
    });
}

#[test]
fn a_repeated_webhook_acts_once_and_a_slow_tool_is_answered_in_time() {
    on_both(|database| {
        let world = World::new(database);
        let hook = world.hook(json!({"platform": "vapi", "wait_ms": 1500, "target": {"tools": ["book", "slots"]}}));
        let bearer = format!("Bearer {}", hook.secret);
        let ask = |body: &Value| {
            results(&world.send("/vapi/tools", &[("authorization", &bearer)], &body.to_string()).expect(200))
        };
        let body = message(json!([function("t1", "book", json!({"day": "monday"}))]));
        let first = ask(&body);
        assert_eq!((ask(&body), world.upstream.count()), (first, 1), "the same call is the same effect");
        let other = message(json!([function("t1", "book", json!({"day": "friday"}))]));
        assert!(ask(&other)[0]["error"].as_str().unwrap().contains("idempotency_key_reused"));
        assert_eq!(world.upstream.count(), 1);

        world.upstream.next(Answer::json(200, json!({"booked": 2})).delay(Duration::from_secs(4)));
        let slow = message(json!([function("t2", "book", json!({"day": "monday"}))]));
        let begun = std::time::Instant::now();
        let told = ask(&slow);
        assert!(begun.elapsed() < Duration::from_millis(3500), "{:?}", begun.elapsed());
        assert!(told[0]["result"].as_str().unwrap().contains("takes a little longer"), "{told:?}");
        // Asked for again when it is over, it tells what came of it, and was done once.
        eventually("the late booking", 20, || {
            let told = ask(&slow);
            told[0]["result"].as_str().filter(|text| text.contains("booked")).map(drop)
        });
        assert_eq!(world.upstream.count(), 2);
        let late = message(json!([function("t3", "slots", json!({}))]));
        world.upstream.next(Answer::json(200, json!({"free": 1})).delay(Duration::from_secs(3)));
        assert!(ask(&late)[0]["result"].as_str().unwrap().contains("takes a little longer"));
        // A tool that the hook does not name is not served, and the list of what came says all of it.
        world.tool("other", "read", json!({}), json!({}));
        let refused = ask(&message(json!([function("t4", "other", json!({}))])));
        assert!(refused[0]["error"].as_str().unwrap().contains("not_served"));
        eventually("the list of what came", 10, || {
            let came = world.api.get(&format!("/api/v1/hooks/{}/deliveries", hook.id)).expect(200);
            let has = |outcome: &str| came["items"].as_array().unwrap().iter().any(|one| one["outcome"] == outcome);
            (has("done") && has("failed") && has("pending")).then_some(())
        });
    });
}

#[test]
fn reads_go_side_by_side_and_writes_in_order() {
    on_both(|database| {
        let world = World::new(database);
        world.upstream.always(Answer::json(200, json!({})).delay(Duration::from_millis(700)));
        let calls = |names: &[&str]| -> Value {
            names.iter().enumerate().map(|(n, name)| function(&format!("{name}{n}"), name, json!({}))).collect()
        };
        let ask = |calls: Value| world.api.post("/vapi/tools", message(calls)).expect(200);
        let apart = |requests: &[callwright_testkit::Recorded]| requests[1].at.duration_since(requests[0].at);
        ask(calls(&["slots", "slots"]));
        assert!(apart(&world.upstream.take()) < Duration::from_millis(600), "reads wait for nobody");
        ask(calls(&["book", "slots"]));
        let requests = world.upstream.take();
        assert_eq!((requests[0].path(), requests[1].path()), ("/book", "/slots"));
        assert!(apart(&requests) >= Duration::from_millis(650), "what is beside a write waits for it");
    });
}

#[test]
fn an_agents_address_has_its_tools_and_its_bindings_only() {
    on_both(|database| {
        let world = World::new(database);
        let agent = world.api.post("/api/v1/agents", json!({"name": "Desk"})).expect(201);
        let bound = json!({"overrides": {"bound": {"limit": "{{ 3 }}"}}});
        world.api.put("/api/v1/agents/Desk/tools/slots", bound).ok();
        let path = format!("/vapi/agents/{}/tools", agent["id"].as_str().unwrap());
        let calls = json!([function("a", "slots", json!({"day": "monday"})), function("b", "book", json!({}))]);
        let found = results(&world.api.post(&path, message(calls.clone())).expect(200));
        assert!(found[0]["result"].is_string(), "{found:?}");
        assert_eq!(world.upstream.requests()[0].json(), json!({"day": "monday", "limit": 3}));
        assert!(found[1]["error"].as_str().unwrap().contains("not_assigned"), "{found:?}");
        assert_eq!(world.api.post("/vapi/agents/Nobody/tools", message(json!([]))).status, 404);

        // A hook for one agent serves no other, by whatever address.
        world.api.post("/api/v1/agents", json!({"name": "Other"})).expect(201);
        let hook = world.hook(json!({"platform": "vapi", "target": {"agent": "Desk"}}));
        let secret = [("x-vapi-secret", hook.secret.as_str())];
        let body = message(calls).to_string();
        assert_eq!(world.send("/vapi/agents/Other/tools", &secret, &body).status, 403);
        let found = results(&world.send("/vapi/tools", &secret, &body).expect(200));
        assert!(found[1]["error"].as_str().unwrap().contains("not_assigned"), "{found:?}");
    });
}

/// TypeScript's compiler judges by the types of Vapi's own SDK.
fn compile(source: &str) -> Option<Ran> {
    let folder = installed()?;
    let work = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(folder.join("node_modules"), work.path().join("node_modules")).unwrap();
    fs::write(work.path().join("check.ts"), source).unwrap();
    let mut command = Command::new(folder.join("node_modules/.bin/node"));
    command.current_dir(work.path()).arg(folder.join("node_modules/typescript/bin/tsc"));
    command.args(["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext", "check.ts"]);
    Some(Ran::of(command, ""))
}

#[test]
fn messages_and_answers_fit_the_types_of_vapis_sdk() {
    let world = World::new(callwright_testkit::Database::Sqlite);
    let sent = json!({"message": {
        "type": "tool-calls", "timestamp": 1,
        "toolCallList": [function("a", "slots", json!("{\"day\":\"monday\"}")), function("b", "nope", json!("{}"))],
        "toolWithToolCallList": [{"type": "function", "function": {"name": "slots"},
            "toolCall": function("a", "slots", json!("{}"))}],
        "call": {"id": "c", "orgId": "o", "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
            "type": "inboundPhoneCall", "assistantId": "as"},
        "customer": {"number": "+4915112345678"},
    }});
    let answer = world.api.post("/vapi/tools", sent.clone()).expect(200);
    assert_eq!(results(&answer).len(), 2);
    let refused =
        world.api.post("/vapi/tools", json!({"message": {"type": "transfer-destination-request"}})).expect(200);
    let assistant = world.api.post("/vapi/tools", json!({"message": {"type": "assistant-request"}})).expect(200);
    let source = |answer: &Value| {
        format!(
            "import {{ Vapi }} from \"@vapi-ai/server-sdk\";\n\
             export const sent: Vapi.ServerMessage = {sent};\n\
             export const answer: Vapi.ServerMessageResponseToolCalls = {answer};\n\
             export const refused: Vapi.ServerMessageResponseTransferDestinationRequest = {refused};\n\
             export const assistant: Vapi.ServerMessageResponseAssistantRequest = {assistant};\n"
        )
    };
    let Some(ran) = compile(&source(&answer)) else { return };
    ran.ok();
    // It can tell: a result without its id, and a field that Vapi does not know.
    for wrong in [json!({"results": [{"name": "slots", "result": "r"}]}), json!({"outcomes": []})] {
        assert_ne!(compile(&source(&wrong)).unwrap().code, 0, "{wrong}");
    }
}

#[test]
fn a_hook_for_vapi_is_for_vapi_only() {
    on_both(|database| {
        let world = World::new(database);
        let hook = world.hook(json!({"platform": "vapi"}));
        let bearer = [("authorization", format!("Bearer {}", hook.secret))];
        let headers = [(bearer[0].0, bearer[0].1.as_str())];
        assert_eq!(world.send(&format!("/hooks/{}", hook.id), &headers, "{}").status, 401);
        assert_eq!(world.send("/retell/tools/slots", &headers, "{}").status, 401);
        assert_eq!(world.send("/api/v1/tools", &headers, "{}").status, 401);
        assert_eq!(world.upstream.count(), 0);
    });
}
