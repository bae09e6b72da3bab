//! What the document of the API says of tools, and how the log tells of their executions.

use callwright_model::{
    ErrorClass,
    execution::{Execution, Settlement, State},
};
use serde_json::json;

use super::{create, example, misfits, show};
use crate::compat::plan::log::{LogRow, Status};

#[test]
fn what_is_taken_and_given_fits_the_document() {
    let nothing: [&str; 0] = [];
    let spec = create(example()).unwrap();
    assert_eq!(misfits("plan.ToolInput", &example()), nothing);
    assert_eq!(misfits("plan.ToolInput", &show(&spec)), nothing, "what was read may be put back");
    assert_eq!(misfits("plan.Tool", &show(&spec)), nothing);
    assert!(!misfits("plan.ToolInput", &json!({"nonsense": 1})).is_empty(), "what is refused is not described");
    let row = LogRow::from(execution());
    assert_eq!(misfits("plan.LogRow", &serde_json::to_value(row).unwrap()), nothing);
    assert_eq!(misfits("Execution", &serde_json::to_value(execution()).unwrap()), nothing);
    let own = json!({
        "id": "tool_00000000000000000000000000", "organization_id": "org_00000000000000000000000000",
        "user_id": "user_00000000000000000000000000", "revision": 1,
        "created_at": "2026-11-21T10:00:00Z", "updated_at": "2026-11-21T10:00:00Z",
        "name": "x", "description": "", "kind": "http", "effect": "write", "parameters": {},
        "config": {"method": "POST", "url": "https://a.example", "redirects": 3},
        "bound": {"a": "{{ context.verified.a }}", "b": {"value": 1, "trust": "client"}}, "result": {"map": {"a": "b"}},
    });
    assert_eq!(misfits("Tool", &own), nothing);
}

fn execution() -> Execution {
    let attempt =
        json!({"started_at": "2026-11-21T10:00:00Z", "duration_ms": 4, "status": 500, "error": "upstream_error"});
    let value = json!({
        "id": "exec_00000000000000000000000001", "organization_id": "org_00000000000000000000000000",
        "tool_id": "tool_00000000000000000000000000", "tool_name": "x", "tool_version": "1.0.0", "tool_revision": 1,
        "kind": "http", "effect": "write", "state": "failed", "channel": "test", "source": "plan", "args_hash": "",
        "input": {"a": 1}, "attempts": [attempt, attempt], "dry_run": false,
        "error": {"class": "timeout_error", "code": "deadline", "message": "too slow", "spoken": "s", "retryable": true},
        "received_at": "2026-11-21T10:00:00Z", "ended_at": "2026-11-21T10:00:01Z", "duration_ms": 1000.4
    });
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_log_row_has_the_plans_words_for_how_an_execution_stands() {
    let shown = serde_json::to_value(LogRow::from(execution())).unwrap();
    let expected = json!({
        "execution_id": "exec_00000000000000000000000001", "tool_id": "tool_00000000000000000000000000",
        "assistant_id": null, "call_id": null, "input_parameters": {"a": 1}, "output_result": null,
        "status": "timeout", "started_at": "2026-11-21T10:00:00.000000Z",
        "completed_at": "2026-11-21T10:00:01.000000Z", "duration_ms": 1000, "error_message": "too slow",
        "error_code": "deadline", "retry_count": 1, "trigger_context": "test", "user_id": null
    });
    assert_eq!(shown, expected);
    for (state, class, settled, status) in [
        (State::Received, None, None, Status::Pending),
        (State::Started, None, None, Status::Pending),
        (State::Done, None, None, Status::Success),
        (State::Failed, Some(ErrorClass::UpstreamError), None, Status::Error),
        (State::Failed, Some(ErrorClass::Cancelled), None, Status::Cancelled),
        (State::Released, None, None, Status::Cancelled),
        (State::Unknown, Some(ErrorClass::OutcomeUnknown), None, Status::Unknown),
        (State::Unknown, Some(ErrorClass::OutcomeUnknown), Some(Settlement::Done), Status::Success),
        (State::Unknown, Some(ErrorClass::OutcomeUnknown), Some(Settlement::Repeat), Status::Error),
    ] {
        assert_eq!(Status::of(state, class, settled), status, "{state:?} {class:?} {settled:?}");
    }
}
