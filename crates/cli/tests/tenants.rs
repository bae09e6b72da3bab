//! Two organizations in one database know nothing of each other; and inside one, a tool is for those it is shared with.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use callwright_testkit::{
    Answer, Api, Database, Live, Options, Person, Server, Upstream, eventually, on_both,
    people::{PASSWORD, other_organization},
};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

struct World {
    server: Server,
    upstream: Upstream,
    /// The owner of the first organization.
    here: Api,
    /// The owner of the second.
    there: Api,
}

impl World {
    fn new(database: Database) -> Self {
        let mut server = Server::start(Options::new(BINARY, database));
        let there = other_organization(&mut server);
        Self { upstream: Upstream::start(), here: server.api(), there, server }
    }

    fn tool(&self, api: &Api, name: &str, rest: Value) -> String {
        let mut tool = json!({"name": name, "kind": "http", "effect": "read", "description": format!("About {name}"),
            "config": {"method": "GET", "url": self.upstream.url("/")}});
        for (field, value) in rest.as_object().unwrap() {
            tool[field] = value.clone();
        }
        text(&api.post("/api/v1/tools", tool).expect(201)["tool"]["id"])
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn call(api: &Api, tool: &str, body: Value) -> callwright_testkit::Reply {
    api.post(&format!("/api/v1/tools/{tool}/call"), body)
}

#[test]
fn nothing_of_one_organization_shows_in_another() {
    on_both(|database| {
        let world = World::new(database);
        let (here, there) = (&world.here, &world.there);
        let tool = world.tool(here, "alpha_tool", json!({"category": "alpha", "is_public": true}));
        let agent = text(&here.post("/api/v1/agents", json!({"name": "Alpha agent"})).expect(201)["id"]);
        here.put(&format!("/api/v1/agents/{agent}/tools/{tool}"), json!({})).ok();
        let asked = json!({"agent": agent, "context": {"call_sid": "CA-alpha", "conversation_id": "conv-alpha"}});
        let execution = text(&call(here, &tool, asked).expect(200)["execution_id"]);
        here.put("/api/v1/secrets/ALPHA_KEY", json!({"value": "alpha-value"})).ok();
        here.post("/api/v1/invitations", json!({"email": "alpha@guest.org", "role": "viewer"})).expect(201);
        let member = Person::invite(here, "alpha@example.org", "builder");
        let token = text(&here.post("/api/v1/tokens", json!({"name": "alpha token"})).expect(201)["id"]);
        let organization = text(&here.get("/api/v1/organization").expect(200)["id"]);
        eventually("the execution is written", 5, || {
            (here.get(&format!("/api/v1/executions/{execution}")).status == 200).then_some(())
        });

        let ids = [&tool, &agent, &execution, &member.id, &token, &organization];
        let lists = [
            "/api/v1/tools",
            "/api/v1/tools?search=alpha",
            "/api/v1/tools?category=alpha",
            "/api/v1/tools/definitions?format=openai",
            "/api/v1/tools/definitions?format=mcp",
            "/api/v1/agents",
            "/api/v1/executions",
            "/api/v1/executions?call_id=CA-alpha",
            "/api/v1/executions?conversation_id=conv-alpha",
            &format!("/api/v1/executions?tool={tool}"),
            &format!("/api/v1/executions?agent={agent}"),
            &format!("/api/v1/executions?user={}", member.id),
            "/api/v1/members",
            "/api/v1/tokens",
            "/api/v1/tokens?all=true",
            "/api/v1/invitations",
            "/api/v1/secrets",
            "/api/v1/audit",
            "/api/v1/audit?format=ndjson",
            &format!("/api/v1/audit?target_id={tool}"),
            &format!("/api/v1/audit?user_id={}", member.id),
            "/api/v1/organization",
            "/api/v1/me",
            "/api/organization/tools",
            "/api/organization/tools?search=alpha",
            "/api/calls/CA-alpha/tool-executions",
        ];
        for list in lists {
            let shown = there.get(list).text;
            assert!(!shown.to_lowercase().contains("alpha"), "{list} shows {shown}");
            assert!(ids.iter().all(|id| !shown.contains(*id)), "{list} shows {shown}");
        }
        // By name there is nothing either.
        for path in [
            "/api/v1/tools/alpha_tool",
            "/api/v1/agents/Alpha%20agent",
            "/api/v1/executions?tool=alpha_tool",
            "/api/v1/executions?agent=Alpha%20agent",
            "/api/v1/tools/definitions?agent=Alpha%20agent",
            "/api/v1/secrets?agent=Alpha%20agent",
            "/api/organization/tools/alpha_tool/logs",
            "/api/assistants/Alpha%20agent/tools",
        ] {
            assert_eq!(there.get(path).status, 404, "{path}");
        }
        assert_eq!(Live::attempt(there, &format!("/api/v1/executions/live?tool={tool}"), &[]).err(), None);
        assert_eq!(Live::attempt(there, "/api/v1/executions/live?tool=alpha_tool", &[]).err(), Some(404));
    });
}

#[test]
fn foreign_ids_in_a_body_name_nothing() {
    on_both(|database| {
        let world = World::new(database);
        let (here, there) = (&world.here, &world.there);
        let (tool, own_tool) = (world.tool(here, "theirs", json!({})), world.tool(there, "own", json!({})));
        let agent = text(&here.post("/api/v1/agents", json!({"name": "Theirs"})).expect(201)["id"]);
        let own_agent = text(&there.post("/api/v1/agents", json!({"name": "Own"})).expect(201)["id"]);
        let user = text(&here.get("/api/v1/me").expect(200)["user_id"]);
        here.put("/api/v1/secrets/THEIRS", json!({"value": "a-hidden-value"})).ok();
        let nothing: [(&str, &str, Value); 8] = [
            ("POST", "/api/v1/tokens", json!({"name": "x", "user_id": user})),
            ("PUT", &format!("/api/v1/tools/{own_tool}/grants/{user}"), json!({})),
            ("PUT", &format!("/api/v1/agents/{own_agent}/tools/{tool}"), json!({})),
            ("PUT", &format!("/api/v1/agents/{agent}/tools/{own_tool}"), json!({})),
            ("POST", &format!("/api/assistants/{own_agent}/tools/{tool}/assign"), json!({})),
            ("POST", &format!("/api/assistants/{agent}/tools/{own_tool}/assign"), json!({})),
            ("POST", &format!("/api/v1/tools/{own_tool}/call"), json!({"agent": agent})),
            ("PUT", "/api/v1/secrets/X", json!({"value": "v", "agent": agent})),
        ];
        for (method, path, body) in nothing {
            let reply = there.send(method, path, Some(body));
            assert_eq!(reply.status, 404, "{reply:?}");
        }
        there.post("/api/v1/organization/transfer", json!({"user_id": user})).expect(409);
        // Another organization's secret cannot be named, nor told from one that does not exist.
        let with = |name: &str| {
            let config = json!({"url": "https://example.com", "headers": {"X-Key": format!("${{{name}}}")}});
            let reply = there.post("/api/v1/tools", json!({"name": "spy", "kind": "http", "config": config}));
            assert_eq!(reply.status, 422, "{reply:?}");
            text(&reply.body["error"]["message"]).replace(name, "_")
        };
        assert_eq!(with("THEIRS"), with("NOBODYS"));
    });
}

#[test]
fn equal_names_keys_and_secrets_are_apart() {
    on_both(|database| {
        let world = World::new(database);
        for (api, value) in [(&world.here, "value-of-here"), (&world.there, "value-of-there")] {
            api.put("/api/v1/secrets/KEY", json!({"value": value})).ok();
            let config = json!({"method": "POST", "url": world.upstream.url("/"), "headers": {"X-Key": "${KEY}"}});
            world.tool(api, "same", json!({"effect": "write", "config": config}));
            let keyed = api.with_header("Idempotency-Key", "order-1");
            let answer = call(&keyed, "same", json!({})).expect(200);
            assert_eq!((&answer["success"], &answer["meta"]["duplicate"]), (&json!(true), &json!(false)), "{answer}");
            assert_eq!(world.upstream.take()[0].header("x-key"), Some(value));
        }
        // An unknown outcome in one holds nothing in the other.
        world.upstream.next(Answer::reset());
        assert_eq!(call(&world.here, "same", json!({})).expect(200)["state"], "unknown");
        assert_eq!(call(&world.here, "same", json!({})).expect(200)["error"]["code"], "held_unknown");
        assert_eq!(call(&world.there, "same", json!({})).expect(200)["success"], true);
        // Deleting one leaves the other.
        let name = text(&world.there.get("/api/v1/organization").expect(200)["name"]);
        world.there.send("DELETE", "/api/v1/organization", Some(json!({"name": name}))).expect(204);
        assert_eq!(world.there.get("/api/v1/tools").status, 401, "its tokens went with it");
        assert_eq!(
            call(&world.here, "same", json!({"context": {"conversation_id": "c"}})).expect(200)["success"],
            true
        );
        assert_eq!(world.here.get("/api/v1/secrets").expect(200)["items"][0]["name"], "KEY");
        assert!(world.server.log().contains("an organization was deleted"));
    });
}

#[test]
fn one_user_in_two_organizations_works_in_one_at_a_time() {
    on_both(|database| {
        let world = World::new(database);
        let (here, there) = (&world.here, &world.there);
        let builder = Person::invite(here, "both@example.org", "builder");
        let invitation =
            there.post("/api/v1/invitations", json!({"email": "both@example.org", "role": "viewer"})).expect(201);
        let accept = |password: &str| {
            here.anonymous()
                .post("/api/v1/invitations/accept", json!({"token": invitation["token"], "password": password}))
                .status
        };
        assert_eq!(accept("not that password"), 401, "an invitation opens nobody's account");
        assert_eq!(accept(PASSWORD), 200);
        let sign_in = |organization: Value| {
            let body = json!({"email": "both@example.org", "password": PASSWORD, "organization_id": organization});
            here.anonymous().post("/api/v1/session", body)
        };
        let second = there.get("/api/v1/organization").expect(200)["id"].clone();
        assert_eq!(sign_in(Value::Null).expect(200)["user"]["role"], "builder", "the one joined first");
        let session = sign_in(second).expect(200);
        assert_eq!(
            (&session["user"]["role"], &session["user"]["organization"]["name"]),
            (&json!("viewer"), &json!("Other"))
        );
        assert_eq!(session["user"]["memberships"].as_array().unwrap().len(), 2);
        let stranger = sign_in(json!("org_01k00000000000000000000000"));
        assert_eq!(stranger.status, 403, "{stranger:?}");
        // An API token knows its own organization only, and ends with the membership there.
        assert_eq!(builder.api.get("/api/v1/me").expect(200)["memberships"].as_array().unwrap().len(), 1);
        here.delete(&format!("/api/v1/members/{}", builder.id)).expect(204);
        assert_eq!(builder.api.get("/api/v1/me").status, 401);
        assert_eq!(sign_in(Value::Null).expect(200)["user"]["role"], "viewer", "the other membership stays");
    });
}

#[test]
fn a_tool_is_for_its_maker_and_those_it_is_shared_with() {
    on_both(|database| {
        let world = World::new(database);
        let here = &world.here;
        let maker = Person::invite(here, "maker@example.org", "builder");
        let colleague = Person::invite(here, "colleague@example.org", "builder");
        let operator = Person::invite(here, "operator@example.org", "operator");
        let tool = world.tool(&maker.api, "private", json!({"is_shared": false}));
        let offered = |api: &Api| {
            let definitions = api.get("/api/v1/tools/definitions?format=openai").expect(200);
            definitions["tools"].to_string().contains("private")
        };
        let may = |api: &Api| {
            let reply = call(api, &tool, json!({}));
            assert_eq!(reply.status == 200, offered(api), "a model is offered what it may call: {reply:?}");
            reply.status
        };
        assert_eq!((may(&maker.api), may(&colleague.api), may(&operator.api), may(here)), (200, 403, 403, 403));
        // All may see it; only its maker and administrators may share it.
        let grant = format!("/api/v1/tools/{tool}/grants/{}", operator.id);
        assert_eq!(operator.api.get("/api/v1/tools/private").status, 200);
        assert_eq!(colleague.api.put(&grant, json!({})).status, 403);
        assert_eq!(operator.api.put(&grant, json!({})).status, 403);
        maker.api.put(&grant, json!({})).expect(204);
        assert_eq!((may(&operator.api), may(&colleague.api)), (200, 403));
        let shared = maker.api.get(&format!("/api/v1/tools/{tool}/grants")).expect(200);
        assert_eq!(shared["items"][0]["user_id"], json!(operator.id));
        here.delete(&grant).expect(204);
        assert_eq!((may(&operator.api), here.delete(&grant).status), (403, 404));
        // Through an agent the assignment decides.
        let agent = text(&maker.api.post("/api/v1/agents", json!({"name": "Desk"})).expect(201)["id"]);
        maker.api.put(&format!("/api/v1/agents/{agent}/tools/{tool}"), json!({})).ok();
        assert_eq!(call(&operator.api, &tool, json!({"agent": "Desk"})).expect(200)["success"], true);
        // A share ends with the membership.
        maker.api.put(&grant, json!({})).expect(204);
        here.delete(&format!("/api/v1/members/{}", operator.id)).expect(204);
        let left = maker.api.get(&format!("/api/v1/tools/{tool}/grants")).expect(200);
        assert_eq!(left["items"], json!([]));
        // Showing a tool to other organizations takes an administrator; others propose it.
        let public =
            json!({"name": "shown", "kind": "http", "is_public": true, "config": {"url": "https://example.com"}});
        assert_eq!(maker.api.post("/api/v1/tools", public.clone()).expect(202)["action"], "proposed");
        assert_eq!(here.get("/api/v1/tools/shown").status, 404);
        here.post("/api/v1/tools", public).expect(201);
    });
}
