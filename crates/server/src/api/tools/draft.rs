//! `/api/v1/tools/{name}/draft`: a state that is being worked on beside the live one.

use axum::{extract::State, response::Response};
use callwright_model::tool::ToolSpec;
use callwright_runtime::registry::{
    Upserted,
    draft::{self, DraftView},
};
use http::StatusCode;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::saved;
use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    state::ServerState,
};

/// The draft of a tool, and what it would change.
#[utoipa::path(
    get,
    path = "/api/v1/tools/{name}/draft",
    operation_id = "get_tool_draft",
    tag = "tools",
    params(("name" = String, Path, description = "The tool's name or id")),
    responses((status = 200, description = "The draft beside the live state", body = DraftView)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<Json<DraftView>, ApiError> {
    Ok(Json(draft::get(&state.app, &caller, &name).await?))
}

/// How to save a draft.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct DraftQuery {
    /// It takes the live revision into account: from now on that is the one it was begun from.
    #[serde(default)]
    #[param(required = false)]
    rebase: bool,
}

/// Begins a draft, or saves it again. It remembers the revision that it was begun from; calls and models do not see it.
#[utoipa::path(
    put,
    path = "/api/v1/tools/{name}/draft",
    operation_id = "put_tool_draft",
    tag = "tools",
    params(("name" = String, Path, description = "The tool's name or id"), DraftQuery),
    request_body = ToolSpec,
    responses((status = 200, description = "The draft beside the live state", body = DraftView)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn put(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Query(query): Query<DraftQuery>,
    Json(spec): Json<ToolSpec>,
) -> Result<Json<DraftView>, ApiError> {
    Ok(Json(draft::put(&state.app, &caller, &name, spec, query.rebase).await?))
}

/// Throws the draft away.
#[utoipa::path(
    delete,
    path = "/api/v1/tools/{name}/draft",
    operation_id = "delete_tool_draft",
    tag = "tools",
    params(("name" = String, Path, description = "The tool's name or id")),
    responses((status = 204, description = "It is gone")),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    draft::delete(&state.app, &caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What to say about a draft that becomes the live state.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Publish {
    /// Why, for the history.
    note: Option<String>,
}

/// Makes the draft the live state, as a new revision. When somebody changed the tool since the draft was begun it is a
/// conflict, and `details.diff` says what they changed.
#[utoipa::path(
    post,
    path = "/api/v1/tools/{name}/draft/publish",
    operation_id = "publish_tool_draft",
    tag = "tools",
    params(("name" = String, Path, description = "The tool's name or id")),
    request_body = Publish,
    responses(
        (status = 200, description = "What was done", body = Upserted),
        (status = 202, description = "Somebody else has to agree first; nothing changed", body = Upserted),
    ),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn publish(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Json(body): Json<Publish>,
) -> Result<Response, ApiError> {
    Ok(saved(draft::publish(&state.app, &caller, &name, body.note).await?))
}
