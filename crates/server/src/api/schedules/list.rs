//! `GET /api/v1/schedules` and `GET /api/v1/schedules/{schedule}`

use axum::extract::State;
use callwright_model::{page::Page, schedule::Schedule};
use callwright_runtime::schedule;

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

/// The organization's schedules, by name, each with when it comes next and how it went last.
#[utoipa::path(
    get,
    path = "/api/v1/schedules",
    operation_id = "list_schedules",
    tag = "schedules",
    params(PageQuery),
    responses((status = 200, description = "A page of schedules", body = Page<Schedule>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Schedule>>, ApiError> {
    Ok(Json(schedule::list(&state.app, &caller, page.request()?).await?))
}

/// One schedule.
#[utoipa::path(
    get,
    path = "/api/v1/schedules/{schedule}",
    operation_id = "get_schedule",
    tag = "schedules",
    params(("schedule" = String, Path, description = "The schedule's name or id")),
    responses((status = 200, description = "The schedule", body = Schedule)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<Json<Schedule>, ApiError> {
    Ok(Json(schedule::get(&state.app, &caller, &name).await?))
}
