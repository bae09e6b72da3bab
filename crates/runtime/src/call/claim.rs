//! One effect per intent.
//!
//! A write is claimed and started in one durable commit before its first byte leaves, and finished in
//! another before its answer is given. Requests with the same key join the one under way, here or on
//! another node, or are given its recorded outcome.

use std::{sync::Arc, time::Duration};

use callwright_model::{
    ErrorClass, Fault, Outcome, ToolError,
    execution::{Execution, State},
};
use callwright_store::execution::{Claim, Fence, FinishExecution, LedgerRow, NewExecution};
use sha2::{Digest, Sha256};
use tokio::{sync::watch, time::Instant};

use super::{
    CallAnswer,
    admit::{self, Pass},
    answer::{CallMeta, millis, state_of},
    bind::hex,
    execute, hold, record,
    work::{Stop, Work},
};
use crate::{
    App,
    app::not_ready,
    inflight::{Ended, Entry},
    metering,
};

/// The epoch of an execution that nobody has taken over.
const FIRST_EPOCH: i64 = 1;
/// How often a row that another node works on is looked at.
const POLL: Duration = Duration::from_millis(50);
/// The longest wait between two looks.
const POLL_MOST: Duration = Duration::from_millis(500);
/// How long the outcome of a write is held up when the database does not take it.
const FINISH_PATIENCE: Duration = Duration::from_secs(20);

/// Carries a write out, once for its key.
pub(super) async fn write(app: &App, work: Work) -> Result<CallAnswer, Fault> {
    let Some(key) = work.request.idempotency_key.clone() else { return lead(app, work, None).await };
    let slot = slot(&work, &key);
    loop {
        match app.inflight().claim_slot(&slot, &work.args_hash) {
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
    work.started_at = Some(now);
    let new = NewExecution {
        execution: record::row(&work, State::Started, None, None),
        intent_expires_at: slot.as_ref().map(|_| now.plus(app.settings().intent_ttl)),
        intent_slot: slot,
        resendable: is_resendable(&work),
    };
    // Only a call that nobody has answered before can be held; so a key is looked up first.
    if let Err(stop) = hold_unless_known(app, &work, new.intent_slot.as_deref()).await {
        return match stop {
            Stop::Refused(error) => Ok(record::refused(app, &work, *error).await),
            Stop::Fault(fault) => Err(*fault),
        };
    }
    // What may still be held back is claimed first and started once it is let through: two commits.
    let is_gated = admit::applies(app, &work);
    let claim = if is_gated { app.store().claim(&new).await? } else { app.store().claim_and_start(&new).await? };
    match claim {
        Claim::Ours => {
            // Not before: a request that repeats a key has no execution of its own to tell of.
            record::announce(app, &new.execution);
            if is_gated { admitted(app, work).await } else { act(app, work, FIRST_EPOCH, Pass::none()).await }
        }
        Claim::Existing(row) => existing(app, work, *row).await,
    }
}

/// Starts what was claimed, once there is room for it.
async fn admitted(app: &App, mut work: Work) -> Result<CallAnswer, Fault> {
    let pass = match admit::admit(app, &work).await {
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
    let outcome = Outcome::Failed(record::apply_fallback(&work, error));
    let mut execution = record::row(&work, State::Released, Some(&outcome), Some(app.clock().now()));
    execution.started_at = None;
    finish(app, &execution, Fence { node_id: work.node_id, epoch: FIRST_EPOCH }, None).await?;
    note_passage(app, &execution).await;
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
async fn act(app: &App, work: Work, epoch: i64, pass: Pass) -> Result<CallAnswer, Fault> {
    let outcome = match execute::run(app, &work, None).await {
        Ok(outcome) => outcome,
        Err(fault) => {
            tracing::error!(execution = %work.id, ?fault, "an executor broke");
            Err(broken(&work))
        }
    };
    pass.ended(outcome.as_ref().err());
    let (outcome, whole) = record::settle_content(&work, outcome);
    if let Some(whole) = whole {
        record::keep_whole(app, &work, whole);
    }
    let now = app.clock().now();
    let execution = record::row(&work, state_of(&outcome), Some(&outcome), Some(now));
    let answer = CallAnswer::new(&work, outcome);
    if execution.state == State::Unknown {
        app.holds().insert(execution.tool_id, execution.args_hash.clone());
    }
    let sealed = seal_for_duplicates(app, &work, &answer).await?;
    finish(app, &execution, Fence { node_id: work.node_id, epoch }, sealed).await?;
    note_passage(app, &execution).await;
    record::announce_end(app, &work, &execution);
    Ok(answer)
}

/// A write is recorded by the ledger; how it came past the limits is added behind.
async fn note_passage(app: &App, execution: &Execution) {
    let Some(passage) = execution.passage else { return };
    if let Err(error) = app.store().note_passage(execution.id, passage).await {
        tracing::warn!(execution = %execution.id, %error, "how long an execution waited could not be recorded");
    }
}

/// The log hides parts of some results; a request that repeats the key must get them all the same.
async fn seal_for_duplicates(app: &App, work: &Work, answer: &CallAnswer) -> Result<Option<String>, Fault> {
    if work.request.idempotency_key.is_none() || !work.tool().shaper.hides() || !answer.success {
        return Ok(None);
    }
    let bytes = serde_json::to_vec(&answer.to_content()).map_err(Fault::internal)?;
    Ok(Some(app.vault().seal(work.request.caller.org_id, &bytes).await?))
}

/// The effect has happened: losing its outcome to a database that is away for a moment would make it unknown.
async fn finish(app: &App, execution: &Execution, fence: Fence, sealed_outcome: Option<String>) -> Result<(), Fault> {
    let end = FinishExecution {
        fence,
        state: execution.state,
        output: execution.output.clone(),
        error: execution.error.clone(),
        attempts: execution.attempts.clone(),
        ended_at: execution.ended_at.unwrap_or(execution.received_at),
        duration_us: execution.duration_ms.map_or(0, |ms| (ms * 1_000.0) as i64),
        sealed_outcome,
        keep_slot: true,
    };
    let give_up = Instant::now() + FINISH_PATIENCE;
    let mut wait = POLL;
    loop {
        match app.store().finish(execution.id, end.clone()).await {
            Ok(true) => return Ok(()),
            Ok(false) => {
                tracing::warn!(execution = %execution.id, "another node has taken this execution over; its record stands");
                return Ok(());
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

/// Somebody has acted on this key before, or is acting on it.
async fn existing(app: &App, mut work: Work, row: LedgerRow) -> Result<CallAnswer, Fault> {
    if row.execution.args_hash != work.args_hash {
        return Err(key_reused(work.request.idempotency_key.as_deref().unwrap_or_default()));
    }
    let mut row = row;
    let mut wait = POLL;
    loop {
        // The store lets go only of what is unknown, or was started by a node that is dead.
        let is_open = matches!(row.execution.state, State::Started | State::Unknown) && row.execution.settled.is_none();
        if row.resendable && is_open {
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
async fn room_to_resend(app: &App, work: &Work, state: State) -> Result<Pass, ToolError> {
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
    let execution = row.execution;
    let content = match row.sealed_outcome {
        Some(sealed) => {
            let bytes = app.vault().unseal(execution.organization_id, &sealed).await?;
            serde_json::from_slice(&bytes).map_err(Fault::internal)?
        }
        None => execution.output.unwrap_or_default(),
    };
    Ok(CallAnswer {
        execution_id: execution.id,
        tool: execution.tool_name,
        version: execution.tool_version,
        state: execution.state,
        success: execution.state == State::Done,
        message: content.message,
        data: content.data,
        content: content.blocks,
        truncated: content.truncated,
        error: execution.error,
        meta: CallMeta {
            duplicate: true,
            idempotency: "keyed".to_owned(),
            attempts: execution.attempts.len() as u32,
            duration_ms: millis(work.begun.elapsed()),
            dry_run: false,
            passage: execution.passage,
            request: None,
        },
    })
}

fn still_running(work: &Work) -> CallAnswer {
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

fn broken(work: &Work) -> ToolError {
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
fn is_resendable(work: &Work) -> bool {
    let spec = &work.tool().tool.spec;
    spec.repeatable || (spec.config.is_key_honoured() && work.request.idempotency_key.is_some())
}

/// Where the key stands in the ledger: one for each organization, tool and key.
fn slot(work: &Work, key: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(work.request.caller.org_id.raw().to_be_bytes());
    hasher.update(work.tool().tool.id.raw().to_be_bytes());
    hasher.update(key.as_bytes());
    hex(&hasher.finalize())
}

fn key_reused(key: &str) -> Fault {
    Fault::conflict(
        "idempotency_key_reused",
        format!("the Idempotency-Key `{key}` was used before with other arguments; use a new key for a new intent"),
    )
}
