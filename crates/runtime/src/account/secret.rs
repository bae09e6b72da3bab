//! Secrets of the organization and of its agents: set, listed by name, deleted, never read back.

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    id::AgentId,
    page::{Page, PageRequest},
    secret::SecretString,
};
use callwright_vault::SecretInfo;
use serde_json::json;

use crate::{App, app::require, audit};

/// The names of the secrets of the organization, or of one agent.
pub async fn list(
    app: &App,
    caller: &Caller,
    agent: Option<&str>,
    page: &PageRequest,
) -> Result<Page<SecretInfo>, Fault> {
    require(caller, Right::Build, Scope::Admin)?;
    let agent = agent_id(app, caller, agent).await?;
    app.vault().list_secrets(caller.org_id, agent, page).await
}

/// Sets a secret, over an earlier one of that name.
pub async fn set(
    app: &App,
    caller: &Caller,
    agent: Option<&str>,
    name: &str,
    value: SecretString,
) -> Result<SecretInfo, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    let agent = agent_id(app, caller, agent).await?;
    let info = app.vault().set_secret(caller.org_id, agent, name, value, caller.user_id).await?;
    // Which value it was is nobody's business; that it was another one is.
    let before = if info.version > 1 { json!({ "version": info.version - 1 }) } else { json!(null) };
    let details = json!({ "version": info.version });
    changed(app, caller, "secret.set", agent, name, audit::between(details.clone(), &before, &details)).await?;
    Ok(info)
}

/// Deletes a secret. Tools that name it fail from now on.
pub async fn delete(app: &App, caller: &Caller, agent: Option<&str>, name: &str) -> Result<(), Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    let agent = agent_id(app, caller, agent).await?;
    let was_there = app.vault().delete_secret(caller.org_id, agent, name).await?;
    if !was_there {
        return Err(Fault::not_found("secret", name));
    }
    let details = audit::between(json!({}), &json!({ "name": name }), &());
    changed(app, caller, "secret.delete", agent, name, details).await
}

/// Tools are compiled against the names of the secrets, so they have to be compiled again.
async fn changed(
    app: &App,
    caller: &Caller,
    action: &'static str,
    agent: Option<AgentId>,
    name: &str,
    mut details: serde_json::Value,
) -> Result<(), Fault> {
    app.tools().forget(caller.org_id);
    details["agent_id"] = json!(agent);
    audit::write(app, caller, action, "secret", name, details).await
}

async fn agent_id(app: &App, caller: &Caller, agent: Option<&str>) -> Result<Option<AgentId>, Fault> {
    match agent {
        None => Ok(None),
        Some(agent) => {
            let found = crate::agents::find(app, caller.org_id, agent).await?;
            Ok(Some(found.ok_or_else(|| Fault::not_found("agent", agent))?.id))
        }
    }
}
