//! Test cases of tools: kept with the tool, made from recorded executions, run through the corridor.
//!
//! A case whose upstream is stubbed goes through everything that a call goes through, up to the guard, where a script
//! answers instead of the network. `expect` judges what came of it, `run` carries cases out, `recorded` makes a case of
//! an execution.

mod expect;
mod recorded;
mod run;

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    case::{Case, CaseSpec, Upstream},
    id::CaseId,
    page::{Page, PageRequest},
};
use callwright_tools::stub::Stubs;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

pub use recorded::{FromExecution, MadeCase, from_execution};
pub use run::{RunReport, RunSpec, run};

use crate::{App, app::require, audit, registry, registry::Action};
use expect::Expectations;

/// The most cases of one tool.
const MOST_CASES: i64 = 200;
/// The most bytes of a case, as JSON.
const MOST_BYTES: usize = 256 * 1024;
const MOST_NAME: usize = 100;
const MOST_DESCRIPTION: usize = 2_000;
const MOST_SECRETS: usize = 50;

/// A case that was saved.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SavedCase {
    /// What was done.
    pub action: Action,
    /// The case as it is now.
    pub case: Case,
}

/// Checks what can be said of a case without its tool; a fault names the field.
pub fn check(spec: &CaseSpec) -> Result<(), Fault> {
    let name = spec.name.trim();
    let is_name = name == spec.name
        && (1..=MOST_NAME).contains(&name.chars().count())
        && !name.contains('/')
        && !name.chars().any(char::is_control);
    // `run` is what cases are asked to do, at the same address.
    if !is_name || name == "run" || name == "." || name == ".." {
        let message = format!("`name` must have 1 to {MOST_NAME} characters, none of them `/`, and not be `run`");
        return Err(Fault::invalid("name", message));
    }
    if spec.description.as_ref().is_some_and(|text| text.chars().count() > MOST_DESCRIPTION) {
        return Err(Fault::invalid(
            "description",
            format!("`description` may have at most {MOST_DESCRIPTION} characters"),
        ));
    }
    if spec.upstream == Upstream::Real {
        for (field, is_empty) in [("stubs", spec.stubs.is_empty()), ("secrets", spec.secrets.is_empty())] {
            if !is_empty {
                let message = format!("`{field}` is for a stubbed upstream; this case says `upstream: real`");
                return Err(Fault::invalid(field, message));
            }
        }
    }
    if spec.secrets.len() > MOST_SECRETS {
        return Err(Fault::invalid("secrets", format!("`secrets` may have at most {MOST_SECRETS} values")));
    }
    let bytes = serde_json::to_vec(spec).map_err(Fault::internal)?.len();
    if bytes > MOST_BYTES {
        return Err(Fault::invalid("", format!("the case has {bytes} bytes; at most {MOST_BYTES} are kept")));
    }
    Stubs::compile(&spec.stubs)?;
    Expectations::compile(&spec.expect).map(drop)
}

/// A page of a tool's cases, by name.
pub async fn list(app: &App, caller: &Caller, tool: &str, page: PageRequest) -> Result<Page<Case>, Fault> {
    let tool = registry::get(app, caller, tool).await?;
    Ok(app.store().cases(caller.org_id, tool.id, &page).await?)
}

/// A page of all tools' cases, oldest first.
pub async fn list_all(app: &App, caller: &Caller, page: PageRequest) -> Result<Page<Case>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(app.store().all_cases(caller.org_id, &page).await?)
}

/// A tool's case, by its name or id.
pub async fn get(app: &App, caller: &Caller, tool: &str, case: &str) -> Result<Case, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let tool = registry::find(app, caller, tool).await?;
    find(app, caller, tool.id, case).await?.ok_or_else(|| Fault::not_found("case", case))
}

async fn find(
    app: &App,
    caller: &Caller,
    tool: callwright_model::id::ToolId,
    case: &str,
) -> Result<Option<Case>, Fault> {
    if let Ok(id) = case.parse::<CaseId>()
        && let Some(found) = app.store().case_by_id(caller.org_id, tool, id).await?
    {
        return Ok(Some(found));
    }
    Ok(app.store().case_by_name(caller.org_id, tool, case).await?)
}

/// Makes a case. A name that is taken is a conflict.
pub async fn create(app: &App, caller: &Caller, tool: &str, spec: CaseSpec) -> Result<Case, Fault> {
    let tool = registry::get_to_change(app, caller, tool).await?;
    check(&spec)?;
    let now = app.clock().now();
    let case = Case {
        id: app.ids().next(),
        organization_id: caller.org_id,
        tool_id: tool.id,
        tool: tool.spec.name,
        spec,
        created_by: caller.user_id,
        created_at: now,
        updated_at: now,
        last_run: None,
    };
    let entry = audit::entry(app, caller, "case.create", "case", case.id, about(&case));
    app.store()
        .write((case.clone(), entry), |(case, entry), tx| {
            Box::pin(async move {
                tx.create_case(case, MOST_CASES).await?;
                tx.append_audit(entry).await
            })
        })
        .await?;
    Ok(case)
}

/// Makes the case `name`, or brings it to the state of `spec`.
pub async fn put(app: &App, caller: &Caller, tool: &str, name: &str, spec: CaseSpec) -> Result<SavedCase, Fault> {
    let found = registry::get_to_change(app, caller, tool).await?;
    check(&spec)?;
    let Some(before) = find(app, caller, found.id, name).await? else {
        if spec.name != name {
            let message = format!("`name` is `{}` but the address says `{name}`", spec.name);
            return Err(Fault::invalid("name", message));
        }
        return Ok(SavedCase { action: Action::Created, case: create(app, caller, tool, spec).await? });
    };
    if before.spec == spec {
        return Ok(SavedCase { action: Action::Unchanged, case: before });
    }
    let case = Case { spec, updated_at: app.clock().now(), last_run: None, ..before };
    let entry = audit::entry(app, caller, "case.update", "case", case.id, about(&case));
    let is_there = app
        .store()
        .write((case.clone(), entry), |(case, entry), tx| {
            Box::pin(async move {
                let is_there = tx.update_case(case).await?;
                if is_there {
                    tx.append_audit(entry).await?;
                }
                Ok(is_there)
            })
        })
        .await?;
    if is_there { Ok(SavedCase { action: Action::Updated, case }) } else { Err(Fault::not_found("case", name)) }
}

/// Deletes a case.
pub async fn delete(app: &App, caller: &Caller, tool: &str, case: &str) -> Result<(), Fault> {
    let tool = registry::get_to_change(app, caller, tool).await?;
    let found = find(app, caller, tool.id, case).await?.ok_or_else(|| Fault::not_found("case", case))?;
    let entry = audit::entry(app, caller, "case.delete", "case", found.id, about(&found));
    app.store()
        .write((caller.org_id, found.id, entry), |(org, id, entry), tx| {
            Box::pin(async move {
                if tx.delete_case(*org, *id).await? {
                    tx.append_audit(entry).await?;
                }
                Ok(())
            })
        })
        .await?;
    Ok(())
}

fn about(case: &Case) -> Value {
    json!({ "tool": case.tool, "name": case.spec.name })
}
