//! `POST /api/v1/executions/{id}/settle`

use axum::extract::State;
use callwright_model::{
    execution::{Execution, Settlement},
    id::ExecutionId,
};
use callwright_runtime::executions;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// What somebody found out about an unknown outcome.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settle {
    /// What happened.
    #[serde(rename = "as")]
    settlement: Settlement,
    /// How that is known, for the audit log.
    note: Option<String>,
}

/// Settles an execution whose outcome is unknown; the same call is then no longer held.
#[utoipa::path(
    post,
    path = "/api/v1/executions/{id}/settle",
    operation_id = "settle_execution",
    tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution")),
    request_body = Settle,
    responses((status = 200, description = "The execution as it is now", body = Execution)),
    extensions(("x-right" = json!("decide")), ("x-scope" = json!("executions:decide"))),
)]
pub(crate) async fn settle(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ExecutionId>,
    Json(body): Json<Settle>,
) -> Result<Json<Execution>, ApiError> {
    Ok(Json(executions::settle(&state.app, &caller, id, body.settlement, body.note).await?))
}
