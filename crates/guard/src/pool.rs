//! Idle connections, by origin.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use tokio::time::Instant;

use crate::client::Link;

/// The most idle connections of all origins together; each holds a file descriptor.
const MAX_IDLE: usize = 1024;

/// A timer that is never far off also saves work elsewhere: setting the timer of a request then does not
/// have to wake the thread that sleeps until the next one.
const SWEEP_AT_MOST_EVERY: Duration = Duration::from_secs(1);

/// Idle connections of a guard. They have no task; what an upstream does to them meanwhile is seen
/// when they are taken out.
pub(crate) struct Pool {
    idle: Mutex<Idle>,
    per_origin: usize,
    idle_for: Duration,
}

#[derive(Default)]
struct Idle {
    by_origin: HashMap<Box<str>, Vec<Resting>>,
    count: usize,
    is_swept: bool,
}

struct Resting {
    link: Box<Link>,
    until: Instant,
}

impl Pool {
    pub(crate) fn new(per_origin: usize, idle_for: Duration) -> Arc<Self> {
        Arc::new(Self { idle: Mutex::default(), per_origin, idle_for })
    }

    /// A connection to `origin` that is open as far as anybody here can know; the freshest first.
    pub(crate) fn take(&self, origin: &str) -> Option<Box<Link>> {
        loop {
            let Resting { mut link, until } = self.lock().pop(origin)?;
            if Instant::now() < until && link.is_reusable() {
                return Some(link);
            }
        }
    }

    /// Keeps a connection that may be used again. `promised` is how long the upstream said it would
    /// keep it open.
    pub(crate) fn keep(self: &Arc<Self>, origin: &str, mut link: Box<Link>, promised: Option<Duration>) {
        let idle_for = promised.map_or(self.idle_for, |promised| self.idle_for.min(promised));
        if self.per_origin == 0 || idle_for.is_zero() || !link.is_reusable() {
            return;
        }
        let resting = Resting { link, until: Instant::now() + idle_for };
        let mut idle = self.lock();
        if let Some(_surplus) = idle.push(origin, resting, self.per_origin) {
            return;
        }
        if !idle.is_swept {
            idle.is_swept = true;
            tokio::spawn(sweep(Arc::downgrade(self), self.idle_for));
        }
    }

    /// Closes what has rested for too long; false if nothing is left to watch.
    fn sweep(&self) -> bool {
        let now = Instant::now();
        let mut idle = self.lock();
        let mut over = Vec::new();
        for links in idle.by_origin.values_mut() {
            over.extend(links.extract_if(.., |resting| resting.until <= now));
        }
        idle.by_origin.retain(|_, links| !links.is_empty());
        idle.count -= over.len();
        idle.is_swept = idle.count > 0;
        let goes_on = idle.is_swept;
        drop(idle);
        // Sockets are closed outside of the lock.
        drop(over);
        goes_on
    }

    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Idle {
    fn pop(&mut self, origin: &str) -> Option<Resting> {
        let resting = self.by_origin.get_mut(origin)?.pop()?;
        self.count -= 1;
        Some(resting)
    }

    /// Gives the connection back if there is no room for it.
    fn push(&mut self, origin: &str, resting: Resting, per_origin: usize) -> Option<Resting> {
        if self.count >= MAX_IDLE {
            return Some(resting);
        }
        match self.by_origin.get_mut(origin) {
            Some(links) if links.len() >= per_origin => return Some(resting),
            Some(links) => links.push(resting),
            None => {
                self.by_origin.insert(origin.into(), vec![resting]);
            }
        }
        self.count += 1;
        None
    }
}

/// One task for a pool, only while connections rest in it.
async fn sweep(pool: Weak<Pool>, every: Duration) {
    loop {
        tokio::time::sleep(every.min(SWEEP_AT_MOST_EVERY)).await;
        if !pool.upgrade().is_some_and(|pool| pool.sweep()) {
            return;
        }
    }
}
