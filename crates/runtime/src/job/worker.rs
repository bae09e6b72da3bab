//! The worker of this node: takes jobs from the queue, as many as there are places, and carries them.
//!
//! A job that is asked for here is begun here at once where there is room; the queue is looked at when somebody says
//! that it is time, when a job's time comes, and once a second in any case.

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use callwright_model::{
    id::{ExecutionId, JobId, OrgId},
    job::{JobKind, JobState},
};
use callwright_store::job::{JobFence, JobRow, Room};
use futures_util::FutureExt;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::{App, metering, run};

/// How long a job waits that got nowhere, by the number of its attempts; each is drawn between half and all of it.
const WAITS: [Duration; 8] = [
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_secs(60),
    Duration::from_secs(120),
    Duration::from_secs(300),
    Duration::from_secs(600),
];
/// The longest that the queue is not looked at.
const LOOK: Duration = Duration::from_secs(1);
/// A job that nobody here carries is left alone this long: whoever took it may be about to begin.
const FORGOTTEN: Duration = Duration::from_secs(15);
/// The most jobs of this node that are looked at in one go.
const MOST_OWNED: u32 = 5_000;
/// One place in so many, and at least one, is left free by each organization.
const RESERVED: usize = 8;
/// The most jobs taken at once.
const MOST_AT_ONCE: usize = 64;

/// The worker of this node.
pub struct Worker {
    places: Arc<Semaphore>,
    size: usize,
    wake: Notify,
    carried: Jobs,
}

/// Jobs that are carried, each under its epoch: the next carrier of one may begin before the last has let go of it.
type Jobs = Arc<Mutex<HashMap<(JobId, i64), OrgId>>>;

/// A job in the hands of this process; dropped, it is not any more, also when its carrier broke.
struct Carried {
    all: Jobs,
    id: (JobId, i64),
}

impl Drop for Carried {
    fn drop(&mut self) {
        lock(&self.all).remove(&self.id);
    }
}

fn lock(carried: &Jobs) -> MutexGuard<'_, HashMap<(JobId, i64), OrgId>> {
    carried.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What became of a job in its carrier's hands.
pub(crate) enum Left {
    /// All is kept: it ended, or lies down, or is somebody else's.
    Settled,
    /// It is over, with this to be kept.
    Ended(JobState, Option<String>),
    /// It got nowhere: again, after this long or after the usual wait.
    Again(String, Option<Duration>),
    /// It got nowhere: again, after exactly this long.
    Later(String, Duration),
    /// The same as `Again`; the execution of this id is known to have failed.
    Failed(String, Option<Duration>, String),
    /// The process stops: another goes on at once.
    Handed,
}

impl Worker {
    pub(crate) fn new(size: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(size)), size, wake: Notify::new(), carried: Arc::default() }
    }

    /// A place, if one is free.
    fn place(&self) -> Option<OwnedSemaphorePermit> {
        self.places.clone().try_acquire_owned().ok()
    }

    /// A place for a job of `org`, if one is free and the organization does not have its share.
    pub(crate) fn place_for(&self, org: OrgId) -> Option<OwnedSemaphorePermit> {
        if self.carried_of(org) >= self.share() { None } else { self.place() }
    }

    /// The most places that one organization takes: some stay free for others, whose jobs may be short.
    fn share(&self) -> usize {
        self.size.saturating_sub((self.size / RESERVED).max(1)).max(1)
    }

    fn carried_of(&self, org: OrgId) -> usize {
        lock(&self.carried).values().filter(|other| **other == org).count()
    }

    /// How many jobs each organization has here.
    fn loads(&self) -> HashMap<OrgId, usize> {
        let mut loads = HashMap::new();
        for org in lock(&self.carried).values() {
            *loads.entry(*org).or_default() += 1;
        }
        loads
    }

    /// Says that there may be something in the queue.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    fn enter(&self, fence: JobFence, org: OrgId) -> Carried {
        let id = (fence.job, fence.epoch);
        lock(&self.carried).insert(id, org);
        Carried { all: self.carried.clone(), id }
    }

    fn carries(&self, fence: JobFence) -> bool {
        lock(&self.carried).contains_key(&(fence.job, fence.epoch))
    }

    /// How many jobs are carried here at most.
    pub fn size(&self) -> usize {
        self.size
    }

    /// How many are carried now.
    pub fn busy(&self) -> usize {
        self.size.saturating_sub(self.places.available_permits())
    }
}

/// Takes jobs for as long as the application runs.
pub(crate) async fn work(app: App) {
    if app.worker().size == 0 {
        return;
    }
    loop {
        let pause = if app.is_ready() { take(&app).await } else { LOOK };
        tokio::select! {
            () = app.stopping().cancelled() => return,
            () = app.worker().wake.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// Fills the free places, and tells when to look again.
async fn take(app: &App) -> Duration {
    let worker = app.worker();
    loop {
        let free = worker.places.available_permits().min(MOST_AT_ONCE);
        if free == 0 {
            // Whoever ends wakes us.
            return LOOK;
        }
        let mut places = Vec::with_capacity(free);
        while places.len() < free
            && let Some(place) = worker.place()
        {
            places.push(place);
        }
        let room = Room { most: places.len(), share: worker.share(), loads: worker.loads() };
        let jobs = match app.store().claim_jobs(app.node_id(), app.clock().now(), room).await {
            Ok(jobs) => jobs,
            Err(error) => {
                tracing::warn!(%error, "the queue could not be read");
                return LOOK;
            }
        };
        let is_full = jobs.len() == places.len();
        for (job, place) in jobs.into_iter().zip(places) {
            carry_on(app, job, None, place);
        }
        if !is_full {
            break;
        }
    }
    if worker.loads().into_values().any(|load| load >= worker.share()) {
        // What is due may be of one that has its share; whoever ends wakes us.
        return LOOK;
    }
    match app.store().next_job_at().await {
        Ok(Some(at)) => at.since(app.clock().now()).clamp(Duration::from_millis(1), LOOK),
        Ok(None) | Err(_) => LOOK,
    }
}

/// Carries a job that is ours, in a task of its own; whoever has just begun a run hands on what they know of it.
pub(crate) fn carry_on(app: &App, job: JobRow, begun: Option<Box<run::Begun>>, place: OwnedSemaphorePermit) {
    let app = app.clone();
    let fence = JobFence { job: job.job.id, epoch: job.job.epoch };
    let carried = app.worker().enter(fence, job.job.organization_id);
    app.clone().spawn(async move {
        metering::job_started(&job.job, app.clock().now());
        let work = async {
            match job.job.kind {
                JobKind::Run => Box::pin(run::carry(&app, &job, begun)).await,
                JobKind::Call => super::call::carry(&app, &job).await,
            }
        };
        let left = Box::pin(unbroken(work)).await;
        leave(&app, &job, left).await;
        drop(carried);
        drop(place);
        app.worker().wake();
    });
}

/// A carrier that breaks has got nowhere: its job is tried again as often as any other, and nobody else's.
async fn unbroken(work: impl Future<Output = Left>) -> Left {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!("a job's carrier broke");
        Left::Again("internal: its carrier broke; the server's log says where".to_owned(), None)
    })
}

/// Gives back what this node has by the tables and carries by nobody: the database took a claim, and its answer was
/// lost; or how a job ended could not be kept.
pub(crate) async fn give_back(app: &App) -> Result<(), callwright_store::Error> {
    let now = app.clock().now();
    for fence in app.store().jobs_of_node(app.node_id(), now.minus(FORGOTTEN), MOST_OWNED).await? {
        if !app.worker().carries(fence) && app.store().hand_back_job(fence, now).await? {
            tracing::warn!(job = %fence.job, "a job was in nobody's hands here; it is back in the queue");
            app.worker().wake();
        }
    }
    Ok(())
}

/// Keeps what became of a job. What cannot be kept is given back in a while, see [`give_back`].
async fn leave(app: &App, job: &JobRow, left: Left) {
    let fence = JobFence { job: job.job.id, epoch: job.job.epoch };
    let now = app.clock().now();
    let kept = match left {
        Left::Settled => return,
        Left::Ended(state, error) => app.store().end_held_job(fence, state, None, error, now).await,
        Left::Again(why, pause) => put_back(app, job, why, usual_wait(job, pause), None).await,
        Left::Later(why, pause) => put_back(app, job, why, pause, None).await,
        Left::Failed(why, pause, execution) => put_back(app, job, why, usual_wait(job, pause), Some(execution)).await,
        Left::Handed => app.store().hand_back_job(fence, now).await,
    };
    if let Err(error) = kept {
        tracing::warn!(job = %job.job.id, %error, "what became of a job could not be kept");
    }
}

async fn put_back(
    app: &App,
    job: &JobRow,
    why: String,
    wait: Duration,
    subject: Option<String>,
) -> callwright_store::Result<bool> {
    let fence = JobFence { job: job.job.id, epoch: job.job.epoch };
    let now = app.clock().now();
    tracing::info!(job = %job.job.id, why, ?wait, "a job got nowhere; it is tried again");
    app.store().put_back_job(fence, now.plus(wait), &why, subject, now).await
}

fn usual_wait(job: &JobRow, pause: Option<Duration>) -> Duration {
    pause.unwrap_or_default().max(wait(job.job.attempts, rand::random()))
}

/// How long a job waits that has been tried this often; `dice` is between 0 and 1.
pub(crate) fn wait(attempts: i64, dice: f64) -> Duration {
    let at = usize::try_from(attempts.max(1) - 1).unwrap_or(usize::MAX).min(WAITS.len() - 1);
    WAITS[at].mul_f64(0.5 + 0.5 * dice)
}

/// An execution has ended: the run that waits for it goes on. A hint that is lost costs a few seconds.
pub(crate) async fn wake(app: &App, execution: ExecutionId) {
    match app.store().wake_job_of(execution, app.clock().now()).await {
        Ok(true) => app.worker().wake(),
        Ok(false) => {}
        Err(error) => tracing::warn!(%execution, %error, "a run that waits could not be woken yet"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_within_their_steps() {
        assert_eq!(wait(1, 1.0), Duration::from_secs(1));
        assert_eq!(wait(3, 0.0), Duration::from_secs(5));
        assert_eq!(wait(100, 1.0), Duration::from_secs(600));
        assert_eq!(wait(0, 1.0), Duration::from_secs(1));
    }

    #[tokio::test]
    async fn a_carrier_that_breaks_leaves_its_job_and_its_place() {
        let worker = Arc::new(Worker::new(1));
        let ids = callwright_model::IdSource::default();
        let id = JobFence { job: ids.next(), epoch: 1 };
        let (place, carried) = (worker.place(), worker.enter(id, ids.next()));
        let task = tokio::spawn(async move {
            let _held = (place, carried);
            panic!("outside of the carrier's work");
        });
        assert!(task.await.is_err() && !worker.carries(id) && worker.busy() == 0);
        let left = unbroken(async { panic!("in the middle of it") }).await;
        assert!(matches!(left, Left::Again(why, None) if why.contains("broke")));
    }

    #[test]
    fn who_lets_go_late_takes_nothing_from_the_next() {
        let (worker, ids) = (Worker::new(2), callwright_model::IdSource::default());
        let (job, org) = (ids.next(), ids.next());
        let [first, second] = [1, 2].map(|epoch| JobFence { job, epoch });
        let late = worker.enter(first, org);
        let next = worker.enter(second, org);
        drop(late);
        assert!(worker.carries(second) && !worker.carries(first), "it would be given back under its carrier");
        assert_eq!(worker.loads(), HashMap::from([(org, 1)]));
        drop(next);
        assert!(!worker.carries(second));
    }

    #[test]
    fn one_organization_does_not_fill_the_worker() {
        let ids = callwright_model::IdSource::default();
        let (org, other) = (ids.next(), ids.next());
        for (size, share) in [(1, 1), (2, 1), (4, 3), (256, 224)] {
            let worker = Worker::new(size);
            let held: Vec<_> = (0..share)
                .map(|_| (worker.place_for(org).unwrap(), worker.enter(JobFence { job: ids.next(), epoch: 1 }, org)))
                .collect();
            assert!(worker.place_for(org).is_none(), "{size}");
            assert_eq!(worker.place_for(other).is_some(), size > share, "{size}");
            assert_eq!(worker.loads(), HashMap::from([(org, share)]));
            drop(held);
            assert!(worker.place_for(org).is_some() && worker.loads().is_empty());
        }
    }

    #[test]
    fn places_are_counted() {
        let worker = Worker::new(2);
        let (first, second) = (worker.place(), worker.place());
        assert!(first.is_some() && second.is_some() && worker.place().is_none() && worker.busy() == 2);
        drop(first);
        assert!(worker.busy() == 1 && worker.place().is_some());
    }
}
