//! The token buckets of this server: whole ones in memory with SQLite, leases of shared ones with PostgreSQL.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use callwright_store::Store;
use tokio::time::Instant;

use super::{
    Epoch,
    bucket::{Bucket, Shape},
    lease::{Lease, Step},
    table::{Idle, Table},
};

/// The longest that one question to the database may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why there is no token.
#[derive(Debug)]
pub enum Shortage {
    /// The bucket is empty; it has one in so many nanoseconds.
    Empty(u64),
    /// The database does not answer, and nobody else knows.
    Unknown,
}

/// Every bucket.
#[derive(Default)]
pub struct Rates {
    own: Table<OwnBucket>,
    shared: Table<SharedBucket>,
}

#[derive(Default)]
struct OwnBucket(Mutex<Bucket>);

#[derive(Default)]
struct SharedBucket {
    lease: Mutex<Lease>,
    /// Those who want a token of it now.
    waiting: AtomicU64,
    /// One asks the database at a time, for all who wait.
    asking: tokio::sync::Mutex<()>,
}

/// A token that was taken. Dropped without having been spent, it goes back.
pub struct Token {
    bucket: Source,
    shape: Shape,
    epoch: Epoch,
    is_spent: bool,
}

enum Source {
    Own(Arc<OwnBucket>),
    Shared(Arc<SharedBucket>),
}

impl Rates {
    /// Takes a token out of the bucket `key`.
    ///
    /// # Errors
    /// When there is none.
    pub async fn take(&self, store: &Store, epoch: Epoch, key: &str, shape: Shape) -> Result<Token, Shortage> {
        let now = epoch.now_ns();
        let bucket = if is_shared(store) {
            let bucket = self.shared.get(key, now, SharedBucket::default);
            bucket.take(store, epoch, key, shape).await?;
            Source::Shared(bucket)
        } else {
            let bucket = self.own.get(key, now, OwnBucket::default);
            lock(&bucket.0).take(shape, now).map_err(Shortage::Empty)?;
            Source::Own(bucket)
        };
        Ok(Token { bucket, shape, epoch, is_spent: false })
    }

    /// How many tokens the bucket `key` has for this server now.
    pub async fn left(
        &self,
        store: &Store,
        epoch: Epoch,
        key: &str,
        shape: Shape,
    ) -> Result<u64, callwright_store::Error> {
        let now = epoch.now_ns();
        if !is_shared(store) {
            let debt = self.own.find(key).map_or(0, |bucket| lock(&bucket.0).debt_ns(now));
            return Ok(shape.left(debt));
        }
        let held = self.shared.find(key).map_or(0, |bucket| lock(&bucket.lease).held(now));
        Ok(shape.left(store.bucket_debt(key).await?) + held)
    }

    /// Forgets what is full.
    pub fn sweep(&self, now_ns: u64) {
        self.own.sweep(now_ns);
        self.shared.sweep(now_ns);
    }
}

fn is_shared(store: &Store) -> bool {
    store.database() != "sqlite"
}

impl SharedBucket {
    async fn take(&self, store: &Store, epoch: Epoch, key: &str, shape: Shape) -> Result<(), Shortage> {
        let waiting = Waiting::new(&self.waiting);
        if let Some(done) = self.step(epoch, shape, waiting.count()).1 {
            return done;
        }
        let _turn = self.asking.lock().await;
        // Whoever asked before us may have asked for us, too.
        let (wanted, done) = self.step(epoch, shape, waiting.count());
        if let Some(done) = done {
            return done;
        }
        let asked = store.take_tokens(key, shape.interval_ns, shape.burst, wanted);
        let granted = match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(granted)) => granted,
            Ok(Err(error)) => {
                tracing::warn!(%error, "a rate limit could not be looked up");
                return Err(Shortage::Unknown);
            }
            Err(_) => return Err(Shortage::Unknown),
        };
        let now = epoch.now_ns();
        let mut lease = lock(&self.lease);
        lease.granted(shape, now, granted.tokens, granted.wait_ns);
        match lease.take(shape, now, 1) {
            Step::Taken => Ok(()),
            Step::Empty(wait) => Err(Shortage::Empty(wait)),
            Step::Ask(_) => Err(Shortage::Empty(granted.wait_ns.max(1))),
        }
    }

    fn step(&self, epoch: Epoch, shape: Shape, waiting: u64) -> (u64, Option<Result<(), Shortage>>) {
        match lock(&self.lease).take(shape, epoch.now_ns(), waiting) {
            Step::Taken => (0, Some(Ok(()))),
            Step::Empty(wait) => (0, Some(Err(Shortage::Empty(wait)))),
            Step::Ask(wanted) => (wanted, None),
        }
    }
}

/// Counts one who waits, also when it gives up.
struct Waiting<'a>(&'a AtomicU64);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicU64) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Token {
    /// The execution goes ahead: the token is gone.
    pub fn spend(mut self) {
        self.is_spent = true;
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        if self.is_spent {
            return;
        }
        match &self.bucket {
            Source::Own(bucket) => lock(&bucket.0).give_back(self.shape),
            Source::Shared(bucket) => lock(&bucket.lease).give_back(self.shape, self.epoch.now_ns()),
        }
    }
}

impl Idle for OwnBucket {
    fn is_idle(&self, now_ns: u64) -> bool {
        lock(&self.0).debt_ns(now_ns) == 0
    }
}

impl Idle for SharedBucket {
    fn is_idle(&self, now_ns: u64) -> bool {
        lock(&self.lease).is_idle(now_ns)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Epoch {
    /// Now begins at nought.
    pub fn begin() -> Self {
        Self(Instant::now())
    }

    /// Nanoseconds since then, by a clock that only goes forward.
    pub fn now_ns(self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}
