//! A call whose progress and speech come while it runs, as server-sent events, and whose answer comes last.
//!
//! The stream owns the call: a client that hangs up drops it, which means what it means for the JSON form: a read is
//! given up, a write goes on.

use std::{collections::VecDeque, convert::Infallible, future::Future, pin::Pin};

use axum::response::Response;
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
use serde_json::json;
use tokio::{sync::mpsc, time::sleep};

use crate::{
    error::ApiError,
    events::{self, HEARTBEAT, QUIET, event},
};

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
    Ok(events::response(stream::unfold(telling, next)))
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
