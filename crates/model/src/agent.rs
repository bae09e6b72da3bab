//! Agents, and the tools assigned to them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Object, Timestamp,
    id::{AgentId, OrgId, ToolId, UserId},
};

/// Instructions, model and tools under one name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Agent {
    /// Its id.
    pub id: AgentId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// Who made it.
    pub user_id: UserId,
    /// A name, unique in the organization.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The system instructions.
    #[serde(default)]
    pub instructions: String,
    /// The model it uses, for example `gpt-5-mini`.
    #[serde(default)]
    pub model: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A tool as one agent has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Assignment {
    /// The agent.
    pub agent_id: AgentId,
    /// The tool.
    pub tool_id: ToolId,
    /// Whether the agent may use it now.
    pub enabled: bool,
    /// A JSON merge patch (RFC 7386) over the tool's `description`, `config`, `bound`, `result`, `policy`,
    /// `fallback` and `speech`.
    #[schema(value_type = Object)]
    pub overrides: Object,
    /// Lower comes first.
    pub position: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The parts of a tool that an assignment may override.
pub const OVERRIDABLE: [&str; 7] = ["description", "config", "bound", "result", "policy", "fallback", "speech"];
