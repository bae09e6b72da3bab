//! Reading what a server offers, and keeping it.

use std::{sync::Arc, time::Duration};

use callwright_model::{
    ErrorClass, Fault, Timestamp, ToolError,
    account::{Caller, Right, Scope},
    id::{McpServerId, OrgId},
    mcp_server::{McpFound, McpServer},
};
use callwright_tools::mcp::{Listed, Session};
use serde::Serialize;
use utoipa::ToSchema;

use super::{known, servers, session};
use crate::{App, app::require};

/// What a server gets to list its tools.
const LISTING: Duration = Duration::from_secs(30);
/// While a session is used, its list is read again after this time.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(300);
/// Changes that come one upon the other are read once.
const SETTLE: Duration = Duration::from_millis(100);

/// What was found when a server was asked.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Refreshed {
    /// The server as it is known now.
    pub server: McpServer,
    /// Whether any tool is new, gone, or defined in another way than before.
    pub has_changed: bool,
    /// Tools that cannot be used, with the reason.
    pub refused: Vec<String>,
}

/// Asks a server what it offers. That it cannot be asked is told in `server.found.error`.
pub async fn refresh(app: &App, caller: &Caller, name: &str) -> Result<Refreshed, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    let server = servers::find(app, caller, name).await?;
    match Box::pin(ask(app, &server)).await? {
        Ok(refreshed) => Ok(refreshed),
        Err(_) => {
            let server = servers::find(app, caller, name).await?;
            Ok(Refreshed { server, has_changed: false, refused: Vec::new() })
        }
    }
}

/// Asks a server in the session that is open, or in a new one. That it could not be asked is kept with it.
pub(super) async fn ask(app: &App, server: &McpServer) -> Result<Result<Refreshed, ToolError>, Fault> {
    let org = server.organization_id;
    // What is in memory may be older than this server's own change of a moment ago.
    let Some(known) = known::find(app, org, &server.spec.name).await? else {
        return Err(Fault::not_found("MCP server", &server.spec.name));
    };
    let asked = match Box::pin(session::lease(app, &known, None)).await? {
        Ok(lease) => {
            lease.session().take_stale();
            read(app, &known.server, lease.session()).await
        }
        Err(error) => Err(error),
    };
    match asked {
        Ok(refreshed) => Ok(Ok(refreshed)),
        Err(error) => {
            let found = McpFound {
                error: Some(error.message.chars().take(1_000).collect()),
                refreshed_at: Some(app.clock().now()),
                ..known.server.found.clone()
            };
            keep_found(app, org, server.id, known.server.updated_at, found).await?;
            Ok(Err(error))
        }
    }
}

async fn keep_found(app: &App, org: OrgId, id: McpServerId, seen: Timestamp, found: McpFound) -> Result<(), Fault> {
    app.store()
        .write(found, move |found, tx| Box::pin(async move { tx.put_mcp_found(org, id, seen, found).await }))
        .await?;
    app.mcp().forget(org);
    Ok(())
}

/// Reads the list in a session, and keeps it.
pub(super) async fn read(app: &App, server: &McpServer, session: &Session) -> Result<Refreshed, ToolError> {
    let listed = session.list(LISTING).await?;
    let refused = listed.refused.clone();
    keep(app, server, session, listed)
        .await
        .map(|(server, has_changed)| Refreshed { server, has_changed, refused })
        .map_err(|fault| {
            tracing::error!(?fault, "the tools of an MCP server could not be kept");
            ToolError::new(
                ErrorClass::UnknownError,
                "mcp_not_kept",
                "what the MCP server offers could not be written down",
            )
        })
}

async fn keep(app: &App, server: &McpServer, session: &Session, listed: Listed) -> Result<(McpServer, bool), Fault> {
    let (org, id, now) = (server.organization_id, server.id, app.clock().now());
    let seen = server.updated_at;
    let opened = session.opened();
    let found = McpFound {
        endpoint: opened.endpoint.as_ref().map(|url| url.as_str().to_owned()),
        protocol_version: Some(opened.protocol_version.clone()).filter(|version| !version.is_empty()),
        server_name: opened.server_name.clone(),
        server_version: opened.server_version.clone(),
        instructions: opened.instructions.clone(),
        tools: u32::try_from(listed.tools.len()).unwrap_or(u32::MAX),
        error: None,
        refreshed_at: Some(now),
        authorization: server.found.authorization.clone(),
    };
    let has_changed = app
        .store()
        .write((found.clone(), listed.tools), move |(found, tools), tx| {
            Box::pin(async move {
                if !tx.put_mcp_found(org, id, seen, found).await? {
                    return Ok(false);
                }
                tx.put_mcp_definitions(org, id, tools, now).await
            })
        })
        .await?;
    app.mcp().forget(org);
    if has_changed {
        tracing::info!(server = server.spec.name, "the tools of an MCP server have changed");
    }
    Ok((McpServer { found, ..server.clone() }, has_changed))
}

/// Whether the list was read so long ago that it is read again.
pub(super) fn is_due(app: &App, server: &McpServer) -> bool {
    server.found.refreshed_at.is_none_or(|at| at.plus(READ_AGAIN_AFTER) < app.clock().now())
}

/// What a session calls when its server says that something changed.
pub(super) fn when_changed(app: &App, org: OrgId, id: McpServerId) -> Arc<dyn Fn() + Send + Sync> {
    let app = app.clone();
    Arc::new(move || in_background(&app, org, id))
}

/// Asks a server behind everybody's back, once at a time.
pub(super) fn in_background(app: &App, org: OrgId, id: McpServerId) {
    if app.stopping().is_cancelled() || !app.mcp().asks(id) {
        return;
    }
    let app = app.clone();
    tokio::spawn(async move {
        tokio::time::sleep(SETTLE).await;
        // From here on a further change is a further refresh.
        app.mcp().asked(id);
        let server = match app.store().mcp_server_by_id(org, id).await {
            Ok(Some(server)) if server.spec.is_enabled => server,
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(%error, "an MCP server could not be looked up");
                return;
            }
        };
        match Box::pin(ask(&app, &server)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::info!(server = server.spec.name, why = error.message, "an MCP server could not be asked")
            }
            Err(fault) => tracing::warn!(?fault, "an MCP server could not be asked"),
        }
    });
}
