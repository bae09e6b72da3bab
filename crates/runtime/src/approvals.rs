//! Deciding what executions wait for: operators by the API or a signed link, the person on the line by a call.

use std::time::Duration;

use callwright_model::{
    ErrorClass, Fault, FaultKind, Object, ToolError,
    account::{Caller, Right, Scope},
    context::CallContext,
    execution::State,
    id::TicketId,
    page::{Page, PageRequest},
    ticket::{Decision, Ticket, TicketKind, TicketState},
    tool::Effect,
};
use callwright_store::{
    audit::AuditEntry,
    ticket::{TicketFilter, TicketRow},
};
use serde_json::json;
use tokio::time::Instant;

use crate::{App, app::require, audit, behind, call, metering, tickets};

/// The most characters of a note.
const MAX_NOTE: usize = 1_000;
/// How long it is tried to see how an execution goes on that was agreed to.
const SEEN_WITHIN: Duration = Duration::from_secs(5);

/// What somebody decides.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Whether they agree.
    pub approve: bool,
    /// Why.
    pub note: Option<String>,
    /// Other arguments than those that were asked for: a new decision, which voids what others agreed to before.
    pub arguments: Option<Object>,
    /// The ticket's `revised` that they have seen. Must be given once somebody has changed the arguments.
    pub revised: Option<i64>,
}

/// A page of the organization's tickets, newest first.
pub async fn list(app: &App, caller: &Caller, filter: TicketFilter, page: PageRequest) -> Result<Page<Ticket>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(app.store().tickets(caller.org_id, &filter, &page).await?.map(without_links))
}

/// One ticket.
pub async fn get(app: &App, caller: &Caller, id: TicketId) -> Result<Ticket, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(without_links(found(app, caller, id).await?.ticket))
}

async fn found(app: &App, caller: &Caller, id: TicketId) -> Result<TicketRow, Fault> {
    app.store().ticket(caller.org_id, id).await?.ok_or_else(|| Fault::not_found("ticket", id))
}

fn without_links(mut ticket: Ticket) -> Ticket {
    ticket.rule.links.clear();
    ticket
}

/// Decides a ticket as an operator.
pub async fn decide(app: &App, caller: &Caller, id: TicketId, verdict: Verdict) -> Result<Ticket, Fault> {
    require(caller, Right::Decide, Scope::ExecutionsDecide)?;
    let row = found(app, caller, id).await?;
    waits(app, &row.ticket)?;
    may_decide(caller, &row.ticket)?;
    has_seen(&row.ticket, verdict.revised)?;
    let decision = Decision {
        approve: verdict.approve,
        user_id: Some(caller.user_id),
        link: None,
        note: note(verdict.note)?,
        edited: verdict.approve && verdict.arguments.is_some(),
        at: app.clock().now(),
    };
    let action = if verdict.approve { "approval.approve" } else { "approval.deny" };
    let details =
        json!({ "execution_id": row.ticket.execution_id, "tool": row.ticket.tool_name, "edited": decision.edited });
    let entry = audit::entry(app, caller, action, "ticket", id, details);
    Box::pin(settle(app, row, decision, verdict.arguments, entry)).await
}

/// What a holder of a signed link may see.
pub async fn by_link(app: &App, id: TicketId, secret: &str) -> Result<(Ticket, u8), Fault> {
    let unknown = || Fault::new(FaultKind::NotFound, "link_not_found", "there is no such link");
    let row = app.store().any_ticket(id).await?.ok_or_else(unknown)?;
    let number = link_number(&row, secret).ok_or_else(unknown)?;
    Ok((without_links(row.ticket), number))
}

/// Decides a ticket by a signed link. Each link is good for one decision.
pub async fn decide_by_link(app: &App, id: TicketId, secret: &str, verdict: Verdict) -> Result<Ticket, Fault> {
    let unknown = || Fault::new(FaultKind::NotFound, "link_not_found", "there is no such link");
    let row = app.store().any_ticket(id).await?.ok_or_else(unknown)?;
    let number = link_number(&row, secret).ok_or_else(unknown)?;
    if row.ticket.standing().iter().any(|decision| decision.link == Some(number)) {
        return Err(Fault::conflict("link_used", "this link was used already"));
    }
    has_seen(&row.ticket, verdict.revised)?;
    let now = app.clock().now();
    let decision = Decision {
        approve: verdict.approve,
        user_id: None,
        link: Some(number),
        note: note(verdict.note)?,
        edited: false,
        at: now,
    };
    let entry = AuditEntry {
        id: app.ids().next(),
        org_id: row.ticket.organization_id,
        user_id: None,
        token_id: None,
        action: if verdict.approve { "approval.approve" } else { "approval.deny" }.to_owned(),
        target_kind: "ticket".to_owned(),
        target_id: id.to_string(),
        details: json!({ "execution_id": row.ticket.execution_id, "tool": row.ticket.tool_name, "link": number }),
        request_id: None,
        at: now,
    };
    Box::pin(settle(app, row, decision, None, entry)).await
}

fn link_number(row: &TicketRow, secret: &str) -> Option<u8> {
    let hash = callwright_vault::token::hash(secret);
    let at = row.ticket.rule.links.iter().position(|right| callwright_vault::token::constant_time_eq(right, &hash))?;
    u8::try_from(at + 1).ok()
}

/// Nobody agrees to arguments that they have not seen.
fn has_seen(ticket: &Ticket, revised: Option<i64>) -> Result<(), Fault> {
    match revised {
        Some(revised) if revised != ticket.revised => {
            Err(Fault::conflict("ticket_changed", "this ticket has changed since you looked at it; look at it again"))
        }
        None if ticket.decisions.iter().any(|decision| decision.edited) => Err(Fault::invalid(
            "revised",
            "somebody has changed the arguments; give the ticket's `revised` to say which ones you mean",
        )),
        _ => Ok(()),
    }
}

/// What the person on the line said, passed on by whoever carries the conversation. The answer is that of the call
/// which was held up. Whether the caller may call anything has been looked at.
pub(crate) async fn confirm(
    app: &App,
    caller: &Caller,
    id: TicketId,
    confirmed: bool,
    context: &Object,
) -> Result<call::CallAnswer, Fault> {
    let unknown = || Fault::not_found("ticket", id);
    let row = app.store().ticket(caller.org_id, id).await?.ok_or_else(unknown)?;
    let ticket = &row.ticket;
    if ticket.kind != TicketKind::Confirmation || ticket.user_id != caller.user_id {
        return Err(unknown());
    }
    // A question belongs to one conversation: nobody else's yes counts for it.
    let said = CallContext { verified: context.clone(), ..CallContext::default() };
    let call = said.text("call_sid").or_else(|| said.text("call_id"));
    let is_here = (ticket.conversation_id.is_none() || ticket.conversation_id == said.text("conversation_id"))
        && (ticket.call_id.is_none() || ticket.call_id == call);
    if !is_here {
        return Err(Fault::conflict(
            "other_conversation",
            "this question was asked in another conversation, or the context does not say in which this answer was given",
        ));
    }
    // The answer may have been lost on its way back: the same word again is told what came of it.
    let before = ticket.decisions.last().map(|decision| decision.approve);
    if before == Some(confirmed) && ticket.state != TicketState::Open {
        return Ok(call::outcome::outcome(app, caller, ticket.execution_id, 0).await?.into_duplicate());
    }
    let decision = Decision {
        approve: confirmed,
        user_id: Some(caller.user_id),
        link: None,
        note: None,
        edited: false,
        at: app.clock().now(),
    };
    let execution = ticket.execution_id;
    let details = json!({ "execution_id": execution, "tool": ticket.tool_name });
    let action = if confirmed { "confirmation.yes" } else { "confirmation.no" };
    let entry = audit::entry(app, caller, action, "ticket", id, details);
    let decided = record(app, &row, decision, None, entry).await?;
    if decided.ticket.state == TicketState::Denied {
        tickets::ended(app, &decided).await;
        return call::outcome::outcome(app, caller, execution, 0).await;
    }
    // It outlives the connection of whoever passed the word on, as every write does.
    let task = app.spawn({
        let app = app.clone();
        async move { call::resume::resume(&app, decided).await }
    });
    match task.await.unwrap_or_else(|error| Err(Fault::internal(error))) {
        Ok(Some(answer)) => return Ok(answer),
        Ok(None) => {}
        // It was agreed to, and the sweeper goes on with it: an error would have it asked for, and done, once more.
        Err(fault) => tracing::warn!(ticket = %id, ?fault, "what was agreed to goes on behind the answer"),
    }
    let until = Instant::now() + SEEN_WITHIN;
    let told = || call::outcome::outcome(app, caller, execution, 0);
    match behind::tried("how an execution goes on that was agreed to could not be seen", execution, until, told).await {
        Some(answer) => Ok(answer),
        None => told().await,
    }
}

/// Notes the decision, and goes on with the execution when enough have agreed.
async fn settle(
    app: &App,
    row: TicketRow,
    decision: Decision,
    arguments: Option<Object>,
    entry: AuditEntry,
) -> Result<Ticket, Fault> {
    if row.ticket.kind != TicketKind::Approval {
        return Err(Fault::conflict("not_an_approval", "this ticket does not wait for an operator"));
    }
    let decided = record(app, &row, decision, arguments, entry).await?;
    let ticket = without_links(decided.ticket.clone());
    match decided.ticket.state {
        TicketState::Denied => tickets::ended(app, &decided).await,
        TicketState::Approved => {
            crate::failpoint!("approved");
            let app = app.clone();
            app.clone().spawn(async move { Box::pin(tickets::go_on(&app, decided)).await });
        }
        _ => {}
    }
    Ok(ticket)
}

/// Notes the decision, with its entry in the audit log, if the ticket still waits for it.
async fn record(
    app: &App,
    row: &TicketRow,
    decision: Decision,
    arguments: Option<Object>,
    entry: AuditEntry,
) -> Result<TicketRow, Fault> {
    let id = row.ticket.id;
    waits(app, &row.ticket)?;
    let edit = match arguments.filter(|_| decision.approve) {
        None => None,
        Some(arguments) => Some(call::edit(app, row, arguments).await?),
    };
    let (revised, of, now) = (row.revised, row.ticket.execution_id, app.clock().now());
    let refusal = refusal(row.ticket.kind, decision.note.as_deref());
    let decided = app
        .store()
        .write((decision, edit, entry, refusal), move |(decision, edit, entry, refusal), tx| {
            Box::pin(async move {
                let decided = tx.decide_ticket(id, revised, decision, edit.as_ref(), now).await?;
                if let Some(decided) = &decided {
                    if decided.ticket.state == TicketState::Denied {
                        tx.end_parked(of, State::Released, refusal, now).await?;
                    }
                    tx.append_audit(entry).await?;
                }
                Ok(decided)
            })
        })
        .await?;
    if let Some(decided) = &decided {
        metering::ticket(decided.ticket.kind, decided.ticket.state);
    }
    decided.ok_or_else(|| {
        Fault::conflict("ticket_changed", "somebody else has just decided this ticket; look at it again")
    })
}

fn waits(app: &App, ticket: &Ticket) -> Result<(), Fault> {
    let code = match ticket.state {
        TicketState::Open if ticket.expires_at > app.clock().now() => return Ok(()),
        TicketState::Open | TicketState::Expired => "ticket_expired",
        TicketState::Denied => "ticket_denied",
        TicketState::Approved | TicketState::Answered | TicketState::Used => "ticket_used",
        TicketState::Void => "ticket_void",
    };
    let why = match code {
        "ticket_expired" => "its time has passed",
        "ticket_denied" => "it was denied",
        "ticket_used" => "it was agreed to already",
        _ => "nothing waits for it any more",
    };
    Err(Fault::conflict(code, format!("this ticket cannot be decided: {why}")))
}

/// What the model reads when the answer was no.
fn refusal(kind: TicketKind, note: Option<&str>) -> ToolError {
    if kind == TicketKind::Approval {
        let because = note.map(|note| format!(": {note}")).unwrap_or_default();
        let message = format!("an operator denied this call; nothing was done{because}");
        ToolError::new(ErrorClass::PermissionError, "approval_denied", message)
    } else {
        ToolError::new(ErrorClass::Cancelled, "declined", "the person said no; nothing was done")
    }
}

/// Ends what a parked execution waits for. False: it goes on already.
pub(crate) async fn cancel(app: &App, row: &TicketRow, effect: Effect) -> Result<bool, Fault> {
    if row.ticket.kind == TicketKind::Callback {
        return call::callback::cancel(app, row, effect).await;
    }
    if row.ticket.kind == TicketKind::Client {
        return call::client::cancel(app, row).await;
    }
    if row.ticket.kind == TicketKind::Run
        && let Some(is_ended) = call::nested::cancel(app, row).await?
    {
        return Ok(is_ended);
    }
    let error = ToolError::new(ErrorClass::Cancelled, "cancelled", "somebody cancelled this before anything was done");
    call::resume::end(app, row, TicketState::Void, State::Released, error).await
}

fn may_decide(caller: &Caller, ticket: &Ticket) -> Result<(), Fault> {
    let rule = &ticket.rule;
    if ticket.token_id == caller.token_id {
        return Err(Fault::forbidden(
            "the token that asked for this may not also approve it; use another token, or a browser session",
        ));
    }
    if rule.four_eyes && ticket.user_id == caller.user_id {
        return Err(Fault::forbidden("this needs the agreement of somebody else than who asked for it"));
    }
    if let Some(role) = rule.role.filter(|role| caller.role < *role) {
        return Err(Fault::forbidden(format!(
            "this tool wants the agreement of the role `{}` or higher",
            role.as_str()
        )));
    }
    if !rule.users.is_empty() && !rule.users.iter().any(|user| user.eq_ignore_ascii_case(&caller.email)) {
        return Err(Fault::forbidden("this tool wants the agreement of certain people, and you are not among them"));
    }
    if ticket.standing().iter().any(|decision| decision.user_id == Some(caller.user_id)) {
        return Err(Fault::conflict("decided_already", "you have decided this ticket already"));
    }
    Ok(())
}

fn note(note: Option<String>) -> Result<Option<String>, Fault> {
    match note {
        Some(text) if text.chars().count() > MAX_NOTE => {
            Err(Fault::invalid("note", format!("`note` may have at most {MAX_NOTE} characters")))
        }
        other => Ok(other),
    }
}
