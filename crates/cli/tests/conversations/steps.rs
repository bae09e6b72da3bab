//! Steps of the call in a conversation: the agent ends it, or hands it over to another.

use callwright_testkit::{eventually, on_both};
use serde_json::{Value, json};

use super::World;

fn system(world: &World, name: &str, config: Value) {
    let tool = json!({"name": name, "kind": "system", "config": config});
    world.api.post("/api/v1/tools", tool).expect(201);
}

fn agent(world: &World, name: &str, rules: Value, tools: &[&str]) -> String {
    agent_with(world, json!({"name": name, "model": "scripted", "metadata": {"script": rules}}), tools)
}

fn agent_with(world: &World, spec: Value, tools: &[&str]) -> String {
    let name = spec["name"].as_str().unwrap().to_owned();
    let made = world.api.post("/api/v1/agents", spec).expect(201);
    for tool in tools {
        world.api.put(&format!("/api/v1/agents/{name}/tools/{tool}"), json!({})).ok();
    }
    made["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_agent_ends_the_conversation() {
    on_both(|database| {
        let world = World::new(database);
        system(&world, "end_call", json!({"action": "end_call"}));
        let rules = json!([
            {"when": "bye", "turns": [{"calls": [{"name": "end_call", "arguments": {"reason": "done", "message": "Farewell!"}}]}, {"say": "never"}]},
            {"turns": [{"say": "yes?"}]},
        ]);
        let id = agent(&world, "Polite", rules, &["end_call"]);
        let mut talk = super::Talk::open(&world.api, &format!("agent_id={id}"), json!({}));
        talk.say("hello");
        assert_eq!(talk.answer(), "yes?");
        talk.say("bye");
        let (mut kinds, mut said) = (Vec::new(), Vec::new());
        while let Some(frame) = talk.live.read() {
            let kind = frame["type"].as_str().unwrap().to_owned();
            if kind == "agent_response" {
                said.push(frame["agent_response_event"]["agent_response"].clone());
            }
            if kind == "call_control" {
                assert_eq!(frame["call_control"]["action"], "end_call", "{frame}");
            }
            kinds.push(kind);
        }
        assert!(kinds.contains(&"call_control".to_owned()), "{kinds:?}");
        assert!(kinds.contains(&"agent_tool_response".to_owned()), "{kinds:?}");
        assert_eq!(said, [json!("Farewell!")]);
        let logged = eventually("it has ended", 10, || {
            let logged = world.logged(&talk.id);
            (logged["state"] == "ended").then_some(logged)
        });
        assert_eq!((&logged["end_reason"], &logged["outcome"]), (&json!("agent"), &json!("success")), "{logged}");
    });
}

#[test]
fn a_conversation_goes_on_with_whoever_took_it_over() {
    on_both(|database| {
        for pass_context in [true, false] {
            let world = World::new(database);
            let second = json!([
                {"when": "your name", "turns": [{"say": "the second"}]},
                {"turns": [{"say": "I am the second."}]},
            ]);
            let heir = agent(&world, "Second", second, &[]);
            let rule = json!({"agent_id": heir, "condition": "asked for", "pass_context": pass_context, "enable_first_message": true});
            system(&world, "pass_on", json!({"action": "transfer_to_ai_agent", "rules": [rule]}));
            let first = json!([
                {"when": "other", "turns": [{"calls": [{"name": "pass_on"}]}, {"say": "never"}]},
                {"turns": [{"say": "the first"}]},
            ]);
            let id = agent(&world, "First", first, &["pass_on"]);
            let mut talk = super::Talk::open(&world.api, &format!("agent_id={id}"), json!({}));
            talk.say("what is your name?");
            assert_eq!(talk.answer(), "the first");
            talk.say("the other one, please");
            assert_eq!(talk.answer(), "I am the second.");
            talk.say("what is your name?");
            assert_eq!(talk.answer(), "the second");
            let logged = world.logged(&talk.id);
            assert_eq!((&logged["agent_id"], &logged["agent_name"]), (&json!(heir), &json!("Second")));
            let told = logged["transcript"]["items"].to_string();
            for words in ["the first", "the other one, please", "I am the second.", "the second"] {
                assert!(told.contains(words), "with the context {pass_context}: {words} in {told}");
            }
            // In pages all of it, each message once.
            let (mut seen, mut cursor) = (0, String::new());
            loop {
                let page =
                    world.api.get(&format!("/api/v1/conversations/{}/messages?limit=2{cursor}", talk.id)).expect(200);
                seen += page["items"].as_array().unwrap().len();
                match page["next_cursor"].as_str() {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
            assert_eq!(seen, logged["transcript"]["items"].as_array().unwrap().len());
            // Whoever comes back goes on with the second as well.
            let query = format!("agent_id={id}&conversation_id={}&reconnect_token={}", talk.id, talk.token);
            let mut again = super::Talk::open(&world.api.anonymous(), &query, json!({}));
            again.say("what is your name?");
            assert_eq!(again.answer(), "the second");
            let id = again.id.clone();
            again.live.close();
            eventually("it is deleted", 10, || {
                (world.api.delete(&format!("/api/v1/conversations/{id}")).status == 204).then_some(())
            });
        }
    });
}

#[test]
fn whoever_takes_a_conversation_over_says_its_own_first_message_and_listens() {
    on_both(|database| {
        let world = World::new(database);
        for (name, first, gap) in
            [("Billing", "Billing, {{ who }}. How can I help?", false), ("Sales", "{{ gap }}?", true)]
        {
            let script =
                json!([{"when": "your name", "turns": [{"say": name}]}, {"turns": [{"say": "a model's greeting"}]}]);
            let spec =
                json!({"name": name, "model": "scripted", "metadata": {"script": script}, "first_message": first});
            let heir = agent_with(&world, spec, &[]);
            let step = format!("to_{}", name.to_lowercase());
            let rule = json!({"agent_id": heir, "condition": "asked for", "transfer_message": "One moment.",
                "enable_transferred_agent_first_message": true});
            system(&world, &step, json!({"action": "transfer_to_agent", "rules": [rule]}));
            let door = format!("{name}Door");
            let id = agent(&world, &door, json!([{"calls": [{"name": step}]}, {"say": "never"}]), &[step.as_str()]);
            let init = json!({"dynamic_variables": {"who": "Ada"}});
            let mut talk = super::Talk::open(&world.api, &format!("agent_id={id}"), init);
            talk.say("the other one, please");
            assert_eq!(talk.answer(), "One moment.");
            assert_eq!(talk.answer(), if gap { "a model's greeting" } else { "Billing, Ada. How can I help?" });
            talk.say("what is your name?");
            assert_eq!(talk.answer(), name, "nothing more was said before");
        }
    });
}
