//! One request to a model. The key is lent for that request only.

use std::{collections::BTreeSet, time::Duration};

use callwright_guard::Guard;
use callwright_llm::{
    Azure, Endpoint, ErrorKind, Event, Events, Form, ModelError, Reply, Request, scripted, scripted_delay,
};
use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    chat::ChatMessage,
    id::OrgId,
    model_provider::{ModelProvider, ModelProviderSpec, ProviderKind, ProviderSource},
    secret::SecretString,
};
use callwright_vault::LendError;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;
use utoipa::ToSchema;

use super::{Chosen, choose, provider};
use crate::{App, app::require};

/// The version of Azure's interface when nobody says.
const AZURE_VERSION: &str = "2024-10-21";
/// How long a test may take.
const TEST_TIME: Duration = Duration::from_secs(30);
/// The least that every provider takes as a limit.
const TEST_TOKENS: u32 = 16;

/// Asks a model. `script` is what the scripted model goes by, from the agent's metadata; other models do not see it.
/// Nothing is tried again here.
///
/// # Errors
/// Says what went wrong, and whether asking again could help.
pub async fn complete(
    app: &App,
    org: OrgId,
    chosen: &Chosen,
    request: Request<'_>,
    script: Option<&Value>,
    events: Events<'_>,
) -> Result<Reply, ModelError> {
    match &chosen.provider {
        None => play(script.unwrap_or(&Value::Null), request, events).await,
        Some(provider) => {
            let (endpoint, guard) = reach(app, org, provider).await?;
            let request = Request { model: &chosen.model, ..request };
            let answered = callwright_llm::complete(&guard, &endpoint, request, events).await;
            answered.map_err(|error| shown(error, provider, &endpoint))
        }
    }
}

/// Whether a provider can be reached and takes the key.
pub(crate) async fn probe(
    app: &App,
    org: OrgId,
    provider: &ModelProvider,
    deadline: Instant,
) -> Result<(), ModelError> {
    let (endpoint, guard) = reach(app, org, provider).await?;
    let probed = callwright_llm::probe(&guard, &endpoint, deadline).await;
    probed.map_err(|error| shown(error, provider, &endpoint))
}

/// An error as members of the organization may read it: where the operator's own provider is, is the operator's business
/// and in the log.
fn shown(error: ModelError, provider: &ModelProvider, endpoint: &Endpoint) -> ModelError {
    if provider.source != ProviderSource::Environment {
        return error;
    }
    tracing::warn!(provider = provider.spec.name, why = error.message, "the operator's model provider failed");
    callwright_llm::without_address(error, endpoint)
}

/// How a real request to a provider went.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Test {
    /// Whether it answered.
    pub ok: bool,
    /// The model that answered, or was asked.
    pub model: String,
    /// How long it took.
    pub latency_ms: u64,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Asks a provider something small. Without `model`, the first whole name that it lists is asked.
pub async fn test(app: &App, caller: &Caller, name: &str, model: Option<&str>) -> Result<Test, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    let all = provider::all(app, caller.org_id).await?;
    let found = all.into_iter().find(|provider| provider.spec.name == name);
    let found = found.ok_or_else(|| Fault::not_found("model provider", name))?;
    let chosen = choose::with_model(found, model.unwrap_or_default())?;
    let begun = Instant::now();
    let messages = [ChatMessage::user("Answer with the word OK.")];
    let request = Request {
        model: &chosen.model,
        instructions: "",
        messages: &messages,
        tools: &[],
        temperature: None,
        max_output_tokens: Some(TEST_TOKENS),
        parallel_tool_calls: true,
        stream: false,
        deadline: begun + TEST_TIME,
    };
    let answer = complete(app, caller.org_id, &chosen, request, None, &mut |_| {}).await;
    let latency_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(match answer {
        Ok(reply) => Test { ok: true, model: reply.model, latency_ms, error: None },
        Err(error) => Test { ok: false, model: chosen.model, latency_ms, error: Some(error.message) },
    })
}

/// The scripted model's next turn, at its own pace.
async fn play(script: &Value, request: Request<'_>, events: Events<'_>) -> Result<Reply, ModelError> {
    let pause = scripted_delay(script, request.messages);
    if Instant::now() + pause > request.deadline {
        tokio::time::sleep_until(request.deadline).await;
        return Err(ModelError::new(ErrorKind::Timeout, "scripted model: the time is over"));
    }
    tokio::time::sleep(pause).await;
    let reply = scripted(script, request.messages)?;
    if request.stream
        && let ChatMessage::Assistant { text, tool_calls, .. } = &reply.message
    {
        if !text.is_empty() {
            events(Event::Text(text.clone()));
        }
        for (index, call) in tool_calls.iter().enumerate() {
            events(Event::ToolCall { index, name: call.name.clone() });
        }
    }
    Ok(reply)
}

/// Where a provider is, with its key, and the way there.
async fn reach(app: &App, org: OrgId, provider: &ModelProvider) -> Result<(Endpoint, Guard), ModelError> {
    if provider.source == ProviderSource::Environment {
        let builtin = app.settings().models.iter().find(|builtin| builtin.name == provider.spec.name);
        let gone = || ModelError::new(ErrorKind::NotFound, "the provider is not set in the environment any more");
        let builtin = builtin.ok_or_else(gone)?;
        let guard = builtin.guard.as_ref().unwrap_or_else(|| app.guard());
        return Ok((builtin.endpoint.clone(), guard.clone()));
    }
    let key = match &provider.spec.secret {
        Some(name) => Some(lend(app, org, name).await?),
        None => None,
    };
    let endpoint = endpoint(&provider.spec, key);
    let endpoint = endpoint.map_err(|fault| ModelError::new(ErrorKind::InvalidRequest, fault.message))?;
    Ok((endpoint, app.guard().clone()))
}

async fn lend(app: &App, org: OrgId, name: &str) -> Result<SecretString, ModelError> {
    let missing = || {
        let message =
            format!("the provider's key is the secret `{name}`, which is not set: callwright secret set {name}");
        ModelError::new(ErrorKind::Auth, message)
    };
    match app.vault().lend(org, None, &BTreeSet::from([name.to_owned()])).await {
        Ok(mut lent) => lent.remove(name).ok_or_else(missing),
        Err(LendError::Missing(_)) => Err(missing()),
        Err(LendError::Fault(fault)) => {
            tracing::error!(?fault, "a model provider's key could not be lent");
            Err(ModelError::new(ErrorKind::Overloaded, "the provider's key could not be read"))
        }
    }
}

/// Where a provider is.
///
/// # Errors
/// An address, a header's name or a header's value that is none.
pub(super) fn endpoint(spec: &ModelProviderSpec, key: Option<SecretString>) -> Result<Endpoint, Fault> {
    let address = spec.base_url.as_deref().or(spec.kind.home()).unwrap_or_default();
    let base_url = Url::parse(address)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some() && url.fragment().is_none())
        .ok_or_else(|| Fault::invalid("base_url", "`base_url` must be an http or https address"))?;
    let mut headers = HeaderMap::new();
    for (name, value) in &spec.options.headers {
        let wrong = || Fault::invalid("options.headers", format!("`{name}` is no header that can be sent"));
        let header = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
        headers.insert(header, HeaderValue::from_str(value).map_err(|_| wrong())?);
    }
    let azure = (spec.kind == ProviderKind::Azure).then(|| {
        let is_plain = base_url.path().trim_end_matches('/').ends_with("/v1");
        let version = if is_plain { "" } else { AZURE_VERSION };
        Azure {
            deployment: spec.options.deployment.clone().unwrap_or_default(),
            api_version: spec.options.api_version.clone().unwrap_or_else(|| version.to_owned()),
            token: spec.options.token,
        }
    });
    Ok(Endpoint { form: form(spec.kind), base_url, key, azure, headers, body: spec.options.body.clone() })
}

/// The form that a kind of provider has.
pub(super) fn form(kind: ProviderKind) -> Form {
    match kind {
        ProviderKind::Openai | ProviderKind::OpenaiCompatible => Form::OpenaiChat,
        ProviderKind::OpenaiResponses => Form::OpenaiResponses,
        ProviderKind::Azure => Form::Azure,
        ProviderKind::Anthropic => Form::Anthropic,
        ProviderKind::Gemini => Form::Gemini,
    }
}
