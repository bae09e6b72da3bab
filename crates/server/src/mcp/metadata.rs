//! What a client is told that comes without a token: where tokens are from (RFC 9728).
//!
//! We are a resource, not an authorization server: tokens of ours are made by people. An operator who has an authorization
//! server that gives out tokens of ours names it in `mcp_authorization_servers`.

use axum::extract::State;
use callwright_model::account::Scope;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::Endpoint;
use crate::{
    body::{Json, Path},
    error::ApiError,
    state::ServerState,
};

/// Where the metadata of a resource is, before the resource's own path.
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// What is told of a resource that needs a token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProtectedResource {
    /// The resource's address.
    resource: String,
    /// Who gives out tokens for it; none when people make them here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_servers: Vec<String>,
    /// What tokens may be good for.
    scopes_supported: Vec<&'static str>,
    /// How a token is sent.
    bearer_methods_supported: [&'static str; 1],
    /// What it is.
    resource_name: &'static str,
}

pub(super) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(root)).routes(routes!(all)).routes(routes!(agent))
}

/// The address of an endpoint's metadata.
pub(super) fn address(state: &ServerState, endpoint: &Endpoint) -> String {
    state.app.public_address(&format!("{WELL_KNOWN}{}", path(endpoint)))
}

fn path(endpoint: &Endpoint) -> String {
    match endpoint {
        Endpoint::Organization => "/mcp".to_owned(),
        Endpoint::Agent(agent) => {
            let mut url = url::Url::parse("http://h").ok();
            if let Some(mut segments) = url.as_mut().and_then(|url| url.path_segments_mut().ok()) {
                segments.extend(["mcp", "agents", agent]);
            }
            url.map(|url| url.path().to_owned()).unwrap_or_default()
        }
    }
}

fn metadata(state: &ServerState, endpoint: &Endpoint) -> Json<ProtectedResource> {
    Json(ProtectedResource {
        resource: state.app.public_address(&path(endpoint)),
        authorization_servers: state.options.mcp.authorization_servers.clone(),
        scopes_supported: vec![Scope::Mcp.as_str()],
        bearer_methods_supported: ["header"],
        resource_name: "Callwright",
    })
}

/// Where a token for `/mcp` is from (RFC 9728).
#[utoipa::path(
    get,
    path = "/.well-known/oauth-protected-resource",
    operation_id = "get_mcp_metadata",
    tag = "mcp",
    responses((status = 200, description = "The metadata", body = ProtectedResource)),
    extensions(("x-right" = json!("public"))),
)]
async fn root(State(state): State<ServerState>) -> Json<ProtectedResource> {
    metadata(&state, &Endpoint::Organization)
}

/// The same, at the address that follows from the resource's.
#[utoipa::path(
    get,
    path = "/.well-known/oauth-protected-resource/mcp",
    operation_id = "get_mcp_resource_metadata",
    tag = "mcp",
    responses((status = 200, description = "The metadata", body = ProtectedResource)),
    extensions(("x-right" = json!("public"))),
)]
async fn all(State(state): State<ServerState>) -> Json<ProtectedResource> {
    metadata(&state, &Endpoint::Organization)
}

/// Where a token for an agent's endpoint is from. Nothing is said of whether there is such an agent.
#[utoipa::path(
    get,
    path = "/.well-known/oauth-protected-resource/mcp/agents/{agent}",
    operation_id = "get_mcp_agent_metadata",
    tag = "mcp",
    params(("agent" = String, Path, description = "The agent's name or id")),
    responses((status = 200, description = "The metadata", body = ProtectedResource)),
    extensions(("x-right" = json!("public"))),
)]
async fn agent(
    State(state): State<ServerState>,
    Path(agent): Path<String>,
) -> Result<Json<ProtectedResource>, ApiError> {
    Ok(metadata(&state, &Endpoint::Agent(agent)))
}
