//! The rest of a body that nobody reads.
//!
//! A request can be answered before its body has arrived: no token, a body that is too large, a route that takes
//! none. hyper then closes the connection at once, and what the client is still sending is met with a reset, which
//! can overtake the answer, or hit the client's next request. So the rest is read and thrown away, within bounds.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::runtime::Handle;

/// How long the rest may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The most bytes of it; more are not worth the client's wait, and cost the connection.
const MOST: u64 = 128 * 1024 * 1024;

/// A body whose rest is read when it is dropped.
pub(crate) struct Lingering<B: Body<Data = Bytes> + Send + Unpin + 'static> {
    body: Option<B>,
    /// Whether the client sends without being asked; after `Expect: 100-continue` it waits.
    is_coming: bool,
}

impl<B: Body<Data = Bytes> + Send + Unpin + 'static> Lingering<B> {
    /// The body of a request; `waits` if its client waits for `100 Continue` before it sends it.
    pub(crate) fn new(body: B, waits: bool) -> Self {
        Self { body: Some(body), is_coming: !waits }
    }
}

impl<B: Body<Data = Bytes> + Send + Unpin + 'static> Body for Lingering<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        self.is_coming = true;
        match &mut self.body {
            Some(body) => Pin::new(body).poll_frame(cx),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, Body::size_hint)
    }
}

impl<B: Body<Data = Bytes> + Send + Unpin + 'static> Drop for Lingering<B> {
    fn drop(&mut self) {
        let Some(body) = self.body.take() else { return };
        if !self.is_coming || body.is_end_stream() || body.size_hint().lower() > MOST {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(tokio::time::timeout(PATIENCE, discard(body)));
        }
    }
}

async fn discard<B: Body<Data = Bytes> + Unpin>(mut body: B) {
    let mut left = MOST;
    while let Some(Ok(frame)) = body.frame().await {
        let size = frame.data_ref().map_or(0, |data| data.len() as u64);
        match left.checked_sub(size) {
            Some(rest) => left = rest,
            None => return,
        }
    }
}
