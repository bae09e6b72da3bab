//! The standing stream of a session: a client is told here that a list or a resource has changed.
//!
//! The id of an event says what its client has been told of. A client that comes back with it, to this node or another, is
//! told what has changed meanwhile, and nothing else.

use std::{collections::VecDeque, convert::Infallible, sync::Arc, time::Duration};

use axum::{body::Body, response::Response};
use bytes::Bytes;
use futures_util::stream;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{
    Who,
    changes::{Change, Told, Watch},
    session::{Session, Standing},
    tell, wire,
};
use crate::state::ServerState;

/// How often a stream shows that it is alive.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long a client waits before it comes back, in milliseconds.
const COME_BACK: u32 = 3_000;
/// The first revision whose clients know an event without data, which is only there for its id.
const PRIMED: &str = "2025-11-25";

struct Listening {
    watch: Watch,
    session: Arc<Session>,
    standing: Standing,
    closing: CancellationToken,
    ready: VecDeque<Bytes>,
    /// Whether what is ready is all that its client has missed elsewhere.
    is_catching_up: bool,
}

/// Opens a stream; `last` is the id of the last event that its client was told.
pub(super) async fn open(state: &ServerState, who: &Who, session: &Arc<Session>, last: Option<&str>) -> Response {
    let standing = session.stand();
    let watch = Watch::new(&state.app, who).await;
    let last = last.map(Told::read);
    let missed = match &last {
        Some(last) => watch.since(last.as_ref(), &session.watched()),
        // Here nobody knows what it was told elsewhere.
        None if session.was_elsewhere() => watch.since(None, &session.watched()),
        None => Vec::new(),
    };
    // An id says that everything up to it was told: while something is missing it is the one that the client came with.
    let told = if missed.is_empty() { Some(watch.told()) } else { last.flatten() };
    let first = match session.version() >= PRIMED {
        true => format!("{}retry: {COME_BACK}\ndata: \n\n", id(told.as_ref())),
        false => ": listening\n\n".to_owned(),
    };
    let mut ready = VecDeque::from([Bytes::from(first)]);
    ready.extend(events(&watch.told(), &missed));
    let (session, closing) = (session.clone(), state.closing.clone());
    let listening = Listening { watch, session, standing, closing, ready, is_catching_up: true };
    tell::event_stream(Body::from_stream(stream::unfold(listening, next)))
}

async fn next(mut listening: Listening) -> Option<(Result<Bytes, Infallible>, Listening)> {
    loop {
        if let Some(bytes) = listening.ready.pop_front() {
            return Some((Ok(bytes), listening));
        }
        if std::mem::take(&mut listening.is_catching_up) {
            listening.session.is_here();
        }
        let Listening { watch, session, standing, closing, ready, .. } = &mut listening;
        tokio::select! {
            biased;
            () = closing.cancelled() => return None,
            () = session.ended.cancelled() => return None,
            changes = watch.next(|| session.watched()) => {
                let changes = changes?;
                // A message goes out on one stream only: the newest.
                if standing.is_newest() {
                    ready.extend(events(&watch.told(), &changes));
                }
            }
            () = tokio::time::sleep(KEEP_ALIVE) => {
                if !standing.is_held() {
                    return None;
                }
                ready.push_back(Bytes::from_static(b": listening\n\n"));
            }
        }
    }
}

/// The line that says what a client has been told of, if that can be said.
fn id(told: Option<&Told>) -> String {
    told.map(|told| format!("id: {told}\n")).unwrap_or_default()
}

/// Changes that were found together. Only the last says that all of them were told: who loses the line before it is told
/// them again.
fn events(told: &Told, changes: &[Change]) -> Vec<Bytes> {
    let count = changes.len();
    let each = changes.iter().enumerate();
    each.map(|(at, change)| event(Some(told).filter(|_| at + 1 == count), change)).collect()
}

fn event(told: Option<&Told>, change: &Change) -> Bytes {
    let (method, params) = match change {
        Change::Tools => ("notifications/tools/list_changed", json!({})),
        Change::Prompts => ("notifications/prompts/list_changed", json!({})),
        Change::Resources => ("notifications/resources/list_changed", json!({})),
        Change::Resource(uri) => ("notifications/resources/updated", json!({"uri": uri})),
    };
    let message = wire::notification(method, &params);
    let mut text = format!("{}event: message\ndata: ", id(told)).into_bytes();
    text.extend_from_slice(&message);
    text.extend_from_slice(b"\n\n");
    text.into()
}
