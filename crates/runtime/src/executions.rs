//! The log of executions, and what a person may do with one.

use callwright_model::{
    Fault, FaultKind, Object,
    account::{Caller, Right, Scope},
    execution::{Event, Execution, ExecutionFilter, Settlement, State},
    id::ExecutionId,
    page::{Page, PageRequest},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::{
    App,
    app::require,
    audit,
    call::{self, CallAnswer, CallRequest},
    registry,
};

/// How to repeat an execution.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReplaySpec {
    /// Other arguments than the recorded ones.
    #[schema(value_type = Option<Object>)]
    pub arguments: Option<Object>,
    /// The context; the recorded call and conversation when absent.
    #[schema(value_type = Option<Object>)]
    pub context: Option<Object>,
    /// Only show what would be sent.
    pub dry_run: bool,
}

/// A page of executions, newest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: ExecutionFilter,
    page: PageRequest,
) -> Result<Page<Execution>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(app.store().executions(caller.org_id, &filter, &page).await?)
}

/// One execution.
pub async fn get(app: &App, caller: &Caller, id: ExecutionId) -> Result<Execution, Fault> {
    require(caller, Right::View, Scope::Read)?;
    find(app, caller, id).await
}

async fn find(app: &App, caller: &Caller, id: ExecutionId) -> Result<Execution, Fault> {
    app.store().execution(caller.org_id, id).await?.ok_or_else(|| Fault::not_found("execution", id))
}

/// Makes the same call again, as a new execution of the tool as it is now.
pub async fn replay(app: &App, caller: &Caller, id: ExecutionId, spec: ReplaySpec) -> Result<CallAnswer, Fault> {
    require(caller, Right::Decide, Scope::ExecutionsDecide)?;
    let execution = find(app, caller, id).await?;
    let tool = registry::find(app, caller, &execution.tool_id.to_string()).await?;
    let arguments = match spec.arguments {
        Some(arguments) => arguments,
        None => recorded_arguments(&execution, &tool.spec)?,
    };
    let context = spec.context.unwrap_or_else(|| {
        let mut context = Object::new();
        context.extend(execution.call_id.map(|id| ("call_sid".to_owned(), json!(id))));
        context.extend(execution.conversation_id.map(|id| ("conversation_id".to_owned(), json!(id))));
        context
    });
    let request = CallRequest {
        caller: caller.clone(),
        tool: execution.tool_id.to_string(),
        arguments: Value::Object(arguments),
        context,
        established: Object::new(),
        agent: execution.agent_id.map(|agent| agent.to_string()),
        channel: Some(execution.channel),
        dry_run: spec.dry_run,
        idempotency_key: None,
        source: "replay",
        replay_of: Some(id),
        cursor: None,
        fresh: true,
        confirmed: true,
        approved: false,
        webhook: None,
    };
    call::run(app, request).await
}

/// What the model had sent: without what the server filled in, and only when nothing was hidden in the log.
pub(crate) fn recorded_arguments(
    execution: &Execution,
    spec: &callwright_model::tool::ToolSpec,
) -> Result<Object, Fault> {
    let Value::Object(mut arguments) = execution.input.clone() else { return Ok(Object::new()) };
    arguments.retain(|name, _| !spec.bound.contains_key(name));
    if Value::Object(arguments.clone()).to_string().contains("[redacted]") {
        return Err(Fault::invalid(
            "arguments",
            "parts of the recorded arguments are hidden; give `arguments` for the replay",
        ));
    }
    Ok(arguments)
}

/// Writes down what a person found out about an unknown outcome; the same call is then no longer held.
pub async fn settle(
    app: &App,
    caller: &Caller,
    id: ExecutionId,
    settlement: Settlement,
    note: Option<String>,
) -> Result<Execution, Fault> {
    require(caller, Right::Decide, Scope::ExecutionsDecide)?;
    let execution = find(app, caller, id).await?;
    if execution.state != State::Unknown || execution.settled.is_some() {
        return Err(Fault::conflict(
            "not_unknown",
            "only an execution whose outcome is unknown can be settled, and only once",
        ));
    }
    let details = json!({ "as": settlement.as_str(), "note": note });
    let entry = audit::entry(app, caller, "execution.settle", "execution", id, details);
    let (org, by, now) = (caller.org_id, caller.user_id, app.clock().now());
    let settled = app
        .store()
        .write((note, entry), move |(note, entry), tx| {
            Box::pin(async move {
                let settled = tx.settle(org, id, settlement, by, note.as_deref(), now).await?;
                if settled.is_some() {
                    tx.append_audit(entry).await?;
                }
                Ok(settled)
            })
        })
        .await?
        .ok_or_else(|| Fault::conflict("not_unknown", "somebody else has just settled this execution"))?;
    app.holds().load(app).await?;
    if app.live().is_watched() {
        app.live().publish(caller.org_id, Event::Execution { execution: Box::new(settled.clone()) });
    }
    Ok(settled)
}

/// Asks a running execution to stop. A write that was already sent becomes unknown unless it may be repeated.
pub async fn cancel(app: &App, caller: &Caller, id: ExecutionId) -> Result<(), Fault> {
    require(caller, Right::Decide, Scope::ExecutionsDecide)?;
    stop(app, caller, id).await
}

/// The same for whoever has shown already that they may.
pub(crate) async fn stop(app: &App, caller: &Caller, id: ExecutionId) -> Result<(), Fault> {
    // A read has no row until it has ended, so the table of what runs is asked first; it is scoped by organization.
    if app.inflight().cancel(caller.org_id, id) {
        return audit::write(app, caller, "execution.cancel", "execution", id, json!({})).await;
    }
    let execution = find(app, caller, id).await?;
    if execution.state == State::Parked
        && let Some(ticket) = app.store().ticket_of(caller.org_id, id).await?
    {
        if crate::approvals::cancel(app, &ticket, execution.effect).await? {
            return audit::write(app, caller, "execution.cancel", "execution", id, json!({})).await;
        }
        return Err(Fault::conflict("going_on", "this execution goes on already; ask for its outcome"));
    }
    let why = if execution.state.is_final() { "it has already ended" } else { "it runs on another node" };
    Err(Fault::new(FaultKind::Conflict, "not_running_here", format!("this execution cannot be cancelled: {why}")))
}
