//! Which tools a run has.

use std::{collections::BTreeSet, sync::Arc};

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    definition::{self, Format},
    id::AgentId,
    tool::{Kind, ToolSpec},
};
use serde_json::Value;

use super::{kept::Kept, tools::Reach};
use crate::{
    App,
    offer::{self, Shelf, View},
    registry,
};

/// The most tools that one run has.
pub(crate) const MOST: usize = 128;

/// How a run reaches its tools. Those that its caller named are the agent's own where it has them, else the caller's.
pub(super) async fn of(app: &App, caller: &Caller, kept: &Kept) -> Result<Reach, Fault> {
    let agent = kept.agent.map(|agent| agent.to_string()).unwrap_or_default();
    let Some(names) = &kept.tools else { return Ok(Reach { agent, chosen: None }) };
    let mut chosen = Vec::with_capacity(names.len());
    for name in names {
        let own = app.tools().find(app, caller.org_id, name, Some(&agent)).await;
        let is_own = matches!(own, Ok(Some(found)) if found.enabled);
        chosen.push((name.clone(), is_own));
    }
    Ok(Reach { agent, chosen: Some(chosen) })
}

/// What the model is given.
pub(super) struct Offered {
    /// Definitions of functions.
    pub definitions: Vec<Value>,
    /// The tools that are behind three of the functions, when they are offered by search.
    pub view: Option<View>,
}

/// What the model is given: all the tools of the run, or the functions by which it finds them. Steps of the call itself
/// are always in sight: nobody searches for how to hang up.
pub(super) async fn offered(
    app: &App,
    caller: &Caller,
    agent: AgentId,
    reach: &Reach,
    format: Format,
) -> Result<Offered, Fault> {
    let offer = registry::define::offer_of_agent(app, caller.org_id, agent).await?;
    let own = &offer.specs;
    let specs = match &reach.chosen {
        None => own.clone(),
        Some(chosen) => {
            let mut specs: Vec<ToolSpec> = Vec::with_capacity(chosen.len());
            for (name, is_own) in chosen {
                if *is_own {
                    specs.extend(own.iter().find(|spec| spec.name == *name).cloned());
                } else if let Some(found) = app.tools().find(app, caller.org_id, name, None).await? {
                    specs.push(found.tool.tool.spec.clone());
                }
            }
            specs
        }
    };
    let mut names = BTreeSet::new();
    let mut specs: Vec<ToolSpec> = specs
        .into_iter()
        .filter(|spec| spec.active && !offer.kinds_off.contains(&spec.kind) && names.insert(spec.name.clone()))
        .collect();
    let asks = specs.iter().any(|spec| !spec.policy.confirm.is_no());
    let is_own = reach.chosen.is_none();
    let view = offer::by_agent(&offer, &specs, MOST, is_own)
        .then(|| View::whole(if is_own { offer.shelf() } else { Arc::new(Shelf::of(&specs)) }));
    if let Some(view) = &view {
        // One that is called like a function of ours is reached through it.
        specs.retain(|spec| spec.kind == Kind::System && !offer::is_function(&spec.name));
        specs.splice(0..0, view.functions()?);
    }
    specs.truncate(MOST);
    if asks {
        specs.push(registry::define::confirm_tool()?);
    }
    Ok(Offered { definitions: definition::define(specs.iter(), format).tools, view })
}

/// Checks the tools that a caller names, by name or id: each is there, and the caller may use it. Gives their names, each
/// once.
///
/// # Errors
/// Forbidden, naming the tool.
pub(crate) async fn check(
    app: &App,
    caller: &Caller,
    agent: Option<&str>,
    names: &[String],
) -> Result<Vec<String>, Fault> {
    if names.len() > MOST {
        return Err(Fault::invalid("tools", format!("`tools` may name at most {MOST} tools")));
    }
    let mut checked: Vec<String> = Vec::with_capacity(names.len());
    let mut push = |name: &str| {
        if !checked.iter().any(|other| other == name) {
            checked.push(name.to_owned());
        }
    };
    for name in names {
        if let Some(agent) = agent
            && let Ok(Some(found)) = app.tools().find(app, caller.org_id, name, Some(agent)).await
            && found.enabled
        {
            push(&found.tool.tool.spec.name);
            continue;
        }
        let found = app.tools().find(app, caller.org_id, name, None).await?;
        let may = match &found {
            Some(found) => {
                !found.tool.tool.spec.is_template && registry::may_call(app, caller, &found.tool.tool).await?
            }
            None => false,
        };
        // One that is not there and one that was not shared are told alike: names are nobody else's business.
        let Some(found) = found.filter(|_| may) else {
            return Err(Fault::forbidden(format!(
                "you may not use the tool `{name}`: there is none of that name, or it was not shared with you"
            )));
        };
        let name = &found.tool.tool.spec.name;
        // What the agent does not have is called with the caller's own right to call tools.
        if agent.is_some() && !caller.may(Right::Call, Scope::ToolsCall) {
            return Err(Fault::forbidden(format!(
                "the agent does not have the tool `{name}`, and this token lacks the scope `tools:call`"
            )));
        }
        push(name);
    }
    Ok(checked)
}
