//! The server dies with -9 in every step of a workflow: each write is seen once, and each child run is made once.

use std::{collections::HashMap, thread, time::Duration};

use callwright_testkit::{Answer, Api, Database, Options, on_both};
use serde_json::{Value, json};

use super::{BINARY, World, id, is, text};

/// A request that may get no answer, because the server dies under it.
fn attempt(api: &Api, path: &str, body: Value) -> Option<Value> {
    let headers = [("content-type", "application/json")];
    api.attempt("POST", path, &headers, Some(body.to_string().into_bytes())).ok().map(|reply| reply.body)
}

fn mortal(database: Database, point: &str) -> World {
    World::with(Options::new(BINARY, database).env("TEST_FAILPOINT", point))
}

fn revive(world: &mut World) {
    // It dies by itself where the failpoint is; what has not died by then is killed.
    thread::sleep(Duration::from_millis(500));
    world.server.kill9();
    world.server.set_env("TEST_FAILPOINT", "");
    world.server.restart();
}

/// Tools whose upstream honours their keys, as a payment service does; an agent; and a plan with all of them.
fn plan(world: &World) {
    for name in ["one", "two", "three", "four"] {
        let config = json!({"method": "POST", "url": world.upstream.url(&format!("/{name}")),
            "idempotency": {"header": "Idempotency-Key", "honoured": true}});
        world.tool(name, json!({"effect": "write", "config": config}));
    }
    world.agent(
        "Helper",
        json!([{"calls": [{"name": "three", "arguments": {"n": 3}}]}, {"say": "helped"}]),
        &["three"],
    );
    world.workflow("inner", json!({"steps": [{"name": "deep", "tool": "four", "params": {"n": 4}}]}));
    world.tool("nested", json!({"kind": "workflow", "config": {"workflow": "inner"}}));
    world.workflow(
        "w",
        json!({"steps": [
            {"tool": "one", "params": {"n": 1}},
            {"name": "each", "tool": "two", "foreach": "params.rows", "concurrency": 2, "params": {"n": "{{ item }}"}},
            {"name": "help", "agent": "Helper", "params": {"message": "help"}},
            {"tool": "nested"}
        ]}),
    );
}

/// How often each write was seen, by its path and its key.
fn seen(world: &World) -> HashMap<(String, String), usize> {
    let mut seen = HashMap::new();
    for request in world.upstream.requests() {
        let key = request.header("idempotency-key").unwrap().to_owned();
        *seen.entry((request.path().to_owned(), key)).or_default() += 1;
    }
    seen
}

fn ended(world: &World) -> Value {
    let runs = world.api.get("/api/v1/runs?workflow=w").expect(200);
    assert_eq!(runs["items"].as_array().unwrap().len(), 1, "one run of it: {runs}");
    world.ended(&runs["items"][0])
}

fn check(world: &World, run: &Value, point: &str) {
    assert_eq!(run["state"], "completed", "{point}: {run}");
    let seen = seen(world);
    let mut paths: HashMap<&str, usize> = HashMap::new();
    for (path, _) in seen.keys() {
        *paths.entry(path.as_str()).or_default() += 1;
    }
    let expected = HashMap::from([("/one", 1), ("/two", 4), ("/three", 1), ("/four", 1)]);
    assert_eq!(paths, expected, "{point}: one intent for each write: {seen:?}");
    assert_eq!(world.children(run).len(), 2, "{point}: each child is made once");
}

#[test]
fn a_server_that_dies_anywhere_in_a_workflow_does_nothing_twice() {
    for point in [
        "run.created",
        "flow.acted",
        "flow.kept",
        "flow.child",
        "flow.lain",
        "nested.begun",
        "nested.answered",
        "run.ended",
    ] {
        on_both(|database| {
            let mut world = mortal(database, point);
            plan(&world);
            let keyed = world.api.with_header("Idempotency-Key", "once");
            let wish = json!({"input": {"rows": [1, 2, 3, 4]}, "wait_ms": 20000});
            attempt(&keyed, "/api/v1/workflows/w/runs", wish.clone());
            revive(&mut world);
            // Whoever does not know whether they were heard asks again.
            attempt(&keyed, "/api/v1/workflows/w/runs", wish);
            let run = ended(&world);
            check(&world, &run, point);
        });
    }
}

#[test]
fn a_server_that_dies_while_a_step_is_at_work_goes_on_with_it() {
    // In each of the steps: the upstream holds the request of that path while the server dies.
    for held in ["/one", "/two", "/three", "/four"] {
        on_both(|database| {
            let mut world = World::new(database);
            plan(&world);
            world.upstream.respond(move |request| match request.path() == held {
                true => Answer::never(),
                false => Answer::json(200, json!({"ok": true})),
            });
            let run = world.api.post("/api/v1/workflows/w/runs", json!({"input": {"rows": [1, 2, 3, 4]}})).expect(202);
            callwright_testkit::eventually("the step is at work", 20, || {
                world.upstream.requests().iter().any(|request| request.path() == held).then_some(())
            });
            world.server.kill9();
            world.upstream.respond(|_| Answer::json(200, json!({"ok": true})));
            world.server.restart();
            let run = world.ended(&run);
            check(&world, &run, held);
        });
    }
}

#[test]
fn a_write_in_doubt_is_told_and_not_repeated() {
    on_both(|database| {
        let mut world = World::new(database);
        world.tool("pay", json!({"effect": "write"}));
        world.upstream.always(Answer::never());
        world.workflow(
            "w",
            json!({"steps": [{"tool": "pay", "retry": {"max_attempts": 5}}, {"name": "after", "tool": "pay"}]}),
        );
        let run = world.api.post("/api/v1/workflows/w/runs", json!({"input": {}})).expect(202);
        world.upstream.wait_for(1);
        world.server.kill9();
        world.upstream.always(Answer::json(200, json!({"ok": true})));
        world.server.restart();
        let run = world.ended(&run);
        is(&run, "failed");
        assert!(text(&run["error"]["message"]).contains("not known"), "{run}");
        assert_eq!(world.upstream.count(), 1, "{}", id(&run));
    });
}
