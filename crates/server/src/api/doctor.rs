//! `GET /api/v1/doctor`

use axum::extract::State;
use callwright_runtime::doctor::{Diagnosis, diagnose};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{auth::Authed, body::Json, error::ApiError, state::ServerState};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(get))
}

/// What the server knows about its own health. What tells of the machine, of secrets or of receivers is left out for
/// those who are no administrators.
#[utoipa::path(
    get,
    path = "/api/v1/doctor",
    operation_id = "diagnose",
    tag = "operation",
    responses((status = 200, description = "What was looked at", body = Diagnosis)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
async fn get(State(state): State<ServerState>, Authed(caller): Authed) -> Result<Json<Diagnosis>, ApiError> {
    Ok(Json(diagnose(&state.app, &caller).await?))
}
