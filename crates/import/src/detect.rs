//! Which format a document is in.

use std::borrow::Cow;

use callwright_model::Fault;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{Document, text, wrong};

/// The format of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ImportFormat)]
pub enum Format {
    /// Whatever it looks like.
    #[default]
    Auto,
    /// OpenAPI 3.0 or 3.1, JSON or YAML.
    Openapi,
    /// Function definitions of OpenAI, or what takes their form.
    Openai,
    /// A curl command.
    Curl,
    /// A Postman collection, version 2.1 or 2.0.
    Postman,
    /// Webhook and system tools of a voice platform.
    Voice,
    /// Tools of ElevenLabs, as its API takes and gives them.
    Elevenlabs,
    /// Tools of Vapi, as its API takes and gives them.
    Vapi,
}

impl Format {
    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Openapi => "openapi",
            Self::Openai => "openai",
            Self::Curl => "curl",
            Self::Postman => "postman",
            Self::Voice => "voice",
            Self::Elevenlabs => "elevenlabs",
            Self::Vapi => "vapi",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Auto, Self::Openapi, Self::Openai, Self::Curl, Self::Postman, Self::Voice, Self::Elevenlabs, Self::Vapi]
            .into_iter()
            .find(|format| format.as_str() == text)
    }

    /// Whether a document of this format lists everything its source has, so that what is missing in it is gone.
    pub const fn is_complete(self) -> bool {
        matches!(self, Self::Openapi | Self::Postman)
    }
}

/// The document as a value, and its format when that was `auto`. A curl command becomes a text.
pub(crate) fn read(document: &Document, format: Format) -> Result<(Format, Cow<'_, Value>), Fault> {
    let value = match document {
        Document::Json(value) => Cow::Borrowed(value),
        Document::Text(text) => {
            let text = text.trim_start_matches('\u{feff}').trim();
            if text.is_empty() {
                return Err(wrong("the document is empty"));
            }
            let is_curl = format == Format::Curl || (format == Format::Auto && looks_like_curl(text));
            Cow::Owned(if is_curl { Value::String(text.to_owned()) } else { text::parse(text)? })
        }
    };
    let format = if format == Format::Auto { guess(&value)? } else { format };
    Ok((format, value))
}

fn is_elevenlabs(tool: &Value) -> bool {
    match tool.get("type").and_then(Value::as_str) {
        Some("webhook") => tool.get("api_schema").is_some(),
        Some("client") => tool.get("name").is_some(),
        Some("system") => tool.get("params").is_some(),
        _ => false,
    }
}

fn is_vapi(tool: &Value) -> bool {
    match tool.get("type").and_then(Value::as_str) {
        Some("apiRequest" | "transferCall" | "handoff" | "endCall" | "dtmf") => true,
        Some("function") => ["server", "messages", "async"].iter().any(|field| tool.get(field).is_some()),
        _ => false,
    }
}

fn looks_like_curl(text: &str) -> bool {
    let text = text.trim_start_matches('$').trim_start();
    let first = text.split_whitespace().next().unwrap_or_default();
    first == "curl" || first.ends_with("/curl") || first == "curl.exe"
}

fn guess(value: &Value) -> Result<Format, Fault> {
    let first = match value {
        Value::String(text) if looks_like_curl(text.trim()) => return Ok(Format::Curl),
        Value::Array(items) => items.first().unwrap_or(value),
        Value::Object(map) => {
            let tools = map.get("tools").or_else(|| value.pointer("/result/tools"));
            tools.and_then(Value::as_array).and_then(|tools| tools.first()).unwrap_or(value)
        }
        _ => value,
    };
    let has = |key: &str| first.get(key).is_some();
    if has("openapi") || has("swagger") {
        Ok(Format::Openapi)
    } else if has("info") && has("item") {
        Ok(Format::Postman)
    } else if has("tool_config") || is_elevenlabs(first) {
        Ok(Format::Elevenlabs)
    } else if is_vapi(first) {
        Ok(Format::Vapi)
    } else if has("tool_type") {
        Ok(Format::Voice)
    } else if has("function") || has("functions") || has("name") {
        Ok(Format::Openai)
    } else {
        Err(Fault::invalid(
            "format",
            "it cannot be told what the document is: say `format: openapi`, `openai`, `curl`, `postman`, `voice`, `elevenlabs` or `vapi`",
        ))
    }
}
