//! How an outcome becomes durable, and what those who ask later are given of it.

use std::time::Duration;

use callwright_model::{
    ErrorClass, Fault, ToolError,
    execution::{Execution, State},
    id::ExecutionId,
    tool::Effect,
};
use callwright_store::{
    execution::{Fence, FinishExecution, LedgerRow},
    ticket::TicketRow,
};
use tokio::time::Instant;

use super::{FIRST_EPOCH, POLL, POLL_MOST};
use crate::{
    App, behind,
    call::{
        CallAnswer,
        answer::{millis, state_of},
        outcome, record,
        shape::Shaped,
        work::Work,
    },
    tickets,
};

/// How long the outcome of a write is held up when the database does not take it.
pub(super) const FINISH_PATIENCE: Duration = Duration::from_secs(20);

/// Records a read whose caller was answered before it ended. Nobody hears of a fault any more, so there is none: what
/// cannot be recorded now is tried further.
pub(in crate::call) async fn late_read(app: &App, work: &Work, outcome: Result<Shaped, ToolError>) -> CallAnswer {
    let (outcome, whole) = record::settle_content(work, outcome);
    if let Some(whole) = whole {
        record::keep_whole(app, work, whole);
    }
    let execution = record::row(work, state_of(&outcome), Some(&outcome), Some(app.clock().now()));
    let answer = CallAnswer::new(work, outcome);
    let fence = Fence { node_id: work.node_id, epoch: FIRST_EPOCH };
    let end = FinishExecution { sealed_outcome: sealed(app, work, &answer).await, ..end_of(&execution, fence) };
    match finish(app, execution.id, &end).await {
        Ok(true) => {
            note_passage(app, &execution).await;
            record::announce_end(app, work, &execution);
        }
        Ok(false) => {}
        Err(_) => {
            finish_behind(app, &execution, end).await;
            return answer;
        }
    }
    tickets::execution_ended(app, execution.organization_id, execution.id).await;
    answer
}

/// Ends an execution of a dead server that cannot be carried out again: a read has failed, a write is in doubt.
pub(in crate::call) async fn give_up_rerun(
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
    finish(app, execution.id, &end_of(&execution, Fence { node_id, epoch: ledger.epoch })).await?;
    app.holds().load(app).await?;
    tickets::ended(app, row).await;
    Ok(())
}

/// Whether somebody may ask later how it went: then all of the outcome is kept.
pub(super) fn may_be_waited_for(work: &Work) -> bool {
    let policy = work.policy();
    work.answer_by_ms().is_some() || !policy.approval.is_no() || !policy.confirm.is_no() || work.later().is_some()
}

/// A write is recorded by the ledger; how it came past the limits is added behind.
pub(super) async fn note_passage(app: &App, execution: &Execution) {
    let Some(passage) = execution.passage.clone() else { return };
    if let Err(error) = app.store().note_passage(execution.id, passage).await {
        tracing::warn!(execution = %execution.id, %error, "how long an execution waited could not be recorded");
    }
}

/// The log hides parts of some results; a request that repeats the key must get them all the same.
pub(in crate::call) async fn seal_for_duplicates(
    app: &App,
    work: &Work,
    answer: &CallAnswer,
) -> Result<Option<String>, Fault> {
    let is_asked_for_again = work.request.idempotency_key.is_some() || may_be_waited_for(work);
    if !is_asked_for_again || !work.tool().shaper.hides() || !answer.success {
        return Ok(None);
    }
    let bytes = serde_json::to_vec(&answer.to_content()).map_err(Fault::internal)?;
    Ok(Some(app.vault().seal(work.request.caller.org_id, &bytes).await?))
}

/// The same as [`seal_for_duplicates`] once the effect has happened: the outcome is recorded without it rather than not
/// at all.
pub(super) async fn sealed(app: &App, work: &Work, answer: &CallAnswer) -> Option<String> {
    let until = Instant::now() + FINISH_PATIENCE;
    let seal = || seal_for_duplicates(app, work, answer);
    behind::tried("an outcome that the log hides could not be kept", work.id, until, seal).await.flatten()
}

/// Records how an execution ended. The effect has happened: losing its outcome to a database that is away for a moment
/// would make it unknown. False: the execution is not ours any more, and its record stands.
pub(in crate::call) async fn finish(app: &App, id: ExecutionId, end: &FinishExecution) -> Result<bool, Fault> {
    let give_up = Instant::now() + FINISH_PATIENCE;
    let mut wait = POLL;
    loop {
        match app.store().finish(id, end.clone()).await {
            Ok(true) => return Ok(true),
            Ok(false) => {
                tracing::info!(execution = %id, "this execution was finished or taken over by another; its record stands");
                return Ok(false);
            }
            Err(error) if Instant::now() < give_up => {
                tracing::warn!(execution = %id, %error, "the outcome could not be recorded yet");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(POLL_MOST);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Goes on trying behind the answer to record an outcome, and tells whoever waits for it. Nobody else looks at a row that
/// a living server has begun.
pub(super) async fn finish_behind(app: &App, execution: &Execution, end: FinishExecution) {
    let (then, id, org) = (app.clone(), execution.id, execution.organization_id);
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

/// How the record says that an execution ended.
pub(in crate::call) fn end_of(execution: &Execution, fence: Fence) -> FinishExecution {
    FinishExecution {
        fence,
        state: execution.state,
        output: execution.output.clone(),
        error: execution.error.clone(),
        attempts: execution.attempts.clone(),
        ended_at: execution.ended_at.unwrap_or(execution.received_at),
        duration_us: execution.duration_ms.map_or(0, |ms| (ms * 1_000.0) as i64),
        sealed_outcome: None,
        keep_slot: true,
        news: None,
        void: None,
    }
}

/// What another has recorded of an execution, if it has ended there. None: it cannot be read now.
pub(super) async fn recorded_by_another(app: &App, execution: &Execution) -> Option<Option<CallAnswer>> {
    let until = Instant::now() + FINISH_PATIENCE;
    behind::tried("a record that another made could not be read", execution.id, until, || async {
        let row = app.store().ledger_row_by_id(execution.organization_id, execution.id).await?;
        match row.filter(|row| row.execution.state.is_final()) {
            Some(row) => outcome::answer(app, row, true).await.map(Some),
            None => Ok(None),
        }
    })
    .await
}
