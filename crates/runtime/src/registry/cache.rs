//! Compiled tools, kept until the registry changes.
//!
//! An entry belongs to one generation of its organization. A change here, or one that another node made
//! (noticed within a second), starts a new generation and so forgets everything older.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock, PoisonError, RwLock},
    time::Duration,
};

use callwright_model::{
    Fault,
    agent::{Agent, ToolOffer},
    definition::{self, Format},
    id::{AgentId, OrgId, ToolId, UserId},
    tool::{Kind, Tool, ToolSpec},
};
use quick_cache::sync::Cache;
use tokio::{sync::broadcast, time::Instant};

use super::{
    compile::{self, CompiledTool},
    define::Listing,
    follow,
};
use crate::{App, features, legacy, limits::plan::Plan, offer::Shelf};

const TOOLS_KEPT: usize = 20_000;
/// Agents of which it is kept what they offer their model.
const AGENTS_KEPT: usize = 1_000;
/// Organizations whose tools are kept with an index over them.
const SHELVES_KEPT: usize = 64;
/// Users of whom it is kept what they are offered.
const LISTINGS_KEPT: usize = 1_000;
/// How long that is believed, at most.
const LISTING_FRESH: Duration = Duration::from_secs(3);
/// Changes that a listener may fall behind before it is told that it did.
const CHANGES_BUFFERED: usize = 256;

/// What a lookup of a tool by one agent, or by none, found.
#[derive(Clone)]
pub struct Found {
    /// The tool, with the agent's overrides.
    pub tool: Arc<CompiledTool>,
    /// The agent, when the tool was reached through one.
    pub agent: Option<Arc<Agent>>,
    /// Whether the agent's assignment is enabled; true without an agent.
    pub enabled: bool,
    /// What it has to pass and what of it is kept; `None` when nothing.
    pub limits: Option<Arc<Plan>>,
    /// For how many of a hundred executions the tool's kind is switched on.
    pub share: u8,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    org: OrgId,
    generation: u64,
    tool: String,
    agent: Option<String>,
}

/// An agent of an organization in one generation.
pub(crate) type OfferKey = (OrgId, u64, AgentId);

/// What a user is offered, by an agent or by the organization, in one generation.
pub(crate) type ListingKey = (OrgId, u64, UserId, Option<String>, bool);

/// What an agent's model may be offered.
pub(crate) struct Offer {
    /// The agent's tools with its overrides, in its order.
    pub specs: Vec<ToolSpec>,
    /// Kinds that are switched off for the organization.
    pub kinds_off: Vec<Kind>,
    /// How the model is offered them.
    pub mode: ToolOffer,
    /// How many tokens their list may take, when the agent's author says so.
    pub budget: Option<u32>,
    shelf: OnceLock<Arc<Shelf>>,
    tokens: OnceLock<u32>,
}

impl Offer {
    /// Of an agent's tools.
    pub(crate) fn new(specs: Vec<ToolSpec>, kinds_off: Vec<Kind>, mode: ToolOffer, budget: Option<u32>) -> Self {
        Self { specs, kinds_off, mode, budget, shelf: OnceLock::new(), tokens: OnceLock::new() }
    }

    /// What the agent may use now.
    pub(crate) fn usable(&self) -> impl Iterator<Item = &ToolSpec> {
        self.specs.iter().filter(|spec| spec.active && !self.kinds_off.contains(&spec.kind))
    }

    /// The same with an index over it.
    pub(crate) fn shelf(&self) -> Arc<Shelf> {
        self.shelf.get_or_init(|| Arc::new(Shelf::of(self.usable()))).clone()
    }

    /// About how many tokens the list of what may be used takes.
    pub(crate) fn tokens(&self) -> u32 {
        *self.tokens.get_or_init(|| definition::define(self.usable(), Format::Openai).estimated_tokens)
    }
}

/// Compiled tools of all organizations.
pub struct ToolCache {
    generations: RwLock<HashMap<OrgId, u64>>,
    found: Cache<Key, Found>,
    offered: Cache<OfferKey, Arc<Offer>>,
    shelves: Cache<(OrgId, u64), Arc<Shelf>>,
    listings: Cache<ListingKey, (Instant, Arc<Listing>)>,
    changes: broadcast::Sender<OrgId>,
}

impl Default for ToolCache {
    fn default() -> Self {
        Self {
            generations: RwLock::default(),
            found: Cache::new(TOOLS_KEPT),
            offered: Cache::new(AGENTS_KEPT),
            shelves: Cache::new(SHELVES_KEPT),
            listings: Cache::new(LISTINGS_KEPT),
            changes: broadcast::Sender::new(CHANGES_BUFFERED),
        }
    }
}

impl ToolCache {
    /// Forgets everything about `org`.
    pub fn forget(&self, org: OrgId) {
        *self.generations.write().unwrap_or_else(PoisonError::into_inner).entry(org).or_default() += 1;
        self.note(org);
    }

    /// Tells whoever listens that something was added in `org`, of which nothing old has to be forgotten.
    pub fn note(&self, org: OrgId) {
        // An error means that nobody listens, which is nobody's fault.
        let _ = self.changes.send(org);
    }

    /// Tells from now on whose tools or agents change. It is told too often rather than too rarely: what has changed, if
    /// anything, is for the listener to see.
    pub fn changes(&self) -> broadcast::Receiver<OrgId> {
        self.changes.subscribe()
    }

    fn generation(&self, org: OrgId) -> u64 {
        self.generations.read().unwrap_or_else(PoisonError::into_inner).get(&org).copied().unwrap_or_default()
    }

    /// The tool `tool` (a name or an id) as `agent` (a name or an id) has it; `None` when there is no such tool.
    pub async fn find(&self, app: &App, org: OrgId, tool: &str, agent: Option<&str>) -> Result<Option<Found>, Fault> {
        let key = Key {
            org,
            // Read before the database is: a change in between makes the entry stale, never wrong for ever.
            generation: self.generation(org),
            tool: tool.to_owned(),
            agent: agent.map(str::to_owned),
        };
        if let Some(found) = self.found.get(&key) {
            return Ok(Some(found));
        }
        let Some(found) = Box::pin(load(app, org, tool, agent)).await? else { return Ok(None) };
        self.found.insert(key, found.clone());
        Ok(Some(found))
    }
}

impl ToolCache {
    /// Under what an agent's offer is kept. Made before the database is read.
    pub(crate) fn key_of_offer(&self, org: OrgId, agent: AgentId) -> OfferKey {
        (org, self.generation(org), agent)
    }

    /// An agent's offer, if it is known.
    pub(crate) fn offer(&self, key: &OfferKey) -> Option<Arc<Offer>> {
        self.offered.get(key)
    }

    /// Keeps it.
    pub(crate) fn keep_offer(&self, key: OfferKey, offer: Arc<Offer>) {
        self.offered.insert(key, offer);
    }

    /// Under what the tools of an organization are kept with their index. Made before the database is read.
    pub(crate) fn key_of_shelf(&self, org: OrgId) -> (OrgId, u64) {
        (org, self.generation(org))
    }

    /// An organization's tools with their index, if they are known.
    pub(crate) fn shelf(&self, key: &(OrgId, u64)) -> Option<Arc<Shelf>> {
        self.shelves.get(key)
    }

    /// Keeps them.
    pub(crate) fn keep_shelf(&self, key: (OrgId, u64), shelf: Arc<Shelf>) {
        self.shelves.insert(key, shelf);
    }

    /// Under what a list of tools is kept. Made before the database is read.
    pub(crate) fn key_of_listing(&self, org: OrgId, user: UserId, agent: Option<&str>, by_search: bool) -> ListingKey {
        (org, self.generation(org), user, agent.map(str::to_owned), by_search)
    }

    /// A list of tools, if it is known and was made a moment ago: who may use a tool is no part of its generation.
    pub(crate) fn listing(&self, key: &ListingKey) -> Option<Arc<Listing>> {
        let (made_at, listing) = self.listings.get(key)?;
        (made_at.elapsed() < LISTING_FRESH).then_some(listing)
    }

    /// Keeps it.
    pub(crate) fn keep_listing(&self, key: ListingKey, listing: Arc<Listing>) {
        self.listings.insert(key, (Instant::now(), listing));
    }

    /// The tool at one revision, as `agent` has it; `None` when the tool is gone. Whether it is active, shared or
    /// assigned is told as it is now.
    pub async fn find_at(
        &self,
        app: &App,
        org: OrgId,
        tool: ToolId,
        revision: i64,
        agent: Option<&str>,
    ) -> Result<Option<Found>, Fault> {
        let Some(found) = self.find(app, org, &tool.to_string(), agent).await? else { return Ok(None) };
        if found.tool.tool.revision == revision {
            return Ok(Some(found));
        }
        let Some(head) = app.store().tool_by_id(org, tool).await? else { return Ok(None) };
        let Some(version) = app.store().version(org, tool, revision).await? else { return Ok(None) };
        let mut row = follow::at(&head, version);
        if let Some(agent) = &found.agent
            && let Some(assignment) = app.store().assignment(org, agent.id, tool).await?
        {
            row = compile::with_overrides(&row, &assignment.overrides)?;
        }
        let tool = Arc::new(compile::compile(row, None)?);
        let limits = Plan::load(app, &tool, found.agent.as_deref()).await?;
        Ok(Some(Found { tool, limits, ..found }))
    }
}

async fn load(app: &App, org: OrgId, tool: &str, agent: Option<&str>) -> Result<Option<Found>, Fault> {
    let store = app.store();
    let by_id = match tool.parse::<ToolId>() {
        Ok(id) => store.tool_by_id(org, id).await?,
        Err(_) => None,
    };
    let row = match by_id {
        Some(row) => Some(row),
        None => store.tool_by_name(org, tool).await?,
    };
    let Some(agent) = agent else {
        let Some(row) = row else { return Ok(None) };
        return found(app, row, None, true).await.map(Some);
    };
    let Some(agent) = crate::agents::find(app, org, agent).await? else {
        // What is missing first is the tool.
        return if row.is_none() { Ok(None) } else { Err(Fault::not_found("agent", agent)) };
    };
    let assignment = match &row {
        Some(row) => store.assignment(org, agent.id, row.id).await?,
        None => None,
    };
    // An agent that was not migrated yet has the tools of its settings, unless one of that name was assigned to it.
    if assignment.is_none()
        && let Some(own) = legacy::tool_of(&agent, tool)
    {
        return found(app, own, Some(agent), true).await.map(Some);
    }
    let Some(row) = row else { return Ok(None) };
    let (tool, enabled) = match assignment {
        None => (row, false),
        Some(assignment) => {
            let row = follow::pinned(app, org, row, assignment.pin.as_ref()).await?;
            (compile::with_overrides(&row, &assignment.overrides)?, assignment.enabled)
        }
    };
    found(app, tool, Some(agent), enabled).await.map(Some)
}

/// A tool that need not be saved, as `agent` (a name or an id) has it.
pub(crate) async fn assembled(app: &App, org: OrgId, row: Tool, agent: Option<&str>) -> Result<Found, Fault> {
    let Some(agent) = agent else { return found(app, row, None, true).await };
    let agent = crate::agents::find(app, org, agent).await?.ok_or_else(|| Fault::not_found("agent", agent))?;
    match app.store().assignment(org, agent.id, row.id).await? {
        None => found(app, row, Some(agent), false).await,
        Some(assignment) => {
            let merged = compile::with_overrides(&row, &assignment.overrides)?;
            found(app, merged, Some(agent), assignment.enabled).await
        }
    }
}

pub(super) async fn found(app: &App, tool: Tool, agent: Option<Agent>, enabled: bool) -> Result<Found, Fault> {
    let share = features::share(app, tool.organization_id, tool.spec.kind).await?;
    let tool = Arc::new(compile::compile(tool, None)?);
    let limits = if enabled { Plan::load(app, &tool, agent.as_ref()).await? } else { None };
    Ok(Found { tool, agent: agent.map(Arc::new), enabled, limits, share })
}
