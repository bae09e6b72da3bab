//! The configurations of tools that are agents or workflows: one call is a run of its own.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// An agent that is called as one tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentConfig {
    /// The agent's name or id.
    #[schema(min_length = 1, max_length = 200)]
    pub agent: String,
    /// What is said to it, a template. Without it: the argument `message` if it is a text, else all arguments as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<String>,
}

impl AgentConfig {
    /// What a model gives when the tool's author does not say.
    pub fn parameters() -> Value {
        json!({
            "type": "object",
            "properties": {"message": {"type": "string", "description": "What the agent is to do, with all that it has to know"}},
            "required": ["message"],
            "additionalProperties": false,
        })
    }
}

/// A workflow that is called as one tool. Its arguments are what the workflow is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkflowConfig {
    /// The workflow's name or id.
    #[schema(min_length = 1, max_length = 200)]
    pub workflow: String,
}
