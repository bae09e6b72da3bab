//! `GET /agents/tools/{name}`

use axum::extract::State;
use callwright_runtime::registry;
use serde::Serialize;
use utoipa::ToSchema;

use super::ok;
use crate::{
    auth::Authed,
    body::{Json, Path},
    compat::guide::tool::GuideTool,
    error::ApiError,
    state::ServerState,
};

/// One tool.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::OneTool)]
pub(crate) struct OneTool {
    /// The status of the answer, as a text.
    #[schema(example = "200")]
    response: String,
    /// The tool.
    tool: GuideTool,
}

/// One tool, with how it has been used.
#[utoipa::path(
    get,
    path = "/agents/tools/{name}",
    operation_id = "guide_get_tool",
    tag = "guide",
    params(("name" = String, Path, description = "The tool's name or id")),
    responses((status = 200, description = "The tool", body = OneTool)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<Json<OneTool>, ApiError> {
    let tool = registry::get(&state.app, &caller, &name).await?;
    Ok(Json(OneTool { response: ok(), tool: GuideTool::gather(&state.app, &caller, tool).await? }))
}
