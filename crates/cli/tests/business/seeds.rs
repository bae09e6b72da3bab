//! Every organization has the eight; one that it deleted stays away, and one of its own is left alone.

use callwright_testkit::{Database, on_both, people::other_organization};
use serde_json::json;

use crate::{EIGHT, answered, done, failed, server, text};

#[test]
fn every_organization_is_given_the_eight_once() {
    on_both(|database| {
        let mut server = server(database);
        let api = server.api();
        let names = |api: &callwright_testkit::Api| -> Vec<String> {
            let tools = api.get("/api/v1/tools?limit=200").expect(200);
            tools["items"].as_array().unwrap().iter().map(|tool| text(&tool["name"])).collect()
        };
        assert_eq!(names(&api), EIGHT);
        let calculator = api.get("/api/v1/tools/calculator").expect(200);
        assert_eq!(
            (&calculator["kind"], &calculator["category"], &calculator["effect"], &calculator["labels"]["builtin"]),
            (&json!("business"), &json!("math"), &json!("read"), &json!("true"))
        );
        let audit = api.get("/api/v1/audit?action=tool.create&limit=50").expect(200);
        assert_eq!(audit["items"].as_array().unwrap().len(), 8, "{audit}");

        // What was deleted stays away, what was changed stays changed.
        api.delete("/api/v1/tools/web_search").expect(204);
        let mut own = api.get("/api/v1/tools/task_manager").expect(200);
        own["description"] = json!("Our list.");
        for field in ["id", "organization_id", "user_id", "revision", "created_at", "updated_at"] {
            own.as_object_mut().unwrap().remove(field);
        }
        api.put("/api/v1/tools/task_manager", own).expect(200);
        // An organization that is older than the tools, with one of its own of such a name.
        let there = other_organization(&mut server);
        assert_eq!(names(&there), EIGHT);
        assert_eq!(names(&api), EIGHT.iter().filter(|name| **name != "web_search").copied().collect::<Vec<_>>());
        assert_eq!(api.get("/api/v1/tools/task_manager").expect(200)["description"], "Our list.");
        // The guide lists them by category.
        let guide = api.get("/agents/tools?categories=math&categories=analytics").expect(200);
        let listed: Vec<_> = guide["tools"].as_array().unwrap().iter().map(|tool| text(&tool["name"])).collect();
        assert_eq!(listed, ["calculator", "data_analysis"]);
    });
}

#[test]
fn a_tool_of_the_organizations_own_is_left_alone() {
    let mut server =
        callwright_testkit::Server::start(callwright_testkit::Options::new(crate::BINARY, Database::Sqlite));
    let api = server.api();
    let own = json!({"name": "calculator", "kind": "http", "effect": "read", "config": {"url": "https://example.com"}});
    api.post("/api/v1/tools", own).expect(201);
    assert_eq!(
        api.get("/api/v1/tools").expect(200)["items"].as_array().unwrap().len(),
        1,
        "switched off, none is given"
    );
    server.set_env("CALLWRIGHT_BUSINESS_TOOLS", "true");
    server.restart();
    assert_eq!(api.get("/api/v1/tools").expect(200)["items"].as_array().unwrap().len(), 8);
    assert_eq!(api.get("/api/v1/tools/calculator").expect(200)["kind"], "http");
}

#[test]
fn the_calculator_is_exact_and_says_what_is_wrong() {
    let server = server(Database::Sqlite);
    let api = server.api();
    assert_eq!(done(&api, "calculator", json!({"expression": "0.1 + 0.2"}))["result"], 0.3);
    let priced =
        json!({"expression": "qty * price * (1 + 19%)", "variables": {"qty": 3, "price": 19.99}, "decimals": 2});
    let data = done(&api, "calculator", priced);
    assert_eq!((&data["text"], &data["result"]), (&json!("71.36"), &json!(71.36)));
    let error = failed(&api, "calculator", json!({"expression": "1 / (2 - 2)"}));
    assert_eq!((&error["class"], &error["code"]), (&json!("validation_error"), &json!("division_by_zero")));
    let long = "1+".repeat(600);
    assert_eq!(failed(&api, "calculator", json!({ "expression": long }))["class"], "validation_error");
    // A rehearsal shows what it would be asked.
    let rehearsed = api
        .post("/api/v1/tools/calculator/call", json!({"arguments": {"expression": "1"}, "dry_run": true}))
        .expect(200);
    assert!(rehearsed.to_string().contains("\"function\":\"calculator\""), "{rehearsed}");
    // It may be told to a model, and switched off.
    let told = api.get("/api/v1/tools/definitions?format=openai").expect(200).to_string();
    assert!(told.contains("\"calculator\"") && told.contains("\"task_manager\""));
    api.put("/api/v1/features", json!({"kind.business": 0})).ok();
    assert!(!api.get("/api/v1/tools/definitions?format=openai").expect(200).to_string().contains("\"calculator\""));
    assert_eq!(answered(&api, "calculator", json!({"expression": "1"}))["success"], false);
}

#[test]
fn what_is_not_configured_makes_nothing_up() {
    let server = server(Database::Sqlite);
    let api = server.api();
    for (tool, arguments) in [
        ("web_search", json!({"query": "inflation"})),
        ("database_query", json!({"table": "orders"})),
        ("send_email", json!({"to": ["a@example.org"], "subject": "s", "body": "b"})),
        ("data_analysis", json!({"data": "a\n1", "operation": "describe"})),
        ("document_generator", json!({"title": "t", "sections": [{"body": "b"}]})),
    ] {
        let error = failed(&api, tool, arguments);
        assert_eq!((&error["code"], &error["retryable"]), (&json!("not_configured"), &json!(false)), "{tool}: {error}");
        assert!(text(&error["message"]).contains("administrator") && error["require_human"] != true, "{tool}: {error}");
    }
    // Settings that mean nothing yet are refused rather than kept.
    let odd =
        json!({"name": "mine", "kind": "business", "config": {"function": "web_search", "settings": {"key": "x"}}});
    let fault = api.post("/api/v1/tools", odd).expect(422);
    assert!(fault.to_string().contains("config.settings.key"), "{fault}");
    // By the plan's paths and the guide's, they can be read and put back.
    let plan = api.get("/api/organization/tools?tool_type=business").expect(200);
    assert_eq!(plan.as_array().map(Vec::len).or_else(|| plan["tools"].as_array().map(Vec::len)), Some(8), "{plan}");
    let guide = api.get("/agents/tools/calculator").expect(200);
    assert_eq!(guide["tool"]["tool_type"], "business", "{guide}");
    api.put("/agents/tools/calculator", json!({"description": "Sums."})).expect(200);
    assert_eq!(done(&api, "calculator", json!({"expression": "2 ^ 10"}))["result"], 1024);
}
