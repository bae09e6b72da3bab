//! Who has to agree before a tool acts.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use crate::{Fault, account::Role, webhook::WebhookTarget};

/// The most people that one approval may need.
const MAX_APPROVERS: u8 = 10;
/// The longest that an approval may wait: thirty days.
const MAX_EXPIRES_S: u32 = 30 * 24 * 3600;

/// Who has to agree before a tool acts. `true` means: one person with the right to decide, within a day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Approval {
    /// Nobody.
    #[default]
    No,
    /// Somebody, by this rule.
    Yes(Box<ApprovalRule>),
}

/// By which rule an approval is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ApprovalRule {
    /// How many different people have to agree, 1 to 10.
    pub count: u8,
    /// The least role of those who decide.
    pub role: Role,
    /// Only these people, by e-mail address; empty means whoever has the role.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<String>,
    /// The user whose token asked may not decide. (The token itself never may.)
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub four_eyes: bool,
    /// How long it waits, in seconds: 30 to 2592000.
    pub expires_s: u32,
    /// Told of each request, with signed links that decide it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook: Option<WebhookTarget>,
}

impl Default for ApprovalRule {
    fn default() -> Self {
        Self {
            count: 1,
            role: Role::Operator,
            users: Vec::new(),
            four_eyes: false,
            expires_s: 24 * 3600,
            webhook: None,
        }
    }
}

impl Approval {
    /// Whether nobody is asked.
    pub fn is_no(&self) -> bool {
        *self == Self::No
    }

    /// The rule, when somebody is asked.
    pub fn rule(&self) -> Option<&ApprovalRule> {
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
        let refuse = |field: &str, why: &str| {
            let field = format!("policy.approval.{field}");
            Err(Fault::invalid(&field, format!("`{field}` {why}")))
        };
        if !(1..=MAX_APPROVERS).contains(&rule.count) {
            return refuse("count", "must be between 1 and 10");
        }
        if !(30..=MAX_EXPIRES_S).contains(&rule.expires_s) {
            return refuse("expires_s", "must be between 30 and 2592000 seconds");
        }
        if rule.role < Role::Operator {
            return refuse("role", "must be `operator` or higher: a viewer decides nothing");
        }
        if rule.users.len() > 100 || rule.users.iter().any(|user| !user.contains('@')) {
            return refuse("users", "must be at most 100 e-mail addresses");
        }
        if !rule.users.is_empty() && rule.users.len() < usize::from(rule.count) {
            return refuse("users", "names fewer people than `count` needs");
        }
        rule.webhook.as_ref().map_or(Ok(()), |webhook| webhook.check("policy.approval.webhook"))
    }
}

impl Serialize for Approval {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::No => serializer.serialize_bool(false),
            Self::Yes(rule) if **rule == ApprovalRule::default() => serializer.serialize_bool(true),
            Self::Yes(rule) => rule.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Approval {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::Bool(false) => Ok(Self::No),
            serde_json::Value::Bool(true) => Ok(Self::Yes(Box::default())),
            rule @ serde_json::Value::Object(_) => {
                serde_json::from_value(rule).map(|rule| Self::Yes(Box::new(rule))).map_err(serde::de::Error::custom)
            }
            _ => Err(serde::de::Error::custom("must be true, false or a rule such as {\"count\": 2}")),
        }
    }
}
