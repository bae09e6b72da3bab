//! What people allowed us at authorization servers, with its tokens: kept sealed, renewed before they end, and given out.
//!
//! A refresh token may be good for one use (RFC 9700), so it is spent by one: within a process all callers wait for one
//! renewal, and between processes whoever renews holds the grant's lease. What came is written down before anybody uses
//! it. Only a server that says so ends a grant; that it cannot be reached does not.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use callwright_model::{
    ErrorClass, Fault, Timestamp, ToolError,
    id::{OauthGrantId, OrgId, UserId},
    oauth::AuthorizationStatus,
    secret::SecretString,
};
use callwright_store::{
    audit::AuditEntry,
    oauth::{ClientRow, GrantRow, NewTokens},
};
use quick_cache::sync::Cache;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;
use tokio::{sync::watch, time::Instant};

use crate::{
    Vault,
    oauth::{Access, Client, Terms, renew},
    seal::Place,
};

/// How many grants' tokens are kept in memory.
const MAX_KEPT: usize = 1_000;
/// A token is renewed this long before it ends, so that none ends on its way.
const MARGIN: Duration = Duration::from_secs(60);
/// Longer than a renewal may take. A server that dies with the lease keeps others waiting for so long.
const LEASE: Duration = Duration::from_secs(60);
/// How long somebody waits for another server's renewal, and how often they look.
const PATIENCE: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// How long it is tried to write new tokens down: what is lost here is lost for good, and while the database is away nobody
/// else can spend what was spent.
const KEEP_PATIENCE: Duration = Duration::from_secs(600);
/// The longest wait between two tries.
const KEEP_PAUSE: Duration = Duration::from_secs(2);

/// Whose tokens are wanted, and what is told when a person has to do something.
#[derive(Debug, Clone)]
pub struct GrantAsk {
    /// The organization.
    pub org: OrgId,
    /// The grant.
    pub id: OauthGrantId,
    /// What it opens, for messages: ``the MCP server `crm` ``.
    pub what: String,
    /// Who has to do what: ``an administrator has to run `…` ``.
    pub remedy: String,
    /// What kind of thing it opens, for the audit log.
    pub kind: &'static str,
    /// The client's secret, if it is one of the organization's.
    pub secret: Option<SecretString>,
}

/// What somebody has allowed just now.
#[derive(Debug, Clone)]
pub struct NewGrant {
    /// The organization.
    pub org: OrgId,
    /// What it opens.
    pub subject: String,
    /// Whose it is; empty for the organization's.
    pub holder: String,
    /// Who signed in.
    pub by: UserId,
    /// Where it is renewed.
    pub terms: Terms,
    /// The tokens.
    pub access: Access,
}

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

    async fn read_or_renew(
        &self,
        ask: &GrantAsk,
        stale: Option<&SecretString>,
    ) -> Result<(SecretString, Option<Timestamp>), ToolError> {
        let inner = &self.inner;
        let end = Instant::now() + PATIENCE;
        let by: OauthGrantId = inner.ids.next();
        let by = by.to_string();
        loop {
            let row = inner.store.oauth_grant(ask.org, ask.id).await.map_err(|error| unreadable(&error))?;
            let Some(row) = row else { return Err(needs(ask, "nobody has signed in")) };
            if row.status == AuthorizationStatus::NeedsAuthorization {
                return Err(needs(ask, row.why.as_deref().unwrap_or("the access has ended")));
            }
            let (terms, access) = self.open_grant(&row).await.map_err(|fault| unreadable(&fault))?;
            let (token, now) = (access.token(), inner.clock.now());
            let is_stale = stale.is_some_and(|stale| stale.expose() == token.expose());
            let good_until = good_until(&row);
            if !is_stale && good_until.is_none_or(|end| now < end) {
                return Ok((token, good_until));
            }
            let lives_on = !is_stale && row.expires_at.is_none_or(|end| now < end);
            if access.refresh.is_none() {
                if !is_stale {
                    // By our clock it may have ended; only its server says so.
                    return Ok((token, if lives_on { row.expires_at } else { Some(now) }));
                }
                let why = "the server does not accept the access any more, and it cannot be renewed";
                match self.broken(ask, &row, why).await? {
                    Some(error) => return Err(error),
                    None => continue,
                }
            }
            let leased = inner.store.lease_oauth_grant(&row, &by, now, now.plus(LEASE)).await;
            if !leased.map_err(|error| unreadable(&error))? {
                // Another server is at it.
                if lives_on {
                    return Ok((token, Some(now)));
                }
                if Instant::now() >= end {
                    let message = "the access is being renewed by another server, which takes too long";
                    return Err(ToolError::new(ErrorClass::TimeoutError, "token_server_silent", message));
                }
                tokio::time::sleep(LOOK_AGAIN).await;
                continue;
            }
            let secret = ask.secret.as_ref().filter(|_| terms.is_given);
            match renew(&inner.guard, &terms, &access, secret).await {
                Ok((terms, access)) => {
                    if let Some(found) = self.keep(&row, &by, &terms, &access).await? {
                        return Ok(found);
                    }
                    // Somebody signed in meanwhile, or disconnected: what they did counts.
                }
                Err(error) if is_final(&error, &terms) => {
                    if error.code == "oauth_invalid_client" {
                        let forgotten = inner.store.delete_oauth_client(ask.org, &terms.issuer, &terms.client_id).await;
                        forgotten.map_err(|error| unreadable(&error))?;
                    }
                    let why = format!("the access could not be renewed: {}", error.message);
                    if let Some(error) = self.broken(ask, &row, &why).await? {
                        return Err(error);
                    }
                }
                Err(error) => {
                    if let Err(error) = inner.store.release_oauth_grant(&row, &by).await {
                        tracing::warn!(%error, "the lease on an authorization could not be given back");
                    }
                    return if lives_on { Ok((token, Some(now))) } else { Err(error) };
                }
            }
        }
    }

    /// Writes new tokens down under the lease. `None`: the lease was lost.
    async fn keep(
        &self,
        row: &GrantRow,
        by: &str,
        terms: &Terms,
        access: &Access,
    ) -> Result<Option<(SecretString, Option<Timestamp>)>, ToolError> {
        let now = self.inner.clock.now();
        let sealed = self.seal_json(row.org_id, "oauth_grant", &place_of(&row.subject, &row.holder), access).await;
        let tokens = NewTokens {
            sealed: sealed.map_err(|fault| unreadable(&fault))?,
            terms: serde_json::to_value(terms).map_err(|error| unreadable(&error))?,
            is_renewable: access.refresh.is_some(),
            expires_at: access.lifetime.map(|lifetime| now.plus(lifetime)),
        };
        let (give_up, mut pause) = (Instant::now() + KEEP_PATIENCE, LOOK_AGAIN);
        loop {
            match self.inner.store.renew_oauth_grant(row, by, &tokens, now).await {
                Ok(true) => {
                    let kept = GrantRow { expires_at: tokens.expires_at, updated_at: now, ..row.clone() };
                    return Ok(Some((access.token(), good_until(&kept))));
                }
                Ok(false) => return Ok(None),
                Err(error) if Instant::now() >= give_up => return Err(unreadable(&error)),
                Err(error) => {
                    tracing::warn!(%error, "renewed tokens could not be written down; trying again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(KEEP_PAUSE);
                }
            }
        }
    }

    /// Notes that a person has to sign in again, and gives the error that says so. `None`: somebody has done so meanwhile,
    /// or noted it before.
    async fn broken(&self, ask: &GrantAsk, row: &GrantRow, why: &str) -> Result<Option<ToolError>, ToolError> {
        let told = format!("{why}; {}", ask.remedy);
        let entry = self.entry(ask, row, json!({ "why": why }));
        let is_new = self.inner.store.break_oauth_grant(row, &told, entry).await.map_err(|error| unreadable(&error))?;
        self.inner.grants.forget();
        if !is_new {
            return Ok(None);
        }
        tracing::warn!(what = ask.what, why, "an authorization has ended: somebody has to sign in again");
        Ok(Some(needs(ask, why)))
    }

    /// Notes that a server wants scopes that we do not have, and gives the error that says so.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn note_missing_scopes(&self, ask: &GrantAsk, missing: &[String]) -> Result<ToolError, Fault> {
        let list = missing.join(" ");
        let why = match missing.is_empty() {
            true => "the server wants more scopes than we have".to_owned(),
            false => format!("the server wants scopes that we do not have: {list}"),
        };
        let Some(row) = self.inner.store.oauth_grant(ask.org, ask.id).await? else {
            return Ok(needs(ask, "nobody has signed in"));
        };
        // What other calls found out stays.
        let mut all = row.missing_scopes.clone();
        all.extend(missing.iter().filter(|scope| !row.missing_scopes.contains(scope)).cloned());
        all.truncate(100);
        let told = format!("{why}; {}", ask.remedy);
        let entry = self.entry(ask, &row, json!({ "why": why, "missing_scopes": all }));
        if all != row.missing_scopes && self.inner.store.miss_oauth_scopes(&row, all, told, entry).await? {
            tracing::warn!(what = ask.what, why, "an authorization does not suffice: somebody has to sign in again");
        }
        Ok(needs(ask, &why).with_details(json!({ "missing_scopes": missing })))
    }

    fn entry(&self, ask: &GrantAsk, row: &GrantRow, details: serde_json::Value) -> AuditEntry {
        AuditEntry {
            id: self.inner.ids.next(),
            org_id: row.org_id,
            user_id: None,
            token_id: None,
            action: format!("{}.needs_authorization", ask.kind),
            target_kind: ask.kind.to_owned(),
            target_id: row.subject.clone(),
            details,
            request_id: None,
            at: self.inner.clock.now(),
        }
    }

    /// A grant as the store keeps it, for whoever writes it together with something else.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub async fn seal_grant(&self, new: &NewGrant) -> Result<GrantRow, Fault> {
        let now = self.inner.clock.now();
        let place = place_of(&new.subject, &new.holder);
        Ok(GrantRow {
            id: self.inner.ids.next(),
            org_id: new.org,
            subject: new.subject.clone(),
            holder: new.holder.clone(),
            status: AuthorizationStatus::Connected,
            why: None,
            missing_scopes: Vec::new(),
            terms: serde_json::to_value(&new.terms).map_err(Fault::internal)?,
            sealed: self.seal_json(new.org, "oauth_grant", &place, &new.access).await?,
            is_renewable: new.access.refresh.is_some(),
            expires_at: new.access.lifetime.map(|lifetime| now.plus(lifetime)),
            version: 1,
            leased_until: None,
            created_by: new.by,
            created_at: now,
            updated_at: now,
        })
    }

    /// What a grant holds.
    ///
    /// # Errors
    /// When it was sealed with another key or was changed.
    pub async fn open_grant(&self, row: &GrantRow) -> Result<(Terms, Access), Fault> {
        let terms = serde_json::from_value(row.terms.clone()).map_err(Fault::internal)?;
        let place = place_of(&row.subject, &row.holder);
        Ok((terms, self.open_json(row.org_id, "oauth_grant", &place, &row.sealed).await?))
    }

    /// The client that we registered at an authorization server for an address.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn oauth_client(&self, org: OrgId, issuer: &str, redirect_uri: &str) -> Result<Option<Client>, Fault> {
        let Some(row) = self.inner.store.oauth_client(org, issuer, redirect_uri).await? else { return Ok(None) };
        self.open_json(org, "oauth_client", issuer, &row.sealed).await.map(Some)
    }

    /// Keeps a client that was registered.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep_oauth_client(
        &self,
        org: OrgId,
        issuer: &str,
        redirect_uri: &str,
        client: &Client,
    ) -> Result<(), Fault> {
        let row = ClientRow {
            org_id: org,
            issuer: issuer.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            client_id: client.id.clone(),
            sealed: self.seal_json(org, "oauth_client", issuer, client).await?,
            expires_at: client.expires_at,
            created_at: self.inner.clock.now(),
        };
        self.inner.store.write(row, |row, tx| Box::pin(tx.put_oauth_client(row))).await?;
        Ok(())
    }

    /// Seals a value for a place of its own.
    ///
    /// # Errors
    /// When the organization's key cannot be had.
    pub async fn seal_json(
        &self,
        org: OrgId,
        purpose: &'static str,
        name: &str,
        value: &impl Serialize,
    ) -> Result<String, Fault> {
        let plain = zeroize::Zeroizing::new(serde_json::to_vec(value).map_err(Fault::internal)?);
        let key = self.key(org).await?;
        key.seal(Place { purpose, org: Some(org), name }, &plain).map_err(Fault::internal)
    }

    /// Opens what [`Vault::seal_json`] gave for the same place.
    ///
    /// # Errors
    /// When it was sealed elsewhere, or changed.
    pub async fn open_json<T: DeserializeOwned>(
        &self,
        org: OrgId,
        purpose: &'static str,
        name: &str,
        sealed: &str,
    ) -> Result<T, Fault> {
        let key = self.key(org).await?;
        let plain = key.open(Place { purpose, org: Some(org), name }, sealed).map_err(Fault::internal)?;
        serde_json::from_slice(&plain).map_err(Fault::internal)
    }
}

/// Until when a token is used: a while before it ends, of a short life half.
fn good_until(row: &GrantRow) -> Option<Timestamp> {
    let end = row.expires_at?;
    let lifetime = end.since(row.updated_at);
    Some(end.minus(MARGIN.min(lifetime / 2)))
}

/// Whether a renewal will never work again without a person.
fn is_final(error: &ToolError, terms: &Terms) -> bool {
    match error.code.as_str() {
        "oauth_invalid_grant" => true,
        // A client that we registered is gone; one that was registered by hand may only have another secret by now.
        "oauth_invalid_client" | "oauth_unauthorized_client" => !terms.is_given,
        _ => false,
    }
}

fn place_of(subject: &str, holder: &str) -> String {
    format!("{subject}/{holder}")
}

fn needs(ask: &GrantAsk, why: &str) -> ToolError {
    let why = why.strip_suffix(&format!("; {}", ask.remedy)).unwrap_or(why);
    let message = format!("{} needs authorization: {why}; {}", ask.what, ask.remedy);
    let mut error = ToolError::new(ErrorClass::AuthError, "needs_authorization", message);
    error.require_human = true;
    error
}

fn unreadable(error: &dyn std::fmt::Display) -> ToolError {
    tracing::error!(%error, "an authorization could not be read or written");
    ToolError::new(
        ErrorClass::UnknownError,
        "authorization_unreadable",
        "the authorization could not be read or written",
    )
}

fn stopping() -> ToolError {
    ToolError::new(ErrorClass::NetworkError, "token_unavailable", "the request for an access token was given up")
}
