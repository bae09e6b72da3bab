//! The lease of whoever renews a grant, and what is written under it.

use std::time::Duration;

use callwright_model::{Fault, Timestamp, ToolError};
use callwright_store::oauth::{GrantRow, NewTokens};
use tokio::time::Instant;

use super::{
    GrantAsk, place_of,
    renew::good_until,
    slot::Found,
    told::{stopping, unreadable},
};
use crate::{
    Vault,
    oauth::{Access, Terms, revoke},
};

/// Longer than a renewal may take. A server that dies with the lease keeps others waiting for so long.
const LEASE: Duration = Duration::from_secs(60);
/// How often somebody who waits for another's renewal looks.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// How long the database has to answer before a lease that another one left is used: longer than somebody who is still
/// trying to write new tokens down needs for the next try, a statement that hangs before it included.
const GRACE: Duration = Duration::from_secs(10);
/// How often it is asked meanwhile.
const ASK_AGAIN: Duration = Duration::from_millis(500);
/// A database that takes longer to answer was away for others as well.
const SLOW: Duration = Duration::from_secs(1);
/// How long it is tried to write new tokens down: what is lost here is lost for good, and while the database is away nobody
/// else can spend what was spent.
const KEEP_PATIENCE: Duration = Duration::from_secs(3_600);
/// The longest wait between two tries.
const KEEP_PAUSE: Duration = Duration::from_secs(1);

impl Vault {
    /// Takes the lease on a grant as it was read. False: another one has it, or the grant is another by now.
    pub(super) async fn lease(&self, row: &GrantRow, by: &str) -> Result<bool, ToolError> {
        let leased = self.inner.store.lease_oauth_grant(row, by, LEASE).await.map_err(|error| unreadable(&error))?;
        if leased && row.leased_by.is_some() { self.outlast(row, by).await } else { Ok(leased) }
    }

    /// Whoever had the lease before may have spent the refresh token, and write down what came as soon as the database lets
    /// them: where it was away for everybody, they come first. False: they did.
    async fn outlast(&self, row: &GrantRow, by: &str) -> Result<bool, ToolError> {
        let mut steady = Instant::now();
        while steady.elapsed() < GRACE {
            tokio::time::sleep(ASK_AGAIN).await;
            if self.inner.grants.flights.is_closed() {
                self.release(row, by).await;
                return Err(stopping());
            }
            let asked = Instant::now();
            let extended = self.inner.store.extend_oauth_grant(row, by, LEASE).await;
            if !extended.map_err(|error| unreadable(&error))? {
                return Ok(false);
            }
            if asked.elapsed() > SLOW {
                steady = Instant::now();
            }
        }
        Ok(true)
    }

    /// Gives the lease back, for whoever tries next.
    pub(super) async fn release(&self, row: &GrantRow, by: &str) {
        if let Err(error) = self.inner.store.release_oauth_grant(row, by).await {
            tracing::warn!(%error, "the lease on an authorization could not be given back");
        }
    }

    /// Writes new tokens down. `None`: the grant is another by now, or is gone.
    pub(super) async fn keep(
        &self,
        ask: &GrantAsk,
        row: &GrantRow,
        terms: &Terms,
        access: &Access,
    ) -> Result<Option<Found>, ToolError> {
        let now = self.inner.clock.now();
        let (give_up, mut pause) = (Instant::now() + KEEP_PATIENCE, LOOK_AGAIN);
        loop {
            match self.write_tokens(row, terms, access, now).await {
                Ok(true) => {
                    let expires_at = access.lifetime.map(|lifetime| now.plus(lifetime));
                    let kept = GrantRow { expires_at, updated_at: now, ..row.clone() };
                    return Ok(Some((access.token(), good_until(&kept))));
                }
                Ok(false) => {
                    self.give_back_if_gone(ask, terms, access).await;
                    return Ok(None);
                }
                Err(fault) if Instant::now() >= give_up => return Err(unreadable(&fault)),
                Err(fault) => {
                    tracing::warn!(?fault, "renewed tokens could not be written down; trying again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(KEEP_PAUSE);
                }
            }
        }
    }

    async fn write_tokens(
        &self,
        row: &GrantRow,
        terms: &Terms,
        access: &Access,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        let place = place_of(&row.subject, &row.holder);
        let tokens = NewTokens {
            sealed: self.seal_json(row.org_id, "oauth_grant", &place, access).await?,
            terms: serde_json::to_value(terms).map_err(Fault::internal)?,
            is_renewable: access.refresh.is_some(),
            expires_at: access.lifetime.map(|lifetime| now.plus(lifetime)),
        };
        Ok(self.inner.store.renew_oauth_grant(row, &tokens, now).await?)
    }

    /// Somebody disconnected while new tokens were on their way: whoever said so does not want us to be let in by them.
    /// Where somebody signed in anew nothing is given back, because with some servers that ends the new access too.
    async fn give_back_if_gone(&self, ask: &GrantAsk, terms: &Terms, access: &Access) {
        if !matches!(self.inner.store.oauth_grant(ask.org, ask.id).await, Ok(None)) {
            return;
        }
        let (guard, terms, access) = (self.inner.guard.clone(), terms.clone(), access.clone());
        let secret = ask.secret.clone().filter(|_| terms.is_given);
        self.inner.grants.flights.spawn(async move {
            if let Err(error) = revoke(&guard, &terms, &access, secret.as_ref()).await {
                tracing::warn!(issuer = terms.issuer, why = error.message, "tokens could not be given back");
            }
        });
    }
}
