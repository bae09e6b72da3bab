//! A changed definition is looked at, and accepted: a new revision of each of our tools that stands for it.

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    tool::{Effect, Tool, ToolSpec},
};
use callwright_store::mcp_server::SeenDefinition;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    complete::parameters,
    servers,
    tools::{ours_of, pinned},
};
use crate::{
    App,
    app::require,
    registry::{
        self,
        diff::{Change, changes},
        save::Saving,
        write::Upserted,
    },
};

/// What is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Accept {
    /// The hash of the definition that was looked at. If it has changed once more since, that is a conflict.
    #[schema(min_length = 71, max_length = 71)]
    pub hash: Option<String>,
    /// Only show what has changed.
    pub dry_run: bool,
}

/// A changed definition, and what it changes of our tools.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Accepted {
    /// The tool's name there.
    pub tool: String,
    /// The hash of its definition now.
    pub hash: String,
    /// What differs between the definition that was agreed to and the one that is shown now.
    pub diff: Vec<Change>,
    /// Our tools that stand for it, as they are now or would be.
    pub tools: Vec<Upserted>,
}

/// Accepts the definition that a server shows of a tool now.
pub async fn accept(app: &App, caller: &Caller, server: &str, tool: &str, wish: Accept) -> Result<Accepted, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    let org = caller.org_id;
    let server = servers::find(app, caller, server).await?;
    let seen = app
        .store()
        .mcp_definition(org, server.id, tool)
        .await?
        .ok_or_else(|| Fault::not_found("tool of this server", tool))?;
    if wish.hash.as_ref().is_some_and(|hash| *hash != seen.hash) {
        let message = format!("the definition of `{tool}` is another one by now; look at it again");
        return Err(
            Fault::conflict("definition_changed", message).with_details(serde_json::json!({ "hash": seen.hash }))
        );
    }
    let mut ours = ours_of(app, org, &server.spec.name).await?;
    ours.retain(|ours| ours.spec.config.mcp().is_some_and(|config| config.tool == tool));
    if ours.is_empty() {
        let message = format!("`{tool}` is not one of this organization's tools; adopt it instead");
        return Err(Fault::conflict("mcp_not_adopted", message));
    }
    let mut accepted = Accepted { tool: tool.to_owned(), hash: seen.hash.clone(), diff: Vec::new(), tools: Vec::new() };
    for ours in ours {
        let before = match pinned(&ours) {
            Some(hash) => app.store().mcp_definition_at(org, server.id, tool, hash).await?,
            None => None,
        };
        if accepted.diff.is_empty() {
            accepted.diff = difference(before.as_ref(), &seen)?;
        }
        let spec = next(&ours, before.as_ref(), &seen);
        // Dropped without a word, the model would fill it in from then on.
        if let Some(gone) = spec.bound.keys().find(|name| spec.parameters["properties"].get(name.as_str()).is_none()) {
            let message = format!(
                "the tool `{}` fills `{gone}` in by itself, and the new definition has no such parameter among its `properties`; change the tool's `bound` first",
                ours.spec.name
            );
            return Err(Fault::conflict("bound_gone", message));
        }
        let note = Some(format!("accepted the definition {}", seen.hash));
        let saving = Saving { dry_run: wish.dry_run, note, ..Saving::default() };
        let name = ours.id.to_string();
        accepted.tools.push(registry::write::save(app, caller, &name, spec, saving).await?);
    }
    Ok(accepted)
}

fn difference(before: Option<&SeenDefinition>, now: &SeenDefinition) -> Result<Vec<Change>, Fault> {
    let value = |seen: &SeenDefinition| serde_json::to_value(&seen.definition).map_err(Fault::internal);
    let from = before.map_or(Ok(Value::Object(Default::default())), value)?;
    Ok(changes(&from, &value(now)?))
}

/// Our tool with the definition as it is now. What its author wrote in the place of the server's words stays; what it does
/// to the world is never taken for less than before.
fn next(ours: &Tool, before: Option<&SeenDefinition>, now: &SeenDefinition) -> ToolSpec {
    let mut spec = ours.spec.clone();
    spec.version = None;
    let was_theirs = |ours: &str, theirs: Option<&String>| theirs.is_none_or(|theirs| theirs == ours);
    if was_theirs(&spec.description, before.and_then(|before| before.definition.description.as_ref())) {
        spec.description = now.definition.description.clone().unwrap_or_default();
    }
    spec.parameters = parameters(&now.definition);
    spec.effect = stronger(spec.effect, now.definition.effect());
    if let Some(config) = spec.config.mcp_mut() {
        config.definition = Some(now.hash.clone());
    }
    spec
}

fn stronger(one: Effect, other: Effect) -> Effect {
    let rank = |effect| match effect {
        Effect::Read => 0,
        Effect::Write => 1,
        Effect::Destructive => 2,
    };
    if rank(other) > rank(one) { other } else { one }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_effect_is_raised_and_never_lowered() {
        assert_eq!(stronger(Effect::Read, Effect::Write), Effect::Write);
        assert_eq!(stronger(Effect::Destructive, Effect::Read), Effect::Destructive);
        assert_eq!(stronger(Effect::Write, Effect::Read), Effect::Write);
    }
}
