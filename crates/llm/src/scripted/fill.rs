//! What a script may use of the thread: `{{message}}`, `{{result}}`, `{{results.NAME}}`, and fields of results that are
//! JSON, `{{results.NAME.order.id}}`.

use std::borrow::Cow;

use callwright_model::chat::ChatMessage;
use serde_json::{Map, Value};

/// The texts of a thread that a script may use.
pub(super) struct Words<'a> {
    /// What the user last said.
    pub(super) message: String,
    messages: &'a [ChatMessage],
}

impl<'a> Words<'a> {
    pub(super) fn of(messages: &'a [ChatMessage]) -> Self {
        let user = messages.iter().rev().find(|message| matches!(message, ChatMessage::User { .. }));
        Self { message: user.map(ChatMessage::text).unwrap_or_default(), messages }
    }

    /// `text` with its blanks filled in, once: what is filled in is not looked through again. None if more comes of it
    /// than `left` bytes; what comes of it is taken off `left`.
    pub(super) fn fill(&self, text: &str, left: &mut usize) -> Option<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, blank, after)) = next_blank(rest) {
            push(&mut filled, before, left)?;
            match self.value(blank) {
                Some(value) => push(&mut filled, &as_text(&value), left)?,
                None => push(&mut filled, &rest[before.len()..rest.len() - after.len()], left)?,
            }
            rest = after;
        }
        push(&mut filled, rest, left)?;
        Some(filled)
    }

    /// The same for every text in `value`. A text that is one blank and nothing else becomes what the result holds
    /// there: a number stays one.
    pub(super) fn fill_value(&self, value: &Value, left: &mut usize) -> Option<Value> {
        Some(match value {
            Value::String(text) => match next_blank(text) {
                Some(("", blank, "")) if blank.contains('.') => match self.value(blank) {
                    Some(value) => {
                        *left = left.checked_sub(as_text(&value).len())?;
                        value
                    }
                    None => Value::String(self.fill(text, left)?),
                },
                _ => Value::String(self.fill(text, left)?),
            },
            Value::Array(items) => {
                Value::Array(items.iter().map(|item| self.fill_value(item, left)).collect::<Option<_>>()?)
            }
            Value::Object(map) => {
                let fields = map.iter().map(|(key, value)| Some((key.clone(), self.fill_value(value, left)?)));
                Value::Object(fields.collect::<Option<Map<_, _>>>()?)
            }
            other => other.clone(),
        })
    }

    /// What a blank stands for; none for a blank that is none of ours.
    fn value(&self, blank: &str) -> Option<Value> {
        let mut steps = blank.split('.');
        let text = match steps.next()? {
            "message" => self.message.clone(),
            "result" => self.result(None),
            "results" => self.result(Some(steps.next()?)),
            _ => return None,
        };
        let mut steps = steps.peekable();
        if steps.peek().is_none() {
            return Some(Value::String(text));
        }
        let mut value = serde_json::from_str::<Value>(&text).unwrap_or(Value::Null);
        for step in steps {
            let inner = match &mut value {
                Value::Array(items) => step.parse::<usize>().ok().and_then(|at| items.get_mut(at)),
                Value::Object(map) => map.get_mut(step),
                _ => None,
            };
            value = inner.map(Value::take).unwrap_or_default();
        }
        Some(value)
    }

    /// The last result, or the last one of a tool; empty if there is none.
    fn result(&self, of: Option<&str>) -> String {
        let is_wanted = |message: &&ChatMessage| match message {
            ChatMessage::Tool { name, .. } => of.is_none_or(|of| name == of),
            _ => false,
        };
        self.messages.iter().rev().find(is_wanted).map(ChatMessage::text).unwrap_or_default()
    }
}

/// Splits at the first `{{ … }}`.
fn next_blank(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (blank, after) = rest.split_once("}}")?;
    Some((before, blank.trim(), after))
}

fn as_text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

fn push(filled: &mut String, text: &str, left: &mut usize) -> Option<()> {
    *left = left.checked_sub(text.len())?;
    filled.push_str(text);
    Some(())
}
