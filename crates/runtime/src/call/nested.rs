//! Agents and workflows that are called as tools: the call begins a run, and the run's end answers it.
//!
//! The ticket is durable before the run is asked for, and the run is asked for under the execution's id. So whoever
//! carries the execution out again finds the same run; and a run that ends while nobody looks has its answer recorded by
//! the sweeper.

use std::time::Duration;

use callwright_model::{
    Content, ErrorClass, Fault, FaultKind, Outcome, ToolError,
    chat::Part,
    id::{ExecutionId, RunId},
    run::{Run, RunState},
    ticket::TicketState,
};
use callwright_store::{run::RunRow, ticket::TicketRow};
use callwright_tools::NestedRun;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{callback, work::Work};
use crate::{
    App,
    run::{
        self, Above, Asker, RunRequest,
        flow::{self, WorkflowRequest},
    },
};

/// The longest that a run takes, and an hour.
pub(super) const LONGEST: Duration = Duration::from_secs(30 * 24 * 3600 + 3_600);
/// How long a run holds its worker for a run that it asked for; then it lies down.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the end of a run says to the execution that asked for it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum End {
    Done(Value),
    Failed(Box<ToolError>),
}

/// Until when whoever called waits in their own request.
pub(super) fn patience(work: &Work) -> Instant {
    match work.request.source {
        "run" | "workflow" => work.deadline.min(Instant::now() + PATIENCE),
        _ => work.deadline,
    }
}

/// Begins the run that a call asks for, with the caller's rights. Asked again, it is the same run.
pub(super) async fn begin(app: &App, work: &Work, wanted: NestedRun) -> Result<Outcome, Fault> {
    if work.is_stubbed() {
        let message = "an agent or a workflow is at work inside and cannot be stubbed; test its own tools instead";
        return Ok(Outcome::Failed(ToolError::new(ErrorClass::ValidationError, "not_stubbed", message)));
    }
    let org = work.request.caller.org_id;
    let begun = match app.store().run_asked_by(org, work.id).await? {
        Some(row) => Ok(row.run),
        None => Box::pin(start(app, work, wanted)).await,
    };
    crate::failpoint!("nested.begun");
    match begun {
        Ok(run) => {
            // It has been begun: what cannot be done now is the sweeper's, and no failure of the call.
            if run.state.is_final()
                && let Err(fault) = note_end(app, &run, work.id).await
            {
                tracing::warn!(execution = %work.id, ?fault, "the end of a run could not be noted yet");
            }
            Ok(Outcome::Done(Content::default()))
        }
        Err(fault) if matches!(fault.kind, FaultKind::Unavailable | FaultKind::Internal) => Err(fault),
        Err(fault) => {
            let class = match fault.kind {
                FaultKind::Forbidden => ErrorClass::PermissionError,
                FaultKind::NotFound => ErrorClass::NotFound,
                _ => ErrorClass::ValidationError,
            };
            Ok(Outcome::Failed(ToolError::new(class, fault.code, fault.message)))
        }
    }
}

/// It may have ended before anybody noted who asked.
async fn note_end(app: &App, run: &Run, execution: ExecutionId) -> Result<(), Fault> {
    match app.store().run(run.organization_id, run.id).await? {
        Some(row) => answer(app, &row, execution).await,
        None => Ok(()),
    }
}

async fn start(app: &App, work: &Work, wanted: NestedRun) -> Result<Run, Fault> {
    let caller = &work.request.caller;
    // Only what the server itself knows says which run asks.
    let parent = work.request.established.get("run_id").and_then(Value::as_str).and_then(|id| id.parse::<RunId>().ok());
    let above = match parent {
        Some(id) => app.store().run(caller.org_id, id).await?.map(|row| Above::of(&row, None)),
        None => None,
    };
    let asker = Asker { run: above, execution: Some(work.id) };
    let key = Some(format!("tool:{}", work.id));
    let context = work.request.context.clone();
    match wanted {
        NestedRun::Agent { agent, message } => {
            let request = RunRequest {
                context,
                channel: work.channel,
                dedupe_key: key,
                ..RunRequest::new(agent, vec![Part::text(message)])
            };
            Box::pin(run::start_as(app, caller, request, None, &asker)).await
        }
        NestedRun::Workflow { workflow, input } => {
            let request = WorkflowRequest {
                context,
                channel: work.channel,
                dedupe_key: key,
                ..WorkflowRequest::new(workflow, input)
            };
            Box::pin(flow::start_as(app, caller, request, &asker)).await
        }
    }
}

/// A run has ended: the execution that asked for it has its answer.
pub(crate) async fn answer(app: &App, row: &RunRow, execution: ExecutionId) -> Result<(), Fault> {
    let run = &row.run;
    let org = run.organization_id;
    let Some(ticket) = app.store().ticket_of(org, execution).await? else { return Ok(()) };
    if ticket.ticket.state != TicketState::Open {
        return Ok(());
    }
    let bytes = serde_json::to_vec(&end_of(run)).map_err(Fault::internal)?;
    let sealed = app.vault().seal(org, &bytes).await?;
    if !app.store().answer_ticket(ticket.ticket.id, &sealed, app.clock().now()).await? {
        return Ok(());
    }
    crate::failpoint!("nested.answered");
    let Some(ticket) = app.store().any_ticket(ticket.ticket.id).await? else { return Ok(()) };
    Box::pin(callback::record_answer(app, ticket)).await
}

fn end_of(run: &Run) -> End {
    let name = run.name();
    if run.state == RunState::Completed {
        let output = run.result.as_ref().and_then(|result| result.get("output")).cloned();
        let output = output.unwrap_or_else(|| json!(run.output));
        return End::Done(json!({ "output": output, "run_id": run.id }));
    }
    let (class, code, why) = match &run.error {
        Some(error) => (ErrorClass::UpstreamError, error.code.as_str(), format!("failed: {}", error.message)),
        None => (ErrorClass::Cancelled, "cancelled", "was cancelled".to_owned()),
    };
    let mut error = ToolError::new(class, code, format!("the run of `{name}` {why}"))
        .with_details(json!({ "run_id": run.id, "code": code }));
    // What it did before it failed it would do again.
    (error.retryable, error.retry_after_ms) = (false, None);
    End::Failed(Box::new(error))
}

/// What the end of a run says, as the result of the call.
pub(super) fn content(body: Value) -> Result<Content, ToolError> {
    match serde_json::from_value(body) {
        Ok(End::Done(value)) => Ok(Content::json(value)),
        Ok(End::Failed(error)) => Err(*error),
        Err(_) => Err(ToolError::new(ErrorClass::UnknownError, "internal", "how the run ended cannot be read")),
    }
}

/// Stops the run that an execution waits for; its end answers the execution. None: there is no such run.
pub(crate) async fn cancel(app: &App, row: &TicketRow) -> Result<Option<bool>, Fault> {
    let (org, execution) = (row.ticket.organization_id, row.ticket.execution_id);
    let Some(found) = app.store().run_asked_by(org, execution).await? else { return Ok(None) };
    run::stop(app, &found).await?;
    Ok(Some(true))
}
