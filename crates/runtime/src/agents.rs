//! Agents, and which tools they have.

use callwright_model::{
    Fault, FaultKind, Object, Timestamp,
    account::{Caller, Right, Scope},
    agent::{Agent, Assignment},
    id::{AgentId, OrgId, ToolId},
    legacy::ToolsSettings,
    page::{Page, PageRequest},
    tool::{
        Tool,
        release::{Follow, Pin, ToolChange},
    },
};
use callwright_store::audit::AuditEntry;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    App,
    app::require,
    audit, legacy, registry,
    registry::{compile, follow},
};

/// An agent as its author writes it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentSpec {
    /// Unique in the organization, 1 to 100 characters.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The system instructions, at most 65,536 characters.
    #[serde(default)]
    pub instructions: String,
    /// The model it uses, for example `gpt-5-mini`.
    #[serde(default)]
    pub model: String,
    /// The plan's older settings: the agent then has `endCall` and `transferCall` as they say, until they are migrated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools_settings: Option<ToolsSettings>,
}

/// How an agent has a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AssignmentSpec {
    /// Whether it may use it now.
    pub enabled: bool,
    /// A JSON merge patch over the tool's `description`, `config`, `bound`, `result`, `policy` and `fallback`.
    #[schema(value_type = Object)]
    pub overrides: Object,
    /// Lower comes first.
    pub position: i64,
    /// The state of the tool that it has: a revision, a version such as `1.2.3`, or a range such as `^1.2`, of which it
    /// has the latest. Without it, it has the latest of all.
    pub pin: Option<Pin>,
    /// Instead of `pin`: which changes of the tool are to reach it. An agent that stays before a change goes on staying
    /// there when this is said again.
    pub follow: Option<Follow>,
}

impl Default for AssignmentSpec {
    fn default() -> Self {
        Self { enabled: true, overrides: Object::new(), position: 0, pin: None, follow: None }
    }
}

/// A tool of an agent.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AssignedTool {
    /// How the agent has it.
    pub assignment: Assignment,
    /// The tool in the state that the agent has, without the overrides.
    pub tool: Tool,
}

/// Makes an agent. A name that is taken is a conflict.
pub async fn create(app: &App, caller: &Caller, spec: AgentSpec) -> Result<Agent, Fault> {
    require(caller, Right::Build, Scope::AgentsWrite)?;
    let (agent, entry) = made(app, caller, spec)?;
    app.store()
        .write((agent.clone(), entry), |(agent, entry), tx| {
            Box::pin(async move {
                tx.create_agent(agent).await?;
                tx.append_audit(entry).await
            })
        })
        .await?;
    Ok(agent)
}

/// A new agent as it is to be written, with the row of the audit log that goes with it.
pub(crate) fn made(app: &App, caller: &Caller, spec: AgentSpec) -> Result<(Agent, AuditEntry), Fault> {
    check(&spec)?;
    legacy::check(spec.tools_settings.as_ref())?;
    let now = app.clock().now();
    let agent = Agent {
        id: app.ids().next(),
        organization_id: caller.org_id,
        user_id: caller.user_id,
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
    check(&spec)?;
    legacy::check(spec.tools_settings.as_ref())?;
    let Some(current) = find(app, caller.org_id, name).await? else {
        if spec.name != name {
            return Err(Fault::invalid("name", format!("`name` is `{}` but the address says `{name}`", spec.name)));
        }
        return create(app, caller, spec).await;
    };
    let before = text_of(&current);
    let agent = Agent {
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

/// Removes an agent and its assignments. Its executions stay in the log.
pub async fn delete(app: &App, caller: &Caller, agent: &str) -> Result<(), Fault> {
    require(caller, Right::Build, Scope::AgentsWrite)?;
    let agent = found(app, caller, agent).await?;
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

/// The tools of an agent, in its order.
pub async fn tools(app: &App, caller: &Caller, agent: &str) -> Result<Vec<AssignedTool>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let agent = found(app, caller, agent).await?;
    let rows = app.store().assignments(caller.org_id, agent.id).await?;
    let mut assigned = Vec::with_capacity(rows.len());
    for (assignment, tool) in rows {
        let tool = follow::pinned(app, caller.org_id, tool, assignment.pin.as_ref()).await?;
        assigned.push(AssignedTool { assignment, tool });
    }
    Ok(assigned)
}

/// What of the changes of its tools reached an agent at or after `since`, newest first.
pub async fn tool_changes(
    app: &App,
    caller: &Caller,
    agent: &str,
    since: Option<Timestamp>,
    page: &PageRequest,
) -> Result<Page<ToolChange>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let agent = found(app, caller, agent).await?;
    Ok(app.store().tool_changes(caller.org_id, agent.id, since, page).await?)
}

/// How an agent has a tool, if it has it, for a caller who is about to change that.
pub async fn assignment_to_change(
    app: &App,
    caller: &Caller,
    agent: &str,
    tool: ToolId,
) -> Result<Option<Assignment>, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let agent = found(app, caller, agent).await?;
    Ok(app.store().assignment(caller.org_id, agent.id, tool).await?)
}

/// Gives an agent a tool, or changes how it has it.
pub async fn assign(
    app: &App,
    caller: &Caller,
    agent: &str,
    tool: &str,
    spec: AssignmentSpec,
) -> Result<Assignment, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let agent = found(app, caller, agent).await?;
    let tool = registry::find(app, caller, tool).await?;
    if tool.spec.is_template {
        return Err(Fault::conflict(
            "is_template",
            format!("`{}` is a template; copy it and assign the copy", tool.spec.name),
        ));
    }
    let current = app.store().assignment(caller.org_id, agent.id, tool.id).await?;
    let pin = follow::wanted(app, caller.org_id, &tool, (spec.pin, spec.follow), current.as_ref()).await?;
    let state = follow::pinned(app, caller.org_id, tool.clone(), pin.as_ref()).await?;
    let merged = compile::with_overrides(&state, &spec.overrides)?;
    // What the tool itself names was accepted when it was saved, whether or not the secret is there yet.
    let mut secrets = compile::names_in(&state.spec)?;
    secrets.extend(app.vault().secret_names(caller.org_id).await?.iter().cloned());
    compile::compile(merged, Some(&secrets)).map_err(|mut fault| {
        if fault.kind == FaultKind::Invalid {
            fault.message = format!("with these overrides: {}", fault.message);
        }
        fault
    })?;
    let now = app.clock().now();
    let assignment = Assignment {
        agent_id: agent.id,
        tool_id: tool.id,
        enabled: spec.enabled,
        overrides: spec.overrides,
        position: spec.position,
        pin,
        created_at: now,
        updated_at: now,
    };
    let details = json!({ "tool": tool.spec.name, "enabled": assignment.enabled });
    let details = audit::between(details, &current.as_ref().map(seen), &seen(&assignment));
    let entry = audit::entry(app, caller, "agent.assign", "agent", agent.id, details);
    app.store()
        .write((caller.org_id, assignment.clone(), entry), |(org, assignment, entry), tx| {
            Box::pin(async move {
                tx.upsert_assignment(*org, assignment).await?;
                tx.append_audit(entry).await
            })
        })
        .await?;
    app.tools().forget(caller.org_id);
    // What is stored now: an assignment that was there keeps the time it was made.
    let stored = app.store().assignment(caller.org_id, agent.id, tool.id).await?;
    Ok(stored.unwrap_or(assignment))
}

/// Takes a tool from an agent.
pub async fn unassign(app: &App, caller: &Caller, agent: &str, tool: &str) -> Result<(), Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let agent = found(app, caller, agent).await?;
    let tool = registry::find(app, caller, tool).await?;
    let current = app.store().assignment(caller.org_id, agent.id, tool.id).await?;
    let details = audit::between(json!({ "tool": tool.spec.name }), &current.as_ref().map(seen), &());
    let entry = audit::entry(app, caller, "agent.unassign", "agent", agent.id, details);
    let was_there = app
        .store()
        .write((caller.org_id, agent.id, tool.id, entry), |(org, agent, tool, entry), tx| {
            Box::pin(async move {
                let was_there = tx.delete_assignment(*org, *agent, *tool).await?;
                if was_there {
                    tx.append_audit(entry).await?;
                }
                Ok(was_there)
            })
        })
        .await?;
    if !was_there {
        return Err(Fault::not_found("assignment of tool", &tool.spec.name));
    }
    app.tools().forget(caller.org_id);
    Ok(())
}

/// What of an assignment can be changed, for the audit log.
pub(crate) fn seen(assignment: &Assignment) -> serde_json::Value {
    json!({
        "enabled": assignment.enabled,
        "overrides": assignment.overrides,
        "position": assignment.position,
        "pin": assignment.pin,
    })
}

/// What of an agent can be changed, for the audit log.
fn text_of(agent: &Agent) -> serde_json::Value {
    json!({
        "name": agent.name,
        "description": agent.description,
        "instructions": agent.instructions,
        "model": agent.model,
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

fn check(spec: &AgentSpec) -> Result<(), Fault> {
    let name_length = spec.name.trim().chars().count();
    if !(1..=100).contains(&name_length) || spec.name.chars().any(char::is_control) {
        return Err(Fault::invalid("name", "`name` must have 1 to 100 characters, none of them a control character"));
    }
    for (field, text, most) in [
        ("description", &spec.description, 8_192),
        ("instructions", &spec.instructions, 65_536),
        ("model", &spec.model, 200),
    ] {
        if text.chars().count() > most {
            return Err(Fault::invalid(field, format!("`{field}` may have at most {most} characters")));
        }
    }
    Ok(())
}
