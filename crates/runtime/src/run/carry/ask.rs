//! One answer of the model, kept before anything that it asks for is done.

use callwright_llm::{Reply, Stop};
use callwright_model::{
    Timestamp,
    chat::ChatMessage,
    run::{RunState, Step, StepKind, StepState},
};
use callwright_store::run::Turn;
use serde_json::Value;
use tokio::time::Instant;

use super::{Carrier, Halt, deadline_over, failed};
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

impl Carrier {
    /// Asks the model. True: that was the end.
    pub(super) async fn turn(&mut self, scene: &Scene, chosen: &Chosen, tools: &[Value]) -> Result<bool, Halt> {
        if history::is_too_long(&self.messages) {
            let asked = self.messages.iter().rfind(|message| message.is_user()).cloned();
            self.messages = history::shown(std::mem::take(&mut self.messages), asked);
        }
        let began = self.app.clock().now();
        let org = self.row.run.organization_id;
        let messages = documents::shown(&self.app, org, &self.messages).await?;
        let ask = turn::ask(scene, chosen, &messages, tools, self.deadline);
        let reply = match self.unless_stopped(true, ask).await?? {
            Asked::Reply(reply) => *reply,
            // The model's time is the run's: it may say first that it is over.
            Asked::Later(..) | Asked::Never(_) if Instant::now() >= self.deadline => return Err(deadline_over()),
            Asked::Later(error, pause) if self.attempts < MODEL_ATTEMPTS => {
                return Err(Halt::Later(error.message, pause));
            }
            Asked::Later(error, _) | Asked::Never(error) => return Err(failed("model_error", error.message)),
        };
        self.settled().await?;
        crate::failpoint!("run.answered");
        if reply.stop == Stop::Refused && reply.message.text().is_empty() {
            return Err(failed("model_error", "the model, or its provider, refused to answer"));
        }
        let turn = self.written(reply, began);
        self.row.run.steps += 1;
        self.row.run.usage += turn.usage;
        let calls = match &turn.message {
            ChatMessage::Assistant { tool_calls, .. } => tool_calls.len(),
            _ => 0,
        };
        if calls == 0 {
            let output = turn.message.text();
            let end = End { turn: Some(turn), ..End::new(RunState::Completed, Some(output)) };
            return if finish::end(self, end).await? { Ok(true) } else { Err(Halt::Cancelled) };
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
        Turn { run, thread, steps, message, usage: reply.usage, now }
    }
}
