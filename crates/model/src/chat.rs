//! What a model is told and what it says, whoever serves it.
//!
//! A thread is a list of these messages; the crate `llm` writes them in each provider's own form.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::id::DocumentId;

/// A piece of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    /// Text.
    Text {
        /// The text itself.
        text: String,
    },
    /// A picture.
    Image {
        /// Its media type, such as `image/png`.
        media_type: String,
        /// The bytes in base64.
        data: String,
    },
    /// A picture that is kept as a document; a model is shown its bytes.
    Document {
        /// Which.
        document: DocumentId,
        /// Its media type.
        media_type: String,
    },
}

impl Part {
    /// A piece of text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }
}

/// What somebody says: a text, or pieces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged, expecting = "expected a text, or a list of parts such as {\"type\": \"text\", \"text\": …}")]
#[schema(as = Utterance)]
pub enum Said {
    /// A text.
    Text(String),
    /// Text and pictures.
    Parts(Vec<Part>),
}

impl Said {
    /// The pieces.
    pub fn parts(self) -> Vec<Part> {
        match self {
            Self::Text(text) => vec![Part::text(text)],
            Self::Parts(parts) => parts,
        }
    }
}

/// A tool that the model wants to be called.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ToolCall {
    /// The provider's id of the call, unique within its message; ours where the provider gives none.
    pub id: String,
    /// The tool's name as the model wrote it.
    pub name: String,
    /// An object; a text when what the model wrote is not JSON.
    pub arguments: Value,
}

/// What a provider wants back word for word with the next request: signed thoughts, reasoning items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Opaque {
    /// The form that it belongs to, for example `gemini`; another provider is not given it.
    pub form: String,
    /// The pieces as they came.
    #[schema(value_type = Value)]
    pub value: Value,
}

/// One message of a thread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum ChatMessage {
    /// What a person, or whoever started the run, says.
    User {
        /// At least one piece.
        content: Vec<Part>,
    },
    /// What the model says.
    Assistant {
        /// Its words; may be empty when it calls tools.
        #[serde(default)]
        text: String,
        /// The tools that it wants called, in its order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tool_calls: Vec<ToolCall>,
        /// Kept for the provider.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opaque: Option<Opaque>,
    },
    /// What came of one of the tools.
    Tool {
        /// Which call.
        tool_call_id: String,
        /// The tool's name.
        name: String,
        /// What the model reads.
        content: Vec<Part>,
        /// Whether it failed.
        #[serde(default)]
        is_error: bool,
    },
}

impl ChatMessage {
    /// A person's words.
    pub fn user(text: impl Into<String>) -> Self {
        Self::User { content: vec![Part::text(text)] }
    }

    /// Whether a person says it.
    pub const fn is_user(&self) -> bool {
        matches!(self, Self::User { .. })
    }

    /// The name of whoever speaks, as it is on the wire.
    pub const fn role(&self) -> &'static str {
        match self {
            Self::User { .. } => "user",
            Self::Assistant { .. } => "assistant",
            Self::Tool { .. } => "tool",
        }
    }

    /// All its words, in one text.
    pub fn text(&self) -> String {
        match self {
            Self::Assistant { text, .. } => text.clone(),
            Self::User { content } | Self::Tool { content, .. } => {
                let words: Vec<&str> = content
                    .iter()
                    .filter_map(|part| match part {
                        Part::Text { text } => Some(text.as_str()),
                        Part::Image { .. } | Part::Document { .. } => None,
                    })
                    .collect();
                words.join("\n")
            }
        }
    }
}

/// Tokens that were used, as the provider counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Usage {
    /// What the model was given.
    pub prompt_tokens: u64,
    /// What it wrote, its thoughts included.
    pub completion_tokens: u64,
    /// Both.
    pub total_tokens: u64,
    /// Those of `prompt_tokens` that the provider had kept.
    #[serde(skip_serializing_if = "is_zero")]
    pub cached_tokens: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.prompt_tokens = self.prompt_tokens.saturating_add(other.prompt_tokens);
        self.completion_tokens = self.completion_tokens.saturating_add(other.completion_tokens);
        self.total_tokens = self.total_tokens.saturating_add(other.total_tokens);
        self.cached_tokens = self.cached_tokens.saturating_add(other.cached_tokens);
    }
}
