//! Views for callers, and what entrances ask of them.

use std::sync::Arc;

use callwright_model::{
    Fault, FaultKind,
    account::{Caller, Right, Scope},
    agent::ToolOffer,
    definition::{self, Definitions, Format},
    id::{OrgId, ToolId},
    page::{MAX_LIMIT, PageRequest},
    tool::{Tool, ToolSpec},
};
use callwright_store::tool::ToolFilter;
use serde_json::json;

use super::{Described, Found, MOST_QUERY, Shelf, USUAL_BUDGET, View};
use crate::{
    App, agents,
    app::require,
    features,
    registry::{cache::Offer, define},
};

/// The most tools on a shelf.
const MOST: usize = 5_000;

/// What a caller may call, for an entrance that offers it by search.
///
/// # Errors
/// Forbidden to those who may not see tools.
pub async fn of_caller(app: &App, caller: &Caller) -> Result<View, Fault> {
    require(caller, Right::View, Scope::Read)?;
    seen_by(app, caller).await
}

/// The same for whoever has been let in already.
pub(crate) async fn seen_by(app: &App, caller: &Caller) -> Result<View, Fault> {
    let shelf = of_organization(app, caller.org_id).await?;
    let granted = app.store().granted_tools(caller.org_id, caller.user_id).await?;
    Ok(View::of_user(shelf, caller.user_id, granted))
}

/// What an agent has, as it has it.
///
/// # Errors
/// Forbidden to those who may not see tools; not found when there is no such agent.
pub async fn of_agent(app: &App, caller: &Caller, agent: &str) -> Result<View, Fault> {
    let agent = agents::get(app, caller, agent).await?;
    let offer = define::offer_of_agent(app, caller.org_id, agent.id).await?;
    Ok(View::whole(offer.shelf()))
}

/// The tools that fit a query, best first.
///
/// # Errors
/// Invalid, naming the field.
pub async fn search(
    app: &App,
    caller: &Caller,
    agent: Option<&str>,
    query: &str,
    (limit, tokens): (usize, usize),
) -> Result<Found, Fault> {
    let view = view(app, caller, agent).await?;
    if query.trim().is_empty() || query.chars().count() > MOST_QUERY {
        return Err(Fault::invalid("query", format!("`query` must have 1 to {MOST_QUERY} characters")));
    }
    Ok(view.search(query, limit, tokens))
}

/// How a tool is called.
///
/// # Errors
/// Not found, with the nearest names.
pub async fn describe(app: &App, caller: &Caller, agent: Option<&str>, name: &str) -> Result<Described, Fault> {
    let view = view(app, caller, agent).await?;
    if let Some(described) = view.describe(name) {
        return Ok(described);
    }
    let by_id = match name.parse::<ToolId>() {
        Ok(id) => app.store().tool_by_id(caller.org_id, id).await?,
        Err(_) => None,
    };
    by_id.and_then(|tool| view.describe(&tool.spec.name)).ok_or_else(|| {
        Fault::new(FaultKind::NotFound, "tool_not_found", view.unknown(name))
            .with_details(json!({ "nearest": view.nearest(name) }))
    })
}

/// The definitions of the three functions, for a runtime that offers them to its own model.
///
/// # Errors
/// As [`of_caller`] and [`of_agent`].
pub async fn definitions(
    app: &App,
    caller: &Caller,
    agent: Option<&str>,
    format: Format,
) -> Result<Definitions, Fault> {
    let view = view(app, caller, agent).await?;
    let functions = view.functions()?;
    Ok(definition::define(functions.iter(), format))
}

async fn view(app: &App, caller: &Caller, agent: Option<&str>) -> Result<View, Fault> {
    match agent {
        Some(agent) => of_agent(app, caller, agent).await,
        None => of_caller(app, caller).await,
    }
}

/// Every tool of an organization that can be called by somebody, kept until the registry changes.
async fn of_organization(app: &App, org: OrgId) -> Result<Arc<Shelf>, Fault> {
    let key = app.tools().key_of_shelf(org);
    if let Some(shelf) = app.tools().shelf(&key) {
        return Ok(shelf);
    }
    let off = features::kinds_off(app, org).await?;
    let filter = ToolFilter { active: Some(true), template: Some(false), ..ToolFilter::default() };
    let mut tools: Vec<Tool> = Vec::new();
    let mut page = PageRequest::first(MAX_LIMIT);
    loop {
        let found = app.store().tools(org, &filter, &page).await?;
        tools.extend(found.items.into_iter().filter(|tool| !off.contains(&tool.spec.kind)));
        match found.next_cursor {
            Some(cursor) if tools.len() < MOST => page = PageRequest::parse(Some(MAX_LIMIT), Some(&cursor))?,
            _ => break,
        }
    }
    tools.truncate(MOST);
    let shelf = Arc::new(Shelf::of_tools(&tools));
    app.tools().keep_shelf(key, shelf.clone());
    Ok(shelf)
}

/// Whether an agent's model is given the three functions in the place of `specs`, of which it may be given `most`.
/// `is_whole`: they are all that the agent has, so that what is kept of it counts.
pub(crate) fn by_agent(offer: &Offer, specs: &[ToolSpec], most: usize, is_whole: bool) -> bool {
    let tokens = || match is_whole {
        true => offer.tokens(),
        false => definition::define(specs.iter(), Format::Openai).estimated_tokens,
    };
    match offer.mode {
        ToolOffer::All => false,
        ToolOffer::Search => true,
        ToolOffer::Auto => specs.len() > most || tokens() > offer.budget.unwrap_or(USUAL_BUDGET),
    }
}
