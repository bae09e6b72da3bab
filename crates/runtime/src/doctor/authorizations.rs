//! MCP servers that a person signs in for, and that wait for one.

use callwright_model::{
    Fault,
    id::OrgId,
    page::{MAX_LIMIT, PageRequest},
};

use super::Finding;
use crate::App;

const CHECK: &str = "authorizations";

pub(super) async fn look(app: &App, org: OrgId) -> Result<Vec<Finding>, Fault> {
    let servers = app.store().mcp_servers(org, &PageRequest::first(MAX_LIMIT)).await?;
    let mut connected = 0;
    let mut findings = Vec::new();
    for server in servers.items.iter().filter(|server| server.spec.is_enabled) {
        let Some(authorization) = &server.found.authorization else { continue };
        if !authorization.needs_somebody() {
            connected += 1;
            continue;
        }
        let name = &server.spec.name;
        let why = authorization.why.as_deref().unwrap_or("nobody has signed in");
        let found = format!("MCP server `{name}` needs authorization: {why}");
        let fix = format!("callwright mcp-server authorize {name}");
        findings.push(match authorization.has_access {
            true => Finding::warn(CHECK, found, "calls that need more than we have are refused", fix),
            false => Finding::fail(CHECK, found, "calls of its tools are refused", fix),
        });
    }
    if findings.is_empty() {
        findings.push(Finding::ok(CHECK, format!("{connected} MCP servers that somebody signed in for, none waits")));
    }
    Ok(findings)
}
