//! Conversations that this process holds: whoever has something for one wakes its socket. Lossy by design; a socket
//! looks at the tables by itself now and then.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use callwright_model::id::ConversationId;
use tokio::sync::Notify;

/// Conversations that this process holds.
#[derive(Default)]
pub struct Conversations {
    held: Mutex<HashMap<ConversationId, Arc<Notify>>>,
}

/// A conversation that is held here; dropped, it is not any more.
pub(super) struct Held {
    app: crate::App,
    id: ConversationId,
    /// Resolves when there may be something for it.
    pub wake: Arc<Notify>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Conversations {
    /// Says that there may be something for a conversation.
    pub(crate) fn wake(&self, id: ConversationId) {
        if let Some(wake) = lock(&self.held).get(&id) {
            // A permit is kept for a socket that is busy just now.
            wake.notify_one();
        }
    }

    /// How many are held here.
    pub fn held(&self) -> usize {
        lock(&self.held).len()
    }

    fn enter(&self, id: ConversationId) -> Arc<Notify> {
        let wake = Arc::new(Notify::new());
        if let Some(before) = lock(&self.held).insert(id, wake.clone()) {
            // Whoever had it looks, and finds that it is another's.
            before.notify_one();
        }
        wake
    }

    fn leave(&self, id: ConversationId, wake: &Arc<Notify>) {
        let mut held = lock(&self.held);
        if held.get(&id).is_some_and(|current| Arc::ptr_eq(current, wake)) {
            held.remove(&id);
        }
    }
}

impl Held {
    pub(super) fn new(app: &crate::App, id: ConversationId) -> Self {
        Self { app: app.clone(), id, wake: app.conversations().enter(id) }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.app.conversations().leave(self.id, &self.wake);
    }
}

#[cfg(test)]
mod tests {
    use callwright_model::IdSource;
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn the_last_one_to_take_a_conversation_up_is_woken_and_the_one_before_once() {
        let (hub, id) = (Conversations::default(), IdSource::default().next());
        hub.wake(id);
        let first = hub.enter(id);
        let second = hub.enter(id);
        assert!(first.notified().now_or_never().is_some(), "it is told that it lost the conversation");
        hub.wake(id);
        assert!(second.notified().now_or_never().is_some());
        assert!(first.notified().now_or_never().is_none());
        hub.leave(id, &first);
        assert_eq!(hub.held(), 1, "who has lost it takes nothing away");
        hub.leave(id, &second);
        assert_eq!(hub.held(), 0);
    }
}
