//! The lease of whoever renews a grant, and what is written under it.

use std::time::Duration;

use callwright_model::{Timestamp, ToolError, secret::SecretString};
use callwright_store::oauth::{GrantRow, NewTokens};
use tokio::time::Instant;

use super::{place_of, renew::good_until, told::unreadable};
use crate::{
    Vault,
    oauth::{Access, Terms},
};

/// Longer than a renewal may take. A server that dies with the lease keeps others waiting for so long.
pub(super) const LEASE: Duration = Duration::from_secs(60);
/// How often somebody who waits for another's renewal looks.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// How long it is tried to write new tokens down: what is lost here is lost for good, and while the database is away nobody
/// else can spend what was spent.
const KEEP_PATIENCE: Duration = Duration::from_secs(600);
/// The longest wait between two tries.
const KEEP_PAUSE: Duration = Duration::from_secs(2);

impl Vault {
    /// Writes new tokens down under the lease. `None`: the lease was lost.
    pub(super) async fn keep(
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
}
