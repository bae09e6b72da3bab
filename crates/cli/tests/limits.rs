//! Rate limits, places and breakers, on one server and on two that share a database.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use callwright_testkit::{
    Answer, Api, Database, Gate, Options, Person, Server, Upstream, eventually, on_both, postgres,
};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

fn start(database: Database) -> (Upstream, Server, Api) {
    let (upstream, server) = (Upstream::start(), Server::start(Options::new(BINARY, database)));
    let api = server.api();
    (upstream, server, api)
}

/// Makes a tool `name` that asks `upstream` and is sent once.
fn tool(api: &Api, upstream: &Upstream, name: &str, effect: &str, policy: Value) {
    let never = json!({"attempts": 0, "base_ms": 1});
    let mut whole = json!({"timeout_ms": 10_000, "retry": {"network": never, "rate_limit": never, "timeout": never}});
    whole.as_object_mut().unwrap().extend(policy.as_object().unwrap().clone());
    let method = if effect == "read" { "GET" } else { "POST" };
    let spec = json!({
        "name": name, "kind": "http", "effect": effect, "policy": whole,
        "parameters": {"type": "object", "properties": {"n": {"type": "integer"}}},
        "config": {"method": method, "url": upstream.url("/")},
        "fallback": {"by_class": {"rate_limit_error": {"message": "We are busy.", "alternative_action": "take_message"}}}
    });
    api.post("/api/v1/tools", spec).expect(201);
}

fn call(api: &Api, name: &str) -> Value {
    api.post(&format!("/api/v1/tools/{name}/call"), json!({})).expect(200)
}

fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or("ok")
}

#[test]
fn a_rate_limit_refuses_tells_when_to_come_back_and_lets_through_then() {
    on_both(|database| {
        let (upstream, _server, api) = start(database);
        for effect in ["read", "write"] {
            tool(&api, &upstream, effect, effect, json!({"rate_limit": {"requests": 2, "per_seconds": 2}}));
            let begun = Instant::now();
            assert_eq!([code(&call(&api, effect)), code(&call(&api, effect))], ["ok", "ok"]);
            let refused = call(&api, effect);
            assert!(begun.elapsed() < Duration::from_secs(1), "too slow a machine for this test");
            let error = &refused["error"];
            assert_eq!((error["class"].as_str(), code(&refused)), (Some("rate_limit_error"), "rate_limited"));
            assert_eq!(refused["state"], if effect == "read" { "failed" } else { "released" });
            assert_eq!(error["details"]["limit"], json!({"requests": 2, "per_seconds": 2}));
            assert_eq!((&error["details"]["from"], &error["details"]["per"]), (&json!("tool"), &json!("tool")));
            assert_eq!((&error["spoken"], &error["retryable"]), (&json!("We are busy."), &json!(true)));
            assert_eq!(error["alternative_action"], "take_message");
            let wait = error["retry_after_ms"].as_u64().unwrap();
            assert!((1..=1_000).contains(&wait), "{wait}");
            let left = api.get(&format!("/api/v1/tools/{effect}/limits")).expect(200);
            assert_eq!(left["rate_limits"][0]["left"], 0, "{left}");
            thread::sleep(Duration::from_millis(wait + 20));
            assert_eq!(code(&call(&api, effect)), "ok", "the wait that was told is enough");
            // What was refused is in the log, with its reason, and was not sent.
            let id = refused["execution_id"].as_str().unwrap().to_owned();
            let row = eventually("the refusal is recorded", 5, || {
                let reply = api.get(&format!("/api/v1/executions/{id}"));
                (reply.status == 200).then_some(reply.body)
            });
            assert_eq!((&row["error"]["code"], &row["attempts"]), (&json!("rate_limited"), &json!([])));
        }
        assert_eq!(upstream.count(), 6);
        let metrics = api.get("/metrics").text;
        assert!(metrics.contains("callwright_guard_refusals_total{reason=\"rate_limited\"} 2"), "{metrics}");
    });
}

#[test]
fn a_refused_write_leaves_its_key_free() {
    on_both(|database| {
        let (upstream, _server, api) = start(database);
        tool(&api, &upstream, "pay", "write", json!({"rate_limit": {"requests": 1, "per_seconds": 1}}));
        call(&api, "pay");
        let keyed = api.with_header("Idempotency-Key", "k");
        let refused = call(&keyed, "pay");
        assert_eq!(code(&refused), "rate_limited");
        thread::sleep(Duration::from_millis(refused["error"]["retry_after_ms"].as_u64().unwrap() + 20));
        let done = call(&keyed, "pay");
        assert_eq!((&done["success"], &done["meta"]["duplicate"]), (&json!(true), &json!(false)), "{done}");
        assert_eq!((call(&keyed, "pay")["meta"]["duplicate"].clone(), upstream.count()), (json!(true), 2));
    });
}

#[test]
fn each_user_agent_and_conversation_has_its_own_allowance() {
    on_both(|database| {
        let (upstream, _server, api) = start(database);
        let one = |per: &str| json!({"rate_limit": {"requests": 1, "per_seconds": 3600, "per": per}});
        tool(&api, &upstream, "by_user", "read", one("user"));
        tool(&api, &upstream, "by_talk", "read", one("conversation"));
        tool(&api, &upstream, "by_agent", "read", one("agent"));
        let other = Person::invite(&api, "other@example.org", "operator").api;
        assert_eq!([code(&call(&api, "by_user")), code(&call(&api, "by_user"))], ["ok", "rate_limited"]);
        assert_eq!([code(&call(&other, "by_user")), code(&call(&other, "by_user"))], ["ok", "rate_limited"]);
        let said = |body: Value, name: &str| {
            code(&api.post(&format!("/api/v1/tools/{name}/call"), body).expect(200)).to_owned()
        };
        let talk = |id: &str| said(json!({"context": {"conversation_id": id}}), "by_talk");
        assert_eq!([talk("a"), talk("a"), talk("b")], ["ok", "rate_limited", "ok"]);
        for agent in ["Ann", "Ben"] {
            api.post("/api/v1/agents", json!({"name": agent})).expect(201);
            api.put(&format!("/api/v1/agents/{agent}/tools/by_agent"), json!({})).expect(200);
        }
        let as_agent = |agent: &str| said(json!({"agent": agent}), "by_agent");
        assert_eq!([as_agent("Ann"), as_agent("Ann"), as_agent("Ben")], ["ok", "rate_limited", "ok"]);
        assert_eq!(call(&api, "by_agent")["success"], true, "without an agent");
    });
}

#[test]
fn an_organization_and_an_agent_have_limits_beside_their_tools() {
    on_both(|database| {
        let (upstream, _server, api) = start(database);
        tool(&api, &upstream, "a", "read", json!({}));
        tool(&api, &upstream, "b", "read", json!({}));
        api.post("/api/v1/agents", json!({"name": "Ann"})).expect(201);
        api.put("/api/v1/agents/Ann/tools/a", json!({})).expect(200);
        assert_eq!(api.get("/api/v1/limits").expect(200), json!({}));
        // The agent's own runs out first, and costs the organization nothing.
        api.put("/api/v1/limits?agent=Ann", json!({"rate_limit": {"requests": 1, "per_seconds": 3600}})).expect(200);
        let set = json!({"rate_limit": [{"requests": 3, "per_seconds": 3600}]});
        assert_eq!(api.put("/api/v1/limits", set.clone()).expect(200), set);
        let as_ann = || api.post("/api/v1/tools/a/call", json!({"agent": "Ann"})).expect(200);
        assert_eq!(as_ann()["success"], true);
        let refused = as_ann();
        assert_eq!((code(&refused), &refused["error"]["details"]["from"]), ("rate_limited", &json!("agent")));
        assert_eq!([code(&call(&api, "a")), code(&call(&api, "b"))], ["ok", "ok"]);
        let refused = call(&api, "b");
        assert_eq!((code(&refused), &refused["error"]["details"]["from"]), ("rate_limited", &json!("organization")));
        // Taken away, nothing holds.
        api.put("/api/v1/limits", json!({})).expect(200);
        assert_eq!(call(&api, "b")["success"], true);
        // What cannot be is refused, and the field is named.
        for (path, body, field) in [
            ("/api/v1/limits", json!({"rate_limit": {"requests": 0, "per_seconds": 1}}), "rate_limit.0.requests"),
            ("/api/v1/limits", json!({"concurrency": {"limit": 1, "quue": 1}}), "concurrency.quue"),
            ("/api/v1/limits?agent=Ann", json!({"breaker": true}), "breaker"),
            (
                "/api/v1/limits?agent=Ann",
                json!({"concurrency": {"limit": 1, "per": "organization"}}),
                "concurrency.per",
            ),
        ] {
            let reply = api.put(path, body);
            assert_eq!((reply.status, &reply.body["error"]["details"]["field"]), (422, &json!(field)), "{reply:?}");
        }
    });
}

#[test]
fn places_are_bounded_and_so_is_the_line() {
    on_both(|database| {
        let (upstream, _server, api) = start(database);
        let policy = json!({"concurrency": {"limit": 1, "queue": 1, "queue_timeout_ms": 5_000}});
        tool(&api, &upstream, "one", "write", policy.clone());
        tool(&api, &upstream, "look", "read", policy);
        for name in ["one", "look"] {
            let gate = Gate::new();
            upstream.take();
            upstream.always(Answer::json(200, json!({})).behind(&gate));
            let ask = || {
                let api = api.clone();
                thread::spawn(move || call(&api, name))
            };
            let first = ask();
            upstream.wait_for(1);
            let second = ask();
            eventually("the second one stands in line", 5, || {
                let now = api.get(&format!("/api/v1/tools/{name}/limits")).expect(200);
                let crowd = &now["concurrency"][0];
                (crowd["running"] == 1 && crowd["queued"] == 1).then_some(())
            });
            let third = call(&api, name);
            assert_eq!((code(&third), &third["error"]["class"]), ("queue_full", &json!("rate_limit_error")));
            assert_eq!(upstream.count(), 1, "one at a time");
            thread::sleep(Duration::from_millis(50));
            gate.open();
            assert!(first.join().unwrap()["meta"]["passage"].is_null());
            let second = second.join().unwrap();
            assert_eq!(second["success"], true);
            assert!(second["meta"]["passage"]["queued_ms"].as_f64().unwrap() >= 50.0, "{second}");
            let id = second["execution_id"].as_str().unwrap();
            eventually("the wait is in the log", 5, || {
                let row = api.get(&format!("/api/v1/executions/{id}"));
                row.body["passage"]["queued_ms"].as_f64().filter(|waited| *waited >= 50.0)
            });
        }
        assert!(api.get("/metrics").text.contains("callwright_queue_wait_seconds_count 2"));
    });
}

#[test]
fn whoever_waits_in_line_too_long_is_told() {
    on_both(|database| {
        let (upstream, _server, api) = start(database);
        tool(&api, &upstream, "slow", "read", json!({"concurrency": {"limit": 1, "queue_timeout_ms": 100}}));
        let gate = Gate::new();
        upstream.always(Answer::json(200, json!({})).behind(&gate));
        let first = thread::spawn({
            let api = api.clone();
            move || call(&api, "slow")
        });
        upstream.wait_for(1);
        assert_eq!(code(&call(&api, "slow")), "queue_timeout");
        gate.open();
        assert_eq!(first.join().unwrap()["success"], true);
        assert_eq!(call(&api, "slow")["success"], true, "the place is free again");
    });
}

#[test]
fn a_breaker_opens_under_failures_probes_and_closes() {
    on_both(|database| {
        let (upstream, _server, api) = start(database);
        let breaker = json!({"failure_ratio": 0.5, "minimum_requests": 4, "open_s": 1, "half_open_probes": 1});
        tool(&api, &upstream, "shaky", "read", json!({"breaker": breaker}));
        // What the upstream refuses is no failure of it.
        upstream.always(Answer::status(404));
        for _ in 0..6 {
            assert_eq!(code(&call(&api, "shaky")), "http_404");
        }
        upstream.always(Answer::status(500));
        let mut failures = 0;
        let open = loop {
            let answer = call(&api, "shaky");
            if code(&answer) == "circuit_open" {
                break answer;
            }
            failures += 1;
            assert!(failures <= 6, "it never opens");
        };
        assert_eq!(failures, 6, "half of twelve");
        assert_eq!((&open["error"]["class"], &open["error"]["retryable"]), (&json!("circuit_open"), &json!(true)));
        let wait = open["error"]["retry_after_ms"].as_u64().unwrap();
        assert!((1..=1_000).contains(&wait));
        let sent = upstream.count();
        assert_eq!((code(&call(&api, "shaky")), upstream.count()), ("circuit_open", sent), "nothing is sent");
        let status = api.get("/api/v1/tools/shaky/limits").expect(200);
        let states: Vec<_> = status["breakers"].as_array().unwrap().iter().map(|b| (&b["of"], &b["state"])).collect();
        assert_eq!(states, [(&json!("tool"), &json!("open")), (&json!("host"), &json!("open"))]);
        // The first probe fails: open again. The next one does not: closed.
        thread::sleep(Duration::from_millis(wait + 50));
        assert_eq!(code(&call(&api, "shaky")), "http_500");
        assert_eq!(code(&call(&api, "shaky")), "circuit_open");
        upstream.always(Answer::json(200, json!({})));
        thread::sleep(Duration::from_millis(1_050));
        assert_eq!([code(&call(&api, "shaky")), code(&call(&api, "shaky"))], ["ok", "ok"]);
        let status = api.get("/api/v1/tools/shaky/limits").expect(200);
        assert_eq!(status["breakers"][0]["state"], "closed");
        let metrics = api.get("/metrics").text;
        for (to, times) in [("open", 2), ("half_open", 2), ("closed", 1)] {
            let line = format!("callwright_breaker_changes_total{{of=\"tool\",to=\"{to}\"}} {times}");
            assert!(metrics.contains(&line), "{line}\n{metrics}");
        }
    });
}

#[test]
fn one_host_that_fails_is_left_alone_by_all_tools_that_call_it() {
    on_both(|database| {
        let (upstream, _server, api) = start(database);
        api.put("/api/v1/limits", json!({"breaker": {"minimum_requests": 4, "open_s": 60}})).expect(200);
        for name in ["one", "two", "three"] {
            tool(&api, &upstream, name, "write", json!({}));
        }
        tool(&api, &upstream, "stubborn", "read", json!({"breaker": false}));
        // A connection that breaks makes a write unknown; for the breaker it is a failure all the same.
        for (n, name) in ["one", "one", "two", "two"].into_iter().enumerate() {
            upstream.next(Answer::reset());
            let answer = api.post(&format!("/api/v1/tools/{name}/call"), json!({"arguments": {"n": n}})).expect(200);
            assert_eq!(answer["error"]["class"], "outcome_unknown");
        }
        let refused = call(&api, "three");
        assert_eq!((code(&refused), &refused["error"]["details"]["breaker"]), ("circuit_open", &json!("host")));
        assert_eq!(refused["state"], "released", "nothing was sent");
        assert_eq!(call(&api, "stubborn")["success"], true, "a tool may do without");
        // Another host is another matter.
        let other = Upstream::start();
        tool(&api, &other, "four", "read", json!({}));
        assert_eq!(call(&api, "four")["success"], true);
    });
}

/// An upstream that comes and goes every 300 ms: it is spared while it is away, and found again when it is back.
#[test]
fn a_flapping_upstream_is_spared() {
    let (upstream, _server, api) = start(Database::Sqlite);
    let breaker = json!({"minimum_requests": 4, "window_s": 1, "open_s": 1});
    tool(&api, &upstream, "flap", "read", json!({"breaker": breaker, "read_timeout_ms": 500}));
    let is_up = Arc::new(AtomicBool::new(true));
    upstream.respond({
        let is_up = is_up.clone();
        let count = std::sync::atomic::AtomicUsize::new(0);
        move |_| match (is_up.load(Ordering::Relaxed), count.fetch_add(1, Ordering::Relaxed) % 3) {
            (true, _) => Answer::json(200, json!({})),
            (false, 0) => Answer::reset(),
            (false, 1) => Answer::status(503),
            (false, _) => Answer::truncated(*b"{\"a\":1}", 3),
        }
    });
    let stop = Arc::new(AtomicBool::new(false));
    let flapping = thread::spawn({
        let (is_up, stop) = (is_up.clone(), stop.clone());
        move || {
            while !stop.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(300));
                is_up.fetch_xor(true, Ordering::Relaxed);
            }
        }
    });
    let callers: Vec<_> = (0..4)
        .map(|_| {
            let (api, stop) = (api.clone(), stop.clone());
            thread::spawn(move || {
                let (mut asked, mut refused) = (0usize, 0usize);
                while !stop.load(Ordering::Relaxed) {
                    asked += 1;
                    if code(&call(&api, "flap")) == "circuit_open" {
                        refused += 1;
                    }
                    thread::sleep(Duration::from_millis(5));
                }
                (asked, refused)
            })
        })
        .collect();
    thread::sleep(Duration::from_secs(4));
    stop.store(true, Ordering::Relaxed);
    flapping.join().unwrap();
    let counts: Vec<_> = callers.into_iter().map(|caller| caller.join().unwrap()).collect();
    let (asked, refused) = counts.iter().fold((0, 0), |(a, r), (asked, refused)| (a + asked, r + refused));
    assert_eq!(upstream.count(), asked - refused, "what is refused is not sent, and everything else is, once");
    assert!(refused > 0 && refused < asked, "{refused} of {asked}");
    is_up.store(true, Ordering::Relaxed);
    eventually("it is found again", 5, || (call(&api, "flap")["success"] == true).then_some(()));
}

/// The bound of docs/guides/limits.md: `burst + time * rate`, and a tenth of the burst for each server.
#[test]
fn five_hundred_callers_on_a_limit_shared_by_two_servers() {
    if !postgres::is_available() {
        assert!(std::env::var_os("CI").is_none(), "CI has PostgreSQL");
        return;
    }
    let (upstream, first, here) = start(Database::Postgres);
    let second = first.beside();
    tool(&here, &upstream, "popular", "read", json!({"rate_limit": {"requests": 100, "per_seconds": 3600}}));
    let there = second.api();
    assert_eq!(call(&there, "popular")["success"], true, "the second server knows the tool");
    let callers: Vec<_> = (0..500)
        .map(|n| {
            let api = if n % 2 == 0 { here.clone() } else { there.clone() };
            thread::Builder::new()
                .stack_size(256 << 10)
                .spawn(move || {
                    let answer = call(&api, "popular");
                    (code(&answer).to_owned(), answer["error"]["retry_after_ms"].as_u64())
                })
                .unwrap()
        })
        .collect();
    let answers: Vec<_> = callers.into_iter().map(|caller| caller.join().unwrap()).collect();
    let passed = 1 + answers.iter().filter(|(code, _)| code == "ok").count();
    assert!(answers.iter().all(|(code, _)| code == "ok" || code == "rate_limited"), "{answers:?}");
    assert_eq!(upstream.count(), passed);
    // A hundred, what flows in meanwhile (one in 36 s), and ten for each server. Every token is taken out of the
    // shared row before it is used, so in a rush from a full bucket there is no overshoot at all.
    assert!((90..=103).contains(&passed), "{passed} passed");
    assert!(answers.iter().filter(|(code, _)| code != "ok").all(|(_, wait)| wait.is_some_and(|ms| ms <= 36_000)));
    let left = there.get("/api/v1/tools/popular/limits").expect(200);
    assert!(left["rate_limits"][0]["left"].as_u64().unwrap() <= 10, "{left}");
}

#[test]
fn limits_of_one_server_are_known_to_the_other_and_outlive_a_restart() {
    if !postgres::is_available() {
        assert!(std::env::var_os("CI").is_none(), "CI has PostgreSQL");
        return;
    }
    let (upstream, mut first, here) = start(Database::Postgres);
    let second = first.beside();
    tool(&here, &upstream, "t", "write", json!({}));
    let there = second.api();
    assert_eq!(call(&there, "t")["success"], true);
    here.put("/api/v1/limits", json!({"rate_limit": {"requests": 2, "per_seconds": 3600}})).expect(200);
    assert_eq!([code(&call(&here, "t")), code(&call(&here, "t"))], ["ok", "ok"]);
    eventually("the other server holds back, too", 5, || (code(&call(&there, "t")) == "rate_limited").then_some(()));
    first.kill9();
    first.restart();
    assert_eq!(code(&call(&here, "t")), "rate_limited", "the bucket is in the database");
}
