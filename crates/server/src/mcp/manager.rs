//! How `rmcp` begins sessions and takes them up again: under ids of ours.
//!
//! `rmcp` keeps its half of a session in this process. Where it lacks one that we know, because another node began it, the
//! process was restarted, or nobody had used it for a while, it asks [`Known`] what the client once said and begins
//! anew with that, without the client's doing.

use std::{future::Future, sync::Arc, time::Duration};

use futures_util::Stream;
use rmcp::{
    model::{ClientJsonRpcMessage, ServerJsonRpcMessage},
    transport::streamable_http_server::session::{
        RestoreOutcome, ServerSseMessage, SessionId, SessionManager, SessionState, SessionStore, SessionStoreError,
        local::{LocalSessionManager, LocalSessionManagerError},
    },
};

use super::sessions::Sessions;

tokio::task_local! {
    /// The id of the session that a request begins.
    static BEGUN: SessionId;
}

/// Does `work`, in which a session may be begun, under this id.
pub(super) async fn beginning<F: Future>(id: SessionId, work: F) -> F::Output {
    BEGUN.scope(id, work).await
}

/// Where `rmcp` keeps its sessions.
pub(super) struct Manager(LocalSessionManager);

impl Manager {
    /// One that ends sessions which nobody uses for `keep`.
    pub(super) fn new(keep: Duration) -> Self {
        let mut local = LocalSessionManager::default();
        local.session_config.keep_alive = Some(keep);
        Self(local)
    }

    /// Ends this half of a session if `is_taken` out of ours, where it looks and takes: both go at once, so that whoever
    /// comes back meanwhile finds both or neither.
    pub(super) async fn end(&self, id: &str, is_taken: impl FnOnce() -> bool) {
        let half = {
            let mut halves = self.0.sessions.write().await;
            if !is_taken() {
                return;
            }
            halves.remove(id)
        };
        if let Some(half) = half
            && let Err(error) = half.close().await
        {
            tracing::debug!(%error, "a session could not be closed in order");
        }
    }
}

impl SessionManager for Manager {
    type Error = LocalSessionManagerError;
    type Transport = <LocalSessionManager as SessionManager>::Transport;

    async fn create_session(&self) -> Result<(SessionId, Self::Transport), Self::Error> {
        // Without an id nobody would count it.
        let id = BEGUN.try_with(Clone::clone).map_err(|_| LocalSessionManagerError::SessionNotFound("-".into()))?;
        match self.0.restore_session(id.clone()).await? {
            RestoreOutcome::Restored(transport) => Ok((id, transport)),
            _ => Err(LocalSessionManagerError::SessionNotFound(id)),
        }
    }

    async fn initialize_session(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<ServerJsonRpcMessage, Self::Error> {
        self.0.initialize_session(id, message).await
    }

    async fn has_session(&self, id: &SessionId) -> Result<bool, Self::Error> {
        self.0.has_session(id).await
    }

    async fn close_session(&self, id: &SessionId) -> Result<(), Self::Error> {
        self.0.close_session(id).await
    }

    async fn create_stream(
        &self,
        id: &SessionId,
        message: ClientJsonRpcMessage,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Self::Error> {
        self.0.create_stream(id, message).await
    }

    async fn accept_message(&self, id: &SessionId, message: ClientJsonRpcMessage) -> Result<(), Self::Error> {
        self.0.accept_message(id, message).await
    }

    async fn create_standalone_stream(
        &self,
        id: &SessionId,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Self::Error> {
        self.0.create_standalone_stream(id).await
    }

    async fn resume(
        &self,
        id: &SessionId,
        last_event_id: String,
    ) -> Result<impl Stream<Item = ServerSseMessage> + Send + Sync + 'static, Self::Error> {
        self.0.resume(id, last_event_id).await
    }

    async fn restore_session(&self, id: SessionId) -> Result<RestoreOutcome<Self::Transport>, Self::Error> {
        self.0.restore_session(id).await
    }
}

/// Tells `rmcp` of sessions that we know and it does not.
pub(super) struct Known(pub Arc<Sessions>);

#[async_trait::async_trait]
impl SessionStore for Known {
    async fn load(&self, id: &str) -> Result<Option<SessionState>, SessionStoreError> {
        let Some(session) = self.0.of(id) else { return Ok(None) };
        let params = serde_json::from_value(session.initialize())?;
        Ok(Some(SessionState::new(params)))
    }

    async fn store(&self, _: &str, _: &SessionState) -> Result<(), SessionStoreError> {
        // The id says it all.
        Ok(())
    }

    async fn delete(&self, _: &str) -> Result<(), SessionStoreError> {
        Ok(())
    }
}
