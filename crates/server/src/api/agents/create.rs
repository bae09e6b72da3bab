//! `POST /api/v1/agents`

use axum::extract::State;
use callwright_model::agent::Agent;
use callwright_runtime::agents::{self, AgentSpec};

use crate::{
    auth::Authed,
    body::{Created, Json},
    error::ApiError,
    state::ServerState,
};

/// Makes an agent. A name that is taken is a conflict.
#[utoipa::path(
    post,
    path = "/api/v1/agents",
    operation_id = "create_agent",
    tag = "agents",
    request_body = AgentSpec,
    responses((
        status = 201,
        description = "The agent",
        body = Agent,
        headers(("Location" = String, description = "The agent's path")),
    )),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
pub(crate) async fn create(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(spec): Json<AgentSpec>,
) -> Result<Created<Agent>, ApiError> {
    let agent = agents::create(&state.app, &caller, spec).await?;
    Ok(Created { at: format!("/api/v1/agents/{}", agent.id), made: agent })
}
