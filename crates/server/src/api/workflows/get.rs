//! `GET /api/v1/workflows/{workflow}`

use axum::extract::State;
use callwright_model::workflow::Workflow;
use callwright_runtime::workflow;

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// One workflow.
#[utoipa::path(
    get,
    path = "/api/v1/workflows/{workflow}",
    operation_id = "get_workflow",
    tag = "workflows",
    params(("workflow" = String, Path, description = "The workflow's name or id")),
    responses((status = 200, description = "The workflow", body = Workflow)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<Json<Workflow>, ApiError> {
    Ok(Json(workflow::get(&state.app, &caller, &name).await?))
}
