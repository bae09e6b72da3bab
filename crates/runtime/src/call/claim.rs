//! One effect per intent.
//!
//! A write is claimed and started in one durable commit before its first byte leaves, and finished in
//! another before its answer is given. Requests with the same key join the one under way, here or on
//! another node, or are given its recorded outcome.

use std::{sync::Arc, time::Duration};

use callwright_model::{
    Content, ControlEvent, ErrorClass, Fault, Outcome, ToolError,
    execution::{Execution, State},
    id::{ExecutionId, OrgId, TicketId, ToolId},
    ticket::TicketState,
    tool::Effect,
};
use callwright_store::{
    execution::{Claim, Fence, FinishExecution, LedgerRow, NewExecution},
    outbox::OutboxRow,
    ticket::TicketRow,
};
use sha2::{Digest, Sha256};
use tokio::{sync::watch, time::Instant};

use super::{
    CallAnswer,
    admit::{self, Pass},
    answer::{millis, state_of},
    bind::hex,
    callback, client, confirm, execute, hold, outcome, park, record,
    shape::Shaped,
    speech,
    work::{Stop, Work},
};
use crate::{
    App,
    app::not_ready,
    behind, control,
    inflight::{Ended, Entry},
    metering, tickets,
};

/// The epoch of an execution that nobody has taken over.
pub(super) const FIRST_EPOCH: i64 = 1;
/// How often a row that another node works on is looked at.
const POLL: Duration = Duration::from_millis(50);
/// The longest wait between two looks.
const POLL_MOST: Duration = Duration::from_millis(500);
/// How long the outcome of a write is held up when the database does not take it.
const FINISH_PATIENCE: Duration = Duration::from_secs(20);

/// A key of a run or a job is remembered as long as somebody may go on with it.
const OWN_KEY_TTL: Duration = Duration::from_secs(400 * 24 * 3600);

/// Carries a write out, once for its key.
pub(super) async fn write(app: &App, work: Work) -> Result<CallAnswer, Fault> {
    let Some(key) = work.request.idempotency_key.clone() else { return lead(app, work, None).await };
    let slot = slot(&work, &key);
    // A run that goes on asks for the same call, though a value that the server fills in may be another by now.
    let asked_with = if work.request.has_own_key() { String::new() } else { work.args_hash.clone() };
    loop {
        match app.inflight().claim_slot(&slot, &asked_with) {
            Entry::Differs => return Err(key_reused(&key)),
            Entry::Join(mut ended) => match join(&mut ended, work.deadline).await {
                Joined::Answer(answer) => {
                    metering::deduplicated();
                    return Ok(CallAnswer::clone(&answer).into_duplicate());
                }
                // Whoever led ended in a fault and left nothing to share: it is our turn.
                Joined::Deserted => {}
                Joined::Late => return Ok(still_running(&work)),
            },
            Entry::Lead(sender) => {
                let _free = FreeSlot { app, slot: &slot };
                let answer = lead(app, work, Some(slot.clone())).await;
                if let Ok(answer) = &answer {
                    sender.send_replace(Some(Arc::new(answer.clone())));
                }
                return answer;
            }
        }
    }
}

struct FreeSlot<'a> {
    app: &'a App,
    slot: &'a str,
}

impl Drop for FreeSlot<'_> {
    fn drop(&mut self) {
        self.app.inflight().free_slot(self.slot);
    }
}

enum Joined {
    Answer(Arc<CallAnswer>),
    Deserted,
    Late,
}

async fn join(ended: &mut watch::Receiver<Ended>, deadline: Instant) -> Joined {
    match tokio::time::timeout_at(deadline, ended.wait_for(Option::is_some)).await {
        Ok(Ok(answer)) => answer.clone().map_or(Joined::Deserted, Joined::Answer),
        Ok(Err(_)) => Joined::Deserted,
        Err(_) => Joined::Late,
    }
}

async fn lead(app: &App, mut work: Work, slot: Option<String>) -> Result<CallAnswer, Fault> {
    let now = app.clock().now();
    // Only a call that nobody has answered before can be held; so a key is looked up first.
    if let Err(stop) = hold_unless_known(app, &work, slot.as_deref()).await {
        return match stop {
            Stop::Refused(error) => Ok(record::refused(app, &work, *error).await),
            Stop::Fault(fault) => Err(*fault),
        };
    }
    if let Some(kind) = confirm::needed(&work) {
        return park::park(app, work, slot, kind).await;
    }
    // What may still be held back is claimed first and started once it is let through: two commits.
    let is_gated = admit::applies(app, &work);
    let state = if is_gated { State::Claimed } else { State::Started };
    work.started_at = (!is_gated).then_some(now);
    let new = NewExecution {
        execution: record::row(&work, state, None, None),
        intent_expires_at: slot.as_ref().map(|_| now.plus(ttl(app, &work) + work.longest_callback())),
        intent_slot: slot,
        resendable: is_resendable(&work),
    };
    if work.later().is_some() {
        return callback::lead(app, work, new).await;
    }
    let claim = if is_gated { app.store().claim(&new).await? } else { app.store().claim_and_start(&new).await? };
    match claim {
        Claim::Ours => {
            // Not before: a request that repeats a key has no execution of its own to tell of.
            record::announce(app, &new.execution);
            work.tell_begun();
            if is_gated { admitted(app, work).await } else { act(app, work, FIRST_EPOCH, Pass::none()).await }
        }
        Claim::Existing(row) => existing(app, work, *row).await,
    }
}

/// Starts what was claimed, once there is room for it.
pub(super) async fn admitted(app: &App, mut work: Work) -> Result<CallAnswer, Fault> {
    let pass = match speech::during(app, &work, admit::admit(app, &work)).await {
        Ok(pass) => pass,
        Err(error) => return release(app, work, error).await,
    };
    let now = app.clock().now();
    if !app.store().start(work.id, Fence { node_id: work.node_id, epoch: FIRST_EPOCH }, now).await? {
        return Err(not_ready());
    }
    work.started_at = Some(now);
    act(app, work, FIRST_EPOCH, pass).await
}

/// Gives a claim up before anything was sent: the key may be used again.
async fn release(app: &App, work: Work, error: ToolError) -> Result<CallAnswer, Fault> {
    speech::refused(app, &work, &error);
    let outcome = Outcome::Failed(record::apply_fallback(&work, error));
    let mut execution = record::row(&work, State::Released, Some(&outcome), Some(app.clock().now()));
    execution.started_at = None;
    finish(app, &execution, Fence { node_id: work.node_id, epoch: FIRST_EPOCH }, None).await?;
    note_passage(app, &execution).await;
    if let Some(ticket) = work.ticket {
        // Nothing was sent, so no result will come.
        void(app, ticket).await;
    }
    record::announce_end(app, &work, &execution);
    let mut answer = CallAnswer::new(&work, outcome);
    answer.state = State::Released;
    Ok(answer)
}

async fn hold_unless_known(app: &App, work: &Work, slot: Option<&str>) -> Result<(), Stop> {
    let Err(stop) = hold::check(app, work).await else { return Ok(()) };
    if let Some(slot) = slot
        && app.store().ledger_row(work.request.caller.org_id, slot).await.map_err(Fault::from)?.is_some()
    {
        return Ok(());
    }
    Err(stop)
}

/// Sends, and makes the outcome durable before it is told.
pub(super) async fn act(app: &App, work: Work, epoch: i64, pass: Pass) -> Result<CallAnswer, Fault> {
    let outcome = match speech::during(app, &work, execute::run(app, &work, None)).await {
        Ok(outcome) => outcome,
        Err(fault) => {
            tracing::error!(execution = %work.id, ?fault, "an executor broke");
            Err(broken(&work))
        }
    };
    pass.ended(outcome.as_ref().err());
    let ending = work.tool().speech.is_some().then(|| outcome.clone());
    let (outcome, whole) = record::settle_content(&work, outcome);
    if let Some(whole) = whole {
        record::keep_whole(app, &work, whole);
    }
    let fence = Fence { node_id: work.node_id, epoch };
    if let (Some(ticket), Outcome::Done(_), true) = (work.ticket, &outcome, work.ends_later()) {
        return callback::wait(app, work, ticket, fence).await;
    }
    let now = app.clock().now();
    let execution = record::row(&work, state_of(&outcome), Some(&outcome), Some(now));
    let mut answer = CallAnswer::new(&work, outcome);
    if execution.state == State::Unknown {
        app.holds().insert(execution.tool_id, execution.args_hash.clone());
    }
    // From here on nothing may become an error: the effect has happened.
    let until = Instant::now() + FINISH_PATIENCE;
    let sealed = behind::tried("an outcome that the log hides could not be kept", work.id, until, || {
        seal_for_duplicates(app, &work, &answer)
    });
    let sealed = sealed.await.flatten();
    let event = ControlEvent::of(&execution);
    let news = match (&event, work.tool().tool.spec.config.system()) {
        (Some(event), Some(config)) => {
            let news = behind::tried("the news of a step of a call could not be made", work.id, until, || {
                control::news(app, config, work.found.agent.as_deref(), &execution, event)
            });
            news.await.flatten()
        }
        _ => None,
    };
    crate::failpoint!("control.done");
    match finish_with(app, &execution, fence, sealed.clone(), news.clone()).await {
        Ok(true) => {}
        Ok(false) => {
            // Another node has taken it over, or its callback was here first: that record stands.
            let until = Instant::now() + FINISH_PATIENCE;
            let recorded = behind::tried("a record that another made could not be read", work.id, until, || async {
                let row = app.store().ledger_row_by_id(execution.organization_id, execution.id).await?;
                match row.filter(|row| row.execution.state.is_final()) {
                    Some(row) => outcome::answer(app, row, true).await.map(Some),
                    None => Ok(None),
                }
            });
            match recorded.await {
                Some(Some(recorded)) => return Ok(recorded),
                Some(None) => {}
                None => return Ok(unrecorded(&work)),
            }
        }
        // Nothing came of it, so it does no harm if it is asked for again.
        Err(fault) if execution.state == State::Failed => return Err(fault),
        Err(fault) => {
            tracing::error!(execution = %execution.id, ?fault, "what an execution came to could not be recorded; it is tried further");
            finish_behind(app, execution, fence, sealed, news).await;
            return Ok(unrecorded(&work));
        }
    }
    crate::failpoint!("control.kept");
    note_passage(app, &execution).await;
    // Only what is durable is told, aloud too.
    if let Some(ending) = ending {
        speech::ended(app, &work, &ending);
        answer.meta.speech = speech::said(&work);
    }
    record::announce_end(app, &work, &execution);
    if let Some(event) = event {
        record::steered(app, &work, &event);
    }
    if may_be_waited_for(&work) {
        if execution.state == State::Failed
            && let Some(ticket) = work.ticket
        {
            // Nothing was taken on, so no result will come.
            void(app, ticket).await;
        }
        tickets::execution_ended(app, execution.organization_id, execution.id).await;
        if let Some(ticket) = work.ticket {
            client::offered(app, &work, ticket).await;
        }
    }
    Ok(answer)
}

/// Closes a ticket for which no result will come.
async fn void(app: &App, ticket: TicketId) {
    let then = app.clone();
    behind::surely(app, "a ticket could not be closed", ticket, move || {
        let (app, now) = (then.clone(), then.clock().now());
        async move {
            app.store().write((), move |(), tx| Box::pin(tx.end_ticket(ticket, TicketState::Void, now))).await?;
            Ok(())
        }
    })
    .await;
}

/// Records a read whose caller was answered before it ended.
pub(super) async fn late_read(app: &App, work: &Work, outcome: Result<Shaped, ToolError>) -> Result<CallAnswer, Fault> {
    let (outcome, whole) = record::settle_content(work, outcome);
    if let Some(whole) = whole {
        record::keep_whole(app, work, whole);
    }
    let execution = record::row(work, state_of(&outcome), Some(&outcome), Some(app.clock().now()));
    let answer = CallAnswer::new(work, outcome);
    let sealed = seal_for_duplicates(app, work, &answer).await?;
    if finish(app, &execution, Fence { node_id: work.node_id, epoch: FIRST_EPOCH }, sealed).await? {
        note_passage(app, &execution).await;
        record::announce_end(app, work, &execution);
    }
    tickets::execution_ended(app, execution.organization_id, execution.id).await;
    Ok(answer)
}

/// Ends an execution of a dead server that cannot be carried out again: a read has failed, a write is in doubt.
pub(super) async fn give_up_rerun(
    app: &App,
    row: &TicketRow,
    ledger: &LedgerRow,
    mut error: ToolError,
) -> Result<(), Fault> {
    let Some(node_id) = ledger.execution.node_id else { return Ok(()) };
    let mut execution = ledger.execution.clone();
    let now = app.clock().now();
    execution.state = State::Failed;
    if execution.effect != Effect::Read {
        execution.state = State::Unknown;
        (error.class, error.require_human) = (ErrorClass::OutcomeUnknown, true);
    }
    (execution.error, execution.ended_at) = (Some(error), Some(now));
    execution.duration_ms = Some(millis(now.since(execution.received_at)));
    finish(app, &execution, Fence { node_id, epoch: ledger.epoch }, None).await?;
    app.holds().load(app).await?;
    tickets::ended(app, row).await;
    Ok(())
}

/// Whether somebody may ask later how it went: then all of the outcome is kept.
fn may_be_waited_for(work: &Work) -> bool {
    let policy = work.policy();
    work.answer_by_ms().is_some() || !policy.approval.is_no() || !policy.confirm.is_no() || work.later().is_some()
}

/// A write is recorded by the ledger; how it came past the limits is added behind.
async fn note_passage(app: &App, execution: &Execution) {
    let Some(passage) = execution.passage.clone() else { return };
    if let Err(error) = app.store().note_passage(execution.id, passage).await {
        tracing::warn!(execution = %execution.id, %error, "how long an execution waited could not be recorded");
    }
}

/// The log hides parts of some results; a request that repeats the key must get them all the same.
pub(super) async fn seal_for_duplicates(app: &App, work: &Work, answer: &CallAnswer) -> Result<Option<String>, Fault> {
    let is_asked_for_again = work.request.idempotency_key.is_some() || may_be_waited_for(work);
    if !is_asked_for_again || !work.tool().shaper.hides() || !answer.success {
        return Ok(None);
    }
    let bytes = serde_json::to_vec(&answer.to_content()).map_err(Fault::internal)?;
    Ok(Some(app.vault().seal(work.request.caller.org_id, &bytes).await?))
}

/// Records how an execution ended; see [`finish_with`].
pub(super) async fn finish(
    app: &App,
    execution: &Execution,
    fence: Fence,
    sealed_outcome: Option<String>,
) -> Result<bool, Fault> {
    finish_with(app, execution, fence, sealed_outcome, None).await
}

/// The effect has happened: losing its outcome to a database that is away for a moment would make it unknown. False:
/// the execution is not ours any more, and its record stands.
async fn finish_with(
    app: &App,
    execution: &Execution,
    fence: Fence,
    sealed_outcome: Option<String>,
    news: Option<Box<OutboxRow>>,
) -> Result<bool, Fault> {
    let end = end_of(execution, fence, sealed_outcome, news);
    let give_up = Instant::now() + FINISH_PATIENCE;
    let mut wait = POLL;
    loop {
        match app.store().finish(execution.id, end.clone()).await {
            Ok(true) => return Ok(true),
            Ok(false) => {
                tracing::info!(execution = %execution.id, "this execution was finished or taken over by another; its record stands");
                return Ok(false);
            }
            Err(error) if Instant::now() < give_up => {
                tracing::warn!(execution = %execution.id, %error, "the outcome could not be recorded yet");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(POLL_MOST);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Goes on trying behind the answer to record an outcome, and tells whoever waits for it.
async fn finish_behind(
    app: &App,
    execution: Execution,
    fence: Fence,
    sealed_outcome: Option<String>,
    news: Option<Box<OutboxRow>>,
) {
    let (then, id, org) = (app.clone(), execution.id, execution.organization_id);
    let end = end_of(&execution, fence, sealed_outcome, news);
    behind::surely(app, "an outcome could not be recorded", id, move || {
        let (app, end) = (then.clone(), end.clone());
        async move {
            app.store().finish(id, end).await?;
            tickets::execution_ended(&app, org, id).await;
            Ok(())
        }
    })
    .await;
}

fn end_of(
    execution: &Execution,
    fence: Fence,
    sealed_outcome: Option<String>,
    news: Option<Box<OutboxRow>>,
) -> FinishExecution {
    FinishExecution {
        fence,
        state: execution.state,
        output: execution.output.clone(),
        error: execution.error.clone(),
        attempts: execution.attempts.clone(),
        ended_at: execution.ended_at.unwrap_or(execution.received_at),
        duration_us: execution.duration_ms.map_or(0, |ms| (ms * 1_000.0) as i64),
        sealed_outcome,
        keep_slot: true,
        news,
    }
}

/// Somebody has acted on this key before, or is acting on it.
pub(super) async fn existing(app: &App, mut work: Work, row: LedgerRow) -> Result<CallAnswer, Fault> {
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
                if let Some(answer) = super::rerun(app, ticket).await? {
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
pub(super) async fn room_to_resend(app: &App, work: &Work, state: State) -> Result<Pass, ToolError> {
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
pub(super) async fn content_of(app: &App, row: &LedgerRow, is_own: bool) -> Result<Content, Fault> {
    match &row.sealed_outcome {
        Some(sealed) if is_own => {
            let bytes = app.vault().unseal(row.execution.organization_id, sealed).await?;
            serde_json::from_slice(&bytes).map_err(Fault::internal)
        }
        _ => Ok(row.execution.output.clone().unwrap_or_default()),
    }
}

pub(super) fn still_running(work: &Work) -> CallAnswer {
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
pub(super) fn unrecorded(work: &Work) -> CallAnswer {
    let message = format!(
        "this was sent, and what came of it cannot be told now because the server's database is away. Do not call the tool again for it; the log tells it later, under {}",
        work.id
    );
    let error = ToolError::new(ErrorClass::OutcomeUnknown, "not_recorded", message);
    CallAnswer::new(work, Outcome::Failed(record::apply_fallback(work, error)))
}

/// What the caller of an execution is told that goes on, where it has no ticket by which it could be followed.
pub(super) fn goes_on(work: &Work, execution: ExecutionId) -> CallAnswer {
    let message = format!(
        "this takes longer and goes on. Do not call the tool again for it; its outcome is in the log, under {execution}"
    );
    let error = ToolError::new(ErrorClass::TimeoutError, "in_progress", message);
    let mut answer = CallAnswer::new(work, Outcome::Failed(error));
    (answer.execution_id, answer.state) = (execution, State::Started);
    answer
}

pub(super) fn broken(work: &Work) -> ToolError {
    if work.attempts().is_empty() {
        ToolError::new(
            ErrorClass::UnknownError,
            "internal",
            "something went wrong on the server before anything was sent",
        )
    } else {
        ToolError::new(
            ErrorClass::OutcomeUnknown,
            "internal",
            "something went wrong on the server after the request was sent; it is not known whether it acted",
        )
    }
}

/// Whether a node that takes this over may send again: only what does no harm twice.
pub(super) fn is_resendable(work: &Work) -> bool {
    let spec = &work.tool().tool.spec;
    // A client is offered a call by its ticket, however often a server begins with it.
    spec.effect == Effect::Read
        || spec.config.client().is_some()
        || spec.repeatable
        // Asked for again, it is the same run.
        || spec.config.is_nested()
        || (spec.config.is_key_honoured() && work.request.idempotency_key.is_some())
}

/// Where the key stands in the ledger: one for each organization, tool and key.
pub(super) fn slot(work: &Work, key: &str) -> String {
    // A draft's outcome is no outcome of the live tool.
    let draft: &[u8] = if work.request.source == "draft" { b"\0draft" } else { b"" };
    // The ids of runs and jobs are no secret: whoever sends one as a key names something else.
    let own: &[u8] = if work.request.has_own_key() { b"\0own" } else { b"" };
    slot_of(work.request.caller.org_id, work.tool().tool.id, key, &[draft, own])
}

/// The same for the key that a run gives to one of its calls.
pub(crate) fn slot_of_run(org: OrgId, tool: ToolId, key: &str) -> String {
    slot_of(org, tool, key, &[b"\0own"])
}

fn slot_of(org: OrgId, tool: ToolId, key: &str, rest: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(org.raw().to_be_bytes());
    hasher.update(tool.raw().to_be_bytes());
    hasher.update(key.as_bytes());
    rest.iter().for_each(|part| hasher.update(part));
    hex(&hasher.finalize())
}

/// How long a key is remembered.
pub(super) fn ttl(app: &App, work: &Work) -> Duration {
    let usual = app.settings().intent_ttl;
    if work.request.has_own_key() { usual.max(OWN_KEY_TTL) } else { usual }
}

fn key_reused(key: &str) -> Fault {
    Fault::conflict(
        "idempotency_key_reused",
        format!("the Idempotency-Key `{key}` was used before with other arguments; use a new key for a new intent"),
    )
}
