//! Bundles: tools and agents in one YAML document, with a lock of what exactly they were.
//!
//! A bundle holds no credential, only the names of the secrets that its tools need. The lock has a digest of each tool;
//! a document that was changed without it is refused. Exporting gives the same bytes for the same tools, also from an
//! organization into which they were imported: a tool that is still what the bundle said keeps the lock's revision.

mod import;

use std::collections::{BTreeMap, BTreeSet};

use callwright_model::{
    Fault, Object,
    account::{Caller, Right, Scope},
    agent::{Agent, AgentProfile, Assignment},
    legacy::ToolsSettings,
    page::{MAX_LIMIT, PageRequest},
    tool::{Tool, ToolSpec},
};
use callwright_store::library::Source;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

pub use import::{ImportAction, ImportOptions, ImportReport, Imported, OnConflict, import};

use super::{credential, digest};
use crate::{
    App,
    agents::{self, AgentSpec},
    app::require,
    registry::{self, compile},
};

/// The form that is written.
const FORM: u32 = 1;
/// The most tools, and the most agents, of a bundle.
const MOST: usize = 1_000;

/// Tools and agents in one document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// The number of this form: 1.
    pub callwright: u32,
    /// The tools, by name.
    #[serde(default)]
    pub tools: Vec<ToolSpec>,
    /// The agents with their tools, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<BundledAgent>,
    /// The secrets that the tools need. Their values are never in a bundle.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<String>,
    /// What each tool was, by name. Without it nothing is checked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub lock: BTreeMap<String, Lock>,
}

/// What exactly a tool was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// Its semantic version.
    pub version: String,
    /// Its revision where the bundle was first made.
    pub revision: i64,
    /// SHA-256 of the tool as it stands in the bundle, as JSON with sorted fields.
    pub sha256: String,
}

/// An agent with its tools.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BundledAgent {
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The system instructions.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub instructions: String,
    /// The model it uses.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// How it works, besides; absent when it says nothing about that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<AgentProfile>,
    /// The plan's older settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools_settings: Option<ToolsSettings>,
    /// Its tools, in its order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<BundledAssignment>,
}

/// How an agent has a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BundledAssignment {
    /// The tool's name.
    pub tool: String,
    /// Whether the agent may use it now.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// A JSON merge patch over the tool.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    #[schema(value_type = Object)]
    pub overrides: Object,
    /// Lower comes first.
    #[serde(default)]
    pub position: i64,
}

fn yes() -> bool {
    true
}

/// Makes a bundle of the named tools and agents; an agent brings its tools along. Without any name it holds everything.
pub async fn export(app: &App, caller: &Caller, tools: &[String], agents: &[String]) -> Result<Bundle, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let everything = tools.is_empty() && agents.is_empty();
    let mut chosen: BTreeMap<String, Tool> = BTreeMap::new();
    for name in tools {
        let tool = registry::find(app, caller, name).await?;
        chosen.insert(tool.spec.name.clone(), tool);
    }
    if everything {
        chosen.extend(
            app.store().all_tools_of(caller.org_id).await?.into_iter().map(|tool| (tool.spec.name.clone(), tool)),
        );
    }
    let mut bundled = Vec::new();
    for agent in if everything { all_agents(app, caller).await? } else { named_agents(app, caller, agents).await? } {
        let rows = app.store().assignments(caller.org_id, agent.id).await?;
        bundled.push(bundled_agent(agent, &rows));
        chosen.extend(rows.into_iter().map(|(_, tool)| (tool.spec.name.clone(), tool)));
    }
    bundled.sort_by(|one: &BundledAgent, other| one.name.cmp(&other.name));
    if chosen.len() > MOST || bundled.len() > MOST {
        let message = format!("a bundle may have at most {MOST} tools and {MOST} agents; name those that you want");
        return Err(Fault::invalid("tools", message));
    }
    let mut bundle =
        Bundle { callwright: FORM, tools: Vec::new(), agents: bundled, secrets: Vec::new(), lock: BTreeMap::new() };
    let mut secrets = BTreeSet::new();
    for (name, tool) in chosen {
        let (spec, _) = credential::strip(&tool.spec)?;
        secrets.extend(compile::names_in(&spec)?);
        bundle.lock.insert(name, lock(app, caller, &tool, &spec).await?);
        bundle.tools.push(spec);
    }
    bundle.secrets = secrets.into_iter().collect();
    Ok(bundle)
}

/// A bundle as the text of a YAML document. The same bundle always gives the same text.
pub fn to_yaml(bundle: &Bundle) -> Result<String, Fault> {
    let value = serde_json::to_value(bundle).map_err(Fault::internal)?;
    serde_saphyr::to_string(&value).map_err(|error| Fault::internal(error.to_string()))
}

/// The JSON of a YAML document.
pub fn from_yaml(text: &str) -> Result<Value, Fault> {
    serde_saphyr::from_str(text).map_err(|error| {
        let first = error.to_string();
        Fault::invalid("bundle", format!("the bundle is not YAML: {}", first.lines().next().unwrap_or_default()))
    })
}

async fn all_agents(app: &App, caller: &Caller) -> Result<Vec<Agent>, Fault> {
    let mut found = Vec::new();
    let mut page = PageRequest::first(MAX_LIMIT);
    loop {
        let agents = app.store().agents(caller.org_id, &page).await?;
        found.extend(agents.items);
        match agents.next_cursor {
            Some(cursor) if found.len() <= MOST => page = PageRequest::parse(Some(MAX_LIMIT), Some(&cursor))?,
            _ => return Ok(found),
        }
    }
}

async fn named_agents(app: &App, caller: &Caller, names: &[String]) -> Result<Vec<Agent>, Fault> {
    let mut found: BTreeMap<String, Agent> = BTreeMap::new();
    for name in names {
        let agent = agents::find(app, caller.org_id, name).await?.ok_or_else(|| Fault::not_found("agent", name))?;
        found.insert(agent.name.clone(), agent);
    }
    Ok(found.into_values().collect())
}

fn bundled_agent(agent: Agent, rows: &[(Assignment, Tool)]) -> BundledAgent {
    let mut tools_settings = agent.tools_settings;
    if let Some(settings) = &mut tools_settings {
        for (at, tool) in settings.custom_tools.iter_mut().enumerate() {
            credential::strip_all(&agent.name, &format!("custom_tools.{at}"), tool);
        }
    }
    let tools = rows.iter().map(|(assignment, tool)| {
        let mut overrides = Value::Object(assignment.overrides.clone());
        credential::strip_parts(&tool.spec.name, &mut overrides);
        BundledAssignment {
            tool: tool.spec.name.clone(),
            enabled: assignment.enabled,
            overrides: overrides.as_object().cloned().unwrap_or_default(),
            position: assignment.position,
        }
    });
    BundledAgent {
        name: agent.name,
        description: agent.description,
        instructions: agent.instructions,
        model: agent.model,
        profile: Some(agent.profile).filter(|profile| *profile != AgentSpec::default().profile()),
        tools: tools.collect(),
        tools_settings,
    }
}

async fn lock(app: &App, caller: &Caller, tool: &Tool, spec: &ToolSpec) -> Result<Lock, Fault> {
    let sha256 = digest(spec)?;
    let install = app.store().install_of(caller.org_id, tool.id).await?;
    let revision = match install {
        Some(install) if install.source == Source::Bundle && install.sha256 == sha256 => install.source_revision,
        _ => tool.revision,
    };
    Ok(Lock { version: spec.version.clone().unwrap_or_else(|| "1.0.0".to_owned()), revision, sha256 })
}
