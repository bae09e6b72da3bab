//! Tools: made, shown, listed, changed and deleted; and where their credentials are.

use callwright_testkit::{Person, on_both};
use serde_json::{Value, json};

use crate::{KEY, MASK, TOOLS, World, names, ok, refused, text};

const SECRETS: &str = "/api/v1/secrets";

fn secrets(world: &World) -> Vec<String> {
    let page = world.server.api().get(SECRETS).expect(200);
    page["items"].as_array().unwrap().iter().map(|secret| text(&secret["name"])).collect()
}

#[test]
fn a_tool_is_shown_as_it_was_made_but_for_its_key() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        for (sample, type_name) in [(world.weather(), "api_endpoint"), (world.slack(), "webhook")] {
            let made = ok(api.post(&format!("{TOOLS}/create"), sample.clone()));
            assert_eq!(made["tool_name"], sample["name"]);
            assert!(text(&made["tool_id"]).starts_with("tool_") && made["message"].is_string());
            let shown = ok(api.get(&format!("{TOOLS}/{}", text(&made["tool_name"]))));
            assert!(!shown.to_string().contains(KEY));
            let tool = &shown["tool"];
            for (field, value) in sample.as_object().unwrap() {
                let mut value = value.clone();
                if field == "implementation" && !value["auth"].is_null() {
                    value["auth"]["api_key"] = json!(MASK);
                }
                assert_eq!(tool[field], value, "`{field}`");
            }
            assert_eq!((&tool["tool_type"], &tool["tool_name"]), (&json!(type_name), &sample["name"]));
            assert_eq!(tool["requires_auth"], json!(type_name == "api_endpoint"));
            assert_eq!(tool["usage_stats"]["usage_count"], 0);
            assert!(tool["created_at"].is_string() && tool["creator_name"].is_string());
            assert_eq!(ok(api.get(&format!("{TOOLS}/{}", text(&made["tool_id"]))))["tool"], *tool, "by its id too");
            refused(api.post(&format!("{TOOLS}/create"), sample), 409);
        }
        // It is a tool like any other, and its key is a secret like any other.
        let native = world.server.api().get("/api/v1/tools/weather_lookup").expect(200);
        assert_eq!((&native["kind"], &native["effect"]), (&json!("http"), &json!("read")));
        assert_eq!(
            native["config"]["auth"],
            json!({"type": "api_key", "key": "${WEATHER_LOOKUP_API_KEY}", "query": "appid"})
        );
        assert_eq!((&native["policy"]["timeout_ms"], &native["is_shared"]), (&json!(15000), &Value::Null));
        assert_eq!(secrets(&world), ["WEATHER_LOOKUP_API_KEY"]);
        assert!(!world.server.api().get("/api/v1/audit").expect(200).to_string().contains(KEY));
    });
}

#[test]
fn what_is_not_said_has_the_guides_defaults() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        world.made(&api, "plain", "general");
        let tool = ok(api.get(&format!("{TOOLS}/plain")))["tool"].clone();
        for (field, value) in [
            ("category", json!("general")),
            ("max_execution_time_ms", json!(30000)),
            ("requires_auth", json!(false)),
            ("is_shared", json!(false)),
            ("effect", json!("read")),
            ("description", json!("")),
        ] {
            assert_eq!(tool[field], value, "{field}");
        }
        // A tool of our own form has a place there too.
        let native = json!({"name": "native", "kind": "http", "config": {"url": "https://example.com"}});
        world.server.api().post("/api/v1/tools", native).expect(201);
        let tool = ok(api.get(&format!("{TOOLS}/native")))["tool"].clone();
        assert_eq!((&tool["tool_type"], &tool["category"]), (&json!("api_endpoint"), &json!("general")));
        assert_eq!((&tool["is_shared"], &tool["effect"]), (&json!(true), &json!("write")));
    });
}

#[test]
fn a_put_changes_what_it_has_and_counts_at_once() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        ok(api.post(&format!("{TOOLS}/create"), world.weather()));
        let path = format!("{TOOLS}/weather_lookup");
        let before = ok(api.get(&path))["tool"].clone();
        let call = || {
            let arguments = json!({"parameters": {"location": "Oslo"}});
            ok(api.post(&format!("{path}/test"), arguments));
            world.upstream.take().remove(0)
        };
        assert_eq!(call().query(), format!("location=Oslo&units=metric&include_forecast=false&appid={KEY}"));

        // Nothing changes by sending back what was read, the mask included.
        assert!(text(&ok(api.put(&path, before.clone()))["message"]).contains("as it was"));
        let changed = json!({"description": "Other", "is_shared": false, "max_execution_time_ms": 20000});
        ok(api.put(&path, changed));
        let after = ok(api.get(&path))["tool"].clone();
        assert_eq!(
            (&after["description"], &after["is_shared"], &after["max_execution_time_ms"]),
            (&json!("Other"), &json!(false), &json!(20000))
        );
        assert_eq!(
            (&after["implementation"], &after["parameters_schema"]),
            (&before["implementation"], &before["parameters_schema"])
        );
        assert_eq!(call().query(), format!("location=Oslo&units=metric&include_forecast=false&appid={KEY}"));

        // The schema as the guide widens it; the address alone; another name for the key, kept by its mask.
        let mut schema = before["parameters_schema"].clone();
        schema["properties"]["lang"] = json!({"type": "string", "default": "en"});
        ok(api.put(&path, json!({"parameters_schema": schema})));
        let auth = json!({"type": "api_key", "key_name": "key", "api_key": MASK});
        ok(api.put(&path, json!({"implementation": {"url": world.upstream.url("/v3"), "auth": auth}})));
        let request = call();
        assert_eq!(request.path(), "/v3");
        assert_eq!(request.query(), format!("location=Oslo&units=metric&include_forecast=false&lang=en&key={KEY}"));
        // A new key takes the place of the old one under the same name; the tool is the same revision.
        let revision = || world.server.api().get("/api/v1/tools/weather_lookup").expect(200)["revision"].clone();
        let was = revision();
        let auth = json!({"type": "api_key", "key_name": "key", "api_key": "a-newer-key"});
        ok(api.put(&path, json!({"implementation": {"auth": auth}})));
        assert!(call().query().ends_with("&key=a-newer-key"));
        assert_eq!((secrets(&world), revision()), (vec!["WEATHER_LOOKUP_API_KEY".to_owned()], was));
        // `null` takes a part away; an api_endpoint can become a webhook.
        ok(api.put(&path, json!({"implementation": {"auth": null}, "requires_auth": false})));
        assert!(!call().query().contains("key="));
        ok(api.put(&path, json!({"tool_type": "webhook", "implementation": {"method": "POST"}})));
        let hook = ok(api.get(&path))["tool"].clone();
        assert_eq!((&hook["tool_type"], &hook["effect"]), (&json!("webhook"), &json!("write")));
        assert_eq!(hook["implementation"]["webhook_url"], json!(world.upstream.url("/v3")));
        assert_eq!(call().json()["location"], "Oslo");
        // What the tool is survives a change by our own form that reads and writes the whole.
        let mut native = world.server.api().get("/api/v1/tools/weather_lookup").expect(200);
        for field in ["id", "organization_id", "user_id", "revision", "created_at", "updated_at"] {
            native.as_object_mut().unwrap().remove(field);
        }
        native["description"] = json!("By the other door");
        world.server.api().put("/api/v1/tools/weather_lookup", native).expect(200);
        assert_eq!(ok(api.get(&path))["tool"]["tool_type"], "webhook");
    });
}

#[test]
fn a_key_goes_with_its_tool_unless_another_one_names_it() {
    on_both(|database| {
        let world = World::new(database);
        let (api, native) = (world.api(), world.server.api());
        let create = |tool: Value| ok(api.post(&format!("{TOOLS}/create"), tool));
        native.put(&format!("{SECRETS}/WEATHER_LOOKUP_API_KEY"), json!({"value": "somebody-elses"})).ok();
        create(world.weather());
        assert_eq!(secrets(&world), ["WEATHER_LOOKUP_API_KEY", "WEATHER_LOOKUP_API_KEY_2"], "a free name is found");
        ok(api.delete(&format!("{TOOLS}/weather_lookup")));
        assert_eq!(secrets(&world), ["WEATHER_LOOKUP_API_KEY"], "what was there before stays");
        refused(api.get(&format!("{TOOLS}/weather_lookup")), 404);
        refused(api.delete(&format!("{TOOLS}/weather_lookup")), 404);

        // By either door, but not while another tool names it.
        let auths = [
            (
                "bearer",
                json!({"type": "bearer", "token": KEY}),
                "FIRST_TOKEN",
                "authorization",
                format!("Bearer {KEY}"),
            ),
            (
                "basic",
                json!({"type": "basic", "username": "u", "password": "p"}),
                "FIRST_PASSWORD",
                "authorization",
                "Basic dTpw".to_owned(),
            ),
            (
                "header",
                json!({"type": "header", "key_name": "X-Key", "api_key": KEY}),
                "FIRST_API_KEY",
                "x-key",
                KEY.to_owned(),
            ),
        ];
        for (kind, auth, secret, header, value) in auths {
            let implementation = json!({"url": world.upstream.url("/"), "auth": auth});
            create(json!({"name": "first", "tool_type": "api_endpoint", "implementation": implementation}));
            ok(api.post(&format!("{TOOLS}/first/test"), json!({"parameters": {}})));
            assert_eq!(world.upstream.take()[0].header(header), Some(value.as_str()), "{kind}");
            let second = json!({"name": "second", "kind": "http",
                "config": {"url": "https://example.com", "headers": {"X-A": format!("${{{secret}}}")}}});
            native.post("/api/v1/tools", second).expect(201);
            ok(api.delete(&format!("{TOOLS}/first")));
            assert!(secrets(&world).contains(&secret.to_owned()), "{secret} is still named");
            native.delete(&format!("{SECRETS}/{secret}")).expect(204);
            native.delete("/api/v1/tools/second").expect(204);
            create(json!({"name": "first", "tool_type": "api_endpoint", "implementation": implementation}));
            native.delete("/api/v1/tools/first").expect(204);
            assert!(!secrets(&world).contains(&secret.to_owned()), "{secret} went with its tool");
        }
        assert_eq!(secrets(&world), ["WEATHER_LOOKUP_API_KEY"]);
    });
}

#[test]
fn a_secret_that_is_named_is_shown_by_its_name_and_only_administrators_write_one_out() {
    on_both(|database| {
        let world = World::new(database);
        let builder = Person::invite(&world.server.api(), "builder@example.org", "builder").api;
        let create = format!("{TOOLS}/create");
        let message = refused(builder.post(&create, world.weather()), 403);
        assert!(message.contains("${WEATHER_LOOKUP_API_KEY}"), "{message}");
        assert!(secrets(&world).is_empty());
        refused(builder.get(&format!("{TOOLS}/weather_lookup")), 404);
        let mut tool = world.weather();
        tool["implementation"]["auth"]["api_key"] = json!("${WEATHER_KEY}");
        let made = ok(builder.post(&create, tool));
        assert!(text(&made["warnings"][0]).contains("WEATHER_KEY"), "{made}");
        let path = format!("{TOOLS}/weather_lookup");
        assert_eq!(ok(builder.get(&path))["tool"]["implementation"]["auth"]["api_key"], "${WEATHER_KEY}");
        let test = json!({"parameters": {"location": "Oslo"}});
        let failed = builder.post(&format!("{path}/test"), test.clone()).expect(400);
        assert_eq!(failed["error_details"]["code"], "secret_missing", "{failed}");
        world.server.api().put(&format!("{SECRETS}/WEATHER_KEY"), json!({"value": KEY})).ok();
        ok(builder.post(&format!("{path}/test"), test));
        ok(builder.delete(&path));
        assert_eq!(secrets(&world), ["WEATHER_KEY"], "it was there by itself");
    });
}

#[test]
fn a_list_counts_and_goes_on() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        let builder = Person::invite(&world.server.api(), "builder@example.org", "builder").api;
        for name in ["a1", "a2", "a3"] {
            world.made(&api, name, "math");
        }
        world.made(&builder, "b1", "math");
        let mine = ok(api.get(&format!("{TOOLS}/list?created_by_me=true")));
        assert_eq!((names(&mine, "tool_name").as_str(), &mine["count"]), ("a1 a2 a3", &json!(3)));
        assert_eq!(names(&ok(api.get(&format!("{TOOLS}/list"))), "tool_name"), "a1 a2 a3 b1");
        assert_eq!(names(&ok(builder.get(&format!("{TOOLS}/list?created_by_me=true"))), "tool_name"), "b1");
        let first = ok(api.get(&format!("{TOOLS}/list?limit=3")));
        let next = format!("{TOOLS}/list?limit=3&cursor={}", text(&first["next_cursor"]));
        let last = ok(api.get(&next));
        assert_eq!((names(&last, "tool_name").as_str(), &last["next_cursor"]), ("b1", &Value::Null));
        ok(api.post(&format!("{TOOLS}/a1/test"), json!({"parameters": {}})));
        let row = ok(api.get(&format!("{TOOLS}/list?limit=1")))["tools"][0].clone();
        let stats = &row["usage_stats"];
        assert_eq!((&row["tool_type"], &stats["usage_count"]), (&json!("api_endpoint"), &json!(1)));
        assert!(stats["last_used"].is_string() && stats["avg_execution_time_ms"].as_f64().unwrap() > 0.0, "{row}");
        assert_eq!(ok(api.get(&format!("{TOOLS}/a1")))["tool"]["usage_stats"], *stats);
        for query in ["limit=0", "limit=201", "cursor=!", "x=1", "created_by_me=perhaps"] {
            refused(api.get(&format!("{TOOLS}/list?{query}")), 400);
        }
    });
}

#[test]
fn what_another_person_must_agree_to_is_proposed_and_brings_no_key() {
    on_both(|database| {
        let world = World::new(database);
        let (api, native) = (world.api(), world.server.api());
        let builder = Person::invite(&native, "builder@example.org", "builder").api;
        let mut purge = world.slack();
        purge["effect"] = json!("destructive");
        let asked = builder.post(&format!("{TOOLS}/create"), purge).expect(202);
        assert_eq!((&asked["response"], &asked["tool_id"]), (&json!("202"), &Value::Null));
        refused(builder.get(&format!("{TOOLS}/slack_notification")), 404);
        native.post(&format!("/api/v1/proposals/{}/approve", text(&asked["proposal_id"])), json!({})).expect(200);
        let tool = ok(builder.get(&format!("{TOOLS}/slack_notification")))["tool"].clone();
        assert_eq!((&tool["effect"], &tool["tool_type"]), (&json!("destructive"), &json!("webhook")));
        native.put("/api/v1/organization/publishing", json!({"four_eyes": true})).expect(200);
        let mut weather = world.weather();
        weather["effect"] = json!("destructive");
        let message = refused(api.post(&format!("{TOOLS}/create"), weather), 409);
        assert!(message.contains("WEATHER_LOOKUP_API_KEY"), "{message}");
        assert!(secrets(&world).is_empty(), "nothing was half written");
    });
}

#[test]
fn a_name_that_is_taken_leaves_no_key_behind() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        world.made(&api, "weather_lookup", "general");
        refused(api.post(&format!("{TOOLS}/create"), world.weather()), 409);
        let mut wrong = world.weather();
        wrong["name"] = json!("other");
        wrong["implementation"]["url"] = json!("not an address");
        refused(api.post(&format!("{TOOLS}/create"), wrong), 400);
        assert!(secrets(&world).is_empty());
        let log = world.server.api().get("/api/v1/audit").expect(200).to_string();
        assert!(!log.contains("secret.set"), "{log}");
    });
}
