//! The entrance of the Model Context Protocol: `/mcp` with all tools that a token may use, `/mcp/agents/{agent}` with an
//! agent's.
//!
//! Both revisions that clients speak are served: the one with `initialize` and sessions (up to 2025-11-25), and the one
//! without (2026-07-28). `rmcp` speaks the protocol; [`gate`] lets requests in and carries `tools/call` itself, which is
//! then as fast as by REST; [`call`] goes into the corridor and [`result`] comes out of it. See ADR 0022.

mod ask;
mod call;
mod carry;
mod changes;
mod ended;
mod gate;
mod handler;
mod ident;
mod manager;
mod metadata;
mod place;
mod prompt;
mod resource;
mod result;
mod said;
mod session;
mod sessions;
mod stream;
mod task;
mod tell;
mod tool;
mod wire;

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State},
    response::Response,
    routing::any,
};
use callwright_model::account::Caller;
use callwright_runtime::App;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use tokio_util::sync::CancellationToken;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::state::{ServerOptions, ServerState};
use handler::Handler;
use manager::{Known, Manager};
use session::Session;
use sessions::Sessions;

/// Which revision of the protocol a request speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Era {
    /// With `initialize` and sessions.
    Session,
    /// Every request by itself.
    Stateless,
}

/// What an address offers.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Endpoint {
    /// All tools that the caller may use.
    Organization,
    /// Those of an agent, by name or id.
    Agent(String),
}

/// Who asks, and where.
#[derive(Clone)]
struct Who {
    caller: Caller,
    endpoint: Endpoint,
    /// In which session, if in one.
    session: Option<Arc<Session>>,
    /// Whether the address asks for the functions by which tools are searched, in the place of the tools.
    by_search: bool,
}

/// What every request needs. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Mcp {
    sessions: Arc<Sessions>,
    service: Arc<StreamableHttpService<Handler, Manager>>,
}

impl Mcp {
    pub(crate) fn new(app: &App, options: &ServerOptions, closing: &CancellationToken) -> Self {
        let sessions = Arc::new(Sessions::new(options.mcp.sessions, options.mcp.session_idle));
        // Who may reach us is told in `gate`, by our own settings.
        let mut config = StreamableHttpServerConfig::default()
            .disable_allowed_hosts()
            .disable_allowed_origins()
            .with_json_response(true)
            .with_max_request_body_bytes(options.max_body_bytes)
            .with_cancellation_token(closing.child_token());
        config.session_store = Some(Arc::new(Known(sessions.clone())));
        let (app_then, sessions_then, closing_then) = (app.clone(), sessions.clone(), closing.clone());
        let make = move || Ok(Handler::new(app_then.clone(), sessions_then.clone(), closing_then.clone()));
        let service = StreamableHttpService::new(make, sessions.local.clone(), config);
        Self { sessions, service: Arc::new(service) }
    }
}

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(post, listen, end))
        .routes(routes!(agent_post, agent_listen, agent_end))
        .merge(metadata::routes())
        // Not described: it is there for the tests of the protocol only.
        .route("/fixtures/mcp", any(fixtures))
}

/// The endpoint of the fixtures, without a token, on this machine and when they were asked for.
async fn fixtures(State(state): State<ServerState>, request: Request) -> Response {
    gate::serve_fixtures(state, request).await
}

/// A message of the Model Context Protocol (streamable HTTP): JSON-RPC in, JSON or a stream of events out. All tools that
/// the token may use are offered. Both the revision with `initialize` and sessions (2025-11-25 and before) and the one
/// without (2026-07-28) are spoken.
#[utoipa::path(
    post,
    path = "/mcp",
    operation_id = "mcp_post",
    tag = "mcp",
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses(
        (status = 200, description = "The answer, or a stream that ends with it",
            content((serde_json::Value = "application/json"), (String = "text/event-stream"))),
        (status = 202, description = "A notification or an answer was taken"),
        (status = 406, description = "Accept must name application/json and text/event-stream"),
    ),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("mcp"))),
)]
async fn post(State(state): State<ServerState>, request: Request) -> Response {
    gate::serve(state, Endpoint::Organization, request).await
}

/// What the server has to say outside of an answer, as a stream of events; for clients with a session.
#[utoipa::path(
    get,
    path = "/mcp",
    operation_id = "mcp_listen",
    tag = "mcp",
    responses(
        (status = 200, description = "The stream", body = String, content_type = "text/event-stream"),
        (status = 400, description = "There is no `Mcp-Session-Id`"),
        (status = 404, description = "There is no such session of this token"),
        (status = 405, description = "This revision has no such stream"),
        (status = 406, description = "Accept must name text/event-stream"),
    ),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("mcp"))),
)]
async fn listen(State(state): State<ServerState>, request: Request) -> Response {
    gate::serve(state, Endpoint::Organization, request).await
}

/// Ends a session.
#[utoipa::path(
    delete,
    path = "/mcp",
    operation_id = "mcp_end",
    tag = "mcp",
    responses(
        (status = 200, description = "It has ended"),
        (status = 400, description = "There is no `Mcp-Session-Id`"),
        (status = 404, description = "There is no such session of this token"),
        (status = 405, description = "This revision has no sessions"),
    ),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("mcp"))),
)]
async fn end(State(state): State<ServerState>, request: Request) -> Response {
    gate::serve(state, Endpoint::Organization, request).await
}

/// The same as `/mcp` for one agent: its tools, with its overrides and without what is filled in for it.
#[utoipa::path(
    post,
    path = "/mcp/agents/{agent}",
    operation_id = "mcp_agent_post",
    tag = "mcp",
    params(("agent" = String, Path, description = "The agent's name or id")),
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses(
        (status = 200, description = "The answer, or a stream that ends with it",
            content((serde_json::Value = "application/json"), (String = "text/event-stream"))),
        (status = 202, description = "A notification or an answer was taken"),
        (status = 406, description = "Accept must name application/json and text/event-stream"),
    ),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("mcp"))),
)]
async fn agent_post(State(state): State<ServerState>, Path(agent): Path<String>, request: Request) -> Response {
    gate::serve(state, Endpoint::Agent(agent), request).await
}

/// What the server has to say outside of an answer, as a stream of events; for clients with a session.
#[utoipa::path(
    get,
    path = "/mcp/agents/{agent}",
    operation_id = "mcp_agent_listen",
    tag = "mcp",
    params(("agent" = String, Path, description = "The agent's name or id")),
    responses(
        (status = 200, description = "The stream", body = String, content_type = "text/event-stream"),
        (status = 400, description = "There is no `Mcp-Session-Id`"),
        (status = 404, description = "There is no such session of this token"),
        (status = 405, description = "This revision has no such stream"),
        (status = 406, description = "Accept must name text/event-stream"),
    ),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("mcp"))),
)]
async fn agent_listen(State(state): State<ServerState>, Path(agent): Path<String>, request: Request) -> Response {
    gate::serve(state, Endpoint::Agent(agent), request).await
}

/// Ends a session.
#[utoipa::path(
    delete,
    path = "/mcp/agents/{agent}",
    operation_id = "mcp_agent_end",
    tag = "mcp",
    params(("agent" = String, Path, description = "The agent's name or id")),
    responses(
        (status = 200, description = "It has ended"),
        (status = 400, description = "There is no `Mcp-Session-Id`"),
        (status = 404, description = "There is no such session of this token"),
        (status = 405, description = "This revision has no sessions"),
    ),
    extensions(("x-right" = json!("view")), ("x-scope" = json!("mcp"))),
)]
async fn agent_end(State(state): State<ServerState>, Path(agent): Path<String>, request: Request) -> Response {
    gate::serve(state, Endpoint::Agent(agent), request).await
}
