//! What is carried from step to step.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use callwright_model::{
    Fault, Object, Timestamp, ToolError,
    context::{CallContext, Channel},
    execution::{Attempt, CacheUse, Passage, SandboxReport},
    id::{ExecutionId, NodeId, TicketId},
    secret::SecretString,
    ticket::TicketKind,
    tool::{ClientConfig, Effect, Policy, http::Callback},
};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{Aside, CallRequest, late::Gate, nested, speech::Spoken};
use crate::{
    App,
    registry::{CompiledTool, cache::Found},
};

/// Why the walk ends before the executor.
pub(super) enum Stop {
    /// The model may read why.
    Refused(Box<ToolError>),
    /// Our own fault.
    Fault(Box<Fault>),
}

impl From<ToolError> for Stop {
    fn from(error: ToolError) -> Self {
        Self::Refused(Box::new(error))
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault))
    }
}

/// One execution on its way through the corridor.
#[derive(Clone)]
pub(super) struct Work {
    pub id: ExecutionId,
    pub request: CallRequest,
    pub found: Found,
    pub context: CallContext,
    pub channel: Channel,
    /// The arguments: the model's, then the defaults, then the bound ones.
    pub arguments: Object,
    /// Hash of tool and arguments, set by `bind`.
    pub args_hash: String,
    pub secrets: BTreeMap<String, SecretString>,
    pub received_at: Timestamp,
    pub begun: Instant,
    pub deadline: Instant,
    pub attempts: Arc<Mutex<Vec<Attempt>>>,
    /// What the sandbox said.
    pub sandbox: Arc<Mutex<Option<SandboxReport>>>,
    pub started_at: Option<Timestamp>,
    /// The name under which this process acts; it changes when the lease is lost, and then the fence holds us off.
    pub node_id: NodeId,
    /// For a tool that answers by a certain time: whether its caller was answered already.
    pub late: Option<Gate>,
    /// The ticket of its callback, or of the client that carries it out.
    pub ticket: Option<TicketId>,
    /// How long it waited for a place, in milliseconds.
    pub queued_ms: OnceLock<f64>,
    /// What the cache did, and how old a result it gave, in milliseconds.
    pub cache: OnceLock<(CacheUse, Option<u64>)>,
    /// What the entrance asks for besides the call.
    pub aside: Aside,
    /// What has been said.
    pub spoken: Arc<Mutex<Spoken>>,
}

impl Work {
    /// Boxed, for it goes through many hands, each of which would move a kilobyte.
    pub(super) fn new(app: &App, request: CallRequest, found: Found, aside: Aside) -> Box<Self> {
        let id = app.ids().next();
        let begun = Instant::now();
        let timeout = Duration::from_millis(u64::from(found.tool.tool.spec.policy.timeout_ms));
        let plays_every_part = request.dry_run || aside.trial.as_ref().is_some_and(|trial| trial.stub.is_some());
        let context = context(id, &request, &found, plays_every_part);
        let channel = channel(&request, &context);
        Box::new(Self {
            id,
            channel,
            context,
            found,
            arguments: Object::new(),
            args_hash: String::new(),
            secrets: BTreeMap::new(),
            received_at: app.clock().now(),
            begun,
            deadline: begun + timeout,
            attempts: Arc::default(),
            started_at: None,
            node_id: app.node_id(),
            late: None,
            ticket: None,
            queued_ms: OnceLock::new(),
            sandbox: Arc::default(),
            cache: OnceLock::new(),
            aside,
            spoken: Arc::default(),
            request,
        })
    }

    /// The same as an execution that was asked for earlier.
    pub(super) fn for_execution(mut self: Box<Self>, id: ExecutionId, received_at: Timestamp) -> Box<Self> {
        self.id = id;
        self.received_at = received_at;
        self.context.verified.insert("execution_id".to_owned(), json!(id));
        self
    }

    /// The arguments without those that the server fills in.
    pub(super) fn asked(&self) -> Object {
        let mut asked = self.arguments.clone();
        asked.retain(|name, _| !self.tool().tool.spec.bound.contains_key(name));
        asked
    }

    /// How long its result may take that comes later.
    pub(super) fn longest_callback(&self) -> Duration {
        match self.later() {
            Some(TicketKind::Run) => nested::LONGEST,
            _ => {
                let client = self.client().map(ClientConfig::lifetime_s);
                let seconds = self.callback().map(|callback| callback.expires_s).or(client);
                Duration::from_secs(seconds.unwrap_or_default().into())
            }
        }
    }

    /// By what its result comes later, if it does. A client that is only told has a ticket as well.
    pub(super) fn later(&self) -> Option<TicketKind> {
        if self.tool().tool.spec.config.is_nested() {
            return Some(TicketKind::Run);
        }
        if self.client().is_some() {
            return Some(TicketKind::Client);
        }
        self.callback().map(|_| TicketKind::Callback)
    }

    /// How a client is waited for, if one carries it out.
    pub(super) fn client(&self) -> Option<&ClientConfig> {
        self.tool().tool.spec.config.client()
    }

    /// Whether its result comes later, from somebody else than its executor.
    pub(super) fn ends_later(&self) -> bool {
        self.ticket.is_some() && self.client().is_none_or(|client| client.expects_response)
    }

    /// The conversation in which it is made, as the server itself knows it: what a caller says is nobody's line.
    pub(super) fn conversation(&self) -> Option<String> {
        match self.context.verified.get("conversation_id") {
            Some(Value::String(id)) => Some(id.clone()),
            _ => None,
        }
    }

    /// How the result comes later, if it does.
    pub(super) fn callback(&self) -> Option<&Callback> {
        self.tool().tool.spec.config.http().and_then(|http| http.callback.as_ref())
    }

    pub(super) fn tool(&self) -> &CompiledTool {
        &self.found.tool
    }

    pub(super) fn effect(&self) -> Effect {
        self.tool().tool.spec.effect
    }

    pub(super) fn policy(&self) -> &Policy {
        &self.tool().tool.spec.policy
    }

    /// The key that goes upstream: the caller's, or this execution's own id.
    pub(super) fn upstream_key(&self) -> String {
        self.request.idempotency_key.clone().unwrap_or_else(|| self.id.to_string())
    }

    pub(super) fn attempts(&self) -> Vec<Attempt> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What limits and the cache had to do with it; `None` when nothing.
    pub(super) fn passage(&self) -> Option<Passage> {
        let passage = Passage {
            cache: self.cache.get().map(|(how, _)| *how),
            cache_age_ms: self.cache.get().and_then(|(_, age)| *age),
            queued_ms: self.queued_ms.get().copied(),
            sandbox: self.sandbox.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        };
        (passage != Passage::default()).then_some(passage)
    }

    pub(super) fn call_id(&self) -> Option<String> {
        self.context.text("call_sid").or_else(|| self.context.text("call_id"))
    }

    pub(super) fn extra(&self, now: Timestamp) -> Object {
        let mut extra = Object::new();
        extra.insert("execution_id".to_owned(), json!(self.id));
        extra.insert("idempotency_key".to_owned(), Value::String(self.upstream_key()));
        extra.insert("now".to_owned(), json!(now));
        extra
    }
}

/// What the server knows for itself, and what the caller says. In a rehearsal, and with a stubbed upstream, nothing is
/// sent, so the caller may play every part.
fn context(id: ExecutionId, request: &CallRequest, found: &Found, plays_every_part: bool) -> CallContext {
    let caller = &request.caller;
    let mut verified = Object::new();
    let mut client = Object::new();
    if plays_every_part || caller.is_context_trusted() {
        verified.extend(request.context.clone());
    } else {
        client.extend(request.context.clone());
    }
    if !plays_every_part {
        // What a tool asked somebody, and kept meanwhile, comes sealed or not at all.
        for name in ["input_responses", "input_state"] {
            client.remove(name);
            verified.remove(name);
        }
    }
    verified.extend(request.established.clone());
    verified.insert("organization_id".to_owned(), json!(caller.org_id));
    verified.insert("user_id".to_owned(), json!(caller.user_id));
    verified.insert("user_email".to_owned(), json!(caller.email));
    verified.insert("token_id".to_owned(), json!(caller.token_id));
    verified.insert("execution_id".to_owned(), json!(id));
    if let Some(agent) = &found.agent {
        verified.insert("agent_id".to_owned(), json!(agent.id));
        verified.insert("agent_name".to_owned(), json!(agent.name));
    }
    CallContext { verified, client }
}

fn channel(request: &CallRequest, context: &CallContext) -> Channel {
    if let Some(channel) = request.channel {
        return channel;
    }
    if request.dry_run {
        return Channel::Test;
    }
    let said = context.get("channel").and_then(Value::as_str).and_then(Channel::parse);
    let on_call = context.get("call_sid").or_else(|| context.get("call_id")).is_some();
    said.unwrap_or(match request.source {
        _ if on_call => Channel::Call,
        "mcp" => Channel::Mcp,
        _ => Channel::Chat,
    })
}
