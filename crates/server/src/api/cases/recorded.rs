//! `POST /api/v1/executions/{id}/case`

use axum::extract::State;
use callwright_model::id::ExecutionId;
use callwright_runtime::cases::{self, FromExecution, MadeCase};

use crate::{
    auth::Authed,
    body::{Created, Json, Path},
    error::ApiError,
    state::ServerState,
};

/// Makes a test case of an execution: the same call, with the recorded outcome expected.
#[utoipa::path(
    post,
    path = "/api/v1/executions/{id}/case",
    operation_id = "make_case_of_execution",
    tag = "cases",
    params(("id" = ExecutionId, Path, description = "The execution")),
    request_body = FromExecution,
    responses((
        status = 201,
        description = "The case, and what the log could not tell",
        body = MadeCase,
        headers(("Location" = String, description = "The case's path")),
    )),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn from_execution(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ExecutionId>,
    Json(wish): Json<FromExecution>,
) -> Result<Created<MadeCase>, ApiError> {
    let made = cases::from_execution(&state.app, &caller, id, wish).await?;
    Ok(Created { at: format!("/api/v1/tools/{}/cases/{}", made.case.tool_id, made.case.id), made })
}
