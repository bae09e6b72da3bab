//! Alert rules: made and changed here, looked at by `watch`, measured by `measure`, decided by `step`, told by `notify`.
//!
//! A rule is looked at every few seconds by one server of a cluster; where it stands is in the database, so a restart
//! neither repeats nor forgets. Nothing is decided by what a process remembers.

mod measure;
mod notice;
mod notify;
mod step;
mod watch;

use callwright_model::{
    Fault, FaultKind,
    account::{Caller, Right, Scope},
    alert::{AlertRule, AlertRuleSpec, Condition, Incident, Progress, Target},
    id::{AgentId, AlertRuleId, ToolId},
    page::{Page, PageRequest},
};
use callwright_store::alert::{IncidentFilter, RuleRow};
use serde::Serialize;
use serde_json::json;
use url::Url;
use utoipa::ToSchema;

use crate::{App, agents, app::require, audit, registry};

pub(crate) use watch::watch;

/// The most rules that an organization may have.
const MAX_RULES: i64 = 200;

/// How a test notification went out.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TestReport {
    /// How many targets the notification was queued for.
    pub queued: usize,
}

/// Makes a rule. A name that is taken is a conflict.
pub async fn create(app: &App, caller: &Caller, spec: AlertRuleSpec) -> Result<AlertRule, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let (tool_id, agent_id) = check(app, caller, &spec).await?;
    let now = app.clock().now();
    let rule = AlertRule {
        id: app.ids().next(),
        organization_id: caller.org_id,
        spec,
        progress: Progress::default(),
        created_by: caller.user_id,
        created_at: now,
        updated_at: now,
    };
    let entry = audit::entry(app, caller, "alert_rule.create", "alert_rule", rule.id, details(&rule.spec));
    let row = RuleRow { rule, tool_id, agent_id };
    let is_made = app
        .store()
        .write((row.clone(), entry), |(row, entry), tx| {
            Box::pin(async move {
                let is_made = tx.create_alert_rule(row, MAX_RULES).await?;
                if is_made {
                    tx.append_audit(entry).await?;
                }
                Ok(is_made)
            })
        })
        .await?;
    if !is_made {
        let message = format!("an organization may have at most {MAX_RULES} alert rules; delete one first");
        return Err(Fault::new(FaultKind::Conflict, "too_many_rules", message));
    }
    Ok(row.rule)
}

/// Brings a rule to the state of `spec`. When something else is watched now it begins anew, and what it had raised ends.
pub async fn put(app: &App, caller: &Caller, id: AlertRuleId, spec: AlertRuleSpec) -> Result<AlertRule, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let current = found(app, caller, id).await?.rule;
    let (tool_id, agent_id) = check(app, caller, &spec).await?;
    let is_anew = current.spec.condition != spec.condition
        || current.spec.scope != spec.scope
        || current.spec.enabled != spec.enabled;
    let entry = audit::entry(app, caller, "alert_rule.update", "alert_rule", id, details(&spec));
    let now = app.clock().now();
    let progress = if is_anew { Progress::default() } else { current.progress.clone() };
    let row = RuleRow { rule: AlertRule { spec, progress, updated_at: now, ..current }, tool_id, agent_id };
    let is_there = app
        .store()
        .write((row.clone(), entry), move |(row, entry), tx| {
            Box::pin(async move {
                let is_there = tx.update_alert_rule(row).await?;
                if is_there {
                    if is_anew {
                        tx.reset_alert_rule(row.rule.organization_id, id, "the rule was changed", now).await?;
                    }
                    tx.append_audit(entry).await?;
                }
                Ok(is_there)
            })
        })
        .await?;
    if is_there { Ok(row.rule) } else { Err(Fault::not_found("alert rule", id)) }
}

/// One rule, as the caller may see it.
pub async fn get(app: &App, caller: &Caller, id: AlertRuleId) -> Result<AlertRule, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(shown(caller, found(app, caller, id).await?.rule))
}

/// A page of the organization's rules, by name.
pub async fn list(app: &App, caller: &Caller, page: &PageRequest) -> Result<Page<AlertRule>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let rows = app.store().alert_rules(caller.org_id, page).await?;
    Ok(rows.map(|row| shown(caller, row.rule)))
}

/// Removes a rule. What it raised stays in the history and ends.
pub async fn delete(app: &App, caller: &Caller, id: AlertRuleId) -> Result<(), Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let rule = found(app, caller, id).await?.rule;
    let entry = audit::entry(app, caller, "alert_rule.delete", "alert_rule", id, details(&rule.spec));
    let (org, now) = (caller.org_id, app.clock().now());
    app.store()
        .write(entry, move |entry, tx| {
            Box::pin(async move {
                tx.reset_alert_rule(org, id, "the rule was deleted", now).await?;
                if tx.delete_alert_rule(org, id).await? {
                    tx.append_audit(entry).await?;
                }
                Ok(())
            })
        })
        .await
        .map_err(Fault::from)
}

/// Sends every target of a rule a notification that says that it is only a test.
pub async fn test(app: &App, caller: &Caller, id: AlertRuleId) -> Result<TestReport, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let rule = found(app, caller, id).await?.rule;
    if rule.spec.notify.is_empty() {
        return Err(Fault::conflict("no_targets", "this rule tells nobody; give it a target in `notify` first"));
    }
    let letters = notify::letters(app, &rule, &notice::test(&rule, app.clock().now())).await?;
    let queued = letters.len();
    app.store()
        .write(letters, |letters, tx| {
            Box::pin(async move {
                for letter in letters {
                    tx.push_outbox(letter).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(TestReport { queued })
}

/// A page of what rules raised, newest first.
pub async fn incidents(
    app: &App,
    caller: &Caller,
    filter: &IncidentFilter,
    page: &PageRequest,
) -> Result<Page<Incident>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(app.store().incidents(caller.org_id, filter, page).await?)
}

fn details(spec: &AlertRuleSpec) -> serde_json::Value {
    json!({ "name": spec.name, "kind": spec.condition.kind(), "enabled": spec.enabled })
}

async fn found(app: &App, caller: &Caller, id: AlertRuleId) -> Result<RuleRow, Fault> {
    app.store().alert_rule(caller.org_id, id).await?.ok_or_else(|| Fault::not_found("alert rule", id))
}

/// Many services hide their password in the webhook's path: who may not change rules sees the host only.
fn shown(caller: &Caller, mut rule: AlertRule) -> AlertRule {
    if caller.may(Right::Build, Scope::ToolsWrite) {
        return rule;
    }
    for target in &mut rule.spec.notify {
        if let Target::Webhook { url, .. } = target {
            *url = Url::parse(url).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization());
        }
    }
    rule
}

/// Refuses what cannot work, and says what the names of the scope mean.
async fn check(app: &App, caller: &Caller, spec: &AlertRuleSpec) -> Result<(Option<ToolId>, Option<AgentId>), Fault> {
    spec.check()?;
    let is_by_hour = matches!(spec.condition, Condition::Volume { deviations: Some(_), .. });
    if is_by_hour && spec.scope.agent.is_some() {
        let message =
            "what is usual at an hour is known of tools only; watch an agent by `condition.min` and `condition.max`";
        return Err(Fault::invalid("scope.agent", message));
    }
    for (at, target) in spec.notify.iter().enumerate() {
        check_target(app, caller, at, target).await?;
    }
    let tool = match &spec.scope.tool {
        None => None,
        Some(name) => {
            let tool = registry::find(app, caller, name).await;
            Some(tool.map_err(|fault| in_field("scope.tool", fault))?.id)
        }
    };
    let agent = match &spec.scope.agent {
        None => None,
        Some(name) => {
            let agent = agents::find(app, caller.org_id, name).await?;
            let missing = || Fault::invalid("scope.agent", format!("`scope.agent`: there is no agent `{name}`"));
            Some(agent.ok_or_else(missing)?.id)
        }
    };
    Ok((tool, agent))
}

fn in_field(field: &str, fault: Fault) -> Fault {
    if fault.kind == FaultKind::NotFound {
        return Fault::invalid(field, format!("`{field}`: {}", fault.message));
    }
    fault
}

async fn check_target(app: &App, caller: &Caller, at: usize, target: &Target) -> Result<(), Fault> {
    match target {
        Target::Email { .. } if app.settings().mail.is_none() => Err(Fault::invalid(
            format!("notify.{at}.type"),
            format!(
                "`notify.{at}.type`: this server cannot send e-mail; its operator sets CALLWRIGHT_SMTP_URL and CALLWRIGHT_SMTP_FROM"
            ),
        )),
        Target::Email { .. } => Ok(()),
        Target::Webhook { url, secret } => {
            let field = format!("notify.{at}.url");
            let parsed =
                Url::parse(url).map_err(|error| Fault::invalid(&field, format!("`{field}` is not a URL: {error}")))?;
            app.guard().check_url(&parsed).map_err(|why| Fault::invalid(&field, format!("`{field}`: {why}")))?;
            let Some(name) = secret else { return Ok(()) };
            if app.vault().secret_names(caller.org_id).await?.contains(name) {
                return Ok(());
            }
            let field = format!("notify.{at}.secret");
            Err(Fault::invalid(&field, format!("`{field}`: there is no secret `{name}`; set it first")))
        }
    }
}
