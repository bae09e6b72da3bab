//! A suggestion: what could be better about a tool, where, and how.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// It could be better.
    Info,
    /// A model or a person will trip over it.
    Warning,
    /// It is dangerous or does not work.
    Error,
}

/// What could be better about a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Suggestion {
    /// A stable name, for example `description_short`.
    pub code: String,
    /// How much it matters.
    pub severity: Weight,
    /// Where, dotted, for example `parameters.properties.date`.
    pub field: String,
    /// What is the matter and what to do.
    pub message: String,
    /// What to change, as a JSON merge patch over the tool, when that needs no thought.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub fix: Option<Value>,
}

/// The most suggestions about one tool.
const MOST: usize = 100;

/// The suggestions about one tool, as they are found.
#[derive(Debug, Default)]
pub(crate) struct Findings(Vec<Suggestion>);

impl Findings {
    /// Adds one without a fix.
    pub(crate) fn add(&mut self, severity: Weight, code: &str, field: impl Into<String>, message: impl Into<String>) {
        self.push(severity, code, field.into(), message.into(), None);
    }

    /// Adds one with its fix.
    pub(crate) fn add_fix(
        &mut self,
        severity: Weight,
        code: &str,
        field: impl Into<String>,
        message: impl Into<String>,
        fix: Value,
    ) {
        self.push(severity, code, field.into(), message.into(), Some(fix));
    }

    fn push(&mut self, severity: Weight, code: &str, field: String, message: String, fix: Option<Value>) {
        if self.0.len() < MOST {
            self.0.push(Suggestion { code: code.to_owned(), severity, field, message, fix });
        }
    }

    /// All of them, the weightiest first.
    pub(crate) fn done(mut self) -> Vec<Suggestion> {
        self.0.sort_by_key(|found| std::cmp::Reverse(found.severity));
        self.0
    }
}
