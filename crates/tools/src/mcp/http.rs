//! `rmcp`'s HTTP client over the outbound guard: addresses are checked as everywhere, answers are bounded, and whether
//! anything of a request may have left is not lost on the way.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
    time::Duration,
};

use bytes::Bytes;
use callwright_guard::{Guard, Outgoing, Redactor, SendError, SendErrorKind, Streamed};
use callwright_model::{ToolError, secret::SecretString};
use futures_util::stream::BoxStream;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use rmcp::{
    model::{ClientJsonRpcMessage, ClientRequest, ErrorData, ServerJsonRpcMessage},
    transport::streamable_http_client::{
        AuthRequiredError, InsufficientScopeError, SseError, StreamableHttpClient, StreamableHttpError,
        StreamableHttpPostResponse, StreamableHttpResponseLimits,
    },
};
use sse_stream::Sse;
use tokio::time::Instant;
use url::Url;

use super::{
    events,
    upstream::{Refusal, TokenSource},
};

/// Longer than any call may take: calls are given up by their own deadline.
const LONGEST_POST: Duration = Duration::from_secs(630);
/// A stream of notifications is asked for anew after this time.
const LONGEST_STREAM: Duration = Duration::from_secs(6 * 3600);
/// The most of an error page that is read.
const MAX_ERROR_BYTES: usize = 16 << 10;
const REDIRECTS: u8 = 3;
/// How many tokens are remembered so that they are hidden.
const MAX_SENT: usize = 4;
/// How often one request is sent again with another token.
const MAX_REFUSALS: usize = 2;

/// What can go wrong that is not the protocol's.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpError {
    /// The guard says.
    #[error(transparent)]
    Send(SendError),
    /// A status that does not mean success, and nothing in the protocol's form with it.
    #[error("HTTP {status}")]
    Status { status: u16, retry_after: Option<String>, words: String },
    /// There is no access token.
    #[error("{}", .0.message)]
    Token(Box<ToolError>),
    /// The address or a header cannot be sent.
    #[error("{0}")]
    Form(&'static str),
}

type Failed = StreamableHttpError<HttpError>;
type Headers = HashMap<HeaderName, HeaderValue>;

/// The client of one session.
#[derive(Clone)]
pub(super) struct GuardedHttp {
    pub(super) guard: Guard,
    /// Set when an answer is given up because it is too large.
    pub(super) oversized: Arc<AtomicBool>,
    /// The registered headers and credentials.
    pub(super) headers: HeaderMap,
    /// Where access tokens come from, with OAuth.
    pub(super) tokens: Option<Arc<dyn TokenSource>>,
    /// Those that were sent.
    pub(super) sent: Arc<SentTokens>,
    /// The other secrets that the server knows.
    pub(super) hide: Redactor,
    pub(super) connect_timeout: Duration,
}

/// The tokens that were sent of late: a server may say them again.
#[derive(Default)]
pub(super) struct SentTokens(Mutex<VecDeque<SecretString>>);

impl SentTokens {
    fn note(&self, token: &SecretString) {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.iter().any(|known| known.expose() == token.expose()) {
            return;
        }
        sent.push_back(token.clone());
        if sent.len() > MAX_SENT {
            sent.pop_front();
        }
    }

    /// The one that came last.
    fn latest(&self) -> Option<SecretString> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).back().cloned()
    }

    /// What hides them too.
    pub(super) fn hidden(&self, by: &Redactor) -> Redactor {
        let sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sent.is_empty() { by.clone() } else { by.with(sent.iter()) }
    }
}

/// One request before its credentials.
struct Sending<'a> {
    method: Method,
    uri: &'a str,
    body: Bytes,
    headers: HeaderMap,
    life: Duration,
    max_bytes: usize,
    /// See [`Refusal::is_of_one`].
    is_of_one: bool,
}

impl GuardedHttp {
    /// Sends a message, and again with another token while the server refuses the one that was sent: then nothing was done.
    /// Once for a token that is not good, once more for one that is not good enough.
    async fn post(&self, sending: &Sending<'_>) -> Result<Streamed, Failed> {
        let Some(tokens) = &self.tokens else { return self.send(sending, None).await };
        let mut token = tokens.token().await.map_err(no_token)?;
        for before in 0..MAX_REFUSALS {
            let answer = self.send(sending, token.as_ref()).await?;
            let is_unauthorized = answer.status == StatusCode::UNAUTHORIZED;
            if !is_unauthorized && answer.status != StatusCode::FORBIDDEN {
                if let Some(token) = token.as_ref().filter(|_| answer.status.is_success()) {
                    tokens.accepted(token);
                }
                return Ok(answer);
            }
            // What it wants is told, noted and asked for: a secret that it says back must not be part of that.
            let challenge = challenge(&answer).map(|said| self.sent.hidden(&self.hide).text(&said));
            let refusal = Refusal { token, is_unauthorized, challenge, before, is_of_one: sending.is_of_one };
            match tokens.refused(&refusal).await.map_err(no_token)? {
                Some(other) => token = Some(other),
                None => return Ok(answer),
            }
        }
        self.send(sending, token.as_ref()).await
    }

    /// The stream that was asked for.
    async fn listened(
        &self,
        answer: Streamed,
        max_event: usize,
    ) -> Result<BoxStream<'static, Result<Sse, SseError>>, Failed> {
        match answer.status {
            StatusCode::METHOD_NOT_ALLOWED => Err(Failed::ServerDoesNotSupportSse),
            status if !status.is_success() => Err(refused(answer).await),
            _ if media_type(&answer) == "text/event-stream" => {
                Ok(events::of(answer, max_event, self.oversized.clone()))
            }
            _ => Err(Failed::UnexpectedContentType(Some(media_type(&answer)))),
        }
    }

    /// Sends, and once more where the server has another address at its own origin. Arguments, session and answers are that
    /// origin's and nobody else's business.
    async fn send(&self, sending: &Sending<'_>, token: Option<&SecretString>) -> Result<Streamed, Failed> {
        let mut url = Url::parse(sending.uri).map_err(|_| form("the server's address is none"))?;
        let mut headers = self.headers.clone();
        headers.extend(sending.headers.iter().map(|(name, value)| (name.clone(), value.clone())));
        if let Some(token) = token {
            self.sent.note(token);
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
                .map_err(|_| form("the access token cannot be sent"))?;
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        let deadline = Instant::now() + sending.life;
        for hop in 0..=REDIRECTS {
            let outgoing = Outgoing {
                method: sending.method.clone(),
                url: url.clone(),
                headers: headers.clone(),
                body: sending.body.clone(),
                connect_timeout: self.connect_timeout,
                read_timeout: sending.life,
                deadline,
                redirects: 0,
                max_bytes: sending.max_bytes,
                sensitive: Vec::new(),
            };
            let answer = self.guard.open(outgoing).await.map_err(|mut error| {
                // Each hop before has had all of it.
                error.maybe_sent |= hop > 0;
                Failed::Client(HttpError::Send(error))
            })?;
            match moved(&url, &answer)? {
                Some(other) => url = other,
                None => return Ok(answer),
            }
        }
        Err(astray("the server redirects from one address to the next"))
    }
}

impl StreamableHttpClient for GuardedHttp {
    type Error = HttpError;

    async fn post_message(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session: Option<Arc<str>>,
        auth: Option<String>,
        headers: Headers,
    ) -> Result<StreamableHttpPostResponse, Failed> {
        self.post_message_with_response_limits(uri, message, session, auth, headers, Default::default()).await
    }

    async fn post_message_with_response_limits(
        &self,
        uri: Arc<str>,
        message: ClientJsonRpcMessage,
        session: Option<Arc<str>>,
        _: Option<String>,
        headers: Headers,
        limits: StreamableHttpResponseLimits,
    ) -> Result<StreamableHttpPostResponse, Failed> {
        let mut headers = with_session(headers, session.as_deref())?;
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let sending = Sending {
            method: Method::POST,
            uri: &uri,
            body: serde_json::to_vec(&message)?.into(),
            headers,
            life: LONGEST_POST,
            // A stream of events may be longer than each of them.
            max_bytes: limits.max_json_response_size.saturating_mul(4),
            is_of_one: is_call(&message),
        };
        let answer = self.post(&sending).await?;
        read(answer, &message, session.is_some(), limits, &self.oversized).await
    }

    async fn delete_session(
        &self,
        uri: Arc<str>,
        session: Arc<str>,
        _: Option<String>,
        headers: Headers,
    ) -> Result<(), Failed> {
        let sending = Sending {
            method: Method::DELETE,
            uri: &uri,
            body: Bytes::new(),
            headers: with_session(headers, Some(&session))?,
            life: Duration::from_secs(5),
            max_bytes: MAX_ERROR_BYTES,
            is_of_one: true,
        };
        // No token is renewed for a farewell.
        self.send(&sending, self.sent.latest().as_ref()).await.map(drop)
    }

    async fn get_stream(
        &self,
        uri: Arc<str>,
        session: Option<Arc<str>>,
        last_event: Option<String>,
        auth: Option<String>,
        headers: Headers,
    ) -> Result<BoxStream<'static, Result<Sse, SseError>>, Failed> {
        let most = StreamableHttpResponseLimits::default().max_sse_event_size;
        self.get_stream_with_max_sse_event_size(uri, session, last_event, auth, headers, most).await
    }

    async fn get_stream_with_max_sse_event_size(
        &self,
        uri: Arc<str>,
        session: Option<Arc<str>>,
        last_event: Option<String>,
        _: Option<String>,
        headers: Headers,
        max_event: usize,
    ) -> Result<BoxStream<'static, Result<Sse, SseError>>, Failed> {
        let mut headers = with_session(headers, session.as_deref())?;
        headers.insert(header::ACCEPT, HeaderValue::from_static("text/event-stream, application/json"));
        let takes_up = last_event.is_some();
        if let Some(last) = last_event {
            let last = HeaderValue::from_str(&last).map_err(|_| form("the event's id cannot be sent"))?;
            headers.insert(HeaderName::from_static("last-event-id"), last);
        }
        let (body, life) = (Bytes::new(), LONGEST_STREAM);
        let sending =
            Sending { method: Method::GET, uri: &uri, body, headers, life, max_bytes: usize::MAX, is_of_one: true };
        // The answer to a call that broke off is asked for with a good token, as the call was.
        if takes_up {
            return self.listened(self.post(&sending).await?, max_event).await;
        }
        // A server that does not let us listen has said nothing of the token: many have no such stream. What has ended is
        // renewed for the next call.
        let token = match &self.tokens {
            Some(tokens) => tokens.token().await.map_err(no_token)?,
            None => None,
        };
        self.listened(self.send(&sending, token.as_ref()).await?, max_event).await
    }
}

/// Where the server is instead, if it says so and that is at the same origin. A message stays what it is on the way there.
fn moved(url: &Url, answer: &Streamed) -> Result<Option<Url>, Failed> {
    let status = answer.status.as_u16();
    let to = answer.headers.get(header::LOCATION).filter(|_| matches!(status, 301 | 302 | 303 | 307 | 308));
    let Some(to) = to else { return Ok(None) };
    let other = std::str::from_utf8(to.as_bytes()).ok().and_then(|text| url.join(text).ok());
    let other = other.ok_or_else(|| astray("the server redirects to something that is no address"))?;
    if other.origin() == url.origin() {
        return Ok(Some(other).filter(|_| status != 303));
    }
    let shown: String = other.as_str().split(['?', '#']).next().unwrap_or_default().chars().take(200).collect();
    let words = format!(
        "it redirects to {shown}, which is not followed, because that is another place; if the server is there, register that address"
    );
    Err(Failed::Client(HttpError::Status { status, retry_after: None, words }))
}

/// What an answer to a message means.
async fn read(
    answer: Streamed,
    message: &ClientJsonRpcMessage,
    in_session: bool,
    limits: StreamableHttpResponseLimits,
    oversized: &Arc<AtomicBool>,
) -> Result<StreamableHttpPostResponse, Failed> {
    let status = answer.status;
    if matches!(status, StatusCode::ACCEPTED | StatusCode::NO_CONTENT) {
        return Ok(StreamableHttpPostResponse::Accepted);
    }
    if status == StatusCode::NOT_FOUND && in_session {
        return Err(Failed::SessionExpired);
    }
    if !status.is_success() {
        return refusal(answer, message, in_session, limits).await;
    }
    let session = answer.headers.get("mcp-session-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let kind = media_type(&answer);
    if kind == "text/event-stream" {
        let events = events::of(answer, limits.max_sse_event_size, oversized.clone());
        return Ok(StreamableHttpPostResponse::Sse(events, session));
    }
    // Nothing is waited for after a notification or an answer of ours.
    let awaits = matches!(message, ClientJsonRpcMessage::Request(_));
    if kind != "application/json" {
        return match awaits {
            true => Err(Failed::UnexpectedContentType(Some(kind))),
            false => Ok(StreamableHttpPostResponse::Accepted),
        };
    }
    let body = collect(answer, limits.max_json_response_size).await?;
    match serde_json::from_slice::<ServerJsonRpcMessage>(&body) {
        Ok(message) => Ok(StreamableHttpPostResponse::Json(message, session)),
        Err(_) if !awaits => Ok(StreamableHttpPostResponse::Accepted),
        Err(error) => Err(error.into()),
    }
}

/// An answer that refuses. An error in the protocol's own form goes on as one.
async fn refusal(
    answer: Streamed,
    message: &ClientJsonRpcMessage,
    in_session: bool,
    limits: StreamableHttpResponseLimits,
) -> Result<StreamableHttpPostResponse, Failed> {
    let status = answer.status;
    let is_auth = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
    if is_auth || status == StatusCode::TOO_MANY_REQUESTS || media_type(&answer) != "application/json" {
        let asked = discovering(message).filter(|_| !in_session && !is_auth && status.is_client_error());
        if let Some(id) = asked.filter(|_| status != StatusCode::TOO_MANY_REQUESTS) {
            // A server of the older era, or something before it: `initialize` is tried next.
            let error = ErrorData::invalid_request(format!("server/discover was refused with HTTP {status}"), None);
            return Ok(StreamableHttpPostResponse::Json(ServerJsonRpcMessage::error(error, Some(id)), None));
        }
        return Err(refused(answer).await);
    }
    let retry_after = retry_after(&answer);
    let body = collect(answer, limits.max_json_response_size).await?;
    let parsed = serde_json::from_slice::<ServerJsonRpcMessage>(&body);
    if let (Some(id), false, true) = (discovering(message), in_session, status.is_client_error()) {
        let error = match parsed {
            Ok(ServerJsonRpcMessage::Error(error)) => error.error,
            _ => ErrorData::invalid_request(format!("server/discover was refused with HTTP {status}"), None),
        };
        return Ok(StreamableHttpPostResponse::Json(ServerJsonRpcMessage::error(error, Some(id)), None));
    }
    match parsed {
        Ok(message @ ServerJsonRpcMessage::Error(_)) => Ok(StreamableHttpPostResponse::Json(message, None)),
        _ => Err(Failed::Client(HttpError::Status { status: status.as_u16(), retry_after, words: excerpt(&body) })),
    }
}

fn is_call(message: &ClientJsonRpcMessage) -> bool {
    let ClientJsonRpcMessage::Request(request) = message else { return false };
    matches!(request.request, ClientRequest::CallToolRequest(_))
}

/// The id of a request that asks which era the server is of.
fn discovering(message: &ClientJsonRpcMessage) -> Option<rmcp::model::RequestId> {
    match message {
        ClientJsonRpcMessage::Request(request) if matches!(request.request, ClientRequest::DiscoverRequest(_)) => {
            Some(request.id.clone())
        }
        _ => None,
    }
}

/// An answer whose status says no. What the server wants instead goes no further: it may hold a token of ours.
async fn refused(answer: Streamed) -> Failed {
    let status = answer.status;
    match status {
        StatusCode::UNAUTHORIZED => Failed::AuthRequired(AuthRequiredError::new(String::new())),
        StatusCode::FORBIDDEN if challenge(&answer).is_some() => {
            Failed::InsufficientScope(InsufficientScopeError::new(String::new(), None))
        }
        _ => {
            let retry_after = retry_after(&answer);
            let words = collect(answer, MAX_ERROR_BYTES).await.map(|body| excerpt(&body)).unwrap_or_default();
            Failed::Client(HttpError::Status { status: status.as_u16(), retry_after, words })
        }
    }
}

/// What a refusal says of the credentials that it wants, bounded. Several headers are one list.
fn challenge(answer: &Streamed) -> Option<String> {
    let values: Vec<_> = answer
        .headers
        .get_all(header::WWW_AUTHENTICATE)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    (!values.is_empty()).then(|| values.join(", ").chars().take(4_000).collect())
}

async fn collect(mut answer: Streamed, most: usize) -> Result<Vec<u8>, Failed> {
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| Failed::Client(HttpError::Send(error)))? {
        if body.len() + piece.len() > most {
            return Err(Failed::ResponseBodyTooLarge { max_size: most });
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

fn with_session(headers: Headers, session: Option<&str>) -> Result<HeaderMap, Failed> {
    let mut map: HeaderMap = headers.into_iter().collect();
    if let Some(session) = session {
        let session = HeaderValue::from_str(session).map_err(|_| form("the session's id cannot be sent"))?;
        map.insert(HeaderName::from_static("mcp-session-id"), session);
    }
    Ok(map)
}

fn media_type(answer: &Streamed) -> String {
    let value = answer.headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()));
    value.as_deref().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn retry_after(answer: &Streamed) -> Option<String> {
    answer.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// The beginning of a text in one line.
fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.chars().take(300).collect()
}

fn no_token(error: ToolError) -> Failed {
    Failed::Client(HttpError::Token(Box::new(error)))
}

/// A redirect that leads nowhere. What was redirected was sent.
fn astray(why: &str) -> Failed {
    let (kind, message) = (SendErrorKind::TooManyRedirects, why.to_owned());
    Failed::Client(HttpError::Send(SendError { kind, maybe_sent: true, message }))
}

fn form(why: &'static str) -> Failed {
    Failed::Client(HttpError::Form(why))
}
