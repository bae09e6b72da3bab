//! A look at an MCP server from wherever the command line runs: connected to, asked for its tools, perhaps called once or
//! twice. The same client as that of the tools; no database, no vault.

use std::{sync::Arc, time::Duration};

use callwright_guard::{Guard, Redactor};
use callwright_model::{
    Content, Object, ToolError,
    mcp_server::{McpDefinition, McpProtocol},
    secret::SecretString,
    tool::http::ClientAuth,
};
use callwright_tools::mcp::{Opened, Reach, Session, TokenSource, Upstream};
use http::HeaderMap;
use url::Url;

use super::{oauth::ClientTokens, person::PersonTokens};

pub use super::person::Person;

/// What is looked at, and how.
pub struct Probe {
    /// The server's address.
    pub url: Url,
    /// Sent with every request.
    pub headers: HeaderMap,
    /// An OAuth client that was registered by hand.
    pub client: Option<ProbeClient>,
    /// The authorization server, in the place of the one that the server names. Without it a secret goes to the server's own
    /// host only.
    pub issuer: Option<String>,
    /// Who signs in if the server wants it.
    pub person: Option<Arc<dyn Person>>,
    /// Which era of the protocol is spoken.
    pub protocol: McpProtocol,
    /// What is called then, one after the other.
    pub calls: Vec<(String, Object)>,
    /// For connecting, and for each call.
    pub timeout: Duration,
}

/// An OAuth client. Without anybody who signs in, it asks for tokens with its own credentials.
pub struct ProbeClient {
    /// Its id.
    pub id: String,
    /// Its secret, or its private key.
    pub secret: Option<SecretString>,
    /// How that is shown; by default as the server's metadata says, or `client_secret_basic`.
    pub auth: Option<ClientAuth>,
}

/// What was seen.
pub struct Seen {
    /// What the server says of itself.
    pub opened: Opened,
    /// Its tools.
    pub tools: Vec<McpDefinition>,
    /// Tools that cannot be used, with the reason.
    pub refused: Vec<String>,
    /// What each call gave; the error is the tool's own, or that there was no answer.
    pub results: Vec<Result<Content, ToolError>>,
}

/// Looks at a server.
///
/// # Errors
/// Why there is no session, or no list.
pub async fn probe(guard: &Guard, probe: Probe) -> Result<Seen, ToolError> {
    let hide = Redactor::new(probe.client.iter().filter_map(|client| client.secret.as_ref()));
    let tokens: Option<Arc<dyn TokenSource>> = match (probe.person, probe.client) {
        (Some(person), client) => Some(Arc::new(PersonTokens::new(guard, &probe.url, person, client, probe.issuer))),
        (None, Some(client)) => client.secret.clone().map(|secret| {
            Arc::new(ClientTokens::alone(guard, &probe.url, &client, secret, probe.issuer)) as Arc<dyn TokenSource>
        }),
        (None, None) => None,
    };
    let upstream = Upstream {
        name: probe.url.host_str().unwrap_or_default().to_owned(),
        reach: Reach::Http { url: probe.url, headers: probe.headers, tokens },
        protocol: probe.protocol,
        connect_timeout: probe.timeout,
        idle: probe.timeout,
        max_response_bytes: 16 << 20,
        max_concurrency: 1,
        hide,
        changed: None,
    };
    let session = Session::open(guard, &upstream).await?;
    let seen = look(&session, probe.calls, probe.timeout).await;
    session.close().await;
    seen
}

async fn look(session: &Session, calls: Vec<(String, Object)>, timeout: Duration) -> Result<Seen, ToolError> {
    let listed = session.list(timeout).await?;
    let mut results = Vec::with_capacity(calls.len());
    for (tool, arguments) in calls {
        results.push(session.try_call(&tool, arguments, timeout).await.unwrap_or_else(Err));
    }
    Ok(Seen { opened: session.opened().clone(), tools: listed.tools, refused: listed.refused, results })
}
