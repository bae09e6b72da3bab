//! `PUT /api/v1/workflows/{workflow}`

use axum::extract::State;
use callwright_model::workflow::Workflow;
use callwright_runtime::workflow::{self, WorkflowSpec};

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// Makes the workflow of that name, or brings it to this state. Runs under way go on as they began. With `revision`
/// nothing is done when somebody else has changed it since: a conflict.
#[utoipa::path(
    put,
    path = "/api/v1/workflows/{workflow}",
    operation_id = "put_workflow",
    tag = "workflows",
    params(("workflow" = String, Path, description = "The workflow's name or id")),
    request_body = WorkflowSpec,
    responses((status = 200, description = "The workflow", body = Workflow)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
pub(crate) async fn put(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Json(spec): Json<WorkflowSpec>,
) -> Result<Json<Workflow>, ApiError> {
    Ok(Json(workflow::put(&state.app, &caller, &name, spec).await?))
}
