//! The guide's agents: made, listed, shared, built on one another.

use callwright_testkit::{Api, Person, on_both};
use serde_json::{Value, json};

use crate::{World, ok, refused, text};

/// The tools that the guide's samples name.
pub(crate) const TOOLS: [&str; 9] = [
    "web_search",
    "database_query",
    "calculator",
    "send_email",
    "data_analysis",
    "document_generator",
    "calendar_manager",
    "task_manager",
    "crm_integration",
];

fn listed(api: &Api, query: &str, id: &str) -> Option<Value> {
    let list = ok(api.get(&format!("/agents/list{query}")));
    list["agents"].as_array().unwrap().iter().find(|agent| agent["agent_id"] == id).cloned()
}

fn tool_names(agent: &Value) -> Vec<&str> {
    agent["tools"].as_array().unwrap().iter().map(|tool| tool.as_str().unwrap()).collect()
}

#[test]
fn an_agent_is_made_as_the_guide_says() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        for tool in TOOLS {
            world.made(&api, tool, "general");
        }
        let body = json!({
            "name": "My Business Assistant",
            "instructions": "You help with projects.",
            "tools": ["web_search", "calculator", "send_email"],
            "model": "gpt-4o",
            "temperature": 0.7,
            "metadata": {"department": "Operations", "created_for": "Project Management"},
            "a_field_of_old_clients": true
        });
        let made = api.post("/agents/create", body.clone()).expect(200);
        let id = text(&made["agent_id"]);
        assert!(id.starts_with("asst_"));
        assert_eq!(
            made,
            json!({"response": "200", "agent_id": id, "message": "Agent created successfully", "model": "gpt-4o"})
        );
        let agent = listed(&api, "", &id).unwrap();
        assert_eq!(tool_names(&agent), ["web_search", "calculator", "send_email"], "in the order of the request");
        assert_eq!(agent["name"], "My Business Assistant");
        assert_eq!((&agent["model"], &agent["is_owner"]), (&json!("gpt-4o"), &json!(true)));
        assert_eq!((&agent["temperature"], &agent["metadata"]), (&json!(0.7), &body["metadata"]));
        assert_eq!(agent["is_shared"], false);
        // The native side sees the same agent, and the log who gave it what.
        let native = world.server.api();
        let tools = native.get(&format!("/api/v1/agents/{id}/tools")).expect(200);
        assert_eq!(tools.as_array().unwrap().len(), 3);
        let log = native.get("/api/v1/audit?limit=50").expect(200);
        let actions: Vec<&str> =
            log["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
        assert_eq!(actions.iter().filter(|action| **action == "agent.assign").count(), 3, "{actions:?}");
        // Names need not be unique here.
        for expected in ["My Business Assistant (2)", "My Business Assistant (3)"] {
            let id = text(&ok(api.post("/agents/create", body.clone()))["agent_id"]);
            assert_eq!(listed(&api, "", &id).unwrap()["name"], expected);
        }
        // A model that nobody serves is no reason not to make an agent, but one not to run it.
        let wait = api.post("/agents/execute", json!({"agent_id": id, "message": "Hello"}));
        assert!(refused(wait, 400).contains("scripted"));
        // No model: the server's.
        let made = ok(api.post("/agents/create", json!({"name": "Plain", "instructions": "i"})));
        assert_eq!(made["model"], "gpt-4o");
    });
}

#[test]
fn a_tool_that_one_may_not_use_is_refused_and_nothing_is_half_made() {
    on_both(|database| {
        let world = World::new(database);
        let owner = world.server.api();
        let [maker, other] =
            ["maker", "other"].map(|name| Person::invite(&owner, &format!("{name}@example.org"), "builder"));
        world.made(&maker.api, "private", "math");
        world.made(&other.api, "mine", "math");
        let create = |tools: Value| {
            other.api.post("/agents/create", json!({"name": "Test Agent", "instructions": "i", "tools": tools}))
        };
        let message = refused(create(json!(["mine", "unauthorized_tool"])), 403);
        assert!(message.contains("`unauthorized_tool`"), "{message}");
        let message = refused(create(json!(["mine", "private"])), 403);
        assert!(message.contains("`private`"), "{message}");
        assert_eq!(ok(other.api.get("/agents/list?include_shared=true"))["agents"], json!([]));
        ok(maker.api.post("/agents/tools/private/share", json!({"user_ids": [other.id], "grant_access": true})));
        let id = text(&ok(create(json!(["mine", "private", "mine"])))["agent_id"]);
        assert_eq!(tool_names(&listed(&other.api, "", &id).unwrap()), ["mine", "private"]);
        for (body, field) in [
            (json!({"instructions": "i"}), "name"),
            (json!({"name": "", "instructions": "i"}), "name"),
            (json!({"name": "n", "instructions": "i", "temperature": 3}), "temperature"),
            (json!({"name": "n", "instructions": "i", "tools": "web_search"}), "tools"),
            (json!({"name": "n", "instructions": "x".repeat(70_000)}), "instructions"),
            (json!({"name": "n", "metadata": {"x": "y".repeat(70_000)}}), "metadata"),
            (json!({"name": "n", "tools": vec!["mine"; 200]}), "tools"),
        ] {
            let message = refused(other.api.post("/agents/create", body), 400);
            assert!(message.contains(&format!("`{field}`")), "{field}: {message}");
        }
        let viewer = Person::invite(&owner, "viewer@example.org", "viewer").api;
        refused(viewer.post("/agents/create", json!({"name": "n", "instructions": "i"})), 403);
    });
}

#[test]
fn an_agent_builds_on_another_that_one_may_run() {
    on_both(|database| {
        let world = World::new(database);
        let owner = world.server.api();
        let [maker, other] =
            ["maker", "other"].map(|name| Person::invite(&owner, &format!("{name}@example.org"), "builder"));
        world.made(&maker.api, "private", "math");
        world.made(&other.api, "mine", "math");
        let base = json!({"name": "Consultant", "instructions": "Advise.", "tools": ["private"], "model": "scripted",
            "temperature": 0.4, "metadata": {"script": [{"say": "from the base"}], "level": 1}});
        let base = text(&ok(maker.api.post("/agents/custom/create", base))["agent_id"]);
        // It was assigned in a way of its own, and so it is inherited.
        let only = json!({"overrides": {"description": "Only for consultants"}});
        maker.api.put(&format!("/api/v1/agents/{base}/tools/private"), only.clone()).ok();
        let custom = |rest: Value| {
            let mut body = json!({"name": "AI Consultant", "base_template": base, "description": "On AI"});
            body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
            other.api.post("/agents/custom/create", body)
        };
        assert!(refused(custom(json!({})), 403).contains("Consultant"));
        let share = format!("/agents/{base}/share");
        refused(other.api.post(&share, json!({"user_ids": [other.id], "grant_access": true})), 403);
        ok(maker.api.post(&share, json!({"user_ids": [other.id], "grant_access": true})));

        let made = ok(custom(json!({"instructions": "On AI only.", "metadata": {"level": 2}})));
        assert_eq!(made["model"], "scripted");
        let id = text(&made["agent_id"]);
        let agent = listed(&other.api, "", &id).unwrap();
        assert_eq!(agent["instructions"], "Advise.\n\nOn AI only.");
        assert_eq!((&agent["temperature"], &agent["description"]), (&json!(0.4), &json!("On AI")));
        assert_eq!(agent["metadata"], json!({"script": [{"say": "from the base"}], "level": 2}));
        assert_eq!((tool_names(&agent), &agent["base_template"]), (vec!["private"], &json!(base)));
        let tools = owner.get(&format!("/api/v1/agents/{id}/tools")).expect(200);
        assert_eq!(tools[0]["assignment"]["overrides"], only["overrides"]);
        // What one may use only through the base stays as the base has it, also when it is named.
        let made = ok(custom(json!({"tools": ["mine", "private"], "model": "other", "temperature": 1})));
        let id = text(&made["agent_id"]);
        let tools = owner.get(&format!("/api/v1/agents/{id}/tools")).expect(200);
        assert_eq!(tools[1]["assignment"]["overrides"], only["overrides"]);
        let agent = listed(&other.api, "", &id).unwrap();
        assert_eq!((&agent["model"], &agent["temperature"]), (&json!("other"), &json!(1.0)));
        assert_eq!(agent["name"], "AI Consultant (2)");
        let none = ok(custom(json!({"tools": []})));
        assert_eq!(tool_names(&listed(&other.api, "", &text(&none["agent_id"])).unwrap()), [""; 0]);
        // A third level.
        let third = json!({"name": "Third", "base_template": id, "instructions": "Briefly."});
        let third = text(&ok(other.api.post("/agents/custom/create", third))["agent_id"]);
        assert_eq!(listed(&other.api, "", &third).unwrap()["instructions"], "Advise.\n\nBriefly.");
        let message = refused(custom(json!({"base_template": "no_such_template"})), 404);
        assert!(message.contains("no_such_template"), "{message}");
    });
}

#[test]
fn an_agent_is_shared_like_a_tool() {
    on_both(|database| {
        let world = World::new(database);
        let owner = world.server.api();
        let [maker, one, two] =
            ["maker", "one", "two"].map(|name| Person::invite(&owner, &format!("{name}@example.org"), "builder"));
        let agent = json!({"name": "Quiet", "instructions": "i", "model": "scripted"});
        let id = text(&ok(maker.api.post("/agents/create", agent))["agent_id"]);
        let share = |users: Value, grant: bool| {
            maker.api.post(&format!("/agents/{id}/share"), json!({"user_ids": users, "grant_access": grant}))
        };
        let may = |person: &Person| {
            let run = person.api.post("/agents/execute", json!({"agent_id": id, "message": "m"}));
            let seen = listed(&person.api, "?include_shared=True", &id);
            assert_eq!(run.status == 200, seen.is_some(), "{run:?}: what is listed is what may be run");
            seen.map(|agent| agent["is_owner"] == true)
        };
        assert_eq!((may(&maker), may(&one), may(&two)), (Some(true), None, None));
        let message = text(&ok(share(json!([one.id, two.id]), true))["message"]);
        assert!(message.contains("Quiet") && message.contains("2 users"), "{message}");
        assert_eq!((may(&one), may(&two)), (Some(false), Some(false)));
        assert!(listed(&one.api, "", &id).is_none() && listed(&one.api, "?include_shared=false", &id).is_none());
        ok(share(json!([two.id]), false));
        assert_eq!((may(&one), may(&two)), (Some(false), None));
        let message = refused(share(json!([two.id, "user-uuid-1"]), true), 404);
        assert!(message.contains("user-uuid-1"), "{message}");
        assert_eq!(may(&two), None, "all of them or nobody");
        for body in [json!({"user_ids": []}), json!({}), json!({"user_ids": "x"})] {
            refused(maker.api.post(&format!("/agents/{id}/share"), body), 400);
        }
        refused(one.api.post(&format!("/agents/{id}/share"), json!({"user_ids": [two.id]})), 403);
        refused(maker.api.post("/agents/asst_none/share", json!({"user_ids": [two.id]})), 404);
        // Pages.
        for n in 0..3 {
            ok(one.api.post("/agents/create", json!({"name": format!("n{n}"), "instructions": "i"})));
        }
        let first = ok(one.api.get("/agents/list?limit=2"));
        assert_eq!((&first["agents"][0]["name"], &first["count"]), (&json!("n2"), &json!(2)));
        let rest = ok(one.api.get(&format!("/agents/list?limit=2&cursor={}", text(&first["next_cursor"]))));
        assert_eq!((&rest["agents"][0]["name"], rest.get("next_cursor")), (&json!("n0"), None));
        refused(one.api.get("/agents/list?include_shared=maybe"), 400);
        refused(one.api.get("/agents/list?limit=0"), 400);
    });
}
