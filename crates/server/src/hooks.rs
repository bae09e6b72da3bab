//! `POST /hooks/{slug}`: whoever has a hook's secret starts what the hook is for.

use axum::{
    extract::{FromRequestParts, Request, State},
    response::{IntoResponse, Response},
};
use callwright_model::{Fault, hook::HookOutcome};
use callwright_runtime::hooks::{
    HookAnswer,
    admit::{self, Presented},
    status,
    take::{self, HookRequest},
};
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::ClientAddr,
    body::{self, Json, Path, Query},
    error::{ApiError, ErrorBody},
    header::idempotency_key,
    platforms::whole_url,
    request_id,
    state::ServerState,
};

/// The header that names an intent.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The most bytes of a request.
const MOST_BYTES: usize = 256 * 1024;

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(take)).routes(routes!(look))
}

/// Starts what a hook is for: a tool, an agent or a workflow. The secret is sent as `Authorization: Bearer`, or the body
/// is signed, as the hook's maker says. The answer has the result when there is one within the hook's wait; else it is 202
/// and says where to ask. Where `webhook_response_url` is given, the outcome is sent there in any case.
///
/// With `idempotency_key` (or `Idempotency-Key`, or `webhook-id` where that is signed) it acts once, however often it is
/// sent. The same signed bytes act once in any case; beside a signature the header counts for nothing, and is refused.
#[utoipa::path(
    post,
    path = "/hooks/{slug}",
    operation_id = "use_hook",
    tag = "hooks",
    params(
        ("slug" = String, Path, description = "The hook's slug or id"),
        (
            "Idempotency-Key" = Option<String>, Header,
            description = "Names the intent: 1 to 200 visible ASCII characters",
            min_length = 1, max_length = 200, pattern = "^[!-~]+$",
        ),
    ),
    request_body(content = HookRequest, example = json!({
        "action": "create_lead", "parameters": {"email": "ada@example.com"}, "idempotency_key": "lead-17",
    })),
    responses(
        (status = 200, description = "It has ended, well or not", body = HookAnswer),
        (status = 202, description = "It goes on; `status_url` tells how", body = HookAnswer),
        (status = 401, description = "No such hook, or its secret was not shown", body = ErrorBody),
        (status = 402, description = "It costs more credits than the organization has", body = ErrorBody),
        (status = 403, description = "Switched off, or not from there, or not its maker's to start any more", body = ErrorBody),
        (status = 404, description = "What it starts is not there any more", body = ErrorBody),
        (status = 409, description = "The key was used for something else", body = ErrorBody),
        (status = 429, description = "Too often; `Retry-After` says when to come back", body = ErrorBody),
    ),
    extensions(("x-right" = json!("public"))),
)]
async fn take(
    State(state): State<ServerState>,
    Path(slug): Path<String>,
    request: Request,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let limit = MOST_BYTES.min(state.options.max_body_bytes);
    let bytes = body::read_up_to(body, &state, limit).await?;
    let Ok(ClientAddr(address)) = ClientAddr::from_request_parts(&mut parts, &state).await;
    let presented = Presented {
        headers: &parts.headers,
        method: parts.method.as_str(),
        url: whole_url(&state, &parts),
        body: &bytes,
        address,
    };
    let mut admitted = admit::by_slug(&state.app, &slug, &presented).await?;
    admitted.caller.request_id = request_id::of(&parts.headers);
    let mut request: HookRequest = body::parse_as_json(&parts.headers, &bytes)?;
    if request.idempotency_key.is_none() {
        request.idempotency_key = key(&admitted, &parts.headers)?;
    }
    let answer = take::take(&state.app, &admitted, request).await?;
    let status = if answer.status == HookOutcome::Pending { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, Json(answer)).into_response())
}

/// What names the intent where the body does not. Of a signed request only what was signed: whoever sends one again that
/// they have seen may put any other header beside it.
fn key(admitted: &admit::Admitted, headers: &http::HeaderMap) -> Result<Option<String>, Fault> {
    let Some(signed) = admitted.signed_key() else { return idempotency_key(headers) };
    let id = signed_id(admitted, headers);
    if id.is_none() && headers.contains_key(IDEMPOTENCY_KEY) {
        let message = "the signature does not cover the header `Idempotency-Key`: send `idempotency_key` in the body";
        return Err(Fault::invalid("idempotency_key", message));
    }
    Ok(Some(id.unwrap_or(signed)))
}

/// The id of a message, where it is part of what was signed: who sends a message again sends it with the same id.
fn signed_id(admitted: &admit::Admitted, headers: &http::HeaderMap) -> Option<String> {
    let name = admitted.hook.rules.protection.id_header()?;
    let id = headers.get(name)?.to_str().ok()?;
    ((1..=200).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic())).then(|| id.to_owned())
}

/// What is asked after.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct StatusQuery {
    /// As the answer's `status_url` has it.
    key: String,
}

/// How something stands that a hook started. The address is given out with the answer and good for a day.
#[utoipa::path(
    get,
    path = "/hooks/{slug}/status",
    operation_id = "hook_status",
    tag = "hooks",
    params(("slug" = String, Path, description = "The hook's id"), StatusQuery),
    responses(
        (status = 200, description = "How it stands", body = HookAnswer),
        (status = 404, description = "There is nothing at this address", body = ErrorBody),
        (status = 410, description = "The address has served its time", body = ErrorBody),
    ),
    extensions(("x-right" = json!("public"))),
)]
async fn look(
    State(state): State<ServerState>,
    Path(hook): Path<String>,
    Query(query): Query<StatusQuery>,
) -> Result<Json<HookAnswer>, ApiError> {
    let answer: Result<HookAnswer, Fault> = status::look(&state.app, &hook, &query.key).await;
    Ok(Json(answer?))
}
