//! Agents with the plan's older `tools_settings`: their tools while they are not migrated, and the migration.
//!
//! The two tools of the settings, `endCall` and `transferCall`, are compiled on the fly for an agent that still carries
//! settings. Migrating makes real tools of them and assigns those; doing it again finds everything as it should be.

use callwright_model::{
    Fault, FaultKind,
    account::{Caller, Right, Scope},
    agent::Agent,
    id::ToolId,
    legacy::{ToolsSettings, TransferNumber},
    tool::{Tool, ToolSpec},
};
use callwright_store::library::Source;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{
    App,
    agents::{self, AssignmentSpec},
    app::require,
    audit,
    library::{Origin, digest},
    registry::{self, Action, Change, How, compile},
};

/// The most custom tools that settings may have.
const MOST_CUSTOM: usize = 100;

/// A custom tool of the settings.
#[derive(Debug, Clone, PartialEq)]
pub enum Custom {
    /// The name or id of a tool that there is.
    Named(String),
    /// A whole tool.
    Whole(Box<ToolSpec>),
}

/// What became of one tool of the settings, or would.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MigratedTool {
    /// What the settings call it.
    pub setting: String,
    /// The tool's name.
    pub name: String,
    /// What was done to the tool, or would be.
    pub action: Action,
    /// What differs from before.
    pub diff: Vec<Change>,
    /// Whether the agent did not have it yet.
    pub newly_assigned: bool,
}

/// What a migration did, or would do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Migration {
    /// The agent's name.
    pub agent: String,
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// The tools.
    pub tools: Vec<MigratedTool>,
    /// What could not be taken over, and what may surprise.
    pub warnings: Vec<String>,
}

/// Refuses settings whose tools could not run.
pub(crate) fn check(settings: Option<&ToolsSettings>) -> Result<(), Fault> {
    let Some(settings) = settings else { return Ok(()) };
    if settings.custom_tools.len() > MOST_CUSTOM {
        let field = "tools_settings.custom_tools";
        return Err(Fault::invalid(field, format!("`{field}` may have at most {MOST_CUSTOM} tools")));
    }
    let placeholder = |spec| Tool {
        id: ToolId::from_raw(0),
        organization_id: callwright_model::id::OrgId::from_raw(0),
        user_id: callwright_model::id::UserId::from_raw(0),
        spec,
        revision: 1,
        created_at: callwright_model::Timestamp::from_micros(0),
        updated_at: callwright_model::Timestamp::from_micros(0),
    };
    for spec in settings.tools() {
        compile::compile(placeholder(spec), None).map_err(in_settings)?;
    }
    Ok(())
}

/// The same fault, told of the field that the author wrote.
fn in_settings(mut fault: Fault) -> Fault {
    let field = fault.details.as_ref().and_then(|details| details["field"].as_str()).unwrap_or_default().to_owned();
    let own = match field.strip_prefix("config.rules") {
        Some("") => "tools_settings.transfer_call.transfer_numbers".to_owned(),
        Some(rest) => {
            format!("tools_settings.transfer_call.transfer_numbers{}", rest.trim_end_matches(".phone_number"))
        }
        None => "tools_settings".to_owned(),
    };
    fault.message = fault.message.replace(&format!("`{field}`"), &format!("`{own}`"));
    fault.with_details(json!({ "field": own }))
}

/// The tools that an agent has by settings that were not migrated.
pub(crate) fn tools_of(agent: &Agent) -> Vec<Tool> {
    let specs = agent.tools_settings.as_ref().map(ToolsSettings::tools).unwrap_or_default();
    specs.into_iter().map(|spec| tool(agent, spec)).collect()
}

/// The one of that name or id.
pub(crate) fn tool_of(agent: &Agent, tool: &str) -> Option<Tool> {
    tools_of(agent).into_iter().find(|own| own.spec.name == tool || own.id.to_string() == tool)
}

fn tool(agent: &Agent, spec: ToolSpec) -> Tool {
    Tool {
        id: own_id(agent, &spec.name),
        organization_id: agent.organization_id,
        user_id: agent.user_id,
        spec,
        revision: 1,
        created_at: agent.created_at,
        updated_at: agent.updated_at,
    }
}

/// The same for the same agent and name, so that the executions of one tool stay together in the log.
fn own_id(agent: &Agent, name: &str) -> ToolId {
    let mut hasher = Sha256::new();
    hasher.update(agent.id.raw().to_be_bytes());
    hasher.update(name.as_bytes());
    let digest = hasher.finalize();
    let mut low = [0; 16];
    low.copy_from_slice(&digest[..16]);
    // The agent's time in front keeps ids in the order of time; version and variant are those of a UUIDv7.
    let time = agent.id.raw() >> 80 << 80;
    let random = u128::from_be_bytes(low) & ((1 << 80) - 1);
    let random = random & !(0xf << 76) & !(0b11 << 62) | 0x7 << 76 | 0b10 << 62;
    ToolId::from_raw(time | random)
}

/// The settings that an agent carries, for a caller who is about to migrate them.
pub async fn carried(app: &App, caller: &Caller, agent: &str) -> Result<Option<ToolsSettings>, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let agent = agents::find(app, caller.org_id, agent).await?.ok_or_else(|| Fault::not_found("agent", agent))?;
    Ok(agent.tools_settings)
}

/// Makes tools of an agent's settings and assigns them: those given, or those that the agent carries. The agent then
/// carries none. With `dry_run` nothing changes.
pub async fn migrate(
    app: &App,
    caller: &Caller,
    agent: &str,
    settings: Option<ToolsSettings>,
    custom: Vec<Custom>,
    dry_run: bool,
) -> Result<Migration, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let agent = agents::find(app, caller.org_id, agent).await?.ok_or_else(|| Fault::not_found("agent", agent))?;
    agents::check_change(app, caller, &agent).await?;
    let Some(settings) = settings.or_else(|| agent.tools_settings.clone()) else {
        // Whoever runs it again over all agents is told, not stopped.
        let message = format!("`{}` carries no `tools_settings`: migrated already, or never had any", agent.name);
        return Ok(Migration { agent: agent.name, dry_run, tools: Vec::new(), warnings: vec![message] });
    };
    check(Some(&settings))?;
    let mut migration =
        Migration { agent: agent.name.clone(), dry_run, tools: Vec::new(), warnings: warnings(&settings) };
    let mut wanted: Vec<(String, Custom)> =
        settings.tools().into_iter().map(|spec| (spec.name.clone(), Custom::Whole(Box::new(spec)))).collect();
    for (at, custom) in custom.into_iter().enumerate() {
        wanted.push((format!("custom_tools.{at}"), custom));
    }
    // First without changing anything: what is refused in the middle would leave the first half behind.
    for pass_dry in [true, false] {
        if dry_run && !pass_dry {
            break;
        }
        migration.tools.clear();
        for (position, (setting, custom)) in (0..).zip(&wanted) {
            let step = Step { agent: &agent, setting, position, dry_run: pass_dry };
            let (tool, warnings) = step.take(app, caller, custom).await.map_err(|fault| named(fault, setting))?;
            migration.tools.push(tool);
            if pass_dry {
                migration.warnings.extend(warnings);
            }
        }
    }
    if !dry_run && agent.tools_settings.is_some() {
        clear(app, caller, agent).await?;
    }
    Ok(migration)
}

fn named(mut fault: Fault, setting: &str) -> Fault {
    if fault.kind == FaultKind::Invalid || fault.kind == FaultKind::NotFound {
        fault.message = format!("`tools_settings`, `{setting}`: {}", fault.message);
    }
    fault
}

fn warnings(settings: &ToolsSettings) -> Vec<String> {
    let mut found = Vec::new();
    if settings.lacks_numbers() {
        found.push("`transfer_call` is switched on but has no `transfer_numbers`; it was left out".to_owned());
    }
    for name in settings.enabled_tools.iter().flatten() {
        if name != callwright_model::legacy::END_CALL && name != callwright_model::legacy::TRANSFER_CALL {
            found.push(format!(
                "`enabled_tools` has `{name}`, which is not one of `endCall` and `transferCall`; it was left out"
            ));
        }
    }
    let numbers = settings.transfer_call.iter().flat_map(|section| &section.transfer_numbers);
    if numbers.filter(|number| matches!(number, TransferNumber::Plain(_))).count() > 1 {
        found.push(
            "`transfer_numbers` has several numbers without a condition: a model cannot tell them apart".to_owned(),
        );
    }
    found
}

/// One tool of the settings on its way.
struct Step<'a> {
    agent: &'a Agent,
    setting: &'a str,
    position: i64,
    dry_run: bool,
}

impl Step<'_> {
    async fn take(&self, app: &App, caller: &Caller, custom: &Custom) -> Result<(MigratedTool, Vec<String>), Fault> {
        let spec = match custom {
            Custom::Named(name) => {
                let tool = registry::find(app, caller, name).await?;
                let newly_assigned = self.assign(app, caller, &tool).await?;
                return Ok((self.row(tool, Action::Unchanged, Vec::new(), newly_assigned), Vec::new()));
            }
            Custom::Whole(spec) => (**spec).clone(),
        };
        let (current, spec) = self.place(app, caller, spec).await?;
        let is_new = current.is_none();
        let origin = Origin {
            source: Source::Settings,
            source_id: self.source_id(),
            source_org: None,
            version: spec.version.clone().unwrap_or_else(|| "1.0.0".to_owned()),
            revision: 1,
            sha256: digest(&spec)?,
            base: spec.clone(),
        };
        let note = Some(format!("from the `tools_settings` of `{}`", self.agent.name));
        let how = How { dry_run: self.dry_run, note, origin: Some(origin), ..How::default() };
        let saved = registry::copy(app, caller, current, spec, how).await?;
        // A tool that is only rehearsed cannot be assigned.
        let newly_assigned = if saved.action == Action::Proposed {
            false
        } else if is_new && self.dry_run {
            true
        } else {
            self.assign(app, caller, &saved.tool).await?
        };
        Ok((self.row(saved.tool, saved.action, saved.diff, newly_assigned), saved.warnings))
    }

    fn source_id(&self) -> String {
        format!("{}/{}", self.agent.id, self.setting)
    }

    fn row(&self, tool: Tool, action: Action, diff: Vec<Change>, newly_assigned: bool) -> MigratedTool {
        MigratedTool { setting: self.setting.to_owned(), name: tool.spec.name, action, diff, newly_assigned }
    }

    /// Which tool it is to become: the one it became before, one that is the same already, or a new one under the
    /// first name that is free.
    async fn place(&self, app: &App, caller: &Caller, mut spec: ToolSpec) -> Result<(Option<Tool>, ToolSpec), Fault> {
        let org = caller.org_id;
        if let Some(install) = app.store().install_from(org, Source::Settings, &self.source_id()).await?
            && let Some(tool) = app.store().tool_by_id(org, install.tool_id).await?
        {
            spec.name.clone_from(&tool.spec.name);
            return Ok((Some(tool), spec));
        }
        let wanted = spec.name.clone();
        for number in 0..100 {
            spec.name = match number {
                0 => wanted.clone(),
                1 => cut(&format!("{wanted}_{}", slug(&self.agent.name)), 64),
                number => format!("{}_{number}", cut(&format!("{wanted}_{}", slug(&self.agent.name)), 60)),
            };
            match app.store().tool_by_name(org, &spec.name).await? {
                None => return Ok((None, spec)),
                Some(tool) if same(&tool.spec, &spec) => return Ok((Some(tool), spec)),
                Some(_) => {}
            }
        }
        Err(Fault::conflict("name_taken", format!("there are too many tools named like `{wanted}` already")))
    }

    /// Gives the agent the tool, unless it has it; true when it did not have it.
    async fn assign(&self, app: &App, caller: &Caller, tool: &Tool) -> Result<bool, Fault> {
        if app.store().assignment(caller.org_id, self.agent.id, tool.id).await?.is_some() {
            return Ok(false);
        }
        if !self.dry_run {
            let spec = AssignmentSpec { position: self.position, ..AssignmentSpec::default() };
            agents::assign(app, caller, &self.agent.id.to_string(), &tool.id.to_string(), spec).await?;
        }
        Ok(true)
    }
}

fn same(one: &ToolSpec, other: &ToolSpec) -> bool {
    let plain = |spec: &ToolSpec| ToolSpec { version: None, ..spec.clone() };
    plain(one) == plain(other)
}

fn slug(name: &str) -> String {
    let slug: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).collect();
    slug.trim_matches('_').to_owned()
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

async fn clear(app: &App, caller: &Caller, agent: Agent) -> Result<(), Fault> {
    let entry = audit::entry(app, caller, "agent.migrate", "agent", agent.id, json!({ "name": agent.name }));
    let agent = Agent { tools_settings: None, updated_at: app.clock().now(), ..agent };
    app.store()
        .write((agent, entry), |(agent, entry), tx| {
            Box::pin(async move {
                tx.update_agent(agent).await?;
                tx.append_audit(entry).await
            })
        })
        .await?;
    app.tools().forget(caller.org_id);
    Ok(())
}

#[cfg(test)]
mod tests {
    use callwright_model::{IdSource, Timestamp};

    use super::*;

    #[test]
    fn an_agents_own_tools_have_ids_that_stay() {
        let ids = IdSource::default();
        let settings = json!({"end_call": {"enabled": true}});
        let agent = Agent {
            id: ids.next(),
            organization_id: ids.next(),
            user_id: ids.next(),
            name: "Reception".to_owned(),
            description: String::new(),
            instructions: String::new(),
            model: String::new(),
            profile: Default::default(),
            tools_settings: Some(serde_json::from_value(settings).unwrap()),
            created_at: Timestamp::from_micros(1),
            updated_at: Timestamp::from_micros(1),
        };
        let tool = tool_of(&agent, "endCall").unwrap();
        assert_eq!(tool_of(&agent, &tool.id.to_string()).unwrap(), tool);
        assert!(tool_of(&agent, "transferCall").is_none());
        assert_eq!(tool.id.to_string().parse::<ToolId>().unwrap(), tool.id);
    }

    #[test]
    fn a_wrong_number_is_told_with_its_place_in_the_settings() {
        let settings = json!({"transfer_call": {"enabled": true, "transfer_numbers": ["+61411234567", "reception"]}});
        let fault = check(Some(&serde_json::from_value(settings).unwrap())).unwrap_err();
        assert_eq!(fault.details.unwrap()["field"], "tools_settings.transfer_call.transfer_numbers.1");
        assert!(
            fault.message.contains("`tools_settings.transfer_call.transfer_numbers.1` is not"),
            "{}",
            fault.message
        );
    }
}
