//! `DELETE /api/v1/tools/{name}`

use axum::extract::State;
use callwright_runtime::registry;
use http::StatusCode;

use crate::{auth::Authed, body::Path, error::ApiError, state::ServerState};

/// Takes a tool out of use. Its history and its executions stay in the log.
#[utoipa::path(
    delete,
    path = "/api/v1/tools/{name}",
    operation_id = "delete_tool",
    tag = "tools",
    params(("name" = String, Path, description = "The tool's name or id")),
    responses((status = 204, description = "It is gone")),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    registry::delete(&state.app, &caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
