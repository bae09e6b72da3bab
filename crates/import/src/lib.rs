//! Foreign descriptions of tools in, [`ToolSpec`]s and warnings out: OpenAPI, OpenAI functions, curl, Postman and the
//! tool JSON of voice platforms.
//!
//! Pure: no network, no file, no clock, no secret. A document may come from anybody, so everything is bounded: its
//! bytes, its operations, how far references are followed and how large a tool's schema may become. What cannot be
//! carried over is never dropped in silence: it becomes a warning of the tool or of the document, and an operation
//! that cannot be called at all is listed as skipped, with the reason.
//!
//! A credential that stands in a document (a curl line has them) never reaches a tool: `${NAME}` takes its place, and
//! the names to set are listed. Start reading at [`openapi`] and [`import`].

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod curl;
mod detect;
mod elevenlabs;
pub mod export;
mod listed;
mod openai;
pub mod openapi;
mod pieces;
mod postman;
mod sample;
mod schema;
mod select;
mod text;
mod vapi;
mod voice;
mod words;

use std::collections::BTreeSet;

use callwright_model::{
    Fault, FaultKind,
    context::CALL_FIELDS,
    secret::is_secret_name,
    tool::{ToolSpec, http::Auth},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;
use utoipa::ToSchema;

pub use detect::Format;

/// The most bytes of a document.
pub const MAX_DOCUMENT_BYTES: usize = 10 << 20;
/// The most operations of a document.
pub const MAX_OPERATIONS: usize = 5_000;
/// The most bytes of a tool's schema; a larger one is cut at its deepest parts.
pub const MAX_SCHEMA_BYTES: usize = 64 << 10;
/// The most texts in one list of [`Options`].
const MAX_CHOICES: usize = 1_000;
/// The most bytes of one text of [`Options`].
const MAX_OPTION_BYTES: usize = 2_048;

/// What is to be imported and how.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Where the API is, when the document does not say or says it wrong. It replaces every server of the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// For formats that do not say where a tool is: the address to call, in which `{name}` is the tool's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Put in front of every tool's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The beginning of the secrets' names; without it, a short form of the document's title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_prefix: Option<String>,
    /// How every tool identifies itself, in the place of what the document says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<Auth>,
    /// Only operations with one of these tags (or, with Postman, in a folder of that name).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Only operations whose path begins so, or fits a pattern in which `*` is a segment and `**` any number of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// Only these: by operation id, by `GET /path`, or by the tool's name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<String>,
    /// Only operations that have this text in their name, path, tags or description, in any letter case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// Hold answers to the document's own schemas. Off by default, because live APIs break theirs.
    pub response_schemas: bool,
}

/// A document: a text, or JSON that was read already.
#[derive(Debug, Clone, PartialEq)]
pub enum Document {
    /// As it stands in a file.
    Text(String),
    /// As a value.
    Json(Value),
}

/// What a document holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// Its format.
    pub format: Format,
    /// What it calls itself.
    pub title: Option<String>,
    /// How many operations are in it, chosen or not.
    pub operation_count: usize,
    /// The identity of every operation in it, chosen or not; to tell which are gone since last time.
    pub operations: BTreeSet<String>,
    /// The tools of the chosen operations, in the document's order.
    pub items: Vec<Item>,
    /// Chosen operations that cannot become a tool.
    pub skipped: Vec<Skipped>,
    /// What is true of the document as a whole.
    pub warnings: Vec<String>,
}

/// A tool that was made of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What the operation is recognised by when the document is imported again.
    pub operation: String,
    /// The method, for people; empty where there is none.
    pub method: String,
    /// The path or address, for people; empty where there is none.
    pub path: String,
    /// Its tags or folders.
    pub tags: Vec<String>,
    /// The tool.
    pub spec: ToolSpec,
    /// What could not be carried over, or may surprise.
    pub warnings: Vec<String>,
}

impl Item {
    /// About how many tokens the definition costs a model in every turn: the bytes of its JSON, divided by four.
    pub fn tokens(&self) -> usize {
        let definition = serde_json::json!({
            "name": self.spec.name, "description": self.spec.description, "parameters": self.spec.model_parameters(),
        });
        definition.to_string().len().div_ceil(4)
    }

    /// The secrets that the tool names.
    pub fn secrets(&self) -> BTreeSet<String> {
        secrets_of(&self.spec)
    }
}

/// An operation that cannot become a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Skipped {
    /// The operation.
    pub operation: String,
    /// Why.
    pub reason: String,
}

/// Reads `document` as `format` and makes tools of what `options` choose. `origin` is where it was fetched from.
///
/// # Errors
/// A [`Fault`] that names the field: the document cannot be read, is over a bound, or an option does not fit it.
pub fn import(document: &Document, format: Format, options: &Options, origin: Option<&Url>) -> Result<Imported, Fault> {
    options.check()?;
    if let Document::Text(text) = document
        && text.len() > MAX_DOCUMENT_BYTES
    {
        return Err(too_large(format!("the document is larger than {MAX_DOCUMENT_BYTES} bytes")));
    }
    let (format, value) = detect::read(document, format)?;
    let value = &value;
    let imported = match format {
        Format::Openapi => openapi::import(value, options, origin),
        Format::Openai => openai::import(value, options),
        Format::Curl => curl::import(value, options),
        Format::Postman => postman::import(value, options),
        Format::Elevenlabs => elevenlabs::import(value, options),
        Format::Vapi => vapi::import(value, options),
        Format::Voice | Format::Auto => voice::import(value, options),
    }?;
    if imported.items.is_empty() && imported.skipped.is_empty() {
        return Err(select::nothing(&imported, options));
    }
    Ok(imported)
}

impl Options {
    fn check(&self) -> Result<(), Fault> {
        for (field, list) in [("tags", &self.tags), ("paths", &self.paths), ("operations", &self.operations)] {
            if list.len() > MAX_CHOICES || list.iter().any(|text| text.len() > MAX_OPTION_BYTES) {
                let message =
                    format!("`{field}` may have at most {MAX_CHOICES} texts of at most {MAX_OPTION_BYTES} bytes");
                return Err(invalid(field, message));
            }
        }
        for (field, text) in [
            ("base_url", &self.base_url),
            ("endpoint", &self.endpoint),
            ("prefix", &self.prefix),
            ("secret_prefix", &self.secret_prefix),
            ("search", &self.search),
        ] {
            if text.as_ref().is_some_and(|text| text.len() > MAX_OPTION_BYTES) {
                return Err(invalid(field, format!("`{field}` may have at most {MAX_OPTION_BYTES} bytes")));
            }
        }
        if let Some(prefix) = &self.prefix
            && !(prefix.is_empty() || (prefix.len() <= 32 && callwright_model::tool::is_tool_name(prefix)))
        {
            let message = "`prefix` must be at most 32 letters, digits, `_` or `-` and start with a letter or `_`";
            return Err(invalid("prefix", message));
        }
        if let Some(prefix) = &self.secret_prefix
            && !(prefix.len() <= 40 && is_secret_name(prefix))
        {
            let message = "`secret_prefix` must be at most 40 letters, digits and `_`, such as `GITHUB`";
            return Err(invalid("secret_prefix", message));
        }
        if let Some(base) = &self.base_url {
            words::check_address("base_url", base)?;
        }
        if let Some(endpoint) = &self.endpoint {
            words::check_address("endpoint", &endpoint.replace("{name}", "name"))?;
        }
        Ok(())
    }
}

/// The names written `${NAME}` in a tool that can only be secrets.
pub fn secrets_of(spec: &ToolSpec) -> BTreeSet<String> {
    let text = serde_json::to_string(&spec.config).unwrap_or_default();
    let mut names = BTreeSet::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("${") {
        let is_escaped = rest[..at].ends_with('$');
        rest = &rest[at + 2..];
        if let Some((name, _)) = rest.split_once('}')
            && !is_escaped
        {
            let name = name.trim().trim_start_matches("secret.");
            if is_secret_name(name) && !CALL_FIELDS.contains(&name) {
                names.insert(name.to_owned());
            }
        }
    }
    names
}

fn invalid(option: &str, message: impl Into<String>) -> Fault {
    Fault::invalid(format!("options.{option}"), message)
}

fn wrong(message: impl Into<String>) -> Fault {
    Fault::invalid("document", message)
}

fn too_large(message: impl Into<String>) -> Fault {
    Fault::new(FaultKind::TooLarge, "document_too_large", message)
        .with_details(serde_json::json!({ "field": "document" }))
}
