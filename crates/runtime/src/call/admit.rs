//! Whether there is room for this execution now: rate limits, concurrency, the circuit breaker.
//!
//! Asked after the intent is claimed and before anything is sent; a refusal releases the claim.

use callwright_model::ToolError;

use super::work::Work;
use crate::App;

/// What an admitted execution holds until it ends.
#[derive(Debug, Default)]
pub(super) struct Pass;

impl Pass {
    /// Of an execution that nothing can hold back.
    pub(super) fn none() -> Self {
        Self
    }

    /// Gives back what was held, and tells the breaker how it went.
    pub(super) fn ended(self, _error: Option<&ToolError>) {}
}

/// Whether anything could hold this execution back. If not, a write is claimed and started in one commit.
pub(super) fn applies(_app: &App, _work: &Work) -> bool {
    false
}

/// Waits for room, within bounds.
///
/// # Errors
/// Why there is none; the model may read it.
pub(super) async fn admit(_app: &App, _work: &Work) -> Result<Pass, ToolError> {
    Ok(Pass)
}
