//! The wire, frame by frame.

use callwright_testkit::{Database, Live, Options, Person, eventually, on_both, people::other_organization};
use serde_json::{Value, json};

use super::{BINARY, Talk, World, first};

#[test]
fn a_client_talks_calls_its_tools_and_says_goodbye() {
    on_both(|database| {
        let world = World::new(database);
        let mut talk = world.talk();
        talk.say("hello there");
        assert_eq!(talk.until("agent_chat_response_part")["text_response_part"]["type"], "start");
        let part = talk.until("agent_chat_response_part");
        assert_eq!(part["text_response_part"]["text"], "you said: hello there");
        assert_eq!(talk.until("agent_chat_response_part")["text_response_part"]["type"], "stop");
        assert_eq!(talk.answer(), "you said: hello there");

        talk.say("add");
        assert_eq!(talk.answer(), "Let me add.");
        let (name, id, parameters) = talk.call();
        assert_eq!((name.as_str(), &parameters), ("add", &json!({"a": 2, "b": 3})));
        assert!(id.starts_with("tick_"), "{id}");
        talk.result(&id, json!(5), false);
        assert_eq!(talk.answer(), "sum 5");

        // Answers in another order than the calls, an object in a text, and nothing at all.
        talk.say("both");
        let mut calls: Vec<(String, String, Value)> = (0..4).map(|_| talk.call()).collect();
        calls.sort_by(|one, other| one.0.cmp(&other.0));
        let names: Vec<&str> = calls.iter().map(|(name, ..)| name.as_str()).collect();
        assert_eq!(names, ["add", "empty", "obj", "slow_add"]);
        for (name, result) in
            [("obj", json!("{\"k\": [1]}")), ("empty", json!(null)), ("add", json!(2)), ("slow_add", json!(11))]
        {
            let (_, id, _) = calls.iter().find(|(called, ..)| called == name).unwrap();
            talk.result(id, result.clone(), false);
            talk.result(id, json!("a second answer changes nothing"), false);
        }
        assert_eq!(talk.answer(), "11 and 2 and [1] and done");

        talk.say("boom");
        let (_, id, _) = talk.call();
        talk.result(&id, json!("'bad'"), true);
        let told = talk.answer();
        assert!(told.contains("'bad'") && told.contains("client_error"), "{told}");

        let id = talk.id.clone();
        let live = world.logged(&id);
        assert_eq!(
            (&live["state"], &live["source"], &live["is_public"]),
            (&json!("live"), &json!("test"), &json!(false))
        );
        talk.live.close();
        let ended = eventually("the conversation ends", 10, || {
            let logged = world.logged(&id);
            (logged["state"] == "ended").then_some(logged)
        });
        assert_eq!((&ended["end_reason"], &ended["outcome"]), (&json!("client"), &json!("success")));
        assert!(ended["usage"]["total_tokens"].as_u64().unwrap() > 0, "{ended}");
        let add = ended["tools"].as_array().unwrap().iter().find(|tool| tool["name"] == "add").unwrap();
        assert_eq!((&add["count"], &add["failed"]), (&json!(2), &json!(0)));
        // What a tool did is on record under the conversation.
        let page = world.api.get("/api/v1/executions?tool=boom").expect(200);
        let execution = &page["items"][0];
        assert_eq!((&execution["conversation_id"], &execution["state"]), (&json!(id), &json!("failed")));
    });
}

#[test]
fn a_tool_that_nobody_answers_times_out_and_the_run_goes_on() {
    on_both(|database| {
        let world = World::new(database);
        let mut talk = world.talk();
        talk.say("never");
        let (_, id, _) = talk.call();
        let told = talk.answer();
        assert!(told.contains("timeout_error") && told.contains("client_timeout"), "{told}");
        talk.result(&id, json!("too late"), false);
        talk.say("hello");
        assert_eq!(talk.answer(), "you said: hello");
        let page = world.api.get("/api/v1/executions?tool=never").expect(200);
        assert_eq!(page["items"][0]["error"]["class"], "timeout_error");
        // One that wants no answer is told and done.
        talk.say("tell");
        let (name, id, parameters) = talk.call();
        assert_eq!((name.as_str(), parameters), ("tell", json!({"page": 7})));
        talk.result(&id, json!("Client tool: tell called successfully."), false);
        assert_eq!(talk.answer(), "told");
    });
}

#[test]
fn a_new_message_interrupts_what_is_being_said() {
    on_both(|database| {
        let world = World::new(database);
        let mut talk = world.talk();
        talk.say("wait for it");
        eventually("the run is at work", 10, || {
            let page = world.api.get("/api/v1/runs?state=running").expect(200);
            (page["items"].as_array().unwrap().len() == 1).then_some(())
        });
        talk.say("leave it");
        talk.until("interruption");
        assert_eq!(talk.answer(), "you said: leave it");
        let page = world.api.get("/api/v1/runs?state=cancelled").expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), 1);

        // Also while the client is asked for something: its answer is not waited for any more.
        talk.say("add");
        let (_, id, _) = talk.call();
        talk.say("forget it");
        talk.until("interruption");
        assert_eq!(talk.answer(), "you said: forget it");
        talk.result(&id, json!(5), false);
        talk.say("still here?");
        assert_eq!(talk.answer(), "you said: still here?");
        let page = world.api.get("/api/v1/executions?tool=add").expect(200);
        assert_eq!(
            (&page["items"][0]["state"], &page["items"][0]["error"]["class"]),
            (&json!("failed"), &json!("cancelled"))
        );
    });
}

#[test]
fn only_who_may_talk_talks() {
    on_both(|database| {
        let mut world = World::new(database);
        let nobody = world.api.anonymous();
        let agent = world.agent.clone();
        let path = |query: &str| format!("/v1/convai/conversation?{query}");
        assert_eq!(Live::attempt(&nobody, &path(&format!("agent_id={agent}")), &[]).err(), Some(401));
        assert_eq!(Live::attempt(&world.api, &path("agent_id=Helper"), &[]).err(), None);
        assert_eq!(Live::attempt(&world.api, &path("agent_id=Nobody"), &[]).err(), Some(404));
        assert_eq!(Live::attempt(&world.api, "/v1/convai/conversation", &[]).err(), Some(422));
        let viewer = Person::invite(&world.api, "viewer@example.org", "viewer").api;
        assert_eq!(Live::attempt(&viewer, &path(&format!("agent_id={agent}")), &[]).err(), Some(403));
        assert_eq!(viewer.get(&format!("/v1/convai/conversation/get-signed-url?agent_id={agent}")).status, 403);
        assert_eq!(nobody.get(&format!("/v1/convai/conversation/get-signed-url?agent_id={agent}")).status, 401);
        let refused = nobody.get("/v1/convai/conversation/token?agent_id=x");
        assert_eq!((refused.status, refused.code()), (404, "webrtc_not_supported"));

        // A signed address is good for one conversation, with its own agent and as long as its token is.
        let operator = Person::invite(&world.api, "op@example.org", "operator").api;
        let made = operator.post("/api/v1/tokens", json!({"name": "site"})).expect(201);
        let keyed = nobody.with_header("xi-api-key", made["token"].as_str().unwrap());
        let sign = || {
            let url = keyed.get(&format!("/v1/convai/conversation/get-signed-url?agent_id={agent}")).expect(200);
            let url = url["signed_url"].as_str().unwrap().to_owned();
            let base = world.server.url().replacen("http", "ws", 1);
            url.strip_prefix(&base).unwrap_or_else(|| panic!("{url} is not at {base}")).to_owned()
        };
        let signed = sign();
        let query = signed.split_once('?').unwrap().1.to_owned();
        let mut talk = Talk::open(&nobody, &query, json!({}));
        talk.say("hi");
        assert_eq!(talk.answer(), "you said: hi");
        let mut again = Live::attempt(&nobody, &signed, &[]).ok().unwrap();
        again.send(&first(json!({})).to_string());
        let refused = again.read().unwrap();
        assert_eq!(
            (&refused["type"], &refused["error_event"]["error_type"]),
            (&json!("error"), &json!("address_used"))
        );
        assert_eq!(again.closed(), 1008);
        let other = signed.replace(&agent, "asst_01k0000000000000000000000a");
        assert_eq!(Live::attempt(&nobody, &other, &[]).err(), Some(401));
        let mut broken = signed.clone();
        let at = signed.len() - 10;
        broken.replace_range(at..=at, if signed[at..].starts_with('A') { "B" } else { "A" });
        assert_eq!(Live::attempt(&nobody, &broken, &[]).err(), Some(401));

        let fresh = sign();
        operator.delete(&format!("/api/v1/tokens/{}", made["id"].as_str().unwrap())).expect(204);
        assert_eq!(Live::attempt(&nobody, &fresh, &[]).err(), Some(401), "revoked with its token");
        talk.say("still here?");
        talk.until("error");
        assert_eq!(talk.live.closed(), 1008);

        // Next door there is none of it.
        let abroad = other_organization(&mut world.server);
        assert_eq!(Live::attempt(&abroad, &path(&format!("agent_id={agent}")), &[]).err(), Some(404));
        assert_eq!(abroad.get(&format!("/api/v1/conversations/{}", talk.id)).status, 404);
        assert!(abroad.get("/api/v1/conversations").expect(200)["items"].as_array().unwrap().is_empty());
    });
}

#[test]
fn a_public_agent_talks_to_anybody_and_only_administrators_make_one() {
    on_both(|database| {
        let options = Options::new(BINARY, database).env("CALLWRIGHT_CONVERSATIONS_MAX_PUBLIC", "2");
        let world = World::with(options, json!({"public": true}));
        let builder = Person::invite(&world.api, "builder@example.org", "builder").api;
        let refused = builder.post("/api/v1/agents", json!({"name": "Mine", "public": true}));
        assert_eq!((refused.status, refused.code()), (403, "forbidden"));
        let nobody = world.api.anonymous();
        let query = format!("agent_id={}", world.agent);
        let mut talk = Talk::open(&nobody, &query, json!({"dynamic_variables": {"name": "Ada"}, "user_id": "u-1"}));
        talk.say("add");
        let (_, id, _) = talk.call();
        talk.result(&id, json!(5), false);
        assert_eq!(talk.answer(), "sum 5");
        let logged = world.logged(&talk.id);
        assert_eq!((&logged["is_public"], &logged["client_user_id"]), (&json!(true), &json!("u-1")));
        assert_eq!(logged["dynamic_variables"], json!({"name": "Ada"}));
        let second = Talk::open(&nobody, &query, json!({}));
        let path = format!("/v1/convai/conversation?{query}");
        assert_eq!(Live::attempt(&nobody, &path, &[]).err(), Some(429), "there are as many as there may be");
        second.live.close();
        // Not public any more: what goes on is stopped at its next turn.
        let mut spec = json!({"name": "Helper", "model": "scripted", "metadata": {"script": super::script()}});
        spec["public"] = json!(false);
        world.api.put("/api/v1/agents/Helper", spec).expect(200);
        talk.say("hello?");
        talk.until("error");
        assert_eq!(talk.live.closed(), 1008);
        assert_eq!(Live::attempt(&nobody, &path, &[]).err(), Some(401));
    });
}

#[test]
fn what_the_client_says_first_is_used_as_far_as_the_agent_allows() {
    on_both(|database| {
        let profile = json!({"first_message": "Hello {{ name }}!", "overrides": ["language"],
            "instructions": "You help {{ name }}, who is {{age}}."});
        let world = World::with(Options::new(BINARY, database), profile);
        let query = format!("agent_id={}", world.agent);
        let refused = |init: Value| {
            let mut live = Live::open(&world.api, &format!("/v1/convai/conversation?{query}"));
            live.send(&first(init).to_string());
            let frame = live.read().unwrap();
            assert_eq!((&frame["type"], live.closed()), (&json!("error"), 1008), "{frame}");
            (frame["error_event"]["error_type"].clone(), frame["error_event"]["message"].as_str().unwrap().to_owned())
        };
        let (kind, message) = refused(json!({"dynamic_variables": {"name": "Ada"}}));
        assert_eq!(kind, "missing_dynamic_variable");
        assert!(message.contains("`age`") && !message.contains("`name`"), "{message}");
        let variables = json!({"name": "{{ age }}", "age": 36});
        let agent = json!({"prompt": {"prompt": "Be rude."}});
        let (kind, message) =
            refused(json!({"dynamic_variables": variables, "conversation_config_override": {"agent": agent}}));
        assert_eq!(kind, "override_error");
        assert!(message.contains("`prompt`"), "{message}");
        assert_eq!(refused(json!({"dynamic_variables": {"name": [1], "age": 1}})).0, "invalid_message");

        let agent = json!({"language": "de"});
        let init = json!({"dynamic_variables": variables, "conversation_config_override": {"agent": agent,
            "conversation": {"client_events": ["agent_response"]}}});
        let mut talk = Talk::open(&world.api, &query, init);
        let frame = talk.live.read().unwrap();
        assert_eq!(frame["agent_response_event"]["agent_response"], "Hello {{ age }}!", "filled in once: {frame}");
        talk.send(json!({"type": "contextual_update", "text": "the person looks at page 2"}));
        talk.send(json!({"type": "user_activity"}));
        talk.send(json!({"type": "what_is_this", "x": 1}));
        talk.say("hi");
        let frame = talk.live.read().unwrap();
        assert_eq!(frame["type"], "agent_response", "nothing else was asked for: {frame}");
        let messages = world.api.get(&format!("/api/v1/conversations/{}/messages", talk.id)).expect(200);
        let told: Vec<String> = messages["items"].as_array().unwrap().iter().map(Value::to_string).collect();
        assert!(
            told[1].contains("the person looks at page 2") && told[1].contains("not said by the person"),
            "{told:?}"
        );
        assert!(told[2].contains("hi") && !told[2].contains("page 2"), "{told:?}");
        // The update is for one turn.
        talk.say("again");
        talk.answer();
        let messages = world.api.get(&format!("/api/v1/conversations/{}/messages", talk.id)).expect(200);
        assert_eq!(messages["items"].to_string().matches("page 2").count(), 1);
    });
}

#[test]
fn bad_frames_hurt_nobody_else() {
    on_both(|database| {
        let world = World::new(database);
        let mut talk = world.talk();
        for _ in 0..3 {
            talk.send(json!({"user_audio_chunk": "AAAA"}));
        }
        assert_eq!(talk.until("error")["error_event"]["error_type"], "text_only");
        talk.send(json!({"type": "multimodal_message", "text": {"type": "user_message", "text": "look"}}));
        assert_eq!(talk.answer(), "you said: look");
        talk.send(json!({"type": "user_message", "text": 7}));
        assert_eq!(talk.until("error")["error_event"]["error_type"], "invalid_message", "the sound was answered once");
        talk.say("   ");
        talk.until("error");
        talk.say(&"x".repeat(40_000));
        talk.until("error");
        talk.say("fail");
        let error = talk.until("error");
        assert_eq!(error["error_event"]["error_type"], "model_error");
        assert!(error["error_event"]["message"].as_str().unwrap().contains("no such model"), "{error}");
        talk.say("hello");
        assert_eq!(talk.answer(), "you said: hello");

        let mut other = world.talk();
        other.live.send("{ not json");
        assert_eq!(other.live.closed(), 1008);
        assert_eq!(world.logged(&other.id)["end_reason"], "policy_violation");
        // Calls of another conversation are not this one's to answer.
        talk.say("add");
        let (_, id, _) = talk.call();
        let mut third = world.talk();
        third.result(&id, json!(99), false);
        third.say("hello");
        third.answer();
        talk.result(&id, json!(5), false);
        assert_eq!(talk.answer(), "sum 5");

        let mut flood = world.talk();
        for _ in 0..450 {
            if !flood.live.try_send(&json!({"type": "user_activity"}).to_string()) {
                break;
            }
        }
        assert!([1008, 0].contains(&flood.live.closed()));
        talk.say("hello");
        assert_eq!(talk.answer(), "you said: hello");
    });
}

#[test]
fn a_client_tool_without_a_conversation_is_answered_by_the_api() {
    on_both(|database| {
        let world = World::new(database);
        let pending = world
            .api
            .post(
                "/api/v1/tools",
                json!({"name": "ask", "kind": "client", "parameters": {"type": "object"},
                "policy": {"timeout_ms": 200}, "config": {"timeout_s": 30}}),
            )
            .status;
        assert_eq!(pending, 201);
        let call = json!({"arguments": {"q": 1}, "context": {"conversation_id": "conv_01k0000000000000000000000a"}});
        let answer = world.api.post("/api/v1/tools/ask/call", call).ok();
        assert_eq!((&answer["state"], &answer["pending"]["kind"]), (&json!("parked"), &json!("client")), "{answer}");
        let path = format!("/api/v1/executions/{}/result", answer["execution_id"].as_str().unwrap());
        let other = Person::invite(&world.api, "viewer@example.org", "viewer").api;
        assert_eq!(other.post(&path, json!({"result": 1})).status, 403);
        assert_eq!(world.api.post(&path, json!({"result": {"yes": true}})).expect(200)["status"], "received");
        assert_eq!(world.api.post(&path, json!({"result": 2})).expect(200)["status"], "already_received");
        let outcome = world.api.get(&path.replace("/result", "/answer")).expect(200);
        assert_eq!((&outcome["success"], &outcome["data"]), (&json!(true), &json!({"yes": true})));
        // With its key the same call is the same execution.
        let keyed = world.api.with_header("Idempotency-Key", "k1");
        let first = keyed.post("/api/v1/tools/ask/call", json!({"arguments": {"q": 2}})).ok();
        let again = keyed.post("/api/v1/tools/ask/call", json!({"arguments": {"q": 2}})).ok();
        assert_eq!(first["execution_id"], again["execution_id"]);
        // What makes no sense is refused when it is saved.
        for (config, field) in [
            (json!({"timeout_s": 0}), "config.timeout_s"),
            (json!({"timeout_s": 121}), "config.timeout_s"),
            (json!({"timeout_s": -1, "expects_response": false}), "config.timeout_s"),
        ] {
            let reply = world.api.post("/api/v1/tools", json!({"name": "bad", "kind": "client", "config": config}));
            assert_eq!((reply.status, &reply.body["error"]["details"]["field"]), (422, &json!(field)), "{reply:?}");
        }
        let parameters = json!({"type": "object", "properties": {"tool_call_id": {"type": "string"}}});
        let tool = json!({"name": "bad", "kind": "client", "config": {}, "parameters": parameters});
        assert_eq!(world.api.post("/api/v1/tools", tool).status, 422);
    });
}

#[test]
fn conversations_end_by_themselves() {
    let options = Options::new(BINARY, Database::Sqlite)
        .env("CALLWRIGHT_CONVERSATION_IDLE_SECONDS", "2")
        .env("CALLWRIGHT_CONVERSATION_MAX_SECONDS", "5");
    let world = World::with(options, json!({}));
    let mut idle = world.talk();
    assert_eq!(idle.live.closed(), 1000);
    assert_eq!(world.logged(&idle.id)["end_reason"], "idle_timeout");
    let mut long = world.talk();
    let ended = loop {
        long.send(json!({"type": "user_activity"}));
        std::thread::sleep(std::time::Duration::from_millis(500));
        let logged = world.logged(&long.id);
        if logged["state"] == "ended" {
            break logged;
        }
    };
    assert_eq!(ended["end_reason"], "max_duration_exceeded");
    assert_eq!(long.until("error")["error_event"]["error_type"], "max_duration_exceeded");
}
