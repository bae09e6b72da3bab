//! Runs whose time was over before anybody began them: ended as they are, without a place at a worker.

use callwright_model::{
    Fault,
    job::JobState,
    run::{RunError, RunState},
};
use callwright_store::run::{Ending, RunRow};

use super::{finish, kept::Kept, tell_run};
use crate::{App, metering};

/// Ends up to `most` of them.
pub(crate) async fn end_overdue(app: &App, most: u32) -> Result<(), Fault> {
    for row in app.store().overdue_runs(app.clock().now(), most).await? {
        let id = row.run.id;
        // One that cannot be ended now does not keep the others.
        if let Err(fault) = end(app, row).await {
            tracing::warn!(run = %id, ?fault, "a run whose time is over could not be ended");
        }
    }
    Ok(())
}

async fn end(app: &App, row: RunRow) -> Result<(), Fault> {
    let now = app.clock().now();
    let kept = Kept::open(app, &row).await?;
    let message = "timeout: its time was over before there was room for it (`limits.timeout_s`)";
    let error = Some(RunError { code: "deadline".to_owned(), message: message.to_owned() });
    let mut run = row.run;
    (run.state, run.error, run.ended_at, run.updated_at) = (RunState::Failed, error.clone(), Some(now), now);
    let ending = Ending {
        run: run.id,
        state: RunState::Failed,
        output: None,
        error,
        job: JobState::Done,
        turn: None,
        news: finish::news(app, &run, &kept).await?,
        now,
    };
    if app.store().end_queued_run(ending).await? {
        tell_run(app, &run);
        metering::run_ended(&run);
    }
    Ok(())
}
