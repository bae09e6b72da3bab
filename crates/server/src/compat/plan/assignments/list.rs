//! `GET /api/assistants/{id}/tools`

use axum::extract::State;
use callwright_runtime::agents;

use crate::{
    auth::Authed,
    body::{Json, Path},
    compat::plan::{assignment::PlanAssignment, counts},
    error::ApiError,
    state::ServerState,
};

/// The tools of an assistant, in its order.
#[utoipa::path(
    get,
    path = "/api/assistants/{id}/tools",
    operation_id = "plan_list_assistant_tools",
    tag = "plan",
    params(("id" = String, Path, description = "The assistant's id or name")),
    responses((status = 200, description = "The assignments, each with its tool", body = Vec<PlanAssignment>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<String>,
) -> Result<Json<Vec<PlanAssignment>>, ApiError> {
    let assigned = agents::tools(&state.app, &caller, &id).await?;
    let ids: Vec<_> = assigned.iter().map(|assigned| assigned.tool.id).collect();
    let counts = counts::of(&state.app, caller.org_id, &ids).await?;
    let rows = assigned.into_iter().map(|assigned| {
        let counts = counts.get(assigned.tool.id);
        PlanAssignment::new(assigned.assignment, assigned.tool, counts)
    });
    Ok(Json(rows.collect()))
}
