//! `POST /agents/tools/{name}/share`

use axum::extract::State;
use callwright_model::Fault;
use callwright_runtime::registry;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Done;
use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// The most users of one request.
const MOST_USERS: usize = 200;

/// With whom a tool is to be shared.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = guide::Share)]
#[serde(deny_unknown_fields)]
pub(crate) struct Share {
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

/// Shares a tool with members, or takes that back: all of them or nobody. Its maker and administrators may do that.
#[utoipa::path(
    post,
    path = "/agents/tools/{name}/share",
    operation_id = "guide_share_tool",
    tag = "guide",
    params(("name" = String, Path, description = "The tool's name or id")),
    request_body = Share,
    responses((status = 200, description = "It was done", body = Done)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn share(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Json(body): Json<Share>,
) -> Result<Json<Done>, ApiError> {
    let count = body.user_ids.len();
    if !(1..=MOST_USERS).contains(&count) {
        return Err(Fault::invalid("user_ids", format!("`user_ids` must name 1 to {MOST_USERS} users")).into());
    }
    let tool = registry::share(&state.app, &caller, &name, &body.user_ids, body.grant_access).await?;
    let users = if count == 1 { "1 user".to_owned() } else { format!("{count} users") };
    let name = tool.spec.name;
    Ok(Done::new(if body.grant_access {
        format!("Tool `{name}` is shared with {users}")
    } else {
        format!("Access to tool `{name}` was taken back from {users}")
    }))
}
