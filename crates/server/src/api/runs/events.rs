//! `GET /api/v1/runs/{id}/events`: a run while it happens, as server-sent events.

use std::convert::Infallible;

use axum::{extract::State, response::Response};
use bytes::Bytes;
use callwright_model::{Fault, account::Caller, id::RunId, run::RunEvent};
use callwright_runtime::run::watch::{self, Watch};
use futures_util::stream;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::json;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use utoipa::IntoParams;

use crate::{
    auth::Authed,
    body::{Path, Query},
    error::ApiError,
    events::{self, HEARTBEAT, QUIET, event, event_with_id},
    header::last_event_id,
    state::ServerState,
};

/// Where to go on.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventsQuery {
    /// Tell only messages after this place of the thread. `Last-Event-ID` wins.
    #[param(minimum = 0)]
    after: Option<u64>,
}

/// A run while it happens: first what it has said so far, then what follows, until it ends.
///
/// The events are `run` (where it stands), `message` (each once, in order, with its place in the thread as the event's
/// id), `step` and `delta` (words of an answer that is being written; the whole follows as a message). A client that
/// comes back says in `Last-Event-ID` which message it saw last, and misses none. A stream that ends before a `run`
/// event with a final state was cut off: open it again.
#[utoipa::path(
    get,
    path = "/api/v1/runs/{id}/events",
    operation_id = "watch_run",
    tag = "runs",
    params(
        ("id" = RunId, Path, description = "The run"),
        EventsQuery,
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was seen"),
    ),
    responses((
        status = 200,
        description = "The events",
        body = String,
        content_type = "text/event-stream",
        example = json!("id: 2\nevent: message\ndata: {\"type\":\"message\",\"message\":{\"seq\":2,\"role\":\"assistant\",\"text\":\"Hello!\"}}\n\n"),
    )),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read"))),
)]
pub(crate) async fn watch(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Path(id): Path<RunId>,
    Query(query): Query<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let after = query.after.map(|after| i64::try_from(after).unwrap_or(i64::MAX));
    stream(&state, &caller, id, last_event_id(&headers).or(after).unwrap_or_default()).await
}

/// The events of a run, messages after the place `after`.
pub(super) async fn stream(state: &ServerState, caller: &Caller, id: RunId, after: i64) -> Result<Response, ApiError> {
    let watch = watch::watch(&state.app, caller, id, after).await?;
    let telling = Telling { watch, closing: state.closing.clone(), is_over: false };
    Ok(events::response(stream::unfold(telling, next)))
}

struct Telling {
    watch: Watch,
    closing: CancellationToken,
    is_over: bool,
}

async fn next(mut telling: Telling) -> Option<(Result<Bytes, Infallible>, Telling)> {
    if telling.is_over {
        return None;
    }
    let piece = tokio::select! {
        biased;
        // The client comes back, to this server's next life or to another one.
        () = telling.closing.cancelled() => return None,
        told = telling.watch.next() => match told {
            Ok(Some(told)) => piece(&told),
            Ok(None) => return None,
            Err(fault) => {
                telling.is_over = true;
                failure(&fault)
            }
        },
        () = sleep(HEARTBEAT) => QUIET,
    };
    Some((Ok(piece), telling))
}

fn piece(told: &RunEvent) -> Bytes {
    match told {
        RunEvent::Run { .. } => event("run", told),
        RunEvent::Message { message } => event_with_id(message.seq, "message", told),
        RunEvent::Step { .. } => event("step", told),
        RunEvent::Delta { .. } => event("delta", told),
    }
}

fn failure(fault: &Fault) -> Bytes {
    tracing::warn!(?fault, "a run that is watched could not be read");
    event("error", &json!({"error": {"code": fault.code, "message": fault.message}}))
}
