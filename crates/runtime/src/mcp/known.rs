//! Servers and the hashes of their definitions, kept until somebody changes them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use callwright_model::{Fault, id::OrgId, mcp_server::McpServer};

use crate::App;

/// Past this many servers in memory, all are forgotten and read again.
const MAX_KEPT: usize = 5_000;

/// A server as calls need it.
pub(crate) struct Known {
    /// The server.
    pub(crate) server: McpServer,
    /// The hash of each tool's current definition.
    pub(crate) hashes: HashMap<String, String>,
}

/// What is in memory. Entries belong to a generation of their organization: what was read before a change and comes
/// after it is not kept.
#[derive(Default)]
pub(crate) struct KnownServers(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    generations: HashMap<OrgId, u64>,
    servers: HashMap<(OrgId, String), Arc<Known>>,
}

impl KnownServers {
    pub(super) fn forget(&self, org: OrgId) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *inner.generations.entry(org).or_default() += 1;
        inner.servers.retain(|(of, _), _| *of != org);
    }

    fn find(&self, org: OrgId, name: &str) -> (u64, Option<Arc<Known>>) {
        let inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let generation = inner.generations.get(&org).copied().unwrap_or_default();
        (generation, inner.servers.get(&(org, name.to_owned())).cloned())
    }

    fn keep(&self, org: OrgId, name: &str, generation: u64, known: &Arc<Known>) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.generations.get(&org).copied().unwrap_or_default() != generation {
            return;
        }
        if inner.servers.len() >= MAX_KEPT {
            inner.servers.clear();
        }
        inner.servers.insert((org, name.to_owned()), known.clone());
    }
}

/// A server by its name, from memory if it is there.
pub(super) async fn find(app: &App, org: OrgId, name: &str) -> Result<Option<Arc<Known>>, Fault> {
    let (generation, found) = app.mcp().known.find(org, name);
    if found.is_some() {
        return Ok(found);
    }
    let Some(server) = app.store().mcp_server(org, name).await? else { return Ok(None) };
    let hashes = app.store().mcp_hashes(org, server.id).await?.into_iter().collect();
    let known = Arc::new(Known { server, hashes });
    app.mcp().known.keep(org, name, generation, &known);
    Ok(Some(known))
}
