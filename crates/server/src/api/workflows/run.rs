//! `POST /api/v1/workflows/{workflow}/runs`

use std::time::Duration;

use axum::{extract::State, response::Response};
use callwright_model::{Fault, Object, context::Channel, run::Run, webhook::WebhookTarget};
use callwright_runtime::run::flow::{self, WorkflowRequest};
use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    api::runs::{MOST_WAIT, begun},
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    header::idempotency_key,
    state::ServerState,
};

/// A run of a workflow to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WorkflowRunSpec {
    /// What it is given: an object, which steps read as `params`, or a text; at most 1 MiB as JSON.
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    input: Option<Value>,
    /// Variables of this run that conditions, templates, agents and tools may read; at most 64 KiB.
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
    /// The most seconds that it takes, the time it waits for others included, instead of the workflow's.
    #[schema(minimum = 1, maximum = 2592000)]
    timeout_s: Option<u32>,
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

/// Begins a run of this workflow. It is durable when this answers, and goes on whatever becomes of this server.
///
/// With an `Idempotency-Key` there is one run however often this is sent. With `Accept: text/event-stream` the answer
/// is the stream of the run's events, as `GET /api/v1/runs/{id}/events` gives it.
#[utoipa::path(
    post,
    path = "/api/v1/workflows/{workflow}/runs",
    operation_id = "run_workflow",
    tag = "workflows",
    params(
        ("workflow" = String, Path, description = "The workflow's name or id"),
        (
            "Idempotency-Key" = Option<String>, Header,
            description = "Names the intent: 1 to 255 visible ASCII characters. Used again for something else it is a conflict",
            min_length = 1, max_length = 255, pattern = "^[!-~]+$",
        ),
    ),
    request_body(content = WorkflowRunSpec, example = json!({"input": {"product_id": 7}, "wait_ms": 20000})),
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
    Path(name): Path<String>,
    headers: HeaderMap,
    Json(spec): Json<WorkflowRunSpec>,
) -> Result<Response, ApiError> {
    if spec.wait_ms > MOST_WAIT {
        return Err(Fault::invalid("wait_ms", format!("`wait_ms` may be at most {MOST_WAIT}")).into());
    }
    let key = idempotency_key(&headers)?;
    let request = WorkflowRequest {
        context: spec.context,
        metadata: spec.metadata,
        timeout_s: spec.timeout_s,
        channel: spec.channel.unwrap_or(Channel::Chat),
        webhook: spec.webhook,
        delay: Duration::from_secs(spec.delay_s.into()),
        priority: spec.priority,
        // A key is its user's own.
        dedupe_key: key.map(|key| format!("workflow:{}:{key}", caller.user_id)),
        ..WorkflowRequest::new(name, spec.input.unwrap_or_default())
    };
    let run = flow::start(&state.app, &caller, request).await?;
    begun(&state, &caller, &headers, run, spec.wait_ms).await
}
