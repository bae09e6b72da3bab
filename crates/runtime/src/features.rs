//! Feature flags: something new, switched on for an organization, or for a share of its executions.
//!
//! A flag is known here or it does not exist. What an organization set wins over what holds for all, and that over the
//! flag's default. The kinds of tools have one each, `kind.system` for example: at 0 such a tool can neither be saved nor
//! called nor is it told to a model; in between, the execution's id decides, so that a share of executions has it.

use std::collections::BTreeMap;

use callwright_model::{
    Fault, Timestamp,
    account::{Caller, Right, Scope},
    id::{ExecutionId, OrgId},
    tool::Kind,
};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::{App, app::require, audit};

/// A flag that is known.
struct Known {
    name: &'static str,
    about: &'static str,
    kind: Kind,
    /// The share where nobody says.
    percent: u8,
}

const FLAGS: [Known; 7] = [
    Known {
        name: "kind.system",
        about: "Tools of the kind `system`: end a call, transfer it, send tones",
        kind: Kind::System,
        percent: 100,
    },
    Known {
        name: "kind.python",
        about: "Tools of the kind `python`: functions that run in the sandbox",
        kind: Kind::Python,
        percent: 100,
    },
    Known {
        name: "kind.business",
        about: "Tools of the kind `business`: calculator, tasks, calendar and the others that come with the program",
        kind: Kind::Business,
        percent: 100,
    },
    Known {
        name: "kind.client",
        about: "Tools of the kind `client`: functions in the program of whoever holds the conversation",
        kind: Kind::Client,
        percent: 100,
    },
    Known {
        name: "kind.agent",
        about: "Tools of the kind `agent`: agents called as tools",
        kind: Kind::Agent,
        percent: 100,
    },
    Known {
        name: "kind.workflow",
        about: "Tools of the kind `workflow`: workflows called as tools",
        kind: Kind::Workflow,
        percent: 100,
    },
    Known {
        name: "kind.mcp",
        about: "Tools of the kind `mcp`: tools of registered MCP servers",
        kind: Kind::Mcp,
        percent: 100,
    },
];

/// Who said how a flag stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SetBy {
    /// Nobody; it is the default.
    Default,
    /// The operator, for all organizations.
    All,
    /// An administrator of this organization.
    Organization,
}

/// A flag as it stands for an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Feature {
    /// Its name.
    pub flag: String,
    /// What it switches.
    pub about: String,
    /// For how many of a hundred executions it is on.
    pub percent: u8,
    /// What holds where nobody says.
    pub default_percent: u8,
    /// Who said so.
    pub set_by: SetBy,
    /// When it was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<Timestamp>,
}

/// How the flags stand for the caller's organization.
pub async fn list(app: &App, caller: &Caller) -> Result<Vec<Feature>, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    state(app, caller.org_id).await
}

/// Sets flags of the caller's organization: to a share of 0 to 100, or back to what holds for all with `None`.
pub async fn set(app: &App, caller: &Caller, flags: BTreeMap<String, Option<u8>>) -> Result<Vec<Feature>, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    for (name, percent) in &flags {
        if !FLAGS.iter().any(|known| known.name == name) {
            let known = FLAGS.map(|known| known.name).join("`, `");
            return Err(Fault::invalid(name, format!("`{name}` is not a feature; there is `{known}`")));
        }
        if percent.is_some_and(|percent| percent > 100) {
            return Err(Fault::invalid(name, format!("`{name}` must be a share of 0 to 100, or null")));
        }
    }
    let entry = audit::entry(app, caller, "feature.set", "organization", caller.org_id, json!({ "flags": flags }));
    let (org, by, now) = (caller.org_id, caller.user_id, app.clock().now());
    app.store()
        .write((flags, entry), move |(flags, entry), tx| {
            Box::pin(async move {
                for (flag, percent) in flags {
                    match percent {
                        Some(percent) => tx.set_feature(org, flag, i64::from(*percent), by, now).await?,
                        None => tx.reset_feature(org, flag).await?,
                    }
                }
                tx.append_audit(entry).await
            })
        })
        .await?;
    app.tools().forget(org);
    state(app, org).await
}

async fn state(app: &App, org: OrgId) -> Result<Vec<Feature>, Fault> {
    let rows = app.store().features(org).await?;
    let features = FLAGS.iter().map(|known| {
        let of = |own: bool| rows.iter().find(|row| row.flag == known.name && row.org_id.is_some() == own);
        let (row, set_by) = match (of(true), of(false)) {
            (Some(row), _) => (Some(row), SetBy::Organization),
            (None, Some(row)) => (Some(row), SetBy::All),
            (None, None) => (None, SetBy::Default),
        };
        let percent = row.map_or(known.percent, |row| row.percent.clamp(0, 100) as u8);
        Feature {
            flag: known.name.to_owned(),
            about: known.about.to_owned(),
            percent,
            default_percent: known.percent,
            set_by,
            updated_at: row.map(|row| row.updated_at),
        }
    });
    Ok(features.collect())
}

/// For how many of a hundred executions tools of `kind` are on; all of them when the kind has no flag.
pub(crate) async fn share(app: &App, org: OrgId, kind: Kind) -> Result<u8, Fault> {
    let Some(known) = FLAGS.iter().find(|known| known.kind == kind) else { return Ok(100) };
    let state = state(app, org).await?;
    Ok(state.iter().find(|feature| feature.flag == known.name).map_or(known.percent, |feature| feature.percent))
}

/// The kinds that are switched off altogether.
pub(crate) async fn kinds_off(app: &App, org: OrgId) -> Result<Vec<Kind>, Fault> {
    let state = state(app, org).await?;
    let off = |known: &&Known| state.iter().any(|feature| feature.flag == known.name && feature.percent == 0);
    Ok(FLAGS.iter().filter(off).map(|known| known.kind).collect())
}

/// Refuses to save a tool of a kind that is switched off altogether.
pub(crate) async fn check_kind(app: &App, org: OrgId, kind: Kind) -> Result<(), Fault> {
    if share(app, org, kind).await? > 0 {
        return Ok(());
    }
    let kind = kind.as_str();
    let message = format!(
        "`kind`: tools of the kind `{kind}` are switched off for this organization; an administrator can set the feature `kind.{kind}`"
    );
    Err(Fault::invalid("kind", message))
}

/// Whether an execution is among the `share` of a hundred that have the kind. The same execution always is, or never.
pub(crate) fn admits(share: u8, kind: Kind, execution: ExecutionId) -> bool {
    if share >= 100 {
        return true;
    }
    let mut hasher = Sha256::new();
    hasher.update(kind.as_str().as_bytes());
    hasher.update(execution.raw().to_be_bytes());
    let digest = hasher.finalize();
    let number = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    number % 100 < u32::from(share)
}

#[cfg(test)]
mod tests {
    use callwright_model::IdSource;

    use super::*;

    #[test]
    fn a_share_is_about_that_share_and_always_the_same() {
        let ids = IdSource::default();
        let executions: Vec<ExecutionId> = (0..2_000).map(|_| ids.next()).collect();
        let admitted = |share: u8| executions.iter().filter(|id| admits(share, Kind::System, **id)).count();
        assert_eq!((admitted(0), admitted(100)), (0, 2_000));
        assert!((400..600).contains(&admitted(25)), "{}", admitted(25));
        assert_eq!(admitted(25), admitted(25));
        let grows = |id: &ExecutionId| !admits(25, Kind::System, *id) || admits(50, Kind::System, *id);
        assert!(executions.iter().all(grows), "a larger share keeps those that had it");
    }
}
