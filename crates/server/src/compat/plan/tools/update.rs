//! `PUT /api/organization/tools/{id}`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use callwright_model::Object;
use callwright_runtime::registry::{self, Action};
use http::StatusCode;

use crate::{
    auth::Authed,
    body::{Json, Path},
    compat::plan::{
        counts, fault,
        tool::{PlanTool, ToolInput},
    },
    error::ApiError,
    state::ServerState,
};

/// Changes a tool: the fields that are given. `configuration` is replaced as a whole.
#[utoipa::path(
    put,
    path = "/api/organization/tools/{id}",
    operation_id = "plan_update_tool",
    tag = "plan",
    params(("id" = String, Path, description = "The tool's id or name")),
    request_body = ToolInput,
    responses(
        (status = 200, description = "The tool as it is now", body = PlanTool),
        (status = 202, description = "Somebody else has to agree first; the tool as it is", body = PlanTool),
    ),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn update(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<String>,
    Json(body): Json<Object>,
) -> Result<Response, ApiError> {
    let current = registry::get_to_change(&state.app, &caller, &id).await?;
    let secrets = state.app.vault().secret_names(caller.org_id).await?;
    let spec = ToolInput::parse(body)?.apply(&current.spec, &secrets)?;
    let id = current.id.to_string();
    let saved = registry::put(&state.app, &caller, &id, spec, false, None).await.map_err(fault::of_tool)?;
    let counts = counts::of(&state.app, caller.org_id, &[saved.tool.id]).await?;
    let status = if saved.action == Action::Proposed { StatusCode::ACCEPTED } else { StatusCode::OK };
    let tool = PlanTool::new(counts.get(saved.tool.id), saved.tool);
    Ok((status, Json(tool)).into_response())
}
