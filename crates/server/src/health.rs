//! Whether the process lives, and whether it should be given work.

use axum::extract::State;
use callwright_model::{Fault, FaultKind};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{body::Json, error::ApiError, state::ServerState};

/// How a server is.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// Always `ok`; a server that is not answers with an error.
    status: &'static str,
    /// The program's version.
    version: &'static str,
}

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(live)).routes(routes!(ready))
}

/// The process is up. Says nothing about the database.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "health",
    tag = "operation",
    responses((status = 200, description = "The process is up", body = Health)),
    extensions(("x-right" = json!("public"))),
)]
async fn live() -> Json<Health> {
    Json(ok())
}

/// The server can do its work: the database answers, and it is not stopping.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "readiness",
    tag = "operation",
    responses((status = 200, description = "Ready for work", body = Health)),
    extensions(("x-right" = json!("public"))),
)]
async fn ready(State(state): State<ServerState>) -> Result<Json<Health>, ApiError> {
    if state.closing.is_cancelled() || !state.app.is_ready() {
        return Err(Fault::new(FaultKind::Unavailable, "not_ready", "the server is starting or stopping").into());
    }
    state.app.store().ping().await.map_err(Fault::from)?;
    Ok(Json(ok()))
}

fn ok() -> Health {
    Health { status: "ok", version: env!("CARGO_PKG_VERSION") }
}
