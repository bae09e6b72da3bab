//! `/api/v1/mcp-servers`: MCP servers whose tools the organization uses.

mod authorize;
mod tools;

use axum::extract::State;
use callwright_model::{
    Object,
    mcp_server::{McpAuth, McpProtocol, McpServer, McpServerSpec},
    page::Page,
};
use callwright_runtime::mcp::{self, Refreshed};
use http::StatusCode;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::Authed,
    body::{Created, Json, Path, Query},
    error::ApiError,
    page::PageQuery,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
        .routes(routes!(refresh))
        .routes(routes!(authorize::authorize, authorize::disconnect))
        .routes(routes!(authorize::confirm))
        .routes(routes!(tools::list, tools::adopt))
        .routes(routes!(tools::accept))
}

/// What changes of an MCP server. What is not given stays; `null` takes away.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only described, never made: what is given is merged into what is there")]
struct UpdateMcpServer {
    /// Its address.
    #[schema(nullable, max_length = 2000)]
    url: Option<String>,
    /// The program that is the server.
    #[schema(nullable, max_length = 2000)]
    command: Option<String>,
    /// The program's arguments.
    #[schema(nullable, max_items = 50)]
    args: Option<Vec<String>>,
    /// The program's environment.
    #[schema(nullable, value_type = Option<Object>)]
    env: Option<Value>,
    /// How we say who we are.
    #[schema(nullable)]
    auth: Option<McpAuth>,
    /// A new key in plain.
    #[schema(nullable, write_only, min_length = 1, max_length = 65536)]
    api_key: Option<String>,
    /// More headers of every request.
    #[schema(nullable, value_type = Option<Object>)]
    headers: Option<Value>,
    /// Words about what it can do.
    #[schema(nullable, max_items = 50)]
    capabilities: Option<Vec<String>>,
    /// Whether its tools may be called.
    is_enabled: Option<bool>,
    /// Which era of the protocol is spoken.
    protocol: Option<McpProtocol>,
    /// How long connecting may take, in milliseconds.
    #[schema(minimum = 100, maximum = 120000)]
    connect_timeout_ms: Option<u32>,
    /// How long a session without calls is kept, in seconds.
    #[schema(minimum = 1, maximum = 86400)]
    idle_timeout_s: Option<u32>,
    /// The most bytes of one answer.
    #[schema(minimum = 1024, maximum = 67108864)]
    max_response_bytes: Option<u32>,
    /// The most calls at once.
    #[schema(minimum = 1, maximum = 256)]
    max_concurrency: Option<u32>,
}

/// The organization's MCP servers, by name. Credentials are names of secrets.
#[utoipa::path(
    get,
    path = "/api/v1/mcp-servers",
    operation_id = "list_mcp_servers",
    tag = "mcp-servers",
    params(PageQuery),
    responses((status = 200, description = "A page of servers", body = Page<McpServer>)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
async fn list(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<McpServer>>, ApiError> {
    Ok(Json(mcp::list(&state.app, &caller, &page.request()?).await?))
}

/// Registers an MCP server and asks it what it offers. Where `url` itself does not speak MCP, `{url}/mcp` is tried. A server
/// that cannot be asked is registered all the same; `found.error` tells why. None of its tools can be called before it
/// was adopted.
#[utoipa::path(
    post,
    path = "/api/v1/mcp-servers",
    operation_id = "create_mcp_server",
    tag = "mcp-servers",
    request_body(content = McpServerSpec, example = json!({
        "name": "business_intelligence", "url": "https://mcp.example.com/bi", "api_key": "the key",
        "capabilities": ["data_query"], "is_enabled": true,
    })),
    responses((
        status = 201,
        description = "The server",
        body = McpServer,
        headers(("Location" = String, description = "The server's path")),
    )),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
async fn create(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Json(spec): Json<McpServerSpec>,
) -> Result<Created<McpServer>, ApiError> {
    let server = mcp::create(&state.app, &caller, spec).await?;
    Ok(Created { at: format!("/api/v1/mcp-servers/{}", server.spec.name), made: server })
}

/// One MCP server.
#[utoipa::path(
    get,
    path = "/api/v1/mcp-servers/{name}",
    operation_id = "get_mcp_server",
    tag = "mcp-servers",
    params(("name" = String, Path, description = "The server's name or id")),
    responses((status = 200, description = "The server", body = McpServer)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
async fn get(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<Json<McpServer>, ApiError> {
    Ok(Json(mcp::get(&state.app, &caller, &name).await?))
}

/// Changes an MCP server. Its sessions are closed, and it is asked again what it offers.
#[utoipa::path(
    patch,
    path = "/api/v1/mcp-servers/{name}",
    operation_id = "update_mcp_server",
    tag = "mcp-servers",
    params(("name" = String, Path, description = "The server's name or id")),
    request_body = UpdateMcpServer,
    responses((status = 200, description = "The server as it is now", body = McpServer)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
async fn update(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Json(patch): Json<Object>,
) -> Result<Json<McpServer>, ApiError> {
    Ok(Json(mcp::update(&state.app, &caller, &name, &Value::Object(patch)).await?))
}

/// Removes an MCP server, and the key that came with it. Tools that were adopted from it stay; their calls are refused.
#[utoipa::path(
    delete,
    path = "/api/v1/mcp-servers/{name}",
    operation_id = "delete_mcp_server",
    tag = "mcp-servers",
    params(("name" = String, Path, description = "The server's name or id")),
    responses((status = 204, description = "It is gone")),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
async fn delete(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    mcp::delete(&state.app, &caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks an MCP server what it offers now; that it cannot be asked is told in `server.found.error`. Adopted tools whose definition has changed are not called any more until somebody
/// accepts the change.
#[utoipa::path(
    post,
    path = "/api/v1/mcp-servers/{name}/refresh",
    operation_id = "refresh_mcp_server",
    tag = "mcp-servers",
    params(("name" = String, Path, description = "The server's name or id")),
    responses((status = 200, description = "What was found", body = Refreshed)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
async fn refresh(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<Json<Refreshed>, ApiError> {
    Ok(Json(mcp::refresh(&state.app, &caller, &name).await?))
}
