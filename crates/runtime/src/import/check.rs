//! Every tool that an import makes is compiled before anything is shown or saved.

use std::collections::BTreeSet;

use callwright_import::Item;
use callwright_model::{
    Fault, FaultKind,
    account::Caller,
    tool::{Tool, ToolSpec},
};
use serde_json::Value;

use crate::{App, registry::compile};

/// A tool that was compiled, or why it cannot be.
pub(super) struct Checked {
    pub(super) item: Item,
    pub(super) tokens: usize,
    /// Secrets that it may name although they are not set yet.
    pub(super) declared: BTreeSet<String>,
    pub(super) error: Option<String>,
}

/// Compiles each of `items`. This takes a while: it is work for a blocking thread.
pub(super) fn all(
    app: &App,
    caller: &Caller,
    items: Vec<Item>,
    secrets: &BTreeSet<String>,
) -> Result<Vec<Checked>, Fault> {
    items.into_iter().map(|item| one(app, caller, item, secrets)).collect()
}

fn one(app: &App, caller: &Caller, mut item: Item, secrets: &BTreeSet<String>) -> Result<Checked, Fault> {
    let declared = item.secrets();
    let mut names = secrets.clone();
    names.extend(declared.iter().cloned());
    let mut outcome = compile::compile(tool(app, caller, &item.spec), Some(&names));
    if outcome.is_err() && drop_patterns(&mut item.spec) {
        // Regular expressions come in many dialects, and only compiling them shows which is ours.
        outcome = compile::compile(tool(app, caller, &item.spec), Some(&names));
        if outcome.is_ok() {
            item.warnings.push("its `pattern`s cannot be checked here and were left out".to_owned());
        }
    }
    let error = match outcome {
        Ok(compiled) => {
            if let Some(Err(why)) = compiled.executor.base_url().map(|url| app.guard().check_url(url)) {
                item.warnings.push(format!("calls will be refused by the outbound guard: {why}"));
            }
            None
        }
        Err(fault) if fault.kind == FaultKind::Internal => return Err(fault),
        Err(fault) => Some(fault.message),
    };
    Ok(Checked { tokens: item.tokens(), item, declared, error })
}

fn tool(app: &App, caller: &Caller, spec: &ToolSpec) -> Tool {
    let now = app.clock().now();
    Tool {
        id: app.ids().next(),
        organization_id: caller.org_id,
        user_id: caller.user_id,
        spec: spec.clone(),
        revision: 1,
        created_at: now,
        updated_at: now,
    }
}

/// Takes every `pattern` out of a tool's schemas; whether there was one.
fn drop_patterns(spec: &mut ToolSpec) -> bool {
    let of_result = spec.result.schema.as_mut().is_some_and(drop_in);
    drop_in(&mut spec.parameters) || of_result
}

fn drop_in(schema: &mut Value) -> bool {
    match schema {
        Value::Array(items) => {
            let mut dropped = false;
            for item in items {
                dropped = drop_in(item) || dropped;
            }
            dropped
        }
        Value::Object(map) => {
            // A property may be called `pattern`; its value is an object then.
            let mut dropped = map.get("pattern").is_some_and(Value::is_string);
            if dropped {
                map.shift_remove("pattern");
            }
            for value in map.values_mut() {
                dropped = drop_in(value) || dropped;
            }
            dropped
        }
        _ => false,
    }
}
