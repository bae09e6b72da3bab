//! One HTTP/1.1 connection, driven by the task that uses it.
//!
//! hyper's client would drive each connection in a task of its own. Then nobody could tell, when time
//! runs out, whether that task has written the request yet; and each request would cost two wake-ups
//! of another task. Here the connection lies in the pool without a task, is polled beside the answer
//! that is waited for, and says exactly what it has written.

use std::{
    future::Future,
    pin::{Pin, pin},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use http_body_util::Full;
use hyper::{
    body::Incoming,
    client::conn::{
        TrySendError,
        http1::{Builder, Connection, SendRequest},
    },
};
use hyper_util::rt::TokioIo;

use crate::{
    relay::Relay,
    wire::{Stream, Wrote},
};

/// The most bytes of an answer's head, and the size of the read buffer.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// A request ready for the wire: origin-form target, `Host` set.
pub(crate) type WireRequest = Request<Full<Bytes>>;

type LinkConnection = Connection<TokioIo<Stream>, Full<Bytes>>;

/// A connection to one origin.
pub(crate) struct Link {
    sender: SendRequest<Full<Bytes>>,
    /// None once it has ended.
    connection: Option<LinkConnection>,
    relay: Relay,
    wrote: Wrote,
    /// The origin's `Host` header, made once for each connection.
    pub(crate) host: HeaderValue,
}

impl Link {
    /// Begins to speak HTTP/1.1.
    pub(crate) async fn open(stream: Stream, wrote: Wrote, host: HeaderValue) -> hyper::Result<Self> {
        let (sender, connection) =
            Builder::new().max_buf_size(MAX_HEAD_BYTES).handshake::<_, Full<Bytes>>(TokioIo::new(stream)).await?;
        Ok(Self { sender, connection: Some(connection), relay: Relay::new(), wrote, host })
    }

    /// Sends a request and waits for the head of the answer. An error that still holds the request
    /// means that hyper never took it up.
    pub(crate) async fn exchange(
        &mut self,
        request: WireRequest,
    ) -> Result<Response<Incoming>, Box<TrySendError<WireRequest>>> {
        self.wrote.clear();
        let answer = self.sender.try_send_request(request);
        self.drive(answer).await.map_err(Box::new)
    }

    /// Whether any byte of the current request may have left.
    pub(crate) fn has_written(&self) -> bool {
        self.wrote.get()
    }

    /// Waits for something that this connection brings about.
    pub(crate) async fn drive<F: Future>(&mut self, waited_for: F) -> F::Output {
        let mut waited_for = pin!(waited_for);
        let Self { connection, relay, .. } = self;
        std::future::poll_fn(|cx| {
            relay.poll(cx, |cx| {
                if let Poll::Ready(output) = waited_for.as_mut().poll(cx) {
                    return Poll::Ready(output);
                }
                poll_connection(connection, cx);
                waited_for.as_mut().poll(cx)
            })
        })
        .await
    }

    /// Whether another request may be sent: the last answer has been read and the upstream has not
    /// hung up. It looks at what has arrived and does not wait.
    pub(crate) fn is_reusable(&mut self) -> bool {
        self.relay.peek(|cx| poll_connection(&mut self.connection, cx));
        self.connection.is_some() && self.sender.is_ready()
    }
}

/// Moves a connection on. One that has ended is dropped, which answers everything that waits for it.
fn poll_connection(connection: &mut Option<LinkConnection>, cx: &mut Context<'_>) {
    let ended = connection.as_mut().is_some_and(|connection| match Pin::new(connection).poll(cx) {
        Poll::Ready(Ok(())) => true,
        Poll::Ready(Err(error)) => {
            tracing::trace!(%error, "outbound connection ended");
            true
        }
        Poll::Pending => false,
    });
    if ended {
        *connection = None;
    }
}
