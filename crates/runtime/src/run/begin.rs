//! Who may begin a run, and how it begins: here and now where there is a place for it, else in the queue.

use std::time::Duration;

use callwright_model::{
    Fault, Object,
    account::Caller,
    agent::Agent,
    chat::ChatMessage,
    id::ScheduleId,
    run::{Run, Thread},
};
use callwright_store::run::NewRun;
use tokio::sync::{OwnedSemaphorePermit, broadcast};
use tokio_util::sync::CancellationToken;

use super::{
    Asker, Begun, News, RunRequest,
    draft::{Draft, Prepared, draw_up},
    key, reach,
    read::own_thread,
    request,
    wait::{Settled, as_begun, until_settled},
};
use crate::{App, agents, app::not_ready, job::worker};

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
        settled = until_settled(app, caller, run.clone(), settled, wait) => {
            settled.unwrap_or_else(|fault| as_begun(run, &fault))
        }
        () = closing.cancelled() => run,
    })
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
pub(super) async fn create(
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
    request::check(request)?;
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
    let is_new = request.thread.is_none();
    let thread = match request.thread {
        Some(id) => own_thread(app, caller, id).await?,
        None => new_thread(app, caller, &agent),
    };
    let new_thread = is_new.then(|| thread.clone());
    let mut messages = request.talk.as_ref().map(|talk| talk.before.clone()).unwrap_or_default();
    messages.push(ChatMessage::User { content: request.message.clone() });
    let known = is_new.then(|| messages.clone());
    let draft = Draft { thread_id: thread.id, new_thread, messages, handed: None, asked, schedule, at_once };
    let (new, kept) = draw_up(app, caller, &agent, request, draft, asker).await?;
    let begun = Begun { row: new.row.clone(), kept, caller: caller.clone(), thread, chosen, messages: known };
    Ok(Prepared::New(Box::new(new), Some(Box::new(begun))))
}

fn new_thread(app: &App, caller: &Caller, agent: &Agent) -> Thread {
    let now = app.clock().now();
    Thread {
        id: app.ids().next(),
        organization_id: caller.org_id,
        user_id: caller.user_id,
        agent_id: Some(agent.id),
        title: String::new(),
        context: Object::new(),
        message_count: 0,
        created_at: now,
        updated_at: now,
    }
}
