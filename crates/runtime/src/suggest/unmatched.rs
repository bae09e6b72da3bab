//! Calls of tools that do not exist: counted, so that somebody sees what models look for.
//!
//! A model that calls a tool by a wrong name is answered 404 and leaves no execution. Noting it must cost that answer
//! nothing: it goes into a small table in memory, which is written down every second or so. What a crash loses is a
//! count.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

use callwright_model::{
    Fault, Timestamp,
    account::{Caller, Right, Scope},
    id::OrgId,
    page::{Page, PageRequest},
};
use callwright_store::unmatched::UnmatchedRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::{nearest, outlines};
use crate::{App, app::require, call::CallRequest, library};

/// The most names waiting to be written down; what comes beyond is not counted.
const MOST_WAITING: usize = 500;
/// The most names kept for an organization.
const MOST_KEPT: u32 = 500;
/// The most characters of a name that are kept.
const MAX_NAME: usize = 128;
/// The most names of arguments that are kept, and the most characters of each.
const MAX_KEYS: (usize, usize) = (20, 64);

/// What was asked for and is not written down yet.
#[derive(Debug, Default)]
pub struct Unmatched(Mutex<HashMap<(OrgId, String, String), UnmatchedRow>>);

/// Calls of one name that is no tool's.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct UnmatchedCall {
    /// The name that was asked for.
    pub name: String,
    /// The agent through which it was asked for, as the caller wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// How often.
    pub count: i64,
    /// The names of the last call's arguments.
    pub argument_names: Vec<String>,
    /// When it was first asked for.
    pub first_at: Timestamp,
    /// When it was last asked for.
    pub last_at: Timestamp,
    /// Tools that may have been meant, the nearest first.
    pub nearest: Vec<String>,
    /// What to do about it.
    pub message: String,
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

impl Unmatched {
    /// Counts a call of a tool that does not exist. Only those who may call tools are counted: anybody else could fill
    /// the list.
    pub(crate) fn note(&self, app: &App, request: &CallRequest) {
        let caller = &request.caller;
        if request.dry_run || !caller.may(Right::Call, Scope::ToolsCall) {
            return;
        }
        let now = app.clock().now();
        let name = cut(&request.tool, MAX_NAME);
        let agent = request.agent.as_deref().map(|agent| cut(agent, MAX_NAME)).unwrap_or_default();
        let keys: BTreeSet<String> = request
            .arguments
            .as_object()
            .into_iter()
            .flat_map(|arguments| arguments.keys())
            .take(MAX_KEYS.0)
            .map(|key| cut(key, MAX_KEYS.1))
            .collect();
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (caller.org_id, name, agent);
        if waiting.len() >= MOST_WAITING && !waiting.contains_key(&key) {
            return;
        }
        let (name, agent) = (key.1.clone(), key.2.clone());
        let row = waiting.entry(key).or_insert_with(|| UnmatchedRow {
            name,
            agent,
            count: 0,
            keys: BTreeSet::new(),
            first_at: now,
            last_at: now,
        });
        row.count += 1;
        row.last_at = now;
        row.keys = keys;
    }

    fn take(&self) -> Vec<(OrgId, UnmatchedRow)> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.drain().map(|((org, ..), row)| (org, row)).collect()
    }
}

/// Writes down what was counted.
pub(crate) async fn flush(app: &App) {
    let mut orgs = BTreeSet::new();
    for (org, row) in app.unmatched().take() {
        match app.store().add_unmatched(org, &row).await {
            Ok(()) => drop(orgs.insert(org)),
            Err(error) => tracing::debug!(%error, "calls of a tool that does not exist could not be counted"),
        }
    }
    for org in orgs {
        if let Err(error) = app.store().trim_unmatched(org, MOST_KEPT).await {
            tracing::debug!(%error, "old calls of tools that do not exist could not be forgotten");
        }
    }
}

/// A page of what was asked for and does not exist, by name, each with the tools that may have been meant.
pub async fn list(app: &App, caller: &Caller, page: &PageRequest) -> Result<Page<UnmatchedCall>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let found = app.store().unmatched(caller.org_id, page).await?;
    let tools = outlines(app, caller.org_id).await?;
    let names: BTreeMap<&str, ()> = tools.iter().map(|tool| (tool.name.as_str(), ())).collect();
    let mut calls = found.map(|row| {
        let nearest = nearest(&row.name, &tools);
        let templates = library::template::like(&row.name);
        let message = advice(&row, &nearest, &templates);
        UnmatchedCall {
            name: row.name,
            agent: Some(row.agent).filter(|agent| !agent.is_empty()),
            count: row.count,
            argument_names: row.keys.into_iter().collect(),
            first_at: row.first_at,
            last_at: row.last_at,
            nearest,
            message,
        }
    });
    // Somebody has made it since.
    calls.items.retain(|call| !names.contains_key(call.name.as_str()));
    Ok(calls)
}

fn advice(row: &UnmatchedRow, nearest: &[String], templates: &[String]) -> String {
    match nearest.first() {
        Some(tool) => format!(
            "`{tool}` may have been meant: look whether the agent's instructions name a tool that does not exist, or \
             whether `{tool}` should be renamed"
        ),
        None if !templates.is_empty() => {
            let names = templates.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
            format!("no tool is like it; a template may do: {names} (`callwright template use`)")
        }
        None if row.keys.is_empty() => {
            "no tool is like it: take the name out of the agent's instructions, or make such a tool".to_owned()
        }
        None => {
            let keys = row.keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
            format!("no tool is like it; a tool of this name would be given {keys}")
        }
    }
}
