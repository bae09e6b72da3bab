//! `/api/v1/agents/{agent}/tools`: the tools of an agent.

use axum::extract::State;
use callwright_model::agent::Assignment;
use callwright_runtime::agents::{self, AssignedTool, AssignmentSpec};
use http::StatusCode;

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// The tools of an agent, in its order.
#[utoipa::path(
    get,
    path = "/api/v1/agents/{agent}/tools",
    operation_id = "list_agent_tools",
    tag = "agents",
    params(("agent" = String, Path, description = "The agent's name or id")),
    responses((status = 200, description = "The assignments, each with its tool", body = Vec<AssignedTool>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(agent): Path<String>,
) -> Result<Json<Vec<AssignedTool>>, ApiError> {
    Ok(Json(agents::tools(&state.app, &caller, &agent).await?))
}

/// Gives an agent a tool, or changes how it has it.
#[utoipa::path(
    put,
    path = "/api/v1/agents/{agent}/tools/{tool}",
    operation_id = "assign_tool",
    tag = "agents",
    params(
        ("agent" = String, Path, description = "The agent's name or id"),
        ("tool" = String, Path, description = "The tool's name or id"),
    ),
    request_body = AssignmentSpec,
    responses((status = 200, description = "The assignment", body = Assignment)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn put(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path((agent, tool)): Path<(String, String)>,
    Json(spec): Json<AssignmentSpec>,
) -> Result<Json<Assignment>, ApiError> {
    Ok(Json(agents::assign(&state.app, &caller, &agent, &tool, spec).await?))
}

/// Takes a tool from an agent.
#[utoipa::path(
    delete,
    path = "/api/v1/agents/{agent}/tools/{tool}",
    operation_id = "unassign_tool",
    tag = "agents",
    params(
        ("agent" = String, Path, description = "The agent's name or id"),
        ("tool" = String, Path, description = "The tool's name or id"),
    ),
    responses((status = 204, description = "The agent no longer has it")),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path((agent, tool)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    agents::unassign(&state.app, &caller, &agent, &tool).await?;
    Ok(StatusCode::NO_CONTENT)
}
