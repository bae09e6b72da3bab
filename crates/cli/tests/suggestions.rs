//! Suggestions against a real server: lint, neighbours, what the log says, what was asked for and does not exist, and
//! parameters guessed from a sample.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{fs, time::Duration};

use callwright_testkit::{Answer, Api, Database, Options, Person, Server, Upstream, eventually, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

fn start(database: Database) -> Server {
    Server::start(Options::new(BINARY, database))
}

fn make(api: &Api, tool: Value) {
    api.post("/api/v1/tools", tool).expect(201);
}

fn tool(name: &str, url: &str) -> Value {
    json!({
        "name": name, "kind": "http", "effect": "read",
        "description": "Tells how a parcel travels. Use when the caller asks where a parcel is.",
        "parameters": {"type": "object", "additionalProperties": false, "required": ["parcel"],
            "properties": {"parcel": {"type": "string", "pattern": "^P[0-9]+$", "description": "As printed on the label"}}},
        "config": {"method": "GET", "url": url},
        "policy": {"timeout_ms": 8000, "read_timeout_ms": 300, "retry": {
            "network": {"attempts": 0, "base_ms": 1}, "timeout": {"attempts": 0, "base_ms": 1},
            "rate_limit": {"attempts": 0, "base_ms": 1}}},
    })
}

fn codes(found: &Value) -> Vec<String> {
    let list = found["suggestions"].as_array().unwrap_or_else(|| panic!("{found}"));
    list.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
}

fn suggestions(api: &Api, tool: &str) -> Value {
    api.get(&format!("/api/v1/tools/{tool}/suggestions")).expect(200)
}

#[test]
fn flaws_and_neighbours_are_told_and_a_fix_can_be_applied() {
    on_both(|database| {
        let server = start(database);
        let api = server.api();
        make(&api, tool("track_parcel", "https://example.com/"));
        assert_eq!(codes(&suggestions(&api, "track_parcel")), Vec::<String>::new());
        assert_eq!(api.get("/api/v1/suggestions").expect(200)["items"], json!([]), "nothing to say is not listed");

        let mut twin = tool("parcel_track", "https://example.com/");
        twin["effect"] = json!("write");
        twin["config"]["auth"] = json!({"type": "bearer", "token": "geheim"});
        make(&api, twin);
        let found = suggestions(&api, "parcel_track");
        let told = codes(&found);
        assert_eq!(told[0], "secret_literal", "the weightiest first: {found}");
        for code in ["name_same_words", "description_alike", "effect_get_writes", "write_without_key"] {
            assert!(told.contains(&code.to_owned()), "{code}: {found}");
        }
        assert!(!found.to_string().contains("geheim"));
        let fix =
            found["suggestions"].as_array().unwrap().iter().find(|one| one["code"] == "effect_get_writes").unwrap();
        assert_eq!((&fix["field"], &fix["fix"]), (&json!("effect"), &json!({"effect": "read"})));

        let first = api.get("/api/v1/suggestions?limit=1").expect(200);
        assert_eq!(first["items"][0]["tool"], "parcel_track");
        let next = first["next_cursor"].as_str().unwrap();
        let second = api.get(&format!("/api/v1/suggestions?limit=1&cursor={next}")).expect(200);
        assert_eq!(second["items"][0]["tool"], "track_parcel");
        let viewer = Person::invite(&api, "viewer@example.org", "viewer").api;
        viewer.get("/api/v1/tools/track_parcel/suggestions").expect(200);
        api.get("/api/v1/tools/none/suggestions").expect(404);
    });
}

#[test]
fn the_log_tells_the_likely_cause() {
    on_both(|database| {
        let upstream = Upstream::start();
        let server = start(database);
        let api = server.api();
        api.put("/api/v1/secrets/PARCEL_KEY", json!({"value": "hidden-value"})).expect(200);
        let call = |tool: &str, parcel: &str| {
            api.post(&format!("/api/v1/tools/{tool}/call"), json!({"arguments": {"parcel": parcel}})).expect(200)
        };
        let mut locked = tool("locked_door", &upstream.url("/locked"));
        locked["config"]["auth"] = json!({"type": "bearer", "token": "${PARCEL_KEY}"});
        make(&api, locked);
        make(&api, tool("slow_snail", &upstream.url("/slow")));
        make(&api, tool("busy_bee", &upstream.url("/busy")));
        make(&api, tool("misread_map", &upstream.url("/ok")));
        make(&api, tool("dead_end", "http://127.0.0.1:1/"));
        let mut long = tool("long_story", &upstream.url("/long"));
        long["result"] = json!({"max_bytes": 256});
        make(&api, long);
        upstream.respond(|request| match request.path() {
            "/locked" => Answer::json(401, json!({})),
            "/slow" => Answer::json(200, json!({})).delay(Duration::from_millis(600)),
            "/busy" => Answer::json(429, json!({})),
            "/long" => Answer::json(200, json!((0..500).collect::<Vec<u32>>())),
            _ => Answer::json(200, json!({})),
        });
        for tool in ["locked_door", "slow_snail", "busy_bee", "dead_end", "long_story"] {
            call(tool, "P1");
            call(tool, "P2");
        }
        call("misread_map", "P1");
        call("misread_map", "four");
        call("misread_map", "4711");
        for (tool, code, word) in [
            ("locked_door", "log_credentials", "PARCEL_KEY"),
            ("slow_snail", "log_timeouts", "read_timeout_ms"),
            ("busy_bee", "log_rate_limited", "slow down"),
            ("dead_end", "log_unreachable", "nothing answers"),
            ("long_story", "log_cut", "result.map"),
            ("misread_map", "log_arguments", "`parcel`"),
        ] {
            let found = suggestions(&api, tool);
            let list = found["suggestions"].as_array().unwrap();
            let one = list.iter().find(|one| one["code"] == code).unwrap_or_else(|| panic!("{tool}: {found}"));
            assert!(one["message"].as_str().unwrap().contains(word), "{one}");
        }
        let slow = suggestions(&api, "slow_snail");
        let one = slow["suggestions"].as_array().unwrap().iter().find(|one| one["code"] == "log_timeouts").unwrap();
        assert_eq!(one["fix"], json!({"policy": {"read_timeout_ms": 600}}));
        // The list has them too, for tools that failed lately.
        let listed = api.get("/api/v1/suggestions").expect(200);
        let locked = listed["items"].as_array().unwrap().iter().find(|one| one["tool"] == "locked_door").unwrap();
        assert!(codes(locked).contains(&"log_credentials".to_owned()), "{locked}");
    });
}

#[test]
fn calls_of_tools_that_do_not_exist_are_counted_by_name_and_the_nearest_is_suggested() {
    on_both(|database| {
        let server = start(database);
        let api = server.api();
        make(&api, tool("track_parcel", "https://example.com/"));
        let missing = |name: &str, body: Value| api.post(&format!("/api/v1/tools/{name}/call"), body).expect(404);
        for _ in 0..3 {
            missing("track_parcels", json!({"arguments": {"parcel": "P1", "pin": "geheim"}, "agent": "Anna"}));
        }
        missing("play_music", json!({"arguments": {"song": "x"}}));
        missing("play_music", json!({"arguments": {"song": "x"}, "dry_run": true}));
        let viewer = Person::invite(&api, "viewer@example.org", "viewer").api;
        assert_eq!(viewer.post("/api/v1/tools/flooding/call", json!({})).status, 404);
        let found = eventually("both are written down", 10, || {
            let found = api.get("/api/v1/suggestions/unmatched").expect(200);
            (found["items"].as_array().unwrap().len() == 2).then_some(found)
        });
        let (music, parcel) = (&found["items"][0], &found["items"][1]);
        assert_eq!((&music["name"], &music["count"]), (&json!("play_music"), &json!(1)));
        assert_eq!((&music["nearest"], &music["argument_names"]), (&json!([]), &json!(["song"])));
        assert_eq!(
            (&parcel["name"], &parcel["count"], &parcel["agent"]),
            (&json!("track_parcels"), &json!(3), &json!("Anna"))
        );
        assert_eq!(parcel["nearest"], json!(["track_parcel"]));
        assert!(!found.to_string().contains("geheim"), "values are never kept");
        let page = api.get("/api/v1/suggestions/unmatched?limit=1").expect(200);
        let next = page["next_cursor"].as_str().unwrap();
        let rest = api.get(&format!("/api/v1/suggestions/unmatched?cursor={next}")).expect(200);
        assert_eq!(rest["items"][0]["name"], "track_parcels");
        // Once there is such a tool, there is nothing to say.
        make(&api, tool("play_music", "https://example.com/"));
        let left = api.get("/api/v1/suggestions/unmatched").expect(200);
        assert_eq!(left["items"].as_array().unwrap().len(), 1);
        assert_eq!(api.get("/api/v1/executions").expect(200)["items"], json!([]), "they are no executions");
    });
}

#[test]
fn a_sample_becomes_a_tool_that_works() {
    on_both(|database| {
        let upstream = Upstream::start();
        let server = start(database);
        let api = server.api();
        let sample = json!({"sample": {
            "url": upstream.url("/v1/customers/42/orders?express=true"),
            "headers": {"Authorization": "Bearer geheim"},
            "body": {"date": "2026-11-27", "email": "a@example.org", "items": [{"sku": "x", "count": 2}]},
        }});
        let guess = api.post("/api/v1/suggestions/parameters", sample).expect(200);
        assert_eq!((&guess["effect"], &guess["secrets"]), (&json!("write"), &json!(["API_TOKEN"])));
        api.put("/api/v1/secrets/API_TOKEN", json!({"value": "hidden-value"})).expect(200);
        make(
            &api,
            json!({"name": "order", "kind": "http", "effect": guess["effect"], "parameters": guess["parameters"],
                "config": guess["config"], "description": "Orders"}),
        );
        let arguments = json!({"customer_id": 7, "express": false, "date": "2027-01-02", "email": "b@example.org",
            "items": [{"sku": "y", "count": 1}]});
        let answer = api.post("/api/v1/tools/order/call", json!({"arguments": arguments})).expect(200);
        assert_eq!(answer["success"], true, "{answer}");
        let sent = upstream.wait_for(1).remove(0);
        assert_eq!((sent.method.as_str(), sent.target.as_str()), ("POST", "/v1/customers/7/orders?express=false"));
        assert_eq!(
            sent.json(),
            json!({"date": "2027-01-02", "email": "b@example.org", "items": [{"sku": "y", "count": 1}]})
        );
        assert_eq!(sent.header("authorization"), Some("Bearer hidden-value"));
        let wrong = json!({"arguments": {"customer_id": 7, "express": false, "date": "soon", "email": "b@example.org", "items": []}});
        assert_eq!(api.post("/api/v1/tools/order/call", wrong).expect(200)["error"]["class"], "validation_error");
        for (body, field) in [
            (json!({}), "sample"),
            (json!({"sample": {}}), "sample"),
            (json!({"sample": {"url": "nowhere"}}), "sample.url"),
            (json!({"sample": {"url": "https://h/", "methods": "GET"}}), "sample.methods"),
        ] {
            let refused = api.post("/api/v1/suggestions/parameters", body.clone());
            assert_eq!(refused.status, 422, "{body}: {refused:?}");
            assert_eq!(refused.body["error"]["details"]["field"], field, "{body}");
        }
    });
}

#[test]
fn the_command_looks_at_files_without_a_server_and_at_the_server_without_files() {
    let server = start(Database::Sqlite);
    let api = server.api();
    let write = |name: &str, text: &str| fs::write(server.folder().join(name), text).unwrap();
    write("good.json", &tool("track_parcel", "https://example.com/").to_string());
    write(
        "bad.yaml",
        "name: delete_parcel\nkind: http\neffect: read\nconfig: {method: DELETE, url: 'https://example.com/'}\n",
    );
    let good = server.run(&["lint", "-f", "good.json", "--url", "http://127.0.0.1:1"]).ok();
    assert!(good.stderr.contains("nothing to improve"), "{good:?}");
    let bad = server.run(&["lint", "-f", "bad.yaml"]).expect(1);
    for part in
        ["error delete_parcel  effect_destroys  effect", r#"-> {"effect":"destructive"}"#, "description_missing"]
    {
        assert!(bad.stdout.contains(part), "{part}: {bad:?}");
    }
    assert!(bad.stderr.contains("serious"), "{bad:?}");

    make(&api, tool("track_parcel", "https://example.com/"));
    server.run(&["lint", "track_parcel"]).ok();
    let mut vague = tool("vague", "https://example.com/");
    vague["description"] = json!("A parcel thing");
    make(&api, vague);
    let all = server.run(&["lint", "--json"]).json();
    assert_eq!(all[0]["tool"], "vague");
    server.run(&["lint", "--strict"]).expect(1);
    server.run(&["lint", "none"]).expect(1);

    write("sample.json", r#"{"url": "https://api.example.com/v1/slots?date=2026-11-27", "method": "GET"}"#);
    let guess: Value =
        serde_json::from_str(&server.run(&["lint", "--from-sample", "sample.json"]).ok().stdout).unwrap();
    assert_eq!(guess["parameters"]["properties"]["date"]["format"], "date");
    assert_eq!(guess["config"]["query"]["date"], "{{ parameters.date }}");
    let piped = server.run_with(&["lint", "--from-sample", "-"], r#"{"count": 3}"#).ok();
    let guess: Value = serde_json::from_str(&piped.stdout).unwrap();
    assert_eq!(guess["parameters"]["properties"]["count"]["type"], "integer");
    server.run_with(&["lint", "--from-sample", "-"], "nonsense").expect(1);
}
