//! The guide's kinds of tools, and where a tool remembers which it is.
//!
//! An `api_endpoint` and a `webhook` are both of our kind `http`, and nothing in a request tells them apart. Which one
//! its author meant stands in the tool's labels, so that it is versioned and copied with the tool.

use callwright_model::tool::{Kind, ToolSpec};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the labels of this interface begin with.
pub(super) const PREFIX: &str = "guide.";
const TOOL_TYPE: &str = "guide.tool_type";
const REQUIRES_AUTH: &str = "guide.requires_auth";

/// The guide's kinds of tools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = guide::ToolType)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ToolType {
    /// A Python function.
    #[serde(alias = "python", alias = "python_function")]
    Function,
    /// An HTTP request.
    #[serde(alias = "endpoint", alias = "http")]
    ApiEndpoint,
    /// An HTTP request whose body is the arguments.
    Webhook,
    /// A tool of a registered MCP server.
    #[serde(alias = "mcp")]
    McpServer,
    /// Not in the guide: a step of the call itself.
    System,
    /// Not in the guide: a function that comes with the program.
    Business,
    /// Not in the guide: a function in the program of whoever holds the conversation.
    Client,
    /// Not in the guide: an agent that is called as one tool.
    Agent,
    /// Not in the guide: a workflow that is called as one tool.
    Workflow,
}

impl ToolType {
    /// The guide's word for a tool.
    pub(super) fn of(spec: &ToolSpec) -> Self {
        match spec.kind {
            Kind::Python => Self::Function,
            Kind::System => Self::System,
            Kind::Business => Self::Business,
            Kind::Client => Self::Client,
            Kind::Agent => Self::Agent,
            Kind::Workflow => Self::Workflow,
            Kind::Mcp => Self::McpServer,
            Kind::Http if spec.labels.get(TOOL_TYPE).is_some_and(|word| word == "webhook") => Self::Webhook,
            Kind::Http => Self::ApiEndpoint,
        }
    }

    /// What carries it out.
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Function => Kind::Python,
            Self::ApiEndpoint | Self::Webhook => Kind::Http,
            Self::System => Kind::System,
            Self::Business => Kind::Business,
            Self::Client => Kind::Client,
            Self::Agent => Kind::Agent,
            Self::Workflow => Kind::Workflow,
            Self::McpServer => Kind::Mcp,
        }
    }

    /// Notes it in the tool.
    pub(super) fn note(self, spec: &mut ToolSpec) {
        let word = match self {
            Self::ApiEndpoint => "api_endpoint",
            Self::Webhook => "webhook",
            // The kind says it all.
            Self::Function
            | Self::McpServer
            | Self::System
            | Self::Business
            | Self::Client
            | Self::Agent
            | Self::Workflow => {
                spec.labels.remove(TOOL_TYPE);
                return;
            }
        };
        spec.labels.insert(TOOL_TYPE.to_owned(), word.to_owned());
    }
}

/// Whether the tool needs credentials: as its author said, else whether it has any.
pub(super) fn requires_auth(spec: &ToolSpec) -> bool {
    match spec.labels.get(REQUIRES_AUTH) {
        Some(word) => word == "true",
        None => spec.config.http().is_some_and(|http| http.auth != callwright_model::tool::http::Auth::None),
    }
}

/// Notes what the author said.
pub(super) fn note_requires_auth(spec: &mut ToolSpec, said: bool) {
    spec.labels.insert(REQUIRES_AUTH.to_owned(), said.to_string());
}
