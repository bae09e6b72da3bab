//! Agents, and the tools assigned to them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Object, Timestamp,
    id::{AgentId, OrgId, ToolId, UserId},
    legacy::ToolsSettings,
    run::RunLimits,
    tool::release::Pin,
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
    /// How it works, besides.
    #[serde(flatten)]
    pub profile: AgentProfile,
    /// The plan's settings, while the agent still carries them; see [`crate::legacy`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools_settings: Option<ToolsSettings>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// How an agent works, besides its instructions and its model.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct AgentProfile {
    /// How freely the model writes, 0 to 2; absent, as the provider likes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// The most tokens of one answer of the model, 1 to 1,000,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    /// How far its runs may go.
    pub limits: RunLimits,
    /// What its author wants kept with it, at most 64 KiB. The scripted model reads its `script`.
    #[schema(value_type = Object)]
    pub metadata: Object,
    /// The template, or the other agent, that it was made from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_template: Option<String>,
    /// Whether everybody in the organization who may run agents may run it.
    pub is_shared: bool,
    /// Whether what a user liked or corrected in its runs is brought into that user's later ones.
    pub learning_enabled: bool,
    /// Whether anybody may talk to it over a conversation socket, without a token. Set by an administrator.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
    /// What it says first in a conversation; `{{ name }}` stands for a dynamic variable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_message: Option<String>,
    /// The language in which it speaks, such as `en` or `pt-BR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What a client of a conversation may set for itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<Overridden>,
    /// How its model is offered its tools.
    #[serde(skip_serializing_if = "ToolOffer::is_all")]
    pub tool_offer: ToolOffer,
    /// With `tool_offer: auto`, how many tokens the list of its tools may take before they are offered by search.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_budget: Option<u32>,
}

/// How a model is offered tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ToolOffer {
    /// All of them, each with its definition.
    #[default]
    All,
    /// Three functions in their place: to search them, to read how one is called, and to call it.
    Search,
    /// All of them while they are few, else by search.
    Auto,
}

impl ToolOffer {
    /// Whether it is what an agent has that says nothing.
    pub fn is_all(&self) -> bool {
        *self == Self::All
    }

    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Search => "search",
            Self::Auto => "auto",
        }
    }
}

/// Something that a client of a conversation may set for itself, if the agent allows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overridden {
    /// What the agent says first.
    FirstMessage,
    /// The language in which it speaks.
    Language,
    /// Its instructions.
    Prompt,
}

impl Overridden {
    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstMessage => "first_message",
            Self::Language => "language",
            Self::Prompt => "prompt",
        }
    }
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
    /// Which state of the tool the agent has; absent, it follows the latest.
    #[serde(default)]
    pub pin: Option<Pin>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// The parts of a tool that an assignment may override.
pub const OVERRIDABLE: [&str; 7] = ["description", "config", "bound", "result", "policy", "fallback", "speech"];
