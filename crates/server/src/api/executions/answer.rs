//! `GET /api/v1/executions/{id}/answer`

use axum::extract::State;
use callwright_model::id::ExecutionId;
use callwright_runtime::call::{self, CallAnswer};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    state::ServerState,
};

/// How long to wait.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerQuery {
    /// Wait this long for the end, in milliseconds.
    #[param(minimum = 0, maximum = 60000)]
    wait_ms: Option<u32>,
}

/// How an execution went, in the form of the answer to its call. While it still waits or runs, `pending` says for what.
#[utoipa::path(
    get,
    path = "/api/v1/executions/{id}/answer",
    operation_id = "get_answer",
    tag = "executions",
    params(("id" = ExecutionId, Path, description = "The execution"), AnswerQuery),
    responses((status = 200, description = "How it went, or how it stands", body = CallAnswer)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn answer(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<ExecutionId>,
    Query(query): Query<AnswerQuery>,
) -> Result<Json<CallAnswer>, ApiError> {
    Ok(Json(call::outcome(&state.app, &caller, id, query.wait_ms.unwrap_or_default()).await?))
}
