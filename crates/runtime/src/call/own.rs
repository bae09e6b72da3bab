//! What somebody has called themselves, for whoever may call and not necessarily look into the log: a client that comes back
//! to its calls.

use callwright_model::{
    Fault,
    account::{Caller, Right},
    execution::{Execution, ExecutionFilter},
    id::ExecutionId,
    page::{Page, PageRequest},
};

use super::authorize::mcp_scope;
use crate::{App, app::require, executions};

/// One execution of the caller's own.
///
/// # Errors
/// Not found also where it is somebody else's.
pub async fn own(app: &App, caller: &Caller, id: ExecutionId) -> Result<Execution, Fault> {
    require(caller, Right::Call, mcp_scope(caller))?;
    let found = app.store().execution(caller.org_id, id).await?;
    let found = found.filter(|execution| execution.user_id == Some(caller.user_id));
    found.ok_or_else(|| Fault::not_found("execution", id))
}

/// A page of the caller's own executions, newest first.
///
/// # Errors
/// Forbidden, and what the store says.
pub async fn own_page(app: &App, caller: &Caller, page: PageRequest) -> Result<Page<Execution>, Fault> {
    require(caller, Right::Call, mcp_scope(caller))?;
    let filter = ExecutionFilter { user_id: Some(caller.user_id), ..ExecutionFilter::default() };
    Ok(app.store().executions(caller.org_id, &filter, &page).await?)
}

/// Gives up an execution of the caller's own, as [`executions::cancel`] does it.
///
/// # Errors
/// Conflict, where it goes on or has ended.
pub async fn give_up(app: &App, caller: &Caller, id: ExecutionId) -> Result<(), Fault> {
    own(app, caller, id).await?;
    executions::stop(app, caller, id).await
}
