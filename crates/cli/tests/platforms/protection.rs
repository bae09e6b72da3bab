//! Who may make a hook, who may use it, and what it may do: its maker's rights as they are now, and no more.

use callwright_testkit::{Person, on_both, people::other_organization};
use serde_json::{Value, json};

use super::{World, now, sign};

fn field(reply: callwright_testkit::Reply) -> String {
    assert_eq!(reply.status, 422, "{reply:?}");
    reply.body["error"]["details"]["field"].as_str().unwrap().to_owned()
}

#[test]
fn what_cannot_be_is_refused_when_it_is_made() {
    on_both(|database| {
        let world = World::new(database);
        let make = |spec: Value| world.api.post("/api/v1/hooks", spec);
        let slots = json!({"tools": ["slots"]});
        for (spec, expected) in [
            (json!({}), "target"),
            (json!({"target": {"tools": ["nope"]}}), "target.tools.0"),
            (json!({"target": {"agent": "Nobody"}}), "target.agent"),
            (json!({"target": {"workflow": "nothing"}}), "target.workflow"),
            (json!({"target": slots, "slug": "No Slug"}), "slug"),
            (json!({"target": slots, "addresses": ["somewhere"]}), "addresses.0"),
            (json!({"target": slots, "secret": "short"}), "secret"),
            (json!({"target": slots, "wait_ms": 999999}), "wait_ms"),
            (
                json!({"target": slots, "protection": {"type": "hmac", "payload_format": "{body}"}}),
                "protection.payload_format",
            ),
            (json!({"target": slots, "response_secret": "STRIPE_KEY"}), "response_secret"),
        ] {
            assert_eq!(field(make(spec.clone())), expected, "{spec}");
        }
        let made = make(json!({"target": slots, "slug": "mine"})).expect(201);
        assert_eq!(make(json!({"target": slots, "slug": "mine"})).code(), "slug_taken");
        let hook = world.api.get("/api/v1/hooks/mine").expect(200);
        assert_eq!(hook["id"], made["hook"]["id"]);
        assert!(!hook.to_string().contains(made["secret"].as_str().unwrap()), "shown once");
        assert_eq!(
            field(world.api.put("/api/v1/hooks/mine", json!({"target": slots, "platform": "vapi"}))),
            "platform"
        );
        let signs = json!({"target": slots, "protection": {"type": "hmac"}});
        assert_eq!(field(world.api.put("/api/v1/hooks/mine", signs)), "protection.type");
        world.api.put("/api/v1/hooks/mine", json!({"target": slots, "enabled": false})).expect(200);
        let audited = world.api.get("/api/v1/audit?limit=200").expect(200)["items"].to_string();
        assert!(audited.contains("hook.create") && audited.contains("hook.update"));
        assert!(!audited.contains(made["secret"].as_str().unwrap()));
        world.api.delete("/api/v1/hooks/mine").expect(204);
        assert_eq!(world.api.get("/api/v1/hooks/mine").status, 404);
    });
}

#[test]
fn only_an_administrator_lets_a_hook_vouch() {
    on_both(|database| {
        let world = World::new(database);
        let builder = Person::invite(&world.api, "builder@example.org", "builder").api;
        let spec = json!({"slug": "theirs", "target": {"tools": ["slots"]}});
        let mut trusted = spec.clone();
        trusted["trusted"] = json!(true);
        assert_eq!(builder.post("/api/v1/hooks", trusted.clone()).status, 403);
        assert_eq!(builder.post("/api/v1/hooks", json!({"platform": "vapi"})).expect(201)["hook"]["trusted"], false);
        assert_eq!(world.api.post("/api/v1/hooks", json!({"platform": "vapi"})).expect(201)["hook"]["trusted"], true);
        world.api.post("/api/v1/hooks", trusted).expect(201);
        // Nor do they give themselves the secret of one that does, or change what it does.
        assert_eq!(builder.post("/api/v1/hooks/theirs/rotate", json!({})).status, 403);
        assert_eq!(builder.put("/api/v1/hooks/theirs", spec).status, 403);
        // Whoever made a hook knows its secret: an administrator who changes it lends it nothing.
        let made = builder.post("/api/v1/hooks", json!({"platform": "vapi"})).expect(201)["hook"].clone();
        let path = format!("/api/v1/hooks/{}", made["id"].as_str().unwrap());
        let changed = world.api.put(&path, json!({"platform": "vapi", "rate_per_minute": 5})).expect(200);
        assert_eq!((&changed["trusted"], &changed["user_id"]), (&json!(false), &made["user_id"]));
        let vouching = world.api.put(&path, json!({"platform": "vapi", "trusted": true}));
        assert_eq!((vouching.status, vouching.code()), (409, "not_yours"));
    });
}

#[test]
fn a_hook_does_what_its_maker_may_do_now() {
    on_both(|database| {
        let world = World::new(database);
        let maker = Person::invite(&world.api, "maker@example.org", "builder");
        let made =
            maker.api.post("/api/v1/hooks", json!({"slug": "theirs", "target": {"tools": ["slots"]}})).expect(201);
        let bearer = format!("Bearer {}", made["secret"].as_str().unwrap());
        let ask = || world.send("/hooks/theirs", &[("authorization", &bearer)], "{}");
        assert_eq!(ask().expect(200)["status"], "done");
        let role =
            |role: &str| world.api.put(&format!("/api/v1/members/{}", maker.id), json!({ "role": role })).expect(200);
        role("viewer");
        assert_eq!((ask().status, ask().code().to_owned()), (403, "hook_orphaned".to_owned()));
        role("operator");
        assert_eq!(ask().status, 200);
        // A token that is revoked takes with it what it made.
        let token = world.api.get("/api/v1/tokens?all=true").expect(200);
        let of_maker = token["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|token| token["user_id"] == json!(maker.id) && token["name"] == "test");
        let id = of_maker.unwrap()["id"].as_str().unwrap();
        world.api.delete(&format!("/api/v1/tokens/{id}")).expect(204);
        assert_eq!(ask().code(), "hook_orphaned");
        let taken = world.api.post("/api/v1/hooks/theirs/rotate", json!({})).expect(200);
        let bearer = format!("Bearer {}", taken["secret"].as_str().unwrap());
        let ask = || world.send("/hooks/theirs", &[("authorization", &bearer)], "{}");
        assert_eq!(ask().status, 200, "somebody else has taken it over, with a secret of their own");

        // A token with scopes makes a hook that may do no more.
        let scoped = json!({"name": "s", "scopes": ["agents:write", "agents:run"]});
        let scoped =
            world.api.with_token(world.api.post("/api/v1/tokens", scoped).expect(201)["token"].as_str().unwrap());
        assert_eq!(scoped.post("/api/v1/hooks", json!({"target": {"tools": ["slots"]}})).status, 403);
    });
}

#[test]
fn secrets_addresses_and_rates_hold() {
    on_both(|database| {
        let world = World::new(database);
        let tools = json!({"tools": ["slots"]});
        let hook = world.hook(json!({"slug": "open", "target": tools}));
        let ask = |slug: &str, secret: &str| {
            world.send(&format!("/hooks/{slug}"), &[("authorization", &format!("Bearer {secret}"))], "{}")
        };
        assert_eq!(ask("open", &hook.secret).status, 200);
        // A hook that is not there and a wrong secret are told alike.
        let told = |slug: &str, secret: &str| {
            let reply = ask(slug, secret);
            assert_eq!((reply.status, reply.code()), (401, "unauthenticated"), "{slug}");
            reply.body["error"]["message"].clone()
        };
        let closed = told("closed", &hook.secret);
        assert_eq!((told("open", "wrong"), told("open", "")), (closed.clone(), closed));
        assert_eq!(world.api.post("/hooks/open", json!({})).status, 401, "a token of ours is no secret of a hook");
        let fresh =
            world.api.post("/api/v1/hooks/open/rotate", json!({})).expect(200)["secret"].as_str().unwrap().to_owned();
        assert_eq!((ask("open", &hook.secret).status, ask("open", &fresh).status), (401, 200));
        world.api.put("/api/v1/hooks/open", json!({"target": tools, "enabled": false})).expect(200);
        assert_eq!(ask("open", &fresh).code(), "hook_disabled");

        let far = world.hook(json!({"slug": "far", "target": tools, "addresses": ["192.0.2.0/24"]}));
        assert_eq!(ask("far", &far.secret).code(), "address_not_allowed");
        let near = world.hook(json!({"slug": "near", "target": tools, "addresses": ["192.0.2.1", "127.0.0.0/8"]}));
        assert_eq!(ask("near", &near.secret).status, 200);

        let few = world.hook(json!({"slug": "few", "target": tools, "rate_per_minute": 2}));
        assert_eq!((ask("few", &few.secret).status, ask("few", &few.secret).status), (200, 200));
        let limited = ask("few", &few.secret);
        assert_eq!((limited.status, limited.code()), (429, "hook_rate_limited"));
        assert!(limited.header("retry-after").is_some());
        let large = format!("{{\"parameters\": {{\"day\": \"{}\"}}}}", "x".repeat(300_000));
        let reply = world.send("/hooks/near", &[("authorization", &format!("Bearer {}", near.secret))], &large);
        assert_eq!(reply.status, 413);
    });
}

#[test]
fn signed_hooks_and_headers_of_their_own() {
    on_both(|database| {
        let world = World::new(database);
        let tools = json!({"tools": ["book"]});
        let github = json!({"type": "hmac", "signature_header": "X-Hub-Signature-256", "signature_prefix": "sha256=",
            "timestamp_header": null, "payload_format": "{body}"});
        let hook = world.hook(json!({"slug": "signed", "target": tools, "protection": github}));
        let body = r#"{"parameters": {"day": "monday"}, "idempotency_key": "one"}"#;
        let signature = format!("sha256={}", sign(&hook.secret, body));
        let ask =
            |signature: &str, body: &str| world.send("/hooks/signed", &[("x-hub-signature-256", signature)], body);
        assert_eq!(ask(&signature, body).expect(200)["status"], "done");
        assert_eq!(ask(&signature, body).expect(200)["duplicate"], true, "sent again as it was");
        assert_eq!(ask(&signature, &body.replace("monday", "friday")).status, 401);
        assert_eq!(ask(&signature["sha256=".len()..], body).status, 401);

        // Standard Webhooks: its id is the key.
        let rule = json!({"type": "standard_webhooks"});
        let hook = world.hook(
            json!({"slug": "standard", "target": tools, "protection": rule, "secret": "plain-secret-0123456789"}),
        );
        let body = r#"{"parameters": {"day": "tuesday"}}"#;
        let time = now().to_string();
        let hex = sign(&hook.secret, &format!("msg_1.{time}.{body}"));
        let bytes: Vec<u8> =
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        let signature = format!("v1,{}", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes));
        let headers =
            [("webhook-id", "msg_1"), ("webhook-timestamp", time.as_str()), ("webhook-signature", signature.as_str())];
        assert_eq!(world.send("/hooks/standard", &headers, body).expect(200)["status"], "done");
        assert_eq!(world.send("/hooks/standard", &headers, body).expect(200)["duplicate"], true);
        assert_eq!(world.upstream.count(), 2);

        let named = json!({"slug": "named", "target": tools, "protection": {"type": "token", "header": "X-Make-Key"}});
        let hook = world.hook(named);
        assert_eq!(world.send("/hooks/named", &[("x-make-key", &hook.secret)], "{}").status, 200);
        assert_eq!(world.send("/hooks/named", &[("x-make-key", "no")], "{}").status, 401);
    });
}

#[test]
fn a_hook_is_its_organizations_own() {
    on_both(|database| {
        let mut world = World::new(database);
        let hook = world.hook(json!({"slug": "ours", "target": {"tools": ["slots"]}}));
        let other = other_organization(&mut world.server);
        assert_eq!(other.get("/api/v1/hooks").expect(200)["items"], json!([]));
        for path in ["/api/v1/hooks/ours", &format!("/api/v1/hooks/{}", hook.id), "/api/v1/hooks/ours/deliveries"] {
            assert_eq!(other.get(path).status, 404, "{path}");
        }
        assert_eq!(other.post("/api/v1/hooks/ours/rotate", json!({})).status, 404);
        assert_eq!(other.delete("/api/v1/hooks/ours").status, 404);
        // Their tools are not ours to name.
        assert_eq!(field(other.post("/api/v1/hooks", json!({"target": {"tools": ["slots"]}}))), "target.tools.0");
        assert_eq!(
            world.send("/hooks/ours", &[("authorization", &format!("Bearer {}", hook.secret))], "{}").status,
            200
        );
    });
}
