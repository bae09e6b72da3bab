//! Writing down what happened, and telling whoever watches.

use callwright_guard::redact::Redactor;
use callwright_model::{
    Content, ControlEvent, ErrorClass, Outcome, Timestamp, ToolError,
    execution::{Event, Execution, Progress, Settlement, State},
    tool::Fallback,
};
use serde_json::Value;

use super::{
    CallAnswer,
    answer::{millis, state_of},
    aside::Frame,
    shape::{Cursor, Shaped, hide_arguments},
    work::Work,
};
use crate::{App, metering};

/// The record of `work` as it stands.
pub(super) fn row(work: &Work, state: State, outcome: Option<&Outcome>, ended_at: Option<Timestamp>) -> Execution {
    let compiled = work.tool();
    let spec = &compiled.tool.spec;
    let caller = &work.request.caller;
    let (output, error) = match outcome {
        Some(Outcome::Done(content)) => (Some(compiled.shaper.hide(content.clone())), None),
        Some(Outcome::Failed(error)) => (None, Some(error.clone())),
        None => (None, None),
    };
    // With a stubbed upstream it is known that nothing happened: the log must not hold anything up for it.
    let is_settled = state == State::Unknown && work.is_stubbed();
    let state = if is_settled { State::Failed } else { state };
    Execution {
        id: work.id,
        organization_id: caller.org_id,
        tool_id: compiled.tool.id,
        tool_name: spec.name.clone(),
        tool_version: compiled.version.clone(),
        tool_revision: compiled.tool.revision,
        kind: spec.kind,
        effect: spec.effect,
        state,
        agent_id: work.found.agent.as_ref().map(|agent| agent.id),
        user_id: Some(caller.user_id),
        token_id: Some(caller.token_id),
        call_id: work.call_id(),
        conversation_id: work.context.text("conversation_id"),
        channel: work.channel,
        source: work.request.source.to_owned(),
        intent_key: work.request.idempotency_key.clone(),
        args_hash: work.args_hash.clone(),
        input: shown_arguments(work),
        output,
        error,
        attempts: work.attempts(),
        dry_run: work.request.dry_run,
        replay_of: work.request.replay_of,
        request_id: caller.request_id.clone(),
        node_id: Some(work.node_id),
        settled: is_settled.then_some(Settlement::Failed),
        received_at: work.received_at,
        started_at: work.started_at,
        ended_at,
        duration_ms: ended_at.map(|_| millis(work.begun.elapsed())),
        passage: work.passage(),
    }
}

/// The arguments as people may see them.
pub(super) fn shown_arguments(work: &Work) -> Value {
    // Only bound arguments can carry a secret into the log.
    let redactor =
        (!work.tool().bound.is_empty() && !work.secrets.is_empty()).then(|| Redactor::new(work.secrets.values()));
    hide_arguments(&work.arguments, &work.tool().tool.spec.redact, redactor.as_ref())
}

/// Records an execution that ended before anything could be sent.
pub(super) async fn refused(app: &App, work: &Work, error: ToolError) -> CallAnswer {
    let outcome = Outcome::Failed(apply_fallback(work, error));
    behind(app, ended(app, work, &outcome)).await;
    CallAnswer::new(work, outcome)
}

/// Records a rehearsal.
pub(super) async fn rehearsed(app: &App, work: &Work, result: Result<Value, ToolError>) -> CallAnswer {
    let (outcome, request) = match result {
        Ok(request) => {
            let content = Content { message: Some("nothing was sent".to_owned()), ..Content::json(request.clone()) };
            (Outcome::Done(content), Some(request))
        }
        Err(error) => (Outcome::Failed(error), None),
    };
    behind(app, ended(app, work, &outcome)).await;
    let mut answer = CallAnswer::new(work, outcome);
    answer.data = None;
    answer.meta.request = request;
    answer
}

/// Records a read behind its answer.
pub(super) async fn read(app: &App, work: &Work, outcome: Result<Shaped, ToolError>) -> CallAnswer {
    let (outcome, whole) = settle_content(work, outcome);
    if let Some(whole) = whole {
        keep_whole(app, work, whole);
    }
    behind(app, ended(app, work, &outcome)).await;
    CallAnswer::new(work, outcome)
}

/// The outcome with the cursor and the fallback filled in, and the whole result when it was cut.
pub(super) fn settle_content(work: &Work, outcome: Result<Shaped, ToolError>) -> (Outcome, Option<Content>) {
    match outcome {
        Err(error) => (Outcome::Failed(apply_fallback(work, error)), None),
        Ok(mut shaped) => {
            let max_bytes = work.tool().shaper.max_bytes();
            if let Some(cut) = &mut shaped.content.truncated {
                cut.cursor = cut
                    .cursor
                    .take()
                    .and_then(|offset| offset.parse().ok())
                    .map(|offset| Cursor { execution: work.id, offset, max_bytes }.encode());
            }
            (Outcome::Done(shaped.content), shaped.whole)
        }
    }
}

/// Keeps a cut result, sealed, so that the rest can be fetched.
pub(super) fn keep_whole(app: &App, work: &Work, whole: Content) {
    let (app, org, id) = (app.clone(), work.request.caller.org_id, work.id);
    app.clone().spawn(async move {
        let kept = async {
            let bytes = serde_json::to_vec(&whole).map_err(callwright_model::Fault::internal)?;
            let sealed = app.vault().seal(org, &bytes).await?;
            let expires_at = app.clock().now().plus(app.settings().result_ttl);
            app.store().put_result(org, id, &sealed, expires_at).await.map_err(callwright_model::Fault::from)
        };
        if let Err(error) = kept.await {
            tracing::warn!(execution = %id, ?error, "the rest of a cut result could not be kept");
        }
    });
}

fn ended(app: &App, work: &Work, outcome: &Outcome) -> Box<Execution> {
    let execution = Box::new(row(work, state_of(outcome), Some(outcome), Some(app.clock().now())));
    announce_end(app, work, &execution);
    execution
}

/// Waits only for room in the queue, never for the database.
async fn behind(app: &App, execution: Box<Execution>) {
    let id = execution.id;
    if let Err(error) = app.store().record_read(execution).await {
        tracing::error!(execution = %id, %error, "an execution could not be recorded");
    }
}

/// Tells watchers and meters that an execution ended.
pub(super) fn announce_end(app: &App, work: &Work, execution: &Execution) {
    let class = execution.error.as_ref().map(|error| error.class);
    if work.is_trial() {
        return announce(app, execution);
    }
    metering::executed(execution.kind, execution.state, class, work.begun.elapsed().as_secs_f64());
    announce(app, execution);
}

/// Tells whoever carries the call or watches it what is to be done.
pub(super) fn steered(app: &App, work: &Work, event: &ControlEvent) {
    let org = work.request.caller.org_id;
    // Who only says which conversation it is steers nobody's.
    if work.context.verified.contains_key("conversation_id") {
        app.controls().publish(org, event);
    }
    if work.aside.watcher.is_none() && !app.live().is_watched() {
        return;
    }
    let progress = Progress::Control { control: event.to_value() };
    if let Some(watcher) = &work.aside.watcher {
        watcher.tell(Frame::Progress(progress.clone()));
    }
    if app.live().is_watched() {
        app.live().publish(org, Event::Progress { execution_id: work.id, progress });
    }
}

/// Tells watchers that a read has begun; it has no row until it ends.
pub(super) fn begun(app: &App, work: &Work) {
    work.tell_begun();
    if app.live().is_watched() {
        announce(app, &row(work, State::Received, None, None));
    }
}

/// Tells watchers how an execution stands.
pub(super) fn announce(app: &App, execution: &Execution) {
    if app.live().is_watched() {
        app.live().publish(execution.organization_id, Event::Execution { execution: Box::new(execution.clone()) });
    }
}

/// What the tool's author wants said and done when it fails.
pub(super) fn apply_fallback(work: &Work, mut error: ToolError) -> ToolError {
    let Some(fallback) = &work.tool().tool.spec.fallback else { return error };
    let Fallback { message, alternative_action, require_human, by_class } = fallback;
    let special = by_class.get(&error.class);
    if let Some(message) = special.and_then(|s| s.message.as_ref()).or(message.as_ref()) {
        error.spoken.clone_from(message);
    }
    if let Some(action) = special.and_then(|s| s.alternative_action.as_ref()).or(alternative_action.as_ref()) {
        error.alternative_action = Some(action.clone());
    }
    if let Some(required) = special.and_then(|s| s.require_human).or(*require_human) {
        error.require_human = required;
    }
    error
}

/// A read under way. Dropped before it ended (the caller hung up), it is recorded as cancelled.
pub(super) struct Unfinished<'a> {
    app: &'a App,
    work: &'a Work,
    ended: bool,
}

impl<'a> Unfinished<'a> {
    pub(super) fn new(app: &'a App, work: &'a Work) -> Self {
        Self { app, work, ended: false }
    }

    pub(super) fn ended(mut self) {
        self.ended = true;
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if !self.ended {
            let error =
                ToolError::new(ErrorClass::Cancelled, "caller_gone", "the caller hung up before the answer came");
            let execution = ended(self.app, self.work, &Outcome::Failed(error));
            let app = self.app.clone();
            self.app.spawn(async move { behind(&app, execution).await });
        }
    }
}
