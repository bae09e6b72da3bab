//! `task_manager`: every action, its bounds, once per execution, and nobody else's.

use callwright_testkit::{Person, on_both, people::other_organization};
use serde_json::{Value, json};

use crate::{answered, done, failed, server, text};

const TOOL: &str = "task_manager";

fn titles(listed: &Value) -> Vec<String> {
    listed["tasks"].as_array().unwrap().iter().map(|task| text(&task["title"])).collect()
}

#[test]
fn a_task_lives_from_create_to_delete() {
    on_both(|database| {
        let server = server(database);
        let api = server.api();
        let made = done(
            &api,
            TOOL,
            json!({"action": "create", "title": " Call Ada ", "due_at": "2020-01-02", "priority": "high",
            "tags": ["Sales", "q3"], "assignee": "Bob", "description": "About the offer"}),
        );
        let task = &made["task"];
        assert_eq!(
            (&task["title"], &task["status"], &task["is_overdue"]),
            (&json!("Call Ada"), &json!("open"), &json!(true))
        );
        let id = text(&task["task_id"]);
        assert!(id.starts_with("task_") && task["tags"] == json!(["sales", "q3"]), "{task}");
        done(&api, TOOL, json!({"action": "create", "title": "Later", "due_at": "2099-05-01T10:00:00+02:00"}));
        done(&api, TOOL, json!({"action": "create", "title": "Some day 100%"}));

        let list = |more: Value| {
            let mut arguments = json!({"action": "list"});
            arguments.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            titles(&done(&api, TOOL, arguments))
        };
        assert_eq!(list(json!({})), ["Call Ada", "Later", "Some day 100%"], "by when they are due, never is last");
        assert_eq!(list(json!({"due_before": "2020-01-03"})), ["Call Ada"]);
        assert_eq!(list(json!({"due_before": "2020-01-02"})), Vec::<String>::new());
        assert_eq!(list(json!({"due_after": "2020-01-03"})), ["Later"]);
        assert_eq!(list(json!({"priority": "high"})), ["Call Ada"]);
        assert_eq!(list(json!({"assignee": "bob"})), ["Call Ada"]);
        assert_eq!(list(json!({"tags": ["SALES"]})), ["Call Ada"]);
        assert_eq!(list(json!({"tags": ["sales", "other"]})), Vec::<String>::new());
        assert_eq!(list(json!({"search": "OFFER"})), ["Call Ada"]);
        assert_eq!(list(json!({"search": "100%"})), ["Some day 100%"]);
        let first = done(&api, TOOL, json!({"action": "list", "limit": 2}));
        let rest = done(&api, TOOL, json!({"action": "list", "limit": 2, "cursor": first["next_cursor"]}));
        assert_eq!((titles(&first).len(), titles(&rest)), (2, vec!["Some day 100%".to_owned()]));
        assert_eq!(rest.get("next_cursor"), None);

        let changed = done(
            &api,
            TOOL,
            json!({"action": "update", "task_id": id, "status": "in_progress", "due_at": null, "assignee": null}),
        );
        assert_eq!(changed["task"]["status"], "in_progress");
        assert!(changed["task"].get("due_at").is_none() && changed["task"].get("assignee").is_none());
        assert_eq!(changed["task"]["description"], "About the offer", "what is not said stays");
        let completed = done(&api, TOOL, json!({"action": "complete", "task_id": id}));
        let again = done(&api, TOOL, json!({"action": "complete", "task_id": id}));
        assert_eq!(completed["task"]["completed_at"], again["task"]["completed_at"]);
        assert_eq!(list(json!({})), ["Later", "Some day 100%"]);
        assert_eq!(list(json!({"status": "completed"})), ["Call Ada"]);
        assert_eq!(done(&api, TOOL, json!({"action": "get", "task_id": id}))["task"]["status"], "completed");
        done(&api, TOOL, json!({"action": "delete", "task_id": id}));
        for action in ["get", "complete", "delete", "update"] {
            let error = failed(&api, TOOL, json!({"action": action, "task_id": id, "title": "x"}));
            assert_eq!((&error["class"], &error["code"]), (&json!("not_found"), &json!("no_such_task")), "{action}");
        }
    });
}

#[test]
fn what_is_missing_or_out_of_bounds_is_named() {
    let server = server(callwright_testkit::Database::Sqlite);
    let api = server.api();
    for (arguments, code, word) in [
        (json!({"action": "create"}), "missing_argument", "`title`"),
        (json!({"action": "create", "title": "  "}), "invalid_argument", "`title`"),
        (json!({"action": "get"}), "missing_argument", "`task_id`"),
        (json!({"action": "get", "task_id": "42"}), "invalid_argument", "`task_id`"),
        (
            json!({"action": "update", "task_id": "task_00000000000000000000000000"}),
            "missing_argument",
            "changes nothing",
        ),
        (json!({"action": "create", "title": "t", "due_at": "tomorrow"}), "invalid_argument", "`due_at`"),
        (json!({"action": "create", "title": "t", "tags": ["a\"b"]}), "invalid_argument", "`tags`"),
        (json!({"action": "list", "cursor": "nonsense"}), "invalid_request", "`cursor`"),
        (json!({"action": "list", "due_after": "x"}), "invalid_argument", "`due_after`"),
    ] {
        let error = failed(&api, TOOL, arguments.clone());
        assert_eq!(
            (&error["class"], &error["code"]),
            (&json!("validation_error"), &json!(code)),
            "{arguments}: {error}"
        );
        assert!(text(&error["message"]).contains(word), "{arguments}: {error}");
    }
    for arguments in [
        json!({"action": "create", "title": "t".repeat(201)}),
        json!({"action": "list", "limit": 101}),
        json!({"action": "fly"}),
        json!({"action": "list", "surprise": 1}),
    ] {
        assert_eq!(failed(&api, TOOL, arguments)["class"], "validation_error");
    }
}

#[test]
fn one_key_makes_one_task_and_a_stubbed_case_makes_none() {
    on_both(|database| {
        let server = server(database);
        let api = server.api().with_header("Idempotency-Key", "order-7");
        let create = json!({"action": "create", "title": "Once"});
        let (first, second) = (answered(&api, TOOL, create.clone()), answered(&api, TOOL, create));
        assert_eq!(first["data"], second["data"]);
        assert_eq!(second["meta"]["duplicate"], true, "{second}");
        let api = server.api();
        assert_eq!(done(&api, TOOL, json!({"action": "list"}))["count"], 1);

        let case = |name: &str, arguments: Value, expect: Value| json!({"name": name, "arguments": arguments, "expect": expect});
        let cases = json!({"cases": [
            case("looks", json!({"action": "list"}), json!({"result": [{"path": "/count", "equals": 1}]})),
            case("touches", json!({"action": "create", "title": "Not this"}), json!({"success": false, "error_code": "stubbed"})),
        ]});
        let report = api.post("/api/v1/tools/task_manager/cases/run", cases).expect(200);
        assert_eq!(
            (&report["passed"], &report["failed"], &report["errors"]),
            (&json!(2), &json!(0), &json!(0)),
            "{report}"
        );
        assert_eq!(done(&api, TOOL, json!({"action": "list"}))["count"], 1);
    });
}

#[test]
fn tasks_are_of_one_user_of_one_organization_unless_the_tool_says_otherwise() {
    on_both(|database| {
        let mut server = server(database);
        let there = other_organization(&mut server);
        let here = server.api();
        let bob = Person::invite(&here, "bob@example.org", "operator");
        let id = text(&done(&here, TOOL, json!({"action": "create", "title": "Mine"}))["task"]["task_id"]);
        for stranger in [&bob.api, &there] {
            assert_eq!(done(stranger, TOOL, json!({"action": "list"}))["count"], 0);
            for action in ["get", "update", "complete", "delete"] {
                let error = failed(stranger, TOOL, json!({"action": action, "task_id": id, "title": "Taken"}));
                assert_eq!(error["code"], "no_such_task", "{action}");
            }
        }
        let shared = json!({"name": "team_tasks", "kind": "business", "config": {"function": TOOL, "settings": {"scope": "organization"}}});
        for api in [&here, &there] {
            api.post("/api/v1/tools", shared.clone()).expect(201);
        }
        assert_eq!(titles(&done(&bob.api, "team_tasks", json!({"action": "list"}))), ["Mine"]);
        done(&bob.api, "team_tasks", json!({"action": "complete", "task_id": id}));
        assert_eq!(done(&here, TOOL, json!({"action": "get", "task_id": id}))["task"]["status"], "completed");
        assert_eq!(done(&there, "team_tasks", json!({"action": "list", "status": "completed"}))["count"], 0);
    });
}
