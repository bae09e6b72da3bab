//! `tools/call`: from the protocol's parameters to the corridor and back.

use std::{pin::pin, time::Duration};

use bytes::Bytes;
use callwright_model::{Fault, FaultKind, Object, account::Caller, ticket::TicketKind, tool::Kind};
use callwright_runtime::{
    App,
    call::{
        self, Aside, CONFIRM_TOOL, CallAnswer, CallRequest,
        aside::{Frame, watcher},
    },
    offer::{self, Meant},
    registry::cache::Found,
};
use serde_json::Value;
use tokio::time::{Instant, interval_at};

use super::{
    Endpoint, Era, Who,
    ask::{Asking, Given},
    result::ToolResult,
    session::Can,
    tell::{Out, Told},
    tool,
    wire::{
        CallParams, INTERNAL_ERROR, INVALID_PARAMS, META_CONTEXT, META_KEY, META_PROGRESS, META_WAIT, Meta, RpcError,
    },
};

/// How long a client waits without saying so: the least patient that we know gives a call five seconds.
const WAIT_MS: u64 = 3_500;
/// The longest that a client may wait.
const MOST_WAIT_MS: u64 = 120_000;
/// The most characters of a key.
const MAX_KEY: usize = 255;
/// How often a client is told that its call goes on, which renews its patience.
const BEAT: Duration = Duration::from_secs(5);
/// How often one call may ask its client for something.
pub(super) const MOST_ROUNDS: u32 = 8;

/// A call on its way.
pub(super) struct Call {
    pub app: App,
    pub who: Who,
    pub era: Era,
    pub can: Can,
    /// The least important line of the log that the client wants; none: no lines.
    pub level: Option<u8>,
    pub params: CallParams,
}

/// What `tools/call` ends in.
#[derive(Debug, serde::Serialize)]
#[serde(untagged)]
pub(super) enum Ended {
    /// A result.
    Result(Box<ToolResult>),
    /// The client is asked for something, and calls again with it.
    Asked(Box<Value>),
}

/// Why the call cannot be carried out at all.
type Refused = Box<RpcError>;

impl Call {
    /// Carries the call out. What happens meanwhile goes out by `out`.
    pub(super) async fn carry(mut self, out: Option<Out>, asking: Asking) -> Result<Ended, RpcError> {
        match self.walk(out.as_ref(), &asking).await {
            Ok(ended) => Ok(ended),
            Err(refused) => Err(*refused),
        }
    }

    async fn walk(&mut self, out: Option<&Out>, asking: &Asking) -> Result<Ended, Refused> {
        if let Some(ended) = self.by_search().await? {
            return Ok(ended);
        }
        let Some(kind) = self.kind().await? else {
            let name = self.params.name.get(..128).unwrap_or(&self.params.name);
            return Err(refused(INVALID_PARAMS, format!("Unknown tool: {name}")));
        };
        let mut given = Given::open(self).await?;
        loop {
            let answer = match given.said.take() {
                Some(said) => Box::pin(self.pass_on(&said)).await,
                None => {
                    let mut request = self.request(&given)?;
                    request.arguments = self.arguments(kind);
                    self.run(request, kind, out).await
                }
            };
            let answer = match answer {
                Ok(answer) => self.waited(answer).await?,
                Err(fault) => return self.fault(fault),
            };
            let Some(wish) = super::ask::wish(&answer, kind, self.can) else {
                return Ok(Ended::Result(Box::new(ToolResult::of(answer, self.era))));
            };
            if given.round >= MOST_ROUNDS {
                return Ok(self.failed("Error: the tool asked for input again and again; nothing came of it."));
            }
            match super::ask::ask(self, &answer, wish, &given, out, asking).await? {
                super::ask::Reply::Given(next) => given = *next,
                super::ask::Reply::Later(result) => return Ok(Ended::Asked(result)),
                super::ask::Reply::Elsewhere(answer) => {
                    let answer = self.waited(*answer).await?;
                    return Ok(Ended::Result(Box::new(ToolResult::of(answer, self.era))));
                }
                super::ask::Reply::Cannot => {
                    return Ok(Ended::Result(Box::new(ToolResult::of(answer, self.era))));
                }
            }
        }
    }

    /// A call of one of the functions by which tools are searched, where they are offered: its answer, or none and the
    /// call of the tool that was meant in its place.
    async fn by_search(&mut self) -> Result<Option<Ended>, Refused> {
        if !offer::is_function(&self.params.name) {
            return Ok(None);
        }
        let listing = tool::offer(&self.app, &self.who).await.map_err(|fault| Box::new(internal(&fault)))?;
        let meant = listing.view.as_ref().and_then(|view| view.meant(&self.params.name, &self.params.arguments));
        match meant {
            None => Ok(None),
            Some(Meant::Call { tool, arguments }) => {
                (self.params.name, self.params.arguments) = (tool, arguments);
                Ok(None)
            }
            Some(Meant::Told(answer)) => Ok(Some(Ended::Result(Box::new(ToolResult::told(answer, self.era))))),
            Some(Meant::Refused(why)) => Ok(Some(self.failed(&format!("Error: {why}")))),
        }
    }

    /// The kind of the tool that is called; none when there is no such tool here.
    pub(super) async fn kind(&self) -> Result<Option<Kind>, Refused> {
        if self.params.name == CONFIRM_TOOL {
            return Ok(Some(Kind::System));
        }
        let app = &self.app;
        let agent = self.who.endpoint.agent();
        let found = app.tools().find(app, self.who.caller.org_id, &self.params.name, agent).await;
        match found {
            Ok(found) => Ok(found.filter(is_here).map(|found| found.tool.tool.spec.kind)),
            Err(fault) if fault.kind == FaultKind::NotFound => Err(refused(INVALID_PARAMS, fault.message)),
            Err(fault) => Err(Box::new(internal(&fault))),
        }
    }

    /// The call without its arguments.
    pub(super) fn request(&self, given: &Given) -> Result<CallRequest, Refused> {
        let meta = &self.params.meta;
        let context = match meta.get(META_CONTEXT) {
            None | Some(Value::Null) => Object::new(),
            Some(Value::Object(context)) => context.clone(),
            Some(_) => return Err(refused(INVALID_PARAMS, format!("`_meta.{META_CONTEXT}` must be an object"))),
        };
        let mut key = key(meta)?;
        if given.round > 0 {
            // Every round is an execution of its own.
            key = key.map(|key| format!("{key}#{}", given.round));
        }
        let mut request = self.plain(self.params.name.clone(), context);
        (request.established, request.idempotency_key) = (given.established(), key);
        Ok(request)
    }

    /// A call of `tool` in this client's name, without arguments.
    pub(super) fn plain(&self, tool: String, context: Object) -> CallRequest {
        CallRequest {
            caller: untrusted(&self.who.caller),
            tool,
            arguments: Value::Null,
            context,
            established: Object::new(),
            agent: self.who.endpoint.agent().map(str::to_owned),
            channel: None,
            dry_run: false,
            idempotency_key: None,
            source: "mcp",
            replay_of: None,
            cursor: None,
            fresh: false,
            confirmed: false,
            approved: false,
            webhook: None,
        }
    }

    /// The arguments, kept where the call may have to be made again with an answer of the client.
    fn arguments(&mut self, kind: Kind) -> Value {
        match kind == Kind::Python || self.can.elicit {
            true => self.params.arguments.clone(),
            false => std::mem::take(&mut self.params.arguments),
        }
    }

    async fn run(&self, request: CallRequest, kind: Kind, out: Option<&Out>) -> Result<CallAnswer, Fault> {
        let app = &self.app;
        let token = self.params.meta.get(META_PROGRESS);
        let level = self.level.filter(|_| kind == Kind::Python);
        let Some(out) = out.filter(|_| token.is_some() || level.is_some()) else {
            return call::run(app, request).await;
        };
        let told = Told { token, level, tool: &self.params.name };
        let (watcher, mut frames) = watcher();
        let aside = Aside { watcher: Some(watcher), ..Aside::default() };
        let mut work = pin!(call::run_with(app, request, aside));
        let mut beat = interval_at(Instant::now() + BEAT, BEAT);
        let mut count = 0.0;
        let mut tell = |frame: Frame| {
            if let Frame::Progress(progress) = frame
                && let Some(message) = told.of(&progress, &mut count)
            {
                out.tell(message);
            }
        };
        loop {
            tokio::select! {
                biased;
                Some(frame) = frames.recv() => tell(frame),
                ended = &mut work => {
                    while let Ok(frame) = frames.try_recv() {
                        tell(frame);
                    }
                    return ended;
                }
                _ = beat.tick() => tell(Frame::Progress(still_working())),
            }
        }
    }

    /// Waits for somebody else, as long as the client is likely to wait for us.
    async fn waited(&self, answer: CallAnswer) -> Result<CallAnswer, Refused> {
        let waits = answer.pending.as_ref().is_some_and(|pending| pending.kind != TicketKind::Confirmation);
        if !waits {
            return Ok(answer);
        }
        let said = self.params.meta.get(META_WAIT).and_then(Value::as_u64);
        let wait = u32::try_from(said.unwrap_or(WAIT_MS).min(MOST_WAIT_MS)).unwrap_or_default();
        match call::outcome(&self.app, &self.who.caller, answer.execution_id, wait).await {
            Ok(later) if later.state.is_final() => Ok(later),
            // What was said first says best how to go on.
            Ok(_) => Ok(answer),
            // It has begun, and an error would have it begun again.
            Err(fault) => {
                if fault.kind != FaultKind::NotFound {
                    tracing::warn!(execution = %answer.execution_id, ?fault, "what was waited for could not be looked at");
                }
                Ok(answer)
            }
        }
    }

    /// What a model can do something about is a result; what only a program can is an error.
    fn fault(&self, fault: Fault) -> Result<Ended, Refused> {
        match fault.kind {
            FaultKind::Internal => Err(Box::new(internal(&fault))),
            _ => Ok(self.failed(&format!("Error: {}", fault.message))),
        }
    }

    fn failed(&self, message: &str) -> Ended {
        Ended::Result(Box::new(ToolResult::failed(message, self.era)))
    }
}

fn is_here(found: &Found) -> bool {
    found.enabled && found.tool.tool.spec.active && !found.tool.tool.spec.is_template
}

/// What the client says of itself is never more than that, whatever its token vouches for elsewhere.
fn untrusted(caller: &Caller) -> Caller {
    match caller.is_context_trusted() {
        true => caller.clone().without_trust(),
        false => caller.clone(),
    }
}

fn still_working() -> callwright_model::execution::Progress {
    callwright_model::execution::Progress::Part { done: 0.0, total: None, message: Some("still working".to_owned()) }
}

fn key(meta: &Meta) -> Result<Option<String>, Refused> {
    match meta.get(META_KEY) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(key))
            if (1..=MAX_KEY - 4).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) =>
        {
            Ok(Some(key.clone()))
        }
        Some(_) => {
            let most = MAX_KEY - 4;
            Err(refused(INVALID_PARAMS, format!("`_meta.{META_KEY}` must be 1 to {most} visible ASCII characters")))
        }
    }
}

pub(super) fn refused(code: i32, message: impl Into<String>) -> Refused {
    Box::new(RpcError::new(code, message))
}

/// A fault that the client can do nothing about; what it is stands in the log.
pub(super) fn internal(fault: &Fault) -> RpcError {
    tracing::error!(?fault, "a request of the Model Context Protocol failed");
    RpcError::new(INTERNAL_ERROR, fault.message.clone())
}

impl Endpoint {
    /// The agent whose tools it offers.
    pub(super) fn agent(&self) -> Option<&str> {
        match self {
            Self::Organization => None,
            Self::Agent(agent) => Some(agent),
        }
    }
}

/// The answer to a call that its client gave up.
pub(super) fn given_up(id: &Value) -> Bytes {
    super::wire::answer::<()>(id, Err(RpcError::new(super::wire::CANCELLED, "the client gave this request up")))
}
