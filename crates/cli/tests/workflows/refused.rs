//! What is refused when a workflow is saved or begun, and by whom.

use callwright_testkit::{Person, on_both, people::other_organization};
use serde_json::json;

use super::{World, id, text};

#[test]
fn a_plan_is_refused_with_the_place_of_what_is_wrong() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("a", json!({}));
        for (plan, field) in [
            (json!({"steps": [{"tool": "nobody"}]}), "steps.0.tool"),
            (
                json!({"steps": [{"tool": "a"}, {"agent": "Nobody", "name": "n", "params": {"message": "x"}}]}),
                "steps.1.agent",
            ),
            (
                json!({"steps": [{"tool": "a", "condition": "results.later.x"}, {"name": "later", "tool": "a"}]}),
                "steps.0.condition",
            ),
            (
                json!({"flow_type": "sequential", "agents": [{"agent_id": "asst_nobody", "role": "r"}]}),
                "agents.0.agent_id",
            ),
            (json!({"steps": [{"tool": "a"}], "parameters": {"type": "nonsense"}}), "parameters.type"),
            (json!({"steps": []}), "steps"),
        ] {
            let mut spec = plan.clone();
            spec["name"] = json!("w");
            let reply = world.api.post("/api/v1/workflows", spec);
            assert_eq!(reply.status, 422, "{plan}: {}", reply.text);
            assert_eq!(reply.body["error"]["details"]["field"], field, "{plan}: {}", reply.text);
        }
        let reply = world.api.post("/api/v1/workflows", json!({"name": "w", "steps": [{"tool": "a", "whenever": 1}]}));
        assert!(reply.status == 422 && reply.text.contains("whenever"), "{}", reply.text);
    });
}

#[test]
fn a_run_is_given_what_its_author_foresaw() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("a", json!({}));
        world.workflow(
            "w",
            json!({"steps": [{"tool": "a"}], "parameters": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}}),
        );
        for input in [json!({}), json!({"n": "x"}), json!("text"), json!([1])] {
            let reply = world.api.post("/api/v1/workflows/w/runs", json!({ "input": input }));
            assert_eq!(
                (reply.status, &reply.body["error"]["details"]["field"]),
                (422, &json!("input")),
                "{}",
                reply.text
            );
        }
        assert_eq!(world.run("w", json!({"n": 3}))["state"], "completed");
    });
}

#[test]
fn another_organization_sees_none_of_it() {
    on_both(|database| {
        let mut world = World::new(database);
        world.tool("a", json!({}));
        let workflow = id(&world.workflow("w", json!({"steps": [{"tool": "a"}]})));
        let run = id(&world.run("w", json!({})));
        let other = other_organization(&mut world.server);
        for path in
            [format!("/api/v1/workflows/{workflow}"), "/api/v1/workflows/w".to_owned(), format!("/api/v1/runs/{run}")]
        {
            assert_eq!(other.get(&path).status, 404, "{path}");
        }
        assert_eq!(other.post(&format!("/api/v1/workflows/{workflow}/runs"), json!({})).status, 404);
        assert_eq!(other.post("/agents/workflow/execute", json!({"workflow_id": workflow})).status, 404);
        assert_eq!(other.delete(&format!("/api/v1/workflows/{workflow}")).status, 404);
        assert_eq!(other.get("/api/v1/workflows").expect(200)["items"], json!([]));
        // A name is theirs to give, and their tools are not ours.
        let reply = other.post("/api/v1/workflows", json!({"name": "w", "steps": [{"tool": "a"}]}));
        assert_eq!((reply.status, &reply.body["error"]["details"]["field"]), (422, &json!("steps.0.tool")));
        assert_eq!(other.get(&format!("/api/v1/runs?workflow={workflow}")).expect(200)["items"], json!([]));
    });
}

#[test]
fn whoever_runs_a_workflow_needs_what_it_uses() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("mine", json!({"is_shared": false}));
        world.workflow("w", json!({"steps": [{"tool": "mine"}]}));
        let operator = Person::invite(&world.api, "op@example.com", "operator").api;
        let reply = operator.post("/api/v1/workflows/w/runs", json!({"input": {}}));
        assert!(reply.status == 403 && reply.text.contains("`mine`"), "{}", reply.text);
        assert_eq!(operator.put("/api/v1/workflows/w", json!({"name": "w", "steps": [{"tool": "mine"}]})).status, 403);
        let viewer = Person::invite(&world.api, "view@example.com", "viewer").api;
        assert_eq!(viewer.get("/api/v1/workflows/w").status, 200);
        assert_eq!(viewer.post("/api/v1/workflows/w/runs", json!({})).status, 403);
    });
}

#[test]
fn workflows_are_listed_changed_and_deleted() {
    on_both(|database| {
        let world = World::new(database);
        world.tool("a", json!({}));
        for name in ["c", "a", "b"] {
            world.workflow(name, json!({"steps": [{"tool": "a"}], "description": name}));
        }
        let first = world.api.get("/api/v1/workflows?limit=2").expect(200);
        let names: Vec<String> = first["items"].as_array().unwrap().iter().map(|one| text(&one["name"])).collect();
        assert_eq!(names, ["a", "b"]);
        let rest =
            world.api.get(&format!("/api/v1/workflows?limit=2&cursor={}", text(&first["next_cursor"]))).expect(200);
        assert_eq!((rest["items"].as_array().unwrap().len(), &rest["items"][0]["name"]), (1, &json!("c")));
        let taken = world.api.post("/api/v1/workflows", json!({"name": "a", "steps": [{"tool": "a"}]}));
        assert_eq!((taken.status, taken.code()), (409, "name_taken"));
        world.api.delete("/api/v1/workflows/a").expect(204);
        assert_eq!(world.api.get("/api/v1/workflows/a").status, 404);
        let log = world.api.get("/api/v1/audit?limit=50").expect(200);
        let actions: Vec<&str> =
            log["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
        assert!(actions.contains(&"workflow.create") && actions.contains(&"workflow.delete"), "{actions:?}");
    });
}
