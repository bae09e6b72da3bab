//! What becomes of a request whose key was used before: it waits for the outcome, is given it, or sends again where that
//! is safe.

use callwright_model::{Content, ErrorClass, Fault, Outcome, ToolError, execution::State, id::ExecutionId};
use callwright_store::execution::LedgerRow;
use tokio::time::Instant;

use super::{POLL, POLL_MOST, act, key::key_reused, slot};
use crate::{
    App,
    call::{
        self, CallAnswer,
        admit::{self, Pass},
        answer::millis,
        outcome, park, record,
        work::Work,
    },
    metering,
};

/// Somebody has acted on this key before, or is acting on it.
pub(in crate::call) async fn existing(app: &App, mut work: Box<Work>, row: LedgerRow) -> Result<CallAnswer, Fault> {
    if !work.request.has_own_key() && !row.is_asked_with(&work.args_hash) {
        return Err(key_reused(work.request.idempotency_key.as_deref().unwrap_or_default()));
    }
    let mut row = row;
    let mut wait = POLL;
    loop {
        // The store lets go only of what is unknown, or was started by a node that is dead.
        let is_open = matches!(row.execution.state, State::Started | State::Unknown) && row.execution.settled.is_none();
        if row.resendable && is_open {
            let org = row.execution.organization_id;
            if let Some(ticket) = app.store().ticket_of(org, row.execution.id).await? {
                // What somebody agreed to, or what is waited for, goes on as it was asked then, not as it is asked now.
                if let Some(answer) = Box::pin(call::rerun(app, ticket)).await? {
                    return Ok(answer.into_duplicate());
                }
            } else {
                let pass = match room_to_resend(app, &work, row.execution.state).await {
                    Ok(pass) => pass,
                    Err(refusal) => return still_unknown(app, &work, row, &refusal).await,
                };
                if app.store().take_over(row.execution.id, work.node_id, row.epoch, app.clock().now()).await? {
                    // The upstream honours the key: sending again is safe, and tells how it went.
                    work.id = row.execution.id;
                    work.received_at = row.execution.received_at;
                    return act(app, work, row.epoch + 1, pass).await;
                }
            }
        }
        if row.execution.state == State::Parked {
            return park::again(app, &work, &row).await;
        }
        if row.execution.state.is_final() {
            metering::deduplicated();
            return recorded(app, &work, row).await;
        }
        if Instant::now() + wait >= work.deadline {
            return Ok(still_running(&work));
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(POLL_MOST);
        let slot = slot(&work, work.request.idempotency_key.as_deref().unwrap_or_default());
        row = match app.store().ledger_row(work.request.caller.org_id, &slot).await? {
            Some(row) => row,
            // Released meanwhile: nothing was sent, the caller may simply ask again.
            None => return Ok(still_running(&work)),
        };
    }
}

/// What is repeated passes the limits again, or a caller who keeps asking would go round an open breaker. What a dead
/// node left `started` does not: a live one may have it, so nothing is held while we look.
pub(in crate::call) async fn room_to_resend(app: &App, work: &Work, state: State) -> Result<Pass, ToolError> {
    if state == State::Unknown { admit::admit(app, work).await } else { Ok(Pass::none()) }
}

/// There is no room to send again now: nobody knows more than before, but when to ask again.
async fn still_unknown(app: &App, work: &Work, row: LedgerRow, refusal: &ToolError) -> Result<CallAnswer, Fault> {
    let mut answer = recorded(app, work, row).await?;
    if let Some(error) = &mut answer.error {
        error.retry_after_ms = refusal.retry_after_ms;
        error.message = format!("{}. Asking again with the same key: {}", error.message, refusal.message);
    }
    Ok(answer)
}

/// The outcome of an earlier request with the same key.
async fn recorded(app: &App, work: &Work, row: LedgerRow) -> Result<CallAnswer, Fault> {
    let mut answer = outcome::answer(app, row, true).await?.into_duplicate();
    answer.meta.duration_ms = millis(work.begun.elapsed());
    Ok(answer)
}

/// The result that a row stands for. What the log hides is for the caller only.
pub(in crate::call) async fn content_of(app: &App, row: &LedgerRow, is_own: bool) -> Result<Content, Fault> {
    match &row.sealed_outcome {
        Some(sealed) if is_own => {
            let bytes = app.vault().unseal(row.execution.organization_id, sealed).await?;
            serde_json::from_slice(&bytes).map_err(Fault::internal)
        }
        _ => Ok(row.execution.output.clone().unwrap_or_default()),
    }
}

pub(in crate::call) fn still_running(work: &Work) -> CallAnswer {
    let error = ToolError::new(
        ErrorClass::TimeoutError,
        "in_progress",
        "an earlier request with the same key is still being carried out; ask again with the same key for its outcome",
    )
    .retry_after(1_000);
    let mut answer = CallAnswer::new(work, Outcome::Failed(error));
    answer.state = State::Started;
    answer.into_duplicate()
}

/// What the caller of a write is told that was sent and of which no more can be said now: an answer, because an error
/// asks to be repeated.
pub(in crate::call) fn unrecorded(work: &Work) -> CallAnswer {
    let message = format!(
        "this was sent, and what came of it cannot be told now because the server's database is away. Do not call the tool again for it; the log tells it later, under {}",
        work.id
    );
    let error = ToolError::new(ErrorClass::OutcomeUnknown, "not_recorded", message);
    CallAnswer::new(work, Outcome::Failed(record::apply_fallback(work, error)))
}

/// What the caller of an execution is told that goes on, where it has no ticket by which it could be followed.
pub(in crate::call) fn goes_on(work: &Work, execution: ExecutionId) -> CallAnswer {
    let message = format!(
        "this takes longer and goes on. Do not call the tool again for it; its outcome is in the log, under {execution}"
    );
    let error = ToolError::new(ErrorClass::TimeoutError, "in_progress", message);
    let mut answer = CallAnswer::new(work, Outcome::Failed(error));
    (answer.execution_id, answer.state) = (execution, State::Started);
    answer
}
