//! One agent hands the conversation over to another.

use callwright_testkit::{Answer, Person, Upstream, on_both};
use serde_json::{Value, json};

use super::{World, call, is, run, text};

/// Three agents of which each may hand over to the next, as `rest` says.
pub(super) fn three(world: &World, rest: &Value) {
    let hop = |tool: &str, reason: &str| json!([{"say": "Let me see.", "calls": [call(tool, json!({"reason": reason}))]}, {"say": "never said"}]);
    world.agent("Reception", hop("to_booking", "wants a table"), &[]);
    world.agent("Booking", hop("to_kitchen", "asks for oysters"), &[]);
    world.agent("Kitchen", json!([{"say": "I heard: {{message}}"}]), &[]);
    for (tool, agent, to, message) in [
        ("to_booking", "Reception", "Booking", "I connect you."),
        ("to_kitchen", "Booking", "Kitchen", "I ask the kitchen."),
    ] {
        let mut rule = json!({"agent_id": to, "condition": "their trade", "transfer_message": message});
        for (key, value) in rest.as_object().unwrap() {
            rule[key] = value.clone();
        }
        world.tool(tool, json!({"action": "transfer_to_ai_agent", "rules": [rule]}), json!({}));
        world.assign(agent, &[tool]);
    }
}

/// The runs that follow each other, the first included.
#[track_caller]
pub(super) fn chain(world: &World, first: Value) -> Vec<Value> {
    let mut runs = vec![first];
    while let Some(next) = runs.last().unwrap()["handed_to"]["run_id"].as_str() {
        assert!(runs.len() < 20, "{runs:?}");
        let next = world.settled(next);
        runs.push(next);
    }
    runs
}

#[test]
fn three_agents_go_on_with_one_thread() {
    on_both(|database| {
        let world = World::new(database);
        three(&world, &json!({"enable_first_message": true}));
        let context = json!({"context": {"guest": "Ada"}, "message": "oysters for two", "metadata": {"order": 3}});
        let runs = chain(&world, world.run("Reception", context));
        let names: Vec<_> = runs.iter().map(|run| text(&run["agent_name"])).collect();
        assert_eq!(names, ["Reception", "Booking", "Kitchen"]);
        assert_eq!((&runs[0]["output"], &runs[1]["output"]), (&json!("I connect you."), &json!("I ask the kitchen.")));
        assert_eq!(runs[0]["handed_to"]["agent_name"], "Booking");
        assert!(runs.iter().all(|run| run["state"] == "completed" && run["thread_id"] == runs[0]["thread_id"]));
        assert!(runs.iter().all(|run| run["input"] == "oysters for two" && run["metadata"]["order"] == 3));
        assert_eq!(runs[2]["metadata"]["handed_from"], json!({"run_id": runs[1]["id"], "agent": "Booking"}));
        assert_eq!(runs[2].get("handed_to"), None);
        let heard = text(&runs[2]["output"]);
        assert!(
            heard.contains("`Booking`") && heard.contains("asks for oysters") && heard.contains("Speak first"),
            "{heard}"
        );
        assert!(heard.contains("\"oysters for two\""), "{heard}");
        // The note is no part of what was said.
        let messages = world.messages(&runs[0]);
        let roles: Vec<_> = messages.iter().map(|message| text(&message["role"])).collect();
        assert_eq!(roles, ["user", "assistant", "tool", "assistant", "assistant", "tool", "assistant", "assistant"]);
        let thread = world.api.get(&format!("/api/v1/threads/{}", text(&runs[0]["thread_id"]))).expect(200);
        assert_eq!(thread["agent_id"], runs[2]["agent_id"], "who goes on when the person speaks again");
        // The command follows.
        let shown = world.server.run(&["agent", "run", "Reception", "oysters"]).ok();
        assert!(shown.stdout.contains("I ask the kitchen.\nI heard:"), "{}", shown.stdout);
        assert!(shown.stderr.contains("handed to Booking: run_"), "{}", shown.stderr);
        let steps = world.results(&runs[0]);
        assert!(
            steps[0].contains("\"agent\":\"Booking\"") && steps[0].contains(&text(&runs[1]["agent_id"])),
            "{steps:?}"
        );
    });
}

#[test]
fn without_context_only_the_last_words_are_passed_on() {
    on_both(|database| {
        let world = World::new(database);
        three(&world, &json!({"pass_context": false}));
        let thread = json!({"agent": "Reception", "context": {"guest": "Ada"}, "title": "Dinner",
            "messages": [{"role": "user", "content": [{"type": "text", "text": "my card is 4111"}]}]});
        let thread = world.api.post("/api/v1/threads", thread).expect(201);
        let first = world.run("Reception", json!({"thread_id": thread["id"], "message": "oysters for two"}));
        let runs = chain(&world, first);
        assert_eq!(runs.len(), 3);
        let threads: Vec<_> = runs.iter().map(|run| text(&run["thread_id"])).collect();
        assert!(threads[0] != threads[1] && threads[1] != threads[2], "{threads:?}");
        assert_eq!(runs[2]["output"], "I heard: oysters for two");
        let seen = serde_json::to_string(&world.messages(&runs[2])).unwrap();
        assert!(!seen.contains("4111") && seen.contains("oysters"), "{seen}");
        let thread = world.api.get(&format!("/api/v1/threads/{}", threads[2])).expect(200);
        assert_eq!((&thread["context"], &thread["title"]), (&json!({"guest": "Ada"}), &json!("Dinner")));
        // It is one conversation all the same.
        let log = world.api.get(&format!("/api/v1/executions?conversation_id={}", threads[0])).expect(200);
        assert_eq!(log["items"].as_array().unwrap().len(), 2, "{log}");
    });
}

#[test]
fn a_conversation_is_not_handed_in_circles_for_ever() {
    on_both(|database| {
        let world = World::new(database);
        let hop = |tool: &str| json!([{"calls": [call(tool, json!({}))]}, {"say": "I stay: {{result}}"}]);
        world.agent("Ping", hop("to_pong"), &[]);
        world.agent("Pong", hop("to_ping"), &[]);
        for (tool, agent, to) in [("to_pong", "Ping", "Pong"), ("to_ping", "Pong", "Ping")] {
            let rule = json!({"agent_id": to, "condition": "always"});
            world.tool(tool, json!({"action": "transfer_to_agent", "transfers": [rule]}), json!({}));
            world.assign(agent, &[tool]);
        }
        let runs = chain(&world, world.run("Ping", json!({})));
        assert_eq!(runs.len(), 11);
        assert!(text(&runs[10]["output"]).contains("too_many_handoffs"), "{}", runs[10]);
    });
}

#[test]
fn nobody_is_handed_to_an_agent_that_they_may_not_run() {
    on_both(|database| {
        let world = World::new(database);
        let mine = json!({"name": "Private", "model": "scripted", "is_shared": false});
        let private = text(&world.api.post("/api/v1/agents", mine).expect(201)["id"]);
        let tool = |to: &str| {
            json!({"name": "over", "kind": "system",
            "config": {"action": "transfer_to_ai_agent", "rules": [{"agent_id": to, "condition": "always"}]}})
        };
        let builder = Person::invite(&world.api, "builder@example.org", "builder").api;
        let refused = builder.post("/api/v1/tools", tool("Private"));
        assert_eq!((refused.status, refused.code()), (403, "forbidden"), "{refused:?}");
        let unknown = world.api.post("/api/v1/tools", tool("Nobody"));
        assert_eq!(
            (unknown.status, unknown.body["error"]["details"]["field"].as_str()),
            (422, Some("config.rules.0.agent_id"))
        );
        // Its owner may; an operator who runs the first agent may not.
        world.api.post("/api/v1/tools", tool(&private)).expect(201);
        let script = json!([{"calls": [call("over", json!({}))]}, {"say": "{{result}}"}]);
        world.agent("Front", script, &["over"]);
        assert_eq!(world.run("Front", json!({}))["handed_to"]["agent_name"], "Private");
        let operator = Person::invite(&world.api, "operator@example.org", "operator").api;
        let run = run(&operator, "Front", json!({}));
        assert!(text(&run["output"]).contains("agent_not_allowed"), "{run}");
        assert_eq!(run.get("handed_to"), None);
        // An agent that is gone by now is told as such, and one's own is nobody else.
        world.api.delete("/api/v1/agents/Private").expect(204);
        assert!(text(&world.run("Front", json!({}))["output"]).contains("agent_not_found"));
        let own = json!([{"calls": [call("over", json!({"agent": "Front"}))]}, {"say": "{{result}}"}]);
        world
            .api
            .put("/api/v1/agents/Front", json!({"name": "Front", "model": "scripted", "metadata": {"script": own}}))
            .expect(200);
        world.api.put("/api/v1/tools/over", tool("Front")).expect(200);
        let stays = world.run("Front", json!({}));
        assert!(text(&stays["output"]).contains("same_agent"), "{stays}");
        is(&stays, "completed");
    });
}

#[test]
fn a_client_does_not_choose_its_conversation_by_a_hand_over() {
    on_both(|database| {
        let world = World::new(database);
        let upstream = Upstream::start();
        let whose = json!({"name": "whose", "kind": "http", "effect": "read",
            "parameters": {"type": "object", "properties": {"conversation": {"type": "string"}}},
            "bound": {"conversation": "{{ context.verified.conversation_id }}"},
            "config": {"method": "POST", "url": upstream.url("/whose")}});
        world.api.post("/api/v1/tools", whose).expect(201);
        upstream.always(Answer::json(200, json!({})));
        world.agent("Booking", json!([{"calls": [call("whose", json!({}))]}, {"say": "done"}]), &["whose"]);
        let slow = json!([{"calls": [call("to_booking", json!({}))], "delay_ms": 1500}]);
        world.agent("Reception", slow, &[]);
        let rule = json!({"agent_id": "Booking", "condition": "always"});
        world.tool("to_booking", json!({"action": "transfer_to_agent", "transfers": [rule]}), json!({}));
        world.assign("Reception", &["to_booking"]);
        // Whoever vouches for nothing names a stranger's conversation, and takes the name away again in time.
        let thread = json!({"agent": "Reception", "context": {"conversation_id": "conv_victim"}});
        let thread = text(&world.api.post("/api/v1/threads", thread).expect(201)["id"]);
        let wish = json!({"agent": "Reception", "message": "go", "thread_id": thread});
        let run = world.api.post("/api/v1/runs", wish).expect(202);
        std::thread::sleep(std::time::Duration::from_millis(700));
        world.api.patch(&format!("/api/v1/threads/{thread}"), json!({"context": {}})).expect(200);
        let runs = chain(&world, world.settled(&text(&run["id"])));
        assert_eq!((runs.len(), &runs[1]["output"]), (2, &json!("done")), "{runs:?}");
        assert_eq!(
            upstream.requests()[0].json(),
            json!({ "conversation": thread }),
            "the thread, which the server knows"
        );
    });
}
