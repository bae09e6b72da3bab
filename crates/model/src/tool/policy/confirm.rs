//! What the person on the line is asked before a tool acts.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use crate::Fault;

/// Whether the person on the line must agree first. `true` asks in general words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Confirm {
    /// No.
    #[default]
    No,
    /// Yes, by this rule.
    Yes(ConfirmRule),
}

/// How the person on the line is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ConfirmRule {
    /// What the model is to ask: a template over the arguments and the context. Without it, a general question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ask: Option<String>,
    /// How long it waits, in seconds: 10 to 86400.
    pub expires_s: u32,
}

impl Default for ConfirmRule {
    fn default() -> Self {
        Self { ask: None, expires_s: 600 }
    }
}

impl Confirm {
    /// Whether nobody is asked.
    pub fn is_no(&self) -> bool {
        *self == Self::No
    }

    /// The rule, when somebody is asked.
    pub fn rule(&self) -> Option<&ConfirmRule> {
        match self {
            Self::No => None,
            Self::Yes(rule) => Some(rule),
        }
    }

    /// Checks the bounds.
    ///
    /// # Errors
    /// Names the field.
    pub fn check(&self) -> Result<(), Fault> {
        let Some(rule) = self.rule() else { return Ok(()) };
        if !(10..=86_400).contains(&rule.expires_s) {
            let field = "policy.confirm.expires_s";
            return Err(Fault::invalid(field, format!("`{field}` must be between 10 and 86400 seconds")));
        }
        if rule.ask.as_ref().is_some_and(|ask| ask.len() > 2_000) {
            let field = "policy.confirm.ask";
            return Err(Fault::invalid(field, format!("`{field}` may have at most 2000 bytes")));
        }
        Ok(())
    }
}

impl From<bool> for Confirm {
    fn from(asked: bool) -> Self {
        if asked { Self::Yes(ConfirmRule::default()) } else { Self::No }
    }
}

impl Serialize for Confirm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::No => serializer.serialize_bool(false),
            Self::Yes(rule) if *rule == ConfirmRule::default() => serializer.serialize_bool(true),
            Self::Yes(rule) => rule.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Confirm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::Bool(asked) => Ok(asked.into()),
            serde_json::Value::String(ask) => Ok(Self::Yes(ConfirmRule { ask: Some(ask), ..ConfirmRule::default() })),
            rule @ serde_json::Value::Object(_) => {
                serde_json::from_value(rule).map(Self::Yes).map_err(serde::de::Error::custom)
            }
            _ => Err(serde::de::Error::custom("must be true, false, a question or a rule such as {\"ask\": \"…\"}")),
        }
    }
}
