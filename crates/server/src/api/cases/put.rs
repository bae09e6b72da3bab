//! `PUT /api/v1/tools/{name}/cases/{case}`

use axum::extract::State;
use callwright_model::case::CaseSpec;
use callwright_runtime::cases::{self, SavedCase};

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// Makes the test case, or brings it to this state.
#[utoipa::path(
    put,
    path = "/api/v1/tools/{name}/cases/{case}",
    operation_id = "put_case",
    tag = "cases",
    params(
        ("name" = String, Path, description = "The tool's name or id"),
        ("case" = String, Path, description = "The case's name or id; a new case's `name` must be the same"),
    ),
    request_body = CaseSpec,
    responses((status = 200, description = "What was done", body = SavedCase)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn put(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path((tool, case)): Path<(String, String)>,
    Json(spec): Json<CaseSpec>,
) -> Result<Json<SavedCase>, ApiError> {
    Ok(Json(cases::put(&state.app, &caller, &tool, &case, spec).await?))
}
