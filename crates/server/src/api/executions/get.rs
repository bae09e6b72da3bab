//! `GET /api/v1/executions/{id}`

use axum::extract::State;
use callwright_model::{execution::Execution, id::ExecutionId};
use callwright_runtime::executions;

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// One execution.
#[utoipa::path(
    get,
    path = "/api/v1/executions/{id}",
    operation_id = "get_execution",
    tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution")),
    responses((status = 200, description = "The execution", body = Execution)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ExecutionId>,
) -> Result<Json<Execution>, ApiError> {
    Ok(Json(executions::get(&state.app, &caller, id).await?))
}
