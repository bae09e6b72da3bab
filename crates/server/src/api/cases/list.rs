//! `GET /api/v1/cases` and `GET /api/v1/tools/{name}/cases`

use axum::extract::State;
use callwright_model::{case::Case, page::Page};
use callwright_runtime::cases;

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

/// The test cases of all tools, oldest first.
#[utoipa::path(
    get,
    path = "/api/v1/cases",
    operation_id = "list_all_cases",
    tag = "cases",
    params(PageQuery),
    responses((status = 200, description = "A page of cases", body = Page<Case>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list_all(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Case>>, ApiError> {
    Ok(Json(cases::list_all(&state.app, &caller, page.request()?).await?))
}

/// The test cases of a tool, by name, each with how it went when it was last run.
#[utoipa::path(
    get,
    path = "/api/v1/tools/{name}/cases",
    operation_id = "list_cases",
    tag = "cases",
    params(("name" = String, Path, description = "The tool's name or id"), PageQuery),
    responses((status = 200, description = "A page of cases", body = Page<Case>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(tool): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Case>>, ApiError> {
    Ok(Json(cases::list(&state.app, &caller, &tool, page.request()?).await?))
}
