//! `POST /api/organization/tools/{id}/test`

use axum::extract::State;
use callwright_model::{
    Block, Object, ToolError,
    account::{Right, Scope},
    id::ExecutionId,
    outcome::Cut,
};
use callwright_runtime::{
    app::require,
    call::{self, CallAnswer, CallRequest},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    auth::Authed,
    body::{Json, Path},
    compat::plan::log::Status,
    error::ApiError,
    state::ServerState,
};

/// A trial of a tool by a person.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = plan::TestInput)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestInput {
    /// The arguments.
    #[serde(default)]
    #[schema(value_type = Object)]
    parameters: Value,
    /// What is known about the circumstances: `call_sid`, `phone_number`…
    #[serde(default)]
    #[schema(value_type = Object)]
    context: Object,
    /// Render the request and send nothing.
    #[serde(default)]
    dry_run: bool,
}

/// How a trial went.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = plan::TestOutput)]
pub(crate) struct TestOutput {
    /// Whether it worked.
    success: bool,
    /// How it stands in the log.
    status: Status,
    /// A sentence about the result, or about what went wrong.
    message: Option<String>,
    /// The result; in a rehearsal the request that would have been sent, secrets hidden.
    #[schema(value_type = Option<Value>)]
    data: Option<Value>,
    /// Content that is not JSON.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    content: Vec<Block>,
    /// Present when the result was cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    truncated: Option<Cut>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ToolError>,
    /// The execution, in the log.
    execution_id: ExecutionId,
    /// From asked to ended, in milliseconds.
    duration_ms: f64,
}

/// Tries a tool out. The person who presses the button is the one who would be asked to confirm, so a tool with
/// `require_confirmation` runs. A tool that failed is an answer like any other: look at `success`.
#[utoipa::path(
    post,
    path = "/api/organization/tools/{id}/test",
    operation_id = "plan_test_tool",
    tag = "plan",
    params(("id" = String, Path, description = "The tool's id or name")),
    request_body = TestInput,
    responses((status = 200, description = "How it went, well or not", body = TestOutput)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:call"))),
)]
pub(crate) async fn test(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(tool): Path<String>,
    Json(body): Json<TestInput>,
) -> Result<Json<TestOutput>, ApiError> {
    // Whoever may only call tools may not pass over a confirmation.
    require(&caller, Right::Build, Scope::ToolsCall)?;
    let trial = CallRequest::trial(caller, tool, body.parameters, body.context, "plan");
    let request = CallRequest { dry_run: body.dry_run, ..trial };
    Ok(Json(call::tried(&state.app, request, false).await?.into()))
}

impl From<CallAnswer> for TestOutput {
    fn from(answer: CallAnswer) -> Self {
        let class = answer.error.as_ref().map(|error| error.class);
        let problem = answer.error.as_ref().map(|error| error.message.clone());
        Self {
            success: answer.success,
            status: Status::of(answer.state, class, None),
            message: answer.message.or(problem),
            data: answer.data.or(answer.meta.request),
            content: answer.content,
            truncated: answer.truncated,
            error: answer.error,
            execution_id: answer.execution_id,
            duration_ms: answer.meta.duration_ms,
        }
    }
}
