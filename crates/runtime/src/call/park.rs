//! Parking an execution with a ticket, and telling the caller what it waits for.

use std::time::Duration;

use callwright_model::{
    ErrorClass, Fault, Outcome, ToolError,
    execution::State,
    id::{ExecutionId, TicketId},
    ticket::{Pending, Shown, Ticket, TicketKind, TicketRule, TicketState},
    tool::policy::ApprovalRule,
};
use callwright_store::{
    execution::{Claim, LedgerRow, NewExecution},
    outbox::OutboxRow,
    ticket::TicketRow,
};
use serde_json::{Value, json};

use super::{
    CallAnswer, claim, confirm,
    kept::{Kept, binding},
    nested, record,
    work::Work,
};
use crate::{App, metering, outbox};

/// The name of the tool by which a model passes on what the person on the line said.
pub const CONFIRM_TOOL: &str = "confirm_action";

/// A ticket that is about to be kept, with the news of it.
pub(super) struct NewTicket {
    pub row: TicketRow,
    pub news: Option<OutboxRow>,
}

/// Parks a new execution until somebody agrees.
pub(super) async fn park(
    app: &App,
    work: Box<Work>,
    slot: Option<String>,
    kind: TicketKind,
) -> Result<CallAnswer, Fault> {
    let new = new_ticket(app, &work, kind).await?;
    let mut execution = record::row(&work, State::Parked, None, None);
    execution.started_at = None;
    let execution = NewExecution {
        intent_expires_at: slot.as_ref().map(|_| new.row.ticket.expires_at.plus(claim::ttl(app, &work))),
        execution,
        intent_slot: slot,
        resendable: claim::is_resendable(&work),
    };
    crate::failpoint!("park.before");
    match app.store().claim_with_ticket(execution.clone(), new.row.clone(), new.news).await? {
        Claim::Ours => {
            crate::failpoint!("park.after");
            record::announce(app, &execution.execution);
            Ok(answer(&work, &new.row.ticket))
        }
        Claim::Existing(row) => Box::pin(claim::existing(app, work, *row)).await,
    }
}

/// A ticket of `kind` for this execution.
pub(super) async fn new_ticket(app: &App, work: &Work, kind: TicketKind) -> Result<NewTicket, Fault> {
    let now = app.clock().now();
    let policy = work.policy();
    let approval = policy.approval.rule().filter(|_| kind == TicketKind::Approval);
    let seconds = match kind {
        TicketKind::Approval => approval.map_or(24 * 3600, |rule| rule.expires_s),
        TicketKind::Confirmation => policy.confirm.rule().map_or(600, |rule| rule.expires_s),
        // Counted from when the upstream has answered, at the latest when the caller's wait is over.
        TicketKind::Callback => {
            work.callback().map_or(3_600, |callback| callback.expires_s) + policy.timeout_ms.div_ceil(1_000)
        }
        TicketKind::Late => policy.timeout_ms / 1_000 + 3_600,
        TicketKind::Client => work.longest_callback().as_secs().try_into().unwrap_or(u32::MAX),
        // The run has a time of its own, and ends before this.
        TicketKind::Run => u32::try_from(nested::LONGEST.as_secs()).unwrap_or(u32::MAX),
    };
    let mut rule = TicketRule {
        count: approval.map_or(1, |rule| rule.count),
        role: approval.map(|rule| rule.role),
        users: approval.map(|rule| rule.users.clone()).unwrap_or_default(),
        four_eyes: approval.is_some_and(|rule| rule.four_eyes),
        links: Vec::new(),
    };
    let webhook = approval.and_then(|rule| rule.webhook.as_ref());
    let mut links = Vec::new();
    // Nobody knows who uses a link, so there is one only where anybody's word will do.
    if webhook.is_some() && approval.is_some_and(ApprovalRule::takes_anybody) {
        let (secret, hash) = callwright_vault::token::generate().map_err(Fault::internal)?;
        rule.links.push(hash);
        links.push(secret);
    }
    let ticket = Ticket {
        id: app.ids().next(),
        organization_id: work.request.caller.org_id,
        execution_id: work.id,
        kind,
        state: TicketState::Open,
        tool_id: work.tool().tool.id,
        tool_name: work.tool().tool.spec.name.clone(),
        revision: work.tool().tool.revision,
        agent_id: work.found.agent.as_ref().map(|agent| agent.id),
        user_id: work.request.caller.user_id,
        token_id: work.request.caller.token_id,
        conversation_id: match kind {
            // It is offered there, so nobody but the server says where.
            TicketKind::Client => work.conversation(),
            _ => work.context.text("conversation_id"),
        },
        call_id: work.call_id(),
        shown: shown(work, kind),
        rule,
        decisions: Vec::new(),
        expires_at: now.plus(Duration::from_secs(seconds.into())),
        created_at: now,
        updated_at: now,
        revised: 1,
    };
    let news = match webhook {
        None => None,
        Some(target) => {
            let links: Vec<Value> = links
                .iter()
                .map(|secret| app.public_address(&format!("/approvals/{}/{}", ticket.id, secret.expose())).into())
                .collect();
            let mut data = serde_json::to_value(&ticket).map_err(Fault::internal)?;
            if let Some(rule) = data.get_mut("rule").and_then(Value::as_object_mut) {
                rule.remove("links");
            }
            data["links"] = Value::Array(links);
            let subject = Some(ticket.id.to_string());
            Some(outbox::prepare(app, ticket.organization_id, target, "approval.requested", subject, data).await?)
        }
    };
    metering::ticket(kind, TicketState::Open);
    let row = TicketRow {
        binding: binding(work)?,
        request: Kept::of(work).seal(app, &ticket).await?,
        secret_hash: None,
        answer: None,
        rerun: claim::is_resendable(work),
        // Nobody but a webhook waits to be told; a late one is closed by being told.
        notified: work.request.webhook.is_none() && kind != TicketKind::Late,
        revised: 1,
        ticket,
    };
    Ok(NewTicket { row, news })
}

/// What whoever decides may see of a call.
pub(super) fn shown(work: &Work, kind: TicketKind) -> Shown {
    let spec = &work.tool().tool.spec;
    Shown {
        arguments: record::shown_arguments(work),
        question: (kind == TicketKind::Confirmation).then(|| confirm::shown_question(work)),
        title: spec.title().to_owned(),
        description: spec.description.clone(),
        version: work.tool().version.clone(),
        effect: spec.effect.as_str().to_owned(),
    }
}

/// What the caller of a parked execution is told.
pub(super) fn answer(work: &Work, ticket: &Ticket) -> CallAnswer {
    let mut ticket = ticket.clone();
    if ticket.kind == TicketKind::Confirmation {
        // To the caller in full; what is kept for others hides what the log hides.
        ticket.shown.question = Some(confirm::question(work));
    }
    let ticket = &ticket;
    let error = error(ticket);
    let outcome = match &error {
        Some(error) => Outcome::Failed(error.clone()),
        None => Outcome::Done(Default::default()),
    };
    let mut answer = CallAnswer::new(work, outcome);
    answer.execution_id = ticket.execution_id;
    answer.state = if ticket.kind == TicketKind::Late { State::Started } else { State::Parked };
    answer.success = false;
    let say = work.policy().answer_by_say.clone();
    let pending = pending(ticket, say);
    if error.is_none() {
        answer.message = Some(pending.spoken.clone());
    }
    answer.pending = Some(pending);
    answer
}

/// What an execution waits for.
pub(super) fn pending(ticket: &Ticket, say: Option<String>) -> Pending {
    let spoken = match ticket.kind {
        TicketKind::Approval => ErrorClass::ApprovalRequired.spoken().to_owned(),
        TicketKind::Confirmation => ticket.shown.question.clone().unwrap_or_default(),
        TicketKind::Callback | TicketKind::Late | TicketKind::Client | TicketKind::Run => say
            .unwrap_or_else(|| "This takes a little longer. I will come back to it as soon as I know more.".to_owned()),
    };
    Pending {
        ticket: ticket.id,
        kind: ticket.kind,
        question: ticket.shown.question.clone(),
        spoken,
        expires_at: ticket.expires_at,
        poll: poll(ticket.execution_id),
    }
}

fn poll(execution: ExecutionId) -> String {
    format!("/api/v1/executions/{execution}/answer")
}

/// What the model reads while somebody has to agree.
fn error(ticket: &Ticket) -> Option<ToolError> {
    let id: TicketId = ticket.id;
    let (code, message) = match ticket.kind {
        TicketKind::Approval => (
            "approval_required",
            format!(
                "an operator has to approve this call first (ticket {id}); nothing was done yet. Do not call the tool again for this: it goes on by itself once it is approved"
            ),
        ),
        TicketKind::Confirmation => (
            "confirmation_required",
            format!(
                "nothing was done yet. Ask the person: \"{}\" Then call `{CONFIRM_TOOL}` with {{\"ticket\": \"{id}\", \"confirmed\": true}} if they said yes, or false if they said no",
                ticket.shown.question.as_deref().unwrap_or_default()
            ),
        ),
        TicketKind::Callback | TicketKind::Late | TicketKind::Client | TicketKind::Run => return None,
    };
    let mut error = ToolError::new(ErrorClass::ApprovalRequired, code, message);
    if ticket.kind == TicketKind::Confirmation {
        error.spoken = ticket.shown.question.clone().unwrap_or_default();
        // The person on the line is asked, nobody else.
        error.require_human = false;
    }
    Some(error.with_details(json!({ "ticket": id, "kind": ticket.kind, "expires_at": ticket.expires_at })))
}

/// What a request is told that repeats the key of a parked execution.
pub(super) async fn again(app: &App, work: &Work, row: &LedgerRow) -> Result<CallAnswer, Fault> {
    match app.store().ticket_of(row.execution.organization_id, row.execution.id).await? {
        Some(ticket) => Ok(answer(work, &ticket.ticket).into_duplicate()),
        None => Ok(claim::still_running(work)),
    }
}
