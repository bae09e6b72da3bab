//! A server dies between the parts of a step: nothing is lost, and nothing is done twice.

use std::{thread, time::Duration};

use callwright_testkit::{eventually, on_both};
use serde_json::json;

use super::{World, call, handoff, text};

/// Before the tool's outcome is kept, before and after the transaction in which one run ends and the next begins.
const POINTS: [&str; 6] = ["run.kept", "control.done", "control.kept", "run.acted", "run.handing", "run.ended"];

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

#[test]
fn wherever_it_dies_the_conversation_is_handed_on_once() {
    for point in POINTS {
        for pass_context in [true, false] {
            on_both(|database| {
                let mut world = World::new(database);
                handoff::three(&world, &json!({"pass_context": pass_context}));
                world.server.terminate();
                world.server.set_env("TEST_FAILPOINT", point);
                world.server.restart();
                let keyed = world.api.with_header("Idempotency-Key", "guest-1");
                let wish = json!({"agent": "Reception", "message": "oysters for two"});
                let _ = keyed.attempt("POST", "/api/v1/runs", &JSON, Some(wish.to_string().into_bytes()));
                thread::sleep(Duration::from_millis(400));
                assert!(keyed.attempt("GET", "/api/v1/runs", &[], None).is_err(), "{point}: it died there");
                world.server.kill9();
                world.server.set_env("TEST_FAILPOINT", "");
                world.server.restart();
                let first = keyed.post("/api/v1/runs", wish).ok();
                let first = world.settled(&text(&first["id"]));
                let runs = handoff::chain(&world, first);
                let names: Vec<_> = runs.iter().map(|run| text(&run["agent_name"])).collect();
                assert_eq!(names, ["Reception", "Booking", "Kitchen"], "{point}: {runs:?}");
                assert!(runs.iter().all(|run| run["state"] == "completed"), "{point}: {runs:?}");
                let all = world.api.get("/api/v1/runs").expect(200);
                assert_eq!(all["items"].as_array().unwrap().len(), 3, "{point}: no run is begun twice");
                let log = world.api.get("/api/v1/executions").expect(200);
                assert_eq!(log["items"].as_array().unwrap().len(), 2, "{point}: no step is taken twice");
            });
        }
    }
}

#[test]
fn wherever_it_dies_the_call_ends_once_and_is_told_once() {
    for point in POINTS {
        on_both(|database| {
            let mut world = World::new(database);
            let webhook = json!({"url": world.hooks.url("/control")});
            world.tool("bye", json!({"action": "end_call", "message": "Goodbye.", "webhook": webhook}), json!({}));
            world.agent("Host", json!([{"calls": [call("bye", json!({}))]}, {"say": "never said"}]), &["bye"]);
            world.server.terminate();
            world.server.set_env("TEST_FAILPOINT", point);
            world.server.restart();
            let keyed = world.api.with_header("Idempotency-Key", "guest-1");
            let wish = json!({"agent": "Host", "message": "that is all"});
            let _ = keyed.attempt("POST", "/api/v1/runs", &JSON, Some(wish.to_string().into_bytes()));
            thread::sleep(Duration::from_millis(400));
            assert!(keyed.attempt("GET", "/api/v1/runs", &[], None).is_err(), "{point}: it died there");
            world.server.kill9();
            world.server.set_env("TEST_FAILPOINT", "");
            world.server.restart();
            let run = keyed.post("/api/v1/runs", wish).ok();
            let run = world.settled(&text(&run["id"]));
            assert_eq!(
                (&run["state"], &run["output"], &run["steps"]),
                (&json!("completed"), &json!("Goodbye."), &json!(1)),
                "{point}: {run}"
            );
            assert_eq!(world.messages(&run).len(), 4, "{point}");
            world.hooks.wait_for(1);
            // A delivery that was under way when the server died may come again, under one id.
            eventually("everything is delivered", 90, || {
                let queued = world.api.get("/api/v1/deliveries?state=queued").expect(200);
                queued["items"].as_array().unwrap().is_empty().then_some(())
            });
            let mut ids: Vec<_> = world.hooks.requests().iter().map(|told| text(&told.json()["data"]["id"])).collect();
            ids.dedup();
            assert_eq!(ids.len(), 1, "{point}");
            let delivered = world.api.get("/api/v1/deliveries").expect(200);
            assert_eq!(delivered["items"].as_array().unwrap().len(), 1, "{point}: one delivery");
        });
    }
}
