//! What people allowed us at authorization servers, with its tokens: kept sealed, renewed before they end, and given out.
//!
//! A refresh token may be good for one use (RFC 9700), so it is spent by one: within a process all callers wait for one
//! renewal, and between processes whoever renews holds the grant's lease. What came is written down before anybody uses
//! it. Only a server that says so ends a grant; that it cannot be reached does not.

use callwright_model::{
    Fault,
    id::{OauthGrantId, OrgId, UserId},
    oauth::AuthorizationStatus,
    secret::SecretString,
};
use callwright_store::oauth::{ClientRow, GrantRow};

use crate::{
    Vault,
    oauth::{Access, Client, Terms},
};

mod end;
mod lease;
mod memory;
mod renew;
mod slot;
mod told;

pub(crate) use slot::Grants;

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

/// A token that a server has refused.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The token.
    pub token: SecretString,
    /// Whether it was refused for one thing, as a call of one tool: elsewhere it may be as good as before.
    pub is_of_one: bool,
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

impl Vault {
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
            trouble: None,
            missing_scopes: Vec::new(),
            terms: serde_json::to_value(&new.terms).map_err(Fault::internal)?,
            sealed: self.seal_json(new.org, "oauth_grant", &place, &new.access).await?,
            is_renewable: new.access.refresh.is_some(),
            expires_at: new.access.lifetime.map(|lifetime| now.plus(lifetime)),
            version: 1,
            leased_by: None,
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
}

fn place_of(subject: &str, holder: &str) -> String {
    format!("{subject}/{holder}")
}
