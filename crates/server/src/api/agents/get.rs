//! `GET /api/v1/agents/{agent}`

use axum::extract::State;
use callwright_model::agent::Agent;
use callwright_runtime::agents;

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// One agent.
#[utoipa::path(
    get,
    path = "/api/v1/agents/{agent}",
    operation_id = "get_agent",
    tag = "agents",
    params(("agent" = String, Path, description = "The agent's name or id")),
    responses((status = 200, description = "The agent", body = Agent)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(agent): Path<String>,
) -> Result<Json<Agent>, ApiError> {
    Ok(Json(agents::get(&state.app, &caller, &agent).await?))
}
