//! Tools of a server become tools of ours.

use std::collections::{BTreeMap, BTreeSet};

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    id::ToolId,
    mcp_server::McpServer,
    tool::{Config, Effect, Kind, McpConfig, Policy, ResultSpec, ToolSpec, is_tool_name},
};
use callwright_store::mcp_server::SeenDefinition;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    complete::{CATEGORY, parameters},
    servers,
    tools::ours_of,
};
use crate::{App, app::require, registry};

/// The most tools that are taken over in one request.
const MOST: usize = 1_000;

/// Which tools of a server become tools of ours.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Adopt {
    /// All that it offers.
    pub all: bool,
    /// These.
    #[schema(max_items = 1000)]
    pub tools: Vec<AdoptOne>,
    /// Put before the names that are not said, for example `crm_`.
    #[schema(max_length = 32)]
    pub prefix: Option<String>,
    /// Only say what would become of them.
    pub dry_run: bool,
}

/// A tool of a server that becomes a tool of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdoptOne {
    /// Its name there.
    #[schema(min_length = 1, max_length = 128)]
    pub tool: String,
    /// Our name for it; its own when absent, with what no model provider takes replaced by `_`.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub name: Option<String>,
    /// What calling it does to the world. Without it the server's hints are believed: `readOnlyHint` is `read`,
    /// `destructiveHint` is `destructive`, everything else is `write`.
    #[serde(default)]
    pub effect: Option<Effect>,
    /// What the model is told; the server's words when absent.
    #[serde(default)]
    #[schema(max_length = 8192)]
    pub description: Option<String>,
}

/// What became of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Adopted {
    /// Its name there.
    pub tool: String,
    /// Our name for it.
    pub name: String,
    /// Our tool's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_id: Option<ToolId>,
    /// What was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<registry::write::Action>,
    /// What it does to the world.
    pub effect: Effect,
    /// What works but may surprise.
    pub warnings: Vec<String>,
    /// Why it was not taken over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Makes tools of ours of tools of a server. One that is ours already stays as it is; one that cannot be taken over does
/// not keep the others from it.
pub async fn adopt(app: &App, caller: &Caller, server: &str, wish: Adopt) -> Result<Vec<Adopted>, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    let server = servers::find(app, caller, server).await?;
    let seen = app.store().mcp_definitions(caller.org_id, server.id).await?;
    let chosen = choose(&server, &seen, &wish)?;
    let ours = ours_of(app, caller.org_id, &server.spec.name).await?;
    let mut adopted = Vec::with_capacity(chosen.len());
    for (one, definition) in chosen {
        let spec = spec_of(&server, definition, &one, wish.prefix.as_deref().unwrap_or_default());
        let is_meant = |tool: &&callwright_model::tool::Tool| {
            tool.spec.config.mcp().is_some_and(|config| config.tool == one.tool)
                && one.name.as_ref().is_none_or(|name| *name == tool.spec.name)
        };
        let mut outcome = Adopted {
            tool: one.tool.clone(),
            name: spec.name.clone(),
            tool_id: None,
            action: None,
            effect: spec.effect,
            warnings: Vec::new(),
            error: None,
        };
        if let Some(tool) = ours.iter().find(is_meant) {
            outcome.name = tool.spec.name.clone();
            outcome.tool_id = Some(tool.id);
            outcome.effect = tool.spec.effect;
            outcome.action = Some(registry::write::Action::Unchanged);
        } else {
            let note = Some(format!("adopted from the MCP server {}", server.spec.name));
            match registry::write::create_or_rehearse(app, caller, spec, wish.dry_run, note).await {
                Ok(upserted) => {
                    outcome.tool_id = (!wish.dry_run).then_some(upserted.tool.id);
                    outcome.action = Some(upserted.action);
                    outcome.warnings = upserted.warnings;
                }
                Err(fault) if fault.kind == callwright_model::FaultKind::Internal => return Err(fault),
                Err(fault) => outcome.error = Some(fault.message),
            }
        }
        adopted.push(outcome);
    }
    Ok(adopted)
}

/// What is wished for, with its definition.
fn choose<'s>(
    server: &McpServer,
    seen: &'s [SeenDefinition],
    wish: &Adopt,
) -> Result<Vec<(AdoptOne, &'s SeenDefinition)>, Fault> {
    if let Some(prefix) = &wish.prefix
        && (prefix.len() > 32 || !is_tool_name(&format!("{prefix}x")))
    {
        let message = "`prefix` may have at most 32 letters, digits, `_` or `-` and must start with a letter or `_`";
        return Err(Fault::invalid("prefix", message));
    }
    if wish.tools.len() > MOST {
        return Err(Fault::invalid("tools", format!("`tools` may have at most {MOST} entries")));
    }
    if wish.tools.is_empty() && !wish.all {
        return Err(Fault::invalid("tools", "say which `tools` are meant, or `all: true`"));
    }
    let mut chosen = Vec::new();
    let mut said = BTreeSet::new();
    for (at, one) in wish.tools.iter().enumerate() {
        let definition = seen.iter().find(|seen| seen.definition.name == one.tool).ok_or_else(|| {
            let message =
                format!("`tools.{at}.tool`: the MCP server `{}` does not offer `{}`", server.spec.name, one.tool);
            Fault::invalid(format!("tools.{at}.tool"), message)
        })?;
        said.insert(one.tool.as_str());
        chosen.push((one.clone(), definition));
    }
    if wish.all {
        for definition in seen.iter().filter(|seen| !said.contains(seen.definition.name.as_str())) {
            let tool = definition.definition.name.clone();
            chosen.push((AdoptOne { tool, name: None, effect: None, description: None }, definition));
        }
    }
    Ok(chosen)
}

fn spec_of(server: &McpServer, seen: &SeenDefinition, one: &AdoptOne, prefix: &str) -> ToolSpec {
    let definition = &seen.definition;
    let name = one.name.clone().unwrap_or_else(|| {
        let mut name = format!("{prefix}{}", definition.callable_name());
        name.truncate(64);
        name
    });
    ToolSpec {
        name,
        display_name: definition.title.clone(),
        description: one.description.clone().or_else(|| definition.description.clone()).unwrap_or_default(),
        category: Some(CATEGORY.to_owned()),
        kind: Kind::Mcp,
        effect: one.effect.unwrap_or_else(|| definition.effect()),
        repeatable: false,
        parameters: parameters(definition),
        bound: BTreeMap::new(),
        config: Config::Mcp(McpConfig {
            server: server.spec.name.clone(),
            tool: definition.name.clone(),
            definition: Some(seen.hash.clone()),
        }),
        result: ResultSpec::default(),
        policy: Policy::default(),
        fallback: None,
        speech: None,
        redact: Vec::new(),
        active: true,
        is_shared: true,
        is_public: false,
        is_template: false,
        labels: BTreeMap::new(),
        version: None,
    }
}
