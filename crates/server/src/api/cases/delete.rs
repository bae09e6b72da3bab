//! `DELETE /api/v1/tools/{name}/cases/{case}`

use axum::extract::State;
use callwright_runtime::cases;
use http::StatusCode;

use crate::{auth::Authed, body::Path, error::ApiError, state::ServerState};

/// Deletes a test case. The executions that it made stay in the log.
#[utoipa::path(
    delete,
    path = "/api/v1/tools/{name}/cases/{case}",
    operation_id = "delete_case",
    tag = "cases",
    params(
        ("name" = String, Path, description = "The tool's name or id"),
        ("case" = String, Path, description = "The case's name or id"),
    ),
    responses((status = 204, description = "It is gone")),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path((tool, case)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    cases::delete(&state.app, &caller, &tool, &case).await?;
    Ok(StatusCode::NO_CONTENT)
}
