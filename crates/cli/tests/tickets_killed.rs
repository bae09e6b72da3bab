//! The server dies between every two steps of a ticket's life: nothing is lost, nothing is done twice.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{thread, time::Duration};

use callwright_testkit::{Answer, Api, Database, Options, Server, Upstream, eventually, on_both};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

fn tool(upstream: &Upstream) -> Value {
    json!({
        "name": "refund", "kind": "http", "effect": "write", "description": "Refunds a payment",
        "parameters": {"type": "object", "properties": {"amount": {"type": "integer"}}},
        "config": {"method": "POST", "url": upstream.url("/refunds")},
        "policy": {"timeout_ms": 8000, "approval": true}
    })
}

/// A request that may get no answer, because the server dies under it.
fn attempt(api: &Api, path: &str, body: Value) -> Option<Value> {
    let headers = [("content-type", "application/json")];
    api.attempt("POST", path, &headers, Some(body.to_string().into_bytes())).ok().map(|reply| reply.body)
}

/// A server that dies at `point`, once.
fn mortal(database: Database, point: &str) -> Server {
    Server::start(Options::new(BINARY, database).env("TEST_FAILPOINT", point))
}

fn revive(server: &mut Server) {
    server.kill9();
    server.set_env("TEST_FAILPOINT", "");
    server.restart();
}

fn operator(api: &Api) -> Api {
    let made = api.post("/api/v1/tokens", json!({"name": "operator"})).expect(201);
    api.with_token(made["token"].as_str().unwrap())
}

fn call(api: &Api) -> Option<Value> {
    attempt(&api.with_header("Idempotency-Key", "k"), "/api/v1/tools/refund/call", json!({"arguments": {"amount": 5}}))
}

fn open_ticket(api: &Api) -> Option<String> {
    let page = api.get("/api/v1/approvals?state=open").expect(200);
    page["items"][0]["id"].as_str().map(str::to_owned)
}

fn settled(api: &Api) -> Value {
    eventually("the execution ends", 15, || {
        let page = api.get("/api/v1/executions").expect(200);
        let row = page["items"].as_array().unwrap().first().cloned()?;
        ["done", "failed", "unknown", "released"].contains(&row["state"].as_str().unwrap()).then_some(row)
    })
}

#[test]
fn before_it_is_parked_nothing_is_there_and_the_key_is_free() {
    on_both(|database| {
        let (upstream, mut server) = (Upstream::start(), mortal(database, "park.before"));
        let api = server.api();
        api.post("/api/v1/tools", tool(&upstream)).expect(201);
        assert!(call(&api).is_none(), "the server died");
        revive(&mut server);
        assert_eq!(open_ticket(&api), None);
        let again = call(&api).unwrap();
        assert_eq!((&again["state"], &again["meta"]["duplicate"]), (&json!("parked"), &json!(false)));
        assert_eq!(upstream.count(), 0);
    });
}

#[test]
fn once_it_is_parked_the_ticket_is_there_though_the_caller_heard_nothing() {
    on_both(|database| {
        let (upstream, mut server) = (Upstream::start(), mortal(database, "park.after"));
        let api = server.api();
        api.post("/api/v1/tools", tool(&upstream)).expect(201);
        assert!(call(&api).is_none());
        revive(&mut server);
        let ticket = open_ticket(&api).expect("the ticket survived");
        let again = call(&api).unwrap();
        assert_eq!((&again["pending"]["ticket"], &again["meta"]["duplicate"]), (&json!(ticket), &json!(true)));
        operator(&api).post(&format!("/api/v1/approvals/{ticket}/approve"), json!({})).expect(200);
        assert_eq!((&settled(&api)["state"], upstream.count()), (&json!("done"), 1));
    });
}

#[test]
fn an_approval_that_was_given_is_carried_out_after_a_crash() {
    // After the decision was noted; and when everything is ready, before it is started.
    for point in ["approved", "resume.before"] {
        on_both(|database| {
            let (upstream, mut server) = (Upstream::start(), mortal(database, point));
            let api = server.api();
            api.post("/api/v1/tools", tool(&upstream)).expect(201);
            let ticket = call(&api).unwrap()["pending"]["ticket"].as_str().unwrap().to_owned();
            let operator = operator(&api);
            attempt(&operator, &format!("/api/v1/approvals/{ticket}/approve"), json!({}));
            thread::sleep(Duration::from_millis(300));
            assert_eq!(upstream.count(), 0, "{point}: nothing had been sent");
            revive(&mut server);
            let row = settled(&api);
            assert_eq!((&row["state"], upstream.count()), (&json!("done"), 1), "{point}");
            let twice = operator.post(&format!("/api/v1/approvals/{ticket}/approve"), json!({}));
            assert_eq!(twice.code(), "ticket_used");
            assert_eq!(upstream.count(), 1, "{point}");
        });
    }
}

#[test]
fn once_it_was_started_a_crash_makes_it_unknown_and_it_does_not_run_again() {
    on_both(|database| {
        let (upstream, mut server) = (Upstream::start(), mortal(database, "resume.after"));
        let api = server.api();
        api.post("/api/v1/tools", tool(&upstream)).expect(201);
        let ticket = call(&api).unwrap()["pending"]["ticket"].as_str().unwrap().to_owned();
        let operator = operator(&api);
        attempt(&operator, &format!("/api/v1/approvals/{ticket}/approve"), json!({}));
        thread::sleep(Duration::from_millis(300));
        revive(&mut server);
        let row = settled(&api);
        assert_eq!((&row["state"], upstream.count()), (&json!("unknown"), 0));
        thread::sleep(Duration::from_secs(3));
        assert_eq!(upstream.count(), 0, "the ticket was used up");
    });
}

#[test]
fn a_callback_survives_a_crash_before_and_after_it_came() {
    on_both(|database| {
        // The upstream took the request on, and we died before telling anybody.
        let (upstream, mut server) = (Upstream::start(), mortal(database, "callback.parked"));
        let api = server.api();
        let mut with_callback = tool(&upstream);
        with_callback["config"]["callback"] = json!({"expires_s": 60});
        with_callback["policy"] = json!({"timeout_ms": 2000});
        api.post("/api/v1/tools", with_callback.clone()).expect(201);
        upstream.always(Answer::json(202, json!({})));
        assert!(call(&api).is_none());
        let path = |server: &Server| {
            let address = upstream.requests().last().unwrap().header("x-callback-url").unwrap().to_owned();
            // The port changes with each start; the path is what counts.
            let _ = server;
            address[address.find("/callbacks/").unwrap()..].to_owned()
        };
        revive(&mut server);
        api.anonymous().post(&path(&server), json!({"refund": 1})).expect(200);
        let row = settled(&api);
        assert_eq!((&row["state"], &row["output"]["data"]), (&json!("done"), &json!({"refund": 1})));

        // The result came, and we died before recording it.
        let (upstream, mut server) = (Upstream::start(), mortal(database, "callback.answered"));
        let api = server.api();
        with_callback["config"]["url"] = json!(upstream.url("/refunds"));
        with_callback["policy"] = json!({"timeout_ms": 300});
        api.post("/api/v1/tools", with_callback).expect(201);
        upstream.always(Answer::json(202, json!({})));
        assert_eq!(call(&api).unwrap()["state"], "parked");
        let address = upstream.requests()[0].header("x-callback-url").unwrap().to_owned();
        let path = address[address.find("/callbacks/").unwrap()..].to_owned();
        assert!(attempt(&api.anonymous(), &path, json!({"refund": 2})).is_none());
        revive(&mut server);
        let row = settled(&api);
        assert_eq!((&row["state"], &row["output"]["data"]), (&json!("done"), &json!({"refund": 2})));
        assert_eq!(api.anonymous().post(&path, json!({})).expect(200)["status"], "already_received");
        assert_eq!(upstream.count(), 1);
    });
}

#[test]
fn a_late_read_is_carried_out_again_after_a_crash_and_a_late_write_is_not() {
    on_both(|database| {
        let upstream = Upstream::start();
        let mut server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        for effect in ["read", "write"] {
            let mut slow = tool(&upstream);
            slow["name"] = json!(effect);
            slow["effect"] = json!(effect);
            slow["config"]["url"] = json!(upstream.url(&format!("/{effect}")));
            slow["policy"] = json!({"timeout_ms": 20000, "read_timeout_ms": 15000, "answer_by_ms": 100});
            api.post("/api/v1/tools", slow).expect(201);
        }
        upstream.always(Answer::never());
        let pending: Vec<Value> = ["read", "write"]
            .iter()
            .map(|name| {
                api.post(&format!("/api/v1/tools/{name}/call"), json!({"arguments": {"amount": 1}})).expect(200)
            })
            .collect();
        assert!(pending.iter().all(|answer| answer["pending"]["kind"] == "late"), "{pending:?}");
        upstream.wait_for(2);
        server.kill9();
        upstream.always(Answer::json(200, json!({"late": true})));
        server.restart();
        let ask = |answer: &Value| {
            let id = answer["execution_id"].as_str().unwrap();
            eventually("it ends", 15, || {
                let now = api.get(&format!("/api/v1/executions/{id}/answer")).expect(200);
                (now["state"] != "started").then_some(now)
            })
        };
        let (read, write) = (ask(&pending[0]), ask(&pending[1]));
        assert_eq!((&read["state"], &read["data"]), (&json!("done"), &json!({"late": true})));
        assert_eq!(write["state"], "unknown", "a write in doubt is not sent again");
        let sent = |path: &str| upstream.requests().iter().filter(|request| request.path() == path).count();
        assert_eq!((sent("/read"), sent("/write")), (2, 1));
    });
}

/// A second server on the first one's PostgreSQL.
fn beside(first: &Server) -> Server {
    Server::start(
        Options::new(BINARY, Database::Sqlite)
            .env("CALLWRIGHT_DATABASE_URL", first.database_url().unwrap())
            .env("CALLWRIGHT_BOOTSTRAP_TOKEN", first.token())
            .env("CALLWRIGHT_MASTER_KEY", std::fs::read_to_string(first.data_dir().join("master.key")).unwrap().trim()),
    )
}

fn has_postgres() -> bool {
    let is_available = callwright_testkit::postgres::is_available();
    assert!(is_available || std::env::var_os("CI").is_none(), "CI has PostgreSQL");
    is_available
}

#[test]
fn another_server_goes_on_with_what_a_dead_one_was_about_to_do() {
    if !has_postgres() {
        return;
    }
    let (upstream, first) = (Upstream::start(), mortal(Database::Postgres, "resume.before"));
    let second = beside(&first);
    let (here, there) = (first.api(), second.api().with_token(first.token()));
    here.post("/api/v1/tools", tool(&upstream)).expect(201);
    let ticket = call(&here).unwrap()["pending"]["ticket"].as_str().unwrap().to_owned();
    attempt(&operator(&here), &format!("/api/v1/approvals/{ticket}/approve"), json!({}));
    let row = settled(&there);
    assert_eq!((&row["state"], upstream.count()), (&json!("done"), 1));
}

#[test]
fn two_servers_and_many_approvers_at_once_start_each_execution_once() {
    if !has_postgres() {
        return;
    }
    const MANY: usize = 25;
    let (upstream, first) = (Upstream::start(), Server::start(Options::new(BINARY, Database::Postgres)));
    let second = beside(&first);
    let here = first.api();
    here.post("/api/v1/tools", tool(&upstream)).expect(201);
    let deciders: Vec<Api> = [first.url(), second.url()]
        .iter()
        .map(|url| Api::new(url.clone(), operator(&here).token().map(str::to_owned)))
        .collect();
    let tickets: Vec<String> = (0..MANY)
        .map(|n| {
            let api = here.with_header("Idempotency-Key", format!("k{n}"));
            let answer = api.post("/api/v1/tools/refund/call", json!({"arguments": {"amount": n}})).expect(200);
            answer["pending"]["ticket"].as_str().unwrap().to_owned()
        })
        .collect();
    let threads: Vec<_> = tickets
        .iter()
        .flat_map(|ticket| deciders.iter().map(move |api| (api.clone(), ticket.clone())))
        .map(|(api, ticket)| {
            thread::spawn(move || api.post(&format!("/api/v1/approvals/{ticket}/approve"), json!({})).status)
        })
        .collect();
    let statuses: Vec<u16> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), MANY, "each was decided once: {statuses:?}");
    assert!(statuses.iter().all(|status| [200, 409].contains(status)), "{statuses:?}");
    eventually("all have run", 20, || {
        let page = here.get("/api/v1/executions?state=done&limit=200").expect(200);
        (page["items"].as_array().unwrap().len() == MANY).then_some(())
    });
    thread::sleep(Duration::from_millis(2500));
    assert_eq!(upstream.count(), MANY, "none ran twice");
    let keys: std::collections::BTreeSet<String> =
        upstream.requests().iter().map(|request| request.header("idempotency-key").unwrap().to_owned()).collect();
    assert_eq!(keys.len(), MANY);
}
