//! Who may see a run, and what of it.

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    id::{JobId, OrgId, RunId, ThreadId, UserId},
    page::{Page, PageRequest},
    run::{Run, RunKind, Step, Thread},
};
use callwright_store::run::{RunFilter, RunRow};

use super::{
    shown,
    status::{JobStatus, of as standing},
};
use crate::{App, app::require};

/// The agent's last runs, from which the time of the next is guessed.
const USUAL: u32 = 20;

/// A run of the organization.
pub async fn get(app: &App, caller: &Caller, id: RunId) -> Result<Run, Fault> {
    let run = row(app, caller.org_id, id).await?.run;
    visible(caller, run.user_id)?;
    shown::run(app, run.user_id == caller.user_id, run).await
}

/// Whoever may run agents sees how their own runs go; everything else needs the scope to read.
pub(crate) fn visible(caller: &Caller, owner: UserId) -> Result<(), Fault> {
    if owner == caller.user_id && caller.may(Right::Call, Scope::AgentsRun) {
        return Ok(());
    }
    require(caller, Right::View, Scope::Read)
}

pub(super) async fn row(app: &App, org: OrgId, id: RunId) -> Result<RunRow, Fault> {
    app.store().run(org, id).await?.ok_or_else(|| Fault::not_found("run", id))
}

/// The run that a job carries.
pub async fn of_job(app: &App, caller: &Caller, job: JobId) -> Result<Run, Fault> {
    let found = app.store().run_of_job(caller.org_id, job).await?;
    let run = found.map(|row| row.run).ok_or_else(|| Fault::not_found("job", job))?;
    visible(caller, run.user_id)?;
    shown::run(app, run.user_id == caller.user_id, run).await
}

/// A page of runs, newest first. What somebody else's workflow came to is not in it.
pub async fn list(app: &App, caller: &Caller, filter: RunFilter, page: PageRequest) -> Result<Page<Run>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let mut page = app.store().runs(caller.org_id, &filter, &page).await?;
    for run in page.items.iter_mut().filter(|run| run.kind == RunKind::Workflow && run.user_id != caller.user_id) {
        // Whether it holds something that the log hides is seen when one run is asked for.
        run.output = None;
    }
    Ok(page)
}

/// A page of the steps of a run, in order. What the log hides is shown to whoever asked for the run, and to nobody else.
pub async fn steps(app: &App, caller: &Caller, id: RunId, page: PageRequest) -> Result<Page<Step>, Fault> {
    let run = get(app, caller, id).await?;
    let mut steps = app.store().page_of_steps(run.id, &page).await?;
    if run.user_id != caller.user_id {
        for step in &mut steps.items {
            shown::hide(app, &run, step).await?;
        }
    }
    Ok(steps)
}

/// A thread that the caller may go on with: their own, or any for an administrator.
pub(crate) async fn own_thread(app: &App, caller: &Caller, id: ThreadId) -> Result<Thread, Fault> {
    let thread = app.store().thread(caller.org_id, id).await?;
    thread
        .filter(|thread| thread.user_id == caller.user_id || caller.role.may(Right::Configure))
        .ok_or_else(|| Fault::not_found("thread", id))
}

/// How a run stands, in the guide's form, with a guess at what is left of it.
pub async fn status(app: &App, caller: &Caller, job: JobId) -> Result<JobStatus, Fault> {
    let run = of_job(app, caller, job).await?;
    let usual = match run.state.is_final() {
        true => None,
        false => usual(app, &run).await?,
    };
    Ok(standing(&run, app.clock().now(), usual))
}

async fn usual(app: &App, run: &Run) -> Result<Option<u64>, Fault> {
    let mut took = app.store().durations_of_runs(run, USUAL).await?;
    took.sort_unstable();
    Ok(took.get(took.len() / 2).map(|micros| u64::try_from(micros / 1_000_000).unwrap_or_default()))
}
