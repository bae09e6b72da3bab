//! The conversation socket of ElevenLabs' clients, in text: `/v1/convai/conversation` and what goes with it.
//!
//! The protocol stands here and nowhere else; what a conversation is, and who may hold one, is the runtime's.

mod crowd;
mod frames;
mod half;
mod init;
mod limits;
mod socket;

use std::sync::Arc;

use axum::{
    Extension,
    extract::{FromRequestParts, State},
    response::Response,
};
use callwright_model::{Fault, FaultKind, account::Caller, id::ConversationId};
use callwright_runtime::{
    account,
    conversation::{self, Entrance},
};
use http::{HeaderMap, HeaderName, header, request::Parts};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::{self, Authed, ClientAddr, Credential},
    body::{Json, Query},
    error::{ApiError, malformed},
    live::Upgrade,
    meter::Meter,
    request_id,
    state::ServerState,
};

/// The header in which these clients send a token.
const XI_API_KEY: HeaderName = HeaderName::from_static("xi-api-key");
/// The subprotocol that the JavaScript client asks for. No other client does.
const SUBPROTOCOL: &str = "convai";
/// What precedes a token among the subprotocols.
const BEARER: &str = "bearer.";

pub(crate) use crowd::Crowd;
use half::Half;

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(connect)).routes(routes!(signed_url)).routes(routes!(token))
}

/// Somebody we know, from a header of ours or of these clients.
struct Known(Caller);

impl FromRequestParts<ServerState> for Known {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, ApiError> {
        match parts.headers.get(XI_API_KEY) {
            Some(token) => Ok(Self(known(state, &parts.headers, token.to_str().unwrap_or_default()).await?)),
            None => Authed::from_request_parts(parts, state).await.map(|authed| Self(authed.0)),
        }
    }
}

async fn known(state: &ServerState, headers: &HeaderMap, token: &str) -> Result<Caller, Fault> {
    let mut caller = account::authenticate(&state.app, token.trim()).await?;
    caller.request_id = request_id::of(headers);
    Ok(caller)
}

/// Whoever shows a token in a header, or among the subprotocols, where a browser can. A cookie does not count: any page
/// may open a socket.
async fn caller(state: &ServerState, headers: &HeaderMap) -> Result<Option<Caller>, Fault> {
    let own = match auth::credential(headers) {
        Some(Credential::Token(token)) => Some(token),
        _ => None,
    };
    let theirs = headers.get(XI_API_KEY).and_then(|token| token.to_str().ok());
    let offered = headers
        .get_all(header::SEC_WEBSOCKET_PROTOCOL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','))
        .find_map(|protocol| protocol.trim().strip_prefix(BEARER));
    match own.or(theirs).or(offered) {
        Some(token) => known(state, headers, token).await.map(Some),
        None => Ok(None),
    }
}

/// Where a client connects. Names that nobody knows are passed over: clients send some of their own.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ConnectQuery {
    /// The agent's id; with a token its name will do.
    #[param(min_length = 1, max_length = 100)]
    agent_id: Option<String>,
    /// From `get-signed-url`.
    conversation_signature: Option<String>,
    /// A conversation to go on with.
    conversation_id: Option<ConversationId>,
    /// The word that the conversation began with, to go on with it.
    reconnect_token: Option<String>,
    /// The client, as it names itself.
    source: Option<String>,
}

/// Begins a conversation with an agent over a WebSocket, in the protocol of ElevenLabs' clients, text only; or goes on
/// with one. A public agent talks to anybody; any other needs a signed address or a token.
#[utoipa::path(
    get,
    path = "/v1/convai/conversation",
    operation_id = "converse",
    tag = "conversations",
    params(ConnectQuery),
    responses(
        (status = 101, description = "The WebSocket is open; the first frame of each side begins the conversation"),
        (status = 400, description = "This needs a WebSocket handshake", body = crate::error::ErrorBody),
        (status = 410, description = "The conversation to go on with has ended", body = crate::error::ErrorBody),
    ),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("agents:run")), ("x-websocket" = json!(true))),
)]
async fn connect(
    State(state): State<ServerState>,
    ClientAddr(address): ClientAddr,
    Query(query): Query<ConnectQuery>,
    meter: Option<Extension<Arc<Meter>>>,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Result<Response, ApiError> {
    let agent = query.agent_id.filter(|agent| !agent.is_empty());
    let agent = agent.ok_or_else(|| Fault::invalid("agent_id", "`agent_id` is missing: the id of an agent"))?;
    let entrance = Entrance {
        agent,
        signature: query.conversation_signature,
        caller: caller(&state, &headers).await?,
        address,
        back: query.conversation_id,
        back_token: query.reconnect_token,
        source: query.source,
    };
    let upgrade =
        upgrade.map_err(|refusal| malformed(format!("this is a WebSocket; {}", refusal.body_text().to_lowercase())))?;
    let place = conversation::place_of(address);
    let silent = state.crowd.enter(&place)?;
    let admission = conversation::admit(&state.app, entrance).await?;
    let (most, stranger) = match admission.is_known() {
        true => (limits::MAX_MESSAGE, None),
        false => (limits::MAX_OF_STRANGER, Some(state.crowd.stranger(&place)?)),
    };
    let half = Half::new(meter.map(|Extension(meter)| meter).unwrap_or_default(), stranger.is_none());
    let open = state.sockets.token();
    let upgrade = upgrade.protocols([SUBPROTOCOL]).max_message_size(most).max_frame_size(most);
    Ok(upgrade.on_upgrade(move |socket| async move {
        Box::pin(socket::converse(&state, admission, silent, half, socket)).await;
        drop((open, stranger));
    }))
}

/// Which agent to talk to.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AgentQuery {
    /// The agent's id or name.
    #[param(min_length = 1, max_length = 100)]
    agent_id: String,
}

/// An address for one conversation.
#[derive(Debug, Serialize, ToSchema)]
struct SignedUrl {
    /// Good for one conversation within 15 minutes, with the rights of whoever asked for it.
    signed_url: String,
}

/// An address at which one conversation with an agent may be begun without a token, within 15 minutes. Whoever has it
/// talks with the rights of the token that asked for it, as long as that one is good.
#[utoipa::path(
    get,
    path = "/v1/convai/conversation/get-signed-url",
    operation_id = "get_signed_url",
    tag = "conversations",
    params(AgentQuery),
    responses((status = 200, description = "The address", body = SignedUrl)),
    extensions(("x-right" = json!("call")), ("x-scope" = json!("agents:run"))),
)]
async fn signed_url(
    State(state): State<ServerState>,
    Known(caller): Known,
    Query(query): Query<AgentQuery>,
) -> Result<Json<SignedUrl>, ApiError> {
    let signed_url = conversation::address(&state.app, &caller, &query.agent_id).await?;
    Ok(Json(SignedUrl { signed_url }))
}

/// Refuses what a voice client over WebRTC asks for: this server talks over WebSockets.
#[utoipa::path(
    get,
    path = "/v1/convai/conversation/token",
    operation_id = "get_webrtc_token",
    tag = "conversations",
    responses((status = 404, description = "There is no WebRTC here", body = crate::error::ErrorBody)),
    extensions(("x-right" = json!("public"))),
)]
async fn token() -> Result<(), ApiError> {
    let message = "this server has no WebRTC: connect to the WebSocket, in the JavaScript client with `textOnly: true` or `connectionType: \"websocket\"`";
    Err(Fault::new(FaultKind::NotFound, "webrtc_not_supported", message).into())
}
