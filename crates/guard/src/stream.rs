//! An answer that is read piece by piece, for upstreams that speak for a while.

use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header::ACCEPT_ENCODING};
use http_body::Body as _;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::timeout_at;
use url::Url;

use crate::{
    Guard, Outgoing, SendError,
    body::{explain, refuse_encoding, too_large},
    client::Link,
    error::Failure,
    hop::{Limits, origin},
    send::Trip,
};

/// An answer whose body is still to come. Dropping it closes the connection; one that was read to its end may be used
/// again.
pub struct Streamed {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Where it comes from, after redirects.
    pub url: Url,
    guard: Guard,
    source: Source,
    limits: Limits,
    read: usize,
    max_bytes: usize,
}

/// Where the body comes from.
enum Source {
    Live(Box<Live>),
    /// A script's, in one piece.
    Played(Bytes),
    /// It has been read, or has failed.
    Over,
}

struct Live {
    link: Box<Link>,
    body: Incoming,
    promised: Option<std::time::Duration>,
}

impl Guard {
    /// Sends a request and waits for the head of the answer; the body is read by [`Streamed::chunk`]. All is as with
    /// [`Guard::send`], but that nothing is decompressed: the upstream is asked to send plain bytes, and an answer that is
    /// packed nevertheless is refused.
    ///
    /// # Errors
    /// As [`Guard::send`].
    pub async fn open(&self, request: Outgoing) -> Result<Streamed, SendError> {
        let sent = AtomicBool::new(false);
        let mut trip = Trip::new(request);
        trip.headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let streamed = self.open_watched(&mut trip, &sent).await;
        streamed.map_err(|failure| failure.after(sent.load(Ordering::Relaxed)))
    }

    async fn open_watched(&self, trip: &mut Trip, sent: &AtomicBool) -> Result<Streamed, Failure> {
        let (status, headers, source) = match &self.script.0 {
            None => {
                let arrived = self.travel(trip, sent).await?;
                let announced = arrived.body.size_hint().exact();
                if announced.is_some_and(|length| length > trip.max_bytes as u64) {
                    return Err(too_large(trip.max_bytes));
                }
                let live = Live { link: arrived.link, body: arrived.body, promised: arrived.promised };
                (arrived.head.status, arrived.head.headers, Source::Live(Box::new(live)))
            }
            Some(script) => {
                let answer = self.pretend(&**script, trip, sent).await?;
                (answer.status, answer.headers, Source::Played(answer.body))
            }
        };
        refuse_encoding(&headers)?;
        Ok(Streamed {
            status,
            headers,
            url: trip.url.clone(),
            guard: self.clone(),
            source,
            limits: trip.limits,
            read: 0,
            max_bytes: trip.max_bytes,
        })
    }
}

impl Streamed {
    /// The next piece of the body as it came in, never empty; none at its end and after an error. Whoever stops waiting
    /// loses nothing.
    ///
    /// # Errors
    /// If the upstream is silent for too long, hangs up before its end, or sends more than the request allows.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, SendError> {
        let piece = match &mut self.source {
            Source::Over => Ok(None),
            Source::Played(bytes) => Ok(Some(std::mem::take(bytes)).filter(|bytes| !bytes.is_empty())),
            Source::Live(live) => live.next(&self.limits, &mut self.read, self.max_bytes).await,
        };
        if matches!(piece, Ok(Some(_))) {
            return piece.map_err(|failure| failure.after(true));
        }
        if let (Source::Live(live), Ok(None)) = (std::mem::replace(&mut self.source, Source::Over), &piece) {
            self.guard.inner.pool.keep(origin(&self.url), live.link, live.promised);
        }
        piece.map_err(|failure| failure.after(true))
    }
}

impl Live {
    async fn next(&mut self, limits: &Limits, read: &mut usize, max_bytes: usize) -> Result<Option<Bytes>, Failure> {
        loop {
            let frame = match timeout_at(limits.next_read(), self.link.drive(self.body.frame())).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(Some(Err(error))) => return Err(explain(&error)),
                Ok(None) => return Ok(None),
                Err(_) => return Err(limits.read_failure()),
            };
            let Ok(data) = frame.into_data() else { continue };
            *read = read.saturating_add(data.len());
            if *read > max_bytes {
                return Err(too_large(max_bytes));
            }
            if !data.is_empty() {
                return Ok(Some(data));
            }
        }
    }
}

impl std::fmt::Debug for Streamed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Streamed").field("status", &self.status).field("read", &self.read).finish_non_exhaustive()
    }
}
