//! One effect per intent.
//!
//! A write is claimed and started in one durable commit before its first byte leaves, and finished in
//! another before its answer is given. Requests with the same key join the one under way, here or on
//! another node, or are given its recorded outcome.
//!
//! What a key stands for is in `key`, how an outcome becomes durable in `settle`, and what becomes of a request whose key
//! was used before in `existing`.

mod existing;
mod key;
mod settle;

use std::{pin::pin, sync::Arc, time::Duration};

use callwright_model::{
    ControlEvent, ErrorClass, Fault, Outcome, ToolError,
    execution::{Execution, State},
};
use callwright_store::execution::{Claim, Fence, FinishExecution, NewExecution};
use tokio::{sync::watch, time::Instant};

use super::{
    CallAnswer,
    admit::{self, Pass},
    answer::state_of,
    callback, client, confirm, execute, hold, park, record, speech,
    work::{Stop, Work},
};
use crate::{
    App,
    app::not_ready,
    behind, control,
    inflight::{Ended, Entry},
    metering, tickets,
};
use key::key_reused;
use settle::{FINISH_PATIENCE, finish_behind, may_be_waited_for, note_passage, recorded_by_another, sealed};

pub(super) use existing::{content_of, existing, goes_on, room_to_resend, still_running, unrecorded};
pub(crate) use key::slot_of_run;
pub(super) use key::{is_resendable, slot, ttl};
pub(super) use settle::{end_of, finish, give_up_rerun, late_read, seal_for_duplicates};

/// The epoch of an execution that nobody has taken over.
pub(super) const FIRST_EPOCH: i64 = 1;
/// The shortest wait between two tries.
const POLL: Duration = Duration::from_millis(50);
/// The longest wait between two tries.
const POLL_MOST: Duration = Duration::from_millis(500);

/// Carries a write out, once for its key.
pub(super) async fn write(app: &App, work: Box<Work>) -> Result<CallAnswer, Fault> {
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

async fn lead(app: &App, mut work: Box<Work>, slot: Option<String>) -> Result<CallAnswer, Fault> {
    let now = app.clock().now();
    // Only a call that nobody has answered before can be held; so a key is looked up first.
    if let Err(stop) = hold_unless_known(app, &work, slot.as_deref()).await {
        return match stop {
            Stop::Refused(error) => Ok(record::refused(app, &work, *error).await),
            Stop::Fault(fault) => Err(*fault),
        };
    }
    if let Some(kind) = confirm::needed(&work) {
        return Box::pin(park::park(app, work, slot, kind)).await;
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
        return Box::pin(callback::lead(app, work, new)).await;
    }
    let claim = if is_gated { app.store().claim(&new).await? } else { app.store().claim_and_start(&new).await? };
    match claim {
        Claim::Ours => {
            // Not before: a request that repeats a key has no execution of its own to tell of.
            record::announce(app, &new.execution);
            work.tell_begun();
            if is_gated { Box::pin(admitted(app, work)).await } else { act(app, work, FIRST_EPOCH, Pass::none()).await }
        }
        Claim::Existing(row) => Box::pin(existing(app, work, *row)).await,
    }
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

/// Starts what was claimed, once there is room for it.
pub(super) async fn admitted(app: &App, mut work: Box<Work>) -> Result<CallAnswer, Fault> {
    let admitted = speech::during(app, &work, pin!(admit::admit(app, &work))).await;
    let pass = match admitted {
        Ok(pass) => pass,
        Err(error) => return Box::pin(release(app, work, error)).await,
    };
    let now = app.clock().now();
    if !app.store().start(work.id, Fence { node_id: work.node_id, epoch: FIRST_EPOCH }, now).await? {
        return Err(not_ready());
    }
    work.started_at = Some(now);
    act(app, work, FIRST_EPOCH, pass).await
}

/// Gives a claim up before anything was sent: the key may be used again.
async fn release(app: &App, work: Box<Work>, error: ToolError) -> Result<CallAnswer, Fault> {
    speech::refused(app, &work, &error);
    let outcome = Outcome::Failed(record::apply_fallback(&work, error));
    let mut execution = record::row(&work, State::Released, Some(&outcome), Some(app.clock().now()));
    execution.started_at = None;
    // Nothing was sent, so no result will come.
    let fence = Fence { node_id: work.node_id, epoch: FIRST_EPOCH };
    let end = FinishExecution { void: work.ticket, ..end_of(&execution, fence) };
    match finish(app, execution.id, &end).await {
        Ok(_) => note_passage(app, &execution).await,
        // It was refused all the same.
        Err(_) => finish_behind(app, &execution, end).await,
    }
    record::announce_end(app, &work, &execution);
    let mut answer = CallAnswer::new(&work, outcome);
    answer.state = State::Released;
    Ok(answer)
}

/// Sends, and makes the outcome durable before it is told.
pub(super) async fn act(app: &App, work: Box<Work>, epoch: i64, pass: Pass) -> Result<CallAnswer, Fault> {
    let outcome = match speech::during(app, &work, pin!(execute::run(app, &work, None))).await {
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
        return Box::pin(callback::wait(app, work, ticket, fence)).await;
    }
    let now = app.clock().now();
    let execution = record::row(&work, state_of(&outcome), Some(&outcome), Some(now));
    let mut answer = CallAnswer::new(&work, outcome);
    if execution.state == State::Unknown {
        app.holds().insert(execution.tool_id, execution.args_hash.clone());
    }
    // From here on nothing may become an error: the effect has happened.
    let sealed_outcome = sealed(app, &work, &answer).await;
    let event = ControlEvent::of(&execution);
    let news = match (&event, work.tool().tool.spec.config.system()) {
        (Some(event), Some(config)) => {
            let until = Instant::now() + FINISH_PATIENCE;
            let news = behind::tried("the news of a step of a call could not be made", work.id, until, || {
                control::news(app, config, work.found.agent.as_deref(), &execution, event)
            });
            news.await.flatten()
        }
        _ => None,
    };
    // What was not taken on will have no result.
    let void = work.ticket.filter(|_| execution.state == State::Failed);
    let end = FinishExecution { sealed_outcome, news, void, ..end_of(&execution, fence) };
    crate::failpoint!("control.done");
    match finish(app, execution.id, &end).await {
        Ok(true) => {}
        Ok(false) => {
            return Ok(match recorded_by_another(app, &execution).await {
                // Another node has ended it, or its callback was here first: that record stands.
                Some(Some(recorded)) => recorded,
                // Another node is at it; its ticket is that one's too.
                Some(None) => goes_on(&work, execution.id),
                None => unrecorded(&work),
            });
        }
        Err(fault) => {
            tracing::error!(execution = %execution.id, ?fault, "what an execution came to could not be recorded; it is tried further");
            finish_behind(app, &execution, end).await;
            // Where nothing came of it, it does no harm if it is asked for again.
            return if execution.state == State::Failed { Err(fault) } else { Ok(unrecorded(&work)) };
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
        tell_who_waits(app, &work, &execution).await;
    }
    Ok(answer)
}

/// Tells those who wait for an outcome that it is there.
async fn tell_who_waits(app: &App, work: &Work, execution: &Execution) {
    tickets::execution_ended(app, execution.organization_id, execution.id).await;
    if let Some(ticket) = work.ticket {
        client::offered(app, work, ticket).await;
    }
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
