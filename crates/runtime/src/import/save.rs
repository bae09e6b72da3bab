//! Carrying an import out, tool by tool.

use callwright_model::{Fault, FaultKind, account::Caller, id::ToolId};
use callwright_store::import::Origin;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{ImportItem, ItemState, Work, check::Checked, plan};
use crate::{App, audit, registry};

/// Saves what was planned. Each tool is looked at once more, right before it is saved.
pub(super) async fn all(
    app: &App,
    caller: &Caller,
    work: &Work,
    planned: Vec<ImportItem>,
) -> Result<Vec<ImportItem>, Fault> {
    let mut items = Vec::with_capacity(planned.len());
    for checked in &work.checked {
        items.push(one(app, caller, work, checked).await?);
    }
    let names = |state: ItemState| -> Vec<&str> {
        items.iter().filter(|item| item.state == state).map(|item| item.name.as_str()).collect()
    };
    let details = json!({
        "format": work.format.as_str(),
        "created": names(ItemState::Created),
        "updated": names(ItemState::Updated),
        "failed": names(ItemState::Failed).len() + names(ItemState::NameTaken).len(),
    });
    audit::write(app, caller, "tools.import", "import", &work.source, details).await?;
    Ok(items)
}

async fn one(app: &App, caller: &Caller, work: &Work, checked: &Checked) -> Result<ImportItem, Fault> {
    let (mut item, step) = plan::one(app, caller, work, checked).await?;
    if matches!(item.state, ItemState::Failed | ItemState::NameTaken) {
        return Ok(item);
    }
    let is_new = step.current.is_none();
    let mut tool_id = step.current.as_ref().map(|tool| tool.id);
    if let Some(spec) = step.spec {
        let note = Some(format!("imported from {}", work.source));
        let how = registry::How { note, declared: checked.declared.clone(), ..registry::How::default() };
        match registry::copy(app, caller, step.current, spec, how).await {
            Ok(saved) if saved.action == registry::Action::Proposed => {
                item.state = ItemState::Proposed;
                return Ok(item);
            }
            Ok(saved) => {
                tool_id = Some(saved.tool.id);
                item.state = if is_new { ItemState::Created } else { ItemState::Updated };
            }
            Err(fault) if matches!(fault.kind, FaultKind::Internal | FaultKind::Unavailable) => return Err(fault),
            Err(fault) => {
                item.state = ItemState::Failed;
                item.error = Some(fault.message);
                return Ok(item);
            }
        }
    }
    if let Some(tool_id) = tool_id {
        item.tool_id = Some(tool_id);
        note(app, caller, work, checked, tool_id, step.base).await?;
    }
    Ok(item)
}

/// Notes where the tool came from, also when nothing else changed.
async fn note(
    app: &App,
    caller: &Caller,
    work: &Work,
    checked: &Checked,
    tool_id: ToolId,
    generated: Value,
) -> Result<(), Fault> {
    let hash: String =
        Sha256::digest(generated.to_string().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let now = app.clock().now();
    let origin = Origin {
        org_id: caller.org_id,
        source: work.source.clone(),
        operation: checked.item.operation.clone(),
        tool_id,
        format: work.format.as_str().to_owned(),
        hash,
        generated,
        user_id: caller.user_id,
        created_at: now,
        updated_at: now,
    };
    Ok(app.store().upsert_origin(&origin).await?)
}
