//! The task that writes behind the answer.

use std::{
    collections::VecDeque,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use deadpool_postgres::Pool;
use tokio::{
    sync::{Notify, Semaphore, oneshot},
    task::JoinHandle,
};

use super::{CALL_TIMEOUT, write};
use crate::{
    behind::{self, Behind},
    db::{BoxFuture, Tx},
    error::{Error, Result},
};

/// How long the last writes may take when the store is closed.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest wait between tries while the database is away.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

pub(crate) struct Lane {
    state: Mutex<State>,
    changed: Notify,
    room: Semaphore,
    task: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
struct State {
    items: VecDeque<Behind>,
    /// Taken from the lane and not yet committed.
    taken: usize,
    is_urgent: bool,
    is_closed: bool,
}

impl Lane {
    pub(crate) fn start(pool: Pool) -> Arc<Self> {
        let lane = Arc::new(Self {
            state: Mutex::default(),
            changed: Notify::new(),
            room: Semaphore::new(behind::CAPACITY),
            task: Mutex::default(),
        });
        let task = tokio::spawn(run(Arc::clone(&lane), pool));
        *lane.task.lock().unwrap_or_else(PoisonError::into_inner) = Some(task);
        lane
    }

    pub(crate) async fn push(&self, item: Behind) -> Result<()> {
        let room = self.room.acquire().await.map_err(|_| Error::Closed)?;
        let is_first = {
            let mut state = self.lock();
            if state.is_closed {
                return Err(Error::Closed);
            }
            state.is_urgent |= matches!(item, Behind::Barrier(_));
            state.items.push_back(item);
            state.items.len() == 1 || state.is_urgent || state.items.len() == behind::BATCH
        };
        room.forget();
        if is_first {
            self.changed.notify_one();
        }
        Ok(())
    }

    pub(crate) async fn flush(&self) -> Result<()> {
        {
            let state = self.lock();
            if state.items.is_empty() && state.taken == 0 {
                return Ok(());
            }
        }
        let (answer, answered) = oneshot::channel();
        // While the database is away nothing is written, and nobody should wait for that for ever.
        let written = tokio::time::timeout(CALL_TIMEOUT, async {
            self.push(Behind::Barrier(answer)).await?;
            answered.await.map_err(|_| Error::Closed)
        });
        written.await.unwrap_or(Err(Error::TimedOut))
    }

    pub(crate) fn stop(&self) {
        self.lock().is_closed = true;
        self.changed.notify_one();
    }

    /// Stops, and waits until what was there is written.
    pub(crate) async fn close(&self) -> Result<()> {
        self.stop();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut task) = task else {
            return Ok(());
        };
        match tokio::time::timeout(CLOSE_TIMEOUT, &mut task).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Error::Internal(format!("writing behind: {error}"))),
            Err(_) => {
                task.abort();
                for item in &self.lock().items {
                    behind::report_lost(item, &Error::TimedOut);
                }
                Err(Error::TimedOut)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next things to write; none when the lane is closed and empty.
    async fn next(&self) -> Option<Vec<Behind>> {
        let mut has_lingered = false;
        loop {
            let (is_empty, is_closed) = {
                let mut state = self.lock();
                let is_due = has_lingered || state.is_urgent || state.is_closed || state.items.len() >= behind::BATCH;
                if is_due && !state.items.is_empty() {
                    return Some(state.take());
                }
                (state.items.is_empty(), state.is_closed)
            };
            match (is_empty, is_closed) {
                (true, true) => return None,
                (true, false) => self.changed.notified().await,
                (false, _) => {
                    has_lingered = tokio::time::timeout(behind::LINGER, self.changed.notified()).await.is_err();
                }
            }
        }
    }

    fn written(&self, items: Vec<Behind>) {
        self.lock().taken = 0;
        self.room.add_permits(items.len());
        behind::answer_barriers(items);
    }
}

impl State {
    fn take(&mut self) -> Vec<Behind> {
        let items: Vec<_> = self.items.drain(..self.items.len().min(behind::BATCH)).collect();
        self.taken = items.len();
        self.is_urgent &= !self.items.is_empty();
        items
    }
}

async fn run(lane: Arc<Lane>, pool: Pool) {
    while let Some(items) = lane.next().await {
        metrics::histogram!("callwright_store_batch_operations").record(items.len() as f64);
        let items = Arc::new(items);
        if !write_part(&lane, &pool, &items, 0..items.len()).await {
            // One bad item must not take others with it.
            for index in 0..items.len() {
                write_part(&lane, &pool, &items, index..index + 1).await;
            }
        }
        if let Ok(items) = Arc::try_unwrap(items) {
            lane.written(items);
        }
    }
}

type Part = (Arc<Vec<Behind>>, Range<usize>);

fn apply<'t>((items, range): &'t Part, tx: &'t mut Tx<'_>) -> BoxFuture<'t, Result<()>> {
    Box::pin(behind::apply(tx, &items[range.clone()]))
}

/// Writes a part of `items` in one transaction; false: something in it cannot be written. While the
/// database is away nothing is dropped: the lane fills up, and those who write wait.
async fn write_part(lane: &Lane, pool: &Pool, items: &Arc<Vec<Behind>>, range: Range<usize>) -> bool {
    let is_alone = range.len() == 1;
    let part = (Arc::clone(items), range);
    let mut pause = Duration::from_millis(50);
    loop {
        let error = match write(pool, &part, &apply).await {
            Ok(()) => return true,
            Err(error) => error,
        };
        let is_last_try = lane.lock().is_closed && pause >= LONGEST_PAUSE;
        if error.is_unavailable() && !is_last_try {
            tracing::warn!(%error, items = items.len(), "cannot write behind the answer; trying again");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            continue;
        }
        if is_alone && let Some(item) = items.get(part.1.start) {
            behind::report_lost(item, &error);
        }
        return false;
    }
}
