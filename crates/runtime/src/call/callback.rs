//! A result that comes later, to a one-time address.
//!
//! The ticket and the execution's row are durable before the request leaves, so the address is good whatever
//! happens to us. The first answer counts; it may even come before the upstream has answered our own request.

use std::pin::pin;

use callwright_model::{
    Content, ErrorClass, Fault, FaultKind, Outcome, Timestamp, ToolError,
    execution::State,
    id::{AgentId, OrgId, TicketId},
    ticket::{Ticket, TicketKind, TicketState},
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
    claim, client, execute,
    kept::Kept,
    nested, outcome, park, record, resume, speech,
    work::{Stop, Work},
};
use crate::{App, tickets};

/// How long a run waits for a client before it lies down.
const SHORTLY: std::time::Duration = std::time::Duration::from_secs(1);

/// The ticket of what comes later: a callback, with its address where the request's templates find it; the end of a run;
/// or what a client sends.
pub(super) async fn ticket(app: &App, work: &mut Work) -> Result<park::NewTicket, Fault> {
    if let Some(kind @ (TicketKind::Run | TicketKind::Client)) = work.later() {
        let ticket = park::new_ticket(app, work, kind).await?;
        work.ticket = Some(ticket.row.ticket.id);
        return Ok(ticket);
    }
    let (secret, hash) = callwright_vault::token::generate().map_err(Fault::internal)?;
    let mut ticket = park::new_ticket(app, work, TicketKind::Callback).await?;
    ticket.row.secret_hash = Some(hash);
    let address = app.public_address(&format!("/callbacks/{}/{}", ticket.row.ticket.id, secret.expose()));
    work.context.verified.insert("callback_url".to_owned(), Value::String(address));
    work.ticket = Some(ticket.row.ticket.id);
    Ok(ticket)
}

/// Claims the intent with the ticket of its callback, and sends.
pub(super) async fn lead(app: &App, mut work: Box<Work>, mut new: NewExecution) -> Result<CallAnswer, Fault> {
    let ticket = ticket(app, &mut work).await?;
    let known = ticket.row.ticket.clone();
    // Nothing is sent for a client's call, so there is nothing to carry out before it waits.
    let only_waits = work.client().is_some() && work.ends_later() && new.execution.state == State::Started;
    if only_waits {
        new.execution.state = State::Parked;
    }
    match app.store().claim_with_ticket(new.clone(), ticket.row, ticket.news).await? {
        Claim::Ours => {
            record::announce(app, &new.execution);
            if only_waits {
                work.tell_begun();
                crate::failpoint!("client.parked");
                client::offered(app, &work, known.id).await;
                return Ok(speech::during(app, &work, pin!(look(app, &work, known.id, Some(known)))).await);
            }
            let id = work.id;
            if new.execution.state == State::Claimed {
                claim::admitted(app, work).await
            } else {
                claim::act(app, work, claim::FIRST_EPOCH, super::admit::Pass::none()).await
            }
            .inspect(|_| tracing::debug!(execution = %id, "a callback is waited for"))
        }
        Claim::Existing(row) => Box::pin(claim::existing(app, work, *row)).await,
    }
}

/// The upstream has taken the request on: parks the execution, and waits for the result as long as the caller does.
pub(super) async fn wait(app: &App, work: Box<Work>, ticket: TicketId, fence: Fence) -> Result<CallAnswer, Fault> {
    let execution = record::row(&work, State::Parked, None, None);
    // False: the result was here first. Its ticket is open whether or not it could be noted that it waits.
    if let Err(fault) = claim::finish(app, execution.id, &claim::end_of(&execution, fence)).await {
        tracing::error!(execution = %work.id, ?fault, "it could not be noted that a result is waited for");
    }
    crate::failpoint!("callback.parked");
    record::announce(app, &execution);
    client::offered(app, &work, ticket).await;
    if let Err(fault) = end_if_late(app, &work, ticket).await {
        tracing::warn!(%ticket, ?fault, "it could not be seen whether a callback's time was over");
    }
    Ok(speech::during(app, &work, pin!(look(app, &work, ticket, None))).await)
}

/// Ends an execution whose callback's time was over before the upstream had answered us; nobody else looks at it again.
async fn end_if_late(app: &App, work: &Work, ticket: TicketId) -> Result<(), Fault> {
    let row = app.store().any_ticket(ticket).await?.ok_or_else(|| Fault::not_found("ticket", ticket))?;
    if matches!(row.ticket.state, TicketState::Expired | TicketState::Void) {
        let (class, state) = doubt(work.effect());
        let error =
            ToolError::new(class, "callback_timeout", "the upstream answered after the callback's time was over");
        let (id, now) = (work.id, app.clock().now());
        app.store().write(error, move |error, tx| Box::pin(tx.end_parked(id, state, error, now))).await?;
        app.holds().load(app).await?;
    }
    Ok(())
}

/// Looks until the result is there or the caller's time is up. The upstream or the client has it, and an error would have
/// it asked for again: where no more can be seen, the answer is what is `known` of the ticket.
async fn look(app: &App, work: &Work, ticket: TicketId, known: Option<Ticket>) -> CallAnswer {
    let org = work.request.caller.org_id;
    let deadline = match work.later() {
        Some(TicketKind::Run) => nested::patience(work),
        Some(TicketKind::Client) => patience(work),
        _ => work.deadline,
    };
    loop {
        let changed = app.tickets().next_change();
        match ended(app, org, work).await {
            Ok(Some(answer)) => return answer,
            Ok(None) => {}
            // It may be back before the caller's time is up.
            Err(fault) if fault.kind == FaultKind::Unavailable => {
                tracing::warn!(execution = %work.id, ?fault, "it could not be seen whether a result has come yet");
            }
            Err(fault) => {
                tracing::error!(execution = %work.id, ?fault, "what came of an execution cannot be read");
                return claim::unrecorded(work);
            }
        }
        let now = Instant::now();
        if now >= deadline {
            break;
        }
        let look = std::time::Duration::from_millis(200);
        let _ = tokio::time::timeout_at(deadline.min(now + look), changed).await;
    }
    let now = match app.store().any_ticket(ticket).await {
        Ok(row) => row.map(|row| row.ticket),
        Err(error) => {
            tracing::error!(execution = %work.id, %error, "it could not be seen whether a result has come");
            known
        }
    };
    now.map_or_else(|| claim::unrecorded(work), |ticket| park::answer(work, &ticket))
}

/// The outcome, if it is there.
async fn ended(app: &App, org: OrgId, work: &Work) -> Result<Option<CallAnswer>, Fault> {
    let row = app.store().ledger_row_by_id(org, work.id).await?;
    let Some(row) = row.filter(|row| row.execution.state.is_final()) else { return Ok(None) };
    let mut answer = outcome::answer(app, row, true).await?;
    answer.meta.speech = speech::said(work);
    Ok(Some(answer))
}

/// Until when the result is waited for here. A run lies down instead; a client that is there answers before that.
fn patience(work: &Work) -> Instant {
    match work.request.source == "run" {
        true => work.deadline.min(Instant::now() + SHORTLY),
        false => work.deadline,
    }
}

/// What a request that was taken on has come to when nobody tells.
fn doubt(effect: Effect) -> (ErrorClass, State) {
    match effect {
        Effect::Read => (ErrorClass::TimeoutError, State::Failed),
        Effect::Write | Effect::Destructive => (ErrorClass::OutcomeUnknown, State::Unknown),
    }
}

/// What became of a result that was sent to a one-time address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrived {
    /// It was taken.
    Taken,
    /// There was one already; this one was not looked at.
    Already,
}

/// Whether this is an address that was given out; asked before a body is read for it.
///
/// # Errors
/// Not found for an address that was never given out.
pub async fn check(app: &App, id: TicketId, secret: &str) -> Result<(), Fault> {
    addressed(app, id, secret).await.map(drop)
}

fn unknown() -> Fault {
    Fault::new(FaultKind::NotFound, "callback_not_found", "there is no such callback")
}

async fn addressed(app: &App, id: TicketId, secret: &str) -> Result<TicketRow, Fault> {
    let row = app.store().any_ticket(id).await?.ok_or_else(unknown)?;
    let hash = callwright_vault::token::hash(secret);
    let is_right =
        row.secret_hash.as_ref().is_some_and(|right| callwright_vault::token::constant_time_eq(right, &hash));
    if row.ticket.kind == TicketKind::Callback && is_right { Ok(row) } else { Err(unknown()) }
}

/// Takes the result that came to a one-time address.
///
/// # Errors
/// Not found for an address that was never given out, `callback_expired` for one whose time has passed.
pub async fn arrive(app: &App, id: TicketId, secret: &str, body: Value) -> Result<Arrived, Fault> {
    let row = addressed(app, id, secret).await?;
    Box::pin(keep(app, row, body)).await
}

/// Keeps a result under its ticket, and records it.
pub(super) async fn keep(app: &App, row: TicketRow, body: Value) -> Result<Arrived, Fault> {
    let id = row.ticket.id;
    let bytes = serde_json::to_vec(&body).map_err(Fault::internal)?;
    let sealed = app.vault().seal(row.ticket.organization_id, &bytes).await?;
    if !app.store().answer_ticket(id, &sealed, app.clock().now()).await? {
        let row = app.store().any_ticket(id).await?.ok_or_else(unknown)?;
        return match row.ticket.state {
            TicketState::Answered | TicketState::Used => Ok(Arrived::Already),
            _ if row.ticket.kind == TicketKind::Client => Err(client::too_late()),
            _ => Err(Fault::new(
                FaultKind::Gone,
                "callback_expired",
                "this result came too late: nobody waits for it any more",
            )),
        };
    }
    crate::failpoint!("callback.answered");
    // It is kept; where it cannot be recorded now, the sweeper does so in a moment.
    let recorded = async {
        let row = app.store().any_ticket(id).await?.ok_or_else(unknown)?;
        Box::pin(record_answer(app, row)).await
    };
    if let Err(fault) = recorded.await {
        tracing::warn!(ticket = %id, ?fault, "a result that came could not be recorded yet");
    }
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
    let (received_at, agent) = (kept.received_at, kept.agent());
    let work = match resume::rebuild(app, &row.ticket, kept).await {
        Ok(work) => work,
        Err(Stop::Fault(fault)) => return Err(*fault),
        // Whoever asked may be gone; what was done is recorded all the same.
        Err(Stop::Refused(error)) => {
            tracing::info!(ticket = %row.ticket.id, why = error.message, "a callback is recorded for nobody who asks");
            let end = for_nobody(app, &row, agent, body, received_at).await?;
            app.store().finish_answered(row.ticket.id, row.ticket.execution_id, end).await?;
            tickets::ended(app, &row).await;
            return Ok(());
        }
    };
    let shaped = come(&row, body).and_then(|mut content| {
        // What lies beside a client's result is not cut with it.
        let links = match row.ticket.kind {
            TicketKind::Client => std::mem::take(&mut content.blocks),
            _ => Vec::new(),
        };
        let mut shaped = execute::shape(&work, content)?;
        shaped.content.blocks.extend(links);
        Ok(shaped)
    });
    let ending = work.tool().speech.is_some().then(|| shaped.clone());
    let (outcome, whole) = record::settle_content(&work, shaped);
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
        if let Some(ending) = ending {
            speech::ended(app, &work, &ending);
        }
        record::announce_end(app, &work, &execution);
    }
    app.holds().load(app).await?;
    tickets::ended(app, &row).await;
    Ok(())
}

/// What came, as content or as the failure that it tells of.
fn come(row: &TicketRow, body: Value) -> Result<Content, ToolError> {
    match row.ticket.kind {
        TicketKind::Client => client::content(body),
        TicketKind::Run => nested::content(body),
        _ => Ok(Content::json(body)),
    }
}

/// The end of an execution whose caller may not be asked for any more: shaped and hidden by the tool as it was. When
/// that is gone too, nobody is shown what came.
async fn for_nobody(
    app: &App,
    row: &TicketRow,
    agent: Option<AgentId>,
    body: Value,
    received_at: Timestamp,
) -> Result<FinishExecution, Fault> {
    let ticket = &row.ticket;
    let (org, agent) = (ticket.organization_id, agent.map(|agent| agent.to_string()));
    let found = app.tools().find_at(app, org, ticket.tool_id, ticket.revision, agent.as_deref()).await;
    let Ok(Some(found)) = found else {
        let bytes = serde_json::to_vec(&Content::json(body)).map_err(Fault::internal)?;
        let sealed = app.vault().seal(org, &bytes).await?;
        let shown = Content { message: Some("a result came; its tool is gone".to_owned()), ..Content::default() };
        return Ok(end(app, Outcome::Done(shown), received_at, Some(sealed)));
    };
    let shaper = &found.tool.shaper;
    let outcome = match come(row, body).and_then(|content| shaper.shape(content)) {
        Ok(shaped) => Outcome::Done(shaper.hide(shaped.content)),
        Err(error) => Outcome::Failed(error),
    };
    Ok(end(app, outcome, received_at, None))
}

fn end(app: &App, outcome: Outcome, received_at: Timestamp, sealed_outcome: Option<String>) -> FinishExecution {
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
        news: None,
        void: None,
    }
}

/// Nobody sent the result in time. What the upstream took on may have happened or not.
pub(crate) async fn expire(app: &App, row: &TicketRow, effect: Effect) -> Result<(), Fault> {
    let message = "the upstream took the request on and never sent its result; it is not known whether it acted";
    let (class, _) = doubt(effect);
    give_up(app, row, effect, TicketState::Expired, ToolError::new(class, "callback_timeout", message)).await.map(drop)
}

/// Somebody does not want to wait for the result any more. False: it has come already.
pub(crate) async fn cancel(app: &App, row: &TicketRow, effect: Effect) -> Result<bool, Fault> {
    let message = "somebody cancelled this while the upstream was at work on it; it is not known whether it acted";
    let class = match effect {
        Effect::Read => ErrorClass::Cancelled,
        Effect::Write | Effect::Destructive => ErrorClass::OutcomeUnknown,
    };
    give_up(app, row, effect, TicketState::Void, ToolError::new(class, "cancelled", message)).await
}

/// The upstream has the request: a write that is given up is in doubt and keeps its key.
async fn give_up(
    app: &App,
    row: &TicketRow,
    effect: Effect,
    ticket: TicketState,
    error: ToolError,
) -> Result<bool, Fault> {
    let (_, state) = doubt(effect);
    let is_ours = resume::end(app, row, ticket, state, error).await?;
    app.holds().load(app).await?;
    Ok(is_ours)
}
