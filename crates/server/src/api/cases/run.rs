//! `POST /api/v1/tools/{name}/cases/run`

use axum::extract::State;
use callwright_runtime::cases::{self, RunReport, RunSpec};

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// Runs a tool's test cases, all or some, saved or not, on the tool as it is or on a draft. Four run at a time, for
/// five minutes at most. A case that failed is an answer like any other: look at `failed` and `errors`.
#[utoipa::path(
    post,
    path = "/api/v1/tools/{name}/cases/run",
    operation_id = "run_cases",
    tag = "cases",
    params(("name" = String, Path, description = "The tool's name or id; with `draft` it need not exist")),
    request_body = RunSpec,
    responses((status = 200, description = "How each case went", body = RunReport)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:call"))),
)]
pub(crate) async fn run(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(tool): Path<String>,
    Json(spec): Json<RunSpec>,
) -> Result<Json<RunReport>, ApiError> {
    Ok(Json(cases::run(&state.app, &caller, &tool, spec).await?))
}
