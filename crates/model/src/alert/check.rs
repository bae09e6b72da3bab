//! The bounds of a rule's fields.

use super::{AlertRuleSpec, Condition, MAX_VOLUME, MAX_WINDOW_S, Target};
use crate::{Fault, secret::is_secret_name};

const MAX_TARGETS: usize = 5;
const MAX_RECIPIENTS: usize = 10;
const DAY_S: u32 = 86_400;
const WEEK_S: u32 = 7 * DAY_S;

fn refuse(field: &str, wanted: &str) -> Fault {
    Fault::invalid(field, format!("`{field}` must be {wanted}"))
}

impl AlertRuleSpec {
    /// Refuses what is out of bounds, by the name of the field.
    pub fn check(&self) -> Result<(), Fault> {
        let name_length = self.name.trim().chars().count();
        if !(1..=100).contains(&name_length) || self.name.chars().any(char::is_control) {
            return Err(refuse("name", "1 to 100 characters, none of them a control character"));
        }
        if self.description.chars().count() > 2_000 {
            return Err(refuse("description", "at most 2000 characters"));
        }
        for (field, value, most) in [
            ("for_s", self.for_s, DAY_S),
            ("resolve_for_s", self.resolve_for_s, DAY_S),
            ("repeat_after_s", self.repeat_after_s, WEEK_S),
        ] {
            if value > most {
                return Err(refuse(field, &format!("at most {most}")));
            }
        }
        check_condition(&self.condition)?;
        self.check_calm()?;
        if self.notify.len() > MAX_TARGETS {
            return Err(refuse("notify", &format!("at most {MAX_TARGETS} targets")));
        }
        self.notify.iter().enumerate().try_for_each(|(at, target)| check_target(at, target))
    }

    /// Fires above and calm below: where calm would begin above the threshold, the rule could not make up its mind.
    fn check_calm(&self) -> Result<(), Fault> {
        let Some(below) = self.resolve_below else { return Ok(()) };
        match self.condition.threshold() {
            None => Err(Fault::invalid(
                "resolve_below",
                "`resolve_below` has no meaning for a volume, which is calm again within its bounds; leave it out",
            )),
            Some(threshold) if !(below > 0.0 && below <= threshold) => {
                Err(refuse("resolve_below", &format!("above 0 and no higher than the threshold, {threshold}")))
            }
            Some(_) => Ok(()),
        }
    }
}

fn check_condition(condition: &Condition) -> Result<(), Fault> {
    if !(10..=MAX_WINDOW_S).contains(&condition.window_s()) {
        return Err(refuse("condition.window_s", &format!("10 to {MAX_WINDOW_S}")));
    }
    match condition {
        Condition::Failure { at_least, .. } | Condition::GuardRefusals { at_least, .. } => {
            in_range("condition.at_least", f64::from(*at_least), 1.0, 10_000.0)
        }
        Condition::ErrorRate { above, minimum, .. } => {
            if !(0.0..1.0).contains(above) {
                return Err(refuse("condition.above", "a share from 0 to below 1, for example 0.2"));
            }
            in_range("condition.minimum", f64::from(*minimum), 1.0, 10_000.0)
        }
        Condition::Latency { percentile, above_ms, minimum, .. } => {
            in_range("condition.percentile", f64::from(*percentile), 50.0, 99.0)?;
            in_range("condition.above_ms", *above_ms, 1.0, 3_600_000.0)?;
            in_range("condition.minimum", f64::from(*minimum), 1.0, 2_000.0)
        }
        Condition::Volume { min, max, deviations, days, .. } => {
            let most = f64::from(MAX_VOLUME);
            if let Some(min) = min {
                in_range("condition.min", f64::from(*min), 1.0, most)?;
            }
            if let Some(max) = max {
                in_range("condition.max", f64::from(*max), 0.0, most)?;
            }
            if let (Some(min), Some(max)) = (min, max)
                && min > max
            {
                return Err(refuse("condition.min", "no higher than `condition.max`"));
            }
            if let Some(deviations) = deviations {
                in_range("condition.deviations", *deviations, 1.0, 10.0)?;
            }
            in_range("condition.days", f64::from(*days), 3.0, 28.0)?;
            match (min.is_some() || max.is_some(), deviations.is_some()) {
                (true, false) | (false, true) => Ok(()),
                _ => Err(Fault::invalid(
                    "condition.deviations",
                    "a volume is watched either by `condition.min` and `condition.max` or by `condition.deviations`; give one of the two",
                )),
            }
        }
    }
}

fn in_range(field: &str, value: f64, least: f64, most: f64) -> Result<(), Fault> {
    if (least..=most).contains(&value) { Ok(()) } else { Err(refuse(field, &format!("{least} to {most}"))) }
}

/// Whether an address can be reached is known only when something is sent; here only its form is looked at.
fn check_target(at: usize, target: &Target) -> Result<(), Fault> {
    match target {
        Target::Webhook { url, secret } => {
            if url.len() > 2_048 || !(url.starts_with("https://") || url.starts_with("http://")) {
                return Err(refuse(&format!("notify.{at}.url"), "an http or https URL of at most 2048 bytes"));
            }
            match secret {
                Some(name) if !is_secret_name(name) => {
                    Err(refuse(&format!("notify.{at}.secret"), "the name of a secret: letters, digits and `_`"))
                }
                _ => Ok(()),
            }
        }
        Target::Email { to } => {
            if !(1..=MAX_RECIPIENTS).contains(&to.len()) {
                return Err(refuse(&format!("notify.{at}.to"), &format!("1 to {MAX_RECIPIENTS} addresses")));
            }
            match to.iter().position(|address| !is_address(address)) {
                Some(which) => {
                    Err(refuse(&format!("notify.{at}.to.{which}"), "an e-mail address such as ops@example.com"))
                }
                None => Ok(()),
            }
        }
    }
}

fn is_address(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | ',' | ';' | '"' | '(' | ')' | '\\');
    text.len() <= 254
        && text.chars().all(is_plain)
        && text.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && host.len() >= 3 && host.contains('.') && !host.contains('@')
        })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn rule(condition: Value, rest: Value) -> Result<(), String> {
        let mut rule = json!({"name": "r", "condition": condition});
        crate::merge::merge_patch(&mut rule, &rest);
        let spec: AlertRuleSpec = serde_json::from_value(rule).map_err(|error| error.to_string())?;
        spec.check().map_err(|fault| fault.details.unwrap()["field"].as_str().unwrap().to_owned())
    }

    #[test]
    fn good_rules_pass_and_each_field_has_its_bounds() {
        let failure = json!({"kind": "failure"});
        assert_eq!(rule(failure.clone(), json!({})), Ok(()));
        assert_eq!(rule(json!({"kind": "volume", "max": 0}), json!({})), Ok(()));
        assert_eq!(rule(json!({"kind": "volume", "deviations": 3.0}), json!({})), Ok(()));
        for (condition, rest, field) in [
            (failure.clone(), json!({"name": " "}), "name"),
            (failure.clone(), json!({"for_s": 90_000}), "for_s"),
            (failure.clone(), json!({"resolve_below": 2.0}), "resolve_below"),
            (json!({"kind": "failure", "window_s": 5}), json!({}), "condition.window_s"),
            (json!({"kind": "failure", "at_least": 0}), json!({}), "condition.at_least"),
            (json!({"kind": "error_rate", "above": 1.0}), json!({}), "condition.above"),
            (json!({"kind": "error_rate", "above": 0.2}), json!({"resolve_below": 0.3}), "resolve_below"),
            (json!({"kind": "latency", "above_ms": 0.0}), json!({}), "condition.above_ms"),
            (json!({"kind": "latency", "above_ms": 5.0, "percentile": 20}), json!({}), "condition.percentile"),
            (json!({"kind": "volume"}), json!({}), "condition.deviations"),
            (json!({"kind": "volume", "min": 1, "deviations": 2.0}), json!({}), "condition.deviations"),
            (json!({"kind": "volume", "min": 5, "max": 2}), json!({}), "condition.min"),
            (json!({"kind": "volume", "max": 5}), json!({"resolve_below": 1.0}), "resolve_below"),
            (failure.clone(), json!({"notify": [{"type": "webhook", "url": "ftp://x"}]}), "notify.0.url"),
            (failure.clone(), json!({"notify": [{"type": "email", "to": []}]}), "notify.0.to"),
            (failure.clone(), json!({"notify": [{"type": "email", "to": ["a@b.c\r\nBcc: x@y.z"]}]}), "notify.0.to.0"),
        ] {
            assert_eq!(rule(condition.clone(), rest.clone()), Err(field.to_owned()), "{condition} {rest}");
        }
        assert!(rule(json!({"kind": "failure", "atleast": 1}), json!({})).unwrap_err().contains("atleast"));
        assert!(rule(json!({"kind": "smell"}), json!({})).is_err());
    }
}
