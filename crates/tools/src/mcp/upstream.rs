//! A server as a session needs to know it: how it is reached, where its access tokens come from, how it is bounded.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use callwright_guard::Redactor;
use callwright_model::{ToolError, mcp_server::McpProtocol, secret::SecretString};
use http::HeaderMap;
use url::Url;

use super::handler::Changed;

/// Gives out access tokens for a server.
#[async_trait]
pub trait TokenSource: Send + Sync {
    /// A token; none to send the request without one.
    ///
    /// # Errors
    /// Why there is none.
    async fn token(&self) -> Result<Option<SecretString>, ToolError>;

    /// The server has refused a request: another token to send it with once more, or none if its answer stands.
    ///
    /// # Errors
    /// What is told in the place of its answer.
    async fn refused(&self, refusal: &Refusal) -> Result<Option<SecretString>, ToolError>;

    /// The server has let us in with `token`.
    fn accepted(&self, _token: &SecretString) {}
}

/// A request that was refused for its credentials. Nothing was done.
#[derive(Debug)]
pub struct Refusal {
    /// The token that was sent.
    pub token: Option<SecretString>,
    /// Whether the token is not good (401), or not good enough (403).
    pub is_unauthorized: bool,
    /// What the server says of it, in `WWW-Authenticate`.
    pub challenge: Option<String>,
    /// How often the same request was refused before.
    pub before: usize,
    /// Whether it may have been refused for itself, as the call of one tool: elsewhere the token may be as good as before.
    pub is_of_one: bool,
}

/// How a server is reached.
#[derive(Clone)]
pub enum Reach {
    /// By streamable HTTP.
    Http {
        /// Where.
        url: Url,
        /// Sent with every request, static credentials included.
        headers: HeaderMap,
        /// Where access tokens come from, with OAuth.
        tokens: Option<Arc<dyn TokenSource>>,
    },
    /// By starting it.
    Stdio {
        /// The program, found already.
        program: PathBuf,
        /// Its arguments.
        args: Vec<String>,
        /// Its whole environment.
        env: BTreeMap<String, SecretString>,
    },
}

/// A server and how its sessions are bounded.
#[derive(Clone)]
pub struct Upstream {
    /// The registered name, for messages.
    pub name: String,
    /// How it is reached.
    pub reach: Reach,
    /// Which era of the protocol is spoken.
    pub protocol: McpProtocol,
    /// For connecting, the handshake included.
    pub connect_timeout: Duration,
    /// How long a session without calls is kept.
    pub idle: Duration,
    /// The most bytes of one answer.
    pub max_response_bytes: usize,
    /// The most calls at once.
    pub max_concurrency: usize,
    /// What must not come back to a model or a log.
    pub hide: Redactor,
    /// Called when the server says that its tools have changed.
    pub changed: Option<Changed>,
}
