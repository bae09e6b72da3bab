//! A conversation in a socket's hands: what is to be told to the client, and what comes from it.
//!
//! What is told follows from the tables: the thread's messages after the last one that was delivered, and the open
//! tickets of client tools. Hints of this process make it quick; without any, a look each second finds the same, also
//! when another node carries the run.

mod look;
mod say;

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use callwright_model::{
    ControlEvent, Fault, FaultKind,
    account::Caller,
    conversation::EndReason,
    id::{ConversationId, OrgId, RunId, ThreadId, TicketId},
    run::RunEvent,
};
use callwright_store::conversation::ConversationRow;
use serde_json::Value;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::Instant,
};

use super::{hub::Held, sweep, whose::Kept};
use crate::{
    App,
    call::{
        callback::Arrived,
        client::{self, ClientCall, ClientResult},
    },
    feedback::{self, FeedbackSpec},
    run::News,
};

/// How often it is written down that the client is there.
pub(super) const SEEN_EVERY: Duration = Duration::from_secs(15);
/// How often the tables are looked at while a run is at work.
const LOOK: Duration = Duration::from_secs(1);
/// How often they are while none is.
const LOOK_IDLE: Duration = Duration::from_secs(5);
/// The most of what a client wants the agent to know before its next turn.
const MOST_UPDATES: usize = 16;
/// The most characters of one of them.
const MOST_UPDATE: usize = 8_000;
/// The answers that a client may still like or dislike.
const MOST_LIKED: usize = 100;

/// Something to tell the client.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// The agent begins to write.
    Start,
    /// More of what it writes.
    Delta(String),
    /// It has stopped writing.
    Stop,
    /// What the agent says.
    Response {
        /// The words.
        text: String,
        /// Its number in the conversation.
        event: i64,
        /// Where it stands.
        thread: ThreadId,
        /// Its place there.
        seq: i64,
    },
    /// The client has something to carry out.
    Call(ClientCall),
    /// A tool is called that runs elsewhere.
    ToolRequest {
        /// The tool's name.
        name: String,
        /// The model's id of the call.
        id: String,
        /// The kind of tool, in the protocol's words.
        kind: &'static str,
    },
    /// It has ended.
    ToolResponse {
        /// The tool's name.
        name: String,
        /// The model's id of the call.
        id: String,
        /// The kind of tool, in the protocol's words.
        kind: &'static str,
        /// Whether it failed.
        is_error: bool,
    },
    /// What the agent was about to say is not said any more.
    Interruption {
        /// The number of what was interrupted.
        event: i64,
    },
    /// Of what the agent was writing, this much stands.
    Correction {
        /// What the client has read of it.
        original: String,
        /// What stands.
        corrected: String,
    },
    /// Something went wrong; the conversation goes on.
    Problem {
        /// A word for it.
        kind: String,
        /// In words.
        message: String,
    },
    /// A step of the call, for whoever carries it.
    Control(Arc<ControlEvent>),
    /// The conversation is over.
    Over(EndReason),
    /// Another socket has taken it up.
    Taken,
}

/// A run that is followed.
struct Followed {
    id: RunId,
    /// None: there is nothing more to hear of it.
    events: Option<broadcast::Receiver<News>>,
}

/// A conversation in a socket's hands.
pub struct Session {
    app: App,
    row: ConversationRow,
    kept: Kept,
    held: Held,
    controls: broadcast::Receiver<Arc<ControlEvent>>,
    run: Option<Followed>,
    told: VecDeque<Said>,
    /// The calls that this socket was told of.
    offered: HashSet<TicketId>,
    /// The kinds of tools that were called, in the protocol's words.
    kinds: HashMap<String, &'static str>,
    /// The place of the last message that was looked at.
    seen: i64,
    /// What the agent has written of its next message.
    written: String,
    is_writing: bool,
    event: i64,
    /// The runs of the last answers, by their numbers.
    answers: VecDeque<(i64, RunId)>,
    updates: Vec<String>,
    looked_at: Option<Instant>,
    seen_at: Instant,
    idle_at: Instant,
    ends_at: Instant,
    is_over: bool,
    /// The agent has ended the call: once everything was told it is over.
    ends_now: bool,
    /// Whether steps of the call were taken.
    has_steps: bool,
}

impl Session {
    pub(super) fn new(app: &App, row: ConversationRow, kept: Kept) -> Self {
        let talk = &app.settings().talk;
        let now = Instant::now();
        let lasted = app.clock().now().since(row.conversation.started_at);
        Self {
            held: Held::new(app, row.conversation.id),
            controls: app.controls().listen(row.conversation.organization_id, &row.conversation.id.to_string()),
            app: app.clone(),
            run: None,
            told: VecDeque::new(),
            offered: HashSet::new(),
            kinds: HashMap::new(),
            seen: row.delivered_seq,
            written: String::new(),
            is_writing: false,
            event: 0,
            answers: VecDeque::new(),
            updates: row.updates.clone(),
            looked_at: None,
            seen_at: now,
            idle_at: now + talk.idle,
            ends_at: now + talk.longest.saturating_sub(lasted),
            is_over: false,
            ends_now: false,
            has_steps: false,
            row,
            kept,
        }
    }

    /// The conversation's id.
    pub fn id(&self) -> ConversationId {
        self.row.conversation.id
    }

    /// Whether nobody knows who talks.
    pub fn is_public(&self) -> bool {
        self.row.conversation.is_public
    }

    /// The word by which the client comes back.
    pub fn reconnect_token(&self) -> &str {
        &self.kept.reconnect
    }

    fn org(&self) -> OrgId {
        self.row.conversation.organization_id
    }

    fn thread(&self) -> ThreadId {
        self.row.conversation.thread_id
    }

    /// The next thing to tell the client. It may be given up and asked for again at any time.
    ///
    /// # Errors
    /// Our own mistake. A database that is away is waited for.
    pub async fn next(&mut self) -> Result<Said, Fault> {
        loop {
            if let Some(said) = self.told.pop_front() {
                return Ok(said);
            }
            if self.is_over {
                std::future::pending::<()>().await;
            }
            if self.ends_now {
                // Given up in the middle, it is done again.
                self.finish(EndReason::Agent).await?;
                self.ends_now = false;
                continue;
            }
            let now = Instant::now();
            if now >= self.ends_at {
                self.finish(EndReason::MaxDurationExceeded).await?;
                continue;
            }
            if self.run.is_none() && now >= self.idle_at {
                self.finish(EndReason::IdleTimeout).await?;
                continue;
            }
            let pause = match self.run.is_some() || self.app.is_clustered() {
                true => LOOK,
                false => LOOK_IDLE,
            };
            let look_at = self.looked_at.map_or(now, |at| at + pause);
            let mut wake_at = look_at.min(self.ends_at);
            if self.run.is_none() {
                wake_at = wake_at.min(self.idle_at);
            }
            let heard = tokio::select! {
                biased;
                event = heard(&mut self.run) => Some(event),
                step = self.controls.recv() => {
                    if let Ok(step) = step {
                        self.told.push_back(Said::Control(step));
                    }
                    continue;
                }
                () = self.held.wake.notified() => None,
                () = tokio::time::sleep_until(wake_at) => None,
            };
            if let Some(Ok(News::Passing(event))) = heard {
                if let RunEvent::Delta { text } = *event {
                    self.write(text);
                }
                continue;
            }
            if matches!(heard, Some(Err(RecvError::Closed))) {
                // Everybody was forgotten at the run's end; how it ended is in the tables.
                if let Some(followed) = &mut self.run {
                    followed.events = None;
                }
            }
            // Given up in the middle, it is begun again at once.
            self.looked_at = None;
            match self.look().await {
                Ok(()) => {}
                Err(fault) if fault.kind == FaultKind::Unavailable => {
                    tracing::warn!(conversation = %self.id(), ?fault, "it could not be looked at what is new in a conversation");
                    self.looked_at = Some(Instant::now());
                }
                Err(fault) => return Err(fault),
            }
        }
    }

    fn write(&mut self, text: String) {
        if text.is_empty() {
            return;
        }
        if !self.is_writing {
            self.is_writing = true;
            self.told.push_back(Said::Start);
        }
        self.written.push_str(&text);
        self.told.push_back(Said::Delta(text));
    }

    /// Ends what is being written; gives what was written of it.
    fn stop_writing(&mut self) -> String {
        if std::mem::take(&mut self.is_writing) {
            self.told.push_back(Said::Stop);
        }
        std::mem::take(&mut self.written)
    }

    /// Ends it; the tables then say that it is over, or another's.
    async fn finish(&mut self, reason: EndReason) -> Result<(), Fault> {
        let (app, row) = (self.app.clone(), self.row.clone());
        // All of it is done, whoever stops waiting.
        self.app.spawn(async move { sweep::end(&app, &row, reason).await }).await.map_err(Fault::internal)??;
        self.look().await
    }

    /// Whether whoever talks still may; asked now and then. If not, it is over.
    pub async fn check(&mut self) -> Result<(), Fault> {
        match self.caller().await {
            Err(fault) if fault.code == "not_allowed" => self.finish(EndReason::NotAllowed).await,
            Err(fault) if fault.kind != FaultKind::Unavailable => Err(fault),
            _ => Ok(()),
        }
    }

    /// The client was told an answer.
    pub fn delivered(&self, thread: ThreadId, seq: i64) {
        let (app, id, hold) = (self.app.clone(), self.id(), self.row.hold.clone());
        self.app.spawn(async move {
            if let Err(error) = app.store().deliver_conversation(id, &hold, thread, seq).await {
                tracing::warn!(conversation = %id, %error, "it could not be noted what a client was told");
            }
        });
    }

    /// The client was told of a call whose result nobody waits for.
    pub async fn called(&self, ticket: TicketId) -> Result<(), Fault> {
        client::told(&self.app, ticket).await
    }

    /// The client does something, so it is there.
    pub fn active(&mut self) {
        self.idle_at = Instant::now() + self.app.settings().talk.idle;
    }

    /// The result of a call that the client carried out. False: nobody waits for it.
    pub async fn answer(&mut self, ticket: &str, result: Value, is_error: bool) -> Result<bool, Fault> {
        self.active();
        let Ok(id) = ticket.parse::<TicketId>() else { return Ok(false) };
        let given = ClientResult { result, is_error };
        match client::answer_in(&self.app, self.org(), self.id(), id, given).await {
            Ok(arrived) => {
                self.offered.remove(&id);
                Ok(arrived == Arrived::Taken)
            }
            Err(fault) if matches!(fault.kind, FaultKind::NotFound | FaultKind::Gone) => {
                self.offered.remove(&id);
                Ok(false)
            }
            Err(fault) => Err(fault),
        }
    }

    /// Whether this socket was told of a call that may still be open.
    pub fn awaits_client(&self) -> bool {
        !self.offered.is_empty()
    }

    /// Something that the agent is to know before its next turn.
    ///
    /// # Errors
    /// Invalid: it is too long, or there are too many already.
    pub async fn update(&mut self, text: &str) -> Result<(), Fault> {
        self.active();
        if text.trim().is_empty() {
            return Ok(());
        }
        if text.chars().count() > MOST_UPDATE {
            return Err(Fault::invalid("text", format!("an update may have at most {MOST_UPDATE} characters")));
        }
        if self.updates.len() >= MOST_UPDATES {
            let message = format!("at most {MOST_UPDATES} updates are kept for one turn; the others are left out");
            return Err(Fault::invalid("text", message));
        }
        self.updates.push(text.to_owned());
        self.app.store().set_updates(self.id(), &self.row.hold, &self.updates).await?;
        Ok(())
    }

    /// What the client thinks of an answer: liked, disliked, or nothing any more.
    pub async fn feedback(&mut self, event: i64, liked: Option<bool>) -> Result<(), Fault> {
        self.active();
        let run = self.answers.iter().find(|(number, _)| *number == event).map(|(_, run)| *run);
        // What strangers think is not what the agent's owner thinks.
        let (Some(run), false) = (run, self.row.conversation.is_public) else { return Ok(()) };
        let caller = self.caller().await?;
        match liked {
            Some(liked) => {
                let rating = if liked { 1 } else { -1 };
                let spec = FeedbackSpec { rating, scale: None, comment: None, correction: None };
                feedback::give(&self.app, &caller, run, spec).await.map(drop)
            }
            None => match feedback::take_back(&self.app, &caller, run).await {
                Err(fault) if fault.kind != FaultKind::NotFound => Err(fault),
                _ => Ok(()),
            },
        }
    }

    /// Ends the conversation. False: it was over, or another socket has it.
    pub async fn end(&mut self, reason: EndReason) -> Result<bool, Fault> {
        if std::mem::replace(&mut self.is_over, true) {
            return Ok(false);
        }
        sweep::end(&self.app, &self.row, reason).await
    }

    /// The client has gone away without a goodbye, or this server stops: it may come back.
    pub async fn leave(&mut self) {
        let (id, now) = (self.id(), self.app.clock().now());
        if let Err(error) = self.app.store().see_conversation(id, &self.row.hold, now).await {
            tracing::debug!(conversation = %id, %error, "it could not be noted when a client was last there");
        }
    }

    async fn caller(&self) -> Result<Caller, Fault> {
        self.kept.caller(&self.app, &self.row).await
    }

    fn note_answer(&mut self, run: Option<RunId>) -> i64 {
        self.event += 1;
        if let Some(run) = run {
            self.answers.push_back((self.event, run));
            if self.answers.len() > MOST_LIKED {
                self.answers.pop_front();
            }
        }
        self.event
    }
}

/// What happens to the run that is followed.
async fn heard(run: &mut Option<Followed>) -> Result<News, RecvError> {
    match run.as_mut().and_then(|followed| followed.events.as_mut()) {
        Some(events) => events.recv().await,
        None => std::future::pending().await,
    }
}
