//! Our speech as Vapi's messages.

use callwright_model::tool::speech::{Say, Speech};
use serde_json::{Map, Value, json};

use super::{super::lost::Losses, NAME};
use crate::{pieces::theirs, vapi::messages::OPERATORS};

/// The messages, in the order of what they are for.
pub(super) fn write(speech: &Speech, losses: &mut Losses) -> Vec<Value> {
    let mut said = Vec::new();
    for (at, say) in speech.start.iter().enumerate() {
        if let Some(mut message) = message("request-start", say, &format!("speech.start.{at}"), losses) {
            if say.blocking {
                message.insert("blocking".to_owned(), json!(true));
            }
            said.push(Value::Object(message));
        }
    }
    for (at, delayed) in speech.delayed.iter().enumerate() {
        let place = format!("speech.delayed.{at}");
        if let Some(mut message) = message("request-response-delayed", &delayed.sentence(), &place, losses) {
            message.insert("timingMilliseconds".to_owned(), json!(delayed.after_ms));
            said.push(Value::Object(message));
        }
    }
    for (stage, kind, list) in
        [("complete", "request-complete", &speech.complete), ("failed", "request-failed", &speech.failed)]
    {
        for (at, say) in list.iter().enumerate() {
            said.extend(message(kind, say, &format!("speech.{stage}.{at}"), losses).map(Value::Object));
        }
    }
    said
}

fn message(kind: &str, say: &Say, place: &str, losses: &mut Losses) -> Option<Map<String, Value>> {
    let text = match theirs(&say.say, |name| Some(format!("{{{{{name}}}}}"))) {
        Ok(text) => text,
        Err(what) => {
            losses.add(place, format!("{what} cannot be said there"));
            return None;
        }
    };
    let mut message = Map::new();
    message.insert("type".to_owned(), json!(kind));
    match &say.language {
        None => _ = message.insert("content".to_owned(), json!(text)),
        Some(language) => {
            let contents = json!([{"type": "text", "text": text, "language": language}]);
            message.insert("contents".to_owned(), contents);
        }
    }
    if let Some(when) = &say.when {
        let conditions: Option<Vec<Value>> = when.split(" and ").map(condition).collect();
        match conditions {
            Some(conditions) => _ = message.insert("conditions".to_owned(), Value::Array(conditions)),
            None => {
                losses.add(place, "its condition cannot be written there");
                return None;
            }
        }
    }
    if say.weight.is_some() {
        losses.add(format!("{place}.weight"), format!("{NAME} has no place for it"));
    }
    Some(message)
}

/// `parameters.NAME == 'value'` and its kin.
fn condition(text: &str) -> Option<Value> {
    let (left, rest) = text.trim().split_once(' ')?;
    let param = left.strip_prefix("parameters.")?;
    let (operator, literal) = rest.split_once(' ')?;
    let theirs = OPERATORS.iter().find(|(_, ours)| *ours == operator)?.0;
    let value = match literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(text) if !text.contains('\'') => json!(text),
        Some(_) => return None,
        None => serde_json::from_str(literal).ok().filter(|value: &Value| value.is_number() || value.is_boolean())?,
    };
    Some(json!({"operator": theirs, "param": param, "value": value}))
}
