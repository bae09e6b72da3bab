//! Gemini's `generateContent`.

use callwright_model::chat::{Opaque, Part};
use serde_json::{Value, json};
use url::Url;

use super::{Reader, below, lacks, last_step};
use crate::{
    ErrorKind, Events, Form, ModelError, Request, Stop,
    draft::{Call, Draft, as_object, count, is_our_id, text},
    failure,
    thread::{Called, Image, Turn, turns},
};

pub(super) fn address(base: &Url, request: &Request<'_>) -> Result<Url, ModelError> {
    let model = request.model.strip_prefix("models/").unwrap_or(request.model);
    let verb = if request.stream { "streamGenerateContent" } else { "generateContent" };
    let mut url = versioned(base, &["models", &format!("{model}:{verb}")])?;
    if request.stream {
        url.query_pairs_mut().append_pair("alt", "sse");
    }
    Ok(url)
}

pub(super) fn models_address(base: &Url) -> Result<Url, ModelError> {
    versioned(base, &["models"])
}

/// The version stands in the path, whether or not the base address has it.
fn versioned(base: &Url, steps: &[&str]) -> Result<Url, ModelError> {
    match last_step(base) {
        "v1" | "v1alpha" | "v1beta" | "v1beta1" => below(base, steps),
        _ => below(base, &[&["v1beta"], steps].concat()),
    }
}

pub(super) fn body(request: &Request<'_>) -> Value {
    let mut body = json!({ "contents": contents(request) });
    if !request.instructions.is_empty() {
        body["systemInstruction"] = json!({ "parts": [{ "text": request.instructions }] });
    }
    if !request.tools.is_empty() {
        body["tools"] = json!([{ "functionDeclarations": request.tools }]);
    }
    if let Some(temperature) = request.temperature {
        body["generationConfig"]["temperature"] = json!(temperature);
    }
    if let Some(limit) = request.max_output_tokens {
        body["generationConfig"]["maxOutputTokens"] = json!(limit);
    }
    body
}

fn contents(request: &Request<'_>) -> Vec<Value> {
    let mut contents = Vec::new();
    let mut add = |role: &str, parts: Vec<Value>| {
        if !parts.is_empty() {
            contents.push(json!({ "role": role, "parts": parts }));
        }
    };
    for turn in turns(request.messages) {
        match turn {
            Turn::User(parts) => add("user", parts.iter().filter_map(part).collect()),
            Turn::Assistant { text, calls, opaque } => {
                add("model", said(text, &calls, opaque, request.model));
                let pictures = calls.iter().flat_map(|called| called.images.iter().map(picture));
                add("user", calls.iter().map(result).chain(pictures).collect());
            }
        }
    }
    contents
}

fn part(part: &Part) -> Option<Value> {
    match part {
        Part::Text { text } => (!text.is_empty()).then(|| json!({ "text": text })),
        Part::Image { media_type, data } => Some(picture(&Image { media_type, data })),
        Part::Document { document, .. } => Some(json!({ "text": crate::thread::unseen(*document) })),
    }
}

fn picture(image: &Image<'_>) -> Value {
    json!({ "inlineData": { "mimeType": image.media_type, "data": image.data } })
}

/// What stands for the signature of a call that another model made; without one, Gemini 3 refuses the thread.
const FOREIGN: &str = "skip_thought_signature_validator";

/// What the model said, each signature at the piece that it came with.
fn said(text: &str, calls: &[Called<'_>], opaque: Option<&Opaque>, model: &str) -> Vec<Value> {
    let kept = opaque.filter(|opaque| opaque.form == Form::Gemini.as_str()).map(|opaque| &opaque.value);
    let mut parts = Vec::new();
    let of_text = kept.map(|kept| self::text(kept, "/text")).filter(|signature| !signature.is_empty());
    if !text.is_empty() || of_text.is_some() {
        let mut part = json!({ "text": text });
        if let Some(signature) = of_text {
            part["thoughtSignature"] = json!(signature);
        }
        parts.push(part);
    }
    let is_foreign = kept.is_none() && model.trim_start_matches("models/").starts_with("gemini-3");
    for (at, called) in calls.iter().enumerate() {
        let call = called.call;
        let mut part = json!({ "functionCall": { "name": call.name, "args": as_object(&call.arguments) } });
        if !is_our_id(&call.id) {
            part["functionCall"]["id"] = json!(call.id);
        }
        let signature = kept.and_then(|kept| kept.get("calls")?.get(&call.id)?.as_str());
        if let Some(signature) = signature.or_else(|| (is_foreign && at == 0).then_some(FOREIGN)) {
            part["thoughtSignature"] = json!(signature);
        }
        parts.push(part);
    }
    parts
}

/// A result that is JSON is given as such.
fn result(called: &Called<'_>) -> Value {
    let key = if called.is_error { "error" } else { "output" };
    let output = match serde_json::from_str::<Value>(&called.text) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => value,
        _ => json!(called.text),
    };
    let mut response = json!({ "name": called.call.name, "response": { key: output } });
    if !is_our_id(&called.call.id) {
        response["id"] = json!(called.call.id);
    }
    json!({ "functionResponse": response })
}

pub(super) fn whole(value: &Value, draft: &mut Draft, events: Events<'_>) -> Result<(), ModelError> {
    let mut stream = Stream::default();
    stream.take(value, draft, &mut *events)?;
    if !stream.is_over {
        return Err(lacks("candidates[0].finishReason"));
    }
    stream.close(draft);
    Ok(())
}

/// A stream of answers, each with some pieces more; one alone is the whole.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// The text's signature.
    of_text: String,
    /// The signature of each call, in their order.
    of_calls: Vec<String>,
    is_over: bool,
}

impl Reader for Stream {
    fn event(&mut self, data: Value, draft: &mut Draft, events: Events<'_>) -> Result<bool, ModelError> {
        self.take(&data, draft, events)?;
        Ok(false)
    }

    fn end(&mut self, draft: &mut Draft, _events: Events<'_>) -> Result<bool, ModelError> {
        self.close(draft);
        Ok(self.is_over)
    }
}

impl Stream {
    fn take(&mut self, value: &Value, draft: &mut Draft, events: Events<'_>) -> Result<(), ModelError> {
        if let Some(error) = value.get("error") {
            return Err(failure::within_stream(error));
        }
        let blocked = text(value, "/promptFeedback/blockReason");
        if !blocked.is_empty() {
            let message = format!("the provider will not answer this: {blocked}");
            return Err(ModelError::new(ErrorKind::Refused, message));
        }
        let model = text(value, "/modelVersion");
        if !model.is_empty() {
            model.clone_into(&mut draft.model);
        }
        if let Some(usage) = value.get("usageMetadata") {
            draft.usage.prompt_tokens = count(usage, "/promptTokenCount") + count(usage, "/toolUsePromptTokenCount");
            draft.usage.completion_tokens = count(usage, "/candidatesTokenCount") + count(usage, "/thoughtsTokenCount");
            draft.usage.total_tokens = count(usage, "/totalTokenCount");
            draft.usage.cached_tokens = count(usage, "/cachedContentTokenCount");
        }
        let Some(candidate) = value.pointer("/candidates/0") else { return Ok(()) };
        for part in candidate.pointer("/content/parts").and_then(Value::as_array).into_iter().flatten() {
            self.part(part, draft, &mut *events)?;
        }
        let reason = text(candidate, "/finishReason");
        if !reason.is_empty() {
            self.is_over = true;
            draft.stop = Some(stop(reason)?);
        }
        Ok(())
    }

    fn part(&mut self, part: &Value, draft: &mut Draft, events: Events<'_>) -> Result<(), ModelError> {
        let signature = text(part, "/thoughtSignature");
        draft.grow(signature.len())?;
        if let Some(call) = part.get("functionCall") {
            let arguments = call.get("args").map(super::written).unwrap_or_default();
            let (id, name) = (text(call, "/id").to_owned(), text(call, "/name").to_owned());
            draft.begin_call(Call { id, name, arguments, ..Call::default() }, events)?;
            self.of_calls.push(signature.to_owned());
            return Ok(());
        }
        // A thought's own words are for people; only its signature is wanted back.
        if part.get("thought").and_then(Value::as_bool) != Some(true) {
            draft.say(text(part, "/text"), events)?;
        }
        if !signature.is_empty() {
            signature.clone_into(&mut self.of_text);
        }
        Ok(())
    }

    /// Keeps the signatures under the ids that the calls will have.
    fn close(&mut self, draft: &mut Draft) {
        if self.of_text.is_empty() && self.of_calls.iter().all(String::is_empty) {
            return;
        }
        let mut kept = json!({ "calls": {} });
        if !self.of_text.is_empty() {
            kept["text"] = json!(self.of_text);
        }
        draft.signed = std::mem::take(&mut self.of_calls);
        draft.opaque = Some(kept);
    }
}

fn stop(reason: &str) -> Result<Stop, ModelError> {
    Ok(match reason {
        "STOP" => Stop::End,
        "MAX_TOKENS" => Stop::Length,
        "SAFETY" | "RECITATION" | "LANGUAGE" | "BLOCKLIST" | "PROHIBITED_CONTENT" | "SPII" | "IMAGE_SAFETY" => {
            Stop::Refused
        }
        "MALFORMED_FUNCTION_CALL" | "UNEXPECTED_TOOL_CALL" => {
            let message = format!("the model wrote a call that its provider could not read ({reason})");
            return Err(ModelError::new(ErrorKind::BadResponse, message));
        }
        _ => Stop::Other,
    })
}
