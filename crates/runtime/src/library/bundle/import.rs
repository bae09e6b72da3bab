//! Bringing a bundle into an organization: what is there already is compared, what differs is the caller's decision.

use std::collections::{BTreeSet, HashSet};

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    tool::ToolSpec,
};
use callwright_store::library::Source;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{
    super::{Origin, credential, digest, missing_secrets},
    Bundle, BundledAgent, FORM, MOST, bundled_agent,
};
use crate::{
    App,
    agents::{self, AgentSpec, AssignmentSpec},
    app::require,
    registry::{self, Change, How, changes},
};

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
    /// Another person has to agree first; nothing changed yet.
    Proposed,
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
#[schema(as = BundleReport)]
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
        let proposed: BTreeSet<&str> = report
            .tools
            .iter()
            .filter(|tool| tool.action == ImportAction::Proposed)
            .map(|tool| tool.name.as_str())
            .collect();
        let imported = import_agent(app, caller, bundle, agent, options, &proposed).await;
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
    let how = How {
        dry_run: options.dry_run,
        note: Some("imported from a bundle".to_owned()),
        origin: Some(origin),
        ..How::default()
    };
    let saved = registry::copy(app, caller, current, spec.clone(), how).await?;
    let action = if saved.action == registry::Action::Proposed { ImportAction::Proposed } else { action };
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
    proposed: &BTreeSet<&str>,
) -> Result<Imported, Fault> {
    let mut waiting = BTreeSet::new();
    for assigned in &agent.tools {
        let name = assigned.tool.as_str();
        let is_bundled = bundle.tools.iter().any(|tool| tool.name == name);
        if is_bundled && !proposed.contains(name) {
            continue;
        }
        match app.store().tool_by_name(caller.org_id, name).await? {
            Some(_) => {}
            None if is_bundled => {
                waiting.insert(name);
            }
            None => {
                let message = format!("it has the tool `{name}`, which is neither in the bundle nor here");
                return Err(Fault::invalid("tools", message));
            }
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
        save_agent(app, caller, agent, before.as_ref(), &waiting).await?;
    }
    let warnings = waiting
        .iter()
        .map(|name| format!("`{name}` waits for another person's agreement; assign it to this agent after that"))
        .collect();
    Ok(Imported { name: agent.name.clone(), action, diff, warnings })
}

async fn save_agent(
    app: &App,
    caller: &Caller,
    agent: &BundledAgent,
    before: Option<&BundledAgent>,
    waiting: &BTreeSet<&str>,
) -> Result<(), Fault> {
    let spec = AgentSpec {
        name: agent.name.clone(),
        description: agent.description.clone(),
        instructions: agent.instructions.clone(),
        model: agent.model.clone(),
        tools_settings: agent.tools_settings.clone(),
        ..AgentSpec::default()
    };
    let mut spec = match &agent.profile {
        Some(profile) => spec.with_profile(profile.clone()),
        None => spec,
    };
    // Whether strangers talk to it is said here and not by a bundle.
    let current = agents::find(app, caller.org_id, &agent.name).await?;
    spec.public = current.is_some_and(|current| current.profile.public);
    let saved = agents::put(app, caller, &agent.name, spec).await?;
    let id = saved.id.to_string();
    let had = before.map(|before| before.tools.as_slice()).unwrap_or_default();
    for gone in had.iter().filter(|had| !agent.tools.iter().any(|one| one.tool == had.tool)) {
        agents::unassign(app, caller, &id, &gone.tool).await?;
    }
    let new = agent.tools.iter().filter(|one| !had.contains(one) && !waiting.contains(one.tool.as_str()));
    for assigned in new {
        let spec = AssignmentSpec {
            enabled: assigned.enabled,
            overrides: assigned.overrides.clone(),
            position: assigned.position,
            ..AssignmentSpec::default()
        };
        agents::assign(app, caller, &id, &assigned.tool, spec).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{
        super::{Lock, from_yaml, to_yaml},
        *,
    };

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
