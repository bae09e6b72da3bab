//! Access tokens in memory: one renewal for all who wait for a grant's.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use callwright_model::{Timestamp, ToolError, id::OauthGrantId, secret::SecretString};
use quick_cache::sync::Cache;
use tokio::sync::watch;

use super::{GrantAsk, told::stopping};
use crate::Vault;

/// How many grants' tokens are kept in memory.
const MAX_KEPT: usize = 1_000;

/// Access tokens by grant. What was opened before somebody changed something is not used after it.
pub(crate) struct Grants {
    slots: Cache<OauthGrantId, Arc<Slot>>,
    generation: AtomicU64,
}

#[derive(Default)]
struct Slot {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    flight: Option<Flight>,
}

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
        Self { slots: Cache::new(MAX_KEPT), generation: AtomicU64::new(0) }
    }
}

impl Grants {
    /// Forgets what is open, because somebody may have changed it.
    pub(crate) fn forget(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
    }

    fn slot(&self, id: OauthGrantId) -> Arc<Slot> {
        let made: Result<_, std::convert::Infallible> = self.slots.get_or_insert_with(&id, || Ok(Arc::default()));
        match made {
            Ok(slot) => slot,
            Err(never) => match never {},
        }
    }
}

/// Ends the flight of a slot however its task ends, so that nobody waits for a task that is gone.
struct Landing(Arc<Slot>);

impl Drop for Landing {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).flight = None;
    }
}

impl Vault {
    /// An access token of a grant: kept, renewed by somebody, or renewed now. `stale` is one that was just refused.
    ///
    /// # Errors
    /// `needs_authorization` when a person has to sign in; `network_error` or `timeout_error` when it did not work now.
    pub async fn grant_token(&self, ask: &GrantAsk, stale: Option<&SecretString>) -> Result<SecretString, ToolError> {
        let slot = self.inner.grants.slot(ask.id);
        loop {
            let (mut flight, is_own) = match self.look(&slot, ask, stale) {
                Ok(token) => return Ok(token),
                Err(flight) => flight,
            };
            let landed = flight.wait_for(Option::is_some).await.map_err(|_| stopping())?;
            let landed = landed.clone().unwrap_or_else(|| Err(stopping()));
            // What another one had asked for may be the very token that was refused to us.
            let is_refused = |token: &SecretString| stale.is_some_and(|stale| stale.expose() == token.expose());
            match landed {
                Ok(token) if !is_own && is_refused(&token) => {}
                landed => return landed,
            }
        }
    }

    fn look(
        &self,
        slot: &Arc<Slot>,
        ask: &GrantAsk,
        stale: Option<&SecretString>,
    ) -> Result<SecretString, (Flight, bool)> {
        let mut state = slot.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = &state.flight {
            return Err((flight.clone(), false));
        }
        let generation = self.inner.grants.generation.load(Ordering::SeqCst);
        if let Some(held) = &state.held {
            let is_stale = stale.is_some_and(|stale| stale.expose() == held.token.expose());
            let is_good = held.good_until.is_none_or(|end| self.inner.clock.now() < end);
            if !is_stale && is_good && held.generation == generation {
                return Ok(held.token.clone());
            }
        }
        state.held = None;
        let (send, flight) = watch::channel(None);
        state.flight = Some(flight.clone());
        // In a task of its own: a renewal is not given up because the caller who began it goes away.
        tokio::spawn({
            let (vault, ask, stale, slot) = (self.clone(), ask.clone(), stale.cloned(), slot.clone());
            async move {
                let landing = Landing(slot);
                let found = vault.read_or_renew(&ask, stale.as_ref()).await;
                let landed = found.map(|(token, good_until)| {
                    let held = Held { token: token.clone(), good_until, generation };
                    landing.0.state.lock().unwrap_or_else(PoisonError::into_inner).held = Some(held);
                    token
                });
                drop(landing);
                send.send_replace(Some(landed));
            }
        });
        Err((flight, true))
    }
}
