//! A result that comes later, to a one-time address.
//!
//! The ticket and the execution's row are durable before the request leaves, so the address is good whatever
//! happens to us. The first answer counts; it may even come before the upstream has answered our own request.

use callwright_model::{
    Content, ErrorClass, Fault, FaultKind, Outcome, ToolError,
    execution::State,
    id::TicketId,
    ticket::{TicketKind, TicketState},
    tool::Effect,
};
use callwright_store::{
    execution::{Claim, Fence, FinishExecution, NewExecution},
    ticket::TicketRow,
};
use serde_json::Value;
use tokio::time::Instant;

use super::{
    CallAnswer,
    answer::state_of,
    claim,
    kept::Kept,
    outcome, park, record, resume,
    work::{Stop, Work},
};
use crate::{App, tickets};

/// The ticket of a callback, with its address where the request's templates find it.
pub(super) async fn ticket(app: &App, work: &mut Work) -> Result<park::NewTicket, Fault> {
    let (secret, hash) = callwright_vault::token::generate().map_err(Fault::internal)?;
    let mut ticket = park::new_ticket(app, work, TicketKind::Callback).await?;
    ticket.row.secret_hash = Some(hash);
    let address = app.public_address(&format!("/callbacks/{}/{}", ticket.row.ticket.id, secret.expose()));
    work.context.verified.insert("callback_url".to_owned(), Value::String(address));
    work.ticket = Some(ticket.row.ticket.id);
    Ok(ticket)
}

/// Claims the intent with the ticket of its callback, and sends.
pub(super) async fn lead(app: &App, mut work: Work, new: NewExecution) -> Result<CallAnswer, Fault> {
    let ticket = ticket(app, &mut work).await?;
    match app.store().claim_with_ticket(new.clone(), ticket.row, ticket.news).await? {
        Claim::Ours => {
            record::announce(app, &new.execution);
            let id = work.id;
            if new.execution.state == State::Claimed {
                claim::admitted(app, work).await
            } else {
                claim::act(app, work, claim::FIRST_EPOCH, super::admit::Pass::none()).await
            }
            .inspect(|_| tracing::debug!(execution = %id, "a callback is waited for"))
        }
        Claim::Existing(row) => claim::existing(app, work, *row).await,
    }
}

/// The upstream has taken the request on: parks the execution, and waits for the result as long as the caller does.
pub(super) async fn wait(app: &App, work: Work, ticket: TicketId, fence: Fence) -> Result<CallAnswer, Fault> {
    let execution = record::row(&work, State::Parked, None, None);
    // False: the result was here first.
    claim::finish(app, &execution, fence, None).await?;
    crate::failpoint!("callback.parked");
    record::announce(app, &execution);
    let org = work.request.caller.org_id;
    loop {
        let row = app.store().ledger_row_by_id(org, work.id).await?;
        if let Some(row) = row.filter(|row| row.execution.state.is_final()) {
            return outcome::answer(app, row, true).await;
        }
        let now = Instant::now();
        if now >= work.deadline {
            break;
        }
        let changed = app.tickets().next_change();
        let look = std::time::Duration::from_millis(200);
        let _ = tokio::time::timeout_at(work.deadline.min(now + look), changed).await;
    }
    let row = app.store().any_ticket(ticket).await?.ok_or_else(|| Fault::not_found("ticket", ticket))?;
    Ok(park::answer(&work, &row.ticket))
}

/// What became of a result that was sent to a one-time address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrived {
    /// It was taken.
    Taken,
    /// There was one already; this one was not looked at.
    Already,
}

/// Takes the result that came to a one-time address.
///
/// # Errors
/// Not found for an address that was never given out, `callback_expired` for one whose time has passed.
pub async fn arrive(app: &App, id: TicketId, secret: &str, body: Value) -> Result<Arrived, Fault> {
    let unknown = || Fault::new(FaultKind::NotFound, "callback_not_found", "there is no such callback");
    let row = app.store().any_ticket(id).await?.ok_or_else(unknown)?;
    let hash = callwright_vault::token::hash(secret);
    let is_right =
        row.secret_hash.as_ref().is_some_and(|right| callwright_vault::token::constant_time_eq(right, &hash));
    if row.ticket.kind != TicketKind::Callback || !is_right {
        return Err(unknown());
    }
    let bytes = serde_json::to_vec(&body).map_err(Fault::internal)?;
    let sealed = app.vault().seal(row.ticket.organization_id, &bytes).await?;
    if !app.store().answer_ticket(id, &sealed, app.clock().now()).await? {
        let row = app.store().any_ticket(id).await?.ok_or_else(unknown)?;
        return match row.ticket.state {
            TicketState::Answered | TicketState::Used => Ok(Arrived::Already),
            _ => Err(Fault::new(
                FaultKind::Gone,
                "callback_expired",
                "this result came too late: nobody waits for it any more",
            )),
        };
    }
    crate::failpoint!("callback.answered");
    let row = app.store().any_ticket(id).await?.ok_or_else(unknown)?;
    record_answer(app, row).await?;
    Ok(Arrived::Taken)
}

/// Shapes and records what came, and uses the ticket up.
pub(crate) async fn record_answer(app: &App, row: TicketRow) -> Result<(), Fault> {
    let Some(_busy) = app.tickets().enter(row.ticket.id) else { return Ok(()) };
    let Some(sealed) = &row.answer else { return Ok(()) };
    let org = row.ticket.organization_id;
    let bytes = app.vault().unseal(org, sealed).await?;
    let body: Value = serde_json::from_slice(&bytes).map_err(Fault::internal)?;
    let kept = Kept::open(app, &row).await?;
    let received_at = kept.received_at;
    let work = match resume::rebuild(app, &row.ticket, kept).await {
        Ok(work) => work,
        Err(Stop::Fault(fault)) => return Err(*fault),
        // Whoever asked may be gone; what was done is recorded all the same, unshaped.
        Err(Stop::Refused(error)) => {
            let end = end(app, Outcome::Done(Content::json(body)), received_at, None);
            tracing::info!(ticket = %row.ticket.id, why = error.message, "a callback is recorded as it came");
            app.store().finish_answered(row.ticket.id, row.ticket.execution_id, end).await?;
            tickets::ended(app, &row).await;
            return Ok(());
        }
    };
    let (outcome, whole) = record::settle_content(&work, work.tool().shaper.shape(Content::json(body)));
    if let Some(whole) = whole {
        record::keep_whole(app, &work, whole);
    }
    let mut execution = record::row(&work, state_of(&outcome), Some(&outcome), Some(app.clock().now()));
    let answer = CallAnswer::new(&work, outcome.clone());
    let sealed = claim::seal_for_duplicates(app, &work, &answer).await?;
    let mut end = end(app, outcome, received_at, sealed);
    end.output.clone_from(&execution.output);
    if app.store().finish_answered(row.ticket.id, work.id, end).await? {
        execution.received_at = received_at;
        record::announce_end(app, &work, &execution);
    }
    app.holds().load(app).await?;
    tickets::ended(app, &row).await;
    Ok(())
}

fn end(
    app: &App,
    outcome: Outcome,
    received_at: callwright_model::Timestamp,
    sealed_outcome: Option<String>,
) -> FinishExecution {
    let now = app.clock().now();
    let state = state_of(&outcome);
    let (output, error) = match outcome {
        Outcome::Done(content) => (Some(content), None),
        Outcome::Failed(error) => (None, Some(error)),
    };
    FinishExecution {
        fence: Fence { node_id: app.node_id(), epoch: claim::FIRST_EPOCH },
        state,
        output,
        error,
        attempts: Vec::new(),
        ended_at: now,
        duration_us: i64::try_from(now.since(received_at).as_micros()).unwrap_or(i64::MAX),
        sealed_outcome,
        keep_slot: true,
    }
}

/// Nobody sent the result in time. What the upstream took on may have happened or not.
pub(crate) async fn expire(app: &App, row: &TicketRow, effect: Effect) -> Result<(), Fault> {
    let (class, state) = match effect {
        Effect::Read => (ErrorClass::TimeoutError, State::Failed),
        Effect::Write | Effect::Destructive => (ErrorClass::OutcomeUnknown, State::Unknown),
    };
    let error = ToolError::new(
        class,
        "callback_timeout",
        "the upstream took the request on and never sent its result; it is not known whether it acted",
    );
    resume::end(app, row, TicketState::Expired, state, error).await?;
    app.holds().load(app).await
}
