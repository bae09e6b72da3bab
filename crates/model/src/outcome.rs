//! What an execution gives back: content for models and people, a readable failure, or a wait.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{ToolError, control::Directive};

/// One piece of content. MCP, conversations and model APIs each take what they can use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// Plain text.
    Text {
        /// The text.
        text: String,
    },
    /// A JSON value.
    Json {
        /// The value.
        #[schema(value_type = Value)]
        value: Value,
    },
    /// A picture.
    Image {
        /// Base64.
        data: String,
        /// For example `image/png`.
        mime_type: String,
    },
    /// A sound.
    Audio {
        /// Base64.
        data: String,
        /// For example `audio/wav`.
        mime_type: String,
    },
    /// A thing with what is in it: a text, or bytes.
    Resource {
        /// What it is known by.
        uri: String,
        /// What it is, if known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mime_type: Option<String>,
        /// The text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// The bytes, in base64.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        blob: Option<String>,
    },
    /// A thing that is kept elsewhere.
    ResourceLink {
        /// Where it is.
        uri: String,
        /// What to call it.
        name: String,
        /// What it is, if known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mime_type: Option<String>,
    },
}

/// How much of a result was cut away to fit the model, and how to get the rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cut {
    /// The whole result's size in bytes.
    pub total_bytes: u64,
    /// The bytes shown here.
    pub shown_bytes: u64,
    /// For a list: its length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_items: Option<u64>,
    /// For a list: the items shown here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown_items: Option<u64>,
    /// Fetches what follows; absent when nothing more was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// The result of an execution that succeeded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Content {
    /// A sentence about the result, when the tool has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The result as JSON, when it is JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub data: Option<Value>,
    /// Content that is not JSON: text, pictures, links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<Block>,
    /// Present when the result was too large for the tool's budget.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truncated: Option<Cut>,
    /// What whoever called does next, besides reading this; only steps of a call say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directive: Option<Directive>,
}

impl Content {
    /// Content that is one JSON value.
    pub fn json(data: Value) -> Self {
        Self { data: Some(data), ..Self::default() }
    }

    /// Content that is one text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { blocks: vec![Block::Text { text: text.into() }], ..Self::default() }
    }
}

/// How an execution ended. `Pending` is one mechanism for everything that waits for somebody.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It worked.
    Done(Content),
    /// It did not, and the model can read why.
    Failed(ToolError),
}
