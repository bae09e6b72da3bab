//! A waker for futures that are polled together in one task.
//!
//! A connection and the answer that is waited for wake each other all the time. With the task's own
//! waker each of these would schedule the task once more after it has run, and an idle thread of the
//! runtime would be woken to take it up: a quarter of the time of a short request. This waker only
//! remembers a wake-up while the task is running anyway, and passes on what comes while it is parked.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures_util::task::AtomicWaker;

/// A future that wakes itself a lot, with the relay between it and its task. Made for a server's connection:
/// a handler that reads its request's body wakes the connection it is part of.
#[derive(Debug)]
pub struct Relayed<F> {
    relay: Relay,
    future: Pin<Box<F>>,
}

impl<F: Future> Relayed<F> {
    /// Puts the relay before a future.
    pub fn new(future: F) -> Self {
        Self { relay: Relay::new(), future: Box::pin(future) }
    }
}

impl<F: Future> Future for Relayed<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Self { relay, future } = &mut *self;
        relay.poll(cx, |cx| future.as_mut().poll(cx))
    }
}

/// Rounds within one poll before others get their turn.
const MAX_ROUNDS: usize = 4;

#[derive(Debug)]
pub(crate) struct Relay {
    state: Arc<State>,
    /// The waker handed to the futures; made once.
    waker: Waker,
}

#[derive(Debug, Default)]
struct State {
    task: AtomicWaker,
    /// Whether the task waits to be woken. Read and written in one order with `is_woken` by all
    /// threads, so that a wake-up that comes just when the task parks is seen by one of both.
    is_parked: AtomicBool,
    is_woken: AtomicBool,
}

impl Wake for State {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_woken.store(true, Ordering::SeqCst);
        if self.is_parked.load(Ordering::SeqCst) {
            self.task.wake();
        }
    }
}

impl Relay {
    pub(crate) fn new() -> Self {
        let state = Arc::new(State::default());
        let waker = Waker::from(Arc::clone(&state));
        Self { state, waker }
    }

    /// Polls what may wake itself, again for as long as it did.
    pub(crate) fn poll<T>(&self, cx: &mut Context<'_>, mut step: impl FnMut(&mut Context<'_>) -> Poll<T>) -> Poll<T> {
        let state = &*self.state;
        state.is_parked.store(false, Ordering::SeqCst);
        for _ in 0..MAX_ROUNDS {
            state.is_woken.store(false, Ordering::SeqCst);
            if let Poll::Ready(output) = step(&mut Context::from_waker(&self.waker)) {
                return Poll::Ready(output);
            }
            if state.is_woken.load(Ordering::SeqCst) {
                continue;
            }
            state.task.register(cx.waker());
            state.is_parked.store(true, Ordering::SeqCst);
            if !state.is_woken.load(Ordering::SeqCst) {
                return Poll::Pending;
            }
            state.is_parked.store(false, Ordering::SeqCst);
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Polls once something whose wake-ups matter to nobody.
    pub(crate) fn peek<T>(&self, step: impl FnOnce(&mut Context<'_>) -> T) -> T {
        self.state.is_parked.store(false, Ordering::SeqCst);
        step(&mut Context::from_waker(&self.waker))
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::poll_fn,
        sync::atomic::AtomicUsize,
        task::Poll::{Pending, Ready},
        time::Duration,
    };

    use tokio::sync::mpsc;

    use super::*;

    /// Wakes itself so many times before it is done.
    fn restless(times: usize) -> impl Future<Output = usize> {
        let mut polls = 0;
        poll_fn(move |cx| {
            polls += 1;
            if polls > times {
                return Ready(polls);
            }
            cx.waker().wake_by_ref();
            Pending
        })
    }

    #[tokio::test]
    async fn what_wakes_itself_goes_on_in_the_same_poll() {
        let mut future = Relayed::new(restless(MAX_ROUNDS - 1));
        let polled = poll_fn(|cx| Ready(Pin::new(&mut future).poll(cx))).await;
        assert_eq!(polled, Ready(MAX_ROUNDS));
    }

    #[tokio::test]
    async fn what_never_rests_gives_others_their_turn() {
        let turns = Arc::new(AtomicUsize::new(0));
        let others = Arc::clone(&turns);
        let other = tokio::spawn(async move {
            loop {
                others.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
        });
        assert_eq!(Relayed::new(restless(1000)).await, 1001);
        assert!(turns.load(Ordering::Relaxed) > 100);
        other.abort();
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_wake_up_from_elsewhere_is_lost() {
        let (ping, mut pinged) = mpsc::unbounded_channel();
        let (pong, mut ponged) = mpsc::unbounded_channel();
        tokio::spawn(Relayed::new(async move {
            while let Some(number) = pinged.recv().await {
                pong.send(number).unwrap();
            }
        }));
        let game = Relayed::new(async move {
            for number in 0..50_000 {
                ping.send(number).unwrap();
                assert_eq!(ponged.recv().await, Some(number));
            }
        });
        tokio::time::timeout(Duration::from_secs(60), game).await.expect("somebody sleeps for ever");
    }
}
