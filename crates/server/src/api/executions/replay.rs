//! `POST /api/v1/executions/{id}/replay`

use axum::extract::State;
use callwright_model::id::ExecutionId;
use callwright_runtime::{
    call::CallAnswer,
    executions::{self, ReplaySpec},
};

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// Makes the same call again, as a new execution of the tool as it is now.
#[utoipa::path(
    post,
    path = "/api/v1/executions/{id}/replay",
    operation_id = "replay_execution",
    tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution to repeat")),
    request_body = ReplaySpec,
    responses((status = 200, description = "How the new execution went, well or not", body = CallAnswer)),
    extensions(("x-right" = json!("decide")), ("x-scope" = json!("executions:decide"))),
)]
pub(crate) async fn replay(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ExecutionId>,
    Json(spec): Json<ReplaySpec>,
) -> Result<Json<CallAnswer>, ApiError> {
    Ok(Json(executions::replay(&state.app, &caller, id, spec).await?))
}
