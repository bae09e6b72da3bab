//! The two lanes before the writer: operations that somebody waits for, and things written behind.
//!
//! A wake-up of the writer's thread costs more than a row, so it is woken once for many: not at all while
//! it works, and for things written behind only after they have waited a little for company.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::writer::Job;
use crate::{
    behind::{self, Behind},
    error::{Error, Result},
};

/// The most operations in one commit.
const BATCH: usize = 256;
/// The most things written behind that ride along with operations that somebody waits for.
const RIDE_ALONG: usize = 64;
/// How long the writer is idle before it tidies up.
const IDLE: Duration = Duration::from_millis(500);

#[derive(Default)]
pub(crate) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Box<dyn Job>>,
    behind: VecDeque<Behind>,
    /// Things written behind that the writer has taken and not yet committed.
    behind_taken: usize,
    /// Somebody waits for things written behind.
    is_urgent: bool,
    is_closed: bool,
    rest: Rest,
}

/// What the writer is doing while it is not working.
#[derive(Default, PartialEq, Eq, Clone, Copy)]
enum Rest {
    #[default]
    Working,
    /// There is nothing to do.
    Idle,
    /// Only things written behind are there, and more may come.
    Lingering,
}

/// What the writer does next.
pub(crate) enum Next {
    Commit(Vec<Box<dyn Job>>, Vec<Behind>),
    /// Nothing happened for a while.
    TidyUp,
    Stop,
}

impl Queue {
    pub(crate) fn push(&self, job: Box<dyn Job>) -> Result<()> {
        let mut state = self.lock();
        if state.is_closed {
            return Err(Error::Closed);
        }
        state.jobs.push_back(job);
        self.wake(state, |rest| rest != Rest::Working);
        Ok(())
    }

    pub(crate) fn push_behind(&self, item: Behind) -> Result<()> {
        let mut state = self.lock();
        if state.is_closed {
            return Err(Error::Closed);
        }
        state.is_urgent |= matches!(item, Behind::Barrier(_));
        state.behind.push_back(item);
        let is_enough = state.is_urgent || state.behind.len() >= behind::BATCH;
        self.wake(state, |rest| rest == Rest::Idle || (is_enough && rest == Rest::Lingering));
        Ok(())
    }

    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.is_closed = true;
        self.wake(state, |_| true);
    }

    /// Whether everything written behind is in the database.
    pub(crate) fn is_behind_idle(&self) -> bool {
        let state = self.lock();
        state.behind.is_empty() && state.behind_taken == 0
    }

    /// Waits for work. What the last call gave is done with when this one is made.
    pub(crate) fn next(&self, mut has_written: bool) -> Next {
        let mut state = self.lock();
        state.behind_taken = 0;
        let mut has_lingered = false;
        loop {
            let is_due = has_lingered || state.is_urgent || state.is_closed || state.behind.len() >= behind::BATCH;
            if !state.jobs.is_empty() || (is_due && !state.behind.is_empty()) {
                return state.take();
            }
            if state.is_closed {
                return Next::Stop;
            }
            let (rest, wait) = match state.behind.is_empty() {
                false => (Rest::Lingering, Some(behind::LINGER)),
                true => (Rest::Idle, has_written.then_some(IDLE)),
            };
            state.rest = rest;
            let is_late;
            (state, is_late) = self.wait(state, wait);
            state.rest = Rest::Working;
            match rest {
                Rest::Lingering => has_lingered = is_late,
                _ if is_late && has_written && state.behind.is_empty() && state.jobs.is_empty() => return Next::TidyUp,
                _ => has_written &= !is_late,
            }
        }
    }

    fn wait<'q>(&'q self, state: MutexGuard<'q, State>, wait: Option<Duration>) -> (MutexGuard<'q, State>, bool) {
        match wait {
            None => (self.changed.wait(state).unwrap_or_else(PoisonError::into_inner), false),
            Some(wait) => {
                let (state, timeout) = self.changed.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner);
                (state, timeout.timed_out())
            }
        }
    }

    fn wake(&self, mut state: MutexGuard<'_, State>, is_needed: impl Fn(Rest) -> bool) {
        let is_needed = is_needed(state.rest);
        if is_needed {
            // Until the writer gets a processor, the others need not wake it again.
            state.rest = Rest::Working;
        }
        drop(state);
        if is_needed {
            self.changed.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self) -> Next {
        let jobs: Vec<_> = self.jobs.drain(..self.jobs.len().min(BATCH)).collect();
        let most = if jobs.is_empty() || self.is_urgent { behind::BATCH } else { RIDE_ALONG };
        let behind: Vec<_> = self.behind.drain(..self.behind.len().min(most)).collect();
        self.behind_taken = behind.len();
        self.is_urgent &= !self.behind.is_empty();
        Next::Commit(jobs, behind)
    }
}
