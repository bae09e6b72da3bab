//! Reads under way: equal ones join, one asks, all hear the answer.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use callwright_model::{ToolError, execution::CacheUse};
use tokio::{sync::watch, time::Instant};

use super::Key;
use crate::{call::shape::Shaped, limits::plan::Who};

/// What a read came to.
#[derive(Debug, Clone)]
pub(crate) struct Landed {
    /// The result, or why there is none.
    pub(crate) outcome: Result<Arc<Shaped>, ToolError>,
    /// Where it came from.
    pub(crate) how: CacheUse,
    /// When the upstream gave it.
    pub(crate) given_at: Instant,
    /// Whether a limit of the one who asked refused it; others may have room.
    pub(crate) is_refusal: bool,
}

/// Hears what a read came to. It ends without a word when whoever asked broke down.
pub(crate) type Hearing = watch::Receiver<Option<Arc<Landed>>>;

/// What coming to a read was.
pub(crate) enum Entry {
    /// Nobody asks yet: we do, from this seat.
    Lead(Seat, Hearing),
    /// Somebody does, in the name of `Who`.
    Join(Who, Hearing),
}

/// Every read under way that others may join.
#[derive(Default, Clone)]
pub(crate) struct Flights(Arc<Mutex<HashMap<Key, Flight>>>);

struct Flight {
    who: Who,
    landed: watch::Sender<Option<Arc<Landed>>>,
}

/// The place of the one who asks. Dropped, others may ask.
pub(crate) struct Seat {
    flights: Flights,
    key: Key,
    landed: watch::Sender<Option<Arc<Landed>>>,
    is_taken: bool,
}

impl Flights {
    /// Joins the read `key`, or begins it.
    pub(crate) fn enter(&self, key: Key, who: &Who) -> Entry {
        let mut table = self.lock();
        if let Some(flight) = table.get(&key) {
            return Entry::Join(flight.who.clone(), flight.landed.subscribe());
        }
        let (landed, hearing) = watch::channel(None);
        table.insert(key, Flight { who: who.clone(), landed: landed.clone() });
        Entry::Lead(Seat { flights: self.clone(), key, landed, is_taken: true }, hearing)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Flight>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Ends when nobody waits for the answer any more; from then on nobody can join.
    pub(crate) async fn deserted(&mut self) {
        loop {
            self.landed.closed().await;
            let mut table = self.flights.lock();
            if self.landed.receiver_count() == 0 {
                table.remove(&self.key);
                self.is_taken = false;
                return;
            }
        }
    }

    /// Tells everybody.
    pub(crate) fn land(mut self, landed: Landed) {
        self.leave();
        self.landed.send_replace(Some(Arc::new(landed)));
    }

    fn leave(&mut self) {
        if std::mem::take(&mut self.is_taken) {
            self.flights.lock().remove(&self.key);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use callwright_model::{ErrorClass, IdSource};

    use super::*;

    fn who() -> Who {
        let ids = IdSource::default();
        Who { org: ids.next(), tool: ids.next(), agent: None, user: ids.next(), conversation: None }
    }

    fn landed() -> Landed {
        let error = ToolError::new(ErrorClass::UpstreamError, "http_500", "");
        Landed { outcome: Err(error), how: CacheUse::Miss, given_at: Instant::now(), is_refusal: false }
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    #[test]
    fn joiners_hear_what_the_leader_came_to_and_the_next_asks_anew() {
        let (flights, who) = (Flights::default(), who());
        let Entry::Lead(seat, mine) = flights.enter([1; 32], &who) else { panic!("nobody was there") };
        let Entry::Join(leader, theirs) = flights.enter([1; 32], &who) else { panic!("somebody was") };
        assert_eq!(leader, who);
        assert!(matches!(flights.enter([2; 32], &who), Entry::Lead(..)), "another question");
        drop(mine);
        seat.land(landed());
        assert!(theirs.borrow().is_some(), "a leader who hung up is heard all the same");
        assert!(matches!(flights.enter([1; 32], &who), Entry::Lead(..)));
    }

    #[test]
    fn a_leader_that_breaks_down_leaves_the_way_free() {
        let (flights, who) = (Flights::default(), who());
        let Entry::Lead(seat, _mine) = flights.enter([1; 32], &who) else { panic!("nobody was there") };
        let Entry::Join(_, mut theirs) = flights.enter([1; 32], &who) else { panic!("somebody was") };
        drop(seat);
        assert!(block_on(theirs.changed()).is_err());
        assert!(matches!(flights.enter([1; 32], &who), Entry::Lead(..)));
    }

    #[test]
    fn a_read_that_nobody_waits_for_is_given_up() {
        let (flights, who) = (Flights::default(), who());
        let Entry::Lead(mut seat, mine) = flights.enter([1; 32], &who) else { panic!("nobody was there") };
        let Entry::Join(_, theirs) = flights.enter([1; 32], &who) else { panic!("somebody was") };
        block_on(async {
            drop(mine);
            let soon = std::time::Duration::from_millis(10);
            assert!(tokio::time::timeout(soon, seat.deserted()).await.is_err(), "one still waits");
            drop(theirs);
            seat.deserted().await;
        });
        let next = flights.enter([1; 32], &who);
        drop(seat);
        assert!(matches!(next, Entry::Lead(..)));
        assert!(matches!(flights.enter([1; 32], &who), Entry::Join(..)), "the old seat did not take the new one along");
    }
}
