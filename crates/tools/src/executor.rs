//! The seam between the corridor and what carries a tool out.
//!
//! An [`Executor`] holds one tool, compiled when it was saved. It is given a [`PreparedCall`], whose
//! arguments are validated and whose secrets are lent, and an [`ExecCx`] with everything it may use of
//! the world. It sees no store and no vault, so each executor can be tested with a fake [`Ports`].

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use async_trait::async_trait;
use callwright_guard::Guard;
use callwright_model::{
    Clock, ErrorClass, Fault, Object, Outcome, ToolError,
    context::CallContext,
    execution::{Attempt, Progress, SandboxReport},
    id::{AgentId, ExecutionId, OrgId},
    secret::SecretString,
    tool::{BusinessConfig, Effect, McpConfig, Policy, http::ClientAuth},
};
use callwright_pybox::Listener;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{
    freshness::{Freshness, Validators},
    mcp,
    nested::NestedRun,
    python::Python,
};

/// Carries out the executions of one tool.
#[async_trait]
pub trait Executor: Send + Sync {
    /// Carries `call` out, retries included.
    ///
    /// A tool that fails is an [`Outcome::Failed`] that the model can read.
    ///
    /// # Errors
    /// A [`Fault`] is our own mistake and nothing else.
    async fn execute(&self, cx: &ExecCx<'_>, call: &PreparedCall<'_>) -> Result<Outcome, Fault>;

    /// What [`execute`](Self::execute) would send, with the secrets hidden; nothing leaves.
    ///
    /// # Errors
    /// What the call would fail with before anything is sent.
    fn rehearse(&self, cx: &ExecCx<'_>, call: &PreparedCall<'_>) -> Result<Value, ToolError>;

    /// The names of the secrets that a call has to be lent.
    fn secrets(&self) -> &BTreeSet<String>;

    /// Where it reaches, as far as that is known before a call: for an early word of the guard when a tool is saved.
    fn base_url(&self) -> Option<&url::Url> {
        None
    }

    /// All that decides what the upstream would answer to `call`: two calls with the same identity are the same
    /// question. It may hold secrets and must not be shown. `None`: that cannot be told, so nothing is kept.
    fn identity(&self, _: &PreparedCall<'_>) -> Option<Vec<u8>> {
        None
    }
}

/// What an executor may use of the world.
#[derive(Clone, Copy)]
pub struct ExecCx<'a> {
    /// The only way out.
    pub guard: &'a Guard,
    /// Where Python runs.
    pub python: &'a Python,
    /// Tells the wall-clock time.
    pub clock: &'a dyn Clock,
    /// What the corridor does for an executor.
    pub ports: &'a dyn Ports,
    /// Fires when somebody stops the execution.
    pub cancel: &'a CancellationToken,
}

/// One execution, ready to be carried out.
#[derive(Debug, Clone)]
pub struct PreparedCall<'a> {
    /// Its id.
    pub execution_id: ExecutionId,
    /// The arguments, validated, bound ones included.
    pub arguments: Cow<'a, Object>,
    /// Whose call it is.
    pub org: OrgId,
    /// The circumstances.
    pub context: Cow<'a, CallContext>,
    /// The secrets that the tool names, lent for this execution only.
    pub secrets: Cow<'a, BTreeMap<String, SecretString>>,
    /// More names for templates: `execution_id`, `idempotency_key`, `now`.
    pub extra: Object,
    /// Sent upstream with every write: the caller's key, or the execution's id.
    pub intent_key: String,
    /// Time and retries, the agent's overrides applied.
    pub policy: Cow<'a, Policy>,
    /// What the tool does to the world.
    pub effect: Effect,
    /// Whether a write may be sent again at will.
    pub repeatable: bool,
    /// When the caller stops waiting.
    pub deadline: tokio::time::Instant,
}

/// What the corridor does for an executor while it works.
#[async_trait]
pub trait Ports: Send + Sync {
    /// Tells whoever watches.
    fn emit(&self, progress: Progress);

    /// Notes down one sending of the request.
    fn attempt(&self, attempt: Attempt);

    /// Notes down what the sandbox says.
    fn sandboxed(&self, _: SandboxReport) {}

    /// Told each line that code prints, while it runs.
    fn printed(&self) -> Option<Listener> {
        None
    }

    /// An access token for `client`, from a cache shared by all callers. `stale` is a token that the
    /// upstream has just refused; it is not given again.
    ///
    /// # Errors
    /// Why there is no token: `auth_error`, `network_error` or `timeout_error`.
    async fn oauth_token(&self, client: OauthClient, stale: Option<SecretString>) -> Result<SecretString, ToolError>;

    /// When somebody wants to hear how long the answer is good: what to make the request conditional with, if
    /// anything. The answer to a condition that holds is no content; [`heard`](Self::heard) tells that it was one.
    fn validators(&self) -> Option<Validators> {
        None
    }

    /// Tells how long the answer is good; called when [`validators`](Self::validators) gave something.
    fn heard(&self, _: Freshness) {}

    /// Clears a step of a call with whoever knows the conversation: whether anybody acts on it, and which agent is meant.
    /// The inner error is for the model to read.
    ///
    /// # Errors
    /// A [`Fault`] is our own mistake, or a database that is not there.
    async fn control(&self, _: &ControlAsk<'_>, _: &PreparedCall<'_>) -> Result<Result<Cleared, ToolError>, Fault> {
        Ok(Ok(Cleared::default()))
    }

    /// Carries out a function that lives behind the corridor.
    ///
    /// # Errors
    /// A [`Fault`] is our own mistake, or a database that is not there.
    async fn business(&self, config: &BusinessConfig, _: &PreparedCall<'_>) -> Result<Outcome, Fault> {
        let message = format!("`{}` cannot be carried out here", config.function.as_str());
        Ok(Outcome::Failed(ToolError::new(ErrorClass::UnknownError, "not_here", message)))
    }

    /// A session with the MCP server of a tool whose definition is the one that was agreed to. The inner error is for the
    /// model to read; nothing was sent then.
    ///
    /// # Errors
    /// A [`Fault`] is our own mistake, or a database that is not there.
    async fn mcp_session(&self, config: &McpConfig) -> Result<Result<mcp::Lease, ToolError>, Fault> {
        let message = format!("the MCP server `{}` cannot be reached from here", config.server);
        Ok(Err(ToolError::new(ErrorClass::UnknownError, "not_here", message)))
    }

    /// Begins the run of an agent or a workflow, whose end answers the call.
    ///
    /// # Errors
    /// A [`Fault`] is our own mistake, or a database that is not there.
    async fn begin_run(&self, _: NestedRun) -> Result<Outcome, Fault> {
        let message = "no run can be begun here";
        Ok(Outcome::Failed(ToolError::new(ErrorClass::UnknownError, "not_here", message)))
    }
}

/// A step of a call that has to be cleared before it is done.
#[derive(Debug, Clone, Copy)]
pub struct ControlAsk<'a> {
    /// Which: `end_call` for example.
    pub action: &'static str,
    /// The agent that is to take over, by id or name.
    pub agent: Option<&'a str>,
    /// How often the step may be done in a row.
    pub max_skips: Option<u32>,
    /// Whether the tool itself says who acts: a driver, or a webhook.
    pub is_carried: bool,
}

/// A step that may be done.
#[derive(Debug, Clone, Default)]
pub struct Cleared {
    /// The agent that takes over, and its name.
    pub agent: Option<(AgentId, String)>,
}

/// An OAuth 2.0 client that asks for a token with its own credentials (RFC 6749 section 4.4).
#[derive(Debug, Clone)]
pub struct OauthClient {
    /// Where tokens are given out.
    pub token_url: String,
    /// The client's id.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: SecretString,
    /// The scopes to ask for.
    pub scopes: Vec<String>,
    /// Sent as `audience`, for servers that want it.
    pub audience: Option<String>,
    /// How the client's own credentials are sent.
    pub client_auth: ClientAuth,
}
