//! What a server offers, and how each of its tools stands with us.

use std::collections::BTreeMap;

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    id::OrgId,
    mcp_server::{McpServer, McpToolState, McpUpstreamTool},
    page::{Page, PageRequest},
    tool::Tool,
};

use super::servers;
use crate::{App, app::require};

/// A page of the tools of a server, by name; those that it does not offer any more, but that are tools of ours, included.
pub async fn tools(app: &App, caller: &Caller, name: &str, page: &PageRequest) -> Result<Page<McpUpstreamTool>, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    let after = match page.after.as_deref() {
        None => None,
        Some([name]) => Some(name.clone()),
        Some(_) => return Err(Fault::invalid("cursor", "`cursor` is not one of this list; start again without it")),
    };
    let server = servers::find(app, caller, name).await?;
    let mut all = all(app, &server).await?;
    all.retain(|tool| after.as_ref().is_none_or(|after| tool.definition.name > *after));
    Ok(Page::from_rows(all, page.limit, |tool| vec![tool.definition.name.clone()]))
}

/// All tools of a server. There are never more than a server may offer, and than there are tools of ours.
async fn all(app: &App, server: &McpServer) -> Result<Vec<McpUpstreamTool>, Fault> {
    let org = server.organization_id;
    let mut ours: BTreeMap<String, Vec<Tool>> = BTreeMap::new();
    for tool in ours_of(app, org, &server.spec.name).await? {
        if let Some(config) = tool.spec.config.mcp() {
            ours.entry(config.tool.clone()).or_default().push(tool);
        }
    }
    let mut found = Vec::new();
    for seen in app.store().mcp_definitions(org, server.id).await? {
        let adopted = ours.remove(&seen.definition.name).unwrap_or_default();
        let is_pinned = |tool: &&Tool| pinned(tool) == Some(seen.hash.as_str());
        // One that waits for somebody is what has to be seen.
        let shown = adopted.iter().find(|tool| !is_pinned(tool)).or(adopted.first());
        let state = match shown {
            None => McpToolState::Available,
            Some(tool) if is_pinned(&tool) => McpToolState::Adopted,
            Some(_) => McpToolState::Quarantined,
        };
        found.push(McpUpstreamTool {
            definition: seen.definition,
            hash: seen.hash,
            state,
            adopted_as: shown.map(|tool| tool.spec.name.clone()),
            tool_id: shown.map(|tool| tool.id),
            first_seen_at: seen.first_seen_at,
            changed_at: seen.changed_at,
        });
    }
    for (name, tools) in ours {
        let Some(tool) = tools.into_iter().next() else { continue };
        let Some(hash) = pinned(&tool).map(str::to_owned) else { continue };
        let Some(seen) = app.store().mcp_definition_at(org, server.id, &name, &hash).await? else { continue };
        found.push(McpUpstreamTool {
            definition: seen.definition,
            hash,
            state: McpToolState::Gone,
            adopted_as: Some(tool.spec.name.clone()),
            tool_id: Some(tool.id),
            first_seen_at: seen.first_seen_at,
            changed_at: seen.changed_at,
        });
    }
    found.sort_by(|one, other| one.definition.name.cmp(&other.definition.name));
    Ok(found)
}

/// Our tools that stand for one of a server.
pub(super) async fn ours_of(app: &App, org: OrgId, server: &str) -> Result<Vec<Tool>, Fault> {
    let mut tools = app.store().all_tools_of(org).await?;
    tools.retain(|tool| tool.spec.config.mcp().is_some_and(|config| config.server == server));
    Ok(tools)
}

/// The hash of the definition that a tool of ours was agreed to with.
pub(super) fn pinned(tool: &Tool) -> Option<&str> {
    tool.spec.config.mcp().and_then(|config| config.definition.as_deref())
}
