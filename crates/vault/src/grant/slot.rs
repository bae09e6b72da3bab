//! Access tokens in memory: one renewal for all who wait for a grant's.

use std::{
    convert::Infallible,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use callwright_model::{Timestamp, ToolError, id::OauthGrantId, secret::SecretString};
use quick_cache::sync::Cache;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

use super::{
    GrantAsk, Refused,
    memory::Memory,
    told::{not_accepted, stopping},
};
use crate::Vault;

/// How many grants' tokens are kept in memory.
const MAX_KEPT: usize = 1_000;

/// Access tokens by grant. What was opened before somebody changed something is not used after it.
pub(crate) struct Grants {
    slots: Cache<OauthGrantId, Arc<Slot>>,
    generation: AtomicU64,
    /// What is under way. It is waited for before the database is closed: a refresh token that was spent and whose
    /// successor was not written down is a grant that is lost.
    pub(super) flights: TaskTracker,
}

#[derive(Default)]
pub(super) struct Slot {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    flight: Option<Flight>,
    memory: Memory,
}

/// A token, and until when it is given out.
pub(super) type Found = (SecretString, Option<Timestamp>);
type Landed = Result<SecretString, ToolError>;
type Flight = watch::Receiver<Option<Landed>>;

#[derive(Clone)]
struct Held {
    token: SecretString,
    good_until: Option<Timestamp>,
    generation: u64,
}

impl Default for Grants {
    fn default() -> Self {
        Self { slots: Cache::new(MAX_KEPT), generation: AtomicU64::new(0), flights: TaskTracker::new() }
    }
}

impl Grants {
    /// Forgets what is open, because somebody may have changed it.
    pub(crate) fn forget(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
    }

    fn slot(&self, id: OauthGrantId) -> Arc<Slot> {
        let made: Result<_, Infallible> = self.slots.get_or_insert_with(&id, || Ok(Arc::default()));
        match made {
            Ok(slot) => slot,
            Err(never) => match never {},
        }
    }
}

impl Slot {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks or tells what is remembered of the grant.
    pub(super) fn memory<T>(&self, with: impl FnOnce(&mut Memory) -> T) -> T {
        with(&mut self.state().memory)
    }
}

/// Ends the flight of a slot however its task ends, so that nobody waits for a task that is gone.
struct Landing(Arc<Slot>);

impl Drop for Landing {
    fn drop(&mut self) {
        self.0.state().flight = None;
    }
}

fn is_same(one: &SecretString, other: Option<&Refused>) -> bool {
    other.is_some_and(|other| other.token.expose() == one.expose())
}

impl Vault {
    /// An access token of a grant: kept, renewed by somebody, or renewed now. `stale` is one that was just refused, which is
    /// never given back.
    ///
    /// # Errors
    /// `needs_authorization` when a person has to sign in; `access_refused` when the refusal of `stale` stands;
    /// `network_error` or `timeout_error` when it did not work now.
    pub async fn grant_token(&self, ask: &GrantAsk, stale: Option<&Refused>) -> Result<SecretString, ToolError> {
        let slot = self.inner.grants.slot(ask.id);
        loop {
            let (mut flight, is_own) = match self.look(&slot, ask, stale) {
                Ok(token) => return Ok(token),
                Err(flight) => flight,
            };
            let landed = flight.wait_for(Option::is_some).await.map_err(|_| stopping())?;
            let landed = landed.clone().unwrap_or_else(|| Err(stopping()));
            match landed {
                // What another one had asked for may be the very token that was refused to us.
                Ok(token) if is_same(&token, stale) && !is_own => {}
                Ok(token) if is_same(&token, stale) => return Err(not_accepted(ask)),
                landed => return landed,
            }
        }
    }

    /// A grant's token was let in by its server.
    pub fn grant_token_accepted(&self, id: OauthGrantId, token: &SecretString) {
        if let Some(slot) = self.inner.grants.slots.get(&id) {
            slot.memory(|memory| memory.accepted(token));
        }
    }

    /// Begins no more renewals and waits for those under way, so that what they bring is written down.
    pub async fn close(&self) {
        let flights = &self.inner.grants.flights;
        flights.close();
        flights.wait().await;
    }

    /// The token that is held, or the flight that brings one.
    fn look(&self, slot: &Arc<Slot>, ask: &GrantAsk, stale: Option<&Refused>) -> Result<SecretString, (Flight, bool)> {
        let mut state = slot.state();
        if let Some(flight) = &state.flight {
            return Err((flight.clone(), false));
        }
        let grants = &self.inner.grants;
        let generation = grants.generation.load(Ordering::SeqCst);
        if let Some(held) = &state.held {
            let is_good = held.good_until.is_none_or(|end| self.inner.clock.now() < end);
            if !is_same(&held.token, stale) && is_good && held.generation == generation {
                return Ok(held.token.clone());
            }
        }
        // Counted before it asks whether it may still spend anything, so that nobody who closes misses it.
        let counted = grants.flights.token();
        state.held = None;
        let (send, flight) = watch::channel(None);
        state.flight = Some(flight.clone());
        // In a task of its own: a renewal is not given up because the caller who began it goes away.
        tokio::spawn({
            let (vault, ask, stale, slot) = (self.clone(), ask.clone(), stale.cloned(), slot.clone());
            async move {
                let _counted = counted;
                let landing = Landing(slot);
                let found = vault.read_or_renew(&landing.0, &ask, stale.as_ref()).await;
                let landed = found.map(|(token, good_until)| {
                    let mut state = landing.0.state();
                    if stale.is_some() && !is_same(&token, stale.as_ref()) {
                        state.memory.replaced(&token, vault.inner.clock.instant());
                    }
                    state.held = Some(Held { token: token.clone(), good_until, generation });
                    token
                });
                drop(landing);
                send.send_replace(Some(landed));
            }
        });
        Err((flight, true))
    }
}
