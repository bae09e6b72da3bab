//! What the person says: each message an ordinary run on the conversation's thread.

use callwright_model::{
    Fault, Object,
    chat::{ChatMessage, Part},
    context::Channel,
    conversation::EndReason,
};
use serde_json::json;

use super::{Followed, Said, Session};
use crate::{
    call::client,
    conversation::{instructions, variables},
    run::{self, RunRequest, Talk},
};

/// The most characters of one message.
const MOST_TEXT: usize = 32_000;
/// How often a run is tried to be begun while another one does not let go of the thread.
const TRIES: usize = 5;

impl Session {
    /// Takes what the person says to the agent. A run that is at work is stopped first.
    ///
    /// # Errors
    /// What the client may read: the message is too long, there are no credits left, the server is not ready.
    pub async fn say(&mut self, content: Vec<Part>) -> Result<(), Fault> {
        self.active();
        let text = ChatMessage::User { content: content.clone() }.text();
        if text.chars().count() > MOST_TEXT {
            return Err(Fault::invalid("text", format!("a message may have at most {MOST_TEXT} characters")));
        }
        if text.trim().is_empty() {
            return Err(Fault::invalid("text", "the message says nothing"));
        }
        let caller = match self.caller().await {
            Ok(caller) => caller,
            Err(fault) if fault.code == "not_allowed" => {
                self.finish(EndReason::NotAllowed).await?;
                return Err(fault);
            }
            Err(fault) => return Err(fault),
        };
        let mut last = None;
        for _ in 0..TRIES {
            if let Some(read) = self.interrupt().await? {
                self.updates.push(format!("the person interrupted your last answer after reading: {read}"));
            }
            if self.is_over {
                // Another socket has it, or nobody: what is to be said of that is told already.
                return Ok(());
            }
            let request = self.request(content.clone()).await?;
            match run::start_watched(&self.app, &caller, request).await {
                Ok((run, events)) => {
                    self.run = Some(Followed { id: run.id, events: Some(events) });
                    self.looked_at = None;
                    if !self.updates.is_empty() {
                        self.updates.clear();
                        // The run has begun: an error would have the client say it again.
                        if let Err(error) = self.app.store().set_updates(self.id(), &self.row.hold, &[]).await {
                            tracing::warn!(conversation = %self.id(), %error, "what the agent was told is kept a while longer");
                        }
                    }
                    return Ok(());
                }
                Err(fault) if fault.code == "thread_busy" => last = Some(fault),
                Err(fault) => return Err(fault),
            }
        }
        Err(last.unwrap_or_else(crate::app::not_ready))
    }

    async fn request(&self, content: Vec<Part>) -> Result<RunRequest, Fault> {
        let conversation = &self.row.conversation;
        let agent = self.app.store().agent_by_id(self.org(), conversation.agent_id).await?;
        let agent = agent.ok_or_else(|| Fault::not_found("agent", conversation.agent_id))?;
        let values =
            variables::all(&conversation.dynamic_variables, self.id(), conversation.agent_id, self.app.clock().now());
        let before = match self.updates.is_empty() {
            true => Vec::new(),
            false => vec![ChatMessage::user(note(&self.updates))],
        };
        let mut metadata = Object::new();
        metadata.insert("conversation_id".to_owned(), json!(self.id()));
        Ok(RunRequest {
            thread: Some(self.thread()),
            metadata,
            channel: Channel::Chat,
            talk: Some(Talk { id: self.id(), instructions: instructions(&agent, &self.kept, &values), before }),
            ..RunRequest::new(agent.id.to_string(), content)
        })
    }

    /// Stops the run that is at work, if one is. What a tool has begun is carried out and recorded; what the client was
    /// asked to do is not waited for any more. Gives what the client has read of an answer that will not come.
    async fn interrupt(&mut self) -> Result<Option<String>, Fault> {
        // It may have ended meanwhile, and another agent gone on with it; then what was said stands.
        for _ in 0..TRIES {
            self.look().await?;
            if self.looked_at.is_some() {
                break;
            }
        }
        if self.is_over {
            return Ok(None);
        }
        let Some(id) = self.run.as_ref().map(|followed| followed.id) else { return Ok(None) };
        let org = self.org();
        let Some(found) = self.app.store().run(org, id).await? else { return Ok(None) };
        if !found.run.state.is_final() {
            run::stop_and_wait(&self.app, &found).await?;
        }
        for call in client::open_calls(&self.app, org, self.id()).await? {
            client::cancel(&self.app, &call).await?;
        }
        let is_answered = self.app.store().run(org, id).await?.is_some_and(|row| row.run.output.is_some());
        if is_answered {
            self.look().await?;
            return Ok(None);
        }
        let read = self.stop_writing();
        self.run = None;
        self.told.push_back(Said::Interruption { event: self.event });
        if read.trim().is_empty() {
            return Ok(None);
        }
        let corrected = format!("{}…", read.trim_end());
        self.told.push_back(Said::Correction { original: read.clone(), corrected });
        Ok(Some(read))
    }
}

/// What the client wants the agent to know, as the model reads it.
fn note(updates: &[String]) -> String {
    let lines: Vec<String> = updates.iter().map(|update| format!("- {update}")).collect();
    format!("[Context, not said by the person]\n{}", lines.join("\n"))
}
