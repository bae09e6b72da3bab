//! `POST /api/v1/threads`

use axum::extract::State;
use callwright_model::run::Thread;
use callwright_runtime::threads::{self, ThreadSpec};

use crate::{
    auth::Authed,
    body::{Created, Json},
    error::ApiError,
    state::ServerState,
};

/// Begins a thread. A run without a thread begins one by itself; this is for one with a title, with variables, or with
/// what was said elsewhere before.
#[utoipa::path(
    post,
    path = "/api/v1/threads",
    operation_id = "create_thread",
    tag = "threads",
    request_body = ThreadSpec,
    responses((
        status = 201,
        description = "The thread",
        body = Thread,
        headers(("Location" = String, description = "The thread's path")),
    )),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("agents:run"))),
)]
pub(crate) async fn create(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(spec): Json<ThreadSpec>,
) -> Result<Created<Thread>, ApiError> {
    let thread = threads::create(&state.app, &caller, spec).await?;
    Ok(Created { at: format!("/api/v1/threads/{}", thread.id), made: thread })
}
