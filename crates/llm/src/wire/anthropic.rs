//! Anthropic's Messages.

use callwright_model::chat::{Opaque, Part};
use serde_json::{Map, Value, json};
use url::Url;

use super::{Reader, below, lacks, last_step};
use crate::{
    ErrorKind, Event, Events, Form, ModelError, Request, Stop,
    draft::{Call, Draft, as_object, count, text},
    failure,
    reply::MAX_CALLS,
    thread::{Called, Image, Turn, turns},
};

/// The version stands in the path, whether or not the base address has it.
pub(super) fn address(base: &Url, steps: &[&str]) -> Result<Url, ModelError> {
    match last_step(base) {
        "v1" => below(base, steps),
        _ => below(base, &[&["v1"], steps].concat()),
    }
}

/// `more` are fields that are added to the body.
pub(super) fn body(request: &Request<'_>, more: &Map<String, Value>) -> Value {
    let mut body = json!({ "model": request.model, "messages": messages(request) });
    // The one provider that does not answer without a limit.
    if let Some(limit) = request.max_output_tokens {
        body["max_tokens"] = json!(limit);
    } else if !more.contains_key("max_tokens") {
        body["max_tokens"] = json!(most_tokens(request.model));
    }
    if !request.instructions.is_empty() {
        body["system"] = json!(request.instructions);
    }
    if !request.tools.is_empty() {
        body["tools"] = json!(request.tools);
        if !request.parallel_tool_calls {
            body["tool_choice"] = json!({ "type": "auto", "disable_parallel_tool_use": true });
        }
    }
    if let Some(temperature) = request.temperature.filter(|_| takes_temperature(request.model)) {
        // Others go up to 2.
        body["temperature"] = json!(temperature.clamp(0.0, 1.0));
    }
    if request.stream {
        body["stream"] = json!(true);
    }
    body
}

/// What every model of the family can write.
fn most_tokens(model: &str) -> u32 {
    if model.starts_with("claude-3-5") || model.starts_with("claude-3-7") {
        8192
    } else if model.starts_with("claude-3-") || model.starts_with("claude-2") {
        4096
    } else {
        16_384
    }
}

/// Claude's models from 4.7 on refuse a temperature; what is not Claude by name is given it.
fn takes_temperature(model: &str) -> bool {
    let Some(name) = model.strip_prefix("claude-") else { return true };
    let mut numbers = name.split('-').filter_map(|word| word.parse::<u32>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(4), Some(minor)) => minor <= 6 || minor > 999,
        (Some(major), _) => major <= 4,
        (None, _) => name.starts_with("instant") || name.starts_with("2."),
    }
}

/// The messages, alternating: results and what the user says after them are one turn of the user's.
fn messages(request: &Request<'_>) -> Vec<Value> {
    let mut messages: Vec<(&str, Vec<Value>)> = Vec::new();
    let mut add = |role: &'static str, blocks: Vec<Value>| {
        if blocks.is_empty() {
            return;
        }
        match messages.last_mut() {
            Some((last, there)) if *last == role => there.extend(blocks),
            _ => messages.push((role, blocks)),
        }
    };
    for turn in turns(request.messages) {
        match turn {
            Turn::User(parts) => add("user", content(parts)),
            Turn::Assistant { text, calls, opaque } => {
                add("assistant", said(text, &calls, opaque));
                add("user", calls.iter().map(result).collect());
            }
        }
    }
    messages.into_iter().map(|(role, content)| json!({ "role": role, "content": content })).collect()
}

/// Blocks; an empty text is refused, so it is left out.
fn content(parts: &[Part]) -> Vec<Value> {
    let block = |part: &Part| match part {
        Part::Text { text } => (!text.trim().is_empty()).then(|| json!({ "type": "text", "text": text })),
        Part::Image { media_type, data } => Some(picture(&Image { media_type, data })),
        Part::Document { document, .. } => Some(json!({ "type": "text", "text": crate::thread::unseen(*document) })),
    };
    parts.iter().filter_map(block).collect()
}

fn picture(image: &Image<'_>) -> Value {
    let source = json!({ "type": "base64", "media_type": image.media_type, "data": image.data });
    json!({ "type": "image", "source": source })
}

/// What the model said, its signed thoughts where they were.
fn said(text: &str, calls: &[Called<'_>], opaque: Option<&Opaque>) -> Vec<Value> {
    let kept = opaque.filter(|opaque| opaque.form == Form::Anthropic.as_str());
    let mut blocks = Vec::new();
    let mut text = Some(text).filter(|text| !text.trim().is_empty());
    let mut left: Vec<&Called<'_>> = calls.iter().collect();
    for piece in kept.and_then(|opaque| opaque.value.as_array()).into_iter().flatten() {
        match self::text(piece, "/type") {
            "text" => blocks.extend(text.take().map(words)),
            "tool_use" => {
                let id = self::text(piece, "/id");
                if let Some(at) = left.iter().position(|called| called.call.id == id) {
                    blocks.push(call(left.remove(at)));
                }
            }
            _ => blocks.push(piece.clone()),
        }
    }
    blocks.extend(text.take().map(words));
    blocks.extend(left.into_iter().map(call));
    blocks
}

fn words(text: &str) -> Value {
    json!({ "type": "text", "text": text })
}

fn call(called: &Called<'_>) -> Value {
    let call = called.call;
    json!({ "type": "tool_use", "id": id(&call.id), "name": call.name, "input": as_object(&call.arguments) })
}

fn result(called: &Called<'_>) -> Value {
    let content = if called.images.is_empty() {
        json!(called.text)
    } else {
        let mut blocks = Vec::new();
        if !called.text.trim().is_empty() {
            blocks.push(words(&called.text));
        }
        blocks.extend(called.images.iter().map(picture));
        json!(blocks)
    };
    let mut result = json!({ "type": "tool_result", "tool_use_id": id(&called.call.id), "content": content });
    if called.is_error {
        result["is_error"] = json!(true);
    }
    result
}

/// Another provider's id may have characters that are refused here.
fn id(id: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    id.chars().map(|c| if fits(c) { c } else { '_' }).collect()
}

pub(super) fn whole(value: &Value, draft: &mut Draft, events: Events<'_>) -> Result<(), ModelError> {
    if text(value, "/type") == "error" {
        return Err(failure::within_stream(value.get("error").unwrap_or(value)));
    }
    let content = value.get("content").and_then(Value::as_array).ok_or_else(|| lacks("content"))?;
    text(value, "/model").clone_into(&mut draft.model);
    if let Some(usage) = value.get("usage") {
        take_usage(usage, draft);
    }
    take(content, draft, events)?;
    draft.stop = Some(stop(text(value, "/stop_reason")));
    Ok(())
}

/// Takes whole blocks.
fn take(blocks: &[Value], draft: &mut Draft, events: Events<'_>) -> Result<(), ModelError> {
    let mut order = Vec::new();
    let mut has_thoughts = false;
    for block in blocks {
        match text(block, "/type") {
            "text" => {
                order.push(json!({ "type": "text" }));
                draft.say(text(block, "/text"), &mut *events)?;
            }
            "tool_use" => {
                let id = text(block, "/id");
                order.push(json!({ "type": "tool_use", "id": id }));
                let arguments = match block.get("input") {
                    Some(Value::String(text)) => text.clone(),
                    Some(input) => input.to_string(),
                    None => String::new(),
                };
                let name = text(block, "/name").to_owned();
                draft.begin_call(Call { id: id.to_owned(), name, arguments, ..Call::default() }, &mut *events)?;
            }
            "thinking" | "redacted_thinking" => {
                draft.grow(block.to_string().len())?;
                has_thoughts = true;
                order.push(block.clone());
            }
            _ => {}
        }
    }
    if has_thoughts {
        draft.opaque = Some(Value::Array(order));
    }
    Ok(())
}

/// Those that were kept, or are kept from now on, are not among `input_tokens`.
fn take_usage(usage: &Value, draft: &mut Draft) {
    let kept = count(usage, "/cache_read_input_tokens");
    let prompt = count(usage, "/input_tokens") + kept + count(usage, "/cache_creation_input_tokens");
    // The last word on the input may be missing at the end of a stream.
    if prompt > 0 {
        (draft.usage.prompt_tokens, draft.usage.cached_tokens) = (prompt, kept);
    }
    if usage.get("output_tokens").is_some() {
        draft.usage.completion_tokens = count(usage, "/output_tokens");
    }
}

fn stop(reason: &str) -> Stop {
    match reason {
        "end_turn" | "stop_sequence" => Stop::End,
        "tool_use" => Stop::ToolCalls,
        "max_tokens" | "model_context_window_exceeded" => Stop::Length,
        "refusal" => Stop::Refused,
        _ => Stop::Other,
    }
}

/// A stream: blocks that grow.
#[derive(Debug, Default)]
pub(super) struct Stream {
    blocks: Vec<Value>,
    /// The arguments of each block that has some, as far as they have come.
    inputs: Vec<String>,
    calls: usize,
    size: usize,
}

impl Reader for Stream {
    fn event(&mut self, data: Value, draft: &mut Draft, events: Events<'_>) -> Result<bool, ModelError> {
        match text(&data, "/type") {
            "message_start" => {
                text(&data, "/message/model").clone_into(&mut draft.model);
                take_usage(data.pointer("/message/usage").unwrap_or(&Value::Null), draft);
            }
            "content_block_start" => self.begin(&data, draft, events)?,
            "content_block_delta" => self.grow(&data, draft, events)?,
            "message_delta" => {
                draft.stop = Some(stop(text(&data, "/delta/stop_reason")));
                take_usage(data.get("usage").unwrap_or(&Value::Null), draft);
            }
            "message_stop" => {
                for (block, input) in self.blocks.iter_mut().zip(&mut self.inputs) {
                    if !input.is_empty() {
                        block["input"] = json!(std::mem::take(input));
                    }
                }
                // All of it has been told already.
                take(&self.blocks, draft, &mut |_| {})?;
                return Ok(true);
            }
            "error" => return Err(failure::within_stream(data.get("error").unwrap_or(&data))),
            _ => {}
        }
        Ok(false)
    }

    fn end(&mut self, _draft: &mut Draft, _events: Events<'_>) -> Result<bool, ModelError> {
        Ok(false)
    }
}

/// The most blocks of an answer.
const MAX_BLOCKS: usize = 1024;

impl Stream {
    fn begin(&mut self, data: &Value, draft: &Draft, events: Events<'_>) -> Result<(), ModelError> {
        let block =
            data.get("content_block").filter(|block| block.is_object()).ok_or_else(|| lacks("content_block"))?;
        let is_call = text(block, "/type") == "tool_use";
        if self.blocks.len() >= MAX_BLOCKS || (is_call && self.calls >= MAX_CALLS) {
            return Err(ModelError::new(ErrorKind::BadResponse, "the model's answer has too many pieces"));
        }
        self.size += block.to_string().len();
        draft.fits(self.size)?;
        let words = text(block, "/text");
        if is_call {
            events(Event::ToolCall { index: self.calls, name: text(block, "/name").to_owned() });
            self.calls += 1;
        } else if !words.is_empty() {
            events(Event::Text(words.to_owned()));
        }
        self.blocks.push(block.clone());
        self.inputs.push(String::new());
        Ok(())
    }

    fn grow(&mut self, data: &Value, draft: &Draft, events: Events<'_>) -> Result<(), ModelError> {
        let at = usize::try_from(count(data, "/index")).unwrap_or(usize::MAX);
        let (Some(block), Some(input)) = (self.blocks.get_mut(at), self.inputs.get_mut(at)) else {
            return Err(ModelError::new(ErrorKind::BadResponse, "a piece of the answer comes before its beginning"));
        };
        let (field, more) = match text(data, "/delta/type") {
            "text_delta" => ("text", text(data, "/delta/text")),
            "input_json_delta" => ("", text(data, "/delta/partial_json")),
            "thinking_delta" => ("thinking", text(data, "/delta/thinking")),
            "signature_delta" => ("signature", text(data, "/delta/signature")),
            _ => return Ok(()),
        };
        self.size += more.len();
        draft.fits(self.size)?;
        match (field, block.get_mut(field)) {
            ("", _) => input.push_str(more),
            (_, Some(Value::String(there))) => there.push_str(more),
            (field, _) => block[field] = json!(more),
        }
        if field == "text" && !more.is_empty() {
            events(Event::Text(more.to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_models_are_told_no_temperature() {
        for model in ["claude-3-haiku-20240307", "claude-opus-4-20250514", "claude-sonnet-4-6", "claude-2.1", "other"] {
            assert!(takes_temperature(model), "{model}");
        }
        for model in ["claude-opus-4-7", "claude-opus-5", "claude-haiku-5-5-20261001", "claude-mythos-preview"] {
            assert!(!takes_temperature(model), "{model}");
        }
    }
}
