//! `POST /api/v1/runs` and `POST /api/v1/agents/{agent}/runs`

use std::time::Duration;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use callwright_model::{
    Fault, Object,
    account::Caller,
    chat::Said,
    context::Channel,
    id::{RunId, ThreadId},
    run::{Run, RunBounds},
    webhook::WebhookTarget,
};
use callwright_runtime::run::{self, RunRequest};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use utoipa::ToSchema;

use super::events::stream;
use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    events,
    header::idempotency_key,
    state::ServerState,
};

/// The longest that a request waits for a run, in milliseconds.
pub(in crate::api) const MOST_WAIT: u32 = 120_000;

/// A run to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunSpec {
    /// The agent's name or id. Left out on the agent's own path.
    agent: Option<String>,
    /// What is said: a text of at most 400,000 characters, or a list of parts.
    message: Said,
    /// The thread to go on with, one of yours; a new one without it.
    thread_id: Option<ThreadId>,
    /// These tools instead of the agent's: the agent's own, and others that you may call. `[]` means none.
    #[schema(max_items = 128)]
    tools: Option<Vec<String>>,
    /// Variables of this run, over those of the thread; at most 64 KiB.
    #[serde(default)]
    #[schema(value_type = Object)]
    context: Object,
    /// Kept with the run; at most 64 KiB.
    #[serde(default)]
    #[schema(value_type = Object)]
    metadata: Object,
    /// Where it is used, for tools that are allowed in some places only; `chat` unless said otherwise.
    #[schema(inline)]
    channel: Option<Channel>,
    /// How far it may go, within the agent's limits.
    limits: Option<RunBounds>,
    /// Told when it has ended.
    webhook: Option<WebhookTarget>,
    /// Begin it this many seconds from now; at most a year.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 31622400)]
    delay_s: u32,
    /// Higher goes first where runs wait for a worker.
    #[serde(default)]
    #[schema(minimum = -100, maximum = 100)]
    priority: i64,
    /// Wait this long for its end, or until it waits for somebody, in milliseconds.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 120000)]
    wait_ms: u32,
}

/// Begins a run of an agent. It is durable when this answers, and goes on whatever becomes of this server.
///
/// With an `Idempotency-Key` there is one run however often this is sent. With `Accept: text/event-stream` the answer
/// is the stream of the run's events, as `GET /api/v1/runs/{id}/events` gives it.
#[utoipa::path(
    post,
    path = "/api/v1/runs",
    operation_id = "start_run",
    tag = "runs",
    params((
        "Idempotency-Key" = Option<String>, Header,
        description = "Names the intent: 1 to 255 visible ASCII characters. Used again for something else it is a conflict",
        min_length = 1, max_length = 255, pattern = "^[!-~]+$",
    )),
    request_body(content = RunSpec, example = json!({"agent": "Greeter", "message": "Hello", "wait_ms": 20000})),
    responses(
        (status = 200, description = "It has ended within `wait_ms`", content((Run = "application/json"), (String = "text/event-stream"))),
        (
            status = 202,
            description = "It is at work, or waits",
            body = Run,
            headers(("Location" = String, description = "The run's path")),
        ),
    ),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("agents:run"))),
)]
pub(crate) async fn start(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    headers: HeaderMap,
    Json(mut spec): Json<RunSpec>,
) -> Result<Response, ApiError> {
    let Some(agent) = spec.agent.take() else {
        return Err(Fault::invalid("agent", "`agent` is missing: the name or the id of an agent").into());
    };
    begin(&state, &caller, &headers, agent, spec).await
}

/// Begins a run of this agent; see `POST /api/v1/runs`.
#[utoipa::path(
    post,
    path = "/api/v1/agents/{agent}/runs",
    operation_id = "run_agent",
    tag = "runs",
    params(
        ("agent" = String, Path, description = "The agent's name or id"),
        (
            "Idempotency-Key" = Option<String>, Header,
            description = "Names the intent: 1 to 255 visible ASCII characters. Used again for something else it is a conflict",
            min_length = 1, max_length = 255, pattern = "^[!-~]+$",
        ),
    ),
    request_body(content = RunSpec, example = json!({"message": "Hello", "wait_ms": 20000})),
    responses(
        (status = 200, description = "It has ended within `wait_ms`", content((Run = "application/json"), (String = "text/event-stream"))),
        (
            status = 202,
            description = "It is at work, or waits",
            body = Run,
            headers(("Location" = String, description = "The run's path")),
        ),
    ),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("agents:run"))),
)]
pub(crate) async fn start_of_agent(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(agent): Path<String>,
    headers: HeaderMap,
    Json(spec): Json<RunSpec>,
) -> Result<Response, ApiError> {
    if spec.agent.as_ref().is_some_and(|named| *named != agent) {
        return Err(Fault::invalid("agent", "`agent` is not the one that the address names; leave it out here").into());
    }
    begin(&state, &caller, &headers, agent, spec).await
}

async fn begin(
    state: &ServerState,
    caller: &Caller,
    headers: &HeaderMap,
    agent: String,
    spec: RunSpec,
) -> Result<Response, ApiError> {
    if spec.wait_ms > MOST_WAIT {
        return Err(Fault::invalid("wait_ms", format!("`wait_ms` may be at most {MOST_WAIT}")).into());
    }
    let key = idempotency_key(headers)?;
    let request = RunRequest {
        thread: spec.thread_id,
        tools: spec.tools,
        context: spec.context,
        metadata: spec.metadata,
        limits: spec.limits,
        channel: spec.channel.unwrap_or(Channel::Chat),
        webhook: spec.webhook,
        delay: Duration::from_secs(spec.delay_s.into()),
        priority: spec.priority,
        // A key is its user's own.
        dedupe_key: key.map(|key| format!("run:{}:{key}", caller.user_id)),
        ..RunRequest::new(agent, spec.message.parts())
    };
    let wants_events = events::are_wanted(headers);
    let run = match spec.wait_ms {
        wait_ms if wait_ms > 0 && !wants_events => {
            let wait = Duration::from_millis(wait_ms.into());
            run::start_and_wait(&state.app, caller, request, wait, &state.closing).await?
        }
        wait_ms => {
            let run = run::start(&state.app, caller, request).await?;
            return begun(state, caller, headers, run, wait_ms).await;
        }
    };
    Ok(answer(run))
}

/// The answer to whoever began a run: its events, or the run once it has settled or `wait_ms` are over.
pub(in crate::api) async fn begun(
    state: &ServerState,
    caller: &Caller,
    headers: &HeaderMap,
    run: Run,
    wait_ms: u32,
) -> Result<Response, ApiError> {
    if events::are_wanted(headers) {
        // The run has begun: whoever is told of an error begins another.
        return Ok(stream(state, caller, headers, run.id, 0).await.unwrap_or_else(|error| {
            tracing::warn!(run = %run.id, ?error, "a run that has just begun cannot be watched");
            answer(run)
        }));
    }
    let run = match wait_ms {
        0 => run,
        wait_ms => {
            let wait = Duration::from_millis(wait_ms.into());
            tokio::select! {
                run = run::wait_for_begun(&state.app, caller, run.clone(), wait) => run,
                () = state.closing.cancelled() => run,
            }
        }
    };
    Ok(answer(run))
}

fn answer(run: Run) -> Response {
    let status = if run.state.is_final() { StatusCode::OK } else { StatusCode::ACCEPTED };
    let location = format!("/api/v1/runs/{}", run.id);
    (status, [(header::LOCATION, location)], Json(run)).into_response()
}

/// The run once it has ended or lies down, or as it is after `wait_ms`, or when this server stops.
pub(super) async fn settled(state: &ServerState, caller: &Caller, id: RunId, wait_ms: u32) -> Result<Run, Fault> {
    let wait = run::wait(&state.app, caller, id, Duration::from_millis(wait_ms.into()));
    tokio::select! {
        waited = wait => waited,
        () = state.closing.cancelled() => run::get(&state.app, caller, id).await,
    }
}
