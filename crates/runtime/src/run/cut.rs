//! What a run had begun when it was cut off. A tool that is at work goes on by itself; what became of it is looked up in
//! the ledger, when the run ends and again when somebody goes on with the thread, so that nobody asks for it twice.

use std::time::Duration;

use callwright_model::{
    Fault,
    chat::{ChatMessage, Part, ToolCall},
    execution::State,
    id::{ExecutionId, OrgId, RunId},
    run::{Step, StepKind, StepState, ThreadMessage},
    ticket::TicketKind,
};
use callwright_store::run::Settled;
use serde_json::Value;

use super::{
    carry::Carrier,
    history::{self, NEVER_ENDED},
    tools::{self, Told},
};
use crate::{App, call, offer::CALL_TOOL};

/// A write that was asked for in this moment is on record after it.
const MOMENT: Duration = Duration::from_millis(30);
/// Earlier runs of a thread that are asked after their calls.
const MOST_RUNS: usize = 8;
/// Steps of one of them that are looked through.
const MOST_STEPS: u32 = 1_000;

/// What became of the calls of the last answer, for a run that ends in the middle of them.
pub(super) async fn settled(carrier: &Carrier, calls: &[ToolCall], steps: Vec<Step>) -> Result<Settled, Fault> {
    let (app, run) = (&carrier.app, carrier.run());
    let mut settled = Settled {
        run: run.id,
        thread: run.thread_id,
        steps: Vec::with_capacity(steps.len()),
        messages: Vec::new(),
        now: app.clock().now(),
    };
    let mut has_waited = false;
    for (call, mut step) in calls.iter().zip(steps) {
        if !step.state.is_settled() {
            let mut found = begun(carrier, &step).await?;
            if found.is_none() && !std::mem::replace(&mut has_waited, true) {
                tokio::time::sleep(MOMENT).await;
                found = begun(carrier, &step).await?;
            }
            end(app, run.organization_id, &mut step, found).await?;
        }
        if let Some(result) = step.result.clone().filter(|_| step.state.is_settled()) {
            settled.messages.push(ChatMessage::Tool {
                tool_call_id: call.id.clone(),
                name: call.name.clone(),
                content: vec![Part::text(result)],
                is_error: step.state == StepState::Failed,
            });
        }
        settled.steps.push(step);
    }
    Ok(settled)
}

/// The execution of a step, if it had begun.
async fn begun(carrier: &Carrier, step: &Step) -> Result<Option<ExecutionId>, Fault> {
    if step.execution_id.is_some() {
        return Ok(step.execution_id);
    }
    let (app, org) = (&carrier.app, carrier.run().organization_id);
    let key = tools::key(carrier.run().id, step);
    let agent = carrier.kept.agent.map(|agent| agent.to_string());
    // What is called by search is on record under its own name.
    let inner = step.arguments.as_ref().filter(|_| step.name == CALL_TOOL).and_then(|given| given.get("name"));
    for name in inner.and_then(Value::as_str).map(str::trim).into_iter().chain([step.name.as_str()]) {
        for through in [agent.as_deref(), None] {
            let Some(found) = app.tools().find(app, org, name, through).await? else { continue };
            let slot = call::slot_of_run(org, found.tool.tool.id, &key);
            if let Some(row) = app.store().ledger_row(org, &slot).await? {
                return Ok(Some(row.execution.id));
            }
        }
    }
    Ok(None)
}

/// Says in a step how its execution went, or that it goes on.
async fn end(app: &App, org: OrgId, step: &mut Step, execution: Option<ExecutionId>) -> Result<(), Fault> {
    step.execution_id = execution;
    let row = match execution {
        Some(execution) => app.store().ledger_row_by_id(org, execution).await?,
        None => None,
    };
    let (state, result) = match row {
        None => (StepState::Failed, Some(NEVER_ENDED.to_owned())),
        Some(row) if row.execution.state.is_final() => {
            let answer = call::outcome::answer(app, row, true).await?;
            let state = if answer.success { StepState::Done } else { StepState::Failed };
            (state, Some(tools::kept_text(&tools::plain_parts(&answer))))
        }
        Some(row) if row.execution.state == State::Parked => match waits_for(app, org, row.execution.id).await? {
            // The end of the run makes these void.
            Some(TicketKind::Approval | TicketKind::Confirmation) => {
                let told = "nothing was done: the run was stopped while this waited for somebody to agree";
                (StepState::Failed, Some(told.to_owned()))
            }
            Some(TicketKind::Client) => {
                let told = "the run was stopped while the client was at this; it is not known whether it did anything";
                (StepState::Failed, Some(told.to_owned()))
            }
            _ => (StepState::Waiting, None),
        },
        Some(_) => (StepState::Waiting, None),
    };
    (step.state, step.result) = (state, result);
    step.ended_at = state.is_settled().then(|| app.clock().now());
    Ok(())
}

async fn waits_for(app: &App, org: OrgId, execution: ExecutionId) -> Result<Option<TicketKind>, Fault> {
    Ok(app.store().ticket_of(org, execution).await?.map(|row| row.ticket.kind))
}

/// Adds what is known by now of calls that an earlier run of the thread left without a result.
pub(super) async fn known(
    app: &App,
    org: OrgId,
    run: RunId,
    mut messages: Vec<ThreadMessage>,
) -> Result<Vec<ThreadMessage>, Fault> {
    let open = history::unanswered(&messages);
    // From the end on, so that the places before it stay what they are.
    for (at, ids) in open.into_iter().rev().take(MOST_RUNS) {
        let (answer, Some(of)) = (messages[at].clone(), messages[at].run_id) else { continue };
        if of == run {
            continue;
        }
        let steps = app.store().steps(of, 1, MOST_STEPS).await?;
        for id in ids {
            let is_it = |step: &&Step| step.kind == StepKind::Tool && step.tool_call_id.as_deref() == Some(id.as_str());
            let Some(step) = steps.iter().rfind(is_it) else { continue };
            let Some(execution) = step.execution_id else { continue };
            let (text, is_error) = match tools::known(app, org, execution).await? {
                Some(Told::Answer(answer)) => (tools::kept_text(&tools::plain_parts(&answer)), !answer.success),
                Some(Told::Refused(why)) => (why, true),
                None => (
                    format!(
                        "this is still being carried out, as {execution}: it was not waited for. Do not call it again; say so"
                    ),
                    false,
                ),
            };
            let message = ChatMessage::Tool {
                tool_call_id: id,
                name: step.name.clone(),
                content: vec![Part::text(text)],
                is_error,
            };
            messages.insert(at + 1, ThreadMessage { message, ..answer.clone() });
        }
    }
    Ok(messages)
}
