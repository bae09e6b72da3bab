//! Who may use a tool, and which tools somebody may use.

use callwright_testkit::{Person, on_both};
use serde_json::json;

use crate::{TOOLS, World, names, ok, refused, text};

#[test]
fn a_tool_is_shared_with_several_and_taken_back() {
    on_both(|database| {
        let world = World::new(database);
        let owner = world.server.api();
        let [maker, one, two] =
            ["maker", "one", "two"].map(|name| Person::invite(&owner, &format!("{name}@example.org"), "builder"));
        world.made(&maker.api, "private", "math");
        let share = |api: &callwright_testkit::Api, users: &[&str], grant: bool| {
            api.post(&format!("{TOOLS}/private/share"), json!({"user_ids": users, "grant_access": grant}))
        };
        let may = |person: &Person| {
            let called = person.api.post("/api/v1/tools/private/call", json!({})).status;
            let listed = names(&ok(person.api.get(TOOLS)), "name").contains("private");
            assert_eq!(called == 200, listed, "what is listed is what may be called");
            listed
        };
        assert_eq!((may(&maker), may(&one), may(&two)), (true, false, false));
        let done = ok(share(&maker.api, &[&one.id, &two.id], true));
        assert!(text(&done["message"]).contains("2 users"), "{done}");
        assert_eq!((may(&one), may(&two)), (true, true));
        ok(share(&maker.api, &[&one.id], true));
        ok(share(&maker.api, &[&two.id], false));
        ok(share(&maker.api, &[&two.id], false));
        assert_eq!((may(&one), may(&two)), (true, false), "taking back twice is the same as once");

        // All of them or nobody; who is unknown is told.
        let message = refused(share(&maker.api, &[&two.id, "user-uuid-accountant-1", "nobody"], true), 404);
        assert!(message.contains("user-uuid-accountant-1") && message.contains("nobody") && !message.contains(&two.id));
        assert!(!may(&two));
        refused(share(&one.api, &[&two.id], true), 403);
        for body in
            [json!({"user_ids": []}), json!({}), json!({"user_ids": "x"}), json!({"user_ids": ["x"], "grant": true})]
        {
            refused(maker.api.post(&format!("{TOOLS}/private/share"), body), 400);
        }
        refused(maker.api.post(&format!("{TOOLS}/none/share"), json!({"user_ids": [one.id]})), 404);
        ok(maker.api.put(&format!("{TOOLS}/private"), json!({"is_shared": true})));
        assert!(may(&two), "shared with everybody");
        ok(maker.api.put(&format!("{TOOLS}/private"), json!({"is_shared": false})));
        assert!(!may(&two));
        // What an agent may use, whoever may run the agent may use through it.
        let agent = text(&maker.api.post("/api/v1/agents", json!({"name": "A"})).expect(201)["id"]);
        maker.api.put(&format!("/api/v1/agents/{agent}/tools/private"), json!({})).ok();
        assert_eq!(names(&ok(two.api.get(TOOLS)), "name"), "private");
        two.api.post("/api/v1/tools/private/call", json!({"agent": agent})).expect(200);
        maker.api.put(&format!("/api/v1/agents/{agent}/tools/private"), json!({"enabled": false})).ok();
        assert_eq!(names(&ok(two.api.get(TOOLS)), "name"), "");
    });
}

#[test]
fn what_may_be_used_is_found_by_its_categories() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        for (name, category) in [("a", "analytics"), ("b", "math"), ("c", "finance"), ("d", "math")] {
            world.made(&api, name, category);
        }
        let native = |name: &str, rest: serde_json::Value| {
            let mut tool = json!({"name": name, "kind": "http", "config": {"url": "https://example.com"},
                "parameters": {"type": "object", "properties": {"x": {"type": "string"}, "id": {"type": "string"}}},
                "bound": {"id": "{{ context.verified.contact_id }}"}});
            for (field, value) in rest.as_object().unwrap() {
                tool[field] = value.clone();
            }
            world.server.api().post("/api/v1/tools", tool).expect(201);
        };
        native("e", json!({}));
        native("off", json!({"active": false}));
        native("template", json!({"is_template": true}));
        let found = |query: &str| names(&ok(api.get(&format!("{TOOLS}{query}"))), "name");
        assert_eq!(found(""), "a b c d e", "neither what is switched off nor what is only copied");
        assert_eq!(found("?categories=analytics&categories=math"), "a b d");
        assert_eq!(found("?categories=finance"), "c");
        assert_eq!(found("?categories=general"), "e", "a tool without one counts as general");
        assert_eq!(found("?categories=none"), "");
        let goodbye = json!({"name": "z", "kind": "system", "config": {"action": "end_call"}});
        world.server.api().post("/api/v1/tools", goodbye).expect(201);
        assert_eq!(found("?categories=general"), "e z");
        world.server.api().put("/api/v1/features", json!({"kind.system": 0})).expect(200);
        assert_eq!(found("?categories=general"), "e", "a kind that is switched off cannot be used");
        let page = ok(api.get(&format!("{TOOLS}?categories=math&limit=1")));
        assert_eq!(names(&page, "name"), "b");
        assert_eq!(found(&format!("?categories=math&limit=1&cursor={}", text(&page["next_cursor"]))), "d");
        let all = ok(api.get(TOOLS));
        let shown = all["tools"].as_array().unwrap().last().unwrap();
        assert_eq!(
            shown.as_object().unwrap().keys().collect::<Vec<_>>(),
            ["name", "category", "description", "parameters_schema"]
        );
        assert_eq!(
            shown["parameters_schema"]["properties"],
            json!({"x": {"type": "string"}}),
            "not what the server fills in"
        );
        for query in ["?category=math", "?limit=0", "?limit=x", "?cursor=!"] {
            refused(api.get(&format!("{TOOLS}{query}")), 400);
        }
    });
}
