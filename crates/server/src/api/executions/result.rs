//! `GET /api/v1/executions/{id}/result`

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
