//! MCP servers that an organization has registered: kept, asked for their tools, and called in sessions that are shared.
//!
//! A tool of such a server is one of ours, of the kind `mcp`. Which definition of it was agreed to stands in its
//! configuration as a hash, and so in each of its revisions; a call is refused while the server shows another one
//! ([`session`]). What the servers show is read when a session is opened, when a server says that it changed, every few
//! minutes while a session is used, and when somebody asks ([`refresh`]).

mod accept;
mod adopt;
mod authorize;
mod complete;
mod known;
mod oauth;
mod person;
pub mod probe;
mod refresh;
mod servers;
mod session;
mod tools;
mod upstream;

use std::{
    collections::{BTreeMap, HashSet},
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use callwright_model::id::McpServerId;
use callwright_tools::mcp::Sessions;

pub use accept::{Accept, Accepted, accept};
pub use adopt::{Adopt, AdoptOne, Adopted, adopt};
pub use authorize::{ConfirmAuthorization, authorize, confirm, disconnect};
pub use refresh::{Refreshed, refresh};
pub use servers::{create, delete, get, list, update};
pub use tools::tools;

pub(crate) use authorize::{authorized, client_secret, seen};
pub(crate) use complete::{complete, warning};
pub(crate) use session::session;

use known::KnownServers;

/// What the operator allows of MCP servers.
#[derive(Debug, Clone, Default)]
pub struct McpSettings {
    /// The programs that may be started as servers, as they are registered, and where each was found.
    pub commands: BTreeMap<String, PathBuf>,
}

/// What is held of MCP servers in this process.
#[derive(Default)]
pub struct Mcp {
    sessions: Sessions,
    known: KnownServers,
    /// Servers that are being asked in the background.
    asking: Mutex<HashSet<McpServerId>>,
}

impl Mcp {
    /// Forgets what is known of an organization's servers, because somebody may have changed them.
    pub(crate) fn forget(&self, org: callwright_model::id::OrgId) {
        self.known.forget(org);
    }

    /// Closes sessions that nobody uses.
    pub(crate) fn sweep(&self) {
        self.sessions.sweep();
    }

    /// Closes all sessions, and ends the programs behind them.
    pub(crate) async fn close(&self) {
        self.sessions.close().await;
    }

    /// Whether this caller is the one who asks `server`; whoever is, calls [`Mcp::asked`] afterwards.
    fn asks(&self, server: McpServerId) -> bool {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner).insert(server)
    }

    fn asked(&self, server: McpServerId) {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner).remove(&server);
    }
}
