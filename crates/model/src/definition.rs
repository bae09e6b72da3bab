//! Tools in the form that a model provider wants.
//!
//! A tool has one schema; every provider takes another subset of JSON Schema. What a provider cannot express is
//! never dropped silently: it becomes a [`Warning`] that names the keyword, and where that helps the model, a
//! sentence in the description. The server validates arguments against the full schema whatever a model was shown.

mod gemini;
mod kind;
mod limits;
mod plain;
mod source;
mod strict;
mod wording;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::tool::{Effect, Kind, ToolSpec};
use source::Report;

/// The form of a definition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// OpenAI's function tools, and whatever takes their form.
    #[default]
    Openai,
    /// The same in strict mode, where arguments are sure to fit the schema.
    OpenaiStrict,
    /// Anthropic's tools.
    Anthropic,
    /// Gemini's function declarations.
    Gemini,
    /// Tools of the Model Context Protocol.
    Mcp,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Openai, Self::OpenaiStrict, Self::Anthropic, Self::Gemini, Self::Mcp];

    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::OpenaiStrict => "openai_strict",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Mcp => "mcp",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == text)
    }
}

/// Something that a format cannot express.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Warning {
    /// The tool's name.
    pub tool: String,
    /// Where, as a JSON pointer into the tool's `parameters`.
    pub path: String,
    /// The keyword that is lost or changed.
    pub keyword: String,
    /// What became of it.
    pub message: String,
}

/// Tools in the form that a model provider wants.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Definitions {
    /// The form.
    pub format: Format,
    /// One definition for each tool, in the order given.
    #[schema(value_type = Vec<Object>)]
    pub tools: Vec<Value>,
    /// What the form cannot express.
    pub warnings: Vec<Warning>,
    /// How many tokens of a model's context the definitions take, at four bytes a token.
    pub estimated_tokens: u32,
}

/// Writes `specs` in `format`.
pub fn define<'a>(specs: impl Iterator<Item = &'a ToolSpec>, format: Format) -> Definitions {
    let mut tools = Vec::new();
    let mut warnings = Vec::new();
    for spec in specs {
        let mut report = Report::new(&spec.name);
        tools.push(definition(spec, format, &mut report));
        warnings.append(&mut report.warnings);
    }
    let bytes: usize = tools.iter().map(|tool| tool.to_string().len()).sum();
    let estimated_tokens = u32::try_from(bytes.div_ceil(4)).unwrap_or(u32::MAX);
    Definitions { format, tools, warnings, estimated_tokens }
}

/// OpenAI refuses a longer description of a function.
const OPENAI_DESCRIPTION_CHARS: usize = 1024;

fn definition(spec: &ToolSpec, format: Format, report: &mut Report) -> Value {
    let schema = spec.model_parameters();
    let name = spec.name.as_str();
    let told = spec.told();
    let description = told.as_ref();
    match format {
        Format::Openai => {
            long_description(description, report);
            let parameters = plain::without_root_choices(&schema, "OpenAI", report);
            json!({"type": "function", "function": {"name": name, "description": description, "parameters": parameters}})
        }
        Format::OpenaiStrict => {
            long_description(description, report);
            let parameters = strict::strict(&schema, report);
            json!({"type": "function", "function": {"name": name, "description": description, "parameters": parameters, "strict": true}})
        }
        Format::Anthropic => {
            plain::property_names(&schema, report);
            let parameters = plain::without_root_choices(&schema, "Anthropic", report);
            json!({"name": name, "description": description, "input_schema": parameters})
        }
        Format::Gemini => {
            let mut declaration = json!({"name": name, "description": description});
            // A declaration without parameters is how Gemini is told that there are none.
            if let (Some(parameters), Some(map)) = (gemini::gemini(&schema, report), declaration.as_object_mut()) {
                map.insert("parameters".to_owned(), parameters);
            }
            declaration
        }
        Format::Mcp => mcp(spec, description, &plain::object_root(&schema, report)),
    }
}

fn mcp(spec: &ToolSpec, description: &str, schema: &Value) -> Value {
    let mut tool = Map::new();
    tool.insert("name".to_owned(), json!(spec.name));
    if let Some(title) = &spec.display_name {
        tool.insert("title".to_owned(), json!(title));
    }
    tool.insert("description".to_owned(), json!(description));
    let mut schema = schema.clone();
    if let Some(schema) = schema.as_object_mut() {
        // Some clients give the schema to a model as it is, and models' providers refuse this.
        schema.shift_remove("$schema");
    }
    tool.insert("inputSchema".to_owned(), schema);
    if let Some(schema) = spec.output_schema() {
        tool.insert("outputSchema".to_owned(), schema.clone());
    }
    let annotations = json!({
        "readOnlyHint": spec.effect == Effect::Read,
        "destructiveHint": spec.effect == Effect::Destructive,
        "idempotentHint": spec.effect == Effect::Read || spec.repeatable,
        // A step of the call itself ends where the call does.
        "openWorldHint": spec.kind != Kind::System,
    });
    tool.insert("annotations".to_owned(), annotations);
    Value::Object(tool)
}

fn long_description(description: &str, report: &mut Report) {
    let length = description.chars().count();
    if length > OPENAI_DESCRIPTION_CHARS {
        report.warn(
            "",
            "description",
            format!("OpenAI refuses a tool whose description is longer than {OPENAI_DESCRIPTION_CHARS} characters; this one has {length}"),
        );
    }
}
