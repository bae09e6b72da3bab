//! Runs in this process: who watches them, and how to stop them. Lossy by design; the tables are the truth.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use callwright_model::{
    id::{OrgId, RunId},
    run::{Run, RunEvent, RunState},
};
use tokio::sync::{broadcast, oneshot};
use tokio_util::sync::CancellationToken;

/// Events that a slow watcher may fall behind before it misses some.
const BUFFER: usize = 128;
/// The most who watch one run here at a time.
const MOST_OF_RUN: usize = 32;
/// The most who watch runs of one organization here at a time.
const MOST_OF_ORG: usize = 256;

/// What a watcher hears of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum News {
    /// Something was kept, the message at this place of the thread or the run itself: the tables tell it.
    Kept(Option<i64>),
    /// Something that only passes by, or is told at once.
    Passing(Box<RunEvent>),
}

/// How many watch each run of an organization.
type Seats = Arc<Mutex<HashMap<OrgId, HashMap<RunId, usize>>>>;

/// A watcher's seat; dropped, it is free for another.
pub(crate) struct Seat {
    seats: Seats,
    org: OrgId,
    run: RunId,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = lock(&self.seats);
        let Some(runs) = seats.get_mut(&self.org) else { return };
        match runs.get_mut(&self.run) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(runs.remove(&self.run)),
        }
        if runs.is_empty() {
            seats.remove(&self.org);
        }
    }
}

/// Runs in this process.
#[derive(Default)]
pub struct Runs {
    watchers: Mutex<HashMap<RunId, broadcast::Sender<News>>>,
    seats: Seats,
    carried: Mutex<HashMap<RunId, Carrier>>,
    /// How many carriers there have been.
    carriers: AtomicU64,
    /// Those who want to know only how it ends, or that it lies down.
    waiting: Mutex<HashMap<RunId, Vec<oneshot::Sender<Run>>>>,
}

/// Whoever carries a run. The next one may begin before the last has let go of it.
struct Carrier {
    number: u64,
    stop: CancellationToken,
}

/// A run that is carried; dropped, it is not any more.
pub(crate) struct Carried<'a> {
    runs: &'a Runs,
    id: RunId,
    number: u64,
    /// Fires when somebody wants the run to stop.
    pub stop: CancellationToken,
}

impl Drop for Carried<'_> {
    fn drop(&mut self) {
        let mut carried = lock(&self.runs.carried);
        if carried.get(&self.id).is_some_and(|carrier| carrier.number == self.number) {
            carried.remove(&self.id);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Runs {
    /// Notes that a run is carried here.
    pub(crate) fn enter(&self, id: RunId) -> Carried<'_> {
        let (number, stop) = (self.carriers.fetch_add(1, Ordering::Relaxed), CancellationToken::new());
        lock(&self.carried).insert(id, Carrier { number, stop: stop.clone() });
        Carried { runs: self, id, number, stop }
    }

    /// Asks a run that is carried here to stop. False: it is not carried here.
    pub(crate) fn stop(&self, id: RunId) -> bool {
        lock(&self.carried).get(&id).inspect(|carrier| carrier.stop.cancel()).is_some()
    }

    /// How many runs are carried here.
    pub fn carried(&self) -> usize {
        lock(&self.carried).len()
    }

    /// Whether anybody watches a run. Making an event costs; do not make one for nobody.
    pub(crate) fn is_watched(&self, id: RunId) -> bool {
        lock(&self.watchers).contains_key(&id)
    }

    /// Tells everybody who watches a run.
    pub(crate) fn tell(&self, id: RunId, event: RunEvent) {
        let mut watchers = lock(&self.watchers);
        let is_over = matches!(&event, RunEvent::Run { run } if run.state.is_final());
        // What is kept may be large, and a slow watcher's events lie here: the tables have it.
        let news = match event {
            RunEvent::Message { message } => News::Kept(Some(message.seq)),
            RunEvent::Run { .. } => News::Kept(None),
            event => News::Passing(Box::new(event)),
        };
        if let Some(sender) = watchers.get(&id)
            && (sender.send(news).is_err() || is_over)
        {
            watchers.remove(&id);
        }
    }

    /// Is given the run once it has ended or lies down; nothing if that is kept by another process.
    pub(crate) fn when_settled(&self, id: RunId) -> oneshot::Receiver<Run> {
        let (sender, receiver) = oneshot::channel();
        let mut waiting = lock(&self.waiting);
        // Those who do not wait any more are forgotten when another comes.
        waiting.retain(|_, senders| {
            senders.retain(|sender| !sender.is_closed());
            !senders.is_empty()
        });
        waiting.entry(id).or_default().push(sender);
        receiver
    }

    /// Tells those who wait for it, and those who watch it, how a run stands.
    pub(crate) fn tell_run(&self, run: &Run) {
        self.settle(run);
        if self.is_watched(run.id) {
            self.tell(run.id, RunEvent::Run { run: Box::new(run.clone()) });
        }
    }

    /// Tells those who wait for it that a run has ended or lies down.
    fn settle(&self, run: &Run) {
        if !run.state.is_final() && run.state != RunState::Waiting {
            return;
        }
        let senders = lock(&self.waiting).remove(&run.id).unwrap_or_default();
        for sender in senders {
            // Whoever waited may have left.
            let _ = sender.send(run.clone());
        }
    }

    /// A seat for one more who watches; none when there are enough.
    pub(crate) fn sit(&self, org: OrgId, run: RunId) -> Option<Seat> {
        let mut seats = lock(&self.seats);
        let runs = seats.entry(org).or_default();
        if runs.values().sum::<usize>() >= MOST_OF_ORG || runs.get(&run).is_some_and(|count| *count >= MOST_OF_RUN) {
            return None;
        }
        *runs.entry(run).or_default() += 1;
        Some(Seat { seats: self.seats.clone(), org, run })
    }

    /// Watches a run from now on.
    pub(crate) fn watch(&self, id: RunId) -> broadcast::Receiver<News> {
        let mut watchers = lock(&self.watchers);
        // Those whom nobody watches any more are forgotten when another comes.
        watchers.retain(|_, sender| sender.receiver_count() > 0);
        watchers.entry(id).or_insert_with(|| broadcast::Sender::new(BUFFER)).subscribe()
    }
}

#[cfg(test)]
mod tests {
    use callwright_model::IdSource;

    use super::*;

    #[test]
    fn a_run_is_told_to_stop_only_while_it_is_carried() {
        let (runs, id) = (Runs::default(), IdSource::default().next());
        assert!(!runs.stop(id));
        let carried = runs.enter(id);
        assert!(runs.stop(id) && carried.stop.is_cancelled());
        drop(carried);
        assert!(!runs.stop(id) && runs.carried() == 0);
    }

    #[test]
    fn who_lets_go_late_takes_nothing_from_the_next() {
        let (runs, id) = (Runs::default(), IdSource::default().next());
        let first = runs.enter(id);
        let second = runs.enter(id);
        drop(first);
        assert!(runs.stop(id) && second.stop.is_cancelled());
        drop(second);
        assert_eq!(runs.carried(), 0);
    }

    #[test]
    fn a_run_and_an_organization_have_so_many_seats() {
        let (runs, ids) = (Runs::default(), IdSource::default());
        let (org, run) = (ids.next(), ids.next());
        let mut seats: Vec<Seat> = (0..MOST_OF_RUN).map(|_| runs.sit(org, run).unwrap()).collect();
        assert!(runs.sit(org, run).is_none());
        seats.pop();
        seats.push(runs.sit(org, run).unwrap());
        seats.extend((MOST_OF_RUN..MOST_OF_ORG).map(|_| runs.sit(org, ids.next()).unwrap()));
        assert!(runs.sit(org, ids.next()).is_none() && runs.sit(ids.next(), ids.next()).is_some());
        drop(seats);
        assert!(lock(&runs.seats).is_empty());
    }

    #[test]
    fn watchers_hear_what_follows_and_are_forgotten() {
        let (runs, id) = (Runs::default(), IdSource::default().next());
        let delta = |text: &str| RunEvent::Delta { text: text.to_owned() };
        runs.tell(id, delta("nobody hears"));
        let mut watcher = runs.watch(id);
        runs.tell(id, delta("hello"));
        assert_eq!(watcher.try_recv().unwrap(), News::Passing(Box::new(delta("hello"))));
        drop(watcher);
        runs.tell(id, delta("nobody"));
        assert!(!runs.is_watched(id));
    }
}
