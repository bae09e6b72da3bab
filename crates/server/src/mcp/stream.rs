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
}

/// Opens a stream; `last` is the id of the last event that its client was told.
pub(super) async fn open(state: &ServerState, who: &Who, session: &Arc<Session>, last: Option<&str>) -> Response {
    let standing = session.stand();
    let watch = Watch::new(&state.app, who).await;
    let missed = match last {
        Some(last) => watch.since(Told::read(last).as_ref(), &session.watched()),
        // Here nobody knows what it was told elsewhere.
        None if session.was_elsewhere() => watch.since(None, &session.watched()),
        None => Vec::new(),
    };
    let first = match session.version() >= PRIMED {
        true => format!("id: {}\nretry: {COME_BACK}\ndata: \n\n", watch.told()),
        false => ": listening\n\n".to_owned(),
    };
    let mut ready = VecDeque::from([Bytes::from(first)]);
    ready.extend(missed.iter().map(|change| event(&watch.told(), change)));
    let listening = Listening { watch, session: session.clone(), standing, closing: state.closing.clone(), ready };
    tell::event_stream(Body::from_stream(stream::unfold(listening, next)))
}

async fn next(mut listening: Listening) -> Option<(Result<Bytes, Infallible>, Listening)> {
    loop {
        if let Some(bytes) = listening.ready.pop_front() {
            return Some((Ok(bytes), listening));
        }
        let Listening { watch, session, standing, closing, ready } = &mut listening;
        tokio::select! {
            biased;
            () = closing.cancelled() => return None,
            () = session.ended.cancelled() => return None,
            changes = watch.next(|| session.watched()) => {
                let changes = changes?;
                // A message goes out on one stream only: the newest.
                if standing.is_newest() {
                    let told = watch.told();
                    ready.extend(changes.iter().map(|change| event(&told, change)));
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

fn event(told: &Told, change: &Change) -> Bytes {
    let (method, params) = match change {
        Change::Tools => ("notifications/tools/list_changed", json!({})),
        Change::Prompts => ("notifications/prompts/list_changed", json!({})),
        Change::Resources => ("notifications/resources/list_changed", json!({})),
        Change::Resource(uri) => ("notifications/resources/updated", json!({"uri": uri})),
    };
    let message = wire::notification(method, &params);
    let mut text = format!("id: {told}\nevent: message\ndata: ").into_bytes();
    text.extend_from_slice(&message);
    text.extend_from_slice(b"\n\n");
    text.into()
}
