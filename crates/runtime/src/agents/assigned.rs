//! Which tools an agent has, in which state and with which overrides.

use callwright_model::{
    Fault, FaultKind, Object, Timestamp,
    account::{Caller, Right, Scope},
    agent::{Agent, Assignment},
    id::ToolId,
    page::{Page, PageRequest},
    tool::{
        Tool,
        release::{Follow, Pin, ToolChange},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{access::to_change, found};
use crate::{
    App,
    app::require,
    audit,
    registry::{self, compile, follow},
};

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

/// The tools of an agent, in its order.
pub async fn tools(app: &App, caller: &Caller, agent: &str) -> Result<Vec<AssignedTool>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let agent = found(app, caller, agent).await?;
    assigned(app, &agent).await
}

/// The same for whoever has been let in already.
pub(crate) async fn assigned(app: &App, agent: &Agent) -> Result<Vec<AssignedTool>, Fault> {
    let org = agent.organization_id;
    let rows = app.store().assignments(org, agent.id).await?;
    let mut assigned = Vec::with_capacity(rows.len());
    for (assignment, tool) in rows {
        let tool = follow::pinned(app, org, tool, assignment.pin.as_ref()).await?;
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
    let agent = to_change(app, caller, agent).await?;
    Ok(app.store().assignment(caller.org_id, agent.id, tool).await?)
}

/// Gives an agent a tool, or changes how it has it. Through an agent a tool is called by everybody who may run the
/// agent, and an override may change what it does: so only a tool that the caller may call is given.
pub async fn assign(
    app: &App,
    caller: &Caller,
    agent: &str,
    tool: &str,
    spec: AssignmentSpec,
) -> Result<Assignment, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let agent = to_change(app, caller, agent).await?;
    let tool = registry::find(app, caller, tool).await?;
    registry::check_shared(app, caller, &tool).await?;
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
    let agent = to_change(app, caller, agent).await?;
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
