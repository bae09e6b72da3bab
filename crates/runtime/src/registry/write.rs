//! Making and changing tools. Every change is a new revision; nothing is ever overwritten.

use std::collections::BTreeSet;

use callwright_model::{
    Fault, FaultKind,
    account::{Caller, Right, Scope},
    proposal::Proposal,
    tool::{Tool, ToolSpec, release::Bump},
};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{
    diff::Change,
    own, read,
    save::{Order, Saving, insert, update},
    sharing,
};
use crate::{App, app::require, audit, library::Origin};

/// What a save did, or would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// There was no such tool.
    Created,
    /// It differs.
    Updated,
    /// It was the same already; no revision was made.
    Unchanged,
    /// Another person has to agree first; nothing changed yet.
    Proposed,
}

/// The outcome of a save.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Upserted {
    /// What was done, or would be.
    pub action: Action,
    /// The tool as it is now, or would be.
    pub tool: Tool,
    /// What differs from before.
    pub diff: Vec<Change>,
    /// What works but may surprise.
    pub warnings: Vec<String>,
    /// How far the version went up, and which change led to that; only when something changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bump: Option<Bump>,
    /// What somebody else has to agree to first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
}

/// How a tool that came from somewhere is saved.
#[derive(Default)]
pub(crate) struct How {
    /// Only say what would change.
    pub dry_run: bool,
    /// Why, for the history.
    pub note: Option<String>,
    /// Where it was copied from. A copy may name secrets that are not set yet.
    pub origin: Option<Origin>,
    /// Secrets that it may name although they are not set yet.
    pub declared: BTreeSet<String>,
}

/// Makes a tool that was copied from somewhere, or brings `current` to its state.
pub(crate) async fn copy(
    app: &App,
    caller: &Caller,
    current: Option<Tool>,
    spec: ToolSpec,
    how: How,
) -> Result<Upserted, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let saving = Saving { dry_run: how.dry_run, note: how.note, ..Saving::default() };
    let order = Order { origin: how.origin, declared: how.declared, copied: true, ..saving.into() };
    match current {
        Some(current) => Box::pin(update(app, caller, current, spec, order)).await,
        None => Box::pin(insert(app, caller, spec, order)).await,
    }
}

/// Makes a tool. A name that is taken is a conflict.
pub async fn create(app: &App, caller: &Caller, spec: ToolSpec, note: Option<String>) -> Result<Upserted, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    Box::pin(insert(app, caller, spec, Saving { note, ..Saving::default() }.into())).await
}

/// The same, or only what would come of it.
pub(crate) async fn create_or_rehearse(
    app: &App,
    caller: &Caller,
    spec: ToolSpec,
    dry_run: bool,
    note: Option<String>,
) -> Result<Upserted, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    Box::pin(insert(app, caller, spec, Saving { dry_run, note, ..Saving::default() }.into())).await
}

/// Makes the tool `name`, or brings it to the state of `spec`. With `dry_run` nothing changes.
pub async fn put(
    app: &App,
    caller: &Caller,
    name: &str,
    spec: ToolSpec,
    dry_run: bool,
    note: Option<String>,
) -> Result<Upserted, Fault> {
    Box::pin(save(app, caller, name, spec, Saving { dry_run, note, ..Saving::default() })).await
}

/// The same with everything that can be said about how.
pub async fn save(app: &App, caller: &Caller, name: &str, spec: ToolSpec, saving: Saving) -> Result<Upserted, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    match read::find(app, caller, name).await {
        Ok(current) => Box::pin(update(app, caller, current, spec, saving.into())).await,
        Err(fault) if fault.kind == FaultKind::NotFound => {
            if spec.name != name {
                return Err(Fault::invalid("name", format!("`name` is `{}` but the address says `{name}`", spec.name)));
            }
            Box::pin(insert(app, caller, spec, saving.into())).await
        }
        Err(fault) => Err(fault),
    }
}

/// Takes a tool out of use, and with it the secrets that came with it, unless another one names them. Its history and
/// its executions stay in the log.
pub async fn delete(app: &App, caller: &Caller, tool: &str) -> Result<(), Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let tool = read::find(app, caller, tool).await?;
    sharing::check_shared(app, caller, &tool).await?;
    let details = audit::between(json!({ "name": tool.spec.name }), &tool.spec, &());
    let own = own::alone_in(app, &tool).await?;
    let gone = |name: &String| {
        let details = audit::between(json!({ "tool_id": tool.id }), &json!({ "name": name }), &());
        audit::entry(app, caller, "secret.delete", "secret", name, details)
    };
    let mut entries: Vec<_> = own.iter().map(gone).collect();
    entries.push(audit::entry(app, caller, "tool.delete", "tool", tool.id, details));
    let had_own = !own.is_empty();
    app.store()
        .write((caller.org_id, tool.id, app.clock().now(), own, entries), |(org, id, now, own, entries), tx| {
            Box::pin(async move {
                if !tx.delete_tool(*org, *id, *now).await? {
                    return Ok(());
                }
                for name in own.iter() {
                    tx.delete_secret(*org, None, name).await?;
                }
                for entry in entries.iter() {
                    tx.append_audit(entry).await?;
                }
                Ok(())
            })
        })
        .await?;
    if had_own {
        app.vault().invalidate(caller.org_id);
    }
    app.tools().forget(caller.org_id);
    Ok(())
}

/// Brings a tool back to an earlier state, as a new revision.
pub async fn rollback(
    app: &App,
    caller: &Caller,
    tool: &str,
    revision: i64,
    note: Option<String>,
) -> Result<Upserted, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let current = read::find(app, caller, tool).await?;
    let wanted = read::version_of(app, caller, current.id, revision).await?;
    let note = note.or_else(|| Some(format!("rolled back to revision {revision}")));
    let mut spec = wanted.spec;
    // A new revision of the history needs a new number of its own.
    spec.version = None;
    Box::pin(update(app, caller, current, spec, Saving { note, ..Saving::default() }.into())).await
}
