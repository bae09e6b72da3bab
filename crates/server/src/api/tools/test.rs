//! `POST /api/v1/tools/{name}/test`

use axum::extract::State;
use callwright_model::{
    Object, ToolError,
    account::{Right, Scope},
    execution::State as ExecutionState,
    id::ExecutionId,
};
use callwright_runtime::{
    app::require,
    call::{self, CallRequest},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// A trial of a tool by whoever builds it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrialBody {
    /// The arguments, which must fit the tool's schema; `parameters` means the same.
    #[serde(default, alias = "parameters")]
    #[schema(value_type = Object)]
    arguments: Value,
    /// What is known about the circumstances.
    #[serde(default)]
    #[schema(value_type = Object)]
    context: Object,
    /// Try the tool's draft instead of its live state.
    #[serde(default)]
    draft: bool,
}

/// How a trial went.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Trial {
    /// Whether it worked.
    success: bool,
    /// Its state: `done`, `failed`, `unknown`, or `parked` when somebody must agree first.
    state: ExecutionState,
    /// The result; null when there is none.
    #[schema(value_type = Value)]
    result: Value,
    /// What went wrong.
    error: Option<ToolError>,
    /// What code printed and logged, line by line.
    logs: Vec<String>,
    /// From asked to ended, in milliseconds.
    execution_time_ms: f64,
    /// The most memory that code held, in bytes; null for a tool that is none.
    memory_bytes: Option<u64>,
    /// The execution, in the log.
    execution_id: ExecutionId,
}

/// Tries a tool out, with real effects. Whoever tests is the person who would be asked to confirm. A tool that failed is
/// an answer like any other: look at `success`.
#[utoipa::path(
    post,
    path = "/api/v1/tools/{name}/test",
    operation_id = "test_tool",
    tag = "tools",
    params(("name" = String, Path, description = "The tool's name or id")),
    request_body = TrialBody,
    responses((status = 200, description = "How it went, well or not", body = Trial)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:call"))),
)]
pub(crate) async fn test(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(tool): Path<String>,
    Json(body): Json<TrialBody>,
) -> Result<Json<Trial>, ApiError> {
    // Whoever may only call tools may not pass over a confirmation.
    require(&caller, Right::Build, Scope::ToolsCall)?;
    let source = if body.draft { "draft" } else { "test" };
    let request = CallRequest::trial(caller, tool, body.arguments, body.context, source);
    let answer = call::tried(&state.app, request, body.draft).await?;
    let sandbox = answer.meta.passage.as_ref().and_then(|passage| passage.sandbox.clone());
    let (logs, memory_bytes) = sandbox.map(|report| (report.logs, Some(report.memory_bytes))).unwrap_or_default();
    Ok(Json(Trial {
        success: answer.success,
        state: answer.state,
        result: answer.data.unwrap_or_default(),
        error: answer.error,
        logs,
        execution_time_ms: answer.meta.duration_ms,
        memory_bytes,
        execution_id: answer.execution_id,
    }))
}
