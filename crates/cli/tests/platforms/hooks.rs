//! Hooks in: tools, agents and workflows that others start, answered at once or later, once for each intent.

use std::time::Duration;

use callwright_testkit::{Answer, Upstream, eventually, on_both};
use serde_json::{Value, json};

use super::{Made, World, sign};

fn ask(world: &World, hook: &Made, slug: &str, body: Value) -> callwright_testkit::Reply {
    world.send(&format!("/hooks/{slug}"), &[("authorization", &format!("Bearer {}", hook.secret))], &body.to_string())
}

/// Where answers are sent, with the path of the status.
fn path_of(url: &Value) -> String {
    let url = url.as_str().unwrap_or_else(|| panic!("no address in {url}"));
    url[url.find("/hooks/").unwrap()..].to_owned()
}

#[test]
fn a_tool_is_called_by_its_action_and_acts_once() {
    on_both(|database| {
        let world = World::new(database);
        let hook = world.hook(json!({"slug": "desk", "target": {"tools": ["slots", "book"]}}));
        assert!(hook.address.ends_with("/hooks/desk"));
        world.upstream.next(Answer::json(200, json!({"free": 3})));
        let body = json!({"action": "slots", "parameters": {"day": "monday"}, "agent_id": "their-agent",
            "conversation_id": "their-conversation", "something_else": true});
        let answer = ask(&world, &hook, "desk", body).expect(200);
        assert_eq!(
            (&answer["status"], &answer["action"], &answer["result"]),
            (&json!("done"), &json!("slots"), &json!({"free": 3}))
        );
        let execution = answer["execution_id"].as_str().unwrap();
        eventually("the record", 10, || {
            let row = world.api.get(&format!("/api/v1/executions/{execution}"));
            (row.status == 200).then(|| assert!(row.text.contains("webhook"), "{row:?}"))
        });

        let field = |body: Value| {
            let reply = ask(&world, &hook, "desk", body);
            assert_eq!(reply.status, 422, "{reply:?}");
            reply.body["error"]["details"]["field"].as_str().unwrap().to_owned()
        };
        assert_eq!(field(json!({"action": "nope"})), "action");
        assert_eq!(field(json!({})), "action");
        assert_eq!(field(json!({"action": "slots", "parameters": []})), "parameters");
        assert_eq!(field(json!({"action": "slots", "idempotency_key": "two words"})), "idempotency_key");
        assert_eq!(field(json!({"action": "slots", "webhook_response_url": "ftp://x"})), "webhook_response_url");
        let wrong = ask(&world, &hook, "desk", json!({"action": "slots", "parameters": {"day": 7}})).expect(200);
        assert_eq!((&wrong["status"], &wrong["error"]["class"]), (&json!("failed"), &json!("validation_error")));
        world.upstream.take();

        let book = json!({"action": "book", "parameters": {"day": "monday"}, "idempotency_key": "b-1"});
        let first = ask(&world, &hook, "desk", book.clone()).expect(200);
        let again = ask(&world, &hook, "desk", book.clone()).expect(200);
        assert_eq!((&again["execution_id"], &again["duplicate"]), (&first["execution_id"], &json!(true)));
        assert_eq!(world.upstream.count(), 1);
        let mut other = book;
        other["parameters"]["day"] = json!("friday");
        assert_eq!(ask(&world, &hook, "desk", other).code(), "idempotency_key_reused");
        eventually("the list of what came", 10, || {
            let came = world.api.get("/api/v1/hooks/desk/deliveries").expect(200)["items"].as_array().unwrap().clone();
            let has = |outcome: &str| came.iter().filter(|one| one["outcome"] == outcome).count();
            (has("done") == 3 && has("failed") == 1 && has("refused") >= 5).then(|| {
                let noted =
                    came.iter().find(|one| one["idempotency_key"] == "b-1" && one["outcome"] == "done").unwrap();
                assert_eq!(noted["action"], "book");
            })
        });
    });
}

#[test]
fn what_the_sender_says_is_verified_only_where_an_administrator_said_so() {
    on_both(|database| {
        let world = World::new(database);
        let bound = json!({"bound": {"who": "{{ context.verified.conversation_id }}"}});
        world.tool("mine", "read", json!({"who": {"type": "string"}}), bound);
        let body = json!({"conversation_id": "c-9"});
        let plain = world.hook(json!({"slug": "plain", "target": {"tools": ["mine"]}}));
        assert_eq!(ask(&world, &plain, "plain", body.clone()).expect(200)["error"]["code"], "bound_missing");
        let trusted = world.hook(json!({"slug": "trusted", "target": {"tools": ["mine"]}, "trusted": true}));
        assert_eq!(ask(&world, &trusted, "trusted", body).expect(200)["status"], "done");
        assert_eq!(world.upstream.requests()[0].json(), json!({"who": "c-9"}));
    });
}

#[test]
fn what_takes_longer_is_told_later_and_survives_a_crash() {
    on_both(|database| {
        let mut world = World::new(database);
        world.api.put("/api/v1/secrets/WEBHOOK_SIGNING_SECRET", json!({"value": "signing-secret"})).expect(200);
        let answers = Upstream::start();
        let hook = world.hook(json!({"slug": "slow", "target": {"tools": ["book"]}, "wait_ms": 500}));
        world.upstream.next(Answer::json(200, json!({"booked": 1})).delay(Duration::from_secs(2)));
        let body = json!({"parameters": {"day": "monday"}, "idempotency_key": "s-1", "webhook_response_url": answers.url("/late")});
        let told = ask(&world, &hook, "slow", body.clone()).expect(202);
        assert_eq!(told["status"], "pending");
        assert!(told["message"].is_string(), "{told}");
        let status = path_of(&told["status_url"]);
        let look = |world: &World| world.api.anonymous().get(&status).expect(200);
        assert_eq!(look(&world)["status"], "pending");
        let late = answers.wait_for(1)[0].clone();
        let sent = late.json();
        assert_eq!(
            (&sent["type"], &sent["data"]["answer"]["data"]),
            (&json!("execution.finished"), &json!({"booked": 1}))
        );
        let payload = format!(
            "{}.{}.{}",
            late.header("webhook-id").unwrap(),
            late.header("webhook-timestamp").unwrap(),
            late.text()
        );
        let hex = sign("signing-secret", &payload);
        let bytes: Vec<u8> =
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        let right = format!("v1,{}", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes));
        assert_eq!(late.header("webhook-signature"), Some(right.as_str()));
        eventually("the status", 10, || (look(&world)["status"] == "done").then_some(()));
        assert_eq!(look(&world)["result"], json!({"booked": 1}));
        assert_eq!(world.api.anonymous().get(&status.replace("key=", "key=x")).status, 404);

        // What is there within the wait is answered at once, and sent there as well: once, however often it is asked for.
        let quick = json!({"parameters": {"day": "friday"}, "idempotency_key": "s-2", "webhook_response_url": answers.url("/quick")});
        assert_eq!(ask(&world, &hook, "slow", quick.clone()).expect(200)["status"], "done");
        ask(&world, &hook, "slow", quick).expect(200);
        let sent = answers.wait_for(2);
        assert_eq!((sent[1].path(), &sent[1].json()["type"]), ("/quick", &json!("execution.finished")));

        // The server dies while the upstream is at work: what was told to wait is told how it ended.
        world.upstream.next(Answer::never());
        let third = json!({"parameters": {"day": "sunday"}, "idempotency_key": "s-3", "webhook_response_url": answers.url("/killed")});
        ask(&world, &hook, "slow", third).expect(202);
        world.server.kill9();
        world.server.restart();
        let killed = answers.wait_for(3)[2].clone();
        assert_eq!((killed.path(), &killed.json()["data"]["answer"]["state"]), ("/killed", &json!("unknown")));
        std::thread::sleep(Duration::from_millis(700));
        assert_eq!(answers.count(), 3, "each outcome once");
    });
}

#[test]
fn agents_and_workflows_are_started_and_gone_on_with() {
    on_both(|database| {
        let world = World::new(database);
        let script = json!([{"when": "slow", "turns": [{"delay_ms": 1500, "say": "slowly: {{message}}"}]},
            {"turns": [{"say": "you said: {{message}}"}]}]);
        let agent = json!({"name": "Helper", "model": "scripted", "metadata": {"script": script}});
        world.api.post("/api/v1/agents", agent).expect(201);
        let hook = world.hook(json!({"slug": "agent", "target": {"agent": "Helper"}, "wait_ms": 20000}));
        let first = ask(&world, &hook, "agent", json!({"parameters": {"message": "Hello"}, "idempotency_key": "r-1"}))
            .expect(200);
        assert_eq!(
            (&first["status"], &first["message"], &first["action"]),
            (&json!("done"), &json!("you said: Hello"), &json!("Helper"))
        );
        let again = ask(&world, &hook, "agent", json!({"parameters": {"message": "Hello"}, "idempotency_key": "r-1"}))
            .expect(200);
        assert_eq!(again["run_id"], first["run_id"]);
        let next = json!({"parameters": {"message": "More"}, "conversation_id": first["conversation_id"]});
        let second = ask(&world, &hook, "agent", next).expect(200);
        assert_eq!(second["conversation_id"], first["conversation_id"], "it goes on with the same thread");
        // A thread of its maker's is none of the hook's, though the maker could go on with it.
        let wish = json!({"agent": "Helper", "message": "between us", "wait_ms": 20000});
        let own = world.api.post("/api/v1/runs", wish).expect(200)["thread_id"].clone();
        let foreign = json!({"parameters": {"message": "What was said?"}, "conversation_id": own});
        assert_ne!(ask(&world, &hook, "agent", foreign).expect(200)["conversation_id"], own);
        let told = ask(&world, &hook, "agent", json!({"action": "greet", "parameters": {"name": "Ada"}})).expect(200);
        assert!(told["message"].as_str().unwrap().contains(r#""action":"greet""#), "{told}");

        let answers = Upstream::start();
        let hook = world.hook(json!({"slug": "later", "target": {"agent": "Helper"}, "wait_ms": 200}));
        let slow = json!({"parameters": {"message": "slow"}, "webhook_response_url": answers.url("/run")});
        let told = ask(&world, &hook, "later", slow).expect(202);
        let sent = answers.wait_for(1)[0].json();
        assert_eq!(
            (&sent["type"], &sent["data"]["id"], &sent["data"]["output"]),
            (&json!("run.finished"), &told["run_id"], &json!("slowly: slow"))
        );
        let status = world.api.anonymous().get(&path_of(&told["status_url"])).expect(200);
        assert_eq!((&status["status"], &status["message"]), (&json!("done"), &json!("slowly: slow")));

        let steps = json!([{"name": "find", "tool": "slots", "params": {"day": "{{ params.day }}"}}]);
        world.api.post("/api/v1/workflows", json!({"name": "Plan", "steps": steps})).expect(201);
        let hook = world.hook(json!({"slug": "flow", "target": {"workflow": "Plan"}}));
        world.upstream.next(Answer::json(200, json!({"free": 5})));
        let ran = ask(&world, &hook, "flow", json!({"parameters": {"day": "monday"}})).expect(200);
        assert_eq!(ran["status"], "done", "{ran}");
        assert!(ran["result"].to_string().contains("\"free\":5"), "{ran}");
        assert_eq!(world.upstream.requests()[0].json(), json!({"day": "monday"}));
    });
}

#[test]
fn the_command_line_makes_shows_rotates_and_removes() {
    on_both(|database| {
        let world = World::new(database);
        let run = |args: &[&str]| world.server.run(args).ok();
        let made = run(&["hook", "add", "--slug", "cli", "--tool", "slots", "--wait-ms", "5000"]);
        let secret = made.stdout.trim().to_owned();
        assert!(made.stderr.contains("/hooks/cli"), "{made:?}");
        let made = Made { id: String::new(), secret, address: String::new() };
        assert_eq!(ask(&world, &made, "cli", json!({})).status, 200);
        assert!(run(&["hook", "list"]).stdout.contains("cli"));
        eventually("what came", 10, || run(&["hook", "show", "cli"]).stdout.contains("done").then_some(()));
        let rotated = run(&["hook", "rotate", "cli"]).stdout.trim().to_owned();
        assert_eq!(ask(&world, &made, "cli", json!({})).status, 401);
        let rotated = Made { secret: rotated, ..made };
        assert_eq!(ask(&world, &rotated, "cli", json!({})).status, 200);
        run(&["hook", "remove", "cli"]);
        assert_eq!(ask(&world, &rotated, "cli", json!({})).status, 401);
        let retell = ["hook", "add", "--platform", "retell", "--secret-stdin", "--json"];
        let made = world.server.run_with(&retell, "key_0123456789abcdef\n").json();
        assert_eq!(
            (&made["hook"]["protection"]["type"], &made["secret"]),
            (&json!("retell"), &json!("key_0123456789abcdef"))
        );
        // Whoever brings a secret along is not shown it on the screen.
        let shown = world.server.run_with(&retell[..5], "key_abcdef0123456789\n").ok();
        assert_eq!((shown.stdout.as_str(), shown.stderr.contains("/retell/tools/TOOL?hook=hook_")), ("", true));
    });
}
