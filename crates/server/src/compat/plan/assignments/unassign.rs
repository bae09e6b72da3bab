//! `DELETE /api/assistants/{id}/tools/{tool_id}/unassign`

use axum::extract::State;
use callwright_runtime::agents;
use http::StatusCode;

use crate::{auth::Authed, body::Path, error::ApiError, state::ServerState};

/// Takes a tool from an assistant.
#[utoipa::path(
    delete,
    path = "/api/assistants/{id}/tools/{tool_id}/unassign",
    operation_id = "plan_unassign_tool",
    tag = "plan",
    params(
        ("id" = String, Path, description = "The assistant's id or name"),
        ("tool_id" = String, Path, description = "The tool's id or name"),
    ),
    responses((status = 204, description = "The assistant no longer has it")),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn unassign(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path((agent, tool)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    agents::unassign(&state.app, &caller, &agent, &tool).await?;
    Ok(StatusCode::NO_CONTENT)
}
