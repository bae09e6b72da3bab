//! Watching a run: first what is kept, then what follows. Nothing that is kept is told twice, and nothing is missed.

use std::{collections::VecDeque, time::Duration};

use callwright_model::{
    Fault,
    account::Caller,
    id::RunId,
    run::{Run, RunEvent},
};
use tokio::sync::broadcast::{self, error::RecvError};

use crate::App;

/// How often the tables are looked at for what another node does.
const LOOK: Duration = Duration::from_millis(500);
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
    is_over: bool,
}

/// Watches a run; messages after the place `after` of its thread, of this run only, are told first.
pub async fn watch(app: &App, caller: &Caller, id: RunId, after: i64) -> Result<Watch, Fault> {
    // Before the tables are read, so that nothing falls between.
    let events = app.runs().watch(id);
    let run = super::get(app, caller, id).await?;
    let mut watch = Watch { app: app.clone(), run, events, seen: after, told: VecDeque::new(), is_over: false };
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
