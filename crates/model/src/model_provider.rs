//! Whoever serves models: an organization's own providers, and those that the operator set in the environment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Fault, Object, Timestamp, id::ModelProviderId, secret::is_secret_name};

/// The name of the model that needs no provider.
pub const SCRIPTED: &str = "scripted";

/// How a provider is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProviderKind {
    /// OpenAI, by chat completions.
    Openai,
    /// OpenAI, by Responses.
    OpenaiResponses,
    /// Azure OpenAI.
    Azure,
    /// Anthropic.
    Anthropic,
    /// Gemini.
    Gemini,
    /// Any server that speaks like OpenAI's chat completions.
    OpenaiCompatible,
}

impl ProviderKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Openai, Self::OpenaiResponses, Self::Azure, Self::Anthropic, Self::Gemini, Self::OpenaiCompatible];

    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Openai => "openai",
            Self::OpenaiResponses => "openai_responses",
            Self::Azure => "azure",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::OpenaiCompatible => "openai_compatible",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The provider's own address; none where everybody has another.
    pub const fn home(self) -> Option<&'static str> {
        match self {
            Self::Openai | Self::OpenaiResponses => Some("https://api.openai.com/v1"),
            Self::Anthropic => Some("https://api.anthropic.com"),
            Self::Gemini => Some("https://generativelanguage.googleapis.com"),
            Self::Azure | Self::OpenaiCompatible => None,
        }
    }
}

/// What only some providers want to know.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProviderOptions {
    /// Azure: the deployment that is called; absent, the model's name is the deployment's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
    /// Azure: the version of the interface, `2024-10-21` when absent; none with an address that ends in `/v1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// Azure: the secret is a token of Entra ID, not a key.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub token: bool,
    /// More headers of every request. Keys have no place here: they are secrets.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// More fields of every request's body, for example `{"reasoning": {"effort": "low"}}`. They do not replace ours.
    #[serde(skip_serializing_if = "Object::is_empty")]
    #[schema(value_type = Object)]
    pub body: Object,
}

/// What is said of a provider when it is made or changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModelProviderSpec {
    /// A name, unique in the organization: `NAME/model` asks this provider.
    pub name: String,
    /// How it is spoken to.
    pub kind: ProviderKind,
    /// Its address; the provider's own when absent. `azure` and `openai_compatible` need one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// The name of the secret that is its key. Only `openai_compatible` does without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// What only some providers want to know.
    #[serde(default)]
    pub options: ProviderOptions,
    /// The models that it serves: names, or beginnings of names that end in `*`.
    #[serde(default)]
    pub models: Vec<String>,
    /// Whether it is asked for models that nobody else claims. One provider is; the last that was made so.
    #[serde(default)]
    pub is_default: bool,
}

/// Where a provider comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProviderSource {
    /// The organization made it.
    Organization,
    /// The operator set it in the server's environment; it can only be read.
    Environment,
}

/// A provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelProvider {
    /// Its id; absent for one of the environment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<ModelProviderId>,
    /// What was said of it.
    #[serde(flatten)]
    pub spec: ModelProviderSpec,
    /// Where it comes from.
    pub source: ProviderSource,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// How many models a provider may list.
const MAX_MODELS: usize = 200;
/// The longest text of a provider.
const MAX_TEXT: usize = 500;
/// The most headers, and the most bytes of body fields.
const MAX_HEADERS: usize = 20;
const MAX_BODY: usize = 16 << 10;
/// Headers that carry a key, or are ours to set.
const NO_HEADERS: [&str; 8] = [
    "authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "cookie",
    "host",
    "content-type",
    "proxy-authorization",
];
/// Fields of a body that a provider's options cannot set.
const NO_FIELDS: [&str; 8] = ["model", "messages", "input", "contents", "tools", "stream", "system", "instructions"];

impl ModelProviderSpec {
    /// Refuses what makes no sense, naming the field. Whether the address may be reached is not asked here.
    ///
    /// # Errors
    /// [`Fault::invalid`].
    pub fn check(&self) -> Result<(), Fault> {
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
        let starts_well = self.name.starts_with(|c: char| c.is_ascii_lowercase());
        if !starts_well || self.name.len() > 64 || !self.name.chars().all(is_word) {
            let why = "`name` must be lower-case letters, digits, `_` and `-`, at most 64, starting with a letter";
            return Err(Fault::invalid("name", why));
        }
        if self.name == SCRIPTED {
            return Err(Fault::invalid("name", "`scripted` is the built-in model that follows a script"));
        }
        if self.base_url.is_none() && self.kind.home().is_none() {
            return Err(Fault::invalid("base_url", format!("`{}` needs a `base_url`", self.kind.as_str())));
        }
        match &self.secret {
            Some(name) if !is_secret_name(name) => {
                return Err(Fault::invalid("secret", "`secret` must be a secret's name, for example OPENAI_API_KEY"));
            }
            None if self.kind != ProviderKind::OpenaiCompatible => {
                let why = "`secret` must name the secret that is the key: `callwright secret set NAME` sets one";
                return Err(Fault::invalid("secret", why));
            }
            _ => {}
        }
        self.check_models()?;
        self.check_options()
    }

    fn check_models(&self) -> Result<(), Fault> {
        if self.models.len() > MAX_MODELS {
            return Err(Fault::invalid("models", format!("`models` may have at most {MAX_MODELS} names")));
        }
        for (at, model) in self.models.iter().enumerate() {
            let name = model.strip_suffix('*').unwrap_or(model);
            if model.is_empty() || model.len() > MAX_TEXT || name.contains(|c: char| c == '*' || c.is_control()) {
                let why = format!("`models[{at}]` must be a model's name, or its beginning and one final `*`");
                return Err(Fault::invalid(format!("models[{at}]"), why));
            }
        }
        Ok(())
    }

    fn check_options(&self) -> Result<(), Fault> {
        let options = &self.options;
        let invalid = |field: &str, why: String| Err(Fault::invalid(format!("options.{field}"), why));
        let is_of_azure = options.deployment.is_some() || options.api_version.is_some() || options.token;
        if is_of_azure && self.kind != ProviderKind::Azure {
            let why = "`deployment`, `api_version` and `token` are for a provider of the kind `azure`";
            return Err(Fault::invalid("options", why));
        }
        for (field, text) in [("deployment", &options.deployment), ("api_version", &options.api_version)] {
            if text.as_ref().is_some_and(|text| text.is_empty() || text.len() > MAX_TEXT) {
                return invalid(field, format!("`options.{field}` must have 1 to {MAX_TEXT} characters"));
            }
        }
        if options.headers.len() > MAX_HEADERS || options.headers.values().any(|value| value.len() > MAX_TEXT) {
            return invalid("headers", format!("at most {MAX_HEADERS} headers of {MAX_TEXT} bytes each"));
        }
        for name in options.headers.keys() {
            if NO_HEADERS.contains(&name.to_ascii_lowercase().as_str()) {
                return invalid("headers", format!("`{name}` cannot be set here; a key belongs into `secret`"));
            }
        }
        if let Some(field) = NO_FIELDS.iter().find(|field| options.body.contains_key(**field)) {
            return invalid("body", format!("`{field}` is not for a provider to set"));
        }
        if serde_json::to_string(&options.body).map_or(usize::MAX, |text| text.len()) > MAX_BODY {
            return invalid("body", format!("`options.body` may have at most {MAX_BODY} bytes"));
        }
        Ok(())
    }

    /// How well it claims to serve `model`: the longer, the better; none if it does not.
    pub fn claim(&self, model: &str) -> Option<usize> {
        let claims = self.models.iter().filter_map(|pattern| match pattern.strip_suffix('*') {
            Some(beginning) => model.starts_with(beginning).then_some(beginning.len()),
            // A whole name is better than any beginning.
            None => (pattern == model).then_some(usize::MAX),
        });
        claims.max()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn spec(more: Value) -> ModelProviderSpec {
        let mut value = json!({"name": "mine", "kind": "openai", "secret": "KEY"});
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_field() {
        spec(json!({})).check().unwrap();
        spec(json!({"kind": "openai_compatible", "base_url": "http://x/v1", "secret": null})).check().unwrap();
        for (more, field) in [
            (json!({"name": "My own"}), "name"),
            (json!({"name": "scripted"}), "name"),
            (json!({"kind": "azure"}), "base_url"),
            (json!({"secret": null}), "secret"),
            (json!({"secret": "sk-1234"}), "secret"),
            (json!({"models": ["gpt*5"]}), "models[0]"),
            (json!({"options": {"deployment": "d"}}), "options"),
            (json!({"options": {"headers": {"Authorization": "x"}}}), "options.headers"),
            (json!({"options": {"body": {"messages": []}}}), "options.body"),
        ] {
            let fault = spec(more.clone()).check().unwrap_err();
            assert_eq!(fault.details.unwrap()["field"], field, "{more}");
        }
    }

    #[test]
    fn a_whole_name_wins_over_a_longer_beginning() {
        let spec = spec(json!({"models": ["gpt-5*", "gpt-5-mini", "*"]}));
        assert_eq!(spec.claim("gpt-5-mini"), Some(usize::MAX));
        assert_eq!(spec.claim("gpt-5-nano"), Some(5));
        assert_eq!(spec.claim("llama"), Some(0));
    }
}
