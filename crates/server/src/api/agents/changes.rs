//! `GET /api/v1/agents/{agent}/tools/changes`

use axum::extract::State;
use callwright_model::{
    Timestamp,
    page::{Page, PageRequest},
    tool::release::ToolChange,
};
use callwright_runtime::agents;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    state::ServerState,
};

/// Which changes to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangesQuery {
    /// At or after this time.
    since: Option<Timestamp>,
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The changes of an agent's tools that reached it, newest first. An agent with a pin is not reached by what it does
/// not have.
#[utoipa::path(
    get,
    path = "/api/v1/agents/{agent}/tools/changes",
    operation_id = "list_agent_tool_changes",
    tag = "agents",
    params(("agent" = String, Path, description = "The agent's name or id"), ChangesQuery),
    responses((status = 200, description = "A page of changes", body = Page<ToolChange>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(agent): Path<String>,
    Query(query): Query<ChangesQuery>,
) -> Result<Json<Page<ToolChange>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    Ok(Json(agents::tool_changes(&state.app, &caller, &agent, query.since, &page).await?))
}
