//! `POST /api/assistants/{id}/tools/{tool_id}/assign`

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use callwright_model::Object;
use callwright_runtime::{agents, registry};
use http::StatusCode;

use crate::{
    auth::Authed,
    body::{self, Json, Path},
    compat::plan::{
        assignment::{AssignmentInput, PlanAssignment},
        counts, fault,
    },
    error::ApiError,
    state::ServerState,
};

/// Gives an assistant a tool. One that it has already is changed as by `configure`.
#[utoipa::path(
    post,
    path = "/api/assistants/{id}/tools/{tool_id}/assign",
    operation_id = "plan_assign_tool",
    tag = "plan",
    params(
        ("id" = String, Path, description = "The assistant's id or name"),
        ("tool_id" = String, Path, description = "The tool's id or name"),
    ),
    request_body = Option<AssignmentInput>,
    responses(
        (status = 201, description = "The assistant has it now", body = PlanAssignment),
        (status = 200, description = "The assistant had it already", body = PlanAssignment),
    ),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn assign(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path((agent, tool)): Path<(String, String)>,
    request: Request,
) -> Result<Response, ApiError> {
    // A page that only assigns sends no body at all.
    let body = body::read(request.into_body(), &state).await?;
    let given = if body.is_empty() { Object::new() } else { body::parse(&body)? };
    let tool = registry::get_to_change(&state.app, &caller, &tool).await?;
    let current = agents::assignment_to_change(&state.app, &caller, &agent, tool.id).await?;
    let spec = AssignmentInput::parse(given)?.spec(&state.app, &caller, &tool, current.as_ref()).await?;
    let assigned = agents::assign(&state.app, &caller, &agent, &tool.id.to_string(), spec).await;
    let counts = counts::of(&state.app, caller.org_id, &[tool.id]).await?.get(tool.id);
    let row = PlanAssignment::new(assigned.map_err(fault::of_assignment)?, tool, counts);
    let status = if current.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(row)).into_response())
}
