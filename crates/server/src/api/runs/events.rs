//! `GET /api/v1/runs/{id}/events`: a run while it happens, as server-sent events.

use std::convert::Infallible;

use axum::{extract::State, response::Response};
use bytes::Bytes;
use callwright_model::{Fault, FaultKind, account::Caller, id::RunId, run::RunEvent};
use callwright_runtime::{
    account,
    run::{
        self,
        watch::{self, Watch},
    },
};
use futures_util::stream;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::json;
use tokio::time::{Duration, Instant, sleep};
use utoipa::IntoParams;

use crate::{
    auth::{self, Authed, Credential},
    body::{Path, Query},
    error::ApiError,
    events::{self, HEARTBEAT, QUIET, event, event_with_id},
    header::last_event_id,
    state::ServerState,
};

/// How often it is asked whether the token still holds. A run that says nothing is asked about with the next heartbeat.
const ASK: Duration = Duration::from_secs(5);

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
/// event with a final state was cut off: open it again. What is said (`message`, `delta`) is told to whose thread it is and
/// to administrators; others are told how the run goes on. The stream ends when the token does.
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
    stream(&state, &caller, &headers, id, last_event_id(&headers).or(after).unwrap_or_default()).await
}

/// The events of a run, messages after the place `after`.
pub(super) async fn stream(
    state: &ServerState,
    caller: &Caller,
    headers: &HeaderMap,
    id: RunId,
    after: i64,
) -> Result<Response, ApiError> {
    let token = match auth::credential(headers) {
        Some(Credential::Token(text) | Credential::Session(text)) => text.to_owned(),
        None => return Err(auth::unauthenticated("this needs a token").into()),
    };
    let watch = watch::watch(&state.app, caller, id, after).await?;
    let telling = Telling { state: state.clone(), token, run: id, asked: Instant::now(), watch, is_over: false };
    Ok(events::response(stream::unfold(telling, next)))
}

struct Telling {
    state: ServerState,
    token: String,
    run: RunId,
    /// When the token was last asked after.
    asked: Instant,
    watch: Watch,
    is_over: bool,
}

impl Telling {
    /// A token may be revoked, and a member may lose a role, while a stream is open.
    async fn is_still_let_in(&mut self) -> bool {
        if self.asked.elapsed() < ASK {
            return true;
        }
        self.asked = Instant::now();
        let app = &self.state.app;
        let found = match account::authenticate(app, &self.token).await {
            Ok(caller) => run::get(app, &caller, self.run).await.map(drop),
            Err(fault) => Err(fault),
        };
        match found {
            Ok(()) => true,
            // A database that is away says nothing about the token.
            Err(fault) => matches!(fault.kind, FaultKind::Unavailable | FaultKind::Internal),
        }
    }
}

async fn next(mut telling: Telling) -> Option<(Result<Bytes, Infallible>, Telling)> {
    if telling.is_over {
        return None;
    }
    if !telling.is_still_let_in().await {
        telling.is_over = true;
        return Some((Ok(ended()), telling));
    }
    let closing = telling.state.closing.clone();
    let piece = tokio::select! {
        biased;
        // The client comes back, to this server's next life or to another one.
        () = closing.cancelled() => return None,
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

fn ended() -> Bytes {
    let message = "the token or session is no longer valid, or may not see this run any more";
    event("error", &json!({"error": {"code": "unauthenticated", "message": message}}))
}

fn failure(fault: &Fault) -> Bytes {
    tracing::warn!(?fault, "a run that is watched could not be read");
    event("error", &json!({"error": {"code": fault.code, "message": fault.message}}))
}
