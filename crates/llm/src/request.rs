//! What a model is asked.

use callwright_model::chat::ChatMessage;
use serde_json::Value;
use tokio::time::Instant;

/// What a model is asked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The model's name as the provider knows it, without the name of the provider.
    pub model: &'a str,
    /// What it is told before everything else; may be empty.
    pub instructions: &'a str,
    /// The thread so far; the last message is the user's or a tool's.
    pub messages: &'a [ChatMessage],
    /// What it may call, as `model::definition::define` writes it in the form's format.
    pub tools: &'a [Value],
    /// How freely it chooses its words; the provider's own when absent.
    pub temperature: Option<f64>,
    /// The most tokens of the answer; the provider's own when absent.
    pub max_output_tokens: Option<u32>,
    /// Whether it may call several tools at once.
    pub parallel_tool_calls: bool,
    /// Whether the answer is wanted piece by piece.
    pub stream: bool,
    /// When all must be over.
    pub deadline: Instant,
}
