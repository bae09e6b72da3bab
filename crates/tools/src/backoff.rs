//! How long to wait before a request is sent again.
//!
//! Pure: randomness and the time come in as arguments. Whether a request may be sent again at all is
//! decided by [`crate::gate`].

use std::time::Duration;

use callwright_model::{
    Timestamp,
    tool::{RetryPolicy, RetryRule},
};

use crate::gate::Rule;

/// Counts the sendings of one execution and paces them.
#[derive(Debug, Clone)]
pub struct Backoff<'a> {
    policy: &'a RetryPolicy,
    used: [u8; 3],
}

impl<'a> Backoff<'a> {
    /// Nothing used yet.
    pub fn new(policy: &'a RetryPolicy) -> Self {
        Self { policy, used: [0; 3] }
    }

    /// The wait before the next sending by `rule`, or `None` when the rule has no attempts left.
    ///
    /// `random` is drawn from 0 to 1. The attempt counts as used.
    pub fn next(&mut self, rule: Rule, random: f64) -> Option<Duration> {
        let (settings, used) = match rule {
            Rule::Network => (self.policy.network, &mut self.used[0]),
            Rule::RateLimit => (self.policy.rate_limit, &mut self.used[1]),
            Rule::Timeout => (self.policy.timeout, &mut self.used[2]),
        };
        if *used >= settings.attempts {
            return None;
        }
        let random = if self.policy.jitter { random } else { 1.0 };
        let wait = delay(settings, u32::from(*used), Duration::from_millis(self.policy.max_delay_ms.into()), random);
        *used += 1;
        Some(wait)
    }
}

/// The wait before sending number `nth` (from 0) by `rule`: the base, doubled each time, at most `max`;
/// of that, between half (`random` 0) and all (`random` 1).
pub fn delay(rule: RetryRule, nth: u32, max: Duration, random: f64) -> Duration {
    let factor = 1_u64.checked_shl(nth).unwrap_or(u64::MAX);
    let whole = Duration::from_millis(u64::from(rule.base_ms).saturating_mul(factor)).min(max);
    whole.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
}

/// Reads a `Retry-After` header: seconds, or an HTTP date. A date in the past means now.
///
/// `None` for what is neither; a server that writes rubbish there is treated as if it had said nothing.
pub fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let date = jiff::fmt::rfc2822::parse(value).ok()?;
    Some(Timestamp::from_micros(date.timestamp().as_microsecond()).since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: RetryRule = RetryRule { attempts: 3, base_ms: 1_000 };

    #[test]
    fn waits_double_up_to_the_most_and_jitter_takes_at_most_half() {
        let max = Duration::from_secs(60);
        let whole: Vec<u64> = (0..8).map(|n| delay(RULE, n, max, 1.0).as_secs()).collect();
        assert_eq!(whole, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(delay(RULE, 1, max, 0.0), Duration::from_secs(1));
        assert_eq!(delay(RULE, 1, max, 0.5), Duration::from_millis(1_500));
        assert_eq!(delay(RULE, u32::MAX, max, 7.0), max);
        assert_eq!(delay(RetryRule { attempts: 1, base_ms: 0 }, 9, max, 1.0), Duration::ZERO);
    }

    #[test]
    fn each_rule_has_its_own_count() {
        let policy = RetryPolicy { jitter: false, ..RetryPolicy::default() };
        let mut backoff = Backoff::new(&policy);
        let waits: Vec<_> = std::iter::from_fn(|| backoff.next(Rule::Network, 0.0)).map(|d| d.as_millis()).collect();
        assert_eq!(waits, [1_000, 2_000, 4_000]);
        assert_eq!(std::iter::from_fn(|| backoff.next(Rule::Timeout, 0.0)).count(), 2);
        assert_eq!(std::iter::from_fn(|| backoff.next(Rule::RateLimit, 0.0)).count(), 5);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        assert_eq!(retry_after(" 120 ", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after("0", now), Some(Duration::ZERO));
        assert_eq!(retry_after("Sat, 21 Nov 2026 10:00:07 GMT", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sat, 21 Nov 2026 09:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("99999999999999999999999", now), Some(Duration::from_secs(u64::from(u32::MAX))));
        for rubbish in ["", "-1", "soon", "1.5", "12 s"] {
            assert_eq!(retry_after(rubbish, now), None, "{rubbish}");
        }
    }
}
