//! The corridor. Every execution, whatever entrance it came through, walks these steps in this order:
//!
//! ```text
//! resolve     tool and version, and the agent's assignment
//! authorize   may this caller call it, and here
//! validate    the model's arguments
//! lend        secrets, decrypted for this execution only
//! bind        what the server fills in; then the full schema again
//! claim       one effect per intent: the ledger (writes only)
//! admit       is there room: rate limits, concurrency, the breaker
//! execute     the executor of its kind, under a deadline, through the retry gate
//! shape       mapping, projection, size
//! record      execution row, usage, live event, metrics
//! ```
//!
//! DESIGN lends after claiming; here lending comes first, because bound arguments may read secrets and the
//! claim needs the whole arguments' hash, and because claim and start are then one commit.

mod admit;
pub mod answer;
mod authorize;
mod bind;
mod claim;
mod confirm;
mod execute;
pub mod hold;
pub mod lend;
mod record;
mod resolve;
mod rest;
pub mod shape;
mod validate;
mod work;

use callwright_model::{Fault, Object, account::Caller, context::Channel, id::ExecutionId};
use serde_json::Value;
use tracing::Instrument;

pub use answer::{CallAnswer, CallMeta};
pub use rest::rest;

use crate::{
    App,
    app::not_ready,
    call::work::{Stop, Work},
    registry,
    registry::cache::Found,
};
use callwright_model::tool::Effect;

/// A wish for one execution.
#[derive(Debug, Clone)]
pub struct CallRequest {
    /// Who asks.
    pub caller: Caller,
    /// The tool's name or id.
    pub tool: String,
    /// An object that fits the model's schema; `null` counts as empty.
    pub arguments: Value,
    /// What the caller says about the circumstances.
    pub context: Object,
    /// The agent through which it is called, by name or id.
    pub agent: Option<String>,
    /// Where it is used; guessed from the context when absent.
    pub channel: Option<Channel>,
    /// Render the request and send nothing.
    pub dry_run: bool,
    /// One effect for all requests with this key.
    pub idempotency_key: Option<String>,
    /// Which entrance: `rest`, `plan`, `replay`.
    pub source: &'static str,
    /// The execution that this one repeats.
    pub replay_of: Option<ExecutionId>,
    /// The rest of a cut result instead of a new execution.
    pub cursor: Option<String>,
    /// A person pressed "test": they are the one whose confirmation is asked for.
    pub confirmed: bool,
}

/// Carries out one execution. A tool that fails is an answer; an error is a request that could not be
/// carried out at all, or a mistake of ours.
pub async fn run(app: &App, request: CallRequest) -> Result<CallAnswer, Fault> {
    if !app.is_ready() {
        return Err(not_ready());
    }
    if let Some(cursor) = &request.cursor {
        return rest(app, &request.caller, None, cursor).await;
    }
    let found = resolve::resolve(app, &request).await?;
    carry(app, request, found).await
}

/// The same with the tool's draft in place of its live state, for builders who try it; never through an agent.
///
/// # Errors
/// Not found when there is no draft.
pub async fn run_draft(app: &App, request: CallRequest) -> Result<CallAnswer, Fault> {
    if !app.is_ready() {
        return Err(not_ready());
    }
    if request.agent.is_some() || request.cursor.is_some() {
        return Err(Fault::invalid("draft", "`draft` goes with neither `agent` nor `cursor`"));
    }
    let found = registry::draft::compiled(app, &request.caller, &request.tool).await?;
    carry(app, request, found).await
}

async fn carry(app: &App, request: CallRequest, found: Found) -> Result<CallAnswer, Fault> {
    authorize::caller(app, &request, &found).await?;
    let work = Work::new(app, request, found);
    // At level `debug`: it costs nothing while nobody collects spans.
    let span = tracing::debug_span!(
        "execution",
        execution.id = %work.id,
        tool.name = work.tool().tool.spec.name,
        tool.version = work.tool().version,
        channel = work.channel.as_str(),
        state = tracing::field::Empty,
        error.class = tracing::field::Empty,
        attempts = tracing::field::Empty,
    );
    let answer = walk(app, work).instrument(span.clone()).await?;
    if !span.is_disabled() {
        span.record("state", answer.state.as_str());
        span.record("attempts", answer.meta.attempts);
        if let Some(error) = &answer.error {
            span.record("error.class", error.class.as_str());
        }
    }
    Ok(answer)
}

async fn walk(app: &App, mut work: Work) -> Result<CallAnswer, Fault> {
    match prepare(app, &mut work).await {
        Ok(()) => {}
        Err(Stop::Refused(error)) => return Ok(record::refused(app, &work, *error).await),
        Err(Stop::Fault(fault)) => return Err(*fault),
    }
    if work.request.dry_run {
        return Ok(execute::rehearse(app, work).await);
    }
    if work.effect() == Effect::Read {
        return execute::read(app, work).await;
    }
    // A write outlives the connection that asked for it: once begun, it is carried out and recorded.
    let task = app.spawn({
        let app = app.clone();
        async move { claim::write(&app, work).await }.in_current_span()
    });
    task.await.unwrap_or_else(|error| Err(Fault::internal(error)))
}

async fn prepare(app: &App, work: &mut Work) -> Result<(), Stop> {
    authorize::place(work)?;
    validate::arguments(work)?;
    lend::secrets(app, work).await?;
    bind::arguments(work)?;
    confirm::consent(work)
}
