//! What a rule's value is now.

use std::time::Duration;

use callwright_model::{
    Fault, Timestamp,
    alert::{Condition, MAX_SAMPLE, MAX_VOLUME},
};
use callwright_store::alert::{RuleRow, Watched};

use crate::App;

/// The most durations of a window that are looked at.
const MAX_DURATIONS: u32 = 2_000;
/// With fewer earlier days nobody knows what is usual.
const LEAST_DAYS: usize = 3;

/// What was seen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    /// The value; nothing when there is too little to go by.
    pub(super) value: Option<f64>,
    /// Where it fires.
    pub(super) threshold: f64,
    /// Whether the condition holds.
    pub(super) is_breached: bool,
    /// Whether it is low enough to be calm again. With too little to go by it is.
    pub(super) is_calm: bool,
    /// `executions`, `share` or `ms`.
    pub(super) unit: &'static str,
    /// What was seen, in a sentence.
    pub(super) said: String,
}

impl Reading {
    /// Of a value that is bad when it is high.
    fn high(row: &RuleRow, value: Option<f64>, fires: impl Fn(f64, f64) -> bool, unit: &'static str) -> Self {
        let spec = &row.rule.spec;
        let threshold = spec.condition.threshold().unwrap_or_default();
        let is_breached = value.is_some_and(|value| fires(value, threshold));
        let is_calm = value.is_none_or(|value| match spec.resolve_below {
            Some(below) => value < below,
            None => !fires(value, threshold),
        });
        Self { value, threshold, is_breached, is_calm, unit, said: String::new() }
    }

    fn saying(self, said: String) -> Self {
        Self { said, ..self }
    }
}

/// Looks at the log.
pub(super) async fn measure(app: &App, row: &RuleRow) -> Result<Reading, Fault> {
    let now = app.clock().now();
    let condition = &row.rule.spec.condition;
    let window_s = condition.window_s();
    let watched = Watched {
        org: row.rule.organization_id,
        tool: row.tool_id,
        agent: row.agent_id,
        since: now.minus(Duration::from_secs(u64::from(window_s))),
    };
    let store = app.store();
    let (at_least, above) = (|value: f64, threshold: f64| value >= threshold, |value: f64, limit: f64| value > limit);
    match condition {
        Condition::Failure { classes, .. } => {
            let count = store.count_failed(watched, classes, MAX_SAMPLE).await?;
            let said = format!("{} failed within {}", executions(count), length(window_s));
            Ok(Reading::high(row, Some(count as f64), at_least, "executions").saying(said))
        }
        Condition::GuardRefusals { .. } => {
            let count = store.count_guard_refusals(watched, MAX_SAMPLE).await?;
            let said = format!("requests refused by the outbound policy within {}: {count}", length(window_s));
            Ok(Reading::high(row, Some(count as f64), at_least, "executions").saying(said))
        }
        Condition::ErrorRate { classes, minimum, .. } => {
            let counted = store.count_outcomes(watched, classes, MAX_SAMPLE).await?;
            let share = counted.failed as f64 / counted.ended.max(1) as f64;
            let said =
                format!("{:.1} % of {} executions failed within {}", share * 100.0, counted.ended, length(window_s));
            let value = (counted.ended >= i64::from(*minimum)).then_some(share);
            Ok(Reading::high(row, value, above, "share").saying(said))
        }
        Condition::Latency { percentile, minimum, .. } => {
            let durations = store.recent_durations(watched, MAX_DURATIONS).await?;
            let value = (durations.len() >= *minimum as usize).then(|| at_percentile(&durations, *percentile));
            let said = format!(
                "{percentile} % of {} executions within {} took up to {:.0} ms",
                durations.len(),
                length(window_s),
                value.unwrap_or_default()
            );
            Ok(Reading::high(row, value, above, "ms").saying(said))
        }
        Condition::Volume { min, max, deviations: None, .. } => {
            let most = max.map_or(min.unwrap_or(1), |max| max.saturating_add(1)).min(MAX_VOLUME + 1);
            let count = store.count_ended(watched, most).await? as f64;
            Ok(bounded(count, min.map(f64::from), max.map(f64::from), length(window_s)))
        }
        Condition::Volume { deviations: Some(deviations), days, .. } => {
            usual(app, row, *deviations, i64::from(*days), now).await
        }
    }
}

/// A number of executions between plain bounds.
fn bounded(count: f64, min: Option<f64>, max: Option<f64>, within: String) -> Reading {
    let (is_low, is_high) = (min.is_some_and(|min| count < min), max.is_some_and(|max| count > max));
    let threshold = if is_low { min } else { max.or(min) }.unwrap_or_default();
    let said = match (is_low, is_high) {
        (true, _) => format!("only {count} executions within {within}; at least {threshold} are expected"),
        (_, true) => format!("more than {threshold} executions within {within}"),
        _ => format!("{count} executions or more within {within}"),
    };
    let is_breached = is_low || is_high;
    Reading { value: Some(count), threshold, is_breached, is_calm: !is_breached, unit: "executions", said }
}

/// An hour's number against the same hour of earlier days: this hour when it is too many already, else the last whole
/// hour when it was too few.
async fn usual(app: &App, row: &RuleRow, deviations: f64, days: i64, now: Timestamp) -> Result<Reading, Fault> {
    let org = row.rule.organization_id;
    let store = app.store();
    let born = match row.tool_id {
        Some(tool) => store.tool_by_id(org, tool).await?.map(|tool| tool.created_at),
        None => store.organization(org).await?.map(|org| org.created_at),
    };
    let hour_of = |time: Timestamp| time.micros().div_euclid(3_600_000_000);
    let (this, born) = (hour_of(now), born.map_or(i64::MAX, hour_of));
    let earlier = |hour: i64| (1..=days).map(move |day| hour - 24 * day).filter(move |hour| *hour > born);
    let hours: Vec<i64> = [this, this - 1].into_iter().chain(earlier(this)).chain(earlier(this - 1)).collect();
    let counts = store.counts_by_hour(org, row.tool_id, &hours).await?;
    let count_of = |hour: i64| counts.iter().find(|(at, _)| *at == hour).map_or(0.0, |(_, count)| *count as f64);
    let band = |hour: i64| Band::of(&earlier(hour).map(count_of).collect::<Vec<_>>(), deviations);
    let (Some(now_band), Some(last_band)) = (band(this), band(this - 1)) else {
        let said = "there are not enough earlier days to know what is usual".to_owned();
        return Ok(Reading {
            value: None,
            threshold: 0.0,
            is_breached: false,
            is_calm: true,
            unit: "executions",
            said,
        });
    };
    let (now_count, last_count) = (count_of(this), count_of(this - 1));
    let high = bounded(now_count, None, Some(now_band.high), "this hour".to_owned());
    let low = bounded(last_count, Some(last_band.low), Some(last_band.high), "the last hour".to_owned());
    let is_of_now = high.is_breached || !low.is_breached;
    let (reading, band, which) =
        if is_of_now { (high, now_band, "this hour") } else { (low, last_band, "in the last hour") };
    let said = format!(
        "{now_count} executions this hour and {last_count} in the last; usual {which} are {:.0} to {:.0}",
        band.low, band.high
    );
    Ok(reading.saying(said))
}

/// What is usual.
#[derive(Debug, PartialEq)]
struct Band {
    low: f64,
    high: f64,
}

impl Band {
    /// Counts scatter by about their square root even when nothing is wrong, so no smaller deviation is believed.
    fn of(counts: &[f64], deviations: f64) -> Option<Self> {
        if counts.len() < LEAST_DAYS {
            return None;
        }
        let mean = counts.iter().sum::<f64>() / counts.len() as f64;
        let variance = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / (counts.len() - 1) as f64;
        let deviation = variance.sqrt().max(mean.sqrt()).max(1.0) * deviations;
        Some(Self { low: (mean - deviation).max(0.0).floor(), high: (mean + deviation).ceil() })
    }
}

/// The nearest-rank percentile of a sorted list of microseconds, in milliseconds.
fn at_percentile(sorted: &[i64], percent: u8) -> f64 {
    let rank = (sorted.len() * usize::from(percent)).div_ceil(100).saturating_sub(1);
    sorted.get(rank).map_or(0.0, |us| *us as f64 / 1000.0)
}

/// A number of executions for people.
fn executions(count: i64) -> String {
    if count == 1 { "1 execution".to_owned() } else { format!("{count} executions") }
}

/// A length of time for people.
fn length(seconds: u32) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_needs_three_days_and_never_is_narrower_than_chance() {
        assert_eq!(Band::of(&[5.0, 5.0], 3.0), None);
        let steady = Band::of(&[100.0; 5], 3.0).unwrap();
        assert_eq!(steady, Band { low: 70.0, high: 130.0 });
        let quiet = Band::of(&[0.0; 5], 2.0).unwrap();
        assert_eq!((quiet.low, quiet.high), (0.0, 2.0));
        let wild = Band::of(&[0.0, 100.0, 200.0], 1.0).unwrap();
        assert_eq!((wild.low, wild.high), (0.0, 200.0));
    }

    #[test]
    fn plain_bounds_fire_on_either_side_and_are_calm_between() {
        let of = |count: f64| bounded(count, Some(2.0), Some(5.0), "1 h".to_owned());
        assert!(of(1.0).is_breached && of(6.0).is_breached);
        assert!(!of(2.0).is_breached && of(5.0).is_calm);
        assert_eq!((of(1.0).threshold, of(6.0).threshold), (2.0, 5.0));
        assert!(bounded(1.0, None, Some(0.0), String::new()).is_breached);
    }

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let durations: Vec<i64> = (1..=100).map(|n| n * 1000).collect();
        assert_eq!((at_percentile(&durations, 50), at_percentile(&durations, 99)), (50.0, 99.0));
        assert_eq!(at_percentile(&[], 95), 0.0);
    }
}
