//! Agents, and which tools they have.

pub mod made;

use std::collections::HashMap;

use callwright_model::{
    Fault, FaultKind, Object, Timestamp,
    account::{Caller, Right, Scope},
    agent::{Agent, AgentProfile, Assignment, Overridden, ToolOffer},
    credit::Operation,
    id::{AgentId, OrgId, ToolId, UserId},
    legacy::ToolsSettings,
    page::{Page, PageRequest},
    run::RunLimits,
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
    audit, control, credits, legacy, registry,
    registry::{compile, follow},
};

/// An agent as its author writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
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
    /// How freely the model writes, 0 to 2; absent, as the provider likes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// The most tokens of one answer of the model, 1 to 1,000,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    /// How far its runs may go.
    #[serde(default)]
    pub limits: RunLimits,
    /// What its author wants kept with it, at most 64 KiB. The scripted model reads its `script`.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub metadata: Object,
    /// The template, or the other agent, that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_template: Option<String>,
    /// Whether everybody in the organization who may run agents may run it; true unless said otherwise. One that is not
    /// shared is run, and changed, by whoever made it, by those it was shared with by name, and by administrators. An
    /// agent that is there and of which this is not said stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_shared: Option<bool>,
    /// Whether what a user liked or corrected in its runs is brought into that user's later ones.
    #[serde(default)]
    pub learning_enabled: bool,
    /// Whether anybody may talk to it over a conversation socket, without a token. Only an administrator may say so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
    /// What it says first in a conversation, at most 4,000 characters; `{{ name }}` stands for a dynamic variable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000)]
    pub first_message: Option<String>,
    /// The language in which it speaks, such as `en` or `pt-BR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 35)]
    pub language: Option<String>,
    /// What a client of a conversation may set for itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 3)]
    pub overrides: Vec<Overridden>,
    /// How its model is offered its tools: `all`, by `search`, or `auto`, which is by search once they are many.
    #[serde(default, skip_serializing_if = "ToolOffer::is_all")]
    pub tool_offer: ToolOffer,
    /// With `tool_offer: auto`, how many tokens the list of its tools may take before they are offered by search: 100
    /// to 1,000,000, 8,000 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 100, maximum = 1_000_000)]
    pub tool_budget: Option<u32>,
    /// The plan's older settings: the agent then has `endCall` and `transferCall` as they say, until they are migrated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools_settings: Option<ToolsSettings>,
}

impl Default for AgentSpec {
    fn default() -> Self {
        Self {
            name: String::new(),
            description: String::new(),
            instructions: String::new(),
            model: String::new(),
            temperature: None,
            max_output_tokens: None,
            limits: RunLimits::default(),
            metadata: Object::new(),
            base_template: None,
            is_shared: None,
            learning_enabled: false,
            public: false,
            first_message: None,
            language: None,
            overrides: Vec::new(),
            tool_offer: ToolOffer::All,
            tool_budget: None,
            tools_settings: None,
        }
    }
}

impl AgentSpec {
    /// The same agent, working as `profile` says.
    #[must_use]
    pub fn with_profile(self, profile: AgentProfile) -> Self {
        Self {
            temperature: profile.temperature,
            max_output_tokens: profile.max_output_tokens,
            limits: profile.limits,
            metadata: profile.metadata,
            base_template: profile.base_template,
            is_shared: Some(profile.is_shared),
            learning_enabled: profile.learning_enabled,
            public: profile.public,
            first_message: profile.first_message,
            language: profile.language,
            overrides: profile.overrides,
            tool_offer: profile.tool_offer,
            tool_budget: profile.tool_budget,
            ..self
        }
    }

    /// How it works, besides its instructions and its model.
    pub(crate) fn profile(&self) -> AgentProfile {
        AgentProfile {
            temperature: self.temperature,
            max_output_tokens: self.max_output_tokens,
            limits: self.limits,
            metadata: self.metadata.clone(),
            base_template: self.base_template.clone(),
            is_shared: self.is_shared.unwrap_or(true),
            learning_enabled: self.learning_enabled,
            public: self.public,
            first_message: self.first_message.clone(),
            language: self.language.clone(),
            overrides: self.overrides.clone(),
            tool_offer: self.tool_offer,
            tool_budget: self.tool_budget,
        }
    }
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
    check(&spec)?;
    legacy::check(spec.tools_settings.as_ref())?;
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
    check(&spec)?;
    legacy::check(spec.tools_settings.as_ref())?;
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
    if spec.temperature.is_some_and(|temperature| !(0.0..=2.0).contains(&temperature)) {
        return Err(Fault::invalid("temperature", "`temperature` must be between 0 and 2"));
    }
    if spec.max_output_tokens.is_some_and(|most| !(1..=1_000_000).contains(&most)) {
        return Err(Fault::invalid("max_output_tokens", "`max_output_tokens` must be between 1 and 1,000,000"));
    }
    if spec.tool_budget.is_some_and(|budget| !(100..=1_000_000).contains(&budget)) {
        return Err(Fault::invalid("tool_budget", "`tool_budget` must be between 100 and 1,000,000 tokens"));
    }
    check_limits(&spec.limits)?;
    check_talk(spec)?;
    control::target_in(&spec.metadata)?;
    let metadata = serde_json::to_string(&spec.metadata).map_err(Fault::internal)?;
    if metadata.len() > MOST_METADATA {
        return Err(Fault::invalid("metadata", "`metadata` may take at most 64 KiB as JSON"));
    }
    Ok(())
}

/// What strangers may talk to is an administrator's to say.
fn may_publish(caller: &Caller, publishes: bool) -> Result<(), Fault> {
    match publishes && !caller.role.may(Right::Configure) {
        true => Err(Fault::forbidden("`public`: only an administrator may let strangers talk to an agent")),
        false => Ok(()),
    }
}

fn check_talk(spec: &AgentSpec) -> Result<(), Fault> {
    if spec.first_message.as_ref().is_some_and(|text| text.chars().count() > 4_000) {
        return Err(Fault::invalid("first_message", "`first_message` may have at most 4,000 characters"));
    }
    if spec.language.as_ref().is_some_and(|language| !is_language(language)) {
        return Err(Fault::invalid("language", "`language` must be the tag of a language, such as `en` or `pt-BR`"));
    }
    if spec.overrides.len() > 3 {
        return Err(Fault::invalid("overrides", "`overrides` may name each thing once"));
    }
    Ok(())
}

/// Whether a text looks like the tag of a language.
pub(crate) fn is_language(text: &str) -> bool {
    (2..=35).contains(&text.len())
        && text.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// The most bytes of what is kept for somebody without being understood.
pub(crate) const MOST_METADATA: usize = 64 * 1024;

/// Refuses limits that are none.
pub(crate) fn check_limits(limits: &RunLimits) -> Result<(), Fault> {
    if !(1..=200).contains(&limits.max_steps) {
        return Err(Fault::invalid("limits.max_steps", "`limits.max_steps` must be between 1 and 200"));
    }
    if limits.max_tokens == Some(0) {
        return Err(Fault::invalid("limits.max_tokens", "`limits.max_tokens` must be at least 1"));
    }
    if !(1..=2_592_000).contains(&limits.timeout_s) {
        let message = "`limits.timeout_s` must be between 1 and 2,592,000 (30 days)";
        return Err(Fault::invalid("limits.timeout_s", message));
    }
    Ok(())
}

/// Whether a caller may run an agent, and so call the tools that it has.
pub(crate) async fn may_run(app: &App, caller: &Caller, agent: &Agent) -> Result<bool, Fault> {
    if agent.profile.is_shared || agent.user_id == caller.user_id || caller.role.may(Right::Configure) {
        return Ok(true);
    }
    Ok(app.store().is_agent_granted(caller.org_id, agent.id, caller.user_id).await?)
}

/// The agent of that name or id, for a caller who is about to change it.
async fn to_change(app: &App, caller: &Caller, agent: &str) -> Result<Agent, Fault> {
    let found = found(app, caller, agent).await?;
    check_change(app, caller, &found).await?;
    Ok(found)
}

/// Refuses a caller with whom an agent was not shared: what others may not run they may not rewrite either, for it acts
/// with the rights of whoever runs it.
/// A public one acts for strangers with its maker's rights.
pub(crate) async fn check_change(app: &App, caller: &Caller, agent: &Agent) -> Result<(), Fault> {
    if agent.profile.public && agent.user_id != caller.user_id && !caller.role.may(Right::Configure) {
        let message =
            format!("the agent `{}` is public: only whoever made it, or an administrator, may change it", agent.name);
        return Err(Fault::forbidden(message));
    }
    if may_run(app, caller, agent).await? {
        return Ok(());
    }
    Err(Fault::forbidden(format!("the agent `{}` was not shared with you, so you may not change it", agent.name)))
}

/// Only its maker and administrators decide with whom an agent is shared.
fn check_own(caller: &Caller, agent: &Agent) -> Result<(), Fault> {
    if agent.user_id == caller.user_id || caller.role.may(Right::Configure) {
        return Ok(());
    }
    Err(Fault::forbidden("only whoever made this agent, or an administrator, may share it"))
}

/// The agent of that name or id, if the caller may run it. What may not be run is not there.
pub async fn runnable(app: &App, caller: &Caller, agent: &str) -> Result<Agent, Fault> {
    require(caller, Right::Call, Scope::AgentsRun)?;
    let found = found(app, caller, agent).await?;
    if !may_run(app, caller, &found).await? {
        return Err(Fault::forbidden(format!("the agent `{}` was not shared with you", found.name)));
    }
    Ok(found)
}

/// A page of those with whom an agent was shared by name.
pub async fn grants(
    app: &App,
    caller: &Caller,
    agent: &str,
    page: PageRequest,
) -> Result<Page<registry::Grant>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let agent = found(app, caller, agent).await?;
    let rows = app.store().page_of_agent_grants(caller.org_id, agent.id, &page).await?;
    Ok(rows.map(|(user_id, email, created_at)| registry::Grant { user_id, email, created_at }))
}

/// Shares an agent with users by name, or stops doing so. Only whoever made it, or an administrator, may.
pub async fn share(
    app: &App,
    caller: &Caller,
    agent: &str,
    users: &[UserId],
    is_granted: bool,
) -> Result<Agent, Fault> {
    require(caller, Right::Build, Scope::AgentsWrite)?;
    let agent = found(app, caller, agent).await?;
    check_own(caller, &agent)?;
    for user in users {
        if app.store().member(caller.org_id, *user).await?.is_none() {
            return Err(Fault::not_found("user", user));
        }
    }
    let now = app.clock().now();
    for user in users {
        app.store().grant_agent(caller.org_id, agent.id, *user, is_granted, now).await?;
    }
    let details = json!({ "name": agent.name, "users": users, "granted": is_granted });
    audit::write(app, caller, "agent.share", "agent", agent.id, details).await?;
    Ok(agent)
}
