//! `GET /api/v1/tools/{name}/versions`, `…/versions/{revision}` and `…/diff`: a tool's history.

use axum::extract::State;
use callwright_model::{page::Page, tool::ToolVersion};
use callwright_runtime::registry::{self, Change};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

/// Every state that a tool has been in, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/tools/{name}/versions",
    operation_id = "list_tool_versions",
    tag = "tools",
    params(("name" = String, Path, description = "The tool's name or id"), PageQuery),
    responses((status = 200, description = "A page of the history", body = Page<ToolVersion>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ToolVersion>>, ApiError> {
    Ok(Json(registry::versions(&state.app, &caller, &name, page.request()?).await?))
}

/// One state that a tool has been in.
#[utoipa::path(
    get,
    path = "/api/v1/tools/{name}/versions/{revision}",
    operation_id = "get_tool_version",
    tag = "tools",
    params(
        ("name" = String, Path, description = "The tool's name or id"),
        ("revision" = i64, Path, description = "The revision, from 1"),
    ),
    responses((status = 200, description = "The tool as it was", body = ToolVersion)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path((name, revision)): Path<(String, i64)>,
) -> Result<Json<ToolVersion>, ApiError> {
    Ok(Json(registry::version(&state.app, &caller, &name, revision).await?))
}

/// Which two states to compare.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffQuery {
    /// The earlier revision.
    from: i64,
    /// The later revision.
    to: i64,
}

/// What differs between two states of a tool.
#[utoipa::path(
    get,
    path = "/api/v1/tools/{name}/diff",
    operation_id = "diff_tool",
    tag = "tools",
    params(("name" = String, Path, description = "The tool's name or id"), DiffQuery),
    responses((status = 200, description = "The changes, field by field", body = Vec<Change>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn diff(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Query(query): Query<DiffQuery>,
) -> Result<Json<Vec<Change>>, ApiError> {
    Ok(Json(registry::diff(&state.app, &caller, &name, query.from, query.to).await?))
}
