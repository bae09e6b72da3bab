//! What executions wait for: approval, confirmation, callbacks, answers by a certain time.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{thread, time::Duration};

use callwright_testkit::{Answer, Api, Database, Gate, Options, Person, Server, Upstream, eventually, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

fn server(database: Database) -> Server {
    Server::start(Options::new(BINARY, database))
}

/// A refund tool with more of a policy.
fn refund(upstream: &Upstream, policy: Value) -> Value {
    let mut tool = json!({
        "name": "refund", "kind": "http", "effect": "destructive", "description": "Refunds a payment",
        "parameters": {
            "type": "object", "additionalProperties": false, "required": ["amount"],
            "properties": {"amount": {"type": "integer", "minimum": 1}, "card": {"type": "string"}}
        },
        "redact": ["/card"],
        "config": {"method": "POST", "url": upstream.url("/refunds")},
        "policy": {"timeout_ms": 8000, "read_timeout_ms": 3000}
    });
    for (name, value) in policy.as_object().unwrap() {
        tool["policy"][name] = value.clone();
    }
    tool
}

fn call(api: &Api, tool: &str, arguments: Value) -> Value {
    api.post(&format!("/api/v1/tools/{tool}/call"), json!({"arguments": arguments})).expect(200)
}

fn keyed(api: &Api, key: &str, arguments: Value) -> Value {
    call(&api.with_header("Idempotency-Key", key), "refund", arguments)
}

/// Another token of the same administrator: the one that asked may not approve.
fn second_token(api: &Api) -> Api {
    let made = api.post("/api/v1/tokens", json!({"name": "operator"})).expect(201);
    api.with_token(made["token"].as_str().unwrap())
}

fn answer(api: &Api, execution: &Value, wait_ms: u32) -> Value {
    let id = execution["execution_id"].as_str().unwrap();
    api.get(&format!("/api/v1/executions/{id}/answer?wait_ms={wait_ms}")).expect(200)
}

fn ticket_of(answer: &Value) -> String {
    answer["pending"]["ticket"].as_str().unwrap_or_else(|| panic!("no ticket in {answer}")).to_owned()
}

#[test]
fn an_approved_execution_runs_once() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), server(database));
        let api = server.api();
        api.post("/api/v1/tools", refund(&upstream, json!({"approval": true}))).expect(201);
        let parked = keyed(&api, "r1", json!({"amount": 5, "card": "4111"}));
        assert_eq!((&parked["state"], &parked["success"]), (&json!("parked"), &json!(false)));
        assert_eq!(parked["error"]["class"], "approval_required");
        assert_eq!(parked["pending"]["kind"], "approval");
        let id = ticket_of(&parked);

        // The key names the same ticket, and nothing was sent.
        let again = keyed(&api, "r1", json!({"amount": 5, "card": "4111"}));
        assert_eq!((ticket_of(&again), &again["meta"]["duplicate"]), (id.clone(), &json!(true)));
        assert_eq!(upstream.count(), 0);

        // The inbox shows what is asked, without what is hidden; the token that asked may not decide.
        let inbox = api.get("/api/v1/approvals?state=open&kind=approval").expect(200);
        let shown = &inbox["items"][0];
        assert_eq!((&shown["id"], &shown["shown"]["arguments"]["amount"]), (&json!(id), &json!(5)));
        assert_eq!(shown["shown"]["arguments"]["card"], "[redacted]");
        let own = api.post(&format!("/api/v1/approvals/{id}/approve"), json!({}));
        assert_eq!((own.status, own.code()), (403, "forbidden"));

        let operator = second_token(&api);
        let approved = operator.post(&format!("/api/v1/approvals/{id}/approve"), json!({"note": "fine"})).expect(200);
        assert_eq!(approved["state"], "approved");
        let done = answer(&api, &parked, 5000);
        assert_eq!((&done["state"], &done["success"]), (&json!("done"), &json!(true)));
        assert_eq!(done["execution_id"], parked["execution_id"]);
        assert_eq!(upstream.count(), 1);
        assert_eq!(upstream.requests()[0].json()["card"], "4111", "the real arguments are sent");
        assert_eq!(upstream.requests()[0].header("idempotency-key"), Some("r1"));

        // Used twice, it changes nothing; the key still names the one outcome.
        let twice = operator.post(&format!("/api/v1/approvals/{id}/approve"), json!({}));
        assert_eq!((twice.status, twice.code()), (409, "ticket_used"));
        let repeated = keyed(&api, "r1", json!({"amount": 5, "card": "4111"}));
        assert_eq!((&repeated["state"], &repeated["meta"]["duplicate"]), (&json!("done"), &json!(true)));
        assert_eq!(upstream.count(), 1);
        let entries = api.get("/api/v1/audit?action=approval.approve").expect(200);
        assert_eq!(entries["items"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn a_denied_or_expired_execution_sends_nothing_and_frees_its_key() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), server(database));
        let api = server.api();
        api.post("/api/v1/tools", refund(&upstream, json!({"approval": true}))).expect(201);
        let operator = second_token(&api);
        let parked = keyed(&api, "k", json!({"amount": 1}));
        let id = ticket_of(&parked);
        operator.post(&format!("/api/v1/approvals/{id}/deny"), json!({"note": "too much"})).expect(200);
        let denied = answer(&api, &parked, 2000);
        assert_eq!((&denied["state"], &denied["error"]["code"]), (&json!("released"), &json!("approval_denied")));
        assert!(denied["error"]["message"].as_str().unwrap().contains("too much"));
        let late = operator.post(&format!("/api/v1/approvals/{id}/approve"), json!({}));
        assert_eq!((late.status, late.code()), (409, "ticket_denied"));
        let again = keyed(&api, "k", json!({"amount": 1}));
        assert_ne!(ticket_of(&again), id, "the key was free for another try");

        // A cancelled one is over as well.
        let execution = again["execution_id"].as_str().unwrap();
        api.post(&format!("/api/v1/executions/{execution}/cancel"), json!({})).ok();
        assert_eq!(answer(&api, &again, 2000)["error"]["code"], "cancelled");
        let cancelled = operator.post(&format!("/api/v1/approvals/{}/approve", ticket_of(&again)), json!({}));
        assert_eq!((cancelled.status, cancelled.code()), (409, "ticket_void"));
        assert_eq!(upstream.count(), 0);
    });
}

#[test]
fn what_changed_since_it_was_asked_is_not_what_was_approved() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), server(database));
        let api = server.api();
        let operator = second_token(&api);
        api.put("/api/v1/secrets/ACCOUNT", json!({"value": "one"})).ok();
        let mut tool = refund(&upstream, json!({"approval": true}));
        tool["parameters"]["properties"]["account"] = json!({"type": "string"});
        tool["bound"] = json!({"account": "${secret.ACCOUNT}"});
        api.post("/api/v1/tools", tool.clone()).expect(201);

        // A newer version of the tool does not touch what was asked with the older one.
        let parked = call(&api, "refund", json!({"amount": 2}));
        let mut newer = tool.clone();
        newer["config"]["url"] = json!(upstream.url("/elsewhere"));
        api.put("/api/v1/tools/refund", newer.clone()).expect(200);
        operator.post(&format!("/api/v1/approvals/{}/approve", ticket_of(&parked)), json!({})).expect(200);
        assert_eq!(answer(&api, &parked, 5000)["state"], "done");
        assert_eq!(upstream.requests()[0].path(), "/refunds", "the version that was asked for");

        // A value that the server fills in has changed: refused.
        let parked = call(&api, "refund", json!({"amount": 3}));
        api.put("/api/v1/secrets/ACCOUNT", json!({"value": "two"})).ok();
        operator.post(&format!("/api/v1/approvals/{}/approve", ticket_of(&parked)), json!({})).expect(200);
        assert_eq!(answer(&api, &parked, 5000)["error"]["code"], "changed_since");

        // A tool that was switched off meanwhile is refused.
        let parked = call(&api, "refund", json!({"amount": 4}));
        newer["active"] = json!(false);
        api.put("/api/v1/tools/refund", newer).expect(200);
        operator.post(&format!("/api/v1/approvals/{}/approve", ticket_of(&parked)), json!({})).expect(200);
        assert_eq!(answer(&api, &parked, 5000)["error"]["code"], "tool_disabled");
        assert_eq!(upstream.count(), 1);
    });
}

#[test]
fn several_approvers_and_edited_arguments() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), server(database));
        let api = server.api();
        let rule = json!({"count": 2, "role": "operator", "four_eyes": true});
        api.post("/api/v1/tools", refund(&upstream, json!({"approval": rule}))).expect(201);
        let people: Vec<Person> =
            ["one@example.org", "two@example.org"].iter().map(|mail| Person::invite(&api, mail, "operator")).collect();
        let parked = call(&api, "refund", json!({"amount": 900}));
        let path = format!("/api/v1/approvals/{}/approve", ticket_of(&parked));
        let mine = second_token(&api).post(&path, json!({}));
        assert_eq!(mine.status, 403, "the user who asked may not decide: {mine:?}");
        assert_eq!(people[0].api.post(&path, json!({})).expect(200)["state"], "open");
        assert_eq!(people[0].api.post(&path, json!({})).code(), "decided_already");
        // Other arguments are another question: what the first one agreed to no longer counts.
        let bad = people[1].api.post(&path, json!({"arguments": {"amount": 0}}));
        assert_eq!((bad.status, bad.code()), (422, "invalid_request"));
        let edited = people[1].api.post(&path, json!({"arguments": {"amount": 50}})).expect(200);
        assert_eq!((&edited["state"], &edited["shown"]["arguments"]["amount"]), (&json!("open"), &json!(50)));
        assert_eq!(upstream.count(), 0);
        assert_eq!(people[0].api.post(&path, json!({})).expect(200)["state"], "approved");
        assert_eq!(answer(&api, &parked, 5000)["state"], "done");
        assert_eq!(upstream.requests()[0].json()["amount"], 50);
    });
}

#[test]
fn the_person_on_the_line_is_asked_through_the_model() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), server(database));
        let api = server.api();
        let ask = "Shall I refund {{ parameters.amount }} euros?";
        api.post("/api/v1/tools", refund(&upstream, json!({"confirm": {"ask": ask}}))).expect(201);
        let tools = api.get("/api/v1/tools/definitions?format=openai").expect(200).to_string();
        assert!(tools.contains("confirm_action"), "the model is given the means: {tools}");
        let body = json!({"arguments": {"amount": 7}, "context": {"conversation_id": "c1"}});
        let asked = api.post("/api/v1/tools/refund/call", body.clone()).expect(200);
        assert_eq!(asked["error"]["code"], "confirmation_required");
        assert_eq!(asked["pending"]["question"], "Shall I refund 7 euros?");
        let say = |context: &str, confirmed: bool, ticket: &str| {
            let arguments = json!({"ticket": ticket, "confirmed": confirmed});
            api.post(
                "/api/v1/tools/confirm_action/call",
                json!({"arguments": arguments, "context": {"conversation_id": context}}),
            )
        };
        let elsewhere = say("c2", true, &ticket_of(&asked));
        assert_eq!((elsewhere.status, elsewhere.code()), (409, "other_conversation"));
        let yes = say("c1", true, &ticket_of(&asked)).expect(200);
        assert_eq!((&yes["state"], &yes["tool"]), (&json!("done"), &json!("refund")));
        assert_eq!(say("c1", true, &ticket_of(&asked)).code(), "ticket_used");
        assert_eq!(upstream.count(), 1);

        let asked = api.post("/api/v1/tools/refund/call", body).expect(200);
        let no = say("c1", false, &ticket_of(&asked)).expect(200);
        assert_eq!((&no["state"], &no["error"]["code"]), (&json!("released"), &json!("declined")));
        assert_eq!(upstream.count(), 1);
        assert_eq!(say("c1", true, "tick_nonsense").status, 422);
    });
}

#[test]
fn first_the_person_then_the_operator() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), server(database));
        let api = server.api();
        api.post("/api/v1/tools", refund(&upstream, json!({"confirm": true, "approval": true}))).expect(201);
        let asked = keyed(&api, "both", json!({"amount": 7}));
        let arguments = json!({"ticket": ticket_of(&asked), "confirmed": true});
        let next = call(&api, "confirm_action", arguments);
        assert_eq!((&next["pending"]["kind"], &next["execution_id"]), (&json!("approval"), &asked["execution_id"]));
        second_token(&api).post(&format!("/api/v1/approvals/{}/approve", ticket_of(&next)), json!({})).expect(200);
        assert_eq!(answer(&api, &asked, 5000)["state"], "done");
        assert_eq!(upstream.count(), 1);
    });
}

#[test]
fn a_result_that_comes_later_is_taken_once() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), server(database));
        let api = server.api();
        let mut tool = refund(&upstream, json!({"timeout_ms": 400}));
        tool["config"]["callback"] = json!({"expires_s": 60});
        tool["config"]["body"] = json!({"json": {"amount": "{{ parameters.amount }}", "reply_to": "${callback_url}"}});
        tool["result"] = json!({"success": "ok", "data": "refund"});
        api.post("/api/v1/tools", tool).expect(201);
        upstream.always(Answer::json(202, json!({"accepted": true})));
        let waiting = keyed(&api, "cb", json!({"amount": 3}));
        assert_eq!((&waiting["state"], &waiting["pending"]["kind"]), (&json!("parked"), &json!("callback")));
        assert_eq!(waiting["error"], Value::Null, "{waiting}");
        let request = &upstream.requests()[0];
        let address = request.json()["reply_to"].as_str().unwrap().to_owned();
        assert_eq!(request.header("x-callback-url"), Some(address.as_str()));
        let path =
            address.strip_prefix(&server.url()).unwrap_or_else(|| panic!("{address} is not at {}", server.url()));
        let anyone = api.anonymous();
        // Forged: another secret, another ticket.
        let forged = format!("{}x", &path[..path.len() - 1]);
        assert_eq!(anyone.post(&forged, json!({"ok": true})).code(), "callback_not_found");
        let result = json!({"ok": true, "refund": {"id": "re_1"}});
        assert_eq!(anyone.post(path, result.clone()).expect(200)["status"], "received");
        assert_eq!(anyone.post(path, json!({"ok": false})).expect(200)["status"], "already_received");
        let done = answer(&api, &waiting, 3000);
        assert_eq!((&done["state"], &done["data"]), (&json!("done"), &json!({"id": "re_1"})));
        let again = keyed(&api, "cb", json!({"amount": 3}));
        assert_eq!((&again["data"], upstream.count()), (&json!({"id": "re_1"}), 1));

        // Within the caller's wait it is simply the answer.
        let slow = Upstream::start();
        let mut tool = refund(&slow, json!({"timeout_ms": 8000}));
        tool["name"] = json!("refund_wait");
        tool["config"]["callback"] = json!({});
        api.post("/api/v1/tools", tool).expect(201);
        let caller = thread::spawn({
            let api = api.clone();
            move || call(&api, "refund_wait", json!({"amount": 1}))
        });
        slow.wait_for(1);
        let address = slow.requests()[0].header("x-callback-url").unwrap().to_owned();
        anyone.post(address.strip_prefix(&server.url()).unwrap(), json!({"late": false})).expect(200);
        assert_eq!(caller.join().unwrap()["data"], json!({"late": false}));
    });
}

#[test]
fn a_callback_that_never_comes_is_unknown_and_one_that_is_late_is_told_so() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), server(database));
        let api = server.api();
        let mut tool = refund(&upstream, json!({"timeout_ms": 200}));
        tool["config"]["callback"] = json!({"expires_s": 1});
        api.post("/api/v1/tools", tool).expect(201);
        let waiting = call(&api, "refund", json!({"amount": 3}));
        let row = eventually("the callback's time passes", 10, || {
            let now = answer(&api, &waiting, 0);
            (now["state"] != "parked").then_some(now)
        });
        assert_eq!((&row["state"], &row["error"]["code"]), (&json!("unknown"), &json!("callback_timeout")));
        let address = upstream.requests()[0].header("x-callback-url").unwrap().to_owned();
        let late = api.anonymous().post(address.strip_prefix(&server.url()).unwrap(), json!({}));
        assert_eq!((late.status, late.code()), (410, "callback_expired"));
    });
}

#[test]
fn the_caller_is_answered_in_time_and_told_the_rest_later() {
    on_both(|database| {
        let (upstream, hooks, server) = (Upstream::start(), Upstream::start(), server(database));
        let api = server.api();
        api.put("/api/v1/secrets/HOOK_KEY", json!({"value": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})).ok();
        for effect in ["read", "write"] {
            let mut tool = refund(&upstream, json!({"answer_by_ms": 200, "answer_by_say": "One moment."}));
            tool["name"] = json!(format!("slow_{effect}"));
            tool["effect"] = json!(effect);
            tool["result"] = json!({"redact": ["/secret"]});
            api.post("/api/v1/tools", tool).expect(201);
            let gate = Gate::new();
            let before = upstream.count();
            upstream.always(Answer::json(200, json!({"effect": effect, "secret": "s"})).behind(&gate));
            let body =
                json!({"arguments": {"amount": 1}, "webhook": {"url": hooks.url("/told"), "secret": "HOOK_KEY"}});
            let pending = api.post(&format!("/api/v1/tools/slow_{effect}/call"), body).expect(200);
            assert_eq!((&pending["pending"]["kind"], &pending["message"]), (&json!("late"), &json!("One moment.")));
            assert_eq!(answer(&api, &pending, 0)["state"], "started");
            gate.open();
            let done = answer(&api, &pending, 5000);
            assert_eq!((&done["state"], &done["data"]), (&json!("done"), &json!({"effect": effect, "secret": "s"})));
            assert_eq!(upstream.count(), before + 1);
            let told = eventually("the webhook arrives", 10, || {
                hooks.requests().into_iter().find(|r| r.json()["data"]["answer"]["tool"] == format!("slow_{effect}"))
            });
            assert_eq!(told.json()["data"]["answer"]["data"]["secret"], "s");
            assert!(told.header("webhook-signature").unwrap().starts_with("v1,"));
            assert!(told.header("webhook-id").unwrap().starts_with("dlv_"));
        }
        thread::sleep(Duration::from_millis(1500));
        assert_eq!(hooks.count(), 2, "each is told once");
        let log = api.get("/api/v1/deliveries?state=delivered").expect(200);
        assert_eq!(log["items"].as_array().unwrap().len(), 2);
        // One that is quick is answered as ever.
        upstream.always(Answer::json(200, json!({"quick": true})));
        assert_eq!(call(&api, "slow_read", json!({"amount": 1}))["data"], json!({"quick": true}));
    });
}

#[test]
fn a_signed_link_decides_once_and_looking_decides_nothing() {
    on_both(|database| {
        let (upstream, hooks, server) = (Upstream::start(), Upstream::start(), server(database));
        let api = server.api();
        let rule = json!({"count": 1, "webhook": {"url": hooks.url("/inbox")}});
        api.post("/api/v1/tools", refund(&upstream, json!({"approval": rule}))).expect(201);
        let parked = call(&api, "refund", json!({"amount": 12}));
        let news = eventually("the webhook arrives", 10, || hooks.requests().into_iter().next());
        assert_eq!(news.json()["type"], "approval.requested");
        let link = news.json()["data"]["links"][0].as_str().unwrap().to_owned();
        let path = link.strip_prefix(&server.url()).unwrap();
        let anyone = api.anonymous();
        let page = anyone.get(path);
        assert!(page.status == 200 && page.text.contains("Approve") && page.text.contains("12"), "{page:?}");
        anyone.get(path).text.clear();
        assert_eq!(upstream.count(), 0, "looking decides nothing");
        assert_eq!(anyone.get(&format!("{}y", &path[..path.len() - 1])).code(), "link_not_found");
        let pressed = anyone.raw(
            "POST",
            path,
            &[("content-type", "application/x-www-form-urlencoded")],
            Some(b"note=ok&decision=approve".to_vec()),
        );
        assert!(pressed.status == 200 && pressed.text.contains("approved"), "{pressed:?}");
        assert_eq!(answer(&api, &parked, 5000)["state"], "done");
        let twice = anyone.post(path, json!({"decision": "approve"}));
        assert_eq!((twice.status, twice.code()), (409, "link_used"));
        assert_eq!(upstream.count(), 1);
    });
}
