//! What the caller is told.

use callwright_model::{
    Block, Content, Directive, ErrorClass, Outcome, ToolError,
    execution::{Passage, State},
    id::ExecutionId,
    outcome::Cut,
    ticket::Pending,
    tool::speech::Said,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{speech, work::Work};

/// The answer to a call. A tool that failed is an answer too: look at `success`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CallAnswer {
    /// The execution's id, to find it in the log.
    pub execution_id: ExecutionId,
    /// The tool's name.
    pub tool: String,
    /// The tool's semantic version.
    pub version: String,
    /// Where the execution stands.
    pub state: State,
    /// Whether it worked.
    pub success: bool,
    /// A sentence about the result.
    pub message: Option<String>,
    /// The result as JSON, when it is JSON.
    #[schema(value_type = Option<Value>)]
    pub data: Option<Value>,
    /// Content that is not JSON.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<Block>,
    /// Present when the result was cut to fit the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truncated: Option<Cut>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ToolError>,
    /// Present while the execution waits for somebody, or finishes behind: what for, and where to ask for the outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
    /// What whoever called does next; only steps of a call say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directive: Option<Directive>,
    /// About the execution itself.
    pub meta: CallMeta,
}

/// About an execution.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct CallMeta {
    /// Whether this is the outcome of an earlier request with the same key.
    pub duplicate: bool,
    /// `keyed`, or why a repeated request would act again.
    pub idempotency: String,
    /// How many times the request was sent.
    pub attempts: u32,
    /// From asked to ended, in milliseconds.
    pub duration_ms: f64,
    /// Whether this was a rehearsal.
    pub dry_run: bool,
    /// What limits and the cache had to do with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passage: Option<Passage>,
    /// In a rehearsal: the request that would have been sent, secrets hidden.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub request: Option<Value>,
    /// What a voice runtime was told to say, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub speech: Vec<Said>,
}

impl CallAnswer {
    pub(super) fn new(work: &Work, outcome: Outcome) -> Self {
        let state = state_of(&outcome);
        let (content, error) = match outcome {
            Outcome::Done(content) => (content, None),
            Outcome::Failed(error) => (Content::default(), Some(error)),
        };
        let attempts = work.attempts.lock().map(|attempts| attempts.len() as u32).unwrap_or_default();
        Self {
            execution_id: work.id,
            tool: work.tool().tool.spec.name.clone(),
            version: work.tool().version.clone(),
            state,
            success: error.is_none(),
            message: content.message,
            data: content.data,
            content: content.blocks,
            truncated: content.truncated,
            error,
            pending: None,
            directive: content.directive,
            meta: CallMeta {
                duplicate: false,
                idempotency: idempotency(work),
                attempts,
                duration_ms: millis(work.begun.elapsed()),
                dry_run: work.request.dry_run,
                passage: work.passage(),
                request: None,
                speech: speech::said(work),
            },
        }
    }

    /// The result as content.
    pub fn to_content(&self) -> Content {
        Content {
            message: self.message.clone(),
            data: self.data.clone(),
            blocks: self.content.clone(),
            truncated: self.truncated.clone(),
            directive: self.directive.clone(),
        }
    }

    /// The same answer for a request that repeated the key.
    #[must_use]
    pub(crate) fn into_duplicate(mut self) -> Self {
        self.meta.duplicate = true;
        self
    }
}

/// Which state an outcome leads to.
pub(super) fn state_of(outcome: &Outcome) -> State {
    match outcome {
        Outcome::Done(_) => State::Done,
        Outcome::Failed(error) if error.class == ErrorClass::OutcomeUnknown => State::Unknown,
        Outcome::Failed(_) => State::Failed,
    }
}

fn idempotency(work: &Work) -> String {
    use callwright_model::tool::Effect;
    match (&work.request.idempotency_key, work.effect()) {
        (_, Effect::Read) => "none: a read may be repeated",
        (Some(_), _) => "keyed",
        (None, _) => "none: without an Idempotency-Key a repeated request acts again",
    }
    .to_owned()
}

/// A duration in milliseconds, to the microsecond.
pub(crate) fn millis(duration: std::time::Duration) -> f64 {
    duration.as_micros() as f64 / 1_000.0
}
