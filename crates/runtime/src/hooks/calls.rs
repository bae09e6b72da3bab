//! The tool calls of a voice platform: side by side where all of them only read, else one after the other, and all of them
//! answered before the platform gives up.

use std::time::Duration;

use callwright_model::{
    Fault, FaultKind, Object,
    account::{Caller, Right, Scope},
    context::Channel,
    hook::HookOutcome,
    id::ExecutionId,
};
use futures_util::{StreamExt, stream};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::{
    admit::Admitted,
    delivery::{self, Came},
};
use crate::{
    App, agents,
    app::require,
    call::{self, Aside, CONFIRM_TOOL, CallAnswer, CallRequest, hex},
    run::is_parallel,
};

/// Calls carried out at once.
const AT_ONCE: usize = 8;
/// The most calls of one request.
pub const MOST_CALLS: usize = 32;
/// The least time for a call, however much the ones before it took.
const LEAST: Duration = Duration::from_millis(500);
/// The most arguments that come as texts.
const MOST_PAIRS: usize = 1_000;
/// The longest key that is used as it is.
const MOST_KEY: usize = 200;

/// One call, as the platform asks for it.
#[derive(Debug, Clone)]
pub struct PlatformCall {
    /// The platform's id of it.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments, or why they cannot be read.
    pub arguments: Result<Value, String>,
    /// One effect for all calls with this key.
    pub key: Option<String>,
}

/// Who calls, and under which circumstances.
#[derive(Debug, Clone)]
pub struct Line {
    /// As whom the tools are called.
    pub caller: Caller,
    /// The hook by which the request was let in.
    pub admitted: Option<Admitted>,
    /// The agent that has the tools.
    pub agent: Option<String>,
    /// What the platform knows of the call.
    pub known: Object,
    /// What others may have told it.
    pub said: Object,
    /// A telephone call, or a chat.
    pub channel: Channel,
    /// How long the platform waits.
    pub wait: Duration,
}

impl Line {
    /// Checks who calls, and through which agent: one that the address names, or the hook's own.
    ///
    /// # Errors
    /// Forbidden: calling is not the caller's to do, or the hook is for another agent. Not found: the agent.
    pub async fn check(&mut self, app: &App) -> Result<(), Fault> {
        require(&self.caller, Right::Call, Scope::ToolsCall)?;
        let own = self.admitted.as_ref().and_then(|admitted| admitted.hook.rules.target.agent.clone());
        let has_tools = self.admitted.as_ref().is_some_and(|admitted| !admitted.hook.rules.target.tools.is_empty());
        if self.agent.is_some() && own.is_none() && has_tools {
            return Err(Fault::forbidden("this hook is for certain tools, and for no agent's"));
        }
        let org = self.caller.org_id;
        let missing = |name: &str| Fault::not_found("agent", name);
        let named = match &self.agent {
            None => None,
            Some(name) => Some(agents::find(app, org, name).await?.ok_or_else(|| missing(name))?),
        };
        let own = match own {
            None => None,
            Some(name) => Some(agents::find(app, org, &name).await?.ok_or_else(|| missing(&name))?),
        };
        let agent = match (named, own) {
            (Some(named), Some(own)) if named.id != own.id => {
                return Err(Fault::forbidden("this hook is for the tools of another agent"));
            }
            (named, own) => named.or(own),
        };
        if let Some(agent) = &agent
            && !agents::may_run(app, &self.caller, agent).await?
        {
            return Err(Fault::forbidden(format!("the agent `{}` was not shared with you", agent.name)));
        }
        self.agent = agent.map(|agent| agent.id.to_string());
        Ok(())
    }

    /// Whether the organization has a tool of this name.
    pub async fn knows(&self, app: &App, tool: &str) -> Result<bool, Fault> {
        Ok(app.tools().find(app, self.caller.org_id, tool, self.agent.as_deref()).await?.is_some())
    }

    /// Whether what the platform knows counts as verified.
    fn vouches(&self) -> bool {
        self.admitted.as_ref().map_or(self.caller.is_context_trusted(), |admitted| admitted.trusted)
    }

    fn serves(&self, tool: &str) -> bool {
        let tools = self.admitted.as_ref().map(|admitted| &admitted.hook.rules.target.tools);
        tool == CONFIRM_TOOL || tools.is_none_or(|tools| tools.is_empty() || tools.iter().any(|name| name == tool))
    }
}

/// How a call went: an answer, or why there is none, in words for the model.
pub type Went = Result<Box<CallAnswer>, String>;

/// Carries the calls of a request out. What is wrong with a call is told in its place, whatever it is: a platform passes
/// on nothing else.
pub async fn carry(app: &App, line: &Line, calls: Vec<PlatformCall>) -> Vec<(PlatformCall, Went)> {
    let until = Instant::now() + line.wait;
    let came = line.admitted.as_ref().map(|admitted| Came::now(app, &admitted.hook, admitted.address));
    let side_by_side = calls.len() > 1 && all_parallel(app, line, &calls).await.unwrap_or(false);
    let width = if side_by_side { AT_ONCE } else { 1 };
    let went: Vec<(PlatformCall, Went)> = stream::iter(calls)
        .map(|call| async move {
            let went = one(app, line, &call, until).await;
            (call, went)
        })
        .buffered(width)
        .collect()
        .await;
    if let Some(came) = came {
        note(app, came, &went);
    }
    went
}

/// Arguments that came as texts, as the tool's schema has them. What does not fit stays a text, and is told of then.
pub async fn typed(app: &App, line: &Line, tool: &str, pairs: Vec<(String, String)>) -> Value {
    let found = app.tools().find(app, line.caller.org_id, tool, line.agent.as_deref()).await.ok().flatten();
    let schema = found.as_ref().map(|found| &found.tool.tool.spec.parameters);
    let mut arguments = Object::new();
    for (name, text) in pairs.into_iter().take(MOST_PAIRS) {
        let kind = schema.and_then(|schema| schema.get("properties")?.get(&name)?.get("type")?.as_str());
        let value = match kind {
            Some("integer" | "number" | "boolean" | "object") => serde_json::from_str(&text).ok(),
            Some("array") => match serde_json::from_str(&text) {
                Ok(list @ Value::Array(_)) => Some(list),
                // A name that comes more than once is a list.
                _ => {
                    let mut list = match arguments.remove(&name) {
                        Some(Value::Array(list)) => list,
                        _ => Vec::new(),
                    };
                    list.push(Value::String(text.clone()));
                    Some(Value::Array(list))
                }
            },
            _ => None,
        };
        arguments.insert(name, value.unwrap_or(Value::String(text)));
    }
    Value::Object(arguments)
}

async fn all_parallel(app: &App, line: &Line, calls: &[PlatformCall]) -> Result<bool, Fault> {
    for call in calls {
        let found = app.tools().find(app, line.caller.org_id, &call.name, line.agent.as_deref()).await?;
        if found.is_some_and(|found| !is_parallel(&found)) {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn one(app: &App, line: &Line, call: &PlatformCall, until: Instant) -> Went {
    let arguments = match &call.arguments {
        Ok(arguments) => arguments.clone(),
        Err(why) => return Err(format!("invalid_arguments: {why}")),
    };
    if !line.serves(&call.name) {
        return Err(format!("not_served: this hook does not serve the tool `{}`", call.name));
    }
    let (established, context) = match line.vouches() {
        true => (line.known.clone(), line.said.clone()),
        false => {
            let mut all = line.said.clone();
            all.extend(line.known.clone());
            (Object::new(), all)
        }
    };
    let request = CallRequest {
        // What counts as verified is established; what others told the platform never does, whoever's token it is.
        caller: line.caller.clone().without_trust(),
        tool: call.name.clone(),
        arguments,
        context,
        established,
        agent: line.agent.clone(),
        channel: Some(line.channel),
        dry_run: false,
        idempotency_key: call.key.clone(),
        source: "hook",
        replay_of: None,
        cursor: None,
        fresh: false,
        confirmed: false,
        approved: false,
        webhook: None,
    };
    let left = until.saturating_duration_since(Instant::now()).max(LEAST);
    let aside = Aside { answer_by_ms: u32::try_from(left.as_millis()).ok(), ..Aside::default() };
    match call::run_with(app, request, aside).await {
        Ok(answer) => Ok(Box::new(answer)),
        Err(fault) => {
            if fault.kind == FaultKind::Internal {
                tracing::error!(?fault, tool = call.name, "a call of a voice platform ended in a fault");
            }
            Err(format!("{}: {}", fault.code, fault.message))
        }
    }
}

fn note(app: &App, came: Came, went: &[(PlatformCall, Went)]) {
    let names = went.iter().map(|(call, _)| call.name.as_str()).collect::<Vec<_>>().join(", ");
    let key = went.first().and_then(|(call, _)| call.key.as_deref());
    let answers = || went.iter().filter_map(|(_, went)| went.as_ref().ok());
    let execution: Option<ExecutionId> = answers().next().map(|answer| answer.execution_id);
    let error = went.iter().find_map(|(_, went)| match went {
        Ok(answer) => answer.error.as_ref().map(|error| error.message.clone()),
        Err(why) => Some(why.clone()),
    });
    let outcome = if error.is_some() {
        HookOutcome::Failed
    } else if answers().any(|answer| answer.pending.is_some()) {
        HookOutcome::Pending
    } else {
        HookOutcome::Done
    };
    let came = came.asks(Some(&names), key).led_to(execution, None).ended(outcome);
    delivery::note(
        app,
        match error {
            Some(error) => came.because(&error),
            None => came,
        },
    );
}

/// The key of a call that a platform knows by these ids: the same however often it is asked for. Without a conversation
/// there is none, because a model's id of a call is no name for an intent.
pub fn key(source: &str, conversation: Option<&str>, call: &str) -> Option<String> {
    let conversation = conversation.filter(|text| !text.is_empty())?;
    if call.is_empty() {
        return None;
    }
    // A length before it keeps the two apart, whatever stands in them.
    let whole = format!("{source}:{}:{conversation}:{call}", conversation.len());
    let is_plain = whole.len() <= MOST_KEY && whole.bytes().all(|b| b.is_ascii_graphic());
    Some(if is_plain { whole } else { format!("{source}:{}", hex(&Sha256::digest(whole.as_bytes()))) })
}

/// A short form of something signed.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_names_one_call_of_one_conversation() {
        assert_eq!(key("vapi", None, "c"), None);
        assert_eq!(key("vapi", Some(""), "c"), None);
        assert_eq!(key("vapi", Some("a"), ""), None);
        assert_ne!(key("vapi", Some("a:b"), "c"), key("vapi", Some("a"), "b:c"));
        let long = key("vapi", Some(&"x".repeat(300)), "ü").unwrap();
        assert!(long.len() < 255 && long.bytes().all(|b| b.is_ascii_graphic()));
    }
}
