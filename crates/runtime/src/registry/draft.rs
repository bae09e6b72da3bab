//! The draft of a tool: a state that is being worked on while the live one is used. Builders can try it; models never
//! see it.

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    tool::{
        Tool, ToolSpec,
        release::{Bump, Draft},
    },
};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{
    Upserted, bump,
    cache::{self, Found},
    compile,
    diff::{Change, changes},
    read,
    save::{self, Order, Saving, check},
    sharing,
};
use crate::{App, app::require, audit};

/// A draft beside the live state of its tool.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DraftView {
    /// The draft.
    pub draft: Draft,
    /// The live revision.
    pub revision: i64,
    /// Whether somebody changed the tool since the draft was begun: then it cannot be published.
    pub is_outdated: bool,
    /// What would change, field by field.
    pub diff: Vec<Change>,
    /// How far the version would go up, and why.
    pub bump: Bump,
    /// What works but may surprise.
    pub warnings: Vec<String>,
}

/// The draft of a tool.
pub async fn get(app: &App, caller: &Caller, tool: &str) -> Result<DraftView, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let tool = read::find(app, caller, tool).await?;
    let draft = found(app, caller, &tool).await?;
    view(app, caller, tool, draft).await
}

/// Saves the draft of a tool. It remembers the revision that it was begun from; with `rebase` that becomes the live one.
pub async fn put(app: &App, caller: &Caller, tool: &str, spec: ToolSpec, rebase: bool) -> Result<DraftView, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let tool = read::find(app, caller, tool).await?;
    sharing::check_change(app, caller, &tool, &spec).await?;
    let before = app.store().draft(caller.org_id, tool.id).await?;
    let now = app.clock().now();
    let draft = Draft {
        tool_id: tool.id,
        base_revision: before.as_ref().filter(|_| !rebase).map_or(tool.revision, |draft| draft.base_revision),
        spec,
        user_id: caller.user_id,
        created_at: before.as_ref().map_or(now, |draft| draft.created_at),
        updated_at: now,
    };
    let view = view(app, caller, tool, draft.clone()).await?;
    let spec_before = before.as_ref().map(|draft| &draft.spec);
    let details = json!({ "base_revision": draft.base_revision });
    let details = audit::between(details, &spec_before, &draft.spec);
    let entry = audit::entry(app, caller, "draft.save", "tool", draft.tool_id, details);
    app.store()
        .write((caller.org_id, draft, entry), |(org, draft, entry), tx| {
            Box::pin(async move {
                tx.save_draft(*org, draft).await?;
                tx.append_audit(entry).await
            })
        })
        .await?;
    Ok(view)
}

/// Throws the draft of a tool away.
pub async fn delete(app: &App, caller: &Caller, tool: &str) -> Result<(), Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let tool = read::find(app, caller, tool).await?;
    sharing::check_shared(app, caller, &tool).await?;
    let draft = found(app, caller, &tool).await?;
    let details = audit::between(json!({ "name": tool.spec.name }), &draft.spec, &());
    let entry = audit::entry(app, caller, "draft.delete", "tool", tool.id, details);
    app.store()
        .write((caller.org_id, tool.id, entry), |(org, tool, entry), tx| {
            Box::pin(async move {
                if tx.delete_draft(*org, *tool).await? {
                    tx.append_audit(entry).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(())
}

/// Makes the draft the live state, as a new revision.
///
/// # Errors
/// Conflict `draft_outdated`, with what others changed, when the tool is not at the revision any more that the draft
/// was begun from.
pub async fn publish(app: &App, caller: &Caller, tool: &str, note: Option<String>) -> Result<Upserted, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let tool = read::find(app, caller, tool).await?;
    let draft = found(app, caller, &tool).await?;
    if draft.base_revision != tool.revision {
        let base = read::version_of(app, caller, tool.id, draft.base_revision).await?;
        let message = format!(
            "`{}` is at revision {} now, but the draft was begun from {}; look at what changed, then save the draft with `rebase=true`",
            tool.spec.name, tool.revision, draft.base_revision
        );
        let details = json!({
            "base_revision": draft.base_revision,
            "revision": tool.revision,
            "diff": between(&base.spec, &tool.spec)?,
        });
        return Err(Fault::conflict("draft_outdated", message).with_details(details));
    }
    let saving = Saving { note, ..Saving::default() };
    let order = Order { from_draft: true, ..saving.into() };
    Box::pin(save::update(app, caller, tool, draft.spec, order)).await
}

/// The draft, ready to be tried by a builder.
pub(crate) async fn compiled(app: &App, caller: &Caller, tool: &str) -> Result<Found, Fault> {
    require(caller, Right::Build, Scope::ToolsCall)?;
    let tool = read::find(app, caller, tool).await?;
    let draft = found(app, caller, &tool).await?;
    let version = format!("{}-draft", tool.spec.version.as_deref().unwrap_or("1.0.0"));
    let spec = ToolSpec { version: Some(version), active: true, is_template: false, ..draft.spec };
    cache::found(app, Tool { spec, ..tool }, None, true).await
}

async fn found(app: &App, caller: &Caller, tool: &Tool) -> Result<Draft, Fault> {
    let draft = app.store().draft(caller.org_id, tool.id).await?;
    draft.ok_or_else(|| Fault::not_found("draft of the tool", &tool.spec.name))
}

async fn view(app: &App, caller: &Caller, tool: Tool, draft: Draft) -> Result<DraftView, Fault> {
    let wanted = Tool { spec: draft.spec.clone(), ..tool.clone() };
    let warnings = check(app, caller, &wanted, compile::names_in(&tool.spec)?).await?;
    let live = ToolSpec { version: draft.spec.version.clone(), ..tool.spec };
    Ok(DraftView {
        revision: tool.revision,
        is_outdated: draft.base_revision != tool.revision,
        diff: between(&live, &draft.spec)?,
        bump: bump::between(&live, &draft.spec),
        warnings,
        draft,
    })
}

/// The changes that lead from one spec to another.
pub(crate) fn between(from: &ToolSpec, to: &ToolSpec) -> Result<Vec<Change>, Fault> {
    let json = |spec: &ToolSpec| serde_json::to_value(spec).map_err(Fault::internal);
    Ok(changes(&json(from)?, &json(to)?))
}
