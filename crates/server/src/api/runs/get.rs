//! `GET /api/v1/runs/{id}`

use axum::extract::State;
use callwright_model::{Fault, id::RunId, run::Run};
use callwright_runtime::run;
use serde::Deserialize;
use utoipa::IntoParams;

use super::start::{MOST_WAIT, settled};
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
pub(crate) struct RunQuery {
    /// Wait this long for its end, or until it waits for somebody, in milliseconds.
    #[param(minimum = 0, maximum = 120000)]
    wait_ms: Option<u32>,
}

/// One run: your own, or with the right to read anybody's.
#[utoipa::path(
    get,
    path = "/api/v1/runs/{id}",
    operation_id = "get_run",
    tag = "runs",
    params(("id" = RunId, Path, description = "The run"), RunQuery),
    responses((status = 200, description = "The run", body = Run)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<RunId>,
    Query(query): Query<RunQuery>,
) -> Result<Json<Run>, ApiError> {
    let wait_ms = query.wait_ms.unwrap_or_default();
    if wait_ms > MOST_WAIT {
        return Err(Fault::invalid("wait_ms", format!("`wait_ms` may be at most {MOST_WAIT}")).into());
    }
    if wait_ms == 0 {
        return Ok(Json(run::get(&state.app, &caller, id).await?));
    }
    Ok(Json(settled(&state, &caller, id, wait_ms).await?))
}
