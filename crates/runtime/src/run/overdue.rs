//! Runs whose time was over before anybody began them: ended as they are, without a place at a worker.

use callwright_model::{
    Fault,
    chat::Usage,
    job::JobState,
    run::{RunError, RunState},
};
use callwright_store::run::{Ending, RunRow};

use super::{family, finish, kept::Kept};
use crate::{App, call, metering};

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
    let message = "timeout: its time was over before there was room for it (`limits.timeout_s`)";
    let error = Some(RunError { code: "deadline".to_owned(), message: message.to_owned() });
    let mut run = row.run.clone();
    (run.state, run.error, run.ended_at, run.updated_at) = (RunState::Failed, error.clone(), Some(now), now);
    // One whose request cannot be read any more is ended all the same, without news.
    let news = match Kept::open(app, &row).await {
        Ok(kept) => finish::news(app, &run, &kept).await?,
        Err(_) => None,
    };
    let ending = Ending {
        run: run.id,
        state: RunState::Failed,
        output: None,
        error,
        job: JobState::Done,
        turn: None,
        unkept: Usage::default(),
        settled: None,
        handed: None,
        flow: None,
        news,
        let_go: Some(call::resume::run_over()),
        now,
    };
    if app.store().end_queued_run(ending).await? {
        app.runs().tell_run(&run);
        app.tickets().changed();
        metering::run_ended(&run);
        family::ended(app, &RunRow { run, ..row }).await;
    }
    Ok(())
}
