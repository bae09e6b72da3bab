//! Results that are kept, and equal reads that become one.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{thread, time::Duration};

use callwright_testkit::{Answer, Api, Database, Gate, Options, Person, Server, Upstream, eventually, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

fn start(database: Database) -> (Upstream, Server, Api) {
    let (upstream, server) = (Upstream::start(), Server::start(Options::new(BINARY, database)));
    let api = server.api();
    (upstream, server, api)
}

fn spec(upstream: &Upstream, policy: Value) -> Value {
    let never = json!({"attempts": 0, "base_ms": 1});
    let mut whole = json!({"retry": {"network": never, "rate_limit": never, "timeout": never}});
    whole.as_object_mut().unwrap().extend(policy.as_object().unwrap().clone());
    json!({
        "name": "look", "kind": "http", "effect": "read", "policy": whole,
        "parameters": {"type": "object", "properties": {"n": {"type": "integer"}}},
        "config": {"method": "GET", "url": upstream.url("/look")}
    })
}

fn make(api: &Api, upstream: &Upstream, policy: Value) {
    api.post("/api/v1/tools", spec(upstream, policy)).expect(201);
}

fn look(api: &Api, n: u32) -> Value {
    api.post("/api/v1/tools/look/call", json!({"arguments": {"n": n}})).expect(200)
}

/// What the cache did, and the data.
fn told(answer: &Value) -> (&str, &Value) {
    (answer["meta"]["passage"]["cache"].as_str().unwrap_or("none"), &answer["data"])
}

/// Answers each request with its number.
fn count_up(upstream: &Upstream) {
    let number = std::sync::atomic::AtomicU32::new(0);
    upstream.respond(move |_| Answer::json(200, json!(number.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1)));
}

#[test]
fn a_result_is_kept_for_its_time_for_its_arguments_and_its_user() {
    on_both(|database| {
        let (upstream, _server, api) = start(database);
        count_up(&upstream);
        let limit = json!({"requests": 4, "per_seconds": 3600});
        make(&api, &upstream, json!({"cache_ttl_s": 2, "rate_limit": limit}));
        let other = Person::invite(&api, "other@example.org", "operator").api;
        let first = look(&api, 1);
        assert_eq!(told(&first), ("miss", &json!(1)));
        let second = look(&api, 1);
        assert_eq!(told(&second), ("hit", &json!(1)));
        assert_ne!(first["execution_id"], second["execution_id"]);
        assert_eq!(told(&look(&api, 2)), ("miss", &json!(2)), "other arguments");
        assert_eq!(told(&look(&other, 1)), ("miss", &json!(3)), "another user");
        // A hit is an execution like any other, in the log and in the counts, and costs no token.
        let id = second["execution_id"].as_str().unwrap();
        let row = eventually("the hit is recorded", 5, || {
            let reply = api.get(&format!("/api/v1/executions/{id}"));
            (reply.status == 200).then_some(reply.body)
        });
        assert_eq!((&row["state"], &row["passage"]["cache"]), (&json!("done"), &json!("hit")));
        assert_eq!((&row["output"]["data"], &row["attempts"]), (&json!(1), &json!([])));
        let status = api.get("/api/v1/tools/look/limits").expect(200);
        assert_eq!((&status["rate_limits"][0]["left"], &status["cache"]["settings"]["ttl_s"]), (&json!(1), &json!(2)));
        thread::sleep(Duration::from_millis(2_100));
        assert_eq!(told(&look(&api, 1)), ("miss", &json!(4)), "its time is over");
        let refused = look(&api, 5);
        assert_eq!(refused["error"]["code"], "rate_limited");
        assert_eq!(told(&look(&api, 1)), ("hit", &json!(4)), "what is known costs nothing");
        assert!(api.get("/metrics").text.contains("callwright_cache_total{result=\"hit\"} 2"));
    });
}

#[test]
fn a_change_of_the_tool_or_of_its_secrets_forgets_and_no_cache_asks_anew() {
    on_both(|database| {
        let (upstream, _server, api) = start(database);
        count_up(&upstream);
        api.put("/api/v1/secrets/KEY", json!({"value": "first-value"})).expect(200);
        let mut tool = spec(&upstream, json!({"cache_ttl_s": 600}));
        // What differs from call to call without being part of the question does not matter.
        tool["config"]["headers"] = json!({"X-Key": "${KEY}", "X-Execution": "${execution_id}"});
        api.post("/api/v1/tools", tool.clone()).expect(201);
        assert_eq!([told(&look(&api, 1)).0, told(&look(&api, 1)).0], ["miss", "hit"]);
        let fresh = api.with_header("Cache-Control", "no-cache");
        assert_eq!(told(&look(&fresh, 1)), ("bypass", &json!(2)));
        assert_eq!(told(&look(&api, 1)), ("hit", &json!(2)), "what was asked anew is kept");
        api.put("/api/v1/secrets/KEY", json!({"value": "other-value"})).expect(200);
        assert_eq!(told(&look(&api, 1)), ("miss", &json!(3)));
        tool["result"] = json!({"max_bytes": 512});
        api.put("/api/v1/tools/look", tool).expect(200);
        assert_eq!(told(&look(&api, 1)), ("miss", &json!(4)));
        // An agent that has it otherwise has its own.
        api.post("/api/v1/agents", json!({"name": "Ann"})).expect(201);
        api.put("/api/v1/agents/Ann/tools/look", json!({"overrides": {"result": {"max_bytes": 300}}})).expect(200);
        let as_ann = || api.post("/api/v1/tools/look/call", json!({"arguments": {"n": 1}, "agent": "Ann"})).expect(200);
        assert_eq!([told(&as_ann()).0, told(&as_ann()).0, told(&look(&api, 1)).0], ["miss", "hit", "hit"]);
    });
}

#[test]
fn bound_parameters_and_context_are_part_of_the_question_and_shared_ones_are_one_for_all() {
    on_both(|database| {
        let (upstream, _server, api) = start(database);
        count_up(&upstream);
        let mut tool = spec(&upstream, json!({"cache": {"ttl_s": 600, "shared": true}}));
        tool["bound"] = json!({"who": {"value": "{{ context.client.who }}", "trust": "client"}});
        tool["parameters"]["properties"]["who"] = json!({"type": "string"});
        tool["config"]["headers"] = json!({"X-Call": "${call_sid}"});
        api.post("/api/v1/tools", tool).expect(201);
        let other = Person::invite(&api, "other@example.org", "operator").api;
        let ask = |api: &Api, who: &str, call: &str| {
            let body = json!({"arguments": {"n": 1}, "context": {"who": who, "call_sid": call}});
            let answer = api.post("/api/v1/tools/look/call", body).expect(200);
            told(&answer).0.to_owned()
        };
        assert_eq!([ask(&api, "a", "c1"), ask(&api, "a", "c1")], ["miss", "hit"]);
        assert_eq!([ask(&api, "b", "c1"), ask(&api, "a", "c2")], ["miss", "miss"]);
        assert_eq!(ask(&other, "a", "c1"), "hit", "shared between users");
    });
}

#[test]
fn failures_are_not_kept_and_an_old_result_stands_in_for_one() {
    on_both(|database| {
        let (upstream, _server, api) = start(database);
        upstream.next(Answer::status(500)).next(Answer::json(200, json!("good")));
        make(&api, &upstream, json!({"cache": {"ttl_s": 1, "stale_if_error_s": 600}}));
        assert_eq!(look(&api, 1)["error"]["code"], "http_500");
        assert_eq!(told(&look(&api, 1)), ("miss", &json!("good")));
        thread::sleep(Duration::from_millis(1_100));
        for failure in [Answer::status(503), Answer::reset()] {
            upstream.next(failure);
            let stale = look(&api, 1);
            assert_eq!((told(&stale), &stale["success"]), (("stale", &json!("good")), &json!(true)));
            assert!(stale["meta"]["passage"]["cache_age_ms"].as_u64().unwrap() >= 1_000);
        }
        upstream.next(Answer::status(404));
        assert_eq!(look(&api, 1)["error"]["code"], "http_404", "a refusal is not papered over");
        upstream.next(Answer::json(200, json!("new")));
        assert_eq!([told(&look(&api, 1)).0, told(&look(&api, 1)).0], ["miss", "hit"]);
    });
}

#[test]
fn the_upstreams_own_word_is_followed() {
    on_both(|database| {
        let (upstream, _server, api) = start(database);
        make(&api, &upstream, json!({"cache": {"ttl_s": 600, "respect_http": true}}));
        let answer = |control: &str, n: u32| Answer::json(200, json!(n)).header("cache-control", control);
        // Not to be kept.
        upstream.next(answer("no-store", 1)).next(answer("max-age=60, private", 2));
        assert_eq!([told(&look(&api, 1)).0, told(&look(&api, 1)).0, told(&look(&api, 1)).0], ["miss", "miss", "hit"]);
        // Nearly over when it came.
        upstream.next(answer("max-age=60", 3).header("age", "59")).next(answer("max-age=60", 4));
        assert_eq!([told(&look(&api, 2)).0, told(&look(&api, 2)).0], ["miss", "hit"]);
        thread::sleep(Duration::from_millis(1_100));
        assert_eq!(told(&look(&api, 2)), ("miss", &json!(4)));
        // To be asked about each time.
        upstream.next(answer("no-cache", 5).header("etag", "\"v5\""));
        assert_eq!(told(&look(&api, 3)), ("miss", &json!(5)));
        upstream.next(Answer::status(304));
        assert_eq!(told(&look(&api, 3)), ("revalidated", &json!(5)), "the model sees the result, not the 304");
        let asked = upstream.requests();
        assert_eq!(asked.last().unwrap().header("if-none-match"), Some("\"v5\""));
        // The 304 said nothing more, so the author's own time holds, and the tag is kept.
        assert_eq!(told(&look(&api, 3)).0, "hit");
        upstream.next(answer("no-cache", 6).header("etag", "\"v6\""));
        let fresh = look(&api.with_header("Cache-Control", "no-cache"), 3);
        assert_eq!(told(&fresh), ("bypass", &json!(6)));
        upstream.next(answer("no-cache", 7).header("etag", "\"v7\""));
        assert_eq!(told(&look(&api, 3)), ("miss", &json!(7)), "changed meanwhile");
    });
}

#[test]
fn equal_reads_at_the_same_time_are_one_request() {
    on_both(|database| {
        let (upstream, _server, api) = start(database);
        make(&api, &upstream, json!({"single_flight": true, "rate_limit": {"requests": 2, "per_seconds": 3600}}));
        let gate = Gate::new();
        upstream.next(Answer::json(200, json!("once")).behind(&gate));
        let ask = |n: u32| {
            let api = api.clone();
            thread::spawn(move || look(&api, n))
        };
        let leader = ask(1);
        upstream.wait_for(1);
        let joiners: Vec<_> = (0..8).map(|_| ask(1)).collect();
        thread::sleep(Duration::from_millis(300));
        gate.open();
        assert_eq!(told(&leader.join().unwrap()), ("miss", &json!("once")));
        for joiner in joiners {
            let answer = joiner.join().unwrap();
            assert_eq!(told(&answer), ("joined", &json!("once")));
            assert_eq!(answer["meta"]["attempts"], 0);
        }
        assert_eq!(upstream.count(), 1);
        assert_eq!(told(&look(&api, 1)).0, "miss", "joined, not kept");
        assert_eq!(look(&api, 1)["error"]["code"], "rate_limited", "those who joined cost no token");
    });
}

#[test]
fn a_failure_is_shared_with_those_who_joined_and_with_nobody_else() {
    on_both(|database| {
        let (upstream, _server, api) = start(database);
        make(&api, &upstream, json!({"cache_ttl_s": 600}));
        let gate = Gate::new();
        upstream.next(Answer::status(500).behind(&gate));
        let callers: Vec<_> = (0..4)
            .map(|_| {
                let api = api.clone();
                thread::spawn(move || look(&api, 1))
            })
            .collect();
        upstream.wait_for(1);
        thread::sleep(Duration::from_millis(300));
        gate.open();
        let answers: Vec<_> = callers.into_iter().map(|caller| caller.join().unwrap()).collect();
        assert!(answers.iter().all(|answer| answer["error"]["code"] == "http_500"), "{answers:?}");
        assert_eq!(upstream.count(), 1);
        assert_eq!(look(&api, 1)["success"], true);
    });
}

/// Sends a call and gives the connection, to be dropped.
fn call_and_hang_up(server: &Server, api: &Api) -> std::net::TcpStream {
    let mut stream = std::net::TcpStream::connect(api.base().trim_start_matches("http://")).unwrap();
    let body = r#"{"arguments":{"n":1}}"#;
    let head = format!(
        "POST /api/v1/tools/look/call HTTP/1.1\r\nHost: x\r\nX-Token: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        server.token(),
        body.len()
    );
    std::io::Write::write_all(&mut stream, head.as_bytes()).unwrap();
    stream
}

#[test]
fn whoever_hangs_up_stops_nobody_else() {
    on_both(|database| {
        let (upstream, server, api) = start(database);
        make(&api, &upstream, json!({"cache_ttl_s": 600}));
        let gate = Gate::new();
        upstream.next(Answer::json(200, json!("good")).behind(&gate));
        let leader = call_and_hang_up(&server, &api);
        upstream.wait_for(1);
        let joiner = thread::spawn({
            let api = api.clone();
            move || look(&api, 1)
        });
        let other = call_and_hang_up(&server, &api);
        thread::sleep(Duration::from_millis(300));
        drop((leader, other));
        thread::sleep(Duration::from_millis(300));
        gate.open();
        assert_eq!(told(&joiner.join().unwrap()), ("joined", &json!("good")));
        assert_eq!(upstream.count(), 1);
        eventually("both who hung up are in the log", 5, || {
            let page = api.get("/api/v1/executions?error_class=cancelled").expect(200);
            (page["items"].as_array().unwrap().len() == 2).then_some(())
        });
    });
}

#[test]
fn a_person_who_stops_the_leader_does_not_stop_the_others() {
    on_both(|database| {
        let (upstream, _server, api) = start(database);
        make(&api, &upstream, json!({"cache_ttl_s": 600}));
        let gate = Gate::new();
        upstream.next(Answer::never()).next(Answer::json(200, json!("good")).behind(&gate));
        let ask = || {
            let api = api.clone();
            thread::spawn(move || look(&api, 1))
        };
        let mut live = callwright_testkit::Live::open(&api, "/api/v1/executions/live");
        let leader = ask();
        let begun = live.until(|event| event["event"] == "execution");
        upstream.wait_for(1);
        let joiner = ask();
        thread::sleep(Duration::from_millis(300));
        let id = begun["execution"]["id"].as_str().unwrap();
        api.post(&format!("/api/v1/executions/{id}/cancel"), json!({})).ok();
        assert_eq!(leader.join().unwrap()["error"]["class"], "cancelled");
        upstream.wait_for(2);
        gate.open();
        assert_eq!(told(&joiner.join().unwrap()), ("miss", &json!("good")), "it asks for itself");
    });
}

#[test]
fn the_rest_of_a_cut_result_can_be_fetched_from_a_hit() {
    on_both(|database| {
        let (upstream, _server, api) = start(database);
        let rows: Vec<u32> = (0..500).collect();
        upstream.always(Answer::json(200, json!(rows)));
        let mut tool = spec(&upstream, json!({"cache_ttl_s": 600}));
        tool["result"] = json!({"max_bytes": 400});
        api.post("/api/v1/tools", tool).expect(201);
        let (first, hit) = (look(&api, 1), look(&api, 1));
        assert_eq!((told(&hit).0, &hit["data"]), ("hit", &first["data"]));
        let cursor = hit["truncated"]["cursor"].as_str().unwrap();
        assert_ne!(first["truncated"]["cursor"], cursor, "each has its own");
        let rest = eventually("the rest is kept", 5, || {
            let reply = api.post("/api/v1/tools/look/call", json!({"cursor": cursor}));
            (reply.status == 200).then_some(reply.body)
        });
        let shown = hit["data"].as_array().unwrap().len();
        assert_eq!(rest["data"][0], shown);
        assert_eq!(upstream.count(), 1);
    });
}

#[test]
fn a_cache_on_a_write_is_refused() {
    on_both(|database| {
        let (upstream, _server, api) = start(database);
        for (policy, field) in [
            (json!({"cache": {"ttl_s": 5}}), "policy.cache"),
            (json!({"cache_ttl_s": 5}), "policy.cache_ttl_s"),
            (json!({"single_flight": true}), "policy.single_flight"),
        ] {
            let mut tool = spec(&upstream, policy);
            tool["effect"] = json!("write");
            let reply = api.post("/api/v1/tools", tool);
            assert_eq!((reply.status, &reply.body["error"]["details"]["field"]), (422, &json!(field)), "{reply:?}");
        }
    });
}
