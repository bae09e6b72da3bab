//! Carrying a run: from what the tables say to its end, or to where somebody else has to do something.
//!
//! A carrier holds nothing that the tables do not: it may die at any moment, and the next one begins here again. An
//! answer of the model is kept before anything that it asks for is done; each tool is an execution under a key of its
//! place in the run, so that doing it again gives the outcome of the first time; the end is kept in one step with the
//! news of it. Every write is fenced by the job's epoch, so a carrier that was taken for dead changes nothing.
//!
//! `take_up` begins or goes on, `turns` is the loop of an agent, in which `ask` is one answer of the model and `act` what
//! it asks for. `halt` says why a carrier does not go on, and `tell` tells those who watch.

mod act;
mod ask;
mod halt;
mod take_up;
mod tell;
mod turns;

use std::{sync::Arc, time::Duration};

use callwright_model::{
    chat::{ChatMessage, ToolCall, Usage},
    run::{Run, Step, StepKind},
};
use callwright_store::{
    job::{Held, JobFence},
    run::{RunRow, Settled},
};
use tokio::{task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{history::Repeats, kept::Kept, tools};
use crate::App;

pub(super) use halt::{Halt, deadline_over, failed};
pub(crate) use take_up::carry;

/// How often a carrier asks whether somebody on another node wants the run to stop.
const LOOK: Duration = Duration::from_millis(500);

/// A run in a carrier's hands.
pub(super) struct Carrier {
    pub app: App,
    pub fence: JobFence,
    pub row: RunRow,
    pub kept: Arc<Kept>,
    pub stop: CancellationToken,
    pub attempts: i64,
    messages: Vec<ChatMessage>,
    steps: Vec<Step>,
    repeats: Repeats,
    deadline: Instant,
    last: Last,
}

/// What became of the last tools, while it is not kept.
#[derive(Default)]
struct Last {
    /// The next write brings it along.
    unkept: Option<Settled>,
    /// It is being kept by itself, because the model takes its time.
    settling: Option<JoinHandle<callwright_store::Result<Held>>>,
    /// What an answer took that is not kept: its provider is paid all the same.
    unpaid: Usage,
}

impl Carrier {
    /// Awaits `work`, unless somebody wants the run to stop, its time is over, or (where `leave` says so) the process
    /// stops.
    pub(super) async fn unless_stopped<T>(&self, leave: bool, work: impl Future<Output = T>) -> Result<T, Halt> {
        tokio::pin!(work);
        let stopping = self.app.stopping();
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Ok(done),
                () = self.stop.cancelled() => return Err(Halt::Cancelled),
                () = stopping.cancelled(), if leave => return Err(Halt::Handed),
                () = tokio::time::sleep_until(self.deadline) => return Err(deadline_over()),
                () = tokio::time::sleep(LOOK), if self.app.is_clustered() => {
                    match self.app.store().job_held(self.fence).await {
                        Ok(Some(held)) if held.cancel => return Err(Halt::Cancelled),
                        Ok(None) => return Err(Halt::Lost),
                        // What the database does not tell now it tells with the next write.
                        Ok(Some(_)) | Err(_) => {}
                    }
                }
            }
        }
    }

    /// The calls of the last answer, while they are not answered.
    fn asked(&self) -> Option<Vec<ToolCall>> {
        match self.messages.last() {
            Some(ChatMessage::Assistant { tool_calls, .. }) if !tool_calls.is_empty() => Some(tool_calls.clone()),
            _ => None,
        }
    }

    /// The steps of the last answer's calls, as they stand.
    fn steps_of(&self, calls: &[ToolCall]) -> Vec<Step> {
        let seq = i64::from(self.row.run.steps);
        let mine = |step: &&Step| step.seq == seq && step.kind == StepKind::Tool;
        let steps: Vec<Step> = self.steps.iter().filter(mine).cloned().collect();
        if steps.len() == calls.len() { steps } else { tools::planned(calls, seq, self.app.clock().now()) }
    }

    pub(super) fn run(&self) -> &Run {
        &self.row.run
    }

    /// What the model has seen, the last answer at the end.
    pub(super) fn messages(&self) -> &[ChatMessage] {
        &self.messages
    }
}
