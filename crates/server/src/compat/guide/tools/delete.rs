//! `DELETE /agents/tools/{name}`

use axum::extract::State;
use callwright_runtime::registry;

use super::Done;
use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// Takes a tool out of use, with the credentials that came with it unless another tool names them.
#[utoipa::path(
    delete,
    path = "/agents/tools/{name}",
    operation_id = "guide_delete_tool",
    tag = "guide",
    params(("name" = String, Path, description = "The tool's name or id")),
    responses((status = 200, description = "It is gone", body = Done)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<Json<Done>, ApiError> {
    registry::delete(&state.app, &caller, &name).await?;
    Ok(Done::new(format!("Tool `{name}` was deleted")))
}
