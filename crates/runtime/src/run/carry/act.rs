//! What an answer of the model asks for: its tools are called, and what became of them is kept.

use callwright_model::{
    Fault,
    chat::{ChatMessage, ToolCall},
    run::{RunState, Step, StepKind, StepState},
};
use callwright_store::run::Settled;

use super::{Carrier, Halt, failed};
use crate::{
    job::worker,
    run::{
        stop::cancel_idle,
        tools::{self, Done, Scene, Went},
    },
};

impl Carrier {
    /// Carries the calls of the last answer out. True: one of them ended the run.
    pub(super) async fn tools(&mut self, scene: &Scene, calls: &[ToolCall]) -> Result<bool, Halt> {
        let seq = i64::from(self.row.run.steps);
        let mine = |step: &Step| step.seq == seq && step.kind == StepKind::Tool;
        let steps = self.steps_of(calls);
        let mut repeats = std::mem::take(&mut self.repeats);
        // The executions go on by themselves if we do not wait for them: what was begun is recorded.
        let went = self.unless_stopped(false, tools::go(scene, calls, steps, &mut repeats)).await;
        self.repeats = repeats;
        let (done, waits) = match went?? {
            Went::Ended(done) => (done, false),
            Went::Wait(done) => (done, true),
            Went::Broke(done, fault) => return Err(self.keep_ended(seq, done, fault).await?),
            Went::Loop(tool) => {
                return Err(failed(
                    "loop_detected",
                    format!("the model kept calling `{tool}` with the same arguments"),
                ));
            }
        };
        crate::failpoint!("run.acted");
        let now = self.app.clock().now();
        let steps: Vec<Step> = done.iter().map(|done| done.step.clone()).collect();
        let directive = tools::directive(&done);
        for step in &steps {
            self.tell_step(step);
        }
        let messages = if waits { Vec::new() } else { results(calls, done) };
        let settled = Settled {
            run: self.row.run.id,
            thread: self.row.run.thread_id,
            steps: steps.clone(),
            messages: messages.clone(),
            now,
        };
        if waits {
            return Err(self.lie_down(settled).await?);
        }
        if let Some(directive) = directive {
            self.obey(scene, directive, settled).await?;
            return Ok(true);
        }
        // The executions are on record: were this lost, the next carrier would be given the same. So the model need not
        // wait for it, only what is kept next.
        self.last.unkept = Some(settled);
        self.attempts = 0;
        if self.app.runs().is_watched(self.row.run.id) {
            self.settled().await?;
            self.tell_last_messages(messages.len()).await;
        }
        self.steps.retain(|step| !mine(step));
        self.steps.extend(steps);
        self.messages.extend(messages);
        Ok(false)
    }

    /// Sees to it that what became of the last tools is kept.
    pub(super) async fn settled(&mut self) -> Result<(), Halt> {
        self.kept_meanwhile().await?;
        let Some(settled) = self.last.unkept.take() else { return Ok(()) };
        let held = self.app.store().settle_steps(self.fence, settled).await?;
        if held.cancel { Err(Halt::Cancelled) } else { Ok(()) }
    }

    /// Waits until what is being kept of the last tools is kept.
    pub(super) async fn kept_meanwhile(&mut self) -> Result<(), Halt> {
        let Some(settling) = self.last.settling.take() else { return Ok(()) };
        let held = settling.await.map_err(Fault::internal)??;
        if held.cancel { Err(Halt::Cancelled) } else { Ok(()) }
    }

    /// Keeps what became of those calls that have ended, although another could not be made: they are not made again.
    async fn keep_ended(&mut self, seq: i64, done: Vec<Done>, fault: Fault) -> Result<Halt, Halt> {
        let is_new = |step: &Step| {
            let same = |known: &&Step| known.seq == seq && known.position == step.position;
            step.state.is_settled() && !self.steps.iter().find(same).is_some_and(|known| known.state.is_settled())
        };
        let steps: Vec<Step> = done.into_iter().map(|done| done.step).filter(is_new).collect();
        if !steps.is_empty() {
            let (run, thread) = (self.row.run.id, self.row.run.thread_id);
            let settled = Settled { run, thread, steps, messages: Vec::new(), now: self.app.clock().now() };
            self.app.store().settle_steps(self.fence, settled).await?;
        }
        Ok(fault.into())
    }

    /// Lies down until those who are waited for have done their part; they may have by now.
    async fn lie_down(&mut self, settled: Settled) -> Result<Halt, Halt> {
        let held = self.app.store().lay_down_run(self.fence, settled).await?;
        self.row.run.state = RunState::Waiting;
        self.tell_run();
        if held.cancel {
            cancel_idle(&self.app, &self.row).await?;
            return Ok(Halt::Over);
        }
        for execution in self.app.store().awaited(self.row.run.id).await? {
            let found = self.app.store().execution(self.row.run.organization_id, execution).await?;
            if found.is_none_or(|found| found.state.is_final()) {
                worker::wake(&self.app, execution).await;
            }
        }
        Ok(Halt::Over)
    }
}

fn results(calls: &[ToolCall], done: Vec<Done>) -> Vec<ChatMessage> {
    calls
        .iter()
        .zip(done)
        .map(|(call, done)| ChatMessage::Tool {
            tool_call_id: call.id.clone(),
            name: call.name.clone(),
            content: done.parts.unwrap_or_default(),
            is_error: done.step.state == StepState::Failed,
        })
        .collect()
}
