//! One answer of the model, kept before anything that it asks for is done.

use std::time::Duration;

use callwright_llm::{Reply, Stop};
use callwright_model::{
    Timestamp,
    chat::{ChatMessage, Usage},
    run::{RunState, Step, StepKind, StepState},
};
use callwright_store::run::Turn;
use serde_json::Value;
use tokio::time::Instant;

use super::{Carrier, Halt, Last, deadline_over, failed};
use crate::{
    documents,
    models::Chosen,
    run::{
        finish::{self, End},
        history,
        tools::{self, Scene},
        turn::{self, Asked},
    },
};

/// How often a run may be tried without getting anywhere because its model does not answer.
const MODEL_ATTEMPTS: i64 = 8;

/// How long what became of tools waits for the answer of the model, to be kept with it.
const LINGER: Duration = Duration::from_millis(20);

impl Carrier {
    /// Asks the model. True: that was the end.
    pub(super) async fn turn(&mut self, scene: &Scene, chosen: &Chosen, tools: &[Value]) -> Result<bool, Halt> {
        if history::is_too_long(&self.messages) {
            let asked = self.messages.iter().rfind(|message| message.is_user()).cloned();
            self.messages = history::shown(std::mem::take(&mut self.messages), asked);
        }
        let began = self.app.clock().now();
        let mut last = std::mem::take(&mut self.last);
        let asked = self.ask(scene, chosen, tools, &mut last).await;
        self.last = last;
        let reply = match asked? {
            Asked::Reply(reply) => *reply,
            // The model's time is the run's: it may say first that it is over.
            Asked::Later(..) | Asked::Never(_) if Instant::now() >= self.deadline => return Err(deadline_over()),
            Asked::Later(error, pause) if self.attempts < MODEL_ATTEMPTS => {
                return Err(Halt::Later(error.message, pause));
            }
            Asked::Later(error, _) | Asked::Never(error) => return Err(failed("model_error", error.message)),
        };
        // Its provider is paid, also if it is not kept.
        let usage = reply.usage;
        self.last.unpaid = usage;
        self.row.run.usage += usage;
        self.kept_meanwhile().await?;
        crate::failpoint!("run.answered");
        if reply.stop == Stop::Refused && reply.message.text().is_empty() {
            return Err(failed("model_error", "the model, or its provider, refused to answer"));
        }
        // From here on it counts with the turn.
        self.last.unpaid = Usage::default();
        let before = self.last.unkept.take();
        let turn = Turn { before: before.clone(), ..self.written(reply, began) };
        self.row.run.steps += 1;
        let calls = match &turn.message {
            ChatMessage::Assistant { tool_calls, .. } => tool_calls.len(),
            _ => 0,
        };
        if calls == 0 {
            let output = turn.message.text();
            let end = End { turn: Some(turn), ..End::new(RunState::Completed, Some(output)) };
            if finish::end(self, end).await? {
                return Ok(true);
            }
            // Nothing was kept, and the answer is none; what the tools did is.
            (self.last.unkept, self.last.unpaid) = (before, usage);
            self.row.run.steps -= 1;
            return Err(Halt::Cancelled);
        }
        let (message, steps, now) = (turn.message.clone(), turn.steps.clone(), turn.now);
        let (held, seq) = self.app.store().append_turn(self.fence, turn).await?;
        self.attempts = 0;
        crate::failpoint!("run.kept");
        self.tell_message(seq, &message, now);
        for step in &steps {
            self.tell_step(step);
        }
        self.tell_run();
        self.messages.push(message);
        self.steps.extend(steps);
        if held.cancel { Err(Halt::Cancelled) } else { Ok(false) }
    }

    async fn ask(&self, scene: &Scene, chosen: &Chosen, tools: &[Value], last: &mut Last) -> Result<Asked, Halt> {
        let messages = documents::shown(&self.app, self.row.run.organization_id, &self.messages).await?;
        let ask = turn::ask(scene, chosen, &messages, tools, self.deadline);
        tokio::pin!(ask);
        if let Some(settled) = last.unkept.take() {
            match tokio::time::timeout(LINGER, self.unless_stopped(true, ask.as_mut())).await {
                Ok(answer) => {
                    last.unkept = Some(settled);
                    return Ok(answer??);
                }
                // It takes its time; what became of the last tools is kept meanwhile.
                Err(_) => {
                    let (app, fence) = (self.app.clone(), self.fence);
                    last.settling = Some(tokio::spawn(async move { app.store().settle_steps(fence, settled).await }));
                }
            }
        }
        Ok(self.unless_stopped(true, ask).await??)
    }

    fn written(&self, reply: Reply, began: Timestamp) -> Turn {
        let now = self.app.clock().now();
        let seq = i64::from(self.row.run.steps) + 1;
        let message = history::with_ids(reply.message, seq);
        let name = if reply.model.is_empty() { self.row.run.model.clone() } else { reply.model };
        let mut steps = vec![Step {
            state: StepState::Done,
            usage: Some(reply.usage),
            ended_at: Some(now),
            ..Step::open(seq, 0, StepKind::Model, name, began)
        }];
        if let ChatMessage::Assistant { tool_calls, .. } = &message {
            steps.extend(tools::planned(tool_calls, seq, now));
        }
        let (run, thread) = (self.row.run.id, self.row.run.thread_id);
        Turn { run, thread, steps, message, before: None, usage: reply.usage, now }
    }
}
