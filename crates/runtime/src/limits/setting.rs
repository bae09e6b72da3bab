//! The limits of an organization and of its agents, as its administrators set them.

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    id::AgentId,
    tool::policy::limits::{Limits, Per},
};
use callwright_tools::limits::guards;
use serde_json::json;

use crate::{App, agents, app::require, audit};

/// The limits of the caller's organization, or of one of its agents (by name or id).
pub async fn get(app: &App, caller: &Caller, agent: Option<&str>) -> Result<Limits, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let agent = id_of(app, caller, agent).await?;
    Ok(app.store().limits(caller.org_id, agent).await?)
}

/// Replaces them.
pub async fn set(app: &App, caller: &Caller, agent: Option<&str>, limits: Limits) -> Result<Limits, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    let id = id_of(app, caller, agent).await?;
    check(&limits, id.is_some())?;
    let now = app.clock().now();
    let details = json!({ "agent": agent, "limits": limits });
    let target = id.map_or_else(|| caller.org_id.to_string(), |id| id.to_string());
    let kind = if id.is_some() { "agent" } else { "organization" };
    let entry = audit::entry(app, caller, "limits.set", kind, target, details);
    app.store()
        .write((caller.org_id, id, limits.clone(), now, entry), |(org, id, limits, now, entry), tx| {
            Box::pin(async move {
                tx.set_limits(*org, *id, limits, *now).await?;
                tx.append_audit(entry).await
            })
        })
        .await?;
    app.tools().forget(caller.org_id);
    Ok(limits)
}

async fn id_of(app: &App, caller: &Caller, agent: Option<&str>) -> Result<Option<AgentId>, Fault> {
    let Some(agent) = agent else { return Ok(None) };
    let found = agents::find(app, caller.org_id, agent).await?.ok_or_else(|| Fault::not_found("agent", agent))?;
    Ok(Some(found.id))
}

fn check(limits: &Limits, is_agents: bool) -> Result<(), Fault> {
    guards::rates("rate_limit", &limits.rate_limit)?;
    if let Some(concurrency) = &limits.concurrency {
        guards::concurrency("concurrency", concurrency)?;
    }
    if let Some(breaker) = &limits.breaker {
        if is_agents {
            let message = "`breaker` cannot be set for an agent: it is about upstreams, which all agents share";
            return Err(Fault::invalid("breaker", message));
        }
        guards::breaker("breaker", breaker)?;
    }
    let pers = limits.rate_limit.iter().enumerate().map(|(at, limit)| (format!("rate_limit.{at}.per"), limit.per));
    let own = limits.concurrency.iter().map(|limit| ("concurrency.per".to_owned(), limit.per));
    match pers.chain(own).find(|(_, per)| is_agents && *per == Some(Per::Organization)) {
        Some((field, _)) => {
            let message = format!("`{field}` cannot be `organization` for an agent; set it for the organization");
            Err(Fault::invalid(field, message))
        }
        None => Ok(()),
    }
}
