//! Templates, public tools, bundles and feature flags, through the network.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fs;

use callwright_testkit::{Answer, Api, Database, Options, Server, Upstream, on_both, people::other_organization};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

struct World {
    server: Server,
    upstream: Upstream,
}

impl World {
    fn new(database: Database) -> Self {
        Self { server: Server::start(Options::new(BINARY, database)), upstream: Upstream::start() }
    }

    fn api(&self) -> Api {
        self.server.api()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn ids(page: &Value, field: &str) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| text(&item[field])).collect()
}

#[test]
fn templates_are_found_and_paged_and_the_organizations_own_come_last() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        for name in ["own_b", "own_a"] {
            let own = json!({"name": name, "kind": "http", "is_template": true, "description": "Asks <<what>>",
                "config": {"method": "GET", "url": world.upstream.url("/own"), "headers": {"X-Shop": "<<shop>>"}}});
            api.post("/api/v1/tools", own).expect(201);
        }
        let all = api.get("/api/v1/templates?limit=200").expect(200);
        let all = ids(&all, "title");
        assert!(all.len() >= 24, "{all:?}");
        assert_eq!(all[all.len() - 2..], ["own_a", "own_b"]);
        let (mut paged, mut path) = (Vec::new(), "/api/v1/templates?limit=7".to_owned());
        loop {
            let page = api.get(&path).expect(200);
            paged.extend(ids(&page, "title"));
            match page["next_cursor"].as_str() {
                Some(cursor) => path = format!("/api/v1/templates?limit=7&cursor={cursor}"),
                None => break,
            }
        }
        assert_eq!(paged, all);
        let found = api.get("/api/v1/templates?search=TWILIO").expect(200);
        assert_eq!(ids(&found, "id"), ["send_sms"]);
        let found = api.get("/api/v1/templates?category=call&source=builtin").expect(200);
        assert_eq!(ids(&found, "id"), ["end_call", "transfer_to_number"]);
        assert_eq!(api.get("/api/v1/templates?cursor=WyJ4Il0").status, 422);

        let own = api.get("/api/v1/templates/own_a").expect(200);
        assert_eq!(own["parameters"]["required"], json!(["shop", "what"]));
        let clone = |body: Value| api.post("/api/v1/templates/own_a/clone", body);
        assert_eq!(
            clone(json!({"name": "c", "values": {"shop": "7"}})).body["error"]["details"]["field"],
            "values.what"
        );
        assert_eq!(clone(json!({"values": {"shop": "7", "what": "x"}})).body["error"]["details"]["field"], "name");
        let made = clone(json!({"name": "c", "values": {"shop": "7", "what": "the shop"}})).expect(201);
        assert_eq!(made["tool"]["description"], "Asks the shop");
        assert_eq!(made["tool"].get("is_template"), None, "a copy can be called");
        api.post("/api/v1/tools/c/call", json!({})).expect(200);
        assert_eq!(world.upstream.requests()[0].header("x-shop"), Some("7"));
    });
}

/// An argument as the schema's author would give it.
fn sample(schema: &Value) -> Value {
    let given = [schema.pointer("/examples/0"), schema.get("default"), schema.pointer("/enum/0")];
    if let Some(value) = given.into_iter().flatten().next() {
        return value.clone();
    }
    match schema["type"].as_str() {
        Some("integer" | "number") => json!(1),
        Some("array") => json!([{"amount": 1}]),
        _ => json!("some text"),
    }
}

#[test]
fn every_template_renders_a_request_with_all_arguments_and_with_the_required_ones_alone() {
    let world = World::new(Database::Sqlite);
    let api = world.api();
    let templates = api.get("/api/v1/templates?limit=200").expect(200)["items"].clone();
    for template in templates.as_array().unwrap() {
        let id = text(&template["id"]);
        let mut values = json!({});
        for (name, property) in template["parameters"]["properties"].as_object().unwrap() {
            values[name] = match name.as_str() {
                _ if template["kind"] == "python" => {
                    property.get("default").unwrap_or(&property["examples"][0]).clone()
                }
                "base_url" => json!(world.upstream.url("").trim_end_matches('/')),
                "url" => json!(world.upstream.url("/hook")),
                _ => property.get("default").unwrap_or(&property["examples"][0]).clone(),
            };
        }
        let body = json!({"name": format!("made_{id}"), "values": values});
        let made = api.post(&format!("/api/v1/templates/{id}/clone"), body).expect(201);
        for secret in made["missing_secrets"].as_array().unwrap() {
            api.put(&format!("/api/v1/secrets/{}", text(secret)), json!({"value": "hidden-value"})).ok();
        }
        if template["kind"] == "python" {
            // Code is tried by running it: its cases pass in the sandbox as they are.
            let ran = api.post(&format!("/api/v1/tools/made_{id}/cases/run"), json!({})).expect(200);
            assert!(ran["passed"].as_i64().is_some_and(|passed| passed > 0), "{id}: {ran}");
            assert_eq!((&ran["failed"], &ran["errors"]), (&json!(0), &json!(0)), "{id}: {ran}");
            continue;
        }
        let schema = &made["tool"]["parameters"];
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for only_required in [false, true] {
            let mut arguments = json!({});
            for (name, property) in schema["properties"].as_object().unwrap() {
                if made["tool"]["bound"].get(name).is_some() {
                    continue; // not the model's to send
                }
                if !only_required || required.contains(&json!(name)) {
                    arguments[name] = sample(property);
                }
            }
            let path = format!("/api/organization/tools/made_{id}/test");
            let ran = api.post(&path, json!({"parameters": arguments, "dry_run": true})).expect(200);
            assert_eq!(ran["success"], true, "{id}: {ran}");
        }
    }
    assert!(world.upstream.requests().is_empty(), "a rehearsal sends nothing");
}

#[test]
fn a_clone_gets_the_templates_cases_and_they_pass_at_once() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        let shown = api.get("/api/v1/templates/http_request").expect(200);
        let names: Vec<String> = shown["cases"].as_array().unwrap().iter().map(|case| text(&case["name"])).collect();
        assert!(names.len() >= 2, "{shown}");
        let listed = api.get("/api/v1/templates?search=http_request").expect(200);
        assert_eq!(listed["items"][0].get("cases"), None, "a list leaves them out");

        let values =
            json!({"purpose": "Looks products up.", "url": world.upstream.url("/products"), "secret": "SHOP_KEY"});
        let clone = |name: &str, dry_run: bool| {
            let body = json!({"name": name, "values": values, "dry_run": dry_run});
            api.post("/api/v1/templates/http_request/clone", body)
        };
        clone("look", true).expect(200);
        assert_eq!(api.get("/api/v1/cases").expect(200)["items"], json!([]), "a dry run keeps nothing");
        let made = clone("look", false).expect(201);
        assert!(!made["warnings"].to_string().contains("not kept"), "{made}");
        let kept = api.get("/api/v1/tools/look/cases").expect(200);
        let mut kept: Vec<String> =
            kept["items"].as_array().unwrap().iter().map(|c| text(&c["spec"]["name"])).collect();
        let mut wanted = names.clone();
        kept.sort();
        wanted.sort();
        assert_eq!(kept, wanted);
        let ran = api.post("/api/v1/tools/look/cases/run", json!({})).expect(200);
        assert_eq!((&ran["passed"], &ran["failed"], &ran["errors"]), (&json!(2), &json!(0), &json!(0)), "{ran}");
        assert!(world.upstream.requests().is_empty());
    });
}

#[test]
fn a_clone_works_before_its_secret_is_set_and_sends_what_the_api_wants_after() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        let agent = api.post("/api/v1/agents", json!({"name": "Desk"})).expect(201);
        let values = json!({"base_url": world.upstream.url("/").trim_end_matches('/'), "from": "+15005550006",
            "account_sid": "AC00000000000000000000000000000000", "secret": "SMS_TOKEN"});
        let request = |more: Value| {
            let mut body = json!({"values": values, "agent": "Desk"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            api.post("/api/v1/templates/send_sms/clone", body)
        };
        request(json!({"dry_run": true})).expect(200);
        api.get("/api/v1/tools/send_sms").expect(404);
        assert_eq!(request(json!({"agent": "Nobody"})).status, 404);
        api.get("/api/v1/tools/send_sms").expect(404);
        let made = request(json!({})).expect(201);
        assert_eq!(made["missing_secrets"], json!(["SMS_TOKEN"]));
        assert!(made["warnings"].to_string().contains("SMS_TOKEN"), "{made}");
        assert_eq!(made["assignment"]["agent_id"], agent["id"]);
        assert_eq!(request(json!({})).code(), "name_taken");
        assert_eq!(request(json!({"values": {"account_sid": "x"}})).body["error"]["details"]["field"], "values.from");
        let evil = json!({"values": {"base_url": "https://h", "account_sid": "AC00000000000000000000000000000000", "from": "${API_KEY}"}});
        assert_eq!(request(evil).status, 422);

        // The person on the line is asked by the plan's test, so here confirmation is switched off by the agent.
        let path = "/api/v1/agents/Desk/tools/send_sms";
        api.put(path, json!({"overrides": {"policy": {"confirm": false}}})).expect(200);
        let call = || {
            let body =
                json!({"arguments": {"to": "+4915112345678", "message": "Hi {{ x }} ${API_KEY}"}, "agent": "Desk"});
            api.post("/api/v1/tools/send_sms/call", body).expect(200)
        };
        assert_eq!(call()["error"]["code"], "secret_missing");
        assert!(world.upstream.requests().is_empty());
        // An edit does not need the secret either: the tool names it already.
        let mut tool = api.get("/api/v1/tools/send_sms").expect(200);
        for name in ["id", "organization_id", "user_id", "revision", "created_at", "updated_at", "version"] {
            tool.as_object_mut().unwrap().shift_remove(name);
        }
        tool["description"] = json!("Edited");
        api.put("/api/v1/tools/send_sms", tool.clone()).expect(200);
        tool["config"]["headers"] = json!({"X-More": "${ANOTHER_ONE}"});
        assert_eq!(api.put("/api/v1/tools/send_sms", tool).status, 422, "a new unknown name is still refused");

        api.put("/api/v1/secrets/SMS_TOKEN", json!({"value": "hidden-token"})).ok();
        world.upstream.next(Answer::json(201, json!({"sid": "SM1", "status": "queued", "to": "x"})));
        let sent = call();
        assert_eq!(sent["data"], json!({"id": "SM1", "status": "queued"}), "{sent}");
        let request = &world.upstream.requests()[0];
        assert_eq!(request.path(), "/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json");
        let body = request.text();
        assert!(body.contains("To=%2B4915112345678") && body.contains("From=%2B15005550006"), "{body}");
        assert!(
            body.contains("Body=Hi%20%7B%7B%20x%20%7D%7D%20%24%7BAPI_KEY%7D"),
            "an argument is never rendered: {body}"
        );
        assert!(request.header("authorization").unwrap().starts_with("Basic "));
    });
}

#[test]
fn a_public_tool_is_installed_without_credentials_and_follows_its_source_without_losing_edits() {
    on_both(|database| {
        let mut server = Server::start(Options::new(BINARY, database));
        let other = other_organization(&mut server);
        let ours = server.api();
        other.put("/api/v1/secrets/THEIR_KEY", json!({"value": "their-secret-value"})).ok();
        let tool = |name: &str, description: &str, url: &str| {
            json!({"name": name, "kind": "http", "effect": "read", "is_public": true, "description": description, "category": "crm",
                "config": {"method": "GET", "url": url, "headers": {"X-Api-Key": "written-out-credential", "X-Other": "${THEIR_KEY}"}}})
        };
        let made = other.post("/api/v1/tools", tool("lookup", "Looks up", "https://api.example.com/a")).expect(201);
        let id = text(&made["tool"]["id"]);
        other
            .post("/api/v1/tools", json!({"name": "private", "kind": "http", "config": {"url": "https://h/"}}))
            .expect(201);

        let found = ours.get("/api/v1/library").expect(200);
        assert_eq!(ids(&found, "name"), ["lookup"]);
        assert_eq!(found["items"][0]["publisher"]["name"], "Other");
        assert_eq!((&found["items"][0]["version"], &found["items"][0]["installs"]), (&json!("1.0.0"), &json!(0)));
        assert_eq!(other.get("/api/v1/library").expect(200)["items"], json!([]), "not one's own");
        assert_eq!(ids(&ours.get("/api/v1/library?search=LOOKS&category=crm").expect(200), "name"), ["lookup"]);
        assert_eq!(ours.get("/api/v1/library?search=nothing").expect(200)["items"], json!([]));
        let shown = ours.get(&format!("/api/v1/library/{id}"));
        for hidden in ["written-out-credential", "their-secret-value"] {
            assert!(!shown.text.contains(hidden), "{}", shown.text);
        }
        assert_eq!(shown.body["secrets"], json!(["LOOKUP_X_API_KEY", "THEIR_KEY"]));
        let public = ours.get("/api/tools/public").expect(200);
        assert_eq!((&public[0]["name"], &public[0]["organization_name"]), (&json!("lookup"), &json!("Other")));
        assert!(!public.to_string().contains("written-out-credential"));

        let install = |name: &str| ours.post(&format!("/api/v1/library/{id}/install"), json!({"name": name}));
        let copy = install("their_lookup").expect(201);
        assert_eq!(copy["missing_secrets"], json!(["LOOKUP_X_API_KEY", "THEIR_KEY"]));
        assert_eq!(copy["tool"].get("is_public"), None);
        assert!(!copy.to_string().contains("written-out-credential"));
        assert_eq!(install("their_lookup").code(), "name_taken");
        let installed = ours.get("/api/v1/library/installed?source=library").expect(200)["items"][0].clone();
        assert_eq!(
            (&installed["source_id"], &installed["publisher"], &installed["is_edited"]),
            (&json!(id), &json!("Other"), &json!(false))
        );
        assert_eq!((installed["source_revision"].as_i64(), installed.get("update")), (Some(1), None));
        assert_eq!(ours.get("/api/v1/library").expect(200)["items"][0]["installs"], 1);

        // An edit here, and news there; both change the title.
        let mut edited = json!({"name": "their_lookup", "kind": "http", "effect": "read", "description": "Ours", "category": "crm",
            "display_name": "Our title", "config": copy["tool"]["config"]});
        edited["parameters"] = copy["tool"]["parameters"].clone();
        ours.put("/api/v1/tools/their_lookup", edited).expect(200);
        let mut news = tool("lookup", "Looks up", "https://api.example.com/b");
        news["display_name"] = json!("Their title");
        other.put("/api/v1/tools/lookup", news).expect(200);
        let installed = ours.get("/api/v1/library/installed").expect(200)["items"][0].clone();
        assert_eq!((&installed["update"]["revision"], &installed["is_edited"]), (&json!(2), &json!(true)));
        let path = "/api/v1/library/installed/their_lookup/update";
        let rehearsed = ours.post(path, json!({"dry_run": true})).expect(200);
        assert_eq!((&rehearsed["action"], &rehearsed["kept"]), (&json!("updated"), &json!(["description"])));
        assert_eq!(rehearsed["conflicts"][0]["path"], "display_name");
        assert_eq!(ours.get("/api/v1/tools/their_lookup").expect(200)["revision"], 2);
        let updated = ours.post(path, json!({})).expect(200);
        let now = &updated["tool"];
        assert_eq!((&now["description"], &now["display_name"]), (&json!("Ours"), &json!("Our title")));
        assert_eq!(
            (&now["config"]["url"], &now["name"]),
            (&json!("https://api.example.com/b"), &json!("their_lookup"))
        );
        let installed = ours.get("/api/v1/library/installed").expect(200)["items"][0].clone();
        assert_eq!((installed.get("update"), &installed["source_revision"]), (None, &json!(2)));
        assert_eq!(ours.post(path, json!({})).expect(200)["action"], "unchanged");
        assert_eq!(ours.post("/api/v1/library/installed/nothing/update", json!({})).status, 404);

        // What reaches further than the copy did is not taken on the quiet.
        for api in [&other, &ours] {
            api.put("/api/v1/secrets/OUR_KEY", json!({"value": "value-of-our-key"})).ok();
        }
        let mut greedy = tool("lookup", "Looks up", "https://elsewhere.example.com/b");
        greedy["config"]["headers"]["X-More"] = json!("${OUR_KEY}");
        other.put("/api/v1/tools/lookup", greedy).expect(200);
        let refused = ours.post(path, json!({}));
        assert_eq!((refused.status, refused.code()), (409, "reaches_further"));
        for told in ["OUR_KEY", "https://elsewhere.example.com"] {
            assert!(refused.text.contains(told), "{}", refused.text);
        }
        let kept = ours.get("/api/v1/tools/their_lookup").expect(200);
        assert_eq!(kept["config"]["url"], "https://api.example.com/b");
        let rehearsed = ours.post(path, json!({"dry_run": true})).expect(200);
        assert!(rehearsed["warnings"].to_string().contains("OUR_KEY"), "{rehearsed}");
        let taken = ours.post(path, json!({"accept": true})).expect(200);
        assert_eq!(taken["tool"]["config"]["url"], "https://elsewhere.example.com/b");

        let mut asking = tool("lookup", "Looks up", "https://elsewhere.example.com/b");
        asking["policy"] = json!({"confirm": true});
        other.put("/api/v1/tools/lookup", asking).expect(200);
        ours.post(path, json!({})).expect(200);
        other.put("/api/v1/tools/lookup", tool("lookup", "Looks up", "https://elsewhere.example.com/b")).expect(200);
        assert!(ours.post(path, json!({})).expect(409).to_string().contains("without `confirm`"));

        let mut hidden = tool("lookup", "Looks up", "https://api.example.com/c");
        hidden["is_public"] = json!(false);
        other.put("/api/v1/tools/lookup", hidden).expect(200);
        ours.get(&format!("/api/v1/library/{id}")).expect(404);
        assert_eq!(ours.get("/api/v1/library/installed").expect(200)["items"][0]["is_available"], false);
        assert_eq!(ours.post(path, json!({})).code(), "source_gone");
    });
}

#[test]
fn a_bundle_leads_to_the_same_bundle_and_a_changed_one_is_refused() {
    on_both(|database| {
        let mut server = Server::start(Options::new(BINARY, database));
        let other = other_organization(&mut server);
        let ours = server.api();
        ours.put("/api/v1/secrets/API_KEY", json!({"value": "value-of-the-key"})).ok();
        let tool = |name: &str, description: &str| {
            json!({"name": name, "kind": "http", "effect": "read", "description": description,
                "parameters": {"type": "object", "properties": {"b": {"type": "string", "default": "no"}, "a": {"type": "number"}}},
                "config": {"method": "GET", "url": "https://api.example.com/{{ parameters.b }}",
                    "headers": {"Authorization": "Bearer ${API_KEY}", "Prefer": "1e3", "Cookie": "written-out"}}})
        };
        ours.post("/api/v1/tools", tool("one", "line one\nline two: \"quoted\" # no comment\n")).expect(201);
        ours.post("/api/v1/tools", tool("two", "Two")).expect(201);
        ours.put("/api/v1/tools/two", tool("two", "Two, again")).expect(200);
        ours.post("/api/v1/agents", json!({"name": "Desk", "instructions": "Be kind.\n\n- always\n"})).expect(201);
        ours.put("/api/v1/agents/Desk/tools/two", json!({"overrides": {"description": "For the desk"}, "position": 3}))
            .expect(200);
        let exported = ours.get("/api/v1/export");
        assert_eq!(exported.status, 200, "{exported:?}");
        assert!(exported.header("content-type").unwrap().contains("yaml"));
        for hidden in ["written-out", "value-of-the-key"] {
            assert!(!exported.text.contains(hidden), "{}", exported.text);
        }
        let bundle = ours.get("/api/v1/export?format=json").expect(200);
        assert_eq!(bundle["lock"]["two"]["revision"], 2);
        assert_eq!(bundle["secrets"], json!(["API_KEY", "ONE_COOKIE", "TWO_COOKIE"]));
        let some = ours.get("/api/v1/export?tools=one&format=json").expect(200);
        assert_eq!((some["tools"].as_array().unwrap().len(), some.get("agents")), (1, None));
        let desk = ours.get("/api/v1/export?agents=Desk&format=json").expect(200);
        assert_eq!((&desk["tools"][0]["name"], &desk["agents"][0]["tools"][0]["tool"]), (&json!("two"), &json!("two")));

        // Into an empty organization and out again: the same bytes.
        let import = |query: &str, text: &str| {
            let headers = [("content-type", "application/yaml")];
            other.raw("POST", &format!("/api/v1/bundles{query}"), &headers, Some(text.as_bytes().to_vec()))
        };
        let rehearsed = import("?dry_run=true", &exported.text).expect(200);
        assert_eq!(
            (&rehearsed["tools"][0]["action"], &rehearsed["agents"][0]["action"]),
            (&json!("created"), &json!("created"))
        );
        assert_eq!(other.get("/api/v1/tools").expect(200)["items"], json!([]));
        let report = import("", &exported.text).expect(200);
        assert_eq!(report["missing_secrets"], json!(["API_KEY", "ONE_COOKIE", "TWO_COOKIE"]));
        assert_eq!(other.get("/api/v1/export").text, exported.text);
        let again = import("", &exported.text).expect(200);
        assert!(!again.to_string().contains("created") && again.to_string().contains("unchanged"), "{again}");

        // What differs is a conflict, settled by the caller.
        let mut changed = bundle.clone();
        changed["tools"][0]["description"] = json!("Changed");
        let post = |query: &str, body: &Value| other.post(&format!("/api/v1/bundles{query}"), body.clone());
        assert_eq!(post("", &changed).body["error"]["details"]["field"], "lock.one.sha256");
        changed.as_object_mut().unwrap().shift_remove("lock");
        let refused = post("", &changed);
        assert_eq!((refused.status, refused.code()), (409, "bundle_conflict"));
        assert_eq!(refused.body["error"]["details"]["conflicts"], json!(["one"]));
        let skipped = post("?on_conflict=skip", &changed).expect(200);
        assert_eq!(
            (&skipped["tools"][0]["action"], &skipped["tools"][1]["action"]),
            (&json!("skipped"), &json!("unchanged"))
        );
        assert!(skipped["warnings"][0].as_str().unwrap().contains("lock"));
        let replaced = post("?on_conflict=replace", &changed).expect(200);
        assert_eq!(replaced["tools"][0]["diff"][0]["path"], "description");
        assert_eq!(other.get("/api/v1/tools/one").expect(200)["description"], "Changed");

        for (bad, field) in [
            (json!({"callwright": 2}), "callwright"),
            (json!({"callwright": 1, "tols": []}), "tols"),
            (json!({"callwright": 1, "agents": [{"name": "A", "tools": [{"tool": "nowhere"}]}]}), "agents.A.tools"),
            (
                json!({"callwright": 1, "tools": [{"name": "x", "kind": "http", "config": {"url": "ftp://h"}}]}),
                "tools.x.config.url",
            ),
        ] {
            let reply = post("", &bad);
            assert_eq!((reply.status, &reply.body["error"]["details"]["field"]), (422, &json!(field)), "{reply:?}");
        }
        assert_eq!(import("", "tools: [unclosed").status, 422);
    });
}

#[test]
fn a_kind_is_switched_off_or_on_for_a_share_of_executions() {
    on_both(|database| {
        let mut world = World::new(database);
        let api = world.api();
        let bye = json!({"name": "bye", "kind": "system", "config": {"action": "end_call"}});
        api.post("/api/v1/tools", bye.clone()).expect(201);
        let standing = api.get("/api/v1/features").expect(200);
        assert_eq!(
            (&standing[0]["flag"], &standing[0]["percent"], &standing[0]["set_by"]),
            (&json!("kind.system"), &json!(100), &json!("default"))
        );
        for (bad, status) in
            [(json!({"kind.magic": 1}), 422), (json!({"kind.system": 101}), 422), (json!({"kind.system": -1}), 422)]
        {
            assert_eq!(api.put("/api/v1/features", bad).status, status);
        }
        let call = || {
            let answer = api.post("/api/v1/tools/bye/call", json!({"context": {"call_sid": "CA1"}})).expect(200);
            if answer["success"] == true {
                true
            } else {
                assert_eq!(answer["error"]["code"], "feature_off");
                false
            }
        };
        let names = || api.get("/api/v1/tools/definitions").expect(200)["tools"].to_string().contains("bye");
        assert!(call() && names());
        api.put("/api/v1/features", json!({"kind.system": 0})).expect(200);
        assert!(!call() && !names());
        let mut second = bye;
        second["name"] = json!("bye_too");
        let refused = api.post("/api/v1/tools", second.clone());
        assert_eq!((refused.status, &refused.body["error"]["details"]["field"]), (422, &json!("kind")));
        api.put("/api/v1/features", json!({"kind.system": 50})).expect(200);
        let admitted = (0..60).filter(|_| call()).count();
        assert!((10..50).contains(&admitted), "{admitted} of 60 at one half");
        let reset = api.put("/api/v1/features", json!({"kind.system": null})).expect(200);
        assert_eq!((&reset[0]["percent"], &reset[0]["set_by"]), (&json!(100), &json!("default")));
        assert!(call());
        api.post("/api/v1/tools", second).expect(201);

        // What the operator set for all counts where the organization says nothing.
        world.server.terminate();
        world.server.sql("INSERT INTO feature_flag (flag, org_id, percent, updated_by, updated_at) VALUES ('kind.system', '', 0, '', 1)");
        world.server.restart();
        let standing = api.get("/api/v1/features").expect(200);
        assert_eq!((&standing[0]["percent"], &standing[0]["set_by"]), (&json!(0), &json!("all")));
        assert!(!call());
        api.put("/api/v1/features", json!({"kind.system": 100})).expect(200);
        assert!(call());
    });
}

#[test]
fn the_commands_do_what_the_guide_says() {
    let mut server = Server::start(Options::new(BINARY, Database::Sqlite));
    let other = other_organization(&mut server);
    let list = server.run(&["template", "list", "--category", "call"]).ok().stdout;
    assert!(list.contains("end_call") && list.contains("transfer_to_number"), "{list}");
    let shown = server.run(&["template", "show", "transfer_to_number"]).ok().stdout;
    assert!(shown.contains("phone_number") && shown.contains("required"), "{shown}");
    let missing = server.run(&["template", "use", "transfer_to_number"]);
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.contains("values.phone_number") && missing.stderr.contains("hint:"), "{missing:?}");
    let args =
        ["template", "use", "transfer_to_number", "--set", "phone_number=+61411234567", "--name", "to_reception"];
    let used = server.run(&args).ok();
    assert!(used.stdout.starts_with("created to_reception"), "{used:?}");

    let public = json!({"name": "shown", "kind": "http", "is_public": true, "config": {"url": "https://example.com/"}});
    let id = text(&other.post("/api/v1/tools", public).expect(201)["tool"]["id"]);
    let found = server.run(&["library", "search", "shown"]).ok().stdout;
    assert!(found.contains(&id) && found.contains("Other"), "{found}");
    server.run(&["library", "install", &id]).ok();
    let installed = server.run(&["library", "installed"]).ok().stdout;
    assert!(installed.contains("to_reception") && installed.contains("shown"), "{installed}");
    let updated = server.run(&["library", "update", "shown"]).ok().stdout;
    assert!(updated.starts_with("unchanged"), "{updated}");

    server.run(&["bundle", "export", "to_reception", "-o", "tools.yaml"]).ok();
    let bundle = fs::read_to_string(server.folder().join("tools.yaml")).unwrap();
    assert!(bundle.starts_with("callwright: 1") && bundle.contains("sha256"), "{bundle}");
    server.run(&["tool", "delete", "to_reception"]).ok();
    let rehearsed = server.run(&["bundle", "import", "tools.yaml", "--dry-run"]).ok().stdout;
    assert!(rehearsed.contains("would create tool to_reception"), "{rehearsed}");
    let imported = server.run(&["bundle", "import", "tools.yaml"]).ok().stdout;
    assert!(imported.contains("created") && imported.contains("to_reception"), "{imported}");
    fs::write(server.folder().join("changed.yaml"), bundle.replace("+61411234567", "+61411234568")).unwrap();
    let changed = server.run(&["bundle", "import", "changed.yaml"]);
    assert!(changed.code == 1 && changed.stderr.contains("lock.to_reception.sha256"), "{changed:?}");

    let features = server.run(&["feature", "set", "kind.system", "25"]).ok().stdout;
    assert!(features.contains("kind.system") && features.contains("25"), "{features}");
    assert_eq!(server.run(&["feature", "set", "kind.system", "lots"]).code, 2);
}
