//! Test cases of tools: the real corridor in front of a stubbed upstream, and nothing that leaves.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::fs;

use callwright_testkit::{Answer, Api, Database, Options, Server, Upstream, eventually, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

struct World {
    server: Server,
    upstream: Upstream,
    api: Api,
}

impl World {
    fn new(database: Database) -> Self {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        api.put("/api/v1/secrets/API_KEY", json!({"value": "real-secret-value"})).ok();
        Self { server, upstream: Upstream::start(), api }
    }

    /// A tool that writes, with a secret, a bound argument and quick retries.
    fn book(&self, rest: Value) {
        let mut tool = json!({"name": "book", "kind": "http", "effect": "write",
            "parameters": {"type": "object", "properties": {"day": {"type": "string"}, "contact": {"type": "string"}},
                "required": ["day", "contact"], "additionalProperties": false},
            "bound": {"contact": "{{ context.verified.contact_id }}"},
            "config": {"method": "POST", "url": self.upstream.url("/bookings"), "headers": {"X-Source": "voice"},
                "auth": {"type": "bearer", "token": "${API_KEY}"}},
            "result": {"success": "/ok", "message": "/note", "data": "/booking"},
            "fallback": {"message": "I could not book that."},
            "policy": {"timeout_ms": 5000, "read_timeout_ms": 300, "retry": {"network": {"attempts": 1, "base_ms": 10},
                "timeout": {"attempts": 1, "base_ms": 10}, "rate_limit": {"attempts": 1, "base_ms": 10}}}});
        for (name, value) in rest.as_object().unwrap() {
            tool[name] = value.clone();
        }
        self.api.put(&format!("/api/v1/tools/{}", text(&tool["name"])), tool).expect(200);
    }

    fn run(&self, case: Value) -> Value {
        let mut case = case;
        case["name"] = json!("it");
        let report = self.api.post("/api/v1/tools/book/cases/run", json!({"cases": [case]})).expect(200);
        report["cases"][0].clone()
    }

    #[track_caller]
    fn passes(&self, case: Value) -> Value {
        let result = self.run(case);
        assert_eq!(result["status"], "passed", "{result:#}");
        result
    }

    #[track_caller]
    fn fails(&self, case: Value) -> Vec<String> {
        let result = self.run(case);
        assert_eq!(result["status"], "failed", "{result:#}");
        result["failures"].as_array().unwrap().iter().map(|failure| text(&failure["expectation"])).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn case(stubs: Value, expect: Value) -> Value {
    json!({"arguments": {"day": "monday"}, "context": {"contact_id": "c-7"}, "stubs": stubs, "expect": expect})
}

#[test]
fn a_stubbed_case_goes_through_the_whole_corridor_and_nothing_leaves() {
    on_both(|database| {
        let world = World::new(database);
        world.book(json!({}));
        let good = json!({"status": 201, "body": {"ok": true, "note": "booked", "booking": {"id": 9, "at": "09:00"}}});
        let passed = world.passes(case(
            json!([good]),
            json!({"success": true, "state": "done", "attempts": 1, "max_ms": 4000,
                "message": {"equals": "booked", "matches": "^book"},
                "schema": {"type": "object", "required": ["id"]},
                "result": [{"path": "/id", "equals": 9}, {"path": "at", "matches": "^[0-9:]+$"}, {"path": "/ok", "exists": false}],
                "request": [{"path": "/method", "equals": "POST"}, {"path": "/path", "equals": "/bookings"},
                    {"path": "/headers/x-source", "equals": "voice"}, {"path": "/headers/idempotency-key", "matches": "^exec_"},
                    {"path": "/headers/authorization", "equals": "[secret]"},
                    {"path": "/body", "equals": {"day": "monday", "contact": "c-7"}}]}),
        ));
        assert!(!passed.to_string().contains("real-secret-value"), "{passed}");
        // A fake stands for the secret, and is no secret itself.
        let mut faked =
            case(json!([good]), json!({"request": [{"path": "/headers/authorization", "equals": "Bearer played"}]}));
        faked["secrets"] = json!({"API_KEY": "played"});
        world.passes(faked);
        // Validation, bound arguments, the answer's own word and the retry gate are the real ones.
        let mut invalid = case(json!([]), json!({"success": false, "error_class": "validation_error", "attempts": 0}));
        invalid["arguments"] = json!({"day": 7});
        world.passes(invalid);
        let mut unbound = case(json!([]), json!({"error_code": "bound_missing"}));
        unbound["context"] = json!({});
        world.passes(unbound);
        world.passes(case(
            json!([{"body": {"ok": false, "note": "no slots left"}}]),
            json!({"error_code": "reported_failure", "message": {"contains": "no slots"}}),
        ));
        for (stubs, expect) in [
            (json!([{"fault": "connect"}, good]), json!({"success": true, "attempts": 2})),
            (json!([{"fault": "dns"}, {"fault": "dns"}]), json!({"error_code": "dns_failed", "attempts": 2})),
            (json!([{"status": 429, "headers": {"Retry-After": "0"}}, good]), json!({"success": true, "attempts": 2})),
            (
                json!([{"fault": "reset"}, good]),
                json!({"state": "unknown", "error_class": "outcome_unknown", "attempts": 1}),
            ),
            (json!([{"fault": "timeout"}]), json!({"state": "unknown", "error_code": "read_timeout"})),
            (
                json!([{"delay_ms": 2000, "body": {}}]),
                json!({"state": "unknown", "error_code": "read_timeout", "max_ms": 1500}),
            ),
            (json!([{"status": 503}]), json!({"state": "unknown", "error_code": "http_503"})),
            (
                json!([{"status": 404, "body": {"error": "gone"}}]),
                json!({"state": "failed", "error_class": "not_found", "message": {"contains": "gone"}}),
            ),
            (json!([{"status": 500, "repeat": true}]), json!({"error_code": "http_500", "attempts": 1})),
        ] {
            world.passes(case(stubs, expect));
        }
        // Stubs are taken in order by the requests that they fit.
        world.passes(case(
            json!([{"match": {"method": "GET"}, "status": 500}, {"match": {"url": "/book*", "body": {"day": "monday"}}, "body": {"ok": true}}]),
            json!({"success": true}),
        ));
        assert_eq!((world.upstream.connections(), world.upstream.count()), (0, 0), "nothing may leave");
        // What a stubbed test made unknown holds nothing up, and is no use of the tool.
        let held = world.api.get("/api/v1/executions?state=unknown").expect(200);
        assert_eq!(held["items"], json!([]));
        world.upstream.next(Answer::json(200, json!({"ok": true})));
        let trusted = world
            .api
            .post("/api/v1/tokens", json!({"name": "t", "scopes": ["tools:call", "context:trust"]}))
            .expect(201);
        let trusted = world.api.with_token(text(&trusted["token"]));
        let call = json!({"arguments": {"day": "monday"}, "context": {"contact_id": "c-7"}});
        assert_eq!(trusted.post("/api/v1/tools/book/call", call).expect(200)["success"], true);
        assert_eq!(world.upstream.count(), 1);
        let usage = world.api.get("/api/v1/tools/book/usage").expect(200);
        assert_eq!((&usage["count"], &usage["error_count"]), (&json!(1), &json!(0)), "{usage}");
        let log = world.api.get("/api/v1/executions?limit=100").expect(200);
        let made: Vec<&Value> = log["items"].as_array().unwrap().iter().filter(|one| one["source"] == "case").collect();
        assert!(made.len() > 10 && made.iter().all(|one| one["channel"] == "test"), "{log}");
    });
}

#[test]
fn a_case_says_which_expectation_failed_and_how() {
    let world = World::new(Database::Sqlite);
    world.book(json!({}));
    let good = json!([{"body": {"ok": true, "booking": {"id": 9}}}]);
    let result = world.run(case(good.clone(), json!({"result": [{"path": "/id", "equals": 8}]})));
    let failure = &result["failures"][0];
    assert_eq!(
        (&failure["expectation"], &failure["expected"], &failure["actual"]),
        (&json!("result[0] (/id) equals"), &json!(8), &json!(9))
    );
    assert_eq!(world.fails(case(good.clone(), json!({"state": "failed", "attempts": 2}))), ["state", "attempts"]);
    assert_eq!(world.fails(case(good.clone(), json!({"message": {"contains": "x"}}))), ["message contains"]);
    assert_eq!(world.fails(case(good.clone(), json!({"schema": {"required": ["at"]}}))), ["schema"]);
    assert_eq!(
        world.fails(case(good, json!({"request": [{"path": "/method", "equals": "GET"}]}))),
        ["request[0] (/method) equals"]
    );
    // A request without a stub fails the case, whatever it expects.
    let alone = case(json!([{"match": {"method": "GET"}}]), json!({"success": false}));
    assert_eq!(world.fails(alone), ["stubs"]);
    // Nothing said about the outcome means that it works.
    assert_eq!(world.fails(case(json!([{"status": 400}]), json!({}))), ["success"]);
}

#[test]
fn the_guard_judges_the_address_of_a_stubbed_request_without_asking_anybody() {
    let world = World::new(Database::Sqlite);
    let ok = json!([{"body": {"ok": true}, "repeat": true}]);
    let to = |url: &str| json!({"config": {"method": "POST", "url": url}});
    for url in ["http://169.254.169.254/latest/meta-data", "http://10.1.2.3/x", "http://[::ffff:10.0.0.1]/"] {
        world.book(to(url));
        world.passes(case(ok.clone(), json!({"error_code": "outbound_blocked", "error_class": "permission_error"})));
    }
    // A name that nobody knows is fine: it is not looked up.
    world.book(to("https://no-such-name.invalid/x"));
    world.passes(case(
        ok.clone(),
        json!({"success": true, "request": [{"path": "/url", "equals": "https://no-such-name.invalid/x"}]}),
    ));
    // Redirects are judged hop by hop, as they are for real.
    let away = |to: &str| json!([{"status": 307, "headers": {"Location": to}}, {"body": {"ok": true}}]);
    world.book(json!({"config": {"method": "POST", "url": "https://a.invalid/x", "redirects": 2}}));
    world.passes(case(away("http://127.0.0.1/"), json!({"success": false, "error_code": "url_refused"})));
    world.passes(case(away("https://192.168.0.1/"), json!({"error_code": "outbound_blocked"})));
    world.passes(case(away("/elsewhere"), json!({"success": true})));
}

#[test]
fn tokens_of_oauth_are_stubbed_and_renewed_too() {
    let world = World::new(Database::Sqlite);
    let auth = |url: &str| {
        json!({"effect": "read", "config": {"method": "GET", "url": "https://api.invalid/x",
            "auth": {"type": "oauth2", "token_url": url, "client_id": "me", "client_secret": "${API_KEY}"}}})
    };
    world.book(auth(&world.upstream.url("/token")));
    let expect =
        json!({"success": true, "attempts": 2, "request": [{"path": "/headers/authorization", "exists": true}]});
    let result = world.passes(case(json!([{"status": 401}, {"body": {"ok": true}}]), expect));
    assert_eq!(result["requests"].as_array().unwrap().len(), 2);
    assert_eq!(world.upstream.connections(), 0);
    world.book(auth("http://10.0.0.1/token"));
    world.passes(case(json!([{"body": {}}]), json!({"error_code": "outbound_blocked"})));
}

#[test]
fn the_real_upstream_is_called_only_when_that_is_asked_for() {
    on_both(|database| {
        let world = World::new(database);
        world.book(json!({"bound": {}, "parameters": {"type": "object", "properties": {"day": {"type": "string"}}}}));
        let real = json!({"name": "for real", "upstream": "real", "arguments": {"day": "monday"},
            "expect": {"result": [{"path": "/id", "equals": 1}], "request": [{"path": "/method", "equals": "POST"},
                {"path": "/headers/authorization", "equals": "Bearer [secret API_KEY]"}]}});
        world.api.post("/api/v1/tools/book/cases", real).expect(201);
        let report = world.api.post("/api/v1/tools/book/cases/run", json!({})).expect(200);
        assert_eq!((&report["errors"], &report["cases"][0]["status"]), (&json!(1), &json!("error")));
        assert!(text(&report["cases"][0]["error"]).contains("allow_effects"), "{report}");
        assert_eq!(world.upstream.count(), 0);
        world.upstream.next(Answer::json(200, json!({"ok": true, "booking": {"id": 1}})));
        let report = world.api.post("/api/v1/tools/book/cases/run", json!({"allow_effects": true})).expect(200);
        assert_eq!(report["passed"], 1, "{report:#}");
        assert_eq!(world.upstream.count(), 1);
        assert_eq!(world.api.get("/api/v1/tools/book/usage").expect(200)["count"], 0);
        let saved = world.api.get("/api/v1/tools/book/cases/for%20real").expect(200);
        assert_eq!(saved["last_run"]["result"]["status"], "passed");
    });
}

#[test]
fn cases_are_saved_changed_listed_and_deleted() {
    on_both(|database| {
        let world = World::new(database);
        world.book(json!({}));
        let path = "/api/v1/tools/book/cases";
        let made = world.api.post(path, json!({"name": "b", "stubs": [{"status": 200}]})).expect(201);
        assert_eq!(world.api.post(path, json!({"name": "b"})).expect(409)["error"]["code"], "name_taken");
        let put = |name: &str, spec: Value| world.api.put(&format!("{path}/{name}"), spec);
        assert_eq!(put("a", json!({"name": "a"})).expect(200)["action"], "created");
        assert_eq!(put("a", json!({"name": "a"})).expect(200)["action"], "unchanged");
        assert_eq!(put("a", json!({"name": "a", "description": "d"})).expect(200)["action"], "updated");
        put("c", json!({"name": "d"})).expect(422);
        put("a", json!({"name": "b"})).expect(409);
        assert_eq!(put("a", json!({"name": "z"})).expect(200)["case"]["spec"]["name"], "z");
        let first = world.api.get(&format!("{path}?limit=1")).expect(200);
        assert_eq!(first["items"][0]["spec"]["name"], "b");
        let rest = world.api.get(&format!("{path}?limit=1&cursor={}", text(&first["next_cursor"]))).expect(200);
        assert_eq!((&rest["items"][0]["spec"]["name"], &rest["next_cursor"]), (&json!("z"), &Value::Null));
        assert_eq!(world.api.get("/api/v1/cases").expect(200)["items"].as_array().unwrap().len(), 2);
        for (bad, field) in [
            (json!({"name": "a/b"}), "name"),
            (json!({"name": "run"}), "name"),
            (json!({"name": "x", "stubs": [{"status": 99}]}), "stubs[0].status"),
            (json!({"name": "x", "expect": {"result": [{"path": "/a"}]}}), "expect.result[0]"),
            (json!({"name": "x", "upstream": "real", "secrets": {"A": "b"}}), "secrets"),
            (json!({"name": "x", "surprise": 1}), "surprise"),
            (json!({"name": "x", "expect": {"schema": {"type": "nonsense"}}}), "expect.schema.type"),
        ] {
            assert_eq!(world.api.post(path, bad.clone()).expect(422)["error"]["details"]["field"], field, "{bad}");
        }
        world.api.delete(&format!("{path}/{}", text(&made["id"]))).expect(204);
        world.api.get(&format!("{path}/b")).expect(404);
        // A tool that is gone takes its cases with it.
        world.api.delete("/api/v1/tools/book").expect(204);
        assert_eq!(world.api.get("/api/v1/cases").expect(200)["items"], json!([]));
    });
}

#[test]
fn a_recorded_execution_becomes_a_case_that_passes() {
    on_both(|database| {
        let world = World::new(database);
        let look = json!({"name": "look", "kind": "http", "effect": "read",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
            "config": {"method": "GET", "url": world.upstream.url("/weather")},
            "policy": {"retry": {"network": {"attempts": 1, "base_ms": 10}, "timeout": {"attempts": 0, "base_ms": 10},
                "rate_limit": {"attempts": 0, "base_ms": 10}}}});
        world.api.post("/api/v1/tools", look).expect(201);
        let record = |answers: Vec<Answer>| {
            for answer in answers {
                world.upstream.next(answer);
            }
            let call = json!({"arguments": {"city": "Bonn"}, "context": {"call_sid": "CA1"}});
            text(&world.api.post("/api/v1/tools/look/call", call).expect(200)["execution_id"])
        };
        let recorded = [
            record(vec![Answer::json(200, json!({"sky": "blue"}))]),
            record(vec![Answer::reset(), Answer::json(200, json!({"sky": "grey"}))]),
            record(vec![Answer::json(404, json!({"error": "no such city"}))]),
        ];
        let asked = world.upstream.count();
        for id in &recorded {
            let made = eventually("the execution is written", 5, || {
                let made = world.api.post(&format!("/api/v1/executions/{id}/case"), json!({}));
                (made.status == 201).then_some(made.body)
            });
            assert_eq!(made["warnings"], json!([]), "{made}");
            assert_eq!(made["case"]["spec"]["context"], json!({"call_sid": "CA1"}));
        }
        let report = world.api.post("/api/v1/tools/look/cases/run", json!({})).expect(200);
        assert_eq!((&report["passed"], &report["failed"]), (&json!(3), &json!(0)), "{report:#}");
        assert_eq!(world.upstream.count(), asked, "the recorded answers were played");
        // A change of the tool that breaks what was recorded is noticed.
        let mut draft = world.api.get("/api/v1/tools/look").expect(200);
        for field in ["id", "organization_id", "user_id", "revision", "created_at", "updated_at"] {
            draft.as_object_mut().unwrap().remove(field);
        }
        draft["result"] = json!({"map": "{weather: sky}"});
        let report = world.api.post("/api/v1/tools/look/cases/run", json!({"draft": draft})).expect(200);
        assert_eq!((&report["passed"], &report["failed"]), (&json!(1), &json!(2)), "{report:#}");
        // Where the tool maps its answers, the log cannot tell what the upstream said, and that is told.
        world.book(json!({"effect": "read", "bound": {}, "parameters": {"type": "object", "properties": {}}}));
        world.upstream.next(Answer::json(200, json!({"ok": true, "booking": {"id": 1}})));
        let id = text(&world.api.post("/api/v1/tools/book/call", json!({})).expect(200)["execution_id"]);
        let made = world.api.post(&format!("/api/v1/executions/{id}/case"), json!({"name": "mapped"})).expect(201);
        assert!(made["warnings"].to_string().contains("maps its answers"), "{made}");
    });
}

const TOOL_FILE: &str = "name: weather
kind: http
effect: read
parameters:
  type: object
  properties: {city: {type: string}}
  required: [city]
config:
  url: https://weather.invalid/v1
  auth: {type: bearer, token: \"${WEATHER_KEY}\"}
cases:
  - name: blue <sky>
    arguments: {city: Bonn}
    secrets: {WEATHER_KEY: fake}
    stubs: [{body: {sky: blue}}]
    expect: {result: [{path: /sky, equals: blue}]}
  - name: the key is sent
    arguments: {city: Bonn}
    secrets: {WEATHER_KEY: fake}
    stubs: [{status: 200}]
    expect: {request: [{path: /headers/authorization, equals: Bearer fake}]}
";

#[test]
fn the_command_tests_what_is_applied_and_what_is_not_yet() {
    on_both(|database| {
        let world = World::new(database);
        let write = |text: &str| fs::write(world.server.folder().join("weather.yaml"), text).unwrap();
        write(TOOL_FILE);
        let none = world.server.run(&["tool", "test"]).expect(2);
        assert!(none.stderr.contains("nothing was tested"), "{none:?}");
        // A file is tested as it stands, with neither the tool nor its secret on the server.
        let drafted = world.server.run(&["tool", "test", "-f", "weather.yaml"]).ok();
        assert!(drafted.stderr.contains("2 passed, 0 failed"), "{drafted:?}");
        world.api.get("/api/v1/tools/weather").expect(404);

        world.api.put("/api/v1/secrets/WEATHER_KEY", json!({"value": "a-real-key"})).ok();
        let applied = world.server.run(&["apply", "-f", "weather.yaml"]).ok();
        assert!(applied.stdout.contains("with 2 cases, 2 saved"), "{applied:?}");
        let again = world.server.run(&["apply", "-f", "weather.yaml"]).ok();
        assert!(again.stdout.starts_with("unchanged") && again.stdout.contains("0 saved"), "{again:?}");
        let tested = world.server.run(&["tool", "test", "--junit", "report.xml"]).ok();
        assert!(tested.stdout.contains("passed weather: blue <sky>"), "{tested:?}");
        let report = fs::read_to_string(world.server.folder().join("report.xml")).unwrap();
        assert!(
            report.contains("name=\"blue &lt;sky&gt;\"") && report.contains("tests=\"2\" failures=\"0\""),
            "{report}"
        );

        let wrong = json!({"name": "wrong", "arguments": {"city": "Bonn"}, "stubs": [{"body": {"sky": "grey"}}],
            "expect": {"result": [{"path": "/sky", "equals": "blue"}]}});
        world.api.post("/api/v1/tools/weather/cases", wrong).expect(201);
        let failed = world.server.run(&["tool", "test", "weather", "--junit", "report.xml"]).expect(1);
        assert!(failed.stdout.contains("result[0] (/sky) equals"), "{failed:?}");
        let report = fs::read_to_string(world.server.folder().join("report.xml")).unwrap();
        assert!(report.contains("<failure message=") && report.contains("failures=\"1\""), "{report}");
        world.server.run(&["tool", "test", "weather", "--case", "blue <sky>"]).ok();
        let json = world.server.run(&["tool", "test", "weather", "--json"]).expect(1);
        assert_eq!(serde_json::from_str::<Value>(&json.stdout).unwrap()[0]["failed"], 1);
        world.server.run(&["tool", "test", "nothing"]).expect(2);
        let broken = json!({"name": "broken", "arguments": {"city": "Bonn"}, "agent": "nobody"});
        world.api.post("/api/v1/tools/weather/cases", broken).expect(201);
        let broken = world.server.run(&["tool", "test"]).expect(2);
        assert!(broken.stderr.contains("1 failed, 1 could not be run"), "{broken:?}");
        // A slip in a case keeps the whole file back.
        write(&TOOL_FILE.replace("stubs: [{status: 200}]", "stubs: [{stats: 200}]"));
        let slip = world.server.run(&["apply", "-f", "weather.yaml"]).expect(1);
        assert!(slip.stderr.contains("cases[1]") && slip.stderr.contains("stats"), "{slip:?}");

        let call = json!({"arguments": {"city": "Bonn"}});
        let id = text(&world.api.post("/api/v1/tools/weather/call", call).expect(200)["execution_id"]);
        let made = world.server.run(&["executions", "case", &id, "--name", "unreachable"]).ok();
        assert!(made.stderr.contains("--case 'unreachable'"), "{made:?}");
    });
}

#[test]
fn a_test_ends_no_call_and_asks_nobody() {
    let world = World::new(Database::Sqlite);
    let bye = json!({"name": "bye", "kind": "system", "config": {"action": "end_call", "message": "Goodbye."},
        "policy": {"approval": true, "allowed_contexts": ["call"]}});
    world.api.post("/api/v1/tools", bye).expect(201);
    let mut live = callwright_testkit::Live::open(&world.api, "/api/v1/executions/live");
    let cases = json!([
        {"name": "ends", "arguments": {"reason": "done"}, "expect": {"result": [{"path": "/action", "equals": "end_call"}]}},
        {"name": "not in chats", "context": {"channel": "chat"}, "expect": {"error_code": "context_not_allowed"}},
    ]);
    let report = world.api.post("/api/v1/tools/bye/cases/run", json!({"cases": cases})).expect(200);
    assert_eq!(report["passed"], 2, "{report:#}");
    loop {
        let frame = live.read().expect("a frame");
        assert_ne!(frame["event"], "progress", "whoever carries calls must not act on a test: {frame}");
        if frame["execution"]["state"] == "done" {
            break;
        }
    }
}
