//! `PUT /api/assistants/{id}/tools/{tool_id}/configure`

use axum::extract::State;
use callwright_model::{Fault, Object};
use callwright_runtime::{agents, registry};

use crate::{
    auth::Authed,
    body::{Json, Path},
    compat::plan::{
        assignment::{AssignmentInput, PlanAssignment},
        counts, fault,
    },
    error::ApiError,
    state::ServerState,
};

/// Changes how an assistant has a tool: the fields that are given.
#[utoipa::path(
    put,
    path = "/api/assistants/{id}/tools/{tool_id}/configure",
    operation_id = "plan_configure_tool",
    tag = "plan",
    params(
        ("id" = String, Path, description = "The assistant's id or name"),
        ("tool_id" = String, Path, description = "The tool's id or name"),
    ),
    request_body = AssignmentInput,
    responses((status = 200, description = "The assignment as it is now", body = PlanAssignment)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn configure(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path((agent, tool)): Path<(String, String)>,
    Json(body): Json<Object>,
) -> Result<Json<PlanAssignment>, ApiError> {
    let tool = registry::get_to_change(&state.app, &caller, &tool).await?;
    let current = agents::assignment_to_change(&state.app, &caller, &agent, tool.id)
        .await?
        .ok_or_else(|| Fault::not_found("assignment of tool", &tool.spec.name))?;
    let spec = AssignmentInput::parse(body)?.spec(&state.app, &caller, &tool, Some(&current)).await?;
    let assigned = agents::assign(&state.app, &caller, &agent, &tool.id.to_string(), spec).await;
    let counts = counts::of(&state.app, caller.org_id, &[tool.id]).await?.get(tool.id);
    Ok(Json(PlanAssignment::new(assigned.map_err(fault::of_assignment)?, tool, counts)))
}
