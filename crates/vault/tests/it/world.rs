//! A database with two organizations, and a clock that stands still.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use callwright_guard::{Guard, Options as GuardOptions};
use callwright_model::{
    Clock, IdSource, Timestamp,
    account::Organization,
    id::{OrgId, UserId},
    secret::SecretString,
};
use callwright_store::{Options, Store, Synchronous};
use callwright_vault::{MasterKey, OpenError, Vault};

/// A clock that moves when it is told to.
#[derive(Clone)]
pub struct TestClock {
    now: Arc<AtomicI64>,
    began: Instant,
    passed: Arc<AtomicI64>,
}

impl Default for TestClock {
    fn default() -> Self {
        Self { now: Arc::default(), began: Instant::now(), passed: Arc::default() }
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_800_000_000_000_000 + self.now.load(Ordering::SeqCst))
    }

    fn instant(&self) -> Instant {
        self.began + Duration::from_micros(self.passed.load(Ordering::SeqCst) as u64)
    }
}

impl TestClock {
    /// Time passes, and the clock on the wall shows it.
    pub fn advance(&self, duration: Duration) {
        self.now.fetch_add(duration.as_micros() as i64, Ordering::SeqCst);
        self.pass(duration);
    }

    /// Time passes, and the clock on the wall stands still.
    pub fn pass(&self, duration: Duration) {
        self.passed.fetch_add(duration.as_micros() as i64, Ordering::SeqCst);
    }
}

pub struct World {
    pub store: Store,
    pub vault: Vault,
    pub clock: TestClock,
    pub ids: IdSource,
    pub org: OrgId,
    pub other: OrgId,
    pub user: UserId,
    pub dir: tempfile::TempDir,
}

pub const MASTER: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

pub fn guard() -> Guard {
    Guard::new(GuardOptions { allow: vec!["127.0.0.0/8".parse().unwrap()], ..GuardOptions::default() }).unwrap()
}

pub async fn open(store: &Store, master: &str, clock: &TestClock) -> Result<Vault, OpenError> {
    let ids = IdSource::new(Arc::new(clock.clone()));
    let master = MasterKey::parse(master).unwrap();
    Vault::open(store.clone(), guard(), master, Arc::new(clock.clone()), ids).await
}

pub fn secret(text: &str) -> SecretString {
    SecretString::new(text)
}

impl World {
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { url: None, data_dir: dir.path().to_owned(), synchronous: Synchronous::Normal };
        let store = Store::open(options).await.unwrap();
        let clock = TestClock::default();
        let ids = IdSource::new(Arc::new(clock.clone()));
        let (org, other, user) = (ids.next(), ids.next(), ids.next());
        for id in [org, other] {
            let organization = Organization { id, name: id.to_string(), created_at: clock.now() };
            store.create_organization(&organization).await.unwrap();
        }
        let vault = open(&store, MASTER, &clock).await.unwrap();
        Self { store, vault, clock, ids, org, other, user, dir }
    }
}
