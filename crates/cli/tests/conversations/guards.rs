//! What a hostile client, a curious colleague or a bad moment must not get.

use std::time::Duration;

use callwright_testkit::{Answer, Live, Options, Person, Upstream, eventually, on_both};
use serde_json::{Value, json};

use super::{
    BINARY, Talk, World,
    documents::{asked, seeing},
};

#[test]
fn what_is_too_large_or_too_rich_is_not_read() {
    on_both(|database| {
        let world = World::with(Options::new(BINARY, database), json!({"public": true}));
        let nobody = world.api.anonymous();
        let path = format!("/v1/convai/conversation?agent_id={}", world.agent);
        let mut early = Live::open(&nobody, &path);
        early.send(&json!({"type": "x", "text": "x".repeat(400_000)}).to_string());
        assert_eq!(early.closed(), 1009);
        let mut talk = Talk::open(&nobody, &format!("agent_id={}", world.agent), json!({}));
        let rich = Value::Array(vec![json!({"": 0}); 30_000]);
        talk.result("x", rich.clone(), false);
        assert_eq!(talk.until("error")["error_event"]["error_type"], "invalid_message");
        talk.send(json!({"type": "user_activity", "text": "x".repeat(400_000)}));
        assert_eq!(talk.until("error")["error_event"]["error_type"], "invalid_message");
        // What a tool was asked for may be large, but not that rich; the call goes on.
        talk.say("add");
        let (_, id, _) = talk.call();
        talk.result(&id, rich, false);
        talk.until("error");
        talk.result(&id, json!({"text": "x".repeat(400_000)}), false);
        talk.answer();
        // Pictures beyond those that are kept cost nothing.
        talk.say("add");
        let (_, id, _) = talk.call();
        let picture = format!("iVBORw0KGgoAAAANSUhEUgAA{}", "A".repeat(60));
        talk.result(&id, Value::Array(vec![json!(picture); 15_000]), false);
        talk.answer();
        let kept = world.api.get(&format!("/api/v1/documents?limit=200&conversation_id={}", talk.id)).expect(200);
        assert!(kept["items"].as_array().unwrap().len() <= 34, "{kept}");
    });
}

#[test]
fn what_tools_were_told_and_gave_is_not_for_every_viewer() {
    on_both(|database| {
        let world = World::new(database);
        let upstream = Upstream::start();
        upstream.always(Answer::json(200, json!({"secret": "pin-9876", "text": "x".repeat(20_000)})));
        let tool = json!({"name": "card", "kind": "http", "effect": "read", "redact": ["/number"],
            "result": {"redact": ["/secret"]}, "config": {"method": "POST", "url": upstream.url("/card")},
            "parameters": {"type": "object", "properties": {"number": {"type": "string"}}}});
        world.api.post("/api/v1/tools", tool).expect(201);
        let call = json!({"name": "card", "arguments": {"number": "4111-1111"}});
        let script = json!([{"turns": [{"calls": [call]}, {"say": "done"}]}]);
        let agent = json!({"name": "Cards", "model": "scripted", "metadata": {"script": script}});
        let agent = world.api.post("/api/v1/agents", agent).expect(201)["id"].as_str().unwrap().to_owned();
        world.api.put("/api/v1/agents/Cards/tools/card", json!({})).ok();
        let mut talk = Talk::open(&world.api, &format!("agent_id={agent}"), json!({}));
        talk.say("pay");
        assert_eq!(talk.answer(), "done");
        let id = talk.id.clone();
        talk.live.close();
        eventually("it ends", 10, || (world.logged(&id)["state"] == "ended").then_some(()));
        let viewer = Person::invite(&world.api, "vic@example.org", "viewer").api;
        let path = format!("/api/v1/conversations/{id}");
        for path in [path.clone(), format!("{path}/messages"), "/api/v1/conversations/export?state=ended".to_owned()] {
            let shown = viewer.get(&path);
            assert!(shown.status == 200 && shown.text.contains("done"), "{shown:?}");
            assert!(!shown.text.contains("4111") && !shown.text.contains("pin-9876"), "{path}: {shown:?}");
            assert!(world.api.get(&path).text.contains("4111-1111"), "an administrator sees it");
        }
        let found = world.api.get("/api/v1/conversations?search=pin-9876").expect(200);
        assert!(found["items"].as_array().unwrap().is_empty(), "what tools gave is not searched");
        // Deleted, its words are gone from the runs as well.
        let run = world.api.get("/api/v1/runs?limit=1").expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
        world.api.delete(&path).expect(204);
        let run = world.api.get(&format!("/api/v1/runs/{run}")).expect(200);
        assert!(run["input"] == "" && run["output"].is_null(), "{run}");
    });
}

#[test]
fn a_write_that_was_interrupted_is_told_to_the_next_turn() {
    on_both(|database| {
        let world = World::new(database);
        let (upstream, shop) = (Upstream::start(), Upstream::start());
        shop.always(Answer::json(200, json!({"booking": "B-1"})).delay(Duration::from_secs(2)));
        let tool = json!({"name": "book", "kind": "http", "effect": "write", "parameters": {"type": "object"},
            "config": {"method": "POST", "url": shop.url("/book")}});
        world.api.post("/api/v1/tools", tool).expect(201);
        let agent = seeing(&upstream, &world, &["book"]);
        world.api.put("/api/v1/agents/Seer/tools/book", json!({})).ok();
        let mut talk = Talk::open(&world.api, &format!("agent_id={agent}"), json!({}));
        talk.say("book it");
        shop.wait_for(1);
        talk.say("hello?");
        assert_eq!(talk.answer(), "I see it.");
        let told = asked(&upstream);
        assert!(told.contains("still being carried out") && told.contains("exec_"), "{told}");
        let runs = world.api.get("/api/v1/runs").expect(200);
        let stopped = runs["items"].as_array().unwrap().iter().find(|run| run["state"] == "cancelled").unwrap().clone();
        let path = format!("/api/v1/runs/{}/steps", stopped["id"].as_str().unwrap());
        let step = eventually("the step ends with its execution", 20, || {
            let steps = world.api.get(&path).expect(200);
            let step = steps["items"][1].clone();
            (step["state"] == "done").then_some(step)
        });
        assert!(step["execution_id"].is_string(), "{step}");
        talk.say("and now?");
        assert_eq!(talk.answer(), "I see it.");
        assert!(asked(&upstream).contains("B-1"), "what it came to is known by now");
        assert_eq!(shop.count(), 1);
    });
}

#[test]
fn nobody_takes_up_what_another_began() {
    on_both(|database| {
        let world = World::new(database);
        let signed = |agent: &str| {
            let path = format!("/v1/convai/conversation/get-signed-url?agent_id={agent}");
            let url = world.api.get(&path).expect(200)["signed_url"].as_str().unwrap().to_owned();
            url.split_once('?').unwrap().1.to_owned()
        };
        let nobody = world.api.anonymous();
        let (ours, theirs) = (signed(&world.agent), signed(&world.agent));
        let mut talk = Talk::open(&nobody, &ours, json!({}));
        let path = format!("/v1/convai/conversation?{theirs}&conversation_id={}", talk.id);
        assert_eq!(Live::attempt(&nobody, &path, &[]).err(), Some(404));
        // Another token of the same organization is not the one that began it either.
        let other = Person::invite(&world.api, "op@example.org", "operator").api;
        let path = format!("/v1/convai/conversation?agent_id={}&conversation_id={}", world.agent, talk.id);
        assert!(Live::attempt(&other, &path, &[]).is_err());
        talk.say("hello");
        assert_eq!(talk.answer(), "you said: hello");
        // The address that began it goes on with it.
        let id = talk.id.clone();
        drop(talk);
        let mut back = Talk::open(&nobody, &format!("{ours}&conversation_id={id}"), json!({}));
        back.say("again");
        assert_eq!(back.answer(), "you said: again");
    });
}

#[test]
fn a_public_agent_is_nobodys_ladder() {
    on_both(|database| {
        let world = World::with(Options::new(BINARY, database), json!({"public": true, "is_shared": true}));
        let hidden = json!({"name": "Hidden", "model": "scripted", "is_shared": false,
            "metadata": {"script": [{"say": "the plan"}]}});
        world.api.post("/api/v1/agents", hidden).expect(201);
        let bob = Person::invite(&world.api, "bob@example.org", "builder").api;
        let ladder = json!({"name": "ladder", "kind": "agent", "config": {"agent": "Hidden"}});
        let refused = bob.post("/api/v1/tools", ladder.clone());
        assert!(refused.status == 403 && refused.text.contains("config.agent"), "{refused:?}");
        world.api.post("/api/v1/tools", ladder).expect(201);
        let mut spec = world.api.get("/api/v1/agents/Helper").expect(200);
        spec.as_object_mut()
            .unwrap()
            .retain(|name, _| ["name", "model", "metadata", "public"].contains(&name.as_str()));
        for refused in [
            bob.put("/api/v1/agents/Helper/tools/ladder", json!({})),
            bob.put("/api/v1/agents/Helper", spec),
            bob.delete("/api/v1/agents/Helper"),
        ] {
            assert!(refused.status == 403 && refused.text.contains("public"), "{refused:?}");
        }
    });
}

#[test]
fn a_tool_that_is_called_after_the_goodbye_waits_for_nobody() {
    on_both(|database| {
        let world = World::new(database);
        let script = json!([{"turns": [{"delay_ms": 1500, "calls": [{"name": "add", "arguments": {"a": 1, "b": 1}}]}, {"say": "so be it"}]}]);
        let agent = json!({"name": "Late", "model": "scripted", "metadata": {"script": script}});
        let agent = world.api.post("/api/v1/agents", agent).expect(201)["id"].as_str().unwrap().to_owned();
        world.api.put("/api/v1/agents/Late/tools/add", json!({})).ok();
        let mut talk = Talk::open(&world.api, &format!("agent_id={agent}"), json!({}));
        talk.say("go");
        std::thread::sleep(Duration::from_millis(300));
        talk.live.close();
        let run = eventually("the run ends without the client", 12, || {
            let run = world.api.get("/api/v1/runs?limit=1").expect(200)["items"][0].clone();
            (run["state"] == "completed").then_some(run)
        });
        assert_eq!(run["output"], "so be it");
    });
}
