//! Secrets: set, listed by name, deleted and lent; never read back.
//!
//! Sealed rows are kept in memory for each organization and opened at each lending. Whoever changes a
//! secret on this server forgets the organization's rows; when another server did it, the runtime calls
//! [`Vault::invalidate`].

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use callwright_model::{
    Fault, Timestamp,
    context::CALL_FIELDS,
    id::{AgentId, OrgId, SecretId, UserId},
    page::{Page, PageRequest},
    secret::{SecretString, is_secret_name},
};
use callwright_store::secret::{SecretRow, SecretSummary};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    Vault,
    seal::{Place, SealError},
};

/// The most bytes that a secret may have.
pub const MAX_BYTES: usize = 64 << 10;

/// Past this many organizations in memory, all are forgotten and read again.
const MAX_KEPT: usize = 1_000;

/// What may be told of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SecretInfo {
    /// Its id.
    pub id: SecretId,
    /// The name that configurations use.
    pub name: String,
    /// The agent that it belongs to; without one, the whole organization.
    pub agent_id: Option<AgentId>,
    /// Counts up with every new value, from 1.
    pub version: i64,
    /// When it was first set.
    pub created_at: Timestamp,
    /// When it was last set.
    pub updated_at: Timestamp,
}

/// Why secrets cannot be lent.
#[derive(Debug)]
pub enum LendError {
    /// There is no secret of that name, neither the agent's nor the organization's.
    Missing(String),
    /// Our own fault.
    Fault(Fault),
}

impl fmt::Display for LendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "there is no secret `{name}`"),
            Self::Fault(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for LendError {}

impl From<Fault> for LendError {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Vault {
    /// Sets a secret of the organization, or of one of its agents. Its old value is gone.
    ///
    /// # Errors
    /// A name that may not name a secret, a value that is empty or over [`MAX_BYTES`], or a store that fails.
    pub async fn set_secret(
        &self,
        org: OrgId,
        agent: Option<AgentId>,
        name: &str,
        value: SecretString,
        by: UserId,
    ) -> Result<SecretInfo, Fault> {
        let row = self.seal_secret(org, agent, name, value, by).await?;
        let kept = self.inner.store.upsert_secret(&row).await;
        // Also after an error: it may have been kept before the error came.
        self.invalidate(org);
        let kept = kept?;
        Ok(SecretInfo {
            id: kept.id,
            name: kept.name,
            agent_id: kept.agent_id,
            version: kept.version,
            created_at: kept.created_at,
            updated_at: kept.updated_at,
        })
    }

    /// A secret as the store keeps it, for whoever writes it together with something else. They call
    /// [`Vault::invalidate`] when it is written.
    ///
    /// # Errors
    /// As for [`Vault::set_secret`].
    pub async fn seal_secret(
        &self,
        org: OrgId,
        agent: Option<AgentId>,
        name: &str,
        value: SecretString,
        by: UserId,
    ) -> Result<SecretRow, Fault> {
        check(name, &value)?;
        let key = self.key(org).await?;
        let scoped = scoped_name(agent, name);
        let sealed = key.seal(place(org, &scoped), value.expose().as_bytes()).map_err(Fault::internal)?;
        let now = self.inner.clock.now();
        Ok(SecretRow {
            id: self.inner.ids.next(),
            org_id: org,
            agent_id: agent,
            name: name.to_owned(),
            sealed,
            version: 1,
            created_by: by,
            created_at: now,
            updated_at: now,
        })
    }

    /// One page of the secrets of an organization, or of one of its agents, by name.
    ///
    /// # Errors
    /// A cursor of another list, or a store that fails.
    pub async fn list_secrets(
        &self,
        org: OrgId,
        agent: Option<AgentId>,
        page: &PageRequest,
    ) -> Result<Page<SecretInfo>, Fault> {
        Ok(self.inner.store.secrets(org, agent, page).await?.map(SecretInfo::from))
    }

    /// Deletes a secret. False: it was not there.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn delete_secret(&self, org: OrgId, agent: Option<AgentId>, name: &str) -> Result<bool, Fault> {
        let deleted = self.inner.store.delete_secret(org, agent, name).await;
        self.invalidate(org);
        Ok(deleted?)
    }

    /// The names of all secrets of an organization and its agents: what a template may refer to.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn secret_names(&self, org: OrgId) -> Result<Arc<BTreeSet<String>>, Fault> {
        Ok(self.sealed(org).await?.names.clone())
    }

    /// The values of `names`, for one execution. The agent's own secret goes before the organization's.
    ///
    /// # Errors
    /// [`LendError::Missing`] for the first name without a value.
    pub async fn lend(
        &self,
        org: OrgId,
        agent: Option<AgentId>,
        names: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, SecretString>, LendError> {
        let mut lent = BTreeMap::new();
        if names.is_empty() {
            return Ok(lent);
        }
        let sealed = self.sealed(org).await?;
        let key = self.key(org).await?;
        for name in names {
            let (scope, text) = sealed.find(agent, name).ok_or_else(|| LendError::Missing(name.clone()))?;
            let mut plain = key.open(place(org, &scoped_name(scope, name)), text).map_err(unreadable)?;
            let plain = String::from_utf8(std::mem::take(&mut *plain)).map_err(|_| unreadable(SealError::Malformed))?;
            lent.insert(name.clone(), SecretString::new(plain));
        }
        Ok(lent)
    }

    /// Forgets what is kept of an organization's secrets, because somebody else may have changed them.
    pub fn invalidate(&self, org: OrgId) {
        self.inner.secrets.forget(org);
        self.inner.grants.forget();
    }

    async fn sealed(&self, org: OrgId) -> Result<Arc<Sealed>, Fault> {
        let cache = &self.inner.secrets;
        if let Some(sealed) = cache.find(org) {
            return Ok(sealed);
        }
        let generation = cache.generation();
        let sealed = Arc::new(Sealed::new(self.inner.store.secret_rows(org).await?));
        cache.keep(org, &sealed, generation);
        Ok(sealed)
    }
}

impl From<SecretSummary> for SecretInfo {
    fn from(row: SecretSummary) -> Self {
        Self {
            id: row.id,
            name: row.name,
            agent_id: row.agent_id,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// The sealed secrets of one organization.
struct Sealed {
    names: Arc<BTreeSet<String>>,
    shared: HashMap<String, String>,
    of_agents: HashMap<AgentId, HashMap<String, String>>,
}

impl Sealed {
    fn new(rows: Vec<SecretRow>) -> Self {
        let names = Arc::new(rows.iter().map(|row| row.name.clone()).collect());
        let mut sealed = Self { names, shared: HashMap::new(), of_agents: HashMap::new() };
        for row in rows {
            let scope = match row.agent_id {
                Some(agent) => sealed.of_agents.entry(agent).or_default(),
                None => &mut sealed.shared,
            };
            scope.insert(row.name, row.sealed);
        }
        sealed
    }

    /// The sealed text that `agent` gets for `name`, and whose it is.
    fn find(&self, agent: Option<AgentId>, name: &str) -> Option<(Option<AgentId>, &str)> {
        let own = agent.and_then(|agent| self.of_agents.get(&agent)?.get(name));
        let own = own.map(|text| (agent, text.as_str()));
        own.or_else(|| self.shared.get(name).map(|text| (None, text.as_str())))
    }
}

/// Sealed rows by organization. Rows that were read before a change are not kept after it.
#[derive(Default)]
pub(crate) struct Cache {
    state: RwLock<CacheState>,
}

#[derive(Default)]
struct CacheState {
    generation: u64,
    kept: HashMap<OrgId, Arc<Sealed>>,
}

impl Cache {
    fn find(&self, org: OrgId) -> Option<Arc<Sealed>> {
        self.state.read().unwrap_or_else(PoisonError::into_inner).kept.get(&org).cloned()
    }

    fn generation(&self) -> u64 {
        self.state.read().unwrap_or_else(PoisonError::into_inner).generation
    }

    fn keep(&self, org: OrgId, sealed: &Arc<Sealed>, generation: u64) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if state.generation != generation {
            return;
        }
        if state.kept.len() >= MAX_KEPT {
            state.kept.clear();
        }
        state.kept.insert(org, sealed.clone());
    }

    fn forget(&self, org: OrgId) {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        state.generation += 1;
        state.kept.remove(&org);
    }
}

fn check(name: &str, value: &SecretString) -> Result<(), Fault> {
    if !is_secret_name(name) {
        let message = "`name` must be letters, digits and `_`, not start with a digit, and have at most 64 characters";
        return Err(Fault::invalid("name", message));
    }
    if CALL_FIELDS.contains(&name) {
        let message = format!("`name` may not be `{name}`: templates read that word from the call");
        return Err(Fault::invalid("name", message));
    }
    if value.expose().is_empty() {
        return Err(Fault::invalid("value", "`value` is empty; to remove a secret, delete it"));
    }
    if value.expose().len() > MAX_BYTES {
        return Err(Fault::invalid("value", format!("`value` must have at most {MAX_BYTES} bytes")));
    }
    Ok(())
}

fn scoped_name(agent: Option<AgentId>, name: &str) -> String {
    agent.map_or_else(|| name.to_owned(), |agent| format!("{agent}/{name}"))
}

fn place(org: OrgId, scoped_name: &str) -> Place<'_> {
    Place { purpose: "secret", org: Some(org), name: scoped_name }
}

fn unreadable(error: SealError) -> LendError {
    LendError::Fault(Fault::internal(error))
}
