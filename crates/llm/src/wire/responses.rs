//! OpenAI's Responses, without a state of their own: the thread is sent whole, and what the model thought comes back
//! sealed and is sent again.

use callwright_model::chat::{Opaque, Part};
use serde_json::{Value, json};

use super::{Reader, lacks, marked, written};
use crate::{
    ErrorKind, Events, Form, ModelError, Request, Stop,
    draft::{Call, Draft, count, text},
    failure,
    reply::MAX_CALLS,
    thread::{Called, Image, Turn, turns},
};

pub(super) fn body(request: &Request<'_>) -> Value {
    let mut body = json!({
        "model": request.model,
        "input": input(request),
        "store": false,
        "include": ["reasoning.encrypted_content"],
    });
    if !request.instructions.is_empty() {
        body["instructions"] = json!(request.instructions);
    }
    if !request.tools.is_empty() {
        body["tools"] = request.tools.iter().map(tool).collect();
        body["parallel_tool_calls"] = json!(request.parallel_tool_calls);
    }
    if let Some(temperature) = request.temperature {
        body["temperature"] = json!(temperature);
    }
    if let Some(limit) = request.max_output_tokens {
        body["max_output_tokens"] = json!(limit);
    }
    if request.stream {
        body["stream"] = json!(true);
    }
    body
}

/// A definition without the level that only chat completions have. `strict` must be said: its default here is true.
fn tool(definition: &Value) -> Value {
    let Some(function) = definition.get("function") else { return definition.clone() };
    let mut tool = json!({ "type": "function", "strict": false });
    if let (Some(tool), Some(function)) = (tool.as_object_mut(), function.as_object()) {
        tool.extend(function.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    tool
}

fn input(request: &Request<'_>) -> Vec<Value> {
    let mut items = Vec::new();
    for turn in turns(request.messages) {
        match turn {
            Turn::User(parts) => items.push(json!({ "role": "user", "content": content(parts) })),
            Turn::Assistant { text, calls, opaque } => {
                said(text, &calls, opaque, &mut items);
                items.extend(calls.iter().map(result));
            }
        }
    }
    items
}

fn content(parts: &[Part]) -> Value {
    if let [Part::Text { text }] = parts {
        return json!(text);
    }
    let part = |part: &Part| match part {
        Part::Text { text } => json!({ "type": "input_text", "text": text }),
        Part::Image { media_type, data } => picture(&Image { media_type, data }),
        Part::Document { document, .. } => json!({ "type": "input_text", "text": crate::thread::unseen(*document) }),
    };
    parts.iter().map(part).collect()
}

fn picture(image: &Image<'_>) -> Value {
    json!({ "type": "input_image", "image_url": image.url(), "detail": "auto" })
}

/// What the model said, in the order in which it did: a thought belongs to what comes after it.
fn said(text: &str, calls: &[Called<'_>], opaque: Option<&Opaque>, items: &mut Vec<Value>) {
    let kept = opaque.filter(|opaque| opaque.form == Form::OpenaiResponses.as_str());
    let mut text = Some(text).filter(|text| !text.is_empty());
    let mut left: Vec<&Called<'_>> = calls.iter().collect();
    for piece in kept.and_then(|opaque| opaque.value.as_array()).into_iter().flatten() {
        match self::text(piece, "/type") {
            "reasoning" => items.push(piece.clone()),
            "message" => items.extend(text.take().map(words)),
            _ => {
                let id = self::text(piece, "/call_id");
                if let Some(at) = left.iter().position(|called| called.call.id == id) {
                    items.push(call(left.remove(at)));
                }
            }
        }
    }
    items.extend(text.take().map(words));
    items.extend(left.into_iter().map(call));
}

fn words(text: &str) -> Value {
    json!({ "role": "assistant", "content": text })
}

fn call(called: &Called<'_>) -> Value {
    let call = called.call;
    json!({ "type": "function_call", "call_id": call.id, "name": call.name, "arguments": written(&call.arguments) })
}

fn result(called: &Called<'_>) -> Value {
    let text = marked(called);
    let output = if called.images.is_empty() {
        json!(text)
    } else {
        let mut output = vec![json!({ "type": "input_text", "text": text })];
        output.extend(called.images.iter().map(picture));
        json!(output)
    };
    json!({ "type": "function_call_output", "call_id": called.call.id, "output": output })
}

pub(super) fn whole(value: &Value, draft: &mut Draft, events: Events<'_>) -> Result<(), ModelError> {
    let output = value.get("output").and_then(Value::as_array).ok_or_else(|| lacks("output"))?;
    take(value, output, draft, events)
}

/// Takes the finished response.
fn take(response: &Value, output: &[Value], draft: &mut Draft, events: Events<'_>) -> Result<(), ModelError> {
    if let Some(error) = response.get("error").filter(|error| !error.is_null()) {
        return Err(failure::within_stream(error));
    }
    text(response, "/model").clone_into(&mut draft.model);
    if let Some(usage) = response.get("usage") {
        draft.usage.prompt_tokens = count(usage, "/input_tokens");
        draft.usage.completion_tokens = count(usage, "/output_tokens");
        draft.usage.total_tokens = count(usage, "/total_tokens");
        draft.usage.cached_tokens = count(usage, "/input_tokens_details/cached_tokens");
    }
    let mut order = Vec::new();
    let mut is_refused = false;
    for item in output {
        match text(item, "/type") {
            "reasoning" => order.push(thought(item, draft)?),
            "message" => {
                order.push(json!({ "type": "message" }));
                is_refused |= take_message(item, draft, &mut *events)?;
            }
            "function_call" => {
                let id = text(item, "/call_id");
                order.push(json!({ "type": "function_call", "call_id": id }));
                let arguments = item.get("arguments").map(written).unwrap_or_default();
                let name = text(item, "/name").to_owned();
                draft.begin_call(Call { id: id.to_owned(), name, arguments, ..Call::default() }, &mut *events)?;
            }
            _ => {}
        }
    }
    if order.iter().any(|piece| text(piece, "/type") == "reasoning") {
        draft.opaque = Some(Value::Array(order));
    }
    draft.stop = Some(match (text(response, "/status"), text(response, "/incomplete_details/reason")) {
        _ if is_refused => Stop::Refused,
        ("completed" | "", _) => Stop::End,
        ("incomplete", "max_output_tokens") => Stop::Length,
        ("incomplete", "content_filter") => Stop::Refused,
        ("failed" | "cancelled", _) => {
            return Err(ModelError::new(ErrorKind::Overloaded, "the provider could not finish the answer"));
        }
        _ => Stop::Other,
    });
    Ok(())
}

/// A thought as it must be sent back: fields that are null are refused there.
fn thought(item: &Value, draft: &mut Draft) -> Result<Value, ModelError> {
    let mut item = item.clone();
    if let Some(map) = item.as_object_mut() {
        map.retain(|key, value| !value.is_null() && key != "status");
    }
    draft.grow(item.to_string().len())?;
    Ok(item)
}

/// Takes a message's words; true if they are a refusal.
fn take_message(item: &Value, draft: &mut Draft, events: Events<'_>) -> Result<bool, ModelError> {
    let mut is_refused = false;
    for piece in item.get("content").and_then(Value::as_array).into_iter().flatten() {
        let refusal = text(piece, "/refusal");
        is_refused |= !refusal.is_empty();
        draft.say(text(piece, "/text"), &mut *events)?;
        draft.say(refusal, &mut *events)?;
    }
    Ok(is_refused)
}

/// A stream: its pieces are told as they come, and the last event has the whole.
#[derive(Debug, Default)]
pub(super) struct Stream {
    /// Items that are whole, for servers whose last event leaves them out.
    items: Vec<Value>,
    size: usize,
    calls: usize,
}

impl Reader for Stream {
    fn event(&mut self, data: Value, draft: &mut Draft, events: Events<'_>) -> Result<bool, ModelError> {
        match text(&data, "/type") {
            "response.output_text.delta" | "response.refusal.delta" => {
                let words = text(&data, "/delta");
                if !words.is_empty() {
                    events(crate::Event::Text(words.to_owned()));
                }
            }
            "response.output_item.added" if text(&data, "/item/type") == "function_call" => {
                let name = text(&data, "/item/name");
                if !name.is_empty() && self.calls < MAX_CALLS {
                    events(crate::Event::ToolCall { index: self.calls, name: name.to_owned() });
                }
                self.calls += 1;
            }
            "response.output_item.done" => {
                if let Some(item) = data.get("item") {
                    self.size += item.to_string().len();
                    draft.fits(self.size)?;
                    self.items.push(item.clone());
                }
            }
            "response.completed" | "response.incomplete" | "response.failed" => {
                let response = data.get("response").ok_or_else(|| lacks("response"))?;
                let output = response.get("output").and_then(Value::as_array).filter(|output| !output.is_empty());
                // All of it has been told already.
                take(response, output.unwrap_or(&self.items), draft, &mut |_| {})?;
                return Ok(true);
            }
            "error" => return Err(failure::within_stream(data.get("error").unwrap_or(&data))),
            // A server whose form is another says what went wrong in its own way.
            "" if data.get("error").is_some() => return Err(failure::within_stream(&data["error"])),
            _ => {}
        }
        Ok(false)
    }

    fn end(&mut self, _draft: &mut Draft, _events: Events<'_>) -> Result<bool, ModelError> {
        Ok(false)
    }
}
