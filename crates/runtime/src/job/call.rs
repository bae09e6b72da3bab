//! A job that calls a tool: later, by the clock, and again until it works or is laid aside.

use std::time::Duration;

use callwright_model::{
    Fault, FaultKind, Object,
    account::{Caller, Right, Scope},
    context::Channel,
    execution::State,
    id::{ExecutionId, OrgId, ScheduleId},
    job::{Job, JobKind, JobState},
    webhook::WebhookTarget,
};
use callwright_store::job::{JobFence, JobRow};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::worker::{self, Left};
use crate::{
    App,
    account::kept::KeptCaller,
    app::{not_ready, require},
    call::{self, CallRequest},
};

/// A wish for a call that is carried out in the background.
#[derive(Debug, Clone)]
pub struct CallJob {
    /// The tool's name or id.
    pub tool: String,
    /// Its arguments.
    pub arguments: Value,
    /// What the caller says about the circumstances.
    pub context: Object,
    /// The agent through which it is called.
    pub agent: Option<String>,
    /// Where it is used.
    pub channel: Channel,
    /// Not before this long from now.
    pub delay: Duration,
    /// Higher goes first.
    pub priority: i64,
    /// How often it may fail, 1 to 20.
    pub max_attempts: i64,
    /// Told at its end.
    pub webhook: Option<WebhookTarget>,
    /// One job for all requests with this key.
    pub dedupe_key: Option<String>,
}

/// A wish as it is kept, sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    caller: KeptCaller,
    tool: String,
    arguments: Value,
    context: Object,
    agent: Option<String>,
    channel: Channel,
    webhook: Option<WebhookTarget>,
}

/// Puts a call in the queue.
pub async fn push(app: &App, caller: &Caller, wish: CallJob) -> Result<Job, Fault> {
    push_as(app, caller, wish, None).await
}

pub(crate) async fn push_as(
    app: &App,
    caller: &Caller,
    wish: CallJob,
    schedule: Option<ScheduleId>,
) -> Result<Job, Fault> {
    // Begun here and now where there is room, as runs are.
    let place = if wish.delay.is_zero() { app.worker().place_for(caller.org_id) } else { None };
    let (mut row, kept) = prepare(app, caller, wish, schedule).await?;
    if place.is_some() {
        let job = &mut row.job;
        (job.state, job.attempts, job.epoch, job.started_at) = (JobState::Running, 1, 1, Some(job.created_at));
    }
    let owner = place.is_some().then(|| app.node_id());
    if !app.store().push_job(row.clone(), owner).await? {
        return same(app, caller, row.dedupe_key.as_deref().unwrap_or_default(), &kept).await;
    }
    crate::failpoint!("job.pushed");
    let job = row.job.clone();
    match place {
        Some(place) => worker::carry_on(app, row, None, place),
        None => app.worker().wake(),
    }
    Ok(job)
}

/// Checks a wish, and writes down what is to be kept of it.
pub(crate) async fn prepare(
    app: &App,
    caller: &Caller,
    wish: CallJob,
    schedule: Option<ScheduleId>,
) -> Result<(JobRow, Kept), Fault> {
    require(caller, Right::Call, Scope::ToolsCall)?;
    if !app.is_ready() {
        return Err(not_ready());
    }
    if !(1..=20).contains(&wish.max_attempts) {
        return Err(Fault::invalid("max_attempts", "`max_attempts` must be between 1 and 20"));
    }
    if !(-100..=100).contains(&wish.priority) {
        return Err(Fault::invalid("priority", "`priority` must be between -100 and 100"));
    }
    if let Some(webhook) = &wish.webhook {
        call::check_webhook(webhook)?;
    }
    // What cannot be called now is refused now, not in the middle of the night.
    let found = app.tools().find(app, caller.org_id, &wish.tool, wish.agent.as_deref()).await?;
    let found = found.ok_or_else(|| Fault::not_found("tool", &wish.tool))?;
    call::may_ask(app, caller, &found).await?;
    let title = found.tool.tool.spec.name.clone();
    let kept = Kept {
        caller: KeptCaller::of(caller),
        tool: found.tool.tool.id.to_string(),
        arguments: wish.arguments,
        context: wish.context,
        agent: wish.agent,
        channel: wish.channel,
        webhook: wish.webhook,
    };
    let bytes = serde_json::to_vec(&kept).map_err(Fault::internal)?;
    let now = app.clock().now();
    let job = Job {
        id: app.ids().next(),
        organization_id: caller.org_id,
        user_id: caller.user_id,
        kind: JobKind::Call,
        state: JobState::Queued,
        subject: None,
        title,
        priority: wish.priority,
        run_at: now.plus(wish.delay),
        attempts: 0,
        max_attempts: wish.max_attempts,
        epoch: 0,
        error: None,
        schedule_id: schedule,
        created_at: now,
        started_at: None,
        ended_at: None,
        updated_at: now,
    };
    let payload = Some(app.vault().seal(caller.org_id, &bytes).await?);
    Ok((JobRow { job, payload, dedupe_key: wish.dedupe_key }, kept))
}

/// The job that was asked for under this key before, if the same was asked for.
async fn same(app: &App, caller: &Caller, key: &str, kept: &Kept) -> Result<Job, Fault> {
    let reused = "this key was used before for another job; use a new key for a new intent";
    let reused = || Fault::conflict("idempotency_key_reused", reused);
    let found = app.store().job_by_key(caller.org_id, key).await?.ok_or_else(reused)?;
    let Some(sealed) = &found.payload else { return Err(reused()) };
    let bytes = app.vault().unseal(caller.org_id, sealed).await?;
    let other: Kept = serde_json::from_slice(&bytes).map_err(Fault::internal)?;
    if found.job.user_id == caller.user_id && other.asked()? == kept.asked()? { Ok(found.job) } else { Err(reused()) }
}

impl Kept {
    /// What is asked for, whoever asks.
    fn asked(&self) -> Result<Value, Fault> {
        let mut asked = serde_json::to_value(self).map_err(Fault::internal)?;
        asked.as_object_mut().and_then(|fields| fields.remove("caller"));
        Ok(asked)
    }
}

/// Carries a call out, under a key that is the job's own: whoever tries again acts no second time.
pub(crate) async fn carry(app: &App, row: &JobRow) -> Left {
    let job = &row.job;
    match attempt(app, row).await {
        Ok(left) => left,
        Err(_) if app.stopping().is_cancelled() => Left::Handed,
        Err(fault) if matches!(fault.kind, FaultKind::Unavailable | FaultKind::Internal | FaultKind::Limited) => {
            if job.attempts >= job.max_attempts {
                return Left::Ended(JobState::Dead, Some(fault.message));
            }
            Left::Again(fault.message, None)
        }
        Err(fault) => Left::Ended(JobState::Dead, Some(fault.message)),
    }
}

async fn attempt(app: &App, row: &JobRow) -> Result<Left, Fault> {
    let job = &row.job;
    let org: OrgId = job.organization_id;
    if job.attempts > job.max_attempts {
        let error = job.error.clone().unwrap_or_else(|| "it was tried too often and got nowhere".to_owned());
        return Ok(Left::Ended(JobState::Dead, Some(error)));
    }
    let fence = JobFence { job: job.id, epoch: job.epoch };
    if app.store().job_held(fence).await?.is_some_and(|held| held.cancel) {
        return Ok(Left::Ended(JobState::Cancelled, job.error.clone()));
    }
    let sealed = row.payload.as_deref().unwrap_or_default();
    let kept: Kept = serde_json::from_slice(&app.vault().unseal(org, sealed).await?).map_err(Fault::internal)?;
    let caller = match kept.caller.caller(app, org).await? {
        Ok(caller) => caller,
        Err(why) => return Ok(Left::Ended(JobState::Dead, Some(why.to_owned()))),
    };
    let request = CallRequest {
        caller,
        tool: kept.tool,
        arguments: kept.arguments,
        context: kept.context,
        established: Object::new(),
        agent: kept.agent,
        channel: Some(kept.channel),
        dry_run: false,
        // The key changes only once it is known that the last execution failed. What is in doubt keeps its key.
        idempotency_key: Some(match &job.subject {
            None => job.id.to_string(),
            Some(failed) => format!("{}:{failed}", job.id),
        }),
        source: "job",
        replay_of: None,
        cursor: None,
        fresh: false,
        confirmed: false,
        approved: false,
        webhook: kept.webhook,
    };
    let answer = call::run(app, request).await?;
    let now = app.clock().now();
    let subject = Some(answer.execution_id.to_string());
    if answer.success || answer.pending.is_some() {
        // What waits for somebody goes on by itself, and is in the log.
        app.store().end_held_job(fence, JobState::Done, subject, None, now).await?;
        return Ok(Left::Settled);
    }
    let message = answer.error.as_ref().map(|error| error.message.clone()).unwrap_or_default();
    let may_again = answer.error.as_ref().is_some_and(|error| error.retryable) && answer.state != State::Unknown;
    if may_again && job.attempts < job.max_attempts {
        let pause = answer.error.as_ref().and_then(|error| error.retry_after_ms).map(Duration::from_millis);
        return Ok(again(answer.state, message, pause, answer.execution_id));
    }
    app.store().end_held_job(fence, JobState::Dead, subject, Some(message), now).await?;
    Ok(Left::Settled)
}

/// How a call is tried again whose execution is in `state`.
fn again(state: State, message: String, pause: Option<Duration>, execution: ExecutionId) -> Left {
    match state {
        State::Failed | State::Released => Left::Failed(message, pause, execution.to_string()),
        // Perhaps somebody is still at it: under another key it would be done a second time.
        _ => Left::Again(message, pause),
    }
}

#[cfg(test)]
mod tests {
    use callwright_model::IdSource;

    use super::*;

    #[test]
    fn only_what_is_known_to_have_failed_gets_a_new_key() {
        let left = |state| again(state, String::new(), None, IdSource::default().next());
        assert!(matches!(left(State::Failed), Left::Failed(..)) && matches!(left(State::Released), Left::Failed(..)));
        for state in [State::Started, State::Claimed, State::Parked, State::Unknown] {
            assert!(matches!(left(state), Left::Again(..)), "{state:?}");
        }
    }
}
