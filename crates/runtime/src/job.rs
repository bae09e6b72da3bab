//! Jobs: durable background work, carried by the workers of every node.

pub mod call;
pub mod worker;

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    id::JobId,
    job::{Job, JobKind, JobState},
    page::{Page, PageRequest},
};
use callwright_store::job::JobFilter;
use serde_json::json;

use crate::{App, app::require, audit, run};

/// A page of jobs, newest first.
pub async fn list(app: &App, caller: &Caller, filter: JobFilter, page: PageRequest) -> Result<Page<Job>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(app.store().jobs(caller.org_id, &filter, &page).await?)
}

/// One job.
pub async fn get(app: &App, caller: &Caller, id: JobId) -> Result<Job, Fault> {
    let job = found(app, caller, id).await?;
    // Whoever may ask for such a job sees how their own goes.
    let scope = match job.kind {
        JobKind::Run => Scope::AgentsRun,
        JobKind::Call => Scope::ToolsCall,
    };
    if job.user_id != caller.user_id || !caller.may(Right::Call, scope) {
        require(caller, Right::View, Scope::Read)?;
    }
    Ok(job)
}

async fn found(app: &App, caller: &Caller, id: JobId) -> Result<Job, Fault> {
    let row = app.store().job(caller.org_id, id).await?;
    row.map(|row| row.job).ok_or_else(|| Fault::not_found("job", id))
}

/// Stops a job. One that carries a run stops the run.
///
/// # Errors
/// Conflict `already_ended`.
pub async fn cancel(app: &App, caller: &Caller, id: JobId) -> Result<Job, Fault> {
    let job = found(app, caller, id).await?;
    if job.kind == JobKind::Run {
        let carried = app.store().run_of_job(caller.org_id, id).await?;
        let carried = carried.ok_or_else(|| Fault::not_found("job", id))?;
        run::cancel(app, caller, carried.run.id).await?;
        return found(app, caller, id).await;
    }
    match job.user_id == caller.user_id {
        true => require(caller, Right::Call, Scope::ToolsCall)?,
        false => require(caller, Right::Decide, Scope::ExecutionsDecide)?,
    }
    if job.state.is_final() {
        return Err(Fault::conflict("already_ended", format!("this job has ended: it is {}", job.state.as_str())));
    }
    audit::write(app, caller, "job.cancel", "job", id, json!({ "title": job.title })).await?;
    app.store().cancel_job(caller.org_id, id, app.clock().now()).await?;
    found(app, caller, id).await
}

/// Tries a job again that was laid aside. One that carries a run lets the run go on where it was: what its tools have
/// done is not done again. A call that was stopped can be tried again as well.
///
/// # Errors
/// Conflict `not_dead`; for a run also `thread_went_on` and `thread_gone`.
pub async fn retry(app: &App, caller: &Caller, id: JobId) -> Result<Job, Fault> {
    require(caller, Right::Decide, Scope::ExecutionsDecide)?;
    let job = found(app, caller, id).await?;
    let now = app.clock().now();
    let entry = audit::entry(app, caller, "job.retry", "job", id, json!({ "title": job.title, "error": job.error }));
    let is_revived = match job.kind {
        JobKind::Call => {
            let is_revived = app.store().revive_job(caller.org_id, id, now).await?;
            if is_revived {
                app.store().append_audit(&entry).await?;
            }
            is_revived
        }
        JobKind::Run => {
            let carried = app.store().run_of_job(caller.org_id, id).await?;
            let carried = carried.ok_or_else(|| Fault::not_found("job", id))?.run;
            // It has had its time, or most of it: it is given all of it again.
            let allowed = std::time::Duration::from_secs(carried.limits.timeout_s.into());
            app.store().revive_run(caller.org_id, carried.id, now.plus(allowed), now, entry).await?
        }
    };
    if !is_revived {
        let why = match (job.kind, job.state) {
            (JobKind::Run, JobState::Done) => "its run has ended; begin a new one".to_owned(),
            (_, state) => format!("it is {}", state.as_str()),
        };
        return Err(Fault::conflict("not_dead", format!("only a job that was laid aside can be tried again: {why}")));
    }
    app.worker().wake();
    found(app, caller, id).await
}
