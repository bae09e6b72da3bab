//! Alert rules: what to watch, when to fire and when to be calm again, and what was raised.
//!
//! What a rule measures and how it is read from the log is the runtime's; here are the words and the bounds.

mod check;
mod described;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    ErrorClass, Timestamp,
    id::{AlertRuleId, IncidentId, OrgId, UserId},
};

/// The longest time that a rule looks back over, in seconds.
pub const MAX_WINDOW_S: u32 = 86_400;
/// The most executions of a window that are looked at, newest first.
pub const MAX_SAMPLE: u32 = 10_000;
/// The most that a plain bound on the number of executions may be.
pub const MAX_VOLUME: u32 = 100_000;

/// A rule as its author writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertRuleSpec {
    /// Unique in the organization, 1 to 100 characters.
    pub name: String,
    /// What it is for and what to do when it fires, at most 2,000 characters. It is part of the notification.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Whether it is looked at.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// How bad it is, for whoever sorts the notifications.
    #[serde(default)]
    pub severity: Severity,
    /// What is watched.
    pub condition: Condition,
    /// Whose executions are watched; the organization's when empty.
    #[serde(default, skip_serializing_if = "AlertScope::is_all")]
    pub scope: AlertScope,
    /// How long the condition must hold before it fires, in seconds; at most a day.
    #[serde(default)]
    pub for_s: u32,
    /// Below this it may be calm again, in the condition's own unit. The condition's threshold when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolve_below: Option<f64>,
    /// How long it must have been below that, in seconds; at most a day.
    #[serde(default = "a_minute")]
    pub resolve_for_s: u32,
    /// No second notification within this many seconds, and a reminder each time they have passed while it goes on.
    /// 0: no reminders.
    #[serde(default = "an_hour")]
    pub repeat_after_s: u32,
    /// Who is told; at most 5.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notify: Vec<Target>,
}

fn yes() -> bool {
    true
}

fn a_minute() -> u32 {
    60
}

fn an_hour() -> u32 {
    3_600
}

fn five_minutes() -> u32 {
    300
}

fn one() -> u32 {
    1
}

fn twenty() -> u32 {
    20
}

fn ninety_five() -> u8 {
    95
}

fn a_week() -> u8 {
    7
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth a look today.
    #[default]
    Warning,
    /// Worth waking somebody.
    Critical,
}

/// What a rule watches. Rehearsals (`dry_run`) never count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// Executions that failed, or whose outcome is not known.
    Failure {
        /// Only of these classes; empty means any.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        classes: Vec<ErrorClass>,
        /// How far back to look, in seconds, 10 to 86400.
        #[serde(default = "five_minutes")]
        window_s: u32,
        /// Fires at this many.
        #[serde(default = "one")]
        at_least: u32,
    },
    /// The share of executions that failed, 0 to 1.
    ErrorRate {
        /// Only these classes count as failed; empty means any.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        classes: Vec<ErrorClass>,
        /// How far back to look, in seconds, 10 to 86400. Of a busy window the newest 10,000 are looked at.
        #[serde(default = "five_minutes")]
        window_s: u32,
        /// Fires above this share.
        above: f64,
        /// With fewer executions than this it says nothing.
        #[serde(default = "twenty")]
        minimum: u32,
    },
    /// A percentile of how long executions took, in milliseconds.
    Latency {
        /// How far back to look, in seconds, 10 to 86400. Of a busy window the newest 2,000 are looked at.
        #[serde(default = "five_minutes")]
        window_s: u32,
        /// Which percentile, 50 to 99.
        #[serde(default = "ninety_five")]
        percentile: u8,
        /// Fires above this.
        above_ms: f64,
        /// With fewer executions than this it says nothing.
        #[serde(default = "twenty")]
        minimum: u32,
    },
    /// More or fewer executions than usual: against plain bounds over a window, or against the same hour of earlier
    /// days.
    Volume {
        /// How far back to look for `min` and `max`, in seconds, 10 to 86400.
        #[serde(default = "an_hour")]
        window_s: u32,
        /// Fires below this many.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<u32>,
        /// Fires above this many.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<u32>,
        /// Fires when an hour's number is this many standard deviations from the mean of the same hour on earlier
        /// days, 1 to 10. Too many is noticed during the hour, too few when it is over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deviations: Option<f64>,
        /// How many earlier days are compared, 3 to 28. With fewer than three it says nothing.
        #[serde(default = "a_week")]
        days: u8,
    },
    /// Requests that the outbound policy refused: a tool was pointed at something that it may not reach.
    GuardRefusals {
        /// How far back to look, in seconds, 10 to 86400.
        #[serde(default = "five_minutes")]
        window_s: u32,
        /// Fires at this many.
        #[serde(default = "one")]
        at_least: u32,
    },
}

impl Condition {
    /// The name used on the wire.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Failure { .. } => "failure",
            Self::ErrorRate { .. } => "error_rate",
            Self::Latency { .. } => "latency",
            Self::Volume { .. } => "volume",
            Self::GuardRefusals { .. } => "guard_refusals",
        }
    }

    /// How far back it looks, in seconds.
    pub const fn window_s(&self) -> u32 {
        match self {
            Self::Failure { window_s, .. }
            | Self::ErrorRate { window_s, .. }
            | Self::Latency { window_s, .. }
            | Self::Volume { window_s, .. }
            | Self::GuardRefusals { window_s, .. } => *window_s,
        }
    }

    /// Where it fires; nothing for a volume, which has two bounds.
    pub fn threshold(&self) -> Option<f64> {
        match self {
            Self::Failure { at_least, .. } | Self::GuardRefusals { at_least, .. } => Some(f64::from(*at_least)),
            Self::ErrorRate { above, .. } => Some(*above),
            Self::Latency { above_ms, .. } => Some(*above_ms),
            Self::Volume { .. } => None,
        }
    }
}

/// Whose executions are watched. Both: the tool as called through the agent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertScope {
    /// Of this tool: its name or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// Through this agent: its name or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

impl AlertScope {
    fn is_all(&self) -> bool {
        *self == Self::default()
    }
}

/// Who is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Target {
    /// A POST of JSON, signed in the manner of Standard Webhooks.
    Webhook {
        /// Where to; http or https. It may carry a secret path, so that only those who may change rules see it.
        url: String,
        /// The secret of the organization that signs it, by name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<String>,
    },
    /// An e-mail, by the operator's SMTP server.
    Email {
        /// To whom; 1 to 10 addresses.
        to: Vec<String>,
    },
}

/// Where a rule stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleState {
    /// Calm.
    #[default]
    Ok,
    /// The condition holds, but not long enough yet.
    Pending,
    /// It has fired and is not calm yet.
    Firing,
}

/// Where a rule stands between two looks. Times are by the database's clock.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
#[schema(as = AlertProgress)]
pub struct Progress {
    /// Where it stands.
    pub state: RuleState,
    /// Since when it has been in that state.
    pub since: Option<Timestamp>,
    /// While it fires: since when the value has been low enough to be calm again.
    pub calm_since: Option<Timestamp>,
    /// When somebody was last told.
    pub notified_at: Option<Timestamp>,
    /// What it has raised and not resolved.
    pub incident_id: Option<IncidentId>,
    /// Whether somebody was told of what it has raised.
    pub is_told: bool,
    /// The value at the last look; nothing when there was too little to go by.
    pub value: Option<f64>,
    /// When it was last looked at.
    pub looked_at: Option<Timestamp>,
}

/// A rule as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertRule {
    /// Its id.
    pub id: AlertRuleId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// The author's form.
    #[serde(flatten)]
    pub spec: AlertRuleSpec,
    /// Where it stands.
    pub progress: Progress,
    /// Who made it.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// How an incident stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IncidentState {
    /// It goes on.
    Firing,
    /// It is over.
    Resolved,
}

impl IncidentState {
    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Firing => "firing",
            Self::Resolved => "resolved",
        }
    }

    /// Reads that name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Firing, Self::Resolved].into_iter().find(|state| state.as_str() == text)
    }
}

/// One time that a rule fired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// The rule.
    pub rule_id: AlertRuleId,
    /// The rule's name at that time.
    pub rule_name: String,
    /// How it stands.
    pub state: IncidentState,
    /// When it fired.
    pub fired_at: Timestamp,
    /// When it was over.
    pub resolved_at: Option<Timestamp>,
    /// What was seen.
    pub facts: IncidentFacts,
}

/// What was seen when a rule fired.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct IncidentFacts {
    /// How bad it is.
    pub severity: Severity,
    /// The value that made it fire.
    pub value: f64,
    /// Where it fires.
    pub threshold: f64,
    /// `executions`, `share` or `ms`.
    pub unit: String,
    /// What happened, in a sentence.
    pub message: String,
    /// How often somebody was told, reminders included. 0: another notification of the rule was too recent.
    pub notifications: u32,
    /// Why it ended, when that was not by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<String>,
}
