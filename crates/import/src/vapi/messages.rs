//! What Vapi's assistant says while a tool works, as our speech.

use std::collections::BTreeSet;

use callwright_model::tool::speech::{Delayed, Say, Speech};
use serde_json::{Map, Value};

use crate::{
    pieces::{is_word, ours},
    words,
};

/// Reads `messages`; `arguments` are the names that a text may read.
pub(super) fn speech(value: Option<&Value>, arguments: &[String], warnings: &mut BTreeSet<String>) -> Option<Speech> {
    let mut speech = Speech::default();
    for (at, message) in value.and_then(Value::as_array).into_iter().flatten().enumerate() {
        let place = format!("messages.{at}");
        let Some(map) = message.as_object() else {
            warnings.insert(format!("`{place}` is no object and was left out"));
            continue;
        };
        let Some(when) = condition(map, &place, warnings) else { continue };
        for say in sentences(map, when, &place, arguments, warnings) {
            match map.get("type").and_then(Value::as_str).unwrap_or_default() {
                "request-start" => {
                    let blocking = map.get("blocking") == Some(&Value::Bool(true));
                    speech.start.push(Say { blocking, ..say });
                }
                "request-response-delayed" => {
                    let after = map.get("timingMilliseconds").and_then(Value::as_u64).unwrap_or(3_000);
                    let Say { say, language, when, .. } = say;
                    let after_ms = u32::try_from(after.clamp(100, 600_000)).unwrap_or(600_000);
                    speech.delayed.push(Delayed { after_ms, say, language, when, weight: None });
                }
                "request-complete" if map.get("role").is_none_or(|role| role == "assistant") => {
                    speech.complete.push(say)
                }
                "request-failed" if map.get("role").is_none_or(|role| role == "assistant") => speech.failed.push(say),
                "request-complete" | "request-failed" => {
                    warnings.insert(format!("`{place}` speaks to the model, not to the person, and was left out"));
                }
                other => {
                    warnings.insert(format!("`{place}` is of the type `{}` and was left out", words::cut(other, 50)));
                }
            }
        }
        if map.get("endCallAfterSpokenEnabled") == Some(&Value::Bool(true)) {
            warnings.insert(format!(
                "`{place}.endCallAfterSpokenEnabled` was left out: a tool that ends the call does that"
            ));
        }
    }
    (speech != Speech::default()).then_some(speech)
}

fn sentences(
    map: &Map<String, Value>,
    when: Option<String>,
    place: &str,
    arguments: &[String],
    warnings: &mut BTreeSet<String>,
) -> Vec<Say> {
    let plain = map.get("content").and_then(Value::as_str).map(|text| (text, None));
    let by_language = map.get("contents").and_then(Value::as_array).into_iter().flatten().filter_map(|content| {
        let text = content.get("text").and_then(Value::as_str)?;
        Some((text, content.get("language").and_then(Value::as_str)))
    });
    let mut said = Vec::new();
    for (text, language) in plain.into_iter().chain(by_language).filter(|(text, _)| !text.trim().is_empty()) {
        match ours(text, |name| arguments.iter().any(|argument| argument == name)) {
            Some(say) => {
                said.push(Say { say, language: language.map(str::to_owned), when: when.clone(), ..Say::default() })
            }
            None => _ = warnings.insert(format!("`{place}` has a template that is not known here, and was left out")),
        }
    }
    said
}

/// The conditions of a message as one of ours; `None` when one cannot be written.
fn condition(map: &Map<String, Value>, place: &str, warnings: &mut BTreeSet<String>) -> Option<Option<String>> {
    let list = match map.get("conditions").and_then(Value::as_array) {
        Some(list) if !list.is_empty() => list,
        _ => return Some(None),
    };
    let mut parts = Vec::new();
    for one in list {
        let part = one_condition(one);
        if part.is_none() {
            warnings.insert(format!("`{place}.conditions` cannot be written here; the message was left out"));
        }
        parts.push(part?);
    }
    Some(Some(parts.join(" and ")))
}

fn one_condition(one: &Value) -> Option<String> {
    let param = one.get("param")?.as_str().filter(|name| is_word(name))?;
    let operator = OPERATORS.iter().find(|(theirs, _)| one["operator"] == *theirs)?.1;
    let value = one.get("value")?;
    let literal = match value {
        Value::String(text) if !text.contains(['\'', '\\', '\n']) => format!("'{text}'"),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        _ => return None,
    };
    Some(format!("parameters.{param} {operator} {literal}"))
}

/// Their words for comparisons, and ours.
pub(crate) const OPERATORS: [(&str, &str); 6] =
    [("eq", "=="), ("neq", "!="), ("gte", ">="), ("lte", "<="), ("gt", ">"), ("lt", "<")];
