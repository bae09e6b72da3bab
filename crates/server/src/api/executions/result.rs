//! `GET` and `POST /api/v1/executions/{id}/result`

use axum::extract::State;
use callwright_model::id::ExecutionId;
use callwright_runtime::call::{
    self, CallAnswer,
    callback::Arrived,
    client::{self, ClientResult},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    state::ServerState,
};

/// Where to go on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResultQuery {
    /// `truncated.cursor` of the answer before.
    cursor: String,
}

/// What follows in a result that was cut.
#[utoipa::path(
    get,
    path = "/api/v1/executions/{id}/result",
    operation_id = "get_execution_result",
    tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution"), ResultQuery),
    responses((status = 200, description = "The next part of the result", body = CallAnswer)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn result(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ExecutionId>,
    Query(query): Query<ResultQuery>,
) -> Result<Json<CallAnswer>, ApiError> {
    Ok(Json(call::rest(&state.app, &caller, Some(id), &query.cursor).await?))
}

/// What a client gives back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClientResult)]
pub(crate) struct ResultSpec {
    /// The result: any JSON value, at most 4 MiB. When it did not work, why not.
    #[serde(default)]
    #[schema(value_type = Value)]
    result: Value,
    /// Whether it did not work.
    #[serde(default)]
    is_error: bool,
}

/// What became of a result.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResultReceived)]
pub(crate) struct Received {
    /// `received`, or `already_received` when there was one before.
    status: &'static str,
}

/// Gives the result of an execution of a `client` tool that waits for its client. The first result counts; a second one
/// changes nothing. Whoever asked may answer, and so may operators.
#[utoipa::path(
    post,
    path = "/api/v1/executions/{id}/result",
    operation_id = "give_execution_result",
    tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution")),
    request_body(content = ResultSpec, example = json!({"result": {"accepted": true}})),
    responses(
        (status = 200, description = "It was taken, now or before", body = Received),
        (status = 410, description = "It came too late"),
    ),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("tools:call"))),
)]
pub(crate) async fn answer(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ExecutionId>,
    Json(spec): Json<ResultSpec>,
) -> Result<Json<Received>, ApiError> {
    let given = ClientResult { result: spec.result, is_error: spec.is_error };
    let status = match client::answer(&state.app, &caller, id, given).await? {
        Arrived::Taken => "received",
        Arrived::Already => "already_received",
    };
    Ok(Json(Received { status }))
}
