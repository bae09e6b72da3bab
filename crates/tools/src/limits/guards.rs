//! The bounds of rate limits, concurrency, breakers and caches. Agents' and organizations' limits have the same.

use callwright_model::{
    Fault,
    tool::{
        Effect, Kind, ToolSpec,
        policy::limits::{BreakerSetting, Cache, Concurrency, RateLimit},
    },
};

use super::{MAX_TIMEOUT_MS, between};
use crate::refuse;

/// The most rate limits in one list.
const MAX_RATES: usize = 8;
/// The most requests of a rate limit, and the largest burst.
const MAX_REQUESTS: u32 = 1_000_000;
/// The longest time of a rate limit: 31 days.
const MAX_PER_SECONDS: u32 = 2_678_400;
/// The longest time that an empty bucket may take to fill: a year.
const MAX_FILL_SECONDS: u64 = 366 * 86_400;
/// The most that may run at once, or wait.
const MAX_PLACES: u32 = 10_000;
/// The longest time that a result is good.
const MAX_TTL_S: u32 = 86_400;
/// The longest time that an old result may stand in for a failure.
const MAX_STALE_S: u32 = 604_800;

/// Checks the limits and the cache of a tool.
pub(super) fn check(spec: &ToolSpec) -> Result<(), Fault> {
    let policy = &spec.policy;
    rates("policy.rate_limit", &policy.rate_limit)?;
    policy.concurrency.iter().try_for_each(|limit| concurrency("policy.concurrency", limit))?;
    policy.breaker.iter().try_for_each(|setting| breaker("policy.breaker", setting))?;
    if policy.cache.is_some() && policy.cache_ttl_s.is_some() {
        return refuse("policy.cache_ttl_s", "is short for `policy.cache`; keep one of them");
    }
    policy.cache_ttl_s.iter().try_for_each(|ttl| between("policy.cache_ttl_s", *ttl, 1, MAX_TTL_S))?;
    policy.cache.iter().try_for_each(cache)?;
    let kept = [
        ("policy.cache", policy.cache.is_some()),
        ("policy.cache_ttl_s", policy.cache_ttl_s.is_some()),
        ("policy.single_flight", policy.single_flight),
    ];
    match kept.into_iter().find(|(_, is_set)| *is_set) {
        Some((field, _)) if spec.effect != Effect::Read => {
            refuse(field, "is for tools whose `effect` is `read`: a write has to happen each time")
        }
        Some((field, _)) if spec.kind == Kind::Business => {
            refuse(field, "is for tools that fetch something; a `business` tool has it at hand")
        }
        Some((field, _)) if spec.kind == Kind::Client => {
            refuse(field, "is for tools that fetch something; a `client` tool asks its client each time")
        }
        Some((field, _)) if spec.config.is_nested() => {
            refuse(field, "is for tools that fetch something; an agent or a workflow is at work each time")
        }
        Some((field, _)) if spec.kind == Kind::System => {
            refuse(field, "is for tools that fetch something; a `system` tool acts on the call each time")
        }
        _ => Ok(()),
    }
}

/// Checks the rate limits at `field`.
///
/// # Errors
/// A [`Fault`] that names the field, for example `policy.rate_limit.0.requests`.
pub fn rates(field: &str, limits: &[RateLimit]) -> Result<(), Fault> {
    if limits.len() > MAX_RATES {
        return refuse(field, format!("has {} limits; at most {MAX_RATES} are kept", limits.len()));
    }
    for (at, limit) in limits.iter().enumerate() {
        let field = |name: &str| format!("{field}.{at}.{name}");
        between(&field("requests"), limit.requests, 1, MAX_REQUESTS)?;
        between(&field("per_seconds"), limit.per_seconds, 1, MAX_PER_SECONDS)?;
        let burst = limit.burst.unwrap_or(limit.requests);
        between(&field("burst"), burst, 1, MAX_REQUESTS)?;
        let fill = u64::from(burst) * u64::from(limit.per_seconds) / u64::from(limit.requests);
        if fill > MAX_FILL_SECONDS {
            return refuse(
                &field("burst"),
                format!("is {burst}, which would take {fill} s to come back; at most a year"),
            );
        }
    }
    Ok(())
}

/// Checks the concurrency at `field`.
///
/// # Errors
/// A [`Fault`] that names the field.
pub fn concurrency(field: &str, limit: &Concurrency) -> Result<(), Fault> {
    between(&format!("{field}.limit"), limit.limit, 1, MAX_PLACES)?;
    between(&format!("{field}.queue"), limit.queue, 0, MAX_PLACES)?;
    between(&format!("{field}.queue_timeout_ms"), limit.queue_timeout_ms, 0, MAX_TIMEOUT_MS)
}

/// Checks the breaker at `field`.
///
/// # Errors
/// A [`Fault`] that names the field.
pub fn breaker(field: &str, setting: &BreakerSetting) -> Result<(), Fault> {
    let BreakerSetting::On(breaker) = setting else { return Ok(()) };
    if !(0.01..=1.0).contains(&breaker.failure_ratio) {
        let why = format!("is {}; it must be between 0.01 and 1", breaker.failure_ratio);
        return refuse(&format!("{field}.failure_ratio"), why);
    }
    between(&format!("{field}.minimum_requests"), breaker.minimum_requests, 1, 10_000)?;
    between(&format!("{field}.window_s"), breaker.window_s, 1, 3_600)?;
    between(&format!("{field}.open_s"), breaker.open_s, 1, 3_600)?;
    between(&format!("{field}.half_open_probes"), breaker.half_open_probes, 1, 100)
}

fn cache(cache: &Cache) -> Result<(), Fault> {
    // With the upstream's own word, nought means: only what it says.
    let least = u32::from(!cache.respect_http);
    between("policy.cache.ttl_s", cache.ttl_s, least, MAX_TTL_S)?;
    cache.stale_if_error_s.map_or(Ok(()), |seconds| between("policy.cache.stale_if_error_s", seconds, 1, MAX_STALE_S))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn checked(policy: Value, effect: &str) -> Result<(), String> {
        let spec = json!({"name": "t", "kind": "http", "effect": effect, "policy": policy, "config": {"url": "https://example.com"}});
        let spec: ToolSpec = serde_json::from_value(spec).unwrap();
        check(&spec).map_err(|fault| fault.details.unwrap()["field"].as_str().unwrap().to_owned())
    }

    #[test]
    fn bounds_name_the_field() {
        for (policy, field) in [
            (json!({"rate_limit": {"requests": 0, "per_seconds": 1}}), "policy.rate_limit.0.requests"),
            (json!({"rate_limit": {"requests": 1, "per_seconds": 0}}), "policy.rate_limit.0.per_seconds"),
            (
                json!({"rate_limit": [{"requests": 1, "per_seconds": 1}, {"requests": 1, "per_seconds": 2_678_400, "burst": 100}]}),
                "policy.rate_limit.1.burst",
            ),
            (json!({"rate_limit": vec![json!({"requests": 1, "per_seconds": 1}); 9]}), "policy.rate_limit"),
            (json!({"concurrency": 0}), "policy.concurrency.limit"),
            (json!({"concurrency": {"limit": 1, "queue": 10_001}}), "policy.concurrency.queue"),
            (json!({"breaker": {"failure_ratio": 0.0}}), "policy.breaker.failure_ratio"),
            (json!({"breaker": {"half_open_probes": 0}}), "policy.breaker.half_open_probes"),
            (json!({"cache": {"ttl_s": 0}}), "policy.cache.ttl_s"),
            (json!({"cache": {"ttl_s": 1, "stale_if_error_s": 604_801}}), "policy.cache.stale_if_error_s"),
            (json!({"cache_ttl_s": 86_401}), "policy.cache_ttl_s"),
            (json!({"cache_ttl_s": 1, "cache": {"ttl_s": 1}}), "policy.cache_ttl_s"),
        ] {
            assert_eq!(checked(policy.clone(), "read"), Err(field.to_owned()), "{policy}");
        }
        assert_eq!(checked(json!({"cache": {"ttl_s": 0, "respect_http": true}}), "read"), Ok(()));
        assert_eq!(checked(json!({"rate_limit": {"requests": 1, "per_seconds": 1, "burst": 60}}), "write"), Ok(()));
    }

    #[test]
    fn only_reads_are_kept() {
        for (policy, field) in [
            (json!({"cache": {"ttl_s": 1}}), "policy.cache"),
            (json!({"cache_ttl_s": 1}), "policy.cache_ttl_s"),
            (json!({"single_flight": true}), "policy.single_flight"),
        ] {
            assert_eq!(checked(policy.clone(), "read"), Ok(()));
            assert_eq!(checked(policy, "write"), Err(field.to_owned()));
        }
    }
}
