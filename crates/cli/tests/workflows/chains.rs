//! Chains of tools: parameters from earlier results, conditions, failures, exits, retries, groups.

use callwright_testkit::{Answer, on_both};
use serde_json::{Value, json};

use super::{World, id, is, states, text};

/// The sample of the voice guide.
fn purchase() -> Value {
    json!({"steps": [
        {"name": "inventory_check", "tool": "check_inventory", "params": {"product_id": "{{params.product_id}}"}, "required": true},
        {"name": "order_creation", "tool": "create_order", "params": {
            "product_id": "{{params.product_id}}", "quantity": "{{params.quantity}}", "customer_id": "{{params.customer_id}}"
         }, "condition": "results.inventory_check.in_stock", "required": true},
        {"name": "confirmation", "tool": "send_confirmation", "params": {
            "order_id": "{{results.order_creation.order_id}}", "email": "{{params.customer_email}}"
         }, "condition": "results.order_creation.success", "required": false}
    ]})
}

fn shop(world: &World) {
    world.tool("check_inventory", json!({}));
    world.tool("create_order", json!({"effect": "write"}));
    world.tool("send_confirmation", json!({"effect": "write"}));
    world.workflow("complete_purchase", purchase());
}

fn order() -> Value {
    json!({"product_id": "p-7", "quantity": 2, "customer_id": 99, "customer_email": "a@b.c"})
}

#[test]
fn the_voice_guides_sample_passes_typed_values_on() {
    on_both(|database| {
        let world = World::new(database);
        shop(&world);
        world
            .upstream
            .next(Answer::json(200, json!({"in_stock": true})))
            .next(Answer::json(200, json!({"success": true, "order_id": 4711})))
            .next(Answer::json(200, json!({"sent": true})));
        let run = world.run("complete_purchase", order());
        is(&run, "completed");
        let asked = world.upstream.requests();
        assert_eq!(asked[0].json(), json!({"product_id": "p-7"}));
        assert_eq!(
            asked[1].json(),
            json!({"product_id": "p-7", "quantity": 2, "customer_id": 99}),
            "numbers stay numbers"
        );
        assert_eq!(asked[2].json(), json!({"order_id": 4711, "email": "a@b.c"}));
        assert_eq!(
            asked[1].header("idempotency-key"),
            Some(format!("{}:2:0", id(&run)).as_str()),
            "its place in the run"
        );
        let output = &run["result"]["output"];
        assert_eq!(
            (&output["order_creation"]["order_id"], &output["confirmation"]["sent"]),
            (&json!(4711), &json!(true))
        );
        assert_eq!(run["output"], json!(output.to_string()));
        assert_eq!(
            (&run["steps"], &run["kind"], &run["workflow_name"]),
            (&json!(3), &json!("workflow"), &json!("complete_purchase"))
        );
        let steps = world.steps(&run);
        let execution = world.api.get(&format!("/api/v1/executions/{}", text(&steps[1]["execution_id"]))).expect(200);
        assert_eq!((&execution["tool_name"], &execution["state"]), (&json!("create_order"), &json!("done")));
        assert_eq!(steps[1]["arguments"]["quantity"], 2);
    });
}

#[test]
fn a_step_whose_condition_does_not_hold_is_skipped_and_its_result_is_null() {
    on_both(|database| {
        let world = World::new(database);
        shop(&world);
        world.upstream.always(Answer::json(200, json!({"in_stock": false})));
        let run = world.run("complete_purchase", order());
        is(&run, "completed");
        assert_eq!(
            world.states(&run),
            states(&[("inventory_check", "done"), ("order_creation", "skipped"), ("confirmation", "skipped")])
        );
        assert_eq!(run["result"]["output"]["order_creation"], Value::Null);
        let steps = world.steps(&run);
        assert_eq!(steps[1]["note"], "`results.inventory_check.in_stock` does not hold");
        let note = text(&steps[2]["note"]);
        assert!(note.contains("missing: `results.order_creation.success`"), "{note}");
        assert_eq!(world.upstream.count(), 1);
    });
}

#[test]
fn a_required_step_that_fails_fails_the_run_and_an_optional_one_leaves_an_error() {
    on_both(|database| {
        let world = World::new(database);
        shop(&world);
        world.upstream.next(Answer::json(200, json!({"in_stock": true}))).next(Answer::status(500));
        let run = world.run("complete_purchase", order());
        is(&run, "failed");
        let why = text(&run["error"]["message"]);
        assert!(run["error"]["code"] == "step_failed" && why.contains("step 2 `order_creation`"), "{run}");
        assert_eq!(world.states(&run)[1].1, "failed");

        world
            .upstream
            .next(Answer::json(200, json!({"in_stock": true})))
            .next(Answer::json(200, json!({"success": true, "order_id": 1})))
            .next(Answer::status(500));
        let run = world.run("complete_purchase", order());
        is(&run, "completed");
        let left = &run["result"]["output"]["confirmation"];
        assert!(left["error"].is_string() && left["success"] == false, "{left}");
    });
}

#[test]
fn what_a_template_needs_and_is_not_there_fails_the_step_by_name() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("a", json!({}));
        world.workflow("w", json!({"steps": [{"tool": "a", "params": {"x": "{{ params.nobody.said }}"}}]}));
        let run = world.run("w", json!({}));
        is(&run, "failed");
        assert!(text(&run["error"]["message"]).contains("params.nobody.said"), "{run}");
        assert_eq!(world.upstream.count(), 0);
        // With a default it is fine.
        world.workflow("v", json!({"steps": [{"tool": "a", "params": {"x": "{{ params.nobody | default('me') }}", "all": "{{ params }}"}}]}));
        is(&world.run("v", json!({"n": [1, {"deep": true}]})), "completed");
        assert_eq!(world.upstream.requests()[0].json(), json!({"x": "me", "all": {"n": [1, {"deep": true}]}}));
    });
}

#[test]
fn exit_flags_end_a_run_where_they_stand() {
    on_both(|database| {
        let world = World::new(database);
        for tool in ["a", "b", "c"] {
            world.tool(tool, json!({}));
        }
        let plan = |flags: Value| {
            let mut first = json!({"tool": "a", "required": false});
            for (key, value) in flags.as_object().unwrap() {
                first[key] = value.clone();
            }
            json!({"steps": [first, {"tool": "b"}]})
        };
        world.workflow("on_success", plan(json!({"exit_on_success": true})));
        world.workflow("on_failure", plan(json!({"exit_on_failure": true})));
        for (workflow, answer, goes_on) in [
            ("on_success", Answer::json(200, json!({"found": 1})), false),
            ("on_success", Answer::json(200, json!({"success": false})), true),
            ("on_success", Answer::status(500), true),
            ("on_failure", Answer::json(200, json!({})), true),
            ("on_failure", Answer::json(200, json!({"success": false})), false),
            ("on_failure", Answer::status(500), false),
        ] {
            world.upstream.take();
            world.upstream.next(answer);
            let run = world.run(workflow, json!({}));
            is(&run, "completed");
            assert_eq!(world.upstream.count(), if goes_on { 2 } else { 1 }, "{workflow}: {run}");
            if !goes_on {
                let steps = world.steps(&run);
                assert_eq!(steps[1]["state"], "skipped");
                assert!(text(&steps[1]["note"]).contains("exit_on_"), "{steps:?}");
            }
        }
    });
}

#[test]
fn a_step_is_tried_again_only_when_nothing_was_done() {
    on_both(|database| {
        let world = World::new(database);
        let once = json!({"retry": {"network": {"attempts": 0, "base_ms": 1}, "rate_limit": {"attempts": 0, "base_ms": 1}, "timeout": {"attempts": 0, "base_ms": 1}}});
        world.tool("send", json!({"effect": "write", "policy": once}));
        world.workflow("w", json!({"steps": [{"tool": "send", "retry": {"max_attempts": 3, "delay_ms": 10}}]}));
        // 429 says that it was not done.
        world.upstream.next(Answer::status(429)).next(Answer::json(200, json!({"ok": 1})));
        let run = world.run("w", json!({}));
        is(&run, "completed");
        let asked = world.upstream.take();
        let keys: Vec<&str> = asked.iter().map(|request| request.header("idempotency-key").unwrap()).collect();
        assert!(keys.len() == 2 && keys[0] != keys[1] && keys[1].starts_with(keys[0]), "{keys:?}");
        assert_eq!(world.steps(&run)[0]["retries"], 1);
        // A connection that broke after the request was sent: nobody knows, so nobody asks again.
        world.upstream.next(Answer::reset());
        let run = world.run("w", json!({}));
        is(&run, "failed");
        assert_eq!(world.upstream.count(), 1, "{run}");
    });
}

#[test]
fn a_group_runs_side_by_side_and_hands_all_results_on() {
    on_both(|database| {
        let world = World::new(database);
        for tool in ["a", "b", "c", "sum"] {
            world.tool(tool, json!({}));
        }
        world.upstream.respond(|request| {
            let answer = Answer::json(200, json!({"from": request.path()}));
            if request.path() == "/sum" { answer } else { answer.delay(std::time::Duration::from_millis(500)) }
        });
        world.workflow(
            "w",
            json!({"steps": [
                {"name": "look", "parallel": [{"tool": "a"}, {"tool": "b"}, {"name": "third", "tool": "c", "condition": "params.wanted"}]},
                {"tool": "sum", "params": {"all": ["{{ results.a.from }}", "{{ results.b.from }}", "{{ results.third }}"]}}
            ], "output": {"sum": "{{ results.sum.from }}", "of": "{{ params.wanted }}"}}),
        );
        let begun = std::time::Instant::now();
        let run = world.run("w", json!({"wanted": true}));
        is(&run, "completed");
        assert!(begun.elapsed().as_millis() < 1_400, "{:?}", begun.elapsed());
        let last = world.upstream.requests().last().unwrap().json();
        assert_eq!(last, json!({"all": ["/a", "/b", {"from": "/c"}]}));
        assert_eq!(run["result"]["output"], json!({"sum": "/sum", "of": true}));
        assert_eq!(
            world.states(&run),
            states(&[("look", "done"), ("a", "done"), ("b", "done"), ("third", "done"), ("sum", "done")])
        );
        let run = world.run("w", json!({"wanted": false}));
        assert_eq!(world.states(&run)[3], ("third".to_owned(), "skipped".to_owned()));
    });
}

#[test]
fn a_write_that_needs_an_approval_lays_the_chain_down() {
    on_both(|database| {
        let mut world = World::new(database);
        world.tool("look", json!({}));
        world.tool("pay", json!({"effect": "write", "policy": {"approval": true}}));
        world.workflow(
            "w",
            json!({"steps": [
                {"parallel": [{"tool": "look"}, {"name": "paid", "tool": "pay", "params": {"amount": "{{ params.amount }}"}}]},
                {"name": "again", "tool": "look", "params": {"was": "{{ results.paid }}"}}
            ]}),
        );
        let run = world.run("w", json!({"amount": 5}));
        is(&run, "waiting");
        assert_eq!(world.states(&run)[..3], states(&[("group_1", "waiting"), ("look", "done"), ("paid", "waiting")]));
        world.server.restart();
        world.decide("approve");
        let run = world.ended(&run);
        is(&run, "completed");
        let paths: Vec<String> = world.upstream.requests().iter().map(|request| request.path().to_owned()).collect();
        assert_eq!(paths, ["/look", "/pay", "/look"], "what was done is not done again");

        let denied = world.run("w", json!({"amount": 6}));
        is(&denied, "waiting");
        world.decide("deny");
        let denied = world.ended(&denied);
        is(&denied, "failed");
        assert!(text(&denied["error"]["message"]).contains("denied"), "{denied}");
    });
}

#[test]
fn an_agent_is_a_step_among_tools() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("find", json!({}));
        world.agent("Writer", json!([{"say": "{\"letter\": \"about {{message}}\"}"}]), &[]);
        world.upstream.always(Answer::json(200, json!({"title": "rain"})));
        world.workflow(
            "w",
            json!({"steps": [
                {"tool": "find"},
                {"name": "write", "agent": "Writer", "params": {"message": "{{ results.find.title }}", "context": {"tone": "warm"}}},
                {"name": "send", "tool": "find", "params": {"text": "{{ results.write.data.letter }}", "raw": "{{ results.write.output }}"}}
            ]}),
        );
        let run = world.run("w", json!({}));
        is(&run, "completed");
        let sent = world.upstream.requests().last().unwrap().json();
        assert_eq!(sent, json!({"text": "about rain", "raw": "{\"letter\": \"about rain\"}"}));
        assert!(run["usage"]["total_tokens"].as_u64().unwrap() > 0, "what its agent used: {run}");
    });
}

#[test]
fn one_key_is_one_run() {
    on_both(|database| {
        let world = World::new(database);
        shop(&world);
        world.upstream.always(Answer::json(200, json!({"in_stock": true, "success": true, "order_id": 1})));
        let keyed = world.api.with_header("Idempotency-Key", "order-1");
        let first =
            keyed.post("/api/v1/workflows/complete_purchase/runs", json!({"input": order(), "wait_ms": 20000})).ok();
        let again =
            keyed.post("/api/v1/workflows/complete_purchase/runs", json!({"input": order(), "wait_ms": 20000})).ok();
        assert_eq!((&first["id"], world.upstream.count()), (&again["id"], 3));
        let other = keyed.post("/api/v1/workflows/complete_purchase/runs", json!({"input": {"product_id": "x"}}));
        assert_eq!((other.status, other.code()), (409, "idempotency_key_reused"));
    });
}
