//! What every handler has at hand, and what the operator may set about the server.

use std::{sync::Arc, time::Duration};

use callwright_runtime::App;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use url::Url;

use crate::convai::Crowd;

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
}

impl ServerState {
    /// The state of a server that has not begun to stop.
    pub fn new(app: App, options: ServerOptions) -> Self {
        Self {
            app,
            options: Arc::new(options),
            closing: CancellationToken::new(),
            sockets: TaskTracker::new(),
            crowd: Crowd::new(),
        }
    }
}
