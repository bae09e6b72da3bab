//! What the tables have for the client.

use callwright_model::{
    Fault,
    chat::ChatMessage,
    conversation::ConversationState,
    run::{RunEvent, RunState, ThreadMessage},
    tool::Kind,
};
use tokio::{sync::broadcast::error::TryRecvError, time::Instant};

use super::{Followed, SEEN_EVERY, Said, Session};
use crate::{
    call::client::{self, ClientCall},
    conversation::sweep,
};

/// Messages read at once.
const BATCH: u32 = 200;

impl Session {
    /// Finds what the client was not told yet. Nothing changes until everything was read, so that it may be given up
    /// in the middle.
    pub(super) async fn look(&mut self) -> Result<(), Fault> {
        let (app, org, id) = (self.app.clone(), self.org(), self.id());
        let store = app.store();
        let Some(row) = store.conversation(org, id).await? else {
            self.is_over = true;
            self.told.push_back(Said::Taken);
            return Ok(());
        };
        if row.conversation.state == ConversationState::Ended {
            self.is_over = true;
            self.told.push_back(row.conversation.end_reason.map_or(Said::Taken, Said::Over));
            return Ok(());
        }
        if row.hold != self.row.hold {
            self.is_over = true;
            self.told.push_back(Said::Taken);
            return Ok(());
        }
        // The run first: what it wrote before it ended is there when its end is.
        let run = match &self.run {
            Some(followed) => Some(followed.id),
            None => store.open_run(org, self.thread()).await?,
        };
        let found = match run {
            Some(run) => store.run(org, run).await?,
            None => None,
        };
        let messages = store.messages_after(self.thread(), self.seen, BATCH).await?;
        let is_all = messages.len() < BATCH as usize;
        for name in called(&messages) {
            if self.kinds.contains_key(&name) {
                continue;
            }
            let agent = row.conversation.agent_id.to_string();
            let tool = app.tools().find(&app, org, &name, Some(&agent)).await.ok().flatten();
            self.kinds.insert(name, word_for(tool.map(|found| found.tool.tool.spec.kind)));
        }
        let mut calls: Vec<ClientCall> = Vec::new();
        for ticket in client::open_calls(&app, org, id).await? {
            if !self.offered.contains(&ticket.ticket.id)
                && let Some(call) = client::call_of(&app, &ticket).await?
            {
                calls.push(call);
            }
        }
        if self.seen_at.elapsed() >= SEEN_EVERY {
            store.see_conversation(id, &self.row.hold, app.clock().now()).await?;
            self.seen_at = Instant::now();
        }
        // From here on nothing is awaited.
        self.row = row;
        self.looked_at = is_all.then(Instant::now);
        if !messages.is_empty() {
            self.forget_deltas();
        }
        messages.into_iter().for_each(|message| self.tell(message));
        for call in calls {
            self.offered.insert(call.ticket);
            self.told.push_back(Said::Call(call));
        }
        let Some(found) = found else {
            self.run = None;
            return Ok(());
        };
        if !found.run.state.is_final() {
            if self.run.is_none() {
                self.run = Some(Followed { id: found.run.id, events: app.runs().watch(found.run.id) });
            }
        } else if is_all {
            self.ended(found.run.state, found.run.error.map(|error| (error.code, error.message)));
            let app = app.clone();
            self.app.spawn(async move {
                if let Err(fault) = sweep::tally(&app, org, id).await {
                    tracing::warn!(conversation = %id, ?fault, "what a conversation has come to could not be noted");
                }
            });
        }
        Ok(())
    }

    /// What the model wrote of messages that are kept by now came before them; whatever else is heard is looked at.
    fn forget_deltas(&mut self) {
        let Some(followed) = &mut self.run else { return };
        loop {
            match followed.events.try_recv() {
                Ok(RunEvent::Delta { .. } | RunEvent::Step { .. }) => {}
                Ok(_) | Err(TryRecvError::Lagged(_)) => self.looked_at = None,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    fn ended(&mut self, state: RunState, error: Option<(String, String)>) {
        self.run = None;
        self.stop_writing();
        self.active();
        if state == RunState::Failed {
            let (kind, message) = error.unwrap_or_else(|| ("failed".to_owned(), "the agent has no answer".to_owned()));
            self.told.push_back(Said::Problem { kind, message });
        }
    }

    /// Puts what a message has for the client behind what it is told already.
    fn tell(&mut self, message: ThreadMessage) {
        self.seen = message.seq;
        match message.message {
            ChatMessage::User { .. } => {}
            ChatMessage::Assistant { text, tool_calls, .. } => {
                self.stop_writing();
                if !text.trim().is_empty() {
                    let event = self.note_answer(message.run_id);
                    self.told.push_back(Said::Response { text, event, seq: message.seq });
                }
                for call in tool_calls {
                    let kind = self.kinds.get(&call.name).copied().unwrap_or("webhook");
                    // The client is told of its own tools with all that it needs.
                    if kind != "client" {
                        self.told.push_back(Said::ToolRequest { name: call.name, id: call.id, kind });
                    }
                }
            }
            ChatMessage::Tool { tool_call_id, name, is_error, .. } => {
                let kind = self.kinds.get(&name).copied().unwrap_or("webhook");
                if kind != "client" {
                    self.told.push_back(Said::ToolResponse { name, id: tool_call_id, kind, is_error });
                }
            }
        }
    }
}

fn called(messages: &[ThreadMessage]) -> Vec<String> {
    let mut names = Vec::new();
    for message in messages {
        match &message.message {
            ChatMessage::Assistant { tool_calls, .. } => names.extend(tool_calls.iter().map(|call| call.name.clone())),
            ChatMessage::Tool { name, .. } => names.push(name.clone()),
            ChatMessage::User { .. } => {}
        }
    }
    names
}

/// The protocol's word for a kind.
fn word_for(kind: Option<Kind>) -> &'static str {
    match kind {
        Some(Kind::Client) => "client",
        Some(Kind::System) => "system",
        _ => "webhook",
    }
}
