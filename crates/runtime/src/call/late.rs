//! Answer by T, then finish behind: the caller gets a sentence and a handle, the execution goes on.
//!
//! A write has its row already. A read gets one when its time is up, so that it can be asked for, survives the end
//! of the connection, and is carried out again if the server dies.

use std::{sync::Arc, time::Duration};

use callwright_model::{
    ErrorClass, Fault, ToolError,
    execution::State,
    id::ExecutionId,
    ticket::{Ticket, TicketKind},
};
use callwright_store::execution::{Claim, NewExecution};
use tokio::{
    sync::{Mutex, oneshot},
    task::JoinHandle,
    time::Instant,
};
use tracing::Instrument;

use super::{CallAnswer, claim, execute, park, record, work::Work};
use crate::{App, behind, tickets};

/// How soon it is looked again whether an execution has a row by which its caller can be answered.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Where a read stands that may become late.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Stage {
    /// It runs, and its caller waits.
    #[default]
    Running,
    /// It runs, and its caller was answered; it has a row.
    Late,
    /// It has ended in time.
    Ended,
}

/// Shared by the execution and by whoever waits for it.
pub(super) type Gate = Arc<Mutex<Stage>>;

/// Carries `work` out and answers within `answer_by_ms`, one way or the other.
pub(super) async fn run(app: &App, mut work: Box<Work>, answer_by_ms: u32, is_read: bool) -> Result<CallAnswer, Fault> {
    let mut until = work.begun + Duration::from_millis(answer_by_ms.into());
    let gate = Gate::default();
    work.late = Some(gate.clone());
    let twin = Arc::<Work>::from(work.clone());
    // Where nobody waits, a read has its row before it begins: it outlives this process from then on, and however soon it
    // ends, all of its outcome is there for whoever asks.
    let is_late = is_read && answer_by_ms == 0;
    let (tell, told) = oneshot::channel();
    let mut task: JoinHandle<_> = app.spawn({
        let (app, twin, gate) = (app.clone(), twin.clone(), gate.clone());
        async move {
            // Within the task: whoever has a row is carried out, also if its caller hangs up now.
            if is_late {
                match read(&app, &twin, &gate).await {
                    Ok(Some(answer)) => drop(tell.send(answer)),
                    Ok(None) => {}
                    Err(fault) => {
                        not_begun(&app, &work, &gate, &fault).await;
                        return Err(fault);
                    }
                }
            }
            if is_read { Box::pin(super::read(&app, work)).await } else { Box::pin(claim::write(&app, work)).await }
        }
        .in_current_span()
    });
    if is_late {
        return match told.await {
            Ok(answer) => Ok(answer),
            Err(_) => task.await.unwrap_or_else(|error| Err(Fault::internal(error))),
        };
    }
    loop {
        if let Ok(ended) = tokio::time::timeout_at(until, &mut task).await {
            return ended.unwrap_or_else(|error| Err(Fault::internal(error)));
        }
        match late(app, &twin, &gate, is_read).await {
            Ok(Some(answer)) => return Ok(answer),
            // It ended just now.
            Ok(None) if is_read => break,
            // It has no row yet, or has one no more: the next look tells.
            Ok(None) => {}
            // It is under way all the same, and an error would have it asked for again.
            Err(fault) => {
                tracing::warn!(execution = %twin.id, ?fault, "a caller could not be answered in time");
            }
        }
        until = Instant::now() + LOOK_AGAIN;
    }
    task.await.unwrap_or_else(|error| Err(Fault::internal(error)))
}

/// What the caller of an execution that takes longer is answered. It is seen to also if the caller hangs up meanwhile: half
/// done, the row of a read would be there, and the read not know of it.
async fn late(app: &App, work: &Arc<Work>, gate: &Gate, is_read: bool) -> Result<Option<CallAnswer>, Fault> {
    let (then, work, gate) = (app.clone(), work.clone(), gate.clone());
    let seen = app.spawn(
        async move { if is_read { read(&then, &work, &gate).await } else { write(&then, &work).await } }
            .in_current_span(),
    );
    seen.await.unwrap_or_else(|error| Err(Fault::internal(error)))
}

/// Whoever called is told that it was not begun; its row may be there all the same, if nobody knows what was committed.
async fn not_begun(app: &App, work: &Work, gate: &Gate, fault: &Fault) {
    *gate.lock().await = Stage::Late;
    let error = ToolError::new(ErrorClass::UnknownError, fault.code, fault.message.clone());
    Box::pin(execute::ended(app, work, Err(error))).await;
}

/// Gives a read its row and its ticket, unless it ended meanwhile.
async fn read(app: &App, work: &Work, gate: &Gate) -> Result<Option<CallAnswer>, Fault> {
    let mut stage = gate.lock().await;
    if *stage != Stage::Running {
        return Ok(None);
    }
    let new = park::new_ticket(app, work, TicketKind::Late).await?;
    let mut execution = record::row(work, State::Started, None, None);
    execution.started_at = Some(app.clock().now());
    let execution = NewExecution { execution, intent_slot: None, intent_expires_at: None, resendable: true };
    let ticket = new.row.ticket.clone();
    match app.store().claim_with_ticket(execution, new.row, new.news).await? {
        Claim::Ours => {
            *stage = Stage::Late;
            Ok(Some(park::answer(work, &ticket)))
        }
        Claim::Existing(_) => Ok(None),
    }
}

/// Gives a write its ticket. A request that joined another is told of that one.
async fn write(app: &App, work: &Arc<Work>) -> Result<Option<CallAnswer>, Fault> {
    let org = work.request.caller.org_id;
    let mut row = app.store().ledger_row_by_id(org, work.id).await?;
    if row.is_none()
        && let Some(key) = &work.request.idempotency_key
    {
        row = app.store().ledger_row(org, &claim::slot(work, key)).await?;
    }
    let Some(row) = row.filter(|row| !row.execution.state.is_final()) else { return Ok(None) };
    let id = row.execution.id;
    match ticket(app, work, id).await {
        Ok(ticket) => Ok(Some(park::answer(work, &ticket))),
        Err(fault) => {
            // It is under way, so its caller is answered; whoever a webhook is to tell is told by the ticket.
            tracing::warn!(execution = %id, ?fault, "an execution that takes longer has no ticket yet");
            let answer = claim::goes_on(work, id);
            app.spawn({
                let (app, work) = (app.clone(), work.clone());
                async move { ticket_behind(&app, work, id).await }
            });
            Ok(Some(answer))
        }
    }
}

/// The ticket of an execution that takes longer: the one that it has, or a new one.
async fn ticket(app: &App, work: &Work, id: ExecutionId) -> Result<Ticket, Fault> {
    if let Some(found) = app.store().ticket_of(work.request.caller.org_id, id).await? {
        return Ok(found.ticket);
    }
    let mut new = park::new_ticket(app, work, TicketKind::Late).await?;
    new.row.ticket.execution_id = id;
    let ticket = new.row.ticket.clone();
    app.store().write(new.row, |row, tx| Box::pin(tx.insert_ticket(row))).await?;
    Ok(ticket)
}

/// Makes the ticket behind the answer. The execution may have ended by then.
async fn ticket_behind(app: &App, work: Arc<Work>, id: ExecutionId) {
    let (then, org) = (app.clone(), work.request.caller.org_id);
    behind::surely(app, "an execution that takes longer has no ticket", id, move || {
        let (app, work) = (then.clone(), work.clone());
        async move {
            ticket(&app, &work, id).await?;
            let row = app.store().ledger_row_by_id(org, id).await?;
            if row.is_some_and(|row| row.execution.state.is_final()) {
                tickets::execution_ended(&app, org, id).await;
            }
            Ok(())
        }
    })
    .await;
}

/// Until when the execution's own record decides: the end of a read that may be late.
pub(super) async fn ends(gate: Option<&Gate>) -> Stage {
    let Some(gate) = gate else { return Stage::Ended };
    let mut stage = gate.lock().await;
    if *stage == Stage::Running {
        *stage = Stage::Ended;
    }
    *stage
}

/// How long a caller may wait in one request for an outcome.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// The end of a wait of `wait_ms` from now, at most [`LONGEST_WAIT`].
pub(super) fn wait_until(wait_ms: u32) -> Instant {
    Instant::now() + Duration::from_millis(wait_ms.into()).min(LONGEST_WAIT)
}
