//! `GET /api/v1/runs`

use axum::extract::State;
use callwright_model::{
    Fault,
    account::Caller,
    id::{RunId, ThreadId, UserId},
    page::{Page, PageRequest},
    run::{Run, RunKind, RunState},
};
use callwright_runtime::run;
use callwright_store::run::RunFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    auth::Authed,
    body::{Json, Query},
    error::ApiError,
    live::filter::{agent_id, workflow_id},
    state::ServerState,
};

/// Which runs to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunsQuery {
    /// In this state.
    #[param(inline)]
    state: Option<RunState>,
    /// Of this agent: its name or id. By id also of one that is gone.
    agent: Option<String>,
    /// Of this workflow: its name or id. By id also of one that is gone.
    workflow: Option<String>,
    /// Of agents, or of workflows.
    #[param(inline)]
    kind: Option<RunKind>,
    /// Asked for by this run, as steps or through tools.
    parent_id: Option<RunId>,
    /// On this thread.
    thread_id: Option<ThreadId>,
    /// For this user: an id, or `me`.
    user: Option<String>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The organization's runs, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/runs",
    operation_id = "list_runs",
    tag = "runs",
    params(RunsQuery),
    responses((status = 200, description = "A page of runs", body = Page<Run>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<RunsQuery>,
) -> Result<Json<Page<Run>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter = RunFilter {
        state: query.state,
        agent_id: agent_id(&state.app, &caller, query.agent.as_deref()).await?,
        workflow_id: workflow_id(&state.app, &caller, query.workflow.as_deref()).await?,
        kind: query.kind,
        parent_id: query.parent_id,
        thread_id: query.thread_id,
        user_id: user_id(&caller, query.user.as_deref())?,
        is_first: false,
    };
    Ok(Json(run::list(&state.app, &caller, filter, page).await?))
}

/// A user in a filter: an id, or `me`.
pub(in crate::api) fn user_id(caller: &Caller, user: Option<&str>) -> Result<Option<UserId>, Fault> {
    match user {
        None => Ok(None),
        Some("me") => Ok(Some(caller.user_id)),
        Some(id) => match id.parse() {
            Ok(id) => Ok(Some(id)),
            Err(_) => Err(Fault::invalid("user", "query `user` must be the id of a user, or `me`")),
        },
    }
}
