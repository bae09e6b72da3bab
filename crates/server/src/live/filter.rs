//! Tools, agents and workflows in filters, given by name or id.

use callwright_model::{
    Fault,
    account::Caller,
    id::{AgentId, ToolId, WorkflowId},
};
use callwright_runtime::{App, agents, registry, workflow};

/// The id of a tool given by name or id. An id is taken as it is: the log outlives the tool.
pub(crate) async fn tool_id(app: &App, caller: &Caller, tool: Option<&str>) -> Result<Option<ToolId>, Fault> {
    let Some(tool) = tool else { return Ok(None) };
    match tool.parse() {
        Ok(id) => Ok(Some(id)),
        Err(_) => Ok(Some(registry::get(app, caller, tool).await?.id)),
    }
}

/// The id of an agent given by name or id. An id is taken as it is: the log outlives the agent.
pub(crate) async fn agent_id(app: &App, caller: &Caller, agent: Option<&str>) -> Result<Option<AgentId>, Fault> {
    let Some(agent) = agent else { return Ok(None) };
    match agent.parse() {
        Ok(id) => Ok(Some(id)),
        Err(_) => Ok(Some(agents::get(app, caller, agent).await?.id)),
    }
}

/// The id of a workflow given by name or id. An id is taken as it is: the log outlives the workflow.
pub(crate) async fn workflow_id(app: &App, caller: &Caller, name: Option<&str>) -> Result<Option<WorkflowId>, Fault> {
    let Some(name) = name else { return Ok(None) };
    match name.parse() {
        Ok(id) => Ok(Some(id)),
        Err(_) => Ok(Some(workflow::get(app, caller, name).await?.id)),
    }
}
