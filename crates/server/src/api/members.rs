//! `/api/v1/members`: who belongs to the organization, and as what.

use axum::extract::State;
use callwright_model::{
    account::{Member, Role},
    id::UserId,
    page::Page,
};
use callwright_runtime::account::member;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(set_role, remove))
}

/// What a member is to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetRole {
    /// The role, at most one's own.
    role: Role,
}

/// The members, oldest user first.
#[utoipa::path(
    get,
    path = "/api/v1/members",
    operation_id = "list_members",
    tag = "members",
    params(PageQuery),
    responses((status = 200, description = "A page of members", body = Page<Member>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<Member>>, ApiError> {
    Ok(Json(member::list(&state.app, &caller, &query.request()?).await?))
}

/// Give a member another role. An admin cannot change an owner, and there is always an owner left.
#[utoipa::path(
    put,
    path = "/api/v1/members/{user_id}",
    operation_id = "set_member_role",
    tag = "members",
    params(("user_id" = UserId, Path, description = "The member")),
    request_body = SetRole,
    responses((status = 200, description = "As they are now", body = Member)),
    extensions(("x-right" = json!("govern")), ("x-scope" = json!("admin"))),
)]
async fn set_role(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(user): Path<UserId>,
    Json(request): Json<SetRole>,
) -> Result<Json<Member>, ApiError> {
    Ok(Json(member::set_role(&state.app, &caller, user, request.role).await?))
}

/// Remove a member, with their tokens and grants here.
#[utoipa::path(
    delete,
    path = "/api/v1/members/{user_id}",
    operation_id = "remove_member",
    tag = "members",
    params(("user_id" = UserId, Path, description = "The member")),
    responses((status = 204, description = "Removed")),
    extensions(("x-right" = json!("govern")), ("x-scope" = json!("admin"))),
)]
async fn remove(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(user): Path<UserId>,
) -> Result<StatusCode, ApiError> {
    member::remove(&state.app, &caller, user).await?;
    Ok(StatusCode::NO_CONTENT)
}
