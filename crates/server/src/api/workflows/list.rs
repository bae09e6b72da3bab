//! `GET /api/v1/workflows`

use axum::extract::State;
use callwright_model::{page::Page, workflow::Workflow};
use callwright_runtime::workflow;

use crate::{
    auth::Authed,
    body::{Json, Query},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

/// The organization's workflows, by name.
#[utoipa::path(
    get,
    path = "/api/v1/workflows",
    operation_id = "list_workflows",
    tag = "workflows",
    params(PageQuery),
    responses((status = 200, description = "A page of workflows", body = Page<Workflow>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Workflow>>, ApiError> {
    Ok(Json(workflow::list(&state.app, &caller, page.request()?).await?))
}
