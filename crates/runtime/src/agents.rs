//! Agents: made, changed and found here.
//!
//! What their author writes is in `spec`, which tools they have in `assigned`, and who may run, change and share them in
//! `access`. `made` makes one with its tools in one step.

mod access;
mod assigned;
pub mod made;
mod spec;

use std::collections::HashMap;

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    agent::{Agent, AgentProfile},
    credit::Operation,
    id::{AgentId, OrgId},
    page::{Page, PageRequest},
};
use callwright_store::audit::AuditEntry;
use serde_json::json;

use crate::{App, app::require, audit, credits};

pub(crate) use access::{check_change, may_run};
use access::{check_own, may_publish, to_change};
pub use access::{grants, runnable, share};
pub use assigned::{AssignedTool, AssignmentSpec, assign, assignment_to_change, tool_changes, tools, unassign};
pub(crate) use assigned::{assigned, seen};
pub use spec::AgentSpec;
pub(crate) use spec::{MOST_METADATA, check_limits, is_language};

/// Makes an agent. A name that is taken is a conflict.
pub async fn create(app: &App, caller: &Caller, spec: AgentSpec) -> Result<Agent, Fault> {
    require(caller, Right::Build, Scope::AgentsWrite)?;
    may_publish(caller, spec.public)?;
    let (agent, entry) = made(app, caller, spec)?;
    let charge = credits::charge(app, caller, Operation::AgentCreate, agent.id);
    app.store()
        .write((agent.clone(), entry, charge), |(agent, entry, charge), tx| {
            Box::pin(async move {
                tx.create_agent(agent).await?;
                tx.append_audit(entry).await?;
                match charge {
                    Some(charge) => tx.charge(charge).await,
                    None => Ok(()),
                }
            })
        })
        .await?;
    app.tools().note(caller.org_id);
    Ok(agent)
}

/// A new agent as it is to be written, with the row of the audit log that goes with it.
pub(crate) fn made(app: &App, caller: &Caller, spec: AgentSpec) -> Result<(Agent, AuditEntry), Fault> {
    spec.check()?;
    let now = app.clock().now();
    let agent = Agent {
        id: app.ids().next(),
        organization_id: caller.org_id,
        user_id: caller.user_id,
        profile: spec.profile(),
        name: spec.name,
        description: spec.description,
        instructions: spec.instructions,
        model: spec.model,
        tools_settings: spec.tools_settings,
        created_at: now,
        updated_at: now,
    };
    let details = audit::between(json!({ "name": agent.name }), &(), &text_of(&agent));
    let entry = audit::entry(app, caller, "agent.create", "agent", agent.id, details);
    Ok((agent, entry))
}

/// Makes the agent `name`, or brings it to the state of `spec`.
pub async fn put(app: &App, caller: &Caller, name: &str, spec: AgentSpec) -> Result<Agent, Fault> {
    require(caller, Right::Build, Scope::AgentsWrite)?;
    spec.check()?;
    let Some(current) = find(app, caller.org_id, name).await? else {
        if spec.name != name {
            return Err(Fault::invalid("name", format!("`name` is `{}` but the address says `{name}`", spec.name)));
        }
        return create(app, caller, spec).await;
    };
    may_publish(caller, spec.public && !current.profile.public)?;
    check_change(app, caller, &current).await?;
    let is_shared = spec.is_shared.unwrap_or(current.profile.is_shared);
    if is_shared != current.profile.is_shared {
        check_own(caller, &current)?;
    }
    let before = text_of(&current);
    let agent = Agent {
        profile: AgentProfile { is_shared, ..spec.profile() },
        name: spec.name,
        description: spec.description,
        instructions: spec.instructions,
        model: spec.model,
        tools_settings: spec.tools_settings,
        updated_at: app.clock().now(),
        ..current
    };
    let details = audit::between(json!({ "name": agent.name }), &before, &text_of(&agent));
    let entry = audit::entry(app, caller, "agent.update", "agent", agent.id, details);
    let name = agent.name.clone();
    let is_there = app
        .store()
        .write((agent.clone(), entry), |(agent, entry), tx| {
            Box::pin(async move {
                let is_there = tx.update_agent(agent).await?;
                if is_there {
                    tx.append_audit(entry).await?;
                }
                Ok(is_there)
            })
        })
        .await?;
    if !is_there {
        return Err(Fault::not_found("agent", name));
    }
    app.tools().forget(caller.org_id);
    Ok(agent)
}

/// The agent of that name or id.
pub async fn get(app: &App, caller: &Caller, agent: &str) -> Result<Agent, Fault> {
    require(caller, Right::View, Scope::Read)?;
    found(app, caller, agent).await
}

/// A page of the organization's agents, by name.
pub async fn list(app: &App, caller: &Caller, page: PageRequest) -> Result<Page<Agent>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(app.store().agents(caller.org_id, &page).await?)
}

/// A page of the agents that the caller made, newest first, with `shared` also of those of others that they may run; and
/// the names of their tools.
pub async fn own(
    app: &App,
    caller: &Caller,
    shared: bool,
    page: PageRequest,
) -> Result<(Page<Agent>, HashMap<AgentId, Vec<String>>), Fault> {
    require(caller, Right::View, Scope::Read)?;
    let found = app.store().agents_of(caller.org_id, caller.user_id, shared, &page).await?;
    let ids: Vec<AgentId> = found.items.iter().map(|agent| agent.id).collect();
    let tools = app.store().agent_tool_names(caller.org_id, &ids).await?;
    Ok((found, tools))
}

/// Removes an agent and its assignments. Its executions stay in the log.
pub async fn delete(app: &App, caller: &Caller, agent: &str) -> Result<(), Fault> {
    require(caller, Right::Build, Scope::AgentsWrite)?;
    let agent = to_change(app, caller, agent).await?;
    let details = audit::between(json!({ "name": agent.name }), &text_of(&agent), &());
    let entry = audit::entry(app, caller, "agent.delete", "agent", agent.id, details);
    app.store()
        .write((caller.org_id, agent.id, entry), |(org, id, entry), tx| {
            Box::pin(async move {
                if tx.delete_agent(*org, *id).await? {
                    tx.append_audit(entry).await?;
                }
                Ok(())
            })
        })
        .await?;
    app.tools().forget(caller.org_id);
    Ok(())
}

/// What of an agent can be changed, for the audit log.
fn text_of(agent: &Agent) -> serde_json::Value {
    json!({
        "name": agent.name,
        "description": agent.description,
        "instructions": agent.instructions,
        "model": agent.model,
        "profile": agent.profile,
    })
}

/// Looks an agent up by id or name.
pub(crate) async fn find(app: &App, org: OrgId, agent: &str) -> Result<Option<Agent>, Fault> {
    if let Ok(id) = agent.parse::<AgentId>()
        && let Some(found) = app.store().agent_by_id(org, id).await?
    {
        return Ok(Some(found));
    }
    Ok(app.store().agent_by_name(org, agent).await?)
}

async fn found(app: &App, caller: &Caller, agent: &str) -> Result<Agent, Fault> {
    find(app, caller.org_id, agent).await?.ok_or_else(|| Fault::not_found("agent", agent))
}
