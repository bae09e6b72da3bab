//! `POST /api/organization/tools`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use callwright_model::Object;
use callwright_runtime::registry::{self, Action};
use http::StatusCode;

use crate::{
    auth::Authed,
    body::{Created, Json},
    compat::plan::{
        fault,
        tool::{Counts, PlanTool, ToolInput},
    },
    error::ApiError,
    state::ServerState,
};

/// Makes a tool. A name that is taken is a conflict.
#[utoipa::path(
    post,
    path = "/api/organization/tools",
    operation_id = "plan_create_tool",
    tag = "plan",
    request_body = ToolInput,
    responses(
        (
            status = 201,
            description = "The tool",
            body = PlanTool,
            headers(("Location" = String, description = "The tool's path")),
        ),
        (status = 202, description = "Somebody else has to agree first; there is no tool yet", body = PlanTool),
    ),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn create(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(body): Json<Object>,
) -> Result<Response, ApiError> {
    let secrets = state.app.vault().secret_names(caller.org_id).await?;
    let spec = ToolInput::parse(body)?.create(&secrets)?;
    let created = registry::create(&state.app, &caller, spec, None).await.map_err(fault::of_tool)?;
    let at = format!("/api/organization/tools/{}", created.tool.id);
    let is_proposed = created.action == Action::Proposed;
    let tool = PlanTool::new(Counts::default(), created.tool);
    if is_proposed {
        return Ok((StatusCode::ACCEPTED, Json(tool)).into_response());
    }
    Ok(Created { at, made: tool }.into_response())
}
