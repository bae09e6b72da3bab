//! The caller's organization itself.

use callwright_model::{
    Fault,
    account::{Caller, Organization, Right, Scope},
    id::UserId,
};
use serde_json::json;

use super::field;
use crate::{App, app::require, audit};

/// The organization in which the caller asks.
pub async fn get(app: &App, caller: &Caller) -> Result<Organization, Fault> {
    require(caller, Right::View, Scope::Read)?;
    present(app, caller).await
}

/// Gives it another name.
pub async fn rename(app: &App, caller: &Caller, name: &str) -> Result<Organization, Fault> {
    require(caller, Right::Govern, Scope::Admin)?;
    let name = field::name("name", name)?;
    let before = present(app, caller).await?;
    let details = json!({ "from": before.name, "to": name });
    let details = audit::between(details, &json!({ "name": before.name }), &json!({ "name": name }));
    let entry = audit::entry(app, caller, "organization.rename", "organization", caller.org_id, details);
    app.store()
        .write((caller.org_id, name.clone(), entry), |(org, name, entry), tx| {
            Box::pin(async move {
                tx.rename_organization(*org, name).await?;
                tx.append_audit(entry).await
            })
        })
        .await?;
    Ok(Organization { name, ..before })
}

/// Deletes it with everything in it. `name` is its name, typed once more by who wants that.
///
/// # Errors
/// Invalid when `name` is not the organization's.
pub async fn delete(app: &App, caller: &Caller, name: &str) -> Result<(), Fault> {
    require(caller, Right::Own, Scope::Admin)?;
    let organization = present(app, caller).await?;
    if organization.name != name {
        return Err(Fault::invalid("name", "`name` must be the organization's name, to show that you mean it"));
    }
    app.store().delete_organization(caller.org_id).await?;
    app.accounts().forget(caller.org_id);
    app.tools().forget(caller.org_id);
    // Its audit log went with it, so the server's own log is the only place left to say so.
    tracing::warn!(org_id = %caller.org_id, user_id = %caller.user_id, "an organization was deleted by its owner");
    Ok(())
}

/// Makes another member the owner and the caller an admin.
///
/// # Errors
/// Conflict when the caller is no owner any more or `to` is not a member.
pub async fn transfer(app: &App, caller: &Caller, to: UserId) -> Result<(), Fault> {
    require(caller, Right::Own, Scope::Admin)?;
    let details = json!({ "from": caller.user_id, "to": to });
    let entry = audit::entry(app, caller, "organization.transfer", "organization", caller.org_id, details);
    app.store()
        .write((caller.org_id, caller.user_id, to, entry), |(org, from, to, entry), tx| {
            Box::pin(async move {
                tx.transfer_organization(*org, *from, *to).await?;
                tx.append_audit(entry).await
            })
        })
        .await?;
    app.accounts().forget(caller.org_id);
    Ok(())
}

async fn present(app: &App, caller: &Caller) -> Result<Organization, Fault> {
    app.store().organization(caller.org_id).await?.ok_or_else(|| Fault::not_found("organization", caller.org_id))
}
