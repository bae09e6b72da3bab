//! The configuration of a `system` tool: a step of the call itself.
//!
//! Executed, such a tool becomes a control event ([`crate::control`]) that whoever carries the call acts on: the run
//! itself, a conversation socket, a webhook, or a driver that speaks to a telephone company.

mod driver;
mod read;
mod told;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use driver::Driver;

use crate::webhook::WebhookTarget;

/// The most trigger phrases of one tool.
pub const MOST_PHRASES: usize = 50;

/// The configuration of a `system` tool.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SystemConfig {
    /// The step. The guide's word for `action`, `tool_type`, is taken too.
    #[serde(flatten)]
    pub action: SystemAction,
    /// What people say when they want it, at most 50; told to the model.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 50)]
    pub trigger_phrases: Vec<String>,
    /// Told of each time that it is done, as `call.control`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook: Option<WebhookTarget>,
    /// Who acts on the telephone call itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<Driver>,
    /// Only read: false means that the tool is not `active`.
    #[serde(skip_serializing)]
    #[schema(write_only)]
    pub enabled: Option<bool>,
    /// Only read: true means `policy.confirm`.
    #[serde(skip_serializing)]
    #[schema(write_only)]
    pub confirmation_required: Option<bool>,
}

/// A step of the call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum SystemAction {
    /// The agent ends the conversation.
    EndCall {
        /// Said before the call ends, unless the model says something itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// Another agent takes over. `transfer_to_agent` means the same.
    #[serde(alias = "transfer_to_agent")]
    TransferToAiAgent {
        /// To whom, and when; 1 to 50.
        #[serde(alias = "transfers")]
        rules: Vec<AgentRule>,
    },
    /// A person takes over by telephone.
    TransferToNumber {
        /// To which number, and when; 1 to 50.
        rules: Vec<NumberRule>,
    },
    /// The conversation goes on in another language.
    LanguageDetection {
        /// Codes such as `en` and `de`; empty means any.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        supported_languages: Vec<String>,
        /// How sure the model must be, 0 to 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(minimum = 0, maximum = 1)]
        detection_threshold: Option<f64>,
        /// Said when the language changes; `{language}` is its code.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        switch_message: Option<String>,
    },
    /// The agent stays silent for one turn.
    SkipTurn {
        /// After this many seconds of silence.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trigger_silence_duration: Option<f64>,
        /// At most this often in a row.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_skips: Option<u32>,
    },
    /// Telephone keys are pressed. `play_keypad_touch_tone` means the same.
    #[serde(alias = "play_keypad_touch_tone")]
    PlayDtmf {
        /// The pause between two keys, in milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pause_ms: Option<u32>,
    },
}

/// When another agent takes over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentRule {
    /// The agent, by id or name.
    pub agent_id: String,
    /// When, in words for the model.
    pub condition: String,
    /// Said before the transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_message: Option<String>,
    /// Whether the other agent speaks first; else it answers what the person said last.
    #[serde(default, alias = "enable_transferred_agent_first_message")]
    pub enable_first_message: bool,
    /// Whether it is given what was said so far; else only what the person said last.
    #[serde(default = "yes")]
    pub pass_context: bool,
}

/// When a person takes over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberRule {
    /// The number in the form of E.164, for example `+61411234567`, or a `sip:` address.
    pub phone_number: String,
    /// When, in words for the model.
    #[serde(default)]
    pub condition: String,
    /// Said before the transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_message: Option<String>,
    /// Whether the agent introduces the caller first.
    #[serde(default)]
    pub transfer_mode: TransferMode,
    /// Whether the caller hears music meanwhile.
    #[serde(default)]
    pub play_hold_music: bool,
}

/// How a call is handed to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransferMode {
    /// The agent introduces the caller first.
    Warm,
    /// At once.
    #[default]
    Cold,
}

fn yes() -> bool {
    true
}

impl SystemAction {
    /// The name of the action on the wire.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::EndCall { .. } => "end_call",
            Self::TransferToAiAgent { .. } => "transfer_to_ai_agent",
            Self::TransferToNumber { .. } => "transfer_to_number",
            Self::LanguageDetection { .. } => "language_detection",
            Self::SkipTurn { .. } => "skip_turn",
            Self::PlayDtmf { .. } => "play_dtmf",
        }
    }
}

impl From<SystemAction> for SystemConfig {
    fn from(action: SystemAction) -> Self {
        Self {
            action,
            trigger_phrases: Vec::new(),
            webhook: None,
            driver: None,
            enabled: None,
            confirmation_required: None,
        }
    }
}

/// Whether a text is a telephone number in the form of E.164.
pub fn is_e164(text: &str) -> bool {
    let Some(digits) = text.strip_prefix('+') else { return false };
    (3..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is keys of a telephone: digits, `*`, `#`, and `w` and `W` for a pause; at most 64.
pub fn is_dtmf(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit() || b"*#wW".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_keys_are_what_a_telephone_takes() {
        for good in ["+61411234567", "+123", "+123456789012345"] {
            assert!(is_e164(good), "{good}");
        }
        for bad in ["61411234567", "+0411234567", "+12", "+1234567890123456", "+61 411", "reception", "+", ""] {
            assert!(!is_e164(bad), "{bad}");
        }
        assert!(is_dtmf("1w2W*#0") && !is_dtmf("") && !is_dtmf("A") && !is_dtmf("1,2") && !is_dtmf(&"1".repeat(65)));
    }
}
