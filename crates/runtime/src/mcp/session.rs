//! A session for one call, if its tool is still the one that was agreed to.

use callwright_model::{
    ErrorClass, Fault, ToolError,
    id::{AgentId, OrgId},
    tool::McpConfig,
};
use callwright_tools::mcp::{Lease, Session};

use super::{known, known::Known, refresh, upstream};
use crate::App;

/// A session with the server of a tool. The inner error is for the model; nothing was sent then.
pub(crate) async fn session(
    app: &App,
    org: OrgId,
    agent: Option<AgentId>,
    config: &McpConfig,
) -> Result<Result<Lease, ToolError>, Fault> {
    let Some(known) = known::find(app, org, &config.server).await? else {
        let message = format!("there is no MCP server `{}` any more", config.server);
        return Ok(Err(ToolError::new(ErrorClass::NotFound, "mcp_server_unknown", message)));
    };
    if let Err(error) = allowed(&known, config) {
        return Ok(Err(error));
    }
    let lease = match Box::pin(lease(app, &known, agent)).await? {
        Ok(lease) => lease,
        Err(error) => return Ok(Err(error)),
    };
    // Opening a session reads the list: what was allowed a moment ago may not be.
    let Some(known) = known::find(app, org, &config.server).await? else {
        let message = format!("there is no MCP server `{}` any more", config.server);
        return Ok(Err(ToolError::new(ErrorClass::NotFound, "mcp_server_unknown", message)));
    };
    if let Err(error) = allowed(&known, config) {
        return Ok(Err(error));
    }
    if refresh::is_due(app, &known.server) {
        refresh::in_background(app, org, known.server.id);
    }
    Ok(Ok(lease))
}

/// The session of a server: the one that is open, or a new one, whose list is read before anything else is done in it.
pub(super) async fn lease(app: &App, known: &Known, agent: Option<AgentId>) -> Result<Result<Lease, ToolError>, Fault> {
    let ready = match upstream::ready(app, &known.server, agent).await? {
        Ok(ready) => ready,
        Err(error) => return Ok(Err(error)),
    };
    let open = async {
        let session = Session::open(app.guard(), &ready.upstream).await?;
        match refresh::read(app, &known.server, &session).await {
            Ok(_) => Ok(session),
            Err(error) => {
                session.close().await;
                Err(error)
            }
        }
    };
    Ok(Box::pin(app.mcp().sessions.get(ready.key, ready.upstream.idle, open)).await)
}

/// Whether a call may be made now.
fn allowed(known: &Known, config: &McpConfig) -> Result<(), ToolError> {
    let (server, tool) = (&config.server, &config.tool);
    if !known.server.spec.is_enabled {
        let message = format!("the MCP server `{server}` is switched off");
        return Err(ToolError::new(ErrorClass::PermissionError, "mcp_server_disabled", message));
    }
    let Some(pinned) = &config.definition else {
        let message = format!(
            "nobody has agreed to a definition of `{tool}` of the MCP server `{server}` yet; an administrator has to adopt it"
        );
        return Err(ToolError::new(ErrorClass::PermissionError, "mcp_not_adopted", message));
    };
    match known.hashes.get(tool) {
        Some(current) if current == pinned => Ok(()),
        Some(_) => {
            let message = format!(
                "the MCP server `{server}` has changed the definition of `{tool}`; an administrator has to look at the change and accept it before it is called again"
            );
            let mut error = ToolError::new(ErrorClass::PermissionError, "mcp_definition_changed", message);
            error.require_human = true;
            Err(error)
        }
        None => {
            let message = format!("the MCP server `{server}` does not offer `{tool}` any more");
            Err(ToolError::new(ErrorClass::NotFound, "mcp_tool_gone", message))
        }
    }
}
