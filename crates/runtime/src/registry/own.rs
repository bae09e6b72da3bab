//! Secrets that come with a tool: sealed and kept in the transaction of the tool's change, and gone with the tool.
//!
//! They are secrets of the organization like any other, under a name that templates read; that they are the tool's own
//! is noted beside them. Whoever brings one needs the right to set secrets besides the right to build tools.

use std::collections::BTreeSet;

use callwright_model::{
    Fault,
    account::{Caller, Right, Scope},
    alert::Target,
    id::ToolId,
    page::{MAX_LIMIT, PageRequest},
    secret::SecretString,
    tool::{Tool, ToolSpec},
};
use callwright_store::{audit::AuditEntry, secret::SecretRow};
use serde_json::json;

use super::{
    compile, read,
    save::{Order, insert, update},
    write::{Action, Upserted},
};
use crate::{App, app::require, audit};

/// The most overrides of assignments that are looked through for a name.
const MOST_OVERRIDES: u32 = 10_000;

/// A secret that comes with a tool.
#[derive(Debug, Clone)]
pub struct OwnSecret {
    /// The name that the tool's templates read.
    pub name: String,
    /// Its value.
    pub value: SecretString,
}

/// The names of the secrets that came with a tool.
pub async fn own_secrets(app: &App, caller: &Caller, tool: ToolId) -> Result<BTreeSet<String>, Fault> {
    Ok(app.store().secrets_of_tool(caller.org_id, tool).await?.into_iter().collect())
}

/// Makes a tool together with secrets of its own. It may name other secrets that are not set yet; a warning says so.
pub async fn create_with(
    app: &App,
    caller: &Caller,
    spec: ToolSpec,
    secrets: Vec<OwnSecret>,
) -> Result<Upserted, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let order =
        Order { declared: compile::names_in(&spec)?, own: seal(app, caller, secrets).await?, ..Order::default() };
    Box::pin(insert(app, caller, spec, order)).await
}

/// Brings a tool to another state together with secrets of its own.
pub async fn update_with(
    app: &App,
    caller: &Caller,
    tool: ToolId,
    spec: ToolSpec,
    secrets: Vec<OwnSecret>,
) -> Result<Upserted, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let current = read::find(app, caller, &tool.to_string()).await?;
    let own = seal(app, caller, secrets).await?;
    let order = Order { declared: compile::names_in(&spec)?, own: own.clone(), ..Order::default() };
    let saved = Box::pin(update(app, caller, current, spec, order)).await?;
    if saved.action == Action::Unchanged && !own.is_empty() {
        // The template is the same; only the value behind it is another.
        let entries = entries(app, caller, &own, tool);
        app.store()
            .write((own, entries), move |(own, entries), tx| {
                Box::pin(async move {
                    for row in own.iter() {
                        tx.put_tool_secret(row, tool).await?;
                    }
                    for entry in entries.iter() {
                        tx.append_audit(entry).await?;
                    }
                    Ok(())
                })
            })
            .await?;
        app.vault().invalidate(caller.org_id);
        app.tools().forget(caller.org_id);
    }
    Ok(saved)
}

async fn seal(app: &App, caller: &Caller, secrets: Vec<OwnSecret>) -> Result<Vec<SecretRow>, Fault> {
    if let Some(first) = secrets.first()
        && require(caller, Right::Configure, Scope::Admin).is_err()
    {
        return Err(Fault::forbidden(format!(
            "only administrators put credentials into the vault; name one that is there, such as `${{{}}}`, instead of writing it out",
            first.name
        )));
    }
    let mut rows = Vec::with_capacity(secrets.len());
    for secret in secrets {
        let sealed = app.vault().seal_secret(caller.org_id, None, &secret.name, secret.value, caller.user_id);
        rows.push(sealed.await?);
    }
    Ok(rows)
}

/// What the audit log says of secrets that come with a tool. Which values they are is nobody's business.
pub(super) fn entries(app: &App, caller: &Caller, own: &[SecretRow], tool: ToolId) -> Vec<AuditEntry> {
    let entry = |row: &SecretRow| {
        let details = audit::between(json!({ "tool_id": tool }), &(), &json!({ "name": row.name }));
        audit::entry(app, caller, "secret.set", "secret", &row.name, details)
    };
    own.iter().map(entry).collect()
}

/// The tool's own secrets that nobody else names: what goes when it goes.
pub(super) async fn alone_in(app: &App, tool: &Tool) -> Result<Vec<String>, Fault> {
    let org = tool.organization_id;
    let mut own = app.store().secrets_of_tool(org, tool.id).await?;
    if own.is_empty() {
        return Ok(own);
    }
    for other in app.store().all_tools_of(org).await?.into_iter().filter(|other| other.id != tool.id) {
        let named = compile::names_in(&other.spec)?;
        own.retain(|name| !named.contains(name) && !signs(&other.spec, name));
    }
    let overrides = app.store().some_overrides(org, MOST_OVERRIDES).await?;
    own.retain(|name| !overrides.iter().any(|text| text.contains(name.as_str())));
    for row in app.store().alert_rules(org, &PageRequest::first(MAX_LIMIT)).await?.items {
        for target in &row.rule.spec.notify {
            if let Target::Webhook { secret: Some(used), .. } = target {
                own.retain(|name| name != used);
            }
        }
    }
    Ok(own)
}

/// Whether a tool's webhook is signed with the secret, which is then named without a template.
fn signs(spec: &ToolSpec, name: &str) -> bool {
    let hook = spec.policy.approval.rule().and_then(|rule| rule.webhook.as_ref());
    hook.and_then(|hook| hook.secret.as_deref()) == Some(name)
}
