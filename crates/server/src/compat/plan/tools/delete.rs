//! `DELETE /api/organization/tools/{id}`

use axum::extract::State;
use callwright_runtime::registry;
use http::StatusCode;

use crate::{auth::Authed, body::Path, error::ApiError, state::ServerState};

/// Takes a tool out of use. Its executions stay in the log.
#[utoipa::path(
    delete,
    path = "/api/organization/tools/{id}",
    operation_id = "plan_delete_tool",
    tag = "plan",
    params(("id" = String, Path, description = "The tool's id or name")),
    responses((status = 204, description = "It is gone")),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    registry::delete(&state.app, &caller, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
