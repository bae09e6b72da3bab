//! `/api/v1/mcp-servers/{name}/tools`: what a server offers, taking it over, and agreeing to changes.

use axum::extract::State;
use callwright_model::{mcp_server::McpUpstreamTool, page::Page};
use callwright_runtime::mcp::{self, Accept, Accepted, Adopt, Adopted};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    auth::Authed,
    body::{Json, Path, Query},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

/// What became of the tools that were to be taken over.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdoptedTools {
    /// One entry for each, in the order of the request.
    tools: Vec<Adopted>,
}

/// What an MCP server offers, by name, and how each tool stands: `available`, `adopted`, `quarantined` (its definition has
/// changed since it was agreed to) or `gone`.
#[utoipa::path(
    get,
    path = "/api/v1/mcp-servers/{name}/tools",
    operation_id = "list_mcp_server_tools",
    tag = "mcp-servers",
    params(("name" = String, Path, description = "The server's name or id"), PageQuery),
    responses((status = 200, description = "A page of tools", body = Page<McpUpstreamTool>)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
pub(crate) async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<McpUpstreamTool>>, ApiError> {
    Ok(Json(mcp::tools(&state.app, &caller, &name, &page.request()?).await?))
}

/// Makes tools of ours of tools of an MCP server, under the same names or others. What each does to the world follows from
/// the server's hints unless it is said.
#[utoipa::path(
    post,
    path = "/api/v1/mcp-servers/{name}/tools",
    operation_id = "adopt_mcp_server_tools",
    tag = "mcp-servers",
    params(("name" = String, Path, description = "The server's name or id")),
    request_body(content = Adopt, example = json!({"tools": [{"tool": "get.ticket", "name": "get_ticket", "effect": "read"}]})),
    responses((status = 200, description = "What became of each", body = AdoptedTools)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
pub(crate) async fn adopt(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Json(wish): Json<Adopt>,
) -> Result<Json<AdoptedTools>, ApiError> {
    let tools = mcp::adopt(&state.app, &caller, &name, wish).await?;
    Ok(Json(AdoptedTools { tools }))
}

/// Accepts the definition that an MCP server shows of a tool now: each of our tools that stands for it gets a new revision
/// and can be called again. With `dry_run` only the difference is shown.
#[utoipa::path(
    post,
    path = "/api/v1/mcp-servers/{name}/tools/{tool}/accept",
    operation_id = "accept_mcp_server_tool",
    tag = "mcp-servers",
    params(
        ("name" = String, Path, description = "The server's name or id"),
        ("tool" = String, Path, description = "The tool's name there"),
    ),
    request_body = Accept,
    responses((status = 200, description = "What has changed, and our tools as they are now", body = Accepted)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
pub(crate) async fn accept(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path((name, tool)): Path<(String, String)>,
    Json(wish): Json<Accept>,
) -> Result<Json<Accepted>, ApiError> {
    Ok(Json(mcp::accept(&state.app, &caller, &name, &tool, wish).await?))
}
