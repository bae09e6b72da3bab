//! The guide's runs: begun, watched, told of by a webhook.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use callwright_testkit::{Answer, Api, Gate, Person, eventually, on_both};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{World, ok, refused, text};

/// The status of a job, when it is one of these words.
fn status(api: &Api, job: &str, words: &[&str]) -> Value {
    eventually(&format!("the job is {words:?}"), 20, || {
        let status = ok(api.get(&format!("/agents/status/{job}")));
        words.contains(&text(&status["status"]).as_str()).then_some(status)
    })
}

fn agent(api: &Api, name: &str, tools: Value, script: Value) -> String {
    let body = json!({"name": name, "instructions": "i", "tools": tools, "model": "scripted",
        "metadata": {"script": script}});
    text(&ok(api.post("/agents/create", body))["agent_id"])
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_run_is_begun_and_watched_to_its_end() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        world.made(&api, "data_analysis", "analytics");
        let script = json!([
            {"calls": [{"name": "data_analysis", "arguments": {}}]},
            {"say": "Three opportunities: {{result}}"}
        ]);
        let id = agent(&api, "Analyst", json!(["data_analysis"]), script);
        let gate = Gate::new();
        world.upstream.next(Answer::json(200, json!({"growth": 7})).behind(&gate));
        let body = json!({
            "agent_id": id,
            "message": "Analyze our Q3 sales performance",
            "tools": ["data_analysis"],
            "context": {"company": "TechCorp", "focus_areas": ["revenue"]},
            "an_old_field": 1
        });
        let started = ok(api.post("/agents/execute", body));
        let job = text(&started["job_id"]);
        assert!(job.starts_with("job_"));
        assert_eq!(
            started,
            json!({"response": "200", "job_id": job, "message": "Agent execution started",
                "status_url": format!("/agents/status/{job}"), "model": "agent_execution",
                "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0})
        );
        world.upstream.wait_for(1);
        std::thread::sleep(Duration::from_millis(1_100));
        let running = status(&api, &job, &["processing"]);
        assert_eq!(
            keys(&running),
            [
                "response",
                "job_id",
                "status",
                "created_at",
                "started_at",
                "completed_at",
                "error_message",
                "elapsed_seconds",
                "estimated_remaining"
            ]
        );
        assert!(running["elapsed_seconds"].as_u64().unwrap() >= 1, "{running}");
        assert_eq!((&running["completed_at"], &running["error_message"]), (&Value::Null, &Value::Null));
        assert_eq!(running["estimated_remaining"], Value::Null, "there was no run to guess by");
        assert!(text(&running["started_at"]).ends_with('Z'));
        gate.open();
        let done = status(&api, &job, &["completed"]);
        let result = &done["result"];
        assert_eq!(keys(result), ["run_id", "thread_id", "response", "usage", "completed_at"]);
        assert!(text(&result["run_id"]).starts_with("run_") && text(&result["thread_id"]).starts_with("thread_"));
        assert!(text(&result["response"]).starts_with("Three opportunities: "), "{result}");
        assert_eq!(keys(&result["usage"]), ["prompt_tokens", "completion_tokens", "total_tokens"]);
        assert!(result["usage"]["total_tokens"].as_u64().unwrap() > 0);
        assert_eq!(done["completed_at"], result["completed_at"]);
        let elapsed = done["elapsed_seconds"].as_u64().unwrap();
        assert!(elapsed >= 1);
        // The next one is guessed by this one.
        let gate = Gate::new();
        world.upstream.next(Answer::json(200, json!({"growth": 8})).behind(&gate));
        let next = json!({"agent_id": id, "message": "Again", "thread_id": result["thread_id"]});
        let second = text(&ok(api.post("/agents/execute", next.clone()))["job_id"]);
        world.upstream.wait_for(2);
        let running = ok(api.get(&format!("/agents/status/{second}")));
        let left = running["estimated_remaining"].as_u64().unwrap();
        let spent = running["elapsed_seconds"].as_u64().unwrap();
        assert!(left <= elapsed && left + spent >= elapsed.min(left + spent), "{running}");
        // One run at a time on a thread.
        let message = refused(api.post("/agents/execute", next), 409);
        assert!(message.contains("thread"), "{message}");
        gate.open();
        let again = status(&api, &second, &["completed"]);
        assert_eq!(again["result"]["thread_id"], result["thread_id"]);
        assert_ne!(again["result"]["run_id"], result["run_id"]);
    });
}

#[test]
fn the_tools_of_one_run_replace_the_agents() {
    on_both(|database| {
        let world = World::new(database);
        let owner = world.server.api();
        let maker = Person::invite(&owner, "maker@example.org", "builder").api;
        let other = Person::invite(&owner, "other@example.org", "builder");
        world.made(&maker, "own", "math");
        world.made(&maker, "more", "math");
        let script = json!([
            {"when": "more", "turns": [{"calls": [{"name": "more", "arguments": {}}]}, {"say": "{{result}}"}]},
            {"turns": [{"calls": [{"name": "own", "arguments": {}}]}, {"say": "{{result}}"}]}
        ]);
        let id = agent(&maker, "A", json!(["own"]), script);
        ok(maker.post(&format!("/agents/{id}/share"), json!({"user_ids": [other.id]})));
        let asked = |api: &Api, message: &str, tools: Value| {
            let before = world.upstream.count();
            let body = json!({"agent_id": id, "message": message, "tools": tools});
            let job = text(&ok(api.post("/agents/execute", body))["job_id"]);
            status(api, &job, &["completed"]);
            world.upstream.count() - before
        };
        assert_eq!(asked(&maker, "own", Value::Null), 1);
        assert_eq!(asked(&maker, "own", json!([])), 0, "no tool at all");
        assert_eq!(asked(&maker, "own", json!(["more"])), 0);
        assert_eq!(asked(&maker, "more", json!(["more"])), 1);
        assert_eq!(asked(&other.api, "own", json!(["own"])), 1, "the agent's tool, which was not shared itself");
        let foreign = json!({"agent_id": id, "message": "m", "tools": ["more"]});
        assert!(refused(other.api.post("/agents/execute", foreign), 403).contains("`more`"));
        for (body, expected, named) in [
            (json!({"agent_id": "asst_abc123def456", "message": "m"}), 404, "asst_abc123def456"),
            (json!({"agent_id": id, "message": "m", "thread_id": "thread_xyz789abc123"}), 404, "thread_xyz789abc123"),
            (json!({"agent_id": id, "message": " "}), 400, "`message`"),
            (json!({"agent_id": id}), 400, "`message`"),
            (json!({"message": "m"}), 400, "`agent_id`"),
            (json!({"agent_id": id, "message": "m", "webhook_url": "ftp://example.com"}), 400, "`webhook_url`"),
            (json!({"agent_id": id, "message": "m", "context": "text"}), 400, "`context`"),
        ] {
            let message = refused(maker.post("/agents/execute", body), expected);
            assert!(message.contains(named), "{named}: {message}");
        }
        refused(maker.get("/agents/status/job_xyz789abc123"), 404);
        refused(maker.get("/agents/status/job_00000000000000000000000000"), 404);
    });
}

#[test]
fn what_fails_says_why_and_recent_jobs_tell_of_it() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        let good = agent(&api, "Good", json!([]), json!([{"say": "Hello!"}]));
        let bad = agent(&api, "Bad", json!([]), json!([{"fail": {"kind": "refused", "message": "I will not"}}]));
        let run = |id: &str| text(&ok(api.post("/agents/execute", json!({"agent_id": id, "message": "m"})))["job_id"]);
        let (good, bad) = (run(&good), run(&bad));
        let failed = status(&api, &bad, &["failed"]);
        assert!(text(&failed["error_message"]).contains("I will not"), "{failed}");
        assert!(failed.get("result").is_none() && failed["completed_at"].is_string());
        status(&api, &good, &["completed"]);
        let recent = ok(api.get("/jobs/status/recent"));
        let jobs = recent["jobs"].as_array().unwrap();
        assert_eq!((&jobs[0]["id"], &jobs[0]["status"]), (&json!(bad), &json!("failed")), "newest first");
        assert!(text(&jobs[0]["error_message"]).contains("I will not"));
        assert_eq!((&jobs[1]["id"], jobs[1].get("error_message")), (&json!(good), None), "absent, as clients expect");
        assert_eq!(ok(api.get("/jobs/status/recent?limit=1"))["jobs"].as_array().unwrap().len(), 1);
        refused(api.get("/jobs/status/recent?limit=0"), 400);
        refused(api.anonymous().get("/jobs/status/nothing"), 404);
        let other = Person::invite(&world.server.api(), "other@example.org", "builder").api;
        assert_eq!(ok(other.get("/jobs/status/recent"))["jobs"], json!([]), "those that one asked for oneself");
        refused(world.server.api().anonymous().get("/jobs/status/recent"), 401);
    });
}

#[test]
fn the_webhook_brings_the_status_signed_once_there_is_a_secret() {
    on_both(|database| {
        let world = World::new(database);
        let api = world.api();
        let id = agent(&api, "Teller", json!([]), json!([{"say": "Done."}]));
        let ended = |secret: bool| {
            world.upstream.take();
            let url = world.upstream.url("/webhook/agent-complete");
            let body = json!({"agent_id": id, "message": "m", "webhook_url": url});
            let job = text(&ok(api.post("/agents/execute", body))["job_id"]);
            let status = status(&api, &job, &["completed"]);
            let told = world.upstream.wait_for(1).remove(0);
            assert_eq!((told.method.as_str(), told.path()), ("POST", "/webhook/agent-complete"));
            assert_eq!(told.json(), status, "the body is the status");
            assert_eq!(told.header("webhook-signature").is_some(), secret);
            told
        };
        ended(false);
        let key = "a key that nobody guesses";
        world.server.api().put("/api/v1/secrets/WEBHOOK_SIGNING_SECRET", json!({"value": key})).ok();
        let told = ended(true);
        let header = |name: &str| told.header(name).unwrap().to_owned();
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        mac.update(format!("{}.{}.", header("webhook-id"), header("webhook-timestamp")).as_bytes());
        mac.update(&told.body);
        assert_eq!(header("webhook-signature"), format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())));
    });
}
