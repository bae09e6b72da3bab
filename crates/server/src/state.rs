//! What every handler has at hand, and what the operator may set about the server.

use std::{sync::Arc, time::Duration};

use callwright_model::secret::SecretString;
use callwright_runtime::App;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use url::Url;

use crate::{convai::Crowd, mcp::Mcp};

/// What the operator may set about the server.
#[derive(Clone)]
pub struct ServerOptions {
    /// Renders `/metrics`; without it that path answers 404.
    pub metrics: Option<PrometheusHandle>,
    /// Where people reach this server, when that is not the address it listens on.
    pub public_url: Option<Url>,
    /// Whether a proxy in front of us sets `X-Forwarded-For`; its last entry is then the client's address.
    pub behind_proxy: bool,
    /// The most bytes that the body of a request may have.
    pub max_body_bytes: usize,
    /// How long the body of a request may take to arrive.
    pub body_timeout: Duration,
    /// How long the head of a request may take to arrive, and how long an idle connection is kept.
    pub header_timeout: Duration,
    /// The most connections served at once; more wait in the kernel's queue.
    pub max_connections: usize,
    /// How long a stopping server waits for answers under way.
    pub drain: Duration,
    /// Whether it listens on this machine's own address only.
    pub is_loopback: bool,
    /// The entrance of the Model Context Protocol.
    pub mcp: McpOptions,
}

/// What the operator may set about the entrance of the Model Context Protocol.
#[derive(Debug, Clone)]
pub struct McpOptions {
    /// The most sessions that an organization may have in this process.
    pub sessions: usize,
    /// How long a session may be left alone.
    pub session_idle: Duration,
    /// Pages of other sites that may ask, as `https://app.example.com`.
    pub origins: Vec<String>,
    /// Who gives out tokens for it, if anybody does but us.
    pub authorization_servers: Vec<String>,
    /// The token as which the fixtures are served without one, if they are.
    pub fixtures: Option<SecretString>,
}

impl Default for McpOptions {
    fn default() -> Self {
        Self {
            sessions: 1_000,
            session_idle: Duration::from_secs(1_800),
            origins: Vec::new(),
            authorization_servers: Vec::new(),
            fixtures: None,
        }
    }
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            metrics: None,
            public_url: None,
            behind_proxy: false,
            max_body_bytes: 2 * 1024 * 1024,
            body_timeout: Duration::from_secs(30),
            header_timeout: Duration::from_secs(75),
            max_connections: 8192,
            drain: Duration::from_secs(30),
            is_loopback: true,
            mcp: McpOptions::default(),
        }
    }
}

/// What every handler has at hand. Cheap to clone.
#[derive(Clone)]
pub struct ServerState {
    /// The application.
    pub app: App,
    /// What the operator set.
    pub options: Arc<ServerOptions>,
    /// Fires when the server begins to stop: long-lived answers and WebSockets end themselves.
    pub closing: CancellationToken,
    /// Upgraded connections: each holds a token of this until it has closed.
    pub sockets: TaskTracker,
    /// Conversation sockets, counted.
    pub(crate) crowd: Crowd,
    /// The entrance of the Model Context Protocol.
    pub(crate) mcp: Mcp,
}

impl ServerState {
    /// The state of a server that has not begun to stop.
    pub fn new(app: App, options: ServerOptions) -> Self {
        let closing = CancellationToken::new();
        let mcp = Mcp::new(&app, &options, &closing);
        Self { app, options: Arc::new(options), closing, sockets: TaskTracker::new(), crowd: Crowd::new(), mcp }
    }
}
