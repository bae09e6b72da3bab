//! Watching a run: first what is kept, then what follows. Nothing that is kept is told twice, and nothing is missed.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use callwright_model::{
    Fault,
    account::Caller,
    id::RunId,
    run::{Run, RunEvent, RunKind, Step, StepState},
};
use tokio::sync::broadcast::{self, error::RecvError};

use crate::App;

/// How often the tables are looked at for what another node does.
const LOOK: Duration = Duration::from_millis(500);
/// The most steps of a workflow.
const MOST_STEPS: u32 = 200;
/// Messages read at once.
const BATCH: u32 = 200;

/// Somebody who watches a run.
pub struct Watch {
    app: App,
    run: Run,
    events: broadcast::Receiver<RunEvent>,
    /// The place of the last message that was told.
    seen: i64,
    told: VecDeque<RunEvent>,
    /// The steps of a workflow that were told, as they stood.
    steps: HashMap<i64, StepState>,
    is_over: bool,
}

/// Watches a run; messages after the place `after` of its thread, of this run only, are told first.
pub async fn watch(app: &App, caller: &Caller, id: RunId, after: i64) -> Result<Watch, Fault> {
    // Before the tables are read, so that nothing falls between.
    let events = app.runs().watch(id);
    let run = super::get(app, caller, id).await?;
    let mut watch = Watch {
        app: app.clone(),
        run,
        events,
        seen: after,
        told: VecDeque::new(),
        steps: HashMap::new(),
        is_over: false,
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
                // What is kept is told from the tables, in order; its event says that it is time to look.
                Ok(RunEvent::Message { .. } | RunEvent::Run { .. }) => self.look(false).await?,
                Ok(RunEvent::Step { step }) if !self.is_new(&step) => {}
                Ok(event) => return Ok(Some(event)),
                Err(RecvError::Lagged(_)) => self.look(false).await?,
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

    async fn look(&mut self, is_first: bool) -> Result<(), Fault> {
        // The run first: what it wrote before it ended is there when its end is.
        let run = super::row(&self.app, self.run.organization_id, self.run.id).await?.run;
        loop {
            let more = self.app.store().messages_after(run.thread_id, self.seen, BATCH).await?;
            let count = more.len();
            for message in more {
                self.seen = message.seq;
                if message.run_id == Some(run.id) {
                    self.told.push_back(RunEvent::Message { message: Box::new(message) });
                }
            }
            if count < BATCH as usize {
                break;
            }
        }
        // Of a workflow its steps are the story, and the tables have them whoever carries it. An agent's are told as they
        // happen, and the messages have all of it.
        if run.kind == RunKind::Workflow {
            for step in self.app.store().flow_steps(run.id, MOST_STEPS).await? {
                if self.is_new(&step) {
                    self.told.push_back(RunEvent::Step { step: Box::new(step) });
                }
            }
        }
        let has_changed = is_first || (run.state, run.steps) != (self.run.state, self.run.steps);
        self.is_over = run.state.is_final();
        self.run = run;
        if has_changed {
            let event = RunEvent::Run { run: Box::new(self.run.clone()) };
            // The beginning comes before what was said, the end after it.
            if is_first && !self.is_over { self.told.push_front(event) } else { self.told.push_back(event) }
        }
        Ok(())
    }
}
