//! `PUT /api/v1/agents/{agent}`

use axum::extract::State;
use callwright_model::agent::Agent;
use callwright_runtime::agents::{self, AgentSpec};

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// Makes the agent, or brings it to this state.
#[utoipa::path(
    put,
    path = "/api/v1/agents/{agent}",
    operation_id = "put_agent",
    tag = "agents",
    params(("agent" = String, Path, description = "The agent's name or id; a new agent's `name` must be the same")),
    request_body = AgentSpec,
    responses((status = 200, description = "The agent as it is now", body = Agent)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
pub(crate) async fn put(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(agent): Path<String>,
    Json(spec): Json<AgentSpec>,
) -> Result<Json<Agent>, ApiError> {
    Ok(Json(agents::put(&state.app, &caller, &agent, spec).await?))
}
