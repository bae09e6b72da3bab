//! A session of a client that begins with `initialize`: whose it is, what its client can do, and what is under way.
//!
//! `rmcp` holds what a session says; here stands what we must know of it. All of them are in [`super::sessions`].

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering},
    },
};

use callwright_model::{
    account::Caller,
    id::{OrgId, RequestId, TokenId},
    secret::SecretString,
};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{Endpoint, ident::Ident};

/// The most standing streams of one session; past that the oldest ends.
const MOST_STREAMS: usize = 8;
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

    /// The same as a number.
    pub(super) fn bits(self) -> u8 {
        u8::from(self.elicit) | u8::from(self.sample) << 1 | u8::from(self.roots) << 2
    }

    /// What a number says.
    pub(super) fn of_bits(bits: u8) -> Self {
        Self { elicit: bits & 1 != 0, sample: bits & 2 != 0, roots: bits & 4 != 0 }
    }
}

/// Resources that a session watches, each with the document that it was when that began.
pub(super) type Watched = BTreeMap<String, Option<String>>;

/// Requests under way. A client may give two of them one id; so each has a number of ours as well.
#[derive(Default)]
struct Requests {
    count: u64,
    tokens: BTreeMap<(String, u64), CancellationToken>,
}

/// A session.
pub(super) struct Session {
    /// The organization that it is of.
    pub org: OrgId,
    token: TokenId,
    endpoint: Endpoint,
    /// Shows from time to time whether the token still holds.
    pub credential: SecretString,
    /// What its client can do.
    pub can: Can,
    /// What its id says and no other's.
    pub nonce: RequestId,
    version: String,
    /// Whether another node began it, or this one before it was put aside; told once.
    elsewhere: AtomicBool,
    /// The least important lines of a log that its client wants; see [`super::tell::level`].
    pub level: AtomicU8,
    /// When it was used last: milliseconds since the sessions began to be counted.
    pub seen_ms: AtomicU64,
    /// Streams on which its client listens.
    open: AtomicUsize,
    /// Requests of its client that are being answered.
    used: AtomicUsize,
    /// Fires when it has ended here.
    pub ended: CancellationToken,
    streams: Mutex<(u64, BTreeSet<u64>)>,
    asked: Mutex<HashMap<String, oneshot::Sender<Result<Value, Value>>>>,
    running: Mutex<Requests>,
    watched: Mutex<Watched>,
}

fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Session {
    /// A session that begins here, or that `elsewhere` another node began.
    pub(super) fn new(
        caller: &Caller,
        endpoint: Endpoint,
        credential: SecretString,
        ident: Ident,
        elsewhere: bool,
    ) -> Self {
        Self {
            org: caller.org_id,
            token: caller.token_id,
            endpoint,
            credential,
            can: ident.can,
            nonce: ident.nonce,
            version: ident.version,
            elsewhere: AtomicBool::new(elsewhere),
            level: AtomicU8::new(super::tell::DEFAULT_LEVEL),
            seen_ms: AtomicU64::default(),
            open: AtomicUsize::default(),
            used: AtomicUsize::default(),
            ended: CancellationToken::new(),
            streams: Mutex::default(),
            asked: Mutex::default(),
            running: Mutex::default(),
            watched: Mutex::default(),
        }
    }

    /// Whether it is of this token, at this endpoint.
    pub(super) fn is_of(&self, caller: &Caller, endpoint: &Endpoint) -> bool {
        self.token == caller.token_id && self.org == caller.org_id && self.endpoint == *endpoint
    }

    /// The revision that its client asked for.
    pub(super) fn version(&self) -> &str {
        &self.version
    }

    /// Whether its client may know tasks, as the newest revision with sessions has them.
    pub(super) fn has_tasks(&self) -> bool {
        self.version == "2025-11-25"
    }

    /// What its client said in the beginning, as far as anybody here wants to know it.
    pub(super) fn initialize(&self) -> Value {
        let wanted = [("elicitation", self.can.elicit), ("sampling", self.can.sample), ("roots", self.can.roots)];
        let can: serde_json::Map<String, Value> =
            wanted.iter().filter(|(_, can)| *can).map(|(name, _)| ((*name).to_owned(), json!({}))).collect();
        json!({"protocolVersion": self.version, "capabilities": can, "clientInfo": {"name": "known", "version": "0"}})
    }

    /// Whether it was somewhere else before, and its client was not told yet what may have changed meanwhile.
    pub(super) fn was_elsewhere(&self) -> bool {
        self.elsewhere.load(Ordering::Relaxed)
    }

    /// Its client has been told.
    pub(super) fn is_here(&self) {
        self.elsewhere.store(false, Ordering::Relaxed);
    }

    /// Whether its client listens at the moment.
    pub(super) fn is_open(&self) -> bool {
        self.open.load(Ordering::Relaxed) > 0
    }

    /// Whether nothing was asked in it since `before` and nothing is being answered.
    pub(super) fn is_quiet(&self, before: u64) -> bool {
        self.seen_ms.load(Ordering::Relaxed) <= before && self.used.load(Ordering::Relaxed) == 0
    }

    /// Notes a request that is being answered, until the guard is dropped.
    pub(super) fn using(self: &Arc<Self>) -> Using {
        self.used.fetch_add(1, Ordering::Relaxed);
        Using(self.clone())
    }

    /// Notes that its client listens, until the guard is dropped.
    pub(super) fn open(self: &Arc<Self>) -> Open {
        self.open.fetch_add(1, Ordering::Relaxed);
        Open(self.clone())
    }

    /// Notes a standing stream, until the guard is dropped.
    pub(super) fn stand(self: &Arc<Self>) -> Standing {
        let mut streams = held(&self.streams);
        streams.0 += 1;
        let number = streams.0;
        streams.1.insert(number);
        if streams.1.len() > MOST_STREAMS {
            streams.1.pop_first();
        }
        Standing { number, open: self.open() }
    }

    /// It has ended here: nothing goes on.
    pub(super) fn stop(&self) {
        self.ended.cancel();
        held(&self.asked).clear();
    }

    /// Asks the question of that id, until the guard is dropped.
    pub(super) fn ask<'a>(&'a self, id: &'a str) -> Asked<'a> {
        let (sender, answer) = oneshot::channel();
        held(&self.asked).insert(id.to_owned(), sender);
        Asked { answer, session: self, id }
    }

    /// Passes an answer of the client on. False: we did not ask that, or whoever asked has gone.
    pub(super) fn answered(&self, id: &str, answer: Result<Value, Value>) -> bool {
        let waiting = held(&self.asked).remove(id);
        waiting.is_some_and(|waiting| waiting.send(answer).is_ok())
    }

    /// Notes a request that its client may give up, until the guard is dropped.
    pub(super) fn begin(self: &Arc<Self>, id: &Value) -> Running {
        let token = self.ended.child_token();
        let mut running = held(&self.running);
        running.count += 1;
        let key = (id.to_string(), running.count);
        running.tokens.insert(key.clone(), token.clone());
        Running { using: self.using(), key, token }
    }

    /// The client gives a request up. False: it is none of those that we carry ourselves.
    pub(super) fn cancel(&self, id: &Value) -> bool {
        let id = id.to_string();
        let running = held(&self.running);
        let mut found = running.tokens.range((id.clone(), 0)..=(id, u64::MAX)).peekable();
        let is_ours = found.peek().is_some();
        found.for_each(|(_, token)| token.cancel());
        is_ours
    }

    /// Watches a resource, which is the document `now`. False: it watches as many as it may.
    pub(super) fn watch(&self, uri: &str, now: Option<String>) -> bool {
        let mut watched = held(&self.watched);
        if watched.len() >= MOST_WATCHED || uri.len() > MOST_URI {
            return false;
        }
        watched.insert(uri.to_owned(), now);
        true
    }

    /// Watches a resource no longer.
    pub(super) fn unwatch(&self, uri: &str) {
        held(&self.watched).remove(uri);
    }

    /// The resources that it watches.
    pub(super) fn watched(&self) -> Watched {
        held(&self.watched).clone()
    }
}

/// A request that is being answered: as long as there is one, nobody puts the session aside.
pub(super) struct Using(Arc<Session>);

impl Using {
    pub(super) fn session(&self) -> &Arc<Session> {
        &self.0
    }
}

impl Drop for Using {
    fn drop(&mut self) {
        self.0.used.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A request that its client may give up.
pub(super) struct Running {
    using: Using,
    key: (String, u64),
    /// Fires when the client gives it up.
    pub token: CancellationToken,
}

impl Drop for Running {
    fn drop(&mut self) {
        held(&self.using.0.running).tokens.remove(&self.key);
    }
}

/// A question that its client was asked. Whoever asked may go in the middle, and nobody waits for the answer then.
pub(super) struct Asked<'a> {
    /// What the client answers.
    pub answer: oneshot::Receiver<Result<Value, Value>>,
    session: &'a Session,
    id: &'a str,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        held(&self.session.asked).remove(self.id);
    }
}

/// A stream on which its client listens.
pub(super) struct Open(Arc<Session>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A standing stream.
pub(super) struct Standing {
    number: u64,
    open: Open,
}

impl Standing {
    /// Whether it is the one on which changes are told.
    pub(super) fn is_newest(&self) -> bool {
        held(&self.open.0.streams).1.last() == Some(&self.number)
    }

    /// Whether it may stay.
    pub(super) fn is_held(&self) -> bool {
        held(&self.open.0.streams).1.contains(&self.number)
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        held(&self.open.0.streams).1.remove(&self.number);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use callwright_model::{IdSource, account::Role};
    use serde_json::json;

    use super::*;

    /// A session of somebody.
    pub(in super::super) fn sample() -> Session {
        let ids = IdSource::default();
        let caller = Caller {
            org_id: ids.next(),
            user_id: ids.next(),
            email: String::new(),
            role: Role::Viewer,
            token_id: ids.next(),
            scopes: Vec::new(),
            by_session: false,
            request_id: None,
        };
        let ident = Ident::sample(&ids, caller.token_id);
        Session::new(&caller, Endpoint::Organization, SecretString::new(String::new()), ident, false)
    }

    #[test]
    fn a_client_that_names_no_mode_can_show_forms() {
        let can = |value: Value| Can::read(Some(&value));
        assert!(can(json!({"elicitation": {}})).elicit && can(json!({"elicitation": {"form": {}}})).elicit);
        assert!(!can(json!({"elicitation": {"url": {}}})).elicit && !can(json!({})).elicit);
        assert!(can(json!({"sampling": {}})).sample && can(json!({"roots": {"listChanged": true}})).roots);
        assert_eq!(Can::read(None), Can::default());
        for bits in 0..8 {
            assert_eq!(Can::of_bits(bits).bits(), bits);
        }
    }

    #[tokio::test]
    async fn an_answer_counts_as_passed_on_only_where_somebody_waits_for_it() {
        let session = sample();
        let mut asked = session.ask("q");
        assert!(session.answered("q", Ok(json!(1))) && !session.answered("q", Ok(json!(2))), "once");
        assert_eq!((&mut asked.answer).await.unwrap(), Ok(json!(1)));
        let mut gone = session.ask("r");
        gone.answer.close();
        assert!(!session.answered("r", Ok(json!(1))), "nobody waits");
        drop(session.ask("s"));
        assert!(held(&session.asked).is_empty() && !session.answered("s", Ok(json!(1))));
    }

    #[test]
    fn requests_with_one_id_are_given_up_together_and_end_apart() {
        let session = Arc::new(sample());
        let [first, second] = [session.begin(&json!(7)), session.begin(&json!(7))];
        let [other, text] = [session.begin(&json!(70)), session.begin(&json!("7"))];
        drop(second);
        assert!(!session.is_quiet(u64::MAX), "the first goes on");
        assert!(session.cancel(&json!(7)) && first.token.is_cancelled());
        assert!(!other.token.is_cancelled() && !text.token.is_cancelled());
        drop((first, other, text));
        assert!(session.is_quiet(u64::MAX) && !session.cancel(&json!(7)));
    }
}
