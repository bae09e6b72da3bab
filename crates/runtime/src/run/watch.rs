//! Watching a run: first what is kept, then what follows. Nothing that is kept is told twice, and nothing is missed.
//!
//! A watcher that does not read costs little: what is kept is read from the tables in small batches, the next one only
//! when the last has been taken.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use callwright_model::{
    Fault, FaultKind,
    account::{Caller, Right},
    id::RunId,
    run::{Run, RunEvent, RunKind, Step, StepState},
};
use tokio::sync::broadcast::{
    self,
    error::{RecvError, TryRecvError},
};

use super::{
    hub::{News, Seat},
    shown,
};
use crate::App;

/// How often the tables are looked at for what another node does.
const LOOK: Duration = Duration::from_millis(500);
/// The most steps of a workflow.
const MOST_STEPS: u32 = 200;
/// Messages read at once.
const BATCH: u32 = 100;
/// The most bytes of them, but for the last.
const BATCH_BYTES: u32 = 512 * 1024;

/// Somebody who watches a run.
pub struct Watch {
    app: App,
    run: Run,
    events: broadcast::Receiver<News>,
    /// The place of the last message that was told.
    seen: i64,
    told: VecDeque<RunEvent>,
    /// The steps of a workflow that were told, as they stood.
    steps: HashMap<i64, StepState>,
    /// Whether there may be more in the tables than was read.
    is_behind: bool,
    is_over: bool,
    /// Whether it is the watcher's own run, of which nothing is hidden.
    is_own: bool,
    /// Whether the watcher may hear what is said.
    hears: bool,
    _seat: Seat,
}

/// Watches a run; messages after the place `after` of its thread, of this run only, are told first. What is said is
/// told to whose thread it is and to administrators; others are told how the run goes on.
///
/// # Errors
/// Limited `too_many_watchers`.
pub async fn watch(app: &App, caller: &Caller, id: RunId, after: i64) -> Result<Watch, Fault> {
    // Before the tables are read, so that nothing falls between.
    let events = app.runs().watch(id);
    let run = super::read::get(app, caller, id).await?;
    let seat = app.runs().sit(caller.org_id, id).ok_or_else(|| {
        let message = "too many watch this run, or runs of this organization, already; close some streams first";
        Fault::new(FaultKind::Limited, "too_many_watchers", message)
    })?;
    let is_own = run.user_id == caller.user_id;
    let hears = is_own || caller.role.may(Right::Configure) || {
        let thread = app.store().thread(caller.org_id, run.thread_id).await?;
        thread.is_some_and(|thread| thread.user_id == caller.user_id)
    };
    let mut watch = Watch {
        app: app.clone(),
        run,
        events,
        seen: after,
        told: VecDeque::new(),
        steps: HashMap::new(),
        is_behind: false,
        is_over: false,
        is_own,
        hears,
        _seat: seat,
    };
    watch.look(true).await?;
    Ok(watch)
}

impl Watch {
    /// The next event; `None` when the run has ended and all was told, or the server stops.
    pub async fn next(&mut self) -> Result<Option<RunEvent>, Fault> {
        loop {
            if let Some(event) = self.told.pop_front() {
                return Ok(Some(event));
            }
            if self.is_over {
                return Ok(None);
            }
            if self.is_behind {
                self.look(false).await?;
                continue;
            }
            let stopping = self.app.stopping().clone();
            let heard = tokio::select! {
                heard = self.events.recv() => heard,
                () = stopping.cancelled() => return Ok(None),
                () = tokio::time::sleep(LOOK) => {
                    self.look(false).await?;
                    continue;
                }
            };
            match heard {
                // What is kept is told from the tables, in order.
                Ok(News::Kept(_)) | Err(RecvError::Lagged(_)) => self.look(false).await?,
                Ok(News::Passing(event)) => {
                    if let RunEvent::Step { step } = &*event
                        && !self.is_new(step)
                    {
                        continue;
                    }
                    if let Some(event) = self.shown(*event).await? {
                        return Ok(Some(event));
                    }
                }
                // Everybody was forgotten at the run's end.
                Err(RecvError::Closed) => {
                    self.look(false).await?;
                    if !self.is_over {
                        self.events = self.app.runs().watch(self.run.id);
                    }
                }
            }
        }
    }

    /// The places of messages that were told, for whoever comes back.
    pub fn seen(&self) -> i64 {
        self.seen
    }

    /// Whether a step stands elsewhere than when it was told last; notes where it stands.
    fn is_new(&mut self, step: &Step) -> bool {
        if self.run.kind != RunKind::Workflow || step.position != 0 {
            return true;
        }
        // What has ended does not go on: an older word about it comes too late.
        let known = self.steps.get(&step.seq).copied();
        let is_new = known != Some(step.state) && !known.is_some_and(StepState::is_settled);
        if is_new {
            self.steps.insert(step.seq, step.state);
        }
        is_new
    }

    /// What the watcher may see of something that passes by.
    async fn shown(&self, event: RunEvent) -> Result<Option<RunEvent>, Fault> {
        match event {
            RunEvent::Delta { .. } if !self.hears => Ok(None),
            RunEvent::Step { mut step } if !self.is_own => {
                shown::hide(&self.app, &self.run, &mut step).await?;
                Ok(Some(RunEvent::Step { step }))
            }
            RunEvent::Run { run } => Ok(Some(self.told_of(*run).await?)),
            event => Ok(Some(event)),
        }
    }

    /// Where the run stands, as the watcher may see it.
    async fn told_of(&self, run: Run) -> Result<RunEvent, Fault> {
        Ok(RunEvent::Run { run: Box::new(shown::run(&self.app, self.is_own, run).await?) })
    }

    async fn look(&mut self, is_first: bool) -> Result<(), Fault> {
        // The run first: what it wrote before it ended is there when its end is.
        let run = super::read::row(&self.app, self.run.organization_id, self.run.id).await?.run;
        if is_first && !run.state.is_final() {
            // The beginning comes before what was said, the end after it.
            self.told.push_back(RunEvent::Run { run: Box::new(run.clone()) });
            self.run = run.clone();
        }
        // What passed by meanwhile was there before what it became.
        loop {
            match self.events.try_recv() {
                Ok(News::Passing(event)) => {
                    if matches!(&*event, RunEvent::Step { step } if !self.is_new(step)) {
                        continue;
                    }
                    let shown = self.shown(*event).await?;
                    self.told.extend(shown);
                }
                Ok(News::Kept(_)) | Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        self.is_behind = false;
        if self.hears {
            let store = self.app.store();
            let found = store.messages_of_run(run.thread_id, run.id, self.seen, BATCH, BATCH_BYTES).await?;
            self.is_behind = found.is_cut;
            for message in found.messages {
                self.seen = message.seq;
                self.told.push_back(RunEvent::Message { message: Box::new(message) });
            }
        }
        if self.is_behind {
            return Ok(());
        }
        // Of a workflow its steps are the story, and the tables have them whoever carries it. An agent's are told as they
        // happen, and the messages have all of it.
        if run.kind == RunKind::Workflow {
            for mut step in self.app.store().flow_steps(run.id, MOST_STEPS).await? {
                if self.is_new(&step) {
                    if !self.is_own {
                        shown::hide(&self.app, &run, &mut step).await?;
                    }
                    self.told.push_back(RunEvent::Step { step: Box::new(step) });
                }
            }
        }
        self.is_over = run.state.is_final();
        if self.is_over || (run.state, run.steps) != (self.run.state, self.run.steps) {
            let told = self.told_of(run.clone()).await?;
            self.told.push_back(told);
        }
        self.run = run;
        Ok(())
    }
}
