//! Where a model is served, in which form, and with which key.

use callwright_model::{definition::Format, secret::SecretString};
use http::HeaderMap;
use serde_json::{Map, Value};
use url::Url;

/// A provider's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// OpenAI's chat completions, and whatever speaks like them.
    OpenaiChat,
    /// OpenAI's Responses.
    OpenaiResponses,
    /// OpenAI's chat completions as Azure serves them.
    Azure,
    /// Anthropic's Messages.
    Anthropic,
    /// Gemini's `generateContent`.
    Gemini,
}

impl Form {
    /// The name that [`Opaque`](callwright_model::chat::Opaque) pieces of this form carry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OpenaiChat => "openai_chat",
            Self::OpenaiResponses => "openai_responses",
            Self::Azure => "azure",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
        }
    }

    /// The form in which tools are to be defined for it.
    pub const fn format(self) -> Format {
        match self {
            Self::OpenaiChat | Self::OpenaiResponses | Self::Azure => Format::Openai,
            Self::Anthropic => Format::Anthropic,
            Self::Gemini => Format::Gemini,
        }
    }
}

/// What only Azure wants to know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Azure {
    /// The deployment that is called; the model's name when empty.
    pub deployment: String,
    /// The version of the interface, for example `2024-10-21`; left out with a base URL that ends in `/v1`.
    pub api_version: String,
    /// Whether the key is a token of Entra ID, sent as a bearer token instead of `api-key`.
    pub token: bool,
}

/// Where a model is served.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// In which form.
    pub form: Form,
    /// The address that the form's paths are appended to, for example `https://api.openai.com/v1`.
    pub base_url: Url,
    /// The key; none for a server that wants none.
    pub key: Option<SecretString>,
    /// With [`Form::Azure`] only.
    pub azure: Option<Azure>,
    /// More headers, for example `OpenAI-Organization`. They do not replace ours.
    pub headers: HeaderMap,
    /// More fields of every request's body, for example `reasoning`. They do not replace ours.
    pub body: Map<String, Value>,
}
