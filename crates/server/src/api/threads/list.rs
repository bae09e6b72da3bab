//! `GET /api/v1/threads` and `GET /api/v1/threads/{id}`

use axum::extract::State;
use callwright_model::{
    id::ThreadId,
    page::{Page, PageRequest},
    run::Thread,
};
use callwright_runtime::threads;
use callwright_store::thread::ThreadFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    api::runs::user_id,
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    live::filter::agent_id,
    state::ServerState,
};

/// Which threads to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ThreadsQuery {
    /// Begun with this agent: its name or id. By id also of one that is gone.
    agent: Option<String>,
    /// Begun by this user: an id, or `me`.
    user: Option<String>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The organization's threads, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/threads",
    operation_id = "list_threads",
    tag = "threads",
    params(ThreadsQuery),
    responses((status = 200, description = "A page of threads", body = Page<Thread>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<ThreadsQuery>,
) -> Result<Json<Page<Thread>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    let filter = ThreadFilter {
        agent_id: agent_id(&state.app, &caller, query.agent.as_deref()).await?,
        user_id: user_id(&caller, query.user.as_deref())?,
    };
    Ok(Json(threads::list(&state.app, &caller, filter, page).await?))
}

/// One thread: your own, or with the right to read anybody's.
#[utoipa::path(
    get,
    path = "/api/v1/threads/{id}",
    operation_id = "get_thread",
    tag = "threads",
    params(("id" = ThreadId, Path, description = "The thread")),
    responses((status = 200, description = "The thread", body = Thread)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ThreadId>,
) -> Result<Json<Thread>, ApiError> {
    Ok(Json(threads::get(&state.app, &caller, id).await?))
}
