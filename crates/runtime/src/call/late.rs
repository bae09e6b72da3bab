//! Answer by T, then finish behind: the caller gets a sentence and a handle, the execution goes on.
//!
//! A write has its row already. A read gets one when its time is up, so that it can be asked for, survives the end
//! of the connection, and is carried out again if the server dies.

use std::{sync::Arc, time::Duration};

use callwright_model::{Fault, execution::State, ticket::TicketKind};
use callwright_store::execution::{Claim, NewExecution};
use tokio::{sync::Mutex, task::JoinHandle, time::Instant};
use tracing::Instrument;

use super::{CallAnswer, claim, park, record, work::Work};
use crate::App;

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
    let until = work.begun + Duration::from_millis(answer_by_ms.into());
    let gate = Gate::default();
    work.late = Some(gate.clone());
    let twin = work.clone();
    let mut task: JoinHandle<_> = app.spawn({
        let app = app.clone();
        async move {
            if is_read { Box::pin(super::read(&app, work)).await } else { Box::pin(claim::write(&app, work)).await }
        }
        .in_current_span()
    });
    if let Ok(ended) = tokio::time::timeout_at(until, &mut task).await {
        return ended.unwrap_or_else(|error| Err(Fault::internal(error)));
    }
    let late = if is_read { read(app, twin, &gate).await? } else { write(app, twin).await? };
    match late {
        Some(answer) => Ok(answer),
        // It ended just now, or has nothing yet that could be asked for.
        None => task.await.unwrap_or_else(|error| Err(Fault::internal(error))),
    }
}

/// Gives a read its row and its ticket, unless it ended meanwhile.
async fn read(app: &App, work: Box<Work>, gate: &Gate) -> Result<Option<CallAnswer>, Fault> {
    let mut stage = gate.lock().await;
    if *stage != Stage::Running {
        return Ok(None);
    }
    let new = park::new_ticket(app, &work, TicketKind::Late).await?;
    let mut execution = record::row(&work, State::Started, None, None);
    execution.started_at = Some(app.clock().now());
    let execution = NewExecution { execution, intent_slot: None, intent_expires_at: None, resendable: true };
    let ticket = new.row.ticket.clone();
    match app.store().claim_with_ticket(execution, new.row, new.news).await? {
        Claim::Ours => {
            *stage = Stage::Late;
            Ok(Some(park::answer(&work, &ticket)))
        }
        Claim::Existing(_) => Ok(None),
    }
}

/// Gives a write its ticket. A request that joined another is told of that one.
async fn write(app: &App, work: Box<Work>) -> Result<Option<CallAnswer>, Fault> {
    let org = work.request.caller.org_id;
    let mut row = app.store().ledger_row_by_id(org, work.id).await?;
    if row.is_none()
        && let Some(key) = &work.request.idempotency_key
    {
        row = app.store().ledger_row(org, &claim::slot(&work, key)).await?;
    }
    let Some(row) = row.filter(|row| !row.execution.state.is_final()) else { return Ok(None) };
    if let Some(found) = app.store().ticket_of(org, row.execution.id).await? {
        return Ok(Some(park::answer(&work, &found.ticket)));
    }
    let mut new = park::new_ticket(app, &work, TicketKind::Late).await?;
    new.row.ticket.execution_id = row.execution.id;
    let answer = park::answer(&work, &new.row.ticket);
    app.store().write(new.row, |row, tx| Box::pin(tx.insert_ticket(row))).await?;
    Ok(Some(answer))
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
