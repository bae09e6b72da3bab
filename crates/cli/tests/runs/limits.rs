//! How far a run may go, and what a run tells at its end.

use base64::{Engine, engine::general_purpose::STANDARD};
use callwright_testkit::{Upstream, eventually, on_both};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};

use super::{World, id, is};

fn fails_with(run: &Value, code: &str) {
    assert_eq!((&run["state"], &run["error"]["code"]), (&json!("failed"), &json!(code)), "{run}");
}

#[test]
fn a_run_ends_where_its_limits_are() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("find", json!({}));
        let calls: Vec<Value> = (0..40).map(|n| json!({"calls": [{"name": "find", "arguments": {"n": n}}]})).collect();
        world.agent("Busy", json!(calls), &["find"]);
        let run = world.run("Busy", json!({"limits": {"max_steps": 3}}));
        fails_with(&run, "step_limit");
        assert_eq!((&run["steps"], world.upstream.count()), (&json!(3), 3));
        let run = world.run("Busy", json!({"limits": {"max_tokens": 20}}));
        fails_with(&run, "token_limit");

        // A run may be given less than its agent, and never more.
        let agent = world.api.get("/api/v1/agents/Busy").expect(200);
        let mut narrow = json!({"name": "Busy", "model": "scripted", "metadata": agent["metadata"]});
        narrow["limits"] = json!({"max_steps": 2, "timeout_s": 600, "max_tokens": 5_000});
        world.api.put("/api/v1/agents/Busy", narrow).expect(200);
        let run = world.run("Busy", json!({"limits": {"max_steps": 200, "timeout_s": 86_400}}));
        fails_with(&run, "step_limit");
        assert_eq!(run["limits"], json!({"max_steps": 2, "max_tokens": 5_000, "timeout_s": 600}));
        let run = world.run("Busy", json!({"limits": {"max_tokens": 4}}));
        assert_eq!(run["limits"], json!({"max_steps": 2, "max_tokens": 4, "timeout_s": 600}));

        let same = json!({"calls": [{"name": "find", "arguments": {"same": true}}]});
        world.agent("Deaf", json!(vec![same; 40]), &["find"]);
        let before = world.upstream.count();
        let run = world.run("Deaf", json!({}));
        fails_with(&run, "loop_detected");
        assert_eq!(world.upstream.count(), before + 5, "no more than five times");

        world.agent("Slow", json!([{"delay_ms": 30_000, "say": "late"}]), &[]);
        let run = world.run("Slow", json!({"limits": {"timeout_s": 1}}));
        fails_with(&run, "deadline");
        let failed = world.api.get("/api/v1/runs?state=failed").expect(200);
        assert_eq!(failed["items"].as_array().unwrap().len(), 6);

        // Page by page, newest first, each once.
        let first = world.api.get("/api/v1/runs?limit=4").expect(200);
        let second = world
            .api
            .get(&format!("/api/v1/runs?limit=4&cursor={}", first["next_cursor"].as_str().unwrap()))
            .expect(200);
        let mut ids: Vec<String> =
            [&first, &second].iter().flat_map(|page| page["items"].as_array().unwrap()).map(id).collect();
        assert_eq!(ids.len(), 6);
        assert!(ids.is_sorted_by(|a, b| a > b), "{ids:?}");
        ids.dedup();
        assert!(ids.len() == 6 && second.get("next_cursor").is_none());
    });
}

#[test]
fn the_end_of_a_run_is_told_by_a_signed_webhook() {
    on_both(|database| {
        let (world, hooks) = (World::new(database), Upstream::start());
        world.api.put("/api/v1/secrets/WEBHOOK_KEY", json!({"value": "s3cret"})).ok();
        world.agent("Teller", json!([{"say": "told"}]), &[]);
        let webhook = json!({"url": hooks.url("/ended"), "secret": "WEBHOOK_KEY"});
        let run = world.run("Teller", json!({"webhook": webhook}));
        is(&run, "completed");
        let told = hooks.wait_for(1).remove(0);
        let body = told.json();
        assert_eq!((&body["type"], &body["data"]["id"]), (&json!("run.finished"), &run["id"]));
        assert_eq!((&body["data"]["output"], &body["data"]["state"]), (&json!("told"), &json!("completed")));
        let (id, at) = (told.header("webhook-id").unwrap(), told.header("webhook-timestamp").unwrap());
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"s3cret").unwrap();
        mac.update(format!("{id}.{at}.").as_bytes());
        mac.update(&told.body);
        let signature = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        assert_eq!(told.header("webhook-signature"), Some(signature.as_str()));
        eventually("the delivery is on record", 10, || {
            let path = format!("/api/v1/deliveries?state=delivered&subject={}", run["id"].as_str().unwrap());
            let page = world.api.get(&path).expect(200);
            (page["items"][0]["event"] == "run.finished").then_some(())
        });
    });
}
