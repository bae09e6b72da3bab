//! Runs that other runs ask for: as steps of a workflow, or through tools. The end of one is told to whoever stands above
//! it, and ends those that stand below it.

use callwright_model::{
    Fault,
    id::{ExecutionId, OrgId, RunId},
    run::{Run, RunState},
};
use callwright_store::{
    job::JobFence,
    run::{RunRow, Within},
};

use crate::App;

/// How many runs may stand above one.
pub(crate) const MOST_DEPTH: u32 = 5;
/// The most runs that one may lead to, at all depths together.
const MOST_RUNS: i64 = 2_000;
/// Runs looked at in one round.
const BATCH: u32 = 200;

/// Who asks for a run, when it is no person.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asker {
    /// The run that asks.
    pub run: Option<Above>,
    /// The execution of a tool that waits for its end.
    pub execution: Option<ExecutionId>,
}

/// A run that asks for another.
#[derive(Debug, Clone)]
pub(crate) struct Above {
    pub id: RunId,
    root: RunId,
    depth: u32,
    /// The job of its carrier, when its carrier asks.
    fence: Option<JobFence>,
}

impl Above {
    pub(crate) fn of(row: &RunRow, fence: Option<JobFence>) -> Self {
        let run = &row.run;
        Self { id: run.id, root: row.root_id.unwrap_or(run.id), depth: run.depth, fence }
    }
}

impl Asker {
    /// Whoever waits for a run that hands its conversation over waits for its successor.
    pub(super) fn of_successor(row: &RunRow) -> Self {
        let depth = row.run.depth.saturating_sub(1);
        let above = |id| Above { id, root: row.root_id.unwrap_or(id), depth, fence: None };
        Self { run: row.run.parent_id.map(above), execution: row.asked_by }
    }

    /// How many runs stand above the one that is asked for.
    pub(crate) fn depth(&self) -> u32 {
        self.run.as_ref().map_or(0, |above| above.depth + 1)
    }

    /// Refuses what would go round in circles.
    ///
    /// # Errors
    /// Conflict `too_deep`.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        if self.depth() <= MOST_DEPTH {
            return Ok(());
        }
        let message = format!(
            "at most {MOST_DEPTH} runs may stand above one another; does an agent or a workflow call itself in a circle?"
        );
        Err(Fault::conflict("too_deep", message))
    }

    pub(super) fn row(&self, run: Run, request: String) -> RunRow {
        RunRow { run, request, root_id: self.run.as_ref().map(|above| above.root), asked_by: self.execution }
    }

    pub(super) fn within(&self) -> Option<Within> {
        self.run.as_ref().map(|above| Within {
            parent: above.id,
            root: above.root,
            fence: above.fence,
            most: MOST_RUNS,
        })
    }
}

/// A run has ended: whoever waits for it is told, and what it asked for and does not need any more is stopped. A hint
/// that is lost costs a few seconds, see [`sweep`].
pub(crate) async fn ended(app: &App, row: &RunRow) {
    let told = async {
        if row.run.handed_to.is_some() && row.asked_by.is_some() {
            // Its successor answers.
        } else if let Some(execution) = row.asked_by {
            Box::pin(crate::call::nested::answer(app, row, execution)).await?;
        } else if let Some(parent) = row.run.parent_id
            && app.store().wake_run(parent, app.clock().now()).await?
        {
            app.worker().wake();
        }
        if row.run.state != RunState::Completed {
            stop_below(app, row.run.organization_id, row.run.id).await?;
        }
        Ok::<_, Fault>(())
    };
    if let Err(fault) = told.await {
        tracing::warn!(run = %row.run.id, ?fault, "those above or below a run that has ended could not be told yet");
    }
}

/// Stops what a run that has ended asked for.
async fn stop_below(app: &App, org: OrgId, run: RunId) -> Result<(), Fault> {
    for child in app.store().live_children(org, run, BATCH).await? {
        // Its own end stops those below it in turn.
        Box::pin(super::stop::stop(app, &child)).await?;
    }
    Ok(())
}

/// Sees to what nobody else saw to: runs whose asker has ended, and executions whose run has.
pub(crate) async fn sweep(app: &App) -> Result<(), Fault> {
    for (org, parent) in app.store().askers_gone(BATCH).await? {
        stop_below(app, org, parent).await?;
    }
    for (org, id) in app.store().unanswered_runs(BATCH).await? {
        if let Some(row) = app.store().run(org, id).await?
            && let Some(execution) = row.asked_by
        {
            crate::call::nested::answer(app, &row, execution).await?;
        }
    }
    Ok(())
}
