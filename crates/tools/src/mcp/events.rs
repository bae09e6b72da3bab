//! An answer's body as server-sent events, none of them larger than it may be.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use callwright_guard::{SendError, SendErrorKind, Streamed};
use futures_util::{Stream, StreamExt, stream, stream::BoxStream};
use sse_stream::{Error, Sse, SseStream};

/// The events of an answer. `oversized` is set when one is too large.
pub(super) fn of(
    answer: Streamed,
    max_event: usize,
    oversized: Arc<AtomicBool>,
) -> BoxStream<'static, Result<Sse, Error>> {
    SseStream::from_bytes_stream(Box::pin(pieces(answer, max_event, oversized))).boxed()
}

/// The pieces of the body, until one event grows too large.
fn pieces(
    answer: Streamed,
    max_event: usize,
    oversized: Arc<AtomicBool>,
) -> impl Stream<Item = Result<Bytes, Broken>> + Send + 'static {
    let start = Some((answer, Measure::default(), oversized));
    stream::unfold(start, move |state| async move {
        let (mut answer, mut measure, oversized) = state?;
        match answer.chunk().await {
            Ok(None) => None,
            Err(error) => {
                if error.kind == SendErrorKind::TooLarge {
                    oversized.store(true, Ordering::Relaxed);
                }
                Some((Err(Broken::Sending(error)), None))
            }
            Ok(Some(piece)) if measure.take(&piece) > max_event => {
                oversized.store(true, Ordering::Relaxed);
                Some((Err(Broken::TooLarge(max_event)), None))
            }
            Ok(Some(piece)) => Some((Ok(piece), Some((answer, measure, oversized)))),
        }
    })
}

/// Why a stream of events ended early.
#[derive(Debug)]
pub(super) enum Broken {
    Sending(SendError),
    TooLarge(usize),
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sending(error) => error.fmt(f),
            Self::TooLarge(most) => write!(f, "an event of the answer is larger than {most} bytes"),
        }
    }
}

impl std::error::Error for Broken {}

/// How long the event is that is being read: an empty line ends it.
#[derive(Default)]
struct Measure {
    event: usize,
    is_line_empty: bool,
}

impl Measure {
    /// The length of the longest event, as far as this piece goes.
    fn take(&mut self, piece: &[u8]) -> usize {
        let mut longest = 0;
        for byte in piece {
            self.event += 1;
            longest = longest.max(self.event);
            match byte {
                b'\n' if self.is_line_empty => self.event = 0,
                b'\n' => self.is_line_empty = true,
                b'\r' => {}
                _ => self.is_line_empty = false,
            }
        }
        longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_measured_over_pieces_and_ends_with_an_empty_line() {
        let mut measure = Measure::default();
        assert_eq!(measure.take(b"data: 12"), 8);
        assert_eq!(measure.take(b"345\n"), 12);
        assert_eq!(measure.take(b"\n"), 13);
        assert_eq!(measure.take(b"data: 1\r\n\r\ndata: 1"), 11);
    }
}
