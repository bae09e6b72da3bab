//! `GET /api/v1/jobs` and `GET /api/v1/jobs/{id}`

use axum::extract::State;
use callwright_model::{
    id::JobId,
    job::{Job, JobKind, JobState},
    page::{Page, PageRequest},
};
use callwright_runtime::job;
use callwright_store::job::JobFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    api::runs::user_id,
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    state::ServerState,
};

/// Which jobs to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobsQuery {
    /// In this state. `dead` are those that were laid aside.
    #[param(inline)]
    state: Option<JobState>,
    /// Of this kind.
    #[param(inline)]
    kind: Option<JobKind>,
    /// Asked for by this user: an id, or `me`.
    user: Option<String>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The organization's jobs, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/jobs",
    operation_id = "list_jobs",
    tag = "jobs",
    params(JobsQuery),
    responses((status = 200, description = "A page of jobs", body = Page<Job>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<JobsQuery>,
) -> Result<Json<Page<Job>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter = JobFilter { state: query.state, kind: query.kind, user_id: user_id(&caller, query.user.as_deref())? };
    Ok(Json(job::list(&state.app, &caller, filter, page).await?))
}

/// One job: your own, or with the right to read anybody's.
#[utoipa::path(
    get,
    path = "/api/v1/jobs/{id}",
    operation_id = "get_job",
    tag = "jobs",
    params(("id" = JobId, Path, description = "The job")),
    responses((status = 200, description = "The job", body = Job)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<JobId>,
) -> Result<Json<Job>, ApiError> {
    Ok(Json(job::get(&state.app, &caller, id).await?))
}
