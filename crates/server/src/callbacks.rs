//! `POST /callbacks/{ticket}/{secret}`: results that come later, to a one-time address.

use axum::{extract::State, http::HeaderMap};
use callwright_model::id::TicketId;
use callwright_runtime::call::callback::{self, Arrived};
use http::header;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    body::{self, Json, Path},
    error::ApiError,
    state::ServerState,
};

/// What became of a result.
#[derive(Debug, Serialize, ToSchema)]
struct Received {
    /// `received`, or `already_received` when there was one before.
    status: &'static str,
}

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(arrive))
}

/// Takes the result of an execution from its upstream. The address is given out with the request and good for one
/// result; a second one changes nothing. JSON is taken as JSON, anything else as text.
#[utoipa::path(
    post,
    path = "/callbacks/{ticket}/{secret}",
    operation_id = "callback",
    tag = "callbacks",
    params(
        ("ticket" = TicketId, Path, description = "The ticket"),
        ("secret" = String, Path, description = "What makes the address hard to guess"),
    ),
    request_body(content = Value, content_type = "application/json", description = "The result"),
    responses(
        (status = 200, description = "It was taken, now or before", body = Received),
        (status = 410, description = "It came too late"),
    ),
    extensions(("x-right" = json!("public"))),
)]
async fn arrive(
    State(state): State<ServerState>,
    Path((ticket, secret)): Path<(TicketId, String)>,
    headers: HeaderMap,
    body: axum::body::Body,
) -> Result<Json<Received>, ApiError> {
    let bytes = body::read(body, &state).await?;
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_none_or(|kind| kind.to_ascii_lowercase().contains("json"));
    let result = if is_json && !bytes.is_empty() {
        body::parse::<Value>(&bytes)?
    } else {
        Value::String(String::from_utf8_lossy(&bytes).replace('\0', ""))
    };
    let status = match callback::arrive(&state.app, ticket, &secret, result).await? {
        Arrived::Taken => "received",
        Arrived::Already => "already_received",
    };
    Ok(Json(Received { status }))
}
