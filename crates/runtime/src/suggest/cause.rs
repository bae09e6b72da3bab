//! Why a tool fails or is slow, as far as the log tells: plain rules over its newest executions.

use std::{collections::BTreeMap, time::Duration};

use callwright_model::{
    ErrorClass, Fault, ToolError,
    execution::{Execution, ExecutionFilter, State},
    id::OrgId,
    page::{MAX_LIMIT, PageRequest},
    tool::Tool,
};
use callwright_store::health::Failing;
use serde_json::{Value, json};

use super::finding::{Findings, Suggestion, Weight};
use crate::App;

/// How far back failures are looked for.
const LATELY: Duration = Duration::from_secs(24 * 3600);
/// The most failures of an organization that are looked at.
const MOST_FAILURES: u32 = 5_000;
/// A cause is told when it stands behind this share of what was seen.
const SHARE: f64 = 0.2;
/// With fewer executions nothing is said of durations.
const LEAST: usize = 10;
/// A median above this is slow for a conversation, in milliseconds.
const SLOW_MS: f64 = 3_000.0;

/// The tools that failed lately, worst first.
pub(crate) async fn failing(app: &App, org: OrgId) -> Result<Vec<Failing>, Fault> {
    Ok(app.store().failing_tools(org, app.clock().now().minus(LATELY), MOST_FAILURES).await?)
}

/// What the newest 200 executions of a tool say.
pub(crate) async fn of_tool(app: &App, org: OrgId, tool: &Tool) -> Result<Vec<Suggestion>, Fault> {
    let since = app.clock().now().minus(LATELY);
    let filter = ExecutionFilter { tool_id: Some(tool.id), since: Some(since), ..ExecutionFilter::default() };
    let page = app.store().executions(org, &filter, &PageRequest::first(MAX_LIMIT)).await?;
    Ok(of_log(tool, &page.items))
}

/// What a list of executions says.
pub(crate) fn of_log(tool: &Tool, log: &[Execution]) -> Vec<Suggestion> {
    let ended: Vec<&Execution> = log
        .iter()
        .filter(|one| !one.dry_run && matches!(one.state, State::Done | State::Failed | State::Unknown))
        .collect();
    let mut found = Findings::default();
    if !ended.is_empty() {
        let failures: Vec<&ToolError> = ended.iter().filter_map(|one| one.error.as_ref()).collect();
        refused(tool, &failures, ended.len(), &mut found);
        unreachable(tool, &failures, ended.len(), &mut found);
        late(tool, &failures, ended.len(), &mut found);
        misunderstood(&failures, &mut found);
        broken(&failures, ended.len(), &mut found);
        slow(&ended, &mut found);
        cut(&ended, &mut found);
    }
    found.done()
}

/// Failures with one of these codes, when they are enough to be told.
fn many(failures: &[&ToolError], of: usize, codes: &[&str]) -> Option<usize> {
    let count = failures.iter().filter(|error| codes.contains(&error.code.as_str())).count();
    (count > 0 && (count >= 2 || of <= 5) && count as f64 >= SHARE * of as f64).then_some(count)
}

/// Credentials, limits, the outbound policy.
fn refused(tool: &Tool, failures: &[&ToolError], of: usize, found: &mut Findings) {
    if let Some(count) = many(failures, of, &["http_401", "http_403"]) {
        let names = crate::registry::compile::secret_names(tool);
        let cure = match names.first() {
            Some(name) => format!("the secret `{name}` may be wrong or have ended: `callwright secret set {name}`"),
            None => "no secret is used; does the upstream want credentials (`config.auth`)?".to_owned(),
        };
        let message = format!("{count} of {of} executions: the upstream refuses our credentials; {cure}");
        found.add(Weight::Error, "log_credentials", "config.auth", message);
    }
    if let Some(count) = many(failures, of, &["http_429"]) {
        let message = format!(
            "{count} of {of} executions: the upstream asks to slow down; call it less often (`policy.rate_limit`, a cache) \
             or ask its operator for more"
        );
        found.add(Weight::Warning, "log_rate_limited", "policy", message);
    }
    if let Some(count) = many(failures, of, &["outbound_blocked", "url_refused"]) {
        let message = format!(
            "{count} of {of} executions: the outbound policy refuses the address; if it is meant, the operator lets its \
             network through with CALLWRIGHT_OUTBOUND_ALLOW"
        );
        found.add(Weight::Error, "log_blocked", "config.url", message);
    }
}

fn unreachable(tool: &Tool, failures: &[&ToolError], of: usize, found: &mut Findings) {
    for (codes, code, why) in [
        (&["dns_failed"][..], "log_no_such_host", "the host's name does not resolve: is it spelled right?"),
        (
            &["connect_failed", "connect_timeout"],
            "log_unreachable",
            "nothing answers at this address: is the service up, the port right, a firewall in the way?",
        ),
        (
            &["tls_failed"],
            "log_tls",
            "the TLS handshake fails: has its certificate ended, or is it a private one (`ca_file`)?",
        ),
        (
            &["connection_reset"],
            "log_reset",
            "the upstream ends the connection before it answers: its own log may say why",
        ),
    ] {
        if let Some(count) = many(failures, of, codes) {
            let message = format!("{count} of {of} executions of `{}`: {why}", tool.spec.name);
            found.add(Weight::Error, code, "config.url", message);
        }
    }
}

fn late(tool: &Tool, failures: &[&ToolError], of: usize, found: &mut Findings) {
    let Some(count) = many(failures, of, &["read_timeout", "deadline_exceeded", "deadline"]) else { return };
    let policy = &tool.spec.policy;
    let is_read = failures.iter().filter(|error| error.code == "read_timeout").count() * 2 >= count;
    if is_read && policy.read_timeout_ms < policy.timeout_ms {
        let more = policy.read_timeout_ms.saturating_mul(2).min(policy.timeout_ms);
        let message = format!(
            "{count} of {of} executions: no answer within `read_timeout_ms` ({}); allow more, or answer the caller earlier \
             with `policy.answer_by_ms`",
            policy.read_timeout_ms
        );
        let fix = json!({"policy": {"read_timeout_ms": more}});
        return found.add_fix(Weight::Warning, "log_timeouts", "policy.read_timeout_ms", message, fix);
    }
    let message = format!(
        "{count} of {of} executions: no answer within `timeout_ms` ({}); allow more and answer the caller earlier with \
         `policy.answer_by_ms`",
        policy.timeout_ms
    );
    found.add(Weight::Warning, "log_timeouts", "policy.timeout_ms", message);
}

/// Arguments that models get wrong again and again.
fn misunderstood(failures: &[&ToolError], found: &mut Findings) {
    let mut fields: BTreeMap<String, usize> = BTreeMap::new();
    for error in failures.iter().filter(|error| error.code == "invalid_arguments") {
        let problems = error.details.as_ref().and_then(|details| details["problems"].as_array());
        for problem in problems.into_iter().flatten() {
            *fields.entry(field_of(problem)).or_default() += 1;
        }
    }
    for (field, count) in fields.into_iter().filter(|(_, count)| *count >= 2).take(5) {
        let (place, what) = if field.is_empty() {
            ("parameters".to_owned(), "the arguments as a whole".to_owned())
        } else {
            (format!("parameters.properties.{field}.description"), format!("`{field}`"))
        };
        let message = format!(
            "models got {what} wrong {count} times; say in the description in which form it is wanted, and give an example"
        );
        found.add(Weight::Warning, "log_arguments", place, message);
    }
}

/// The parameter that a problem is about. A missing one is named in the message only.
fn field_of(problem: &Value) -> String {
    let path = problem["path"].as_str().unwrap_or_default();
    if let Some(name) = path.split('/').nth(1) {
        return name.replace("~1", "/").replace("~0", "~");
    }
    let message = problem["message"].as_str().unwrap_or_default();
    let is_missing = message.ends_with("is a required property");
    message.split('"').nth(1).filter(|_| is_missing).unwrap_or_default().to_owned()
}

fn broken(failures: &[&ToolError], of: usize, found: &mut Findings) {
    if let Some(count) = many(failures, of, &["http_404"]) {
        let message = format!(
            "{count} of {of} executions: the upstream has nothing at this address, or not what was asked for; is the path right?"
        );
        found.add(Weight::Warning, "log_not_found", "config.url", message);
    }
    if let Some(count) = many(failures, of, &["http_400", "http_422"]) {
        let message = format!(
            "{count} of {of} executions: the upstream does not accept the request; compare its body with \
             `callwright tool call NAME --dry-run`"
        );
        found.add(Weight::Warning, "log_not_accepted", "config.body", message);
    }
    let is_theirs = |error: &&&ToolError| error.class == ErrorClass::UpstreamError && error.code.starts_with("http_5");
    let count = failures.iter().filter(is_theirs).count();
    if count >= 2 && count as f64 >= SHARE * of as f64 {
        let message =
            format!("{count} of {of} executions: the upstream itself fails; a `fallback` tells callers what to do");
        found.add(Weight::Warning, "log_upstream_fails", "fallback", message);
    }
}

fn slow(ended: &[&Execution], found: &mut Findings) {
    let mut took: Vec<f64> =
        ended.iter().filter(|one| one.state == State::Done).filter_map(|one| one.duration_ms).collect();
    if took.len() < LEAST {
        return;
    }
    took.sort_by(f64::total_cmp);
    let at = |percent: usize| took[(took.len() * percent).div_ceil(100).saturating_sub(1)];
    let (median, high) = (at(50), at(95));
    if median > SLOW_MS {
        let message = format!(
            "half of the executions take longer than {median:.0} ms; ask for less, cache it, or answer the caller earlier \
             with `policy.answer_by_ms`"
        );
        found.add(Weight::Warning, "log_slow", "policy.answer_by_ms", message);
    } else if high > 1_000.0 && high > median * 5.0 {
        let message = format!(
            "most take {median:.0} ms, but one in twenty takes {high:.0} ms or longer; that is the upstream or the way to it"
        );
        found.add(Weight::Info, "log_slow_tail", "policy.read_timeout_ms", message);
    }
}

fn cut(ended: &[&Execution], found: &mut Findings) {
    let done = ended.iter().filter(|one| one.state == State::Done).count();
    let cut = ended.iter().filter(|one| one.output.as_ref().is_some_and(|output| output.truncated.is_some())).count();
    if cut >= 2 && cut as f64 >= SHARE * done as f64 {
        let message = format!(
            "{cut} of {done} results were too long and cut; pick what the model needs with `result.map` or `result.data`"
        );
        found.add(Weight::Warning, "log_cut", "result.map", message);
    }
}
