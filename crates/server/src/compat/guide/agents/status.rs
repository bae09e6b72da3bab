//! `GET /agents/status/{job_id}`

use axum::extract::State;
use callwright_model::id::JobId;
use callwright_runtime::run::{self, status::JobStatus};

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// How a run stands. `estimated_remaining` is by the agent's last runs.
#[utoipa::path(
    get,
    path = "/agents/status/{job_id}",
    operation_id = "guide_job_status",
    tag = "guide",
    params(("job_id" = JobId, Path, description = "The job's id")),
    responses((status = 200, description = "How it stands", body = JobStatus)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn status(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(job): Path<JobId>,
) -> Result<Json<JobStatus>, ApiError> {
    Ok(Json(run::status(&state.app, &caller, job).await?))
}
