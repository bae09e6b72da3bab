//! `POST /agents/tools/{name}/test`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use callwright_model::{
    Block, Object, ToolError,
    account::{Right, Scope},
    id::{ExecutionId, TicketId},
};
use callwright_runtime::{
    app::require,
    call::{self, CallAnswer, CallRequest},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::{ApiError, TRIAL_FAILED},
    state::ServerState,
};

/// A trial of a tool by a person.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = guide::TestInput)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestInput {
    /// The arguments.
    #[serde(default)]
    #[schema(value_type = Object)]
    parameters: Value,
    /// What is known about the circumstances.
    #[serde(default)]
    #[schema(value_type = Object)]
    context: Object,
}

/// How a trial went.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::TestOutput)]
pub(crate) struct TestOutput {
    /// The status of the answer, as a text.
    #[schema(example = "200")]
    response: String,
    /// The result; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    result: Option<Value>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The same with its class, its code and what may be done about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    error_details: Option<ToolError>,
    /// A sentence about the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// What the execution waits for, when it does: an approval, or the upstream's callback.
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<TicketId>,
    /// From asked to ended, in milliseconds.
    execution_time_ms: f64,
    /// What a function printed and logged.
    logs: Vec<String>,
    /// The most memory that a function's sandbox held.
    memory_bytes: Option<u64>,
    /// The execution, in the log.
    execution_id: ExecutionId,
}

/// Tries a tool out. The person who presses the button is the one who would be asked to confirm. A tool that failed is
/// answered with 400 and the reason, one that waits for somebody with 202.
#[utoipa::path(
    post,
    path = "/agents/tools/{name}/test",
    operation_id = "guide_test_tool",
    tag = "guide",
    params(("name" = String, Path, description = "The tool's name or id")),
    request_body = TestInput,
    responses(
        (status = 200, description = "It worked", body = TestOutput),
        (status = 202, description = "It waits for somebody", body = TestOutput),
    ),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:call"))),
)]
pub(crate) async fn test(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(tool): Path<String>,
    Json(body): Json<TestInput>,
) -> Result<Response, ApiError> {
    // Whoever may only call tools may not pass over a confirmation.
    require(&caller, Right::Build, Scope::ToolsCall)?;
    let request = CallRequest::trial(caller, tool, body.parameters, body.context, "guide");
    Ok(answer(call::tried(&state.app, request, false).await?))
}

fn answer(answer: CallAnswer) -> Response {
    let status = match (&answer.error, &answer.pending) {
        (_, Some(_)) => StatusCode::ACCEPTED,
        (Some(_), None) => TRIAL_FAILED,
        (None, None) => StatusCode::OK,
    };
    let ticket = answer.pending.as_ref().map(|pending| pending.ticket);
    let is_pending = ticket.is_some();
    let error = answer.error.filter(|_| !is_pending);
    let sandbox = answer.meta.passage.and_then(|passage| passage.sandbox);
    let output = TestOutput {
        response: status.as_str().to_owned(),
        result: result(answer.data, answer.content, answer.message.as_deref()).filter(|_| status == StatusCode::OK),
        error: error.as_ref().map(|error| error.message.clone()),
        error_details: error,
        message: answer.message,
        ticket,
        execution_time_ms: answer.meta.duration_ms,
        memory_bytes: sandbox.as_ref().map(|sandbox| sandbox.memory_bytes),
        logs: sandbox.map(|sandbox| sandbox.logs).unwrap_or_default(),
        execution_id: answer.execution_id,
    };
    (status, Json(output)).into_response()
}

/// The result as one value: the data, else what is not JSON, else the sentence.
fn result(data: Option<Value>, mut content: Vec<Block>, message: Option<&str>) -> Option<Value> {
    if data.is_some() {
        return data;
    }
    match content.as_mut_slice() {
        [] => Some(json!(message)),
        [Block::Text { text }] => Some(json!(text)),
        blocks => Some(json!(blocks)),
    }
}
