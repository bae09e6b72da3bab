//! An organization's MCP servers: registered, changed, listed, removed.

use std::time::Duration;

use callwright_model::{
    Fault, FaultKind,
    account::{Caller, Right, Scope},
    mcp_server::{ApiKey, McpAuth, McpFound, McpServer, McpServerSpec, McpTransport},
    page::{Page, PageRequest},
};
use callwright_store::{mcp_server::MAX_SERVERS, oauth::Forgotten, secret::SecretRow};
use serde_json::{Value, json};
use url::Url;

use super::{authorize, refresh};
use crate::{App, app::require, audit};

/// Registers a server and asks it what it offers. That it cannot be asked is told in `found.error`.
pub async fn create(app: &App, caller: &Caller, spec: McpServerSpec) -> Result<McpServer, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    let now = app.clock().now();
    let mut server = McpServer {
        id: app.ids().next(),
        organization_id: caller.org_id,
        created_by: caller.user_id,
        spec,
        found: McpFound::default(),
        created_at: now,
        updated_at: now,
    };
    let secret = own_secret(app, caller, &mut server.spec).await?;
    check(app, &server.spec)?;
    let entry = audit::entry(app, caller, "mcp_server.create", "mcp_server", server.id, details(&server.spec));
    let is_made = app
        .store()
        .write((server.clone(), secret, entry), move |(server, secret, entry), tx| {
            Box::pin(async move {
                if !tx.create_mcp_server(server).await? {
                    return Ok(false);
                }
                if let Some(secret) = secret {
                    tx.put_mcp_secret(secret, server.id).await?;
                }
                tx.append_audit(entry).await?;
                Ok(true)
            })
        })
        .await?;
    if !is_made {
        let message = format!("an organization may have at most {MAX_SERVERS} MCP servers; remove one first");
        return Err(Fault::new(FaultKind::Conflict, "too_many_mcp_servers", message));
    }
    app.vault().invalidate(caller.org_id);
    app.mcp().forget(caller.org_id);
    looked_at(app, server).await
}

/// Changes what is said of a server: what is not given stays, `null` takes away.
pub async fn update(app: &App, caller: &Caller, name: &str, patch: &Value) -> Result<McpServer, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    let current = find(app, caller, name).await?;
    let mut value = serde_json::to_value(&current.spec).map_err(Fault::internal)?;
    callwright_model::merge::merge_patch(&mut value, patch);
    // Another kind of credentials has other fields: it takes the whole place.
    if let Some(auth) = patch.get("auth").filter(|auth| auth.get("type").is_some()) {
        value["auth"] = auth.clone();
    }
    let spec = serde_json::from_value::<McpServerSpec>(value);
    let mut spec =
        spec.map_err(|error| Fault::invalid("body", format!("with this change the server is not valid: {error}")))?;
    if spec.name != current.spec.name {
        let message = "a server's name cannot be changed, since tools name it; register it anew under the other name";
        return Err(Fault::invalid("name", message));
    }
    let secret = own_secret(app, caller, &mut spec).await?;
    check(app, &spec)?;
    let is_elsewhere =
        spec.url != current.spec.url || spec.command != current.spec.command || spec.args != current.spec.args;
    let is_other = is_elsewhere || !is_same_client(&current.spec.auth, &spec.auth);
    let found = McpFound {
        endpoint: current.found.endpoint.clone().filter(|_| !is_elsewhere),
        authorization: current.found.authorization.clone().filter(|_| !is_other),
        ..current.found.clone()
    };
    let change = audit::between(details(&spec), &details(&current.spec), &details(&spec));
    let entry = audit::entry(app, caller, "mcp_server.update", "mcp_server", current.id, change);
    let seen = current.updated_at;
    // Two changes are told apart by when they were made.
    let updated_at = app.clock().now().max(seen.plus(Duration::from_micros(1)));
    let server = McpServer { spec, found, updated_at, ..current.clone() };
    let changed = app
        .store()
        .write((server.clone(), secret, entry), move |(server, secret, entry), tx| {
            Box::pin(async move {
                if !tx.update_mcp_server(server, seen).await? {
                    return Ok(None);
                }
                // What somebody allowed us at one place is not shown to another.
                let forgotten = match is_other {
                    true => tx.delete_oauth_grants(server.organization_id, &server.id.to_string()).await?,
                    false => Forgotten::default(),
                };
                if let Some(secret) = secret {
                    tx.put_mcp_secret(secret, server.id).await?;
                }
                tx.append_audit(entry).await?;
                Ok(Some(forgotten))
            })
        })
        .await?;
    let Some(forgotten) = changed else {
        find(app, caller, name).await?;
        let message = format!("the MCP server `{name}` was changed by somebody else at the same time; try again");
        return Err(Fault::conflict("changed_meanwhile", message));
    };
    app.vault().invalidate(caller.org_id);
    app.mcp().forget(caller.org_id);
    app.mcp().sessions.close_server(server.id);
    authorize::give_back(app, current, forgotten);
    looked_at(app, server).await
}

/// Asks a server that was registered or changed, if it is switched on.
async fn looked_at(app: &App, server: McpServer) -> Result<McpServer, Fault> {
    if !server.spec.is_enabled {
        return Ok(server);
    }
    match refresh::ask(app, &server).await? {
        Ok(refreshed) => Ok(refreshed.server),
        Err(_) => {
            let kept = app.store().mcp_server_by_id(server.organization_id, server.id).await?;
            Ok(kept.unwrap_or(server))
        }
    }
}

/// Removes a server. Tools of it stay, and their calls are refused.
pub async fn delete(app: &App, caller: &Caller, name: &str) -> Result<(), Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    let server = find(app, caller, name).await?;
    let change = audit::between(json!({ "name": name }), &details(&server.spec), &());
    let entry = audit::entry(app, caller, "mcp_server.delete", "mcp_server", server.id, change);
    let (org, id) = (caller.org_id, server.id);
    let forgotten = app
        .store()
        .write(entry, move |entry, tx| {
            Box::pin(async move {
                let Some(forgotten) = tx.delete_mcp_server(org, id).await? else { return Ok(Forgotten::default()) };
                tx.append_audit(entry).await?;
                Ok(forgotten)
            })
        })
        .await?;
    app.vault().invalidate(org);
    app.mcp().forget(org);
    app.mcp().sessions.close_server(id);
    authorize::give_back(app, server, forgotten);
    Ok(())
}

/// One server.
pub async fn get(app: &App, caller: &Caller, name: &str) -> Result<McpServer, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    find(app, caller, name).await
}

/// A page of the servers, by name.
pub async fn list(app: &App, caller: &Caller, page: &PageRequest) -> Result<Page<McpServer>, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    Ok(app.store().mcp_servers(caller.org_id, page).await?)
}

/// Whether tokens that were given under one are still ours under the other. Other scopes are asked for the next time.
fn is_same_client(before: &McpAuth, after: &McpAuth) -> bool {
    let without_scopes = |auth: &McpAuth| match auth.clone() {
        McpAuth::AuthorizationCode { client_id, secret, client_auth, issuer, authorization_url, token_url, .. } => {
            let scopes = Vec::new();
            McpAuth::AuthorizationCode { client_id, secret, scopes, client_auth, issuer, authorization_url, token_url }
        }
        other => other,
    };
    without_scopes(before) == without_scopes(after)
}

/// A server by name or id, from the database.
pub(super) async fn find(app: &App, caller: &Caller, name: &str) -> Result<McpServer, Fault> {
    let by_id = match name.parse() {
        Ok(id) => app.store().mcp_server_by_id(caller.org_id, id).await?,
        Err(_) => None,
    };
    let found = match by_id {
        Some(server) => Some(server),
        None => app.store().mcp_server(caller.org_id, name).await?,
    };
    found.ok_or_else(|| Fault::not_found("MCP server", name))
}

/// A key that was handed in goes into the vault under a name of its own, and the spec names it.
async fn own_secret(app: &App, caller: &Caller, spec: &mut McpServerSpec) -> Result<Option<SecretRow>, Fault> {
    let Some(ApiKey(value)) = spec.api_key.take() else { return Ok(None) };
    let name = own_name(&spec.name);
    let own = McpAuth::Bearer { secret: name.clone() };
    if spec.auth != McpAuth::None && spec.auth != own {
        return Err(Fault::invalid("api_key", "`api_key` and `auth` are two ways to say who we are; give one of them"));
    }
    spec.auth = own;
    app.vault().seal_secret(caller.org_id, None, &name, value, caller.user_id).await.map(Some)
}

/// The name of the secret that comes with a server.
fn own_name(server: &str) -> String {
    let name: String =
        server.chars().take(50).map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    format!("MCP_{name}_KEY")
}

/// Refuses what makes no sense, what the outbound policy refuses, and programs that the operator does not allow.
fn check(app: &App, spec: &McpServerSpec) -> Result<(), Fault> {
    spec.check()?;
    match spec.transport() {
        McpTransport::StreamableHttp => {
            let text = spec.url.as_deref().unwrap_or_default();
            let url =
                Url::parse(text).map_err(|error| Fault::invalid("url", format!("`url` is not an address: {error}")))?;
            app.guard().check_url(&url).map_err(|why| Fault::invalid("url", why))
        }
        McpTransport::Stdio => {
            let command = spec.command.as_deref().unwrap_or_default();
            if app.settings().mcp.commands.contains_key(command) {
                return Ok(());
            }
            let message = "the operator of this server does not allow this command; programs that may be started are named in the setting `mcp_stdio_commands`";
            Err(Fault::invalid("command", message))
        }
    }
}

/// What the audit log keeps: no header and no variable, since some carry more than they should.
fn details(spec: &McpServerSpec) -> Value {
    json!({
        "name": spec.name,
        "url": spec.url,
        "command": spec.command,
        "args": spec.args,
        "auth": spec.auth,
        "is_enabled": spec.is_enabled,
        "capabilities": spec.capabilities,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_of_a_server_has_a_name_that_secrets_may_have() {
        assert_eq!(own_name("business-intelligence.v2"), "MCP_BUSINESS_INTELLIGENCE_V2_KEY");
        assert!(callwright_model::secret::is_secret_name(&own_name(&"x".repeat(64))));
    }
}
