//! `callwright import`, and the formats besides OpenAPI.

use std::fs;

use callwright_testkit::{Answer, Upstream, on_both};
use serde_json::json;

use super::{call, import, item, shop, start};

#[test]
fn the_command_shows_asks_and_imports() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), start(database));
        fs::write(server.folder().join("shop.json"), shop("/v1").to_string()).unwrap();
        let wrong = server.run(&["import", "openapi", "shop.json", "--dry-run"]).expect(1);
        assert!(wrong.stderr.contains("base_url"), "{wrong:?}");
        let base = upstream.url("/v2");
        let dry = server.run(&["import", "openapi", "shop.json", "--base-url", &base, "--dry-run"]).ok();
        let row = dry.stdout.lines().find(|line| line.starts_with("orders_update")).unwrap();
        let cells: Vec<&str> = row.split_whitespace().collect();
        assert_eq!(cells[1..4], ["PUT", "/shops/{id}/orders/{order-no}", "write"], "{row}");
        assert_eq!(cells[5], "new");
        assert!(dry.stderr.contains("to set: callwright secret set SHOP_API_KEY"), "{dry:?}");
        let unasked = server.run(&["import", "openapi", "shop.json", "--base-url", &base]).expect(2);
        assert!(unasked.stderr.contains("--yes"), "{unasked:?}");
        server.api().get("/api/v1/tools/orders_update").expect(404);

        // From an address, as YAML, with a server that is relative to it.
        let yaml = "openapi: 3.1.0\ninfo: {title: Pets}\nservers: [{url: ../api}]\npaths:\n  /pets/{id}:\n    get:\n      \
                    summary: A pet\n      parameters:\n        - {name: id, in: path, required: true, schema: {type: string}}\n      \
                    responses: {200: {description: ok}}\n";
        upstream.next(Answer::text(200, yaml));
        let url = upstream.url("/docs/pets.yaml");
        let done = server.run(&["import", "openapi", &url, "--yes", "--prefix", "pets_"]).ok();
        assert!(done.stdout.contains("created   pets_get_pets_by_id"), "{done:?}");
        upstream.take();
        assert_eq!(call(&server.api(), "pets_get_pets_by_id", json!({"id": "7"}))["success"], true);
        assert_eq!(upstream.take()[0].path(), "/api/pets/7");
        let listed = server.run(&["import", "list"]).ok();
        assert!(
            listed.stdout.contains("pets_get_pets_by_id") && listed.stdout.contains("/docs/pets.yaml"),
            "{listed:?}"
        );
    });
}

#[test]
fn a_curl_line_becomes_a_tool_without_its_credentials() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), start(database));
        let line = format!(
            "curl -sSL -X POST '{}?dry=false&api_key=k-0123' -H 'Authorization: Bearer sk-live-0123456789abcdef' \
             -H \"X-Tenant: $TENANT_TOKEN\" --json '{{\"title\": \"It'\\''s\", \"tags\": [\"a\"], \"password\": \"hunter22\"}}' -k | jq .",
            upstream.url("/v1/projects/$PROJECT/tickets")
        )
        .replace("/$PROJECT/", "/'\"$PROJECT\"'/");
        let done = server.run(&["import", "curl", &line, "--yes"]).ok();
        assert!(done.stderr.contains("certificates are always verified"), "{done:?}");
        let api = server.api();
        let tool = api.get("/api/v1/tools/post_v1_projects_PROJECT_tickets").expect(200);
        for secret in ["sk-live", "hunter22", "k-0123"] {
            assert!(!tool.to_string().contains(secret), "{tool}");
        }
        assert_eq!(tool["parameters"]["required"], json!(["PROJECT", "title", "tags"]));
        for name in ["API_TOKEN", "API_PASSWORD", "API_KEY", "TENANT_TOKEN"] {
            assert!(tool.to_string().contains(&format!("${{{name}}}")), "{name}: {tool}");
            api.put(&format!("/api/v1/secrets/{name}"), json!({"value": format!("value-of-{name}")})).ok();
        }
        let arguments = json!({"PROJECT": "p 1", "title": "New", "tags": ["x", "y"]});
        assert_eq!(call(&api, "post_v1_projects_PROJECT_tickets", arguments)["success"], true);
        let request = upstream.take().remove(0);
        assert_eq!(
            (request.path(), request.query()),
            ("/v1/projects/p%201/tickets", "api_key=value-of-API_KEY&dry=false")
        );
        assert_eq!(request.header("authorization"), Some("Bearer value-of-API_TOKEN"));
        assert_eq!(request.header("x-tenant"), Some("value-of-TENANT_TOKEN"));
        assert_eq!(request.json(), json!({"title": "New", "tags": ["x", "y"], "password": "value-of-API_PASSWORD"}));
    });
}

#[test]
fn a_postman_collection_keeps_folders_variables_and_inherited_credentials() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), start(database));
        let collection = json!({
            "info": {"name": "Desk API", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
            "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "pm-secret-value"}]},
            "variable": [{"key": "base", "value": upstream.url("/desk")}, {"key": "apiToken", "value": "hidden"}],
            "item": [
                {"name": "Tickets", "item": [
                    {"name": "Add ticket", "request": {"method": "POST", "header": [{"key": "X-Off", "value": "1", "disabled": true}],
                        "url": {"raw": "{{base}}/tickets/:queue?notify=true&old=1", "query": [{"key": "notify", "value": "true"}, {"key": "old", "value": "1", "disabled": true}]},
                        "body": {"mode": "raw", "raw": "{\"subject\": \"Help\", \"count\": {{count}}, \"by\": \"{{name}}\"}", "options": {"raw": {"language": "json"}}}}},
                    {"name": "Key", "request": {"auth": {"type": "apikey", "apikey": [{"key": "key", "value": "X-Desk"}, {"key": "value", "value": "{{apiToken}}"}]},
                        "method": "GET", "url": "{{base}}/key"}}
                ]},
                {"name": "Upload", "request": {"method": "POST", "url": "{{base}}/up", "body": {"mode": "formdata", "formdata": [{"key": "f", "type": "file"}, {"key": "note", "value": "n", "type": "text"}]}}}
            ]
        });
        let api = server.api();
        let report = import(&api, json!({"document": collection, "include_tools": true}));
        assert_eq!((&report["format"], &report["source"]), (&json!("postman"), &json!("Desk API")), "{report}");
        assert_eq!(report["missing_secrets"], json!(["APITOKEN", "DESK_TOKEN"]));
        assert_eq!(item(&report, "add_ticket")["tags"], json!(["Tickets"]));
        assert!(item(&report, "upload")["warnings"].to_string().contains("multipart"));
        assert!(!report.to_string().contains("pm-secret-value"), "{report}");
        for name in ["APITOKEN", "DESK_TOKEN"] {
            api.put(&format!("/api/v1/secrets/{name}"), json!({"value": format!("value-of-{name}")})).ok();
        }
        let arguments = json!({"queue": "q1", "subject": "Hi", "count": "3", "by": "me"});
        let answer = call(&api, "add_ticket", arguments);
        assert_eq!(answer["success"], true, "{answer}");
        let request = upstream.take().remove(0);
        assert_eq!((request.path(), request.query()), ("/desk/tickets/q1", "notify=true"));
        assert_eq!(request.header("authorization"), Some("Bearer value-of-DESK_TOKEN"));
        assert_eq!(request.json(), json!({"subject": "Hi", "count": "3", "by": "me"}));
        call(&api, "key", json!({}));
        assert_eq!(upstream.take()[0].header("x-desk"), Some("value-of-APITOKEN"));
    });
}

#[test]
fn function_definitions_in_every_form_call_the_endpoint() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), start(database));
        let schema = json!({"type": "object", "properties": {"city": {"$ref": "#/$defs/city"}}, "required": ["city"], "$defs": {"city": {"type": "string"}}});
        let functions = json!([
            {"type": "function", "function": {"name": "weather", "description": "The weather", "parameters": schema, "strict": true}},
            {"type": "function", "name": "stock", "parameters": {"type": "object", "properties": {}}},
            {"name": "plain.name"},
            {"name": "anthropic", "input_schema": {"type": "object", "properties": {"a": {"type": "integer"}}}},
            {"type": "web_search"}
        ]);
        fs::write(server.folder().join("functions.json"), functions.to_string()).unwrap();
        let missing = server.run(&["import", "openai", "functions.json", "--yes"]).expect(1);
        assert!(missing.stderr.contains("endpoint"), "{missing:?}");
        let endpoint = upstream.url("/tools/{name}");
        let done =
            server.run(&["import", "openai", "functions.json", "--endpoint", &endpoint, "--yes", "--json"]).json();
        assert_eq!(done["items"].as_array().unwrap().len(), 4);
        assert!(done["skipped"][0]["reason"].as_str().unwrap().contains("web_search"));
        assert_eq!(call(&server.api(), "weather", json!({"city": "Rome"}))["success"], true);
        let request = upstream.take().remove(0);
        assert_eq!((request.path(), request.json()), ("/tools/weather", json!({"city": "Rome"})));
        call(&server.api(), "plain_name", json!({}));
        assert_eq!(upstream.take()[0].path(), "/tools/plain.name", "the function keeps its own name upstream");
    });
}
