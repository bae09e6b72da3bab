//! Agents that work together.

use callwright_model::{
    Fault,
    workflow::{FlowType, WorkflowAgent},
};

use super::{MOST_AGENTS, Node, ONCE, What, check::Known, condition, number, refused};

/// The most conditions of one agent.
const MOST_CONDITIONS: usize = 20;

/// Checks and compiles the agents of a workflow.
pub(super) fn compile(flow: FlowType, agents: &[WorkflowAgent], known: &mut Known) -> Result<Vec<Node>, Fault> {
    if agents.len() > MOST_AGENTS {
        return refused("agents", format!("may name at most {MOST_AGENTS} agents"));
    }
    let mut nodes = Vec::with_capacity(agents.len());
    for (at, agent) in agents.iter().enumerate() {
        let place = format!("agents.{at}");
        for (field, text, most) in [("agent_id", &agent.agent_id, 200), ("role", &agent.role, 200)] {
            if text.trim().is_empty() || text.chars().count() > most {
                return refused(&format!("{place}.{field}"), format!("must have 1 to {most} characters"));
            }
        }
        if agent.description.as_ref().is_some_and(|text| text.chars().count() > 8_192) {
            return refused(&format!("{place}.description"), "may have at most 8192 characters");
        }
        if flow != FlowType::Conditional && (agent.default || !agent.conditions.is_empty()) {
            let field = if agent.default { "default" } else { "conditions" };
            return refused(
                &format!("{place}.{field}"),
                "counts only in a workflow whose `flow_type` is `conditional`",
            );
        }
        if agent.conditions.len() > MOST_CONDITIONS {
            return refused(&format!("{place}.conditions"), format!("may have at most {MOST_CONDITIONS} conditions"));
        }
        let mut conditions = Vec::with_capacity(agent.conditions.len());
        for (at, text) in agent.conditions.iter().enumerate() {
            conditions.push((text.clone(), condition(&format!("{place}.conditions.{at}"), text, known)?));
        }
        known.add(&format!("{place}.role"), &agent.role)?;
        nodes.push(Node {
            seq: number(at),
            place,
            name: agent.role.clone(),
            what: What::Role { agent: agent.agent_id.clone(), description: agent.description.clone() },
            conditions,
            is_default: agent.default,
            required: true,
            exit_on_success: false,
            exit_on_failure: false,
            retry: ONCE,
            foreach: None,
            width: 1,
        });
    }
    if flow == FlowType::Parallel {
        // A group that nobody wrote has no number, and is not shown.
        return Ok(vec![together(nodes)]);
    }
    Ok(nodes)
}

fn together(nodes: Vec<Node>) -> Node {
    Node {
        seq: 0,
        place: "agents".to_owned(),
        name: String::new(),
        what: What::Group(nodes),
        conditions: Vec::new(),
        is_default: false,
        required: true,
        exit_on_success: false,
        exit_on_failure: false,
        retry: ONCE,
        foreach: None,
        width: 1,
    }
}
