use callwright_model::workflow::WorkflowPlan;
use serde_json::{Value, json};

use super::*;

fn plan(plan: Value) -> Result<Plan, Fault> {
    compile(&serde_json::from_value::<WorkflowPlan>(plan).unwrap())
}

#[track_caller]
fn refusal(of: Value) -> (String, String) {
    let fault = plan(of).unwrap_err();
    let field = fault.details.as_ref().and_then(|details| details["field"].as_str()).unwrap_or_default().to_owned();
    (field, fault.message)
}

#[test]
fn steps_are_numbered_with_those_in_groups() {
    let plan = plan(json!({"steps": [
        {"tool": "a"},
        {"parallel": [{"tool": "b"}, {"name": "c", "tool": "b", "params": {"x": "{{ results.a.id }}"}}]},
        {"tool": "d", "condition": "results.b.ok and results.c.ok"},
    ]}))
    .unwrap();
    let numbers: Vec<(i64, &str)> = plan.nodes.iter().map(|node| (node.seq, node.name.as_str())).collect();
    assert_eq!(numbers, [(1, "a"), (2, "group_2"), (5, "d")]);
    let inner: Vec<(i64, &str)> = plan.leaves().map(|node| (node.seq, node.name.as_str())).collect();
    assert_eq!(inner, [(1, "a"), (3, "b"), (4, "c"), (5, "d")]);
}

#[test]
fn what_is_not_there_yet_is_refused_with_its_place() {
    for (plan, place, why) in [
        (
            json!({"steps": [{"tool": "a", "condition": "results.b.ok"}, {"tool": "b"}]}),
            "steps.0.condition",
            "does not come before it",
        ),
        (
            json!({"steps": [{"tool": "a", "params": {"x": ["{{ results.q.id }}"]}}]}),
            "steps.0.params.x.0",
            "there is no such step",
        ),
        (
            json!({"steps": [{"parallel": [{"tool": "a"}, {"tool": "b", "foreach": "results.a.rows"}]}]}),
            "steps.0.parallel.1.foreach",
            "does not come before it",
        ),
        (json!({"steps": [{"tool": "a"}, {"tool": "a"}]}), "steps.1", "second of the name"),
        (
            json!({"steps": [{"tool": "a", "params": {"x": "{{ item }}"}}]}),
            "steps.0.params.x",
            "`item` is not a name here",
        ),
        (json!({"steps": [{"tool": "a", "params": {"x": "${KEY}"}}]}), "steps.0.params.x", "not offered here"),
        (json!({"steps": [{"agent": "Big Agent", "params": {"message": "x"}}]}), "steps.0.name", "is needed"),
        (json!({"steps": [{"agent": "a", "params": {}}]}), "steps.0.params.message", "is missing"),
        (json!({"steps": [{"tool": "a"}], "output": "{{ results.z }}"}), "output", "there is no such step"),
        (
            json!({"steps": [{"tool": "a", "foreach": "params.rows", "concurrency": 65}]}),
            "steps.0.concurrency",
            "between 1 and 64",
        ),
        (json!({"steps": [{"tool": "a", "condition": "1 +"}]}), "steps.0.condition", "not an expression"),
        (json!({"steps": [{"tool": "a", "agent": "b"}]}), "steps.0", "both"),
        (json!({"steps": []}), "steps", "is empty"),
        (json!({"flow_type": "sequential"}), "agents", "is empty"),
        (
            json!({"flow_type": "parallel", "agents": [{"agent_id": "a", "role": "r", "conditions": ["x"]}]}),
            "agents.0.conditions",
            "conditional",
        ),
        (
            json!({"flow_type": "conditional", "agents": [{"agent_id": "a", "role": "r", "conditions": ["results.r.x == 1"]}]}),
            "agents.0.conditions.0",
            "no such step",
        ),
    ] {
        let (field, message) = refusal(plan.clone());
        assert!(field == place && message.contains(why), "{plan}: `{field}`: {message}");
    }
}

#[test]
fn a_hundred_steps_are_allowed_and_no_more() {
    let steps = |count: usize| (0..count).map(|at| json!({"name": format!("s{at}"), "tool": "a"})).collect::<Vec<_>>();
    assert!(plan(json!({"steps": steps(100)})).is_ok());
    assert_eq!(refusal(json!({"steps": steps(101)})).0, "steps");
}
