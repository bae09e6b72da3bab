//! `DELETE /api/v1/workflows/{workflow}`

use axum::extract::State;
use callwright_runtime::workflow;
use http::StatusCode;

use crate::{auth::Authed, body::Path, error::ApiError, state::ServerState};

/// Deletes a workflow. Its runs stay in the log, and those under way go on.
#[utoipa::path(
    delete,
    path = "/api/v1/workflows/{workflow}",
    operation_id = "delete_workflow",
    tag = "workflows",
    params(("workflow" = String, Path, description = "The workflow's name or id")),
    responses((status = 204, description = "It is gone")),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("agents:write"))),
)]
pub(crate) async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    workflow::delete(&state.app, &caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
