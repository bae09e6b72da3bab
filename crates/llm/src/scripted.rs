//! A model that says what a script tells it: for tests, tutorials and trying tools without a key.
//!
//! It has no state. What comes next follows from the messages alone: how many answers the model has given since the user
//! last spoke. So a run that is taken up by another server goes on where it was.

mod fill;

use std::time::Duration;

use callwright_model::chat::{ChatMessage, ToolCall, Usage};
use serde_json::Value;

use crate::{
    ErrorKind, ModelError, Reply, Stop,
    reply::{MAX_ANSWER, MAX_CALLS},
};
use fill::Words;

/// The name that the scripted model goes by.
pub const MODEL: &str = "scripted";
/// The longest pause of a turn.
const MAX_DELAY: Duration = Duration::from_secs(60);

/// What the script says next. Without a script it repeats what the user said.
///
/// # Errors
/// Those that the script asks for, and [`ErrorKind::InvalidRequest`] for a script that makes no sense, naming the place.
pub fn scripted(script: &Value, messages: &[ChatMessage]) -> Result<Reply, ModelError> {
    let words = Words::of(messages);
    let (text, tool_calls) = match turn(script, messages)? {
        Turn::NoScript => (format!("scripted model: {}", words.message), Vec::new()),
        Turn::IsOver => ("scripted model: the script is over".to_owned(), Vec::new()),
        Turn::Is(turn, place) => {
            if let Some(fail) = turn.get("fail").filter(|fail| !fail.is_null()) {
                return Err(failure(fail, &place));
            }
            spoken(turn, &place, &words, answers(messages))?
        }
    };
    let written: usize = tool_calls.iter().map(|call| call.name.len() + call.arguments.to_string().len()).sum();
    let (prompt_tokens, completion_tokens) = (tokens(read_by(messages)), tokens(text.len() + written));
    let stop = if tool_calls.is_empty() { Stop::End } else { Stop::ToolCalls };
    Ok(Reply {
        message: ChatMessage::Assistant { text, tool_calls, opaque: None },
        usage: Usage {
            prompt_tokens,
            completion_tokens,
            total_tokens: prompt_tokens + completion_tokens,
            ..Usage::default()
        },
        stop,
        model: MODEL.to_owned(),
    })
}

/// How long the turn that comes next lets wait.
pub fn scripted_delay(script: &Value, messages: &[ChatMessage]) -> Duration {
    let delay = match turn(script, messages) {
        Ok(Turn::Is(turn, _)) => turn.get("delay_ms").and_then(Value::as_u64).unwrap_or_default(),
        _ => 0,
    };
    Duration::from_millis(delay).min(MAX_DELAY)
}

/// What there is to say.
enum Turn<'a> {
    NoScript,
    IsOver,
    /// A turn, and where it stands.
    Is(&'a Value, String),
}

fn turn<'a>(script: &'a Value, messages: &[ChatMessage]) -> Result<Turn<'a>, ModelError> {
    let items = match script {
        Value::Null => return Ok(Turn::NoScript),
        Value::Array(items) if items.is_empty() => return Ok(Turn::NoScript),
        Value::Array(items) => items,
        _ => return Err(wrong("script", "must be a list of turns, or of rules with `turns`")),
    };
    let (turns, place) = if items.iter().any(|item| item.get("turns").is_some()) {
        match rule(items, messages)? {
            Some(chosen) => chosen,
            None => return Ok(Turn::NoScript),
        }
    } else {
        (items, "script".to_owned())
    };
    let at = answers_of_this_run(messages);
    Ok(turns.get(at).map_or(Turn::IsOver, |turn| Turn::Is(turn, format!("{place}[{at}]"))))
}

/// The turns of the first rule that fits what the user said.
fn rule<'a>(rules: &'a [Value], messages: &[ChatMessage]) -> Result<Option<(&'a Vec<Value>, String)>, ModelError> {
    let said = messages.iter().rev().find(|message| matches!(message, ChatMessage::User { .. }));
    let said = said.map(ChatMessage::text).unwrap_or_default().to_lowercase();
    for (at, rule) in rules.iter().enumerate() {
        let place = format!("script[{at}]");
        let fits = match rule.get("when") {
            None | Some(Value::Null) => true,
            Some(Value::String(part)) => said.contains(&part.to_lowercase()),
            Some(_) => return Err(wrong(&format!("{place}.when"), "must be a text")),
        };
        if fits {
            let place = format!("{place}.turns");
            let turns = rule.get("turns").and_then(Value::as_array);
            return turns.map(|turns| Some((turns, place.clone()))).ok_or_else(|| wrong(&place, "must be a list"));
        }
    }
    Ok(None)
}

/// How many answers the model has given since the user last spoke.
fn answers_of_this_run(messages: &[ChatMessage]) -> usize {
    let since = messages.iter().rposition(|message| matches!(message, ChatMessage::User { .. }));
    answers(messages.get(since.unwrap_or(0)..).unwrap_or_default())
}

fn answers(messages: &[ChatMessage]) -> usize {
    messages.iter().filter(|message| matches!(message, ChatMessage::Assistant { .. })).count()
}

fn spoken(turn: &Value, place: &str, words: &Words, nth: usize) -> Result<(String, Vec<ToolCall>), ModelError> {
    if !turn.is_object() {
        return Err(wrong(place, "must be an object with `say`, `calls` or `fail`"));
    }
    let mut left = MAX_ANSWER;
    let text = match turn.get("say") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => words.fill(text, &mut left).ok_or_else(|| too_long(place))?,
        Some(_) => return Err(wrong(&format!("{place}.say"), "must be a text")),
    };
    let calls = match turn.get("calls") {
        None | Some(Value::Null) => return Ok((text, Vec::new())),
        Some(Value::Array(calls)) if calls.len() <= MAX_CALLS => calls,
        Some(_) => {
            return Err(wrong(&format!("{place}.calls"), &format!("must be a list of at most {MAX_CALLS} calls")));
        }
    };
    let mut tool_calls = Vec::with_capacity(calls.len());
    for (at, call) in calls.iter().enumerate() {
        let place = format!("{place}.calls[{at}]");
        let name = call.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| wrong(&format!("{place}.name"), "must be a tool's name"))?;
        let arguments = call.get("arguments").cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
        let arguments = words.fill_value(&arguments, &mut left).ok_or_else(|| too_long(&place))?;
        tool_calls.push(ToolCall { id: format!("call_{nth}_{at}"), name: name.to_owned(), arguments });
    }
    Ok((text, tool_calls))
}

/// The failure that a turn asks for: `{kind, message, status, retry_after_ms}`.
fn failure(fail: &Value, place: &str) -> ModelError {
    let text = |key: &str| fail.get(key).and_then(Value::as_str);
    let Some(kind) = ErrorKind::parse(text("kind").unwrap_or("overloaded")) else {
        let kinds: Vec<&str> = ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect();
        return wrong(&format!("{place}.fail.kind"), &format!("must be one of {}", kinds.join(", ")));
    };
    ModelError {
        kind,
        message: text("message").unwrap_or("scripted model: the script wants a failure").to_owned(),
        status: fail.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok()),
        retry_after: fail.get("retry_after_ms").and_then(Value::as_u64).map(Duration::from_millis),
    }
}

fn read_by(messages: &[ChatMessage]) -> usize {
    let bytes = |message: &ChatMessage| match message {
        ChatMessage::Assistant { text, tool_calls, .. } => {
            text.len() + tool_calls.iter().map(|call| call.arguments.to_string().len()).sum::<usize>()
        }
        other => other.text().len(),
    };
    messages.iter().map(bytes).sum()
}

/// Four bytes are a token.
fn tokens(bytes: usize) -> u64 {
    bytes.div_ceil(4) as u64
}

fn wrong(place: &str, why: &str) -> ModelError {
    ModelError::new(ErrorKind::InvalidRequest, format!("scripted model: `{place}` {why}"))
}

fn too_long(place: &str) -> ModelError {
    wrong(place, &format!("becomes longer than {MAX_ANSWER} bytes"))
}
