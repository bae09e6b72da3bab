//! Steps of a call: what a model is told of them, what becomes of them, and what a run does after them; on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod handoff;
mod killed;
mod saved;
mod twilio;

use base64::{Engine, engine::general_purpose::STANDARD};
use callwright_testkit::{Api, Database, Live, Options, Recorded, Server, Upstream, eventually, on_both};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
pub(crate) const CALL: &str = "CA0123456789abcdef0123456789abcdef";

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) api: Api,
    pub(crate) hooks: Upstream,
}

impl World {
    pub(crate) fn new(database: Database) -> Self {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        Self { server, api, hooks: Upstream::start() }
    }

    /// A system tool; `rest` comes over it.
    pub(crate) fn tool(&self, name: &str, config: Value, rest: Value) {
        let mut tool = json!({"name": name, "kind": "system", "config": config});
        for (key, value) in rest.as_object().unwrap() {
            tool[key] = value.clone();
        }
        self.api.post("/api/v1/tools", tool).expect(201);
    }

    /// An agent that plays `script`, with these tools.
    pub(crate) fn agent(&self, name: &str, script: Value, tools: &[&str]) {
        let agent = json!({"name": name, "model": "scripted", "metadata": {"script": script}});
        self.api.post("/api/v1/agents", agent).expect(201);
        self.assign(name, tools);
    }

    pub(crate) fn assign(&self, agent: &str, tools: &[&str]) {
        for tool in tools {
            self.api.put(&format!("/api/v1/agents/{agent}/tools/{tool}"), json!({})).ok();
        }
    }

    /// Runs an agent and waits until it has ended.
    #[track_caller]
    pub(crate) fn run(&self, agent: &str, rest: Value) -> Value {
        run(&self.api, agent, rest)
    }

    #[track_caller]
    pub(crate) fn settled(&self, run: &str) -> Value {
        self.api.get(&format!("/api/v1/runs/{run}?wait_ms=30000")).expect(200)
    }

    pub(crate) fn messages(&self, run: &Value) -> Vec<Value> {
        let thread = run["thread_id"].as_str().unwrap();
        let page = self.api.get(&format!("/api/v1/threads/{thread}/messages?limit=200")).expect(200);
        page["items"].as_array().unwrap().clone()
    }

    /// What the model was told of the tools of a run, in order.
    pub(crate) fn results(&self, run: &Value) -> Vec<String> {
        let page = self.api.get(&format!("/api/v1/runs/{}/steps?limit=200", text(&run["id"]))).expect(200);
        let steps = page["items"].as_array().unwrap().clone();
        steps.iter().filter(|step| step["kind"] == "tool").map(|step| text(&step["result"])).collect()
    }

    /// A token of the same administrator whose context is believed.
    pub(crate) fn trusted(&self) -> Api {
        let token = json!({"name": "runtime", "scopes": ["context:trust", "tools:call", "agents:run", "read"]});
        let made = self.api.post("/api/v1/tokens", token).expect(201);
        self.api.with_token(text(&made["token"]))
    }
}

#[track_caller]
pub(crate) fn run(api: &Api, agent: &str, rest: Value) -> Value {
    let mut wish = json!({"agent": agent, "message": "go", "wait_ms": 30000});
    for (key, value) in rest.as_object().unwrap() {
        wish[key] = value.clone();
    }
    api.post("/api/v1/runs", wish).ok()
}

#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

#[track_caller]
pub(crate) fn is(run: &Value, state: &str) {
    assert_eq!(run["state"], state, "{run}");
}

pub(crate) fn call(tool: &str, arguments: Value) -> Value {
    json!({"name": tool, "arguments": arguments})
}

fn roles(messages: &[Value]) -> Vec<String> {
    messages.iter().map(|message| text(&message["role"])).collect()
}

#[track_caller]
fn is_signed(told: &Recorded, key: &[u8]) {
    let (id, at) = (told.header("webhook-id").unwrap(), told.header("webhook-timestamp").unwrap());
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
    mac.update(format!("{id}.{at}.").as_bytes());
    mac.update(&told.body);
    let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
    assert_eq!(told.header("webhook-signature"), Some(signature.as_str()));
}

#[test]
fn ending_the_call_ends_the_run_with_the_last_words() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("bye", json!({"action": "end_call", "message": "Goodbye."}), json!({}));
        let never = json!({"say": "never said"});
        let script = json!([
            {"when": "own words", "turns": [{"calls": [call("bye", json!({"message": "See you, Ada."}))]}, never]},
            {"when": "answer", "turns": [{"say": "It is sunny.", "calls": [call("bye", json!({"message": "It is sunny."}))]}, never]},
            {"when": "twice", "turns": [{"calls": [call("bye", json!({})), call("bye", json!({"reason": "again"}))]}, never]},
            {"turns": [{"calls": [call("bye", json!({"reason": "all is said"}))]}, never]},
        ]);
        world.agent("Host", script, &["bye"]);
        let run = world.run("Host", json!({}));
        is(&run, "completed");
        assert_eq!((&run["output"], &run["steps"]), (&json!("Goodbye."), &json!(1)), "the model is not asked again");
        let messages = world.messages(&run);
        assert_eq!(roles(&messages), ["user", "assistant", "tool", "assistant"]);
        assert_eq!(messages[3]["text"], "Goodbye.");
        let said = world.run("Host", json!({"message": "own words", "thread_id": run["thread_id"]}));
        assert_eq!(said["output"], "See you, Ada.");
        let said = world.run("Host", json!({"message": "answer"}));
        assert_eq!((&said["output"], world.messages(&said).len()), (&json!("It is sunny."), 3), "not said twice");
        let twice = world.run("Host", json!({"message": "twice"}));
        assert_eq!((&twice["state"], &twice["output"]), (&json!("completed"), &json!("Goodbye.")));
        assert!(world.results(&twice)[1].contains("ended or handed over"), "{:?}", world.results(&twice));
        let log = world.api.get("/api/v1/executions?limit=50").expect(200);
        assert_eq!(log["items"].as_array().unwrap().len(), 4, "the second of them was not done");
    });
}

#[test]
fn a_step_is_told_by_a_signed_webhook_and_to_whoever_watches() {
    on_both(|database| {
        let world = World::new(database);
        world.api.put("/api/v1/secrets/WEBHOOK_KEY", json!({"value": "s3cret"})).ok();
        let webhook = json!({"url": world.hooks.url("/control"), "secret": "WEBHOOK_KEY"});
        let tones = json!({"action": "play_dtmf", "webhook": webhook});
        world.tool("tones", tones, json!({}));
        world.agent(
            "Menu",
            json!([{"calls": [call("tones", json!({"dtmf_tones": "1w#", "reason": "menu"}))]}, {"say": "{{result}}"}]),
            &["tones"],
        );
        let mut live = Live::open(&world.api, "/api/v1/executions/live");
        let run = world.run("Menu", json!({}));
        is(&run, "completed");
        let frame = live.until(|frame| frame["progress"]["type"] == "control");
        let event = &frame["progress"]["control"];
        let told = world.hooks.wait_for(1).remove(0);
        is_signed(&told, b"s3cret");
        let body = told.json();
        assert_eq!((&body["type"], &body["data"]), (&json!("call.control"), event));
        assert_eq!((&event["action"], &event["tool"]), (&json!("play_dtmf"), &json!("tones")));
        assert_eq!(event["parameters"], json!({"dtmf_tones": "1w#", "reason": "menu"}));
        assert_eq!((&event["conversation_id"], &event["run_id"]), (&run["thread_id"], &run["id"]));
        assert_eq!(event["verified"], true);
        assert!(text(&event["id"]).starts_with("ctl_") && event["agent_id"].is_string(), "{event}");
        eventually("the delivery is on record", 10, || {
            let path = format!("/api/v1/deliveries?state=delivered&subject={}", text(&event["execution_id"]));
            let page = world.api.get(&path).expect(200);
            (page["items"][0]["event"] == "call.control").then_some(())
        });
        // An agent's own webhook is for the tools that say nothing.
        world.tool("quiet", json!({"action": "play_dtmf"}), json!({}));
        let script = json!([{"calls": [call("quiet", json!({"dtmf_tones": "2"}))]}, {"say": "{{result}}"}]);
        let mut agent = json!({"name": "Second", "model": "scripted",
            "metadata": {"script": script, "control_webhook": {"url": "nowhere"}}});
        let refused = world.api.post("/api/v1/agents", agent.clone());
        assert_eq!(
            (refused.status, refused.body["error"]["details"]["field"].as_str()),
            (422, Some("metadata.control_webhook.url"))
        );
        agent["metadata"]["control_webhook"] = json!({"url": world.hooks.url("/agent")});
        world.api.post("/api/v1/agents", agent).expect(201);
        world.assign("Second", &["quiet"]);
        is(&world.run("Second", json!({})), "completed");
        let told = world.hooks.wait_for(2).remove(1);
        assert_eq!((told.path(), told.json()["data"]["parameters"]["dtmf_tones"].as_str()), ("/agent", Some("2")));
        // A repeated request is the same step: nothing is told again.
        let keyed = world.api.with_header("Idempotency-Key", "menu-1");
        let body = json!({"arguments": {"dtmf_tones": "3"}});
        let first = keyed.post("/api/v1/tools/tones/call", body.clone()).expect(200);
        let again = keyed.post("/api/v1/tools/tones/call", body).expect(200);
        assert_eq!((&again["meta"]["duplicate"], &again["execution_id"]), (&json!(true), &first["execution_id"]));
        assert_eq!(world.hooks.wait_for(3)[2].json()["data"]["verified"], false, "only said");
        std::thread::sleep(std::time::Duration::from_millis(1_200));
        assert_eq!(world.hooks.count(), 3);
    });
}

#[test]
fn nobody_pretends_to_have_done_what_nobody_does() {
    on_both(|database| {
        let world = World::new(database);
        let rules = json!([{"phone_number": "+61411234567", "condition": "asks for a person", "transfer_message": "One moment."},
            {"phone_number": "+61411234568", "condition": "wants to buy"}]);
        world.tool("person", json!({"action": "transfer_to_number", "rules": rules}), json!({}));
        world.tool("bye", json!({"action": "end_call"}), json!({}));
        let script =
            json!([{"calls": [call("person", json!({"phone_number": "+61411234568"}))]}, {"say": "{{result}}"}]);
        world.agent("Desk", script, &["person"]);
        let run = world.run("Desk", json!({}));
        assert!(text(&run["output"]).contains("no_call"), "{run}");
        let on_call = world.run("Desk", json!({"context": {"call_sid": CALL}}));
        assert!(text(&on_call["output"]).contains("+61411234568"), "{on_call}");

        // Called directly, whoever calls says which call or conversation it is about.
        let post = |tool: &str, body: Value| world.api.post(&format!("/api/v1/tools/{tool}/call"), body).expect(200);
        assert_eq!(post("bye", json!({}))["error"]["code"], "no_call");
        let ended = post("bye", json!({"arguments": {"message": "Bye"}, "context": {"conversation_id": "conv-1"}}));
        assert_eq!((&ended["success"], &ended["directive"]), (&json!(true), &json!({"type": "end", "message": "Bye"})));
        let rehearsed = post("person", json!({"arguments": {"phone_number": "+61411234567"}, "dry_run": true}));
        assert_eq!(rehearsed["meta"]["request"]["message"], "One moment.", "a rehearsal needs no call");

        // A number that the model makes up is none of the rules'.
        let made_up =
            post("person", json!({"arguments": {"phone_number": "+4915112345678"}, "context": {"call_sid": CALL}}));
        assert_eq!((&made_up["success"], &made_up["error"]["class"]), (&json!(false), &json!("validation_error")));
        // Nor is one that a binding puts there.
        let bound = json!({"action": "transfer_to_number", "rules": rules});
        world.tool("bound", bound, json!({"bound": {"phone_number": "+4915112345678"}}));
        let bound = post("bound", json!({"context": {"call_sid": CALL}}));
        assert_eq!(bound["success"], false, "{bound}");
    });
}

#[test]
fn languages_silence_and_tones_are_held_to_their_configuration() {
    on_both(|database| {
        let world = World::new(database);
        world.tool(
            "language",
            json!({"action": "language_detection", "supported_languages": ["en", "de"], "detection_threshold": 0.8,
                "switch_message": "Weiter auf {language}."}),
            json!({}),
        );
        world.tool("wait", json!({"action": "skip_turn", "max_skips": 2, "trigger_silence_duration": 2.0}), json!({}));
        let context = json!({"conversation_id": "conv-7"});
        let post = |tool: &str, arguments: Value| {
            let body = json!({"arguments": arguments, "context": context});
            world.api.post(&format!("/api/v1/tools/{tool}/call"), body).expect(200)
        };
        let german = post("language", json!({"language": "de", "confidence": 0.9}));
        assert_eq!((&german["message"], &german["data"]["language"]), (&json!("Weiter auf de."), &json!("de")));
        assert_eq!(post("language", json!({"language": "de", "confidence": 0.5}))["error"]["code"], "not_sure_enough");
        assert_eq!(post("language", json!({"language": "fr"}))["success"], false);

        // Two in a row; a word or another tool in between, and it counts anew.
        let skipped = || post("wait", json!({}));
        assert_eq!(skipped()["directive"], json!({"type": "skip"}));
        assert_eq!(skipped()["success"], true);
        assert_eq!(skipped()["error"]["code"], "too_many_skips");
        post("language", json!({"language": "en"}));
        assert_eq!(skipped()["success"], true);

        let script = json!([
            {"when": "hello", "turns": [{"say": "Hello."}]},
            {"turns": [{"calls": [call("wait", json!({"reason": "they think"}))]}, {"say": "{{result}}"}]},
        ]);
        world.agent("Listener", script, &["wait"]);
        let mut thread = Value::Null;
        let say = |words: &str, thread: &Value| {
            let mut wish = json!({"message": words});
            if !thread.is_null() {
                wish["thread_id"] = thread.clone();
            }
            world.run("Listener", wish)
        };
        for _ in 0..2 {
            let silent = say("hm", &thread);
            assert_eq!(
                (&silent["state"], &silent["output"], &silent["steps"]),
                (&json!("completed"), &json!(""), &json!(1))
            );
            thread = silent["thread_id"].clone();
        }
        let third = say("hm", &thread);
        assert!(text(&third["output"]).contains("too_many_skips"), "{third}");
        assert_eq!(say("hello", &thread)["output"], "Hello.");
        assert_eq!(say("hm", &thread)["output"], "", "a word in between");
    });
}

#[test]
fn a_step_that_needs_a_yes_waits_for_the_person() {
    on_both(|database| {
        let world = World::new(database);
        let bye = json!({"tool_type": "end_call", "confirmation_required": true, "trigger_phrases": ["bye"]});
        world.tool("bye", bye, json!({"policy": {"confirm": {"ask": "Shall I hang up?"}}}));
        let yes = call("confirm_action", json!({"ticket": "{{results.bye.details.ticket}}", "confirmed": true}));
        let script = json!([
            {"when": "yes", "turns": [{"calls": [yes]}, {"say": "never said"}]},
            {"turns": [{"calls": [call("bye", json!({"message": "Goodbye."}))]}, {"say": "Shall I hang up?"}]},
        ]);
        world.agent("Host", script, &["bye"]);
        let definitions = world.api.get("/api/v1/tools/definitions?agent=Host").expect(200);
        let told = text(&definitions["tools"][0]["function"]["description"]);
        assert!(told.contains("\"bye\"") && told.contains("asked first"), "{told}");
        assert_eq!(definitions["tools"][1]["function"]["name"], "confirm_action");
        assert!(definitions["tools"][1]["function"]["parameters"]["properties"]["ticket"].is_object());
        let asked = world.run("Host", json!({}));
        assert_eq!(asked["output"], "Shall I hang up?");
        let ended = world.run("Host", json!({"message": "yes", "thread_id": asked["thread_id"]}));
        assert_eq!(
            (&ended["state"], &ended["output"], &ended["steps"]),
            (&json!("completed"), &json!("Goodbye."), &json!(1)),
            "{:?}",
            world.messages(&ended)
        );
    });
}

#[test]
fn a_tool_beside_one_that_waits_ends_the_run_when_all_have_ended() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("bye", json!({"action": "end_call", "message": "Goodbye."}), json!({}));
        let refund = json!({"name": "refund", "kind": "http", "policy": {"approval": true},
            "config": {"method": "POST", "url": world.hooks.url("/refund")}});
        world.api.post("/api/v1/tools", refund).expect(201);
        let calls = json!([call("bye", json!({})), call("refund", json!({}))]);
        world.agent("Clerk", json!([{"calls": calls}, {"say": "never said"}]), &["bye", "refund"]);
        let run = world.run("Clerk", json!({}));
        is(&run, "waiting");
        let made = world.api.post("/api/v1/tokens", json!({"name": "operator"})).expect(201);
        let operator = world.api.with_token(text(&made["token"]));
        let ticket = text(&operator.get("/api/v1/approvals?state=open").expect(200)["items"][0]["id"]);
        operator.post(&format!("/api/v1/approvals/{ticket}/approve"), json!({})).expect(200);
        let run = eventually("the run ends", 20, || {
            let run = world.settled(&text(&run["id"]));
            (run["state"] == "completed").then_some(run)
        });
        assert_eq!((&run["output"], &run["steps"], world.hooks.count()), (&json!("Goodbye."), &json!(1), 1));
    });
}
