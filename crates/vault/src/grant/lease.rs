//! The lease of whoever renews a grant, and what is written under it.

use std::time::Duration;

use callwright_model::{Fault, Timestamp, ToolError};
use callwright_store::oauth::{GrantRow, NewTokens};
use tokio::time::Instant;

use super::{
    GrantAsk, place_of,
    renew::good_until,
    slot::{Found, Slot},
    told::unreadable,
};
use crate::{
    Vault,
    oauth::{Access, Terms, revoke},
};

/// Longer than a renewal may take. A server that dies with the lease keeps others waiting for so long.
pub(super) const LEASE: Duration = Duration::from_secs(60);
/// How often somebody who waits for another's renewal looks.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// A lease that was over so long ago is over by every server's clock: nobody has to watch it first.
const CLOCKS_DIFFER: Duration = Duration::from_secs(300);
/// How long it is tried to write new tokens down: what is lost here is lost for good, and while the database is away nobody
/// else can spend what was spent.
const KEEP_PATIENCE: Duration = Duration::from_secs(3_600);
/// The longest wait between two tries.
const KEEP_PAUSE: Duration = Duration::from_secs(2);

impl Vault {
    /// Takes the lease on a grant as it was read. False: another one has it, or the grant is another by now.
    pub(super) async fn lease(&self, slot: &Slot, row: &GrantRow, by: &str) -> Result<bool, ToolError> {
        let (now, instant) = (self.inner.clock.now(), self.inner.clock.instant());
        let outlived = slot.memory(|memory| memory.outlived(row, instant));
        let (until, long_ago) = (now.plus(LEASE), now.minus(CLOCKS_DIFFER));
        let leased = self.inner.store.lease_oauth_grant(row, by, outlived, until, long_ago).await;
        leased.map_err(|error| unreadable(&error))
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
