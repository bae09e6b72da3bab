//! What the model reads when there is no room.

use callwright_model::{ErrorClass, ToolError};
use serde_json::json;

use crate::limits::{
    concurrency::Full,
    plan::{BreakerPlan, GatePlan, Of, RatePlan},
};

/// How long to wait when nothing better is known, in milliseconds.
const A_MOMENT_MS: u64 = 1_000;

pub(super) fn rate(tool: &str, rate: &RatePlan, wait_ns: u64) -> ToolError {
    let wait_ms = wait_ns.div_ceil(1_000_000).max(1);
    let message =
        format!("{}; that many have been used. Try again in {} s", allowed(tool, rate), wait_ms.div_ceil(1_000));
    ToolError::new(ErrorClass::RateLimitError, "rate_limited", message)
        .retry_after(wait_ms)
        .with_details(json!({ "limit": rate.limit, "from": rate.from, "per": rate.per }))
}

fn allowed(tool: &str, rate: &RatePlan) -> String {
    let of = if rate.from.as_str() == "tool" { format!("the tool `{tool}`") } else { "tools".to_owned() };
    let (requests, seconds) = (rate.limit.requests, rate.limit.per_seconds);
    format!("{of} may be called {requests} times in {seconds} s per {}", rate.per.as_str())
}

pub(super) fn full(tool: &str, gate: &GatePlan, full: Full) -> ToolError {
    let (limit, per) = (gate.limit.limit, gate.per.as_str());
    let (code, why) = match full {
        Full::Queue => ("queue_full", "and the line of those who wait is full"),
        Full::Timeout => ("queue_timeout", "and none of them ended in time"),
    };
    let message = format!("`{tool}` was not called: {limit} calls per {per} are under way, {why}. Try again shortly");
    ToolError::new(ErrorClass::RateLimitError, code, message)
        .retry_after(A_MOMENT_MS)
        .with_details(json!({ "limit": gate.limit, "from": gate.from, "per": gate.per }))
}

pub(super) fn open(breaker: &BreakerPlan, wait_ns: u64) -> ToolError {
    let wait_ms = wait_ns.div_ceil(1_000_000).max(1);
    let what = match breaker.of {
        Of::Tool => format!("the upstream of `{}`", breaker.name),
        Of::Host => format!("the host `{}`", breaker.name),
    };
    let message = format!(
        "{what} has failed so often that it is left alone for now; nothing was sent. Try again in {} s, or do without",
        wait_ms.div_ceil(1_000)
    );
    ToolError::new(ErrorClass::CircuitOpen, "circuit_open", message)
        .retry_after(wait_ms)
        .with_details(json!({ "breaker": breaker.of, "name": breaker.name, "settings": breaker.settings }))
}

/// The database that keeps the buckets does not answer. A limit that cannot be looked up holds.
pub(super) fn unknown() -> ToolError {
    let message = "the rate limit could not be looked up; nothing was sent. Try again shortly";
    ToolError::new(ErrorClass::RateLimitError, "limits_unavailable", message).retry_after(A_MOMENT_MS)
}
