//! Runs that wait for somebody, and runs that are stopped.

use std::time::Duration;

use callwright_testkit::{Answer, Gate, Options, eventually, on_both};
use serde_json::{Value, json};

use super::{BINARY, World, id, is};

fn refund(world: &World, policy: Value) {
    world.tool("refund", json!({"effect": "destructive", "policy": policy}));
    world.agent(
        "Clerk",
        json!([{"calls": [{"name": "refund", "arguments": {"amount": 5}}]}, {"say": "It said: {{result}}"}]),
        &["refund"],
    );
}

/// Another token of the same administrator: the one that asked may not approve.
fn decide(world: &World, verdict: &str, note: &str) {
    let made = world.api.post("/api/v1/tokens", json!({"name": "operator"})).expect(201);
    let operator = world.api.with_token(made["token"].as_str().unwrap());
    let inbox = operator.get("/api/v1/approvals?state=open").expect(200);
    let ticket = id(&inbox["items"][0]);
    operator.post(&format!("/api/v1/approvals/{ticket}/{verdict}"), json!({"note": note})).expect(200);
}

#[track_caller]
fn ended(world: &World, run: &Value) -> Value {
    eventually("the run ends", 20, || {
        let run = world.settled(run);
        ["completed", "failed", "cancelled"].contains(&run["state"].as_str().unwrap()).then_some(run)
    })
}

#[test]
fn an_approval_lets_a_run_lie_down_and_go_on() {
    on_both(|database| {
        let mut world = World::new(database);
        refund(&world, json!({"approval": true}));
        let run = world.run("Clerk", json!({}));
        is(&run, "waiting");
        let steps = world.steps(&run);
        assert_eq!((&steps[1]["state"], world.upstream.count()), (&json!("waiting"), 0));
        // Nothing of it is held in memory.
        world.server.restart();
        is(&world.api.get(&format!("/api/v1/runs/{}", id(&run))).expect(200), "waiting");
        decide(&world, "approve", "fine");
        let run = ended(&world, &run);
        assert_eq!((&run["state"], &run["output"]), (&json!("completed"), &json!(r#"It said: {"ok":true}"#)));
        assert_eq!(world.upstream.count(), 1);

        let denied = world.run("Clerk", json!({}));
        is(&denied, "waiting");
        decide(&world, "deny", "too much");
        let denied = ended(&world, &denied);
        is(&denied, "completed");
        assert!(denied["output"].as_str().unwrap().contains("too much"), "{denied}");
        assert_eq!(world.upstream.count(), 1);
    });
}

#[test]
fn a_result_that_comes_later_wakes_its_run() {
    on_both(|database| {
        let world = World::new(database);
        world.tool(
            "order",
            json!({"effect": "write", "policy": {"timeout_ms": 300},
            "config": {"method": "POST", "url": world.upstream.url("/order"), "callback": {"expires_s": 60}}}),
        );
        world.agent("Buyer", json!([{"calls": [{"name": "order"}]}, {"say": "{{results.order.number}}"}]), &["order"]);
        world.upstream.always(Answer::json(202, json!({"accepted": true})));
        let run = world.run("Buyer", json!({}));
        is(&run, "waiting");
        let address = world.upstream.requests()[0].header("x-callback-url").unwrap().to_owned();
        let path = address.strip_prefix(&world.server.url()).unwrap();
        world.api.anonymous().post(path, json!({"number": "N-1"})).expect(200);
        let run = ended(&world, &run);
        assert_eq!((&run["state"], &run["output"]), (&json!("completed"), &json!("N-1")));
        assert_eq!(world.upstream.count(), 1);
    });
}

#[test]
fn a_confirmation_is_asked_of_the_person_in_the_thread() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("refund", json!({"effect": "destructive", "policy": {"confirm": {"ask": "Refund five?"}}}));
        let confirm = |yes: bool| {
            json!({"name": "confirm_action",
                "arguments": {"ticket": "{{results.refund.details.ticket}}", "confirmed": yes}})
        };
        let script = json!([
            {"when": "yes", "turns": [{"calls": [confirm(true)]}, {"say": "Done."}]},
            {"when": "no", "turns": [{"calls": [confirm(false)]}, {"say": "Left alone."}]},
            {"when": "rash", "turns": [{"calls": [{"name": "refund"}]}, {"calls": [confirm(true)]}, {"say": "{{result}}"}]},
            {"turns": [{"calls": [{"name": "refund", "arguments": {"amount": 5}}]}, {"say": "Refund five?"}]},
        ]);
        world.agent("Clerk", script, &["refund"]);
        let asked = world.run("Clerk", json!({"message": "refund it"}));
        assert_eq!(
            (&asked["state"], &asked["output"], world.upstream.count()),
            (&json!("completed"), &json!("Refund five?"), 0)
        );
        let said = world.run("Clerk", json!({"message": "yes", "thread_id": asked["thread_id"]}));
        assert_eq!((&said["output"], world.upstream.count()), (&json!("Done."), 1), "{:?}", world.messages(&said));

        let asked = world.run("Clerk", json!({"message": "refund it"}));
        let said = world.run("Clerk", json!({"message": "no", "thread_id": asked["thread_id"]}));
        assert_eq!((&said["output"], world.upstream.count()), (&json!("Left alone."), 1));

        // A model that answers its own question is told to wait for the person.
        let rash = world.run("Clerk", json!({"message": "a rash one"}));
        assert!(rash["output"].as_str().unwrap().contains("has not answered yet"), "{rash}");
        // In another thread nobody's yes counts.
        let elsewhere = world.api.post("/api/v1/threads", json!({})).expect(201);
        let found = world.messages(&rash).iter().find_map(|m| {
            let told: Value = serde_json::from_str(m["content"][0]["text"].as_str()?).ok()?;
            told["details"]["ticket"].as_str().map(str::to_owned)
        });
        let script = json!([{"calls": [{"name": "confirm_action", "arguments": {"ticket": found.unwrap(), "confirmed": true}}]}, {"say": "{{result}}"}]);
        world.agent("Other", script, &["refund"]);
        let said = world.run("Other", json!({"thread_id": elsewhere["id"], "message": "yes"}));
        assert!(said["output"].as_str().unwrap().contains("another conversation"), "{said}");
        assert_eq!(world.upstream.count(), 1);
    });
}

#[test]
fn a_run_is_stopped_at_whatever_it_is() {
    on_both(|database| {
        // One place to work: what comes second waits in the queue.
        let world = World::with(Options::new(BINARY, database).env("CALLWRIGHT_WORKERS", "1"));
        world.agent("Slow", json!([{"delay_ms": 60_000, "say": "never"}]), &[]);
        refund(&world, json!({"approval": true}));
        let start = |agent: &str| world.api.post("/api/v1/runs", json!({"agent": agent, "message": "go"})).expect(202);
        let cancel = |run: &Value| world.api.post(&format!("/api/v1/runs/{}/cancel", id(run)), json!({}));
        let running = start("Slow");
        let queued = start("Slow");
        is(&running, "running");
        is(&queued, "queued");
        is(&cancel(&queued).expect(200), "cancelled");
        is(&cancel(&running).expect(200), "cancelled");
        assert_eq!((cancel(&running).status, cancel(&running).code()), (409, "already_ended"));

        let waiting = world.run("Clerk", json!({}));
        is(&waiting, "waiting");
        is(&cancel(&waiting).expect(200), "cancelled");
        let job = world.api.get(&format!("/api/v1/jobs/{}", waiting["job_id"].as_str().unwrap())).expect(200);
        is(&job, "cancelled");

        // While a tool is under way: it is carried out and recorded, and the run goes no further.
        world.tool("slow", json!({"effect": "write", "policy": {"timeout_ms": 20000, "read_timeout_ms": 20000}}));
        world.agent("Caller", json!([{"calls": [{"name": "slow"}]}, {"say": "never"}]), &["slow"]);
        let gate = Gate::new();
        world.upstream.next(Answer::json(200, json!({"done": 1})).behind(&gate));
        let calling = start("Caller");
        world.upstream.wait_for(1);
        is(&cancel(&calling).expect(200), "cancelled");
        gate.open();
        eventually("the tool's end is on record", 10, || {
            let page = world.api.get("/api/v1/executions?tool=slow&state=done").expect(200);
            (page["items"].as_array().unwrap().len() == 1).then_some(())
        });
        std::thread::sleep(Duration::from_millis(200));
        is(&world.api.get(&format!("/api/v1/runs/{}", id(&calling))).expect(200), "cancelled");

        // A job that carries a run stops it as well.
        let last = start("Slow");
        let path = format!("/api/v1/jobs/{}/cancel", last["job_id"].as_str().unwrap());
        world.api.post(&path, json!({})).expect(200);
        is(&ended(&world, &last), "cancelled");
        assert_eq!(world.api.get("/api/v1/runs?state=cancelled").expect(200)["items"].as_array().unwrap().len(), 5);
    });
}
