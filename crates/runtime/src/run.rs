//! Runs: an agent takes a thread forward until it has an answer, or a workflow until its plan is done. Asked for here,
//! carried by a job.

mod begun;
mod carry;
mod cut;
pub(crate) mod family;
mod finish;
pub mod flow;
mod handoff;
mod history;
mod hub;
mod kept;
mod key;
mod obey;
mod overdue;
pub(crate) mod reach;
mod shown;
pub mod status;
mod tools;
mod turn;
pub mod watch;
mod wish;

use std::time::Duration;

use callwright_model::{
    Fault, Object, Timestamp,
    account::{Caller, Right, Scope},
    agent::Agent,
    chat::{ChatMessage, Part, Usage},
    context::Channel,
    credit::Operation,
    id::{ConversationId, JobId, OrgId, RunId, ScheduleId, ThreadId, UserId},
    job::{Job, JobKind, JobState},
    page::{Page, PageRequest},
    run::{Run, RunBounds, RunEvent, RunKind, RunLimits, RunState, Step, Thread},
    webhook::WebhookTarget,
};
use callwright_store::{
    job::JobRow,
    run::{Ending, NewRun, RunFilter, RunRow},
};
use serde_json::json;
use tokio::{
    sync::{OwnedSemaphorePermit, broadcast, oneshot},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

pub(crate) use begun::Begun;
pub(crate) use carry::carry;
pub use finish::SIGNING_SECRET;
pub(crate) use hub::News;
pub use hub::Runs;
pub use kept::NewsForm;
pub(crate) use overdue::end_overdue;
pub(crate) use tools::is_parallel;

pub(crate) use family::{Above, Asker};

use crate::{
    App, agents,
    app::{not_ready, require},
    audit, call, credits, feedback,
    job::worker,
};
use handoff::HandedFrom;
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
    /// What of the context the caller vouches for, where the rest is somebody else's word; all of it without this.
    pub vouched: Option<Object>,
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
    /// The conversation that it is a turn of.
    pub talk: Option<Talk>,
}

/// What a turn of a conversation brings along.
#[derive(Debug, Clone)]
pub struct Talk {
    /// The conversation.
    pub id: ConversationId,
    /// The agent's instructions as they are for this client.
    pub instructions: String,
    /// What stands in the thread before what is said now.
    pub before: Vec<ChatMessage>,
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
            vouched: None,
            metadata: Object::new(),
            limits: None,
            channel: Channel::Chat,
            webhook: None,
            news: NewsForm::Native,
            delay: Duration::ZERO,
            priority: 0,
            dedupe_key: None,
            talk: None,
        }
    }
}

/// Asks for a run. It is durable when this returns.
///
/// # Errors
/// Forbidden: the agent or one of the tools is not the caller's to use. Not found: agent or thread. Conflict
/// `thread_busy`: a run is at work on the thread.
pub async fn start(app: &App, caller: &Caller, request: RunRequest) -> Result<Run, Fault> {
    start_as(app, caller, request, None, &Asker::default()).await
}

/// The same, and what happens to it from its very beginning.
pub(crate) async fn start_watched(
    app: &App,
    caller: &Caller,
    request: RunRequest,
) -> Result<(Run, broadcast::Receiver<News>), Fault> {
    let mut events = None;
    let (run, _) = begin(app, caller, request, None, &Asker::default(), Some(&mut events)).await?;
    let events = events.unwrap_or_else(|| app.runs().watch(run.id));
    Ok((run, events))
}

/// The same, asked for by a schedule, or by another run.
pub(crate) async fn start_as(
    app: &App,
    caller: &Caller,
    request: RunRequest,
    schedule: Option<ScheduleId>,
    asker: &Asker,
) -> Result<Run, Fault> {
    begin(app, caller, request, schedule, asker, None).await.map(|(run, _)| run)
}

/// The same, and waits until it has ended or lies down, at most `wait`, or until `closing`.
pub async fn start_and_wait(
    app: &App,
    caller: &Caller,
    request: RunRequest,
    wait: Duration,
    closing: &CancellationToken,
) -> Result<Run, Fault> {
    let (run, settled) = begin(app, caller, request, None, &Asker::default(), None).await?;
    let settled = settled.unwrap_or_else(|| app.runs().when_settled(run.id));
    Ok(tokio::select! {
        settled = until_settled(app, caller, run.clone(), settled, wait) => settled.unwrap_or_else(|fault| as_begun(run, &fault)),
        () = closing.cancelled() => run,
    })
}

/// A run of which no more can be said now than that it has begun: an error would have it begun again.
fn as_begun(run: Run, fault: &Fault) -> Run {
    tracing::warn!(run = %run.id, ?fault, "it could not be seen how a run goes on that has just begun");
    run
}

/// Asks for a run. Where it is carried here, the caller can wait for its end.
async fn begin(
    app: &App,
    caller: &Caller,
    request: RunRequest,
    schedule: Option<ScheduleId>,
    asker: &Asker,
    events: Option<&mut Option<broadcast::Receiver<News>>>,
) -> Result<(Run, Option<Settled>), Fault> {
    // Begun here and now where there is room: the queue is for those who have to wait.
    let place = if request.delay.is_zero() { app.worker().place_for(caller.org_id) } else { None };
    let (new, begun) = match prepare(app, caller, &request, schedule, place.is_some(), asker).await? {
        Prepared::Known(run) => return Ok((*run, None)),
        Prepared::New(new, begun) => (*new, begun),
    };
    if let Some(events) = events {
        *events = Some(app.runs().watch(new.row.run.id));
    }
    match create(app, new, begun, place).await {
        Ok(created) => Ok(created),
        // Two requests with one key may come at the same time: the second is given what the first has made.
        Err(error) => {
            let agent = agents::runnable(app, caller, &request.agent).await?;
            let asked = key::fingerprint(&agent, &request)?;
            let found = key::find(app, caller, request.dedupe_key.as_deref(), asked.as_deref()).await?;
            found.map(|found| (found, None)).ok_or_else(|| error.into())
        }
    }
}

/// Keeps a new run, and begins it where there is a place for it; then its end can be waited for.
async fn create(
    app: &App,
    new: NewRun,
    begun: Option<Box<Begun>>,
    place: Option<OwnedSemaphorePermit>,
) -> callwright_store::Result<(Run, Option<Settled>)> {
    let (run, job) = (new.row.run.clone(), new.job.clone());
    app.store().create_run(new).await?;
    crate::failpoint!("run.created");
    let settled = place.is_some().then(|| app.runs().when_settled(run.id));
    match place {
        Some(place) => worker::carry_on(app, job, begun, place),
        None => app.worker().wake(),
    }
    Ok((run, settled))
}

/// A run that may begin.
pub(crate) enum Prepared {
    /// It was asked for under the same key before.
    Known(Box<Run>),
    /// All that is to be kept of it, and what its first carrier is handed.
    New(Box<NewRun>, Option<Box<Begun>>),
}

/// Checks a wish, and writes down what is to be kept of it. With `at_once` this node carries it.
pub(crate) async fn prepare(
    app: &App,
    caller: &Caller,
    request: &RunRequest,
    schedule: Option<ScheduleId>,
    at_once: bool,
    asker: &Asker,
) -> Result<Prepared, Fault> {
    if !app.is_ready() {
        return Err(not_ready());
    }
    let agent = agents::runnable(app, caller, &request.agent).await?;
    check(request)?;
    let asked = key::fingerprint(&agent, request)?;
    if let Some(found) = key::find(app, caller, request.dedupe_key.as_deref(), asked.as_deref()).await? {
        return Ok(Prepared::Known(Box::new(found)));
    }
    asker.check()?;
    let chosen = crate::models::resolve(app, caller.org_id, &agent.model).await?;
    let named;
    let request = match &request.tools {
        None => request,
        Some(names) => {
            let tools = Some(reach::check(app, caller, Some(&agent.id.to_string()), names).await?);
            named = RunRequest { tools, ..request.clone() };
            &named
        }
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
    let mut messages = request.talk.as_ref().map(|talk| talk.before.clone()).unwrap_or_default();
    messages.push(ChatMessage::User { content: request.message.clone() });
    let known = is_new.then(|| messages.clone());
    let draft = Draft { thread_id: thread.id, new_thread, messages, handed: None, asked, schedule, at_once };
    let (new, kept) = draw_up(app, caller, &agent, request, draft, asker).await?;
    let begun = Begun { row: new.row.clone(), kept, caller: caller.clone(), thread, chosen, messages: known };
    Ok(Prepared::New(Box::new(new), Some(Box::new(begun))))
}

/// What of a run is decided before it is written down.
pub(crate) struct Draft {
    pub thread_id: ThreadId,
    /// The thread, when it begins with this run.
    pub new_thread: Option<Thread>,
    /// What is added to the thread.
    pub messages: Vec<ChatMessage>,
    /// From whom it takes its conversation over.
    pub handed: Option<HandedFrom>,
    /// What was asked for under its key, in short.
    pub asked: Option<String>,
    pub schedule: Option<ScheduleId>,
    /// Whether this node carries it.
    pub at_once: bool,
}

/// Writes down what is to be kept of a run that was checked.
pub(crate) async fn draw_up(
    app: &App,
    caller: &Caller,
    agent: &Agent,
    request: &RunRequest,
    draft: Draft,
    asker: &Asker,
) -> Result<(NewRun, Kept), Fault> {
    let Draft { thread_id, new_thread, messages, handed, asked, schedule, at_once } = draft;
    // A successor is begun in the end of the one before it.
    let within = if handed.is_some() { None } else { asker.within() };
    let now = app.clock().now();
    let limits = request.limits.unwrap_or_default().within(agent.profile.limits);
    let input = ChatMessage::User { content: request.message.clone() }.text();
    let mut metadata = request.metadata.clone();
    let mut kept = Kept {
        asked,
        handed,
        tools: request.tools.clone(),
        context: request.context.clone(),
        vouched: request.vouched.clone(),
        channel: request.channel,
        webhook: request.webhook.clone(),
        news: request.news,
        ..Kept::new(caller, agent)
    };
    if let Some(talk) = &request.talk {
        kept.conversation = Some(talk.id);
        kept.instructions.clone_from(&talk.instructions);
    }
    if let Some(learned) = feedback::learned(app, caller, agent).await? {
        // Whoever looks at the run sees that it was told more than the agent's instructions, and what.
        metadata.insert("learned".to_owned(), json!({ "count": learned.ids.len(), "feedback": learned.ids }));
        kept.instructions.push_str(&learned.text);
        kept.learned = learned.ids;
    }
    let run_at = now.plus(request.delay);
    let run = Run {
        id: app.ids().next(),
        organization_id: caller.org_id,
        user_id: caller.user_id,
        kind: RunKind::Agent,
        thread_id,
        agent_id: Some(agent.id),
        agent_name: Some(agent.name.clone()),
        workflow_id: None,
        workflow_name: None,
        parent_id: asker.run.as_ref().map(|above| above.id),
        depth: asker.depth(),
        job_id: app.ids().next(),
        state: if at_once { RunState::Running } else { RunState::Queued },
        model: agent.model.clone(),
        input,
        output: None,
        result: None,
        error: None,
        handed_to: None,
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
    let wish = Queued { priority: request.priority, run_at, schedule, dedupe_key: request.dedupe_key.clone() };
    let new = NewRun {
        charge: credits::charge(app, caller, Operation::AgentExecute, run.id),
        job: job_of(&run, wish),
        owner: at_once.then(|| app.node_id()),
        row: asker.row(run, kept.seal(app, caller.org_id).await?),
        thread: new_thread,
        messages,
        within,
    };
    Ok((new, kept))
}

/// How the job of a new run is queued.
struct Queued {
    priority: i64,
    run_at: Timestamp,
    schedule: Option<ScheduleId>,
    dedupe_key: Option<String>,
}

/// The job that carries a new run, in the same state.
fn job_of(run: &Run, wish: Queued) -> JobRow {
    let at_once = run.state == RunState::Running;
    JobRow {
        job: Job {
            id: run.job_id,
            organization_id: run.organization_id,
            user_id: run.user_id,
            kind: JobKind::Run,
            state: if at_once { JobState::Running } else { JobState::Queued },
            subject: Some(run.id.to_string()),
            title: run.name().to_owned(),
            priority: wish.priority,
            run_at: wish.run_at,
            attempts: i64::from(at_once),
            max_attempts: MOST_ATTEMPTS,
            epoch: i64::from(at_once),
            error: None,
            schedule_id: wish.schedule,
            created_at: run.created_at,
            started_at: run.started_at,
            ended_at: None,
            updated_at: run.created_at,
        },
        payload: None,
        dedupe_key: wish.dedupe_key,
    }
}

fn check(request: &RunRequest) -> Result<(), Fault> {
    let text = ChatMessage::User { content: request.message.clone() }.text();
    let has_picture = request.message.iter().any(|part| matches!(part, Part::Image { .. } | Part::Document { .. }));
    if text.trim().is_empty() && !has_picture {
        return Err(Fault::invalid("message", "`message` must say something"));
    }
    if text.chars().count() > MOST_TEXT {
        return Err(Fault::invalid("message", format!("`message` may have at most {MOST_TEXT} characters")));
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
    check_common(&request.context, &request.metadata, request.webhook.as_ref(), request.delay, request.priority)
}

/// What every run is asked for with.
fn check_common(
    context: &Object,
    metadata: &Object,
    webhook: Option<&WebhookTarget>,
    delay: Duration,
    priority: i64,
) -> Result<(), Fault> {
    for (field, object) in [("context", context), ("metadata", metadata)] {
        if serde_json::to_string(object).map_err(Fault::internal)?.len() > MOST_CONTEXT {
            return Err(Fault::invalid(field, format!("`{field}` may take at most 64 KiB as JSON")));
        }
    }
    if let Some(webhook) = webhook {
        crate::call::check_webhook(webhook)?;
    }
    if delay > Duration::from_secs(366 * 24 * 3600) {
        return Err(Fault::invalid("delay_s", "`delay_s` may be at most a year"));
    }
    if !(-100..=100).contains(&priority) {
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
    shown::run(app, run.user_id == caller.user_id, run).await
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
    shown::run(app, run.user_id == caller.user_id, run).await
}

/// A page of runs, newest first. What somebody else's workflow came to is not in it.
pub async fn list(app: &App, caller: &Caller, filter: RunFilter, page: PageRequest) -> Result<Page<Run>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let mut page = app.store().runs(caller.org_id, &filter, &page).await?;
    for run in page.items.iter_mut().filter(|run| run.kind == RunKind::Workflow && run.user_id != caller.user_id) {
        // Whether it holds something that the log hides is seen when one run is asked for.
        run.output = None;
    }
    Ok(page)
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
    let details = match found.run.kind {
        RunKind::Agent => json!({ "agent": found.run.agent_name }),
        RunKind::Workflow => json!({ "workflow": found.run.workflow_name }),
    };
    audit::write(app, caller, "run.cancel", "run", id, details).await?;
    stop_and_wait(app, &found).await
}

/// Stops a run, and gives it as it is once it has ended, or after a moment.
pub(crate) async fn stop_and_wait(app: &App, found: &RunRow) -> Result<Run, Fault> {
    let (org, id) = (found.run.organization_id, found.run.id);
    stop(app, found).await?;
    // Whoever carries it lets go in a moment.
    let until = Instant::now() + Duration::from_secs(2);
    loop {
        let run = row(app, org, id).await?.run;
        if run.state.is_final() || Instant::now() >= until {
            return Ok(run);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// Ends a run, or has whoever carries it end it.
pub(crate) async fn stop(app: &App, found: &RunRow) -> Result<(), Fault> {
    if !cancel_idle(app, found).await? {
        app.runs().stop(found.run.id);
    }
    Ok(())
}

/// Ends a run that nobody carries. False: somebody does, and was told.
async fn cancel_idle(app: &App, found: &RunRow) -> Result<bool, Fault> {
    let now = app.clock().now();
    let mut run = found.run.clone();
    (run.state, run.ended_at, run.updated_at) = (RunState::Cancelled, Some(now), now);
    // One whose request cannot be read any more is ended all the same, without news.
    let news = match Kept::open(app, found).await {
        Ok(kept) => finish::news(app, &run, &kept).await?,
        Err(_) => None,
    };
    let ending = Ending {
        run: run.id,
        state: RunState::Cancelled,
        output: None,
        error: None,
        job: JobState::Cancelled,
        turn: None,
        settled: None,
        handed: None,
        flow: None,
        news,
        let_go: Some(call::resume::run_over()),
        now,
    };
    let is_ended = app.store().cancel_run(run.organization_id, ending).await?;
    if is_ended {
        tell_run(app, &run);
        app.tickets().changed();
        crate::metering::run_ended(&run);
        family::ended(app, &RunRow { run, ..found.clone() }).await;
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
    let mut took = app.store().durations_of_runs(run, USUAL).await?;
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
    let run = until_settled(app, caller, run, settled, wait).await?;
    shown::run(app, run.user_id == caller.user_id, run).await
}

/// The same for a run that was begun just now, for whoever asked for it.
pub async fn wait_for_begun(app: &App, caller: &Caller, begun: Run, time: Duration) -> Run {
    wait(app, caller, begun.id, time).await.unwrap_or_else(|fault| as_begun(begun, &fault))
}

/// The same for a run that is at hand. Another process may carry it, so the tables are looked at as well.
async fn until_settled(
    app: &App,
    caller: &Caller,
    mut run: Run,
    mut settled: Settled,
    wait: Duration,
) -> Result<Run, Fault> {
    let (id, until) = (run.id, Instant::now() + wait.min(MOST_WAIT));
    loop {
        let is_settled = match run.state {
            // A run that waits for others that are at work will go on without anybody's doing.
            RunState::Waiting => app.store().is_idle(id).await?,
            state => state.is_final(),
        };
        if is_settled || Instant::now() >= until {
            return Ok(run);
        }
        match tokio::time::timeout_at(until.min(Instant::now() + LOOK), &mut settled).await {
            Ok(Ok(told)) => (run, settled) = (told, app.runs().when_settled(id)),
            Ok(Err(_)) => settled = app.runs().when_settled(id),
            Err(_) => run = get(app, caller, id).await?,
        }
    }
}
