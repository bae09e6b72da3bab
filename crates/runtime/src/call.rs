//! The corridor. Every execution, whatever entrance it came through, walks these steps in this order:
//!
//! ```text
//! resolve     tool and version, and the agent's assignment
//! authorize   may this caller call it, and here
//! validate    the model's arguments
//! lend        secrets, decrypted for this execution only
//! bind        what the server fills in; then the full schema again
//! claim       one effect per intent: the ledger (writes, and what waits for somebody)
//! confirm     must somebody agree? Then it is parked with a ticket, and `resume` goes on from `resolve`
//! cached      is the result known already (cached reads only)
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
pub mod aside;
mod authorize;
mod bind;
mod cached;
pub mod callback;
mod claim;
pub mod client;
pub(crate) mod confirm;
mod execute;
pub mod hold;
mod insist;
mod kept;
mod late;
pub mod lend;
pub(crate) mod nested;
pub(crate) mod outcome;
mod own;
mod park;
mod record;
mod resolve;
mod rest;
pub(crate) mod resume;
pub mod shape;
pub mod speech;
mod validate;
mod work;

use callwright_model::{
    ErrorClass, Fault, Object, ToolError,
    account::{Caller, Right, Scope},
    context::Channel,
    id::ExecutionId,
    ticket::TicketKind,
    webhook::WebhookTarget,
};
use callwright_store::ticket::{Edit, TicketRow};
use serde_json::Value;
use tracing::Instrument;

pub use answer::{CallAnswer, CallMeta};
pub use aside::Aside;
pub(crate) use bind::hex;
pub(crate) use claim::slot_of_run;
pub use outcome::outcome;
pub use own::{give_up, own, own_page};
pub use park::CONFIRM_TOOL;
pub use rest::rest;

use crate::{
    App,
    app::{not_ready, require},
    call::work::{Stop, Work},
    credits, proposals, registry,
    registry::cache::Found,
};
use callwright_model::{credit::Operation, tool::Effect};

/// How many servers may carry one execution out, one after the other's death.
const MOST_EPOCHS: i64 = 6;

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
    /// What the server itself knows about them: the run and the thread that it belongs to.
    pub established: Object,
    /// The agent through which it is called, by name or id.
    pub agent: Option<String>,
    /// Where it is used; guessed from the context when absent.
    pub channel: Option<Channel>,
    /// Render the request and send nothing.
    pub dry_run: bool,
    /// One effect for all requests with this key.
    pub idempotency_key: Option<String>,
    /// Which entrance: `rest`, `mcp`, `plan`, `replay`, `case`.
    pub source: &'static str,
    /// The execution that this one repeats.
    pub replay_of: Option<ExecutionId>,
    /// The rest of a cut result instead of a new execution.
    pub cursor: Option<String>,
    /// Ask the upstream even if its answer is kept.
    pub fresh: bool,
    /// A person pressed "test": they are the one whose confirmation is asked for.
    pub confirmed: bool,
    /// An operator has agreed. Only a ticket says so.
    pub approved: bool,
    /// Told how it went, when the caller is answered before that.
    pub webhook: Option<WebhookTarget>,
}

impl CallRequest {
    /// Whether the server made the key itself, of the call's place in a run or of its job: then it names one call, and
    /// nobody outside can send it.
    pub(crate) fn has_own_key(&self) -> bool {
        matches!(self.source, "run" | "job" | "workflow")
    }

    /// A trial by whoever builds the tool: with real effects, nothing kept is given, and nobody is asked to confirm.
    pub fn trial(caller: Caller, tool: String, arguments: Value, context: Object, source: &'static str) -> Self {
        Self {
            caller,
            tool,
            arguments,
            context,
            established: Object::new(),
            agent: None,
            channel: Some(Channel::Test),
            dry_run: false,
            idempotency_key: None,
            source,
            replay_of: None,
            cursor: None,
            fresh: true,
            confirmed: true,
            approved: false,
            webhook: None,
        }
    }
}

/// Carries out one execution. A tool that fails is an answer; an error is a request that could not be
/// carried out at all, or a mistake of ours.
pub async fn run(app: &App, request: CallRequest) -> Result<CallAnswer, Fault> {
    run_with(app, request, Aside::default()).await
}

/// The same with the tool's draft in place of its live state, for builders who try it; never through an agent.
///
/// # Errors
/// Not found when there is no draft.
pub async fn run_draft(app: &App, request: CallRequest) -> Result<CallAnswer, Fault> {
    if request.agent.is_some() || request.cursor.is_some() {
        return Err(Fault::invalid("draft", "`draft` goes with neither `agent` nor `cursor`"));
    }
    let found = registry::draft::compiled(app, &request.caller, &request.tool).await?;
    run_with(app, request, Aside { found: Some(found), ..Aside::default() }).await
}

/// A trial of a tool, or of its draft, as [`CallRequest::trial`] describes it. A rehearsal costs nothing.
///
/// # Errors
/// Unpaid `credits_exhausted`.
pub async fn tried(app: &App, request: CallRequest, is_draft: bool) -> Result<CallAnswer, Fault> {
    let charge = match request.dry_run {
        true => None,
        false => credits::charge(app, &request.caller, Operation::ToolTest, &request.tool),
    };
    let work = async {
        match is_draft {
            true => run_draft(app, request).await,
            false => run(app, request).await,
        }
    };
    Box::pin(credits::paid(app, charge, work)).await
}

/// The same for an entrance that asks for more: a test case, a caller who watches its own execution.
///
/// Futures contain one another, and whoever awaits one moves it first. So that a read costs what it needs, the ways that
/// few calls go are boxed here and in what follows.
pub async fn run_with(app: &App, request: CallRequest, mut aside: Aside) -> Result<CallAnswer, Fault> {
    if !app.is_ready() {
        return Err(not_ready());
    }
    if let Some(cursor) = &request.cursor {
        return Box::pin(rest(app, &request.caller, None, cursor)).await;
    }
    if request.tool == CONFIRM_TOOL {
        return Box::pin(pass_on(app, request)).await;
    }
    if let Some(webhook) = &request.webhook {
        check_webhook(webhook)?;
    }
    let found = match aside.found.take() {
        Some(found) => {
            if !request.dry_run && !aside.is_stubbed() {
                Box::pin(check_draft(app, &request, &found)).await?;
            }
            found
        }
        None => resolve::resolve(app, &request).await?,
    };
    authorize::caller(app, &request, &found).await?;
    let work = Work::new(app, request, found, aside);
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

async fn walk(app: &App, mut work: Box<Work>) -> Result<CallAnswer, Fault> {
    match prepare(app, &mut work).await {
        Ok(()) => {}
        Err(Stop::Refused(error)) => return Ok(Box::pin(record::refused(app, &work, *error)).await),
        Err(Stop::Fault(fault)) => return Err(*fault),
    }
    if work.request.dry_run || work.is_stubbed() {
        if work.callback().is_some() {
            let address = app.public_address("/callbacks/[ticket]/[secret]");
            work.context.verified.insert("callback_url".to_owned(), Value::String(address));
        }
        if work.request.dry_run {
            return Ok(Box::pin(execute::rehearse(app, work)).await);
        }
        return Box::pin(aside::stubbed(app, &work)).await;
    }
    // A read that waits for somebody, or for a callback, needs a row as a write does.
    let is_read = work.effect() == Effect::Read && confirm::needed(&work).is_none() && work.later().is_none();
    if let Some(answer_by_ms) = work.answer_by_ms() {
        return Box::pin(late::run(app, work, answer_by_ms, is_read)).await;
    }
    if is_read {
        return read(app, work).await;
    }
    // A write outlives the connection that asked for it: once begun, it is carried out and recorded.
    let task = app.spawn({
        let app = app.clone();
        // Made where it stays: a task is moved before it begins.
        async move { Box::pin(claim::write(&app, work)).await }.in_current_span()
    });
    task.await.unwrap_or_else(|error| Err(Fault::internal(error)))
}

/// Carries a read out, from what is kept if its tool keeps results.
async fn read(app: &App, work: Box<Work>) -> Result<CallAnswer, Fault> {
    let plan = work.found.limits.clone();
    match plan.as_ref().and_then(|plan| plan.cache.as_ref()) {
        Some(cache) => Box::pin(cached::read(app, work, cache)).await,
        None => execute::read(app, work).await,
    }
}

async fn prepare(app: &App, work: &mut Work) -> Result<(), Stop> {
    authorize::place(work)?;
    validate::arguments(work)?;
    lend::secrets(app, work).await?;
    bind::arguments(work)
}

/// A draft may be tried, within what may be done without anybody else's agreement. What waits is bound to a revision,
/// and a draft has none.
async fn check_draft(app: &App, request: &CallRequest, found: &Found) -> Result<(), Fault> {
    let spec = &found.tool.tool.spec;
    let policy = &spec.policy;
    let callback = spec.config.http().is_some_and(|http| http.callback.is_some()) || spec.config.client().is_some();
    if !policy.approval.is_no() || !policy.confirm.is_no() || policy.answer_by_ms.is_some() || callback {
        return Err(Fault::invalid(
            "draft",
            "a draft with `approval`, `confirm`, `answer_by_ms` or `callback`, or of the kind `client`, cannot be called; rehearse it with `dry_run`, or test it with a stubbed case",
        ));
    }
    let live = app.tools().find(app, request.caller.org_id, &found.tool.tool.id.to_string(), None).await?;
    let before = live.as_ref().map(|live| &live.tool.tool.spec);
    match proposals::needed(app, &request.caller, before, spec).await? {
        Some(_) => Err(Fault::forbidden(
            "this draft would make the tool destructive or public, to which another person must agree first; rehearse it with `dry_run`",
        )),
        None => Ok(()),
    }
}

/// Refuses a caller who may not call a tool at all; for what is called later.
pub(crate) async fn may_ask(app: &App, caller: &Caller, found: &crate::registry::cache::Found) -> Result<(), Fault> {
    authorize::asker(app, caller, found).await
}

/// Whoever may call may not have every secret of the organization sign for them.
pub(crate) fn check_webhook(webhook: &WebhookTarget) -> Result<(), Fault> {
    webhook.check("webhook")?;
    match &webhook.secret {
        Some(name) if !name.starts_with("WEBHOOK_") => {
            let field = "webhook.secret";
            Err(Fault::invalid(
                field,
                format!("`{field}` must name a secret that begins with `WEBHOOK_`: only those sign"),
            ))
        }
        _ => Ok(()),
    }
}

/// What the person on the line said, as a call of the model.
async fn pass_on(app: &App, request: CallRequest) -> Result<CallAnswer, Fault> {
    let ticket = request.arguments.get("ticket").and_then(Value::as_str).and_then(|text| text.trim().parse().ok());
    let ticket = ticket.ok_or_else(|| {
        Fault::invalid("arguments.ticket", "`arguments.ticket` must be the ticket that the tool gave, such as tick_…")
    })?;
    let confirmed = request.arguments.get("confirmed").and_then(Value::as_bool).ok_or_else(|| {
        Fault::invalid("arguments.confirmed", "`arguments.confirmed` must be true if the person said yes, else false")
    })?;
    if request.dry_run {
        return Err(Fault::invalid("dry_run", "an answer cannot be rehearsed: it is given or not"));
    }
    let scope = match request.source {
        "run" | "workflow" => Scope::AgentsRun,
        "mcp" => authorize::mcp_scope(&request.caller),
        _ => Scope::ToolsCall,
    };
    require(&request.caller, Right::Call, scope)?;
    // What the server itself knows of the conversation wins: in a run that is its thread.
    let mut context = request.context;
    context.extend(request.established);
    crate::approvals::confirm(app, &request.caller, ticket, confirmed, &context).await
}

/// The same call with other arguments, for whoever decides about it: checked and bound as ever.
pub(crate) async fn edit(app: &App, row: &TicketRow, arguments: Object) -> Result<Edit, Fault> {
    let mut kept = kept::Kept::open(app, row).await?;
    kept.arguments = Value::Object(arguments);
    let work = match resume::rebuild(app, &row.ticket, kept.clone()).await {
        Ok(work) => work,
        Err(Stop::Refused(error)) => return Err(Fault::invalid("arguments", error.message)),
        Err(Stop::Fault(fault)) => return Err(*fault),
    };
    Ok(Edit {
        binding: kept::binding(&work)?,
        request: kept.seal(app, &row.ticket).await?,
        shown: park::shown(&work, row.ticket.kind),
    })
}

/// Carries an execution out again that a dead server left, as what was agreed to and nothing else; only what does no
/// harm twice is. None: somebody else does, or nothing will come of it.
pub(crate) async fn rerun(app: &App, row: TicketRow) -> Result<Option<CallAnswer>, Fault> {
    let Some(_busy) = app.tickets().enter(row.ticket.id) else { return Ok(None) };
    let (org, id) = (row.ticket.organization_id, row.ticket.execution_id);
    let Some(ledger) = app.store().ledger_row_by_id(org, id).await? else { return Ok(None) };
    let give_up = |error: ToolError| async {
        tracing::warn!(execution = %id, why = error.message, "an execution cannot be carried out again");
        claim::give_up_rerun(app, &row, &ledger, error).await.map(|()| None)
    };
    if ledger.epoch >= MOST_EPOCHS {
        let message = "the servers that carried it out died again and again; it is not tried any more";
        return give_up(ToolError::new(ErrorClass::UnknownError, "too_many_deaths", message)).await;
    }
    let mut kept = kept::Kept::open(app, &row).await?;
    kept.agreed(row.ticket.kind == TicketKind::Confirmation, row.ticket.kind == TicketKind::Approval);
    let mut work = match resume::rebuild(app, &row.ticket, kept).await {
        Ok(work) => work,
        Err(Stop::Refused(error)) => return give_up(*error).await,
        Err(Stop::Fault(fault)) => return Err(*fault),
    };
    if kept::binding(&work)? != row.binding {
        return give_up(resume::changed_since()).await;
    }
    let Ok(pass) = claim::room_to_resend(app, &work, ledger.execution.state).await else { return Ok(None) };
    let now = app.clock().now();
    if !app.store().take_over(id, work.node_id, ledger.epoch, now).await? {
        return Ok(None);
    }
    work.started_at = Some(now);
    // Whoever called was answered long ago; they ask for the outcome, and are given all of it.
    work.aside.answer_by_ms = Some(0);
    // The run that it asked for is the same one, and its end answers the same ticket; so does the client.
    work.ticket = matches!(row.ticket.kind, TicketKind::Run | TicketKind::Client).then_some(row.ticket.id);
    claim::act(app, work, ledger.epoch + 1, pass).await.map(Some)
}

/// Whom to tell how the execution of a ticket went.
pub(crate) async fn webhook_of(app: &App, row: &TicketRow) -> Result<Option<WebhookTarget>, Fault> {
    Ok(kept::Kept::open(app, row).await?.webhook)
}
