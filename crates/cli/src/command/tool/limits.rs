//! `callwright tool limits`: what a tool has to pass, and what is left of it.

use clap::Args;
use serde_json::Value;

use super::{Remote, path};
use crate::{
    client::with_query,
    failure::Failure,
    output::{self, Table, text},
};

/// Whose limits to show.
#[derive(Debug, Args)]
pub(crate) struct Limits {
    /// The tool's name or id.
    tool: String,
    /// As this agent meets them: by name or id.
    #[arg(long)]
    agent: Option<String>,
    #[command(flatten)]
    remote: Remote,
}

pub(super) fn limits(limits: &Limits) -> Result<(), Failure> {
    let query = [("agent", limits.agent.as_deref())];
    let status = limits.remote.connect()?.get(&with_query(&path(&limits.tool, "/limits"), &query))?;
    if limits.remote.json {
        return output::json(&status);
    }
    let mut table = Table::new(["LIMIT", "FROM", "PER", "NOW"]);
    for rate in list(&status["rate_limits"]) {
        let limit = &rate["limit"];
        let burst = limit["burst"].as_u64().map(|burst| format!(", {burst} at once")).unwrap_or_default();
        let what = format!("{} calls in {} s{burst}", limit["requests"], limit["per_seconds"]);
        table.row([what, text(rate, "from"), text(rate, "per"), format!("{} left", rate["left"])]);
    }
    for place in list(&status["concurrency"]) {
        let what = format!("{} at once", place["limit"]["limit"]);
        let now = format!("{} running, {} waiting", place["running"], place["queued"]);
        table.row([what, text(place, "from"), text(place, "per"), now]);
    }
    for breaker in list(&status["breakers"]) {
        let (state, of) = (text(breaker, "state"), text(breaker, "of"));
        let wait = breaker["retry_after_ms"].as_u64().map(|ms| format!(" for {ms} ms")).unwrap_or_default();
        let now = format!("{state}{wait}, {} failed, {} did not", breaker["failed"], breaker["succeeded"]);
        table.row([format!("breaker of {}", text(breaker, "name")), of, String::new(), now]);
    }
    table.print("nothing holds this tool back")
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
