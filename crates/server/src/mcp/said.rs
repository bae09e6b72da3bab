//! What a person said to a question about a ticket, and how what they agreed to goes on: here, at another node, or because
//! another request has passed the word on.
//!
//! Once somebody has agreed, nothing of this may end in an error: a call that is told as failed is made again.

use std::time::Duration;

use callwright_model::{
    Fault, FaultKind, Object,
    execution::State,
    id::{ExecutionId, TicketId},
};
use callwright_runtime::{
    App,
    call::{self, CONFIRM_TOOL, CallAnswer},
};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout_at};

use super::{
    Era, Who,
    call::Call,
    ident,
    session::Session,
    wire::{CallParams, META_CONTEXT, Message},
};
use crate::state::ServerState;

/// How often it is looked how something goes on.
const LOOK: Duration = Duration::from_secs(1);
/// How long a client waits to be told that its answer to another node's question could not be passed on.
const TAKEN_WITHIN: Duration = Duration::from_secs(5);
/// How long it is waited for the beginning of what was agreed to.
const BEGUN_WITHIN: Duration = Duration::from_secs(5);

/// What a person said.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said {
    ticket: TicketId,
    /// The execution that waits; unknown where an older server asked.
    execution: Option<ExecutionId>,
    is_yes: bool,
}

impl Said {
    /// What the answer to the form says about a ticket.
    pub(super) fn read(ticket: TicketId, execution: Option<ExecutionId>, answer: Option<&Value>) -> Self {
        let accepted = answer.and_then(|answer| answer.get("action")).and_then(Value::as_str) == Some("accept");
        let confirmed = answer.and_then(|answer| answer.pointer("/content/confirmed")) == Some(&Value::Bool(true));
        Self { ticket, execution, is_yes: accepted && confirmed }
    }
}

impl Call {
    /// Passes on what the person said, and tells how it goes on. Where the ticket was decided meanwhile, by another request or
    /// at another node, that is how what was decided goes on.
    pub(super) async fn pass_on(&self, said: &Said) -> Result<CallAnswer, Fault> {
        let passed = self.say(said).await;
        let Some(execution) = said.execution else { return passed };
        match passed {
            Ok(answer) if is_under_way(&answer) => self.went_on(execution).await,
            Err(fault) if matches!(fault.kind, FaultKind::Conflict | FaultKind::Unavailable) => {
                match self.went_on(execution).await {
                    Ok(answer) if !waits_for(&answer, said.ticket) => Ok(answer),
                    _ => Err(fault),
                }
            }
            passed => passed,
        }
    }

    /// Says it as a model would by the tool for it: in the conversation in which the call was made, which whoever brings the
    /// answer need not know.
    async fn say(&self, said: &Said) -> Result<CallAnswer, Fault> {
        let mut context = match self.params.meta.get(META_CONTEXT) {
            Some(Value::Object(context)) => context.clone(),
            _ => Object::new(),
        };
        if let Some(execution) = said.execution {
            let own = call::own(&self.app, &self.who.caller, execution).await?;
            if own.call_id.is_some() {
                // It is read first, and may be another's: of the call that brings the answer.
                context.remove("call_sid");
            }
            let known = [("conversation_id", own.conversation_id), ("call_id", own.call_id)];
            context.extend(known.into_iter().filter_map(|(name, id)| Some((name.to_owned(), id?.into()))));
        }
        let mut request = self.plain(CONFIRM_TOOL.to_owned(), context);
        request.arguments = json!({"ticket": said.ticket, "confirmed": said.is_yes});
        call::run(&self.app, request).await
    }

    /// How an execution goes on that somebody has decided about: its end, or whom else it waits for.
    pub(super) async fn went_on(&self, execution: ExecutionId) -> Result<CallAnswer, Fault> {
        let begun_by = Instant::now() + BEGUN_WITHIN;
        loop {
            match call::outcome(&self.app, &self.who.caller, execution, 0).await {
                // Agreed to and not begun yet, for which there may be no room for long.
                Ok(answer)
                    if answer.state == State::Parked && answer.pending.is_none() && Instant::now() < begun_by => {}
                Ok(answer) if !is_under_way(&answer) => return Ok(answer),
                Ok(_) => {}
                Err(fault) if fault.kind != FaultKind::Unavailable => return Err(fault),
                // It goes on whether it is seen or not.
                Err(fault) => tracing::warn!(%execution, ?fault, "what was agreed to cannot be looked at"),
            }
            sleep(LOOK).await;
        }
    }

    /// Completes when a ticket has been decided by another request, here or at another node. Never where there is none.
    pub(super) async fn decided_elsewhere(&self, about: Option<(TicketId, ExecutionId)>) -> ExecutionId {
        let Some((ticket, execution)) = about else { return std::future::pending().await };
        loop {
            sleep(LOOK).await;
            if let Ok(answer) = call::outcome(&self.app, &self.who.caller, execution, 0).await
                && !waits_for(&answer, ticket)
            {
                return execution;
            }
        }
    }
}

/// Whether it is carried out at the moment.
fn is_under_way(answer: &CallAnswer) -> bool {
    !answer.state.is_final() && answer.state != State::Parked && answer.pending.is_none()
}

/// Whether somebody has decided about a ticket; as soon as that can be seen.
async fn is_decided(app: &App, who: &Who, (ticket, execution): (TicketId, ExecutionId)) -> bool {
    loop {
        if let Ok(answer) = call::outcome(app, &who.caller, execution, 0).await {
            return !waits_for(&answer, ticket);
        }
        sleep(LOOK).await;
    }
}

fn waits_for(answer: &CallAnswer, ticket: TicketId) -> bool {
    answer.pending.as_ref().is_some_and(|pending| pending.ticket == ticket)
}

/// Takes the answer to a question of this session for which nobody waits here, because another node asked or the call that
/// asked has gone, as far as any node can: whether the person agrees to something. That is carried out here, and whoever
/// asked sees how it goes on. False: it is nothing for us.
///
/// # Errors
/// What the person said could not be passed on.
pub(super) async fn elsewhere(
    state: &ServerState,
    who: &Who,
    session: &Session,
    id: &str,
    message: &Message,
) -> Result<bool, Fault> {
    let app = state.app.clone();
    let Some((ticket, execution)) = ident::about(&app, who.caller.org_id, session.nonce, id).await? else {
        return Ok(false);
    };
    let said = Said::read(ticket, Some(execution), message.result.as_ref());
    let params = CallParams::default();
    let call = Call { app, who: who.clone(), era: Era::Session, can: session.can, level: None, params };
    let passing = state.app.spawn(async move {
        let passed = call.say(&said).await;
        if let Err(fault) = &passed {
            tracing::warn!(%ticket, ?fault, "what the person said could not be passed on");
        }
        passed
    });
    let until = Instant::now() + TAKEN_WITHIN;
    match timeout_at(until, passing).await {
        // It may have been noted or not. What was counts, and is not told as a fault.
        Ok(Ok(Err(fault))) if fault.kind == FaultKind::Unavailable => {
            match timeout_at(until, is_decided(&state.app, who, (ticket, execution))).await {
                Ok(true) => Ok(true),
                _ => Err(fault),
            }
        }
        Ok(Ok(Err(fault))) => Err(fault),
        // What takes longer has been taken.
        _ => Ok(true),
    }
}
