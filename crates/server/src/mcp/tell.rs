//! The answer to a request that may take a while: one JSON value if it is there soon and nothing is to be told before,
//! else a stream of events of which it is the last.
//!
//! The answer owns the work: a client that hangs up drops it. That gives a read up; a write goes on.

use std::{collections::VecDeque, convert::Infallible, future::Future, pin::Pin, time::Duration};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::{BufMut, Bytes, BytesMut};
use callwright_model::execution::Progress;
use futures_util::stream;
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};
use tokio::{sync::mpsc, time::sleep};

/// How long a client is left without a word before its answer becomes a stream.
const SOON: Duration = Duration::from_millis(900);
/// How often a stream shows that it is alive.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// Messages that wait to be sent on one stream.
const BUFFER: usize = 64;

/// From the least to the most important.
const LEVELS: [&str; 8] = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];
/// What a client is told that never said what it wants.
pub(super) const DEFAULT_LEVEL: u8 = 1;

/// A level by its name.
pub(super) fn level(name: &str) -> Option<u8> {
    LEVELS.iter().position(|level| *level == name).and_then(|at| u8::try_from(at).ok())
}

/// Where messages to the client go before the answer.
#[derive(Clone)]
pub(super) struct Out(mpsc::Sender<Bytes>);

impl Out {
    /// Sends a message; one that the client does not take in time is lost.
    pub(super) fn tell(&self, message: Bytes) {
        let _ = self.0.try_send(message);
    }

    /// Sends a message that must not be lost. False: the client has gone.
    pub(super) async fn send(&self, message: Bytes) -> bool {
        self.0.send(message).await.is_ok()
    }
}

/// Where messages go, and where they come out.
pub(super) fn channel() -> (Out, mpsc::Receiver<Bytes>) {
    let (sender, receiver) = mpsc::channel(BUFFER);
    (Out(sender), receiver)
}

/// Work whose end is the answer; the status counts only while nothing was sent.
pub(super) type Work = Pin<Box<dyn Future<Output = (StatusCode, Bytes)> + Send>>;

/// Answers with what `work` ends in.
pub(super) async fn answer(mut work: Work, mut messages: mpsc::Receiver<Bytes>) -> Response {
    let first = tokio::select! {
        biased;
        Some(message) = messages.recv() => Some(message),
        (status, ended) = &mut work => return json_answer(status, ended),
        () = sleep(SOON) => None,
    };
    let mut telling = Telling { work: Some(work), messages, ready: VecDeque::new() };
    telling.ready.push_back(first.map_or(Bytes::from_static(b": still working\n\n"), |first| event(&first)));
    event_stream(Body::from_stream(stream::unfold(telling, next)))
}

/// A body that is a stream of events.
pub(super) fn event_stream(body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// A whole answer.
pub(super) fn json_answer(status: StatusCode, body: Bytes) -> Response {
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

struct Telling {
    /// None once it has ended.
    work: Option<Work>,
    messages: mpsc::Receiver<Bytes>,
    ready: VecDeque<Bytes>,
}

async fn next(mut telling: Telling) -> Option<(Result<Bytes, Infallible>, Telling)> {
    loop {
        if let Some(bytes) = telling.ready.pop_front() {
            return Some((Ok(bytes), telling));
        }
        let work = telling.work.as_mut()?;
        tokio::select! {
            biased;
            Some(message) = telling.messages.recv() => telling.ready.push_back(event(&message)),
            (_, ended) = work => {
                telling.work = None;
                while let Ok(message) = telling.messages.try_recv() {
                    telling.ready.push_back(event(&message));
                }
                telling.ready.push_back(event(&ended));
            }
            () = sleep(KEEP_ALIVE) => telling.ready.push_back(Bytes::from_static(b": still working\n\n")),
        }
    }
}

fn event(message: &Bytes) -> Bytes {
    let mut text = BytesMut::with_capacity(message.len() + 24);
    text.put_slice(b"event: message\ndata: ");
    // JSON as we write it is one line.
    text.put_slice(message);
    text.put_slice(b"\n\n");
    text.freeze()
}

/// What is told of a step of an execution, and under which method.
pub(super) struct Told<'a> {
    /// What the client gave to be told of progress.
    pub token: Option<&'a Value>,
    /// The least important line that it wants; none: no lines at all.
    pub level: Option<u8>,
    /// The tool's name.
    pub tool: &'a str,
}

impl Told<'_> {
    /// The notification, if the client wants one. `count` grows with each.
    pub(super) fn of(&self, progress: &Progress, count: &mut f64) -> Option<Bytes> {
        match progress {
            Progress::Log { line } => self.line(line),
            Progress::Part { done, total, message } => {
                // It has to grow, whatever the tool says.
                let done = if *done > *count || *count == 0.0 { *done } else { *count + 1e-6 };
                self.progress(done, *total, message.as_deref(), count)
            }
            Progress::Retrying { attempt, wait_ms, .. } => {
                let message = format!("attempt {attempt} follows in {wait_ms} ms");
                self.progress(*count + 1.0, None, Some(&message), count)
            }
            Progress::Speech { say, .. } => self.progress(*count + 1.0, None, Some(say), count),
            Progress::Control { .. } => None,
        }
    }

    fn progress(&self, done: f64, total: Option<f64>, message: Option<&str>, count: &mut f64) -> Option<Bytes> {
        let token = self.token?;
        *count = done;
        let mut params = json!({"progressToken": token, "progress": number(done)});
        if let Some(total) = total {
            params["total"] = number(total);
        }
        if let Some(message) = message {
            params["message"] = json!(message);
        }
        Some(super::wire::notification("notifications/progress", &params))
    }

    fn line(&self, line: &str) -> Option<Bytes> {
        let (level, text) = level_of(line);
        if level < self.level? {
            return None;
        }
        let params = json!({"level": LEVELS[usize::from(level)], "logger": self.tool, "data": text});
        Some(super::wire::notification("notifications/message", &params))
    }
}

/// A whole number is written as one.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) }
}

/// The level of a printed line: Python's `logging` begins a line with its own.
fn level_of(line: &str) -> (u8, &str) {
    let known = [("DEBUG ", 0), ("INFO ", 1), ("WARNING ", 3), ("ERROR ", 4), ("CRITICAL ", 5)];
    for (word, level) in known {
        if let Some(rest) = line.strip_prefix(word) {
            // `LEVEL logger: text`; the root's name says nothing.
            let text = rest.strip_prefix("root: ").unwrap_or(rest);
            return (level, text);
        }
    }
    (DEFAULT_LEVEL, line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_lines_have_a_level_and_progress_grows() {
        assert_eq!(level_of("WARNING root: careful"), (3, "careful"));
        assert_eq!(level_of("ERROR db: gone"), (4, "db: gone"));
        assert_eq!(level_of("INFORMATION"), (1, "INFORMATION"));
        let token = json!("t");
        let told = Told { token: Some(&token), level: Some(3), tool: "x" };
        assert!(told.of(&Progress::Log { line: "hello".to_owned() }, &mut 0.0).is_none());
        let mut count = 0.0;
        let part = |done| Progress::Part { done, total: Some(100.0), message: None };
        let first = told.of(&part(50.0), &mut count).unwrap();
        assert!(std::str::from_utf8(&first).unwrap().contains(r#""progress":50,"total":100"#));
        told.of(&part(20.0), &mut count).unwrap();
        assert!(count > 50.0);
    }
}
