//! A database with two organizations, and a clock that stands still.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
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
#[derive(Clone, Default)]
pub struct TestClock(Arc<AtomicI64>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(1_800_000_000_000_000 + self.0.load(Ordering::SeqCst))
    }
}

impl TestClock {
    pub fn advance(&self, duration: Duration) {
        self.0.fetch_add(duration.as_micros() as i64, Ordering::SeqCst);
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
