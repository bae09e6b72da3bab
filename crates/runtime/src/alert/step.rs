//! What a look at a rule changes: pure, so that every way through it can be tried without a clock or a database.
//!
//! ```text
//! ok -> pending -> firing      the condition must hold for `for_s`
//! firing -> ok                 the value must be low enough for `resolve_for_s`
//! ```

use std::time::Duration;

use callwright_model::{
    Timestamp,
    alert::{AlertRuleSpec, Progress, RuleState},
};

use super::measure::Reading;

/// Something that happened to a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It fired.
    Fired,
    /// It still fires, and nobody was told for a while.
    Reminded,
    /// It is calm again.
    Resolved,
}

/// Where a rule stands after a look.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    /// Where it stands.
    pub(super) progress: Progress,
    /// What happened, if anything.
    pub(super) change: Option<Change>,
    /// Whether somebody is to be told of it.
    pub(super) tells: bool,
}

fn seconds(number: u32) -> Duration {
    Duration::from_secs(u64::from(number))
}

/// What one look makes of `before`. The incident's id is for whoever opens it to fill in.
pub(super) fn step(spec: &AlertRuleSpec, before: &Progress, reading: &Reading, now: Timestamp) -> Step {
    let mut progress = Progress { value: reading.value, looked_at: Some(now), ..before.clone() };
    let since = before.since.unwrap_or(now);
    match before.state {
        RuleState::Ok | RuleState::Pending if !reading.is_breached => {
            if before.state == RuleState::Pending || before.since.is_none() {
                progress.since = Some(now);
            }
            progress.state = RuleState::Ok;
            quiet(progress)
        }
        RuleState::Ok | RuleState::Pending => {
            let since = if before.state == RuleState::Pending { since } else { now };
            if now.since(since) < seconds(spec.for_s) {
                progress.state = RuleState::Pending;
                progress.since = Some(since);
                return quiet(progress);
            }
            progress.state = RuleState::Firing;
            progress.since = Some(now);
            progress.calm_since = None;
            progress.is_told = may_tell(spec, before, now);
            told(progress, Change::Fired, now)
        }
        RuleState::Firing if reading.is_calm => {
            let calm_since = before.calm_since.unwrap_or(now);
            progress.calm_since = Some(calm_since);
            if now.since(calm_since) < seconds(spec.resolve_for_s) {
                return quiet(progress);
            }
            let tells = before.is_told;
            let progress = Progress {
                state: RuleState::Ok,
                since: Some(now),
                calm_since: None,
                incident_id: None,
                is_told: false,
                ..progress
            };
            Step { progress, change: Some(Change::Resolved), tells }
        }
        RuleState::Firing => {
            progress.calm_since = None;
            if spec.repeat_after_s == 0 || !may_tell(spec, before, now) {
                return quiet(progress);
            }
            progress.is_told = true;
            told(progress, Change::Reminded, now)
        }
    }
}

/// Whether there is somebody to tell, and the last notification is long enough ago.
fn may_tell(spec: &AlertRuleSpec, before: &Progress, now: Timestamp) -> bool {
    !spec.notify.is_empty() && before.notified_at.is_none_or(|at| now.since(at) >= seconds(spec.repeat_after_s))
}

fn quiet(progress: Progress) -> Step {
    Step { progress, change: None, tells: false }
}

fn told(mut progress: Progress, change: Change, now: Timestamp) -> Step {
    let tells = progress.is_told;
    if tells {
        progress.notified_at = Some(now);
    }
    Step { progress, change: Some(change), tells }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn spec(for_s: u32, resolve_for_s: u32, repeat_after_s: u32) -> AlertRuleSpec {
        serde_json::from_value(json!({
            "name": "r", "condition": {"kind": "error_rate", "above": 0.5}, "resolve_below": 0.2,
            "for_s": for_s, "resolve_for_s": resolve_for_s, "repeat_after_s": repeat_after_s,
            "notify": [{"type": "webhook", "url": "https://h.example/"}],
        }))
        .unwrap()
    }

    fn reading(value: f64) -> Reading {
        Reading {
            value: Some(value),
            threshold: 0.5,
            is_breached: value > 0.5,
            is_calm: value < 0.2,
            unit: "share",
            said: String::new(),
        }
    }

    /// One look each second; gives each change with its second.
    fn walk(spec: &AlertRuleSpec, values: &[f64]) -> Vec<(usize, Change, bool)> {
        let mut progress = Progress::default();
        let mut changes = Vec::new();
        for (second, value) in values.iter().enumerate() {
            let now = Timestamp::from_micros(1_000_000_000 + second as i64 * 1_000_000);
            let step = step(spec, &progress, &reading(*value), now);
            // As the database would keep it.
            progress = serde_json::from_value(serde_json::to_value(&step.progress).unwrap()).unwrap();
            changes.extend(step.change.map(|change| (second, change, step.tells)));
        }
        changes
    }

    #[test]
    fn it_fires_after_holding_long_enough_and_resolves_after_being_calm_long_enough() {
        let high = [0.9; 4];
        assert_eq!(walk(&spec(3, 2, 0), &high[..3]), vec![]);
        assert_eq!(walk(&spec(3, 2, 0), &high), [(3, Change::Fired, true)]);
        let dips = [0.9, 0.9, 0.4, 0.9, 0.9, 0.9];
        assert_eq!(walk(&spec(3, 2, 0), &dips), vec![], "one look below begins it anew");
        let between = [0.9, 0.1, 0.3, 0.1, 0.1, 0.1];
        assert_eq!(
            walk(&spec(0, 2, 0), &between),
            [(0, Change::Fired, true), (5, Change::Resolved, true)],
            "0.3 is below the threshold, but not calm"
        );
    }

    #[test]
    fn a_flapping_value_tells_once_and_reminds_when_it_goes_on() {
        let flapping = [0.9, 0.1, 0.9, 0.1, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.1];
        assert_eq!(
            walk(&spec(0, 0, 8), &flapping),
            [
                (0, Change::Fired, true),
                (1, Change::Resolved, true),
                (2, Change::Fired, false),
                (3, Change::Resolved, false),
                (4, Change::Fired, false),
                (8, Change::Reminded, true),
                (11, Change::Resolved, true),
            ]
        );
    }

    #[test]
    fn without_targets_nobody_is_told_until_there_is_one() {
        let told = spec(0, 0, 8);
        let mute = AlertRuleSpec { notify: Vec::new(), ..told.clone() };
        assert_eq!(walk(&mute, &[0.9, 0.9, 0.1]), [(0, Change::Fired, false), (2, Change::Resolved, false)]);
        let now = Timestamp::from_micros(1_000_000_000);
        let fired = step(&mute, &Progress::default(), &reading(0.9), now).progress;
        let next = step(&told, &fired, &reading(0.9), now.plus(Duration::from_secs(1)));
        assert_eq!((next.change, next.tells), (Some(Change::Reminded), true), "the first who can be told is told");
    }

    proptest! {
        #[test]
        fn changes_alternate_and_nobody_is_told_twice_within_the_pause(
            values in proptest::collection::vec(0.0..1.0f64, 1..80),
            for_s in 0..5u32, resolve_for_s in 0..5u32, repeat_after_s in 0..10u32,
        ) {
            let changes = walk(&spec(for_s, resolve_for_s, repeat_after_s), &values);
            let mut is_firing = false;
            let mut last_told: Option<usize> = None;
            for (second, change, tells) in changes {
                match change {
                    Change::Fired => { prop_assert!(!is_firing); is_firing = true; }
                    Change::Reminded => prop_assert!(is_firing && repeat_after_s > 0 && tells),
                    Change::Resolved => { prop_assert!(is_firing); is_firing = false; }
                }
                if tells && change != Change::Resolved {
                    prop_assert!(last_told.is_none_or(|at| second - at >= repeat_after_s as usize));
                    last_told = Some(second);
                }
            }
        }
    }
}
