//! Asking our own tables again while they are away.
//!
//! What they keep of an execution (a run, a task, an appointment) they keep once, however often it is asked for. So a
//! commit of which nobody knows whether it happened is no reason to tell whoever called that it failed: they would call
//! again, under another execution, and have it twice.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use callwright_model::{ErrorClass, Fault, FaultKind, Outcome, ToolError, id::ExecutionId, tool::Effect};
use tokio::time::Instant;

use super::work::Work;
use crate::{app::NOT_READY, behind};

/// How long it is asked again, within the execution's own time.
const PATIENCE: Duration = Duration::from_secs(10);

/// What `ask` gives. A write of which it cannot be told after a while whether it was kept is in doubt; one that was
/// refused before anything could be kept has failed.
pub(super) async fn insist<W>(work: &Work, ask: impl Fn() -> W) -> Result<Outcome, Fault>
where
    W: Future<Output = Result<Outcome, Fault>>,
{
    if work.effect() == Effect::Read {
        return ask().await;
    }
    insist_until(work.id, work.deadline.min(Instant::now() + PATIENCE), ask).await
}

async fn insist_until<W>(id: ExecutionId, until: Instant, ask: impl Fn() -> W) -> Result<Outcome, Fault>
where
    W: Future<Output = Result<Outcome, Fault>>,
{
    let may_be_kept = AtomicBool::new(false);
    let asked = behind::tried("what a tool asks of our own tables could not be kept", id, until, || async {
        match ask().await {
            // We stop, or have lost our lease, and so nothing was begun; unless an earlier try got further.
            Err(fault) if fault.code == NOT_READY && !may_be_kept.load(Ordering::Relaxed) => {
                Ok(Ok(Outcome::Failed(ToolError::new(ErrorClass::UnknownError, fault.code, fault.message))))
            }
            Err(fault) if fault.kind == FaultKind::Unavailable => {
                may_be_kept.store(true, Ordering::Relaxed);
                Err(fault)
            }
            told => Ok(told),
        }
    });
    asked.await.unwrap_or_else(|| Ok(Outcome::Failed(in_doubt(id))))
}

fn in_doubt(id: ExecutionId) -> ToolError {
    let message = format!(
        "it cannot be told whether this was done, because the server's database is away. Do not call the tool again for it until somebody has checked; the log has it under {id}"
    );
    ToolError::new(ErrorClass::OutcomeUnknown, "not_kept", message)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use callwright_model::{Content, IdSource};

    use super::*;
    use crate::app::not_ready;

    /// What comes of these tries; the last is for ever.
    async fn told(tries: &[fn() -> Option<Fault>]) -> Outcome {
        let count = AtomicUsize::new(0);
        let until = Instant::now() + Duration::from_millis(300);
        let outcome = insist_until(IdSource::default().next(), until, || async {
            let fault = tries[count.fetch_add(1, Ordering::Relaxed).min(tries.len() - 1)]();
            fault.map_or_else(|| Ok(Outcome::Done(Content::default())), Err)
        });
        outcome.await.unwrap()
    }

    #[tokio::test]
    async fn what_was_refused_before_anything_was_kept_has_failed_and_the_rest_is_in_doubt() {
        let away = || Some(Fault::new(FaultKind::Unavailable, "store_unavailable", "away"));
        let stopping = || Some(not_ready());
        let done = || None;
        let class = |outcome| match outcome {
            Outcome::Failed(error) => Some((error.class, error.code)),
            Outcome::Done(_) => None,
        };
        let failed = Some((ErrorClass::UnknownError, NOT_READY.to_owned()));
        let unknown = Some((ErrorClass::OutcomeUnknown, "not_kept".to_owned()));
        assert_eq!(class(told(&[stopping]).await), failed);
        assert_eq!(class(told(&[away]).await), unknown);
        assert_eq!(class(told(&[away, stopping]).await), unknown, "the first may have been kept");
        assert_eq!(class(told(&[away, done]).await), None);
        assert_eq!(class(told(&[away, stopping, done]).await), None);
    }
}
