//! Jobs: durable background work, carried by the workers of every node.

pub mod call;
pub mod worker;

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    id::JobId,
    job::{Job, JobKind},
    page::{Page, PageRequest},
};
use callwright_store::job::JobFilter;
use serde_json::json;

use crate::{App, app::require, audit};

/// A page of jobs, newest first.
pub async fn list(app: &App, caller: &Caller, filter: JobFilter, page: PageRequest) -> Result<Page<Job>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(app.store().jobs(caller.org_id, &filter, &page).await?)
}

/// One job.
pub async fn get(app: &App, caller: &Caller, id: JobId) -> Result<Job, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let found = app.store().job(caller.org_id, id).await?;
    found.map(|row| row.job).ok_or_else(|| Fault::not_found("job", id))
}

/// Stops a job. One that carries a run stops the run.
///
/// # Errors
/// Conflict `already_ended`.
pub async fn cancel(app: &App, caller: &Caller, id: JobId) -> Result<Job, Fault> {
    let job = get(app, caller, id).await?;
    if job.kind == JobKind::Run {
        let run = crate::run::of_job(app, caller, id).await?;
        crate::run::cancel(app, caller, run.id).await?;
        return get(app, caller, id).await;
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
    get(app, caller, id).await
}
