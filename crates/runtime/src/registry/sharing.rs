//! Who may call a tool.

use callwright_model::{
    Fault, Timestamp,
    account::{Caller, Right, Role, Scope},
    id::UserId,
    page::{Page, PageRequest},
    tool::Tool,
};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::read;
use crate::{App, app::require, audit};

/// A user with whom a tool was shared by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Grant {
    /// The user.
    pub user_id: UserId,
    /// Their e-mail address.
    pub email: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// Whether the caller may call the tool without an agent: its maker, those it was shared with, and everybody
/// when it is shared with the whole organization.
pub async fn may_call(app: &App, caller: &Caller, tool: &Tool) -> Result<bool, Fault> {
    if tool.spec.is_shared || tool.user_id == caller.user_id {
        return Ok(true);
    }
    Ok(app.store().is_granted(caller.org_id, tool.id, caller.user_id).await?)
}

/// Everybody the tool was shared with by name.
pub async fn grants(app: &App, caller: &Caller, tool: &str, page: PageRequest) -> Result<Page<Grant>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let tool = read::find(app, caller, tool).await?;
    let rows = app.store().grants(caller.org_id, tool.id, &page).await?;
    Ok(rows.map(|row| Grant { user_id: row.user_id, email: row.email, created_at: row.created_at }))
}

/// Shares the tool with a member of the organization.
pub async fn grant(app: &App, caller: &Caller, tool: &str, user: UserId) -> Result<(), Fault> {
    let tool = own_tool(app, caller, tool).await?;
    if app.store().member(caller.org_id, user).await?.is_none() {
        return Err(Fault::not_found("member", user));
    }
    let details = audit::between(json!({ "user_id": user }), &(), &json!({ "granted": user }));
    let entry = audit::entry(app, caller, "tool.share", "tool", tool.id, details);
    let (org, by, now) = (caller.org_id, caller.user_id, app.clock().now());
    app.store()
        .write((entry, tool.id), move |(entry, tool), tx| {
            Box::pin(async move {
                tx.grant_tool(org, *tool, user, by, now).await?;
                tx.append_audit(entry).await
            })
        })
        .await?;
    Ok(())
}

/// Takes a share back.
pub async fn revoke(app: &App, caller: &Caller, tool: &str, user: UserId) -> Result<(), Fault> {
    let tool = own_tool(app, caller, tool).await?;
    let details = audit::between(json!({ "user_id": user }), &json!({ "granted": user }), &());
    let entry = audit::entry(app, caller, "tool.revoke", "tool", tool.id, details);
    let org = caller.org_id;
    let was_there = app
        .store()
        .write((entry, tool.id), move |(entry, tool), tx| {
            Box::pin(async move {
                let was_there = tx.revoke_grant(org, *tool, user).await?;
                if was_there {
                    tx.append_audit(entry).await?;
                }
                Ok(was_there)
            })
        })
        .await?;
    if !was_there {
        return Err(Fault::not_found("share with user", user));
    }
    Ok(())
}

/// Only its maker and administrators decide with whom a tool is shared.
async fn own_tool(app: &App, caller: &Caller, tool: &str) -> Result<Tool, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let tool = read::find(app, caller, tool).await?;
    if tool.user_id != caller.user_id && caller.role < Role::Admin {
        return Err(Fault::forbidden("only the tool's maker or an administrator may share it"));
    }
    Ok(tool)
}
