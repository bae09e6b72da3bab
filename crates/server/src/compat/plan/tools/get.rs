//! `GET /api/organization/tools/{id}`

use axum::extract::State;
use callwright_runtime::registry;

use crate::{
    auth::Authed,
    body::{Json, Path},
    compat::plan::{counts, tool::PlanTool},
    error::ApiError,
    state::ServerState,
};

/// One tool.
#[utoipa::path(
    get,
    path = "/api/organization/tools/{id}",
    operation_id = "plan_get_tool",
    tag = "plan",
    params(("id" = String, Path, description = "The tool's id or name")),
    responses((status = 200, description = "The tool", body = PlanTool)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<String>,
) -> Result<Json<PlanTool>, ApiError> {
    let tool = registry::get(&state.app, &caller, &id).await?;
    let counts = counts::of(&state.app, caller.org_id, &[tool.id]).await?;
    Ok(Json(PlanTool::new(counts.get(tool.id), tool)))
}
