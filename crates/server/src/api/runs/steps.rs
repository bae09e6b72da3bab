//! `GET /api/v1/runs/{id}/steps`

use axum::extract::State;
use callwright_model::{id::RunId, page::Page, run::Step};
use callwright_runtime::run;

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

/// What a run did, in order: each answer of the model, then the tools that it called, with their executions.
#[utoipa::path(
    get,
    path = "/api/v1/runs/{id}/steps",
    operation_id = "list_run_steps",
    tag = "runs",
    params(("id" = RunId, Path, description = "The run"), PageQuery),
    responses((status = 200, description = "A page of steps", body = Page<Step>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<RunId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Step>>, ApiError> {
    Ok(Json(run::steps(&state.app, &caller, id, page.request()?).await?))
}
