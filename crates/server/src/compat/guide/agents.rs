//! The routes of agents. Clients of the guide are old and many: what they send besides what is known is passed over.

pub(super) mod create;
pub(super) mod custom;
pub(super) mod execute;
pub(super) mod list;
pub(super) mod share;
pub(super) mod status;

use callwright_model::{agent::Agent, id::AgentId};
use serde::Serialize;
use utoipa::ToSchema;

use super::tools::ok;
use crate::body::Json;

/// An agent was made.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::AgentCreated)]
pub(crate) struct AgentCreated {
    /// The status of the answer, as a text.
    #[schema(example = "200")]
    response: String,
    /// The agent.
    agent_id: AgentId,
    /// What was done.
    #[schema(example = "Agent created successfully")]
    message: String,
    /// The model that it uses.
    model: String,
}

/// The answer for an agent that was made.
fn created(agent: Agent) -> Json<AgentCreated> {
    Json(AgentCreated {
        response: ok(),
        agent_id: agent.id,
        message: "Agent created successfully".to_owned(),
        model: agent.model,
    })
}
