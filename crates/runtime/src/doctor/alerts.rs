//! Alert rules that fire, that tell nobody, and that nobody looks at.

use std::time::Duration;

use callwright_model::{
    Fault,
    alert::RuleState,
    id::OrgId,
    page::{MAX_LIMIT, PageRequest},
};

use super::Finding;
use crate::App;

const CHECK: &str = "alerts";
/// A rule that was not looked at for this long is not looked at any more.
const OVERDUE: Duration = Duration::from_secs(300);

pub(super) async fn look(app: &App, org: OrgId) -> Result<Vec<Finding>, Fault> {
    let page = app.store().alert_rules(org, &PageRequest::first(MAX_LIMIT)).await?;
    let rules: Vec<_> = page.items.into_iter().map(|row| row.rule).filter(|rule| rule.spec.enabled).collect();
    if rules.is_empty() {
        return Ok(vec![Finding::ok(CHECK, "no alert rule watches this organization (docs/guides/alerts.md)")]);
    }
    let names = |wanted: &dyn Fn(&callwright_model::alert::AlertRule) -> bool| {
        let names: Vec<&str> =
            rules.iter().filter(|rule| wanted(rule)).map(|rule| rule.spec.name.as_str()).take(10).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let mut findings = Vec::new();
    if let Some(firing) = names(&|rule| rule.progress.state == RuleState::Firing) {
        let why = "what they watch is out of bounds now";
        findings.push(Finding::warn(CHECK, format!("firing: {firing}"), why, "GET /api/v1/alerts?state=firing"));
    }
    if let Some(silent) = names(&|rule| rule.spec.notify.is_empty()) {
        let why = "they fire, and only whoever looks into the list knows";
        let fix = "give them a target in `notify` (docs/guides/alerts.md)";
        findings.push(Finding::warn(CHECK, format!("these tell nobody: {silent}"), why, fix));
    }
    let limit = app.clock().now().minus(OVERDUE);
    if let Some(late) = names(&|rule| rule.progress.looked_at.is_none_or(|at| at < limit) && rule.updated_at < limit) {
        let why = "nobody would be told";
        let fix = "look for `alert rule` in the server's log";
        findings.push(Finding::fail(CHECK, format!("not looked at for 5 minutes: {late}"), why, fix));
    }
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, format!("{} rules, all calm", rules.len())));
    }
    Ok(findings)
}
