//! `/api/v1/mcp-servers/{name}/authorize`: a person signs in for a server, or takes that back.

use axum::extract::State;
use callwright_model::mcp_server::McpServer;
use callwright_runtime::{
    authorizations::AuthorizationBegun,
    mcp::{self, ConfirmAuthorization},
};
use http::StatusCode;

use crate::{
    auth::Authed,
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// Prepares a sign-in at the authorization server of an MCP server whose `auth` is of the type `authorization_code`. Open
/// `authorize_url` in a browser; it comes back to this server. In a browser that has a session of the same person that is
/// all; otherwise the last page shows a code for `…/authorize/confirm`. How it stands is told in `found.authorization`.
#[utoipa::path(
    post,
    path = "/api/v1/mcp-servers/{name}/authorize",
    operation_id = "authorize_mcp_server",
    tag = "mcp-servers",
    params(("name" = String, Path, description = "The server's name or id")),
    responses((status = 200, description = "Where to sign in", body = AuthorizationBegun)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
pub(crate) async fn authorize(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<Json<AuthorizationBegun>, ApiError> {
    Ok(Json(Box::pin(mcp::authorize(&state.app, &caller, &name)).await?))
}

/// Hands in the code of the page that a sign-in ended with. Only who began it may.
#[utoipa::path(
    post,
    path = "/api/v1/mcp-servers/{name}/authorize/confirm",
    operation_id = "confirm_mcp_server_authorization",
    tag = "mcp-servers",
    params(("name" = String, Path, description = "The server's name or id")),
    request_body = ConfirmAuthorization,
    responses((status = 200, description = "The server, connected", body = McpServer)),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
pub(crate) async fn confirm(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
    Json(wish): Json<ConfirmAuthorization>,
) -> Result<Json<McpServer>, ApiError> {
    Ok(Json(Box::pin(mcp::confirm(&state.app, &caller, &name, &wish)).await?))
}

/// Gives an MCP server's tokens back where its authorization server takes them (RFC 7009), and forgets them.
#[utoipa::path(
    delete,
    path = "/api/v1/mcp-servers/{name}/authorize",
    operation_id = "disconnect_mcp_server",
    tag = "mcp-servers",
    params(("name" = String, Path, description = "The server's name or id")),
    responses((status = 204, description = "There is no access any more")),
    extensions(("x-right" = json!("configure")), ("x-scope" = json!("admin"))),
)]
pub(crate) async fn disconnect(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(name): Path<String>,
) -> Result<StatusCode, ApiError> {
    Box::pin(mcp::disconnect(&state.app, &caller, &name)).await?;
    Ok(StatusCode::NO_CONTENT)
}
