//! Whose agents, tools, words and variables are whose: what one member may not do with another's.

use std::time::Duration;

use callwright_testkit::{
    Answer, Api, Options, Person, eventually, on_both,
    people::{PASSWORD, other_organization},
};
use serde_json::{Value, json};

use super::{BINARY, World, id, is};

fn member(world: &World, name: &str, role: &str) -> Person {
    Person::invite(&world.server.api(), &format!("{name}@example.org"), role)
}

/// A token of the caller's own with these scopes only.
fn scoped(api: &Api, scopes: &[&str]) -> Api {
    let made = api.post("/api/v1/tokens", json!({"name": scopes.join(" "), "scopes": scopes})).expect(201);
    api.with_token(made["token"].as_str().unwrap())
}

/// Runs an agent as somebody and waits for its end.
#[track_caller]
fn run(api: &Api, agent: &str, rest: Value) -> Value {
    let mut wish = json!({"agent": agent, "message": "go", "wait_ms": 30000});
    for (key, value) in rest.as_object().unwrap() {
        wish[key] = value.clone();
    }
    api.post("/api/v1/runs", wish).ok()
}

#[test]
fn what_was_not_shared_is_neither_given_on_nor_changed() {
    on_both(|database| {
        let mut world = World::new(database);
        let [ann, bob] = ["ann", "bob"].map(|name| member(&world, name, "builder"));
        // Ann makes a private tool, and a private agent that has it.
        world.api = ann.api.clone();
        world.tool("secret", json!({"is_shared": false}));
        let script = json!({"script": [{"calls": [{"name": "secret"}]}, {"say": "done"}]});
        let agent = json!({"name": "Hers", "model": "scripted", "is_shared": false, "metadata": script});
        ann.api.post("/api/v1/agents", agent.clone()).expect(201);
        ann.api.put("/api/v1/agents/Hers/tools/secret", json!({})).ok();
        let draft = json!({"name": "secret", "kind": "http", "config": {"url": "https://example.org"}});

        // Bob's own agent does not get her tool, by whichever way.
        bob.api.post("/api/v1/agents", json!({"name": "His", "model": "scripted", "metadata": script})).expect(201);
        let refused = |method: &str, path: &str, body: Value| {
            let reply = bob.api.send(method, path, Some(body));
            assert_eq!((reply.status, reply.code()), (403, "forbidden"), "{reply:?}");
        };
        refused("PUT", "/api/v1/agents/His/tools/secret", json!({}));
        // Her tool and her agent are not his to change, to open or to delete.
        refused("PUT", "/api/v1/tools/secret", draft.clone());
        refused("PUT", "/api/v1/tools/secret/draft", draft);
        refused("DELETE", "/api/v1/tools/secret", json!(null));
        let mut opened = agent.clone();
        opened["is_shared"] = json!(true);
        refused("PUT", "/api/v1/agents/Hers", opened.clone());
        refused("PUT", "/api/v1/agents/Hers/tools/secret", json!({"enabled": false}));
        refused("DELETE", "/api/v1/agents/Hers/tools/secret", json!(null));
        refused("DELETE", "/api/v1/agents/Hers", json!(null));
        is(&run(&ann.api, "Hers", json!({})), "completed");
        assert_eq!(world.upstream.count(), 1);

        // With whom it was shared may change it, and share it with nobody else.
        ann.api.post("/api/v1/agents/Hers/grants", json!({"user_ids": [bob.id]})).expect(204);
        refused("PUT", "/api/v1/agents/Hers", opened.clone());
        let mut silent = agent.clone();
        silent.as_object_mut().unwrap().remove("is_shared");
        silent["description"] = json!("as Bob says");
        let saved = bob.api.put("/api/v1/agents/Hers", silent).expect(200);
        assert_eq!((&saved["is_shared"], &saved["description"]), (&json!(false), &json!("as Bob says")));
        // An administrator may do all of it.
        world.server.api().put("/api/v1/agents/His/tools/secret", json!({})).ok();
        assert_eq!(world.server.api().put("/api/v1/agents/Hers", opened).expect(200)["is_shared"], true);
    });
}

#[test]
fn a_pack_does_not_give_on_what_was_not_shared() {
    on_both(|database| {
        let mut world = World::new(database);
        let [ann, bob] = ["ann", "bob"].map(|name| member(&world, name, "builder"));
        let packs = bob.api.get("/api/v1/agent-packs").expect(200);
        let pack = packs["items"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/agent-packs/{pack}/install");
        let plan = bob.api.post(&path, json!({"dry_run": true})).ok();
        let name = plan["tools"][0]["name"].as_str().unwrap().to_owned();
        world.api = ann.api;
        world.tool(&name, json!({"is_shared": false}));
        let refused = bob.api.post(&path, json!({}));
        assert_eq!(refused.status, 403, "{refused:?}");
        assert!(bob.api.get("/api/v1/agents").expect(200)["items"].as_array().unwrap().is_empty());
    });
}

#[test]
fn tools_that_the_agent_does_not_have_need_the_right_to_call_tools() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("other", json!({}));
        world.tool("own", json!({}));
        world.agent("Caller", json!([{"calls": [{"name": "other"}]}, {"say": "{{result}}"}]), &["own"]);
        let person = member(&world, "op", "operator").api;
        let narrow = scoped(&person, &["agents:run"]);
        let wish = json!({"agent": "Caller", "message": "go", "tools": ["other"]});
        let refused = narrow.post("/api/v1/runs", wish);
        assert_eq!(refused.status, 403);
        assert!(refused.text.contains("tools:call") && refused.text.contains("`other`"), "{refused:?}");
        is(&run(&narrow, "Caller", json!({"tools": ["own"]})), "completed");
        assert_eq!(world.upstream.count(), 0);
        let wide = scoped(&person, &["agents:run", "tools:call"]);
        // A tool may be named by its id; the model is given its name.
        let other = id(&world.api.get("/api/v1/tools/other").expect(200));
        let done = run(&wide, "Caller", json!({"tools": [other, "other"]}));
        assert_eq!((&done["output"], world.upstream.count()), (&json!(r#"{"ok":true}"#), 1), "{done}");
    });
}

#[test]
fn nobody_vouches_for_what_another_wrote() {
    on_both(|database| {
        let world = World::new(database);
        world.tool(
            "mine",
            json!({
                "parameters": {"type": "object", "properties": {"contact": {"type": "string"}}},
                "bound": {"contact": "{{ context.verified.contact_id }}"},
            }),
        );
        world.agent("Mine", json!([{"calls": [{"name": "mine"}]}, {"say": "{{result}}"}]), &["mine"]);
        let low = scoped(&world.api, &["agents:run", "agents:write"]);
        let high = scoped(&world.api, &["agents:run", "agents:write", "tools:call", "read", "context:trust"]);
        let victim = json!({"contact_id": "victim"});
        let thread = |api: &Api, context: &Value| id(&api.post("/api/v1/threads", json!({"context": context})).ok());
        let contacts = |world: &World| -> Vec<Value> {
            world.upstream.take().iter().map(|request| request.json()["contact"].clone()).collect()
        };
        let low_thread = thread(&low, &victim);
        run(&high, "Mine", json!({"thread_id": low_thread}));
        assert_eq!(contacts(&world), [] as [Value; 0], "an untrusted thread binds nothing");
        // What the trusted one says itself still counts, on that thread too.
        run(&high, "Mine", json!({"thread_id": low_thread, "context": {"contact_id": "c1"}}));
        assert_eq!(contacts(&world), ["c1"]);
        let high_thread = thread(&high, &json!({"contact_id": "c2"}));
        high.patch(&format!("/api/v1/threads/{high_thread}"), json!({"title": "a title changes nothing"})).expect(200);
        run(&high, "Mine", json!({"thread_id": high_thread}));
        assert_eq!(contacts(&world), ["c2"]);
        low.patch(&format!("/api/v1/threads/{high_thread}"), json!({"context": victim})).expect(200);
        run(&high, "Mine", json!({"thread_id": high_thread}));
        assert_eq!(contacts(&world), [] as [Value; 0], "whoever wrote it last counts");

        // A schedule's variables are its writer's word, whoever has it start.
        let schedule = |api: &Api, name: &str, target: Value| {
            let spec = json!({"name": name, "cron": "0 0 1 1 *", "target": target});
            api.post("/api/v1/schedules", spec).expect(201);
            let job = high.post(&format!("/api/v1/schedules/{name}/run"), json!({})).expect(202);
            eventually("the job ends", 20, || {
                let job = world.api.get(&format!("/api/v1/jobs/{}", id(&job))).expect(200);
                (!["queued", "running"].contains(&job["state"].as_str().unwrap())).then_some(())
            });
        };
        let target = json!({"agent": "Mine", "message": "go", "context": victim});
        schedule(&low, "low", target.clone());
        assert_eq!(contacts(&world), [] as [Value; 0]);
        schedule(&high, "high", target);
        schedule(&high, "call", json!({"tool": "mine", "context": {"contact_id": "c3"}}));
        assert_eq!(contacts(&world), ["victim", "c3"]);
    });
}

#[test]
fn a_session_that_was_revoked_stops_what_it_set_going() {
    on_both(|database| {
        let world = World::new(database);
        world.agent("Greeter", json!([{"say": "hello"}]), &[]);
        let ada = member(&world, "ada", "operator");
        let enter = || {
            let body = json!({"email": ada.email, "password": PASSWORD});
            let short = ada.api.anonymous().post("/token/get_token", body).expect(200);
            ada.api.with_token(short["token"].as_str().unwrap())
        };
        let later =
            |api: &Api| api.post("/api/v1/runs", json!({"agent": "Greeter", "message": "x", "delay_s": 3})).ok();
        let [revoked, left] = [enter(), enter()];
        let (stopped, goes_on) = (later(&revoked), later(&left));
        let tokens = ada.api.get("/api/v1/tokens?limit=200").expect(200);
        let shown = |api: &Api| {
            let items = tokens["items"].as_array().unwrap().iter();
            let text = api.token().unwrap().to_owned();
            let mut found = items.filter(|token| text.starts_with(token["prefix"].as_str().unwrap()));
            id(found.next().unwrap())
        };
        ada.api.delete(&format!("/api/v1/tokens/{}", shown(&revoked))).expect(204);
        left.delete("/api/v1/session").ok();
        assert_eq!(left.get("/api/v1/me").status, 401);
        let stopped =
            eventually("it ends", 30, || Some(world.settled(&stopped)).filter(|run| run["state"] == "failed"));
        assert_eq!(stopped["error"]["code"], "not_allowed", "{stopped}");
        is(&world.settled(&goes_on), "completed");

        // A new password ends what strangers left behind, also those who have signed out meanwhile.
        let [stranger, own] = [enter(), enter()];
        let (theirs, mine) = (later(&stranger), later(&own));
        stranger.delete("/api/v1/session").ok();
        let change = json!({"current_password": PASSWORD, "new_password": "another horse battery"});
        own.put("/api/v1/password", change).ok();
        let theirs = eventually("it ends", 30, || Some(world.settled(&theirs)).filter(|run| run["state"] == "failed"));
        assert_eq!(theirs["error"]["code"], "not_allowed", "{theirs}");
        is(&world.settled(&mine), "completed");
    });
}

#[test]
fn what_the_log_hides_is_hidden_in_a_run() {
    on_both(|database| {
        let world = World::new(database);
        world.tool(
            "card",
            json!({"effect": "write", "redact": ["/pan"], "result": {"redact": ["/token"]},
                "parameters": {"type": "object", "properties": {"pan": {"type": "string"}, "n": {"type": "integer"}}}}),
        );
        world.upstream.always(Answer::json(200, json!({"token": "tok-777", "kept": "yes"})));
        let script = json!([{"calls": [{"name": "card", "arguments": {"pan": "4111-1111", "n": 1}},
            {"name": "card", "arguments": {"pan": "4111-1111", "n": "no number"}}]}, {"say": "ok"}]);
        world.agent("Card", script, &["card"]);
        let done = run(&world.api, "Card", json!({}));
        is(&done, "completed");
        let viewer = member(&world, "vic", "viewer").api;
        let path = format!("/api/v1/runs/{}", id(&done));
        let steps = viewer.get(&format!("{path}/steps")).expect(200);
        assert_eq!(steps["items"][1]["arguments"], json!({"pan": "[redacted]", "n": 1}), "{steps}");
        let text = steps.to_string();
        assert!(text.contains("yes") && !text.contains("4111") && !text.contains("tok-777"), "{text}");
        let messages = format!("/api/v1/threads/{}/messages", done["thread_id"].as_str().unwrap());
        assert_eq!(viewer.get(&messages).status, 403);
        let events = viewer.get(&format!("{path}/events"));
        assert!(events.status == 200 && events.text.contains("completed"), "{events:?}");
        assert!(!events.text.contains("4111") && !events.text.contains("tok-777"), "{events:?}");
        // Whoever asked for it sees their own words.
        assert!(world.steps(&done)[1].to_string().contains("4111-1111"));
        assert!(world.messages(&done).iter().any(|message| message.to_string().contains("tok-777")));
    });
}

#[test]
fn a_stream_of_a_run_ends_with_its_token() {
    on_both(|database| {
        let world = World::new(database);
        world.agent("Slow", json!([{"delay_ms": 60_000, "say": "late"}]), &[]);
        let slow = world.api.post("/api/v1/runs", json!({"agent": "Slow", "message": "x"})).expect(202);
        let viewer = member(&world, "vic", "viewer").api;
        let made = viewer.post("/api/v1/tokens", json!({"name": "watch", "scopes": ["read"]})).expect(201);
        let watcher = viewer.with_token(made["token"].as_str().unwrap());
        let path = format!("/api/v1/runs/{}/events", id(&slow));
        let watching = std::thread::spawn(move || watcher.get(&path));
        std::thread::sleep(Duration::from_millis(500));
        viewer.delete(&format!("/api/v1/tokens/{}", id(&made))).expect(204);
        eventually("the stream ends", 25, || watching.is_finished().then_some(()));
        let told = watching.join().unwrap();
        assert!(told.text.contains("event: run") && told.text.contains("unauthenticated"), "{told:?}");
        world.api.post(&format!("/api/v1/runs/{}/cancel", id(&slow)), json!({})).expect(200);
    });
}

#[test]
fn a_thread_that_is_deleted_takes_along_what_was_said() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("find", json!({}));
        world.upstream.always(Answer::json(200, json!({"secret": "tok-999"})));
        let script = json!([{"calls": [{"name": "find", "arguments": {"q": "word-1"}}]}, {"say": "word-3"}]);
        world.agent("Finder", script, &["find"]);
        let done = run(&world.api, "Finder", json!({"message": "word-2"}));
        is(&done, "completed");
        world.api.delete(&format!("/api/v1/threads/{}", done["thread_id"].as_str().unwrap())).expect(204);
        let path = format!("/api/v1/runs/{}", id(&done));
        let left = world.api.get(&path).expect(200);
        assert_eq!((&left["state"], &left["input"], left.get("output")), (&json!("completed"), &json!(""), None));
        let steps = world.api.get(&format!("{path}/steps")).expect(200);
        assert_eq!(steps["items"].as_array().unwrap().len(), 3);
        for word in ["word-", "tok-999"] {
            assert!(!left.to_string().contains(word) && !steps.to_string().contains(word), "{word}: {left} {steps}");
        }
        assert!(world.api.get(&format!("{path}/events")).text.contains("completed"));
    });
}

#[test]
fn one_organization_does_not_keep_another_waiting() {
    on_both(|database| {
        let mut world = World::with(Options::new(BINARY, database).env("CALLWRIGHT_WORKERS", "2"));
        world.agent("Slow", json!([{"delay_ms": 20_000, "say": "late"}]), &[]);
        let abroad = other_organization(&mut world.server);
        let started: Vec<Value> = (0..3)
            .map(|_| {
                let wish = json!({"agent": "Slow", "message": "x", "limits": {"timeout_s": 6}});
                world.api.post("/api/v1/runs", wish).expect(202)
            })
            .collect();
        abroad
            .post(
                "/api/v1/agents",
                json!({"name": "Quick", "model": "scripted",
            "metadata": {"script": [{"say": "hello"}]}}),
            )
            .expect(201);
        let quick = run(&abroad, "Quick", json!({"wait_ms": 4_000}));
        assert_eq!(quick["output"], "hello", "{quick}");
        // Those that found no room in their time end all the same.
        for run in &started {
            let ended = eventually("it ends", 15, || Some(world.settled(run)).filter(|run| run["state"] == "failed"));
            assert_eq!(ended["error"]["code"], "deadline", "{ended}");
        }
    });
}
