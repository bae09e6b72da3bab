//! Agents with the plan's older `tools_settings`: as they are, and migrated.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fs;

use callwright_testkit::{Api, Options, Server, eventually, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

/// The plan's example, switched on.
fn settings(message: &str) -> Value {
    json!({
        "enabled_tools": ["endCall", "transferCall"],
        "end_call": {"enabled": true, "scenarios": ["the caller says goodbye"], "custom_message": message},
        "transfer_call": {"enabled": true, "scenarios": ["the caller asks for a person"],
            "transfer_numbers": ["+61411234567"], "custom_message": "One moment"},
        "custom_tools": []
    })
}

fn agent(api: &Api, name: &str, settings: Value) {
    api.post("/api/v1/agents", json!({"name": name, "tools_settings": settings})).expect(201);
}

fn migrate(api: &Api, agent: &str, body: Value) -> Value {
    api.post(&format!("/api/v1/agents/{agent}/tools-settings"), body).expect(200)
}

fn names(api: &Api, agent: &str) -> Vec<String> {
    let definitions = api.get(&format!("/api/v1/tools/definitions?agent={agent}")).expect(200);
    let name = |tool: &Value| tool["function"]["name"].as_str().unwrap().to_owned();
    definitions["tools"].as_array().unwrap().iter().map(name).collect()
}

fn tools(api: &Api) -> Vec<String> {
    let tools = api.get("/api/v1/tools").expect(200);
    tools["items"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect()
}

fn actions(migration: &Value) -> Vec<(String, String, bool)> {
    let row = |tool: &Value| {
        let text = |field: &str| tool[field].as_str().unwrap().to_owned();
        (text("name"), text("action"), tool["newly_assigned"] == true)
    };
    migration["tools"].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn an_agent_that_was_not_migrated_ends_and_transfers_calls() {
    on_both(|database| {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        agent(&api, "Desk", settings("Goodbye"));
        agent(&api, "Plain", json!({"enabled_tools": ["endCall"], "end_call": {"enabled": false}}));
        assert_eq!(names(&api, "Desk"), ["endCall", "transferCall"]);
        assert_eq!(names(&api, "Plain"), Vec::<String>::new());
        assert!(tools(&api).is_empty(), "nothing was made of them");
        let definitions = api.get("/api/v1/tools/definitions?agent=Desk").expect(200)["tools"].clone();
        assert!(definitions[0]["function"]["description"].as_str().unwrap().contains("the caller says goodbye"));

        let call = |tool: &str, agent: &str| {
            let body = json!({"arguments": {"reason": "done"}, "agent": agent, "context": {"call_sid": "CA1"}});
            api.post(&format!("/api/v1/tools/{tool}/call"), body)
        };
        let ended = call("endCall", "Desk").expect(200);
        assert_eq!(ended["data"], json!({"message": "Goodbye", "action": "end_call", "reason": "done"}));
        let moved = call("transferCall", "Desk").expect(200);
        assert_eq!(
            (&moved["data"]["phone_number"], &moved["data"]["message"]),
            (&json!("+61411234567"), &json!("One moment"))
        );
        call("endCall", "Plain").expect(404);
        api.post("/api/v1/tools/endCall/call", json!({})).expect(404);
        let id = ended["execution_id"].as_str().unwrap();
        let logged = eventually("the execution is in the log", 5, || {
            let reply = api.get(&format!("/api/v1/executions/{id}"));
            (reply.status == 200).then_some(reply.body)
        });
        assert_eq!((&logged["tool_name"], &logged["state"]), (&json!("endCall"), &json!("done")), "{logged}");

        // A change of the settings counts at once, and what could not run is refused with its place.
        api.put("/api/v1/agents/Desk", json!({"name": "Desk", "tools_settings": settings("See you")})).expect(200);
        assert_eq!(call("endCall", "Desk").expect(200)["data"]["message"], "See you");
        let mut bad = settings("x");
        bad["transfer_call"]["transfer_numbers"] = json!(["+61411234567", "reception"]);
        let refused = api.put("/api/v1/agents/Desk", json!({"name": "Desk", "tools_settings": bad}));
        let field = &refused.body["error"]["details"]["field"];
        assert_eq!((refused.status, field), (422, &json!("tools_settings.transfer_call.transfer_numbers.1")));
        api.put("/api/v1/agents/Desk", json!({"name": "Desk"})).expect(200);
        assert_eq!(names(&api, "Desk"), Vec::<String>::new());
    });
}

#[test]
fn migrating_makes_tools_and_doing_it_again_changes_nothing() {
    on_both(|database| {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        agent(&api, "Desk", settings("Goodbye"));
        let rehearsed = migrate(&api, "Desk", json!({"dry_run": true}));
        let created = |name: &str| (name.to_owned(), "created".to_owned(), true);
        assert_eq!(actions(&rehearsed), [created("endCall"), created("transferCall")]);
        assert!(tools(&api).is_empty());
        assert!(api.get("/api/v1/agents/Desk").expect(200)["tools_settings"].is_object());

        assert_eq!(actions(&migrate(&api, "Desk", json!({}))), [created("endCall"), created("transferCall")]);
        assert_eq!(tools(&api), ["endCall", "transferCall"]);
        assert_eq!(names(&api, "Desk"), ["endCall", "transferCall"]);
        assert_eq!(api.get("/api/v1/agents/Desk").expect(200).get("tools_settings"), None);
        let body = json!({"agent": "Desk", "context": {"call_sid": "CA1"}});
        let ended = api.post("/api/v1/tools/endCall/call", body).expect(200);
        assert_eq!(ended["data"]["message"], "Goodbye");

        let same = |name: &str| (name.to_owned(), "unchanged".to_owned(), false);
        let nothing = migrate(&api, "Desk", json!({}));
        assert_eq!((&nothing["tools"], nothing["warnings"].as_array().unwrap().len()), (&json!([]), 1), "{nothing}");
        let again = json!({"tools_settings": settings("Goodbye")});
        assert_eq!(actions(&migrate(&api, "Desk", again.clone())), [same("endCall"), same("transferCall")]);
        assert_eq!(tools(&api).len(), 2);

        // Another agent with the same settings shares the tools; one that says something else gets its own.
        agent(&api, "Second", json!({}));
        let shared = |name: &str| (name.to_owned(), "unchanged".to_owned(), true);
        assert_eq!(actions(&migrate(&api, "Second", again)), [shared("endCall"), shared("transferCall")]);
        agent(&api, "Night Desk", json!({}));
        let own = json!({"tools_settings": {"end_call": {"enabled": true, "custom_message": "Good night"}}});
        assert_eq!(actions(&migrate(&api, "Night%20Desk", own.clone())), [created("endCall_night_desk")]);
        assert_eq!(actions(&migrate(&api, "Night%20Desk", own)), [same("endCall_night_desk")]);
        let changed = json!({"tools_settings": {"end_call": {"enabled": true, "custom_message": "Sleep well"}}});
        let updated = migrate(&api, "Night%20Desk", changed);
        assert_eq!(actions(&updated), [("endCall_night_desk".to_owned(), "updated".to_owned(), false)]);
        assert_eq!(tools(&api).len(), 3);
    });
}

#[test]
fn custom_tools_come_along_in_three_forms_and_the_command_reads_files() {
    on_both(|database| {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        agent(&api, "Desk", json!({}));
        api.post("/api/v1/tools", json!({"name": "known", "kind": "http", "config": {"url": "https://h.example/"}}))
            .expect(201);
        let custom = json!({"tools_settings": {"enabled_tools": ["transferCall", "somethingElse"], "custom_tools": [
            "known",
            {"name": "ours", "kind": "http", "config": {"url": "https://h.example/"}},
            {"name": "plans", "configuration": {"type": "endpoint", "url": "https://h.example/"}},
        ]}});
        let done = migrate(&api, "Desk", custom.clone());
        let names: Vec<String> = actions(&done).into_iter().map(|(name, ..)| name).collect();
        assert_eq!(names, ["known", "ours", "plans"]);
        assert_eq!(
            done["warnings"].as_array().unwrap().iter().filter(|w| w.to_string().contains("left out")).count(),
            2,
            "{done}"
        );
        assert!(actions(&migrate(&api, "Desk", custom)).iter().all(|(_, action, new)| action == "unchanged" && !new));
        let bad = json!({"tools_settings": {"custom_tools": ["nowhere"]}});
        assert_eq!(api.post("/api/v1/agents/Desk/tools-settings", bad).status, 404);

        agent(&api, "Night", json!({}));
        let file = json!({"Desk": {"tools_settings": settings("Bye")}, "Night": settings("Bye")});
        fs::write(server.folder().join("settings.json"), file.to_string()).unwrap();
        let rehearsed = server.run(&["migrate-settings", "settings.json", "--dry-run"]).ok().stdout;
        assert!(rehearsed.contains("would create endCall; Desk would get it"), "{rehearsed}");
        let done = server.run(&["migrate-settings", "settings.json"]).ok().stdout;
        assert!(done.contains("endCall; Desk has it now") && done.contains("endCall; Night has it now"), "{done}");
        let again = server.run(&["migrate-settings", "settings.json"]).ok().stdout;
        assert!(again.lines().all(|line| line.starts_with("unchanged")), "{again}");
        assert_eq!(server.run(&["migrate-settings"]).code, 2);
    });
}
