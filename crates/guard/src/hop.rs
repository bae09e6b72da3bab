//! One request to one origin: a connection found or made, the request handed over, the head of the answer.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use http::{HeaderValue, Response, header::HOST};
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};
use url::{Position, Url};

use crate::{
    DialErrorKind, SendErrorKind,
    client::{Link, WireRequest},
    error::Failure,
    guard::Guard,
    host::{self, Host},
    tls,
    wire::{Stream, Wire},
};

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// For resolving, connecting and TLS together.
    pub(crate) connect: Duration,
    /// For the first byte of the answer, and between its pieces.
    pub(crate) read: Duration,
    /// For everything.
    pub(crate) deadline: Instant,
}

impl Limits {
    /// The end of a wait for the upstream's next bytes that begins now.
    pub(crate) fn next_read(&self) -> Instant {
        self.deadline.min(Instant::now() + self.read)
    }

    /// What it means that a wait for bytes came to its end.
    pub(crate) fn read_failure(&self) -> Failure {
        if Instant::now() >= self.deadline {
            return deadline_failure();
        }
        Failure::new(SendErrorKind::ReadTimeout, format!("the upstream sent nothing for {} ms", self.read.as_millis()))
    }
}

/// The URL's scheme, host and port as the key of the pool: normalised by the parser, without a copy.
pub(crate) fn origin(url: &Url) -> &str {
    &url[..Position::BeforePath]
}

impl Guard {
    /// Sends one request and waits for the head of the answer. `sent` becomes true as soon as a byte of
    /// the request may have left, and is what it was before if none did.
    ///
    /// A connection from the pool that turns out to be closed before anything was written to it is
    /// replaced by another: nothing was sent, so nothing is sent twice.
    pub(crate) async fn hop(
        &self,
        url: &Url,
        mut request: WireRequest,
        limits: &Limits,
        sent: &AtomicBool,
    ) -> Result<(Box<Link>, Response<Incoming>), Failure> {
        let sent_before = sent.load(Ordering::Relaxed);
        let keeps_host = request.headers().contains_key(HOST);
        loop {
            if Instant::now() >= limits.deadline {
                return Err(deadline_failure());
            }
            let (mut link, is_reused) = match self.inner.pool.take(origin(url)) {
                Some(link) => (link, true),
                None => (Box::pin(self.connect(url, limits)).await?, false),
            };
            if !keeps_host {
                request.headers_mut().insert(HOST, link.host.clone());
            }
            // Set before the first poll, so that it also holds when this future is dropped.
            sent.store(true, Ordering::Relaxed);
            let answer = timeout_at(limits.next_read(), link.exchange(request)).await;
            if !link.has_written() {
                sent.store(sent_before, Ordering::Relaxed);
            }
            match answer {
                Ok(Ok(response)) => return Ok((link, response)),
                Err(_) => return Err(limits.read_failure()),
                Ok(Err(mut refused)) => match refused.take_message() {
                    Some(unsent) if is_reused => request = unsent,
                    _ => return Err(explain(refused.error())),
                },
            }
        }
    }

    async fn connect(&self, url: &Url, limits: &Limits) -> Result<Box<Link>, Failure> {
        let limit = limits.deadline.min(Instant::now() + limits.connect);
        let host = host::of_url(url).map_err(|message| Failure::new(SendErrorKind::Scheme, message))?;
        let port = url.port_or_known_default().unwrap_or_default();
        let tcp = self.dial_by(&host, port, limit).await.map_err(|error| match error.kind {
            DialErrorKind::Timeout if limit == limits.deadline => deadline_failure(),
            kind => Failure::new(kind.into(), error.message),
        })?;
        let wire = Wire::new(tcp);
        let wrote = wire.wrote();
        let stream = match url.scheme() {
            "https" => self.secure(wire, &host, limit, limits).await?,
            _ => Stream::Plain(wire),
        };
        let host = HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort])
            .map_err(|_| Failure::new(SendErrorKind::Scheme, "the URL's host cannot be sent"))?;
        Link::open(stream, wrote, host).await.map(Box::new).map_err(|error| explain(&error))
    }

    async fn secure(&self, wire: Wire, host: &Host, limit: Instant, limits: &Limits) -> Result<Stream, Failure> {
        let name = tls::server_name(host).map_err(|message| Failure::new(SendErrorKind::Tls, message))?;
        match timeout_at(limit, self.inner.tls.connect(name, wire)).await {
            Ok(Ok(stream)) => Ok(Stream::Tls(Box::new(stream))),
            Ok(Err(error)) => {
                let cause = tls::explain(&error);
                Err(Failure::new(SendErrorKind::Tls, format!("no secure connection to `{host}`: {cause}")))
            }
            Err(_) if limit == limits.deadline => Err(deadline_failure()),
            Err(_) => Err(Failure::new(
                SendErrorKind::ConnectTimeout,
                format!("the TLS handshake with `{host}` took too long"),
            )),
        }
    }
}

pub(crate) fn deadline_failure() -> Failure {
    Failure::new(SendErrorKind::DeadlineExceeded, "the time for the whole request is over")
}

/// What hyper's error before the answer's head means.
fn explain(error: &hyper::Error) -> Failure {
    tracing::debug!(%error, source = ?std::error::Error::source(error), "outbound request failed");
    if error.is_parse() {
        Failure::new(SendErrorKind::BadResponse, "the upstream's answer is not HTTP/1.1, or its head is too large")
    } else if error.is_user() {
        Failure::new(SendErrorKind::BadResponse, "the request cannot be sent by HTTP/1.1")
    } else {
        Failure::new(SendErrorKind::Reset, "the upstream closed the connection before it answered")
    }
}
