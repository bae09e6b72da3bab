//! Asking our own tables again while they are away.
//!
//! What they keep of an execution (a run, a task, an appointment) they keep once, however often it is asked for. So a
//! commit of which nobody knows whether it happened is no reason to tell whoever called that it failed: they would call
//! again, under another execution, and have it twice.

use std::time::Duration;

use callwright_model::{ErrorClass, Fault, FaultKind, Outcome, ToolError, tool::Effect};
use tokio::time::Instant;

use super::work::Work;
use crate::behind;

/// How long it is asked again, within the execution's own time.
const PATIENCE: Duration = Duration::from_secs(10);

/// What `ask` gives. A write of which it cannot be told after a while whether it was kept is in doubt.
pub(super) async fn insist<W>(work: &Work, ask: impl Fn() -> W) -> Result<Outcome, Fault>
where
    W: Future<Output = Result<Outcome, Fault>>,
{
    if work.effect() == Effect::Read {
        return ask().await;
    }
    let until = work.deadline.min(Instant::now() + PATIENCE);
    let asked = behind::tried("what a tool asks of our own tables could not be kept", work.id, until, || async {
        match ask().await {
            Err(fault) if fault.kind == FaultKind::Unavailable => Err(fault),
            told => Ok(told),
        }
    });
    asked.await.unwrap_or_else(|| Ok(Outcome::Failed(in_doubt(work))))
}

fn in_doubt(work: &Work) -> ToolError {
    let message = format!(
        "it cannot be told whether this was done, because the server's database is away. Do not call the tool again for it; the log tells it later, under {}",
        work.id
    );
    ToolError::new(ErrorClass::OutcomeUnknown, "not_kept", message)
}
