//! How much of a connection has been read. Whoever holds an upgraded one knows by that whether something lies in memory
//! that is not whole yet, and is woken when it becomes too much.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::Notify,
};

/// What has been read of a connection.
#[derive(Debug)]
pub(crate) struct Meter {
    read: AtomicU64,
    alarm_at: AtomicU64,
    alarm: Notify,
}

impl Default for Meter {
    fn default() -> Self {
        Self { read: AtomicU64::default(), alarm_at: AtomicU64::new(u64::MAX), alarm: Notify::new() }
    }
}

impl Meter {
    /// The bytes read so far.
    pub(crate) fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Completes when more than this has been read. There is one who waits.
    pub(crate) async fn past(&self, bytes: u64) {
        self.alarm_at.store(bytes, Ordering::Relaxed);
        while self.read() <= bytes {
            self.alarm.notified().await;
        }
    }

    /// So much more was read.
    pub(crate) fn more(&self, bytes: usize) {
        let read = self.read.fetch_add(bytes as u64, Ordering::Relaxed).saturating_add(bytes as u64);
        if read > self.alarm_at.load(Ordering::Relaxed) {
            self.alarm.notify_one();
        }
    }
}

/// A connection that is metered.
#[derive(Debug)]
pub(crate) struct Metered {
    stream: TcpStream,
    meter: Arc<Meter>,
}

impl Metered {
    pub(crate) fn new(stream: TcpStream, meter: Arc<Meter>) -> Self {
        Self { stream, meter }
    }
}

impl AsyncRead for Metered {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        self.meter.more(buf.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Metered {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn whoever_waits_is_woken_when_it_becomes_too_much() {
        let meter = Meter::default();
        meter.more(10);
        assert!(meter.past(9).now_or_never().is_some());
        let mut waiting = pin!(meter.past(100));
        assert!(waiting.as_mut().now_or_never().is_none());
        meter.more(90);
        assert!(waiting.as_mut().now_or_never().is_none(), "100 are not more than 100");
        meter.more(1);
        assert!(waiting.now_or_never().is_some());
        assert_eq!(meter.read(), 101);
    }
}
