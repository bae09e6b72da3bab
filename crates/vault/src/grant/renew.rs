//! A grant's token is read, and renewed before it ends.

use std::time::Duration;

use callwright_model::{ErrorClass, Timestamp, ToolError, id::OauthGrantId, oauth::AuthorizationStatus};
use callwright_store::oauth::GrantRow;
use tokio::time::Instant;

use super::{
    GrantAsk, Refused,
    end::is_final,
    lease::LOOK_AGAIN,
    memory::Attempt,
    slot::{Found, Slot},
    told::{needs, stopping, unreadable},
};
use crate::{
    Vault,
    oauth::{Access, Terms, renew},
};

/// A token is renewed this long before it ends, so that none ends on its way.
const MARGIN: Duration = Duration::from_secs(60);
/// How long somebody waits for another server's renewal.
const PATIENCE: Duration = Duration::from_secs(30);
/// How soon a token that came in the place of a refused one is replaced in its turn, where it was not accepted once: a server
/// that refuses everything costs no renewal for each request.
const TOO_SOON: Duration = Duration::from_secs(30);
/// How long a server has to refuse what cannot be renewed until that is believed: one refusal may be of a gateway, for a
/// moment.
const BELIEVED: Duration = Duration::from_secs(60);

/// The tokens as they were read, and what is known of them.
struct Read {
    row: GrantRow,
    terms: Terms,
    access: Access,
    now: Timestamp,
    is_stale: bool,
    /// Whether it may have been refused for one thing only.
    is_of_one: bool,
}

impl Read {
    /// Whether its time is over, by what its server said when it gave it.
    fn has_ended(&self) -> bool {
        self.row.expires_at.is_some_and(|end| end <= self.now)
    }

    /// Whether it can still be used if it is not renewed.
    fn lives_on(&self) -> bool {
        !self.is_stale && !self.has_ended()
    }

    /// The token as it is, for this once.
    fn as_it_is(&self) -> Found {
        (self.access.token(), Some(self.now))
    }
}

impl Vault {
    /// The token of a grant. The one that is `stale` is given back where it shall not be replaced now.
    pub(super) async fn read_or_renew(
        &self,
        slot: &Slot,
        ask: &GrantAsk,
        stale: Option<&Refused>,
    ) -> Result<Found, ToolError> {
        let end = Instant::now() + PATIENCE;
        let by: OauthGrantId = self.inner.ids.next();
        let by = by.to_string();
        loop {
            let read = self.read(ask, stale).await?;
            let (token, good_until) = (read.access.token(), good_until(&read.row));
            if !read.is_stale && good_until.is_none_or(|end| read.now < end) {
                return Ok((token, good_until));
            }
            if read.access.refresh.is_none() {
                match self.without_refresh(slot, ask, &read).await? {
                    Some(found) => return Ok(found),
                    None => continue,
                }
            }
            let instant = self.inner.clock.instant();
            let doubted = slot.memory(|memory| memory.doubted(&token, instant));
            if read.is_stale && doubted.is_some_and(|doubted| doubted < TOO_SOON) {
                return Ok((token, good_until));
            }
            let attempt = Attempt { version: read.row.version, secret: ask.secret.clone() };
            if let Some(error) = slot.memory(|memory| memory.paused(&attempt, instant)) {
                return if read.lives_on() { Ok(read.as_it_is()) } else { Err(error) };
            }
            if self.inner.grants.flights.is_closed() {
                return if read.lives_on() { Ok(read.as_it_is()) } else { Err(stopping()) };
            }
            // While it lives, nobody waits for whoever is at it.
            let may_wait = read.row.leased_by.is_none() || !read.lives_on();
            if may_wait && self.lease(&read.row, &by).await? {
                match self.renew_leased(slot, ask, &read, &by).await? {
                    Some(found) => return Ok(found),
                    // Somebody signed in meanwhile, or disconnected: what they did counts.
                    None => continue,
                }
            }
            // Another server is at it.
            if read.lives_on() {
                return Ok(read.as_it_is());
            }
            if Instant::now() >= end {
                let message = "the access is being renewed by another server, which takes too long";
                return Err(ToolError::new(ErrorClass::TimeoutError, "token_server_silent", message));
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    async fn read(&self, ask: &GrantAsk, stale: Option<&Refused>) -> Result<Read, ToolError> {
        let row = self.inner.store.oauth_grant(ask.org, ask.id).await.map_err(|error| unreadable(&error))?;
        let Some(row) = row else { return Err(needs(ask, "nobody has signed in")) };
        if row.status == AuthorizationStatus::NeedsAuthorization {
            return Err(needs(ask, row.why.as_deref().unwrap_or("the access has ended")));
        }
        let (terms, access) = self.open_grant(&row).await.map_err(|fault| unreadable(&fault))?;
        let is_stale = stale.is_some_and(|stale| stale.token.expose() == access.token().expose());
        let is_of_one = stale.is_some_and(|stale| stale.is_of_one);
        Ok(Read { row, terms, access, now: self.inner.clock.now(), is_stale, is_of_one })
    }

    /// What cannot be renewed. `None`: it is another by now.
    async fn without_refresh(&self, slot: &Slot, ask: &GrantAsk, read: &Read) -> Result<Option<Found>, ToolError> {
        let token = read.access.token();
        if !read.is_stale {
            // By our clock it may have ended; only its server says so.
            return Ok(Some(if read.has_ended() { read.as_it_is() } else { (token, read.row.expires_at) }));
        }
        // A refusal of what has ended by its server's own word is no surprise.
        if !read.has_ended() {
            let instant = self.inner.clock.instant();
            let is_believed = !read.is_of_one && slot.memory(|memory| memory.refused(&token, instant)) >= BELIEVED;
            if !is_believed {
                return Ok(Some((token, read.row.expires_at)));
            }
        }
        let why = "the server does not accept the access any more, and it cannot be renewed";
        match self.broken(ask, &read.row, why).await? {
            Some(error) => Err(error),
            None => Ok(None),
        }
    }

    /// Renews under the lease. `None`: the grant is another by now.
    async fn renew_leased(
        &self,
        slot: &Slot,
        ask: &GrantAsk,
        read: &Read,
        by: &str,
    ) -> Result<Option<Found>, ToolError> {
        let Read { row, terms, access, .. } = read;
        let secret = ask.secret.as_ref().filter(|_| terms.is_given);
        let error = match renew(&self.inner.guard, terms, access, secret).await {
            Ok((terms, access)) => return self.keep(ask, row, &terms, &access).await,
            Err(error) => error,
        };
        if is_final(&error, terms) {
            if terms.is_registered() && matches!(&*error.code, "oauth_invalid_client" | "oauth_unauthorized_client") {
                let forgotten = self.inner.store.delete_oauth_client(ask.org, &terms.issuer, &terms.client_id).await;
                forgotten.map_err(|error| unreadable(&error))?;
            }
            let why = format!("the access could not be renewed: {}", error.message);
            return match self.broken(ask, row, &why).await? {
                Some(error) => Err(error),
                None => Ok(None),
            };
        }
        let instant = self.inner.clock.instant();
        let attempt = Attempt { version: row.version, secret: ask.secret.clone() };
        slot.memory(|memory| memory.failed(&attempt, &error, instant));
        self.release(row, by).await;
        if read.lives_on() {
            return Ok(Some(read.as_it_is()));
        }
        // A server that cannot be reached is nobody's to mend; one that says no is.
        if !matches!(error.class, ErrorClass::NetworkError | ErrorClass::TimeoutError) {
            self.troubled(ask, row, &error).await;
        }
        Err(error)
    }
}

/// Until when a token is used: a while before it ends, of a short life half.
pub(super) fn good_until(row: &GrantRow) -> Option<Timestamp> {
    let end = row.expires_at?;
    let lifetime = end.since(row.updated_at);
    Some(end.minus(MARGIN.min(lifetime / 2)))
}
