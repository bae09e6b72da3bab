//! Whether a step of a call may be done, and by whom it would be acted on.

use callwright_model::id::IdKind;
use callwright_model::{
    ErrorClass, Fault, ToolError,
    account::Caller,
    agent::Agent,
    context::CallContext,
    id::{ThreadId, ToolId, kind},
};
use callwright_tools::{Cleared, ControlAsk};
use serde_json::Value;

use super::MOST_HANDOFFS;
use crate::{App, agents};

/// Who asks for a step, and where.
pub(crate) struct Ask<'a> {
    pub caller: &'a Caller,
    /// The agent that does it.
    pub agent: Option<&'a Agent>,
    pub tool: ToolId,
    pub context: &'a CallContext,
    /// It is a step of a run, which obeys it itself.
    pub is_run: bool,
}

/// Clears a step. The inner error is for the model to read; nothing was done then.
pub(crate) async fn clear(app: &App, step: &ControlAsk<'_>, ask: Ask<'_>) -> Result<Result<Cleared, ToolError>, Fault> {
    if !step.is_carried && !is_acted_on(app, step, &ask) {
        return Ok(Err(nobody()));
    }
    if let Some(most) = step.max_skips
        && let Err(error) = skips(app, &ask, most).await?
    {
        return Ok(Err(error));
    }
    let Some(wanted) = step.agent else { return Ok(Ok(Cleared::default())) };
    Ok(successor(app, &ask, wanted).await?.map(|agent| Cleared { agent: Some((agent.id, agent.name)) }))
}

/// Whether anybody acts on a step of a tool that does not say who: the run itself, where the step is the conversation's;
/// whoever carries the call or the conversation that the context names; whoever listens on it here.
fn is_acted_on(app: &App, step: &ControlAsk<'_>, ask: &Ask<'_>) -> bool {
    let is_the_runs = !matches!(step.action, "transfer_to_number" | "play_dtmf");
    if ask.is_run && is_the_runs {
        return true;
    }
    if ask.agent.is_some_and(|agent| matches!(super::webhook_of(agent), Ok(Some(_)))) {
        return true;
    }
    let context = ask.context;
    if context.text("call_sid").or_else(|| context.text("call_id")).is_some() {
        return true;
    }
    let Some(conversation) = context.text("conversation_id") else { return false };
    // A thread counts as its own conversation where there is no other; nobody carries it.
    let is_thread = conversation.starts_with(kind::Thread::PREFIX) && conversation.parse::<ThreadId>().is_ok();
    !is_thread || app.controls().is_heard(ask.caller.org_id, &conversation)
}

fn nobody() -> ToolError {
    ToolError::new(
        ErrorClass::NotFound,
        "no_call",
        "nothing was done: there is neither a call nor a conversation that this could act on. Name one in the context (`call_sid` or `conversation_id`), or give the tool a `webhook` or a `driver`",
    )
}

/// Refuses a step that was done too often in a row: without another tool, and without a word of the agent, in between.
async fn skips(app: &App, ask: &Ask<'_>, most: u32) -> Result<Result<(), ToolError>, Fault> {
    let Some(conversation) = ask.context.text("conversation_id") else { return Ok(Ok(())) };
    let thread = ask.context.verified.get("thread_id").and_then(Value::as_str).and_then(|text| text.parse().ok());
    let since = match thread {
        Some(thread) => app.store().last_words_at(ask.caller.org_id, thread).await?,
        None => None,
    };
    let done = app.store().done_in_a_row(ask.caller.org_id, &conversation, ask.tool, since, most).await?;
    if done < most {
        return Ok(Ok(()));
    }
    Ok(Err(ToolError::new(
        ErrorClass::ValidationError,
        "too_many_skips",
        format!("you have said nothing {done} times in a row, and more is not allowed; say something now"),
    )))
}

/// The agent that is to take over.
async fn successor(app: &App, ask: &Ask<'_>, wanted: &str) -> Result<Result<Agent, ToolError>, Fault> {
    let error = |class, code: &str, message: String| Ok(Err(ToolError::new(class, code, message)));
    let Some(agent) = agents::find(app, ask.caller.org_id, wanted).await? else {
        let message = format!("the agent `{wanted}` does not exist any more; nothing was done");
        return error(ErrorClass::NotFound, "agent_not_found", message);
    };
    if !agents::may_run(app, ask.caller, &agent).await? {
        let message = format!("the agent `{}` was not shared with whoever talks here; nothing was done", agent.name);
        return error(ErrorClass::PermissionError, "agent_not_allowed", message);
    }
    if ask.agent.is_some_and(|own| own.id == agent.id) {
        return error(ErrorClass::ValidationError, "same_agent", "this is you already; go on yourself".to_owned());
    }
    let handed = ask.context.verified.get("handoffs").and_then(Value::as_u64).unwrap_or_default();
    if handed >= u64::from(MOST_HANDOFFS) {
        let message =
            format!("the conversation was handed on {handed} times without a word of the person; answer yourself");
        return error(ErrorClass::ValidationError, "too_many_handoffs", message);
    }
    Ok(Ok(agent))
}
