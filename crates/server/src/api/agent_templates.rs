//! `/api/v1/agent-templates` and `/api/v1/agent-packs`: agents to begin with, and installing several with their tools.

use axum::extract::State;
use callwright_model::page::{Page, PageRequest};
use callwright_runtime::agent_templates::{self, AgentPack, AgentTemplate, InstallPack, PackReport};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get)).routes(routes!(packs)).routes(routes!(install))
}

/// Which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct AgentTemplatesQuery {
    /// The most items to give, 50 when absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The agent templates that come with the program, by id.
#[utoipa::path(
    get,
    path = "/api/v1/agent-templates",
    operation_id = "list_agent_templates",
    tag = "agents",
    params(AgentTemplatesQuery),
    responses((status = 200, description = "A page of templates", body = Page<AgentTemplate>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<AgentTemplatesQuery>,
) -> Result<Json<Page<AgentTemplate>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    Ok(Json(agent_templates::list(&state.app, &caller, &page)?))
}

/// One agent template, with all that it extends.
#[utoipa::path(
    get,
    path = "/api/v1/agent-templates/{id}",
    operation_id = "get_agent_template",
    tag = "agents",
    params(("id" = String, Path, description = "The template's id")),
    responses((status = 200, description = "The template", body = AgentTemplate)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<String>,
) -> Result<Json<AgentTemplate>, ApiError> {
    Ok(Json(agent_templates::get(&state.app, &caller, &id)?))
}

/// The packs that come with the program, by id, with their agents and tools.
#[utoipa::path(
    get,
    path = "/api/v1/agent-packs",
    operation_id = "list_agent_packs",
    tag = "agents",
    params(AgentTemplatesQuery),
    responses((status = 200, description = "A page of packs", body = Page<AgentPack>)),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn packs(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<AgentTemplatesQuery>,
) -> Result<Json<Page<AgentPack>>, ApiError> {
    let page = PageRequest::parse(query.limit, query.cursor.as_deref())?;
    Ok(Json(agent_templates::packs(&state.app, &caller, &page)?))
}

/// Makes what of a pack is not there yet: all of it, or nothing. What is there by its name is kept. Unless it is a dry
/// run, it needs the scope `agents:write` too.
#[utoipa::path(
    post,
    path = "/api/v1/agent-packs/{id}/install",
    operation_id = "install_agent_pack",
    tag = "agents",
    params(("id" = String, Path, description = "The pack's id")),
    request_body = InstallPack,
    responses((status = 200, description = "What was made, or would be", body = PackReport)),
    extensions(("x-right" = json!("build")), ("x-scope" = json!("tools:write"))),
)]
pub(crate) async fn install(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<String>,
    Json(options): Json<InstallPack>,
) -> Result<Json<PackReport>, ApiError> {
    Ok(Json(agent_templates::install_pack(&state.app, &caller, &id, options).await?))
}
