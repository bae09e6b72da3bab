//! Making and changing tools. Every change is a new revision; nothing is ever overwritten.

use callwright_model::{
    Fault, FaultKind,
    account::{Caller, Right, Scope},
    tool::{Tool, ToolSpec},
};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{
    compile,
    diff::{Change, changes},
    read,
};
use crate::{App, app::require, audit};

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
}

/// Makes a tool. A name that is taken is a conflict.
pub async fn create(app: &App, caller: &Caller, spec: ToolSpec, note: Option<String>) -> Result<Upserted, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    insert(app, caller, spec, false, note).await
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
    require(caller, Right::Build, Scope::ToolsWrite)?;
    match read::find(app, caller, name).await {
        Ok(current) => update(app, caller, current, spec, dry_run, note).await,
        Err(fault) if fault.kind == FaultKind::NotFound => {
            if spec.name != name {
                return Err(Fault::invalid("name", format!("`name` is `{}` but the address says `{name}`", spec.name)));
            }
            insert(app, caller, spec, dry_run, note).await
        }
        Err(fault) => Err(fault),
    }
}

/// Takes a tool out of use. Its history and its executions stay in the log.
pub async fn delete(app: &App, caller: &Caller, tool: &str) -> Result<(), Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let tool = read::find(app, caller, tool).await?;
    let entry = audit::entry(app, caller, "tool.delete", "tool", tool.id, json!({ "name": tool.spec.name }));
    app.store()
        .write((caller.org_id, tool.id, app.clock().now(), entry), |(org, id, now, entry), tx| {
            Box::pin(async move {
                if tx.delete_tool(*org, *id, *now).await? {
                    tx.append_audit(entry).await?;
                }
                Ok(())
            })
        })
        .await?;
    changed(app, caller);
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
    update(app, caller, current, spec, false, note).await
}

async fn insert(
    app: &App,
    caller: &Caller,
    mut spec: ToolSpec,
    dry_run: bool,
    note: Option<String>,
) -> Result<Upserted, Fault> {
    check_publishing(caller, None, &spec)?;
    spec.version.get_or_insert_with(|| "1.0.0".to_owned());
    let now = app.clock().now();
    let tool = Tool {
        id: app.ids().next(),
        organization_id: caller.org_id,
        user_id: caller.user_id,
        spec,
        revision: 1,
        created_at: now,
        updated_at: now,
    };
    let warnings = check(app, caller, &tool).await?;
    let after = serde_json::to_value(&tool.spec).map_err(Fault::internal)?;
    let diff = changes(&json!({}), &after);
    if !dry_run {
        let entry = audit::entry(app, caller, "tool.create", "tool", tool.id, json!({ "name": tool.spec.name }));
        app.store()
            .write((tool.clone(), note, entry), |(tool, note, entry), tx| {
                Box::pin(async move {
                    tx.create_tool(tool, note.as_deref(), tool.user_id).await?;
                    tx.append_audit(entry).await
                })
            })
            .await?;
        changed(app, caller);
    }
    Ok(Upserted { action: Action::Created, tool, diff, warnings })
}

async fn update(
    app: &App,
    caller: &Caller,
    current: Tool,
    mut spec: ToolSpec,
    dry_run: bool,
    note: Option<String>,
) -> Result<Upserted, Fault> {
    check_publishing(caller, Some(&current.spec), &spec)?;
    let mut before = current.spec.clone();
    let old_version = before.version.clone();
    if spec.version.is_none() {
        // Not said: compare without it, and count up when anything else differs.
        before.version = None;
    }
    let before_json = serde_json::to_value(&before).map_err(Fault::internal)?;
    let mut diff = changes(&before_json, &serde_json::to_value(&spec).map_err(Fault::internal)?);
    if diff.is_empty() {
        return Ok(Upserted { action: Action::Unchanged, tool: current, diff, warnings: Vec::new() });
    }
    if spec.version.is_none() {
        spec.version = Some(next_version(old_version.as_deref(), &before, &spec));
        diff.push(Change {
            path: "version".to_owned(),
            from: old_version.map(Into::into),
            to: spec.version.clone().map(Into::into),
        });
    }
    let expected = current.revision;
    let tool = Tool { spec, revision: expected + 1, updated_at: app.clock().now(), ..current };
    let warnings = check(app, caller, &tool).await?;
    if !dry_run {
        let paths: Vec<&str> = diff.iter().map(|change| change.path.as_str()).collect();
        let details = json!({ "name": tool.spec.name, "revision": tool.revision, "changed": paths });
        let entry = audit::entry(app, caller, "tool.update", "tool", tool.id, details);
        let by = caller.user_id;
        app.store()
            .write((tool.clone(), note, entry), move |(tool, note, entry), tx| {
                Box::pin(async move {
                    tx.update_tool(tool, expected, note.as_deref(), by).await?;
                    tx.append_audit(entry).await
                })
            })
            .await?;
        changed(app, caller);
    }
    Ok(Upserted { action: Action::Updated, tool, diff, warnings })
}

/// Arguments that change make a minor version, anything else a patch.
fn next_version(old: Option<&str>, before: &ToolSpec, after: &ToolSpec) -> String {
    let old = old.and_then(|text| semver::Version::parse(text).ok()).unwrap_or_else(|| semver::Version::new(1, 0, 0));
    let is_minor = before.parameters != after.parameters || before.bound != after.bound || before.name != after.name;
    let next = if is_minor {
        semver::Version::new(old.major, old.minor + 1, 0)
    } else {
        semver::Version::new(old.major, old.minor, old.patch + 1)
    };
    next.to_string()
}

/// Showing a tool to other organizations is a decision of an administrator.
fn check_publishing(caller: &Caller, before: Option<&ToolSpec>, after: &ToolSpec) -> Result<(), Fault> {
    let was_public = before.is_some_and(|spec| spec.is_public);
    if after.is_public && !was_public && !caller.role.may(Right::Configure) {
        return Err(Fault::forbidden("`is_public` shows the tool to other organizations; that needs the role `admin`"));
    }
    Ok(())
}

async fn check(app: &App, caller: &Caller, tool: &Tool) -> Result<Vec<String>, Fault> {
    let secrets = app.vault().secret_names(caller.org_id).await?;
    let compiled = compile::compile(tool.clone(), Some(&secrets))?;
    let mut warnings = warnings(&tool.spec);
    // Only a warning: what the guard lets through is the operator's setting, and may change.
    if let Some(Err(why)) = compiled.executor.base_url().map(|url| app.guard().check_url(url)) {
        warnings.push(format!("calls will be refused by the outbound guard: {why}"));
    }
    Ok(warnings)
}

fn warnings(spec: &ToolSpec) -> Vec<String> {
    let mut found = Vec::new();
    if spec.description.trim().is_empty() {
        found.push("`description` is empty: a model cannot tell when to use this tool".to_owned());
    }
    if spec.policy.approval.rule().and_then(|rule| rule.webhook.as_ref()).is_some_and(|hook| hook.secret.is_none()) {
        found.push("`policy.approval.webhook.secret` is not given: what is sent there is not signed".to_owned());
    }
    if spec.effect != callwright_model::tool::Effect::Read
        && !spec.repeatable
        && spec.config.http().is_some()
        && !spec.config.is_key_honoured()
    {
        found.push(
            "a call that breaks off after it was sent becomes `unknown` and waits for a person; say `config.idempotency.honoured: true` if the upstream honours the key"
                .to_owned(),
        );
    }
    found
}

fn changed(app: &App, caller: &Caller) {
    app.tools().forget(caller.org_id);
}
