//! `DELETE /api/v1/agents/{agent}`

use axum::extract::State;
use callwright_runtime::agents;
use http::StatusCode;

use crate::{auth::Authed, body::Path, error::ApiError, state::ServerState};

/// Removes an agent and its assignments. Its executions stay in the log.
#[utoipa::path(
    delete,
    path = "/api/v1/agents/{agent}",
    operation_id = "delete_agent",
    tag = "agents",
    params(("agent" = String, Path, description = "The agent's name or id")),
    responses((status = 204, description = "It is gone")),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
pub(crate) async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(agent): Path<String>,
) -> Result<StatusCode, ApiError> {
    agents::delete(&state.app, &caller, &agent).await?;
    Ok(StatusCode::NO_CONTENT)
}
