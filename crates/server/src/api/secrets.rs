//! `/api/v1/secrets`: set, listed by name, deleted; never read back.

use axum::extract::State;
use callwright_model::{
    page::{Page, PageRequest},
    secret::SecretString,
};
use callwright_runtime::account::secret;
use callwright_vault::SecretInfo;
use http::StatusCode;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(set, delete))
}

/// Whose secrets to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SecretQuery {
    /// An agent's, by its name or id; the organization's when absent.
    agent: Option<String>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Whose secret it is.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct SecretOwner {
    /// An agent's, by its name or id; the organization's when absent.
    agent: Option<String>,
}

/// A secret to keep.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetSecret {
    /// The plaintext. Nobody can read it back.
    #[schema(format = Password, min_length = 1)]
    value: String,
    /// The agent whose own it is to be, by its name or id; the organization's when absent.
    agent: Option<String>,
}

/// The names of the secrets, without their values.
#[utoipa::path(
    get,
    path = "/api/v1/secrets",
    operation_id = "list_secrets",
    tag = "secrets",
    params(SecretQuery),
    responses((status = 200, description = "A page of names", body = Page<SecretInfo>)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("admin"))),
)]
async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<SecretQuery>,
) -> Result<Json<Page<SecretInfo>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    Ok(Json(secret::list(&state.app, &caller, query.agent.as_deref(), &page).await?))
}

/// Set a secret, over an earlier one of that name. Tools refer to it as `${NAME}`.
#[utoipa::path(
    put,
    path = "/api/v1/secrets/{name}",
    operation_id = "set_secret",
    tag = "secrets",
    params(("name" = String, Path, description = "Letters, digits and `_`, at most 64, not starting with a digit")),
    request_body = SetSecret,
    responses((status = 200, description = "What is known of it from now on", body = SecretInfo)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
async fn set(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Json(request): Json<SetSecret>,
) -> Result<Json<SecretInfo>, ApiError> {
    let value = SecretString::new(request.value);
    Ok(Json(secret::set(&state.app, &caller, request.agent.as_deref(), &name, value).await?))
}

/// Delete a secret. Tools that refer to it fail from now on.
#[utoipa::path(
    delete,
    path = "/api/v1/secrets/{name}",
    operation_id = "delete_secret",
    tag = "secrets",
    params(("name" = String, Path, description = "The secret's name"), SecretOwner),
    responses((status = 204, description = "Deleted")),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Query(query): Query<SecretOwner>,
) -> Result<StatusCode, ApiError> {
    secret::delete(&state.app, &caller, query.agent.as_deref(), &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
