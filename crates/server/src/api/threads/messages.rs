//! `GET /api/v1/threads/{id}/messages`

use axum::extract::State;
use callwright_model::{id::ThreadId, page::Page, run::ThreadMessage};
use callwright_runtime::threads;

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

/// What was said on a thread, oldest first: what the model has seen of it, word for word. For whose thread it
/// is, and for administrators.
#[utoipa::path(
    get,
    path = "/api/v1/threads/{id}/messages",
    operation_id = "list_messages",
    tag = "threads",
    params(("id" = ThreadId, Path, description = "The thread"), PageQuery),
    responses((status = 200, description = "A page of messages", body = Page<ThreadMessage>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ThreadId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ThreadMessage>>, ApiError> {
    Ok(Json(threads::messages(&state.app, &caller, id, page.request()?).await?))
}
