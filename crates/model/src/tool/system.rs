//! The configuration of a `system` tool: a step of the call itself.
//!
//! Executed, such a tool becomes a control event that whoever carries the call (a telephony driver, a conversation
//! socket, a webhook) acts on; nothing is sent anywhere.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

/// A step of the call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case", deny_unknown_fields)]
pub enum SystemConfig {
    /// The agent ends the conversation.
    EndCall {
        /// What people say when they want to end it; told to the model.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        trigger_phrases: Vec<String>,
        /// Said before the call ends.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
    /// Another agent takes over.
    TransferToAiAgent {
        /// To whom, and when.
        rules: Vec<AgentRule>,
    },
    /// A person takes over by telephone.
    TransferToNumber {
        /// To which number, and when.
        rules: Vec<NumberRule>,
    },
    /// The conversation goes on in another language.
    LanguageDetection {
        /// Codes such as `en` and `de`; empty means any.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        supported_languages: Vec<String>,
        /// How sure the detection must be, 0 to 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
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
    /// Telephone keys are pressed.
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
    /// The agent.
    pub agent_id: String,
    /// When, in words for the model.
    pub condition: String,
    /// Said before the transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_message: Option<String>,
    /// Whether the other agent speaks first.
    #[serde(default)]
    pub enable_first_message: bool,
    /// Whether it is given what was said so far.
    #[serde(default = "yes")]
    pub pass_context: bool,
}

/// When a person takes over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberRule {
    /// The number, for example `+61411234567`.
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

impl SystemConfig {
    /// The name of the action on the wire.
    pub const fn action(&self) -> &'static str {
        match self {
            Self::EndCall { .. } => "end_call",
            Self::TransferToAiAgent { .. } => "transfer_to_ai_agent",
            Self::TransferToNumber { .. } => "transfer_to_number",
            Self::LanguageDetection { .. } => "language_detection",
            Self::SkipTurn { .. } => "skip_turn",
            Self::PlayDtmf { .. } => "play_dtmf",
        }
    }

    /// What the model has to say: the JSON Schema of the arguments.
    pub fn parameters(&self) -> Value {
        let reason = json!({"type": "string", "description": "Why, in a few words"});
        let (properties, required) = match self {
            Self::EndCall { .. } => (
                json!({"reason": reason, "message": {"type": "string", "description": "A farewell to say first"}}),
                vec![],
            ),
            Self::TransferToAiAgent { rules } => {
                let rules: Vec<_> =
                    rules.iter().map(|rule| (rule.agent_id.as_str(), rule.condition.as_str())).collect();
                (
                    json!({"agent_id": destination("The agent to transfer to", &rules), "reason": reason}),
                    vec!["agent_id"],
                )
            }
            Self::TransferToNumber { rules } => {
                let rules: Vec<_> =
                    rules.iter().map(|rule| (rule.phone_number.as_str(), rule.condition.as_str())).collect();
                let number = destination("The number to transfer to", &rules);
                (json!({"phone_number": number, "reason": reason}), vec!["phone_number"])
            }
            Self::LanguageDetection { supported_languages, .. } => {
                let mut language = json!({"type": "string", "description": "The code of the language to go on in"});
                if !supported_languages.is_empty() {
                    language["enum"] = json!(supported_languages);
                }
                (json!({"language": language, "reason": reason}), vec!["language"])
            }
            Self::SkipTurn { .. } => (json!({"reason": reason}), vec![]),
            Self::PlayDtmf { .. } => {
                let keys = json!({"type": "string", "description": "The keys to press; `w` waits half a second", "pattern": "^[0-9A-D*#w]{1,64}$"});
                (json!({"digits": keys, "reason": reason}), vec!["digits"])
            }
        };
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    }
}

/// A choice among destinations, with the condition of each for the model to read.
fn destination(what: &str, rules: &[(&str, &str)]) -> Value {
    let choices: Vec<&str> = rules.iter().map(|(to, _)| *to).collect();
    let when: Vec<String> = rules
        .iter()
        .filter(|(_, condition)| !condition.is_empty())
        .map(|(to, condition)| format!("{to}: {condition}"))
        .collect();
    let description = if when.is_empty() { what.to_owned() } else { format!("{what}. {}", when.join("; ")) };
    json!({"type": "string", "enum": choices, "description": description})
}
