//! The tools of an agent, or of the organization, in the form that a model provider wants.

use std::{collections::BTreeSet, sync::Arc};

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    agent::Agent,
    definition::{self, Definitions, Format},
    id::{AgentId, OrgId},
    page::{MAX_LIMIT, PageRequest},
    tool::{Kind, ToolSpec},
};
use callwright_store::tool::ToolFilter;
use serde_json::json;

use super::{cache::Offer, compile};
use crate::{
    App, agents,
    app::require,
    call::CONFIRM_TOOL,
    features, legacy,
    offer::{self, View},
};

/// The most tools that one list of definitions holds.
const MOST: usize = 1_000;

/// The definitions of what `agent` may use now, in its order; without an agent, of all that the caller may call.
pub async fn definitions(
    app: &App,
    caller: &Caller,
    agent: Option<&str>,
    format: Format,
) -> Result<Definitions, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let specs = match agent {
        Some(agent) => of_agent(app, caller, agent).await?,
        None => of_caller(app, caller).await?,
    };
    let asks = specs.iter().any(|spec| !spec.policy.confirm.is_no());
    let confirm = if asks { Some(confirm_tool()?) } else { None };
    let off = features::kinds_off(app, caller.org_id).await?;
    let specs = specs.iter().filter(|spec| !off.contains(&spec.kind));
    Ok(definition::define(specs.chain(&confirm), format))
}

/// What is offered to a caller at one place: what an agent may use, or all that the caller may call.
#[derive(Debug, Default)]
pub struct Listing {
    /// The tools, with the agent's overrides, in the agent's order or by name; by search, the functions in their place.
    pub specs: Vec<ToolSpec>,
    /// By search: what the functions look through.
    pub view: Option<View>,
    /// The tool by which a model passes on what a person said; there when one of them asks for that.
    pub confirm: Option<ToolSpec>,
    /// The agent's name and what it is for.
    pub agent: Option<(String, String)>,
}

/// The same as [`definitions`] before it is put into a provider's form, for an entrance of the Model Context Protocol. An
/// agent's tools are offered to whoever may run it.
///
/// # Errors
/// Forbidden, or not found when there is no such agent.
pub async fn listing(app: &App, caller: &Caller, agent: Option<&str>, by_search: bool) -> Result<Arc<Listing>, Fault> {
    let scopes = [Scope::Mcp, Scope::ToolsCall, Scope::Read];
    if !scopes.iter().any(|scope| caller.may(Right::View, *scope)) {
        return Err(Fault::forbidden("this needs the scope `mcp`, `tools:call` or `read`"));
    }
    let key = app.tools().key_of_listing(caller.org_id, caller.user_id, agent, by_search);
    if let Some(listing) = app.tools().listing(&key) {
        return Ok(listing);
    }
    let off = features::kinds_off(app, caller.org_id).await?;
    let (specs, offer, agent) = match agent {
        Some(name) => {
            let agent = agents::find(app, caller.org_id, name).await?.ok_or_else(|| Fault::not_found("agent", name))?;
            if !agents::may_run(app, caller, &agent).await? {
                return Err(Fault::forbidden(format!("the agent `{}` was not shared with you", agent.name)));
            }
            let offer = offer_of_agent(app, caller.org_id, agent.id).await?;
            (offer.specs.clone(), Some(offer), Some((agent.name, agent.description)))
        }
        None => (of_caller(app, caller).await?, None, None),
    };
    let mut names = BTreeSet::new();
    let mut specs: Vec<ToolSpec> =
        specs.into_iter().filter(|spec| !off.contains(&spec.kind) && names.insert(spec.name.clone())).collect();
    let view = match &offer {
        Some(own) => (by_search || offer::by_agent(own, &specs, MOST, true)).then(|| View::whole(own.shelf())),
        None if by_search => Some(offer::seen_by(app, caller).await?),
        None => None,
    };
    let asks = specs.iter().any(|spec| !spec.policy.confirm.is_no());
    let confirm = if asks { Some(confirm_tool()?) } else { None };
    if let Some(view) = &view {
        // One that is called like a function of ours is reached through it.
        specs.retain(|spec| spec.kind == Kind::System && !offer::is_function(&spec.name));
        specs.splice(0..0, view.functions()?);
    }
    let listing = Arc::new(Listing { specs, view, confirm, agent });
    app.tools().keep_listing(key, listing.clone());
    Ok(listing)
}

/// The tool by which a model passes on what the person on the line said; there when one of its tools asks.
pub(crate) fn confirm_tool() -> Result<ToolSpec, Fault> {
    let spec = json!({
        "name": CONFIRM_TOOL, "kind": "system", "config": {"action": "skip_turn"},
        "description": "Passes on whether the person agreed to what a tool asked them to confirm. Use it only after they have answered, with the ticket that the tool gave."
    });
    let mut spec: ToolSpec = serde_json::from_value(spec).map_err(Fault::internal)?;
    // It is no step of a call: only its kind is one that needs no more configuration.
    spec.parameters = json!({
        "type": "object",
        "properties": {
            "ticket": {"type": "string", "description": "The ticket that the tool gave, beginning with tick_"},
            "confirmed": {"type": "boolean", "description": "true if the person said yes, false if they said no"}
        },
        "required": ["ticket", "confirmed"], "additionalProperties": false
    });
    Ok(spec)
}

async fn of_agent(app: &App, caller: &Caller, agent: &str) -> Result<Vec<ToolSpec>, Fault> {
    let agent = agents::get(app, caller, agent).await?;
    specs_of(app, &agent).await
}

/// What the agent of that id may use now, in its order.
pub(crate) async fn offer_of_agent(app: &App, org: OrgId, agent: AgentId) -> Result<Arc<Offer>, Fault> {
    let key = app.tools().key_of_offer(org, agent);
    if let Some(offer) = app.tools().offer(&key) {
        return Ok(offer);
    }
    let name = agent.to_string();
    let found = agents::find(app, org, &name).await?.ok_or_else(|| Fault::not_found("agent", name))?;
    let (specs, off) = (specs_of(app, &found).await?, features::kinds_off(app, org).await?);
    let offer = Arc::new(Offer::new(specs, off, found.profile.tool_offer, found.profile.tool_budget));
    app.tools().keep_offer(key, offer.clone());
    Ok(offer)
}

async fn specs_of(app: &App, agent: &Agent) -> Result<Vec<ToolSpec>, Fault> {
    let (mut specs, mut assigned_names) = (Vec::new(), BTreeSet::new());
    for assigned in agents::assigned(app, agent).await? {
        if assigned.assignment.enabled && assigned.tool.spec.active {
            specs.push(compile::with_overrides(&assigned.tool, &assigned.assignment.overrides)?.spec);
        }
        assigned_names.insert(assigned.tool.spec.name);
    }
    let own = legacy::tools_of(agent).into_iter().map(|tool| tool.spec);
    specs.extend(own.filter(|spec| !assigned_names.contains(&spec.name)));
    Ok(specs)
}

async fn of_caller(app: &App, caller: &Caller) -> Result<Vec<ToolSpec>, Fault> {
    let mut specs = Vec::new();
    let mut page = PageRequest::first(MAX_LIMIT);
    loop {
        let filter = ToolFilter { active: Some(true), callable_by: Some(caller.user_id), ..ToolFilter::default() };
        let found = app.store().tools(caller.org_id, &filter, &page).await?;
        specs.extend(found.items.into_iter().map(|tool| tool.spec).filter(|spec| !spec.is_template));
        match found.next_cursor {
            Some(cursor) if specs.len() < MOST => page = PageRequest::parse(Some(MAX_LIMIT), Some(&cursor))?,
            _ => break,
        }
    }
    specs.truncate(MOST);
    Ok(specs)
}
