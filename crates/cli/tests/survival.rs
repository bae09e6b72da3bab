//! Servers die, again and again, under fifty runs at once: every run ends, nothing that was done is done twice, and
//! nothing is lost. The upstream counts, by the key of each intent.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use callwright_testkit::{Answer, Api, Database, Options, Server, Upstream, eventually, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

/// Runs that are under way at any time.
const AT_ONCE: usize = 50;

/// How often servers are killed: `CALLWRIGHT_TEST_KILLS`, or 100.
fn kills() -> usize {
    std::env::var("CALLWRIGHT_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(100)
}

/// Three charges in two answers, one beside a read: 1, then 2 and the price.
fn script() -> Value {
    json!([
        {"calls": [{"name": "charge", "arguments": {"order": "{{message}}", "n": 1}}]},
        {"calls": [
            {"name": "price", "arguments": {"order": "{{message}}"}},
            {"name": "charge", "arguments": {"order": "{{message}}", "n": 2}},
            {"name": "charge", "arguments": {"order": "{{message}}", "n": 3}}
        ]},
        {"say": "charged {{message}}"}
    ])
}

fn set_up(api: &Api, upstream: &Upstream, honoured: bool) {
    let parameters = json!({"type": "object", "properties": {"order": {"type": "string"}, "n": {"type": "integer"}}});
    api.post(
        "/api/v1/tools",
        json!({
            "name": "charge", "kind": "http", "effect": "write", "description": "Charges a customer",
            "parameters": parameters,
            "config": {
                "method": "POST", "url": upstream.url("/charge"),
                "idempotency": {"header": "Idempotency-Key", "honoured": honoured}
            },
            "policy": {"timeout_ms": 20000}
        }),
    )
    .expect(201);
    api.post(
        "/api/v1/tools",
        json!({
            "name": "price", "kind": "http", "effect": "read", "description": "Looks a price up",
            "parameters": parameters,
            "config": {"method": "GET", "url": upstream.url("/price")}
        }),
    )
    .expect(201);
    api.post("/api/v1/agents", json!({"name": "Cashier", "model": "scripted", "metadata": {"script": script()}}))
        .expect(201);
    for tool in ["charge", "price"] {
        api.put(&format!("/api/v1/agents/Cashier/tools/{tool}"), json!({})).ok();
    }
    // Every answer takes a while, and none as long as another: servers die in the midst of everything.
    upstream.respond(|request| {
        let ms = 20 + u64::from(request.text().bytes().fold(7u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte)));
        Answer::json(200, json!({"ok": true})).delay(Duration::from_millis(ms))
    });
}

/// A request that may get no answer, because the server dies under it.
fn attempt(api: &Api, method: &str, path: &str, body: Option<Value>) -> Option<Value> {
    let headers = [("content-type", "application/json")];
    let body = body.map(|body| body.to_string().into_bytes());
    let reply = api.attempt(method, path, &headers, body).ok()?;
    (reply.status < 300).then_some(reply.body)
}

/// Keeps [`AT_ONCE`] runs under way until it is told to stop; gives the runs by their order's name.
fn keep_busy(apis: Vec<Api>, enough: Arc<AtomicBool>) -> BTreeMap<String, String> {
    let mut runs = BTreeMap::new();
    let mut under_way: BTreeSet<String> = BTreeSet::new();
    let mut number = 0;
    let mut turn = 0;
    let mut refused_since: Option<Instant> = None;
    while !enough.load(Ordering::Relaxed) {
        turn += 1;
        let api = &apis[turn % apis.len()];
        if under_way.len() < AT_ONCE {
            let order = format!("order-{number}");
            // Asked for again with the same key when no answer came: there is one run for it all the same.
            let keyed = api.with_header("Idempotency-Key", order.as_str());
            let asked = attempt(&keyed, "POST", "/api/v1/agents/Cashier/runs", Some(json!({"message": order})));
            match asked {
                Some(run) => {
                    let id = run["id"].as_str().expect("a run").to_owned();
                    under_way.insert(id.clone());
                    runs.insert(order, id);
                    number += 1;
                    refused_since = None;
                }
                None => {
                    let since = *refused_since.get_or_insert_with(Instant::now);
                    assert!(since.elapsed() < Duration::from_secs(60), "no run can be begun any more");
                    thread::sleep(Duration::from_millis(10));
                }
            }
            continue;
        }
        under_way.retain(|id| match attempt(api, "GET", &format!("/api/v1/runs/{id}"), None) {
            Some(run) => !is_over(&run),
            None => true,
        });
        thread::sleep(Duration::from_millis(20));
    }
    runs
}

fn is_over(run: &Value) -> bool {
    ["completed", "failed", "cancelled"].contains(&run["state"].as_str().unwrap_or_default())
}

/// What the upstream saw, by the key of the intent: how often, and for which order and number.
fn charges(upstream: &Upstream) -> BTreeMap<String, (usize, Value)> {
    let mut seen: BTreeMap<String, (usize, Value)> = BTreeMap::new();
    for request in upstream.requests().iter().filter(|request| request.path() == "/charge") {
        let key = request.header("idempotency-key").expect("every write carries its key").to_owned();
        let entry = seen.entry(key).or_insert_with(|| (0, request.json()));
        entry.0 += 1;
        assert_eq!(entry.1, request.json(), "one key, one intent");
    }
    seen
}

fn every_run_ends(api: &Api, runs: &BTreeMap<String, String>) {
    assert!(!runs.is_empty());
    for (order, id) in runs {
        let run = eventually(&format!("the run of {order} ends"), 60, || {
            let run = attempt(api, "GET", &format!("/api/v1/runs/{id}"), None)?;
            is_over(&run).then_some(run)
        });
        assert_eq!((&run["state"], &run["output"]), (&json!("completed"), &json!(format!("charged {order}"))), "{run}");
    }
}

/// Each run made its three charges and read the price; its thread tells so without gaps. Gives how many charges ended
/// in doubt.
fn check_records(api: &Api, upstream: &Upstream, runs: &BTreeMap<String, String>, honoured: bool) -> usize {
    let seen = charges(upstream);
    let (mut unknown, mut expected) = (0, BTreeSet::new());
    for (order, id) in runs {
        let steps = api.get(&format!("/api/v1/runs/{id}/steps")).expect(200);
        let steps = steps["items"].as_array().unwrap();
        let tools: Vec<&Value> = steps.iter().filter(|step| step["kind"] == "tool").collect();
        assert_eq!((steps.len(), tools.len()), (7, 4), "{order}: {steps:#?}");
        for step in tools.iter().filter(|step| step["name"] == "charge") {
            let key = format!("{id}:{}:{}", step["seq"], step["position"]);
            let execution = step["execution_id"].as_str().unwrap();
            let execution = api.get(&format!("/api/v1/executions/{execution}")).expect(200);
            let count = seen.get(&key).map_or(0, |(count, _)| *count);
            match execution["state"].as_str().unwrap() {
                "done" if honoured => assert!(count >= 1, "{order} {key}: done, and never sent"),
                "done" => assert_eq!(count, 1, "{order} {key}: done"),
                "unknown" if !honoured => {
                    unknown += 1;
                    assert!(count <= 1, "{order} {key}: in doubt, and sent {count} times");
                }
                other => panic!("{order} {key}: {other}: {execution:#}"),
            }
            expected.insert(key);
        }
        let run = api.get(&format!("/api/v1/runs/{id}")).expect(200);
        let thread = run["thread_id"].as_str().unwrap();
        let messages = api.get(&format!("/api/v1/threads/{thread}/messages")).expect(200);
        let messages = messages["items"].as_array().unwrap();
        let roles: Vec<&str> = messages.iter().map(|message| message["role"].as_str().unwrap()).collect();
        assert_eq!(roles, ["user", "assistant", "tool", "assistant", "tool", "tool", "tool", "assistant"], "{order}");
        assert!((1..).zip(messages).all(|(seq, message)| message["seq"] == json!(seq)));
    }
    for (key, (count, what)) in &seen {
        assert!(expected.contains(key), "{key} was charged for nobody: {what}");
        assert!(honoured || *count == 1, "{key} was charged {count} times: {what}");
    }
    unknown
}

fn pause(kill: usize) {
    // Not random, so that a failure can be looked at again, and never the same.
    thread::sleep(Duration::from_millis(40 + (kill as u64 * 97) % 520));
}

#[test]
fn one_server_that_is_killed_again_and_again_finishes_every_run_once() {
    let (upstream, mut server) = (Upstream::start(), Server::start(Options::new(BINARY, Database::Sqlite)));
    let api = server.api();
    set_up(&api, &upstream, false);
    let enough = Arc::new(AtomicBool::new(false));
    let load = thread::spawn({
        let (api, enough) = (api.clone(), enough.clone());
        move || keep_busy(vec![api], enough)
    });
    for kill in 0..kills() {
        pause(kill);
        server.kill9();
        server.restart();
    }
    enough.store(true, Ordering::Relaxed);
    let runs = load.join().expect("the load");
    every_run_ends(&api, &runs);
    let unknown = check_records(&api, &upstream, &runs, false);
    println!("{} kills, {} runs, {unknown} of {} charges in doubt", kills(), runs.len(), runs.len() * 3);
}

#[test]
fn two_servers_that_are_killed_in_turn_take_each_others_runs_over() {
    if !callwright_testkit::postgres::is_available() {
        return;
    }
    let upstream = Upstream::start();
    let mut first = Server::start(Options::new(BINARY, Database::Postgres));
    let mut second = first.beside();
    set_up(&first.api(), &upstream, false);
    let enough = Arc::new(AtomicBool::new(false));
    let load = thread::spawn({
        let (apis, enough) = (vec![first.api(), second.api()], enough.clone());
        move || keep_busy(apis, enough)
    });
    for kill in 0..kills() {
        pause(kill);
        let server = if kill % 2 == 0 { &mut first } else { &mut second };
        server.kill9();
        // Now and then the other one is alone long enough to take over.
        if kill % 10 == 0 {
            thread::sleep(Duration::from_secs(4));
        }
        server.restart();
    }
    enough.store(true, Ordering::Relaxed);
    let runs = load.join().expect("the load");
    every_run_ends(&first.api(), &runs);
    let unknown = check_records(&first.api(), &upstream, &runs, false);
    println!("{} kills, {} runs, {unknown} of {} charges in doubt", kills(), runs.len(), runs.len() * 3);
}

#[test]
fn charges_whose_key_the_upstream_honours_are_never_in_doubt() {
    let upstream = Upstream::start();
    let mut server = Server::start(Options::new(BINARY, Database::Sqlite));
    let api = server.api();
    set_up(&api, &upstream, true);
    let enough = Arc::new(AtomicBool::new(false));
    let load = thread::spawn({
        let (api, enough) = (api.clone(), enough.clone());
        move || keep_busy(vec![api], enough)
    });
    for kill in 0..(kills() / 5).max(4) {
        pause(kill);
        server.kill9();
        server.restart();
    }
    enough.store(true, Ordering::Relaxed);
    let runs = load.join().expect("the load");
    every_run_ends(&api, &runs);
    assert_eq!(check_records(&api, &upstream, &runs, true), 0);
}

#[test]
fn the_other_worker_takes_a_run_over_in_the_middle_of_a_call() {
    if !callwright_testkit::postgres::is_available() {
        return;
    }
    let upstream = Upstream::start();
    let mut first = Server::start(Options::new(BINARY, Database::Postgres));
    let second = first.beside();
    let api = second.api();
    set_up(&api, &upstream, false);
    upstream.respond(|request| match request.path() {
        "/charge" if request.json()["n"] == json!(2) => Answer::never(),
        _ => Answer::json(200, json!({"ok": true})),
    });
    let run = first.api().post("/api/v1/agents/Cashier/runs", json!({"message": "order-1"})).ok();
    let id = run["id"].as_str().unwrap();
    // 1, the price, and 2, which hangs.
    upstream.wait_for(3);
    upstream.respond(|_| Answer::json(200, json!({"ok": true})));
    first.kill9();
    let killed = Instant::now();
    let run = eventually("the other one finishes the run", 20, || {
        let run = api.get(&format!("/api/v1/runs/{id}")).expect(200);
        is_over(&run).then_some(run)
    });
    println!("taken over and finished {} ms after the kill", killed.elapsed().as_millis());
    assert_eq!(run["output"], "charged order-1");
    let runs = BTreeMap::from([("order-1".to_owned(), id.to_owned())]);
    assert_eq!(check_records(&api, &upstream, &runs, false), 1, "the one that hung is in doubt, and not sent again");
    assert_eq!(upstream.requests().iter().filter(|request| request.path() == "/charge").count(), 3);
}

#[test]
fn wherever_it_dies_a_run_goes_on_from_there() {
    // Each is a place between two writes of the carrier.
    for point in ["run.created", "run.answered", "run.kept", "run.acted", "run.ended"] {
        on_both(|database| {
            let upstream = Upstream::start();
            let mut server = Server::start(Options::new(BINARY, database));
            let api = server.api();
            set_up(&api, &upstream, false);
            server.terminate();
            server.set_env("TEST_FAILPOINT", point);
            server.restart();
            let keyed = api.with_header("Idempotency-Key", "order-1");
            attempt(&keyed, "POST", "/api/v1/agents/Cashier/runs", Some(json!({"message": "order-1"})));
            thread::sleep(Duration::from_millis(400));
            server.kill9();
            server.set_env("TEST_FAILPOINT", "");
            server.restart();
            let run = keyed.post("/api/v1/agents/Cashier/runs", json!({"message": "order-1"})).ok();
            let runs = BTreeMap::from([("order-1".to_owned(), run["id"].as_str().unwrap().to_owned())]);
            every_run_ends(&api, &runs);
            check_records(&api, &upstream, &runs, false);
            let all = api.get("/api/v1/runs").expect(200);
            assert_eq!(all["items"].as_array().unwrap().len(), 1, "{point}");
        });
    }
}
