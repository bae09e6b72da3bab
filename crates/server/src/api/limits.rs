//! `/api/v1/limits`: what the organization and its agents may do at once and in a while.

use axum::extract::State;
use callwright_model::tool::policy::limits::Limits;
use callwright_runtime::limits;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Json, Query},
    error::ApiError,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(get, put))
}

/// Whose limits.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Whose {
    /// This agent's, by name or id, instead of the organization's.
    pub(crate) agent: Option<String>,
}

/// The limits of the organization, or of one of its agents. They hold beside those of each tool.
#[utoipa::path(
    get,
    path = "/api/v1/limits",
    operation_id = "get_limits",
    tag = "limits",
    params(Whose),
    responses((status = 200, description = "The limits; empty when none are set", body = Limits)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(whose): Query<Whose>,
) -> Result<Json<Limits>, ApiError> {
    Ok(Json(limits::get(&state.app, &caller, whose.agent.as_deref()).await?))
}

/// Replaces the limits of the organization, or of one of its agents. An empty object takes them away.
#[utoipa::path(
    put,
    path = "/api/v1/limits",
    operation_id = "set_limits",
    tag = "limits",
    params(Whose),
    request_body = Limits,
    responses((status = 200, description = "The limits as they are now", body = Limits)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
async fn put(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(whose): Query<Whose>,
    Json(limits): Json<Limits>,
) -> Result<Json<Limits>, ApiError> {
    Ok(Json(limits::set(&state.app, &caller, whose.agent.as_deref(), limits).await?))
}
