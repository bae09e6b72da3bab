//! Registering servers: what is asked, what is kept, what is refused, and who may.

use callwright_testkit::{Options, Person, on_both};
use serde_json::{Value, json};

use crate::world::{BINARY, Everything, KEY, SERVERS, Theirs, World};

#[test]
fn a_server_is_registered_as_the_guide_says_and_called_through_the_corridor() {
    on_both(|database| {
        let Some(theirs) = Theirs::python(&[("MCP_TEST_KEY", KEY), ("MCP_TEST_PATH", "/bi/mcp")]) else { return };
        let world = World::new(database);
        // The bare address does not speak the protocol; `{url}/mcp` does.
        let spec = json!({"name": "business_intelligence_server", "url": theirs.url("/bi"), "api_key": KEY,
            "capabilities": ["data_query", "report_generation"], "is_enabled": true});
        let reply = world.api.post(SERVERS, spec.clone());
        let server = reply.expect(201);
        assert_eq!(server["found"]["endpoint"], json!(theirs.url("/bi/mcp")), "{server}");
        assert_eq!(server["found"]["server_name"], "tester");
        assert_eq!(server["found"]["server_version"], "1.2.3");
        assert_eq!(server["capabilities"], json!(["data_query", "report_generation"]));
        assert_eq!(server["auth"], json!({"type": "bearer", "secret": "MCP_BUSINESS_INTELLIGENCE_SERVER_KEY"}));
        assert!(server["id"].as_str().unwrap().starts_with("mcp_"), "{server}");
        world.api.post(SERVERS, spec).expect(409);

        let made = world.api.post(
            "/agents/tools/create",
            json!({"name": "echo", "tool_type": "mcp_server",
                "implementation": {"server_name": "business_intelligence_server", "tool_name": "echo"}}),
        );
        assert!(made.status == 200 || made.status == 201, "{}", made.text);
        let listed = world.api.get("/agents/tools?categories=mcp").expect(200);
        let tool = &listed["tools"][0];
        assert_eq!((&tool["name"], &tool["category"]), (&json!("echo"), &json!("mcp")), "{listed}");
        assert!(tool.to_string().contains("Says it again."), "{tool}");
        let answer = world.call("echo", json!({"text": "hello"}));
        assert_eq!((&answer["state"], &answer["data"]), (&json!("done"), &json!({"result": "hello"})), "{answer}");
        // What the schema does not allow is refused before anything is sent.
        let before = theirs.count("tools/call");
        let answer = world.call("echo", json!({"text": 1}));
        assert_eq!(answer["error"]["class"], "validation_error", "{answer}");
        assert_eq!(theirs.count("tools/call"), before);
        // The key is nowhere to be read.
        let answer = world.api.get(&format!("{SERVERS}/business_intelligence_server")).expect(200);
        assert!(!answer.to_string().contains(KEY), "{answer}");
        assert!(!world.server.log().contains(KEY));
        let secrets = world.api.get("/api/v1/secrets").expect(200);
        assert!(secrets.to_string().contains("MCP_BUSINESS_INTELLIGENCE_SERVER_KEY"));
        world.api.delete(&format!("{SERVERS}/business_intelligence_server")).expect(204);
        let secrets = world.api.get("/api/v1/secrets").expect(200);
        assert!(!secrets.to_string().contains("MCP_BUSINESS"), "the key goes with its server: {secrets}");
        let answer = world.call("echo", json!({"text": "hello"}));
        assert_eq!(answer["error"]["code"], "mcp_server_unknown", "{answer}");
    });
}

#[test]
fn the_outbound_policy_holds_for_servers_too() {
    on_both(|database| {
        let Some(theirs) = Theirs::python(&[]) else { return };
        let world = World::with(Options::new(BINARY, database).env("CALLWRIGHT_OUTBOUND_ALLOW", ""));
        let refused = world.api.post(SERVERS, json!({"name": "tester", "url": theirs.url("/mcp")})).expect(422);
        assert_eq!(refused["error"]["details"]["field"], "url", "{refused}");
        // A name is judged by where it leads, when it is connected to.
        let url = format!("http://localhost.localdomain:{}/mcp", theirs.port);
        let reply = world.api.post(SERVERS, json!({"name": "tester", "url": url}));
        assert!(reply.status == 422 || reply.body["found"]["error"].is_string(), "{}", reply.text);
        assert_eq!(theirs.count("initialize") + theirs.count("server/discover"), 0);
    });
}

#[test]
fn what_makes_no_sense_is_refused_by_field_and_only_administrators_may() {
    on_both(|database| {
        let world = World::new(database);
        for (spec, field) in [
            (json!({"name": "a b", "url": "https://mcp.example.com"}), "name"),
            (json!({"name": "a", "url": "mcp.example.com"}), "url"),
            (json!({"name": "a"}), "url"),
            (json!({"name": "a", "command": "sh"}), "command"),
            (json!({"name": "a", "url": "https://h", "auth": {"type": "bearer", "secret": "sk-1"}}), "auth.secret"),
            (
                json!({"name": "a", "url": "https://h", "api_key": "k", "auth": {"type": "bearer", "secret": "S"}}),
                "api_key",
            ),
            (json!({"name": "a", "url": "https://h", "headers": {"Authorization": "x"}}), "headers"),
            (json!({"name": "a", "url": "https://h", "idle_timeout_s": 0}), "idle_timeout_s"),
            (json!({"name": "a", "url": "https://h", "surprise": 1}), "surprise"),
        ] {
            let refused = world.api.post(SERVERS, spec.clone()).expect(422);
            assert_eq!(refused["error"]["details"]["field"], field, "{spec}: {refused}");
        }
        for role in ["operator", "builder"] {
            let person = Person::invite(&world.api, &format!("{role}@example.org"), role).api;
            person.get(SERVERS).expect(403);
            person.post(SERVERS, json!({"name": "a", "url": "https://h.example"})).expect(403);
        }
        world.api.get(&format!("{SERVERS}/nobody")).expect(404);
    });
}

#[test]
fn a_change_holds_at_once() {
    on_both(|database| {
        let Some(theirs) = Theirs::python(&[("MCP_TEST_KEY", KEY)]) else { return };
        let world = World::new(database);
        // Without the key it is registered all the same, and says why it cannot be asked.
        let server = world.api.post(SERVERS, json!({"name": "tester", "url": theirs.url("/mcp")})).expect(201);
        assert!(server["found"]["error"].as_str().unwrap().contains("401"), "{server}");
        let path = format!("{SERVERS}/tester");
        let server = world.api.patch(&path, json!({"api_key": KEY, "headers": {"X-Team": "a"}})).expect(200);
        assert!(server["found"].get("error").is_none() && server["found"]["tools"].as_u64().unwrap() > 10, "{server}");
        world.adopt(json!({"tools": [{"tool": "echo"}, {"tool": "add", "name": "sum"}]}));
        assert_eq!(world.call("sum", json!({"a": 1, "b": 2}))["data"], json!({"sum": 3}));
        assert_eq!(theirs.counts()["headers"][0], json!({"x-team": "a"}));
        world.api.patch(&path, json!({"is_enabled": false})).expect(200);
        assert_eq!(world.call("sum", json!({"a": 1, "b": 2}))["error"]["code"], "mcp_server_disabled");
        world.api.patch(&path, json!({"is_enabled": true, "headers": null})).expect(200);
        assert_eq!(world.call("sum", json!({"a": 1, "b": 2}))["state"], "done");
        world.api.patch(&path, json!({"name": "other"})).expect(422);
        // Another value of the secret is another session, and the server notices.
        world.api.put("/api/v1/secrets/MCP_TESTER_KEY", json!({"value": "wrong"})).ok();
        let answer = world.call("sum", json!({"a": 1, "b": 2}));
        assert_eq!(answer["error"]["class"], "auth_error", "{answer}");
        // The command line says the same.
        let table = world.server.run(&["mcp-server", "list"]).ok();
        assert!(table.stdout.contains("tester") && table.stdout.contains(&theirs.url("/mcp")), "{table:?}");
    });
}

#[test]
fn the_reference_server_is_used() {
    on_both(|database| {
        let Some(theirs) = Everything::start() else { return };
        let world = World::new(database);
        let url = format!("http://127.0.0.1:{}/mcp", theirs.port);
        let server = world.api.post(SERVERS, json!({"name": "tester", "url": url})).expect(201);
        assert_eq!(server["found"]["protocol_version"], "2025-11-25", "{server}");
        let adopted = world.adopt(json!({"all": true, "prefix": "every_"}));
        assert!(adopted.len() >= 8, "{adopted:?}");
        let answer = world.call("every_echo", json!({"message": "hi"}));
        assert!(answer.to_string().contains("Echo: hi"), "{answer}");
        let answer = world.call("every_get-sum", json!({"a": 2, "b": 3}));
        assert!(answer.to_string().contains("2 and 3 is 5"), "{answer}");
        let answer = world.call("every_get-tiny-image", json!({}));
        let is_image = |block: &Value| block["type"] == "image" && block["mime_type"] == "image/png";
        assert!(answer["content"].as_array().unwrap().iter().any(is_image), "{answer}");
        let answer = world.call("every_trigger-long-running-operation", json!({"duration": 1, "steps": 2}));
        assert_eq!(answer["state"], "done", "{answer}");
    });
}
