//! Live events: what happens to executions, to whoever watches. Lossy by design; the log is the truth.

use callwright_model::{execution::Event, id::OrgId};
use tokio::sync::broadcast;

/// Events that a slow subscriber may fall behind before it misses some.
const BUFFER: usize = 1024;

/// The stream of all organizations' events in this process.
pub struct Live {
    sender: broadcast::Sender<(OrgId, std::sync::Arc<Event>)>,
}

impl Default for Live {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(BUFFER) }
    }
}

impl Live {
    /// Whether anybody watches. Making an event costs; do not make one for nobody.
    pub fn is_watched(&self) -> bool {
        self.sender.receiver_count() > 0
    }

    /// Tells everybody who watches `org`.
    pub fn publish(&self, org: OrgId, event: Event) {
        // An error means that nobody listens, which is nobody's fault.
        let _ = self.sender.send((org, std::sync::Arc::new(event)));
    }

    /// Watches one organization from now on.
    pub fn subscribe(&self, org: OrgId) -> Subscription {
        Subscription { org, receiver: self.sender.subscribe() }
    }
}

/// What a subscription yields.
#[derive(Debug, Clone)]
pub enum LiveEvent {
    /// Something happened.
    Event(std::sync::Arc<Event>),
    /// The subscriber was too slow and missed this many events, of any organization.
    Missed(u64),
}

/// One watcher of one organization.
pub struct Subscription {
    org: OrgId,
    receiver: broadcast::Receiver<(OrgId, std::sync::Arc<Event>)>,
}

impl Subscription {
    /// The next event; `None` when the application has stopped.
    pub async fn next(&mut self) -> Option<LiveEvent> {
        loop {
            match self.receiver.recv().await {
                Ok((org, event)) if org == self.org => return Some(LiveEvent::Event(event)),
                Ok(_) => {}
                Err(broadcast::error::RecvError::Lagged(missed)) => return Some(LiveEvent::Missed(missed)),
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}
