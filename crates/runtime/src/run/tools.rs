//! The tools that an answer of the model calls: each an execution through the corridor, under a key that is the same
//! whoever carries the run.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use callwright_model::{
    Block, Directive, Fault, FaultKind, Object,
    account::Caller,
    chat::{ChatMessage, Part, ToolCall},
    execution::State,
    id::{ExecutionId, OrgId, RunId},
    run::{Step, StepKind, StepState},
    ticket::TicketKind,
    tool::{Effect, Kind},
};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::{
    history::Repeats,
    kept::Kept,
    wish::{Wish, of as wish_of},
};
use crate::{
    App,
    call::{self, CallAnswer, CallRequest},
    documents,
    offer::View,
    registry::cache::Found,
};

/// Tools of one answer that run at the same time.
const AT_ONCE: usize = 8;
/// The same call may be made this often in one run; then the model is told to stop.
const MOST_REPEATS: u32 = 5;
/// When it goes on all the same, the run ends.
const MOST_DEAF: u32 = 8;
/// What is kept of a result in its step.
const KEPT_RESULT: usize = 32 * 1024;

/// Which tools a run has, and how it reaches them.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    /// The agent through which its own tools are called.
    pub agent: String,
    /// The tools of this run by name, when its caller said which: whether each is the agent's.
    pub chosen: Option<Vec<(String, bool)>>,
}

impl Reach {
    /// Through which agent `tool` is called. `Err`: the run does not have it.
    fn through(&self, tool: &str) -> Result<Option<&str>, ()> {
        match &self.chosen {
            None => Ok(Some(&self.agent)),
            Some(chosen) => match chosen.iter().find(|(name, _)| name == tool) {
                Some((_, true)) => Ok(Some(&self.agent)),
                Some((_, false)) => Ok(None),
                None if tool == call::CONFIRM_TOOL => Ok(None),
                None => Err(()),
            },
        }
    }
}

/// All that a call of a tool needs to know of its run.
#[derive(Clone)]
pub(super) struct Scene {
    pub app: App,
    pub run: RunId,
    pub caller: Caller,
    pub kept: Arc<Kept>,
    pub reach: Arc<Reach>,
    /// The tools that the model has to search for, when it was not given all of them.
    pub view: Option<View>,
    /// The thread's variables and the run's context.
    pub context: Arc<Object>,
    pub established: Arc<Object>,
    /// Whether a person is in the thread who can be asked something.
    pub has_person: bool,
}

/// What became of a call.
pub(super) struct Done {
    pub step: Step,
    /// What the model is told; none while it waits.
    pub parts: Option<Vec<Part>>,
    /// What the run does after it.
    pub directive: Option<Directive>,
}

/// What became of all the calls of an answer.
pub(super) enum Went {
    /// All have ended.
    Ended(Vec<Done>),
    /// Some wait for somebody outside.
    Wait(Vec<Done>),
    /// One could not be made, by our own fault; these were.
    Broke(Vec<Done>, Fault),
    /// The model repeats itself and does not listen.
    Loop(String),
}

/// What the run does after the calls of an answer: the first that ends the agent's work counts, else that it says nothing.
pub(super) fn directive(done: &[Done]) -> Option<Directive> {
    let mut found = done.iter().filter_map(|done| done.directive.as_ref());
    let first = found.clone().next();
    found.find(|directive| is_last(directive)).or(first).cloned()
}

/// Whether nothing more can be done to the conversation after it.
fn is_last(directive: &Directive) -> bool {
    matches!(directive, Directive::End { .. } | Directive::Handoff { .. })
}

/// Carries the calls of one answer out: side by side when nothing is changed by them, else one after the other.
pub(super) async fn go(
    scene: &Scene,
    calls: &[ToolCall],
    steps: Vec<Step>,
    repeats: &mut Repeats,
) -> Result<Went, Fault> {
    let wishes: Vec<Wish> = calls.iter().map(|call| wish_of(scene.view.as_ref(), call)).collect();
    let mut tasks = Vec::with_capacity(calls.len());
    let side_by_side = calls.len() > 1 && all_parallel(scene, &wishes).await?;
    for ((call, step), wish) in calls.iter().zip(steps).zip(wishes) {
        let seen = repeats.entry((call.name.clone(), call.arguments.to_string())).or_default();
        if !step.state.is_settled() && step.execution_id.is_none() {
            *seen += 1;
            if *seen > MOST_DEAF {
                return Ok(Went::Loop(call.name.clone()));
            }
        }
        tasks.push((call.name.clone(), wish, step, *seen));
    }
    let width = if side_by_side { AT_ONCE } else { 1 };
    let (is_over, is_broken) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let done: Vec<Option<Result<Done, Fault>>> = stream::iter(tasks)
        .map(|(name, wish, step, seen)| {
            let (scene, is_over, is_broken) = (scene.clone(), is_over.clone(), is_broken.clone());
            async move {
                if !side_by_side && is_broken.load(Ordering::Relaxed) {
                    // The one before it is made first, by the next carrier.
                    return None;
                }
                let done = one(&scene, (&name, &wish), step, seen, &is_over).await;
                match &done {
                    Ok(done) if done.directive.as_ref().is_some_and(is_last) => is_over.store(true, Ordering::Relaxed),
                    Ok(_) => {}
                    Err(_) => is_broken.store(true, Ordering::Relaxed),
                }
                Some(done)
            }
        })
        .buffered(width)
        .collect()
        .await;
    let mut fault = None;
    let mut ended = Vec::with_capacity(done.len());
    for one in done.into_iter().flatten() {
        match one {
            Ok(one) => ended.push(one),
            Err(broken) => fault = Some(broken),
        }
    }
    if let Some(fault) = fault {
        return Ok(Went::Broke(ended, fault));
    }
    let done = ended;
    Ok(if done.iter().any(|done| done.parts.is_none()) { Went::Wait(done) } else { Went::Ended(done) })
}

async fn all_parallel(scene: &Scene, wishes: &[Wish]) -> Result<bool, Fault> {
    for call in wishes.iter().filter_map(Wish::tool) {
        let Ok(agent) = scene.reach.through(&call.name) else { continue };
        let found = scene.app.tools().find(&scene.app, scene.caller.org_id, &call.name, agent).await?;
        if found.is_some_and(|found| !is_parallel(&found)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a call may be carried out beside others.
pub(crate) fn is_parallel(found: &Found) -> bool {
    let spec = &found.tool.tool.spec;
    match spec.kind {
        // Steps of a call are taken in the model's order: after the last one there is no other.
        Kind::System => false,
        // A client is asked all at once, and answers in the order that it likes.
        Kind::Client => true,
        _ => spec.effect == Effect::Read || spec.policy.parallel,
    }
}

/// The steps of an answer, before anything is done.
pub(super) fn planned(calls: &[ToolCall], seq: i64, now: callwright_model::Timestamp) -> Vec<Step> {
    (1..)
        .zip(calls)
        .map(|(position, call)| Step {
            tool_call_id: Some(call.id.clone()),
            arguments: Some(call.arguments.clone()),
            ..Step::open(seq, position, StepKind::Tool, call.name.chars().take(128).collect::<String>(), now)
        })
        .collect()
}

async fn one(
    scene: &Scene,
    (name, wish): (&str, &Wish),
    mut step: Step,
    seen: u32,
    is_over: &AtomicBool,
) -> Result<Done, Fault> {
    if step.state.is_settled() {
        let mut parts = vec![Part::text(step.result.clone().unwrap_or_default())];
        // What it gave besides words is where it was kept.
        if let (StepState::Done, Some(execution)) = (step.state, step.execution_id) {
            parts.extend(documents::pictures(&scene.app, scene.caller.org_id, execution).await?);
        }
        let directive = recorded(scene, &step).await?;
        return Ok(Done { step, parts: Some(parts), directive });
    }
    let answer = match (step.state, step.execution_id) {
        // What waited is asked after, not asked for again: a refusal has freed its key.
        (StepState::Waiting, Some(execution)) => known(&scene.app, scene.caller.org_id, execution).await?,
        _ if is_over.load(Ordering::Relaxed) && is_step_of_call(scene, wish.tool()).await? => Some(Told::Refused(
            "nothing was done: the conversation was ended or handed over by the call before".to_owned(),
        )),
        _ if seen > MOST_REPEATS => Some(Told::Refused(repeated(name, seen))),
        _ => match wish {
            Wish::Tool(call) => Some(ask(scene, call, &step).await?),
            Wish::Told(text) => return Ok(ended(scene, step, vec![Part::text(text.clone())], false, None)),
            Wish::Refused(why) => Some(Told::Refused(why.clone())),
        },
    };
    let mut directive = None;
    let told = match answer {
        None => return Ok(Done { step, parts: None, directive }),
        Some(Told::Refused(why)) => (vec![Part::text(why)], true),
        Some(Told::Answer(answer)) => {
            step.execution_id = Some(answer.execution_id);
            if is_awaited(&answer) {
                step.state = StepState::Waiting;
                return Ok(Done { step, parts: None, directive });
            }
            directive.clone_from(&answer.directive);
            // A confirmation is for the person in the thread: the model asks them.
            let is_error = !answer.success && answer.pending.is_none();
            (parts(scene, &answer).await?, is_error)
        }
    };
    let (parts, is_error) = told;
    Ok(ended(scene, step, parts, is_error, directive))
}

/// What the run does after a call that had ended when the run was taken up: it stands in the record.
async fn recorded(scene: &Scene, step: &Step) -> Result<Option<Directive>, Fault> {
    let Some(execution) = step.execution_id.filter(|_| step.state == StepState::Done) else { return Ok(None) };
    let row = scene.app.store().ledger_row_by_id(scene.caller.org_id, execution).await?;
    Ok(row.filter(|row| row.execution.kind == Kind::System).and_then(|row| row.execution.output?.directive))
}

/// Whether a tool steers the conversation.
async fn is_step_of_call(scene: &Scene, call: Option<&ToolCall>) -> Result<bool, Fault> {
    let Some(call) = call else { return Ok(false) };
    let Ok(agent) = scene.reach.through(&call.name) else { return Ok(false) };
    let found = scene.app.tools().find(&scene.app, scene.caller.org_id, &call.name, agent).await?;
    Ok(found.is_some_and(|found| found.tool.tool.spec.kind == Kind::System))
}

/// What is known of a call.
pub(super) enum Told {
    /// How it went, or that it waits.
    Answer(Box<CallAnswer>),
    /// It was not carried out.
    Refused(String),
}

fn repeated(name: &str, seen: u32) -> String {
    let before = seen - 1;
    format!(
        "you have called `{name}` with these arguments {before} times already; nothing was done. Use the results you have, change the arguments, or answer"
    )
}

fn ended(scene: &Scene, mut step: Step, parts: Vec<Part>, is_error: bool, directive: Option<Directive>) -> Done {
    step.state = if is_error { StepState::Failed } else { StepState::Done };
    step.ended_at = Some(scene.app.clock().now());
    step.result = Some(kept_text(&parts));
    Done { step, parts: Some(parts), directive }
}

async fn ask(scene: &Scene, call: &ToolCall, step: &Step) -> Result<Told, Fault> {
    let Ok(agent) = scene.reach.through(&call.name) else {
        return Ok(Told::Refused(format!(
            "there is no tool `{}` here; use only the tools that you were given",
            call.name
        )));
    };
    if call.name == call::CONFIRM_TOOL && !scene.has_person {
        return Ok(Told::Refused(
            "nobody is here who could be asked: this was started by the clock. Nothing was done; say in your answer what a person has to confirm".to_owned(),
        ));
    }
    if call.name == call::CONFIRM_TOOL && is_own_question(scene, call).await? {
        return Ok(Told::Refused(
            "the person has not answered yet: ask them, end your turn, and wait for what they say".to_owned(),
        ));
    }
    let request = CallRequest {
        caller: scene.caller.clone(),
        tool: call.name.clone(),
        arguments: call.arguments.clone(),
        context: (*scene.context).clone(),
        established: (*scene.established).clone(),
        agent: agent.map(str::to_owned),
        channel: Some(scene.kept.channel),
        dry_run: false,
        idempotency_key: Some(key(scene.run, step)),
        source: "run",
        replay_of: None,
        cursor: None,
        fresh: false,
        confirmed: false,
        approved: false,
        webhook: None,
    };
    loop {
        match call::run(&scene.app, request.clone()).await {
            Ok(answer) if is_in_progress(&answer) => {
                // Whoever carried the run before is still at it, in this process or in another.
                tokio::time::sleep(std::time::Duration::from_millis(250)).await;
            }
            Ok(answer) => return Ok(Told::Answer(Box::new(answer))),
            Err(fault) if matches!(fault.kind, FaultKind::Unavailable | FaultKind::Internal) => return Err(fault),
            Err(fault) => return Ok(Told::Refused(fault.message)),
        }
    }
}

/// The key of a call: its place in its run.
pub(super) fn key(run: RunId, step: &Step) -> String {
    format!("{run}:{}:{}", step.seq, step.position)
}

/// Whether a question is answered by the run that asked it: nobody has said anything since, so it is the model's own
/// yes and not a person's.
async fn is_own_question(scene: &Scene, call: &ToolCall) -> Result<bool, Fault> {
    let ticket = call.arguments.get("ticket").and_then(Value::as_str).and_then(|text| text.trim().parse().ok());
    match ticket {
        Some(ticket) => Ok(scene.app.store().is_ticket_of_run(scene.run, ticket).await?),
        None => Ok(false),
    }
}

/// Whether another carries the same call out just now.
pub(super) fn is_in_progress(answer: &CallAnswer) -> bool {
    answer.state == State::Started && answer.error.as_ref().is_some_and(|error| error.code == "in_progress")
}

/// How an execution that was waited for went. None: it is waited for still.
pub(super) async fn known(app: &App, org: OrgId, execution: ExecutionId) -> Result<Option<Told>, Fault> {
    let row = app.store().ledger_row_by_id(org, execution).await?;
    let Some(row) = row else {
        return Ok(Some(Told::Refused("what became of this call is not on record any more".to_owned())));
    };
    if !row.execution.state.is_final() {
        return Ok(None);
    }
    call::outcome::answer(app, row, true).await.map(|answer| Some(Told::Answer(Box::new(answer))))
}

/// Whether the run lies down until somebody outside has done their part. A confirmation is the model's to ask for.
fn is_awaited(answer: &CallAnswer) -> bool {
    match &answer.pending {
        Some(pending) => pending.kind != TicketKind::Confirmation,
        None => matches!(answer.state, State::Parked),
    }
}

/// What the model reads of an answer; pictures are kept as documents.
async fn parts(scene: &Scene, answer: &CallAnswer) -> Result<Vec<Part>, Fault> {
    let mut content = Vec::with_capacity(answer.content.len());
    let mut kept: Option<Vec<Part>> = None;
    for (position, block) in answer.content.iter().enumerate() {
        content.push(match block {
            Block::Image { data, .. } => {
                let whose = (scene.caller.org_id, answer.execution_id, scene.kept.conversation);
                // Another kind of picture, or one that is too large: some models take it all the same.
                documents::keep_picture(&scene.app, whose, position, data).await?.unwrap_or_else(|| plain(block))
            }
            Block::ResourceLink { name, .. } => {
                // Only what this very execution gave is shown as a picture: anybody may write a link.
                let pictures = match &kept {
                    Some(pictures) => pictures,
                    None => {
                        let org = scene.caller.org_id;
                        kept.insert(documents::pictures(&scene.app, org, answer.execution_id).await?)
                    }
                };
                let is_it =
                    |part: &&Part| matches!(part, Part::Document { document, .. } if document.to_string() == *name);
                pictures.iter().find(is_it).cloned().unwrap_or_else(|| plain(block))
            }
            block => plain(block),
        });
    }
    Ok(whole(answer, content))
}

/// The same, with pictures as they are.
pub(super) fn plain_parts(answer: &CallAnswer) -> Vec<Part> {
    whole(answer, answer.content.iter().map(plain).collect())
}

fn plain(block: &Block) -> Part {
    match block {
        Block::Text { text } => Part::text(text.clone()),
        Block::Json { value } => Part::text(value.to_string()),
        Block::Image { data, mime_type } => Part::Image { media_type: mime_type.clone(), data: data.clone() },
        Block::Audio { mime_type, .. } => Part::text(format!("[a sound, {mime_type}]")),
        Block::Resource { uri, text: Some(text), .. } => Part::text(format!("[{uri}]\n{text}")),
        Block::Resource { uri, .. } => Part::text(format!("[a resource, {uri}]")),
        Block::ResourceLink { uri, name, .. } => Part::text(format!("[{name}]({uri})")),
    }
}

/// An answer with its content: why it failed, or what it says, what it has, and what was cut.
fn whole(answer: &CallAnswer, content: Vec<Part>) -> Vec<Part> {
    if let Some(error) = &answer.error {
        let mut told = json!({ "error": error.class, "code": error.code, "message": error.message });
        if let Some(map) = told.as_object_mut() {
            if let Some(details) = &error.details {
                map.insert("details".to_owned(), details.clone());
            }
            if let Some(action) = &error.alternative_action {
                map.insert("alternative_action".to_owned(), json!(action));
            }
            if error.retryable {
                map.insert("retryable".to_owned(), Value::Bool(true));
            }
        }
        return vec![Part::text(told.to_string())];
    }
    let mut parts = Vec::new();
    match (&answer.message, &answer.data) {
        (Some(message), Some(data)) => parts.push(Part::text(format!("{message}\n{data}"))),
        (None, Some(Value::String(text))) => parts.push(Part::text(text.clone())),
        (None, Some(data)) => parts.push(Part::text(data.to_string())),
        (Some(message), None) => parts.push(Part::text(message.clone())),
        (None, None) => {}
    }
    parts.extend(content);
    if let Some(cut) = &answer.truncated {
        let total = cut.total_bytes;
        let items = cut.total_items.map(|items| format!(", {items} items in all")).unwrap_or_default();
        parts.push(Part::text(format!("[cut: the whole result has {total} bytes{items}]")));
    }
    if parts.is_empty() {
        parts.push(Part::text("done"));
    }
    parts
}

/// What is kept of a result in its step.
pub(super) fn kept_text(parts: &[Part]) -> String {
    ChatMessage::User { content: parts.to_vec() }.text().chars().take(KEPT_RESULT).collect()
}
