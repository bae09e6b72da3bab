//! Agents and workflows that are called as tools.

use callwright_testkit::{Answer, Person, eventually, on_both};
use serde_json::json;

use super::{World, id, is, text};

#[test]
fn an_agent_is_called_as_one_tool() {
    on_both(|database| {
        let world = World::new(database);
        world.agent("Expert", json!([{"say": "I say: {{message}}"}]), &[]);
        world.tool("ask_expert", json!({"kind": "agent", "config": {"agent": "Expert"}, "parameters": null}));
        let spec = world.api.get("/api/v1/tools/ask_expert").expect(200);
        assert_eq!(spec["parameters"]["required"], json!(["message"]), "what a model is to give");
        let answer =
            world.api.post("/api/v1/tools/ask_expert/call", json!({"arguments": {"message": "hello"}})).expect(200);
        assert_eq!((&answer["success"], &answer["data"]["output"]), (&json!(true), &json!("I say: hello")), "{answer}");
        let run = world.api.get(&format!("/api/v1/runs/{}", text(&answer["data"]["run_id"]))).expect(200);
        assert_eq!((&run["state"], &run["depth"]), (&json!("completed"), &json!(0)));
        // The same key is the same run.
        let keyed = world.api.with_header("Idempotency-Key", "k");
        let call =
            || keyed.post("/api/v1/tools/ask_expert/call", json!({"arguments": {"message": "once"}})).expect(200);
        assert_eq!(call()["data"]["run_id"], call()["data"]["run_id"]);
    });
}

#[test]
fn a_workflow_is_called_by_an_agent_which_lies_down_meanwhile() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("pay", json!({"effect": "write", "policy": {"approval": true}}));
        world.workflow("payment", json!({"steps": [{"tool": "pay", "params": {"amount": "{{ params.amount }}"}}], "output": {"paid": "{{ params.amount }}"}}));
        world.tool(
            "make_payment",
            json!({"kind": "workflow", "effect": "write", "config": {"workflow": "payment"},
                   "parameters": {"type": "object", "properties": {"amount": {"type": "integer"}}, "required": ["amount"]}}),
        );
        world.agent(
            "Clerk",
            json!([{"calls": [{"name": "make_payment", "arguments": {"amount": 7}}]}, {"say": "paid {{results.make_payment.output.paid}}"}]),
            &["make_payment"],
        );
        let run = world.api.post("/api/v1/runs", json!({"agent": "Clerk", "message": "go", "wait_ms": 30000})).ok();
        is(&run, "waiting");
        let child = &world.children(&run)[0];
        assert_eq!(
            (&child["kind"], &child["state"], &child["depth"]),
            (&json!("workflow"), &json!("waiting"), &json!(1))
        );
        world.decide("approve");
        let run = world.ended(&run);
        assert_eq!((&run["state"], &run["output"]), (&json!("completed"), &json!("paid 7")), "{run}");
        assert_eq!((world.upstream.count(), world.upstream.requests()[0].json()), (1, json!({"amount": 7})));
    });
}

#[test]
fn a_run_that_fails_inside_is_a_failure_that_the_model_reads() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("broken", json!({}));
        world.upstream.always(Answer::status(500));
        world.workflow("inner", json!({"steps": [{"tool": "broken"}]}));
        world.tool("run_inner", json!({"kind": "workflow", "config": {"workflow": "inner"}}));
        let answer = world.api.post("/api/v1/tools/run_inner/call", json!({"arguments": {}})).expect(200);
        assert_eq!((&answer["success"], &answer["error"]["code"]), (&json!(false), &json!("step_failed")), "{answer}");
        let said = text(&answer["error"]["message"]);
        assert!(said.contains("`inner`") && said.contains("`broken`"), "{said}");
        assert_eq!(answer["error"]["retryable"], false, "what it has done it would do again");
        assert!(answer["error"]["details"]["run_id"].is_string());
    });
}

#[test]
fn what_calls_itself_is_stopped_by_its_depth() {
    on_both(|database| {
        let world = World::new(database);
        world.agent(
            "Loop",
            json!([{"calls": [{"name": "ask_loop", "arguments": {"message": "again"}}]}, {"say": "inner: {{result}}"}]),
            &[],
        );
        world.tool("ask_loop", json!({"kind": "agent", "config": {"agent": "Loop"}, "parameters": null}));
        world.api.put("/api/v1/agents/Loop/tools/ask_loop", json!({})).ok();
        let run = world.api.post("/api/v1/runs", json!({"agent": "Loop", "message": "go"})).expect(202);
        let run = world.ended(&run);
        is(&run, "completed");
        assert!(text(&run["output"]).contains("too_deep"), "told to the innermost, and passed on: {run}");
        let all = world.api.get("/api/v1/runs?limit=200").expect(200);
        let mut depths: Vec<i64> =
            all["items"].as_array().unwrap().iter().map(|run| run["depth"].as_i64().unwrap()).collect();
        depths.sort_unstable();
        assert_eq!(depths, [0, 1, 2, 3, 4, 5]);
    });
}

#[test]
fn a_tool_is_the_callers_to_use_and_so_is_what_it_runs() {
    on_both(|database| {
        let world = World::new(database);
        world.agent("Expert", json!([{"say": "x"}]), &[]);
        world.tool("ask_expert", json!({"kind": "agent", "config": {"agent": "Expert"}, "is_shared": true}));
        let token = world.api.post("/api/v1/tokens", json!({"name": "t", "scopes": ["tools:call"]})).expect(201);
        let caller = world.api.with_token(text(&token["token"]));
        let answer = caller.post("/api/v1/tools/ask_expert/call", json!({"arguments": {"message": "x"}})).expect(200);
        assert_eq!(
            (&answer["success"], &answer["error"]["class"]),
            (&json!(false), &json!("permission_error")),
            "{answer}"
        );
        assert!(text(&answer["error"]["message"]).contains("agents:run"));
    });
}

#[test]
fn cancelling_the_outer_run_cancels_the_inner_one() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("slow", json!({"policy": {"timeout_ms": 20000, "read_timeout_ms": 20000}}));
        world.upstream.always(Answer::never());
        world.workflow("inner", json!({"steps": [{"tool": "slow"}]}));
        world.tool("run_inner", json!({"kind": "workflow", "config": {"workflow": "inner"}}));
        world.workflow("outer", json!({"steps": [{"tool": "run_inner"}]}));
        let run = world.api.post("/api/v1/workflows/outer/runs", json!({"input": {}})).expect(202);
        world.upstream.wait_for(1);
        let child = eventually("the inner run begins", 5, || world.children(&run).first().cloned());
        // The outer one has lain down by then, or does in a moment.
        world.api.post(&format!("/api/v1/runs/{}/cancel", id(&run)), json!({})).expect(200);
        is(&world.ended(&run), "cancelled");
        is(&world.ended(&child), "cancelled");
    });
}

#[test]
fn an_execution_that_is_cancelled_stops_the_run_that_it_waits_for() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("pay", json!({"effect": "write", "policy": {"approval": true}}));
        world.workflow("inner", json!({"steps": [{"tool": "pay"}]}));
        world.tool(
            "run_inner",
            json!({"kind": "workflow", "config": {"workflow": "inner"}, "policy": {"timeout_ms": 500}}),
        );
        let answer = world.api.post("/api/v1/tools/run_inner/call", json!({"arguments": {}})).expect(200);
        assert_eq!((&answer["state"], &answer["pending"]["kind"]), (&json!("parked"), &json!("run")), "{answer}");
        let execution = text(&answer["execution_id"]);
        world.api.post(&format!("/api/v1/executions/{execution}/cancel"), json!({})).ok();
        let run = world.api.get("/api/v1/runs?workflow=inner").expect(200)["items"][0].clone();
        is(&world.ended(&run), "cancelled");
        let row = eventually("the execution ends", 10, || {
            let row = world.api.get(&format!("/api/v1/executions/{execution}")).expect(200);
            (row["state"] == "failed").then_some(row)
        });
        assert_eq!(row["error"]["code"], "cancelled", "{row}");
        assert_eq!(world.upstream.count(), 0);
    });
}

#[test]
fn what_a_workflow_came_to_hides_from_others_what_the_log_hides() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("card", json!({"effect": "write", "result": {"redact": ["/token"]}}));
        world.tool("plain", json!({}));
        world.upstream.always(Answer::json(200, json!({"token": "tok-777"})));
        world.workflow("pay", json!({"steps": [{"tool": "card"}]}));
        world.workflow("look", json!({"steps": [{"tool": "plain"}]}));
        let viewer = Person::invite(&world.api, "vic@example.org", "viewer").api;
        for (workflow, is_hidden) in [("pay", true), ("look", false)] {
            let run = world.run(workflow, json!({}));
            is(&run, "completed");
            assert!(run["result"].to_string().contains("tok-777"), "whoever asked for it sees it: {run}");
            let path = format!("/api/v1/runs/{}", id(&run));
            for shown in
                [viewer.get(&path), viewer.get(&format!("{path}?wait_ms=100")), viewer.get(&format!("{path}/events"))]
            {
                assert!(shown.status == 200 && shown.text.contains("completed"), "{shown:?}");
                assert_eq!(!shown.text.contains("tok-777"), is_hidden, "{shown:?}");
            }
        }
        let list = viewer.get("/api/v1/runs");
        assert!(list.status == 200 && !list.text.contains("tok-777"), "{list:?}");
    });
}
