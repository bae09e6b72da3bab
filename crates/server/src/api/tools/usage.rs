//! `GET /api/v1/tools/{name}/usage`

use axum::extract::State;
use callwright_model::tool::ToolUsage;
use callwright_runtime::registry;

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// How a tool has been used.
#[utoipa::path(
    get,
    path = "/api/v1/tools/{name}/usage",
    operation_id = "get_tool_usage",
    tag = "tools",
    params(("name" = String, Path, description = "The tool's name or id")),
    responses((status = 200, description = "Counts, errors and durations", body = ToolUsage)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn usage(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<Json<ToolUsage>, ApiError> {
    Ok(Json(registry::usage(&state.app, &caller, &name).await?))
}
