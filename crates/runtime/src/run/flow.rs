//! Runs of workflows: asked for here; carried by `go`, with what it knows in `book`, its steps in `stage` and their items
//! in `items`.

mod book;
mod child;
mod go;
mod items;
mod say;
mod stage;

use std::time::Duration;

use callwright_model::{
    Fault, FaultKind, Object,
    account::{Caller, Right, Scope},
    chat::{ChatMessage, Usage},
    context::Channel,
    run::{Run, RunKind, RunLimits, RunState, Thread},
    webhook::WebhookTarget,
    workflow::Workflow,
};
use callwright_store::run::NewRun;
use serde_json::{Value, json};

use super::{
    Asker, NewsForm,
    begin::create,
    draft::{Prepared, Queued, job_of},
    kept::{Kept, KeptFlow},
    key,
    request::check_common,
};
use crate::{
    App,
    app::{not_ready, require},
    registry::compile::validator,
    workflow::{self, plan},
};

pub(super) use go::go;
pub(super) use stage::result_of;

/// The most bytes of what a workflow is given.
const MOST_INPUT: usize = 1024 * 1024;
/// The most problems told at once.
const MOST_PROBLEMS: usize = 5;
/// A day.
const TIMEOUT_S: u32 = 24 * 3600;

/// A wish for a run of a workflow.
#[derive(Debug, Clone)]
pub struct WorkflowRequest {
    /// The workflow's name or id.
    pub workflow: String,
    /// What it is given: an object, or a text.
    pub input: Value,
    /// Variables of this run.
    pub context: Object,
    /// Kept with the run.
    pub metadata: Object,
    /// Instead of the workflow's.
    pub timeout_s: Option<u32>,
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
    /// One run for all requests with this key.
    pub dedupe_key: Option<String>,
}

impl WorkflowRequest {
    /// A wish that says only the least.
    pub fn new(workflow: impl Into<String>, input: Value) -> Self {
        Self {
            workflow: workflow.into(),
            input,
            context: Object::new(),
            metadata: Object::new(),
            timeout_s: None,
            channel: Channel::Chat,
            webhook: None,
            news: NewsForm::Native,
            delay: Duration::ZERO,
            priority: 0,
            dedupe_key: None,
        }
    }

    /// What is asked for, in short, when it is asked for under a key.
    fn fingerprint(&self, workflow: &Workflow) -> Result<Option<String>, Fault> {
        if self.dedupe_key.is_none() {
            return Ok(None);
        }
        let asked = json!({
            "workflow": workflow.id,
            "input": self.input,
            "context": self.context,
            "metadata": self.metadata,
            "timeout_s": self.timeout_s,
            "channel": self.channel,
            "webhook": self.webhook,
            "news": self.news,
            "delay_ms": u64::try_from(self.delay.as_millis()).unwrap_or(u64::MAX),
            "priority": self.priority,
        });
        key::digest(&asked).map(Some)
    }
}

/// Asks for a run of a workflow. It is durable when this returns.
///
/// # Errors
/// Forbidden: one of its agents or tools is not the caller's to use. Not found: the workflow. Invalid: the input does not
/// fit its `parameters`.
pub async fn start(app: &App, caller: &Caller, request: WorkflowRequest) -> Result<Run, Fault> {
    start_as(app, caller, request, &Asker::default()).await
}

/// The same, asked for by another run.
pub(crate) async fn start_as(
    app: &App,
    caller: &Caller,
    request: WorkflowRequest,
    asker: &Asker,
) -> Result<Run, Fault> {
    require(caller, Right::Call, Scope::AgentsRun)?;
    let workflow = workflow::found(app, caller.org_id, &request.workflow).await?;
    let asked = request.fingerprint(&workflow)?;
    let place = if request.delay.is_zero() { app.worker().place_for(caller.org_id) } else { None };
    let new = match prepare(app, caller, &request, workflow, asked.clone(), place.is_some(), asker).await? {
        Prepared::Known(run) => return Ok(*run),
        Prepared::New(new, _) => *new,
    };
    match create(app, new, None, place).await {
        Ok((run, _)) => Ok(run),
        Err(error) => {
            let found = key::find(app, caller, request.dedupe_key.as_deref(), asked.as_deref()).await?;
            found.ok_or_else(|| error.into())
        }
    }
}

async fn prepare(
    app: &App,
    caller: &Caller,
    request: &WorkflowRequest,
    workflow: Workflow,
    asked: Option<String>,
    at_once: bool,
    asker: &Asker,
) -> Result<Prepared, Fault> {
    if !app.is_ready() {
        return Err(not_ready());
    }
    if request.timeout_s.is_some_and(|seconds| !(1..=2_592_000).contains(&seconds)) {
        return Err(Fault::invalid("timeout_s", "`timeout_s` must be between 1 and 2,592,000 (30 days)"));
    }
    check_common(&request.context, &request.metadata, request.webhook.as_ref(), request.delay, request.priority)?;
    let params = params(&request.input)?;
    if let Some(schema) = &workflow.plan.parameters {
        fits(schema, Value::Object(params.clone()))?;
    }
    if let Some(found) = key::find(app, caller, request.dedupe_key.as_deref(), asked.as_deref()).await? {
        return Ok(Prepared::Known(Box::new(found)));
    }
    asker.check()?;
    workflow::usable(app, caller, &plan::compile(&workflow.plan)?).await.map_err(|fault| match fault.kind {
        FaultKind::Invalid => Fault::forbidden(format!("you may not run this workflow: {}", fault.message)),
        _ => fault,
    })?;
    let now = app.clock().now();
    let timeout_s = request.timeout_s.or(workflow.plan.timeout_s).unwrap_or(TIMEOUT_S);
    let thread = Thread {
        id: app.ids().next(),
        organization_id: caller.org_id,
        user_id: caller.user_id,
        agent_id: None,
        title: workflow.name.clone(),
        context: Object::new(),
        message_count: 0,
        created_at: now,
        updated_at: now,
    };
    let message = ChatMessage::user(say::shown(&request.input));
    let run_at = now.plus(request.delay);
    let run = Run {
        id: app.ids().next(),
        organization_id: caller.org_id,
        user_id: caller.user_id,
        kind: RunKind::Workflow,
        thread_id: thread.id,
        agent_id: None,
        agent_name: None,
        workflow_id: Some(workflow.id),
        workflow_name: Some(workflow.name),
        parent_id: asker.run.as_ref().map(|above| above.id),
        depth: asker.depth(),
        job_id: app.ids().next(),
        state: if at_once { RunState::Running } else { RunState::Queued },
        model: String::new(),
        input: message.text(),
        output: None,
        result: None,
        handed_to: None,
        error: None,
        usage: Usage::default(),
        steps: 0,
        limits: RunLimits { timeout_s, ..RunLimits::default() },
        metadata: request.metadata.clone(),
        deadline_at: run_at.plus(Duration::from_secs(timeout_s.into())),
        created_at: now,
        started_at: at_once.then_some(now),
        ended_at: None,
        updated_at: now,
    };
    let flow = KeptFlow { plan: workflow.plan, input: request.input.clone(), params };
    let kept = Kept {
        asked,
        context: request.context.clone(),
        channel: request.channel,
        webhook: request.webhook.clone(),
        news: request.news,
        ..Kept::of_flow(caller, flow)
    };
    let wish = Queued { priority: request.priority, run_at, schedule: None, dedupe_key: request.dedupe_key.clone() };
    Ok(Prepared::New(
        Box::new(NewRun {
            // What its agents do is paid for as ever, run by run.
            charge: None,
            job: job_of(&run, wish),
            owner: at_once.then(|| app.node_id()),
            row: asker.row(run, kept.seal(app, caller.org_id).await?),
            thread: Some(thread),
            messages: vec![message],
            within: asker.within(),
        }),
        None,
    ))
}

/// What a workflow is given, as an object.
fn params(input: &Value) -> Result<Object, Fault> {
    if serde_json::to_string(input).map_err(Fault::internal)?.len() > MOST_INPUT {
        return Err(Fault::invalid("input", "`input` may take at most 1 MiB as JSON"));
    }
    match input {
        Value::Object(fields) => Ok(fields.clone()),
        Value::Null => Ok(Object::new()),
        Value::String(text) => Ok(Object::from_iter([("input".to_owned(), Value::String(text.clone()))])),
        _ => Err(Fault::invalid("input", "`input` must be an object, or a text")),
    }
}

/// Refuses what the author of the workflow did not foresee.
fn fits(schema: &Value, params: Value) -> Result<(), Fault> {
    let schema = validator(schema, "parameters")?;
    let problems: Vec<String> = schema
        .iter_errors(&params)
        .take(MOST_PROBLEMS)
        .map(|error| {
            let place = error.instance_path().to_string().replace('/', ".");
            let message: String = error.to_string().chars().take(300).collect();
            format!("`input{place}`: {message}")
        })
        .collect();
    if problems.is_empty() {
        return Ok(());
    }
    let message = format!("`input` does not fit the workflow's `parameters`: {}", problems.join("; "));
    Err(Fault::invalid("input", message))
}
