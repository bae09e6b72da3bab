//! Where the organization's tools came from, and bringing a copy up to date with its source.
//!
//! An update is a merge of three states: what was taken over, what became of it here, and what became of it there. An
//! edit made here stays; news come in; where both sides changed a field the edit stays too, unless the caller says
//! otherwise, and the conflict is told.

use callwright_model::{
    Fault, Timestamp,
    account::{Caller, Right, Scope},
    id::{InstallId, OrgId, ToolId, UserId},
    page::{Page, PageRequest},
    tool::{Tool, ToolSpec},
};
use callwright_store::library::{InstallRow, PublicTool, Source};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    digest, merge,
    public::{origin, shared_form},
};
use crate::{
    App,
    app::require,
    registry::{self, Action, Change, How, compile},
};

pub use super::merge::MergeConflict;

/// What a tool was copied from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InstallSource {
    /// A public tool of another organization.
    Library,
    /// A template.
    Template,
    /// A bundle.
    Bundle,
    /// An agent's `tools_settings`.
    Settings,
}

impl InstallSource {
    fn of(source: Source) -> Self {
        match source {
            Source::Library => Self::Library,
            Source::Template => Self::Template,
            Source::Bundle => Self::Bundle,
            Source::Settings => Self::Settings,
        }
    }

    fn row(self) -> Source {
        match self {
            Self::Library => Source::Library,
            Self::Template => Source::Template,
            Self::Bundle => Source::Bundle,
            Self::Settings => Source::Settings,
        }
    }
}

/// A tool that came from somewhere.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct InstalledTool {
    /// The note's own id.
    pub id: InstallId,
    /// The tool.
    pub tool_id: ToolId,
    /// Its name here.
    pub name: String,
    /// Its semantic version here.
    pub version: String,
    /// Whether it was edited here since.
    pub is_edited: bool,
    /// What it came from.
    pub source: InstallSource,
    /// Which one: a tool's id, a template's slug, a name in a bundle.
    pub source_id: String,
    /// Whose it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher_id: Option<OrgId>,
    /// What they are called, while they show the tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// The source's semantic version when it was taken over.
    pub source_version: String,
    /// The source's revision when it was taken over.
    pub source_revision: i64,
    /// SHA-256 of what was taken over.
    pub sha256: String,
    /// Whether the source can still be seen; absent when there is nothing to follow.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_available: Option<bool>,
    /// What the source is now, when that is something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update: Option<Update>,
    /// Who took it over.
    pub installed_by: UserId,
    /// When.
    pub installed_at: Timestamp,
    /// When it last followed its source.
    pub updated_at: Timestamp,
}

/// What a source is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Update {
    /// Its semantic version.
    pub version: String,
    /// Its revision.
    pub revision: i64,
}

/// Whose change wins where both sides changed a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Prefer {
    /// The edit that was made here.
    #[default]
    Ours,
    /// The source's.
    Theirs,
}

/// How to bring a copy up to date.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UpdateInstalled {
    /// Only say what would change.
    pub dry_run: bool,
    /// Whose change wins where both sides changed a field.
    pub prefer: Prefer,
    /// The new state may use more of your secrets, send to another address, or act without asking as it did before.
    pub accept: bool,
}

/// What an update did, or would do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Updated {
    /// What was done, or would be.
    pub action: Action,
    /// The tool as it is now, or would be.
    pub tool: Tool,
    /// What differs from before.
    pub diff: Vec<Change>,
    /// Fields that were edited here and stay so.
    pub kept: Vec<String>,
    /// Fields that both sides changed.
    pub conflicts: Vec<MergeConflict>,
    /// What works but may surprise.
    pub warnings: Vec<String>,
}

/// A page of the organization's tools that came from somewhere, oldest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    source: Option<InstallSource>,
    page: PageRequest,
) -> Result<Page<InstalledTool>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let rows = app.store().installs(caller.org_id, source.map(InstallSource::row), &page).await?;
    let mut items = Vec::with_capacity(rows.items.len());
    for row in rows.items {
        if let Some(item) = shown(app, caller, row).await? {
            items.push(item);
        }
    }
    Ok(Page { items, next_cursor: rows.next_cursor })
}

async fn shown(app: &App, caller: &Caller, row: InstallRow) -> Result<Option<InstalledTool>, Fault> {
    let Some(tool) = app.store().tool_by_id(caller.org_id, row.tool_id).await? else { return Ok(None) };
    let found = source_of(app, caller, &row).await?;
    let update = match &found {
        None => None,
        Some(found) => {
            let (now, _) = shared_form(&found.tool.spec)?;
            (digest(&now)? != row.sha256).then(|| Update {
                version: now.version.unwrap_or_else(|| "1.0.0".to_owned()),
                revision: found.tool.revision,
            })
        }
    };
    Ok(Some(InstalledTool {
        id: row.id,
        tool_id: tool.id,
        version: tool.spec.version.clone().unwrap_or_else(|| "1.0.0".to_owned()),
        is_edited: placed(&row.base, &tool.spec) != tool.spec,
        name: tool.spec.name,
        source: InstallSource::of(row.source),
        source_id: row.source_id,
        publisher_id: row.source_org_id,
        is_available: (row.source == Source::Library).then_some(found.is_some()),
        publisher: found.map(|found| found.publisher),
        source_version: row.source_version,
        source_revision: row.source_revision,
        sha256: row.sha256,
        update,
        installed_by: row.installed_by,
        installed_at: row.installed_at,
        updated_at: row.updated_at,
    }))
}

async fn source_of(app: &App, caller: &Caller, row: &InstallRow) -> Result<Option<PublicTool>, Fault> {
    match (row.source, row.source_id.parse::<ToolId>()) {
        (Source::Library, Ok(id)) => Ok(app.store().public_tool(caller.org_id, id).await?),
        _ => Ok(None),
    }
}

/// A state of the source under the name and with the switches that the copy has.
fn placed(spec: &ToolSpec, copy: &ToolSpec) -> ToolSpec {
    ToolSpec {
        name: copy.name.clone(),
        version: copy.version.clone(),
        active: copy.active,
        is_shared: copy.is_shared,
        is_public: copy.is_public,
        is_template: copy.is_template,
        ..spec.clone()
    }
}

/// Brings a copy (the note's id, or the tool's name or id) up to date with its source.
pub async fn update(app: &App, caller: &Caller, id: &str, request: UpdateInstalled) -> Result<Updated, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let row = find(app, caller, id).await?;
    let current = app
        .store()
        .tool_by_id(caller.org_id, row.tool_id)
        .await?
        .ok_or_else(|| Fault::not_found("installed tool", id))?;
    if row.source != Source::Library {
        let source = row.source.as_str();
        let message = format!(
            "`{}` came from a {source}, which is not followed; only tools of the library are",
            current.spec.name
        );
        return Err(Fault::conflict("not_followed", message));
    }
    let Some(found) = source_of(app, caller, &row).await? else {
        let message = format!("the source of `{}` is not public any more; the copy stays as it is", current.spec.name);
        return Err(Fault::conflict("source_gone", message));
    };
    let (theirs, replaced) = shared_form(&found.tool.spec)?;
    let json = |spec: &ToolSpec| serde_json::to_value(spec).map_err(Fault::internal);
    let base = json(&placed(&row.base, &current.spec))?;
    let news = json(&placed(&theirs, &current.spec))?;
    let (merged, report) = merge::merge(&base, &json(&current.spec)?, &news, request.prefer == Prefer::Theirs);
    let mut spec: ToolSpec = serde_json::from_value(merged).map_err(|error| {
        Fault::conflict("merge_invalid", format!("edits and news do not fit together: {error}; edit the tool by hand"))
    })?;
    // The copy counts its own versions.
    spec.version = None;
    let reach = further(app, caller, &current.spec, &spec).await?;
    if let Some(reach) = reach.as_ref().filter(|_| !request.dry_run && !request.accept) {
        let message = format!("{reach}; look at the difference with `dry_run`, then say `accept` (`--accept`)");
        return Err(Fault::conflict("reaches_further", message));
    }
    let origin = origin(&found, theirs)?;
    let note = Some(format!("updated from `{}`, revision {}", found.publisher, found.tool.revision));
    let install = InstallRow { id: row.id, installed_at: row.installed_at, ..origin.row(app, caller, row.tool_id) };
    let how = How { dry_run: request.dry_run, note, origin: Some(origin), ..How::default() };
    let saved = registry::copy(app, caller, Some(current), spec, how).await?;
    if saved.action == Action::Unchanged && !request.dry_run {
        // Nothing to write to the tool, but from now on this is what it is compared with.
        app.store().put_install(&install).await?;
    }
    let mut warnings = saved.warnings;
    warnings.extend(replaced);
    warnings.extend(reach);
    Ok(Updated {
        action: saved.action,
        tool: saved.tool,
        diff: saved.diff,
        kept: report.kept,
        conflicts: report.conflicts,
        warnings,
    })
}

/// What a new state could do that the old one could not: have a secret that is set here, send somewhere else, or act
/// without asking a person.
async fn further(app: &App, caller: &Caller, now: &ToolSpec, then: &ToolSpec) -> Result<Option<String>, Fault> {
    let known = app.vault().secret_names(caller.org_id).await?;
    let before = compile::names_in(now)?;
    let more: Vec<String> =
        compile::names_in(then)?.into_iter().filter(|name| !before.contains(name) && known.contains(name)).collect();
    let place =
        |spec: &ToolSpec| spec.config.http().map(|http| http.url.split('/').take(3).collect::<Vec<_>>().join("/"));
    let mut told = Vec::new();
    if !more.is_empty() {
        told.push(format!("the new state uses secrets of yours that it did not use before: {}", more.join(", ")));
    }
    if place(now) != place(then) {
        let to = place(then).unwrap_or_else(|| "nowhere".to_owned());
        told.push(format!("the new state sends to {to}"));
    }
    for (gate, is_open, was_open) in [
        ("approval", then.policy.approval.is_no(), now.policy.approval.is_no()),
        ("confirm", then.policy.confirm.is_no(), now.policy.confirm.is_no()),
    ] {
        if is_open && !was_open {
            told.push(format!("the new state acts without `{gate}`"));
        }
    }
    Ok((!told.is_empty()).then(|| told.join("; ")))
}

async fn find(app: &App, caller: &Caller, id: &str) -> Result<InstallRow, Fault> {
    let found = match id.parse::<InstallId>() {
        Ok(id) => app.store().install(caller.org_id, id).await?,
        Err(_) => {
            let tool = registry::find(app, caller, id).await?;
            app.store().install_of(caller.org_id, tool.id).await?
        }
    };
    found.ok_or_else(|| Fault::not_found("installed tool", id))
}
