//! An agent as its author writes it, and what of that makes no sense.

use callwright_model::{
    Fault, Object,
    agent::{AgentProfile, Overridden, ToolOffer},
    legacy::ToolsSettings,
    run::RunLimits,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{control, legacy};

/// The most bytes of what is kept for somebody without being understood.
pub(crate) const MOST_METADATA: usize = 64 * 1024;

/// An agent as its author writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentSpec {
    /// Unique in the organization, 1 to 100 characters.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The system instructions, at most 65,536 characters.
    #[serde(default)]
    pub instructions: String,
    /// The model it uses, for example `gpt-5-mini`.
    #[serde(default)]
    pub model: String,
    /// How freely the model writes, 0 to 2; absent, as the provider likes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// The most tokens of one answer of the model, 1 to 1,000,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    /// How far its runs may go.
    #[serde(default)]
    pub limits: RunLimits,
    /// What its author wants kept with it, at most 64 KiB. The scripted model reads its `script`.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub metadata: Object,
    /// The template, or the other agent, that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_template: Option<String>,
    /// Whether everybody in the organization who may run agents may run it; true unless said otherwise. One that is not
    /// shared is run, and changed, by whoever made it, by those it was shared with by name, and by administrators. An
    /// agent that is there and of which this is not said stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_shared: Option<bool>,
    /// Whether what a user liked or corrected in its runs is brought into that user's later ones.
    #[serde(default)]
    pub learning_enabled: bool,
    /// Whether anybody may talk to it over a conversation socket, without a token. Only an administrator may say so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
    /// What it says first in a conversation, at most 4,000 characters; `{{ name }}` stands for a dynamic variable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 4000)]
    pub first_message: Option<String>,
    /// The language in which it speaks, such as `en` or `pt-BR`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 35)]
    pub language: Option<String>,
    /// What a client of a conversation may set for itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 3)]
    pub overrides: Vec<Overridden>,
    /// How its model is offered its tools: `all`, by `search`, or `auto`, which is by search once they are many.
    #[serde(default, skip_serializing_if = "ToolOffer::is_all")]
    pub tool_offer: ToolOffer,
    /// With `tool_offer: auto`, how many tokens the list of its tools may take before they are offered by search: 100
    /// to 1,000,000, 8,000 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 100, maximum = 1_000_000)]
    pub tool_budget: Option<u32>,
    /// The plan's older settings: the agent then has `endCall` and `transferCall` as they say, until they are migrated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools_settings: Option<ToolsSettings>,
}

impl Default for AgentSpec {
    fn default() -> Self {
        Self {
            name: String::new(),
            description: String::new(),
            instructions: String::new(),
            model: String::new(),
            temperature: None,
            max_output_tokens: None,
            limits: RunLimits::default(),
            metadata: Object::new(),
            base_template: None,
            is_shared: None,
            learning_enabled: false,
            public: false,
            first_message: None,
            language: None,
            overrides: Vec::new(),
            tool_offer: ToolOffer::All,
            tool_budget: None,
            tools_settings: None,
        }
    }
}

impl AgentSpec {
    /// The same agent, working as `profile` says.
    #[must_use]
    pub fn with_profile(self, profile: AgentProfile) -> Self {
        Self {
            temperature: profile.temperature,
            max_output_tokens: profile.max_output_tokens,
            limits: profile.limits,
            metadata: profile.metadata,
            base_template: profile.base_template,
            is_shared: Some(profile.is_shared),
            learning_enabled: profile.learning_enabled,
            public: profile.public,
            first_message: profile.first_message,
            language: profile.language,
            overrides: profile.overrides,
            tool_offer: profile.tool_offer,
            tool_budget: profile.tool_budget,
            ..self
        }
    }

    /// How it works, besides its instructions and its model.
    pub(crate) fn profile(&self) -> AgentProfile {
        AgentProfile {
            temperature: self.temperature,
            max_output_tokens: self.max_output_tokens,
            limits: self.limits,
            metadata: self.metadata.clone(),
            base_template: self.base_template.clone(),
            is_shared: self.is_shared.unwrap_or(true),
            learning_enabled: self.learning_enabled,
            public: self.public,
            first_message: self.first_message.clone(),
            language: self.language.clone(),
            overrides: self.overrides.clone(),
            tool_offer: self.tool_offer,
            tool_budget: self.tool_budget,
        }
    }

    /// Refuses what makes no sense, whoever writes it.
    pub(super) fn check(&self) -> Result<(), Fault> {
        let name_length = self.name.trim().chars().count();
        if !(1..=100).contains(&name_length) || self.name.chars().any(char::is_control) {
            return Err(Fault::invalid(
                "name",
                "`name` must have 1 to 100 characters, none of them a control character",
            ));
        }
        for (field, text, most) in [
            ("description", &self.description, 8_192),
            ("instructions", &self.instructions, 65_536),
            ("model", &self.model, 200),
        ] {
            if text.chars().count() > most {
                return Err(Fault::invalid(field, format!("`{field}` may have at most {most} characters")));
            }
        }
        if self.temperature.is_some_and(|temperature| !(0.0..=2.0).contains(&temperature)) {
            return Err(Fault::invalid("temperature", "`temperature` must be between 0 and 2"));
        }
        if self.max_output_tokens.is_some_and(|most| !(1..=1_000_000).contains(&most)) {
            return Err(Fault::invalid("max_output_tokens", "`max_output_tokens` must be between 1 and 1,000,000"));
        }
        if self.tool_budget.is_some_and(|budget| !(100..=1_000_000).contains(&budget)) {
            return Err(Fault::invalid("tool_budget", "`tool_budget` must be between 100 and 1,000,000 tokens"));
        }
        check_limits(&self.limits)?;
        check_talk(self)?;
        control::target_in(&self.metadata)?;
        let metadata = serde_json::to_string(&self.metadata).map_err(Fault::internal)?;
        if metadata.len() > MOST_METADATA {
            return Err(Fault::invalid("metadata", "`metadata` may take at most 64 KiB as JSON"));
        }
        legacy::check(self.tools_settings.as_ref())
    }
}

fn check_talk(spec: &AgentSpec) -> Result<(), Fault> {
    if spec.first_message.as_ref().is_some_and(|text| text.chars().count() > 4_000) {
        return Err(Fault::invalid("first_message", "`first_message` may have at most 4,000 characters"));
    }
    if spec.language.as_ref().is_some_and(|language| !is_language(language)) {
        return Err(Fault::invalid("language", "`language` must be the tag of a language, such as `en` or `pt-BR`"));
    }
    if spec.overrides.len() > 3 {
        return Err(Fault::invalid("overrides", "`overrides` may name each thing once"));
    }
    Ok(())
}

/// Whether a text looks like the tag of a language.
pub(crate) fn is_language(text: &str) -> bool {
    (2..=35).contains(&text.len())
        && text.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Refuses limits that are none.
pub(crate) fn check_limits(limits: &RunLimits) -> Result<(), Fault> {
    if !(1..=200).contains(&limits.max_steps) {
        return Err(Fault::invalid("limits.max_steps", "`limits.max_steps` must be between 1 and 200"));
    }
    if limits.max_tokens == Some(0) {
        return Err(Fault::invalid("limits.max_tokens", "`limits.max_tokens` must be at least 1"));
    }
    if !(1..=2_592_000).contains(&limits.timeout_s) {
        let message = "`limits.timeout_s` must be between 1 and 2,592,000 (30 days)";
        return Err(Fault::invalid("limits.timeout_s", message));
    }
    Ok(())
}
