//! A waker for futures that are polled together in one task.
//!
//! A connection and the answer that is waited for wake each other all the time. With the task's own
//! waker each of these would schedule the task once more after it has run, and an idle thread of the
//! runtime would be woken to take it up: a quarter of the time of a short request. This waker only
//! remembers a wake-up while the task is running anyway, and passes on what comes while it is parked.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures_util::task::AtomicWaker;

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
