//! `GET /api/v1/tools/{name}/cases/{case}`

use axum::extract::State;
use callwright_model::case::Case;
use callwright_runtime::cases;

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// A test case, with how it went when it was last run.
#[utoipa::path(
    get,
    path = "/api/v1/tools/{name}/cases/{case}",
    operation_id = "get_case",
    tag = "cases",
    params(
        ("name" = String, Path, description = "The tool's name or id"),
        ("case" = String, Path, description = "The case's name or id"),
    ),
    responses((status = 200, description = "The case", body = Case)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path((tool, case)): Path<(String, String)>,
) -> Result<Json<Case>, ApiError> {
    Ok(Json(cases::get(&state.app, &caller, &tool, &case).await?))
}
