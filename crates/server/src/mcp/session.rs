//! Sessions of clients that begin with `initialize`: whose they are, what their client can do, and what is under way.
//!
//! `rmcp` holds what a session says; here stands what we must know of it. A session belongs to the token that began it
//! and ends with it; an organization has a bounded number of them, and one that nobody uses is ended.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use callwright_model::{
    Fault, FaultKind,
    account::Caller,
    id::{OrgId, TokenId},
    secret::SecretString,
};
use callwright_runtime::{App, account};
use rmcp::transport::streamable_http_server::session::{
    SessionManager,
    local::{LocalSessionManager, SessionConfig},
};
use serde_json::Value;
use tokio::{sync::oneshot, time::Instant};
use tokio_util::sync::CancellationToken;

use super::Endpoint;

/// How often sessions are looked through.
const SWEEP: Duration = Duration::from_secs(15);
/// A session that was used this lately is not ended to make room for another.
const BUSY: Duration = Duration::from_secs(60);
/// The most resources that one session may watch.
pub(super) const MOST_WATCHED: usize = 100;
/// The longest address of a resource that is watched.
pub(super) const MOST_URI: usize = 2_048;

/// What a client can do when it is asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Can {
    /// Show its user a form.
    pub elicit: bool,
    /// Ask a model.
    pub sample: bool,
    /// Say which folders it works in.
    pub roots: bool,
}

impl Can {
    /// Reads `capabilities`, as a client gives them.
    pub(super) fn read(capabilities: Option<&Value>) -> Self {
        let has = |name: &str| capabilities.and_then(|all| all.get(name)).is_some_and(Value::is_object);
        // No mode at all means forms, as it did before there were others.
        let form = capabilities.and_then(|all| all.get("elicitation")).is_some_and(|elicitation| {
            elicitation.as_object().is_some_and(|modes| modes.is_empty() || modes.contains_key("form"))
        });
        Self { elicit: form, sample: has("sampling"), roots: has("roots") }
    }
}

/// A session.
pub(super) struct Session {
    org: OrgId,
    token: TokenId,
    endpoint: Endpoint,
    /// Shows from time to time whether the token still holds.
    credential: SecretString,
    /// What its client can do.
    pub can: Can,
    /// The least important lines of a log that its client wants; see [`super::tell::level`].
    pub level: AtomicU8,
    /// Milliseconds since the sessions began to be counted.
    seen_ms: AtomicU64,
    /// Streams that its client holds open.
    open: AtomicUsize,
    next: AtomicU64,
    asked: Mutex<HashMap<String, oneshot::Sender<Result<Value, Value>>>>,
    running: Mutex<HashMap<String, CancellationToken>>,
    watched: Mutex<BTreeSet<String>>,
}

fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Session {
    /// A place for what the client answers, under an id of ours.
    pub(super) fn ask(&self) -> (String, oneshot::Receiver<Result<Value, Value>>) {
        let id = format!("callwright-{}", self.next.fetch_add(1, Ordering::Relaxed));
        let (sender, receiver) = oneshot::channel();
        held(&self.asked).insert(id.clone(), sender);
        (id, receiver)
    }

    /// Nobody waits for it any more.
    pub(super) fn forget(&self, id: &str) {
        held(&self.asked).remove(id);
    }

    /// Passes an answer of the client on. False: we did not ask that.
    pub(super) fn answered(&self, id: &str, answer: Result<Value, Value>) -> bool {
        match held(&self.asked).remove(id) {
            Some(waiting) => {
                // Whoever asked may have gone.
                let _ = waiting.send(answer);
                true
            }
            None => false,
        }
    }

    /// Notes a request that is under way, until the guard is dropped.
    pub(super) fn begin(self: &Arc<Self>, id: &Value) -> Running {
        let (key, token) = (id.to_string(), CancellationToken::new());
        held(&self.running).insert(key.clone(), token.clone());
        Running { session: self.clone(), key, token }
    }

    /// The client gives a request up. False: it is none of those that we carry ourselves.
    pub(super) fn cancel(&self, id: &Value) -> bool {
        match held(&self.running).get(&id.to_string()) {
            Some(token) => {
                token.cancel();
                true
            }
            None => false,
        }
    }

    /// Watches a resource, or no longer.
    pub(super) fn watch(&self, uri: &str, on: bool) -> bool {
        let mut watched = held(&self.watched);
        match on {
            true if watched.len() >= MOST_WATCHED || uri.len() > MOST_URI => false,
            true => {
                watched.insert(uri.to_owned());
                true
            }
            false => {
                watched.remove(uri);
                true
            }
        }
    }

    /// The resources that it watches.
    pub(super) fn watched(&self) -> Vec<String> {
        held(&self.watched).iter().cloned().collect()
    }
}

/// A request under way.
pub(super) struct Running {
    session: Arc<Session>,
    key: String,
    /// Fires when the client gives it up.
    pub token: CancellationToken,
}

impl Drop for Running {
    fn drop(&mut self) {
        held(&self.session.running).remove(&self.key);
    }
}

/// A stream without a session; dropped, it is counted no more.
pub(super) struct Listening {
    all: Arc<Mutex<HashMap<OrgId, usize>>>,
    org: OrgId,
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.org) {
            *count = count.saturating_sub(1);
        }
        all.retain(|_, count| *count > 0);
    }
}

/// A stream that its client holds open.
pub(super) struct Open(Arc<Session>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// All sessions of this process.
pub(super) struct Sessions {
    /// Where `rmcp` keeps them.
    pub local: Arc<LocalSessionManager>,
    all: RwLock<HashMap<Arc<str>, Arc<Session>>>,
    listening: Arc<Mutex<HashMap<OrgId, usize>>>,
    since: Instant,
    most: usize,
    idle: Duration,
    is_swept: std::sync::atomic::AtomicBool,
}

impl Sessions {
    pub(super) fn new(most: usize, idle: Duration) -> Self {
        let mut local = LocalSessionManager::default();
        local.session_config = SessionConfig::default();
        // We end them ourselves.
        local.session_config.keep_alive = None;
        Self {
            local: Arc::new(local),
            all: RwLock::default(),
            listening: Arc::default(),
            since: Instant::now(),
            most,
            idle,
            is_swept: Default::default(),
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// The session of that id, if this token began it here.
    pub(super) fn find(&self, id: &str, caller: &Caller, endpoint: &Endpoint) -> Option<Arc<Session>> {
        let session = self.all.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()?;
        let is_theirs =
            session.token == caller.token_id && session.org == caller.org_id && session.endpoint == *endpoint;
        if !is_theirs {
            return None;
        }
        session.seen_ms.store(self.now_ms(), Ordering::Relaxed);
        Some(session)
    }

    /// The session of that id, for a request that was let in already.
    pub(super) fn of(&self, id: &str) -> Option<Arc<Session>> {
        self.all.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    /// Notes that its client holds a stream open.
    pub(super) fn open(session: &Arc<Session>) -> Open {
        session.open.fetch_add(1, Ordering::Relaxed);
        Open(session.clone())
    }

    /// Counts a stream without a session. None: the organization has as many as it may.
    pub(super) fn listen(&self, org: OrgId) -> Option<Listening> {
        let mut all = self.listening.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(org).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Listening { all: self.listening.clone(), org })
    }

    /// Makes room for a new session of `org`: one that has not been used for a while is ended.
    ///
    /// # Errors
    /// Limited, when all of them are in use.
    pub(super) async fn make_room(&self, org: OrgId) -> Result<(), Fault> {
        let idlest = {
            let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
            let own = || all.iter().filter(|(_, session)| session.org == org);
            if own().count() < self.most {
                return Ok(());
            }
            let before = self.now_ms().saturating_sub(BUSY.as_millis() as u64);
            own()
                .map(|(id, session)| (session.seen_ms.load(Ordering::Relaxed), id.clone()))
                .filter(|(seen, _)| *seen <= before)
                .min()
        };
        let Some((_, id)) = idlest else {
            let message = format!("your organization has {} sessions, as many as it may; end one first", self.most);
            return Err(Fault::new(FaultKind::Limited, "too_many_sessions", message));
        };
        self.end(&id).await;
        Ok(())
    }

    /// Keeps a session that has just begun.
    pub(super) fn begin(&self, id: &str, caller: &Caller, endpoint: Endpoint, credential: SecretString, can: Can) {
        let session = Session {
            org: caller.org_id,
            token: caller.token_id,
            endpoint,
            credential,
            can,
            level: AtomicU8::new(super::tell::DEFAULT_LEVEL),
            seen_ms: AtomicU64::new(self.now_ms()),
            open: AtomicUsize::new(0),
            next: AtomicU64::new(1),
            asked: Mutex::default(),
            running: Mutex::default(),
            watched: Mutex::default(),
        };
        self.all.write().unwrap_or_else(PoisonError::into_inner).insert(id.into(), Arc::new(session));
    }

    /// Ends a session.
    pub(super) async fn end(&self, id: &Arc<str>) {
        let session = self.all.write().unwrap_or_else(PoisonError::into_inner).remove(id);
        if let Some(session) = session {
            for token in held(&session.running).values() {
                token.cancel();
            }
            held(&session.asked).clear();
        }
        if let Err(error) = self.local.close_session(id).await {
            tracing::debug!(%error, "a session could not be closed in order");
        }
    }

    /// Ends sessions that nobody uses and those whose token no longer holds, from the first session on.
    pub(super) fn sweep(self: &Arc<Self>, app: &App, closing: CancellationToken) {
        if self.is_swept.swap(true, Ordering::Relaxed) {
            return;
        }
        let (sessions, app_then) = (self.clone(), app.clone());
        app.spawn(async move {
            loop {
                tokio::select! {
                    () = closing.cancelled() => return,
                    () = tokio::time::sleep(SWEEP) => {}
                }
                for id in sessions.ended(&app_then).await {
                    sessions.end(&id).await;
                }
            }
        });
    }

    async fn ended(&self, app: &App) -> Vec<Arc<str>> {
        let all: Vec<(Arc<str>, Arc<Session>)> = {
            let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
            all.iter().map(|(id, session)| (id.clone(), session.clone())).collect()
        };
        let before = self.now_ms().saturating_sub(self.idle.as_millis() as u64);
        let mut ended = Vec::new();
        for (id, session) in all {
            let is_idle =
                session.seen_ms.load(Ordering::Relaxed) <= before && session.open.load(Ordering::Relaxed) == 0;
            if is_idle || !is_known(app, session.credential.expose()).await {
                ended.push(id);
            }
        }
        ended
    }
}

/// Whether a credential still holds. A database that is away says nothing about it.
pub(super) async fn is_known(app: &App, credential: &str) -> bool {
    match account::authenticate(app, credential).await {
        Ok(_) => true,
        Err(fault) => matches!(fault.kind, FaultKind::Unavailable | FaultKind::Internal),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_client_that_names_no_mode_can_show_forms() {
        let can = |value: Value| Can::read(Some(&value));
        assert!(can(json!({"elicitation": {}})).elicit && can(json!({"elicitation": {"form": {}}})).elicit);
        assert!(!can(json!({"elicitation": {"url": {}}})).elicit && !can(json!({})).elicit);
        assert!(can(json!({"sampling": {}})).sample && can(json!({"roots": {"listChanged": true}})).roots);
        assert_eq!(Can::read(None), Can::default());
    }
}
