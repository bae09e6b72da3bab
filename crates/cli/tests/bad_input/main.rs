//! What clients send that makes no sense, or too much of it: a clear refusal that names the field, and nothing half
//! written.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod bombs;

use callwright_testkit::{Api, Database, Options, Reply, Server, Upstream, eventually, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

fn server(database: Database) -> Server {
    Server::start(Options::new(BINARY, database))
}

fn tool() -> Value {
    json!({"name": "t", "kind": "http", "effect": "read", "config": {"method": "GET", "url": "https://example.com/"}})
}

fn field(reply: &Reply) -> &str {
    reply.body["error"]["details"]["field"].as_str().unwrap_or("(no field)")
}

/// Nothing came of all that was refused, and the server is well.
fn assert_untouched(api: &Api) {
    for list in ["/api/v1/tools", "/api/v1/agents", "/api/v1/executions", "/api/v1/secrets", "/api/v1/invitations"] {
        assert_eq!(api.get(list).expect(200)["items"], json!([]), "{list}");
    }
    assert_eq!(api.get("/api/v1/members").expect(200)["items"].as_array().unwrap().len(), 1);
    assert_eq!(api.get("/api/v1/tokens").expect(200)["items"].as_array().unwrap().len(), 1);
    let audit = api.get("/api/v1/audit").expect(200);
    assert_eq!(audit["items"].as_array().unwrap().len(), 1, "only the organization's beginning: {audit}");
    api.get("/readyz").expect(200);
}

#[test]
fn a_wrong_field_is_named_and_nothing_is_kept() {
    on_both(|database| {
        let server = server(database);
        let api = server.api();
        let set = |path: &str, value: Value| {
            let mut tool = tool();
            let (parent, name) = path.rsplit_once('/').unwrap();
            tool.pointer_mut(parent).unwrap()[name] = value;
            tool
        };
        let schema = |schema: Value| set("/parameters", schema);
        let secret = "${NO_SUCH_SECRET}";
        let tools = "/api/v1/tools";
        #[rustfmt::skip]
        let refused: Vec<(&str, &str, Value, &str)> = vec![
            // Unknown fields, at every depth.
            ("POST", tools, set("/surprise", json!(1)), "surprise"),
            ("POST", tools, set("/config/surprise", json!(1)), "config.surprise"),
            ("POST", tools, set("/policy", json!({"retry": {"sometimes": {}}})), "policy.retry.sometimes"),
            ("POST", tools, set("/config/auth", json!({"type": "bearer", "token": "x", "extra": 1})), "config.auth.extra"),
            ("POST", "/api/v1/agents", json!({"name": "a", "surprise": 1}), "surprise"),
            ("POST", "/api/v1/tokens", json!({"name": "a", "surprise": 1}), "surprise"),
            ("POST", "/api/v1/invitations", json!({"email": "a@b.org", "role": "viewer", "surprise": 1}), "surprise"),
            ("PUT", "/api/v1/secrets/A", json!({"value": "v", "surprise": 1}), "surprise"),
            ("PATCH", "/api/v1/organization", json!({"name": "n", "surprise": 1}), "surprise"),
            // Missing fields and wrong types.
            ("POST", tools, json!({"kind": "http"}), "name"),
            ("POST", tools, set("/name", json!(7)), "name"),
            ("POST", tools, set("/name", json!("has spaces")), "name"),
            ("POST", tools, set("/kind", json!("carrier_pigeon")), "kind"),
            ("POST", tools, set("/effect", json!("sideways")), "effect"),
            ("POST", tools, set("/config/headers", json!({"A": 1})), "config.headers.A"),
            ("POST", tools, set("/config/headers", json!({"Host": "x"})), "config.headers.Host"),
            ("POST", tools, set("/config/headers", json!({"A": "x\r\nB: y"})), "config.headers.A"),
            ("POST", tools, set("/config/method", json!("CONNECT")), "config.method"),
            ("POST", tools, set("/config/redirects", json!(11)), "config.redirects"),
            ("POST", tools, set("/policy", json!({"timeout_ms": "soon"})), "policy.timeout_ms"),
            ("POST", tools, set("/policy", json!({"timeout_ms": -1})), "policy.timeout_ms"),
            ("POST", tools, set("/policy", json!({"allowed_contexts": ["moon"]})), "policy.allowed_contexts[0]"),
            ("POST", tools, set("/result", json!({"map": "[?"})), "result.map"),
            ("POST", tools, set("/version", json!("one")), "version"),
            ("POST", tools, set("/labels", json!({"a b": "c"})), "labels"),
            ("POST", tools, set("/labels", json!({"a": "x".repeat(257)})), "labels"),
            ("POST", tools, set("/labels", json!({"a": 1})), "labels.a"),
            ("POST", tools, set("/description", json!("x".repeat(9000))), "description"),
            ("POST", "/api/v1/agents", json!({"name": ""}), "name"),
            ("POST", "/api/v1/agents", json!([]), ""),
            // Addresses.
            ("POST", tools, set("/config/url", json!("not a url")), "config.url"),
            ("POST", tools, set("/config/url", json!("file:///etc/passwd")), "config.url"),
            ("POST", tools, set("/config/url", json!("https://user:pass@example.com/")), "config.url"),
            ("POST", tools, set("/config/url", json!("https://{{ parameters.host }}/")), "config.url"),
            // Templates with names that nobody knows, or that do not end.
            ("POST", tools, set("/config/url", json!(format!("https://example.com/{secret}"))), "config.url"),
            ("POST", tools, set("/config/headers", json!({"X-A": secret})), "config.headers.X-A"),
            ("POST", tools, set("/config/query", json!({"q": secret})), "config.query.q"),
            ("POST", tools, set("/config", json!({"url": "https://example.com", "body": {"json": {"a": [{"b": "{{ nobody.knows }}"}]}}})), "config.body.json.a.0.b"),
            ("POST", tools, set("/config/auth", json!({"type": "bearer", "token": secret})), "config.auth.token"),
            ("POST", tools, set("/config/headers", json!({"X-A": "{{ parameters.a"})), "config.headers.X-A"),
            ("POST", tools, set("/config/headers", json!({"X-A": "{% for x in y %}"})), "config.headers.X-A"),
            ("POST", tools, set("/bound", json!({"nobody": "x"})), "bound.nobody"),
            // Schemas that are none.
            ("POST", tools, schema(json!([])), "parameters"),
            ("POST", tools, schema(json!({"type": "array"})), "parameters.type"),
            ("POST", tools, schema(json!({"type": "object", "properties": 5})), "parameters.properties"),
            ("POST", tools, schema(json!({"type": "object", "properties": {"a": {"type": "objekt"}}})), "parameters.properties.a.type"),
            ("POST", tools, schema(json!({"type": "object", "properties": {"a": {"$ref": "https://example.com/s.json"}}})), "parameters.properties.a.$ref"),
            ("POST", tools, schema(json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/none"}}})), "parameters.properties.a.$ref"),
            ("POST", tools, schema(json!({"type": "object", "properties": {"a": {"pattern": "("}}})), "parameters.properties.a.pattern"),
        ];
        let mut wrong = Vec::new();
        for (method, path, body, named) in refused {
            let reply = api.send(method, path, Some(body.clone()));
            let message = reply.body["error"]["message"].as_str().unwrap_or_default().to_owned();
            if (reply.status, field(&reply)) != (422, named) || message.is_empty() {
                wrong.push(format!("{named}: {reply:?} for {body}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_untouched(&api);
    });
}

#[test]
fn addresses_methods_and_queries_that_make_no_sense() {
    on_both(|database| {
        let server = server(database);
        let api = server.api();
        for path in [
            "/nothing",
            "/api/v1/nothing",
            "/api/v2/tools",
            "/api/v1/tools/",
            "/%00",
            "/../etc/passwd",
            "/api/v1//tools",
        ] {
            let reply = api.get(path);
            assert_eq!(reply.status, 404, "{reply:?}");
            assert!(["route_not_found", "not_found"].contains(&reply.code()), "{reply:?}");
        }
        for (method, path, allowed) in [
            ("DELETE", "/api/v1/tools", "POST"),
            ("PATCH", "/api/v1/tools/x", "PUT"),
            ("POST", "/healthz", "GET"),
            ("GET", "/token/get_token", "POST"),
            ("BREW", "/api/v1/tools", "GET"),
        ] {
            let reply = api.send(method, path, None);
            assert_eq!((reply.status, reply.code()), (405, "method_not_allowed"), "{reply:?}");
            assert!(reply.header("allow").is_some_and(|allow| allow.contains(allowed)), "{:?}", reply.headers);
        }
        let lists = [
            "/api/v1/tools",
            "/api/v1/agents",
            "/api/v1/executions",
            "/api/v1/members",
            "/api/v1/tokens",
            "/api/v1/invitations",
            "/api/v1/secrets",
            "/api/v1/audit",
            "/api/organization/tools",
            "/api/calls/x/tool-executions",
        ];
        for list in lists {
            for (query, named) in [
                ("limit=0", "limit"),
                ("limit=201", "limit"),
                ("limit=-1", "limit"),
                ("limit=many", "limit"),
                ("limit=99999999999999999999", "limit"),
                ("limit=1&limit=2", "limit"),
                ("cursor=%21%21", "cursor"),
                ("cursor=AAAA", "cursor"),
                ("cursor=WyJhIiwiYiIsImMiLCJkIiwiZSJd", "cursor"),
                ("surprise=1", "surprise"),
                ("limit=%00", "limit"),
            ] {
                let reply = api.get(&format!("{list}?{query}"));
                assert_eq!((reply.status, field(&reply)), (422, named), "{list}?{query}: {reply:?}");
            }
            // A cursor of another list is no reason to fall over.
            let foreign = api.get(&format!("{list}?cursor=WyJ4Il0"));
            assert!([200, 422].contains(&foreign.status), "{foreign:?}");
        }
        for (query, named) in [
            ("state=odd", "state"),
            ("since=yesterday", "since"),
            ("error_class=odd", "error_class"),
            ("user=me", "user"),
        ] {
            let reply = api.get(&format!("/api/v1/executions?{query}"));
            assert_eq!((reply.status, field(&reply)), (422, named), "{reply:?}");
        }
        for id in ["x", "exec_", "exec_zzzzzzzzzzzzzzzzzzzzzzzzzz", "tool_01k00000000000000000000000", "%F0%9F%92%A9"] {
            assert_eq!(api.get(&format!("/api/v1/executions/{id}")).status, 404, "{id}");
        }
        assert_untouched(&api);
    });
}

#[test]
fn arguments_and_keys_that_are_too_much() {
    on_both(|database| {
        let (server, upstream) = (server(database), Upstream::start());
        let api = server.api();
        let mut tool = tool();
        tool["config"] = json!({"method": "POST", "url": upstream.url("/")});
        tool["parameters"] =
            json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false});
        api.post("/api/v1/tools", tool).expect(201);
        let path = "/api/v1/tools/t/call";
        for key in ["k".repeat(256), "two words".into(), "k".repeat(60_000)] {
            let reply = api.with_header("Idempotency-Key", &key).post(path, json!({"arguments": {"a": "x"}}));
            assert_eq!(reply.status, 400, "{reply:?}");
            assert!(reply.body["error"]["message"].as_str().unwrap().contains("Idempotency-Key"));
        }
        for (body, named) in [
            (json!({"argumnts": {}}), "argumnts"),
            (json!({"arguments": {}, "context": []}), "context"),
            (json!({"arguments": {}, "dry_run": "yes"}), "dry_run"),
            (json!({"arguments": {}, "channel": "pigeon"}), "channel"),
            (json!({"arguments": {}, "cursor": "!"}), "cursor"),
        ] {
            let reply = api.post(path, body);
            assert_eq!((reply.status, field(&reply)), (422, named), "{reply:?}");
        }
        assert_eq!(api.post(path, json!({"arguments": {"a": "x".repeat(3 << 20)}})).status, 413);
        assert_eq!(api.get("/api/v1/executions").expect(200)["items"], json!([]), "refusals are no executions");
        // What is large but allowed goes through whole; what does not fit the schema is told to the model and recorded.
        let long = "x".repeat(1 << 20);
        let answer = api.post(path, json!({"arguments": {"a": long}})).expect(200);
        assert_eq!(answer["success"], true);
        assert_eq!(upstream.take()[0].json()["a"].as_str().map(str::len), Some(1 << 20));
        let mut deep = json!(1);
        for _ in 0..100 {
            deep = json!([deep]);
        }
        for arguments in [json!(5), json!([]), json!({"a": deep}), json!({"b": "x"}), json!({"a": 5}), json!("text")] {
            let answer = api.post(path, json!({"arguments": arguments})).expect(200);
            assert_eq!(
                (&answer["success"], &answer["error"]["class"]),
                (&json!(false), &json!("validation_error")),
                "{answer}"
            );
        }
        let log = eventually("all seven are written", 5, || {
            let log = api.get("/api/v1/executions").expect(200);
            (log["items"].as_array().unwrap().len() == 7).then_some(log)
        });
        assert!(log.to_string().len() < 3 << 20, "a list of executions stays readable");
        assert_eq!(upstream.count(), 0);
        assert!(server.memory_mib() < 200, "{} MiB", server.memory_mib());
    });
}

#[test]
fn every_answer_carries_the_requests_name() {
    on_both(|database| {
        let server = server(database);
        let api = server.api();
        let asks: [(&str, &str, Option<&[u8]>); 8] = [
            ("GET", "/healthz", None),
            ("GET", "/api/v1/tools", None),
            ("GET", "/nothing", None),
            ("DELETE", "/healthz", None),
            ("GET", "/api/v1/tools/none", None),
            ("POST", "/api/v1/agents", Some(b"{")),
            ("POST", "/api/v1/agents", Some(b"{\"name\": 1}")),
            ("GET", "/api/v1/executions/live", None),
        ];
        for (method, path, body) in asks {
            let ask = |api: &Api, given: &[(&str, &str)]| {
                let reply = api.raw(method, path, given, body.map(<[u8]>::to_vec));
                let id = reply.header("x-request-id").unwrap_or_else(|| panic!("{reply:?} has no id")).to_owned();
                if reply.status >= 400 {
                    assert_eq!(reply.body["error"]["request_id"], json!(id), "{reply:?}");
                    let error = reply.body["error"].as_object().unwrap();
                    assert_eq!(error.keys().collect::<Vec<_>>(), ["code", "message", "details", "request_id"]);
                }
                id
            };
            assert_eq!(ask(&api, &[("x-request-id", "my-own-name")]), "my-own-name");
            let (one, two) = (ask(&api, &[]), ask(&api, &[]));
            assert!(one.starts_with("req_") && one != two);
            assert_eq!(ask(&api.anonymous(), &[("x-request-id", "without-a-token")]), "without-a-token");
            for bad in ["two words", &"x".repeat(129), "\u{e4}"] {
                assert!(ask(&api, &[("x-request-id", bad)]).starts_with("req_"), "{bad}");
            }
        }
    });
}
