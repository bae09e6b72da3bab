//! Retell's custom functions: signed by Retell's own SDK, with arguments in all the places where they may be.

use std::process::Command;

use callwright_testkit::{Answer, Ran, Reply, on_both};
use serde_json::{Value, json};

use super::{World, installed, now, sign};

const KEY: &str = "key_0123456789abcdef";

/// What Retell's SDK signs; without it, the same by hand.
fn signature(body: &str, time_ms: u64) -> String {
    let Some(folder) = installed() else {
        return format!("v={time_ms},d={}", sign(KEY, &format!("{body}{time_ms}")));
    };
    let package = folder.join("node_modules/retell-sdk/lib/webhook_auth.mjs");
    let wish = json!({"package": format!("file://{}", package.display()), "body": body, "key": KEY, "time": time_ms});
    let mut command = Command::new(folder.join("node_modules/.bin/node"));
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/platforms/sign.mjs"));
    Ran::of(command, &wish.to_string()).ok().stdout.trim().to_owned()
}

fn ask(world: &World, path: &str, body: &str) -> Reply {
    world.send(path, &[("x-retell-signature", &signature(body, now() * 1_000))], body)
}

fn call() -> Value {
    json!({"call_id": "rc-1", "call_type": "phone_call", "direction": "inbound", "agent_id": "ra-1",
    "from_number": "+4915112345678", "to_number": "+4930000000",
    "transcript_with_tool_calls": [
        {"role": "user", "content": "monday please"},
        {"role": "tool_call_invocation", "tool_call_id": "tc-1", "name": "book", "arguments": "{\"day\":\"monday\"}"},
    ]})
}

#[test]
fn retells_signature_lets_in_what_it_signed_and_nothing_else() {
    on_both(|database| {
        let world = World::new(database);
        let missing = world.api.post("/api/v1/hooks", json!({"platform": "retell"}));
        assert_eq!((missing.status, missing.body["error"]["details"]["field"].as_str()), (422, Some("secret")));
        let hook = world.hook(json!({"platform": "retell", "secret": KEY}));
        let path = |tool: &str| format!("/retell/tools/{tool}?hook={}", hook.id);
        let body = json!({"name": "slots", "call": call(), "args": {"day": "monday"}}).to_string();
        world.upstream.next(Answer::json(200, json!({"free": [9, 10]})));
        assert_eq!(ask(&world, &path("slots"), &body).expect(200), json!({"free": [9, 10]}));
        assert_eq!(world.upstream.requests()[0].json(), json!({"day": "monday"}));

        let time = now() * 1_000;
        let good = signature(&body, time);
        let send = |path: &str, signature: &str, body: &str| {
            world.send(path, &[("x-retell-signature", signature)], body).status
        };
        assert_eq!(send(&path("slots"), &good, &body.replace("monday", "friday")), 401, "another body");
        assert_eq!(send(&path("slots"), &good.replace(&format!("v={time}"), &format!("v={}", time + 1)), &body), 401);
        assert_eq!(send(&path("slots"), &signature(&body, time - 301_000), &body), 401, "too old");
        assert_eq!(send(&path("slots"), "v=1", &body), 401);
        assert_eq!(send("/retell/tools/slots", &good, &body), 401, "which account's?");
        assert_eq!(world.send(&path("slots"), &[], &body).status, 401);
        assert_eq!(world.upstream.count(), 1);
    });
}

#[test]
fn arguments_come_at_the_root_in_a_form_and_in_a_query() {
    on_both(|database| {
        let world = World::new(database);
        let hook = world.hook(json!({"platform": "retell", "secret": KEY}));
        let path = format!("/retell/tools/slots?hook={}", hook.id);
        ask(&world, &path, r#"{"day": "monday", "limit": 2}"#).expect(200);
        let form = "day=tuesday+night&limit=3";
        let signed = signature(form, now() * 1_000);
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("x-retell-signature", signed.as_str())];
        world.api.anonymous().raw("POST", &path, &headers, Some(form.into())).expect(200);
        // A GET has no body that a signature could cover: it would be good for any tool and any arguments.
        let signed = signature("", now() * 1_000);
        let query = format!("{path}&day=wednesday&limit=4");
        let bare = world.api.anonymous().raw("GET", &query, &[("x-retell-signature", &signed)], None);
        assert_eq!(bare.status, 403, "{bare:?}");
        world.api.get("/retell/tools/slots?day=wednesday&limit=4").expect(200);
        let asked: Vec<Value> = world.upstream.requests().iter().map(callwright_testkit::Recorded::json).collect();
        assert_eq!(
            asked,
            [
                json!({"day": "monday", "limit": 2}),
                json!({"day": "tuesday night", "limit": 3}),
                json!({"day": "wednesday", "limit": 4}),
            ]
        );
        // A token of ours will do as well, as a header of the function.
        world.api.get("/retell/tools/slots?day=friday").expect(200);
        assert_eq!(world.upstream.requests()[3].json(), json!({"day": "friday"}));
    });
}

#[test]
fn what_is_wrong_is_an_answer_that_the_model_reads() {
    on_both(|database| {
        let world = World::new(database);
        let hook = world.hook(json!({"platform": "retell", "secret": KEY, "target": {"tools": ["slots", "book"]}}));
        let ask =
            |tool: &str, body: Value| ask(&world, &format!("/retell/tools/{tool}?hook={}", hook.id), &body.to_string());
        let code = |reply: Reply| reply.expect(200)["error"]["code"].as_str().unwrap().to_owned();
        assert_eq!(code(ask("nope", json!({}))), "not_served");
        assert_eq!(code(ask("slots", json!({"day": 7}))), "invalid_arguments");
        world.upstream.next(Answer::json(500, json!({"message": "broken"})));
        let failed = ask("book", json!({"day": "monday"})).expect(200);
        assert!(failed["error"]["spoken"].is_string() && failed["error"]["message"].is_string(), "{failed}");

        // Too much is cut, and says so.
        world.tool("many", "read", json!({}), json!({"result": {"max_bytes": 60000}}));
        let wide = world
            .hook(json!({"platform": "retell", "secret": "another_key_0123456789", "target": {"tools": ["many"]}}));
        let items: Vec<String> = (0..2000).map(|n| format!("item number {n}")).collect();
        world.upstream.next(Answer::json(200, json!({ "items": items })));
        let time = now() * 1_000;
        let signed = format!("v={time},d={}", sign("another_key_0123456789", &format!("{{}}{time}")));
        let reply =
            world.send(&format!("/retell/tools/many?hook={}", wide.id), &[("x-retell-signature", &signed)], "{}");
        assert_eq!((reply.status, reply.text.chars().count()), (200, 15_000));
        assert!(reply.text.ends_with("[cut]"));
    });
}

#[test]
fn the_call_is_verified_and_its_repetition_is_the_same_call() {
    on_both(|database| {
        let world = World::new(database);
        let bound = json!({"effect": "write", "bound": {"caller": "{{ context.verified.phone_number }}", "call": "${call_sid}"}});
        world.tool("mine", "write", json!({"caller": {"type": "string"}, "call": {"type": "string"}}), bound);
        let hook = world.hook(json!({"platform": "retell", "secret": KEY}));
        let ask = |tool: &str, body: &Value| {
            ask(&world, &format!("/retell/tools/{tool}?hook={}", hook.id), &body.to_string()).expect(200)
        };
        ask("mine", &json!({"name": "mine", "call": call(), "args": {}}));
        assert_eq!(world.upstream.take()[0].json(), json!({"caller": "+4915112345678", "call": "rc-1"}));
        let mut web = call();
        web["call_type"] = json!("web_call");
        let refused = ask("mine", &json!({"name": "mine", "call": web, "args": {}}));
        assert_eq!(refused["error"]["code"], "bound_missing");

        let book = json!({"name": "book", "call": call(), "args": {"day": "monday"}});
        assert_eq!(ask("book", &book), ask("book", &book));
        assert_eq!(world.upstream.count(), 1, "the transcript says that it is the same call");
        let mut over = book;
        let result = json!({"role": "tool_call_result", "tool_call_id": "tc-1", "content": "booked"});
        over["call"]["transcript_with_tool_calls"].as_array_mut().unwrap().push(result);
        ask("book", &over);
        assert_eq!(world.upstream.count(), 2, "one that has its result was another");
    });
}

#[test]
fn what_was_signed_for_one_function_calls_no_other() {
    on_both(|database| {
        let world = World::new(database);
        let hook = world.hook(json!({"platform": "retell", "secret": KEY}));
        let path = |tool: &str| format!("/retell/tools/{tool}?hook={}", hook.id);
        let body = json!({"name": "slots", "call": {"call_id": "rc-9"}, "args": {"day": "monday"}}).to_string();
        let signed = signature(&body, now() * 1_000);
        let send =
            |tool: &str, signed: &str| world.send(&path(tool), &[("x-retell-signature", signed)], &body).expect(200);
        assert_eq!(send("book", &signed)["error"]["code"], "another_function");
        assert_eq!(world.upstream.count(), 0);
        // A name that is no tool of ours is Retell's own word for it, and arguments may be called `name`.
        let theirs = json!({"name": "Book a day", "call": {"call_id": "rc-9"}, "args": {"day": "monday"}}).to_string();
        ask(&world, &path("book"), &theirs).expect(200);
        assert_eq!(world.upstream.take().len(), 1);
        // The same signed bytes act once, in whatever letters the signature is written.
        let body = json!({"name": "book", "call": {"call_id": "rc-10"}, "args": {"day": "friday"}}).to_string();
        let signed = signature(&body, now() * 1_000);
        let (time, digest) = signed.split_once(",d=").unwrap();
        for signed in [signed.clone(), signed.clone(), format!("{time},d={}", digest.to_uppercase())] {
            world.send(&path("book"), &[("x-retell-signature", &signed)], &body).expect(200);
        }
        assert_eq!(world.upstream.count(), 1);
    });
}
