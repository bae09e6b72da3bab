//! Whether this caller may call this tool, and here.

use callwright_model::{
    ErrorClass, Fault, ToolError,
    account::{Caller, Right, Scope},
    context::Channel,
};

use super::{
    CallRequest,
    work::{Stop, Work},
};
use crate::{App, agents, app::require, features, registry, registry::cache::Found};

/// Refuses a caller without the right; this is between the caller and us, so it is not recorded. The right to run agents
/// covers the tools that an agent has; others are called in a run as they are outside of one.
pub(super) async fn caller(app: &App, request: &CallRequest, found: &Found) -> Result<(), Fault> {
    // A replay has shown its own right and scope already.
    let scope = match request.source {
        _ if request.replay_of.is_some() => Scope::ExecutionsDecide,
        "run" if found.agent.is_some() => Scope::AgentsRun,
        "workflow" => Scope::AgentsRun,
        "mcp" => mcp_scope(&request.caller),
        _ => Scope::ToolsCall,
    };
    require(&request.caller, Right::Call, scope)?;
    asker(app, &request.caller, found).await
}

/// What lets a caller call tools by the Model Context Protocol: the scope `mcp` will do, and so will `tools:call`.
pub(super) fn mcp_scope(caller: &Caller) -> Scope {
    match caller.scopes.contains(&Scope::Mcp) {
        true => Scope::Mcp,
        false => Scope::ToolsCall,
    }
}

/// Refuses a caller with whom neither the tool nor the agent that has it was shared.
pub(super) async fn asker(app: &App, caller: &Caller, found: &Found) -> Result<(), Fault> {
    if let Some(agent) = &found.agent {
        // Through an agent, the assignment decides; see `place`.
        return match agents::may_run(app, caller, agent).await? {
            true => Ok(()),
            false => Err(Fault::forbidden(format!("the agent `{}` was not shared with you", agent.name))),
        };
    }
    if registry::may_call(app, caller, &found.tool.tool).await? {
        return Ok(());
    }
    Err(Fault::forbidden(format!(
        "the tool `{}` was not shared with you; ask its maker for a grant",
        found.tool.tool.spec.name
    )))
}

/// Refuses a tool that may not be used here and now; the model may read why.
pub(super) fn place(work: &Work) -> Result<(), Stop> {
    let spec = &work.tool().tool.spec;
    let name = &spec.name;
    if !spec.active || spec.is_template {
        let why = if spec.is_template { "is a template; use a copy of it" } else { "is switched off" };
        return Err(denied("tool_disabled", format!("the tool `{name}` {why}")));
    }
    if let Some(agent) = &work.found.agent
        && !work.found.enabled
    {
        return Err(denied("not_assigned", format!("the agent `{}` may not use the tool `{name}`", agent.name)));
    }
    if !features::admits(work.found.share, spec.kind, work.id) {
        let kind = spec.kind.as_str();
        return Err(denied("feature_off", format!("tools of the kind `{kind}` are switched off for this execution")));
    }
    let allowed = &work.policy().allowed_contexts;
    // A test case is at home nowhere: it is judged by the channel that its context names, if it names one.
    let place = if work.is_trial() { said_channel(work) } else { Some(work.channel) };
    if !work.request.dry_run
        && let Some(place) = place
        && !allowed.is_empty()
        && !allowed.contains(&place)
    {
        let list = allowed.iter().map(|channel| channel.as_str()).collect::<Vec<_>>().join(", ");
        let here = place.as_str();
        return Err(denied("context_not_allowed", format!("the tool `{name}` may be used in {list}, not in {here}")));
    }
    Ok(())
}

fn said_channel(work: &Work) -> Option<Channel> {
    work.context.text("channel").as_deref().and_then(Channel::parse)
}

fn denied(code: &str, message: String) -> Stop {
    ToolError::new(ErrorClass::PermissionError, code, message).into()
}
