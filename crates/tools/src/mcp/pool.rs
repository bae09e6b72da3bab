//! Sessions that outlive a call: one for each server and credential, bounded in number, closed when nobody uses them.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use callwright_model::{
    ErrorClass, ToolError,
    id::{McpServerId, OrgId},
};
use tokio::time::Instant;

use super::Session;

/// The most sessions of this process, and of one organization.
const MAX_SESSIONS: usize = 512;
const MAX_OF_ORG: usize = 64;
/// After a session could not be opened, the next attempt waits at least so long; doubled each time, up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// What a session belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// The organization; sessions are never shared between organizations.
    pub org: OrgId,
    /// The server.
    pub server: McpServerId,
    /// Told apart by what is said of the server and by the values of its secrets.
    pub credential: [u8; 32],
}

/// The sessions of this process.
#[derive(Default)]
pub struct Sessions {
    slots: Mutex<HashMap<Key, Arc<Slot>>>,
}

#[derive(Default)]
struct Slot {
    /// Held while a session is opened, so that many callers open one.
    session: tokio::sync::Mutex<Option<Arc<Session>>>,
    state: Mutex<State>,
    busy: AtomicUsize,
}

struct State {
    used: Instant,
    idle: Duration,
    failures: u32,
    not_before: Option<Instant>,
}

impl Default for State {
    fn default() -> Self {
        Self { used: Instant::now(), idle: Duration::from_secs(60), failures: 0, not_before: None }
    }
}

/// A session in use. It is not closed for being idle meanwhile.
pub struct Lease {
    session: Arc<Session>,
    _busy: Busy,
}

impl Lease {
    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }
}

/// Somebody uses a slot, or waits for its session.
struct Busy(Arc<Slot>);

impl Busy {
    fn new(slot: &Arc<Slot>) -> Self {
        slot.busy.fetch_add(1, Ordering::Relaxed);
        Self(slot.clone())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.state().used = Instant::now();
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Slot {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_idle(&self, now: Instant) -> bool {
        let state = self.state();
        self.busy.load(Ordering::Relaxed) == 0
            && now.duration_since(state.used) >= state.idle
            && state.not_before.is_none_or(|until| until <= now)
    }
}

impl Sessions {
    /// The session of `key`: the one that is open, or the one of `open`, which is begun only then. Many who ask at once
    /// share one opening.
    ///
    /// # Errors
    /// What `open` says, also for a while after it failed, so that a server that is down is not asked all the time; or
    /// that there are too many sessions.
    pub async fn get<F>(&self, key: Key, idle: Duration, open: F) -> Result<Lease, ToolError>
    where
        F: Future<Output = Result<Session, ToolError>> + Send,
    {
        // Counted as used before it is opened, so that it is not swept away meanwhile.
        let busy = self.slot(key)?;
        let slot = busy.0.clone();
        slot.state().idle = idle;
        let mut held = slot.session.lock().await;
        if let Some(session) = held.as_ref().filter(|session| session.is_alive()) {
            return Ok(Lease { session: session.clone(), _busy: busy });
        }
        if let Some(lost) = held.take() {
            tokio::spawn(async move { lost.close().await });
        }
        if let Some(wait) = slot.state().not_before.and_then(|until| until.checked_duration_since(Instant::now())) {
            let message = "the MCP server could not be reached a moment ago; it is tried again shortly";
            let error = ToolError::new(ErrorClass::NetworkError, "mcp_waiting", message);
            return Err(error.retry_after(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)));
        }
        let opened = open.await;
        let mut state = slot.state();
        match opened {
            Ok(session) => {
                (state.failures, state.not_before) = (0, None);
                drop(state);
                let session = Arc::new(session);
                *held = Some(session.clone());
                Ok(Lease { session, _busy: busy })
            }
            Err(error) => {
                let wait = FIRST_WAIT.saturating_mul(1 << state.failures.min(10)).min(LONGEST_WAIT);
                state.failures = state.failures.saturating_add(1);
                state.not_before = Some(Instant::now() + wait);
                Err(error)
            }
        }
    }

    /// The sessions that are open now.
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self, key: Key) -> Result<Busy, ToolError> {
        let mut closed = Vec::new();
        let found = {
            let mut slots = self.lock();
            if let Some(slot) = slots.get(&key) {
                return Ok(Busy::new(slot));
            }
            let is_full = |slots: &HashMap<Key, Arc<Slot>>| {
                slots.len() >= MAX_SESSIONS || slots.keys().filter(|other| other.org == key.org).count() >= MAX_OF_ORG
            };
            while is_full(&slots) {
                let of_org = slots.len() < MAX_SESSIONS;
                let free = slots
                    .iter()
                    .filter(|(other, slot)| (!of_org || other.org == key.org) && slot.busy.load(Ordering::Relaxed) == 0)
                    .min_by_key(|(_, slot)| slot.state().used)
                    .map(|(other, _)| *other);
                let Some(oldest) = free else { break };
                closed.extend(slots.remove(&oldest));
            }
            match is_full(&slots) {
                true => None,
                false => Some(Busy::new(slots.entry(key).or_default())),
            }
        };
        close_all(closed);
        found.ok_or_else(|| {
            let message = "too many sessions with MCP servers are in use; try again shortly";
            ToolError::new(ErrorClass::RateLimitError, "mcp_sessions_exhausted", message)
        })
    }

    /// Closes the sessions of a server that was changed, switched off or removed.
    pub fn close_server(&self, server: McpServerId) {
        self.close_where(|key, _| key.server == server);
    }

    /// Closes what nobody has used for its time.
    pub fn sweep(&self) {
        let now = Instant::now();
        self.close_where(|_, slot| slot.is_idle(now));
    }

    fn close_where(&self, is_over: impl Fn(&Key, &Slot) -> bool) {
        let over: Vec<_> = {
            let mut slots = self.lock();
            let keys: Vec<Key> = slots.iter().filter(|(key, slot)| is_over(key, slot)).map(|(key, _)| *key).collect();
            keys.iter().filter_map(|key| slots.remove(key)).collect()
        };
        close_all(over);
    }

    /// Closes all of them, and waits for it.
    pub async fn close(&self) {
        let all: Vec<_> = self.lock().drain().map(|(_, slot)| slot).collect();
        let closing = all.into_iter().map(|slot| async move {
            if let Some(session) = slot.session.lock().await.take() {
                session.close().await;
            }
        });
        futures_util::future::join_all(closing).await;
    }
}

fn close_all(slots: Vec<Arc<Slot>>) {
    for slot in slots {
        tokio::spawn(async move {
            // Calls under way may end; they are not in the way of anything new.
            let end = Instant::now() + LONGEST_WAIT;
            while slot.busy.load(Ordering::Relaxed) > 0 && Instant::now() < end {
                tokio::time::sleep(FIRST_WAIT).await;
            }
            if let Some(session) = slot.session.lock().await.take() {
                session.close().await;
            }
        });
    }
}
