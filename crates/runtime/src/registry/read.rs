//! Looking at tools.

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    id::ToolId,
    page::{Page, PageRequest},
    tool::{Kind, Tool, ToolUsage, ToolVersion},
};
use callwright_store::tool::ToolFilter as StoreFilter;

use super::diff::{Change, changes};
use crate::{App, app::require};

/// Which tools to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ToolFilter {
    /// Part of the name, title or description, in any case.
    pub search: Option<String>,
    /// Of this category.
    pub category: Option<String>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Only the caller's own.
    pub mine: bool,
    /// Only those that are, or are not, active.
    pub active: Option<bool>,
}

/// The tool of that name or id, in the caller's organization.
pub async fn get(app: &App, caller: &Caller, tool: &str) -> Result<Tool, Fault> {
    require(caller, Right::View, Scope::Read)?;
    find(app, caller, tool).await
}

/// The same for a caller who is about to change it: a token that may only write need not be able to read.
pub async fn get_to_change(app: &App, caller: &Caller, tool: &str) -> Result<Tool, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    find(app, caller, tool).await
}

/// The same without asking for a right; for functions that ask for their own.
pub(crate) async fn find(app: &App, caller: &Caller, tool: &str) -> Result<Tool, Fault> {
    let store = app.store();
    if let Ok(id) = tool.parse::<ToolId>()
        && let Some(found) = store.tool_by_id(caller.org_id, id).await?
    {
        return Ok(found);
    }
    store.tool_by_name(caller.org_id, tool).await?.ok_or_else(|| Fault::not_found("tool", tool))
}

/// A page of the organization's tools, by name.
pub async fn list(app: &App, caller: &Caller, filter: ToolFilter, page: PageRequest) -> Result<Page<Tool>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let filter = StoreFilter {
        search: filter.search.filter(|text| !text.trim().is_empty()),
        category: filter.category,
        kind: filter.kind,
        user_id: filter.mine.then_some(caller.user_id),
        active: filter.active,
        ..StoreFilter::default()
    };
    Ok(app.store().tools(caller.org_id, &filter, &page).await?)
}

/// A page of a tool's history, newest first.
pub async fn versions(app: &App, caller: &Caller, tool: &str, page: PageRequest) -> Result<Page<ToolVersion>, Fault> {
    let tool = get(app, caller, tool).await?;
    Ok(app.store().versions(caller.org_id, tool.id, &page).await?)
}

/// One state that a tool has been in.
pub async fn version(app: &App, caller: &Caller, tool: &str, revision: i64) -> Result<ToolVersion, Fault> {
    let tool = get(app, caller, tool).await?;
    version_of(app, caller, tool.id, revision).await
}

pub(super) async fn version_of(app: &App, caller: &Caller, tool: ToolId, revision: i64) -> Result<ToolVersion, Fault> {
    app.store().version(caller.org_id, tool, revision).await?.ok_or_else(|| Fault::not_found("revision", revision))
}

/// What differs between two states of a tool.
pub async fn diff(app: &App, caller: &Caller, tool: &str, from: i64, to: i64) -> Result<Vec<Change>, Fault> {
    let tool = get(app, caller, tool).await?;
    let from = version_of(app, caller, tool.id, from).await?;
    let to = version_of(app, caller, tool.id, to).await?;
    let before = serde_json::to_value(&from.spec).map_err(Fault::internal)?;
    let after = serde_json::to_value(&to.spec).map_err(Fault::internal)?;
    Ok(changes(&before, &after))
}

/// How a tool has been used.
pub async fn usage(app: &App, caller: &Caller, tool: &str) -> Result<ToolUsage, Fault> {
    let tool = get(app, caller, tool).await?;
    Ok(app.store().usage(caller.org_id, tool.id).await?)
}
