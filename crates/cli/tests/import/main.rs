//! Importing tools: documents in, tools that really call; what was changed by hand stays.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod command;
mod real;

use callwright_testkit::{Api, Database, Options, Server, Upstream, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

fn start(database: Database) -> Server {
    Server::start(Options::new(BINARY, database))
}

/// An API with parameters in all places, one name in two of them, and what 3.0 says in its own words.
fn shop(server: &str) -> Value {
    json!({
        "openapi": "3.0.3", "info": {"title": "Shop API", "version": "1"}, "servers": [{"url": server}],
        "security": [{"key": []}],
        "paths": {
            "/shops/{id}/orders/{order-no}": {
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
                "put": {
                    "operationId": "orders/update", "summary": "Update an order", "tags": ["orders"],
                    "parameters": [
                        {"name": "order-no", "in": "path", "required": true, "schema": {"type": "integer"}},
                        {"name": "expand", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                        {"name": "fields", "in": "query", "explode": false, "schema": {"type": "array", "items": {"type": "string"}}},
                        {"name": "filter", "in": "query", "style": "deepObject", "schema": {"type": "object", "properties": {"state": {"type": "string"}, "min": {"type": "integer"}}}},
                        {"name": "page", "in": "query", "schema": {"type": "integer", "default": 1}},
                        {"name": "X-Shop-Version", "in": "header", "required": true, "schema": {"type": "string", "enum": ["2026-01"]}},
                        {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                        {"name": "lang", "in": "cookie", "required": true, "schema": {"type": "string"}},
                    ],
                    "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}}},
                    "responses": {"200": {"description": "ok", "content": {"application/json": {"schema": {"type": "object", "required": ["done"]}}}}}
                },
                "delete": {"operationId": "orders/delete", "tags": ["orders"],
                    "parameters": [{"name": "order-no", "in": "path", "required": true, "schema": {"type": "integer"}}], "responses": {}}
            },
            "/customers": {"post": {"summary": "Add a customer", "tags": ["customers"], "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema":
                {"type": "object", "properties": {"name": {"type": "string"}, "address": {"type": "object", "properties": {"city": {"type": "string"}}}, "metadata[x]": {"type": "string"}}}}}}}}
        },
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Shop-Key"}},
            "schemas": {"Order": {"type": "object", "required": ["id", "note"], "properties": {
                "id": {"type": "string", "nullable": true}, "note": {"type": "string"}, "state": {"type": "string", "default": "open"},
                "created": {"type": "string", "readOnly": true}, "parent": {"$ref": "#/components/schemas/Order"}
            }}}
        }
    })
}

fn import(api: &Api, request: Value) -> Value {
    api.post("/api/v1/imports", request).expect(200)
}

fn item<'r>(report: &'r Value, name: &str) -> &'r Value {
    report["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["name"] == name)
        .unwrap_or_else(|| panic!("{name}: {report}"))
}

fn call(api: &Api, tool: &str, arguments: Value) -> Value {
    api.post(&format!("/api/v1/tools/{tool}/call"), json!({ "arguments": arguments })).expect(200)
}

#[test]
fn an_imported_operation_sends_every_argument_to_its_place() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), start(database));
        let api = server.api();
        let document = shop(&upstream.url("/v1/"));
        let preview = api.post("/api/v1/imports/preview", json!({"document": document})).expect(200);
        assert_eq!((&preview["format"], &preview["operation_count"]), (&json!("openapi"), &json!(3)));
        assert_eq!(preview["missing_secrets"], json!(["SHOP_API_KEY"]));
        assert_eq!(api.get("/api/v1/tools").expect(200)["items"], json!([]), "a preview saves nothing");

        let report = import(&api, json!({"document": document.to_string(), "include_tools": true}));
        assert!(report["items"].as_array().unwrap().iter().all(|item| item["state"] == "created"), "{report}");
        let update = item(&report, "orders_update");
        assert_eq!(update["effect"], "write");
        assert_eq!(item(&report, "orders_delete")["effect"], "destructive");
        let parameters = &update["tool"]["parameters"];
        let names: Vec<&String> = parameters["properties"].as_object().unwrap().keys().collect();
        assert_eq!(
            names,
            [
                "path_id", "order-no", "expand", "fields", "filter", "page", "X-Trace", "lang", "id", "note", "state",
                "parent"
            ]
        );
        assert_eq!(parameters["required"], json!(["path_id", "order-no", "lang", "id", "note"]));
        assert_eq!(parameters["properties"]["id"]["type"], json!(["string", "null"]));

        let refused =
            call(&api, "orders_update", json!({"path_id": "a", "order-no": 1, "lang": "de", "id": null, "note": "n"}));
        assert_eq!(refused["error"]["code"], "secret_missing", "{refused}");
        api.put("/api/v1/secrets/SHOP_API_KEY", json!({"value": "shop-key-value-1"})).ok();
        let arguments = json!({
            "path_id": "s/1", "order-no": 7, "expand": ["a", "b c"], "fields": ["x", "y"], "filter": {"min": 3},
            "X-Trace": "t-1", "lang": "de&x", "id": "o1", "note": "{{ 1 }}", "parent": {"id": "p", "note": "q"}
        });
        let answer = call(&api, "orders_update", arguments);
        assert_eq!(answer["success"], true, "{answer}");
        let request = upstream.take().remove(0);
        assert_eq!((request.method.as_str(), request.path()), ("PUT", "/v1/shops/s%2F1/orders/7"));
        let mut query: Vec<&str> = request.query().split('&').collect();
        query.sort_unstable();
        assert_eq!(query, ["expand=a", "expand=b%20c", "fields=x%2Cy", "filter%5Bmin%5D=3"]);
        assert_eq!(request.header("x-shop-version"), Some("2026-01"), "what can have one value is no argument");
        assert_eq!(request.header("x-trace"), Some("t-1"));
        assert_eq!(request.header("cookie"), Some("lang=de%26x"));
        assert_eq!(request.header("x-shop-key"), Some("shop-key-value-1"));
        assert_eq!(
            request.json(),
            json!({"id": "o1", "note": "{{ 1 }}", "parent": {"id": "p", "note": "q"}}),
            "what nobody named is not reset to its default"
        );

        let form = json!({"name": "A & B", "address": {"city": "Bern"}, "metadata_x": "m"});
        assert_eq!(call(&api, "post_customers", form)["success"], true);
        let request = upstream.take().remove(0);
        assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
        let mut fields: Vec<String> = request.text().split('&').map(str::to_owned).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["address%5Bcity%5D=Bern", "metadata%5Bx%5D=m", "name=A%20%26%20B"]);
    });
}

#[test]
fn a_second_import_keeps_what_was_changed_here() {
    on_both(|database| {
        let server = start(database);
        let api = server.api();
        let mut document = shop("https://shop.example.com");
        let request = |document: &Value, take: &str| json!({"document": document, "source": "shop", "take": take});
        import(&api, request(&document, "ours"));
        let again = import(&api, request(&document, "ours"));
        assert!(again["items"].as_array().unwrap().iter().all(|item| item["state"] == "unchanged"), "{again}");
        assert_eq!(
            api.get("/api/v1/tools/orders_update").expect(200)["revision"],
            1,
            "nothing to do makes no revision"
        );

        // Somebody here renames the tool, words it better and gives it more time.
        let mut tool = api.get("/api/v1/tools/orders_update").expect(200);
        let fields = tool.as_object_mut().unwrap();
        for field in ["id", "organization_id", "user_id", "revision", "created_at", "updated_at", "version"] {
            fields.remove(field);
        }
        tool["name"] = json!("change_order");
        tool["description"] = json!("Changes an order. Use after the caller agreed.");
        tool["policy"]["timeout_ms"] = json!(5_000);
        api.put("/api/v1/secrets/SHOP_API_KEY", json!({"value": "v1-secret-value"})).ok();
        api.put("/api/v1/tools/orders_update", tool).ok();
        // The source changes the same description, another field, and drops an operation.
        let operation = &mut document["paths"]["/shops/{id}/orders/{order-no}"]["put"];
        operation["summary"] = json!("Change an order");
        operation["tags"] = json!(["sales"]);
        document["paths"]["/shops/{id}/orders/{order-no}"].as_object_mut().unwrap().remove("delete");

        let preview = api.post("/api/v1/imports/preview", request(&document, "ours")).expect(200);
        let changed = item(&preview, "change_order");
        assert_eq!((&changed["state"], &changed["kept"]), (&json!("changed"), &json!(["policy"])), "{changed}");
        assert_eq!(changed["conflicts"][0]["path"], "description");
        assert_eq!(changed["conflicts"][0]["theirs"], "Change an order");
        assert_eq!(changed["diff"][0]["path"], "category");
        assert_eq!(preview["gone"][0]["name"], "orders_delete");

        let applied = import(&api, request(&document, "ours"));
        assert_eq!(item(&applied, "change_order")["state"], "updated");
        let tool = api.get("/api/v1/tools/change_order").expect(200);
        assert_eq!((&tool["category"], &tool["policy"]["timeout_ms"]), (&json!("sales"), &json!(5_000)));
        assert_eq!(tool["description"], "Changes an order. Use after the caller agreed.");
        api.get("/api/v1/tools/orders_delete").expect(200);

        let told_again = import(&api, request(&document, "ours"));
        assert_eq!(item(&told_again, "change_order")["conflicts"][0]["path"], "description", "an open conflict stays");
        let taken = import(&api, request(&document, "theirs"));
        assert_eq!(item(&taken, "change_order")["state"], "updated");
        assert_eq!(api.get("/api/v1/tools/change_order").expect(200)["description"], "Change an order");
        let settled = import(&api, request(&document, "ours"));
        assert_eq!(item(&settled, "change_order")["state"], "unchanged", "{settled}");

        let page = api.get("/api/v1/imports?source=shop&limit=2").expect(200);
        assert_eq!(page["items"].as_array().unwrap().len(), 2);
        let cursor = page["next_cursor"].as_str().unwrap();
        let rest = api.get(&format!("/api/v1/imports?source=shop&limit=2&cursor={cursor}")).expect(200);
        assert_eq!((rest["items"].as_array().unwrap().len(), &rest["next_cursor"]), (1, &Value::Null));

        // A tool that was deleted here is new again when it is asked for.
        api.delete("/api/v1/tools/change_order").ok();
        let back = import(&api, request(&document, "ours"));
        assert_eq!(item(&back, "orders_update")["state"], "created");
    });
}

#[test]
fn a_name_that_is_taken_is_told_and_the_rest_goes_on() {
    on_both(|database| {
        let server = start(database);
        let api = server.api();
        let own = json!({"name": "orders_delete", "kind": "http", "config": {"url": "https://example.com"}});
        api.post("/api/v1/tools", own).expect(201);
        let report = import(&api, json!({"document": shop("https://shop.example.com")}));
        assert_eq!(item(&report, "orders_delete")["state"], "name_taken");
        assert_eq!(item(&report, "orders_update")["state"], "created");
        let options = json!({"prefix": "shop_", "tags": ["orders"], "operations": ["orders/delete"]});
        let report =
            import(&api, json!({"document": shop("https://shop.example.com"), "source": "b", "options": options}));
        assert_eq!(report["items"].as_array().unwrap().len(), 1);
        assert_eq!(item(&report, "shop_orders_delete")["state"], "created");
    });
}

#[test]
fn what_cannot_be_read_is_refused_with_its_field() {
    on_both(|database| {
        let (upstream, server) = (Upstream::start(), start(database));
        let api = server.api();
        let relative = json!({"openapi": "3.1.0", "paths": {"/a": {"get": {}}}});
        for (request, status, field, part) in [
            (json!({}), 422, "document", "`document`"),
            (json!({"document": "x", "url": "https://example.com"}), 422, "url", "not both"),
            (json!({"document": {"swagger": "2.0"}}), 422, "document", "swagger2openapi"),
            (json!({"document": {"openapi": "4.0.0"}}), 422, "document", "3.0 and 3.1"),
            (json!({"document": "{\"openapi\": "}), 422, "document", "not JSON"),
            (json!({"document": {"a": 1}}), 422, "format", "cannot be told"),
            (json!({"document": relative}), 422, "options.base_url", "base_url"),
            (
                json!({"document": shop("https://a.example"), "options": {"tags": ["none"]}}),
                422,
                "options.tags",
                "none of",
            ),
            (
                json!({"document": shop("https://a.example"), "options": {"operations": ["nope"]}}),
                422,
                "options.operations.0",
                "nope",
            ),
            (
                json!({"document": shop("https://a.example"), "options": {"prefix": "1x"}}),
                422,
                "options.prefix",
                "prefix",
            ),
            (json!({"document": [{"name": "f", "parameters": {}}]}), 422, "options.endpoint", "endpoint"),
            (json!({"document": "curl 'https://x"}), 422, "document", "never closed"),
            (json!({"url": "ftp://example.com/x"}), 422, "url", "http"),
            (json!({"url": "http://169.254.169.254/latest"}), 422, "url", "cannot be fetched"),
            (json!({"documnet": "x"}), 422, "documnet", "unknown field"),
        ] {
            let reply = api.post("/api/v1/imports/preview", request.clone());
            assert_eq!(reply.status, status, "{request}: {reply:?}");
            assert_eq!(reply.body["error"]["details"]["field"], field, "{request}: {reply:?}");
            assert!(reply.text.contains(part), "{request}: {reply:?}");
        }
        let large = json!({"document": "x".repeat(11 << 20)});
        let reply = api.post("/api/v1/imports/preview", large);
        assert_eq!((reply.status, reply.code()), (413, "document_too_large"));
        let larger = json!({"document": "x".repeat(17 << 20)});
        let reply = api.post("/api/v1/imports/preview", larger);
        assert_eq!((reply.status, reply.code()), (413, "body_too_large"));
        upstream.next(callwright_testkit::Answer::text(404, "no"));
        let reply = api.post("/api/v1/imports/preview", json!({"url": upstream.url("/x")}));
        assert!(reply.text.contains("HTTP 404"), "{reply:?}");
    });
}
