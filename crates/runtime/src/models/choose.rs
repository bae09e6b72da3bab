//! Which provider and which model a name means.

use callwright_llm::Form;
use callwright_model::{
    Fault,
    definition::Format,
    id::OrgId,
    model_provider::{ModelProvider, ProviderKind, ProviderSource, SCRIPTED},
};

use super::{ask::form, provider};
use crate::App;

/// The model that a name means.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The model's name as its provider knows it.
    pub model: String,
    /// Who serves it; none for the scripted model.
    pub(super) provider: Option<ModelProvider>,
}

impl Chosen {
    /// Whether it is the scripted model, which asks nobody.
    pub fn is_scripted(&self) -> bool {
        self.provider.is_none()
    }

    /// The provider's name; `scripted` for the scripted model.
    pub fn provider(&self) -> &str {
        self.provider.as_ref().map_or(SCRIPTED, |provider| provider.spec.name.as_str())
    }

    /// Provider and model in one word, by which it can be chosen again.
    pub fn label(&self) -> String {
        match &self.provider {
            Some(provider) => format!("{}/{}", provider.spec.name, self.model),
            None => SCRIPTED.to_owned(),
        }
    }
}

/// The form in which tools are to be defined for it.
pub fn format_of(chosen: &Chosen) -> Format {
    chosen.provider.as_ref().map_or(Form::OpenaiChat, |provider| form(provider.spec.kind)).format()
}

/// Finds out what `model` means to an organization: `provider/model`, `scripted`, or a bare name.
pub async fn resolve(app: &App, org: OrgId, model: &str) -> Result<Chosen, Fault> {
    let model = model.trim();
    if model == SCRIPTED || model.starts_with("scripted/") {
        return Ok(Chosen { model: SCRIPTED.to_owned(), provider: None });
    }
    choose(provider::all(app, org).await?, model)
}

fn choose(providers: Vec<ModelProvider>, model: &str) -> Result<Chosen, Fault> {
    let named = model.split_once('/').and_then(|(name, rest)| {
        let provider = providers.iter().find(|provider| provider.spec.name == name)?;
        Some((provider.clone(), rest))
    });
    if let Some((provider, model)) = named {
        return with_model(provider, model);
    }
    let found = claimed(&providers, model)
        .or_else(|| of_family(&providers, model))
        .or_else(|| providers.iter().find(|provider| provider.spec.is_default))
        .or_else(|| only(&providers));
    match found {
        Some(provider) => with_model(provider.clone(), model),
        None => Err(Fault::invalid("model", nobody(&providers, model))),
    }
}

/// A provider without a model's name is asked for the first whole name that it lists.
pub(super) fn with_model(provider: ModelProvider, model: &str) -> Result<Chosen, Fault> {
    if !model.is_empty() {
        return Ok(Chosen { model: model.to_owned(), provider: Some(provider) });
    }
    let listed = provider.spec.models.iter().find(|name| !name.ends_with('*')).cloned();
    match listed.or_else(|| provider.spec.options.deployment.clone()) {
        Some(model) => Ok(Chosen { model, provider: Some(provider) }),
        None => {
            let name = &provider.spec.name;
            Err(Fault::invalid("model", format!("`model` must say which model of `{name}`, as in `{name}/MODEL`")))
        }
    }
}

/// The one that lists the model, or most of its name.
fn claimed<'a>(providers: &'a [ModelProvider], model: &str) -> Option<&'a ModelProvider> {
    let mut best: Option<(usize, &ModelProvider)> = None;
    for provider in providers {
        if let Some(claim) = provider.spec.claim(model)
            && best.is_none_or(|(other, _)| claim > other)
        {
            best = Some((claim, provider));
        }
    }
    best.map(|(_, provider)| provider)
}

/// The one whose vendor names its models so; the organization's own first.
fn of_family<'a>(providers: &'a [ModelProvider], model: &str) -> Option<&'a ModelProvider> {
    let is_o = || model.strip_prefix('o').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let kinds: &[ProviderKind] = if model.starts_with("gpt-") || model.starts_with("chatgpt") || is_o() {
        &[ProviderKind::Openai, ProviderKind::OpenaiResponses, ProviderKind::Azure]
    } else if model.starts_with("claude-") {
        &[ProviderKind::Anthropic]
    } else if model.starts_with("gemini-") {
        &[ProviderKind::Gemini]
    } else {
        &[]
    };
    let sources = [ProviderSource::Organization, ProviderSource::Environment];
    sources.into_iter().find_map(|source| {
        let of = |kind: &ProviderKind| providers.iter().find(|one| one.source == source && one.spec.kind == *kind);
        kinds.iter().find_map(of)
    })
}

/// The environment's provider, if there is one and no other.
fn only(providers: &[ModelProvider]) -> Option<&ModelProvider> {
    let mut builtin = providers.iter().filter(|provider| provider.source == ProviderSource::Environment);
    builtin.next().filter(|_| builtin.next().is_none())
}

/// What to do about a model that nobody serves.
fn nobody(providers: &[ModelProvider], model: &str) -> String {
    let (family, variable) = match model {
        claude if claude.starts_with("claude-") => ("anthropic", "ANTHROPIC_API_KEY"),
        gemini if gemini.starts_with("gemini-") => ("gemini", "GEMINI_API_KEY"),
        _ => ("openai", "OPENAI_API_KEY"),
    };
    let known: Vec<&str> = providers.iter().map(|provider| provider.spec.name.as_str()).take(10).collect();
    let there = match known.as_slice() {
        [] => "no model provider is set".to_owned(),
        known => format!("the model providers that are set do not serve it: {}", known.join(", ")),
    };
    let wish =
        if model.is_empty() { "`model` is empty".to_owned() } else { format!("nobody serves the model `{model}`") };
    format!(
        "{wish}: {there}; add one with `callwright model add {family} --kind {family} --secret {variable}`, set {variable} \
         in the server's environment, or use the model `scripted` to try things without a key"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn provider(value: Value) -> ModelProvider {
        let mut full = json!({"source": "organization", "secret": "KEY", "options": {}, "models": []});
        full.as_object_mut().unwrap().extend(value.as_object().unwrap().clone());
        serde_json::from_value(full).unwrap()
    }

    fn providers() -> Vec<ModelProvider> {
        [
            json!({"name": "anthropic", "kind": "anthropic", "source": "environment"}),
            json!({"name": "azure", "kind": "azure", "source": "environment", "options": {"deployment": "prod"}}),
            json!({"name": "claude", "kind": "anthropic", "models": ["claude-opus-4-5"]}),
            json!({"name": "local", "kind": "openai_compatible", "base_url": "http://x/v1",
                "models": ["llama*", "gpt-oss*"], "is_default": true}),
        ]
        .map(provider)
        .into()
    }

    #[test]
    fn names_mean_what_they_say() {
        for (model, label) in [
            ("claude/claude-x", "claude/claude-x"),
            ("azure/gpt-5", "azure/gpt-5"),
            ("azure/", "azure/prod"),
            ("claude/", "claude/claude-opus-4-5"),
            ("llama-3.3-70b", "local/llama-3.3-70b"),
            ("gpt-oss-120b", "local/gpt-oss-120b"),
            ("gpt-5-mini", "azure/gpt-5-mini"),
            ("o4-mini", "azure/o4-mini"),
            ("claude-haiku", "claude/claude-haiku"),
            ("openrouter/auto", "local/openrouter/auto"),
            ("gemini-3-pro", "local/gemini-3-pro"),
        ] {
            assert_eq!(choose(providers(), model).unwrap().label(), label, "{model}");
        }
        assert!(choose(providers(), "local/").unwrap_err().message.contains("local/MODEL"));
        let without = |name: &str| providers().into_iter().filter(|one| one.spec.name == name).collect::<Vec<_>>();
        assert_eq!(choose(without("anthropic"), "mistral").unwrap().label(), "anthropic/mistral", "the only one");
        let fault = choose(without("claude"), "gpt-5").unwrap_err();
        assert_eq!(fault.details.unwrap()["field"], "model");
        for word in ["`gpt-5`", "claude", "callwright model add", "OPENAI_API_KEY", "scripted"] {
            assert!(fault.message.contains(word), "{}", fault.message);
        }
        assert!(choose(Vec::new(), "claude-x").unwrap_err().message.contains("ANTHROPIC_API_KEY"));
    }

    #[test]
    fn tools_are_defined_in_the_provider_s_form() {
        let format = |model: &str| format_of(&choose(providers(), model).unwrap());
        assert_eq!(format("claude-haiku"), Format::Anthropic);
        assert_eq!(format("gpt-5"), Format::Openai);
        assert_eq!(format_of(&Chosen { model: SCRIPTED.to_owned(), provider: None }), Format::Openai);
    }
}
