//! Definitions: taken over, pinned, quarantined when they change, and accepted.

use callwright_testkit::{Person, eventually, on_both};
use serde_json::{Value, json};

use crate::world::{SERVERS, Theirs, World};

#[test]
fn tools_are_taken_over_with_what_their_server_says_of_them() {
    on_both(|database| {
        let Some(theirs) = Theirs::python(&[]) else { return };
        let world = World::new(database);
        world.register(&theirs, json!({}));
        assert_eq!(world.state("echo"), "available");
        let rehearsed = world.adopt(json!({"tools": [{"tool": "echo"}], "dry_run": true}));
        assert_eq!((&rehearsed[0]["action"], world.state("echo").as_str()), (&json!("created"), "available"));
        let adopted = world.adopt(json!({"tools": [
            {"tool": "echo", "name": "say_again"}, {"tool": "write"}, {"tool": "erase"},
            {"tool": "add", "effect": "write", "description": "Adds."},
        ]}));
        let effects: Vec<&Value> = adopted.iter().map(|tool| &tool["effect"]).collect();
        assert_eq!(effects, [&json!("read"), &json!("write"), &json!("destructive"), &json!("write")]);
        let tool = world.api.get("/api/v1/tools/say_again").expect(200);
        assert_eq!(tool["config"]["server"], "tester");
        assert_eq!(tool["config"]["tool"], "echo");
        assert!(tool["config"]["definition"].as_str().unwrap().starts_with("sha256:"), "{tool}");
        assert_eq!(tool["parameters"]["required"], json!(["text"]));
        assert_eq!(world.api.get("/api/v1/tools/add").expect(200)["description"], "Adds.");
        // A second time nothing changes; a name that is taken is told, and the others are taken over.
        assert_eq!(world.adopt(json!({"tools": [{"tool": "echo"}]}))[0]["action"], "unchanged");
        let path = format!("{SERVERS}/tester/tools");
        let answer =
            world.api.post(&path, json!({"tools": [{"tool": "fail", "name": "write"}, {"tool": "pid"}]})).expect(200);
        assert!(answer["tools"][0]["error"].is_string() && answer["tools"][1].get("error").is_none(), "{answer}");
        let refused = world.api.post(&path, json!({"tools": [{"tool": "nothing"}]})).expect(422);
        assert_eq!(refused["error"]["details"]["field"], "tools.0.tool");
        world.api.post(&path, json!({})).expect(422);
    });
}

#[test]
fn a_changed_definition_is_not_called_until_somebody_accepts_it() {
    on_both(|database| {
        let Some(theirs) = Theirs::python(&[]) else { return };
        let world = World::new(database);
        world.register(&theirs, json!({ "protocol": "initialize" }));
        world.adopt(json!({"all": true}));
        let pinned = world.api.get("/api/v1/tools/weather").expect(200);
        assert_eq!(world.call("weather", json!({"city": "Rome"}))["state"], "done");
        theirs.tell("change");
        let refreshed = world.api.post(&format!("{SERVERS}/tester/refresh"), json!({})).expect(200);
        assert_eq!(refreshed["has_changed"], true, "{refreshed}");
        assert_eq!((world.state("weather").as_str(), world.state("echo").as_str()), ("quarantined", "adopted"));

        let before = theirs.count("tools/call");
        let refused = world.call("weather", json!({"city": "Rome"}));
        assert_eq!(
            (&refused["error"]["code"], &refused["error"]["require_human"]),
            (&json!("mcp_definition_changed"), &json!(true))
        );
        assert_eq!(theirs.count("tools/call"), before, "nothing is sent");
        // Saving something else of the tool is not accepting it.
        let mut spec = pinned.clone();
        for field in ["id", "organization_id", "user_id", "revision", "created_at", "updated_at", "version"] {
            spec.as_object_mut().unwrap().remove(field);
        }
        spec["config"].as_object_mut().unwrap().remove("definition");
        spec["display_name"] = json!("The weather");
        world.api.put("/api/v1/tools/weather", spec.clone()).ok();
        assert_eq!(world.call("weather", json!({"city": "Rome"}))["error"]["code"], "mcp_definition_changed");
        // Nor does a builder get past it: not by naming what is shown now, and not by a tool of their own for it.
        let builder = Person::invite(&world.api, "builder@example.org", "builder").api;
        let path = format!("{SERVERS}/tester/tools/weather/accept");
        let shown = world.api.post(&path, json!({"dry_run": true})).expect(200)["hash"].clone();
        let mut theirs_by_hand = spec;
        theirs_by_hand["config"]["definition"] = shown;
        let refused = builder.put("/api/v1/tools/weather", theirs_by_hand);
        assert!(refused.status == 403 && refused.text.contains("config.definition"), "{refused:?}");
        let second = json!({"name": "weather_too", "kind": "mcp", "effect": "read",
            "config": {"server": "tester", "tool": "weather"}});
        builder.post("/api/v1/tools", second).expect(201);
        let refused = builder.post("/api/v1/tools/weather_too/call", json!({"arguments": {"city": "Rome"}}));
        assert!(refused.body["error"]["code"].as_str().is_some_and(|code| code.starts_with("mcp_")), "{refused:?}");
        assert_eq!(theirs.count("tools/call"), before, "nothing is sent");
        world.api.delete("/api/v1/tools/weather_too").expect(204);

        let path = format!("{SERVERS}/tester/tools/weather/accept");
        let shown = world.api.post(&path, json!({"dry_run": true})).expect(200);
        let diff = shown["diff"].to_string();
        assert!(diff.contains("password") && diff.contains("send_to"), "{shown}");
        assert_eq!(world.state("weather"), "quarantined", "looking is not accepting");
        let wrong = format!("sha256:{}", "0".repeat(64));
        world.api.post(&path, json!({ "hash": wrong })).expect(409);
        let accepted = world.api.post(&path, json!({ "hash": shown["hash"] })).expect(200);
        assert_eq!(accepted["tools"][0]["action"], "updated", "{accepted}");
        assert_eq!(world.state("weather"), "adopted");
        let tool = world.api.get("/api/v1/tools/weather").expect(200);
        assert!(tool["revision"].as_i64() > pinned["revision"].as_i64(), "{tool}");
        assert!(tool["parameters"]["properties"].get("send_to").is_some(), "{tool}");
        let answer = world.call("weather", json!({"city": "Rome", "send_to": "me"}));
        assert_eq!(answer["data"]["result"], "weather in Rome, sent to me", "{answer}");
        // The revision before is as it was: its definition is not the server's any more.
        world.api.post("/api/v1/tools/weather/rollback", json!({ "revision": pinned["revision"] })).ok();
        assert_eq!(world.state("weather"), "quarantined");
        world.api.post(&format!("{SERVERS}/tester/tools/nothing/accept"), json!({})).expect(404);
    });
}

#[test]
fn a_server_that_says_it_changed_is_asked_and_a_tool_that_is_gone_is_not_called() {
    on_both(|database| {
        for protocol in ["initialize", "stateless"] {
            let Some(theirs) = Theirs::python(&[]) else { return };
            let world = World::new(database);
            world.register(&theirs, json!({ "protocol": protocol }));
            world.adopt(json!({"all": true}));
            world.call("mutate", json!({}));
            eventually("the quarantine", 10, || (world.state("weather") == "quarantined").then_some(()));
            let refused = world.call("weather", json!({"city": "Rome"}));
            assert_eq!(refused["error"]["code"], "mcp_definition_changed", "{protocol}");
            theirs.tell("remove");
            world.api.post(&format!("{SERVERS}/tester/refresh"), json!({})).expect(200);
            assert_eq!(world.state("weather"), "gone");
            assert_eq!(world.call("weather", json!({"city": "Rome"}))["error"]["code"], "mcp_tool_gone");
        }
    });
}

#[test]
fn a_server_that_changed_behind_our_back_is_noticed_before_the_first_call() {
    on_both(|database| {
        let Some(theirs) = Theirs::python(&[]) else { return };
        let world = World::new(database);
        world.register(&theirs, json!({ "protocol": "initialize", "idle_timeout_s": 1 }));
        world.adopt(json!({"all": true}));
        theirs.tell("change");
        std::thread::sleep(std::time::Duration::from_millis(2_500));
        // The session was closed for being idle; a new one reads the list before anything is called.
        let refused = world.call("weather", json!({"city": "Rome"}));
        assert_eq!(refused["error"]["code"], "mcp_definition_changed", "{refused}");
        assert_eq!((theirs.count("initialize"), theirs.count("tools/call")), (2, 0));
    });
}

#[test]
fn a_definition_without_what_our_tool_fills_in_is_not_accepted() {
    on_both(|database| {
        let Some(theirs) = Theirs::python(&[]) else { return };
        let world = World::new(database);
        world.register(&theirs, json!({}));
        world.adopt(json!({"all": true}));
        let mut spec = world.api.get("/api/v1/tools/weather").expect(200);
        for field in ["id", "organization_id", "user_id", "revision", "created_at", "updated_at", "version"] {
            spec.as_object_mut().unwrap().remove(field);
        }
        spec["bound"] = json!({"city": "{{ \"Rome\" }}"});
        world.api.put("/api/v1/tools/weather", spec).ok();
        assert_eq!(world.call("weather", json!({}))["data"]["result"], "weather in Rome");
        theirs.tell("narrow");
        world.api.post(&format!("{SERVERS}/tester/refresh"), json!({})).expect(200);
        let before = world.api.get("/api/v1/tools/weather").expect(200);
        let path = format!("{SERVERS}/tester/tools/weather/accept");
        for wish in [json!({"dry_run": true}), json!({})] {
            let refused = world.api.post(&path, wish).expect(409);
            assert_eq!(refused["error"]["code"], "bound_gone", "{refused}");
        }
        let after = world.api.get("/api/v1/tools/weather").expect(200);
        assert_eq!((&after["revision"], &after["bound"]), (&before["revision"], &before["bound"]));
        assert_eq!(world.state("weather"), "quarantined");
        // Brought back, it is filled in as before: the model never had it in its hands.
        theirs.tell("change");
        world.api.post(&format!("{SERVERS}/tester/refresh"), json!({})).expect(200);
        world.api.post(&path, json!({})).expect(200);
        let answer = world.call("weather", json!({"send_to": "me"}));
        assert_eq!(answer["data"]["result"], "weather in Rome, sent to me", "{answer}");
        assert_eq!(world.call("weather", json!({"city": "Oslo"}))["error"]["class"], "validation_error");
    });
}
