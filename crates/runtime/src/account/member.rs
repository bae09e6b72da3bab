//! The members of an organization and what they are in it.

use callwright_model::{
    Fault,
    account::{Caller, Member, Right, Role, Scope},
    id::UserId,
    page::{Page, PageRequest},
};
use serde_json::json;

use crate::{App, app::require, audit};

/// The members, oldest user first.
pub async fn list(app: &App, caller: &Caller, page: &PageRequest) -> Result<Page<Member>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(app.store().members(caller.org_id, page).await?)
}

/// Makes a member something else.
///
/// # Errors
/// Forbidden above the caller's own role; Conflict `last_owner`.
pub async fn set_role(app: &App, caller: &Caller, user: UserId, role: Role) -> Result<Member, Fault> {
    let member = governed(app, caller, user).await?;
    if role > caller.role {
        return Err(Fault::forbidden(format!(
            "you cannot raise anybody above your own role, `{}`",
            caller.role.as_str()
        )));
    }
    let details = json!({ "from": member.role, "to": role });
    let details = audit::between(details, &json!({ "role": member.role }), &json!({ "role": role }));
    let entry = audit::entry(app, caller, "member.set_role", "user", user, details);
    let is_member = app
        .store()
        .write((caller.org_id, user, role, entry), |(org, user, role, entry), tx| {
            Box::pin(async move {
                let is_member = tx.set_role(*org, *user, *role).await?;
                if is_member {
                    tx.append_audit(entry).await?;
                }
                Ok(is_member)
            })
        })
        .await?;
    app.accounts().forget(caller.org_id);
    if is_member { Ok(Member { role, ..member }) } else { Err(Fault::not_found("member", user)) }
}

/// Ends a membership, with the member's tokens here.
///
/// # Errors
/// Forbidden above the caller's own role; Conflict `last_owner`.
pub async fn remove(app: &App, caller: &Caller, user: UserId) -> Result<(), Fault> {
    let member = governed(app, caller, user).await?;
    let details = audit::between(json!({ "role": member.role }), &member, &());
    let entry = audit::entry(app, caller, "member.remove", "user", user, details);
    let data = (caller.org_id, user, app.clock().now(), entry);
    let was_member = app
        .store()
        .write(data, |(org, user, now, entry), tx| {
            Box::pin(async move {
                let was_member = tx.remove_member(*org, *user, *now).await?;
                if was_member {
                    tx.append_audit(entry).await?;
                }
                Ok(was_member)
            })
        })
        .await?;
    app.accounts().forget(caller.org_id);
    if was_member { Ok(()) } else { Err(Fault::not_found("member", user)) }
}

/// The member, when the caller may change what they are.
async fn governed(app: &App, caller: &Caller, user: UserId) -> Result<Member, Fault> {
    require(caller, Right::Govern, Scope::Admin)?;
    let member = app.store().member(caller.org_id, user).await?.ok_or_else(|| Fault::not_found("member", user))?;
    if member.role > caller.role {
        return Err(Fault::forbidden(format!("`{}` is above your own role", member.role.as_str())));
    }
    Ok(member)
}
