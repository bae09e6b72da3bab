//! Stopping a run, at whatever it is: one that nobody carries is ended here, the carrier of another is told.

use std::time::Duration;

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    chat::Usage,
    id::RunId,
    job::JobState,
    run::{Run, RunKind, RunState},
};
use callwright_store::run::{Ending, RunRow};
use serde_json::json;
use tokio::time::Instant;

use super::{family, finish, kept::Kept, read::row};
use crate::{App, app::require, audit, call};

/// Stops a run, at whatever it is. What a tool has begun by then is carried out and recorded.
///
/// # Errors
/// Conflict `already_ended`.
pub async fn cancel(app: &App, caller: &Caller, id: RunId) -> Result<Run, Fault> {
    let found = row(app, caller.org_id, id).await?;
    // Whoever asked for it may stop it; another's is an operator's to stop.
    match found.run.user_id == caller.user_id {
        true => require(caller, Right::Call, Scope::AgentsRun)?,
        false => require(caller, Right::Decide, Scope::ExecutionsDecide)?,
    }
    if found.run.state.is_final() {
        return Err(Fault::conflict(
            "already_ended",
            format!("this run has ended: it is {}", found.run.state.as_str()),
        ));
    }
    let details = match found.run.kind {
        RunKind::Agent => json!({ "agent": found.run.agent_name }),
        RunKind::Workflow => json!({ "workflow": found.run.workflow_name }),
    };
    audit::write(app, caller, "run.cancel", "run", id, details).await?;
    stop_and_wait(app, &found).await
}

/// Stops a run, and gives it as it is once it has ended, or after a moment.
pub(crate) async fn stop_and_wait(app: &App, found: &RunRow) -> Result<Run, Fault> {
    let (org, id) = (found.run.organization_id, found.run.id);
    stop(app, found).await?;
    // Whoever carries it lets go in a moment.
    let until = Instant::now() + Duration::from_secs(2);
    loop {
        let run = row(app, org, id).await?.run;
        if run.state.is_final() || Instant::now() >= until {
            return Ok(run);
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// Ends a run, or has whoever carries it end it.
pub(crate) async fn stop(app: &App, found: &RunRow) -> Result<(), Fault> {
    if !cancel_idle(app, found).await? {
        app.runs().stop(found.run.id);
    }
    Ok(())
}

/// Ends a run that nobody carries. False: somebody does, and was told.
pub(super) async fn cancel_idle(app: &App, found: &RunRow) -> Result<bool, Fault> {
    let now = app.clock().now();
    let mut run = found.run.clone();
    (run.state, run.ended_at, run.updated_at) = (RunState::Cancelled, Some(now), now);
    // One whose request cannot be read any more is ended all the same, without news.
    let news = match Kept::open(app, found).await {
        Ok(kept) => finish::news(app, &run, &kept).await?,
        Err(_) => None,
    };
    let ending = Ending {
        run: run.id,
        state: RunState::Cancelled,
        output: None,
        error: None,
        job: JobState::Cancelled,
        turn: None,
        unkept: Usage::default(),
        settled: None,
        handed: None,
        flow: None,
        news,
        let_go: Some(call::resume::run_over()),
        now,
    };
    let is_ended = app.store().cancel_run(run.organization_id, ending).await?;
    if is_ended {
        app.runs().tell_run(&run);
        app.tickets().changed();
        crate::metering::run_ended(&run);
        family::ended(app, &RunRow { run, ..found.clone() }).await;
    }
    Ok(is_ended)
}
