//! The context of an execution, with its provenance.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::Object;

/// What is known about the circumstances of an execution, and how it is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CallContext {
    /// Established by the server itself: who the token belongs to, signed call data, the agent.
    pub verified: Object,
    /// Sent by the caller. Anyone who can call can write here.
    pub client: Object,
}

impl CallContext {
    /// The value of a short name such as `call_sid`: verified first, then the client's.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.verified.get(name).or_else(|| self.client.get(name))
    }

    /// The same, when it is a text or a number.
    pub fn text(&self, name: &str) -> Option<String> {
        match self.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

/// Short names that templates may read without saying where from (`${call_sid}`).
pub const CALL_FIELDS: [&str; 13] = [
    "call_sid",
    "call_id",
    "phone_number",
    "from_number",
    "to_number",
    "conversation_id",
    "agent_id",
    "user_id",
    "organization_id",
    "execution_id",
    "correlation_id",
    "callback_url",
    "parameters",
];

/// Where a tool is being used; a tool may be restricted to some of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A phone call.
    Call,
    /// A chat.
    Chat,
    /// A text message.
    Sms,
    /// An inbound webhook.
    Webhook,
    /// A test by a person.
    Test,
    /// A client of the Model Context Protocol that says nothing more of where it is.
    Mcp,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 6] = [Self::Call, Self::Chat, Self::Sms, Self::Webhook, Self::Test, Self::Mcp];

    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Chat => "chat",
            Self::Sms => "sms",
            Self::Webhook => "webhook",
            Self::Test => "test",
            Self::Mcp => "mcp",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == text)
    }
}
