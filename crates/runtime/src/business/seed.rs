//! Giving every organization the business tools.
//!
//! They are ordinary tools: an organization may change, rename or delete them. What it was given once it is not given
//! again, and a tool of its own that has such a name is left alone.

use callwright_model::{
    Fault,
    id::{OrgId, UserId},
    tool::{BusinessFunction, Tool, ToolSpec},
};
use callwright_store::audit::AuditEntry;
use serde_json::json;

use crate::App;

/// Organizations that are looked at together.
const SLICE: u32 = 100;
/// Why, in the history of the tool.
const NOTE: &str = "comes with Callwright";
/// The label by which such a tool is known.
pub const LABEL: &str = "builtin";

/// The tool that every organization is given for a function.
pub fn spec(function: BusinessFunction) -> Result<ToolSpec, Fault> {
    serde_json::from_value(json!({
        "name": function.as_str(),
        "display_name": function.title(),
        "description": function.description(),
        "category": function.category(),
        "kind": "business",
        "effect": function.effect(),
        "parameters": function.parameters(),
        "config": {"function": function},
        "labels": {LABEL: "true"},
        "version": "1.0.0",
    }))
    .map_err(Fault::internal)
}

/// Gives all organizations what they were not given yet. Servers that do this at the same time give it once.
pub async fn all(app: &App) -> Result<(), Fault> {
    let names = BusinessFunction::ALL.map(BusinessFunction::as_str);
    let mut after = None;
    loop {
        let found = app.store().without_builtins(&names, after, SLICE).await?;
        for (org, owner) in &found {
            one(app, *org, *owner).await?;
        }
        after = found.last().map(|(org, _)| *org);
        if found.len() < SLICE as usize {
            return Ok(());
        }
    }
}

/// Gives one organization what it was not given yet; the tools are its owner's.
pub async fn one(app: &App, org: OrgId, owner: UserId) -> Result<(), Fault> {
    let now = app.clock().now();
    let mut tools = Vec::with_capacity(BusinessFunction::ALL.len());
    for function in BusinessFunction::ALL {
        let tool = Tool {
            id: app.ids().next(),
            organization_id: org,
            user_id: owner,
            spec: spec(function)?,
            revision: 1,
            created_at: now,
            updated_at: now,
        };
        let entry = AuditEntry {
            id: app.ids().next(),
            org_id: org,
            user_id: None,
            token_id: None,
            action: "tool.create".to_owned(),
            target_kind: "tool".to_owned(),
            target_id: tool.id.to_string(),
            details: json!({ "name": tool.spec.name, "by": "business_tools" }),
            request_id: None,
            at: now,
        };
        tools.push((tool, entry));
    }
    let given = app
        .store()
        .write(tools, move |tools, tx| {
            Box::pin(async move {
                let mut given = 0;
                for (tool, entry) in tools {
                    if tx.give_builtin(tool, NOTE, now).await? {
                        tx.append_audit(entry).await?;
                        given += 1;
                    }
                }
                Ok(given)
            })
        })
        .await?;
    if given > 0 {
        app.tools().forget(org);
        tracing::info!(organization = %org, given, "gave an organization the business tools");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use callwright_model::{IdSource, Timestamp};

    use super::*;
    use crate::registry::compile::compile;

    #[test]
    fn every_function_is_a_tool_that_compiles() {
        let ids = IdSource::default();
        for function in BusinessFunction::ALL {
            let spec = spec(function).unwrap();
            assert!(spec.is_shared && spec.active && spec.labels[LABEL] == "true");
            let at = Timestamp::from_micros(0);
            let (organization_id, user_id) = (ids.next(), ids.next());
            let tool =
                Tool { id: ids.next(), organization_id, user_id, spec, revision: 1, created_at: at, updated_at: at };
            let compiled = compile(tool, None).unwrap_or_else(|fault| panic!("{function:?}: {fault}"));
            assert!(compiled.secrets.is_empty(), "{function:?}: {:?}", compiled.secrets);
        }
    }
}
