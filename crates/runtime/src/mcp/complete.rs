//! What a tool of the kind `mcp` that is saved does not say, its server does.

use std::collections::BTreeSet;

use callwright_model::{
    Fault,
    account::{Caller, Right},
    id::OrgId,
    mcp_server::McpDefinition,
    tool::{Config, McpConfig, ToolSpec},
};
use serde_json::{Value, json};

use super::{known, tools::ours_of};
use crate::App;

/// The category of tools of MCP servers, where nobody says another.
pub(super) const CATEGORY: &str = "mcp";

/// Fills in what `spec` leaves open: which definition was agreed to, and what follows from it. A tool that already names
/// one keeps it: a changed definition is accepted by itself, and not by saving something else. Only an administrator
/// agrees to a definition; others name what one has agreed to.
///
/// # Errors
/// Forbidden: `config.definition` is one that no administrator has agreed to.
pub(crate) async fn complete(
    app: &App,
    caller: &Caller,
    current: Option<&ToolSpec>,
    spec: &mut ToolSpec,
) -> Result<(), Fault> {
    let org = caller.org_id;
    let Config::Mcp(config) = &mut spec.config else { return Ok(()) };
    let agreed = agreed(app, caller, current, config).await?;
    if let (Some(said), Some(agreed)) = (&config.definition, &agreed)
        && !agreed.contains(said)
    {
        let message = "`config.definition` is not one that an administrator has adopted or accepted; leave it out, or ask one to accept it";
        return Err(Fault::forbidden(message));
    }
    spec.category.get_or_insert_with(|| CATEGORY.to_owned());
    if config.definition.is_none()
        && let Some(before) = current.and_then(|current| current.config.mcp())
        && (&before.server, &before.tool) == (&config.server, &config.tool)
    {
        config.definition = before.definition.clone();
    }
    let is_open = spec.parameters == McpConfig::open_parameters();
    if config.definition.is_some() && !is_open {
        return Ok(());
    }
    let Some(known) = known::find(app, org, &config.server).await? else { return Ok(()) };
    let Some(seen) = app.store().mcp_definition(org, known.server.id, &config.tool).await? else { return Ok(()) };
    if config.definition.is_none() && agreed.is_some_and(|agreed| !agreed.contains(&seen.hash)) {
        // Calls say that it waits for an administrator.
        return Ok(());
    }
    // What somebody agreed to earlier may not be what is shown now.
    if config.definition.get_or_insert_with(|| seen.hash.clone()) != &seen.hash {
        return Ok(());
    }
    if is_open {
        spec.parameters = parameters(&seen.definition);
    }
    if spec.description.is_empty() {
        spec.description = seen.definition.description.clone().unwrap_or_default();
    }
    Ok(())
}

/// The definitions of this tool that administrators have agreed to; none for one of them, who may agree to any.
async fn agreed(
    app: &App,
    caller: &Caller,
    current: Option<&ToolSpec>,
    config: &McpConfig,
) -> Result<Option<BTreeSet<String>>, Fault> {
    if caller.role.may(Right::Configure) {
        return Ok(None);
    }
    let ours = ours_of(app, caller.org_id, &config.server).await?;
    let of_tool = |spec: &ToolSpec| {
        let of = spec.config.mcp().filter(|of| (&of.server, &of.tool) == (&config.server, &config.tool))?;
        of.definition.clone()
    };
    Ok(Some(ours.iter().map(|tool| &tool.spec).chain(current).filter_map(of_tool).collect()))
}

/// What may surprise about a tool of the kind `mcp`.
pub(crate) async fn warning(app: &App, org: OrgId, config: &McpConfig) -> Result<Option<String>, Fault> {
    let (server, tool) = (&config.server, &config.tool);
    let Some(known) = known::find(app, org, server).await? else {
        return Ok(Some(format!(
            "there is no MCP server `{server}`: calls fail with `mcp_server_unknown` until there is"
        )));
    };
    Ok(match known.hashes.get(tool) {
        None => Some(format!("the MCP server `{server}` does not offer `{tool}`: calls fail with `mcp_tool_gone`")),
        Some(current) if config.definition.as_ref() != Some(current) => Some(format!(
            "the MCP server `{server}` defines `{tool}` in another way now: calls fail with `mcp_definition_changed` until that is accepted"
        )),
        Some(_) if !known.server.spec.is_enabled => {
            Some(format!("the MCP server `{server}` is switched off: calls fail with `mcp_server_disabled`"))
        }
        Some(_) => None,
    })
}

/// The schema of the arguments as our tools have it.
pub(super) fn parameters(definition: &McpDefinition) -> Value {
    let mut schema = definition.input_schema.clone();
    if let Some(map) = schema.as_object_mut() {
        // Which dialect it is changes nothing of what is checked here, and some model providers refuse the word.
        map.shift_remove("$schema");
        map.entry("type").or_insert_with(|| json!("object"));
        map.entry("properties").or_insert_with(|| json!({}));
    }
    schema
}
