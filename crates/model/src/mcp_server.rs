//! MCP servers that an organization has registered, and the tools that they offer.
//!
//! A server is reached by streamable HTTP or, where the operator allows the command, as a child process. What it offers
//! is kept as it was last seen; a tool is called only while that is the definition that somebody agreed to.

mod auth;
mod definition;
mod spec;

pub use auth::McpAuth;
pub use definition::{McpDefinition, McpToolState, McpUpstreamTool};
pub use spec::{ApiKey, McpProtocol, McpServerSpec, McpTransport, is_server_name, may_be_set, placeholders};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Timestamp,
    id::{McpServerId, OrgId, UserId},
    oauth::Authorization,
};

/// What was found out about a server when it was last asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct McpFound {
    /// The address that answers: the registered one, or `{url}/mcp`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The version of the protocol that is spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol_version: Option<String>,
    /// What the server calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_version: Option<String>,
    /// What it says about its use; the beginning of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// How many tools it offers.
    #[serde(default)]
    pub tools: u32,
    /// Why it could not be asked the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it was last asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refreshed_at: Option<Timestamp>,
    /// With `auth` of the type `authorization_code`: what somebody allowed us, and whether it still holds. This is kept with
    /// the tokens, and only shown here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization: Option<Authorization>,
}

/// A registered MCP server.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct McpServer {
    /// Its id.
    pub id: McpServerId,
    /// The organization it belongs to.
    #[serde(skip)]
    pub organization_id: OrgId,
    /// Who registered it.
    pub created_by: UserId,
    /// What was said of it. Credentials are names of secrets.
    #[serde(flatten)]
    pub spec: McpServerSpec,
    /// What was found out about it.
    pub found: McpFound,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
