//! What is kept of a run that was checked, written down before it begins: its row, its job, its thread and what is said.

use std::time::Duration;

use callwright_model::{
    Fault, Object, Timestamp,
    account::Caller,
    agent::Agent,
    chat::{ChatMessage, Usage},
    credit::Operation,
    id::{ScheduleId, ThreadId},
    job::{Job, JobKind, JobState},
    run::{Run, RunKind, RunState, Thread},
};
use callwright_store::{job::JobRow, run::NewRun};
use serde_json::json;

use super::{Asker, Begun, RunRequest, handoff::HandedFrom, kept::Kept};
use crate::{App, credits, feedback};

/// How often a run may be tried without getting anywhere, its server dying included.
pub(crate) const MOST_ATTEMPTS: i64 = 12;

/// A run that may begin.
pub(crate) enum Prepared {
    /// It was asked for under the same key before.
    Known(Box<Run>),
    /// All that is to be kept of it, and what its first carrier is handed.
    New(Box<NewRun>, Option<Box<Begun>>),
}

/// What of a run is decided before it is written down.
pub(super) struct Draft {
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
pub(super) async fn draw_up(
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
    let mut metadata = request.metadata.clone();
    let mut kept = Kept { asked, handed, ..kept_of(caller, agent, request) };
    learn(app, caller, agent, &mut kept, &mut metadata).await?;
    let run = Run {
        parent_id: asker.run.as_ref().map(|above| above.id),
        depth: asker.depth(),
        metadata,
        ..run_of(app, caller, agent, request, thread_id, at_once)
    };
    let wish = Queued {
        priority: request.priority,
        run_at: run.created_at.plus(request.delay),
        schedule,
        dedupe_key: request.dedupe_key.clone(),
    };
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

/// What of a request is sealed with the run.
fn kept_of(caller: &Caller, agent: &Agent, request: &RunRequest) -> Kept {
    let mut kept = Kept {
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
    kept
}

/// Brings what the user liked or corrected before into the instructions.
async fn learn(app: &App, caller: &Caller, agent: &Agent, kept: &mut Kept, metadata: &mut Object) -> Result<(), Fault> {
    let Some(learned) = feedback::learned(app, caller, agent).await? else { return Ok(()) };
    // Whoever looks at the run sees that it was told more than the agent's instructions, and what.
    metadata.insert("learned".to_owned(), json!({ "count": learned.ids.len(), "feedback": learned.ids }));
    kept.instructions.push_str(&learned.text);
    kept.learned = learned.ids;
    Ok(())
}

/// A new run, as if no other had asked for it.
fn run_of(app: &App, caller: &Caller, agent: &Agent, request: &RunRequest, thread_id: ThreadId, at_once: bool) -> Run {
    let now = app.clock().now();
    let limits = request.limits.unwrap_or_default().within(agent.profile.limits);
    let deadline_at = now.plus(request.delay).plus(Duration::from_secs(limits.timeout_s.into()));
    Run {
        id: app.ids().next(),
        organization_id: caller.org_id,
        user_id: caller.user_id,
        kind: RunKind::Agent,
        thread_id,
        agent_id: Some(agent.id),
        agent_name: Some(agent.name.clone()),
        workflow_id: None,
        workflow_name: None,
        parent_id: None,
        depth: 0,
        job_id: app.ids().next(),
        state: if at_once { RunState::Running } else { RunState::Queued },
        model: agent.model.clone(),
        input: ChatMessage::User { content: request.message.clone() }.text(),
        output: None,
        result: None,
        error: None,
        handed_to: None,
        usage: Usage::default(),
        steps: 0,
        limits,
        metadata: Object::new(),
        deadline_at,
        created_at: now,
        started_at: at_once.then_some(now),
        ended_at: None,
        updated_at: now,
    }
}

/// How the job of a new run is queued.
pub(super) struct Queued {
    pub priority: i64,
    pub run_at: Timestamp,
    pub schedule: Option<ScheduleId>,
    pub dedupe_key: Option<String>,
}

/// The job that carries a new run, in the same state.
pub(super) fn job_of(run: &Run, wish: Queued) -> JobRow {
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
