//! `/api/v1/agents/{agent}/grants`: with whom an agent is shared by name.

use axum::extract::State;
use callwright_model::{Fault, id::UserId, page::Page};
use callwright_runtime::{agents, registry::Grant};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

/// The most users named at once.
const MOST: usize = 200;

/// The users with whom an agent is shared. With `is_shared` everybody may run it, whoever stands here.
#[utoipa::path(
    get,
    path = "/api/v1/agents/{agent}/grants",
    operation_id = "list_agent_grants",
    tag = "agents",
    params(("agent" = String, Path, description = "The agent's name or id"), PageQuery),
    responses((status = 200, description = "A page of the users", body = Page<Grant>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(agent): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Grant>>, ApiError> {
    Ok(Json(agents::grants(&state.app, &caller, &agent, page.request()?).await?))
}

/// With whom to share an agent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgentSharing {
    /// The members.
    #[schema(min_items = 1, max_items = 200)]
    user_ids: Vec<UserId>,
    /// False takes the share back.
    #[serde(default = "yes")]
    grant_access: bool,
}

fn yes() -> bool {
    true
}

/// Shares an agent with members by name, or takes that back. Its maker and administrators may do that.
#[utoipa::path(
    post,
    path = "/api/v1/agents/{agent}/grants",
    operation_id = "share_agent",
    tag = "agents",
    params(("agent" = String, Path, description = "The agent's name or id")),
    request_body = AgentSharing,
    responses((status = 204, description = "It is done")),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
pub(crate) async fn change(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(agent): Path<String>,
    Json(wish): Json<AgentSharing>,
) -> Result<StatusCode, ApiError> {
    if !(1..=MOST).contains(&wish.user_ids.len()) {
        return Err(Fault::invalid("user_ids", format!("`user_ids` must name 1 to {MOST} members")).into());
    }
    agents::share(&state.app, &caller, &agent, &wish.user_ids, wish.grant_access).await?;
    Ok(StatusCode::NO_CONTENT)
}
