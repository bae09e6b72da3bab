//! Installing a pack: its tools with their cases, its agents, and which agent has which tool, in one transaction.
//!
//! Everything is made ready and checked first, so that what cannot be made leaves nothing behind. What is there already,
//! by its name, is kept as it is; so a pack can be installed again to have what is missing.

use std::collections::{BTreeMap, BTreeSet};

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    agent::{Agent, Assignment},
    case::{Case, CaseSpec},
    credit::{Credits, Operation},
    id::{AgentId, ToolId},
    tool::{BusinessFunction, Tool, ToolSpec},
};
use callwright_store::{Error as StoreError, audit::AuditEntry, credit::Charge, library::InstallRow};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{AgentTemplate, pack, spec_of};
use crate::{
    App, agents,
    app::require,
    audit,
    business::seed,
    credits,
    library::Origin,
    proposals,
    registry::{self, compile, save},
};

/// The most cases of one tool.
const MOST_CASES: i64 = 200;

/// How to install a pack.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct InstallPack {
    /// Only say what would be made.
    pub dry_run: bool,
    /// Put before the names of tools and agents, for example `clinic`: lower-case letters, digits and `_`, at most 20.
    pub prefix: Option<String>,
}

/// What was done with one part of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PackAction {
    /// It was not there.
    Created,
    /// There was one of that name, which stays as it is.
    Kept,
}

/// A tool of a pack, and what was done with it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PackedTool {
    /// Its name.
    pub name: String,
    /// Its id; absent when it only would be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<ToolId>,
    /// What was done, or would be.
    pub action: PackAction,
    /// How many test cases came with it.
    pub cases: usize,
}

/// An agent of a pack, and what was done with it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PackedAgent {
    /// Its name.
    pub name: String,
    /// Its id; absent when it only would be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<AgentId>,
    /// What was done, or would be.
    pub action: PackAction,
    /// The tools that it is given. One that was kept has those that it had.
    pub tools: Vec<String>,
}

/// What an installation made, or would make.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PackReport {
    /// The pack.
    pub pack: String,
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// The tools.
    pub tools: Vec<PackedTool>,
    /// The agents.
    pub agents: Vec<PackedAgent>,
    /// Secrets that the tools need and that are not set yet.
    pub missing_secrets: Vec<String>,
    /// What works but may surprise.
    pub warnings: Vec<String>,
}

/// What is written together.
#[derive(Default)]
struct Batch {
    tools: Vec<Tool>,
    cases: Vec<Case>,
    installs: Vec<InstallRow>,
    agents: Vec<Agent>,
    assignments: Vec<Assignment>,
    entries: Vec<AuditEntry>,
}

/// A tool to be made, or to be kept.
struct Wanted {
    spec: ToolSpec,
    cases: Vec<CaseSpec>,
    origin: Option<Origin>,
}

/// Makes what of a pack is not there yet, and charges for each tool and agent as if it were made by itself.
pub async fn install_pack(app: &App, caller: &Caller, id: &str, options: InstallPack) -> Result<PackReport, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    if !options.dry_run {
        require(caller, Right::Build, Scope::AgentsWrite)?;
    }
    let pack =
        pack::all()?.iter().find(|pack| pack.shown.id == id).ok_or_else(|| Fault::not_found("agent pack", id))?;
    let prefix = options.prefix.as_deref().map(check_prefix).transpose()?;
    let named = |name: &str| prefix.map_or_else(|| name.to_owned(), |prefix| format!("{prefix}_{name}"));
    let renamed: BTreeMap<String, String> =
        pack.tools.iter().map(|tool| (tool.spec.name.clone(), named(&tool.spec.name))).collect();

    let mut installing = Installing {
        app,
        caller,
        batch: Batch::default(),
        ids: BTreeMap::new(),
        report: PackReport {
            pack: id.to_owned(),
            dry_run: options.dry_run,
            tools: Vec::new(),
            agents: Vec::new(),
            missing_secrets: Vec::new(),
            warnings: Vec::new(),
        },
    };
    for tool in &pack.tools {
        let mut wanted = Wanted { spec: tool.spec.clone(), cases: tool.cases.clone(), origin: tool.origin.clone() };
        wanted.spec.name = named(&tool.spec.name);
        installing.tool(wanted).await?;
    }
    let mut functions = BTreeSet::new();
    for name in pack.shown.agents.iter().flat_map(|agent| &agent.default_tools) {
        if !renamed.contains_key(name)
            && let Some(function) = BusinessFunction::parse(name)
        {
            functions.insert(function);
        }
    }
    for function in functions {
        installing.tool(Wanted { spec: seed::spec(function)?, cases: Vec::new(), origin: None }).await?;
    }
    for agent in &pack.shown.agents {
        let agent = with_names(agent, prefix, &renamed);
        installing.agent(&agent).await?;
    }
    installing.finish(&options).await
}

fn check_prefix(prefix: &str) -> Result<&str, Fault> {
    let is_good = (1..=20).contains(&prefix.len())
        && prefix.starts_with(|c: char| c.is_ascii_lowercase())
        && prefix.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if is_good {
        return Ok(prefix);
    }
    Err(Fault::invalid("prefix", "`prefix` must be 1 to 20 lower-case letters, digits or `_`, a letter first"))
}

/// The agent with the names that its tools have here, also where its instructions speak of them.
fn with_names(agent: &AgentTemplate, prefix: Option<&str>, renamed: &BTreeMap<String, String>) -> AgentTemplate {
    let mut agent = agent.clone();
    if let Some(prefix) = prefix {
        agent.name = format!("{prefix} {}", agent.name);
    }
    for (from, to) in renamed {
        agent.instructions = agent.instructions.replace(&format!("`{from}`"), &format!("`{to}`"));
    }
    for tool in &mut agent.default_tools {
        if let Some(name) = renamed.get(tool.as_str()) {
            tool.clone_from(name);
        }
    }
    agent
}

/// An installation under way.
struct Installing<'a> {
    app: &'a App,
    caller: &'a Caller,
    batch: Batch,
    /// The tools that agents may be given, by name.
    ids: BTreeMap<String, ToolId>,
    report: PackReport,
}

impl Installing<'_> {
    async fn tool(&mut self, wanted: Wanted) -> Result<(), Fault> {
        let (app, caller) = (self.app, self.caller);
        let Wanted { mut spec, cases, origin } = wanted;
        let name = spec.name.clone();
        if let Some(tool) = app.store().tool_by_name(caller.org_id, &name).await? {
            if tool.spec.is_template {
                let message = format!("there is a template named `{name}`; install the pack with a `prefix`");
                return Err(Fault::conflict("name_taken", message));
            }
            // The pack's agents are to have it, and others will call it through them.
            registry::check_shared(app, caller, &tool).await?;
            self.ids.insert(name.clone(), tool.id);
            self.report.tools.push(PackedTool { name, id: Some(tool.id), action: PackAction::Kept, cases: 0 });
            return Ok(());
        }
        spec.version.get_or_insert_with(|| "1.0.0".to_owned());
        let now = app.clock().now();
        let tool = Tool {
            id: app.ids().next(),
            organization_id: caller.org_id,
            user_id: caller.user_id,
            spec,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        if proposals::needed(app, caller, None, &tool.spec).await?.is_some() {
            let message = format!("`{name}` needs the agreement of another person, which a pack cannot ask for");
            return Err(Fault::conflict("needs_agreement", message));
        }
        let names = compile::names_in(&tool.spec)?;
        let set = app.vault().secret_names(caller.org_id).await?;
        self.report.missing_secrets.extend(names.difference(&set).cloned());
        let warnings = save::check(app, caller, &tool, names).await?;
        self.report.warnings.extend(warnings.into_iter().map(|warning| format!("{name}: {warning}")));
        self.report.tools.push(PackedTool {
            name: name.clone(),
            id: Some(tool.id),
            action: PackAction::Created,
            cases: cases.len(),
        });
        for spec in cases {
            self.batch.cases.push(Case {
                id: app.ids().next(),
                organization_id: caller.org_id,
                tool_id: tool.id,
                tool: name.clone(),
                spec,
                created_by: caller.user_id,
                created_at: now,
                updated_at: now,
                last_run: None,
            });
        }
        self.batch.installs.extend(origin.map(|origin| origin.row(app, caller, tool.id)));
        let details = audit::between(json!({ "name": name, "pack": self.report.pack }), &(), &tool.spec);
        self.batch.entries.push(audit::entry(app, caller, "tool.create", "tool", tool.id, details));
        self.ids.insert(name, tool.id);
        self.batch.tools.push(tool);
        Ok(())
    }

    async fn agent(&mut self, template: &AgentTemplate) -> Result<(), Fault> {
        let (app, caller) = (self.app, self.caller);
        let tools = template.default_tools.clone();
        if let Some(agent) = app.store().agent_by_name(caller.org_id, &template.name).await? {
            let had = app.store().assignments(caller.org_id, agent.id).await?;
            let tools = had.into_iter().map(|(_, tool)| tool.spec.name).collect();
            let (name, id) = (agent.name, Some(agent.id));
            self.report.agents.push(PackedAgent { name, id, action: PackAction::Kept, tools });
            return Ok(());
        }
        let (agent, entry) = agents::made(app, caller, spec_of(template))?;
        self.batch.entries.push(entry);
        for (position, name) in (0..).zip(&tools) {
            let tool_id = *self.ids.get(name).ok_or_else(|| Fault::not_found("tool", name))?;
            let assignment = Assignment {
                agent_id: agent.id,
                tool_id,
                enabled: true,
                overrides: callwright_model::Object::new(),
                position,
                pin: None,
                created_at: agent.created_at,
                updated_at: agent.created_at,
            };
            let details = audit::between(json!({ "tool": name, "enabled": true }), &(), &agents::seen(&assignment));
            self.batch.entries.push(audit::entry(app, caller, "agent.assign", "agent", agent.id, details));
            self.batch.assignments.push(assignment);
        }
        let (name, id) = (agent.name.clone(), Some(agent.id));
        self.report.agents.push(PackedAgent { name, id, action: PackAction::Created, tools });
        self.batch.agents.push(agent);
        Ok(())
    }

    /// What each tool and agent costs that is to be made.
    ///
    /// # Errors
    /// Unpaid `credits_exhausted`, with what all of it costs.
    async fn charges(&self) -> Result<Vec<Charge>, Fault> {
        let (app, caller) = (self.app, self.caller);
        let tools = self.batch.tools.iter().map(|tool| credits::charge(app, caller, Operation::ToolCreate, tool.id));
        let agents =
            self.batch.agents.iter().map(|agent| credits::charge(app, caller, Operation::AgentCreate, agent.id));
        let charges: Vec<Charge> = tools.chain(agents).flatten().collect();
        let price = charges.iter().map(|charge| charge.price.thousandths()).fold(0, i64::saturating_add);
        let price = Credits::from_thousandths(price);
        let balance = app.store().credit_balance(caller.org_id).await?;
        if !charges.is_empty() && price > balance {
            return Err(StoreError::Exhausted { operation: Operation::AgentCreate, price, balance }.into());
        }
        Ok(charges)
    }

    async fn finish(mut self, options: &InstallPack) -> Result<PackReport, Fault> {
        self.report.missing_secrets.sort();
        self.report.missing_secrets.dedup();
        if options.dry_run {
            let made = |action: PackAction| action == PackAction::Created;
            self.report.tools.iter_mut().filter(|tool| made(tool.action)).for_each(|tool| tool.id = None);
            self.report.agents.iter_mut().filter(|agent| made(agent.action)).for_each(|agent| agent.id = None);
            return Ok(self.report);
        }
        if self.batch.tools.is_empty() && self.batch.agents.is_empty() {
            return Ok(self.report);
        }
        let charges = self.charges().await?;
        let details = json!({
            "prefix": options.prefix, "tools": self.batch.tools.len(), "agents": self.batch.agents.len(),
        });
        let entry = audit::entry(self.app, self.caller, "agent_pack.install", "agent_pack", &self.report.pack, details);
        self.batch.entries.push(entry);
        let org = self.caller.org_id;
        let by = self.caller.user_id;
        let note = format!("from the pack `{}`", self.report.pack);
        self.app
            .store()
            .write((self.batch, note, charges), move |(batch, note, charges), tx| {
                Box::pin(async move {
                    for tool in &batch.tools {
                        tx.create_tool(tool, Some(note), by).await?;
                    }
                    for install in &batch.installs {
                        tx.put_install(install).await?;
                    }
                    for case in &batch.cases {
                        tx.create_case(case, MOST_CASES).await?;
                    }
                    for agent in &batch.agents {
                        tx.create_agent(agent).await?;
                    }
                    for assignment in &batch.assignments {
                        tx.upsert_assignment(org, assignment).await?;
                    }
                    for entry in &batch.entries {
                        tx.append_audit(entry).await?;
                    }
                    for charge in charges.iter() {
                        tx.charge(charge).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        self.app.tools().forget(org);
        Ok(self.report)
    }
}
