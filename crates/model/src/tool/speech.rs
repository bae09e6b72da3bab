//! What a voice runtime says while a tool works: when it starts, when it takes long, when it is done or failed.

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::Value;
use utoipa::ToSchema;

/// Sentences to say while a tool works. Of several that fit one is picked, the same for every retry of an execution.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Speech {
    /// Said when the execution begins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub start: Vec<Say>,
    /// Said when it is still running after a while; each `after_ms` is a stage of its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub delayed: Vec<Delayed>,
    /// Said when it worked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub complete: Vec<Say>,
    /// Said when it failed; the error's own `spoken` when none of these fits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<Say>,
}

/// A sentence: a plain text, or an object that says when it fits.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct Say {
    /// The sentence, a template over `parameters` and `context`. It may not read secrets.
    pub say: String,
    /// Its language, for example `de` or `de-AT`; it is said when `context.language` is that language or a kind of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// A condition over `parameters`, `context`, and at the end `result` or `error`; the sentence fits when it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// How often it is picked among others that fit as well, 1 when absent, at most 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// Only for `start`: whoever speaks should finish the sentence before anything else is said. Delivered as a flag;
    /// the call itself does not wait.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub blocking: bool,
}

/// A sentence for an execution that takes long.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Delayed {
    /// How long after the beginning it is said, in milliseconds: 100 to 600000.
    pub after_ms: u32,
    /// The sentence, a template over `parameters` and `context`.
    pub say: String,
    /// Its language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// A condition over `parameters` and `context`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// How often it is picked among others of the same `after_ms`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
}

/// The object form of [`Say`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Long {
    say: String,
    language: Option<String>,
    when: Option<String>,
    weight: Option<u32>,
    #[serde(default)]
    blocking: bool,
}

impl<'de> Deserialize<'de> for Say {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(say) => Ok(Self { say, ..Self::default() }),
            value @ Value::Object(_) => {
                let Long { say, language, when, weight, blocking } =
                    serde_json::from_value(value).map_err(D::Error::custom)?;
                Ok(Self { say, language, when, weight, blocking })
            }
            _ => Err(D::Error::custom("a sentence is a text, or an object with `say`")),
        }
    }
}

impl Delayed {
    /// The sentence without its time.
    pub fn sentence(&self) -> Say {
        Say {
            say: self.say.clone(),
            language: self.language.clone(),
            when: self.when.clone(),
            weight: self.weight,
            blocking: false,
        }
    }
}

/// When something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpeechStage {
    /// At the beginning.
    Start,
    /// While it takes long.
    Delayed,
    /// When it worked.
    Complete,
    /// When it did not.
    Failed,
}

impl SpeechStage {
    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Delayed => "delayed",
            Self::Complete => "complete",
            Self::Failed => "failed",
        }
    }
}

/// Something that was said during an execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Said {
    /// When in the execution.
    pub stage: SpeechStage,
    /// How long after the execution was asked for, in milliseconds.
    pub at_ms: f64,
    /// The sentence.
    pub say: String,
    /// Its language, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sentence_is_a_text_or_an_object_and_slips_are_refused() {
        let read = |value: Value| serde_json::from_value::<Speech>(value);
        let speech = read(json!({"start": ["One moment.", {"say": "Augenblick.", "language": "de", "blocking": true}],
            "delayed": [{"after_ms": 2000, "say": "Still looking."}]}))
        .unwrap();
        assert_eq!(speech.start[0].say, "One moment.");
        assert!(speech.start[1].blocking && speech.start[1].language.as_deref() == Some("de"));
        let written = serde_json::to_value(&speech).unwrap();
        assert_eq!(read(written).unwrap(), speech);
        for bad in [
            json!({"start": [{"says": "x"}]}),
            json!({"start": [3]}),
            json!({"begin": []}),
            json!({"delayed": ["x"]}),
            json!({"delayed": [{"after_ms": 1, "say": "x", "blocking": true}]}),
        ] {
            assert!(read(bad.clone()).is_err(), "{bad}");
        }
    }
}
