//! `POST /api/v1/tools/{name}/rollback`

use axum::{extract::State, response::Response};
use callwright_runtime::registry::{self, Upserted};
use serde::Deserialize;
use utoipa::ToSchema;

use super::saved;
use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// Where to go back to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rollback {
    /// The revision to bring back.
    revision: i64,
    /// Why, for the history.
    note: Option<String>,
}

/// Brings a tool back to an earlier state, as a new revision.
#[utoipa::path(
    post,
    path = "/api/v1/tools/{name}/rollback",
    operation_id = "roll_tool_back",
    tag = "tools",
    params(("name" = String, Path, description = "The tool's name or id")),
    request_body = Rollback,
    responses(
        (status = 200, description = "What was done", body = Upserted),
        (status = 202, description = "Somebody else has to agree first; nothing changed", body = Upserted),
    ),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn rollback(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Json(body): Json<Rollback>,
) -> Result<Response, ApiError> {
    Ok(saved(registry::rollback(&state.app, &caller, &name, body.revision, body.note).await?))
}
