//! Alert rules against a real server: they fire, tell, stay quiet, resolve, and survive restarts.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod mailbox;

use std::{thread, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use callwright_model::{Clock, SystemClock};
use callwright_testkit::{
    Answer, Api, Database, Options, Person, Server, Upstream, eventually, on_both, upstream::Recorded,
};
use hmac::{Hmac, KeyInit, Mac};
use mailbox::Mailbox;
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";

fn make_tool(api: &Api, upstream: &Upstream, name: &str) {
    let tool = json!({
        "name": name, "kind": "http", "effect": "read", "description": "A thing",
        "config": {"method": "GET", "url": upstream.url("/thing")},
        "policy": {"retry": {"network": {"attempts": 0, "base_ms": 1}}},
    });
    api.post("/api/v1/tools", tool).expect(201);
}

fn call(api: &Api, tool: &str) -> Value {
    api.post(&format!("/api/v1/tools/{tool}/call"), json!({})).expect(200)
}

fn make_rule(api: &Api, rule: Value) -> String {
    api.post("/api/v1/alerts/rules", rule).expect(201)["id"].as_str().unwrap().to_owned()
}

fn state(api: &Api, rule: &str) -> String {
    api.get(&format!("/api/v1/alerts/rules/{rule}")).expect(200)["progress"]["state"].as_str().unwrap().to_owned()
}

fn wait_for_state(api: &Api, rule: &str, wanted: &str) {
    eventually(&format!("the rule is {wanted}"), 30, || (state(api, rule) == wanted).then_some(()));
}

/// Checks the signature in the manner of Standard Webhooks, by a way of its own.
fn check_signature(request: &Recorded) {
    let part = |name: &str| request.header(name).unwrap_or_else(|| panic!("{name} is missing")).to_owned();
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(KEY).unwrap();
    mac.update(format!("{}.{}.{}", part("webhook-id"), part("webhook-timestamp"), request.text()).as_bytes());
    assert_eq!(part("webhook-signature"), format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())));
}

#[test]
fn a_failing_tool_is_told_once_signed_and_over_when_it_is_over_whatever_happens_to_the_server() {
    on_both(|database| {
        let (upstream, hook) = (Upstream::start(), Upstream::start());
        let mut server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        let key = format!("whsec_{}", STANDARD.encode(KEY));
        api.put("/api/v1/secrets/HOOK_KEY", json!({ "value": key })).expect(200);
        make_tool(&api, &upstream, "thing");
        let rule = make_rule(
            &api,
            json!({
                "name": "thing fails", "description": "Ask the thing's people.", "severity": "critical",
                "condition": {"kind": "failure", "window_s": 10, "at_least": 2, "classes": ["upstream_error"]},
                "scope": {"tool": "thing"}, "resolve_for_s": 1,
                "notify": [{"type": "webhook", "url": hook.url("/alerts"), "secret": "HOOK_KEY"}],
            }),
        );
        upstream.always(Answer::json(500, json!({"oh": "no"})));
        call(&api, "thing");
        thread::sleep(Duration::from_secs(4));
        assert_eq!(hook.count(), 0, "one failure is not two");
        call(&api, "thing");
        let told = hook.wait_for(1).remove(0);
        check_signature(&told);
        let body = told.json();
        assert_eq!((told.path(), &body["type"]), ("/alerts", &json!("alert.fired")));
        assert_eq!(body["data"]["rule"]["name"], "thing fails");
        assert_eq!(body["data"]["rule"]["severity"], "critical");
        assert_eq!((&body["data"]["threshold"], &body["data"]["unit"]), (&json!(2.0), &json!("executions")));
        assert!(body["data"]["message"].as_str().unwrap().starts_with("2 executions failed"), "{body}");
        assert_eq!(state(&api, &rule), "firing");

        // Neither an orderly restart nor a power cut makes it tell again or forget.
        server.restart();
        server.kill9();
        server.restart();
        let firing = api.get("/api/v1/alerts?state=firing").expect(200);
        assert_eq!(firing["items"].as_array().unwrap().len(), 1, "{firing}");
        assert_eq!(firing["items"][0]["id"], body["data"]["incident_id"]);
        let told = hook.wait_for(2).remove(1);
        check_signature(&told);
        assert_eq!(told.json()["type"], "alert.resolved", "the next word is that it is over");
        let history = api.get(&format!("/api/v1/alerts?rule={rule}")).expect(200);
        let incident = &history["items"][0];
        assert_eq!((history["items"].as_array().unwrap().len(), &incident["state"]), (1, &json!("resolved")));
        assert!(incident["resolved_at"].as_str() > incident["fired_at"].as_str());
        assert_eq!(incident["facts"]["notifications"], 2);
        assert_eq!(state(&api, &rule), "ok");
        let audit = api.get("/api/v1/audit?action=alert_rule.create").expect(200);
        assert_eq!(audit["items"][0]["target_id"], json!(rule));
    });
}

#[test]
fn every_kind_of_rule_fires_for_its_reason_and_stays_calm_without_one() {
    on_both(|database| {
        let upstream = Upstream::start();
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        make_tool(&api, &upstream, "busy");
        make_tool(&api, &upstream, "quiet");
        let agent = api.post("/api/v1/agents", json!({"name": "Anna"})).expect(201)["id"].clone();
        api.put(&format!("/api/v1/agents/{}/tools/busy", agent.as_str().unwrap()), json!({})).expect(200);
        let made = |name: &str, condition: Value, scope: Value| {
            make_rule(&api, json!({"name": name, "condition": condition, "scope": scope, "resolve_for_s": 0}))
        };
        let window = 60;
        let busy = json!({"tool": "busy"});
        let fires = [
            made("rate", json!({"kind": "error_rate", "window_s": window, "above": 0.2, "minimum": 5}), busy.clone()),
            made("slow", json!({"kind": "latency", "window_s": window, "above_ms": 150.0, "minimum": 5}), busy.clone()),
            made("many", json!({"kind": "volume", "window_s": window, "max": 7}), json!({})),
            made("few", json!({"kind": "volume", "window_s": window, "min": 1}), json!({"tool": "quiet"})),
            made("agent", json!({"kind": "failure", "window_s": window}), json!({"agent": "Anna", "tool": "busy"})),
        ];
        let calm = [
            made(
                "rate of quiet",
                json!({"kind": "error_rate", "window_s": window, "above": 0.2, "minimum": 5}),
                json!({"tool": "quiet"}),
            ),
            made(
                "other class",
                json!({"kind": "failure", "window_s": window, "classes": ["auth_error"]}),
                busy.clone(),
            ),
            made(
                "not so slow",
                json!({"kind": "latency", "window_s": window, "above_ms": 60_000.0, "minimum": 5}),
                busy.clone(),
            ),
            made("refusals", json!({"kind": "guard_refusals", "window_s": window}), json!({})),
            made("usual", json!({"kind": "volume", "deviations": 3.0}), json!({})),
        ];
        for number in 0..9 {
            upstream.next(if number < 4 {
                Answer::json(500, json!({}))
            } else {
                Answer::json(200, json!({})).delay(Duration::from_millis(200))
            });
        }
        for _ in 0..9 {
            call(&api, "busy");
        }
        let through_anna = json!({"agent": "Anna"});
        upstream.always(Answer::json(500, json!({})));
        for _ in 0..2 {
            api.post("/api/v1/tools/busy/call", through_anna.clone()).expect(200);
        }
        for rule in &fires {
            wait_for_state(&api, rule, "firing");
        }
        for rule in &calm {
            let looked =
                || api.get(&format!("/api/v1/alerts/rules/{rule}")).expect(200)["progress"]["looked_at"].clone();
            let first = looked();
            eventually("it is looked at once more", 20, || (looked() != first).then_some(()));
            assert_eq!(state(&api, rule), "ok");
        }
        let listed = api.get("/api/v1/alerts?limit=2").expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 2);
        assert_eq!(listed["items"][0]["facts"]["notifications"], 0, "there is nobody to tell");
        let next = listed["next_cursor"].as_str().unwrap();
        let rest = api.get(&format!("/api/v1/alerts?cursor={next}")).expect(200);
        assert_eq!(rest["items"].as_array().unwrap().len(), 3, "{rest}");
    });
}

#[test]
fn requests_that_the_outbound_policy_refuses_are_told() {
    on_both(|database| {
        let upstream = Upstream::start();
        let mut server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        make_tool(&api, &upstream, "inner");
        let rule = make_rule(&api, json!({"name": "refused", "condition": {"kind": "guard_refusals", "at_least": 2}}));
        // The operator takes the permission back that the tool was made under.
        server.set_env("CALLWRIGHT_OUTBOUND_ALLOW", "10.0.0.0/8");
        server.restart();
        for _ in 0..2 {
            assert_eq!(call(&api, "inner")["error"]["code"], "outbound_blocked");
        }
        wait_for_state(&api, &rule, "firing");
    });
}

#[test]
fn an_hour_unlike_the_same_hour_of_earlier_days_is_told() {
    on_both(|database| {
        // Calls on both sides of the hour's stroke are two numbers, neither of them unusual.
        let left = 3_600 - SystemClock.now().micros() / 1_000_000 % 3_600;
        if left < 90 {
            thread::sleep(Duration::from_secs(left as u64 + 1));
        }
        let upstream = Upstream::start();
        let mut server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        make_tool(&api, &upstream, "thing");
        let tool = api.get("/api/v1/tools/thing").expect(200)["id"].as_str().unwrap().to_owned();
        server.terminate();
        let hour = SystemClock.now().micros() / 3_600_000_000;
        server.sql(&format!("UPDATE tool SET created_at = 1 WHERE id = '{tool}'"));
        for day in 1..=7 {
            // Of the hour before it too, which is looked at beside it.
            for beside in [-1, 0] {
                server.sql(&format!(
                    "INSERT INTO tool_usage (tool_id, hour, count, errors, duration_us) VALUES ('{tool}', {}, {}, 0, 1)",
                    hour + beside - 24 * day,
                    2 + day % 2
                ));
            }
        }
        for before in 0..2 {
            server.sql(&format!(
                "INSERT INTO tool_usage (tool_id, hour, count, errors, duration_us) VALUES ('{tool}', {}, 2, 0, 1)",
                hour - before
            ));
        }
        server.restart();
        let rule = make_rule(
            &api,
            json!({"name": "unusual", "condition": {"kind": "volume", "deviations": 3.0}, "scope": {"tool": "thing"}}),
        );
        eventually("it has been looked at", 20, || {
            let rule = api.get(&format!("/api/v1/alerts/rules/{rule}")).expect(200);
            (rule["progress"]["value"].is_number()).then_some(())
        });
        assert_eq!(state(&api, &rule), "ok");
        for _ in 0..12 {
            call(&api, "thing");
        }
        wait_for_state(&api, &rule, "firing");
        let incident = api.get("/api/v1/alerts").expect(200)["items"][0].clone();
        assert!(incident["facts"]["message"].as_str().unwrap().contains("14 executions this hour"), "{incident}");
    });
}

#[test]
fn a_server_that_dies_between_two_steps_of_a_look_still_tells_once() {
    on_both(|database| {
        for point in ["alert_taken", "alert_measured", "alert_written"] {
            let (upstream, hook) = (Upstream::start(), Upstream::start());
            let mut server = Server::start(Options::new(BINARY, database).env("TEST_FAILPOINT", point));
            let api = server.api();
            make_tool(&api, &upstream, "thing");
            upstream.always(Answer::json(500, json!({})));
            call(&api, "thing");
            make_rule(
                &api,
                json!({"name": "r", "condition": {"kind": "failure", "window_s": 600},
                    "notify": [{"type": "webhook", "url": hook.url("/")}]}),
            );
            eventually("the server dies", 20, || api.attempt("GET", "/healthz", &[], None).is_err().then_some(()));
            server.kill9();
            server.set_env("TEST_FAILPOINT", "");
            server.restart();
            hook.wait_for(1);
            thread::sleep(Duration::from_secs(5));
            // What was on its way when the server died may come twice, under one id.
            let mut ids: Vec<String> =
                hook.requests().iter().map(|request| request.header("webhook-id").unwrap().to_owned()).collect();
            ids.dedup();
            assert_eq!(ids.len(), 1, "{point}: {ids:?}");
            let history = api.get("/api/v1/alerts").expect(200);
            assert_eq!(history["items"].as_array().unwrap().len(), 1, "{point}: {history}");
        }
    });
}

#[test]
fn two_servers_on_one_database_tell_once() {
    if !callwright_testkit::postgres::is_available() {
        assert!(std::env::var_os("CI").is_none(), "CI has PostgreSQL");
        return;
    }
    let (upstream, hook) = (Upstream::start(), Upstream::start());
    let first = Server::start(Options::new(BINARY, Database::Postgres));
    let _second = Server::start(
        Options::new(BINARY, Database::Sqlite)
            .env("CALLWRIGHT_DATABASE_URL", first.database_url().unwrap())
            .env("CALLWRIGHT_BOOTSTRAP_TOKEN", first.token())
            .env("CALLWRIGHT_MASTER_KEY", std::fs::read_to_string(first.data_dir().join("master.key")).unwrap().trim()),
    );
    let api = first.api();
    make_tool(&api, &upstream, "thing");
    upstream.always(Answer::json(500, json!({})));
    call(&api, "thing");
    for number in 0..10 {
        make_rule(
            &api,
            json!({"name": format!("r{number}"), "condition": {"kind": "failure", "window_s": 600},
                "notify": [{"type": "webhook", "url": hook.url(&format!("/{number}"))}]}),
        );
    }
    hook.wait_for(10);
    thread::sleep(Duration::from_secs(6));
    let mut told: Vec<String> = hook.requests().iter().map(|request| request.path().to_owned()).collect();
    told.sort();
    assert_eq!(told, (0..10).map(|number| format!("/{number}")).collect::<Vec<_>>(), "each once, by one of the two");
    assert!(hook.requests()[0].header("webhook-signature").is_none(), "nothing to sign with");
}

#[test]
fn an_alert_arrives_as_e_mail_and_waits_for_a_server_that_is_away() {
    on_both(|database| {
        let upstream = Upstream::start();
        let mailbox = Mailbox::start();
        mailbox.refuse_next();
        let server = Server::start(
            Options::new(BINARY, database)
                .env("CALLWRIGHT_SMTP_URL", mailbox.url())
                .env("CALLWRIGHT_SMTP_FROM", "Callwright <alerts@example.org>"),
        );
        let api = server.api();
        make_tool(&api, &upstream, "thing");
        let rule = make_rule(
            &api,
            json!({"name": "Störung", "condition": {"kind": "failure"}, "description": "Call Anna.",
                "notify": [{"type": "email", "to": ["ops@example.org", "anna@example.org"]}]}),
        );
        upstream.always(Answer::json(500, json!({})));
        call(&api, "thing");
        let mail = eventually("the mail arrives", 30, || mailbox.mails().first().cloned());
        assert_eq!(mail.from, "alerts@example.org");
        assert_eq!(mail.to, ["ops@example.org", "anna@example.org"]);
        for part in ["Subject: ", "1 execution failed within 5 min", "Call Anna.", &rule] {
            assert!(mail.text.contains(part), "{part}: {}", mail.text);
        }
        assert_eq!(mailbox.refused(), 1, "the first attempt was refused, the second arrived");
    });
}

#[test]
fn what_a_rule_may_not_say_is_named_and_rules_are_kept_apart() {
    on_both(|database| {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        let failure = json!({"kind": "failure"});
        for (rule, field) in [
            (json!({"condition": failure}), "name"),
            (json!({"name": "r"}), "condition"),
            (json!({"name": "r", "condition": {"kind": "smell"}}), "condition.kind"),
            (json!({"name": "r", "condition": {"kind": "failure", "windows": 1}}), "windows"),
            (json!({"name": "r", "condition": {"kind": "error_rate"}}), "above"),
            (json!({"name": "r", "condition": failure, "scope": {"tool": "none"}}), "scope.tool"),
            (json!({"name": "r", "condition": failure, "scope": {"agent": "none"}}), "scope.agent"),
            (json!({"name": "r", "condition": failure, "resolve_below": 9.0}), "resolve_below"),
            (
                json!({"name": "r", "condition": failure, "notify": [{"type": "webhook", "url": "http://10.0.0.1/"}]}),
                "notify.0.url",
            ),
            (
                json!({"name": "r", "condition": failure, "notify": [{"type": "webhook", "url": "https://h.example/", "secret": "NONE"}]}),
                "notify.0.secret",
            ),
            (
                json!({"name": "r", "condition": failure, "notify": [{"type": "email", "to": ["a@example.org"]}]}),
                "notify.0.type",
            ),
        ] {
            let refused = api.post("/api/v1/alerts/rules", rule.clone());
            assert_eq!(refused.status, 422, "{rule}: {refused:?}");
            assert!(refused.text.contains(field), "{rule}: {refused:?}");
        }
        let hook = json!([{"type": "webhook", "url": "https://hooks.example.com/secret/path?token=x"}]);
        let rule = json!({"name": "r", "condition": failure, "notify": hook});
        let id = make_rule(&api, rule.clone());
        assert_eq!(api.post("/api/v1/alerts/rules", rule.clone()).expect(409)["error"]["code"], "name_taken");
        let viewer = Person::invite(&api, "viewer@example.org", "viewer").api;
        let seen = viewer.get(&format!("/api/v1/alerts/rules/{id}")).expect(200);
        assert_eq!(seen["notify"][0]["url"], "https://hooks.example.com", "the path may be a password");
        viewer.delete(&format!("/api/v1/alerts/rules/{id}")).expect(403);
        assert_eq!(api.post("/api/v1/alerts/rules/alert_0000000000000000000000000x/test", json!({})).status, 404);

        // A test goes out at once and is told to be one; a rule without targets has nobody to tell.
        let receiver = Upstream::start();
        let mut changed = rule.clone();
        changed["notify"] = json!([{"type": "webhook", "url": receiver.url("/")}]);
        api.put(&format!("/api/v1/alerts/rules/{id}"), changed.clone()).expect(200);
        assert_eq!(api.post(&format!("/api/v1/alerts/rules/{id}/test"), json!({})).expect(202)["queued"], 1);
        assert_eq!(receiver.wait_for(1)[0].json()["type"], "alert.test");
        changed["notify"] = json!([]);
        api.put(&format!("/api/v1/alerts/rules/{id}"), changed).expect(200);
        assert_eq!(api.post(&format!("/api/v1/alerts/rules/{id}/test"), json!({})).code(), "no_targets");
        api.delete(&format!("/api/v1/alerts/rules/{id}")).expect(204);
        api.get(&format!("/api/v1/alerts/rules/{id}")).expect(404);
    });
}

#[test]
fn a_rule_that_watches_something_else_begins_anew_and_a_deleted_one_leaves_its_history() {
    on_both(|database| {
        let upstream = Upstream::start();
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        make_tool(&api, &upstream, "thing");
        upstream.always(Answer::json(500, json!({})));
        call(&api, "thing");
        let rule = json!({"name": "r", "condition": {"kind": "failure", "window_s": 600}});
        let id = make_rule(&api, rule.clone());
        let path = format!("/api/v1/alerts/rules/{id}");
        wait_for_state(&api, &id, "firing");
        let mut renamed = rule.clone();
        renamed["name"] = json!("renamed");
        api.put(&path, renamed).expect(200);
        assert_eq!(state(&api, &id), "firing", "a new name changes nothing about what is watched");
        api.put(&path, json!({"name": "r", "condition": {"kind": "failure", "window_s": 600, "at_least": 50}}))
            .expect(200);
        assert_eq!(state(&api, &id), "ok");
        let history = api.get("/api/v1/alerts").expect(200);
        assert_eq!(history["items"][0]["facts"]["ended_by"], "the rule was changed", "{history}");
        api.put(&path, rule).expect(200);
        wait_for_state(&api, &id, "firing");
        api.delete(&path).expect(204);
        let history = api.get("/api/v1/alerts").expect(200);
        assert_eq!(history["items"].as_array().unwrap().len(), 2);
        assert_eq!(history["items"][0]["facts"]["ended_by"], "the rule was deleted");
        assert_eq!(history["items"][0]["state"], "resolved");
    });
}

#[test]
fn the_examples_for_prometheus_name_metrics_that_exist() {
    let rules = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/alerts.rules.yml")).unwrap();
    let mut names: Vec<&str> = rules
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| word.starts_with("callwright_"))
        .collect();
    names.sort_unstable();
    names.dedup();
    assert!(names.len() >= 5, "{names:?}");
    // The source is the truth: a counter that never counted is not on the page of metrics.
    let mut source = String::new();
    for crate_name in ["runtime", "server", "store"] {
        read_all(
            &std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(crate_name).join("src"),
            &mut source,
        );
    }
    for name in names {
        let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        assert!(source.contains(&format!("\"{base}\"")), "there is no metric `{base}`");
    }
    let yaml: Vec<Value> = serde_saphyr::from_multiple(&rules).expect("it is YAML");
    let groups = yaml[0]["groups"].as_array().unwrap();
    assert!(groups.iter().flat_map(|group| group["rules"].as_array().unwrap()).all(|rule| rule["expr"].is_string()));
}

fn read_all(folder: &std::path::Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, text);
        } else {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}
