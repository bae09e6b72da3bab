//! `PATCH` and `DELETE /api/v1/threads/{id}`

use axum::extract::State;
use callwright_model::{Object, id::ThreadId, run::Thread};
use callwright_runtime::threads;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// What to change of a thread; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ThreadPatch {
    /// What to call it, at most 200 characters.
    #[schema(max_length = 200)]
    title: Option<String>,
    /// All of its variables, at most 64 KiB; the next run is given them.
    #[schema(value_type = Option<Object>)]
    context: Option<Object>,
}

/// Changes what a thread is called, and its variables. What was said stays as it is.
#[utoipa::path(
    patch,
    path = "/api/v1/threads/{id}",
    operation_id = "update_thread",
    tag = "threads",
    params(("id" = ThreadId, Path, description = "The thread: your own, or as an administrator anybody's")),
    request_body = ThreadPatch,
    responses((status = 200, description = "The thread as it is now", body = Thread)),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("agents:run"))),
)]
pub(crate) async fn patch(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ThreadId>,
    Json(patch): Json<ThreadPatch>,
) -> Result<Json<Thread>, ApiError> {
    Ok(Json(threads::update(&state.app, &caller, id, patch.title, patch.context).await?))
}

/// Deletes a thread with its messages, unless a run is at work on it. Its runs stay in the list.
#[utoipa::path(
    delete,
    path = "/api/v1/threads/{id}",
    operation_id = "delete_thread",
    tag = "threads",
    params(("id" = ThreadId, Path, description = "The thread: your own, or as an administrator anybody's")),
    responses((status = 204, description = "It is gone")),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("agents:run"))),
)]
pub(crate) async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ThreadId>,
) -> Result<StatusCode, ApiError> {
    threads::delete(&state.app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
