//! What others are shown of a run: what the log hides of an execution is hidden in its step as well.

use callwright_model::{
    Fault,
    run::{Run, RunKind, Step, StepKind},
};
use serde_json::{Value, json};

use super::{flow::result_of, tools};
use crate::{
    App, call,
    call::shape::{HIDDEN, hide_paths},
    offer,
};

/// A run as its owner or another sees it. What a workflow came to is made of what its tools gave: where the log hides a
/// part of one of them, it is shown to whoever asked for it, and to nobody else.
pub(super) async fn run(app: &App, is_own: bool, mut run: Run) -> Result<Run, Fault> {
    if !is_own
        && run.kind == RunKind::Workflow
        && (run.result.is_some() || run.output.is_some())
        && hides(app, &run).await?
    {
        run.result = run.result.take().map(|_| Value::String(HIDDEN.to_owned()));
        run.output = run.output.take().map(|_| HIDDEN.to_owned());
    }
    Ok(run)
}

/// Whether the log hides a part of what a tool of this run was called with or gave; of one that is gone nobody knows.
async fn hides(app: &App, run: &Run) -> Result<bool, Fault> {
    for tool in app.store().tools_of_run(run.id).await? {
        let found = app.tools().find(app, run.organization_id, &tool.to_string(), None).await?;
        if !found.is_some_and(|found| found.tool.tool.spec.redact.is_empty() && !found.tool.shaper.hides()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Hides in a step of somebody else's run what the log hides of its execution.
pub(super) async fn hide(app: &App, run: &Run, step: &mut Step) -> Result<(), Fault> {
    if step.kind != StepKind::Tool {
        return Ok(());
    }
    let org = run.organization_id;
    if let Some(execution) = step.execution_id
        && let Some(row) = app.store().ledger_row_by_id(org, execution).await?
    {
        if let Some(arguments) = &mut step.arguments {
            let inner = match step.name != row.execution.tool_name && step.name == offer::CALL_TOOL {
                // The step has the tool's name and its arguments in its own.
                true => arguments.get_mut("arguments"),
                false => Some(arguments),
            };
            if let Some(arguments) = inner {
                *arguments = as_logged(arguments, &row.execution.input);
            }
        }
        if step.result.is_some() || step.output.is_some() {
            let answer = call::outcome::answer(app, row, false).await?;
            step.result = step.result.take().map(|_| tools::kept_text(&tools::plain_parts(&answer)));
            if answer.success && step.output.is_some() {
                step.output = Some(result_of(answer));
            }
        }
        return Ok(());
    }
    // One that was refused has no execution, and one that has just ended is written down in a moment.
    let mut found = match run.agent_id.map(|id| id.to_string()) {
        Some(agent) => app.tools().find(app, org, &step.name, Some(&agent)).await.unwrap_or_default(),
        None => None,
    };
    if found.is_none() {
        found = app.tools().find(app, org, &step.name, None).await?;
    }
    let hidden = || Value::String(HIDDEN.to_owned());
    let Some(found) = found else {
        step.arguments = step.arguments.take().map(|_| hidden());
        if step.execution_id.is_some() {
            step.output = step.output.take().map(|_| hidden());
        }
        return Ok(());
    };
    if let Some(arguments) = &mut step.arguments {
        hide_paths(arguments, &found.tool.tool.spec.redact);
    }
    if step.execution_id.is_some() && found.tool.shaper.hides() {
        step.result = step.result.take().map(|_| HIDDEN.to_owned());
        step.output = step.output.take().map(|_| hidden());
    }
    Ok(())
}

/// The arguments as the model sent them, with the values that the log shows; those that the server filled in stay out.
fn as_logged(asked: &Value, logged: &Value) -> Value {
    match (asked, logged) {
        (Value::Object(asked), Value::Object(logged)) => {
            let shown = |name: &String| logged.get(name).cloned().unwrap_or_else(|| json!(HIDDEN));
            Value::Object(asked.keys().map(|name| (name.clone(), shown(name))).collect())
        }
        _ => json!(HIDDEN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_shown_as_the_log_shows_them() {
        let logged = json!({"pan": "[redacted]", "n": 1, "customer": "filled in"});
        assert_eq!(as_logged(&json!({"pan": "4111", "n": 1}), &logged), json!({"pan": "[redacted]", "n": 1}));
        assert_eq!(as_logged(&json!({"unknown": "4111"}), &logged), json!({"unknown": "[redacted]"}));
        assert_eq!(as_logged(&json!("4111"), &logged), json!("[redacted]"));
    }
}
