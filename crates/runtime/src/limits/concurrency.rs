//! Places: how many executions run at once in this server, and how many wait in line for a place.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use callwright_model::tool::policy::limits::Concurrency;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use super::table::{Idle, Table};

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// Too many wait already.
    Queue,
    /// None came free in time.
    Timeout,
}

/// All places.
#[derive(Default)]
pub struct Gates(Table<Gate>);

struct Gate {
    room: Arc<Semaphore>,
    limit: u32,
    queued: AtomicU32,
}

/// A place, held until it is dropped.
pub struct Place {
    _permit: OwnedSemaphorePermit,
    /// Keeps the gate from being forgotten while somebody is inside.
    _gate: Arc<Gate>,
}

/// How many are inside, and how many wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Crowd {
    /// Under way.
    pub running: u32,
    /// In line.
    pub queued: u32,
}

impl Gates {
    /// Takes a place, waiting in line for it if need be. Gives how long that took.
    ///
    /// # Errors
    /// The line is full, or nobody left in time.
    pub async fn enter(
        &self,
        key: &str,
        now_ns: u64,
        settings: &Concurrency,
        deadline: Instant,
    ) -> Result<(Place, Duration), Full> {
        let gate = self.0.get(key, now_ns, || Gate {
            room: Arc::new(Semaphore::new(settings.limit as usize)),
            limit: settings.limit,
            queued: AtomicU32::new(0),
        });
        if let Ok(permit) = gate.room.clone().try_acquire_owned() {
            return Ok((Place { _permit: permit, _gate: gate }, Duration::ZERO));
        }
        let begun = Instant::now();
        let _line = Line::join(&gate, settings.queue).ok_or(Full::Queue)?;
        let patience = begun + Duration::from_millis(settings.queue_timeout_ms.into());
        match tokio::time::timeout_at(patience.min(deadline), gate.room.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok((Place { _permit: permit, _gate: gate.clone() }, begun.elapsed())),
            _ => Err(Full::Timeout),
        }
    }

    /// Who is there now.
    pub fn crowd(&self, key: &str) -> Crowd {
        self.0.find(key).map_or_else(Crowd::default, |gate| Crowd {
            running: gate.running(),
            queued: gate.queued.load(Ordering::Relaxed),
        })
    }

    /// Forgets what is empty.
    pub fn sweep(&self, now_ns: u64) {
        self.0.sweep(now_ns);
    }
}

impl Gate {
    fn running(&self) -> u32 {
        self.limit.saturating_sub(u32::try_from(self.room.available_permits()).unwrap_or(u32::MAX))
    }
}

impl Idle for Gate {
    fn is_idle(&self, _: u64) -> bool {
        self.running() == 0
    }
}

/// A place in line.
struct Line<'a>(&'a AtomicU32);

impl<'a> Line<'a> {
    fn join(gate: &'a Gate, most: u32) -> Option<Self> {
        let line = Self(&gate.queued);
        (gate.queued.fetch_add(1, Ordering::Relaxed) < most).then_some(line)
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(limit: u32, queue: u32) -> Concurrency {
        Concurrency { limit, queue, queue_timeout_ms: 1_000, per: None }
    }

    async fn enter(gates: &Gates, settings: &Concurrency) -> Result<(Place, Duration), Full> {
        gates.enter("a", 0, settings, Instant::now() + Duration::from_secs(60)).await
    }

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
    }

    #[test]
    fn the_line_is_bounded_in_length_and_time() {
        runtime().block_on(async {
            let gates = Gates::default();
            let settings = Concurrency { queue_timeout_ms: 50, ..settings(1, 1) };
            let (inside, waited) = enter(&gates, &settings).await.unwrap();
            assert_eq!(waited, Duration::ZERO);
            let (first, second) = tokio::join!(enter(&gates, &settings), enter(&gates, &settings));
            assert_eq!((first.err(), second.err()), (Some(Full::Timeout), Some(Full::Queue)));
            assert_eq!(gates.crowd("a"), Crowd { running: 1, queued: 0 });
            drop(inside);
            assert_eq!(gates.crowd("a"), Crowd::default());
            gates.sweep(0);
            assert!(gates.0.find("a").is_none());
        });
    }

    #[test]
    fn who_waits_gets_the_place_that_comes_free_and_who_gives_up_leaves_none_behind() {
        runtime().block_on(async {
            let gates = Gates::default();
            let settings = settings(1, 2);
            let (inside, _) = enter(&gates, &settings).await.unwrap();
            {
                let gone = enter(&gates, &settings);
                tokio::pin!(gone);
                assert!(tokio::time::timeout(Duration::from_millis(5), &mut gone).await.is_err());
                assert_eq!(gates.crowd("a").queued, 1);
            }
            assert_eq!(gates.crowd("a").queued, 0);
            let wait = async {
                let (place, waited) = enter(&gates, &settings).await.unwrap();
                drop(place);
                waited
            };
            let leave = async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                drop(inside);
            };
            let (waited, ()) = tokio::join!(wait, leave);
            assert!(waited >= Duration::from_millis(15), "{waited:?}");
            assert_eq!(gates.crowd("a"), Crowd::default());
        });
    }
}
