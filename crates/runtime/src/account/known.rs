//! The callers we know, kept for a few seconds so that a call costs one hash and one look-up.
//!
//! What another server of the cluster changes is noticed within [`FRESH`]; what this one changes, at once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use callwright_model::{
    Fault, Timestamp,
    account::{Caller, TokenKind},
    id::{OrgId, UserId},
};
use callwright_store::token::TokenRow;
use callwright_vault::token as text;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};

use super::unauthenticated;
use crate::App;

/// How long a caller is known without asking the database again.
const FRESH: Duration = Duration::from_secs(5);
/// After this long the next request has the database asked while it goes on with what is known.
const AGING: Duration = Duration::from_secs(3);
/// How often the last use of a token is written down.
const TOUCH: Duration = Duration::from_secs(60);
/// How many callers are kept.
const CAPACITY: usize = 10_000;
/// The most bytes of a token that are worth hashing.
const MAX_TEXT: usize = 512;

/// SHA-256 of a token's text.
type Key = [u8; 32];

/// Callers known to this process.
pub struct AccountState {
    known: Cache<Key, Arc<Known>>,
    /// Counts what was forgotten, so that a caller read before cannot be put back after.
    forgotten: AtomicU64,
}

struct Known {
    caller: Caller,
    expires_at: Option<Timestamp>,
    read_at: Timestamp,
    is_being_read: AtomicBool,
    touched_at: AtomicI64,
}

impl Default for AccountState {
    fn default() -> Self {
        Self { known: Cache::new(CAPACITY), forgotten: AtomicU64::new(0) }
    }
}

impl AccountState {
    /// Forgets everybody in `org`: something about its members or tokens changed.
    pub fn forget(&self, org: OrgId) {
        self.forget_those(|caller| caller.org_id == org);
    }

    /// Forgets a user in every organization.
    pub fn forget_user(&self, user: UserId) {
        self.forget_those(|caller| caller.user_id == user);
    }

    fn forget_those(&self, is_meant: impl Fn(&Caller) -> bool) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.known.retain(|_, known| !is_meant(&known.caller));
    }

    fn remember(&self, key: Key, known: Known, forgotten_before: u64) {
        self.known.insert(key, Arc::new(known));
        if self.forgotten.load(Ordering::SeqCst) != forgotten_before {
            self.known.remove(&key);
        }
    }
}

/// The caller whose token or session this is.
///
/// # Errors
/// Unauthenticated when it is not known, has expired or was revoked, or its user is no longer a member.
pub async fn authenticate(app: &App, token: &str) -> Result<Caller, Fault> {
    if token.is_empty() || token.len() > MAX_TEXT {
        return Err(not_valid());
    }
    let key: Key = Sha256::digest(token.as_bytes()).into();
    let now = app.clock().now();
    let Some(known) = app.accounts().known.get(&key).filter(|known| known.is_fresh(now)) else {
        return read(app, key, token, now).await;
    };
    known.touch(app, now);
    if now.since(known.read_at) > AGING && !known.is_being_read.swap(true, Ordering::Relaxed) {
        let (app_then, token) = (app.clone(), token.to_owned());
        app.spawn(async move {
            // A failure shows itself when the caller is no longer fresh.
            let _ = read(&app_then, key, &token, now).await;
        });
    }
    Ok(known.caller.clone())
}

async fn read(app: &App, key: Key, token: &str, now: Timestamp) -> Result<Caller, Fault> {
    let forgotten = app.accounts().forgotten.load(Ordering::SeqCst);
    let hash = text::hash(token);
    let row = app.store().token_by_hash(&hash).await.map_err(Fault::from)?;
    let Some(row) = row.filter(|row| is_valid(row, &hash, now)) else {
        app.accounts().known.remove(&key);
        return Err(not_valid());
    };
    let known = Known::new(row, now);
    let caller = known.caller.clone();
    known.touch(app, now);
    app.accounts().remember(key, known, forgotten);
    Ok(caller)
}

fn is_valid(row: &TokenRow, hash: &str, now: Timestamp) -> bool {
    text::constant_time_eq(&row.hash, hash)
        && row.revoked_at.is_none()
        && row.token.expires_at.is_none_or(|expires_at| expires_at > now)
}

fn not_valid() -> Fault {
    unauthenticated("unauthenticated", "the token is not known, has expired or was revoked")
}

impl Known {
    fn new(row: TokenRow, now: Timestamp) -> Self {
        Self {
            expires_at: row.token.expires_at,
            read_at: now,
            is_being_read: AtomicBool::new(false),
            touched_at: AtomicI64::new(row.token.last_used_at.unwrap_or_default().micros()),
            caller: caller_of(row),
        }
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        // A clock that was set back makes everything stale.
        now >= self.read_at
            && now.since(self.read_at) < FRESH
            && self.expires_at.is_none_or(|expires_at| expires_at > now)
    }

    /// Has the use written down, at most once in [`TOUCH`] and behind the answer.
    fn touch(&self, app: &App, now: Timestamp) {
        let last = self.touched_at.load(Ordering::Relaxed);
        if now.since(Timestamp::from_micros(last)) < TOUCH
            || self.touched_at.compare_exchange(last, now.micros(), Ordering::Relaxed, Ordering::Relaxed).is_err()
        {
            return;
        }
        let (app_then, token) = (app.clone(), self.caller.token_id);
        app.spawn(async move {
            if let Err(error) = app_then.store().touch_tokens(&[(token, now)]).await {
                tracing::debug!(%error, "could not note when a token was used");
            }
        });
    }
}

fn caller_of(row: TokenRow) -> Caller {
    Caller {
        org_id: row.org_id,
        user_id: row.token.user_id,
        email: row.email,
        role: row.token.role.min(row.member_role),
        token_id: row.token.id,
        scopes: row.token.scopes,
        by_session: row.token.kind == TokenKind::Session,
        request_id: None,
    }
}
