//! `GET /api/v1/tools/{name}`

use axum::extract::State;
use callwright_model::tool::Tool;
use callwright_runtime::registry;

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// One tool.
#[utoipa::path(
    get,
    path = "/api/v1/tools/{name}",
    operation_id = "get_tool",
    tag = "tools",
    params(("name" = String, Path, description = "The tool's name or id")),
    responses((status = 200, description = "The tool", body = Tool)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<Json<Tool>, ApiError> {
    Ok(Json(registry::get(&state.app, &caller, &name).await?))
}
