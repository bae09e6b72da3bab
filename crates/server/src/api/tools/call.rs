//! `POST /api/v1/tools/{name}/call`

mod events;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use callwright_model::{Object, context::Channel, webhook::WebhookTarget};
use callwright_runtime::call::{self, CallAnswer, CallRequest};
use http::{HeaderMap, header};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    header::idempotency_key,
    state::ServerState,
};

/// A call of a tool.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallBody {
    /// The arguments, which must fit the tool's schema. Nothing counts as an empty object.
    #[serde(default)]
    #[schema(value_type = Object)]
    arguments: Value,
    /// What is known about the circumstances: `call_sid`, `phone_number`, `conversation_id`…
    #[serde(default)]
    #[schema(value_type = Object)]
    context: Object,
    /// Call it as this agent has it: by name or id.
    agent: Option<String>,
    /// Render the request and send nothing.
    #[serde(default)]
    dry_run: bool,
    /// Try the tool's draft instead of its live state; for builders, and not through an agent.
    #[serde(default)]
    draft: bool,
    /// Where it is used. Guessed from the context when absent.
    channel: Option<Channel>,
    /// Told how it went, when this request is answered before that: because somebody must agree first, the tool
    /// answers by a certain time, or its result comes later.
    webhook: Option<WebhookTarget>,
    /// Fetch what follows in a cut result instead: `truncated.cursor` of an earlier answer.
    cursor: Option<String>,
}

/// Calls a tool. A tool that failed is an answer like any other: look at `success`. With an `Idempotency-Key` one
/// effect happens however often this is sent, and every one of the requests is given the same outcome.
///
/// With `Accept: text/event-stream` the answer comes as the last of a stream of events: `started`, `progress` and
/// `speech` while it runs, then `answer` (or `error`).
#[utoipa::path(
    post,
    path = "/api/v1/tools/{name}/call",
    operation_id = "call_tool",
    tag = "tools",
    params(
        ("name" = String, Path, description = "The tool's name or id"),
        (
            "Idempotency-Key" = Option<String>, Header,
            description = "Names the intent: 1 to 255 visible ASCII characters. Used again with other arguments it is a conflict",
            min_length = 1, max_length = 255, pattern = "^[!-~]+$",
        ),
        (
            "Cache-Control" = Option<String>, Header,
            description = "`no-cache`: ask the upstream even if an answer is kept; the new one is kept",
        ),
    ),
    request_body = CallBody,
    responses((
        status = 200,
        description = "How it went, well or not",
        content((CallAnswer = "application/json"), (String = "text/event-stream")),
    )),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("tools:call"))),
)]
pub(crate) async fn call(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(tool): Path<String>,
    headers: HeaderMap,
    Json(body): Json<CallBody>,
) -> Result<Response, ApiError> {
    let request = CallRequest {
        caller,
        tool,
        arguments: body.arguments,
        context: body.context,
        established: Object::new(),
        agent: body.agent,
        channel: body.channel,
        dry_run: body.dry_run,
        idempotency_key: idempotency_key(&headers)?,
        source: if body.draft { "draft" } else { "rest" },
        replay_of: None,
        cursor: body.cursor,
        fresh: wants_fresh(&headers),
        confirmed: false,
        approved: false,
        webhook: body.webhook,
    };
    if body.draft {
        return Ok(Json(call::run_draft(&state.app, request).await?).into_response());
    }
    if events::are_wanted(&headers) {
        return events::answer(state.app, request).await;
    }
    Ok(Json(call::run(&state.app, request).await?).into_response())
}

/// `Cache-Control: no-cache` (or `no-store`), as a browser's reload says it.
fn wants_fresh(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let mut words = values.flat_map(|value| value.split(','));
    words.any(|word| ["no-cache", "no-store"].iter().any(|wanted| word.trim().eq_ignore_ascii_case(wanted)))
}
