//! From an address, or a program, to an open session.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use callwright_guard::{Guard, Redactor};
use callwright_model::{ToolError, mcp_server::McpProtocol};
use rmcp::{
    RoleClient,
    model::{ProtocolVersion, SubscriptionFilter},
    service::{ClientLifecycleMode, Peer, serve_client_with_lifecycle_and_ct},
    transport::streamable_http_client::{StreamableHttpClientTransport, StreamableHttpClientTransportConfig},
};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{Opened, Session};
use crate::mcp::{
    failure::{self, Broken},
    handler::{Changed, Handler, Progresses},
    http::{GuardedHttp, SentTokens},
    stdio,
    upstream::{Reach, Upstream},
};

/// The most of a server's instructions that is kept.
const MAX_INSTRUCTIONS: usize = 4_000;

impl Session {
    /// Connects and shakes hands. Where the address does not speak the protocol, `{url}/mcp` is tried.
    ///
    /// # Errors
    /// Why there is no session; nothing of a call has been sent then.
    pub async fn open(guard: &Guard, upstream: &Upstream) -> Result<Self, ToolError> {
        let limit = Instant::now() + upstream.connect_timeout;
        match &upstream.reach {
            Reach::Stdio { .. } => Self::start(upstream, limit).await.map_err(|broken| broken.error),
            Reach::Http { url, .. } => match Self::connect(guard, upstream, url, limit).await {
                Ok(session) => Ok(session),
                Err(broken) => match beside(url).filter(|_| broken.may_be_elsewhere) {
                    None => Err(broken.error),
                    Some(other) => match Self::connect(guard, upstream, &other, limit).await {
                        Ok(session) => Ok(session),
                        // What the registered address says is what helps.
                        Err(_) => Err(broken.error),
                    },
                },
            },
        }
    }

    /// Connects to one address. A server that answers the question for its era with nonsense is taken for an older one.
    async fn connect(guard: &Guard, upstream: &Upstream, url: &Url, limit: Instant) -> Result<Self, Broken> {
        let broken = match Self::connect_by(guard, upstream, upstream.protocol, url, limit).await {
            Ok(session) => return Ok(session),
            Err(broken) => broken,
        };
        if upstream.protocol != McpProtocol::Auto || !broken.may_be_elsewhere || broken.was_initialized {
            return Err(broken);
        }
        Self::connect_by(guard, upstream, McpProtocol::Initialize, url, limit).await.map_err(|_| broken)
    }

    async fn connect_by(
        guard: &Guard,
        upstream: &Upstream,
        protocol: McpProtocol,
        url: &Url,
        limit: Instant,
    ) -> Result<Self, Broken> {
        let Reach::Http { headers, tokens, .. } = &upstream.reach else { return Err(Broken::never()) };
        let (oversized, sent) = (Arc::<AtomicBool>::default(), Arc::<SentTokens>::default());
        let client = GuardedHttp {
            sent: sent.clone(),
            hide: upstream.hide.clone(),
            oversized: oversized.clone(),
            guard: guard.clone(),
            headers: headers.clone(),
            tokens: tokens.clone(),
            connect_timeout: upstream.connect_timeout,
        };
        let mut config = StreamableHttpClientTransportConfig::with_uri(url.as_str());
        config.max_concurrent_requests = upstream.max_concurrency.max(1);
        config.max_json_response_size = upstream.max_response_bytes;
        config.max_sse_event_size = upstream.max_response_bytes;
        // A lost session is ours to replace: what was under way in it is told apart there from what was not accepted.
        config.reinit_on_expired_session = false;
        let transport = StreamableHttpClientTransport::with_client(client, config);
        let mut session = Self::shake_hands(upstream, protocol, transport, limit, None, oversized, sent).await?;
        session.opened.endpoint = Some(url.clone());
        Ok(session)
    }

    async fn start(upstream: &Upstream, limit: Instant) -> Result<Self, Broken> {
        let Reach::Stdio { program, args, env } = &upstream.reach else { return Err(Broken::never()) };
        let (child, pipes) = stdio::start(&upstream.name, program, args, env, &upstream.hide).map_err(Broken::start)?;
        let (read, write) = pipes;
        let transport = rmcp::transport::async_rw::AsyncRwTransport::new_client(read, write)
            .with_max_line_length(upstream.max_response_bytes);
        Self::shake_hands(upstream, upstream.protocol, transport, limit, Some(child), Arc::default(), Arc::default())
            .await
    }

    async fn shake_hands<T, E, A>(
        upstream: &Upstream,
        protocol: McpProtocol,
        transport: T,
        limit: Instant,
        child: Option<stdio::Child>,
        oversized: Arc<AtomicBool>,
        sent: Arc<SentTokens>,
    ) -> Result<Self, Broken>
    where
        T: rmcp::transport::IntoTransport<RoleClient, E, A>,
        E: std::error::Error + Send + Sync + 'static,
    {
        let (progresses, is_stale) = (Arc::<Progresses>::default(), Arc::<AtomicBool>::default());
        let handler =
            Handler { progresses: progresses.clone(), changed: upstream.changed.clone(), is_stale: is_stale.clone() };
        let tokens = match &upstream.reach {
            Reach::Http { tokens, .. } => tokens.clone(),
            Reach::Stdio { .. } => None,
        };
        let stop = CancellationToken::new();
        let serving = serve_client_with_lifecycle_and_ct(handler, transport, lifecycle(protocol), stop.clone());
        let running = match tokio::time::timeout_at(limit, serving).await {
            Ok(Ok(running)) => running,
            Ok(Err(error)) => return Err(failure::opening(&upstream.name, &error, &sent.hidden(&upstream.hide))),
            Err(_) => return Err(failure::opening_too_slow(&upstream.name)),
        };
        let peer = running.peer().clone();
        let opened = opened(&peer, &sent.hidden(&upstream.hide));
        if peer.peer_info().is_some_and(|info| {
            info.capabilities.tools.as_ref().is_some_and(|tools| tools.list_changed == Some(true))
                && !info.protocol_version.has_initialize()
        }) {
            tokio::spawn(listen(peer.clone(), upstream.changed.clone(), is_stale.clone(), stop.clone()));
        }
        Ok(Self {
            peer,
            running: std::sync::Mutex::new(Some(running)),
            stop,
            progresses,
            is_stale,
            is_lost: AtomicBool::new(false),
            oversized,
            child,
            opened,
            hide: upstream.hide.clone(),
            sent,
            tokens,
            places: tokio::sync::Semaphore::new(upstream.max_concurrency.max(1)),
        })
    }
}

fn lifecycle(protocol: McpProtocol) -> ClientLifecycleMode {
    let preferred_versions = vec![ProtocolVersion::V_2026_07_28];
    match protocol {
        McpProtocol::Auto => ClientLifecycleMode::Auto {
            preferred_versions,
            legacy_version: Some(ProtocolVersion::LATEST_WITH_INITIALIZE),
        },
        McpProtocol::Initialize => ClientLifecycleMode::Initialize,
        McpProtocol::Stateless => ClientLifecycleMode::Discover { preferred_versions },
    }
}

/// `{url}/mcp`, unless that is what was registered.
pub fn beside(url: &Url) -> Option<Url> {
    let path = url.path().trim_end_matches('/');
    if path.ends_with("/mcp") || url.query().is_some() {
        return None;
    }
    let mut other = url.clone();
    other.set_path(&format!("{path}/mcp"));
    Some(other)
}

fn opened(peer: &Peer<RoleClient>, hide: &Redactor) -> Opened {
    let Some(info) = peer.peer_info() else { return Opened::default() };
    let short = |text: &str, most: usize| hide.text(text).chars().take(most).collect::<String>();
    Opened {
        endpoint: None,
        protocol_version: short(info.protocol_version.as_str(), 40),
        server_name: info.server_info.as_ref().map(|server| short(&server.name, 200)),
        server_version: info.server_info.as_ref().map(|server| short(&server.version, 100)),
        instructions: info.instructions.as_deref().map(|text| short(text, MAX_INSTRUCTIONS)),
    }
}

/// Without sessions, changes are told on a stream that is asked for.
async fn listen(peer: Peer<RoleClient>, changed: Option<Changed>, is_stale: Arc<AtomicBool>, stop: CancellationToken) {
    let filter = SubscriptionFilter::builder().tools_list_changed().build();
    let hear = async {
        let Ok(mut subscription) = peer.listen(filter).await else { return };
        while let Ok(Some(_)) = subscription.next().await {
            is_stale.store(true, Ordering::Relaxed);
            if let Some(changed) = &changed {
                changed();
            }
        }
    };
    tokio::select! {
        () = stop.cancelled() => {}
        () = hear => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_beside_is_tried_once() {
        let other = |text: &str| beside(&text.parse().unwrap()).map(String::from);
        assert_eq!(other("https://h/bi").as_deref(), Some("https://h/bi/mcp"));
        assert_eq!(other("https://h").as_deref(), Some("https://h/mcp"));
        assert_eq!(other("https://h/x/").as_deref(), Some("https://h/x/mcp"));
        assert_eq!(other("https://h/mcp/"), None);
        assert_eq!(other("https://h/x?key=1"), None);
    }
}
