//! Secrets that tools name and nobody has set, and secrets that nobody uses.

use std::collections::{BTreeMap, BTreeSet};

use callwright_model::{
    Fault,
    alert::Target,
    id::OrgId,
    page::{MAX_LIMIT, PageRequest},
};
use callwright_store::tool::ToolFilter;

use super::Finding;
use crate::{App, registry::compile::secret_names};

const CHECK: &str = "secrets";
/// The most tools that are looked at.
const MOST: usize = 2_000;
/// The most names told in one line.
const MOST_NAMES: usize = 10;

/// Secrets that are named, each with one who needs it now.
type Used = BTreeMap<String, Option<String>>;

pub(super) async fn look(app: &App, org: OrgId) -> Result<Vec<Finding>, Fault> {
    let known = app.vault().secret_names(org).await?;
    let mut used = Used::new();
    let is_all = tools(app, org, &mut used).await?;
    let rules = app.store().alert_rules(org, &PageRequest::first(MAX_LIMIT)).await?;
    for row in rules.items {
        for target in row.rule.spec.notify {
            if let Target::Webhook { secret: Some(name), .. } = target {
                used.entry(name).or_default().get_or_insert_with(|| format!("alert rule {}", row.rule.spec.name));
            }
        }
    }
    let mut findings = Vec::new();
    let missing: Vec<(&String, &String)> = used
        .iter()
        .filter(|(name, _)| !known.contains(*name))
        .filter_map(|(name, user)| Some((name, user.as_ref()?)))
        .collect();
    if let Some((first, _)) = missing.first() {
        let names: Vec<String> = missing.iter().map(|(name, user)| format!("{name} ({user})")).collect();
        let found = format!("named but not set: {}", listed(&names));
        let why = "tools that name them fail before anything is sent";
        findings.push(Finding::fail(CHECK, found, why, format!("callwright secret set {first}")));
    }
    let overrides = app.store().some_overrides(org, MOST as u32).await?;
    let is_used = |name: &String| used.contains_key(name) || overrides.iter().any(|text| text.contains(name.as_str()));
    let unused: BTreeSet<String> = known.iter().filter(|name| !is_used(name)).cloned().collect();
    if is_all && !unused.is_empty() {
        let names: Vec<String> = unused.iter().cloned().collect();
        let found = format!("set but used by no tool: {}", listed(&names));
        let why = "a credential that nobody needs can only be lost";
        findings.push(Finding::warn(CHECK, found, why, format!("callwright secret delete {}", names[0])));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, format!("{} set, all that tools name are there", known.len())));
    }
    Ok(findings)
}

/// Notes the secrets that tools name, each with one tool. False: there were too many tools to look at all.
async fn tools(app: &App, org: OrgId, used: &mut Used) -> Result<bool, Fault> {
    let mut page = PageRequest::first(MAX_LIMIT);
    let mut seen = 0;
    loop {
        let found = app.store().tools(org, &ToolFilter::default(), &page).await?;
        for tool in &found.items {
            for name in secret_names(tool) {
                let entry = used.entry(name).or_default();
                // One that is switched off misses nothing.
                if entry.is_none() && tool.spec.active {
                    *entry = Some(format!("tool {}", tool.spec.name));
                }
            }
        }
        seen += found.items.len();
        match found.next_cursor {
            Some(cursor) if seen < MOST => page = PageRequest::parse(Some(MAX_LIMIT), Some(&cursor))?,
            next => return Ok(next.is_none()),
        }
    }
}

fn listed(names: &[String]) -> String {
    let shown = names.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST_NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
