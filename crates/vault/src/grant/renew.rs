//! A grant's token is read, and renewed before it ends.

use std::time::Duration;

use callwright_model::{
    ErrorClass, Timestamp, ToolError, id::OauthGrantId, oauth::AuthorizationStatus, secret::SecretString,
};
use callwright_store::oauth::GrantRow;
use tokio::time::Instant;

use super::{
    GrantAsk,
    end::is_final,
    lease::{LEASE, LOOK_AGAIN},
    told::{needs, unreadable},
};
use crate::{Vault, oauth::renew};

/// A token is renewed this long before it ends, so that none ends on its way.
const MARGIN: Duration = Duration::from_secs(60);
/// How long somebody waits for another server's renewal.
const PATIENCE: Duration = Duration::from_secs(30);

impl Vault {
    pub(super) async fn read_or_renew(
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
}

/// Until when a token is used: a while before it ends, of a short life half.
pub(super) fn good_until(row: &GrantRow) -> Option<Timestamp> {
    let end = row.expires_at?;
    let lifetime = end.since(row.updated_at);
    Some(end.minus(MARGIN.min(lifetime / 2)))
}
