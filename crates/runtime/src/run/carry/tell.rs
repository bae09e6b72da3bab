//! What those who watch a run are told of it, once it is kept.

use callwright_model::{
    Timestamp,
    chat::ChatMessage,
    run::{RunEvent, Step, ThreadMessage},
};

use super::Carrier;

impl Carrier {
    pub(in crate::run) fn tell_run(&self) {
        self.app.runs().tell_run(&self.row.run);
    }

    pub(in crate::run) fn tell_message(&self, seq: i64, message: &ChatMessage, now: Timestamp) {
        let runs = self.app.runs();
        if runs.is_watched(self.row.run.id) {
            let message =
                ThreadMessage { seq, run_id: Some(self.row.run.id), message: message.clone(), created_at: now };
            runs.tell(self.row.run.id, RunEvent::Message { message: Box::new(message) });
        }
    }

    pub(in crate::run) async fn tell_last_messages(&self, count: usize) {
        let most = u32::try_from(count).unwrap_or(u32::MAX);
        let Ok(last) = self.app.store().last_messages(self.row.run.thread_id, most).await else { return };
        for message in last {
            self.app.runs().tell(self.row.run.id, RunEvent::Message { message: Box::new(message) });
        }
    }

    pub(in crate::run) fn tell_step(&self, step: &Step) {
        let runs = self.app.runs();
        if runs.is_watched(self.row.run.id) {
            runs.tell(self.row.run.id, RunEvent::Step { step: Box::new(step.clone()) });
        }
    }
}
