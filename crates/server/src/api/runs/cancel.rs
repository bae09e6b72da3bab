//! `POST /api/v1/runs/{id}/cancel`

use axum::extract::State;
use callwright_model::{id::RunId, run::Run};
use callwright_runtime::run;

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// Stops a run, whatever it is at: your own, or as an operator anybody's. What a tool has begun by then is carried out
/// and recorded. A run on another server may still be `running` in the answer; it stops within a second.
#[utoipa::path(
    post,
    path = "/api/v1/runs/{id}/cancel",
    operation_id = "cancel_run",
    tag = "runs",
    params(("id" = RunId, Path, description = "The run")),
    responses((status = 200, description = "The run as it is now", body = Run)),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("agents:run"))),
)]
pub(crate) async fn cancel(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<RunId>,
) -> Result<Json<Run>, ApiError> {
    Ok(Json(run::cancel(&state.app, &caller, id).await?))
}
