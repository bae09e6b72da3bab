//! Our tools in other people's forms, with a list of what a form cannot hold.
//!
//! The other way of [`crate::import`]: what goes through a form and back is the same tool, as far as the form can hold
//! it, and what it cannot hold is named, never left out in silence. Pure, like the rest of the crate; and like it, it
//! never writes a credential: secrets go by name.

pub(crate) mod elevenlabs;
mod lost;
mod model;
mod strict;
pub(crate) mod vapi;

use callwright_model::tool::ToolSpec;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

pub(crate) use strict::relaxed;

/// A form in which tools are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExportFormat)]
pub enum Form {
    /// A function of OpenAI's chat API; strict where nothing is lost by it.
    #[default]
    Openai,
    /// The same, never strict.
    OpenaiPlain,
    /// A function of OpenAI's Responses API.
    OpenaiResponses,
    /// A function of an OpenAI Realtime session.
    OpenaiRealtime,
    /// A tool of Anthropic's API.
    Anthropic,
    /// A function declaration of Gemini.
    Gemini,
    /// An entry of an MCP server's `tools/list`.
    Mcp,
    /// A tool of ElevenLabs: webhook, client or system.
    Elevenlabs,
    /// A tool of Vapi: a function that this server carries out, or a step of the call.
    Vapi,
    /// A tool of Vapi that sends its request itself, where the tool is a request.
    VapiApiRequest,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 10] = [
        Self::Openai,
        Self::OpenaiPlain,
        Self::OpenaiResponses,
        Self::OpenaiRealtime,
        Self::Anthropic,
        Self::Gemini,
        Self::Mcp,
        Self::Elevenlabs,
        Self::Vapi,
        Self::VapiApiRequest,
    ];

    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::OpenaiPlain => "openai_plain",
            Self::OpenaiResponses => "openai_responses",
            Self::OpenaiRealtime => "openai_realtime",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Mcp => "mcp",
            Self::Elevenlabs => "elevenlabs",
            Self::Vapi => "vapi",
            Self::VapiApiRequest => "vapi_api_request",
        }
    }
}

/// Something that a form cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ExportLost)]
pub struct Lost {
    /// Where it stands in the tool, such as `policy.approval` or `parameters/properties/id/pattern`.
    pub field: String,
    /// Why it is not in the definition, or what became of it.
    pub why: String,
}

/// A tool in another form.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ExportedTool)]
pub struct Exported {
    /// The tool's own name.
    pub name: String,
    /// The definition.
    #[schema(value_type = Object)]
    pub definition: Value,
    /// What the form cannot hold.
    pub lost: Vec<Lost>,
}

/// Writes `spec` in `form`. `here` is where this server is reached from outside, without a final slash; empty when nobody
/// knows.
pub fn export(spec: &ToolSpec, form: Form, here: &str) -> Exported {
    let (definition, lost) = match form {
        Form::Elevenlabs => elevenlabs::write(spec, here),
        Form::Vapi => vapi::write(spec, here, false),
        Form::VapiApiRequest => vapi::write(spec, here, true),
        _ => model::write(spec, form),
    };
    Exported { name: spec.name.clone(), definition, lost }
}
