//! A tool as its author writes it, and as the registry keeps it.
//!
//! [`ToolSpec`] is the author's own form: what stands in a YAML file or in the body of a request. It is
//! strict: a field that nobody knows is refused. Whether its templates compile and its schema is one is
//! checked when it is saved, by `runtime::registry`.

pub mod business;
pub mod client;
mod config;
mod described;
pub mod http;
pub mod mcp;
pub mod nested;
pub mod policy;
pub mod python;
mod read;
pub mod release;
pub mod speech;
pub mod system;

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    Timestamp,
    id::{OrgId, ToolId, UserId},
};

pub use business::{BusinessConfig, BusinessFunction};
pub use client::ClientConfig;
pub use config::Config;
pub use http::HttpConfig;
pub use mcp::McpConfig;
pub use nested::{AgentConfig, WorkflowConfig};
pub use policy::{Fallback, Policy, RetryPolicy, RetryRule};
pub use python::PythonConfig;
pub use speech::Speech;
pub use system::{SystemAction, SystemConfig};

/// What carries a tool out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An HTTP request. The older names `endpoint`, `api_endpoint` and `webhook` mean the same.
    #[serde(alias = "endpoint", alias = "api_endpoint", alias = "webhook")]
    Http,
    /// A step of the call itself: end it, transfer it, send tones. Whoever carries the call acts on the event.
    System,
    /// A Python function, run in a sandbox. The older names `function` and `python_function` mean the same.
    #[serde(alias = "function", alias = "python_function")]
    Python,
    /// A function that comes with the program: a calculator, a list of tasks, a calendar.
    Business,
    /// A function in the program of whoever holds the conversation.
    Client,
    /// An agent that is called as one tool.
    Agent,
    /// A workflow that is called as one tool.
    Workflow,
    /// A tool of a registered MCP server. The guide's name `mcp_server` means the same.
    #[serde(alias = "mcp_server")]
    Mcp,
}

impl Kind {
    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::System => "system",
            Self::Python => "python",
            Self::Business => "business",
            Self::Client => "client",
            Self::Agent => "agent",
            Self::Workflow => "workflow",
            Self::Mcp => "mcp",
        }
    }

    /// Reads a wire name, older names included.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "http" | "endpoint" | "api_endpoint" | "webhook" => Some(Self::Http),
            "system" => Some(Self::System),
            "python" | "function" | "python_function" => Some(Self::Python),
            "business" => Some(Self::Business),
            "client" => Some(Self::Client),
            "agent" => Some(Self::Agent),
            "workflow" => Some(Self::Workflow),
            "mcp" | "mcp_server" => Some(Self::Mcp),
            _ => None,
        }
    }
}

/// What calling a tool does to the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Nothing: it may be repeated freely.
    Read,
    /// Something: it may happen once per intent.
    #[default]
    Write,
    /// Something that cannot be undone.
    Destructive,
}

impl Effect {
    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Destructive => "destructive",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Read, Self::Write, Self::Destructive].into_iter().find(|e| e.as_str() == text)
    }
}

/// A value that the server, not the model, puts into the arguments.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Bound {
    /// With its trust spelled out.
    Explicit(ExplicitBound),
    /// A template such as `{{ context.verified.contact_id }}`, or any fixed JSON value.
    Plain(Value),
}

/// A bound value with its trust spelled out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplicitBound {
    /// The template, or a fixed JSON value.
    #[schema(value_type = Value)]
    pub value: Value,
    /// Whose word is good enough.
    #[serde(default)]
    pub trust: Trust,
}

/// Which part of the context a bound value may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// Only what the server itself established, and secrets.
    #[default]
    Verified,
    /// Also what the caller sent.
    Client,
}

impl<'de> Deserialize<'de> for Bound {
    /// An object with a `value` is the explicit form, and strict; everything else is a plain value. Serde's own
    /// way with untagged forms would also take a list for the explicit one.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if value.as_object().is_some_and(|object| object.contains_key("value")) {
            return serde_json::from_value(value).map(Self::Explicit).map_err(serde::de::Error::custom);
        }
        Ok(Self::Plain(value))
    }
}

impl Bound {
    /// The template or fixed value.
    pub fn value(&self) -> &Value {
        match self {
            Self::Explicit(bound) => &bound.value,
            Self::Plain(value) => value,
        }
    }

    /// Which part of the context it may read.
    pub fn trust(&self) -> Trust {
        match self {
            Self::Explicit(bound) => bound.trust,
            Self::Plain(_) => Trust::Verified,
        }
    }
}

/// How an answer becomes a result for the model. Paths are JSON pointers (`/data/items`) or dotted (`data.items`).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ResultSpec {
    /// Where the answer says whether it worked. A value that is false, null or absent makes the execution fail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub success: Option<String>,
    /// Where the answer has a sentence about the result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Where the answer has the data; without it, all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// A JMESPath expression over the data, or one for each field of a new object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<ResultMap>,
    /// A JSON Schema that the answer must fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub schema: Option<Value>,
    /// The most bytes that the model is shown; more is cut and can be fetched with a cursor. Default 16384.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u32>,
    /// Paths whose values are hidden in the execution log (the caller still gets them).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redact: Vec<String>,
}

/// The default of [`ResultSpec::max_bytes`].
pub const DEFAULT_RESULT_BYTES: u32 = 16_384;
/// The most that [`ResultSpec::max_bytes`] may be.
pub const MAX_RESULT_BYTES: u32 = 1_048_576;

/// A projection of a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum ResultMap {
    /// One JMESPath expression whose value is the new data.
    Whole(String),
    /// A JMESPath expression for each field of the new data.
    Fields(BTreeMap<String, String>),
}

/// A tool as its author writes it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ToolSpec {
    /// Unique in the organization; letters, digits, `_` and `-`, at most 64, not starting with a digit or `-`.
    pub name: String,
    /// What people call it; the name when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// What it does and when to use it, for the model.
    #[schema(required = false)]
    pub description: String,
    /// A word to sort tools by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// What carries it out.
    pub kind: Kind,
    /// What calling it does to the world. A tool that says nothing is taken to write.
    #[schema(required = false)]
    pub effect: Effect,
    /// A write that may be sent again at will, for example one that sets a value.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub repeatable: bool,
    /// JSON Schema 2020-12 of the arguments, bound ones included. Those of a `system` tool follow from its
    /// configuration, a `business` tool that says nothing gets its own.
    #[schema(required = false, value_type = Object)]
    pub parameters: Value,
    /// Arguments that the server fills in. The model neither sees nor may send them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub bound: BTreeMap<String, Bound>,
    /// The configuration of its kind.
    pub config: Config,
    /// How an answer becomes a result.
    #[serde(skip_serializing_if = "is_default")]
    pub result: ResultSpec,
    /// Time, retries, confirmation and where it may be used.
    #[serde(skip_serializing_if = "is_default")]
    pub policy: Policy,
    /// What to say and do when it fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<Fallback>,
    /// What a voice runtime says while it works.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub speech: Option<Speech>,
    /// Paths into the arguments whose values are hidden in the execution log.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redact: Vec<String>,
    /// Whether it may be called.
    #[serde(skip_serializing_if = "is_true")]
    pub active: bool,
    /// Whether everybody in the organization may call it.
    #[serde(skip_serializing_if = "is_true")]
    pub is_shared: bool,
    /// Whether other organizations may see and copy it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_public: bool,
    /// Whether it is meant to be copied rather than called.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_template: bool,
    /// Words that other interfaces and programs keep with it. The server does nothing by them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// A semantic version to give this state of the tool. Without it the patch number goes up by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

pub(crate) fn empty_schema() -> Value {
    serde_json::json!({"type": "object", "properties": {}, "additionalProperties": false})
}

fn is_true(value: &bool) -> bool {
    *value
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl ToolSpec {
    /// What people call it.
    pub fn title(&self) -> &str {
        self.display_name.as_deref().unwrap_or(&self.name)
    }

    /// Takes over what the configuration of a `system` tool says of the rest of the tool: its parameters follow from it,
    /// and the guide's `enabled` and `confirmation_required` are our `active` and `policy.confirm`.
    pub fn adopt(&mut self) {
        let Config::System(system) = &mut self.config else { return };
        if system.enabled.take() == Some(false) {
            self.active = false;
        }
        if system.confirmation_required.take() == Some(true) && self.policy.confirm.is_no() {
            self.policy.confirm = true.into();
        }
        self.parameters = system.parameters_over(&self.parameters);
    }

    /// What a model is told of it.
    pub fn told(&self) -> Cow<'_, str> {
        match &self.config {
            Config::System(system) => system.told(&self.description, !self.policy.confirm.is_no()).into(),
            _ if self.description.is_empty() => self.title().into(),
            _ => self.description.as_str().into(),
        }
    }

    /// The schema of what a caller is given, if that is known: what an upstream answers, when it is given as it is.
    pub fn output_schema(&self) -> Option<&Value> {
        let result = &self.result;
        let schema = result.schema.as_ref()?;
        let is_given_as_it_is = result.data.is_none() && result.map.is_none() && result.message.is_none();
        let is_object = schema.get("type").and_then(Value::as_str) == Some("object");
        (is_given_as_it_is && is_object).then_some(schema)
    }

    /// The schema that a model sees: the full one without the bound names.
    pub fn model_parameters(&self) -> Value {
        let mut schema = self.parameters.clone();
        if self.bound.is_empty() {
            return schema;
        }
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            properties.retain(|name, _| !self.bound.contains_key(name));
        }
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|name| name.as_str().is_none_or(|name| !self.bound.contains_key(name)));
        }
        schema
    }
}

/// Whether `name` is valid for every model provider.
pub fn is_tool_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// A tool as the registry keeps it: the author's form with its identity and its history's head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// Its id.
    pub id: ToolId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// Who made it.
    pub user_id: UserId,
    /// The author's form.
    #[serde(flatten)]
    pub spec: ToolSpec,
    /// Counts up with every change, from 1.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// One state that a tool has been in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ToolVersion {
    /// Counts up with every change, from 1.
    pub revision: i64,
    /// Its semantic version.
    pub version: String,
    /// The author's form at that time.
    pub spec: ToolSpec,
    /// Who made it so.
    pub user_id: UserId,
    /// Why, if they said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// How a tool has been used.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ToolUsage {
    /// Executions in all.
    pub count: i64,
    /// Of these, failed or unknown.
    pub error_count: i64,
    /// `error_count / count`, 0 when never used.
    pub error_rate: f64,
    /// The mean duration in milliseconds.
    pub average_ms: f64,
    /// The median of the last thousand executions, in milliseconds.
    pub p50_ms: f64,
    /// The 95th percentile of the last thousand executions, in milliseconds.
    pub p95_ms: f64,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bound_value_is_explicit_only_as_an_object_with_a_value() {
        let read = |value: Value| serde_json::from_value::<Bound>(value);
        assert_eq!(read(json!({"value": "x", "trust": "client"})).unwrap().trust(), Trust::Client);
        assert_eq!(read(json!(["a", "client"])).unwrap(), Bound::Plain(json!(["a", "client"])));
        assert_eq!(read(json!({"a": 1})).unwrap(), Bound::Plain(json!({"a": 1})));
        assert!(read(json!({"value": "x", "trsut": "client"})).is_err(), "a slip of the pen is refused");
    }

    #[test]
    fn the_model_does_not_see_bound_names() {
        let spec: ToolSpec = serde_json::from_value(json!({
            "name": "t", "kind": "webhook", "config": {"url": "https://h/"}, "bound": {"b": 1},
            "parameters": {"type": "object", "properties": {"a": {}, "b": {}}, "required": ["a", "b"]}
        }))
        .unwrap();
        assert_eq!(spec.model_parameters(), json!({"type": "object", "properties": {"a": {}}, "required": ["a"]}));
    }
}
