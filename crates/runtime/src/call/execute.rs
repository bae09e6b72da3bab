//! Handing the call to the executor of its kind, and looking after it while it runs.

use std::borrow::Cow;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use callwright_guard::Redactor;
use callwright_model::{
    Block, Content, ErrorClass, Fault, FaultKind, Outcome, ToolError,
    execution::{Attempt, Event, Progress, SandboxReport},
    id::{ExecutionId, OrgId},
    secret::SecretString,
    tool::{BusinessConfig, Effect, McpConfig},
};
use callwright_tools::{
    Cleared, ControlAsk, ExecCx, Freshness, Listener, NestedRun, OauthClient, Ports, PreparedCall, Validators,
    mcp::Lease,
};
use callwright_vault::OauthRequest;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

use super::{
    CallAnswer, admit,
    aside::Frame,
    cached::Exchange,
    claim,
    insist::insist,
    late::{self, Stage},
    nested, record,
    shape::Shaped,
    speech,
    work::Work,
};
use crate::{App, behind, business, control, documents, mcp};

/// What an executor gets beyond its deadline to come back by itself.
const GRACE: Duration = Duration::from_millis(500);

/// Carries a read out. It is recorded behind the answer; dropped on the way (the caller hung up), it is recorded
/// as cancelled.
pub(super) async fn read(app: &App, work: Box<Work>) -> Result<CallAnswer, Fault> {
    record::begun(app, &work);
    let unfinished = record::Unfinished::new(app, &work);
    let running = pin!(async {
        match admit::admit(app, &work).await {
            Ok(pass) => {
                let outcome = run(app, &work, None).await?;
                pass.ended(outcome.as_ref().err());
                Ok::<_, Fault>(outcome)
            }
            Err(error) => Ok(Err(error)),
        }
    });
    let outcome = match speech::during(app, &work, running).await {
        Ok(outcome) => outcome,
        // Its caller may have been answered already; then somebody asks the row for the outcome.
        Err(fault) if work.late.is_some() => {
            tracing::error!(execution = %work.id, ?fault, "an executor broke");
            Err(claim::broken(&work))
        }
        Err(fault) => return Err(fault),
    };
    let answer = ended(app, &work, outcome).await;
    unfinished.ended();
    Ok(answer)
}

/// Records a read that has ended.
pub(super) async fn ended(app: &App, work: &Work, outcome: Result<Shaped, ToolError>) -> CallAnswer {
    speech::ended(app, work, &outcome);
    match late::ends(work.late.as_ref()).await {
        // Its caller was answered; it has a row, and whoever asks for the outcome looks there.
        Stage::Late => Box::pin(claim::late_read(app, work, outcome)).await,
        _ => record::read(app, work, outcome).await,
    }
}

/// Shows what would be sent.
pub(super) async fn rehearse(app: &App, work: Box<Work>) -> CallAnswer {
    let ports = CallPorts::new(app, &work);
    let cancel = CancellationToken::new();
    let cx =
        ExecCx { guard: work.way_out(app), python: app.python(), clock: app.clock(), ports: &ports, cancel: &cancel };
    let result = work.tool().executor.rehearse(&cx, &prepared(app, &work));
    record::rehearsed(app, &work, result).await
}

/// Runs the executor and shapes its result. The inner error is a failure that the model reads. With an `exchange` the
/// answer may be the word that a kept one still holds; the result is empty then.
pub(super) async fn run(
    app: &App,
    work: &Work,
    exchange: Option<&Exchange>,
) -> Result<Result<Shaped, ToolError>, Fault> {
    let cancel = CancellationToken::new();
    app.inflight().enter(work.request.caller.org_id, work.id, cancel.clone());
    let _leave = Leave(app, work.id);
    let ports = CallPorts { exchange, ..CallPorts::new(app, work) };
    let cx =
        ExecCx { guard: work.way_out(app), python: app.python(), clock: app.clock(), ports: &ports, cancel: &cancel };
    let call = prepared(app, work);
    let running = work.tool().executor.execute(&cx, &call);
    let outcome = match tokio::time::timeout_at(work.deadline + GRACE, running).await {
        Ok(outcome) => outcome?,
        Err(_) => Outcome::Failed(overdue(work)),
    };
    Ok(match outcome {
        // The upstream has only taken the request on: the result that is shaped comes later.
        Outcome::Done(_) if work.ends_later() => Ok(Shaped { content: Content::default(), whole: None }),
        Outcome::Done(content) if exchange.is_some_and(Exchange::is_confirmation) => {
            Ok(Shaped { content, whole: None })
        }
        Outcome::Done(content) => {
            keep_resources(app, work, &content).await;
            shape(work, content)
        }
        Outcome::Failed(error) => Err(error),
    })
}

/// Makes a result of what an executor gave. A write whose answer cannot be read was done all the same: told as a failure, it
/// would be done again.
pub(super) fn shape(work: &Work, content: Content) -> Result<Shaped, ToolError> {
    match work.tool().shaper.shape(content) {
        Err(error)
            if work.effect() != Effect::Read && matches!(error.code.as_str(), "answer_schema" | "projection") =>
        {
            let message = format!(
                "this was carried out, but its answer cannot be read: {}. Do not call it again for that",
                error.message
            );
            Ok(Shaped { content: Content { message: Some(message), ..Content::default() }, whole: None })
        }
        shaped => shaped,
    }
}

/// Room for the resources that are held while the database is away, in bytes.
static ROOM: Semaphore = Semaphore::const_new(64 << 20);

/// Keeps the resources that a result has as documents, unless nothing real has happened. The result is there: where they
/// cannot be kept because the database is away, it is given without them, and they are kept behind it, as far as there is
/// room to hold them until then.
async fn keep_resources(app: &App, work: &Work, content: &Content) {
    let has_any = content.blocks.iter().any(|block| matches!(block, Block::Resource { .. }));
    if !has_any || work.is_stubbed() {
        return;
    }
    let conversation = work.conversation().and_then(|id| id.parse().ok());
    let whose = (work.request.caller.org_id, work.id, conversation);
    let Err(fault) = documents::keep_resources(app, whose, &content.blocks).await else { return };
    let held = if fault.kind == FaultKind::Unavailable { held(&content.blocks, &ROOM) } else { None };
    let Some((blocks, room)) = held else {
        tracing::error!(execution = %work.id, ?fault, "the resources of a result could not be kept");
        return;
    };
    let app = app.clone();
    app.clone().spawn(async move {
        let (then, id) = (app.clone(), whose.1);
        behind::surely(&app, "the resources of a result could not be kept", id, move || {
            let (app, blocks, _room) = (then.clone(), blocks.clone(), &room);
            async move {
                match documents::keep_resources(&app, whose, &blocks).await {
                    Err(fault) if fault.kind != FaultKind::Unavailable => {
                        tracing::error!(execution = %id, ?fault, "the resources of a result could not be kept");
                        Ok(())
                    }
                    kept => kept,
                }
            }
        })
        .await;
    });
}

/// The resources among `blocks`, each at its place, to be held as long as there is room for them.
fn held<'r>(blocks: &[Block], room: &'r Semaphore) -> Option<(Arc<[Block]>, SemaphorePermit<'r>)> {
    let size = |block: &Block| match block {
        Block::Resource { text, blob, .. } => [text, blob].into_iter().flatten().map(String::len).sum(),
        _ => 0,
    };
    let bytes: usize = blocks.iter().map(size).sum();
    let room = room.try_acquire_many(u32::try_from(bytes).ok()?).ok()?;
    let resources = blocks.iter().map(|block| match block {
        Block::Resource { .. } => block.clone(),
        _ => Block::Text { text: String::new() },
    });
    Some((resources.collect(), room))
}

/// What a printed line means: `::progress 3/10 reading` tells how far the code is, anything else is a line of its log.
fn printed(line: String) -> Progress {
    let part = line.strip_prefix("::progress ").and_then(|rest| {
        let (figures, message) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
        let (done, total) = match figures.split_once('/') {
            Some((done, total)) => (done, Some(total.parse::<f64>().ok().filter(|total| total.is_finite())?)),
            None => (figures, None),
        };
        let done = done.parse::<f64>().ok().filter(|done| done.is_finite() && *done >= 0.0)?;
        let message = Some(message.trim()).filter(|message| !message.is_empty()).map(str::to_owned);
        Some(Progress::Part { done, total, message })
    });
    part.unwrap_or(Progress::Log { line })
}

/// The executor did not come back in time. Whether it sent anything is not known.
fn overdue(work: &Work) -> ToolError {
    let spec = &work.tool().tool.spec;
    if spec.effect == Effect::Read || spec.repeatable {
        ToolError::new(ErrorClass::TimeoutError, "deadline", "the tool did not answer in time")
    } else {
        ToolError::new(
            ErrorClass::OutcomeUnknown,
            "deadline",
            "the tool did not answer in time and it is not known whether it acted; do not call it again for this until somebody has checked",
        )
    }
}

pub(super) fn prepared<'a>(app: &App, work: &'a Work) -> PreparedCall<'a> {
    let spec = &work.tool().tool.spec;
    PreparedCall {
        execution_id: work.id,
        arguments: Cow::Borrowed(&work.arguments),
        org: work.request.caller.org_id,
        context: Cow::Borrowed(&work.context),
        secrets: Cow::Borrowed(&work.secrets),
        extra: work.extra(app.clock().now()),
        intent_key: work.upstream_key(),
        policy: Cow::Borrowed(&spec.policy),
        effect: spec.effect,
        repeatable: spec.repeatable,
        deadline: work.deadline,
    }
}

pub(super) struct Leave<'a>(pub(super) &'a App, pub(super) ExecutionId);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.0.inflight().leave(self.1);
    }
}

/// What the corridor does for an executor while it works.
struct CallPorts<'a> {
    app: &'a App,
    org: OrgId,
    id: ExecutionId,
    attempts: Arc<Mutex<Vec<Attempt>>>,
    exchange: Option<&'a Exchange>,
    work: &'a Work,
}

impl<'a> CallPorts<'a> {
    fn new(app: &'a App, work: &'a Work) -> Self {
        Self {
            app,
            org: work.request.caller.org_id,
            id: work.id,
            attempts: work.attempts.clone(),
            exchange: None,
            work,
        }
    }
}

#[async_trait]
impl Ports for CallPorts<'_> {
    fn emit(&self, progress: Progress) {
        if let Some(watcher) = &self.work.aside.watcher {
            watcher.tell(Frame::Progress(progress.clone()));
        }
        // Nobody is on the line of a stubbed test: whoever carries calls must not act on it.
        if self.app.live().is_watched() && !self.work.is_stubbed() {
            self.app.live().publish(self.org, Event::Progress { execution_id: self.id, progress });
        }
    }

    fn attempt(&self, attempt: Attempt) {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner).push(attempt);
    }

    fn sandboxed(&self, report: SandboxReport) {
        *self.work.sandbox.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
    }

    fn printed(&self) -> Option<Listener> {
        let watcher = self.work.aside.watcher.clone();
        let live = self.app.live().is_watched() && !self.work.is_stubbed();
        if watcher.is_none() && !live {
            return None;
        }
        let (app, org, execution_id) = (self.app.clone(), self.org, self.id);
        let hide = Redactor::new(self.work.secrets.values());
        Some(Arc::new(move |line| {
            let progress = printed(hide.text(line));
            if let Some(watcher) = &watcher {
                watcher.tell(Frame::Progress(progress.clone()));
            }
            if live {
                app.live().publish(org, Event::Progress { execution_id, progress });
            }
        }))
    }

    fn validators(&self) -> Option<Validators> {
        self.exchange.map(Exchange::validators)
    }

    fn heard(&self, freshness: Freshness) {
        if let Some(exchange) = self.exchange {
            exchange.heard(freshness);
        }
    }

    async fn business(&self, config: &BusinessConfig, call: &PreparedCall<'_>) -> Result<Outcome, Fault> {
        let ask = business::Ask {
            caller: &self.work.request.caller,
            execution: self.id,
            arguments: &call.arguments,
            is_stubbed: self.work.is_stubbed(),
        };
        insist(self.work, || business::run(self.app, config, ask)).await
    }

    async fn control(&self, step: &ControlAsk<'_>, _: &PreparedCall<'_>) -> Result<Result<Cleared, ToolError>, Fault> {
        if self.work.is_stubbed() {
            // Nobody is on the line, and nobody takes over.
            return Ok(Ok(Cleared::default()));
        }
        let ask = control::Ask {
            caller: &self.work.request.caller,
            agent: self.work.found.agent.as_deref(),
            tool: self.work.tool().tool.id,
            context: &self.work.context,
            is_run: self.work.request.source == "run",
        };
        control::clear(self.app, step, ask).await
    }

    async fn mcp_session(&self, config: &McpConfig) -> Result<Result<Lease, ToolError>, Fault> {
        if self.work.is_stubbed() {
            let message = "a tool of an MCP server cannot be played in a test; test it with real calls";
            return Ok(Err(ToolError::new(ErrorClass::UnknownError, "not_stubbed", message)));
        }
        let agent = self.work.found.agent.as_ref().map(|agent| agent.id);
        Box::pin(mcp::session(self.app, self.org, agent, config)).await
    }

    async fn begin_run(&self, run: NestedRun) -> Result<Outcome, Fault> {
        insist(self.work, || nested::begin(self.app, self.work, run.clone())).await
    }

    async fn oauth_token(&self, client: OauthClient, stale: Option<SecretString>) -> Result<SecretString, ToolError> {
        if let Some(stub) = self.work.stub() {
            return callwright_tools::stub::access_token(&stub.guard, &client, stale.is_some());
        }
        let request = OauthRequest {
            org: self.org,
            token_url: client.token_url,
            client_id: client.client_id,
            client_secret: client.client_secret,
            scopes: client.scopes,
            audience: client.audience,
            client_auth: client.client_auth,
            issuer: None,
        };
        self.app.vault().oauth_token(request, stale.as_ref()).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_held_at_their_places_while_there_is_room() {
        let text = |text: &str| Block::Text { text: text.to_owned() };
        let resource = Block::Resource {
            uri: "file:///a".to_owned(),
            mime_type: None,
            text: Some("12345".to_owned()),
            blob: None,
        };
        let room = Semaphore::new(8);
        let (blocks, one) = held(&[text("long ago"), resource.clone()], &room).unwrap();
        assert_eq!(*blocks, [text(""), resource.clone()]);
        assert!(held(std::slice::from_ref(&resource), &room).is_none(), "5 of 8 are taken");
        drop(one);
        assert!(held(&[resource], &room).is_some());
    }

    #[test]
    fn a_printed_line_may_tell_how_far_the_code_is() {
        let part = |line: &str| match printed(line.to_owned()) {
            Progress::Part { done, total, message } => Some((done, total, message)),
            _ => None,
        };
        assert_eq!(part("::progress 3/10 reading"), Some((3.0, Some(10.0), Some("reading".to_owned()))));
        assert_eq!(part("::progress 0.5"), Some((0.5, None, None)));
        for line in ["::progress", "::progress x/2", "::progress -1/2", "::progress 1/nan", "progress 1/2", "1/2"] {
            assert_eq!(part(line), None, "{line}");
        }
    }
}
