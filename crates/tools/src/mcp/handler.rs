//! What the server may ask and tell us during a session: progress is passed on, a changed list is noted, and questions
//! to a person are declined, because nobody sits there.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use rmcp::{
    ClientHandler, RoleClient,
    model::{
        ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult, ElicitationAction, ErrorData,
        Implementation, ProgressNotificationParam, ProgressToken,
    },
    service::{NotificationContext, RequestContext},
};
use tokio::sync::{Mutex, mpsc};

/// What is waiting to be told of one call; the oldest are enough.
const PROGRESS_KEPT: usize = 32;

/// Called when the server says that its tools have changed.
pub(super) type Changed = Arc<dyn Fn() + Send + Sync>;

/// Who waits for the progress of which call.
///
/// The lock is held while a request is handed over, so that its progress cannot come before its place is made.
#[derive(Default)]
pub(super) struct Progresses {
    pub(super) waiting: Mutex<HashMap<ProgressToken, mpsc::Sender<ProgressNotificationParam>>>,
}

impl Progresses {
    /// A place for the progress of one call.
    pub(super) fn channel() -> (mpsc::Sender<ProgressNotificationParam>, mpsc::Receiver<ProgressNotificationParam>) {
        mpsc::channel(PROGRESS_KEPT)
    }

    pub(super) async fn forget(&self, token: &ProgressToken) {
        self.waiting.lock().await.remove(token);
    }
}

/// Our side of a session.
pub(super) struct Handler {
    pub(super) progresses: Arc<Progresses>,
    pub(super) changed: Option<Changed>,
    /// The list changed since it was last read.
    pub(super) is_stale: Arc<AtomicBool>,
}

/// Who we are.
pub(super) fn identity() -> ClientConfig {
    let mut us = Implementation::new("callwright", env!("CARGO_PKG_VERSION"));
    us.title = Some("Callwright".to_owned());
    ClientConfig::new(ClientCapabilities::default(), us)
}

impl ClientHandler for Handler {
    async fn create_elicitation(
        &self,
        _: ElicitRequestParams,
        _: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        Ok(ElicitResult::new(ElicitationAction::Decline))
    }

    async fn on_progress(&self, params: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        let waiting = self.progresses.waiting.lock().await.get(&params.progress_token).cloned();
        if let Some(waiting) = waiting {
            // Progress that nobody has read yet is as good as the newest.
            let _ = waiting.try_send(params);
        }
    }

    async fn on_tool_list_changed(&self, _: NotificationContext<RoleClient>) {
        self.is_stale.store(true, Ordering::Relaxed);
        if let Some(changed) = &self.changed {
            changed();
        }
    }

    fn get_info(&self) -> ClientConfig {
        identity()
    }
}
