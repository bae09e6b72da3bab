//! `/api/v1/tools/{name}/grants`: with whom a tool is shared by name.

use axum::extract::State;
use callwright_model::{id::UserId, page::Page};
use callwright_runtime::registry::{self, Grant};
use http::StatusCode;

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

/// The users with whom a tool is shared. With `is_shared` everybody may call it, whoever stands here.
#[utoipa::path(
    get,
    path = "/api/v1/tools/{name}/grants",
    operation_id = "list_tool_grants",
    tag = "tools",
    params(("name" = String, Path, description = "The tool's name or id"), PageQuery),
    responses((status = 200, description = "A page of the users", body = Page<Grant>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Grant>>, ApiError> {
    Ok(Json(registry::grants(&state.app, &caller, &name, page.request()?).await?))
}

/// Shares a tool with a member. Its maker and administrators may do that.
#[utoipa::path(
    put,
    path = "/api/v1/tools/{name}/grants/{user_id}",
    operation_id = "grant_tool",
    tag = "tools",
    params(
        ("name" = String, Path, description = "The tool's name or id"),
        ("user_id" = UserId, Path, description = "The member"),
    ),
    responses((status = 204, description = "It is shared")),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn put(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path((name, user)): Path<(String, UserId)>,
) -> Result<StatusCode, ApiError> {
    registry::grant(&state.app, &caller, &name, user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a share back.
#[utoipa::path(
    delete,
    path = "/api/v1/tools/{name}/grants/{user_id}",
    operation_id = "revoke_tool_grant",
    tag = "tools",
    params(
        ("name" = String, Path, description = "The tool's name or id"),
        ("user_id" = UserId, Path, description = "The member"),
    ),
    responses((status = 204, description = "It is no longer shared with them")),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path((name, user)): Path<(String, UserId)>,
) -> Result<StatusCode, ApiError> {
    registry::revoke(&state.app, &caller, &name, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
