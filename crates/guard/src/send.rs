//! A request from the outside of this crate to its last answer, over redirects.

mod pretend;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri,
    header::{
        ACCEPT_ENCODING, AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH,
        CONTENT_LOCATION, CONTENT_TYPE, COOKIE, EXPECT, HOST, LOCATION, PROXY_AUTHORIZATION, TE, TRAILER,
        TRANSFER_ENCODING, UPGRADE, USER_AGENT,
    },
    response::Parts,
    uri::PathAndQuery,
};
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::time::Instant;
use url::{Position, Url};

use crate::{
    SendError, SendErrorKind, body,
    client::{Link, WireRequest},
    error::Failure,
    guard::{Guard, check_form},
    hop::{Limits, origin},
};

/// A request to be sent.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Any method but CONNECT.
    pub method: Method,
    /// Where to; http or https, without credentials. The fragment is not sent.
    pub url: Url,
    /// The headers. Those that belong to the connection (`Connection`, `Content-Length`, …) are ours and dropped.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Bytes,
    /// For resolving, connecting and the TLS handshake together.
    pub connect_timeout: Duration,
    /// For the head of the answer, counted from when the request is handed to a connection, and between the
    /// pieces of its body.
    pub read_timeout: Duration,
    /// For everything, redirects included.
    pub deadline: Instant,
    /// How many redirects to follow. With 0, a redirect is an answer like any other.
    pub redirects: u8,
    /// The most bytes of an answer's body, after decompression.
    pub max_bytes: usize,
    /// Headers that a redirect to another origin drops, besides `Authorization`, `Cookie`,
    /// `Proxy-Authorization` and every header whose value is marked sensitive.
    pub sensitive: Vec<HeaderName>,
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers; without those of the content encoding that was taken off.
    pub headers: HeaderMap,
    /// Its body, decompressed.
    pub body: Bytes,
    /// Where it came from, after redirects.
    pub url: Url,
}

impl Guard {
    /// Sends a request and reads the answer.
    ///
    /// # Errors
    /// Says what went wrong and whether anything may have been sent; see [`SendError`].
    pub async fn send(&self, request: Outgoing) -> Result<Answer, SendError> {
        self.send_watched(request, &AtomicBool::new(false)).await
    }

    /// As [`Guard::send`], for callers that may drop the future: `sent` is true as soon as a byte of the
    /// request may have left.
    ///
    /// # Errors
    /// As [`Guard::send`].
    pub async fn send_watched(&self, request: Outgoing, sent: &AtomicBool) -> Result<Answer, SendError> {
        let mut trip = Trip::new(request);
        let answer = match &self.script.0 {
            None => self.fetch(&mut trip, sent).await,
            Some(script) => self.pretend(&**script, &mut trip, sent).await,
        };
        answer.map_err(|failure| failure.after(sent.load(Ordering::Relaxed)))
    }

    async fn fetch(&self, trip: &mut Trip, sent: &AtomicBool) -> Result<Answer, Failure> {
        let Arrived { mut link, mut head, body, promised } = self.travel(trip, sent).await?;
        let body = body::read(&mut link, &mut head.headers, body, trip.max_bytes, &trip.limits).await?;
        self.inner.pool.keep(origin(&trip.url), link, promised);
        Ok(Answer { status: head.status, headers: head.headers, body, url: trip.url.clone() })
    }

    /// Goes from hop to hop until one answers.
    pub(crate) async fn travel(&self, trip: &mut Trip, sent: &AtomicBool) -> Result<Arrived, Failure> {
        loop {
            let request = trip.request()?;
            let (mut link, response) = self.hop(&trip.url, request, &trip.limits, sent).await?;
            let (head, body) = response.into_parts();
            let promised = promised_idle(&head.headers);
            if let Some(next) = trip.redirect(head.status, &head.headers)? {
                let brief = Limits { read: BRIEF, ..trip.limits };
                if body::discard(&mut link, body, &brief).await {
                    self.inner.pool.keep(origin(&trip.url), link, promised);
                }
                trip.go_to(next, head.status);
                continue;
            }
            if head.status == StatusCode::SWITCHING_PROTOCOLS {
                return Err(Failure::new(SendErrorKind::BadResponse, "the upstream switches to another protocol"));
            }
            return Ok(Arrived { link, head, body, promised });
        }
    }
}

/// The head of an answer, and its body still on the way.
pub(crate) struct Arrived {
    pub(crate) link: Box<Link>,
    pub(crate) head: Parts,
    pub(crate) body: Incoming,
    /// How long the upstream says that it keeps the connection.
    pub(crate) promised: Option<Duration>,
}

/// How long to wait for the rest of a redirect's body, for the sake of its connection.
const BRIEF: Duration = Duration::from_millis(100);

/// A request on its way from hop to hop.
pub(crate) struct Trip {
    method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    body: Bytes,
    pub(crate) limits: Limits,
    redirects: u8,
    followed: u8,
    pub(crate) max_bytes: usize,
    sensitive: Vec<HeaderName>,
}

impl Trip {
    pub(crate) fn new(request: Outgoing) -> Self {
        let mut headers = request.headers;
        if headers.keys().any(is_of_connection) {
            let ours: Vec<HeaderName> = headers.keys().filter(|name| is_of_connection(name)).cloned().collect();
            for name in ours {
                headers.remove(name);
            }
        }
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(AGENT));
        Self {
            method: request.method,
            url: request.url,
            headers,
            body: request.body,
            limits: Limits { connect: request.connect_timeout, read: request.read_timeout, deadline: request.deadline },
            redirects: request.redirects,
            followed: 0,
            max_bytes: request.max_bytes,
            sensitive: request.sensitive,
        }
    }

    /// The request of the next hop.
    fn request(&mut self) -> Result<WireRequest, Failure> {
        let refuse = |message: String| Failure::new(SendErrorKind::Scheme, message);
        check_form(&self.url).map_err(refuse)?;
        if self.method == Method::CONNECT {
            return Err(refuse("the method CONNECT cannot be sent".to_owned()));
        }
        let target = Bytes::copy_from_slice(self.url[Position::BeforePath..Position::AfterQuery].as_bytes());
        let target = PathAndQuery::from_maybe_shared(target)
            .map_err(|_| refuse("the URL's path or query has a character that cannot be sent".to_owned()))?;
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = Uri::from(target);
        // Only a redirect needs the headers once more.
        let may_go_on = self.followed < self.redirects;
        *request.headers_mut() = if may_go_on { self.headers.clone() } else { std::mem::take(&mut self.headers) };
        // hyper tells the length of a body, but says nothing of one that is missing; some servers want to know.
        if self.body.is_empty() && matches!(self.method, Method::POST | Method::PUT | Method::PATCH) {
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        Ok(request)
    }

    /// Where the answer sends us, if it does and we follow.
    fn redirect(&self, status: StatusCode, headers: &HeaderMap) -> Result<Option<Url>, Failure> {
        if self.redirects == 0 || !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            return Ok(None);
        }
        let Some(location) = headers.get(LOCATION) else { return Ok(None) };
        if self.followed >= self.redirects {
            let message = format!("the upstream redirects more than {} times", self.redirects);
            return Err(Failure::new(SendErrorKind::TooManyRedirects, message));
        }
        let next = std::str::from_utf8(location.as_bytes()).ok().and_then(|text| self.url.join(text).ok());
        let Some(next) = next else {
            return Err(Failure::new(SendErrorKind::BadResponse, "the upstream redirects to something that is no URL"));
        };
        if self.url.scheme() == "https" && next.scheme() == "http" {
            return Err(Failure::new(SendErrorKind::Scheme, "the upstream redirects from https to http"));
        }
        Ok(Some(next))
    }

    /// Prepares the next hop: what the status makes of method and body, and what another origin may not see.
    fn go_to(&mut self, next: Url, status: StatusCode) {
        let becomes_get = match status.as_u16() {
            301 | 302 => self.method == Method::POST,
            303 => self.method != Method::HEAD,
            _ => false,
        };
        if becomes_get {
            self.method = Method::GET;
            self.body = Bytes::new();
            for name in [CONTENT_TYPE, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION] {
                self.headers.remove(name);
            }
        }
        if !is_same_origin(&self.url, &next) {
            self.drop_credentials();
        }
        self.url = next;
        self.followed += 1;
    }

    fn drop_credentials(&mut self) {
        for name in [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, HOST].iter().chain(&self.sensitive) {
            self.headers.remove(name);
        }
        let marked = self.headers.iter().filter(|(_, value)| value.is_sensitive());
        let marked: Vec<HeaderName> = marked.map(|(name, _)| name.clone()).collect();
        for name in marked {
            self.headers.remove(name);
        }
    }
}

const AGENT: &str = concat!("Callwright/", env!("CARGO_PKG_VERSION"));

fn is_same_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host() == other.host()
        && one.port_or_known_default() == other.port_or_known_default()
}

/// Headers that describe the connection or the framing, which are hyper's to write.
fn is_of_connection(name: &HeaderName) -> bool {
    const OURS: [HeaderName; 7] = [CONNECTION, CONTENT_LENGTH, EXPECT, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];
    OURS.contains(name) || matches!(name.as_str(), "keep-alive" | "proxy-connection")
}

/// How long the upstream says it keeps an idle connection (`Keep-Alive: timeout=5`), less a second for the
/// way: a request that meets the closing connection would be a request whose fate nobody knows.
fn promised_idle(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get("keep-alive")?.to_str().ok()?;
    let seconds = value.split(',').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("timeout").then(|| value.trim().parse::<u64>().ok())?
    })?;
    Some(Duration::from_secs(seconds.saturating_sub(1)))
}
