//! The plan's library: public tools, templates, and tools from templates.

use callwright_testkit::on_both;
use serde_json::json;

use crate::{TOOL_FIELDS, World, assert_fields, field, rows, text};

#[test]
fn templates_are_listed_and_tools_are_made_of_them() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        let templates = rows(api.get("/api/tool-templates?limit=200").expect(200));
        assert_eq!(rows(api.get("/api/tools/templates?limit=200").expect(200)), templates);
        let ids: Vec<_> = templates.iter().map(|template| text(&template["id"])).collect();
        for wanted in ["http_request", "data_processor", "text_analyzer"] {
            assert!(ids.iter().any(|id| id == wanted), "{ids:?}");
        }
        let page = api.get("/api/tool-templates?limit=2");
        let next = page.next_page().expect("there are more");
        assert_eq!(text(&api.get(&next).expect(200)[0]["id"]), ids[2]);
        let one = api.get("/api/tool-templates/http_request").expect(200);
        assert_eq!((&one["tool_type"], &one["is_template"]), (&json!("endpoint"), &json!(true)));
        assert_eq!(one["function_definition"]["function"]["name"], "http_request");
        api.get("/api/tool-templates/nothing").expect(404);

        let path = "/api/organization/tools/from-template/http_request";
        let values = json!({"purpose": "Finds a product", "url": world.upstream.url("/products"), "secret": "API_KEY"});
        assert_eq!(field(&api.post(path, json!({}))), (422, "values.purpose".to_owned()));
        assert_eq!(field(&api.post(path, json!({"nmae": "x"}))), (422, "nmae".to_owned()));
        let made = api.post(path, json!({"name": "find_product", "values": values})).expect(201);
        let mut fields = TOOL_FIELDS.to_vec();
        fields.push("missing_secrets");
        assert_fields(&made, &fields);
        assert_eq!((&made["name"], &made["missing_secrets"]), (&json!("find_product"), &json!([])));
        let ran =
            api.post("/api/organization/tools/find_product/test", json!({"parameters": {"query": "tea"}})).expect(200);
        assert_eq!(ran["success"], true, "{ran}");
        let request = &world.upstream.requests()[0];
        assert_eq!(request.header("authorization"), Some("Bearer key-from-the-vault"));

        // Without a body: the template as it is.
        let assistant = text(&api.post("/api/v1/agents", json!({"name": "Desk"})).expect(201)["id"]);
        let path = format!("/api/assistants/{assistant}/tools/from-template/end_call");
        let assigned = api.send("POST", &path, None).expect(201);
        assert_eq!((&assigned["assistant_id"], &assigned["tool"]["name"]), (&json!(assistant), &json!("end_call")));
        assert_eq!(api.send("POST", &path, None).code(), "name_taken");
        let tools = rows(api.get(&format!("/api/assistants/{assistant}/tools")).expect(200));
        assert_eq!(tools.len(), 1);
        assert_eq!(rows(api.get("/api/tools/public").expect(200)).len(), 0, "nobody else shows anything");
    });
}
