//! `/api/v1/features`: what is switched on for the organization, or for a share of its executions.

use std::collections::BTreeMap;

use axum::extract::State;
use callwright_runtime::features::{self, Feature};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{auth::Authed, body::Json, error::ApiError, state::ServerState};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list, put))
}

/// Every feature that is known, and how it stands.
#[utoipa::path(
    get,
    path = "/api/v1/features",
    operation_id = "list_features",
    tag = "features",
    responses((status = 200, description = "The features", body = Vec<Feature>)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
) -> Result<Json<Vec<Feature>>, ApiError> {
    Ok(Json(features::list(&state.app, &caller).await?))
}

/// Sets features, each to a share of 0 (off) to 100 (on), or with `null` back to what holds for all. Others stay.
#[utoipa::path(
    put,
    path = "/api/v1/features",
    operation_id = "put_features",
    tag = "features",
    request_body(content = BTreeMap<String, Option<u8>>, description = "The share of each feature, for example `{\"kind.system\": 25}`"),
    responses((status = 200, description = "The features as they stand now", body = Vec<Feature>)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
pub(crate) async fn put(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(flags): Json<BTreeMap<String, Option<u8>>>,
) -> Result<Json<Vec<Feature>>, ApiError> {
    Ok(Json(features::set(&state.app, &caller, flags).await?))
}
