//! Access tokens by client credentials (RFC 6749 section 4.4), asked for once and kept for all callers.
//!
//! The crate `oauth2` is not used: its answer types refuse what real token servers send (an `expires_in` in
//! quotes, a missing `token_type`, an error under status 200), and it holds the client's secret in plain
//! strings. What is left of the protocol is one form and one JSON object.
//!
//! The authorization code flow stands beside it, in steps that do not know who keeps what they give: [`discover()`] finds
//! an authorization server, [`obtain`] a client there, [`begin`] the address that a person opens, [`finish`] what the
//! person allowed, [`renew`] and [`revoke`] what becomes of it. [`grant`](crate::grant) keeps tokens in the database.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use callwright_guard::Guard;
use callwright_model::{
    Clock, ErrorClass, Timestamp, ToolError, id::OrgId, secret::SecretString, tool::http::ClientAuth,
};
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

mod assertion;
mod challenge;
mod client;
mod code;
mod discover;
mod exchange;
mod fetch;

pub use challenge::Challenge;
pub use client::{Client, Given, metadata_document, obtain};
pub use code::{Access, Asked, Pending, Returned, Terms, begin, finish, renew, revoke};
pub use discover::{Discovered, Seek, discover, is_near};

/// How many clients' tokens are kept.
const MAX_KEPT: usize = 1_000;
/// A token is replaced this long before it ends, so that none ends on its way.
const MARGIN: Duration = Duration::from_secs(60);
/// How long a token is kept whose server does not say how long it lives.
const UNSAID_LIFETIME: Duration = Duration::from_secs(300);
/// Tokens that are asked for anew without anybody are not kept longer.
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// A client that asks for a token with its own credentials.
#[derive(Debug, Clone)]
pub struct OauthRequest {
    /// The organization on whose behalf; tokens are never shared between organizations.
    pub org: OrgId,
    /// Where tokens are given out.
    pub token_url: String,
    /// The client's id.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: SecretString,
    /// The scopes to ask for.
    pub scopes: Vec<String>,
    /// Sent as `audience`, for servers that want it.
    pub audience: Option<String>,
    /// How the client's own credentials are sent.
    pub client_auth: ClientAuth,
    /// Whom an assertion is for, when that is not `token_url`.
    pub issuer: Option<String>,
}

/// Access tokens, kept for as long as they are good.
pub struct Tokens {
    guard: Guard,
    clock: Arc<dyn Clock>,
    slots: Cache<[u8; 32], Arc<Slot>>,
}

/// The token of one client, and the request for a new one while it is under way.
#[derive(Default)]
struct Slot {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    flight: Option<Flight>,
}

/// Everybody who waits for one request to the token server holds one of these.
type Flight = watch::Receiver<Option<Result<SecretString, ToolError>>>;

struct Token {
    text: SecretString,
    good_until: Timestamp,
}

/// What a token server gave.
struct Granted {
    token: SecretString,
    lifetime: Option<Duration>,
    refresh: Option<SecretString>,
    scope: Option<String>,
}

impl Tokens {
    /// None yet.
    pub fn new(guard: Guard, clock: Arc<dyn Clock>) -> Self {
        Self { guard, clock, slots: Cache::new(MAX_KEPT) }
    }

    /// The token of `request`: kept, under way, or asked for now.
    ///
    /// # Errors
    /// Why there is no token: `auth_error`, `network_error` or `timeout_error`.
    pub async fn get(&self, request: OauthRequest, stale: Option<&SecretString>) -> Result<SecretString, ToolError> {
        let slot = self.slot(&request);
        let mut flight = match self.look(&slot, request, stale) {
            Ok(token) => return Ok(token),
            Err(flight) => flight,
        };
        let landed = flight.wait_for(Option::is_some).await.map_err(|_| stopping())?;
        landed.clone().unwrap_or_else(|| Err(stopping()))
    }

    fn slot(&self, request: &OauthRequest) -> Arc<Slot> {
        let key = request.hash();
        let made: Result<_, std::convert::Infallible> = self.slots.get_or_insert_with(&key, || Ok(Arc::default()));
        match made {
            Ok(slot) => slot,
            Err(never) => match never {},
        }
    }

    /// A good token, or the request that everybody waits for.
    fn look(
        &self,
        slot: &Arc<Slot>,
        request: OauthRequest,
        stale: Option<&SecretString>,
    ) -> Result<SecretString, Flight> {
        let mut state = slot.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = &state.flight {
            return Err(flight.clone());
        }
        if let Some(token) = &state.token {
            let is_stale = stale.is_some_and(|stale| stale.expose() == token.text.expose());
            if !is_stale && self.clock.now() < token.good_until {
                return Ok(token.text.clone());
            }
        }
        state.token = None;
        let (send, flight) = watch::channel(None);
        state.flight = Some(flight.clone());
        // In a task of its own: it ends by its own deadline, not when the caller who began it goes away.
        tokio::spawn({
            let (guard, clock, slot) = (self.guard.clone(), self.clock.clone(), slot.clone());
            async move {
                let landing = Landing(slot);
                let granted = exchange::exchange(&guard, &request).await;
                let result = landing.0.keep(granted, clock.now());
                drop(landing);
                send.send_replace(Some(result));
            }
        });
        Err(flight)
    }
}

/// Ends the flight of a slot however its task ends, so that nobody waits for a task that is gone.
struct Landing(Arc<Slot>);

impl Drop for Landing {
    fn drop(&mut self) {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).flight = None;
    }
}

impl Slot {
    fn keep(&self, granted: Result<Granted, ToolError>, now: Timestamp) -> Result<SecretString, ToolError> {
        let granted = granted?;
        let lifetime = granted.lifetime.unwrap_or(UNSAID_LIFETIME).min(MAX_LIFETIME);
        // Of a token that lives for a minute or two, half is used.
        let good_for = lifetime.saturating_sub(MARGIN.min(lifetime / 2));
        let token = Token { text: granted.token.clone(), good_until: now.plus(good_for) };
        self.state.lock().unwrap_or_else(PoisonError::into_inner).token = Some(token);
        Ok(granted.token)
    }
}

impl OauthRequest {
    /// Equal for equal requests of one organization. The length before each part keeps parts apart.
    fn hash(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hasher.update((bytes.len() as u64).to_be_bytes());
            hasher.update(bytes);
        };
        part(&self.org.raw().to_be_bytes());
        part(self.token_url.as_bytes());
        part(self.client_id.as_bytes());
        part(self.client_secret.expose().as_bytes());
        part(self.scopes.join(" ").as_bytes());
        part(self.audience.as_deref().unwrap_or_default().as_bytes());
        part(self.issuer.as_deref().unwrap_or_default().as_bytes());
        part(&[self.client_auth as u8, u8::from(self.audience.is_some())]);
        hasher.finalize().into()
    }
}

fn stopping() -> ToolError {
    ToolError::new(ErrorClass::NetworkError, "token_unavailable", "the request for an access token was given up")
}
