//! The list of tools: what is offered at an endpoint, in the protocol's form.

use std::sync::Arc;

use callwright_model::{
    Fault,
    definition::{self, Format},
};
use callwright_runtime::{
    App,
    call::CONFIRM_TOOL,
    registry::{self, Listing},
};
use rmcp::model::{ListToolsResult, Tool};
use serde_json::{Value, json};

use super::{Who, session::Can};

/// Tools on one page. Some clients read no more than the first, so it is a large one.
const PAGE: usize = 500;

/// What is offered to a caller at an endpoint: the tools, or the functions by which they are searched.
pub(super) async fn offer(app: &App, who: &Who) -> Result<Arc<Listing>, Fault> {
    registry::listing(app, &who.caller, who.endpoint.agent(), who.by_search).await
}

/// A page of what is offered. The tool by which a model passes on what a person said is there for clients that cannot ask
/// the person themselves.
pub(super) fn page(listing: &Listing, can: Can, cursor: Option<&str>) -> Result<ListToolsResult, Fault> {
    let (tools, next) = shown(listing, can, cursor)?;
    let tools = tools.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let mut result = ListToolsResult::with_all_items(tools);
    result.next_cursor = next;
    Ok(result)
}

/// The same in the form that clients of 2025-11-25 know, who may call a tool as a task. `rmcp` has it no more.
pub(super) fn page_with_tasks(listing: &Listing, can: Can, cursor: Option<&str>) -> Result<Value, Fault> {
    let (mut tools, next) = shown(listing, can, cursor)?;
    for tool in &mut tools {
        let is_ours = listing.view.is_some() || tool["name"] == CONFIRM_TOOL;
        tool["execution"] = json!({"taskSupport": if is_ours { "forbidden" } else { "optional" }});
    }
    let mut result = json!({ "tools": tools });
    if let Some(next) = next {
        result["nextCursor"] = json!(next);
    }
    Ok(result)
}

fn shown(listing: &Listing, can: Can, cursor: Option<&str>) -> Result<(Vec<Value>, Option<String>), Fault> {
    let bad = || Fault::invalid("cursor", "`cursor` is not one that this list gave; start again without it");
    let begin = match cursor {
        None => 0,
        Some(name) => listing.specs.iter().position(|spec| spec.name == name).ok_or_else(bad)?,
    };
    let confirm = listing.confirm.as_ref().filter(|_| !can.elicit);
    let rest = &listing.specs[begin..];
    let next = rest.get(PAGE).map(|spec| spec.name.clone());
    let last = if next.is_none() { confirm } else { None };
    let shown = rest.iter().take(PAGE).chain(last);
    Ok((definition::define(shown, Format::Mcp).tools, next))
}

fn read(definition: Value) -> Result<Tool, Fault> {
    serde_json::from_value(definition).map_err(Fault::internal)
}
