//! Whatever goes wrong, the answer has the guide's form.

use callwright_testkit::{Person, on_both};
use serde_json::{Value, json};

use crate::{TOOLS, World, refused};

#[test]
fn a_wrong_field_is_named_and_nothing_is_kept() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        let with = |pointer: &str, value: Value| {
            let mut tool = world.weather();
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            tool.pointer_mut(parent).unwrap()[name] = value;
            tool
        };
        for (body, named) in [
            (with("/surprise", json!(1)), "surprise"),
            (with("/name", json!("has spaces")), "name"),
            (with("/name", Value::Null), "name"),
            (with("/name", json!("templates")), "name"),
            (with("/tool_type", json!("pigeon")), "tool_type"),
            (with("/tool_type", Value::Null), "tool_type"),
            (with("/implementation", Value::Null), "implementation"),
            (with("/implementation", json!([])), "implementation"),
            (with("/implementation/url", Value::Null), "implementation.url"),
            (with("/implementation/url", json!("ftp://example.com")), "implementation.url"),
            (with("/implementation/surprise", json!(1)), "implementation.surprise"),
            (with("/implementation/webhook_url", json!("https://example.com")), "implementation.webhook_url"),
            (with("/implementation/method", json!("CONNECT")), "implementation.method"),
            (with("/implementation/headers", json!({"A": 1})), "implementation.headers.A"),
            (with("/implementation/auth/type", json!("digest")), "implementation.auth.type"),
            (with("/implementation/auth/api_key", json!("")), "implementation.auth.api_key"),
            (with("/implementation/auth/api_key", json!("********")), "implementation.auth.api_key"),
            (with("/implementation/auth/key_name", Value::Null), "implementation.auth.key_name"),
            (with("/parameters_schema", json!({"type": "array"})), "parameters_schema.type"),
            (with("/max_execution_time_ms", json!(99)), "max_execution_time_ms"),
            (with("/max_execution_time_ms", json!(600_001)), "max_execution_time_ms"),
            (with("/is_shared", json!("yes")), "is_shared"),
            (with("/effect", json!("sideways")), "effect"),
            (with("/description", json!("x".repeat(9000))), "description"),
        ] {
            let message = refused(api.post(&format!("{TOOLS}/create"), body), 400);
            assert!(message.contains(&format!("`{named}`")), "{named}: {message}");
        }
        let mcp = json!({"name": "m", "tool_type": "mcp_server", "implementation": {"server_name": "s"}});
        let message = refused(api.post(&format!("{TOOLS}/create"), mcp), 400);
        assert!(message.contains("tool"), "{message}");
        let native = world.server.api();
        for list in ["/api/v1/tools", "/api/v1/secrets"] {
            assert_eq!(native.get(list).expect(200)["items"], json!([]), "{list}: nothing was half written");
        }
    });
}

#[test]
fn every_refusal_has_the_guides_form() {
    on_both(|database| {
        let world = World::new(database);
        let (api, create) = (world.api(), format!("{TOOLS}/create"));
        world.made(&api, "there", "general");
        let viewer = Person::invite(&world.server.api(), "viewer@example.org", "viewer").api;
        let nobody = api.with_header("X-Token", "cw_no_such_token");
        let nobody = world.server.api().anonymous().with_header("X-Token", nobody.token().unwrap_or("cw_none"));
        refused(nobody.get(TOOLS), 401);
        let anonymous = world.server.api().anonymous();
        assert_eq!(anonymous.get(TOOLS).header("www-authenticate"), Some("Bearer"));
        for path in [TOOLS.to_owned(), format!("{TOOLS}/there"), format!("{TOOLS}/list"), format!("{TOOLS}/templates")]
        {
            refused(anonymous.get(&path), 401);
        }
        for (method, path) in [
            ("POST", create.clone()),
            ("PUT", format!("{TOOLS}/there")),
            ("DELETE", format!("{TOOLS}/there")),
            ("POST", format!("{TOOLS}/there/test")),
            ("POST", format!("{TOOLS}/there/share")),
        ] {
            let body = if path.ends_with("share") { json!({"user_ids": ["x"]}) } else { json!({}) };
            let body = if path == create { world.slack() } else { body };
            let body = (method != "DELETE").then_some(body);
            refused(anonymous.send(method, &path, body.clone()), 401);
            refused(viewer.send(method, &path, body), 403);
        }
        let json_type = [("content-type", "application/json")];
        for bad in ["", "{", "nonsense", "{\"name\": \"a\\u0000b\"}", "[]"] {
            refused(api.raw("POST", &create, &json_type, Some(bad.as_bytes().to_vec())), 400);
        }
        refused(api.raw("POST", &create, &[("content-type", "text/plain")], Some(b"{}".to_vec())), 415);
        refused(api.raw("POST", &create, &json_type, Some(vec![b' '; 3 << 20])), 413);
        for (method, path) in [
            ("PATCH", format!("{TOOLS}/there")),
            ("DELETE", TOOLS.to_owned()),
            ("GET", create.clone()),
            ("GET", format!("{TOOLS}/there/test")),
        ] {
            let reply = api.send(method, &path, None);
            assert!(reply.header("allow").is_some(), "{reply:?}");
            refused(reply, 405);
        }
        for path in [
            "/agents/nothing",
            "/agents",
            "/agents/tools/there/nothing",
            "/agents/tools/templates/none",
            "/agents/tools/none",
        ] {
            refused(api.get(path), 404);
        }
        for (body, named) in [
            (json!({"parameters": {}, "surprise": 1}), "surprise"),
            (json!({"parameters": {}, "context": []}), "context"),
        ] {
            let message = refused(api.post(&format!("{TOOLS}/there/test"), body), 400);
            assert!(message.contains(named), "{message}");
        }
        // Elsewhere errors are as ever.
        assert_eq!(api.get("/api/v1/tools/none").code(), "not_found");
    });
}
