//! `POST /api/v1/jobs`

use std::time::Duration;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use callwright_model::{Fault, Object, context::Channel, job::Job, webhook::WebhookTarget};
use callwright_runtime::job::call::{self, CallJob};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{auth::Authed, body::Json, error::ApiError, header::idempotency_key, state::ServerState};

/// The longest delay: a year.
const MOST_DELAY: u32 = 366 * 24 * 3600;

/// A call of a tool in the background.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobSpec {
    /// The tool's name or id.
    tool: String,
    /// Its arguments.
    #[serde(default)]
    #[schema(value_type = Object)]
    arguments: Object,
    /// The agent through which it is called, by name or id.
    agent: Option<String>,
    /// What is known about the circumstances.
    #[serde(default)]
    #[schema(value_type = Object)]
    context: Object,
    /// Where it is used, for tools that are allowed in some places only; `webhook` unless said otherwise.
    #[schema(inline)]
    channel: Option<Channel>,
    /// Not before this many seconds from now; at most a year.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 31622400)]
    delay_s: u32,
    /// Higher goes first where jobs wait for a worker.
    #[serde(default)]
    #[schema(minimum = -100, maximum = 100)]
    priority: i64,
    /// How often it may be tried before it is laid aside.
    #[serde(default = "five")]
    #[schema(minimum = 1, maximum = 20)]
    max_attempts: i64,
    /// Told how it went, when that is not known at once: see `webhook` of a call.
    webhook: Option<WebhookTarget>,
}

fn five() -> i64 {
    5
}

/// Calls a tool in the background, now or later. What may be tried again is tried again with growing pauses; what
/// failed too often is laid aside (`dead`), to be looked at and tried again by hand.
///
/// With an `Idempotency-Key` there is one job however often this is sent.
#[utoipa::path(
    post,
    path = "/api/v1/jobs",
    operation_id = "create_job",
    tag = "jobs",
    params((
        "Idempotency-Key" = Option<String>, Header,
        description = "Names the intent: 1 to 255 visible ASCII characters. Used again for something else it is a conflict",
        min_length = 1, max_length = 255, pattern = "^[!-~]+$",
    )),
    request_body(content = JobSpec, example = json!({"tool": "send_reminder", "arguments": {"id": 7}, "delay_s": 3600})),
    responses((
        status = 202,
        description = "It is in the queue",
        body = Job,
        headers(("Location" = String, description = "The job's path")),
    )),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("tools:call"))),
)]
pub(crate) async fn push(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    headers: HeaderMap,
    Json(spec): Json<JobSpec>,
) -> Result<Response, ApiError> {
    if spec.delay_s > MOST_DELAY {
        return Err(Fault::invalid("delay_s", "`delay_s` may be at most a year").into());
    }
    let key = idempotency_key(&headers)?;
    let wish = CallJob {
        tool: spec.tool,
        arguments: Value::Object(spec.arguments),
        context: spec.context,
        agent: spec.agent,
        channel: spec.channel.unwrap_or(Channel::Webhook),
        delay: Duration::from_secs(spec.delay_s.into()),
        priority: spec.priority,
        max_attempts: spec.max_attempts,
        webhook: spec.webhook,
        // A key is its user's own.
        dedupe_key: key.map(|key| format!("job:{}:{key}", caller.user_id)),
    };
    let job = call::push(&state.app, &caller, wish).await?;
    let location = format!("/api/v1/jobs/{}", job.id);
    Ok((StatusCode::ACCEPTED, [(header::LOCATION, location)], Json(job)).into_response())
}
