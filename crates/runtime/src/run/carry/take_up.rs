//! Where a carrier begins: with a run that was begun a moment ago, or with what the tables say of one.

use std::sync::Arc;

use callwright_model::{
    Fault,
    chat::Usage,
    job::JobState,
    run::{RunError, RunKind, RunState, StepKind},
};
use callwright_store::{
    job::{JobFence, JobRow},
    run::{Ending, RunRow},
};
use serde_json::Value;
use tokio::time::Instant;

use super::{Carrier, Halt, Last, deadline_over, failed};
use crate::{
    App, call,
    job::worker::Left,
    run::{
        Begun,
        begun::Ground,
        cut, flow, handoff,
        history::{self, Repeats},
        kept::Kept,
    },
};

/// Steps of a run that are read at once; a run has at most 200 answers with at most 128 tools each.
const MOST_STEPS: u32 = 26_000;

/// Carries the run of a job as far as it goes.
pub(crate) async fn carry(app: &App, job: &JobRow, begun: Option<Box<Begun>>) -> Left {
    let fence = JobFence { job: job.job.id, epoch: job.job.epoch };
    let (row, kept, ground) = match begun.map(|begun| *begun) {
        Some(Begun { row, kept, caller, thread, chosen, messages }) => {
            (row, kept, Some(Ground { caller, thread, chosen, messages }))
        }
        None => match read(app, job).await {
            Ok((row, kept)) => (row, kept, None),
            Err(left) => return left,
        },
    };
    let entered = app.runs().enter(row.run.id);
    let (stop, kept) = (entered.stop.clone(), Arc::new(kept));
    let left = row.run.deadline_at.since(app.clock().now());
    let mut carrier = Carrier {
        app: app.clone(),
        fence,
        row,
        kept,
        stop,
        attempts: job.job.attempts,
        messages: Vec::new(),
        steps: Vec::new(),
        repeats: Repeats::new(),
        deadline: Instant::now() + left,
        last: Last::default(),
    };
    let carried = match carrier.row.run.kind {
        RunKind::Agent => Box::pin(carrier.go(job, ground)).await,
        RunKind::Workflow => Box::pin(flow::go(&mut carrier, job)).await,
    };
    let halt = match carried {
        Ok(()) => return Left::Settled,
        Err(halt) => halt,
    };
    match carrier.halt(halt).await {
        Ok(Left::Again(why, pause)) => carrier.again(job, why, pause),
        Ok(left) => left,
        Err(fault) if fault.code == "fenced" => Left::Settled,
        Err(fault) => {
            tracing::warn!(run = %carrier.row.run.id, ?fault, "how a run ended could not be kept");
            Left::Again(fault.message, None)
        }
    }
}

/// Ends a run that nobody can go on with, for what was asked cannot be read any more.
async fn give_up(app: &App, job: &JobRow, row: &RunRow) -> Result<(), Fault> {
    let fence = JobFence { job: job.job.id, epoch: job.job.epoch };
    let now = app.clock().now();
    let message = format!("it was tried {} times, but its request cannot be read", job.job.max_attempts);
    let ending = Ending {
        run: row.run.id,
        state: RunState::Failed,
        output: None,
        error: Some(RunError { code: "died".to_owned(), message }),
        job: JobState::Dead,
        turn: None,
        unkept: Usage::default(),
        settled: None,
        handed: None,
        flow: None,
        news: None,
        let_go: Some(call::resume::run_over()),
        now,
    };
    app.store().end_run(fence, ending).await?;
    Ok(())
}

/// The run of a job, and what it goes on with.
async fn read(app: &App, job: &JobRow) -> Result<(RunRow, Kept), Left> {
    let row = match app.store().run_of_job(job.job.organization_id, job.job.id).await {
        Ok(Some(row)) if !row.run.state.is_final() => row,
        Ok(_) => return Err(Left::Ended(JobState::Done, None)),
        Err(error) => return Err(Left::Again(error.to_string(), None)),
    };
    match Kept::open(app, &row).await {
        Ok(kept) => Ok((row, kept)),
        Err(_) if job.job.attempts > job.job.max_attempts => match give_up(app, job, &row).await {
            Ok(()) => Err(Left::Settled),
            Err(fault) => Err(Left::Again(fault.message, None)),
        },
        Err(fault) => Err(Left::Again(fault.message, None)),
    }
}

impl Carrier {
    /// Takes the run up.
    pub(in crate::run) async fn begin(&mut self, job: &JobRow) -> Result<(), Halt> {
        if job.job.attempts > job.job.max_attempts {
            let attempts = job.job.max_attempts;
            let why = job.job.error.clone().map(|why| format!(": {why}")).unwrap_or_default();
            return Err(failed("died", format!("it was tried {attempts} times and got nowhere{why}")));
        }
        // One that was begun by whoever asked for it is taken up already.
        if self.fence.epoch > 1 || self.row.run.state != RunState::Running {
            let now = self.app.clock().now();
            let held = self.app.store().take_up_run(self.fence, self.row.run.id, now).await?;
            if held.cancel {
                return Err(Halt::Cancelled);
            }
            self.row.run.state = RunState::Running;
            self.row.run.started_at.get_or_insert(now);
        }
        self.tell_run();
        if self.app.clock().now() >= self.row.run.deadline_at {
            return Err(deadline_over());
        }
        Ok(())
    }

    /// What the tables say.
    pub(super) async fn load(&mut self) -> Result<(), Halt> {
        let (run, thread) = (self.row.run.id, self.row.run.thread_id);
        let messages = self.app.store().last_messages(thread, history::MOST_MESSAGES).await?;
        // A long run has more answers than that; what it was asked is never left out.
        let asked = match messages.iter().any(|message| message.run_id == Some(run) && message.message.is_user()) {
            true => None,
            false => self.app.store().first_message_of_run(thread, run).await?.map(|message| message.message),
        };
        let messages = cut::known(&self.app, self.row.run.organization_id, run, messages).await?;
        let messages = match &self.kept.handed {
            Some(from) => handoff::introduced(from, run, messages),
            None => messages.into_iter().map(|message| message.message).collect(),
        };
        self.messages = history::shown(messages, asked);
        self.steps = self.app.store().steps(run, 1, MOST_STEPS).await?;
        for step in self.steps.iter().filter(|step| step.kind == StepKind::Tool && step.state.is_settled()) {
            let arguments = step.arguments.as_ref().map(Value::to_string).unwrap_or_default();
            *self.repeats.entry((step.name.clone(), arguments)).or_default() += 1;
        }
        Ok(())
    }
}
