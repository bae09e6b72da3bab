//! Who may run an agent, change it and share it, and with whom it was shared.

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    agent::Agent,
    id::UserId,
    page::{Page, PageRequest},
};
use serde_json::json;

use super::found;
use crate::{App, app::require, audit, registry};

/// Whether a caller may run an agent, and so call the tools that it has.
pub(crate) async fn may_run(app: &App, caller: &Caller, agent: &Agent) -> Result<bool, Fault> {
    if agent.profile.is_shared || agent.user_id == caller.user_id || caller.role.may(Right::Configure) {
        return Ok(true);
    }
    Ok(app.store().is_agent_granted(caller.org_id, agent.id, caller.user_id).await?)
}

/// The agent of that name or id, if the caller may run it. What may not be run is not there.
pub async fn runnable(app: &App, caller: &Caller, agent: &str) -> Result<Agent, Fault> {
    require(caller, Right::Call, Scope::AgentsRun)?;
    let found = found(app, caller, agent).await?;
    if !may_run(app, caller, &found).await? {
        return Err(Fault::forbidden(format!("the agent `{}` was not shared with you", found.name)));
    }
    Ok(found)
}

/// The agent of that name or id, for a caller who is about to change it.
pub(super) async fn to_change(app: &App, caller: &Caller, agent: &str) -> Result<Agent, Fault> {
    let found = found(app, caller, agent).await?;
    check_change(app, caller, &found).await?;
    Ok(found)
}

/// Refuses a caller with whom an agent was not shared: what others may not run they may not rewrite either, for it acts
/// with the rights of whoever runs it.
/// A public one acts for strangers with its maker's rights.
pub(crate) async fn check_change(app: &App, caller: &Caller, agent: &Agent) -> Result<(), Fault> {
    if agent.profile.public && agent.user_id != caller.user_id && !caller.role.may(Right::Configure) {
        let message =
            format!("the agent `{}` is public: only whoever made it, or an administrator, may change it", agent.name);
        return Err(Fault::forbidden(message));
    }
    if may_run(app, caller, agent).await? {
        return Ok(());
    }
    Err(Fault::forbidden(format!("the agent `{}` was not shared with you, so you may not change it", agent.name)))
}

/// Only its maker and administrators decide with whom an agent is shared.
pub(super) fn check_own(caller: &Caller, agent: &Agent) -> Result<(), Fault> {
    if agent.user_id == caller.user_id || caller.role.may(Right::Configure) {
        return Ok(());
    }
    Err(Fault::forbidden("only whoever made this agent, or an administrator, may share it"))
}

/// What strangers may talk to is an administrator's to say.
pub(super) fn may_publish(caller: &Caller, publishes: bool) -> Result<(), Fault> {
    match publishes && !caller.role.may(Right::Configure) {
        true => Err(Fault::forbidden("`public`: only an administrator may let strangers talk to an agent")),
        false => Ok(()),
    }
}

/// A page of those with whom an agent was shared by name.
pub async fn grants(
    app: &App,
    caller: &Caller,
    agent: &str,
    page: PageRequest,
) -> Result<Page<registry::Grant>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let agent = found(app, caller, agent).await?;
    let rows = app.store().page_of_agent_grants(caller.org_id, agent.id, &page).await?;
    Ok(rows.map(|(user_id, email, created_at)| registry::Grant { user_id, email, created_at }))
}

/// Shares an agent with users by name, or stops doing so. Only whoever made it, or an administrator, may.
pub async fn share(
    app: &App,
    caller: &Caller,
    agent: &str,
    users: &[UserId],
    is_granted: bool,
) -> Result<Agent, Fault> {
    require(caller, Right::Build, Scope::AgentsWrite)?;
    let agent = found(app, caller, agent).await?;
    check_own(caller, &agent)?;
    for user in users {
        if app.store().member(caller.org_id, *user).await?.is_none() {
            return Err(Fault::not_found("user", user));
        }
    }
    let now = app.clock().now();
    for user in users {
        app.store().grant_agent(caller.org_id, agent.id, *user, is_granted, now).await?;
    }
    let details = json!({ "name": agent.name, "users": users, "granted": is_granted });
    audit::write(app, caller, "agent.share", "agent", agent.id, details).await?;
    Ok(agent)
}
