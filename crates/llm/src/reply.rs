//! What a model answers.

use callwright_model::chat::{ChatMessage, Usage};

/// The most bytes of an answer, as it comes over the wire and in all its pieces.
pub(crate) const MAX_ANSWER: usize = 8 << 20;
/// The most tools that one answer may call.
pub(crate) const MAX_CALLS: usize = 128;

/// What happens while an answer comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// More of its words.
    Text(String),
    /// A tool that it is about to call; the arguments come with the reply.
    ToolCall {
        /// Which of the answer's calls, from 0.
        index: usize,
        /// The tool's name.
        name: String,
    },
}

/// Where events go.
pub type Events<'a> = &'a mut (dyn FnMut(Event) + Send);

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stop {
    /// It had said everything.
    End,
    /// It waits for the results of its calls.
    ToolCalls,
    /// The answer became too long; what there is has no end.
    Length,
    /// It or its provider would not say more.
    Refused,
    /// For a reason that we do not know.
    Other,
}

/// What a model answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// Always [`ChatMessage::Assistant`].
    pub message: ChatMessage,
    /// What it cost, as the provider counts; nothing if the provider does not say.
    pub usage: Usage,
    /// Why it ends here.
    pub stop: Stop,
    /// The model that answered, as the provider names it.
    pub model: String,
}
