//! Going on with an execution that waited. One function, whoever agreed and on whichever server.
//!
//! Until `store.resume` has committed, nothing has changed and anybody may try again; from then on bytes may leave,
//! and a server that dies leaves the execution `started`, which the reaper and the retry gate look after. So an
//! approved execution runs once, and nothing that ran before it runs again.

use callwright_model::{
    ErrorClass, Fault, FaultKind, ToolError,
    account::Right,
    execution::State,
    run::RunState,
    ticket::{Ticket, TicketKind, TicketState},
};
use callwright_store::ticket::{Resume, TicketRow};

use super::{
    Aside, CallAnswer, admit, authorize, callback, claim, hold,
    kept::{Kept, binding},
    park, prepare, record,
    work::{Stop, Work},
};
use crate::{App, metering, tickets};

/// Goes on with the execution of a ticket that was agreed to. None: somebody else does, or it is not the time.
pub(crate) async fn resume(app: &App, row: TicketRow) -> Result<Option<CallAnswer>, Fault> {
    let Some(_busy) = app.tickets().enter(row.ticket.id) else { return Ok(None) };
    let mut kept = Kept::open(app, &row).await?;
    kept.agreed(row.ticket.kind == TicketKind::Confirmation, row.ticket.kind == TicketKind::Approval);
    let mut work = match rebuild(app, &row.ticket, kept).await {
        Ok(work) => work,
        Err(Stop::Refused(error)) => return give_up(app, &row, *error).await.map(|()| None),
        Err(Stop::Fault(fault)) => return Err(*fault),
    };
    if binding(&work)? != row.binding {
        return give_up(app, &row, changed_since()).await.map(|()| None);
    }
    if let Some(error) = run_is_over(app, &work).await? {
        return give_up(app, &row, error).await.map(|()| None);
    }
    if let Some(kind) = super::confirm::needed(&work) {
        return next(app, &row, work, kind).await;
    }
    if let Err(stop) = hold::check(app, &work).await {
        return match stop {
            Stop::Refused(error) => give_up(app, &row, *error).await.map(|()| None),
            Stop::Fault(fault) => Err(*fault),
        };
    }
    let pass = match admit::admit(app, &work).await {
        Ok(pass) => pass,
        // The sweeper tries again; the ticket is still good.
        Err(error) if error.retryable => return Ok(None),
        Err(error) => return give_up(app, &row, error).await.map(|()| None),
    };
    crate::failpoint!("resume.before");
    let now = app.clock().now();
    let next = match work.later() {
        Some(_) => Some(callback::ticket(app, &mut work).await?.row),
        None => None,
    };
    let resume = Resume {
        ticket: row.ticket.id,
        execution: row.ticket.execution_id,
        node_id: work.node_id,
        input: record::shown_arguments(&work),
        args_hash: work.args_hash.clone(),
        remember_until: next.as_ref().map(|next| next.ticket.expires_at.plus(claim::ttl(app, &work))),
        next,
        now,
    };
    let Some(epoch) = app.store().resume(resume).await? else { return Ok(None) };
    crate::failpoint!("resume.after");
    metering::ticket(row.ticket.kind, TicketState::Used);
    work.started_at = Some(now);
    record::announce(app, &record::row(&work, State::Started, None, None));
    let answer = claim::act(app, work, epoch, pass).await?;
    app.tickets().changed();
    Ok(Some(answer))
}

/// What is there now is not what somebody agreed to.
pub(super) fn changed_since() -> ToolError {
    ToolError::new(
        ErrorClass::PermissionError,
        "changed_since",
        "the tool, its settings for the agent or a value that the server fills in has changed since this was agreed to; nothing was done. Ask again",
    )
}

/// What was asked for by a run that was stopped is not done any more, whoever agrees to it.
async fn run_is_over(app: &App, work: &Work) -> Result<Option<ToolError>, Fault> {
    let run = work.request.established.get("run_id").and_then(serde_json::Value::as_str);
    let Some(run) = run.and_then(|run| run.parse().ok()) else { return Ok(None) };
    let row = app.store().run(work.request.caller.org_id, run).await?;
    Ok(row.filter(|row| matches!(row.run.state, RunState::Cancelled | RunState::Failed)).map(|_| run_over()))
}

/// Why nothing comes of what a stopped run had asked for.
pub(crate) fn run_over() -> ToolError {
    ToolError::new(
        ErrorClass::PermissionError,
        "run_over",
        "the run that asked for this was stopped or has failed; nothing was done",
    )
}

/// The work as it was, with everything that the server establishes by itself established anew.
pub(super) async fn rebuild(app: &App, ticket: &Ticket, kept: Kept) -> Result<Box<Work>, Stop> {
    let refused =
        |code: &str, message: String| -> Stop { ToolError::new(ErrorClass::PermissionError, code, message).into() };
    let store = app.store();
    let org = ticket.organization_id;
    let member = store.member(org, kept.user_id()).await.map_err(Fault::from)?;
    let Some(member) = member.filter(|member| member.role.may(Right::Call)) else {
        return Err(refused("requester_gone", "who asked for this may no longer call tools here".to_owned()));
    };
    if store.is_token_revoked(org, kept.token_id()).await.map_err(Fault::from)? {
        return Err(refused("token_revoked", "the token that asked for this was revoked since".to_owned()));
    }
    let agent = kept.agent().map(|agent| agent.to_string());
    let found = match app.tools().find_at(app, org, ticket.tool_id, ticket.revision, agent.as_deref()).await {
        Ok(Some(found)) => found,
        Ok(None) => {
            return Err(refused("tool_gone", format!("the tool `{}` is no longer there", ticket.tool_name)));
        }
        Err(fault) if fault.kind == FaultKind::NotFound => return Err(refused("agent_gone", fault.message)),
        // For example overrides that only fit a later version.
        Err(fault) if fault.kind == FaultKind::Invalid => return Err(refused("tool_changed", fault.message)),
        Err(fault) => return Err(fault.into()),
    };
    let received_at = kept.received_at;
    let request = kept.request(ticket, member.role);
    if let Err(fault) = authorize::caller(app, &request, &found).await {
        return Err(match fault.kind {
            FaultKind::Forbidden => refused("forbidden", fault.message),
            _ => fault.into(),
        });
    }
    let mut work = Work::new(app, request, found, Aside::default()).for_execution(ticket.execution_id, received_at);
    prepare(app, &mut work).await?;
    Ok(work)
}

/// One more has to agree: the first ticket is used up and the next one opened in one step. None: somebody else did it.
async fn next(app: &App, row: &TicketRow, work: Box<Work>, kind: TicketKind) -> Result<Option<CallAnswer>, Fault> {
    let new = park::new_ticket(app, &work, kind).await?;
    let answer = park::answer(&work, &new.row.ticket);
    let (old, of, now) = (row.ticket.id, row.ticket.execution_id, app.clock().now());
    let until = new.row.ticket.expires_at.plus(claim::ttl(app, &work));
    let is_ours = app
        .store()
        .write((new.row, new.news), move |(next, news), tx| {
            Box::pin(async move {
                let is_ours = tx.supersede_ticket(old, now).await?;
                if is_ours {
                    tx.insert_ticket(next).await?;
                    tx.extend_intent(of, until).await?;
                    if let Some(news) = news {
                        tx.push_outbox(news).await?;
                    }
                }
                Ok(is_ours)
            })
        })
        .await?;
    Ok(is_ours.then_some(answer))
}

/// Nothing will come of this ticket: its execution is released, and whoever waits is told.
pub(crate) async fn give_up(app: &App, row: &TicketRow, error: ToolError) -> Result<(), Fault> {
    end(app, row, TicketState::Void, State::Released, error).await.map(drop)
}

/// Ends a ticket and its parked execution in one step. False: it had ended, or goes on, already.
pub(crate) async fn end(
    app: &App,
    row: &TicketRow,
    ticket: TicketState,
    execution: State,
    error: ToolError,
) -> Result<bool, Fault> {
    let (id, of, now) = (row.ticket.id, row.ticket.execution_id, app.clock().now());
    let is_ours = app
        .store()
        .write(error, move |error, tx| {
            Box::pin(async move {
                let is_ours = tx.end_ticket(id, ticket, now).await?;
                if is_ours {
                    tx.end_parked(of, execution, error, now).await?;
                }
                Ok(is_ours)
            })
        })
        .await?;
    if is_ours {
        metering::ticket(row.ticket.kind, ticket);
        tickets::ended(app, row).await;
    }
    Ok(is_ours)
}
