//! Public tools: what other organizations show, and taking a copy of it.

use callwright_model::{
    Fault, Timestamp,
    account::{Caller, Right, Scope},
    id::{OrgId, ToolId},
    page::{Page, PageRequest},
    tool::{Effect, Kind, Tool, ToolSpec, policy::Approval},
};
use callwright_store::library::{PublicFilter, PublicTool, Source};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Copied, Origin, credential, digest, save_copy};
use crate::{
    App,
    app::require,
    registry::{How, compile},
};

/// A public tool of another organization.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LibraryTool {
    /// The tool's id there.
    pub id: ToolId,
    /// Its name there.
    pub name: String,
    /// What people call it.
    pub display_name: String,
    /// What it does and when to use it.
    pub description: String,
    /// A word to sort by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// What carries it out.
    pub kind: Kind,
    /// What calling it does to the world.
    pub effect: Effect,
    /// Its semantic version.
    pub version: String,
    /// Its revision.
    pub revision: i64,
    /// Whose it is.
    pub publisher: Publisher,
    /// How many copies organizations have.
    pub installs: i64,
    /// Where its requests go, when that is known before a call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The secrets that a copy needs.
    pub secrets: Vec<String>,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The tool as a copy gets it; only when one is looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<ToolSpec>,
    /// What was left out or replaced, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// The organization that shows a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Publisher {
    /// Its id.
    pub organization_id: OrgId,
    /// Its name.
    pub name: String,
}

/// Which public tools to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LibraryFilter {
    /// Part of the name, title or description, in any case.
    pub search: Option<String>,
    /// Of this category.
    pub category: Option<String>,
    /// Of this kind.
    pub kind: Option<Kind>,
}

/// How to take a copy.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct InstallTool {
    /// The copy's name; the tool's own when absent.
    pub name: Option<String>,
    /// An agent that gets the tool, by name or id.
    pub agent: Option<String>,
    /// Only say what would be made.
    pub dry_run: bool,
}

/// A public tool as others get it: without credentials, and with the switches of a new tool.
pub(super) fn shared_form(spec: &ToolSpec) -> Result<(ToolSpec, Vec<String>), Fault> {
    let (mut spec, replaced) = credential::strip(spec)?;
    (spec.is_public, spec.is_template) = (false, false);
    (spec.is_shared, spec.active) = (true, true);
    // Whoever approves is the taker's own choice: no address and no person of the publisher comes along.
    if let Approval::Yes(rule) = &mut spec.policy.approval {
        (rule.webhook, rule.users) = (None, Vec::new());
    }
    Ok((spec, replaced.iter().map(credential::Replaced::warning).collect()))
}

/// A page of other organizations' public tools, by name.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: LibraryFilter,
    page: PageRequest,
) -> Result<Page<LibraryTool>, Fault> {
    let rows = rows(app, caller, filter, page).await?;
    let next_cursor = rows.next_cursor;
    let items = rows.items.into_iter().map(|row| shown(row).map(|tool| LibraryTool { tool: None, ..tool }));
    Ok(Page { items: items.collect::<Result<_, _>>()?, next_cursor })
}

/// The same as whole tools, each as others get it, with the publisher's name.
pub async fn tools(
    app: &App,
    caller: &Caller,
    filter: LibraryFilter,
    page: PageRequest,
) -> Result<Page<(Tool, String)>, Fault> {
    let rows = rows(app, caller, filter, page).await?;
    let next_cursor = rows.next_cursor;
    let items = rows.items.into_iter().map(|row| {
        let (spec, _) = shared_form(&row.tool.spec)?;
        // What it is there, not what a copy is.
        let spec = ToolSpec { is_public: true, is_template: row.tool.spec.is_template, ..spec };
        Ok((Tool { spec, ..row.tool }, row.publisher))
    });
    Ok(Page { items: items.collect::<Result<_, Fault>>()?, next_cursor })
}

async fn rows(app: &App, caller: &Caller, filter: LibraryFilter, page: PageRequest) -> Result<Page<PublicTool>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let filter = PublicFilter { search: filter.search, category: filter.category, kind: filter.kind };
    Ok(app.store().public_tools(caller.org_id, &filter, &page).await?)
}

/// One public tool of another organization.
pub async fn get(app: &App, caller: &Caller, id: &str) -> Result<LibraryTool, Fault> {
    require(caller, Right::View, Scope::Read)?;
    shown(find(app, caller, id).await?)
}

async fn find(app: &App, caller: &Caller, id: &str) -> Result<PublicTool, Fault> {
    let missing = || Fault::not_found("public tool", id);
    let id = id.parse::<ToolId>().map_err(|_| missing())?;
    app.store().public_tool(caller.org_id, id).await?.ok_or_else(missing)
}

fn shown(row: PublicTool) -> Result<LibraryTool, Fault> {
    let (spec, warnings) = shared_form(&row.tool.spec)?;
    Ok(LibraryTool {
        id: row.tool.id,
        name: spec.name.clone(),
        display_name: spec.title().to_owned(),
        description: spec.description.clone(),
        category: spec.category.clone(),
        kind: spec.kind,
        effect: spec.effect,
        version: spec.version.clone().unwrap_or_else(|| "1.0.0".to_owned()),
        revision: row.tool.revision,
        publisher: Publisher { organization_id: row.tool.organization_id, name: row.publisher },
        installs: row.installs,
        url: spec.config.http().map(|http| http.url.clone()),
        secrets: compile::names_in(&spec)?.into_iter().collect(),
        updated_at: row.tool.updated_at,
        tool: Some(spec),
        warnings,
    })
}

/// Takes a copy of a public tool.
pub async fn install(app: &App, caller: &Caller, id: &str, request: InstallTool) -> Result<Copied, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let found = find(app, caller, id).await?;
    let (base, replaced) = shared_form(&found.tool.spec)?;
    let origin = origin(&found, base.clone())?;
    let mut spec = base;
    if let Some(name) = request.name {
        spec.name = name;
    }
    let note = Some(format!("installed from `{}`", found.publisher));
    let how = How { dry_run: request.dry_run, note, origin: Some(origin), ..How::default() };
    let mut copied = save_copy(app, caller, spec, how, request.agent.as_deref()).await?;
    copied.warnings.extend(replaced);
    Ok(copied)
}

/// Where a copy of `found` that takes over `base` comes from.
pub(super) fn origin(found: &PublicTool, base: ToolSpec) -> Result<Origin, Fault> {
    Ok(Origin {
        source: Source::Library,
        source_id: found.tool.id.to_string(),
        source_org: Some(found.tool.organization_id),
        version: base.version.clone().unwrap_or_else(|| "1.0.0".to_owned()),
        revision: found.tool.revision,
        sha256: digest(&base)?,
        base,
    })
}
