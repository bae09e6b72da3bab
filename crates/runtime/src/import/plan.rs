//! What an import does to each tool.

use callwright_model::{
    Fault,
    account::Caller,
    tool::{Tool, ToolSpec},
};
use serde_json::Value;

use super::{ImportItem, ItemState, Work, check::Checked, merge};
use crate::{App, registry::changes};

/// What would be saved for one operation; the item says the same in words.
#[derive(Default)]
pub(super) struct Step {
    /// The tool that is there.
    pub(super) current: Option<Tool>,
    /// The new state of it, or the new tool.
    pub(super) spec: Option<ToolSpec>,
    /// What to compare with next time.
    pub(super) base: Value,
}

/// What would be done for all operations.
pub(super) async fn all(app: &App, caller: &Caller, work: &Work) -> Result<Vec<ImportItem>, Fault> {
    let mut items = Vec::with_capacity(work.checked.len());
    for checked in &work.checked {
        items.push(one(app, caller, work, checked).await?.0);
    }
    Ok(items)
}

/// What would be done for one operation.
pub(super) async fn one(
    app: &App,
    caller: &Caller,
    work: &Work,
    checked: &Checked,
) -> Result<(ImportItem, Step), Fault> {
    let mut item = item(work, checked);
    let mut step = Step::default();
    if let Some(error) = &checked.error {
        item.state = ItemState::Failed;
        item.error = Some(error.clone());
        return Ok((item, step));
    }
    let generated = comparable(&checked.item.spec)?;
    let store = app.store();
    let known = match work.known.get(&checked.item.operation) {
        Some(id) => store.tool_by_id(caller.org_id, *id).await?,
        None => None,
    };
    let origin = match &known {
        Some(_) => store.origin(caller.org_id, &work.source, &checked.item.operation).await?,
        None => None,
    };
    let (Some(current), Some(origin)) = (known, origin) else {
        step.base = generated.clone();
        return match store.tool_by_name(caller.org_id, &checked.item.spec.name).await? {
            None => {
                step.spec = Some(checked.item.spec.clone());
                Ok((item, step))
            }
            // Made by an import that broke off before it could note so, or by hand in the same words.
            Some(tool) if comparable(&tool.spec)? == generated => {
                item.state = ItemState::Unchanged;
                item.tool_id = Some(tool.id);
                step.current = Some(tool);
                Ok((item, step))
            }
            Some(tool) => {
                item.state = ItemState::NameTaken;
                item.error = Some(format!(
                    "there is a tool named `{}` already that did not come from here; give a `prefix`, or rename it",
                    tool.spec.name
                ));
                Ok((item, step))
            }
        };
    };
    let ours = comparable(&current.spec)?;
    let merged = merge::three_way(&origin.generated, &ours, &generated, work.take);
    item.tool_id = Some(current.id);
    item.name.clone_from(&current.spec.name);
    item.diff = changes(&ours, &merged.value);
    item.kept = merged.kept;
    item.conflicts = merged.conflicts;
    item.state = if item.diff.is_empty() { ItemState::Unchanged } else { ItemState::Changed };
    step.base = merged.base;
    if item.state == ItemState::Changed {
        let mut value = merged.value;
        value["name"] = Value::String(current.spec.name.clone());
        match serde_json::from_value::<ToolSpec>(value) {
            Ok(spec) => step.spec = Some(spec),
            Err(error) => {
                item.state = ItemState::Failed;
                item.error = Some(format!("with what was changed here the tool is not valid any more: {error}"));
            }
        }
    }
    step.current = Some(current);
    Ok((item, step))
}

/// The tool without its name and version: both belong to whoever has it.
fn comparable(spec: &ToolSpec) -> Result<Value, Fault> {
    let mut value = serde_json::to_value(spec).map_err(Fault::internal)?;
    if let Some(map) = value.as_object_mut() {
        map.shift_remove("name");
        map.shift_remove("version");
    }
    Ok(value)
}

fn item(work: &Work, checked: &Checked) -> ImportItem {
    let item = &checked.item;
    ImportItem {
        operation: item.operation.clone(),
        method: item.method.clone(),
        path: item.path.clone(),
        tags: item.tags.clone(),
        name: item.spec.name.clone(),
        effect: item.spec.effect,
        tokens: checked.tokens,
        secrets: checked.declared.clone(),
        state: ItemState::New,
        tool_id: None,
        diff: Vec::new(),
        kept: Vec::new(),
        conflicts: Vec::new(),
        warnings: item.warnings.clone(),
        error: None,
        tool: work.include_tools.then(|| item.spec.clone()),
    }
}
