//! One session with an MCP server: opened, asked for its tools, used for calls, closed.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use callwright_guard::{Guard, Redactor};
use callwright_model::{
    Content, Object, ToolError,
    mcp_server::{McpDefinition, McpProtocol},
    secret::SecretString,
};
use http::HeaderMap;
use rmcp::{
    RoleClient,
    model::{
        CallToolRequest, CallToolRequestParams, CallToolResult, ClientRequest, InputRequest, InputRequests,
        InputResponses, PaginatedRequestParams, ProgressNotificationParam, ProtocolVersion, RequestMetaObject,
        ServerResult, SubscriptionFilter, Tool,
    },
    service::{
        ClientLifecycleMode, Peer, PeerRequestOptions, RunningService, ServiceError, serve_client_with_lifecycle_and_ct,
    },
    transport::streamable_http_client::{StreamableHttpClientTransport, StreamableHttpClientTransportConfig},
};
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{
    KEY_IN_META, content,
    failure::{self, Broken},
    handler::{Changed, Handler, Progresses},
    http::{GuardedHttp, SentTokens},
    stdio,
};

/// The most tools that are read of one server, and the most pages.
const MAX_TOOLS: usize = 1_000;
const MAX_PAGES: usize = 100;
/// The longest description, and the most bytes of a whole definition.
const MAX_DESCRIPTION: usize = 8_000;
const MAX_DEFINITION: usize = 256 << 10;
/// The most of a server's instructions that is kept.
const MAX_INSTRUCTIONS: usize = 4_000;
/// How often a server may ask back within one call.
const MAX_ROUNDS: usize = 4;
/// What a server gets to end its session in order.
const CLOSING: Duration = Duration::from_secs(3);

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

/// What a server tells about itself when a session is opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened {
    /// The address that answered.
    pub endpoint: Option<Url>,
    /// The version of the protocol.
    pub protocol_version: String,
    /// Its name.
    pub server_name: Option<String>,
    /// Its version.
    pub server_version: Option<String>,
    /// What it says about its use.
    pub instructions: Option<String>,
}

/// A server's tools.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listed {
    /// In the server's order.
    pub tools: Vec<McpDefinition>,
    /// Tools that cannot be used, with the reason.
    pub refused: Vec<String>,
}

/// One call.
pub(super) struct Call<'a> {
    pub(super) tool: &'a str,
    pub(super) arguments: Object,
    pub(super) key: &'a str,
    pub(super) deadline: Instant,
    pub(super) cancel: &'a CancellationToken,
}

/// An open session. Calls share it.
pub struct Session {
    peer: Peer<RoleClient>,
    running: std::sync::Mutex<Option<RunningService<RoleClient, Handler>>>,
    stop: CancellationToken,
    progresses: Arc<Progresses>,
    is_stale: Arc<AtomicBool>,
    is_lost: AtomicBool,
    /// An answer was given up because it was too large.
    oversized: Arc<AtomicBool>,
    child: Option<stdio::Child>,
    opened: Opened,
    hide: Redactor,
    sent: Arc<SentTokens>,
    places: tokio::sync::Semaphore,
}

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
            places: tokio::sync::Semaphore::new(upstream.max_concurrency.max(1)),
        })
    }

    /// What the server told about itself.
    pub fn opened(&self) -> &Opened {
        &self.opened
    }

    /// Whether calls can still be made in it.
    pub fn is_alive(&self) -> bool {
        !self.is_lost.load(Ordering::Relaxed)
            && !self.peer.is_transport_closed()
            && !self.stop.is_cancelled()
            && self.child.as_ref().is_none_or(stdio::Child::is_running)
    }

    /// No call is made in it any more.
    pub(super) fn lose(&self) {
        self.is_lost.store(true, Ordering::Relaxed);
    }

    /// Whether the server said that its tools have changed since they were read last; asking resets it.
    pub fn take_stale(&self) -> bool {
        self.is_stale.swap(false, Ordering::Relaxed)
    }

    /// What hides the secrets that the server knows, the tokens among them.
    pub(super) fn hide(&self) -> Redactor {
        self.sent.hidden(&self.hide)
    }

    /// The server's tools, page by page.
    ///
    /// # Errors
    /// Why they cannot be read.
    pub async fn list(&self, limit: Duration) -> Result<Listed, ToolError> {
        match tokio::time::timeout(limit, self.pages()).await {
            Ok(listed) => listed,
            Err(_) => Err(failure::listing_too_slow()),
        }
    }

    async fn pages(&self) -> Result<Listed, ToolError> {
        let mut listed = Listed::default();
        let mut cursor = None;
        for _ in 0..MAX_PAGES {
            let params = PaginatedRequestParams::default().with_cursor(cursor);
            let page = self.peer.list_tools(Some(params)).await.map_err(|error| {
                if failure::is_lost(&error) {
                    self.lose();
                }
                failure::of_call(&error, &self.hide()).error
            })?;
            let hide = self.hide();
            for tool in page.tools {
                match definition(&tool, &hide) {
                    Ok(_) if listed.tools.len() >= MAX_TOOLS => {
                        listed.refused.push(format!("more than {MAX_TOOLS} tools: the rest is left out"));
                        return Ok(listed);
                    }
                    Ok(definition) if listed.tools.iter().any(|other| other.name == definition.name) => {
                        listed.refused.push(format!("`{}` is listed twice", definition.name));
                    }
                    Ok(definition) => listed.tools.push(definition),
                    Err(why) => listed.refused.push(why),
                }
            }
            listed.refused.truncate(50);
            cursor = page.next_cursor.filter(|cursor| !cursor.is_empty());
            if cursor.is_none() {
                break;
            }
        }
        Ok(listed)
    }

    /// Makes one call. `told` hears its progress.
    pub(super) async fn call(
        &self,
        call: Call<'_>,
        mut told: impl FnMut(ProgressNotificationParam) + Send,
    ) -> Result<CallToolResult, Broken> {
        let permit = tokio::select! {
            biased;
            () = call.cancel.cancelled() => return Err(Broken::cancelled(false)),
            () = tokio::time::sleep_until(call.deadline) => return Err(Broken::no_place()),
            permit = self.places.acquire() => permit.map_err(|_| Broken::closed())?,
        };
        let mut params = CallToolRequestParams::new(call.tool.to_owned()).with_arguments(call.arguments.clone());
        for _ in 0..MAX_ROUNDS {
            match self.ask(params.clone(), &call, &mut told).await? {
                ServerResult::CallToolResult(result) => {
                    drop(permit);
                    return Ok(result);
                }
                ServerResult::EmptyResult(_) | ServerResult::TaskAckResult(_) => {
                    return Ok(CallToolResult::success(Vec::new()));
                }
                ServerResult::InputRequiredResult(result) => {
                    params.input_responses = Some(declined(result.input_requests.unwrap_or_default())?);
                    params.request_state = result.request_state;
                }
                _ => return Err(Broken::unexpected()),
            }
        }
        Err(Broken::input_required())
    }

    /// One request of a call, and what is answered to it.
    async fn ask(
        &self,
        params: CallToolRequestParams,
        call: &Call<'_>,
        told: &mut (impl FnMut(ProgressNotificationParam) + Send),
    ) -> Result<ServerResult, Broken> {
        let mut meta = RequestMetaObject::new();
        meta.insert(KEY_IN_META.to_owned(), json!(call.key));
        let options = PeerRequestOptions::no_options().with_meta(meta);
        let (tell, mut progress) = Progresses::channel();
        let mut handle = {
            let mut waiting = self.progresses.waiting.lock().await;
            let request = ClientRequest::CallToolRequest(CallToolRequest::new(params));
            let handle = self.peer.send_cancellable_request(request, options).await;
            let handle = handle.map_err(|error| failure::of_call(&error, &self.hide()))?;
            waiting.insert(handle.progress_token.clone(), tell);
            handle
        };
        let token = handle.progress_token.clone();
        let ending = loop {
            tokio::select! {
                biased;
                answer = &mut handle.rx => break Some(answer),
                () = call.cancel.cancelled() => break None,
                () = tokio::time::sleep_until(call.deadline) => break None,
                Some(params) = progress.recv() => told(params),
            }
        };
        self.progresses.forget(&token).await;
        // What came just before the answer is told as well.
        while let Ok(params) = progress.try_recv() {
            told(params);
        }
        let Some(answer) = ending else {
            let is_cancelled = call.cancel.is_cancelled();
            let reason = if is_cancelled { "the call was cancelled" } else { "the call took too long" };
            let _ = tokio::time::timeout(CLOSING, handle.cancel(Some(reason.to_owned()))).await;
            return Err(if is_cancelled { Broken::cancelled(true) } else { Broken::out_of_time() });
        };
        match answer.unwrap_or(Err(ServiceError::TransportClosed)) {
            Ok(result) => Ok(result),
            // The stream was given up because it said too much; the session is as good as before.
            Err(_) if self.oversized.swap(false, Ordering::Relaxed) => Err(Broken::too_large()),
            Err(error) => {
                if failure::is_lost(&error) {
                    self.lose();
                }
                Err(failure::of_call(&error, &self.hide()))
            }
        }
    }

    /// One call outside of the corridor, for whoever tries a server out. The inner error is the tool's own.
    ///
    /// # Errors
    /// Why there is no result.
    pub async fn try_call(
        &self,
        tool: &str,
        arguments: Object,
        limit: Duration,
    ) -> Result<Result<Content, ToolError>, ToolError> {
        let cancel = CancellationToken::new();
        let deadline = Instant::now() + limit;
        let call = Call { tool, arguments, key: "probe", deadline, cancel: &cancel };
        let result = self.call(call, |_| {}).await.map_err(|broken| broken.error)?;
        Ok(content::of(result, &self.hide()))
    }

    /// Ends the session, and the program behind it with all its children.
    pub async fn close(&self) {
        self.lose();
        let running = self.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(mut running) = running {
            let _ = running.close_with_timeout(CLOSING).await;
        }
        self.stop.cancel();
        if let Some(child) = &self.child {
            child.kill();
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.stop.cancel();
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

/// What is answered to a server that asks a person: nobody sits here. What else it asks for is not offered.
fn declined(requests: InputRequests) -> Result<InputResponses, Broken> {
    requests
        .into_iter()
        .map(|(key, request)| match request {
            InputRequest::Elicitation(_) => Ok((key, json!({ "action": "decline" }))),
            _ => Err(Broken::input_required()),
        })
        .collect()
}

/// `{url}/mcp`, unless that is what was registered.
fn beside(url: &Url) -> Option<Url> {
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

/// A tool as its server defines it.
fn definition(tool: &Tool, hide: &Redactor) -> Result<McpDefinition, String> {
    let name = hide.text(&tool.name);
    let shown: String = name.chars().take(80).collect();
    if name.is_empty() || name.chars().count() > callwright_model::tool::mcp::MAX_UPSTREAM_NAME {
        return Err(format!("`{shown}` is not a name of 1 to 128 characters"));
    }
    let description = tool.description.as_deref().map(|text| hide.text(text));
    if description.as_ref().is_some_and(|text| text.chars().count() > MAX_DESCRIPTION) {
        return Err(format!("`{shown}` has a description of more than {MAX_DESCRIPTION} characters"));
    }
    let mut input_schema = Value::Object((*tool.input_schema).clone());
    hide.value(&mut input_schema);
    let definition = McpDefinition {
        name,
        title: tool.title.as_deref().map(|text| hide.text(text).chars().take(200).collect()),
        description,
        input_schema,
        output_schema: tool.output_schema.as_ref().map(|schema| Value::Object((**schema).clone())),
        annotations: tool.annotations.as_ref().and_then(|hints| serde_json::to_value(hints).ok()),
    };
    match serde_json::to_string(&definition).map(|text| text.len()) {
        Ok(length) if length <= MAX_DEFINITION => Ok(definition),
        _ => Err(format!("the definition of `{shown}` is larger than {MAX_DEFINITION} bytes")),
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
