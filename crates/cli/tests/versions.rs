//! Versions: how far they go up and why, drafts, pins, and whom a change reaches.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use callwright_testkit::{Api, Database, Live, Options, Person, Server, Upstream, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
const TOOLS: &str = "/api/v1/tools";

struct World {
    server: Server,
    upstream: Upstream,
    api: Api,
}

impl World {
    fn new(database: Database) -> Self {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        Self { server, upstream: Upstream::start(), api }
    }

    /// A read tool whose address says which state of it was called.
    fn spec(&self, state: &str, parameters: Value) -> Value {
        json!({
            "name": "slots", "kind": "http", "effect": "read", "description": "Free slots",
            "config": {"method": "GET", "url": self.upstream.url(&format!("/{state}"))},
            "parameters": {"type": "object", "properties": parameters, "additionalProperties": false},
        })
    }

    fn put(&self, spec: Value) -> Value {
        self.api.put(&format!("{TOOLS}/slots"), spec).expect(200)
    }

    fn agent(&self, name: &str, assignment: Value) -> Value {
        self.api.post("/api/v1/agents", json!({"name": name})).expect(201);
        self.api.put(&format!("/api/v1/agents/{name}/tools/slots"), assignment).expect(200)
    }

    /// The state of the tool that a call through `agent` reached.
    fn called(&self, agent: &str) -> String {
        self.upstream.take();
        let answer = self.api.post(&format!("{TOOLS}/slots/call"), json!({"agent": agent})).expect(200);
        assert_eq!(answer["success"], true, "{answer}");
        self.upstream.take()[0].path().to_owned()
    }
}

#[test]
fn a_save_says_which_change_led_to_which_version() {
    on_both(|database| {
        let world = World::new(database);
        let made = world.put(world.spec("a", json!({"day": {"type": "string"}})));
        assert_eq!((&made["action"], &made["tool"]["version"]), (&json!("created"), &json!("1.0.0")));
        assert_eq!(made.get("bump"), None);
        for (spec, version, level, path) in [
            (
                world.spec("a", json!({"day": {"type": "string"}, "n": {"type": "integer"}})),
                "1.1.0",
                "minor",
                "parameters.properties.n",
            ),
            (
                world.spec("a", json!({"day": {"type": "string", "maxLength": 9}, "n": {"type": "integer"}})),
                "2.0.0",
                "major",
                "parameters.properties.day.maxLength",
            ),
            (
                world.spec("b", json!({"day": {"type": "string", "maxLength": 9}, "n": {"type": "integer"}})),
                "2.1.0",
                "minor",
                "config.url",
            ),
            (world.spec("b", json!({"n": {"type": "integer"}})), "3.0.0", "major", "parameters.properties.day"),
        ] {
            let saved = world.put(spec.clone());
            assert_eq!(saved["tool"]["version"], version, "{saved}");
            assert_eq!(saved["bump"]["level"], level);
            assert_eq!(saved["bump"]["because"][0]["path"], path);
            assert_eq!(world.put(spec)["action"], "unchanged");
        }
        // A version that is said must be higher; one that says less than the change is warned of.
        let mut spec = world.spec("b", json!({}));
        spec["version"] = json!("2.9.0");
        let lower = world.api.put(&format!("{TOOLS}/slots"), spec.clone());
        assert_eq!((lower.status, &lower.body["error"]["details"]["field"]), (422, &json!("version")));
        spec["version"] = json!("3.0.1");
        let small = world.put(spec.clone());
        assert_eq!(small["tool"]["version"], "3.0.1");
        assert!(small["warnings"].as_array().unwrap().iter().any(|w| w.as_str().unwrap().contains("4.0.0")), "{small}");
        // What was read, changed and sent back needs no new number from its author.
        let read = world.api.get(&format!("{TOOLS}/slots")).expect(200);
        let mut sent: Value = json!({});
        for field in ["name", "kind", "effect", "config", "parameters", "version"] {
            sent[field] = read[field].clone();
        }
        sent["description"] = json!("Openings");
        assert_eq!(world.put(sent)["tool"]["version"], "3.1.0");
        // A rollback is a change like another.
        let back = world.api.post(&format!("{TOOLS}/slots/rollback"), json!({"revision": 1})).expect(200);
        assert_eq!((&back["tool"]["version"], &back["bump"]["level"]), (&json!("3.2.0"), &json!("minor")));
    });
}

#[test]
fn a_draft_lives_beside_the_tool_and_is_published_only_over_what_it_was_begun_from() {
    on_both(|database| {
        let world = World::new(database);
        let (api, draft) = (&world.api, format!("{TOOLS}/slots/draft"));
        world.put(world.spec("live", json!({})));
        assert_eq!(api.get(&draft).status, 404);
        let mut wrong = world.spec("draft", json!({}));
        wrong["config"]["url"] = json!("{{ nonsense");
        assert_eq!(api.put(&draft, wrong).status, 422, "a draft can run, or is none");
        let saved = api.put(&draft, world.spec("draft", json!({"n": {"type": "integer"}}))).expect(200);
        assert_eq!((&saved["draft"]["base_revision"], &saved["bump"]["level"]), (&json!(1), &json!("minor")));
        assert_eq!(api.get(&draft).expect(200)["diff"], saved["diff"]);

        // A builder tries it; nobody else sees it, and no model.
        let call = |api: &Api, body: Value| api.post(&format!("{TOOLS}/slots/call"), body);
        let tried = call(api, json!({"draft": true, "arguments": {"n": 1}})).expect(200);
        assert_eq!((&tried["success"], world.upstream.take()[0].path()), (&json!(true), "/draft"));
        let rehearsed = call(api, json!({"draft": true, "dry_run": true})).expect(200);
        assert!(rehearsed["meta"]["request"]["url"].as_str().unwrap().contains("/draft"), "{rehearsed}");
        call(api, json!({})).expect(200);
        assert_eq!(world.upstream.take()[0].path(), "/live");
        let operator = Person::invite(api, "operator@example.org", "operator").api;
        assert_eq!(call(&operator, json!({"draft": true})).status, 403);
        assert_eq!(operator.get(&draft).status, 403);
        world.agent("Desk", json!({}));
        assert_eq!(call(api, json!({"draft": true, "agent": "Desk"})).body["error"]["details"]["field"], "draft");
        let definitions = api.get("/api/v1/tools/definitions?agent=Desk").expect(200).to_string();
        assert!(!definitions.contains("\"n\""), "{definitions}");

        // Somebody publishes meanwhile.
        world.put(world.spec("other", json!({})));
        assert_eq!(api.get(&draft).expect(200)["is_outdated"], true);
        let refused = api.post(&format!("{draft}/publish"), json!({}));
        assert_eq!((refused.status, refused.code()), (409, "draft_outdated"));
        assert_eq!(refused.body["error"]["details"]["diff"][0]["path"], "config.url", "what others changed");
        let again = world.spec("draft", json!({"n": {"type": "integer"}}));
        assert_eq!(api.put(&draft, again.clone()).expect(200)["is_outdated"], true, "saving is not looking");
        assert_eq!(api.put(&format!("{draft}?rebase=true"), again).expect(200)["is_outdated"], false);
        let published = api.post(&format!("{draft}/publish"), json!({"note": "ready"})).expect(200);
        assert_eq!((&published["action"], &published["tool"]["revision"]), (&json!("updated"), &json!(3)));
        assert_eq!(api.get(&draft).status, 404, "it is live now");
        let history = api.get(&format!("{TOOLS}/slots/versions/3")).expect(200);
        assert_eq!(history["note"], "ready");
        // What the published tool would ask somebody for, its draft does not do unasked.
        for policy in [json!({"confirm": true}), json!({"approval": true}), json!({"answer_by_ms": 500})] {
            let mut asking = world.spec("asking", json!({}));
            asking["policy"] = policy;
            api.put(&draft, asking).expect(200);
            assert_eq!(call(api, json!({"draft": true})).body["error"]["details"]["field"], "draft");
            assert!(call(api, json!({"draft": true, "dry_run": true})).expect(200)["success"].as_bool().unwrap());
            assert!(world.upstream.take().is_empty());
        }
        api.delete(&draft).expect(204);

        api.put(&draft, world.spec("never", json!({}))).expect(200);
        api.delete(&draft).expect(204);
        assert_eq!(api.delete(&draft).status, 404);
    });
}

#[test]
fn an_agent_has_the_state_that_it_is_pinned_to() {
    on_both(|database| {
        let mut world = World::new(database);
        world.put(world.spec("one", json!({"a": {"type": "string"}})));
        world.agent("Latest", json!({}));
        world.agent("Frozen", json!({"follow": "none"}));
        world.agent("Careful", json!({"follow": "minor"}));
        let exact = world.agent("Exact", json!({"pin": "1.0.0", "overrides": {"description": "Only here"}}));
        assert_eq!(exact["pin"], "1.0.0");
        world.put(world.spec("two", json!({"a": {"type": "string"}, "b": {"type": "string"}})));
        world.put(world.spec("three", json!({"b": {"type": "string"}})));
        let shown = |agent: &str| {
            let path = format!("/api/v1/tools/definitions?agent={agent}&format=openai");
            world.api.get(&path).expect(200).to_string()
        };
        for (agent, state, has_a, has_b) in [
            ("Latest", "/three", false, true),
            ("Frozen", "/one", true, false),
            ("Careful", "/two", true, true),
            ("Exact", "/one", true, false),
        ] {
            assert_eq!(world.called(agent), state, "{agent}");
            assert_eq!((shown(agent).contains("\"a\":"), shown(agent).contains("\"b\":")), (has_a, has_b), "{agent}");
        }
        assert!(shown("Exact").contains("Only here"), "overrides apply on top");
        let has = world.api.get("/api/v1/agents/Careful/tools").expect(200);
        assert_eq!((&has[0]["tool"]["version"], &has[0]["assignment"]["pin"]), (&json!("1.1.0"), &json!("^1.0.0")));
        // Saying the same again moves nobody; saying something else does.
        let assign = |agent: &str, body: Value| world.api.put(&format!("/api/v1/agents/{agent}/tools/slots"), body);
        assert_eq!(assign("Careful", json!({"follow": "minor"})).expect(200)["pin"], "^1.0.0");
        assert_eq!(assign("Frozen", json!({"follow": "none"})).expect(200)["pin"], 1);
        assert_eq!(assign("Frozen", json!({"pin": 2})).expect(200)["pin"], 2);
        assert_eq!(world.called("Frozen"), "/two");
        // The plan's paths know nothing of pins and leave them alone.
        world.api.put("/api/assistants/Frozen/tools/slots/configure", json!({"execution_order": 3})).expect(200);
        assert_eq!(world.called("Frozen"), "/two");
        for (pin, why) in
            [(json!(9), "revision 9"), (json!("^7"), "^7"), (json!("latest"), "latest"), (json!(0), "revision 0")]
        {
            let refused = assign("Latest", json!({"pin": pin}));
            assert_eq!(
                (refused.status, &refused.body["error"]["details"]["field"]),
                (422, &json!("pin")),
                "{refused:?}"
            );
            assert!(refused.text.contains(why), "{refused:?}");
        }
        assert_eq!(assign("Latest", json!({"pin": 1, "follow": "all"})).body["error"]["details"]["field"], "follow");
        // A restart forgets nothing; switching the tool off stops everybody.
        world.server.restart();
        assert_eq!(world.called("Exact"), "/one");
        let mut off = world.spec("three", json!({"b": {"type": "string"}}));
        off["active"] = json!(false);
        world.put(off);
        for agent in ["Latest", "Frozen", "Careful", "Exact"] {
            let answer = world.api.post(&format!("{TOOLS}/slots/call"), json!({"agent": agent})).expect(200);
            assert_eq!(answer["error"]["code"], "tool_disabled", "{agent}: {answer}");
        }
        world.api.delete(&format!("{TOOLS}/slots")).expect(204);
        assert_eq!(world.api.post(&format!("{TOOLS}/slots/call"), json!({"agent": "Exact"})).status, 404);
    });
}

#[test]
fn a_change_is_announced_to_the_agents_that_have_it() {
    on_both(|database| {
        let world = World::new(database);
        world.put(world.spec("one", json!({"a": {"type": "string"}})));
        world.agent("Latest", json!({}));
        world.agent("Careful", json!({"follow": "minor"}));
        world.agent("Frozen", json!({"follow": "none"}));
        world.agent("Off", json!({"enabled": false}));
        let mut all = Live::open(&world.api, "/api/v1/executions/live");
        let mut careful = Live::open(&world.api, "/api/v1/executions/live?agent=Careful");
        let names = |frame: &Value| -> Vec<String> {
            let agents = frame["change"]["agents"].as_array().unwrap();
            agents.iter().map(|agent| agent["name"].as_str().unwrap().to_owned()).collect()
        };
        let changed = |live: &mut Live| live.until(|frame| frame["event"] == "tool_changed");

        let minor = world.put(world.spec("two", json!({"a": {"type": "string"}})));
        assert_eq!(minor["warnings"], json!([]), "{minor}");
        let frame = changed(&mut all);
        assert_eq!(names(&frame), ["Careful", "Latest"]);
        let change = &frame["change"];
        assert_eq!(
            (&change["tool"], &change["from_version"], &change["to_version"], &change["level"]),
            (&json!("slots"), &json!("1.0.0"), &json!("1.1.0"), &json!("minor"))
        );
        assert_eq!(changed(&mut careful), frame);

        let major = world.spec("two", json!({}));
        let refused = world.api.put(&format!("{TOOLS}/slots?refuse_breaking=true"), major.clone());
        assert_eq!((refused.status, refused.code()), (409, "breaking_change"));
        let rehearsed = world.api.put(&format!("{TOOLS}/slots?dry_run=true"), major.clone()).expect(200);
        let saved = world.put(major);
        assert_eq!(rehearsed["warnings"], saved["warnings"]);
        let warning = saved["warnings"][0].as_str().unwrap();
        assert!(warning.contains("`Latest`") && !warning.contains("`Careful`"), "{warning}");
        assert_eq!(names(&changed(&mut all)), ["Latest"]);

        let listed = |agent: &str, query: &str| {
            world.api.get(&format!("/api/v1/agents/{agent}/tools/changes?{query}")).expect(200)
        };
        let versions = |page: &Value| -> Vec<String> {
            let items = page["items"].as_array().unwrap();
            items.iter().map(|item| item["to_version"].as_str().unwrap().to_owned()).collect()
        };
        let latest = listed("Latest", "");
        assert_eq!(versions(&latest), ["2.0.0", "1.1.0"]);
        assert_eq!(latest["items"][0]["because"][0]["path"], "parameters.properties.a");
        assert_eq!(versions(&listed("Careful", "")), ["1.1.0"]);
        assert_eq!(versions(&listed("Frozen", "")), [""; 0]);
        assert_eq!(versions(&listed("Off", "")), [""; 0]);
        let first = listed("Latest", "limit=1");
        let next = listed("Latest", &format!("limit=1&cursor={}", first["next_cursor"].as_str().unwrap()));
        assert_eq!((versions(&first), versions(&next)), (vec!["2.0.0".to_owned()], vec!["1.1.0".to_owned()]));
        assert_eq!(next.get("next_cursor"), None);
        let since = latest["items"][0]["at"].as_str().unwrap();
        assert_eq!(versions(&listed("Latest", &format!("since={since}"))), ["2.0.0"]);
    });
}

#[test]
fn the_command_line_pins_and_tries_drafts() {
    let world = World::new(Database::Sqlite);
    world.put(world.spec("one", json!({})));
    world.api.post("/api/v1/agents", json!({"name": "Desk"})).expect(201);
    world.server.run(&["agent", "assign", "Desk", "slots", "--pin", "1"]).ok();
    world.put(world.spec("two", json!({})));
    assert_eq!(world.called("Desk"), "/one");
    world.server.run(&["agent", "assign", "Desk", "slots", "--pin", "^1.1"]).ok();
    assert_eq!(world.called("Desk"), "/two");
    assert!(world.server.run(&["agent", "assign", "Desk", "slots", "--pin", "^9"]).expect(1).stderr.contains("^9"));
    let assigned = world.server.run(&["agent", "assign", "Desk", "slots", "--follow", "minor", "--json"]).ok().json();
    assert_eq!(assigned["pin"], "^1.1");
    world.api.put(&format!("{TOOLS}/slots/draft"), world.spec("draft", json!({}))).expect(200);
    let tried = world.server.run(&["tool", "call", "slots", "--draft", "--dry-run"]).ok();
    assert!(tried.stdout.contains("/draft"), "{}", tried.stdout);
}
