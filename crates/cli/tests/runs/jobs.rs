//! Jobs: later, again, laid aside and tried again by hand.

use callwright_testkit::{Answer, Database, Gate, Options, Server, eventually, on_both};
use serde_json::{Value, json};

use super::{BINARY, World, id, is};

#[track_caller]
fn job_in(world: &World, job: &str, state: &str) -> Value {
    eventually(&format!("the job is {state}"), 30, || {
        let job = world.api.get(&format!("/api/v1/jobs/{job}")).expect(200);
        (job["state"] == state).then_some(job)
    })
}

#[test]
fn a_call_is_made_later_and_again_until_it_works() {
    on_both(|database| {
        let world = World::new(database);
        world.tool(
            "send",
            json!({"effect": "write", "policy": {"retry": {"rate_limit": {"attempts": 0, "base_ms": 100}}}}),
        );
        world.upstream.next(Answer::status(503).header("retry-after", "0")).next(Answer::json(200, json!({"sent": 1})));
        let keyed = world.api.with_header("Idempotency-Key", "reminder");
        let wish = json!({"tool": "send", "arguments": {"to": "a"}, "delay_s": 1});
        let reply = keyed.post("/api/v1/jobs", wish.clone());
        assert!(reply.header("location").unwrap().starts_with("/api/v1/jobs/job_"));
        let job = reply.expect(202);
        assert_eq!((&job["state"], &job["title"], &job["kind"]), (&json!("queued"), &json!("send"), &json!("call")));
        assert_eq!(id(&keyed.post("/api/v1/jobs", wish).expect(202)), id(&job));
        assert_eq!(keyed.post("/api/v1/jobs", json!({"tool": "send"})).code(), "idempotency_key_reused");
        assert_eq!(world.upstream.count(), 0);
        let done = job_in(&world, &id(&job), "done");
        assert_eq!((world.upstream.count(), &done["attempts"]), (2, &json!(2)));
        let execution = world.api.get(&format!("/api/v1/executions/{}", done["subject"].as_str().unwrap())).expect(200);
        is(&execution, "done");

        // One that waits is stopped before anything is sent.
        let later = world.api.post("/api/v1/jobs", json!({"tool": "send", "delay_s": 3600})).expect(202);
        is(&world.api.post(&format!("/api/v1/jobs/{}/cancel", id(&later)), json!({})).expect(200), "cancelled");
        for (body, field) in [
            (json!({"tool": "send", "max_attempts": 0}), "max_attempts"),
            (json!({"tool": "send", "priority": 101}), "priority"),
            (json!({"tool": "send", "delay_s": 40_000_000}), "delay_s"),
            (json!({"arguments": {}}), "tool"),
        ] {
            let reply = world.api.post("/api/v1/jobs", body);
            assert_eq!(
                (reply.status, reply.body["error"]["details"]["field"].as_str()),
                (422, Some(field)),
                "{reply:?}"
            );
        }
    });
}

#[test]
fn a_call_that_is_stopped_while_it_is_made_is_not_made_again() {
    on_both(|database| {
        let world = World::new(database);
        let policy = json!({"retry": {"rate_limit": {"attempts": 0, "base_ms": 100}}});
        world.tool("send", json!({"effect": "write", "policy": policy}));
        let gate = Gate::new();
        world.upstream.next(Answer::status(503).header("retry-after", "0").behind(&gate));
        let job = id(&world.api.post("/api/v1/jobs", json!({"tool": "send"})).expect(202));
        world.upstream.wait_for(1);
        world.api.post(&format!("/api/v1/jobs/{job}/cancel"), json!({})).expect(200);
        gate.open();
        let job = job_in(&world, &job, "cancelled");
        assert!(job["ended_at"].is_string() && job["attempts"] == 1, "{job}");
        std::thread::sleep(std::time::Duration::from_secs(3));
        assert_eq!(world.upstream.count(), 1);
        world.api.post(&format!("/api/v1/jobs/{}/retry", id(&job)), json!({})).expect(200);
        job_in(&world, &id(&job), "done");
    });
}

#[test]
fn what_failed_too_often_is_laid_aside_and_tried_again_by_hand() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("send", json!({"effect": "write"}));
        world.upstream.next(Answer::status(400));
        let job = id(&world.api.post("/api/v1/jobs", json!({"tool": "send", "max_attempts": 1})).expect(202));
        let dead = job_in(&world, &job, "dead");
        assert!(dead["error"].as_str().is_some(), "{dead}");
        let page = world.api.get("/api/v1/jobs?state=dead&kind=call").expect(200);
        assert_eq!(id(&page["items"][0]), job);
        world.api.post(&format!("/api/v1/jobs/{job}/retry"), json!({})).expect(200);
        job_in(&world, &job, "done");
        assert_eq!(world.upstream.count(), 2);
        let again = world.api.post(&format!("/api/v1/jobs/{job}/retry"), json!({}));
        assert_eq!((again.status, again.code()), (409, "not_dead"));
        assert_eq!(world.api.get("/api/v1/audit?action=job.retry").expect(200)["items"].as_array().unwrap().len(), 1);

        // What may have acted is not done again by trying again.
        world.upstream.next(Answer::reset());
        let job = id(&world.api.post("/api/v1/jobs", json!({"tool": "send", "arguments": {"n": 2}})).expect(202));
        job_in(&world, &job, "dead");
        let before = world.upstream.count();
        world.api.post(&format!("/api/v1/jobs/{job}/retry"), json!({})).expect(200);
        eventually("the job settles", 20, || {
            let job = world.api.get(&format!("/api/v1/jobs/{job}")).expect(200);
            (!["queued", "running"].contains(&job["state"].as_str().unwrap())).then_some(())
        });
        assert_eq!(world.upstream.count(), before, "it is held until somebody has settled it");
    });
}

#[test]
fn a_run_that_was_laid_aside_goes_on_where_it_was() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("book", json!({"effect": "write"}));
        // A refusal that nobody gets around by asking again.
        let script = json!([{"calls": [{"name": "book"}]}, {"fail": {"kind": "auth", "message": "no key"}}]);
        world.agent("Booker", script, &["book"]);
        let run = world.run("Booker", json!({}));
        assert_eq!((&run["state"], &run["error"]["code"]), (&json!("failed"), &json!("model_error")), "{run}");
        let job = run["job_id"].as_str().unwrap().to_owned();
        is(&job_in(&world, &job, "dead"), "dead");
        let retried = world.api.post(&format!("/api/v1/jobs/{job}/retry"), json!({})).expect(200);
        assert!(retried.get("error").is_none(), "{retried}");
        let run = eventually("it ends again", 20, || {
            let run = world.settled(&run);
            (run["state"] == "failed").then_some(run)
        });
        assert!(run["error"]["message"].as_str().unwrap().contains("no key"), "{run}");
        assert_eq!(world.upstream.count(), 1, "what was done is not done again");

        // Once the thread went on without it, there is nothing to go on with.
        world.agent("Other", json!([{"say": "hello"}]), &[]);
        job_in(&world, &job, "dead");
        is(&world.run("Other", json!({"thread_id": run["thread_id"]})), "completed");
        let late = world.api.post(&format!("/api/v1/jobs/{job}/retry"), json!({}));
        assert_eq!((late.status, late.code()), (409, "thread_went_on"));
    });
}

#[test]
fn a_worker_beside_a_server_carries_its_jobs() {
    if !callwright_testkit::postgres::is_available() {
        assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed");
        return;
    }
    let world = World::with(Options::new(BINARY, Database::Postgres).env("CALLWRIGHT_WORKERS", "0"));
    world.agent("Greeter", json!([{"say": "hello"}]), &[]);
    let run = world.api.post("/api/v1/runs", json!({"agent": "Greeter", "message": "x", "wait_ms": 1500})).expect(202);
    is(&run, "queued");
    let mut worker = world.server.command(&["worker"]);
    worker.env("CALLWRIGHT_WORKERS", "8").stderr(std::process::Stdio::piped());
    let mut worker = worker.spawn().unwrap();
    let run = eventually("the worker carries it", 30, || {
        let run = world.settled(&run);
        (run["state"] == "completed").then_some(run)
    });
    assert_eq!(run["output"], "hello");
    worker.kill().unwrap();
    worker.wait().unwrap();

    let sqlite = Server::prepare(Options::new(BINARY, Database::Sqlite));
    let refused = sqlite.run(&["worker"]).expect(1);
    assert!(refused.stderr.contains("PostgreSQL"), "{}", refused.stderr);
}
