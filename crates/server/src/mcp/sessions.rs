//! All sessions of this process: their number, their end, and how one that another node began is taken up.
//!
//! A session belongs to the token that began it and ends with it. One that nobody uses is put aside: it costs nothing
//! any more, and its client finds it again, since its id says all that is needed.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{
        Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use callwright_model::{
    Fault, FaultKind,
    account::Caller,
    id::{OrgId, RequestId},
    secret::SecretString,
};
use callwright_runtime::{App, account};
use rmcp::transport::streamable_http_server::session::SessionManager;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    Endpoint,
    ident::Ident,
    manager::Manager,
    place::{Place, Places},
    session::Session,
};

/// How often sessions are looked through.
const SWEEP: Duration = Duration::from_secs(15);
/// A session that was used this lately is not put aside to make room for another.
const BUSY: Duration = Duration::from_secs(60);
/// Sessions whose client has ended them, remembered so that they do not come back.
const MOST_ENDED: usize = 100_000;

/// A session and its place.
struct Held {
    session: Arc<Session>,
    _place: Place,
}

/// All sessions of this process.
pub(super) struct Sessions {
    /// Where `rmcp` keeps its half of them.
    pub local: Arc<Manager>,
    all: RwLock<HashMap<Arc<str>, Held>>,
    places: Places,
    listening: Places,
    ended: Mutex<Ended>,
    since: Instant,
    most: usize,
    idle: Duration,
    is_swept: AtomicBool,
}

/// The last ones that their clients have ended.
#[derive(Default)]
struct Ended {
    known: HashSet<RequestId>,
    order: VecDeque<RequestId>,
}

impl Ended {
    fn add(&mut self, nonce: RequestId) {
        if !self.known.insert(nonce) {
            return;
        }
        self.order.push_back(nonce);
        if self.order.len() > MOST_ENDED
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

/// A session that has just begun. Unless it is kept, because its client has got its id, it is forgotten.
pub(super) struct Beginning {
    sessions: Arc<Sessions>,
    app: App,
    id: Arc<str>,
    is_kept: bool,
}

impl Beginning {
    pub(super) fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Beginning {
    fn drop(&mut self) {
        if !self.is_kept {
            let (sessions, id) = (self.sessions.clone(), self.id.clone());
            self.app.spawn(async move { sessions.put_aside(&id).await });
        }
    }
}

impl Sessions {
    pub(super) fn new(most: usize, idle: Duration) -> Self {
        Self {
            // We put them aside ourselves; this is for those that we were never told of.
            local: Arc::new(Manager::new(idle.saturating_mul(2))),
            all: RwLock::default(),
            places: Places::new(most),
            listening: Places::new(most),
            ended: Mutex::default(),
            since: Instant::now(),
            most,
            idle,
            is_swept: AtomicBool::default(),
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<Arc<str>, Held>> {
        self.all.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<Arc<str>, Held>> {
        self.all.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The session of that id, if this token began it at this endpoint: here, or on another node, or before a restart.
    ///
    /// # Errors
    /// Limited, when it must be taken up and there is no room for it.
    pub(super) async fn find(
        &self,
        app: &App,
        id: &str,
        caller: &Caller,
        endpoint: &Endpoint,
        credential: &SecretString,
    ) -> Result<Option<Arc<Session>>, Fault> {
        let found = match self.of(id) {
            Some(session) => Some(session).filter(|session| session.is_of(caller, endpoint)),
            None => self.take_up(app, id, caller, endpoint, credential).await?,
        };
        if let Some(session) = &found {
            session.seen_ms.store(self.now_ms(), Ordering::Relaxed);
        }
        Ok(found)
    }

    /// The session of that id, whosever it is.
    pub(super) fn of(&self, id: &str) -> Option<Arc<Session>> {
        self.read().get(id).map(|held| held.session.clone())
    }

    async fn take_up(
        &self,
        app: &App,
        id: &str,
        caller: &Caller,
        endpoint: &Endpoint,
        credential: &SecretString,
    ) -> Result<Option<Arc<Session>>, Fault> {
        let Some(ident) = Ident::open(app, id, caller, endpoint).await? else { return Ok(None) };
        if self.has_ended(ident.nonce) {
            return Ok(None);
        }
        let place = self.make_room(caller.org_id).await?;
        let nonce = ident.nonce;
        let session = Arc::new(Session::new(caller, endpoint.clone(), credential.clone(), ident, true));
        session.seen_ms.store(self.now_ms(), Ordering::Relaxed);
        let mut all = self.write();
        if self.has_ended(nonce) {
            return Ok(None);
        }
        // Another request of the same session may have been faster.
        let held = all.entry(id.into()).or_insert_with(|| Held { session, _place: place });
        Ok(Some(held.session.clone()))
    }

    fn has_ended(&self, nonce: RequestId) -> bool {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).known.contains(&nonce)
    }

    /// Counts a stream without a session. None: the organization has as many as it may.
    pub(super) fn listen(&self, org: OrgId) -> Option<Place> {
        self.listening.take(org)
    }

    /// Begins a session, if there is room: its id.
    ///
    /// # Errors
    /// Limited, when the organization has as many as it may and all are in use.
    pub(super) async fn begin(
        self: &Arc<Self>,
        app: &App,
        caller: &Caller,
        endpoint: Endpoint,
        credential: SecretString,
        ident: Ident,
    ) -> Result<(Arc<str>, Beginning), Fault> {
        let place = self.make_room(caller.org_id).await?;
        let id: Arc<str> = ident.seal(app, caller.org_id).await?.into();
        let session = Arc::new(Session::new(caller, endpoint, credential, ident, false));
        session.seen_ms.store(self.now_ms(), Ordering::Relaxed);
        self.write().insert(id.clone(), Held { session, _place: place });
        let beginning = Beginning { sessions: self.clone(), app: app.clone(), id: id.clone(), is_kept: false };
        Ok((id, beginning))
    }

    /// A place for one more session of `org`: one that has not been used for a while is put aside.
    async fn make_room(&self, org: OrgId) -> Result<Place, Fault> {
        loop {
            if let Some(place) = self.places.take(org) {
                return Ok(place);
            }
            let before = self.now_ms().saturating_sub(BUSY.as_millis() as u64);
            let idlest = {
                let all = self.read();
                let own = all.iter().filter(|(_, held)| held.session.org == org && !held.session.is_busy());
                // Those first whose client is not there: the others would come back at once.
                own.map(|(id, Held { session, .. })| {
                    (session.is_open(), session.seen_ms.load(Ordering::Relaxed), id.clone())
                })
                .filter(|(_, seen, _)| *seen <= before)
                .min()
            };
            let Some((_, _, id)) = idlest else {
                let message = format!("your organization has {} sessions, as many as it may; end one first", self.most);
                return Err(Fault::new(FaultKind::Limited, "too_many_sessions", message));
            };
            self.put_aside(&id).await;
        }
    }

    /// Its client has ended it: it does not come back here.
    pub(super) async fn end(&self, id: &str) {
        {
            let mut all = self.write();
            if let Some(held) = all.remove(id) {
                self.ended.lock().unwrap_or_else(PoisonError::into_inner).add(held.session.nonce);
                held.session.stop();
            }
        }
        self.close(id).await;
    }

    /// Nobody uses it: it makes room, and may be taken up again.
    async fn put_aside(&self, id: &str) {
        let held = self.write().remove(id);
        if let Some(held) = held {
            held.session.stop();
        }
        self.close(id).await;
    }

    async fn close(&self, id: &str) {
        if let Err(error) = self.local.close_session(&id.into()).await {
            tracing::debug!(%error, "a session could not be closed in order");
        }
    }

    /// Puts sessions aside that nobody uses and those whose token no longer holds, from the first session on.
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
                for id in sessions.overdue(&app_then).await {
                    sessions.put_aside(&id).await;
                }
            }
        });
    }

    async fn overdue(&self, app: &App) -> Vec<Arc<str>> {
        let all: Vec<(Arc<str>, Arc<Session>)> =
            self.read().iter().map(|(id, held)| (id.clone(), held.session.clone())).collect();
        let before = self.now_ms().saturating_sub(self.idle.as_millis() as u64);
        let mut overdue = Vec::new();
        for (id, session) in all {
            let is_idle = session.seen_ms.load(Ordering::Relaxed) <= before && !session.is_open() && !session.is_busy();
            if is_idle || !is_known(app, session.credential.expose()).await {
                overdue.push(id);
            }
        }
        overdue
    }
}

/// Whether a credential still holds. A database that is away says nothing about it.
pub(super) async fn is_known(app: &App, credential: &str) -> bool {
    match account::authenticate(app, credential).await {
        Ok(_) => true,
        Err(fault) => matches!(fault.kind, FaultKind::Unavailable | FaultKind::Internal),
    }
}
