//! Tools that fail, with the likely cause, and writes whose outcome nobody knows.

use std::time::Duration;

use callwright_model::{ErrorClass, Fault, id::OrgId};
use callwright_store::alert::Watched;

use super::Finding;
use crate::{App, suggest::cause};

const CHECK: &str = "upstreams";
/// How far back failures count.
const LATELY: Duration = Duration::from_secs(3600);
/// The most failures and executions that are looked at.
const MOST: u32 = 5_000;
/// A tool that fails more often than this is told.
const RATE: f64 = 0.2;
/// A tool that fails this often hardly works at all.
const HIGH_RATE: f64 = 0.8;
/// With fewer failures than this it may be chance.
const LEAST: i64 = 3;
/// The most tools told.
const MOST_TOOLS: usize = 5;

pub(super) async fn look(app: &App, org: OrgId) -> Result<Vec<Finding>, Fault> {
    let mut findings = failing(app, org).await?;
    let unknown = app.store().count_unsettled(org, 100).await?;
    if unknown > 0 {
        let many = if unknown == 100 { "100 or more".to_owned() } else { unknown.to_string() };
        let why = "the same call is held back until somebody has found out whether it happened";
        let fix = "callwright executions list --state unknown, then callwright executions settle ID done|failed|repeat";
        let found = format!("{many} writes whose outcome nobody knows");
        findings.push(Finding::warn("unknown outcomes", found, why, fix));
    }
    Ok(findings)
}

async fn failing(app: &App, org: OrgId) -> Result<Vec<Finding>, Fault> {
    let since = app.clock().now().minus(LATELY);
    // Wrong arguments and missing consent are between the model and us: that is for `callwright lint`.
    let is_theirs = |class: &ErrorClass| {
        !matches!(class, ErrorClass::ValidationError | ErrorClass::ApprovalRequired | ErrorClass::Cancelled)
    };
    let theirs: Vec<ErrorClass> = ErrorClass::ALL.into_iter().filter(is_theirs).collect();
    let mut findings = Vec::new();
    for failing in app.store().failing_tools(org, since, MOST).await? {
        if failing.failed < LEAST || findings.len() == MOST_TOOLS {
            break;
        }
        let watched = Watched { org, tool: Some(failing.tool_id), agent: None, since };
        let counted = app.store().count_outcomes(watched, &theirs, MOST).await?;
        let rate = counted.failed as f64 / counted.ended.max(1) as f64;
        let is_told = counted.failed >= LEAST && rate > RATE;
        let Some(tool) = app.store().tool_by_id(org, failing.tool_id).await?.filter(|_| is_told) else { continue };
        let name = &tool.spec.name;
        let causes = cause::of_tool(app, org, &tool).await?;
        let mut found = format!("`{name}` failed {} of {} times within the last hour", counted.failed, counted.ended);
        if let Some(cause) = causes.first() {
            found.push_str(&format!(": {}", cause.message));
        }
        let why = "callers are told that it does not work";
        let fix = format!("callwright lint {name}; callwright executions list --tool {name} --state failed");
        findings.push(if rate > HIGH_RATE {
            Finding::fail(CHECK, found, why, fix)
        } else {
            Finding::warn(CHECK, found, why, fix)
        });
    }
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, "no tool failed often within the last hour"));
    }
    Ok(findings)
}
