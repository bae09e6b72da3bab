//! `GET /api/v1/agents`

use axum::extract::State;
use callwright_model::{agent::Agent, page::Page};
use callwright_runtime::agents;

use crate::{
    auth::Authed,
    body::{Json, Query},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

/// The organization's agents, by name.
#[utoipa::path(
    get,
    path = "/api/v1/agents",
    operation_id = "list_agents",
    tag = "agents",
    params(PageQuery),
    responses((status = 200, description = "A page of agents", body = Page<Agent>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Agent>>, ApiError> {
    Ok(Json(agents::list(&state.app, &caller, page.request()?).await?))
}
