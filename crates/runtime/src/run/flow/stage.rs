//! Carrying one step of a workflow out, or one item of it.
//!
//! A tool is an execution under a key of its place in the run. An agent is a run of its own under such a key: a carrier
//! that begins again finds the same one. What is tried again is noted before it is tried, so that nothing is done under
//! two keys.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use callwright_expr::{Scope, ValueTemplate};
use callwright_model::{
    Block, ErrorClass, Fault, FaultKind, Object, ToolError,
    account::Caller,
    chat::Usage,
    context::CallContext,
    execution::State,
    run::{Run, RunEvent, Step, StepState},
    tool::Trust,
    workflow::StepRetry,
};
use callwright_store::{
    job::JobFence,
    run::{FlowSettled, RunRow},
};
use serde_json::{Value, json};

use super::{book::usage_of, say};
use crate::{
    App,
    call::{self, CallAnswer, CallRequest},
    run::{
        carry::Halt,
        kept::Kept,
        tools::{self, Told},
    },
};

/// The most bytes of the result of one step or item.
const MOST_OUTPUT: usize = 1024 * 1024;
/// What is shown of the arguments of a step.
const SHOWN_ARGUMENTS: usize = 32 * 1024;
/// The longest that is waited before a step is tried again.
const MOST_PAUSE: Duration = Duration::from_secs(60);

/// What all steps of a run share.
#[derive(Clone)]
pub(super) struct Stage {
    pub app: App,
    pub fence: JobFence,
    pub row: Arc<RunRow>,
    pub caller: Caller,
    pub kept: Arc<Kept>,
    pub established: Arc<Object>,
}

/// What is to be done for a step or an item.
pub(super) enum Deed {
    /// Call a tool.
    Tool { tool: String, arguments: Value },
    /// Run an agent.
    Agent { agent: String, message: String, context: Object },
}

/// Fills a template in from a document; `item` are names that stand beside it.
pub(super) fn render(
    template: &ValueTemplate,
    document: &Value,
    item: &Object,
) -> Result<Value, callwright_expr::Error> {
    with_scope(document, item, |scope| template.render(scope))
}

/// Something that needs a scope over a document.
pub(super) fn with_scope<T>(document: &Value, item: &Object, work: impl FnOnce(&Scope<'_>) -> T) -> T {
    let (nothing, context, secrets) = (Object::new(), CallContext::default(), BTreeMap::new());
    work(&Scope {
        parameters: item,
        context: &context,
        trust: Trust::Client,
        secrets: &secrets,
        extra: document.as_object().unwrap_or(&nothing),
    })
}

/// What stands in place of the result of a step that failed.
pub(super) fn failure(class: ErrorClass, code: &str, message: &str) -> Value {
    json!({ "success": false, "error": message, "code": code, "class": class })
}

impl Stage {
    pub(super) fn run(&self) -> &Run {
        &self.row.run
    }

    /// Keeps rows, and tells whether somebody wants the run to stop.
    pub(super) async fn keep(&self, steps: Vec<Step>, ended: u32) -> Result<(), Halt> {
        let settled = self.settled(steps, ended);
        self.tell(&settled.steps);
        let held = self.app.store().settle_flow(self.fence, settled).await?;
        if held.cancel { Err(Halt::Cancelled) } else { Ok(()) }
    }

    pub(super) fn settled(&self, steps: Vec<Step>, ended: u32) -> FlowSettled {
        let usage: Usage = usage_of(&steps);
        FlowSettled { run: self.run().id, steps, ended, usage, now: self.app.clock().now() }
    }

    pub(super) fn tell(&self, steps: &[Step]) {
        let runs = self.app.runs();
        if runs.is_watched(self.run().id) {
            for step in steps {
                runs.tell(self.run().id, RunEvent::Step { step: Box::new(step.clone()) });
            }
        }
    }

    /// Does what a step, or an item of it, is for; as far as it goes. The row says how it stands.
    pub(super) async fn act(&self, mut step: Step, deed: &Deed, retry: StepRetry) -> Result<Step, Halt> {
        loop {
            let again = match deed {
                Deed::Tool { tool, arguments } => self.call(&mut step, tool, arguments).await?,
                Deed::Agent { agent, message, context } => self.child(&mut step, agent, message, context).await?,
            };
            let Some(pause) = again.filter(|_| step.retries + 1 < retry.max_attempts) else { break };
            step.retries += 1;
            (step.state, step.child_run_id) = (StepState::Open, None);
            // Noted first: a carrier that begins again goes on under the same key.
            self.keep(vec![step.clone()], 0).await?;
            let delay = Duration::from_millis(retry.delay_ms.into()).max(pause).min(MOST_PAUSE);
            tokio::time::sleep(delay).await;
        }
        if step.state.is_settled() {
            step.ended_at = Some(self.app.clock().now());
            if step.output.as_ref().is_some_and(|output| output.to_string().len() > MOST_OUTPUT) {
                let message = format!("its result has more than {MOST_OUTPUT} bytes");
                fail(&mut step, ErrorClass::ValidationError, "too_large", &message);
            }
        }
        Ok(step)
    }

    /// Calls a tool. Some: it is known that nothing was done, and after this pause it may be tried again.
    async fn call(&self, step: &mut Step, tool: &str, arguments: &Value) -> Result<Option<Duration>, Halt> {
        let org = self.caller.org_id;
        let told = match (step.state, step.execution_id) {
            // What waited is asked after, not asked for again: a refusal has freed its key.
            (StepState::Waiting, Some(execution)) => tools::known(&self.app, org, execution).await?,
            _ => Some(self.ask(step, tool, arguments).await?),
        };
        let answer = match told {
            None => return Ok(None),
            Some(Told::Refused(why)) => {
                fail(step, ErrorClass::ValidationError, "refused", &why);
                return Ok(None);
            }
            Some(Told::Answer(answer)) => *answer,
        };
        step.execution_id = Some(answer.execution_id);
        // There is no model here that could ask a person: all that waits is waited for.
        if answer.pending.is_some() || answer.state == State::Parked {
            step.state = StepState::Waiting;
            return Ok(None);
        }
        if answer.success {
            step.state = StepState::Done;
            step.note = answer.truncated.as_ref().map(|cut| {
                format!("the result was cut: the whole has {} bytes (`result.max_bytes` of the tool)", cut.total_bytes)
            });
            step.output = Some(result_of(answer));
            return Ok(None);
        }
        let error = answer.error.unwrap_or_else(|| {
            ToolError::new(ErrorClass::UnknownError, "failed", "the tool failed and did not say why")
        });
        fail(step, error.class, &error.code, &error.message);
        let may_again = error.retryable && matches!(answer.state, State::Failed | State::Released);
        Ok(may_again.then(|| Duration::from_millis(error.retry_after_ms.unwrap_or_default())))
    }

    async fn ask(&self, step: &Step, tool: &str, arguments: &Value) -> Result<Told, Halt> {
        let place = format!("{}:{}:{}", self.run().id, step.seq, step.position);
        let request = CallRequest {
            caller: self.caller.clone(),
            tool: tool.to_owned(),
            arguments: arguments.clone(),
            context: self.kept.context.clone(),
            established: (*self.established).clone(),
            agent: None,
            channel: Some(self.kept.channel),
            dry_run: false,
            idempotency_key: Some(match (step.retries, step.execution_id) {
                (0, _) | (_, None) => place,
                // The one before is known to have failed with nothing done.
                (_, Some(failed)) => format!("{place}:{failed}"),
            }),
            source: "workflow",
            replay_of: None,
            cursor: None,
            fresh: false,
            confirmed: false,
            approved: false,
            webhook: None,
        };
        loop {
            // On the heap: the corridor is long, and the stack of a worker is not.
            match Box::pin(call::run(&self.app, request.clone())).await {
                Ok(answer) if tools::is_in_progress(&answer) => {
                    // Whoever carried the run before is still at it, in this process or in another.
                    tokio::time::sleep(Duration::from_millis(250)).await;
                }
                Ok(answer) => return Ok(Told::Answer(Box::new(answer))),
                Err(fault) if is_ours(&fault) => return Err(fault.into()),
                Err(fault) => return Ok(Told::Refused(fault.message)),
            }
        }
    }
}

/// Whether a fault says nothing about the step: our own, or of the moment.
pub(super) fn is_ours(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Unavailable | FaultKind::Internal)
}

pub(super) fn fail(step: &mut Step, class: ErrorClass, code: &str, message: &str) {
    step.state = StepState::Failed;
    step.note = Some(message.chars().take(2_000).collect());
    step.output = Some(failure(class, code, message));
}

/// What is shown of what a step was given.
pub(super) fn shown_arguments(arguments: &Value) -> Option<Value> {
    (arguments.to_string().len() <= SHOWN_ARGUMENTS).then(|| arguments.clone())
}

/// What later steps find of an answer.
pub(in crate::run) fn result_of(answer: CallAnswer) -> Value {
    if let Some(data) = answer.data {
        return data;
    }
    let texts: Vec<&str> = answer
        .content
        .iter()
        .filter_map(|block| match block {
            Block::Text { text } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    match (texts.is_empty(), answer.message) {
        (false, _) => Value::String(texts.join("\n")),
        (true, Some(message)) => Value::String(message),
        (true, None) => Value::Null,
    }
}

/// What an agent is told that has no role: a text, or a value as JSON.
pub(super) fn message_of(params: &Value) -> (String, Object) {
    let message = params.get("message").map(say::shown).unwrap_or_default();
    let context = params.get("context").and_then(Value::as_object).cloned().unwrap_or_default();
    (message, context)
}
