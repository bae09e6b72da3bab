//! The only room that decrypts.
//!
//! Secrets are sealed in an envelope: the operator's [`MasterKey`] wraps one data key for each organization,
//! and that key seals the organization's values, each bound to its place ([`mod@seal`]). [`Vault`] keeps
//! sealed rows in memory and opens a value only when it is lent to an execution; nothing here prints,
//! serialises or logs one. Passwords ([`password`]) and tokens ([`token`]) are hashed here, and OAuth access
//! tokens fetched and kept ([`oauth`]), because all of them are secrets. Who may do any of this is decided
//! in `runtime`.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod grant;
mod keyring;
pub mod master;
pub mod oauth;
pub mod password;
mod seal;
pub mod secret;
pub mod token;

use std::sync::Arc;

use callwright_guard::Guard;
use callwright_model::{Clock, Fault, IdSource, ToolError, id::OrgId, secret::SecretString};
use callwright_store::Store;
use serde::{Serialize, de::DeserializeOwned};

pub use grant::{GrantAsk, Refused};
use keyring::Keyring;
pub use master::{MasterKey, MasterKeyError};
pub use oauth::{OauthRequest, Tokens};
use seal::Place;
pub use seal::SealError;
pub use secret::{LendError, SecretInfo};

/// Secrets, data keys and access tokens. Clones share one.
#[derive(Clone)]
pub struct Vault {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    ids: IdSource,
    keys: Keyring,
    secrets: secret::Cache,
    tokens: oauth::Tokens,
    grants: grant::Grants,
    guard: Guard,
}

/// Why the vault cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database was sealed with another key.
    #[error(
        "the master key is not the one that this database was sealed with; give the key of its first start \
         (`CALLWRIGHT_MASTER_KEY`, or `master.key` in the data directory). Without it no secret can be read again"
    )]
    WrongMasterKey,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] callwright_store::Error),
    /// Sealing failed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// The setting that holds a text sealed by the master key.
const CHECK: &str = "master_key_check";
const CHECK_PLACE: Place<'_> = Place { purpose: CHECK, org: None, name: "" };

impl Vault {
    /// Opens the vault of a database; the first time, the database is tied to `master`.
    ///
    /// # Errors
    /// [`OpenError::WrongMasterKey`] when the database is tied to another key.
    pub async fn open(
        store: Store,
        guard: Guard,
        master: MasterKey,
        clock: Arc<dyn Clock>,
        ids: IdSource,
    ) -> Result<Self, OpenError> {
        let cipher = master.cipher();
        let check = match store.setting(CHECK).await? {
            Some(check) => check,
            None => store.set_setting_if_absent(CHECK, &cipher.seal(CHECK_PLACE, b"callwright")?).await?,
        };
        cipher.open(CHECK_PLACE, &check).map_err(|_| OpenError::WrongMasterKey)?;
        let tokens = oauth::Tokens::new(guard.clone(), clock.clone());
        let (keys, secrets, grants) = (Keyring::new(cipher), secret::Cache::default(), grant::Grants::default());
        let inner = Inner { store, clock, ids, keys, secrets, tokens, grants, guard };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Seals bytes that belong to `org`.
    ///
    /// # Errors
    /// When the organization's key cannot be had.
    pub async fn seal(&self, org: OrgId, plain: &[u8]) -> Result<String, Fault> {
        let key = self.key(org).await?;
        key.seal(sealed_for(org), plain).map_err(Fault::internal)
    }

    /// Opens what [`seal`](Self::seal) gave for the same organization.
    ///
    /// # Errors
    /// When the text was changed, or sealed for another organization.
    pub async fn unseal(&self, org: OrgId, sealed: &str) -> Result<Vec<u8>, Fault> {
        let key = self.key(org).await?;
        let mut plain = key.open(sealed_for(org), sealed).map_err(Fault::internal)?;
        Ok(std::mem::take(&mut *plain))
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

    /// An access token for `request`, from the cache when there is one. `stale` is a token that was just
    /// refused; it is replaced once for all who hold it.
    ///
    /// # Errors
    /// `auth_error` when the token server refuses, `network_error` or `timeout_error` when it cannot be asked.
    pub async fn oauth_token(
        &self,
        request: OauthRequest,
        stale: Option<&SecretString>,
    ) -> Result<SecretString, ToolError> {
        self.inner.tokens.get(request, stale).await
    }

    async fn key(&self, org: OrgId) -> Result<seal::Cipher, Fault> {
        let inner = &self.inner;
        inner.keys.get(&inner.store, &*inner.clock, &inner.ids, org).await
    }
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[vault]")
    }
}

fn sealed_for(org: OrgId) -> Place<'static> {
    Place { purpose: "seal", org: Some(org), name: "" }
}
