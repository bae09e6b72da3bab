//! What a run had begun or asked for when it was stopped, died, or changed hands.

use callwright_testkit::{Options, Person, eventually, on_both};
use serde_json::{Value, json};

use super::{BINARY, World, id, is};

fn clerk(world: &World, policy: Value) {
    world.tool("refund", json!({"effect": "destructive", "policy": policy}));
    world.agent(
        "Clerk",
        json!([{"calls": [{"name": "refund", "arguments": {"amount": 5}}]}, {"say": "It said: {{result}}"}]),
        &["refund"],
    );
}

fn open_tickets(world: &World) -> Vec<Value> {
    world.api.get("/api/v1/approvals?state=open").expect(200)["items"].as_array().unwrap().clone()
}

/// Another token of the same administrator: the one that asked may not approve.
fn approve(world: &World, ticket: &str) -> u16 {
    let made = world.api.post("/api/v1/tokens", json!({"name": "operator"})).expect(201);
    let operator = world.api.with_token(made["token"].as_str().unwrap());
    operator.post(&format!("/api/v1/approvals/{ticket}/approve"), json!({})).status
}

#[test]
fn what_a_stopped_run_had_asked_for_cannot_be_approved_any_more() {
    on_both(|database| {
        let world = World::new(database);
        clerk(&world, json!({"approval": true}));
        for rest in [json!({}), json!({"limits": {"timeout_s": 2}})] {
            let run = world.run("Clerk", rest.clone());
            is(&run, "waiting");
            let ticket = id(&open_tickets(&world)[0]).to_owned();
            if rest == json!({}) {
                world.api.post(&format!("/api/v1/runs/{}/cancel", id(&run)), json!({})).expect(200);
            }
            let run = eventually("the run ends", 20, || {
                let run = world.settled(&run);
                ["failed", "cancelled"].contains(&run["state"].as_str().unwrap()).then_some(run)
            });
            assert!(open_tickets(&world).is_empty(), "{run}");
            assert_eq!(approve(&world, &ticket), 409);
            let execution = &world.api.get("/api/v1/executions").expect(200)["items"][0];
            assert_eq!((&execution["state"], &execution["error"]["code"]), (&json!("released"), &json!("run_over")));
        }
        assert_eq!(world.upstream.count(), 0);
    });
}

#[test]
fn a_write_that_was_done_is_not_refused_to_whoever_goes_on_though_a_bound_value_is_another() {
    on_both(|database| {
        let mut world = World::with(Options::new(BINARY, database).env("TEST_FAILPOINT", "run.acted"));
        let tool = json!({
            "name": "pay", "kind": "http", "effect": "write",
            "parameters": {"type": "object", "properties": {"amount": {"type": "integer"}, "reference": {"type": "string"}}},
            "bound": {"reference": "{{ execution_id }}"},
            "config": {"method": "POST", "url": world.upstream.url("/pay"), "body": {"json": {"reference": "{{ parameters.reference }}"}}}
        });
        world.api.post("/api/v1/tools", tool).expect(201);
        world.agent(
            "Payer",
            json!([{"calls": [{"name": "pay", "arguments": {"amount": 5}}]}, {"say": "It said: {{result}}"}]),
            &["pay"],
        );
        let wish = json!({"agent": "Payer", "message": "go"});
        let headers = [("content-type", "application/json")];
        let _ = world.api.attempt("POST", "/api/v1/runs", &headers, Some(wish.to_string().into_bytes()));
        eventually("the payment is made", 10, || (world.upstream.count() == 1).then_some(()));
        std::thread::sleep(std::time::Duration::from_millis(300));
        world.server.kill9();
        world.server.set_env("TEST_FAILPOINT", "");
        world.server.restart();
        let run = eventually("the run completes", 20, || {
            let run = world.api.get("/api/v1/runs").expect(200)["items"][0].clone();
            (run["state"] == "completed").then_some(run)
        });
        assert_eq!((&run["output"], world.upstream.count()), (&json!(r#"It said: {"ok":true}"#), 1));
    });
}

#[test]
fn a_key_of_a_run_cannot_be_taken_by_somebody_else() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("pay", json!({"effect": "write"}));
        world.agent(
            "Payer",
            json!([{"calls": [{"name": "pay", "arguments": {}}]}, {"say": "It said: {{result}}"}]),
            &["pay"],
        );
        let run = world.api.post("/api/v1/runs", json!({"agent": "Payer", "message": "go", "delay_s": 2})).expect(202);
        let other = world.api.with_header("Idempotency-Key", format!("{}:1:1", id(&run)));
        other.post("/api/v1/tools/pay/call", json!({"arguments": {"other": 1}})).ok();
        let run = eventually("the run completes", 20, || {
            let run = world.settled(&run);
            (run["state"] == "completed").then_some(run)
        });
        assert_eq!((&run["output"], world.upstream.count()), (&json!(r#"It said: {"ok":true}"#), 2));
    });
}

#[test]
fn the_deadline_holds_while_the_model_is_asked_again_later() {
    on_both(|database| {
        let world = World::new(database);
        world.agent("Later", json!([{"fail": {"kind": "overloaded", "retry_after_ms": 3_600_000}}]), &[]);
        let run = world
            .api
            .post("/api/v1/runs", json!({"agent": "Later", "message": "go", "limits": {"timeout_s": 3}}))
            .expect(202);
        let run = eventually("its time is over", 15, || {
            let run = world.settled(&run);
            (run["state"] == "failed").then_some(run)
        });
        assert_eq!(run["error"]["code"], "deadline", "{run}");
    });
}

#[test]
fn an_agent_that_is_gone_or_taken_back_ends_its_runs() {
    on_both(|database| {
        let world = World::new(database);
        clerk(&world, json!({"approval": true}));
        let run = world.run("Clerk", json!({}));
        is(&run, "waiting");
        let ticket = id(&open_tickets(&world)[0]).to_owned();
        world.api.delete("/api/v1/agents/Clerk").ok();
        approve(&world, &ticket);
        let run = eventually("the run ends", 20, || {
            let run = world.settled(&run);
            (run["state"] == "failed").then_some(run)
        });
        assert_eq!((&run["error"]["code"], world.upstream.count()), (&json!("not_allowed"), 0));
    });
}

#[test]
fn nobody_agrees_for_the_clock() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("wire", json!({"effect": "destructive", "policy": {"confirm": true}}));
        let script = json!([
            {"calls": [{"name": "wire", "arguments": {}}]}, {"say": "asked"}
        ]);
        world.agent("Banker", script, &["wire"]);
        let run = world.run("Banker", json!({}));
        is(&run, "completed");
        let ticket = world.steps(&run)[1]["result"].as_str().unwrap().split("tick_").nth(1).unwrap()[..26].to_owned();
        let agent = json!({"name": "Clockwork", "model": "scripted", "metadata": {"script": [
            {"calls": [{"name": "confirm_action", "arguments": {"ticket": format!("tick_{ticket}"), "confirmed": true}}]},
            {"say": "It said: {{result}}"}
        ]}});
        world.api.post("/api/v1/agents", agent).expect(201);
        world.api.put("/api/v1/agents/Clockwork/tools/wire", json!({})).ok();
        let schedule = json!({"name": "nightly", "cron": "@daily", "target": {"agent": "Clockwork", "message": "go", "thread_id": run["thread_id"]}});
        let schedule = world.api.post("/api/v1/schedules", schedule).expect(201);
        world.api.post(&format!("/api/v1/schedules/{}/run", id(&schedule)), json!({})).ok();
        let run = eventually("the scheduled run ends", 20, || {
            let page = world.api.get("/api/v1/runs?agent=Clockwork").expect(200);
            let run = page["items"][0].clone();
            (run["state"] == "completed").then_some(run)
        });
        assert!(run["output"].as_str().unwrap().contains("started by the clock"), "{run}");
        assert_eq!(world.upstream.count(), 0);
    });
}

#[test]
fn a_run_whose_request_cannot_be_read_ends_all_the_same() {
    on_both(|database| {
        let mut world = World::new(database);
        clerk(&world, json!({"approval": true}));
        let [stopped, woken] = [(); 2].map(|()| world.run("Clerk", json!({})));
        let ticket = open_tickets(&world).iter().find(|ticket| ticket["run_id"] == woken["id"]).map(id);
        // As after a lost key: what was sealed stays so. The last of its attempts comes next.
        world.server.kill9();
        world.server.sql("UPDATE run SET request = 'v1:lost'");
        world.server.sql("UPDATE job SET attempts = max_attempts WHERE kind = 'run'");
        world.server.restart();
        let path = format!("/api/v1/runs/{}/cancel", id(&stopped));
        is(&world.api.post(&path, json!({})).expect(200), "cancelled");
        let ticket = ticket.unwrap_or_else(|| id(&open_tickets(&world)[0]));
        assert_eq!(approve(&world, &ticket), 200);
        let died =
            eventually("it is given up", 20, || Some(world.settled(&woken)).filter(|run| run["state"] == "failed"));
        assert_eq!(died["error"]["code"], "died", "{died}");
        assert!(open_tickets(&world).is_empty());
    });
}

#[test]
fn an_agent_that_is_taken_back_ends_the_runs_of_others() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("refund", json!({"effect": "write", "policy": {"approval": true}}));
        let script = json!({"script": [{"calls": [{"name": "refund"}]}, {"say": "done"}]});
        let agent = json!({"name": "Lent", "model": "scripted", "is_shared": true, "metadata": script});
        world.api.post("/api/v1/agents", agent.clone()).expect(201);
        world.api.put("/api/v1/agents/Lent/tools/refund", json!({})).ok();
        let person = Person::invite(&world.api, "op@example.org", "operator");
        let wish = json!({"agent": "Lent", "message": "go", "wait_ms": 30_000});
        let run = person.api.post("/api/v1/runs", wish).ok();
        is(&run, "waiting");
        let mut closed = agent;
        closed["is_shared"] = json!(false);
        world.api.put("/api/v1/agents/Lent", closed).expect(200);
        let ticket = id(&open_tickets(&world)[0]);
        approve(&world, &ticket);
        let run = eventually("it ends", 20, || Some(world.settled(&run)).filter(|run| run["state"] == "failed"));
        assert_eq!(run["error"]["code"], "not_allowed", "{run}");
    });
}

#[test]
fn a_call_that_cannot_be_made_now_keeps_those_behind_it_from_being_made_first() {
    on_both(|database| {
        let mut world = World::new(database);
        world.api.put("/api/v1/secrets/KEY", json!({"value": "the key of the till"})).ok();
        let url = world.upstream.url("/charge");
        let config = json!({"method": "POST", "url": url, "headers": {"X-Key": "{{ secret.KEY }}"}});
        world.tool("charge", json!({"effect": "write", "config": config}));
        world.tool("ship", json!({"effect": "write"}));
        let both = json!([{"name": "charge", "arguments": {}}, {"name": "ship", "arguments": {}}]);
        world.agent("Clerk", json!([{"calls": both}, {"say": "Shipped."}]), &["charge", "ship"]);
        let change = |world: &mut World, statement: &str| {
            world.server.terminate();
            world.server.sql(statement);
            world.server.restart();
        };
        // A secret that does not open is our own fault, and may be mended: the run is tried again.
        change(&mut world, "UPDATE secret SET sealed = sealed || '!' WHERE name = 'KEY'");
        let run = world.api.post("/api/v1/runs", json!({"agent": "Clerk", "message": "go"})).expect(202);
        let job = format!("/api/v1/jobs/{}", run["job_id"].as_str().unwrap());
        eventually("it was tried", 20, || world.api.get(&job).expect(200)["error"].is_string().then_some(()));
        assert_eq!(world.upstream.count(), 0, "nothing is shipped that was not paid for");
        change(&mut world, "UPDATE secret SET sealed = substr(sealed, 1, length(sealed) - 1) WHERE name = 'KEY'");
        let run = eventually("the run completes", 30, || {
            let run = world.settled(&run);
            (run["state"] == "completed").then_some(run)
        });
        let paths: Vec<String> = world.upstream.requests().iter().map(|request| request.path().to_owned()).collect();
        assert_eq!(paths, ["/charge", "/ship"], "{run}");
    });
}
