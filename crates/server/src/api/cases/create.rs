//! `POST /api/v1/tools/{name}/cases`

use axum::extract::State;
use callwright_model::case::{Case, CaseSpec};
use callwright_runtime::cases;

use crate::{
    auth::Authed,
    body::{Created, Json, Path},
    error::ApiError,
    state::ServerState,
};

/// Saves a test case with a tool. A name that is taken is a conflict; to make or change, use PUT.
#[utoipa::path(
    post,
    path = "/api/v1/tools/{name}/cases",
    operation_id = "create_case",
    tag = "cases",
    params(("name" = String, Path, description = "The tool's name or id")),
    request_body = CaseSpec,
    responses((
        status = 201,
        description = "The case",
        body = Case,
        headers(("Location" = String, description = "The case's path")),
    )),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn create(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(tool): Path<String>,
    Json(spec): Json<CaseSpec>,
) -> Result<Created<Case>, ApiError> {
    let case = cases::create(&state.app, &caller, &tool, spec).await?;
    Ok(Created { at: format!("/api/v1/tools/{}/cases/{}", case.tool_id, case.id), made: case })
}
