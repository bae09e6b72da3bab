//! What is said of a rule that fired, goes on or is calm again: one JSON document for machines, a subject and a text
//! for people.

use callwright_model::{
    Timestamp,
    alert::{AlertRule, Incident},
};
use serde_json::{Value, json};

use super::step::Change;

/// A notification, before it is addressed to anybody.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Notice {
    /// The event's name, for example `alert.fired`.
    pub(super) event: &'static str,
    /// For machines.
    pub(super) data: Value,
    /// One line for people.
    pub(super) subject: String,
    /// The whole for people.
    pub(super) text: String,
}

/// What is said of `incident`.
pub(super) fn of(rule: &AlertRule, incident: &Incident, change: Change) -> Notice {
    let (event, word) = match change {
        Change::Fired => ("alert.fired", "FIRING"),
        Change::Reminded => ("alert.reminder", "STILL FIRING"),
        Change::Resolved => ("alert.resolved", "resolved"),
    };
    write(rule, incident, event, word)
}

/// What is said to try a rule's targets.
pub(super) fn test(rule: &AlertRule, now: Timestamp) -> Notice {
    let message = "this is only a test of the notification; nothing has happened".to_owned();
    let data = document(rule, json!({ "message": message, "sent_at": now }));
    let subject = format!("[callwright] test: {}", rule.spec.name);
    let text = format!("{message}\n\n{}", footer(rule));
    Notice { event: "alert.test", data, subject, text }
}

fn write(rule: &AlertRule, incident: &Incident, event: &'static str, word: &str) -> Notice {
    let facts = &incident.facts;
    let data = document(
        rule,
        json!({
            "incident_id": incident.id,
            "state": incident.state,
            "fired_at": incident.fired_at,
            "resolved_at": incident.resolved_at,
            "value": rule.progress.value,
            "value_when_fired": facts.value,
            "threshold": facts.threshold,
            "unit": facts.unit,
            "message": facts.message,
        }),
    );
    let subject = format!("[callwright] {word}: {}", rule.spec.name);
    let mut text = format!("{}\n\nfired at {}\n", facts.message, incident.fired_at);
    if let Some(at) = incident.resolved_at {
        text.push_str(&format!("resolved at {at}\n"));
    }
    if !rule.spec.description.is_empty() {
        text.push_str(&format!("\n{}\n", rule.spec.description));
    }
    text.push_str(&format!("\n{}", footer(rule)));
    Notice { event, data, subject, text }
}

fn document(rule: &AlertRule, mut data: Value) -> Value {
    data["organization_id"] = json!(rule.organization_id);
    data["rule"] = json!({
        "id": rule.id,
        "name": rule.spec.name,
        "description": rule.spec.description,
        "kind": rule.spec.condition.kind(),
        "severity": rule.spec.severity,
        "scope": rule.spec.scope,
    });
    data
}

fn footer(rule: &AlertRule) -> String {
    let mut watched = "the whole organization".to_owned();
    if let Some(tool) = &rule.spec.scope.tool {
        watched = format!("tool {tool}");
    }
    if let Some(agent) = &rule.spec.scope.agent {
        watched.push_str(&format!(", agent {agent}"));
    }
    format!("rule {} ({}), watching {watched}\n", rule.id, rule.spec.condition.kind())
}
