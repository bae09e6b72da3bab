//! `GET /jobs/status/recent`

use axum::extract::State;
use callwright_model::{
    Timestamp,
    id::{AgentId, JobId, RunId, ThreadId, WorkflowId},
    page::PageRequest,
    run::Run,
};
use callwright_runtime::run::{self, status};
use callwright_store::run::RunFilter;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::tools::ok;
use crate::{
    auth::Authed,
    body::{Json, Query},
    error::ApiError,
    state::ServerState,
};

/// How many jobs to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecentQuery {
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// A job in short.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::RecentJob)]
pub(crate) struct RecentJob {
    /// The job.
    id: JobId,
    /// `queued`, `processing`, `waiting`, `completed`, `failed` or `cancelled`.
    status: &'static str,
    /// Why there is no result; absent when nothing went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<String>,
    /// The agent, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_id: Option<AgentId>,
    /// The agent's name when it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_name: Option<String>,
    /// The workflow, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_id: Option<WorkflowId>,
    /// The workflow's name when it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_name: Option<String>,
    /// The run.
    run_id: RunId,
    /// Its thread.
    thread_id: ThreadId,
    /// How many of your comments and corrections it was told, when its agent learns.
    #[serde(skip_serializing_if = "Option::is_none")]
    learned: Option<u64>,
    /// When it was asked for.
    created_at: Timestamp,
    /// When it was begun.
    started_at: Option<Timestamp>,
    /// When it ended.
    completed_at: Option<Timestamp>,
}

impl From<Run> for RecentJob {
    fn from(run: Run) -> Self {
        Self {
            id: run.job_id,
            status: status::word(run.state),
            error_message: run.error.map(|error| error.message),
            agent_id: run.agent_id,
            agent_name: run.agent_name,
            workflow_id: run.workflow_id,
            workflow_name: run.workflow_name,
            run_id: run.id,
            thread_id: run.thread_id,
            learned: run.metadata.get("learned").and_then(|learned| learned.get("count")?.as_u64()),
            created_at: run.created_at,
            started_at: run.started_at,
            completed_at: run.ended_at,
        }
    }
}

/// The latest jobs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::RecentJobs)]
pub(crate) struct RecentJobs {
    /// The status of the answer, as a text.
    #[schema(example = "200")]
    response: String,
    /// The jobs, newest first.
    jobs: Vec<RecentJob>,
}

/// The latest jobs that you asked for, newest first; without those that are steps of others.
#[utoipa::path(
    get,
    path = "/jobs/status/recent",
    operation_id = "guide_recent_jobs",
    tag = "guide",
    params(RecentQuery),
    responses((status = 200, description = "The jobs", body = RecentJobs)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn recent(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<RecentQuery>,
) -> Result<Json<RecentJobs>, ApiError> {
    let page = PageRequest::parse(query.limit, None)?;
    let filter = RunFilter { user_id: Some(caller.user_id), is_first: true, ..RunFilter::default() };
    let found = run::list(&state.app, &caller, filter, page).await?;
    Ok(Json(RecentJobs { response: ok(), jobs: found.items.into_iter().map(RecentJob::from).collect() }))
}
