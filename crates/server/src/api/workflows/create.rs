//! `POST /api/v1/workflows`

use axum::extract::State;
use callwright_model::workflow::Workflow;
use callwright_runtime::workflow::{self, WorkflowSpec};

use crate::{
    auth::Authed,
    body::{Created, Json},
    error::ApiError,
    state::ServerState,
};

/// Makes a workflow: `flow_type` and `agents`, or `steps`. A name that is taken is a conflict; a step that names what is
/// not there, or comes later, is refused with its place.
#[utoipa::path(
    post,
    path = "/api/v1/workflows",
    operation_id = "create_workflow",
    tag = "workflows",
    request_body(content = WorkflowSpec, example = json!({
        "name": "complete_purchase",
        "steps": [
            {"name": "inventory", "tool": "check_inventory", "params": {"product_id": "{{ params.product_id }}"}},
            {"name": "order", "tool": "create_order", "condition": "results.inventory.in_stock",
             "params": {"product_id": "{{ params.product_id }}", "quantity": "{{ params.quantity }}"}},
        ],
    })),
    responses((
        status = 201,
        description = "The workflow",
        body = Workflow,
        headers(("Location" = String, description = "The workflow's path")),
    )),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
pub(crate) async fn create(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(spec): Json<WorkflowSpec>,
) -> Result<Created<Workflow>, ApiError> {
    let workflow = workflow::create(&state.app, &caller, spec).await?;
    Ok(Created { at: format!("/api/v1/workflows/{}", workflow.id), made: workflow })
}
