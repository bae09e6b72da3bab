//! An agent that is made with its tools in one step, perhaps on the base of another: all of it or nothing.

use std::collections::BTreeSet;

use callwright_model::{
    Fault, FaultKind, Object,
    account::{Caller, Right, Scope},
    agent::{Agent, AgentProfile, Assignment},
    credit::Operation,
    id::ToolId,
    legacy::ToolsSettings,
    tool::{Tool, release::Pin},
};
use callwright_store::{audit::AuditEntry, credit::Charge};
use serde_json::{Value, json};

use super::{AgentSpec, AssignedTool};
use crate::{App, agent_templates, app::require, audit, credits, registry, run::reach};

/// The most characters of an agent's name.
const MOST_NAME: usize = 100;
/// Room for the number that makes a name one of its own.
const ROOM: usize = 8;
/// How many names are tried.
const MOST_TRIES: u32 = 200;

/// An agent that is wished for. What is absent is as its base has it, and else as the settings say.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// What to call it. When that is taken, a number makes it a name of its own.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// Its instructions; those of its base come before them.
    pub instructions: String,
    /// Its tools, by name.
    pub tools: Option<Vec<String>>,
    /// Its model.
    pub model: Option<String>,
    /// How freely the model writes.
    pub temperature: Option<f64>,
    /// Kept with it, over what its base has.
    pub metadata: Object,
    /// A template, or an agent that the caller may run.
    pub base: Option<String>,
    /// What is paid for; an agent like any other when nobody says.
    pub operation: Option<Operation>,
}

/// What a wish builds on.
#[derive(Debug, Default)]
struct Base {
    description: String,
    instructions: String,
    model: String,
    profile: AgentProfile,
    tools: BaseTools,
}

/// The tools of a base.
#[derive(Debug, Default)]
enum BaseTools {
    /// It has none, because there is no base.
    #[default]
    None,
    /// A template names them: whoever makes the agent has to be allowed to use them.
    Named(Vec<String>),
    /// An agent has them: whoever may run it uses them, in the way in which it has them.
    Assigned(Vec<AssignedTool>, Option<ToolsSettings>),
}

/// A tool as the new agent is to have it.
#[derive(Debug)]
struct Has {
    tool: ToolId,
    name: String,
    overrides: Object,
    pin: Option<Pin>,
}

/// Makes an agent with its tools. It is not shared.
///
/// # Errors
/// Forbidden, naming the tool that the caller may not use, or the base that was not shared with them. Not found: there
/// is no such base.
pub async fn make(app: &App, caller: &Caller, wish: Wish) -> Result<Agent, Fault> {
    require(caller, Right::Build, Scope::AgentsWrite)?;
    let operation = wish.operation.unwrap_or(Operation::AgentCreate);
    let base = match &wish.base {
        Some(id) => base(app, caller, id).await?,
        None => Base::default(),
    };
    let (tools, tools_settings) = match (wish.tools, base.tools) {
        (Some(names), BaseTools::Assigned(assigned, _)) => (named(app, caller, &names, &assigned).await?, None),
        (Some(names), _) | (None, BaseTools::Named(names)) => (named(app, caller, &names, &[]).await?, None),
        (None, BaseTools::Assigned(assigned, settings)) => (assigned.into_iter().map(Has::like).collect(), settings),
        (None, BaseTools::None) => (Vec::new(), None),
    };
    let mut metadata = base.profile.metadata.clone();
    metadata.extend(wish.metadata);
    // The guide's clients ask for it in the metadata.
    let is_learning = metadata.get("learning_enabled") == Some(&Value::Bool(true));
    let profile = AgentProfile {
        temperature: wish.temperature.or(base.profile.temperature),
        learning_enabled: is_learning || base.profile.learning_enabled,
        metadata,
        base_template: wish.base,
        is_shared: false,
        // That strangers talk to the one says nothing of the other.
        public: false,
        ..base.profile
    };
    let spec = AgentSpec {
        name: wish.name,
        description: wish.description.unwrap_or(base.description),
        instructions: joined(base.instructions, &wish.instructions),
        model: [wish.model, Some(base.model)]
            .into_iter()
            .flatten()
            .find(|model| !model.is_empty())
            .unwrap_or_else(|| app.settings().default_model.clone()),
        tools_settings,
        ..AgentSpec::default()
    };
    let spec = spec.with_profile(profile);
    spec.check()?;
    write(app, caller, spec, tools, operation).await
}

async fn base(app: &App, caller: &Caller, id: &str) -> Result<Base, Fault> {
    if let Some(base) = template(app, caller, id).await? {
        return Ok(base);
    }
    let agent = super::runnable(app, caller, id).await.map_err(|fault| match fault.kind {
        FaultKind::NotFound => {
            let id: String = id.chars().take(80).collect();
            Fault::new(
                FaultKind::NotFound,
                "not_found",
                format!("`base_template`: there is no template and no agent `{id}`"),
            )
        }
        _ => fault,
    })?;
    let assigned = super::assigned(app, &agent).await?;
    let assigned = assigned.into_iter().filter(|has| has.assignment.enabled).collect();
    Ok(Base {
        description: agent.description,
        instructions: agent.instructions,
        model: agent.model,
        profile: agent.profile,
        tools: BaseTools::Assigned(assigned, agent.tools_settings),
    })
}

/// The template of that id. Of the tools that it names the agent has those that the caller may use: a template says what
/// would be good to have, not what there is.
async fn template(app: &App, caller: &Caller, id: &str) -> Result<Option<Base>, Fault> {
    let Some(template) = agent_templates::resolve(id)? else { return Ok(None) };
    let spec = agent_templates::spec_of(template);
    let mut tools = Vec::new();
    for name in &template.default_tools {
        match reach::check(app, caller, None, std::slice::from_ref(name)).await {
            Ok(_) => tools.push(name.clone()),
            Err(fault) if fault.kind == FaultKind::Forbidden => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(Some(Base {
        profile: spec.profile(),
        description: spec.description,
        instructions: spec.instructions,
        model: spec.model,
        tools: BaseTools::Named(tools),
    }))
}

fn joined(base: String, own: &str) -> String {
    match (base.trim().is_empty(), own.trim().is_empty()) {
        (true, _) => own.to_owned(),
        (false, true) => base,
        (false, false) => format!("{base}\n\n{own}"),
    }
}

/// Named tools as the new agent has them. One that the caller may only use through the base stays as the base has it.
async fn named(app: &App, caller: &Caller, names: &[String], base: &[AssignedTool]) -> Result<Vec<Has>, Fault> {
    // More than a run may have are refused before they are looked up one by one.
    if names.len() > reach::MOST {
        return Err(Fault::invalid("tools", format!("`tools` may name at most {} tools", reach::MOST)));
    }
    let mut seen = BTreeSet::new();
    let mut tools = Vec::with_capacity(names.len());
    for name in names {
        let tool = match reach::check(app, caller, None, std::slice::from_ref(name)).await {
            Ok(_) => Has::plain(registry::find(app, caller, name).await?),
            Err(fault) if fault.kind == FaultKind::Forbidden => {
                let found = base.iter().find(|has| has.tool.spec.name == *name || has.tool.id.to_string() == *name);
                Has::like(found.cloned().ok_or(fault)?)
            }
            Err(fault) => return Err(fault),
        };
        if seen.insert(tool.tool) {
            tools.push(tool);
        }
    }
    Ok(tools)
}

impl Has {
    fn plain(tool: Tool) -> Self {
        Self { tool: tool.id, name: tool.spec.name, overrides: Object::new(), pin: None }
    }

    fn like(has: AssignedTool) -> Self {
        let Assignment { tool_id, overrides, pin, .. } = has.assignment;
        Self { tool: tool_id, name: has.tool.spec.name, overrides, pin }
    }
}

/// Writes agent and assignments, under the first free name.
async fn write(
    app: &App,
    caller: &Caller,
    spec: AgentSpec,
    tools: Vec<Has>,
    operation: Operation,
) -> Result<Agent, Fault> {
    let now = app.clock().now();
    let wanted = spec.name.trim().to_owned();
    let mut agent = Agent {
        id: app.ids().next(),
        organization_id: caller.org_id,
        user_id: caller.user_id,
        profile: spec.profile(),
        name: wanted.clone(),
        description: spec.description,
        instructions: spec.instructions,
        model: spec.model,
        tools_settings: spec.tools_settings,
        created_at: now,
        updated_at: now,
    };
    let (mut number, mut tries) = (1, 0);
    loop {
        agent.name = numbered(&wanted, number);
        let charge = credits::charge(app, caller, operation, agent.id);
        match write_one(app, caller, &agent, &tools, charge).await {
            Err(fault) if fault.code == "name_taken" && tries < MOST_TRIES => {
                // Where there are many of the name already, the search begins behind them.
                number = match number {
                    1 => app.store().agents_numbered(caller.org_id, &start(&wanted)).await? + 2,
                    _ => number + 1,
                };
                tries += 1;
            }
            Err(fault) => return Err(fault),
            Ok(()) => break,
        }
    }
    app.tools().forget(caller.org_id);
    Ok(agent)
}

/// What is written together.
type Making = (Agent, Vec<Assignment>, Vec<AuditEntry>, Option<Charge>);

async fn write_one(
    app: &App,
    caller: &Caller,
    agent: &Agent,
    tools: &[Has],
    charge: Option<Charge>,
) -> Result<(), Fault> {
    let details = audit::between(json!({ "name": agent.name }), &(), &super::text_of(agent));
    let mut entries = vec![audit::entry(app, caller, "agent.create", "agent", agent.id, details)];
    let mut assignments = Vec::with_capacity(tools.len());
    for (position, has) in (0_i64..).zip(tools) {
        let assignment = Assignment {
            agent_id: agent.id,
            tool_id: has.tool,
            enabled: true,
            overrides: has.overrides.clone(),
            position,
            pin: has.pin.clone(),
            created_at: agent.created_at,
            updated_at: agent.created_at,
        };
        let details = json!({ "tool": has.name, "enabled": true });
        let details = audit::between(details, &json!(null), &super::seen(&assignment));
        entries.push(audit::entry(app, caller, "agent.assign", "agent", agent.id, details));
        assignments.push(assignment);
    }
    let org = caller.org_id;
    app.store()
        .write((agent.clone(), assignments, entries, charge), move |data: &Making, tx| {
            Box::pin(async move {
                let (agent, assignments, entries, charge) = data;
                tx.create_agent(agent).await?;
                for assignment in assignments {
                    tx.upsert_assignment(org, assignment).await?;
                }
                for entry in entries {
                    tx.append_audit(entry).await?;
                }
                match charge {
                    Some(charge) => tx.charge(charge).await,
                    None => Ok(()),
                }
            })
        })
        .await
        .map_err(Fault::from)
}

/// What the numbered forms of a name begin with.
fn start(name: &str) -> String {
    name.chars().take(MOST_NAME - ROOM).collect::<String>().trim_end().to_owned()
}

fn numbered(name: &str, number: u32) -> String {
    if number == 1 { name.to_owned() } else { format!("{} ({number})", start(name)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_makes_a_name_one_of_its_own_and_fits() {
        assert_eq!(numbered("Test Agent", 1), "Test Agent");
        assert_eq!(numbered("Test Agent", 2), "Test Agent (2)");
        let long = "ä".repeat(100);
        assert_eq!(numbered(&long, 1), long);
        assert!(numbered(&long, 99_999).chars().count() <= MOST_NAME);
        assert!(numbered(&long, 99_999).starts_with(&start(&long)));
    }

    #[test]
    fn the_bases_words_come_first() {
        assert_eq!(joined("Be kind.".to_owned(), "Be brief."), "Be kind.\n\nBe brief.");
        assert_eq!(joined(String::new(), "Be brief."), "Be brief.");
        assert_eq!(joined("Be kind.".to_owned(), " "), "Be kind.");
    }
}
