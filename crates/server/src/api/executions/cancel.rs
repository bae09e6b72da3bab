//! `POST /api/v1/executions/{id}/cancel`

use axum::extract::State;
use callwright_model::id::ExecutionId;
use callwright_runtime::executions;
use http::StatusCode;

use crate::{auth::Authed, body::Path, error::ApiError, state::ServerState};

/// Asks a running execution to stop. A write that was already sent becomes `unknown` unless it may be repeated.
#[utoipa::path(
    post,
    path = "/api/v1/executions/{id}/cancel",
    operation_id = "cancel_execution",
    tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution")),
    responses((status = 202, description = "It was told to stop; its record says how it ended")),
    extensions(("x-right" = json!("decide")), ("x-scope" = json!("executions:decide"))),
)]
pub(crate) async fn cancel(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ExecutionId>,
) -> Result<StatusCode, ApiError> {
    executions::cancel(&state.app, &caller, id).await?;
    Ok(StatusCode::ACCEPTED)
}
