//! Who may call a tool.

use callwright_model::{
    Fault, Timestamp,
    account::{Caller, Right, Role, Scope},
    id::UserId,
    page::{Page, PageRequest},
    tool::{Tool, ToolSpec},
};
use callwright_store::tool::ToolFilter;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::read;
use crate::{App, app::require, audit, features};

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

/// Refuses a caller with whom a tool was not shared, for what reaches others through them: an agent that is given the
/// tool, or a change of it. Its maker, those it was shared with and administrators may.
pub(crate) async fn check_shared(app: &App, caller: &Caller, tool: &Tool) -> Result<(), Fault> {
    if caller.role.may(Right::Configure) || may_call(app, caller, tool).await? {
        return Ok(());
    }
    let name = &tool.spec.name;
    Err(Fault::forbidden(format!("the tool `{name}` was not shared with you; ask its maker for a grant")))
}

/// Refuses a change of a tool by a caller with whom it was not shared, and one that shares it by anybody but its maker
/// and administrators.
pub(super) async fn check_change(app: &App, caller: &Caller, tool: &Tool, next: &ToolSpec) -> Result<(), Fault> {
    check_shared(app, caller, tool).await?;
    if next.is_shared == tool.spec.is_shared {
        return Ok(());
    }
    check_own(caller, tool)
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
    // What the member is offered is another list now.
    app.tools().forget(caller.org_id);
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
    app.tools().forget(caller.org_id);
    Ok(())
}

/// Shares the tool with several members at once, or takes that back; all of them or nobody. Doing it twice is the same
/// as once.
///
/// # Errors
/// Not found, naming those who are no members; forbidden to whoever is neither the maker nor an administrator.
pub async fn share(app: &App, caller: &Caller, tool: &str, users: &[String], grants: bool) -> Result<Tool, Fault> {
    let tool = own_tool(app, caller, tool).await?;
    let (mut members, mut unknown) = (Vec::new(), Vec::new());
    for text in users {
        let user = text.parse::<UserId>().ok();
        match user {
            Some(user) if app.store().member(caller.org_id, user).await?.is_some() => members.push(user),
            _ => unknown.push(text.chars().take(80).collect::<String>()),
        }
    }
    if !unknown.is_empty() {
        return Err(Fault::not_found("member", unknown.join("`, `")));
    }
    let entry = |user: &UserId| {
        let (action, before, after) = match grants {
            true => ("tool.share", json!(null), json!({ "granted": user })),
            false => ("tool.revoke", json!({ "granted": user }), json!(null)),
        };
        let details = audit::between(json!({ "user_id": user }), &before, &after);
        (*user, audit::entry(app, caller, action, "tool", tool.id, details))
    };
    let changes: Vec<_> = members.iter().map(entry).collect();
    let (org, id, by, now) = (caller.org_id, tool.id, caller.user_id, app.clock().now());
    app.store()
        .write(changes, move |changes, tx| {
            Box::pin(async move {
                for (user, entry) in changes.iter() {
                    let is_change = if grants {
                        tx.grant_tool(org, id, *user, by, now).await?;
                        true
                    } else {
                        tx.revoke_grant(org, id, *user).await?
                    };
                    if is_change {
                        tx.append_audit(entry).await?;
                    }
                }
                Ok(())
            })
        })
        .await?;
    app.tools().forget(caller.org_id);
    Ok(tool)
}

/// A page of the tools that the caller may use, by name: their own, those that were shared with them or with everybody,
/// and those of the organization's agents. Without categories, of all.
pub async fn available(
    app: &App,
    caller: &Caller,
    categories: Vec<String>,
    page: PageRequest,
) -> Result<Page<Tool>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let filter = ToolFilter {
        categories,
        active: Some(true),
        template: Some(false),
        callable_by: Some(caller.user_id),
        through_agents: true,
        ..ToolFilter::default()
    };
    let off = features::kinds_off(app, caller.org_id).await?;
    let mut found = app.store().tools(caller.org_id, &filter, &page).await?;
    found.items.retain(|tool| !off.contains(&tool.spec.kind));
    Ok(found)
}

/// Only its maker and administrators decide with whom a tool is shared.
async fn own_tool(app: &App, caller: &Caller, tool: &str) -> Result<Tool, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let tool = read::find(app, caller, tool).await?;
    check_own(caller, &tool)?;
    Ok(tool)
}

fn check_own(caller: &Caller, tool: &Tool) -> Result<(), Fault> {
    if tool.user_id == caller.user_id || caller.role >= Role::Admin {
        return Ok(());
    }
    Err(Fault::forbidden("only the tool's maker or an administrator may share it"))
}
