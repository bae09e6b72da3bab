//! The audit log, for those who govern.

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    page::{Page, PageRequest},
};
use callwright_store::audit::{AuditEntry, AuditFilter};

use crate::{App, app::require};

/// The rows that fit `filter`, newest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: &AuditFilter,
    page: &PageRequest,
) -> Result<Page<AuditEntry>, Fault> {
    require(caller, Right::Govern, Scope::Admin)?;
    Ok(app.store().audit(caller.org_id, filter, page).await?)
}
