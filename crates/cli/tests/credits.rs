//! Credits: what is charged, what is given back, and that nobody spends what is not there.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::sync::Barrier;

use callwright_testkit::{Answer, Api, Database, Options, Person, Server, Upstream, eventually, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

fn server(database: Database, prices: &str) -> Server {
    let options =
        Options::new(BINARY, database).env("CALLWRIGHT_CREDITS", "true").env("CALLWRIGHT_CREDIT_PRICES", prices);
    Server::start(options)
}

fn grant(api: &Api, amount: Value) -> Value {
    api.post("/api/v1/credits/grants", json!({"amount": amount, "note": "for a test"})).expect(201)
}

fn balance(api: &Api) -> Value {
    api.get("/api/v1/credits").expect(200)["balance"].clone()
}

/// The whole ledger, oldest first, after its sums were checked.
#[track_caller]
fn ledger(api: &Api) -> Vec<Value> {
    let page = api.get("/api/v1/credits/entries?limit=200").expect(200);
    let mut entries = page["items"].as_array().unwrap().clone();
    entries.reverse();
    let mut sum = 0.0;
    for (entry, seq) in entries.iter().zip(1..) {
        sum += entry["amount"].as_f64().unwrap();
        assert_eq!((entry["seq"].as_i64(), entry["balance"].as_f64()), (Some(seq), Some(sum)), "{entry}");
        assert!(sum >= 0.0, "{entry}");
    }
    assert_eq!(balance(api).as_f64(), Some(sum));
    entries
}

fn lines(api: &Api) -> Vec<String> {
    let line = |entry: &Value| format!("{} {}", entry["operation"].as_str().unwrap_or("grant"), entry["amount"]);
    ledger(api).iter().map(line).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn tool(upstream: &Upstream, name: &str) -> Value {
    json!({"name": name, "kind": "http", "effect": "read", "config": {"method": "GET", "url": upstream.url("/")}})
}

/// Waits until no run is at work.
fn settled(api: &Api) {
    eventually("the runs have ended", 20, || {
        let jobs = api.get("/jobs/status/recent").expect(200)["jobs"].as_array().unwrap().clone();
        jobs.iter().all(|job| job["completed_at"].is_string()).then_some(())
    });
}

#[test]
fn nothing_is_charged_unless_the_operator_says_so() {
    on_both(|database| {
        let server = Server::start(Options::new(BINARY, database));
        let (api, upstream) = (server.api(), Upstream::start());
        let account = api.get("/api/v1/credits").expect(200);
        assert_eq!((&account["enabled"], &account["balance"]), (&json!(false), &json!(0)));
        assert_eq!(
            account["prices"],
            json!({"agent.create": 1, "agent.execute": 5, "agent.custom": 2, "workflow.create": 3,
                "tool.create": 2, "tool.update": 1, "tool.test": 0.5})
        );
        api.post("/api/v1/tools", tool(&upstream, "t")).expect(201);
        api.post("/api/v1/tools/t/test", json!({})).expect(200);
        let agent = json!({"name": "A", "instructions": "i", "model": "scripted"});
        let id = api.post("/agents/create", agent).expect(200)["agent_id"].clone();
        api.post("/agents/execute", json!({"agent_id": id, "message": "m"})).expect(200);
        assert_eq!(lines(&api), [""; 0]);
        grant(&api, json!(10));
        assert_eq!(lines(&api), ["grant 10"], "a balance may be there before it is needed");
    });
}

#[test]
fn every_operation_costs_its_price_on_both_sides() {
    on_both(|database| {
        let server = server(database, "tool.update=0.125");
        let (api, upstream) = (server.api(), Upstream::start());
        grant(&api, json!(100));
        // The native side.
        api.post("/api/v1/tools", tool(&upstream, "t")).expect(201);
        api.put("/api/v1/tools/t", tool(&upstream, "t")).expect(200);
        let mut changed = tool(&upstream, "t");
        changed["description"] = json!("d");
        api.put("/api/v1/tools/t?dry_run=true", changed.clone()).expect(200);
        api.put("/api/v1/tools/t", changed).expect(200);
        api.post("/api/v1/tools/t/test", json!({})).expect(200);
        upstream.next(Answer::status(500));
        let failed = api.post("/api/v1/tools/t/test", json!({})).expect(200);
        assert_eq!(failed["success"], false, "a trial that comes to a bad end was one all the same");
        api.post("/api/v1/tools/t/call", json!({})).expect(200);
        api.post("/api/v1/agents", json!({"name": "N", "model": "scripted"})).expect(201);
        api.put("/api/v1/agents/N", json!({"name": "N", "model": "scripted", "description": "d"})).expect(200);
        api.put("/api/v1/agents/P", json!({"name": "P"})).expect(200);
        assert_eq!(
            lines(&api),
            [
                "grant 100",
                "tool.create -2",
                "tool.update -0.125",
                "tool.test -0.5",
                "tool.test -0.5",
                "agent.create -1",
                "agent.create -1"
            ],
            "what changes nothing, is a rehearsal, or only calls, costs nothing"
        );
        // The guide's, and the plan's.
        let made = json!({"name": "g", "tool_type": "api_endpoint", "implementation": {"url": upstream.url("/")}});
        api.post("/agents/tools/create", made).expect(200);
        api.put("/agents/tools/g", json!({"description": "d"})).expect(200);
        api.post("/agents/tools/g/test", json!({})).expect(200);
        api.post("/api/organization/tools/g/test", json!({"dry_run": true})).expect(200);
        api.post("/api/organization/tools/g/test", json!({})).expect(200);
        let agent = json!({"name": "A", "instructions": "i", "model": "scripted"});
        let id = text(&api.post("/agents/create", agent.clone()).expect(200)["agent_id"]);
        api.post("/agents/custom/create", agent).expect(200);
        api.post("/agents/execute", json!({"agent_id": id, "message": "m"})).expect(200);
        assert_eq!(
            lines(&api)[7..],
            [
                "tool.create -2",
                "tool.update -0.125",
                "tool.test -0.5",
                "tool.test -0.5",
                "agent.create -1",
                "agent.custom -2",
                "agent.execute -5"
            ]
        );
        let last = ledger(&api).pop().unwrap();
        assert!(text(&last["subject"]).starts_with("run_") && last["kind"] == "charge", "{last}");
        settled(&api);
    });
}

#[test]
fn whoever_has_not_enough_is_told_what_it_costs_and_nothing_is_made() {
    on_both(|database| {
        let server = server(database, "");
        let (api, upstream) = (server.api(), Upstream::start());
        let agent = json!({"name": "A", "instructions": "i", "model": "scripted", "tools": []});
        let refused = api.post("/agents/create", agent.clone());
        assert_eq!(refused.status, 402, "{refused:?}");
        assert_eq!(refused.body["response"], "402");
        let message = text(&refused.body["error"]);
        assert!(message.contains("1 credits") && message.contains("agent.create"), "{message}");
        let refused = api.post("/api/v1/tools", tool(&upstream, "t"));
        assert_eq!((refused.status, refused.code()), (402, "credits_exhausted"));
        assert_eq!(refused.body["error"]["details"], json!({"operation": "tool.create", "price": 2, "balance": 0}));
        assert_eq!(api.get("/api/v1/agents").expect(200)["items"], json!([]));
        assert_eq!(api.get("/api/v1/tools").expect(200)["items"], json!([]));
        grant(&api, json!(3.5));
        let id = text(&api.post("/agents/create", agent).expect(200)["agent_id"]);
        api.post("/api/v1/tools", tool(&upstream, "t")).expect(201);
        let run = |key: &str| {
            api.with_header("Idempotency-Key", key).post("/agents/execute", json!({"agent_id": id, "message": "m"}))
        };
        assert_eq!(run("one").status, 402);
        assert_eq!(api.get("/jobs/status/recent").expect(200)["jobs"], json!([]), "no run, no thread, no job");
        api.post("/api/v1/tools/t/test", json!({})).expect(200);
        assert_eq!(api.post("/api/v1/tools/t/test", json!({})).status, 402);
        assert_eq!(upstream.count(), 1, "what is not paid for is not sent");
        // A key that was refused is free to be used, and pays once.
        grant(&api, json!(20));
        assert_eq!(run("one").status, 200);
        let again = run("one");
        assert!(matches!(again.status, 200 | 409), "{again:?}");
        assert_eq!(balance(&api), json!(15));
        // One run at a time on a thread: the one that is refused is not paid for.
        settled(&api);
        let thread = api.get("/jobs/status/recent").expect(200)["jobs"][0]["thread_id"].clone();
        let slow = json!({"name": "Slow", "instructions": "i", "model": "scripted",
            "metadata": {"script": [{"say": "x", "delay_ms": 1500}]}});
        let slow = text(&api.post("/agents/create", slow).expect(200)["agent_id"]);
        let on_thread = json!({"agent_id": slow, "message": "m", "thread_id": thread});
        api.post("/agents/execute", on_thread.clone()).expect(200);
        api.post("/agents/execute", on_thread).expect(409);
        assert_eq!(balance(&api), json!(9));
        settled(&api);
        ledger(&api);
    });
}

#[test]
fn what_could_not_be_carried_out_is_given_back() {
    on_both(|database| {
        let server = server(database, "");
        let api = server.api();
        grant(&api, json!(1));
        api.post("/api/v1/tools/nothing/test", json!({})).expect(404);
        assert_eq!(lines(&api), ["grant 1", "tool.test -0.5", "tool.test 0.5"]);
        assert_eq!(ledger(&api)[2]["kind"], "refund");
    });
}

#[test]
fn fifty_at_once_spend_no_more_than_there_is() {
    on_both(|database| {
        let first = server(database, "agent.create=1");
        // On PostgreSQL half of them come through another server.
        let second = (database == Database::Postgres).then(|| first.beside());
        let api = first.api();
        grant(&api, json!(10));
        let barrier = Barrier::new(50);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let tasks: Vec<_> = (0..50)
                .map(|n| {
                    let api = second.as_ref().filter(|_| n % 2 == 0).map_or_else(|| first.api(), Server::api);
                    let barrier = &barrier;
                    scope.spawn(move || {
                        barrier.wait();
                        api.post("/agents/create", json!({"name": "Racer", "instructions": "i"})).status
                    })
                })
                .collect();
            tasks.into_iter().map(|task| task.join().unwrap()).collect()
        });
        let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
        assert_eq!((count(200), count(402)), (10, 40), "{statuses:?}");
        assert_eq!(balance(&api), json!(0));
        assert_eq!(ledger(&api).len(), 11);
        assert_eq!(api.get("/agents/list").expect(200)["count"], 10);
    });
}

#[test]
fn grants_are_for_administrators_exact_and_never_take_more_than_there_is() {
    on_both(|database| {
        let server = server(database, "");
        let api = server.api();
        assert_eq!(grant(&api, json!(0.125))["balance"], 0.125);
        let entry = grant(&api, json!(2));
        assert_eq!((&entry["seq"], &entry["kind"], &entry["note"]), (&json!(2), &json!("grant"), &json!("for a test")));
        assert_eq!(grant(&api, json!(-2.125))["balance"], 0);
        let refused = api.post("/api/v1/credits/grants", json!({"amount": -1}));
        assert_eq!((refused.status, refused.code()), (409, "balance_too_low"));
        for body in [
            json!({"amount": 0}),
            json!({"amount": 0.0001}),
            json!({"amount": 1e12}),
            json!({"amount": "5"}),
            json!({}),
            json!({"amount": 1, "note": "x".repeat(501)}),
            json!({"amount": 1, "more": true}),
        ] {
            assert_eq!(api.post("/api/v1/credits/grants", body.clone()).status, 422, "{body}");
        }
        let page = api.get("/api/v1/credits/entries?limit=2").expect(200);
        assert_eq!(page["items"][0]["seq"], 3, "newest first");
        let cursor = text(&page["next_cursor"]);
        let rest = api.get(&format!("/api/v1/credits/entries?limit=2&cursor={cursor}")).expect(200);
        assert_eq!((&rest["items"][0]["seq"], rest.get("next_cursor")), (&json!(1), None));
        let builder = Person::invite(&api, "builder@example.org", "builder").api;
        assert_eq!(builder.get("/api/v1/credits").expect(200)["balance"], 0);
        assert_eq!(builder.post("/api/v1/credits/grants", json!({"amount": 5})).status, 403);
        assert_eq!(builder.get("/api/v1/credits/entries").status, 403);
        let log = api.get("/api/v1/audit?limit=10").expect(200).to_string();
        assert!(log.contains("credit.grant"), "{log}");
    });
}

#[test]
fn the_command_line_shows_and_grants() {
    let server = server(Database::Sqlite, "");
    let run = |args: &[&str]| server.run(args).ok().stdout;
    assert!(run(&["credits", "grant", "12.5", "--note", "November"]).contains("12.5"));
    assert!(run(&["credits", "grant", "-2"]).contains("10.5"));
    let shown = run(&["credits", "show"]);
    assert!(shown.contains("10.5") && shown.contains("agent.execute"), "{shown}");
    let entries = run(&["credits", "entries"]);
    assert!(entries.contains("November") && entries.contains("grant"), "{entries}");
    server.run(&["credits", "grant", "much"]).expect(2);
}

#[test]
fn a_pack_costs_what_its_parts_cost_or_makes_nothing() {
    on_both(|database| {
        let server = server(database, "");
        let api = server.api();
        let pack = text(&api.get("/api/v1/agent-packs").expect(200)["items"][0]["id"]);
        let path = format!("/api/v1/agent-packs/{pack}/install");
        let plan = api.post(&path, json!({"dry_run": true})).expect(200);
        let count = |of: &str| plan[of].as_array().unwrap().iter().filter(|one| one["action"] == "created").count();
        let (agents, tools) = (count("agents"), count("tools"));
        let price = agents + 2 * tools;
        grant(&api, json!(price - 1));
        let refused = api.post(&path, json!({}));
        assert_eq!((refused.status, refused.code()), (402, "credits_exhausted"), "{refused:?}");
        for list in ["agents", "tools"] {
            assert!(api.get(&format!("/api/v1/{list}")).expect(200)["items"].as_array().unwrap().is_empty());
        }
        grant(&api, json!(1));
        api.post(&path, json!({})).expect(200);
        assert_eq!(balance(&api), json!(0));
        assert_eq!(ledger(&api).len(), 2 + agents + tools);
        // What is there already is kept, and costs nothing.
        api.post(&path, json!({})).expect(200);
    });
}
