//! The library: templates, public tools of other organizations, and bundles.
//!
//! Three ways by which a tool comes from elsewhere, and one rule for all of them: no credential travels. A tool that is
//! shown to others or written to a bundle has its secrets by name only, and what looks like a credential written out is
//! replaced by a name ([`credential`]). So a copy may name secrets that its new organization has not set yet: it is
//! saved, says so in its warnings, and calls of it fail with `secret_missing` until they are set. Where a copy came from
//! is noted with it ([`Origin`]), so that it can follow its source without losing edits ([`follow`]).

mod builtin;
pub mod bundle;
pub(crate) mod credential;
pub mod follow;
mod merge;
pub mod public;
pub mod template;

use callwright_model::{
    Fault,
    account::Caller,
    agent::Assignment,
    id::{OrgId, ToolId},
    proposal::Proposal,
    tool::{Tool, ToolSpec},
};
use callwright_store::library::{InstallRow, Source};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{
    App,
    agents::{self, AssignmentSpec},
    registry::{self, How, compile},
};

/// Where a copy comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Origin {
    /// What it is copied from.
    pub source: Source,
    /// Which one; see [`Source`].
    pub source_id: String,
    /// Whose it is, when it is another organization's.
    pub source_org: Option<OrgId>,
    /// Its semantic version.
    pub version: String,
    /// Its revision.
    pub revision: i64,
    /// The digest of what is taken over.
    pub sha256: String,
    /// What is taken over.
    pub base: ToolSpec,
}

impl Origin {
    /// The note to keep about the copy `tool`.
    pub(crate) fn row(&self, app: &App, caller: &Caller, tool: ToolId) -> InstallRow {
        let now = app.clock().now();
        InstallRow {
            id: app.ids().next(),
            org_id: caller.org_id,
            tool_id: tool,
            source: self.source,
            source_id: self.source_id.clone(),
            source_org_id: self.source_org,
            source_version: self.version.clone(),
            source_revision: self.revision,
            sha256: self.sha256.clone(),
            base: self.base.clone(),
            installed_by: caller.user_id,
            installed_at: now,
            updated_at: now,
        }
    }
}

/// A tool that was made of a template or of a public tool.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Copied {
    /// The tool.
    pub tool: Tool,
    /// The secrets that it names and that are not set yet.
    pub missing_secrets: Vec<String>,
    /// What works but may surprise.
    pub warnings: Vec<String>,
    /// How the agent has it, when one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment: Option<Assignment>,
    /// What somebody else has to agree to before the tool is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
}

/// SHA-256 of a tool, in hexadecimal digits. The order of fields does not matter.
pub(crate) fn digest(spec: &ToolSpec) -> Result<String, Fault> {
    let value = serde_json::to_value(spec).map_err(Fault::internal)?;
    let text = serde_json::to_string(&sorted(&value)).map_err(Fault::internal)?;
    Ok(Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect())
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
            fields.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(fields.into_iter().collect())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// Saves a copy, and gives it to an agent when one is named.
async fn save_copy(app: &App, caller: &Caller, spec: ToolSpec, how: How, agent: Option<&str>) -> Result<Copied, Fault> {
    // Before the tool is made: a name that is wrong should leave nothing behind.
    if let Some(agent) = agent
        && agents::find(app, caller.org_id, agent).await?.is_none()
    {
        return Err(Fault::not_found("agent", agent));
    }
    let dry_run = how.dry_run;
    let saved = registry::copy(app, caller, None, spec, how).await.map_err(taken)?;
    let missing_secrets = missing_secrets(app, caller, &saved.tool.spec).await?;
    let assignment = match agent.filter(|_| !dry_run && saved.action != registry::Action::Proposed) {
        Some(agent) => {
            let id = saved.tool.id.to_string();
            Some(agents::assign(app, caller, agent, &id, AssignmentSpec::default()).await?)
        }
        None => None,
    };
    Ok(Copied { tool: saved.tool, missing_secrets, warnings: saved.warnings, assignment, proposal: saved.proposal })
}

fn taken(mut fault: Fault) -> Fault {
    if fault.code == "name_taken" {
        fault.message = format!("{}; give another `name`", fault.message);
    }
    fault
}

/// The secrets that a tool names and that the organization has not set.
async fn missing_secrets(app: &App, caller: &Caller, spec: &ToolSpec) -> Result<Vec<String>, Fault> {
    let known = app.vault().secret_names(caller.org_id).await?;
    Ok(compile::names_in(spec)?.difference(&known).cloned().collect())
}
