//! Asking later how an execution went.

use std::time::Duration;

use callwright_model::{
    Fault, FaultKind,
    account::{Caller, Right, Scope},
    execution::State,
    id::ExecutionId,
    ticket::TicketState,
};
use callwright_store::execution::LedgerRow;

use super::{CallAnswer, CallMeta, claim::content_of, late, park};
use crate::App;

/// How often an execution is looked at while somebody waits for it.
const LOOK: Duration = Duration::from_millis(100);

/// How an execution went, in the form of the answer to its call; waits at most `wait_ms` for its end. What the log
/// hides is shown to the user who called, and to nobody else.
pub async fn outcome(app: &App, caller: &Caller, id: ExecutionId, wait_ms: u32) -> Result<CallAnswer, Fault> {
    let scopes = [(Right::Call, Scope::ToolsCall), (Right::Call, Scope::Mcp), (Right::View, Scope::Read)];
    if !scopes.iter().any(|(right, scope)| caller.may(*right, *scope)) {
        return Err(Fault::forbidden("this needs the scope `tools:call`, `mcp` or `read`"));
    }
    let until = late::wait_until(wait_ms);
    loop {
        let row = app.store().ledger_row_by_id(caller.org_id, id).await?;
        // A read is written down behind its answer.
        let row = match row {
            Some(row) => row,
            None if app.inflight().runs(caller.org_id, id) => {
                let message = "this execution is still running and its caller waits for it; ask again in a moment";
                return Err(Fault::new(FaultKind::NotFound, "not_yet", message));
            }
            None => return Err(Fault::not_found("execution", id)),
        };
        let is_own = row.execution.user_id == Some(caller.user_id);
        if !is_own && !caller.may(Right::View, Scope::Read) {
            return Err(Fault::not_found("execution", id));
        }
        if row.execution.state.is_final() || tokio::time::Instant::now() >= until {
            return answer(app, row, is_own).await;
        }
        let changed = app.tickets().next_change();
        let _ = tokio::time::timeout_at(until.min(tokio::time::Instant::now() + LOOK), changed).await;
    }
}

/// The answer that a row of the log stands for.
pub(crate) async fn answer(app: &App, row: LedgerRow, is_own: bool) -> Result<CallAnswer, Fault> {
    let content = content_of(app, &row, is_own).await?;
    let execution = row.execution;
    let ticket = match execution.state.is_final() {
        true => None,
        false => app.store().ticket_of(execution.organization_id, execution.id).await?,
    };
    let agreed = ticket.as_ref().is_some_and(|row| row.ticket.state == TicketState::Approved);
    // One that was agreed to waits for nobody any more.
    let open = ticket.filter(|row| row.ticket.state == TicketState::Open);
    let pending = open.map(|row| park::pending(&row.ticket, None));
    let goes_on = agreed.then(|| "this was agreed to, and goes on as soon as there is room".to_owned());
    let message = content.message.or(goes_on).or_else(|| pending.as_ref().map(|pending| pending.spoken.clone()));
    Ok(CallAnswer {
        execution_id: execution.id,
        tool: execution.tool_name,
        version: execution.tool_version,
        state: execution.state,
        success: execution.state == State::Done,
        message,
        data: content.data,
        content: content.blocks,
        truncated: content.truncated,
        error: execution.error,
        pending,
        directive: content.directive,
        meta: CallMeta {
            idempotency: if execution.intent_key.is_some() { "keyed" } else { "none" }.to_owned(),
            attempts: execution.attempts.len() as u32,
            duration_ms: execution.duration_ms.unwrap_or_default(),
            passage: execution.passage.clone(),
            ..CallMeta::default()
        },
    })
}
