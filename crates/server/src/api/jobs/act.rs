//! `POST /api/v1/jobs/{id}/cancel` and `POST /api/v1/jobs/{id}/retry`

use axum::extract::State;
use callwright_model::{id::JobId, job::Job};
use callwright_runtime::job;

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// Stops a job: your own, or as an operator anybody's. One that carries a run stops the run.
#[utoipa::path(
    post,
    path = "/api/v1/jobs/{id}/cancel",
    operation_id = "cancel_job",
    tag = "jobs",
    params(("id" = JobId, Path, description = "The job")),
    responses((status = 200, description = "The job as it is now", body = Job)),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("tools:call"))),
)]
pub(crate) async fn cancel(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<JobId>,
) -> Result<Json<Job>, ApiError> {
    Ok(Json(job::cancel(&state.app, &caller, id).await?))
}

/// Tries a job again that was laid aside (`dead`). A run goes on where it was: what its tools have done is not done
/// again.
#[utoipa::path(
    post,
    path = "/api/v1/jobs/{id}/retry",
    operation_id = "retry_job",
    tag = "jobs",
    params(("id" = JobId, Path, description = "The job")),
    responses((status = 200, description = "The job, in the queue again", body = Job)),
    extensions(("x-right" = json!("decide")), ("x-scope" = json!("executions:decide"))),
)]
pub(crate) async fn retry(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<JobId>,
) -> Result<Json<Job>, ApiError> {
    Ok(Json(job::retry(&state.app, &caller, id).await?))
}
