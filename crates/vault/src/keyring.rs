//! The data keys of organizations, unwrapped when first used and kept.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use callwright_model::{Clock, Fault, IdSource, id::OrgId};
use callwright_store::{Store, secret::DataKeyRow};

use crate::seal::{Cipher, Key, Place, SealError};

/// Past this many organizations in memory, all are forgotten and read again.
const MAX_KEPT: usize = 10_000;

/// Unwrapped keys. A data key never changes, so what is here stays true.
pub(crate) struct Keyring {
    master: Cipher,
    keys: RwLock<HashMap<OrgId, Cipher>>,
}

impl Keyring {
    pub(crate) fn new(master: Cipher) -> Self {
        Self { master, keys: RwLock::default() }
    }

    /// The key of `org`; made when it has none.
    pub(crate) async fn get(
        &self,
        store: &Store,
        clock: &dyn Clock,
        ids: &IdSource,
        org: OrgId,
    ) -> Result<Cipher, Fault> {
        if let Some(cipher) = self.keys.read().unwrap_or_else(PoisonError::into_inner).get(&org) {
            return Ok(cipher.clone());
        }
        let row = match store.data_key(org).await? {
            Some(row) => row,
            None => {
                let wrapped = self.wrap(org).map_err(Fault::internal)?;
                let row = DataKeyRow { id: ids.next(), org_id: org, wrapped, created_at: clock.now() };
                // Another server may have been faster; then its key is the organization's.
                store.insert_data_key_if_absent(&row).await?
            }
        };
        let cipher = self.unwrap(&row).map_err(Fault::internal)?;
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= MAX_KEPT {
            keys.clear();
        }
        keys.insert(org, cipher.clone());
        Ok(cipher)
    }

    fn wrap(&self, org: OrgId) -> Result<String, SealError> {
        self.master.seal(place(org), Key::generate()?.bytes())
    }

    fn unwrap(&self, row: &DataKeyRow) -> Result<Cipher, SealError> {
        let bytes = self.master.open(place(row.org_id), &row.wrapped)?;
        Key::from_bytes(&bytes).map(|key| key.cipher()).ok_or(SealError::Malformed)
    }
}

fn place(org: OrgId) -> Place<'static> {
    Place { purpose: "data_key", org: Some(org), name: "" }
}
