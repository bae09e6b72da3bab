//! An answer while it comes together, whichever form it comes in.

use callwright_model::chat::{ChatMessage, Opaque, ToolCall, Usage};
use serde_json::{Map, Value};

use crate::{
    ErrorKind, Event, Events, ModelError, Reply, Stop,
    reply::{MAX_ANSWER, MAX_CALLS},
};

/// How an id begins that a provider did not give.
const OUR_ID: &str = "cwcall_";

/// Whether a call's id is one of ours.
pub(crate) fn is_our_id(id: &str) -> bool {
    id.starts_with(OUR_ID)
}

/// An answer while it comes together.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) text: String,
    pub(crate) calls: Vec<Call>,
    pub(crate) usage: Usage,
    pub(crate) stop: Option<Stop>,
    pub(crate) model: String,
    /// What the provider wants back.
    pub(crate) opaque: Option<Value>,
    /// A signature for each call, to be kept in `opaque` under `calls` by the call's id.
    pub(crate) signed: Vec<String>,
    /// Bytes of text and arguments.
    size: usize,
}

/// A call while it comes together.
#[derive(Debug, Default)]
pub(crate) struct Call {
    /// The provider's number of it, where it gives one.
    pub(crate) index: Option<u64>,
    pub(crate) id: String,
    pub(crate) name: String,
    /// JSON, or what has come of it.
    pub(crate) arguments: String,
    pub(crate) is_told: bool,
}

impl Draft {
    /// More of the model's words.
    pub(crate) fn say(&mut self, text: &str, events: Events<'_>) -> Result<(), ModelError> {
        if text.is_empty() {
            return Ok(());
        }
        self.grow(text.len())?;
        self.text.push_str(text);
        events(Event::Text(text.to_owned()));
        Ok(())
    }

    /// Begins another call.
    pub(crate) fn begin_call(&mut self, call: Call, events: Events<'_>) -> Result<&mut Call, ModelError> {
        if self.calls.len() >= MAX_CALLS {
            let message = format!("the model calls more than {MAX_CALLS} tools in one answer");
            return Err(ModelError::new(ErrorKind::BadResponse, message));
        }
        self.grow(call.id.len() + call.name.len() + call.arguments.len())?;
        self.calls.push(call);
        self.tell_call(self.calls.len() - 1, events);
        self.calls.last_mut().ok_or_else(|| ModelError::new(ErrorKind::BadResponse, "a call is missing"))
    }

    /// Tells of a call as soon as it has a name.
    pub(crate) fn tell_call(&mut self, at: usize, events: Events<'_>) {
        if let Some(call) = self.calls.get_mut(at)
            && !call.name.is_empty()
            && !std::mem::replace(&mut call.is_told, true)
        {
            events(Event::ToolCall { index: at, name: call.name.clone() });
        }
    }

    /// More of a call's arguments.
    pub(crate) fn argue(&mut self, at: usize, more: &str) -> Result<(), ModelError> {
        self.grow(more.len())?;
        if let Some(call) = self.calls.get_mut(at) {
            call.arguments.push_str(more);
        }
        Ok(())
    }

    /// Notes that the answer has grown.
    pub(crate) fn grow(&mut self, by: usize) -> Result<(), ModelError> {
        self.size = self.size.saturating_add(by);
        self.fits(self.size)
    }

    /// Refuses an answer of that size.
    pub(crate) fn fits(&self, size: usize) -> Result<(), ModelError> {
        if size > MAX_ANSWER {
            let message = format!("the model's answer is larger than {MAX_ANSWER} bytes");
            return Err(ModelError::new(ErrorKind::BadResponse, message));
        }
        Ok(())
    }

    /// The answer, now that it is whole. `nth` is the number of messages before it, for ids that nobody gave.
    pub(crate) fn finish(mut self, form: &'static str, model: &str, nth: usize) -> Result<Reply, ModelError> {
        let is_cut = self.stop == Some(Stop::Length);
        let mut tool_calls: Vec<ToolCall> = Vec::with_capacity(self.calls.len());
        for (at, call) in self.calls.into_iter().enumerate() {
            if call.name.is_empty() {
                return Err(ModelError::new(ErrorKind::BadResponse, "the model calls a tool without a name"));
            }
            let arguments = read_arguments(&call.arguments);
            // The end of the answer was cut off, and with it the arguments' end.
            if is_cut && !arguments.is_object() {
                continue;
            }
            let is_taken = tool_calls.iter().any(|other| other.id == call.id);
            let id = if call.id.is_empty() || is_taken { format!("{OUR_ID}{nth}_{at}") } else { call.id };
            if let (Some(opaque), Some(signature)) = (&mut self.opaque, self.signed.get(at).filter(|s| !s.is_empty())) {
                opaque["calls"][&id] = Value::String(signature.clone());
            }
            tool_calls.push(ToolCall { id, name: call.name, arguments });
        }
        let stop = match (self.stop, tool_calls.is_empty()) {
            (None | Some(Stop::End | Stop::Other), false) => Stop::ToolCalls,
            (None | Some(Stop::ToolCalls), true) => Stop::Other,
            (Some(stop), _) => stop,
        };
        let mut usage = self.usage;
        if usage.total_tokens == 0 {
            usage.total_tokens = usage.prompt_tokens.saturating_add(usage.completion_tokens);
        }
        let opaque = self.opaque.map(|value| Opaque { form: form.to_owned(), value });
        let model = if self.model.is_empty() { model.to_owned() } else { self.model };
        Ok(Reply { message: ChatMessage::Assistant { text: self.text, tool_calls, opaque }, usage, stop, model })
    }
}

/// An object; nothing at all is an empty one; a text when it is not JSON.
fn read_arguments(text: &str) -> Value {
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Null) => Value::Object(Map::new()),
        // Some models write their JSON into a text.
        Ok(Value::String(inner)) => match serde_json::from_str::<Value>(&inner) {
            Ok(Value::Object(map)) => Value::Object(map),
            _ => Value::String(inner),
        },
        Ok(Value::Object(map)) => Value::Object(map),
        Err(_) if text.trim().is_empty() => Value::Object(Map::new()),
        Ok(_) | Err(_) => Value::String(text.to_owned()),
    }
}

/// Arguments for a form that takes nothing but an object.
pub(crate) fn as_object(arguments: &Value) -> Value {
    match arguments {
        Value::Object(_) => arguments.clone(),
        Value::Null => Value::Object(Map::new()),
        other => Value::Object(Map::from_iter([("invalid_arguments".to_owned(), other.clone())])),
    }
}

/// The most tokens that are believed of one request.
const MOST_TOKENS: u64 = 1_000_000_000_000;

/// A count somewhere in a value; 0 if it is not there.
pub(crate) fn count(value: &Value, pointer: &str) -> u64 {
    // No request has so many tokens; a provider that says so is not believed, and sums stay within what a table holds.
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or_default().min(MOST_TOKENS)
}

/// A text somewhere in a value; empty if it is not there.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
