//! Calling an HTTP tool: methods, authentication, templates, results, agents, the log.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::time::Duration;

use base64::Engine as _;
use callwright_testkit::{Answer, Api, Database, Gate, Options, Person, Server, Upstream, eventually, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

struct World {
    upstream: Upstream,
    server: Server,
}

impl World {
    fn new(database: Database) -> Self {
        Self { upstream: Upstream::start(), server: Server::start(Options::new(BINARY, database)) }
    }

    fn api(&self) -> Api {
        self.server.api()
    }

    fn tool(&self, name: &str, config: Value, rest: Value) -> Value {
        let mut config = config;
        if config.get("url").is_none() {
            config["url"] = json!(self.upstream.url("/things"));
        }
        let mut tool =
            json!({"name": name, "kind": "http", "effect": "read", "description": "A thing", "config": config});
        merge(&mut tool, &rest);
        self.api().post("/api/v1/tools", tool).expect(201)
    }

    fn call(&self, name: &str, arguments: Value) -> Value {
        self.api().post(&format!("/api/v1/tools/{name}/call"), json!({"arguments": arguments})).expect(200)
    }
}

/// Merges objects one level deep; enough for tests.
fn merge(target: &mut Value, patch: &Value) {
    for (key, value) in patch.as_object().unwrap() {
        target[key] = value.clone();
    }
}

fn schema(properties: Value) -> Value {
    json!({"parameters": {"type": "object", "properties": properties, "additionalProperties": false}})
}

#[test]
fn every_method_and_body_goes_out_as_written() {
    on_both(|database| {
        let world = World::new(database);
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] {
            let name = format!("m_{}", method.to_lowercase());
            world.tool(&name, json!({"method": method}), schema(json!({"a": {"type": "integer"}})));
            let answer = world.call(&name, json!({"a": 1}));
            assert_eq!(answer["success"], true, "{method}: {answer}");
            assert_eq!(world.upstream.take().last().unwrap().method, method);
        }
        let properties = json!({"n": {"type": "integer"}, "t": {"type": "string"}, "l": {"type": "array"}});
        world.tool(
            "typed",
            json!({"method": "POST", "body": {"json": {"n": "{{ parameters.n + 1 }}", "all": "${parameters}", "t": "<{{ parameters.t }}>"}}}),
            schema(properties.clone()),
        );
        world.call("typed", json!({"n": 4, "t": "a \"b\" {{ 1 }} ${call_sid}"}));
        assert_eq!(
            world.upstream.take()[0].json(),
            json!({"n": 5, "all": {"n": 4, "t": "a \"b\" {{ 1 }} ${call_sid}"}, "t": "<a \"b\" {{ 1 }} ${call_sid}>"}),
            "one expression keeps its type, and a value is rendered once"
        );
        world.tool(
            "form",
            json!({"method": "POST", "body": {"form": {"a": "{{ parameters.t }}", "l": "{{ parameters.l }}"}}}),
            schema(properties.clone()),
        );
        world.call("form", json!({"t": "x&y=z", "l": [1, 2]}));
        let request = world.upstream.take().remove(0);
        assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
        assert!(request.text().starts_with("a=x%26y%3Dz&"), "{}", request.text());
        world.tool(
            "raw",
            json!({"method": "POST", "body": {"raw": "<x>{{ parameters.t }}</x>", "content_type": "application/xml"}}),
            schema(properties),
        );
        world.call("raw", json!({"t": "hi"}));
        let request = world.upstream.take().remove(0);
        assert_eq!((request.text().as_str(), request.header("content-type")), ("<x>hi</x>", Some("application/xml")));
    });
}

#[test]
fn every_kind_of_authentication_uses_secrets_that_never_show() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        let secret = "s3cr3t-value-0001";
        api.put("/api/v1/secrets/KEY", json!({"value": secret})).ok();
        let tokens = Upstream::start();
        tokens.always(Answer::json(
            200,
            json!({"access_token": "at-1234567", "token_type": "Bearer", "expires_in": 3600}),
        ));
        world.tool("bearer", json!({"method": "GET", "auth": {"type": "bearer", "token": "${KEY}"}}), json!({}));
        world.tool(
            "header",
            json!({"method": "GET", "auth": {"type": "api_key", "key": "${KEY}", "header": "X-Key"}}),
            json!({}),
        );
        world.tool(
            "query",
            json!({"method": "GET", "auth": {"type": "api_key", "key": "${KEY}", "query": "key"}}),
            json!({}),
        );
        world.tool(
            "basic",
            json!({"method": "GET", "auth": {"type": "basic", "username": "u", "password": "${KEY}"}}),
            json!({}),
        );
        world.tool(
            "oauth",
            json!({"method": "GET", "auth": {"type": "oauth2", "token_url": tokens.url("/token"), "client_id": "c", "client_secret": "${KEY}", "scopes": ["a", "b"]}}),
            json!({}),
        );
        // The upstream echoes what it got: the secret must not come back.
        world.upstream.respond(|request| {
            Answer::json(200, json!({"headers": format!("{:?}", request.headers), "target": request.target}))
        });
        for name in ["bearer", "header", "query", "basic", "oauth"] {
            let answer = world.call(name, json!({}));
            assert_eq!(answer["success"], true, "{name}: {answer}");
            assert!(!answer.to_string().contains(secret), "{name} shows the secret: {answer}");
        }
        let requests = world.upstream.take();
        assert_eq!(requests[0].header("authorization"), Some("Bearer s3cr3t-value-0001"));
        assert_eq!(requests[1].header("x-key"), Some(secret));
        assert_eq!(requests[2].query(), format!("key={secret}"));
        assert_eq!(requests[3].header("authorization"), Some("Basic dTpzM2NyM3QtdmFsdWUtMDAwMQ=="));
        assert_eq!(requests[4].header("authorization"), Some("Bearer at-1234567"));
        let log = api.get("/api/v1/executions").expect(200).to_string();
        assert!(!log.contains(secret) && !log.contains("at-1234567"));
        assert!(!world.server.log().contains(secret));
        // Twenty callers at once share one token.
        let before = tokens.count();
        let callers: Vec<_> = (0..20)
            .map(|_| {
                let api = api.clone();
                std::thread::spawn(move || api.post("/api/v1/tools/oauth/call", json!({})).expect(200))
            })
            .collect();
        callers.into_iter().for_each(|caller| drop(caller.join().unwrap()));
        assert_eq!((before, tokens.count()), (1, 1));
        // A 401 fetches a new token once.
        world.upstream.next(Answer::status(401)).next(Answer::json(200, json!({})));
        assert_eq!(world.call("oauth", json!({}))["success"], true);
        assert_eq!(tokens.count(), 2);
        // Lending is in the audit log, the value is not.
        let audit = eventually("the lending is audited", 5, || {
            let audit = api.get("/api/v1/audit?action=secret.lend").expect(200);
            (!audit["items"].as_array().unwrap().is_empty()).then_some(audit)
        });
        assert!(audit.to_string().contains("KEY") && !audit.to_string().contains(secret));
    });
}

#[test]
fn arguments_cannot_leave_their_place() {
    on_both(|database| {
        let world = World::new(database);
        world.tool(
            "place",
            json!({"method": "GET", "url": world.upstream.url("/users/{{ parameters.id }}/orders?q={{ parameters.id }}"), "headers": {"X-Id": "{{ parameters.id }}"}}),
            schema(json!({"id": {"type": "string"}})),
        );
        world.call("place", json!({"id": "a/../../admin?x=1#y&z=%2e"}));
        let request = world.upstream.take().remove(0);
        assert_eq!(request.path().matches('/').count(), 3, "{}", request.target);
        assert!(!request.query().contains("x=1"), "{}", request.target);
        let refused = world.call("place", json!({"id": "a\r\nX-Evil: 1"}));
        assert_eq!(refused["error"]["class"], "validation_error", "{refused}");
        assert_eq!(world.call("place", json!({"id": ".."}))["success"], false);
        assert_eq!(world.upstream.count(), 0, "nothing was sent");
    });
}

#[test]
fn bound_parameters_are_the_servers_word() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        let tool = json!({
            "parameters": {"type": "object", "properties": {"what": {"type": "string"}, "customer": {"type": "string"}}, "required": ["what", "customer"], "additionalProperties": false},
            "bound": {"customer": "{{ context.verified.contact_id }}"}
        });
        world.tool("orders", json!({"method": "POST"}), tool);
        let definitions = api.get("/api/v1/tools/definitions?format=openai").expect(200);
        assert!(!definitions["tools"].to_string().contains("customer"), "the model does not see it");
        // The model may not send it; an untrusted context does not fill it; a missing value fails closed.
        let sent = world.call("orders", json!({"what": "x", "customer": "eve"}));
        assert_eq!(sent["error"]["code"], "bound_argument");
        let untrusted = api.post("/api/v1/tools/orders/call", json!({"arguments": {"what": "x"}, "context": {"contact_id": "eve", "verified": {"contact_id": "eve"}}})).expect(200);
        assert_eq!(untrusted["error"]["code"], "bound_missing", "{untrusted}");
        assert_eq!(world.upstream.count(), 0);
        // A backend whose token vouches for its context fills it.
        let token = api
            .post(
                "/api/v1/tokens",
                json!({"name": "backend", "role": "operator", "scopes": ["tools:call", "context:trust"]}),
            )
            .expect(201);
        let backend = api.with_token(token["token"].as_str().unwrap());
        let trusted = backend
            .post("/api/v1/tools/orders/call", json!({"arguments": {"what": "x"}, "context": {"contact_id": "c-77"}}))
            .expect(200);
        assert_eq!(trusted["success"], true, "{trusted}");
        assert_eq!(world.upstream.take()[0].json(), json!({"what": "x", "customer": "c-77"}));
    });
}

#[test]
fn results_are_mapped_projected_cut_and_paged() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        world.tool(
            "list",
            json!({"method": "GET"}),
            json!({"result": {"success": "ok", "message": "note", "data": "/rows", "map": "[].{id: id}", "max_bytes": 300, "redact": ["*.id"]}}),
        );
        let rows: Vec<Value> = (0..100).map(|id| json!({"id": format!("row-{id}"), "noise": "x".repeat(50)})).collect();
        world.upstream.always(Answer::json(200, json!({"ok": true, "note": "found", "rows": rows})));
        let mut answer = world.call("list", json!({}));
        assert!(answer["message"].as_str().unwrap().starts_with("found"), "{answer}");
        assert_eq!(answer["truncated"]["total_items"], 100);
        let id = answer["execution_id"].as_str().unwrap().to_owned();
        let mut seen: Vec<Value> = answer["data"].as_array().unwrap().clone();
        assert!(seen.len() < 100);
        while let Some(cursor) = answer["truncated"]["cursor"].as_str().map(str::to_owned) {
            answer = eventually("the rest is kept", 5, || {
                let reply = api.get(&format!("/api/v1/executions/{id}/result?cursor={cursor}"));
                (reply.status == 200).then_some(reply.body)
            });
            seen.extend(answer["data"].as_array().unwrap().clone());
        }
        assert_eq!(seen.len(), 100);
        assert_eq!(seen[99], json!({"id": "row-99"}));
        assert_eq!(world.upstream.count(), 1, "the rest is not fetched again");
        // The log hides what the author marked.
        let row = api.get(&format!("/api/v1/executions/{id}")).expect(200);
        assert_eq!(row["output"]["data"][0], json!({"id": "[redacted]"}));
        // A cursor is no secret: others see of the result what the log shows, or nothing.
        let made_up = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("{id}.0.100000"));
        let viewer = Person::invite(&api, "viewer@example.org", "viewer").api;
        let whole = viewer.get(&format!("/api/v1/executions/{id}/result?cursor={made_up}")).expect(200);
        assert_eq!(whole["data"].as_array().unwrap().len(), 100);
        assert!(!whole.to_string().contains("row-"), "{whole}");
        let own = api.get(&format!("/api/v1/executions/{id}/result?cursor={made_up}")).expect(200);
        assert_eq!(own["data"][99], json!({"id": "row-99"}));
        // The upstream says that it did not work.
        world.upstream.always(Answer::json(200, json!({"ok": false, "note": "no such customer"})));
        let failed = world.call("list", json!({}));
        assert_eq!((&failed["success"], &failed["error"]["message"]), (&json!(false), &json!("no such customer")));
        // Empty and non-JSON answers are normal.
        world.tool("plain", json!({"method": "GET"}), json!({}));
        world.upstream.always(Answer::status(204));
        assert_eq!(world.call("plain", json!({}))["success"], true);
        world.upstream.always(Answer::text(200, "hello"));
        assert_eq!(world.call("plain", json!({}))["content"][0], json!({"type": "text", "text": "hello"}));
    });
}

#[test]
fn an_agent_has_its_own_tools_and_overrides() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        world.tool(
            "greet",
            json!({"method": "GET", "headers": {"X-Lang": "en"}}),
            json!({"fallback": {"message": "Sorry about that."}}),
        );
        world.tool("other", json!({"method": "GET"}), json!({}));
        let agent = api
            .post("/api/v1/agents", json!({"name": "Reception", "instructions": "Be kind", "model": "gpt-5-mini"}))
            .expect(201);
        let through =
            |tool: &str| api.post(&format!("/api/v1/tools/{tool}/call"), json!({"agent": "Reception"})).expect(200);
        assert_eq!(through("greet")["error"]["code"], "not_assigned", "deny by default");
        api.put(
            "/api/v1/agents/Reception/tools/greet",
            json!({"overrides": {"config": {"headers": {"X-Lang": "de"}}, "description": "Grüßt"}}),
        )
        .ok();
        assert_eq!(through("greet")["success"], true);
        assert_eq!(world.upstream.take()[0].header("x-lang"), Some("de"));
        let definitions = api
            .get(&format!("/api/v1/tools/definitions?format=anthropic&agent={}", agent["id"].as_str().unwrap()))
            .expect(200);
        assert_eq!(definitions["tools"].as_array().unwrap().len(), 1);
        assert_eq!(definitions["tools"][0]["description"], "Grüßt");
        api.put("/api/v1/agents/Reception/tools/greet", json!({"enabled": false})).ok();
        assert_eq!(through("greet")["error"]["code"], "not_assigned");
        let bad = api.put("/api/v1/agents/Reception/tools/greet", json!({"overrides": {"name": "x"}}));
        assert_eq!(
            (bad.status, &bad.body["error"]["details"]["field"]),
            (422, &json!("overrides.name")),
            "{}",
            bad.text
        );
        let row = api.get(&format!("/api/v1/executions?agent={}", agent["id"].as_str().unwrap())).expect(200);
        assert_eq!(row["items"].as_array().unwrap().len(), 3);
    });
}

#[test]
fn contexts_dry_runs_replays_and_fallbacks() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        world.tool(
            "sms_only",
            json!({"method": "POST", "headers": {"X-Call": "${call_sid}"}, "body": {"json": {"p": "${parameters}"}}}),
            json!({
                "effect": "write", "policy": {"allowed_contexts": ["sms", "test"]},
                "fallback": {"message": "Let me get somebody.", "by_class": {"permission_error": {"alternative_action": "phone_transfer"}}},
                "parameters": {"type": "object", "properties": {"a": {"type": "integer", "default": 7}}, "additionalProperties": false}
            }),
        );
        let refused = world.call("sms_only", json!({}));
        assert_eq!(refused["error"]["code"], "context_not_allowed");
        assert_eq!(refused["error"]["spoken"], "Let me get somebody.");
        assert_eq!(refused["error"]["alternative_action"], "phone_transfer");
        let rehearsal = api
            .post("/api/v1/tools/sms_only/call", json!({"dry_run": true, "context": {"call_sid": "CA1"}}))
            .expect(200);
        assert_eq!(rehearsal["success"], true, "{rehearsal}");
        assert_eq!(world.upstream.count(), 0);
        let sent = api
            .post(
                "/api/v1/tools/sms_only/call",
                json!({"channel": "sms", "arguments": {"a": 1}, "context": {"call_sid": "CA2"}}),
            )
            .expect(200);
        let id = sent["execution_id"].as_str().unwrap();
        let again = api.post(&format!("/api/v1/executions/{id}/replay"), json!({})).expect(200);
        assert_eq!(again["success"], true, "{again}");
        let requests = world.upstream.take();
        assert_eq!(requests.len(), 2);
        assert_eq!((requests[1].json(), requests[1].header("x-call")), (json!({"p": {"a": 1}}), Some("CA2")));
        assert_ne!(requests[0].header("idempotency-key"), requests[1].header("idempotency-key"));
        let row = api.get(&format!("/api/v1/executions/{}", again["execution_id"].as_str().unwrap())).expect(200);
        assert_eq!((&row["replay_of"], &row["call_id"]), (&json!(id), &json!("CA2")));
    });
}

#[test]
fn timeouts_and_cancels_end_an_execution() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        world.tool(
            "slow",
            json!({"method": "GET"}),
            json!({"policy": {"timeout_ms": 400, "retry": {"timeout": {"attempts": 0, "base_ms": 10}}}}),
        );
        world.upstream.always(Answer::never());
        let late = world.call("slow", json!({}));
        assert_eq!(late["error"]["class"], "timeout_error", "{late}");
        world.tool(
            "long",
            json!({"method": "GET"}),
            json!({"policy": {"timeout_ms": 30000, "read_timeout_ms": 30000}}),
        );
        let caller = std::thread::spawn({
            let api = api.clone();
            move || api.post("/api/v1/tools/long/call", json!({})).expect(200)
        });
        world.upstream.wait_for(2);
        let mut live = None;
        for _ in 0..200 {
            // A read has no row until it ends; the live stream would tell its id, the metrics tell that it runs.
            let metrics = api.get("/metrics").text;
            if metrics.lines().any(|line| line.starts_with("callwright_executions_inflight") && !line.ends_with(" 0")) {
                live = Some(());
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(live.is_some(), "the gauge shows what is under way");
        drop(world.upstream);
        let ended = caller.join().unwrap();
        assert_eq!(ended["success"], false);
    });
}

#[test]
fn usage_counts_and_history_can_be_rolled_back() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        let mut tool = world.tool("hist", json!({"method": "GET"}), json!({}));
        for _ in 0..5 {
            world.call("hist", json!({}));
        }
        world.upstream.next(Answer::status(404));
        world.call("hist", json!({}));
        let usage = eventually("the counts are written", 5, || {
            let usage = api.get("/api/v1/tools/hist/usage").expect(200);
            (usage["count"] == 6).then_some(usage)
        });
        assert_eq!(usage["error_count"], 1);
        assert!(usage["p95_ms"].as_f64().unwrap() >= usage["p50_ms"].as_f64().unwrap());
        // Upsert: unchanged, then updated, then back.
        let spec = |description: &str| json!({"name": "hist", "kind": "http", "effect": "read", "description": description, "config": {"method": "GET", "url": world.upstream.url("/things")}});
        assert_eq!(api.put("/api/v1/tools/hist", spec("A thing")).expect(200)["action"], "unchanged");
        let dry = api.put("/api/v1/tools/hist?dry_run=true", spec("Another")).expect(200);
        assert_eq!((&dry["action"], &dry["diff"][0]["path"]), (&json!("updated"), &json!("description")));
        assert_eq!(api.get("/api/v1/tools/hist").expect(200)["description"], "A thing");
        api.put("/api/v1/tools/hist", spec("Another")).expect(200);
        let back = api.post("/api/v1/tools/hist/rollback", json!({"revision": 1})).expect(200);
        assert_eq!((&back["tool"]["revision"], &back["tool"]["description"]), (&json!(3), &json!("A thing")));
        let versions = api.get("/api/v1/tools/hist/versions").expect(200);
        assert_eq!(versions["items"].as_array().unwrap().len(), 3);
        let diff = api.get("/api/v1/tools/hist/diff?from=1&to=2").expect(200);
        assert!(diff.to_string().contains("Another"));
        tool["x"] = Value::Null;
        assert_eq!(api.post("/api/v1/tools", spec("again")).status, 409);
    });
}

#[test]
fn a_slow_upstream_is_not_waited_for_by_others() {
    let world = World::new(Database::Sqlite);
    let gate = Gate::new();
    world.tool("fast", json!({"method": "GET"}), json!({}));
    let slow = Upstream::start();
    slow.always(Answer::json(200, json!({})).behind(&gate));
    world.tool("slow", json!({"method": "GET", "url": slow.url("/")}), json!({}));
    let callers: Vec<_> = (0..30)
        .map(|_| {
            let api = world.api();
            std::thread::spawn(move || api.post("/api/v1/tools/slow/call", json!({})).expect(200))
        })
        .collect();
    slow.wait_for(30);
    assert_eq!(world.call("fast", json!({}))["success"], true);
    gate.open();
    assert!(callers.into_iter().all(|caller| caller.join().unwrap()["success"] == true));
}
