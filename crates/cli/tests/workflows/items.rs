//! Steps that run once for each item of a list.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use callwright_testkit::{Answer, on_both};
use serde_json::{Value, json};

use super::{World, id, is, text};

#[test]
fn a_thousand_items_run_under_a_cap_and_keep_their_order() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("square", json!({"effect": "write"}));
        // Each is held for a while, so those that came within it are there together.
        let held = Duration::from_millis(20);
        let (most, came) = (Arc::new(AtomicUsize::new(0)), Mutex::new(VecDeque::<Instant>::new()));
        let peak = most.clone();
        world.upstream.respond(move |request| {
            let (mut came, now) = (came.lock().unwrap(), Instant::now());
            came.retain(|at| now.duration_since(*at) < held);
            came.push_back(now);
            peak.fetch_max(came.len(), Ordering::SeqCst);
            let number = request.json()["n"].as_i64().unwrap();
            Answer::json(200, json!({"square": number * number})).delay(held)
        });
        world.workflow(
            "w",
            json!({"steps": [{
                "tool": "square", "foreach": "params.numbers", "concurrency": 12,
                "params": {"n": "{{ item }}", "at": "{{ index }}"}
            }], "output": "{{ results.square | map(attribute='square') | list }}"}),
        );
        let numbers: Vec<i64> = (0..1_000).collect();
        let begun = world.api.post("/api/v1/workflows/w/runs", json!({"input": {"numbers": numbers}})).expect(202);
        let run = world.ended(&begun);
        is(&run, "completed");
        assert_eq!(world.upstream.count(), 1_000);
        let most = most.load(Ordering::SeqCst);
        assert!((2..=12).contains(&most), "at most 12 at once, and more than one: {most}");
        let squares: Vec<i64> = numbers.iter().map(|number| number * number).collect();
        assert_eq!(run["result"]["output"], json!(squares));
        let keys: std::collections::HashSet<String> = world
            .upstream
            .requests()
            .iter()
            .map(|request| request.header("idempotency-key").unwrap().to_owned())
            .collect();
        assert_eq!(keys.len(), 1_000);
        assert!(keys.contains(&format!("{}:1:1000", id(&run))), "each by its own place");
        let page = world.api.get(&format!("/api/v1/runs/{}/steps?limit=200", id(&run))).expect(200);
        assert_eq!(page["items"][0]["arguments"], json!({"items": 1000}));
        assert_eq!((&page["items"][3]["position"], &page["items"][3]["output"]), (&json!(3), &json!({"square": 4})));
    });
}

#[test]
fn an_item_that_fails_stops_what_is_required_and_marks_what_is_not() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("check", json!({}));
        world.upstream.respond(|request| match request.json()["n"].as_i64() {
            Some(3) => Answer::status(500),
            n => Answer::json(200, json!({ "n": n })),
        });
        let step = |required: bool| json!({"steps": [{"tool": "check", "foreach": "params.rows", "concurrency": 1, "required": required, "params": {"n": "{{ item.n }}"}}]});
        world.workflow("strict", step(true));
        world.workflow("lax", step(false));
        let rows: Vec<Value> = (1..=5).map(|n| json!({ "n": n })).collect();
        let run = world.run("strict", json!({ "rows": rows }));
        is(&run, "failed");
        assert!(text(&run["error"]["message"]).contains("item 2"), "counted like `index`: {run}");
        assert_eq!(world.upstream.take().len(), 3);
        let run = world.run("lax", json!({ "rows": rows }));
        is(&run, "completed");
        let results = run["result"]["output"]["check"].as_array().unwrap().clone();
        assert_eq!((results.len(), &results[4]["n"], results[2]["error"].is_string()), (5, &json!(5), true));
        assert!(text(&world.steps(&run)[0]["note"]).contains("1 of 5 items failed"));
    });
}

#[test]
fn what_is_no_list_is_refused_and_an_empty_one_is_fine() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("check", json!({}));
        world.workflow("w", json!({"steps": [{"tool": "check", "foreach": "params.rows"}]}));
        let run = world.run("w", json!({"rows": []}));
        is(&run, "completed");
        assert_eq!(run["result"]["output"]["check"], json!([]));
        let run = world.run("w", json!({"rows": "abc"}));
        assert!(text(&run["error"]["message"]).contains("must give a list"), "{run}");
        let run = world.run("w", json!({}));
        assert!(text(&run["error"]["message"]).contains("params.rows"), "{run}");
        let many: Vec<i64> = (0..10_001).collect();
        let run = world.run("w", json!({ "rows": many }));
        assert!(text(&run["error"]["message"]).contains("10001 items"), "{run}");
        assert_eq!(world.upstream.count(), 0);
    });
}

#[test]
fn agents_run_for_items_some_at_a_time() {
    on_both(|database| {
        let world = World::new(database);
        world.agent("Judge", json!([{"say": "on {{message}}", "delay_ms": 100}]), &[]);
        world.workflow(
            "w",
            json!({"steps": [{"name": "judge", "agent": "Judge", "foreach": "params.cases", "concurrency": 3, "params": {"message": "case {{ item }}"}}],
                   "output": "{{ results.judge | map(attribute='output') | list }}"}),
        );
        let run = world.run("w", json!({"cases": [1, 2, 3, 4, 5, 6, 7]}));
        is(&run, "completed");
        let said: Vec<String> = (1..=7).map(|n| format!("on case {n}")).collect();
        assert_eq!(run["result"]["output"], json!(said));
        assert_eq!(world.children(&run).len(), 7);
    });
}

#[test]
fn results_that_are_too_large_together_are_not_gathered_first() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("page", json!({"result": {"max_bytes": 1_048_576}}));
        let page = "x".repeat(1_000_000);
        world.upstream.respond(move |_| Answer::json(200, json!({ "page": page })));
        world.workflow("w", json!({"steps": [{"tool": "page", "foreach": "params.pages", "concurrency": 2}]}));
        let pages: Vec<i64> = (0..60).collect();
        let begun = world.api.post("/api/v1/workflows/w/runs", json!({"input": {"pages": pages}})).expect(202);
        let run = world.ended(&begun);
        is(&run, "failed");
        assert_eq!(run["error"]["code"], "too_large", "{run}");
        // 16 MiB are the most; what was under way by then may end.
        let asked = world.upstream.count();
        assert!((17..=20).contains(&asked), "{asked} of 60 were asked for");
    });
}
