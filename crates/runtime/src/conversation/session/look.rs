//! What the tables have for the client.

use std::collections::VecDeque;

use callwright_model::{
    ControlEvent, Fault,
    chat::ChatMessage,
    conversation::{Conversation, ConversationState},
    id::RunId,
    run::{RunEvent, RunState, ThreadMessage},
    tool::Kind,
};
use callwright_store::conversation::ConversationRow;
use tokio::{sync::broadcast::error::TryRecvError, time::Instant};

use super::{Followed, SEEN_EVERY, Said, Session};
use crate::{
    call::client::{self, ClientCall},
    conversation::sweep,
    offer,
    run::News,
};

/// Messages read at once.
const BATCH: u32 = 200;
/// Steps of a run that are looked through.
const MOST_STEPS: u32 = 1_000;
/// What a stranger is told when the agent fails.
pub(super) const NO_ANSWER: &str = "the agent cannot answer just now";
/// How often a conversation is handed on while nobody looks.
const MOST_HEIRS: usize = 20;

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
        let row = self.follow(row).await?;
        // The run first: what it wrote before it ended is there when its end is.
        let run = match &self.run {
            Some(followed) => Some(followed.id),
            None => store.open_run(org, row.conversation.thread_id).await?,
        };
        let found = match run {
            Some(run) => store.run(org, run).await?,
            None => None,
        };
        let thread = row.conversation.thread_id;
        let seen = self.seen_in(&row.conversation);
        let messages = store.messages_after(thread, seen, BATCH).await?;
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
        let is_over = match &found {
            Some(found) if found.run.state.is_final() && is_all => self.has_ended(found.run.id, &messages).await?,
            _ => false,
        };
        // From here on nothing is awaited.
        self.seen = seen;
        self.row = row;
        self.looked_at = is_all.then(Instant::now);
        self.tell_all(messages);
        for call in calls {
            self.offered.insert(call.ticket);
            self.told.push_back(Said::Call(call));
        }
        let Some(found) = found else {
            self.run = None;
            return Ok(());
        };
        if !found.run.state.is_final() {
            if self.run.as_ref().is_none_or(|followed| followed.events.is_none()) {
                self.run = Some(Followed { id: found.run.id, events: Some(app.runs().watch(found.run.id)) });
            }
        } else if is_all {
            self.ended(found.run.state, found.run.error.map(|error| (error.code, error.message)));
            self.ends_now = is_over;
            // Somebody else may have gone on with it.
            self.looked_at = None;
            let app = app.clone();
            self.app.spawn(async move {
                if let Err(fault) = sweep::tally(&app, org, id).await {
                    tracing::warn!(conversation = %id, ?fault, "what a conversation has come to could not be noted");
                }
            });
        }
        Ok(())
    }

    /// The conversation goes on with whoever its last run was of, or was handed over to, once that run has ended.
    async fn follow(&self, mut row: ConversationRow) -> Result<ConversationRow, Fault> {
        let (store, org) = (self.app.store(), self.org());
        if self.run.is_some() {
            return Ok(row);
        }
        for _ in 0..MOST_HEIRS {
            let conversation = &row.conversation;
            let Some(heir) = store.heir_of(org, conversation.thread_id).await? else { break };
            if (heir.agent_id, heir.thread_id) == (conversation.agent_id, conversation.thread_id) {
                break;
            }
            if heir.thread_id != conversation.thread_id {
                // What was said last is told before anything of the next thread.
                let seen = self.seen_in(conversation);
                if !store.messages_after(conversation.thread_id, seen, 1).await?.is_empty() {
                    break;
                }
                sweep::tally(&self.app, org, conversation.id).await?;
            }
            store.hand_conversation_over(org, &row, &heir).await?;
            match store.conversation(org, self.id()).await? {
                Some(now) => row = now,
                None => break,
            }
        }
        Ok(row)
    }

    fn seen_in(&self, conversation: &Conversation) -> i64 {
        if conversation.thread_id == self.thread() { self.seen } else { 0 }
    }

    /// Whether a run that has ended has ended the call.
    async fn has_ended(&self, run: RunId, messages: &[ThreadMessage]) -> Result<bool, Fault> {
        // What is called through the function for that may be a step of the call as well.
        let is_step = |name: &String| self.kinds.get(name) == Some(&"system") || name == offer::CALL_TOOL;
        if !self.has_steps && !called(messages).iter().any(is_step) {
            return Ok(false);
        }
        for step in self.app.store().steps(run, 1, MOST_STEPS).await? {
            let Some(execution) = step.execution_id.filter(|_| is_step(&step.name)) else { continue };
            let Some(execution) = self.app.store().execution(self.org(), execution).await? else { continue };
            if ControlEvent::of(&execution).is_some_and(|event| event.action == "end_call") {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Tells messages, each behind what the model wrote of it while it came in.
    fn tell_all(&mut self, messages: Vec<ThreadMessage>) {
        let mut messages = VecDeque::from(messages);
        if !messages.is_empty() {
            // What was written of them was heard before they were kept.
            while let Some(heard) = self.hear_now() {
                match heard {
                    News::Passing(event) => {
                        if let RunEvent::Delta { text } = *event {
                            self.write(text);
                        }
                    }
                    News::Kept(Some(kept)) => {
                        while let Some(message) = messages.pop_front_if(|message| message.seq <= kept) {
                            self.tell(message);
                        }
                    }
                    News::Kept(None) => self.looked_at = None,
                }
            }
        }
        messages.into_iter().for_each(|message| self.tell(message));
    }

    /// What was heard of the run and not looked at yet.
    fn hear_now(&mut self) -> Option<News> {
        let events = self.run.as_mut()?.events.as_mut()?;
        loop {
            match events.try_recv() {
                Ok(event) => return Some(event),
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return None,
            }
        }
    }

    fn ended(&mut self, state: RunState, error: Option<(String, String)>) {
        self.run = None;
        self.stop_writing();
        self.active();
        if state == RunState::Failed {
            let (kind, mut message) =
                error.unwrap_or_else(|| ("failed".to_owned(), "the agent has no answer".to_owned()));
            if self.is_public() {
                // What went wrong inside is for those who can mend it: it stands in the run.
                message = NO_ANSWER.to_owned();
            }
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
                    self.told.push_back(Said::Response { text, event, thread: self.thread(), seq: message.seq });
                }
                for call in tool_calls {
                    self.has_steps |= self.kinds.get(&call.name) == Some(&"system") || call.name == offer::CALL_TOOL;
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
