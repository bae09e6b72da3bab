//! `callwright doctor` and `GET /api/v1/doctor` against a server with something wrong with it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use callwright_testkit::{Answer, Api, Database, Options, Person, Ran, Server, Upstream, eventually, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

fn start(database: Database) -> Server {
    Server::start(Options::new(BINARY, database))
}

/// Runs the doctor with something to probe that is there; gives its checks.
fn doctor(server: &Server, probe: &str, more: &[&str], code: i32) -> Vec<Value> {
    let mut args = vec!["doctor", "--json", "--probe", probe];
    args.extend(more);
    let ran = server.run(&args).expect(code);
    serde_json::from_str(&ran.stdout).unwrap()
}

fn check<'c>(checks: &'c [Value], name: &str) -> &'c Value {
    checks.iter().find(|check| check["check"] == name).unwrap_or_else(|| panic!("{name} is not among {checks:#?}"))
}

fn served<'d>(diagnosis: &'d Value, name: &str) -> &'d Value {
    let findings = diagnosis["findings"].as_array().unwrap();
    findings.iter().find(|one| one["check"] == name).unwrap_or_else(|| panic!("{name} is not in {diagnosis:#}"))
}

fn make_tool(api: &Api, name: &str, config: Value) {
    let tool = json!({"name": name, "kind": "http", "effect": "read", "config": config,
        "policy": {"retry": {"network": {"attempts": 0, "base_ms": 1}}}});
    api.post("/api/v1/tools", tool).expect(201);
}

fn now_as_a_date() -> String {
    let now = jiff::Timestamp::now();
    now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[test]
fn a_healthy_server_has_nothing_wrong_and_tells_what_was_looked_at() {
    on_both(|database| {
        let server = start(database);
        let world = Upstream::start();
        world.respond(|_| Answer::status(200).header("date", &now_as_a_date()));
        let checks = doctor(&server, &world.url("/"), &[], 0);
        for name in [
            "server",
            "token",
            "permissions",
            "token expiry",
            "server database",
            "database clock",
            "upstreams",
            "alerts",
            "python sandbox",
            "disk",
            "secrets",
            "deliveries",
            "model providers",
            "mail",
            "outbound",
            "world clock",
            "master key",
            "data directory",
        ] {
            assert_eq!(check(&checks, name)["verdict"], "ok", "{name}");
        }
        if database == Database::Postgres {
            assert!(check(&checks, "servers")["found"].as_str().unwrap().starts_with("1 with"));
        }
        assert_eq!(world.requests()[0].method, "HEAD", "a probe costs nothing");
    });
}

#[test]
fn clocks_the_way_out_and_strictness() {
    let server = start(Database::Sqlite);
    let world = Upstream::start();
    world.always(Answer::status(200).header("date", "Sat, 21 Nov 2020 10:20:30 GMT"));
    let checks = doctor(&server, &world.url("/"), &[], 0);
    let clock = check(&checks, "world clock");
    assert_eq!(clock["verdict"], "warn");
    assert!(clock["found"].as_str().unwrap().contains("ahead of"), "{clock}");
    assert!(clock["why"].as_str().unwrap().contains("certificates"), "{clock}");
    assert!(clock["hint"].as_str().unwrap().contains("NTP"), "{clock}");
    doctor(&server, &world.url("/"), &["--strict"], 1);
    let checks = doctor(&server, "http://127.0.0.1:1/", &[], 0);
    assert!(check(&checks, "outbound")["found"].as_str().unwrap().contains("127.0.0.1:1"));
    let checks = doctor(&server, "http://10.0.0.1/", &[], 0);
    assert!(check(&checks, "outbound")["hint"].as_str().unwrap().contains("CALLWRIGHT_OUTBOUND_ALLOW"));
    let text = server.run(&["doctor", "--probe", "http://10.0.0.1/"]).ok().stdout;
    assert!(text.contains("warn  outbound") && text.contains("tools reach their upstreams this way"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_read_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let server = start(Database::Sqlite);
    let key = server.data_dir().join("master.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let checks = doctor(&server, "http://127.0.0.1:1/", &[], 1);
    let found = check(&checks, "master key");
    assert_eq!(found["verdict"], "fail");
    assert!(found["found"].as_str().unwrap().contains("master.key"), "{found}");
    assert!(found["why"].as_str().unwrap().contains("every secret"), "{found}");
}

#[test]
fn secrets_upstreams_unknown_outcomes_and_lost_webhooks_are_told_to_those_who_may_know() {
    on_both(|database| {
        let server = start(database);
        let api = server.api();
        let upstream = Upstream::start();
        for name in ["GONE_KEY", "SPARE_KEY"] {
            api.put(&format!("/api/v1/secrets/{name}"), json!({"value": "hidden-value"})).expect(200);
        }
        let auth = json!({"type": "bearer", "token": "${GONE_KEY}"});
        make_tool(&api, "locked", json!({"method": "GET", "url": upstream.url("/"), "auth": auth}));
        api.post("/api/v1/tools", json!({"name": "charge", "kind": "http", "config": {"url": upstream.url("/")}}))
            .expect(201);
        // Words that only look as if they named a secret, and a tool that is switched off, miss nothing.
        let wordy = json!({"name": "wordy", "kind": "http", "description": "It is secret.Really, like env.local",
            "config": {"url": upstream.url("/")}});
        api.post("/api/v1/tools", wordy).expect(201);
        upstream.always(Answer::json(401, json!({})));
        for _ in 0..4 {
            api.post("/api/v1/tools/locked/call", json!({})).expect(200);
        }
        upstream.next(Answer::reset());
        api.post("/api/v1/tools/charge/call", json!({})).expect(200);
        api.delete("/api/v1/secrets/GONE_KEY").expect(204);
        let hook = Upstream::start();
        hook.always(Answer::status(500));
        let rule = json!({"name": "loud", "condition": {"kind": "failure", "window_s": 600},
            "notify": [{"type": "webhook", "url": hook.url("/secret-path")}]});
        api.post("/api/v1/alerts/rules", rule).expect(201);
        api.post("/api/v1/alerts/rules", json!({"name": "mute", "condition": {"kind": "failure"}})).expect(201);
        hook.wait_for(2);
        let diagnosis = eventually("the doctor sees all of it", 20, || {
            let diagnosis = api.get("/api/v1/doctor").expect(200);
            let is = |name: &str, verdict: &str| {
                diagnosis["findings"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|one| one["check"] == name && one["verdict"] == verdict)
            };
            (is("deliveries", "warn") && is("upstreams", "fail") && is("alerts", "warn")).then_some(diagnosis)
        });
        let found = |name: &str| served(&diagnosis, name)["found"].as_str().unwrap().to_owned();
        let all = diagnosis.to_string();
        assert!(found("upstreams").contains("`locked` failed 4 of 4"), "{all}");
        assert!(found("upstreams").contains("GONE_KEY"), "the likely cause names the secret: {all}");
        assert!(found("secrets").ends_with("named but not set: GONE_KEY (tool locked)"), "{all}");
        assert_eq!(served(&diagnosis, "secrets")["fix"], "callwright secret set GONE_KEY");
        assert!(all.contains("set but used by no tool: SPARE_KEY"), "{all}");
        assert!(found("unknown outcomes").starts_with("1 writes"), "{all}");
        assert!(found("deliveries").contains("the receiver answered 500"), "{all}");
        assert!(all.contains("these tell nobody: mute") && all.contains("firing: "), "{all}");
        assert!(!all.contains("secret-path") && !all.contains("hidden-value"), "{all}");
        for one in diagnosis["findings"].as_array().unwrap().iter().filter(|one| one["verdict"] != "ok") {
            assert!(one["why"].is_string() && one["fix"].is_string(), "{one}");
        }

        let ran = server.run(&["doctor", "--probe", &upstream.url("/")]).expect(1);
        assert!(
            ran.stdout.contains("fail  secrets") && ran.stdout.contains("-> callwright secret set GONE_KEY"),
            "{ran:?}"
        );

        let viewer = Person::invite(&api, "viewer@example.org", "viewer").api;
        let seen = viewer.get("/api/v1/doctor").expect(200);
        assert_eq!(
            seen["left_out"],
            json!(["disk", "secrets", "deliveries", "authorizations", "model providers", "mail"])
        );
        assert!(!seen.to_string().contains("SPARE_KEY"), "{seen}");
        assert!(
            served(&seen, "permissions")["found"].as_str().unwrap().starts_with("viewer: everything but call tools")
        );
        let mut as_viewer = server.command(&["doctor", "--remote-only"]);
        as_viewer.env("CALLWRIGHT_TOKEN", viewer.token().unwrap());
        let ran = Ran::of(as_viewer, "").expect(1);
        assert!(ran.stdout.contains("only administrators are told: disk, secrets"), "{ran:?}");
    });
}

#[test]
fn a_token_that_ends_soon_is_told_in_time() {
    let server = start(Database::Sqlite);
    let api = server.api();
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(48);
    let token = api.post("/api/v1/tokens", json!({"name": "soon", "expires_at": at.to_string()})).expect(201);
    let soon = api.with_token(token["token"].as_str().unwrap());
    let diagnosis = soon.get("/api/v1/doctor").expect(200);
    assert_eq!(served(&diagnosis, "token expiry")["verdict"], "warn", "{diagnosis}");
    let read_only = api.post("/api/v1/tokens", json!({"name": "r", "scopes": ["read"]})).expect(201);
    let diagnosis = api.with_token(read_only["token"].as_str().unwrap()).get("/api/v1/doctor").expect(200);
    assert!(served(&diagnosis, "permissions")["found"].as_str().unwrap().ends_with("only for read"), "{diagnosis}");
    assert_eq!(diagnosis["left_out"].as_array().unwrap().len(), 6, "a token without the scope is told less");
}
