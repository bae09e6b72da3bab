//! Bundles: tools and agents in one YAML document, with a lock of what exactly they were.
//!
//! A bundle holds no credential, only the names of the secrets that its tools need. The lock has a digest of each tool;
//! a document that was changed without it is refused. Exporting gives the same bytes for the same tools, also from an
//! organization into which they were imported: a tool that is still what the bundle said keeps the lock's revision.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use callwright_model::{
    Fault, Object,
    account::{Caller, Right, Scope},
    agent::{Agent, Assignment},
    legacy::ToolsSettings,
    page::{MAX_LIMIT, PageRequest},
    tool::{Tool, ToolSpec},
};
use callwright_store::library::Source;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{Origin, credential, digest, missing_secrets};
use crate::{
    App,
    agents::{self, AgentSpec, AssignmentSpec},
    app::require,
    registry::{self, Change, How, changes, compile},
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

/// What to do with a tool or an agent that is there already and differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnConflict {
    /// Change nothing at all.
    #[default]
    Fail,
    /// Leave it as it is.
    Skip,
    /// Bring it to the state of the bundle.
    Replace,
}

/// How to import a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImportOptions {
    /// Only say what would be done.
    pub dry_run: bool,
    /// What to do with what is there already and differs.
    pub on_conflict: OnConflict,
}

/// What was done with one part of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ImportAction {
    /// It was not there.
    Created,
    /// It was brought to the state of the bundle.
    Updated,
    /// It was the same already.
    Unchanged,
    /// It differs, and was left as it is.
    Skipped,
    /// It differs, and nobody said what to do about it.
    Conflict,
}

/// One part of a bundle, and what was done with it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Imported {
    /// Its name.
    pub name: String,
    /// What was done, or would be.
    pub action: ImportAction,
    /// What differs from what was there.
    pub diff: Vec<Change>,
    /// What works but may surprise.
    pub warnings: Vec<String>,
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ImportReport {
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// The tools.
    pub tools: Vec<Imported>,
    /// The agents.
    pub agents: Vec<Imported>,
    /// Secrets that the tools need and that are not set yet.
    pub missing_secrets: Vec<String>,
    /// What may surprise about the bundle as a whole.
    pub warnings: Vec<String>,
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

/// Brings tools and agents of a bundle into the organization. Everything is rehearsed first: a part that is refused, or
/// a conflict that nobody settled, leaves nothing behind.
pub async fn import(app: &App, caller: &Caller, bundle: Bundle, options: ImportOptions) -> Result<ImportReport, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    if !bundle.agents.is_empty() {
        require(caller, Right::Build, Scope::AgentsWrite)?;
    }
    let warnings = check(&bundle)?;
    let rehearsed = pass(app, caller, &bundle, ImportOptions { dry_run: true, ..options }).await?;
    let report = ImportReport { warnings, ..rehearsed };
    if options.dry_run {
        return Ok(report);
    }
    let conflicts: Vec<&str> = report
        .tools
        .iter()
        .chain(&report.agents)
        .filter(|part| part.action == ImportAction::Conflict)
        .map(|part| part.name.as_str())
        .collect();
    if !conflicts.is_empty() {
        let message = format!(
            "`{}` differ from what is there; say `on_conflict=replace` or `on_conflict=skip`. Nothing was changed",
            conflicts.join("`, `")
        );
        return Err(Fault::conflict("bundle_conflict", message).with_details(json!({ "conflicts": conflicts })));
    }
    let done = pass(app, caller, &bundle, options).await?;
    Ok(ImportReport { warnings: report.warnings, ..done })
}

fn check(bundle: &Bundle) -> Result<Vec<String>, Fault> {
    if bundle.callwright != FORM {
        let message = format!("`callwright` is {}; this version reads bundles of the form {FORM}", bundle.callwright);
        return Err(Fault::invalid("callwright", message));
    }
    for (field, count) in [("tools", bundle.tools.len()), ("agents", bundle.agents.len())] {
        if count > MOST {
            return Err(Fault::invalid(field, format!("`{field}` may have at most {MOST} items")));
        }
    }
    let mut names = HashSet::new();
    for (at, spec) in bundle.tools.iter().enumerate() {
        if !names.insert(spec.name.as_str()) {
            let field = format!("tools.{at}.name");
            return Err(Fault::invalid(&field, format!("`{field}`: `{}` is there twice", spec.name)));
        }
        check_lock(bundle, spec)?;
    }
    let mut agents = HashSet::new();
    for (at, agent) in bundle.agents.iter().enumerate() {
        if !agents.insert(agent.name.as_str()) {
            let field = format!("agents.{at}.name");
            return Err(Fault::invalid(&field, format!("`{field}`: `{}` is there twice", agent.name)));
        }
    }
    if let Some(name) = bundle.lock.keys().find(|name| !names.contains(name.as_str())) {
        return Err(Fault::invalid(
            format!("lock.{name}"),
            format!("`lock.{name}` is about a tool that the bundle has not"),
        ));
    }
    let unlocked = bundle.lock.is_empty() && !bundle.tools.is_empty();
    Ok(unlocked
        .then(|| "the bundle has no `lock`: whether it was changed on the way is not known".to_owned())
        .into_iter()
        .collect())
}

fn check_lock(bundle: &Bundle, spec: &ToolSpec) -> Result<(), Fault> {
    let name = &spec.name;
    let field = format!("lock.{name}");
    match bundle.lock.get(name) {
        None if bundle.lock.is_empty() => Ok(()),
        None => {
            Err(Fault::invalid(&field, format!("`{field}` is missing; take the whole `lock` away to import unchecked")))
        }
        Some(lock) if lock.sha256 != digest(spec)? => {
            let field = format!("{field}.sha256");
            let message = format!(
                "`{field}` does not fit: `{name}` was changed after the bundle was made. Take the `lock` away to import it all the same"
            );
            Err(Fault::invalid(&field, message))
        }
        Some(_) => Ok(()),
    }
}

async fn pass(app: &App, caller: &Caller, bundle: &Bundle, options: ImportOptions) -> Result<ImportReport, Fault> {
    let mut report = ImportReport {
        dry_run: options.dry_run,
        tools: Vec::new(),
        agents: Vec::new(),
        missing_secrets: Vec::new(),
        warnings: Vec::new(),
    };
    let mut missing = BTreeSet::new();
    for spec in &bundle.tools {
        missing.extend(missing_secrets(app, caller, spec).await?);
        let imported = import_tool(app, caller, bundle, spec, options).await;
        report.tools.push(imported.map_err(|fault| inside(fault, "tools", &spec.name))?);
    }
    report.missing_secrets = missing.into_iter().collect();
    for agent in &bundle.agents {
        let imported = import_agent(app, caller, bundle, agent, options).await;
        report.agents.push(imported.map_err(|fault| inside(fault, "agents", &agent.name))?);
    }
    Ok(report)
}

/// The same fault, told of the part of the bundle that it is about.
fn inside(mut fault: Fault, part: &str, name: &str) -> Fault {
    let field = fault.details.as_ref().and_then(|details| details["field"].as_str()).map(str::to_owned);
    fault.message = format!("`{part}`, `{name}`: {}", fault.message);
    match field {
        Some(field) => fault.with_details(json!({ "field": format!("{part}.{name}.{field}") })),
        None => fault,
    }
}

async fn import_tool(
    app: &App,
    caller: &Caller,
    bundle: &Bundle,
    spec: &ToolSpec,
    options: ImportOptions,
) -> Result<Imported, Fault> {
    let name = spec.name.clone();
    let current = app.store().tool_by_name(caller.org_id, &name).await?;
    let diff = match &current {
        None => Vec::new(),
        Some(current) => {
            let json = |spec: &ToolSpec| serde_json::to_value(spec).map_err(Fault::internal);
            changes(&json(&credential::strip(&current.spec)?.0)?, &json(spec)?)
        }
    };
    let action = settle(current.is_some(), diff.is_empty(), options.on_conflict);
    if !matches!(action, ImportAction::Created | ImportAction::Updated) {
        return Ok(Imported { name, action, diff, warnings: Vec::new() });
    }
    let lock = bundle.lock.get(&name);
    let origin = Origin {
        source: Source::Bundle,
        source_id: name.clone(),
        source_org: None,
        version: lock.map_or_else(|| "1.0.0".to_owned(), |lock| lock.version.clone()),
        revision: lock.map_or(1, |lock| lock.revision),
        sha256: digest(spec)?,
        base: spec.clone(),
    };
    let how = How { dry_run: options.dry_run, note: Some("imported from a bundle".to_owned()), origin: Some(origin) };
    let saved = registry::copy(app, caller, current, spec.clone(), how).await?;
    Ok(Imported { name, action, diff: saved.diff, warnings: saved.warnings })
}

fn settle(is_there: bool, is_same: bool, on_conflict: OnConflict) -> ImportAction {
    match (is_there, is_same, on_conflict) {
        (false, ..) => ImportAction::Created,
        (true, true, _) => ImportAction::Unchanged,
        (true, false, OnConflict::Fail) => ImportAction::Conflict,
        (true, false, OnConflict::Skip) => ImportAction::Skipped,
        (true, false, OnConflict::Replace) => ImportAction::Updated,
    }
}

async fn import_agent(
    app: &App,
    caller: &Caller,
    bundle: &Bundle,
    agent: &BundledAgent,
    options: ImportOptions,
) -> Result<Imported, Fault> {
    for assigned in &agent.tools {
        let is_bundled = bundle.tools.iter().any(|tool| tool.name == assigned.tool);
        if !is_bundled && app.store().tool_by_name(caller.org_id, &assigned.tool).await?.is_none() {
            return Err(Fault::invalid(
                "tools",
                format!("it has the tool `{}`, which is neither in the bundle nor here", assigned.tool),
            ));
        }
    }
    let current = app.store().agent_by_name(caller.org_id, &agent.name).await?;
    let before = match &current {
        None => None,
        Some(current) => {
            let rows = app.store().assignments(caller.org_id, current.id).await?;
            Some(bundled_agent(current.clone(), &rows))
        }
    };
    let json = |agent: &BundledAgent| serde_json::to_value(agent).map_err(Fault::internal);
    let diff = match &before {
        None => Vec::new(),
        Some(before) => changes(&json(before)?, &json(agent)?),
    };
    let action = settle(before.is_some(), diff.is_empty(), options.on_conflict);
    if matches!(action, ImportAction::Created | ImportAction::Updated) && !options.dry_run {
        save_agent(app, caller, agent, before.as_ref()).await?;
    }
    Ok(Imported { name: agent.name.clone(), action, diff, warnings: Vec::new() })
}

async fn save_agent(
    app: &App,
    caller: &Caller,
    agent: &BundledAgent,
    before: Option<&BundledAgent>,
) -> Result<(), Fault> {
    let spec = AgentSpec {
        name: agent.name.clone(),
        description: agent.description.clone(),
        instructions: agent.instructions.clone(),
        model: agent.model.clone(),
        tools_settings: agent.tools_settings.clone(),
    };
    let saved = agents::put(app, caller, &agent.name, spec).await?;
    let id = saved.id.to_string();
    let had = before.map(|before| before.tools.as_slice()).unwrap_or_default();
    for gone in had.iter().filter(|had| !agent.tools.iter().any(|one| one.tool == had.tool)) {
        agents::unassign(app, caller, &id, &gone.tool).await?;
    }
    for assigned in agent.tools.iter().filter(|one| !had.contains(one)) {
        let spec = AssignmentSpec {
            enabled: assigned.enabled,
            overrides: assigned.overrides.clone(),
            position: assigned.position,
        };
        agents::assign(app, caller, &id, &assigned.tool, spec).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Texts that YAML could take for something else come back as they went.
        #[test]
        fn a_bundle_survives_yaml(text in "[ -~äß\n\t]{0,24}", name in "[ -~]{1,8}", number in any::<i64>(), real in -1e9..1e9f64) {
            let spec: ToolSpec = serde_json::from_value(json!({"name": "a", "kind": "http", "description": text,
                "config": {"url": "https://h/", "headers": {}, "body": {"json": {name: text, "n": number, "r": real, "z": null}}}})).unwrap();
            let lock = BTreeMap::from([("a".to_owned(), Lock { version: "1.0".to_owned(), revision: 1, sha256: digest(&spec).unwrap() })]);
            let bundle = Bundle { callwright: FORM, tools: vec![spec], agents: Vec::new(), secrets: vec!["NO".to_owned()], lock };
            let yaml = to_yaml(&bundle).unwrap();
            let back: Bundle = serde_json::from_value(from_yaml(&yaml).unwrap()).unwrap();
            prop_assert!(check(&back).is_ok(), "{yaml}");
            prop_assert_eq!(to_yaml(&back).unwrap(), yaml);
        }
    }

    #[test]
    fn a_tool_that_was_changed_after_the_bundle_was_made_is_refused() {
        let spec: ToolSpec =
            serde_json::from_value(json!({"name": "a", "kind": "http", "config": {"url": "https://h/"}})).unwrap();
        let lock = Lock { version: "1.0.0".to_owned(), revision: 3, sha256: digest(&spec).unwrap() };
        let lock = BTreeMap::from([("a".to_owned(), lock)]);
        let mut bundle = Bundle { callwright: FORM, tools: vec![spec], agents: Vec::new(), secrets: Vec::new(), lock };
        assert!(check(&bundle).unwrap().is_empty());
        bundle.tools[0].description = "changed".to_owned();
        assert_eq!(check(&bundle).unwrap_err().details.unwrap()["field"], "lock.a.sha256");
        bundle.lock.clear();
        assert_eq!(check(&bundle).unwrap().len(), 1, "without a lock it is taken, with a warning");
    }
}
