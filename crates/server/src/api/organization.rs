//! `/api/v1/organization`: the one in which one works.

use axum::extract::State;
use callwright_model::{account::Organization, id::UserId};
use callwright_runtime::account::organization;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{auth::Authed, body::Json, error::ApiError, state::ServerState};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(show, rename, delete)).routes(routes!(transfer))
}

/// An organization's new name.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Rename {
    /// The name.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
}

/// Proof that the deletion is meant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Delete {
    /// The organization's name, typed once more.
    name: String,
}

/// Who is to be the owner.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Transfer {
    /// A member of the organization.
    user_id: UserId,
}

/// The organization.
#[utoipa::path(
    get,
    path = "/api/v1/organization",
    operation_id = "get_organization",
    tag = "organization",
    responses((status = 200, description = "The organization", body = Organization)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn show(State(state): State<ServerState>, Authed(caller): Authed) -> Result<Json<Organization>, ApiError> {
    Ok(Json(organization::get(&state.app, &caller).await?))
}

/// Rename it.
#[utoipa::path(
    patch,
    path = "/api/v1/organization",
    operation_id = "rename_organization",
    tag = "organization",
    request_body = Rename,
    responses((status = 200, description = "As it is now", body = Organization)),
    extensions(("x-right" = json!("govern")), ("x-scope" = json!("admin"))),
)]
async fn rename(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(request): Json<Rename>,
) -> Result<Json<Organization>, ApiError> {
    Ok(Json(organization::rename(&state.app, &caller, &request.name).await?))
}

/// Delete it with everything in it, for good.
#[utoipa::path(
    delete,
    path = "/api/v1/organization",
    operation_id = "delete_organization",
    tag = "organization",
    request_body = Delete,
    responses((status = 204, description = "Deleted")),
    extensions(("x-right" = json!("own")), ("x-scope" = json!("admin"))),
)]
async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(request): Json<Delete>,
) -> Result<StatusCode, ApiError> {
    organization::delete(&state.app, &caller, &request.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make another member the owner. One is an admin afterwards.
#[utoipa::path(
    post,
    path = "/api/v1/organization/transfer",
    operation_id = "transfer_organization",
    tag = "organization",
    request_body = Transfer,
    responses((status = 204, description = "Handed over")),
    extensions(("x-right" = json!("own")), ("x-scope" = json!("admin"))),
)]
async fn transfer(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(request): Json<Transfer>,
) -> Result<StatusCode, ApiError> {
    organization::transfer(&state.app, &caller, request.user_id).await?;
    Ok(StatusCode::NO_CONTENT)
}
