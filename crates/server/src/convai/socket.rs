//! One client's socket, from its first frame to its goodbye.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use callwright_model::{Fault, FaultKind, chat::Part, conversation::EndReason};
use callwright_runtime::conversation::{Admission, Refusal, Said, Session};
use serde_json::Value;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, timeout};

use super::{
    crowd::Silent,
    frames::{self, Heard},
    half::Half,
    init::{self, First},
    limits::Counter,
};
use crate::state::ServerState;

/// How long the first frame may take.
const INIT: Duration = Duration::from_secs(20);
/// Frames that may come before it.
const BEFORE_INIT: usize = 8;
/// The most bytes of a frame that is no result of a client's tool.
const PLAIN: usize = 256 * 1024;
/// How long a client may take nothing at all before it is given up.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the goodbye may take.
const FAREWELL: Duration = Duration::from_secs(1);

/// Why a socket is done.
enum Done {
    /// The client said goodbye.
    Goodbye,
    /// It is not there any more, and may come back.
    Gone,
    /// Tell it this and close.
    Close(u16, &'static str),
}

/// Holds a conversation until one side goes.
pub(super) async fn converse(
    state: &ServerState,
    admission: Admission,
    silent: Silent,
    half: Half,
    mut socket: WebSocket,
) {
    if let Done::Close(code, reason) = whole(state, admission, silent, half, &mut socket).await {
        let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
        // The client may be gone already, or not reading; then there is nobody to tell.
        let _ = timeout(FAREWELL, socket.send(Message::Close(Some(frame)))).await;
        // What it still sends is read, or the goodbye would be lost with the connection.
        let _ = timeout(FAREWELL, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
    }
}

async fn whole(
    state: &ServerState,
    admission: Admission,
    silent: Silent,
    mut half: Half,
    socket: &mut WebSocket,
) -> Done {
    let first = tokio::select! {
        first = first(socket) => first,
        () = half.too_much(false) => return too_much(),
        () = state.closing.cancelled() => return stopping(),
    };
    let First { init, events } = match first {
        Ok(first) => first,
        Err(done) => return done,
    };
    half.whole();
    drop(silent);
    let session = match admission.begin(init).await {
        Ok(session) => session,
        Err(refusal) => {
            let (kind, message) = words(&refusal);
            let frame = frames::error(close_code::POLICY, kind, &message);
            if send(socket, &frame).await.is_err() {
                return Done::Gone;
            }
            return Done::Close(close_code::POLICY, "the conversation was refused");
        }
    };
    let metadata = frames::metadata(&session.id(), session.reconnect_token());
    let mut talk = Talk::new(state, session, events, half);
    if send(socket, &metadata).await.is_err() {
        talk.session.leave().await;
        return Done::Gone;
    }
    let done = talk.go(socket).await;
    match &done {
        Done::Goodbye => {
            if let Err(fault) = talk.session.end(EndReason::Client).await {
                tracing::warn!(conversation = %talk.session.id(), ?fault, "a conversation could not be ended");
            }
        }
        Done::Gone => talk.session.leave().await,
        Done::Close(close_code::AWAY, _) => talk.session.leave().await,
        Done::Close(..) => {}
    }
    done
}

fn words(refusal: &Refusal) -> (&'static str, String) {
    match refusal {
        Refusal::Said(kind, message) => (kind, message.clone()),
        Refusal::Fault(fault) if fault.kind == FaultKind::Internal => {
            tracing::error!(?fault, "a conversation could not be begun");
            ("internal", "something went wrong on the server".to_owned())
        }
        Refusal::Fault(fault) => (fault.code, fault.message.clone()),
    }
}

/// Waits for the client's first frame. What an orchestrator sends before it is passed over.
async fn first(socket: &mut WebSocket) -> Result<First, Done> {
    let until = Instant::now() + INIT;
    for _ in 0..=BEFORE_INIT {
        let Ok(received) = tokio::time::timeout_at(until, socket.recv()).await else {
            return Err(Done::Close(close_code::POLICY, "the first frame did not come in time"));
        };
        let text = match received {
            None | Some(Err(_) | Ok(Message::Close(_))) => return Err(Done::Gone),
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(_)) => continue,
        };
        // Nobody knows yet who this is.
        if text.len() > PLAIN || frames::is_too_rich(&text) {
            return Err(Done::Close(close_code::SIZE, "the first frame is too large"));
        }
        let Ok(frame) = serde_json::from_str::<Value>(&text) else {
            return Err(Done::Close(close_code::INVALID, "a frame is not JSON"));
        };
        if frame["type"] == "conversation_initiation_client_data" {
            return match init::read(&frame) {
                Ok(first) => Ok(first),
                Err(message) => {
                    let _ = send(socket, &frames::error(close_code::POLICY, "invalid_message", &message)).await;
                    Err(Done::Close(close_code::POLICY, "the first frame makes no sense"))
                }
            };
        }
    }
    Err(Done::Close(close_code::POLICY, "the first frame must be `conversation_initiation_client_data`"))
}

async fn send(socket: &mut WebSocket, frame: &Value) -> Result<(), ()> {
    let message = Message::Text(Utf8Bytes::from(frame.to_string()));
    match timeout(PATIENCE, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(()),
    }
}

fn too_much() -> Done {
    Done::Close(close_code::SIZE, "a message is too large")
}

fn stopping() -> Done {
    Done::Close(close_code::AWAY, "the server is stopping; come back to this conversation")
}

/// What happens next.
enum Next {
    Said(Result<Said, Fault>),
    Heard(Option<Result<Message, axum::Error>>),
    Ping,
    TooMuch,
    Stop,
}

/// A conversation under way.
struct Talk<'a> {
    state: &'a ServerState,
    session: Session,
    events: Option<Vec<String>>,
    half: Half,
    frames: Counter,
    words: Counter,
    ping: Interval,
    every: Duration,
    pinged: Option<(i64, Instant)>,
    pings: i64,
    took_ms: Option<u64>,
    heard_at: Instant,
    event: i64,
    said_no_sound: bool,
}

impl<'a> Talk<'a> {
    fn new(state: &'a ServerState, session: Session, events: Option<Vec<String>>, half: Half) -> Self {
        let every = state.app.settings().talk.ping;
        let now = Instant::now();
        let mut ping = interval_at(now + every, every);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            state,
            session,
            events,
            half,
            frames: Counter::of_frames(),
            words: Counter::of_words(),
            ping,
            every,
            pinged: None,
            pings: 0,
            took_ms: None,
            heard_at: now,
            event: 0,
            said_no_sound: false,
        }
    }

    async fn go(&mut self, socket: &mut WebSocket) -> Done {
        loop {
            let large = self.session.awaits_client();
            let next = tokio::select! {
                () = self.state.closing.cancelled() => Next::Stop,
                said = self.session.next() => Next::Said(said),
                received = socket.recv() => Next::Heard(received),
                () = self.half.too_much(large) => Next::TooMuch,
                _ = self.ping.tick() => Next::Ping,
            };
            let went = match next {
                Next::Stop => Err(stopping()),
                Next::Said(Ok(said)) => self.tell(socket, said).await,
                Next::Said(Err(fault)) => {
                    tracing::error!(conversation = %self.session.id(), ?fault, "a conversation broke");
                    Err(Done::Close(close_code::ERROR, "something went wrong on the server"))
                }
                Next::Heard(received) => self.hear(socket, received).await,
                Next::Ping => self.ping(socket).await,
                Next::TooMuch => Err(too_much()),
            };
            if let Err(done) = went {
                return done;
            }
        }
    }

    async fn send(&self, socket: &mut WebSocket, frame: &Value) -> Result<(), Done> {
        if !frames::is_wanted(frame, self.events.as_deref()) {
            return Ok(());
        }
        send(socket, frame).await.map_err(|()| Done::Gone)
    }

    async fn tell(&mut self, socket: &mut WebSocket, said: Said) -> Result<(), Done> {
        if let Said::Response { event, .. } = &said {
            self.event = *event;
        }
        if let Some(frame) = frames::write(&said, self.event) {
            self.send(socket, &frame).await?;
        }
        match said {
            Said::Response { thread, seq, .. } => self.session.delivered(thread, seq),
            Said::Call(call) if !call.expects_response => {
                if let Err(fault) = self.session.called(call.ticket).await {
                    tracing::warn!(ticket = %call.ticket, ?fault, "it could not be noted that a client was told");
                }
            }
            Said::Over(reason) => return Err(closing(reason)),
            Said::Taken => {
                return Err(Done::Close(close_code::POLICY, "another connection has taken this conversation up"));
            }
            _ => {}
        }
        Ok(())
    }

    async fn ping(&mut self, socket: &mut WebSocket) -> Result<(), Done> {
        // Any frame shows that it is there; three pings in a row that nothing follows show that it is not.
        if self.heard_at.elapsed() > self.every * 3 {
            return Err(Done::Gone);
        }
        if self.half.is_late() {
            return Err(Done::Close(close_code::POLICY, "a message did not come whole in time"));
        }
        if let Err(fault) = self.session.check().await {
            tracing::warn!(conversation = %self.session.id(), ?fault, "it could not be looked at who talks");
        }
        self.pings += 1;
        self.pinged = Some((self.pings, Instant::now()));
        self.send(socket, &frames::ping(self.pings, self.took_ms)).await
    }

    async fn hear(
        &mut self,
        socket: &mut WebSocket,
        received: Option<Result<Message, axum::Error>>,
    ) -> Result<(), Done> {
        let text = match received {
            // A browser that closes without a code means the same as one that says 1000.
            Some(Ok(Message::Close(frame))) => {
                let is_goodbye =
                    frame.is_none_or(|frame| matches!(frame.code, close_code::NORMAL | close_code::STATUS));
                return Err(if is_goodbye { Done::Goodbye } else { Done::Gone });
            }
            None | Some(Err(_)) => return Err(Done::Gone),
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(content) | Message::Pong(content))) => {
                self.half.control(content.len());
                self.heard_at = Instant::now();
                return Ok(());
            }
            Some(Ok(Message::Binary(_))) => {
                self.half.whole();
                return self.problem(socket, "invalid_message", "frames are JSON texts, not bytes").await;
            }
        };
        self.half.whole();
        self.heard_at = Instant::now();
        if !self.frames.one_more() {
            return self.throw_out("too many frames").await;
        }
        if text.len() > PLAIN && !self.session.awaits_client() {
            let message = "this frame is too large; only the result of a client tool that was called may be";
            return self.problem(socket, "invalid_message", message).await;
        }
        if frames::is_too_rich(&text) {
            let message = "this frame holds too many values; send less, or what it holds as one text";
            return self.problem(socket, "invalid_message", message).await;
        }
        let Ok(frame) = serde_json::from_str::<Value>(&text) else {
            return self.throw_out("a frame is not JSON").await;
        };
        match frames::read(frame) {
            Ok(heard) => self.heard(socket, heard).await,
            Err(message) => self.problem(socket, "invalid_message", &message).await,
        }
    }

    async fn heard(&mut self, socket: &mut WebSocket, heard: Heard) -> Result<(), Done> {
        let done = match heard {
            Heard::Message(text) => return self.message(socket, text).await,
            Heard::Files(text) => {
                let message = "files are not taken here; let a client tool give them";
                self.problem(socket, "invalid_message", message).await?;
                return match text {
                    Some(text) => self.message(socket, text).await,
                    None => Ok(()),
                };
            }
            Heard::Audio => {
                if std::mem::replace(&mut self.said_no_sound, true) {
                    return Ok(());
                }
                let message = "this server talks in text only: sound is not listened to";
                return self.problem(socket, "text_only", message).await;
            }
            Heard::Pong(event) => {
                if let Some((_, at)) = self.pinged.take_if(|(pinged, _)| *pinged == event) {
                    self.took_ms = u64::try_from(at.elapsed().as_millis()).ok();
                }
                return Ok(());
            }
            Heard::Activity => {
                self.session.active();
                return Ok(());
            }
            Heard::Unknown => return Ok(()),
            Heard::Update(text) => self.session.update(&text).await,
            Heard::Feedback { event, liked } => self.session.feedback(event, liked).await,
            Heard::Result { id, result, is_error } => self.session.answer(&id, result, is_error).await.map(|taken| {
                if !taken {
                    tracing::debug!(conversation = %self.session.id(), id, "a result came that nobody waits for");
                }
            }),
        };
        match done {
            Ok(()) => Ok(()),
            Err(fault) => self.fault(socket, fault).await,
        }
    }

    async fn message(&mut self, socket: &mut WebSocket, text: String) -> Result<(), Done> {
        if !self.words.one_more() {
            let message = "too many messages in a minute; this one was not taken";
            return self.problem(socket, "rate_limited", message).await;
        }
        match self.session.say(vec![Part::text(text)]).await {
            Ok(()) => Ok(()),
            Err(fault) => self.fault(socket, fault).await,
        }
    }

    /// What the client said was not taken; the conversation goes on.
    async fn fault(&mut self, socket: &mut WebSocket, fault: Fault) -> Result<(), Done> {
        match fault.kind {
            FaultKind::Internal => {
                tracing::error!(conversation = %self.session.id(), ?fault, "a frame could not be taken");
                self.problem(socket, "internal", "something went wrong on the server").await
            }
            FaultKind::Invalid | FaultKind::Limited | FaultKind::Conflict => {
                self.problem(socket, fault.code, &fault.message).await
            }
            // How the organization is set up is nothing for strangers.
            _ if self.session.is_public() => {
                tracing::warn!(conversation = %self.session.id(), ?fault, "a stranger's message was not taken");
                self.problem(socket, fault.code, "the agent cannot answer just now").await
            }
            _ => self.problem(socket, fault.code, &fault.message).await,
        }
    }

    async fn problem(&self, socket: &mut WebSocket, kind: &str, message: &str) -> Result<(), Done> {
        self.send(socket, &frames::error(close_code::POLICY, kind, message)).await
    }

    async fn throw_out(&mut self, reason: &'static str) -> Result<(), Done> {
        if let Err(fault) = self.session.end(EndReason::PolicyViolation).await {
            tracing::warn!(conversation = %self.session.id(), ?fault, "a conversation could not be ended");
        }
        Err(Done::Close(close_code::POLICY, reason))
    }
}

fn closing(reason: EndReason) -> Done {
    match reason {
        EndReason::Client => Done::Close(close_code::NORMAL, "the conversation has ended"),
        EndReason::Agent => Done::Close(close_code::NORMAL, "the agent has ended the conversation"),
        EndReason::IdleTimeout => Done::Close(close_code::NORMAL, "nobody said anything for too long"),
        EndReason::MaxDurationExceeded => Done::Close(close_code::NORMAL, "max_duration_exceeded"),
        EndReason::ClientGone => Done::Close(close_code::NORMAL, "the client was away for too long"),
        EndReason::PolicyViolation => Done::Close(close_code::POLICY, "the client did not keep to the protocol"),
        EndReason::NotAllowed => Done::Close(close_code::POLICY, "whoever talks may not any more"),
    }
}
