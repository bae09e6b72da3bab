//! One session with an MCP server: opened ([`open`]), asked for its tools ([`list`]), used for calls ([`call`]), closed.

mod call;
mod list;
mod open;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use callwright_guard::Redactor;
use rmcp::{
    RoleClient,
    service::{Peer, RunningService},
};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{
    handler::{Handler, Progresses},
    http::SentTokens,
    stdio,
    upstream::TokenSource,
};

pub(super) use call::Call;
pub use list::Listed;
pub use open::beside;

/// What a server gets to end its session in order.
const CLOSING: Duration = Duration::from_secs(3);

/// What a server tells about itself when a session is opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened {
    /// The address that answered.
    pub endpoint: Option<Url>,
    /// The version of the protocol.
    pub protocol_version: String,
    /// Its name.
    pub server_name: Option<String>,
    /// Its version.
    pub server_version: Option<String>,
    /// What it says about its use.
    pub instructions: Option<String>,
}

/// An open session. Calls share it.
pub struct Session {
    peer: Peer<RoleClient>,
    running: std::sync::Mutex<Option<RunningService<RoleClient, Handler>>>,
    stop: CancellationToken,
    progresses: Arc<Progresses>,
    is_stale: Arc<AtomicBool>,
    is_lost: AtomicBool,
    /// An answer was given up because it was too large.
    oversized: Arc<AtomicBool>,
    child: Option<stdio::Child>,
    opened: Opened,
    hide: Redactor,
    sent: Arc<SentTokens>,
    tokens: Option<Arc<dyn TokenSource>>,
    places: tokio::sync::Semaphore,
}

impl Session {
    /// What the server told about itself.
    pub fn opened(&self) -> &Opened {
        &self.opened
    }

    /// Whether calls can still be made in it.
    pub fn is_alive(&self) -> bool {
        !self.is_lost.load(Ordering::Relaxed)
            && !self.peer.is_transport_closed()
            && !self.stop.is_cancelled()
            && self.child.as_ref().is_none_or(stdio::Child::is_running)
    }

    /// No call is made in it any more.
    pub(super) fn lose(&self) {
        self.is_lost.store(true, Ordering::Relaxed);
    }

    /// Whether the server said that its tools have changed since they were read last; asking resets it.
    pub fn take_stale(&self) -> bool {
        self.is_stale.swap(false, Ordering::Relaxed)
    }

    /// What hides the secrets that the server knows, the tokens among them.
    pub(super) fn hide(&self) -> Redactor {
        self.sent.hidden(&self.hide)
    }

    /// Ends the session, and the program behind it with all its children.
    pub async fn close(&self) {
        self.lose();
        let running = self.running.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if let Some(mut running) = running {
            let _ = running.close_with_timeout(CLOSING).await;
        }
        self.stop.cancel();
        if let Some(child) = &self.child {
            child.kill();
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
