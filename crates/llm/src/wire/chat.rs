//! OpenAI's chat completions, as OpenAI, Azure and many others serve them.
//!
//! The others differ in small things, so what is read is taken as it comes: an index or an id may be missing, arguments
//! may be an object, a call may come whole, and fields that nobody asked for are passed over.

use callwright_model::chat::Part;
use serde_json::{Value, json};
use url::Url;

use super::{Reader, below, lacks, last_step};
use crate::{
    Endpoint, Events, Form, ModelError, Request, Stop,
    draft::{Call, Draft, count, text},
    failure,
    thread::{Called, Turn, turns},
};

/// Azure's address: its own for a deployment, or the one that is like OpenAI's.
pub(super) fn azure_address(endpoint: &Endpoint, model: &str) -> Result<Url, ModelError> {
    let deployment = deployment(endpoint, model);
    let url = match last_step(&endpoint.base_url) {
        "v1" => below(&endpoint.base_url, &["chat", "completions"])?,
        "openai" => below(&endpoint.base_url, &["deployments", deployment, "chat", "completions"])?,
        _ => below(&endpoint.base_url, &["openai", "deployments", deployment, "chat", "completions"])?,
    };
    Ok(with_version(url, endpoint))
}

pub(super) fn azure_models_address(endpoint: &Endpoint) -> Result<Url, ModelError> {
    let url = match last_step(&endpoint.base_url) {
        "v1" | "openai" => below(&endpoint.base_url, &["models"])?,
        _ => below(&endpoint.base_url, &["openai", "models"])?,
    };
    Ok(with_version(url, endpoint))
}

fn with_version(mut url: Url, endpoint: &Endpoint) -> Url {
    if let Some(version) = endpoint.azure.as_ref().map(|azure| azure.api_version.as_str()).filter(|v| !v.is_empty()) {
        url.query_pairs_mut().append_pair("api-version", version);
    }
    url
}

fn deployment<'a>(endpoint: &'a Endpoint, model: &'a str) -> &'a str {
    let set = endpoint.azure.as_ref().map(|azure| azure.deployment.as_str());
    set.filter(|deployment| !deployment.is_empty()).unwrap_or(model)
}

/// Whether OpenAI itself serves it, whose newer models refuse `max_tokens`; others know no other name.
fn is_openai(endpoint: &Endpoint) -> bool {
    let host = endpoint.base_url.host_str().unwrap_or_default();
    endpoint.form == Form::Azure || host == "openai.com" || host.ends_with(".openai.com")
}

pub(super) fn body(endpoint: &Endpoint, request: &Request<'_>) -> Value {
    let model = if endpoint.form == Form::Azure { deployment(endpoint, request.model) } else { request.model };
    let mut body = json!({ "model": model, "messages": messages(request) });
    if !request.tools.is_empty() {
        body["tools"] = json!(request.tools);
        if !request.parallel_tool_calls {
            body["parallel_tool_calls"] = json!(false);
        }
    }
    if let Some(temperature) = request.temperature {
        body["temperature"] = json!(temperature);
    }
    if let Some(limit) = request.max_output_tokens {
        let key = if is_openai(endpoint) { "max_completion_tokens" } else { "max_tokens" };
        body[key] = json!(limit);
    }
    if request.stream {
        body["stream"] = json!(true);
        body["stream_options"] = json!({ "include_usage": true });
    }
    body
}

fn messages(request: &Request<'_>) -> Vec<Value> {
    let mut messages = Vec::with_capacity(request.messages.len() + 1);
    if !request.instructions.is_empty() {
        messages.push(json!({ "role": "system", "content": request.instructions }));
    }
    for turn in turns(request.messages) {
        match turn {
            Turn::User(parts) => messages.push(json!({ "role": "user", "content": content(parts) })),
            Turn::Assistant { text, calls, .. } => {
                let mut message = json!({ "role": "assistant", "content": text });
                if !calls.is_empty() {
                    if text.is_empty() {
                        message["content"] = Value::Null;
                    }
                    message["tool_calls"] = calls.iter().map(call).collect();
                }
                messages.push(message);
                messages.extend(calls.iter().map(result));
                messages.extend(pictures(&calls));
            }
        }
    }
    messages
}

/// A bare text where that is all: every server takes it.
fn content(parts: &[Part]) -> Value {
    if let [Part::Text { text }] = parts {
        return json!(text);
    }
    let part = |part: &Part| match part {
        Part::Text { text } => json!({ "type": "text", "text": text }),
        Part::Image { media_type, data } => {
            let image = crate::thread::Image { media_type, data };
            json!({ "type": "image_url", "image_url": { "url": image.url() } })
        }
        Part::Document { document, .. } => json!({ "type": "text", "text": crate::thread::unseen(*document) }),
    };
    parts.iter().map(part).collect()
}

fn call(called: &Called<'_>) -> Value {
    let call = called.call;
    let arguments = super::written(&call.arguments);
    json!({ "id": call.id, "type": "function", "function": { "name": call.name, "arguments": arguments } })
}

fn result(called: &Called<'_>) -> Value {
    let content = super::marked(called);
    json!({ "role": "tool", "tool_call_id": called.call.id, "content": content })
}

/// A tool's message takes no picture, so they follow in the user's name.
fn pictures(calls: &[Called<'_>]) -> Option<Value> {
    let mut content = Vec::new();
    for called in calls.iter().filter(|called| !called.images.is_empty()) {
        content.push(json!({ "type": "text", "text": format!("Pictures that `{}` gave:", called.call.name) }));
        let url =
            |image: &crate::thread::Image<'_>| json!({ "type": "image_url", "image_url": { "url": image.url() } });
        content.extend(called.images.iter().map(url));
    }
    (!content.is_empty()).then(|| json!({ "role": "user", "content": content }))
}

pub(super) fn whole(value: &Value, draft: &mut Draft, events: Events<'_>) -> Result<(), ModelError> {
    let choice = value.pointer("/choices/0").ok_or_else(|| lacks("choices"))?;
    let message = choice.get("message").ok_or_else(|| lacks("choices[0].message"))?;
    about(value, draft);
    take_words(message, draft, events)?;
    for (at, call) in message.get("tool_calls").and_then(Value::as_array).into_iter().flatten().enumerate() {
        take_call(call, Some(at as u64), draft, events)?;
    }
    draft.stop = Some(stop(text(choice, "/finish_reason")));
    note_refusal(message, draft, events)
}

/// A stream of chunks.
#[derive(Debug, Default)]
pub(super) struct Stream {
    has_begun: bool,
    is_over: bool,
}

impl Reader for Stream {
    fn event(&mut self, data: Value, draft: &mut Draft, events: Events<'_>) -> Result<bool, ModelError> {
        if let Some(error) = data.get("error").filter(|error| !error.is_null()) {
            return Err(failure::within_stream(error));
        }
        about(&data, draft);
        // The chunk that tells the usage has no choice.
        let Some(choice) = data.pointer("/choices/0") else { return Ok(false) };
        self.has_begun = true;
        // A server that does not really stream sends the message whole.
        let delta = choice.get("delta").or_else(|| choice.get("message")).unwrap_or(&Value::Null);
        take_words(delta, draft, events)?;
        for call in delta.get("tool_calls").and_then(Value::as_array).into_iter().flatten() {
            take_call(call, call.get("index").and_then(Value::as_u64), draft, events)?;
        }
        note_refusal(delta, draft, events)?;
        let reason = text(choice, "/finish_reason");
        if !reason.is_empty() {
            self.is_over = true;
            if draft.stop != Some(Stop::Refused) {
                draft.stop = Some(stop(reason));
            }
        }
        Ok(false)
    }

    fn end(&mut self, _draft: &mut Draft, _events: Events<'_>) -> Result<bool, ModelError> {
        Ok(self.is_over)
    }

    fn done(&mut self) {
        // Some servers give no reason for the end and say only that it is there.
        self.is_over |= self.has_begun;
    }
}

/// The model's name and the usage.
fn about(value: &Value, draft: &mut Draft) {
    if draft.model.is_empty() {
        text(value, "/model").clone_into(&mut draft.model);
    }
    if let Some(usage) = value.get("usage").filter(|usage| usage.is_object()) {
        draft.usage.prompt_tokens = count(usage, "/prompt_tokens");
        draft.usage.completion_tokens = count(usage, "/completion_tokens");
        draft.usage.total_tokens = count(usage, "/total_tokens");
        draft.usage.cached_tokens = count(usage, "/prompt_tokens_details/cached_tokens");
    }
}

/// A text, or a list of pieces as some servers write it.
fn take_words(message: &Value, draft: &mut Draft, events: Events<'_>) -> Result<(), ModelError> {
    match message.get("content") {
        Some(Value::String(words)) => draft.say(words, events),
        Some(Value::Array(pieces)) => pieces.iter().try_for_each(|piece| draft.say(text(piece, "/text"), &mut *events)),
        _ => Ok(()),
    }
}

fn note_refusal(message: &Value, draft: &mut Draft, events: Events<'_>) -> Result<(), ModelError> {
    let refusal = text(message, "/refusal");
    if !refusal.is_empty() {
        draft.stop = Some(Stop::Refused);
        draft.say(refusal, events)?;
    }
    Ok(())
}

/// A call, or a piece of one.
fn take_call(value: &Value, index: Option<u64>, draft: &mut Draft, events: Events<'_>) -> Result<(), ModelError> {
    let (id, name) = (text(value, "/id"), text(value, "/function/name"));
    let arguments = match value.pointer("/function/arguments") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    };
    let known = match index {
        Some(index) => draft.calls.iter().rposition(|call| call.index == Some(index)),
        None if id.is_empty() => draft.calls.len().checked_sub(1),
        None => draft.calls.iter().rposition(|call| call.id == id),
    };
    // Some servers number all calls 0, or not at all: another id or a second name is another call.
    let known = known.filter(|at| {
        draft.calls.get(*at).is_some_and(|call| {
            let is_other = !id.is_empty() && !call.id.is_empty() && call.id != id;
            let is_named_again = index.is_none() && id.is_empty() && !name.is_empty() && !call.name.is_empty();
            !is_other && !is_named_again
        })
    });
    let Some(at) = known else {
        let call = Call { index, id: id.to_owned(), name: name.to_owned(), arguments, ..Call::default() };
        return draft.begin_call(call, events).map(drop);
    };
    if let Some(call) = draft.calls.get_mut(at) {
        if call.id.is_empty() {
            id.clone_into(&mut call.id);
        }
        if call.name.is_empty() {
            name.clone_into(&mut call.name);
        }
    }
    draft.tell_call(at, events);
    draft.argue(at, &arguments)
}

fn stop(reason: &str) -> Stop {
    match reason {
        "stop" | "eos" | "" => Stop::End,
        "tool_calls" | "function_call" => Stop::ToolCalls,
        "length" => Stop::Length,
        "content_filter" => Stop::Refused,
        _ => Stop::Other,
    }
}
