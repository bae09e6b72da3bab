//! `GET /api/v1/executions/live`: a WebSocket that tells what happens to executions while it happens.
//!
//! Lossy by design; the log is the truth. A watcher that reads too slowly is told how many events it
//! missed and goes on with the newest. Nothing is kept for it but the runtime's one ring of events. A
//! token in the URL is not accepted: addresses end up in logs and histories.

pub(crate) mod filter;

use std::{collections::HashSet, sync::Arc, time::Duration};

use axum::{
    extract::{
        State,
        ws::{
            CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code,
            rejection::WebSocketUpgradeRejection,
        },
    },
    response::Response,
};
use callwright_model::{
    FaultKind,
    account::{Caller, Right, Scope},
    execution::{Event, Execution},
    id::{AgentId, ExecutionId, ToolId},
};
use callwright_runtime::{
    account,
    app::require,
    live::{LiveEvent, Subscription},
};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use self::filter::{agent_id, tool_id};
use crate::{
    auth::{self, Authed, Credential},
    body::Query,
    error::{ApiError, ErrorBody, malformed},
    state::ServerState,
};

/// What a request for a WebSocket turned out to be.
pub(crate) type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

/// How often a watcher is pinged, and asked whether its token still holds.
const PING: Duration = Duration::from_secs(20);
/// How long a watcher may take nothing at all before it is given up. A slow one takes something now and then.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long the goodbye may take, so that nobody who does not read it holds a stopping server up.
const FAREWELL: Duration = Duration::from_secs(1);
/// The most bytes of a message that a watcher may send; there is nothing to say.
const MAX_INCOMING: usize = 4 * 1024;
/// The most running executions that a filtered stream remembers.
const MAX_REMEMBERED: usize = 10_000;

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(live))
}

/// A frame of the live stream.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum LiveFrame {
    /// Something happened.
    #[schema(value_type = Event)]
    Event(Arc<Event>),
    /// The watcher was too slow.
    Missed(Missed),
}

/// Tells a watcher that it missed something.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Missed {
    /// Always `missed`.
    event: MissedTag,
    /// How many events went by, before any filter.
    count: u64,
}

/// The name of the frame.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum MissedTag {
    /// The one there is.
    Missed,
}

/// Which executions to watch.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct LiveQuery {
    /// Of this tool: its name or id.
    tool: Option<String>,
    /// Asked for by this agent: its name or id.
    agent: Option<String>,
    /// Of this phone call.
    call_id: Option<String>,
}

/// Watches executions over a WebSocket: one JSON text a frame. A browser is known by its session cookie, which counts
/// only with the server's own `Origin`; others send `X-Token` or `Authorization: Bearer`.
#[utoipa::path(
    get,
    path = "/api/v1/executions/live",
    operation_id = "watch_executions",
    tag = "executions",
    params(LiveQuery),
    responses(
        (status = 101, description = "The WebSocket is open; its frames are of this form", body = LiveFrame),
        (status = 400, description = "This needs a WebSocket handshake", body = ErrorBody),
    ),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("read")), ("x-websocket" = json!(true))),
)]
async fn live(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    Query(query): Query<LiveQuery>,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Result<Response, ApiError> {
    let mut filter = Filter {
        tool: tool_id(&state.app, &caller, query.tool.as_deref()).await?,
        agent: agent_id(&state.app, &caller, query.agent.as_deref()).await?,
        call_id: query.call_id,
        running: HashSet::new(),
    };
    watch(state, caller, &headers, upgrade, move |event| {
        let frame = match event {
            LiveEvent::Event(event) if filter.wants(&event) => LiveFrame::Event(event),
            LiveEvent::Event(_) => return None,
            LiveEvent::Missed(count) => LiveFrame::Missed(Missed { event: MissedTag::Missed, count }),
        };
        serde_json::to_string(&frame).ok()
    })
}

/// Opens the WebSocket and sends what `frame` makes of each of the organization's events.
pub(crate) fn watch(
    state: ServerState,
    caller: Caller,
    headers: &HeaderMap,
    upgrade: Upgrade,
    frame: impl FnMut(LiveEvent) -> Option<String> + Send + 'static,
) -> Result<Response, ApiError> {
    require(&caller, Right::View, Scope::Read)?;
    let token = match auth::credential(headers) {
        Some(Credential::Token(text) | Credential::Session(text)) => text.to_owned(),
        None => return Err(auth::unauthenticated("this needs a token").into()),
    };
    let upgrade =
        upgrade.map_err(|refusal| malformed(format!("this is a WebSocket; {}", refusal.body_text().to_lowercase())))?;
    // From here on, so that nothing is missed between the handshake and the first frame.
    let events = state.app.live().subscribe(caller.org_id);
    let open = state.sockets.token();
    let upgrade = upgrade.max_message_size(MAX_INCOMING).max_frame_size(MAX_INCOMING);
    Ok(upgrade.on_upgrade(move |mut socket| async move {
        if let Some(reason) = stream(&state, &token, &mut socket, events, frame).await {
            // The client may be gone already, or not reading; then there is nobody to tell.
            let _ = timeout(FAREWELL, socket.send(Message::Close(Some(reason)))).await;
        }
        drop(open);
    }))
}

/// Sends events until somebody goes; gives back what to tell a client that is still there.
async fn stream(
    state: &ServerState,
    token: &str,
    socket: &mut WebSocket,
    mut events: Subscription,
    mut frame: impl FnMut(LiveEvent) -> Option<String>,
) -> Option<CloseFrame> {
    let mut ping = interval_at(Instant::now() + PING, PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let message = tokio::select! {
            () = state.closing.cancelled() => return Some(stopping()),
            event = events.next() => match event {
                None => return Some(stopping()),
                Some(event) => match frame(event) {
                    None => continue,
                    Some(text) => Message::Text(Utf8Bytes::from(text)),
                },
            },
            received = socket.recv() => match received {
                None | Some(Err(_) | Ok(Message::Close(_))) => return None,
                Some(Ok(_)) => continue,
            },
            _ = ping.tick() => {
                if !is_still_known(state, token).await {
                    return Some(close(close_code::POLICY, "the token or session is no longer valid"));
                }
                Message::Ping(bytes::Bytes::new())
            }
        };
        tokio::select! {
            sent = timeout(PATIENCE, socket.send(message)) => match sent {
                Ok(Ok(())) => {}
                Ok(Err(_)) | Err(_) => return None,
            },
            () = state.closing.cancelled() => return Some(stopping()),
        }
    }
}

/// A token may be revoked, and a member may lose a role, while a stream is open.
async fn is_still_known(state: &ServerState, token: &str) -> bool {
    match account::authenticate(&state.app, token).await {
        Ok(caller) => require(&caller, Right::View, Scope::Read).is_ok(),
        // A database that is away says nothing about the token.
        Err(fault) => matches!(fault.kind, FaultKind::Unavailable | FaultKind::Internal),
    }
}

fn stopping() -> CloseFrame {
    close(close_code::AWAY, "the server is stopping")
}

fn close(code: u16, reason: &'static str) -> CloseFrame {
    CloseFrame { code, reason: Utf8Bytes::from_static(reason) }
}

/// Which events a watcher wants.
struct Filter {
    tool: Option<ToolId>,
    agent: Option<AgentId>,
    call_id: Option<String>,
    /// What runs and is wanted: progress tells its execution's id and nothing else.
    running: HashSet<ExecutionId>,
}

impl Filter {
    fn wants(&mut self, event: &Event) -> bool {
        if self.tool.is_none() && self.agent.is_none() && self.call_id.is_none() {
            return true;
        }
        match event {
            Event::Progress { execution_id, .. } => self.running.contains(execution_id),
            Event::ToolChanged { change } => {
                self.call_id.is_none()
                    && self.tool.is_none_or(|tool| tool == change.change.tool_id)
                    && self.agent.is_none_or(|agent| change.agents.iter().any(|reached| reached.id == agent))
            }
            Event::Execution { execution } => {
                let is_wanted = self.fits(execution);
                if execution.state.is_final() || !is_wanted {
                    self.running.remove(&execution.id);
                } else if self.running.len() < MAX_REMEMBERED {
                    self.running.insert(execution.id);
                }
                is_wanted
            }
        }
    }

    fn fits(&self, execution: &Execution) -> bool {
        self.tool.is_none_or(|tool| tool == execution.tool_id)
            && self.agent.is_none_or(|agent| Some(agent) == execution.agent_id)
            && self.call_id.as_ref().is_none_or(|call_id| Some(call_id) == execution.call_id.as_ref())
    }
}
