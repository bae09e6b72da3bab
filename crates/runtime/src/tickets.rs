//! Tickets in this process: who is being seen to, who waits for a change, and the sweeper that forgets nobody.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use callwright_model::{
    ErrorClass, Fault, ToolError,
    execution::State,
    id::{OrgId, TicketId},
    ticket::{TicketKind, TicketState},
    tool::Effect,
};
use callwright_store::ticket::TicketRow;
use serde_json::json;
use tokio::sync::Notify;

use crate::{App, call, job::worker, outbox};

/// Tickets seen to in one round.
const BATCH: u32 = 100;
/// A ticket that was agreed to is left to whoever agreed for this long.
const GRACE: Duration = Duration::from_secs(2);

/// Tickets in this process.
#[derive(Default)]
pub struct Tickets {
    busy: Mutex<HashSet<TicketId>>,
    changed: Notify,
}

/// A ticket that is being seen to; dropped, it may be seen to again.
pub(crate) struct Busy<'a>(&'a Tickets, TicketId);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

impl Tickets {
    /// Sees to a ticket. None: somebody in this process does.
    pub(crate) fn enter(&self, id: TicketId) -> Option<Busy<'_>> {
        let is_free = self.busy.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        // Made only if it is ours: dropping one lets the ticket go.
        is_free.then(|| Busy(self, id))
    }

    /// Wakes those who wait for an outcome. They look again; nothing else depends on it.
    pub(crate) fn changed(&self) {
        self.changed.notify_waiters();
    }

    /// Resolves at the next change.
    pub(crate) fn next_change(&self) -> impl Future<Output = ()> + '_ {
        self.changed.notified()
    }
}

/// Sees to what nobody else sees to: expired, agreed to but not gone on with, left by a dead server, not told yet. A
/// ticket that cannot be seen to holds up no other.
pub(crate) async fn sweep(app: &App, is_first: bool) -> Result<(), Fault> {
    let now = app.clock().now();
    for row in app.store().due_tickets(now, BATCH).await? {
        note(&row, expire(app, &row).await);
    }
    let before = if is_first { now } else { now.minus(GRACE) };
    for row in app.store().stuck_tickets(before, BATCH).await? {
        // Behind the others, should it be stuck for good.
        app.store().postpone_ticket(row.ticket.id, now).await?;
        let app = app.clone();
        app.clone().spawn(async move { Box::pin(go_on(&app, row)).await });
    }
    for row in app.store().orphaned(BATCH).await? {
        let app = app.clone();
        app.clone().spawn(async move {
            let done = call::rerun(&app, row.clone()).await.map(drop);
            note(&row, done);
        });
    }
    for row in app.store().untold_tickets(BATCH).await? {
        if let Err(fault) = tell(app, &row).await {
            tracing::error!(ticket = %row.ticket.id, ?fault, "those who wait for a ticket can never be told");
            app.store().tell_ticket(row.ticket.id, None, now).await?;
        }
    }
    Ok(())
}

fn note(row: &TicketRow, done: Result<(), Fault>) {
    if let Err(fault) = done {
        tracing::warn!(ticket = %row.ticket.id, ?fault, "a ticket could not be seen to yet");
    }
}

/// Goes on with a ticket that was agreed to or answered.
pub(crate) async fn go_on(app: &App, row: TicketRow) {
    let done = match row.ticket.state {
        TicketState::Approved if row.ticket.expires_at <= app.clock().now() => expire(app, &row).await,
        TicketState::Approved => call::resume::resume(app, row.clone()).await.map(drop),
        TicketState::Answered => call::callback::record_answer(app, row.clone()).await,
        _ => Ok(()),
    };
    note(&row, done);
}

async fn expire(app: &App, row: &TicketRow) -> Result<(), Fault> {
    let ticket = &row.ticket;
    match ticket.kind {
        TicketKind::Callback | TicketKind::Run => {
            let execution = app.store().execution(ticket.organization_id, ticket.execution_id).await?;
            let effect = execution.map(|execution| execution.effect).unwrap_or_default();
            call::callback::expire(app, row, effect).await
        }
        TicketKind::Client => call::client::unanswered(app, row).await,
        TicketKind::Late => {
            // An hour past its time limit; whoever carried it out has broken down.
            let execution = app.store().execution(ticket.organization_id, ticket.execution_id).await?;
            let is_read = execution.is_some_and(|execution| execution.effect == Effect::Read);
            let (class, state) = match is_read {
                true => (ErrorClass::TimeoutError, State::Failed),
                false => (ErrorClass::OutcomeUnknown, State::Unknown),
            };
            let error = ToolError::new(class, "overdue", "the execution did not end long after its time limit");
            let (id, of, now) = (ticket.id, ticket.execution_id, app.clock().now());
            app.store()
                .write(error, move |error, tx| {
                    Box::pin(async move {
                        tx.end_overdue(of, state, error, now).await?;
                        tx.end_ticket(id, TicketState::Expired, now).await
                    })
                })
                .await?;
            ended(app, row).await;
            app.holds().load(app).await
        }
        TicketKind::Approval | TicketKind::Confirmation => {
            let code = if ticket.kind == TicketKind::Approval { "approval_expired" } else { "confirmation_expired" };
            let message = if ticket.state == TicketState::Approved {
                "it was agreed to and could not be carried out in time; nothing was done"
            } else {
                "nobody agreed in time; nothing was done"
            };
            let error = ToolError::new(ErrorClass::ApprovalRequired, code, message);
            call::resume::end(app, row, TicketState::Expired, State::Released, error).await.map(drop)
        }
    }
}

/// A ticket's execution has ended, or will never go on: whoever waits is told.
pub(crate) async fn ended(app: &App, row: &TicketRow) {
    app.tickets().changed();
    worker::wake(app, row.ticket.execution_id).await;
    announce(app, row).await;
    if let Err(fault) = tell(app, row).await {
        tracing::warn!(ticket = %row.ticket.id, ?fault, "those who wait for a ticket could not be told yet");
    }
}

async fn announce(app: &App, row: &TicketRow) {
    if !app.live().is_watched() {
        return;
    }
    let org = row.ticket.organization_id;
    if let Ok(Some(execution)) = app.store().execution(org, row.ticket.execution_id).await {
        let event = callwright_model::execution::Event::Execution { execution: Box::new(execution) };
        app.live().publish(org, event);
    }
}

/// An execution has ended: its ticket, if it has one, is closed and its webhook sent.
pub(crate) async fn execution_ended(app: &App, org: OrgId, id: callwright_model::id::ExecutionId) {
    app.tickets().changed();
    worker::wake(app, id).await;
    let told = async {
        match app.store().ticket_of(org, id).await? {
            Some(row) if !row.notified => tell(app, &row).await,
            _ => Ok(()),
        }
    };
    if let Err(fault) = told.await {
        tracing::warn!(execution = %id, ?fault, "those who wait for an execution could not be told yet");
    }
}

/// Tells those who wait for the outcome, once, in one step with noting that they were told.
async fn tell(app: &App, row: &TicketRow) -> Result<(), Fault> {
    if row.notified {
        return Ok(());
    }
    let ticket = &row.ticket;
    let org = ticket.organization_id;
    let Some(ledger) = app.store().ledger_row_by_id(org, ticket.execution_id).await? else {
        app.store().tell_ticket(ticket.id, None, app.clock().now()).await?;
        return Ok(());
    };
    // A callback that may still come tells more than that nobody knows.
    let may_still_come = ticket.kind == TicketKind::Callback && ticket.state == TicketState::Open;
    if !ledger.execution.state.is_final() || (ledger.execution.state == State::Unknown && may_still_come) {
        return Ok(());
    }
    let news = match call::webhook_of(app, row).await? {
        None => None,
        Some(target) => {
            let answer = call::outcome::answer(app, ledger, true).await?;
            let subject = Some(ticket.execution_id.to_string());
            let data = json!({ "ticket": ticket.id, "answer": answer });
            Some(outbox::prepare(app, org, &target, "execution.finished", subject, data).await?)
        }
    };
    app.store().tell_ticket(ticket.id, news, app.clock().now()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_seen_to_by_one_at_a_time() {
        let (tickets, id) = (Tickets::default(), callwright_model::IdSource::default().next());
        let busy = tickets.enter(id);
        assert!(busy.is_some() && tickets.enter(id).is_none() && tickets.enter(id).is_none());
        drop(busy);
        assert!(tickets.enter(id).is_some());
    }
}
