//! Why a carrier does not go on, and what becomes of the run and of its job then.

use std::time::Duration;

use callwright_model::{
    Fault, FaultKind, Timestamp,
    job::JobState,
    run::{RunError, RunState},
};
use callwright_store::{
    job::JobRow,
    run::{Ending, Settled},
};

use super::Carrier;
use crate::{
    call,
    job::worker::{self, Left},
    run::{
        cut,
        finish::{self, End},
    },
};

/// Why a carrier does not go on.
pub(in crate::run) enum Halt {
    /// The run has ended, or lies down; what had to be kept is kept.
    Over,
    /// It is somebody else's.
    Lost,
    /// The process stops; another goes on with it.
    Handed,
    /// Not now: again after this long.
    Later(String, Duration),
    /// The run ends with this.
    Failed(RunError),
    /// Somebody wants it to stop.
    Cancelled,
    /// Our own fault.
    Fault(Fault),
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        if fault.code == "fenced" { Self::Lost } else { Self::Fault(fault) }
    }
}

impl From<callwright_store::Error> for Halt {
    fn from(error: callwright_store::Error) -> Self {
        Fault::from(error).into()
    }
}

pub(in crate::run) fn failed(code: &str, message: impl Into<String>) -> Halt {
    Halt::Failed(RunError { code: code.to_owned(), message: message.into() })
}

pub(in crate::run) fn deadline_over() -> Halt {
    failed("deadline", "timeout: its time was over (`limits.timeout_s`)")
}

impl Carrier {
    /// Keeps why it does not go on, and tells what becomes of the job.
    pub(super) async fn halt(&mut self, halt: Halt) -> Result<Left, Fault> {
        match self.settled().await {
            Err(Halt::Lost) => return Ok(Left::Settled),
            // What the tools did is not kept: the next carrier sees, and comes to the same end.
            Err(Halt::Fault(fault)) if !self.app.stopping().is_cancelled() => {
                return Ok(Left::Again(fault.message, None));
            }
            _ => {}
        }
        match halt {
            Halt::Over | Halt::Lost => Ok(Left::Settled),
            Halt::Handed => Ok(Left::Handed),
            Halt::Later(why, pause) => Ok(Left::Again(why, Some(pause))),
            Halt::Fault(fault) if fault.kind == FaultKind::Unavailable => {
                if self.app.stopping().is_cancelled() {
                    Ok(Left::Handed)
                } else {
                    Ok(Left::Again(fault.message, None))
                }
            }
            Halt::Fault(fault) => {
                tracing::error!(run = %self.row.run.id, ?fault, "a run broke");
                Ok(Left::Again(fault.message, None))
            }
            Halt::Failed(error) => {
                let settled = self.cut_off().await;
                finish::end(self, End { settled, ..End::failed(error) }).await?;
                Ok(Left::Settled)
            }
            Halt::Cancelled => {
                let settled = self.cut_off().await;
                finish::end(self, End { settled, ..End::new(RunState::Cancelled, None) }).await?;
                Ok(Left::Settled)
            }
        }
    }

    /// What became of the calls of the last answer, if the run ends in the middle of them.
    async fn cut_off(&self) -> Option<Settled> {
        let calls = self.asked()?;
        match cut::settled(self, &calls, self.steps_of(&calls)).await {
            Ok(settled) => Some(settled),
            Err(fault) => {
                // It ends all the same; the ledger has what became of them.
                tracing::warn!(run = %self.row.run.id, ?fault, "what a stopped run had begun could not be looked up");
                None
            }
        }
    }

    /// When it is tried again: not later than its time is over.
    pub(super) fn again(&self, job: &JobRow, why: String, pause: Option<Duration>) -> Left {
        let usual = worker::wait(job.job.attempts, rand::random());
        let left = self.row.run.deadline_at.since(self.app.clock().now());
        Left::Later(why, pause.unwrap_or_default().max(usual).min(left))
    }

    /// What is kept at the end.
    pub(in crate::run) fn ending(&self, end: End, now: Timestamp) -> Ending {
        let End { state, output, error, turn, settled, handed, flow } = end;
        let is_dead = error.as_ref().is_some_and(|error| matches!(error.code.as_str(), "died" | "model_error"));
        let job = match state {
            RunState::Cancelled => JobState::Cancelled,
            _ if is_dead => JobState::Dead,
            _ => JobState::Done,
        };
        let let_go = (state != RunState::Completed).then(call::resume::run_over);
        let (run, unkept) = (self.row.run.id, self.last.unpaid);
        Ending { run, state, output, error, job, turn, unkept, settled, handed, flow, news: None, let_go, now }
    }
}
