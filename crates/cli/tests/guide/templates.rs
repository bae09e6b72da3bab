//! Templates: each is a body that `create` takes.

use callwright_testkit::on_both;
use serde_json::{Value, json};

use crate::{TOOLS, World, ok, refused, text};

#[test]
fn a_template_with_customizations_is_a_tool() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        let list = ok(api.get(&format!("{TOOLS}/templates")));
        let templates = list["templates"].as_array().unwrap();
        assert!(templates.len() >= 22 && list["count"] == templates.len());
        for template in templates {
            let name = text(&template["name"]);
            let mut tool = ok(api.get(&format!("{TOOLS}/templates/{name}")));
            assert_eq!(tool["tool_type"], template["tool_type"]);
            // What a client does: `{**template, **customizations}`.
            for (field, value) in json!({"name": format!("my_{name}"), "category": "mine"}).as_object().unwrap() {
                tool[field] = value.clone();
            }
            let made = ok(api.post(&format!("{TOOLS}/create"), tool.clone()));
            let shown = ok(api.get(&format!("{TOOLS}/{}", text(&made["tool_name"]))))["tool"].clone();
            for (field, value) in tool.as_object().unwrap() {
                if !["response", "required_secrets"].contains(&field.as_str()) {
                    assert_eq!(&shown[field], value, "`{field}` of {name}");
                }
            }
            assert_eq!(shown["is_shared"], false);
            assert_eq!(shown.get("is_template"), None);
        }
        assert!(templates.iter().any(|template| template["name"] == "http_request"));
        // One of the organization's own.
        let own =
            json!({"name": "ours", "kind": "http", "is_template": true, "config": {"url": "https://example.com"}});
        world.server.api().post("/api/v1/tools", own).expect(201);
        let mut tool = ok(api.get(&format!("{TOOLS}/templates/ours")));
        assert_eq!(tool["implementation"], json!({"method": "POST", "url": "https://example.com"}));
        tool["name"] = json!("from_ours");
        ok(api.post(&format!("{TOOLS}/create"), tool));
        refused(api.get(&format!("{TOOLS}/templates/weather_lookup")), 404);
        let some: Value = ok(api.get(&format!("{TOOLS}/templates?limit=2")));
        assert_eq!(some["count"], 2);
        let rest = ok(api.get(&format!("{TOOLS}/templates?cursor={}", text(&some["next_cursor"]))));
        assert_eq!(rest["count"].as_u64().unwrap() + 2, templates.len() as u64 + 1);
    });
}
