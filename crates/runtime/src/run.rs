//! Runs: an agent takes a thread forward until it has an answer. Asked for here, carried by a job.

mod begun;
mod carry;
mod finish;
mod history;
mod hub;
mod kept;
mod key;
mod overdue;
pub(crate) mod reach;
mod shown;
pub mod status;
mod tools;
mod turn;
pub mod watch;

use std::time::Duration;

use callwright_model::{
    Fault, Object,
    account::{Caller, Right, Scope},
    chat::{ChatMessage, Part, Usage},
    context::Channel,
    credit::Operation,
    id::{JobId, OrgId, RunId, ScheduleId, ThreadId, UserId},
    job::{Job, JobKind, JobState},
    page::{Page, PageRequest},
    run::{Run, RunBounds, RunEvent, RunLimits, RunState, Step, Thread},
    webhook::WebhookTarget,
};
use callwright_store::{
    job::JobRow,
    run::{Ending, NewRun, RunFilter, RunRow},
};
use serde_json::json;
use tokio::{sync::oneshot, time::Instant};
use tokio_util::sync::CancellationToken;

pub(crate) use begun::Begun;
pub(crate) use carry::carry;
pub use finish::SIGNING_SECRET;
pub use hub::Runs;
pub use kept::NewsForm;
pub(crate) use overdue::end_overdue;

use crate::{
    App, agents,
    app::{not_ready, require},
    audit, credits, feedback,
    job::worker,
};
use kept::Kept;

/// How often a run may be tried without getting anywhere, its server dying included.
pub(crate) const MOST_ATTEMPTS: i64 = 12;
/// The most characters of what is said in one message.
const MOST_TEXT: usize = 400_000;
/// The most bytes of a context.
const MOST_CONTEXT: usize = 64 * 1024;
/// The longest that somebody waits for a run.
const MOST_WAIT: Duration = Duration::from_secs(120);
/// How often whoever waits for a run looks at the tables.
const LOOK: Duration = Duration::from_millis(500);
/// The agent's last runs, from which the time of the next is guessed.
const USUAL: u32 = 20;

/// Gives a run once it has ended or lies down.
type Settled = oneshot::Receiver<Run>;

/// A wish for a run.
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// The agent's name or id.
    pub agent: String,
    /// What is said.
    pub message: Vec<Part>,
    /// The thread to go on with; a new one without it.
    pub thread: Option<ThreadId>,
    /// Instead of the agent's tools.
    pub tools: Option<Vec<String>>,
    /// Variables of this run, over those of the thread.
    pub context: Object,
    /// Kept with the run.
    pub metadata: Object,
    /// Within the agent's.
    pub limits: Option<RunBounds>,
    /// Where it is used.
    pub channel: Channel,
    /// Told at its end.
    pub webhook: Option<WebhookTarget>,
    /// How the news is written.
    pub news: NewsForm,
    /// Not before this long from now.
    pub delay: Duration,
    /// Higher goes first, -100 to 100.
    pub priority: i64,
    /// One run for all requests with this key, as long as its job is remembered.
    pub dedupe_key: Option<String>,
}

impl RunRequest {
    /// A wish that says only the least.
    pub fn new(agent: impl Into<String>, message: Vec<Part>) -> Self {
        Self {
            agent: agent.into(),
            message,
            thread: None,
            tools: None,
            context: Object::new(),
            metadata: Object::new(),
            limits: None,
            channel: Channel::Chat,
            webhook: None,
            news: NewsForm::Native,
            delay: Duration::ZERO,
            priority: 0,
            dedupe_key: None,
        }
    }
}

/// Asks for a run. It is durable when this returns.
///
/// # Errors
/// Forbidden: the agent or one of the tools is not the caller's to use. Not found: agent or thread. Conflict
/// `thread_busy`: a run is at work on the thread.
pub async fn start(app: &App, caller: &Caller, request: RunRequest) -> Result<Run, Fault> {
    start_as(app, caller, request, None).await
}

/// The same, asked for by a schedule.
pub(crate) async fn start_as(
    app: &App,
    caller: &Caller,
    request: RunRequest,
    schedule: Option<ScheduleId>,
) -> Result<Run, Fault> {
    begin(app, caller, request, schedule).await.map(|(run, _)| run)
}

/// The same, and waits until it has ended or lies down, at most `wait`, or until `closing`.
pub async fn start_and_wait(
    app: &App,
    caller: &Caller,
    request: RunRequest,
    wait: Duration,
    closing: &CancellationToken,
) -> Result<Run, Fault> {
    let (run, settled) = begin(app, caller, request, None).await?;
    let settled = settled.unwrap_or_else(|| app.runs().when_settled(run.id));
    tokio::select! {
        settled = until_settled(app, caller, run.clone(), settled, wait) => settled,
        () = closing.cancelled() => Ok(run),
    }
}

/// Asks for a run. Where it is carried here, the caller can wait for its end.
async fn begin(
    app: &App,
    caller: &Caller,
    request: RunRequest,
    schedule: Option<ScheduleId>,
) -> Result<(Run, Option<Settled>), Fault> {
    // Begun here and now where there is room: the queue is for those who have to wait.
    let place = if request.delay.is_zero() { app.worker().place_for(caller.org_id) } else { None };
    let (new, begun) = match prepare(app, caller, &request, schedule, place.is_some()).await? {
        Prepared::Known(run) => return Ok((*run, None)),
        Prepared::New(new, begun) => (*new, begun),
    };
    let (run, job) = (new.row.run.clone(), new.job.clone());
    if let Err(error) = app.store().create_run(new).await {
        // Two requests with one key may come at the same time: the second is given what the first has made.
        let agent = agents::runnable(app, caller, &request.agent).await?;
        let asked = key::fingerprint(&agent, &request)?;
        return match key::find(app, caller, &request, asked.as_deref()).await? {
            Some(found) => Ok((found, None)),
            None => Err(error.into()),
        };
    }
    crate::failpoint!("run.created");
    let settled = place.is_some().then(|| app.runs().when_settled(run.id));
    match place {
        Some(place) => worker::carry_on(app, job, Some(begun), place),
        None => app.worker().wake(),
    }
    Ok((run, settled))
}

/// A run that may begin.
pub(crate) enum Prepared {
    /// It was asked for under the same key before.
    Known(Box<Run>),
    /// All that is to be kept of it, and what its first carrier is handed.
    New(Box<NewRun>, Box<Begun>),
}

/// Checks a wish, and writes down what is to be kept of it. With `at_once` this node carries it.
pub(crate) async fn prepare(
    app: &App,
    caller: &Caller,
    request: &RunRequest,
    schedule: Option<ScheduleId>,
    at_once: bool,
) -> Result<Prepared, Fault> {
    if !app.is_ready() {
        return Err(not_ready());
    }
    let agent = agents::runnable(app, caller, &request.agent).await?;
    check(request)?;
    let asked = key::fingerprint(&agent, request)?;
    if let Some(found) = key::find(app, caller, request, asked.as_deref()).await? {
        return Ok(Prepared::Known(Box::new(found)));
    }
    let chosen = crate::models::resolve(app, caller.org_id, &agent.model).await?;
    let tools = match &request.tools {
        Some(names) => Some(reach::check(app, caller, Some(&agent.id.to_string()), names).await?),
        None => None,
    };
    let thread = match request.thread {
        None => None,
        Some(id) => Some(own_thread(app, caller, id).await?),
    };
    let now = app.clock().now();
    let new_thread = thread.is_none().then(|| Thread {
        id: app.ids().next(),
        organization_id: caller.org_id,
        user_id: caller.user_id,
        agent_id: Some(agent.id),
        title: String::new(),
        context: Object::new(),
        message_count: 0,
        created_at: now,
        updated_at: now,
    });
    let is_new = new_thread.is_some();
    let thread = thread.or_else(|| new_thread.clone()).ok_or_else(not_ready)?;
    let limits = request.limits.unwrap_or_default().within(agent.profile.limits);
    let message = ChatMessage::User { content: request.message.clone() };
    let mut metadata = request.metadata.clone();
    let mut kept = Kept {
        asked,
        tools,
        context: request.context.clone(),
        channel: request.channel,
        webhook: request.webhook.clone(),
        news: request.news,
        ..Kept::new(caller, &agent)
    };
    if let Some(learned) = feedback::learned(app, caller, &agent).await? {
        // Whoever looks at the run sees that it was told more than the agent's instructions, and what.
        metadata.insert("learned".to_owned(), json!({ "count": learned.ids.len(), "feedback": learned.ids }));
        kept.instructions.push_str(&learned.text);
        kept.learned = learned.ids;
    }
    let (state, job_state) = match at_once {
        true => (RunState::Running, JobState::Running),
        false => (RunState::Queued, JobState::Queued),
    };
    let run_at = now.plus(request.delay);
    let run = Run {
        id: app.ids().next(),
        organization_id: caller.org_id,
        user_id: caller.user_id,
        thread_id: thread.id,
        agent_id: agent.id,
        agent_name: agent.name.clone(),
        job_id: app.ids().next(),
        state,
        model: agent.model.clone(),
        input: message.text(),
        output: None,
        error: None,
        usage: Usage::default(),
        steps: 0,
        limits,
        metadata,
        deadline_at: run_at.plus(Duration::from_secs(limits.timeout_s.into())),
        created_at: now,
        started_at: at_once.then_some(now),
        ended_at: None,
        updated_at: now,
    };
    let job = JobRow {
        job: Job {
            id: run.job_id,
            organization_id: caller.org_id,
            user_id: caller.user_id,
            kind: JobKind::Run,
            state: job_state,
            subject: Some(run.id.to_string()),
            title: agent.name.clone(),
            priority: request.priority,
            run_at,
            attempts: i64::from(at_once),
            max_attempts: MOST_ATTEMPTS,
            epoch: i64::from(at_once),
            error: None,
            schedule_id: schedule,
            created_at: now,
            started_at: at_once.then_some(now),
            ended_at: None,
            updated_at: now,
        },
        payload: None,
        dedupe_key: request.dedupe_key.clone(),
    };
    let charge = credits::charge(app, caller, Operation::AgentExecute, run.id);
    let row = RunRow { run, request: kept.seal(app, caller.org_id).await? };
    let messages = vec![message];
    let begun = Begun {
        row: row.clone(),
        kept,
        caller: caller.clone(),
        thread,
        chosen,
        messages: is_new.then(|| messages.clone()),
    };
    let owner = at_once.then(|| app.node_id());
    let new = NewRun { charge, row, job, owner, thread: new_thread, messages };
    Ok(Prepared::New(Box::new(new), Box::new(begun)))
}

fn check(request: &RunRequest) -> Result<(), Fault> {
    let text = ChatMessage::User { content: request.message.clone() }.text();
    let has_picture = request.message.iter().any(|part| matches!(part, Part::Image { .. }));
    if text.trim().is_empty() && !has_picture {
        return Err(Fault::invalid("message", "`message` must say something"));
    }
    if text.chars().count() > MOST_TEXT {
        return Err(Fault::invalid("message", format!("`message` may have at most {MOST_TEXT} characters")));
    }
    for (field, object) in [("context", &request.context), ("metadata", &request.metadata)] {
        if serde_json::to_string(object).map_err(Fault::internal)?.len() > MOST_CONTEXT {
            return Err(Fault::invalid(field, format!("`{field}` may take at most 64 KiB as JSON")));
        }
    }
    if let Some(limits) = &request.limits {
        // As an agent's limits would be, whatever this agent's are.
        let usual = RunLimits::default();
        agents::check_limits(&RunLimits {
            max_steps: limits.max_steps.unwrap_or(usual.max_steps),
            max_tokens: limits.max_tokens,
            timeout_s: limits.timeout_s.unwrap_or(usual.timeout_s),
        })?;
    }
    if let Some(webhook) = &request.webhook {
        crate::call::check_webhook(webhook)?;
    }
    if request.delay > Duration::from_secs(366 * 24 * 3600) {
        return Err(Fault::invalid("delay_s", "`delay_s` may be at most a year"));
    }
    if !(-100..=100).contains(&request.priority) {
        return Err(Fault::invalid("priority", "`priority` must be between -100 and 100"));
    }
    Ok(())
}

/// A thread that the caller may go on with: their own, or any for an administrator.
pub(crate) async fn own_thread(app: &App, caller: &Caller, id: ThreadId) -> Result<Thread, Fault> {
    let thread = app.store().thread(caller.org_id, id).await?;
    thread
        .filter(|thread| thread.user_id == caller.user_id || caller.role.may(Right::Configure))
        .ok_or_else(|| Fault::not_found("thread", id))
}

/// A run of the organization.
pub async fn get(app: &App, caller: &Caller, id: RunId) -> Result<Run, Fault> {
    let run = row(app, caller.org_id, id).await?.run;
    visible(caller, run.user_id)?;
    Ok(run)
}

/// Whoever may run agents sees how their own runs go; everything else needs the scope to read.
pub(crate) fn visible(caller: &Caller, owner: UserId) -> Result<(), Fault> {
    if owner == caller.user_id && caller.may(Right::Call, Scope::AgentsRun) {
        return Ok(());
    }
    require(caller, Right::View, Scope::Read)
}

async fn row(app: &App, org: OrgId, id: RunId) -> Result<RunRow, Fault> {
    app.store().run(org, id).await?.ok_or_else(|| Fault::not_found("run", id))
}

/// The run that a job carries.
pub async fn of_job(app: &App, caller: &Caller, job: JobId) -> Result<Run, Fault> {
    let found = app.store().run_of_job(caller.org_id, job).await?;
    let run = found.map(|row| row.run).ok_or_else(|| Fault::not_found("job", job))?;
    visible(caller, run.user_id)?;
    Ok(run)
}

/// A page of runs, newest first.
pub async fn list(app: &App, caller: &Caller, filter: RunFilter, page: PageRequest) -> Result<Page<Run>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(app.store().runs(caller.org_id, &filter, &page).await?)
}

/// A page of the steps of a run, in order. What the log hides is shown to whoever asked for the run, and to nobody else.
pub async fn steps(app: &App, caller: &Caller, id: RunId, page: PageRequest) -> Result<Page<Step>, Fault> {
    let run = get(app, caller, id).await?;
    let mut steps = app.store().page_of_steps(run.id, &page).await?;
    if run.user_id != caller.user_id {
        for step in &mut steps.items {
            shown::hide(app, &run, step).await?;
        }
    }
    Ok(steps)
}

/// Stops a run, at whatever it is. What a tool has begun by then is carried out and recorded.
///
/// # Errors
/// Conflict `already_ended`.
pub async fn cancel(app: &App, caller: &Caller, id: RunId) -> Result<Run, Fault> {
    let found = row(app, caller.org_id, id).await?;
    // Whoever asked for it may stop it; another's is an operator's to stop.
    match found.run.user_id == caller.user_id {
        true => require(caller, Right::Call, Scope::AgentsRun)?,
        false => require(caller, Right::Decide, Scope::ExecutionsDecide)?,
    }
    if found.run.state.is_final() {
        return Err(Fault::conflict(
            "already_ended",
            format!("this run has ended: it is {}", found.run.state.as_str()),
        ));
    }
    audit::write(app, caller, "run.cancel", "run", id, json!({ "agent": found.run.agent_name })).await?;
    if !cancel_idle(app, &found).await? {
        app.runs().stop(id);
    }
    // Whoever carries it lets go in a moment.
    let until = Instant::now() + Duration::from_secs(2);
    loop {
        let run = row(app, caller.org_id, id).await?.run;
        if run.state.is_final() || Instant::now() >= until {
            return Ok(run);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// Ends a run that nobody carries. False: somebody does, and was told.
async fn cancel_idle(app: &App, found: &RunRow) -> Result<bool, Fault> {
    let now = app.clock().now();
    let mut run = found.run.clone();
    (run.state, run.ended_at, run.updated_at) = (RunState::Cancelled, Some(now), now);
    let kept = Kept::open(app, found).await?;
    let ending = Ending {
        run: run.id,
        state: RunState::Cancelled,
        output: None,
        error: None,
        job: JobState::Cancelled,
        turn: None,
        news: finish::news(app, &run, &kept).await?,
        now,
    };
    let is_ended = app.store().cancel_run(run.organization_id, ending).await?;
    if is_ended {
        tell_run(app, &run);
        crate::metering::run_ended(&run);
    }
    Ok(is_ended)
}

/// How a run stands, in the guide's form, with a guess at what is left of it.
pub async fn status(app: &App, caller: &Caller, job: JobId) -> Result<status::JobStatus, Fault> {
    let run = of_job(app, caller, job).await?;
    let usual = match run.state.is_final() {
        true => None,
        false => usual(app, &run).await?,
    };
    Ok(status::of(&run, app.clock().now(), usual))
}

async fn usual(app: &App, run: &Run) -> Result<Option<u64>, Fault> {
    let mut took = app.store().durations_of_runs(run.organization_id, run.agent_id, USUAL).await?;
    took.sort_unstable();
    Ok(took.get(took.len() / 2).map(|micros| u64::try_from(micros / 1_000_000).unwrap_or_default()))
}

pub(crate) fn tell_run(app: &App, run: &Run) {
    app.runs().settle(run);
    if app.runs().is_watched(run.id) {
        app.runs().tell(run.id, RunEvent::Run { run: Box::new(run.clone()) });
    }
}

/// Waits until a run has ended or lies down, at most `wait`; and gives it as it is then.
pub async fn wait(app: &App, caller: &Caller, id: RunId, wait: Duration) -> Result<Run, Fault> {
    // Asked for before the row is read, so that nothing falls between.
    let settled = app.runs().when_settled(id);
    let run = get(app, caller, id).await?;
    until_settled(app, caller, run, settled, wait).await
}

/// The same for a run that is at hand. Another process may carry it, so the tables are looked at as well.
async fn until_settled(
    app: &App,
    caller: &Caller,
    mut run: Run,
    mut settled: Settled,
    wait: Duration,
) -> Result<Run, Fault> {
    let until = Instant::now() + wait.min(MOST_WAIT);
    loop {
        let is_settled = run.state.is_final() || run.state == RunState::Waiting;
        if is_settled || Instant::now() >= until {
            return Ok(run);
        }
        match tokio::time::timeout_at(until.min(Instant::now() + LOOK), &mut settled).await {
            Ok(Ok(run)) => return Ok(run),
            Ok(Err(_)) => settled = app.runs().when_settled(run.id),
            Err(_) => {}
        }
        run = get(app, caller, run.id).await?;
    }
}
