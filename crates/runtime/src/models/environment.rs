//! Providers that the operator set in the server's environment.

use callwright_guard::Guard;
use callwright_llm::Endpoint;
use callwright_model::model_provider::{
    ModelProvider, ModelProviderSpec, ProviderKind, ProviderOptions, ProviderSource,
};

/// A provider for every organization, from the environment.
#[derive(Debug, Clone)]
pub struct Builtin {
    /// Its name: `openai`, `azure`, `anthropic` or `gemini`.
    pub name: &'static str,
    /// How it is spoken to.
    pub kind: ProviderKind,
    /// Where, and with which key.
    pub endpoint: Endpoint,
    /// The way to an address that the operator set, which may be local; none for the provider's own address.
    pub guard: Option<Guard>,
}

impl Builtin {
    /// What everybody may know of it.
    pub(super) fn shown(&self) -> ModelProvider {
        let azure = self.endpoint.azure.as_ref();
        let options = ProviderOptions {
            deployment: azure.map(|azure| azure.deployment.clone()).filter(|name| !name.is_empty()),
            api_version: azure.map(|azure| azure.api_version.clone()).filter(|version| !version.is_empty()),
            token: azure.is_some_and(|azure| azure.token),
            ..ProviderOptions::default()
        };
        let spec = ModelProviderSpec {
            name: self.name.to_owned(),
            kind: self.kind,
            // An address of the operator's own network is nobody else's business.
            base_url: self.guard.is_none().then(|| self.endpoint.base_url.to_string()),
            secret: None,
            options,
            models: Vec::new(),
            is_default: false,
        };
        ModelProvider { id: None, spec, source: ProviderSource::Environment, created_at: None, updated_at: None }
    }
}
