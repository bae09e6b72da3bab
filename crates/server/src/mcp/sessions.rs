//! All sessions of this process: their number, their end, and how one that another node began is taken up.
//!
//! A session belongs to the token that began it and ends with it. One that nobody uses is put aside: it costs nothing
//! any more, and its client finds it again, since its id says all that is needed.

use std::{
    collections::HashMap,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use callwright_model::{Fault, FaultKind, account::Caller, id::OrgId, secret::SecretString};
use callwright_runtime::{App, account};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{
    Endpoint,
    ended::Ended,
    ident::Ident,
    manager::Manager,
    place::{Place, Places},
    session::{Session, Using},
};

/// How often sessions are looked through.
const SWEEP: Duration = Duration::from_secs(15);
/// A session that was used this lately is not put aside to make room for another.
const BUSY: Duration = Duration::from_secs(60);
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
    tasks: Places,
    ended: Ended,
    since: Instant,
    most: usize,
    idle: Duration,
    is_swept: AtomicBool,
}

/// A session that has just begun. Unless it is kept, because its client has got its id, it is forgotten.
pub(super) struct Beginning {
    sessions: Arc<Sessions>,
    app: App,
    id: Arc<str>,
    using: Using,
    is_kept: bool,
}

impl Beginning {
    pub(super) fn session(&self) -> &Arc<Session> {
        self.using.session()
    }

    pub(super) fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Beginning {
    fn drop(&mut self) {
        if !self.is_kept {
            let (sessions, id) = (self.sessions.clone(), self.id.clone());
            self.app.spawn(async move { sessions.put_aside(&id, |_| true).await });
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
            tasks: Places::new(most),
            ended: Ended::default(),
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

    /// The session of that id, in use from now on, if this token began it at this endpoint: here, or on another node, or
    /// before a restart.
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
    ) -> Result<Option<Using>, Fault> {
        let here = {
            let all = self.read();
            all.get(id).map(|held| held.session.is_of(caller, endpoint).then(|| self.used(&held.session)))
        };
        match here {
            Some(found) => Ok(found),
            None => self.take_up(app, id, caller, endpoint, credential).await,
        }
    }

    /// Notes that a session is in use. Whoever puts it aside must not come in between: the map is held meanwhile.
    fn used(&self, session: &Arc<Session>) -> Using {
        session.seen_ms.store(self.now_ms(), Ordering::Relaxed);
        session.using()
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
    ) -> Result<Option<Using>, Fault> {
        let Some(ident) = Ident::open(app, id, caller, endpoint).await? else { return Ok(None) };
        if self.ended.has(caller.org_id, ident.nonce) {
            return Ok(None);
        }
        let place = self.make_room(caller.org_id).await?;
        let nonce = ident.nonce;
        let session = Arc::new(Session::new(caller, endpoint.clone(), credential.clone(), ident, true));
        let mut all = self.write();
        if self.ended.has(caller.org_id, nonce) {
            return Ok(None);
        }
        // Another request of the same session may have been faster.
        let held = all.entry(id.into()).or_insert_with(|| Held { session, _place: place });
        Ok(Some(self.used(&held.session)))
    }

    /// Counts a stream without a session. None: the organization has as many as it may.
    pub(super) fn listen(&self, org: OrgId) -> Option<Place> {
        self.listening.take(org)
    }

    /// Counts a task that is being carried out. None: the organization has as many as it may.
    pub(super) fn task(&self, org: OrgId) -> Option<Place> {
        self.tasks.take(org)
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
        let using = self.used(&session);
        self.write().insert(id.clone(), Held { session, _place: place });
        let beginning = Beginning { sessions: self.clone(), app: app.clone(), id: id.clone(), using, is_kept: false };
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
                let own = all.iter().filter(|(_, held)| held.session.org == org && held.session.is_quiet(before));
                // Those first whose client is not there: the others would come back at once.
                own.map(|(id, Held { session, .. })| {
                    (session.is_open(), session.seen_ms.load(Ordering::Relaxed), id.clone())
                })
                .min()
            };
            let Some((_, _, id)) = idlest else {
                let message = format!("your organization has {} sessions, as many as it may; end one first", self.most);
                return Err(Fault::new(FaultKind::Limited, "too_many_sessions", message));
            };
            self.put_aside(&id, |session| session.is_quiet(before)).await;
        }
    }

    /// Its client ends a session, which is here or could be taken up: it does not come back here. False: there is none of
    /// that id which this token began at this endpoint.
    ///
    /// # Errors
    /// When the organization's key cannot be had.
    pub(super) async fn end(&self, app: &App, id: &str, caller: &Caller, endpoint: &Endpoint) -> Result<bool, Fault> {
        let nonce = match self.of(id) {
            Some(session) => session.is_of(caller, endpoint).then_some(session.nonce),
            None => Ident::open(app, id, caller, endpoint).await?.map(|ident| ident.nonce),
        };
        let Some(nonce) = nonce else { return Ok(false) };
        // Before it goes, so that it is not taken up again in between.
        let is_news = self.ended.add(caller.org_id, nonce);
        self.put_aside(id, |_| true).await;
        Ok(is_news)
    }

    /// Puts a session aside of which `is_due` is still true: it makes room, and may be taken up again.
    async fn put_aside(&self, id: &str, is_due: impl FnOnce(&Session) -> bool) {
        let take = || {
            let mut all = self.write();
            match all.get(id) {
                Some(held) if is_due(&held.session) => {}
                _ => return false,
            }
            if let Some(held) = all.remove(id) {
                held.session.stop();
            }
            true
        };
        self.local.end(id, take).await;
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
                    () = tokio::time::sleep(SWEEP.min(sessions.idle)) => {}
                }
                sessions.look_through(&app_then).await;
            }
        });
    }

    async fn look_through(&self, app: &App) {
        let all: Vec<(Arc<str>, Arc<Session>)> =
            self.read().iter().map(|(id, held)| (id.clone(), held.session.clone())).collect();
        let before = self.now_ms().saturating_sub(self.idle.as_millis() as u64);
        let is_idle = |session: &Session| session.is_quiet(before) && !session.is_open();
        for (id, session) in all {
            if is_idle(&session) {
                // Its client may come back just now, and what it then begins is not cut off.
                self.put_aside(&id, is_idle).await;
            } else if !is_known(app, session.credential.expose()).await {
                self.put_aside(&id, |_| true).await;
            }
        }
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
    use super::{super::session::tests::sample, *};

    #[tokio::test]
    async fn a_session_that_is_used_again_is_not_put_aside() {
        let sessions = Sessions::new(1, Duration::from_secs(1));
        let session = Arc::new(sample());
        let place = sessions.places.take(session.org).unwrap();
        sessions.write().insert("s".into(), Held { session: session.clone(), _place: place });
        let before = sessions.now_ms();
        let is_idle = |session: &Session| session.is_quiet(before) && !session.is_open();
        assert!(is_idle(&session), "so it looked a moment ago");
        let using = session.using();
        sessions.put_aside("s", is_idle).await;
        assert!(sessions.of("s").is_some() && !session.ended.is_cancelled(), "its client has come back");
        drop(using);
        let listening = session.open();
        sessions.put_aside("s", is_idle).await;
        assert!(sessions.of("s").is_some());
        drop(listening);
        sessions.put_aside("s", is_idle).await;
        assert!(sessions.of("s").is_none() && session.ended.is_cancelled());
        assert!(sessions.places.take(session.org).is_some(), "its place has come back");
    }
}
