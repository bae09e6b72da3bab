//! `POST /agents/{agent_id}/share`

use axum::extract::State;
use callwright_model::{Fault, id::UserId};
use callwright_runtime::agents;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    auth::Authed,
    body::{Json, Path},
    compat::guide::tools::Done,
    error::ApiError,
    state::ServerState,
};

/// The most users of one request.
const MOST_USERS: usize = 200;

/// With whom an agent is to be shared. Other fields are passed over.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = guide::AgentShare)]
pub(crate) struct AgentShare {
    /// The ids of members.
    #[schema(min_items = 1, max_items = 200)]
    user_ids: Vec<String>,
    /// False takes it back.
    #[serde(default = "yes")]
    #[schema(required = false, default = true)]
    grant_access: bool,
}

fn yes() -> bool {
    true
}

/// Lets members run an agent, and use its tools through it, or takes that back. Its maker and administrators may do that.
#[utoipa::path(
    post,
    path = "/agents/{agent_id}/share",
    operation_id = "guide_share_agent",
    tag = "guide",
    params(("agent_id" = String, Path, description = "The agent's id or name")),
    request_body = AgentShare,
    responses((status = 200, description = "It was done", body = Done)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
pub(crate) async fn share(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(agent): Path<String>,
    Json(body): Json<AgentShare>,
) -> Result<Json<Done>, ApiError> {
    let count = body.user_ids.len();
    if !(1..=MOST_USERS).contains(&count) {
        return Err(Fault::invalid("user_ids", format!("`user_ids` must name 1 to {MOST_USERS} users")).into());
    }
    let users: Result<Vec<UserId>, Fault> = body
        .user_ids
        .iter()
        .map(|id| id.parse().map_err(|_| Fault::not_found("user", id.chars().take(80).collect::<String>())))
        .collect();
    let name = agents::share(&state.app, &caller, &agent, &users?, body.grant_access).await?.name;
    let users = if count == 1 { "1 user".to_owned() } else { format!("{count} users") };
    Ok(Done::new(if body.grant_access {
        format!("Agent `{name}` is shared with {users}")
    } else {
        format!("Access to agent `{name}` was taken back from {users}")
    }))
}
