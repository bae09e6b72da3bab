//! A wish for a run, as somebody may send it.

use std::time::Duration;

use callwright_model::{
    Fault, Object,
    chat::{ChatMessage, Part},
    context::Channel,
    id::{ConversationId, ThreadId},
    run::{RunBounds, RunLimits},
    webhook::WebhookTarget,
};

use super::NewsForm;
use crate::agents;

/// The most characters of what is said in one message.
const MOST_TEXT: usize = 400_000;
/// The most bytes of a context.
const MOST_CONTEXT: usize = 64 * 1024;
/// The longest that a run may be put off.
const MOST_DELAY: Duration = Duration::from_secs(366 * 24 * 3600);

/// A wish for a run.
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// The agent's name or id.
    pub agent: String,
    /// What is said.
    pub message: Vec<Part>,
    /// The thread to go on with; a new one without it.
    pub thread: Option<ThreadId>,
    /// Instead of the agent's tools.
    pub tools: Option<Vec<String>>,
    /// Variables of this run, over those of the thread.
    pub context: Object,
    /// What of the context the caller vouches for, where the rest is somebody else's word; all of it without this.
    pub vouched: Option<Object>,
    /// Kept with the run.
    pub metadata: Object,
    /// Within the agent's.
    pub limits: Option<RunBounds>,
    /// Where it is used.
    pub channel: Channel,
    /// Told at its end.
    pub webhook: Option<WebhookTarget>,
    /// How the news is written.
    pub news: NewsForm,
    /// Not before this long from now.
    pub delay: Duration,
    /// Higher goes first, -100 to 100.
    pub priority: i64,
    /// One run for all requests with this key, as long as its job is remembered.
    pub dedupe_key: Option<String>,
    /// The conversation that it is a turn of.
    pub talk: Option<Talk>,
}

/// What a turn of a conversation brings along.
#[derive(Debug, Clone)]
pub struct Talk {
    /// The conversation.
    pub id: ConversationId,
    /// The agent's instructions as they are for this client.
    pub instructions: String,
    /// What stands in the thread before what is said now.
    pub before: Vec<ChatMessage>,
}

impl RunRequest {
    /// A wish that says only the least.
    pub fn new(agent: impl Into<String>, message: Vec<Part>) -> Self {
        Self {
            agent: agent.into(),
            message,
            thread: None,
            tools: None,
            context: Object::new(),
            vouched: None,
            metadata: Object::new(),
            limits: None,
            channel: Channel::Chat,
            webhook: None,
            news: NewsForm::Native,
            delay: Duration::ZERO,
            priority: 0,
            dedupe_key: None,
            talk: None,
        }
    }
}

/// Refuses a wish that makes no sense, whoever sends it.
pub(super) fn check(request: &RunRequest) -> Result<(), Fault> {
    let text = ChatMessage::User { content: request.message.clone() }.text();
    let has_picture = request.message.iter().any(|part| matches!(part, Part::Image { .. } | Part::Document { .. }));
    if text.trim().is_empty() && !has_picture {
        return Err(Fault::invalid("message", "`message` must say something"));
    }
    if text.chars().count() > MOST_TEXT {
        return Err(Fault::invalid("message", format!("`message` may have at most {MOST_TEXT} characters")));
    }
    if let Some(limits) = &request.limits {
        // As an agent's limits would be, whatever this agent's are.
        let usual = RunLimits::default();
        agents::check_limits(&RunLimits {
            max_steps: limits.max_steps.unwrap_or(usual.max_steps),
            max_tokens: limits.max_tokens,
            timeout_s: limits.timeout_s.unwrap_or(usual.timeout_s),
        })?;
    }
    check_common(&request.context, &request.metadata, request.webhook.as_ref(), request.delay, request.priority)
}

/// What every run is asked for with.
pub(super) fn check_common(
    context: &Object,
    metadata: &Object,
    webhook: Option<&WebhookTarget>,
    delay: Duration,
    priority: i64,
) -> Result<(), Fault> {
    for (field, object) in [("context", context), ("metadata", metadata)] {
        if serde_json::to_string(object).map_err(Fault::internal)?.len() > MOST_CONTEXT {
            return Err(Fault::invalid(field, format!("`{field}` may take at most 64 KiB as JSON")));
        }
    }
    if let Some(webhook) = webhook {
        crate::call::check_webhook(webhook)?;
    }
    if delay > MOST_DELAY {
        return Err(Fault::invalid("delay_s", "`delay_s` may be at most a year"));
    }
    if !(-100..=100).contains(&priority) {
        return Err(Fault::invalid("priority", "`priority` must be between -100 and 100"));
    }
    Ok(())
}
