//! The providers' forms: how each is asked, and how each answers.

mod anthropic;
mod chat;
mod gemini;
mod responses;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};
use url::Url;

use crate::{Endpoint, ErrorKind, Events, Form, ModelError, Request, draft::Draft, thread::Called};

/// Reads the events of a stream.
pub(crate) trait Reader: Send {
    /// Takes one event. True: it was the last.
    fn event(&mut self, data: Value, draft: &mut Draft, events: Events<'_>) -> Result<bool, ModelError>;

    /// The stream has ended in order; false if that was too early.
    fn end(&mut self, draft: &mut Draft, events: Events<'_>) -> Result<bool, ModelError>;

    /// The stream says `[DONE]`.
    fn done(&mut self) {}
}

/// Where a request goes.
pub(crate) fn address(endpoint: &Endpoint, request: &Request<'_>) -> Result<Url, ModelError> {
    let url = &endpoint.base_url;
    match endpoint.form {
        Form::OpenaiChat => below(url, &["chat", "completions"]),
        Form::OpenaiResponses => below(url, &["responses"]),
        Form::Azure => chat::azure_address(endpoint, request.model),
        Form::Anthropic => anthropic::address(url, &["messages"]),
        Form::Gemini => gemini::address(url, request),
    }
}

/// Where the provider lists its models.
pub(crate) fn models_address(endpoint: &Endpoint) -> Result<Url, ModelError> {
    let url = &endpoint.base_url;
    match endpoint.form {
        Form::OpenaiChat | Form::OpenaiResponses => below(url, &["models"]),
        Form::Azure => chat::azure_models_address(endpoint),
        Form::Anthropic => anthropic::address(url, &["models"]),
        Form::Gemini => gemini::models_address(url),
    }
}

/// What is asked.
pub(crate) fn body(endpoint: &Endpoint, request: &Request<'_>) -> Value {
    let mut body = match endpoint.form {
        Form::OpenaiChat | Form::Azure => chat::body(endpoint, request),
        Form::OpenaiResponses => responses::body(request),
        Form::Anthropic => anthropic::body(request, &endpoint.body),
        Form::Gemini => gemini::body(request),
    };
    if let Value::Object(map) = &mut body {
        add(map, &endpoint.body);
    }
    body
}

/// Reads an answer that came in one piece.
pub(crate) fn whole(form: Form, value: &Value, draft: &mut Draft, events: Events<'_>) -> Result<(), ModelError> {
    match form {
        Form::OpenaiChat | Form::Azure => chat::whole(value, draft, events),
        Form::OpenaiResponses => responses::whole(value, draft, events),
        Form::Anthropic => anthropic::whole(value, draft, events),
        Form::Gemini => gemini::whole(value, draft, events),
    }
}

/// What reads a stream of the form.
pub(crate) fn reader(form: Form) -> Box<dyn Reader> {
    match form {
        Form::OpenaiChat | Form::Azure => Box::<chat::Stream>::default(),
        Form::OpenaiResponses => Box::<responses::Stream>::default(),
        Form::Anthropic => Box::<anthropic::Stream>::default(),
        Form::Gemini => Box::<gemini::Stream>::default(),
    }
}

/// The headers, the key among them.
pub(crate) fn headers(endpoint: &Endpoint) -> Result<HeaderMap, ModelError> {
    let mut headers = endpoint.headers.clone();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if endpoint.form == Form::Anthropic {
        headers.entry("anthropic-version").or_insert(HeaderValue::from_static("2023-06-01"));
    }
    let Some(key) = &endpoint.key else { return Ok(headers) };
    let is_token = endpoint.azure.as_ref().is_some_and(|azure| azure.token);
    let (name, prefix) = match endpoint.form {
        Form::Anthropic => (HeaderName::from_static("x-api-key"), ""),
        Form::Gemini => (HeaderName::from_static("x-goog-api-key"), ""),
        Form::Azure if !is_token => (HeaderName::from_static("api-key"), ""),
        Form::Azure | Form::OpenaiChat | Form::OpenaiResponses => (http::header::AUTHORIZATION, "Bearer "),
    };
    let mut value = HeaderValue::from_str(&format!("{prefix}{}", key.expose().trim()))
        .map_err(|_| ModelError::new(ErrorKind::Auth, "the provider's key has a character that no key has"))?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(headers)
}

/// `base` with more steps of a path.
fn below(base: &Url, steps: &[&str]) -> Result<Url, ModelError> {
    let mut url = base.clone();
    match url.path_segments_mut() {
        Ok(mut path) => {
            path.pop_if_empty().extend(steps);
        }
        Err(()) => return Err(ModelError::new(ErrorKind::InvalidRequest, "the provider's address has no path")),
    }
    Ok(url)
}

/// The last step of an address's path.
fn last_step(url: &Url) -> &str {
    url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// Adds fields that are not there yet, at every depth.
fn add(map: &mut Map<String, Value>, more: &Map<String, Value>) {
    for (key, value) in more {
        match (map.get_mut(key), value) {
            (None, _) => {
                map.insert(key.clone(), value.clone());
            }
            (Some(Value::Object(there)), Value::Object(value)) => add(there, value),
            (Some(_), _) => {}
        }
    }
}

/// A call's arguments as a text, the way the model wrote them.
fn written(arguments: &Value) -> String {
    match arguments {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A result's text for a form that has no other way to say that it is an error.
fn marked(called: &Called<'_>) -> String {
    if called.is_error && !called.text.starts_with("Error") {
        return format!("Error: {}", called.text);
    }
    called.text.clone()
}

/// An answer that lacks what every answer has.
fn lacks(what: &str) -> ModelError {
    ModelError::new(ErrorKind::BadResponse, format!("the provider's answer has no `{what}`"))
}
