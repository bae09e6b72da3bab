//! A call whose progress and speech come while it runs, as server-sent events, and whose answer comes last.
//!
//! The stream owns the call: a client that hangs up drops it, which means what it means for the JSON form: a read is
//! given up, a write goes on.

use std::{collections::VecDeque, convert::Infallible, future::Future, pin::Pin, time::Duration};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use callwright_model::{Fault, execution::Progress};
use callwright_runtime::{
    App,
    call::{
        self, Aside, CallAnswer, CallRequest,
        aside::{Frame, watcher},
    },
};
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Serialize;
use serde_json::json;
use tokio::{sync::mpsc, time::sleep};

use crate::error::ApiError;

/// How often a line is sent that means nothing, so that nobody in between takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(10);
const QUIET: Bytes = Bytes::from_static(b": still running\n\n");
const TYPE: &str = "text/event-stream";

/// Whether the client asks for events.
pub(super) fn are_wanted(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted
        .flat_map(|value| value.split(','))
        .any(|part| part.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(TYPE)))
}

type Call = Pin<Box<dyn Future<Output = Result<CallAnswer, Fault>> + Send>>;

/// A call under way and what is still to be told of it.
struct Telling {
    /// None once it has ended.
    call: Option<Call>,
    frames: mpsc::Receiver<Frame>,
    ready: VecDeque<Bytes>,
}

enum Step {
    Frame(Frame),
    Ended(Box<Result<CallAnswer, Fault>>),
    Quiet,
}

/// Carries the call out and tells of it. What is refused before it begins is refused with a status, as ever.
pub(super) async fn answer(app: App, request: CallRequest) -> Result<Response, ApiError> {
    let (watcher, frames) = watcher();
    let aside = Aside { watcher: Some(watcher), ..Aside::default() };
    let call: Call = Box::pin(async move { call::run_with(&app, request, aside).await });
    let mut telling = Telling { call: Some(call), frames, ready: VecDeque::new() };
    match telling.step().await {
        Some(Step::Frame(frame)) => telling.ready.push_back(piece(frame)),
        Some(Step::Ended(ended)) => telling.end(Ok((*ended)?)),
        // A request that joins another waits for it without a word; the client should see that it is alive.
        Some(Step::Quiet) => telling.ready.push_back(QUIET),
        None => {}
    }
    let body = Body::from_stream(stream::unfold(telling, next));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(TYPE)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Some proxies gather what they pass on, which is not wanted here.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((headers, body).into_response())
}

impl Telling {
    /// What happens next; none when the call has ended.
    async fn step(&mut self) -> Option<Step> {
        let call = self.call.as_mut()?;
        Some(tokio::select! {
            biased;
            Some(frame) = self.frames.recv() => Step::Frame(frame),
            ended = call => Step::Ended(Box::new(ended)),
            () = sleep(HEARTBEAT) => Step::Quiet,
        })
    }

    /// Notes what is left to tell: what happened before the end, then the end.
    fn end(&mut self, ended: Result<CallAnswer, Fault>) {
        self.call = None;
        while let Ok(frame) = self.frames.try_recv() {
            self.ready.push_back(piece(frame));
        }
        self.ready.push_back(match ended {
            Ok(answer) => event("answer", &answer),
            Err(fault) => {
                tracing::error!(?fault, "a call ended in a fault after its first event");
                event("error", &json!({"error": {"code": fault.code, "message": fault.message}}))
            }
        });
    }
}

async fn next(mut telling: Telling) -> Option<(Result<Bytes, Infallible>, Telling)> {
    loop {
        if let Some(bytes) = telling.ready.pop_front() {
            return Some((Ok(bytes), telling));
        }
        match telling.step().await? {
            Step::Frame(frame) => return Some((Ok(piece(frame)), telling)),
            Step::Quiet => return Some((Ok(QUIET), telling)),
            Step::Ended(ended) => telling.end(*ended),
        }
    }
}

fn piece(frame: Frame) -> Bytes {
    match frame {
        Frame::Began(id) => event("started", &json!({ "execution_id": id })),
        Frame::Progress(progress @ Progress::Speech { .. }) => event("speech", &progress),
        Frame::Progress(progress) => event("progress", &progress),
    }
}

/// JSON has no line ends in it, so one `data` line is enough.
fn event(name: &str, data: &impl Serialize) -> Bytes {
    let data = serde_json::to_string(data).unwrap_or_default();
    Bytes::from(format!("event: {name}\ndata: {data}\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_only_to_those_who_ask() {
        let asks = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(value));
            are_wanted(&headers)
        };
        assert!(asks("text/event-stream") && asks("application/json, Text/Event-Stream;q=0.9"));
        assert!(!asks("*/*") && !asks("application/json") && !asks("text/*"));
        assert!(!are_wanted(&HeaderMap::new()));
    }
}
