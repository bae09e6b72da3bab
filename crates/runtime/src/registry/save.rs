//! Carrying a change of a tool out: its version, its checks, who has to agree, whom it reaches, and one transaction.

use std::collections::BTreeSet;

use callwright_model::{
    Fault,
    account::Caller,
    credit::Operation,
    proposal::Proposal,
    tool::{
        Config, Tool, ToolSpec,
        release::{Bump, ToolChange},
    },
};
use callwright_store::{audit::AuditEntry, proposal::Decision, secret::SecretRow, tool::Follower};
use semver::Version;
use serde_json::json;

use super::{
    bump, compile,
    diff::{Change, changes},
    follow, own, sharing,
    write::{Action, Upserted},
};
use crate::{App, agents, audit, control, credits, features, library::Origin, mcp, proposals, workflow};

/// The version of a tool that says nothing.
const FIRST: Version = Version::new(1, 0, 0);

/// How a change is to be carried out.
#[derive(Debug, Default)]
pub struct Saving {
    /// Only say what would happen.
    pub dry_run: bool,
    /// Why, for the history.
    pub note: Option<String>,
    /// Refuse a major change that reaches agents.
    pub refuse_breaking: bool,
}

/// The same with what only this crate decides.
#[derive(Default)]
pub(crate) struct Order {
    /// What was asked for.
    pub(crate) saving: Saving,
    /// It came from the draft, which goes with it.
    pub(crate) from_draft: bool,
    /// Somebody agreed to it.
    pub(crate) agreed: Option<(Proposal, Decision)>,
    /// Where it was copied from. A copy may name secrets that are not set yet.
    pub(crate) origin: Option<Origin>,
    /// Secrets that it may name although they are not set yet.
    pub(crate) declared: BTreeSet<String>,
    /// Secrets of its own, kept in the same transaction.
    pub(crate) own: Vec<SecretRow>,
    /// It was written for somewhere else and may name agents that are not there yet.
    pub(crate) copied: bool,
}

impl Order {
    /// The secrets that the tool may name before they are set.
    fn accepted(&self, spec: &ToolSpec) -> Result<BTreeSet<String>, Fault> {
        // What was agreed to was accepted when it was proposed.
        let is_accepted = self.origin.is_some() || self.agreed.is_some();
        let mut names = if is_accepted { compile::names_in(spec)? } else { self.declared.clone() };
        names.extend(self.own.iter().map(|row| row.name.clone()));
        Ok(names)
    }

    fn is_copy(&self) -> bool {
        self.copied || self.origin.is_some() || self.agreed.is_some()
    }

    /// A proposal holds no credentials, so what another person must agree to first cannot bring any.
    fn refuse_own(&self) -> Result<(), Fault> {
        match self.own.first() {
            None => Ok(()),
            Some(row) => Err(Fault::conflict(
                "needs_agreement",
                format!(
                    "another person must agree to this tool first, and a proposal holds no credentials: set the secret `{}` and name it",
                    row.name
                ),
            )),
        }
    }
}

impl From<Saving> for Order {
    fn from(saving: Saving) -> Self {
        Self { saving, ..Self::default() }
    }
}

/// What is written together.
struct Commit {
    tool: Tool,
    expected: Option<i64>,
    order: Order,
    change: Option<(ToolChange, Vec<Follower>)>,
    entries: Vec<AuditEntry>,
}

pub(crate) async fn insert(app: &App, caller: &Caller, mut spec: ToolSpec, order: Order) -> Result<Upserted, Fault> {
    spec.adopt();
    mcp::complete(app, caller, None, &mut spec).await?;
    let now = app.clock().now();
    let (id, user_id) = match &order.agreed {
        Some((proposal, _)) => (proposal.tool_id, proposal.user_id),
        None => (app.ids().next(), caller.user_id),
    };
    let wanted = spec.clone();
    let mut tool =
        Tool { id, organization_id: caller.org_id, user_id, spec, revision: 1, created_at: now, updated_at: now };
    tool.spec.version.get_or_insert_with(|| FIRST.to_string());
    let mut warnings = check(app, caller, &tool, order.accepted(&tool.spec)?).await?;
    warnings.extend(control::check(app, caller, &tool.spec, order.is_copy()).await?);
    let after = serde_json::to_value(&tool.spec).map_err(Fault::internal)?;
    let diff = changes(&json!({}), &after);
    let mut upserted =
        Upserted { action: Action::Created, tool: tool.clone(), diff, warnings, bump: None, proposal: None };
    if order.agreed.is_none()
        && let Some(kind) = proposals::needed(app, caller, None, &tool.spec).await?
    {
        order.refuse_own()?;
        upserted.action = Action::Proposed;
        if !order.saving.dry_run {
            upserted.proposal = Some(proposals::make(app, caller, kind, &tool, None, wanted, order.saving.note).await?);
        }
        return Ok(upserted);
    }
    if !order.saving.dry_run {
        let details = audit::between(json!({ "name": tool.spec.name }), &(), &tool.spec);
        let mut entries = own::entries(app, caller, &order.own, tool.id);
        entries.push(audit::entry(app, caller, "tool.create", "tool", tool.id, details));
        Box::pin(commit(app, caller, Commit { tool, expected: None, order, change: None, entries })).await?;
    }
    Ok(upserted)
}

pub(crate) async fn update(
    app: &App,
    caller: &Caller,
    current: Tool,
    mut spec: ToolSpec,
    order: Order,
) -> Result<Upserted, Fault> {
    spec.adopt();
    mcp::complete(app, caller, Some(&current.spec), &mut spec).await?;
    if order.agreed.is_none() {
        sharing::check_change(app, caller, &current, &spec).await?;
    }
    let wanted = spec.clone();
    let Some(next) = next_state(&current, spec)? else {
        return Ok(Upserted {
            action: Action::Unchanged,
            tool: current,
            diff: Vec::new(),
            warnings: Vec::new(),
            bump: None,
            proposal: None,
        });
    };
    let tool =
        Tool { spec: next.spec, revision: current.revision + 1, updated_at: app.clock().now(), ..current.clone() };
    // What the tool names already stays accepted, also while the secret is not there.
    let mut accepted = order.accepted(&tool.spec)?;
    accepted.extend(compile::names_in(&current.spec)?);
    let mut warnings = check(app, caller, &tool, accepted).await?;
    warnings.extend(control::check(app, caller, &tool.spec, order.is_copy()).await?);
    warnings.extend(next.warning);
    let bump = next.bump;
    let reached = follow::reached(app, caller.org_id, &tool).await?;
    warnings.extend(follow::warning(&bump, &reached));
    let mut upserted = Upserted {
        action: Action::Updated,
        tool: tool.clone(),
        diff: next.diff,
        warnings,
        bump: Some(bump.clone()),
        proposal: None,
    };
    if order.agreed.is_none()
        && let Some(kind) = proposals::needed(app, caller, Some(&current.spec), &tool.spec).await?
    {
        order.refuse_own()?;
        upserted.action = Action::Proposed;
        if !order.saving.dry_run {
            let base = Some(current.revision);
            upserted.proposal =
                Some(proposals::make(app, caller, kind, &current, base, wanted, order.saving.note).await?);
        }
        upserted.tool = current;
        return Ok(upserted);
    }
    if order.saving.refuse_breaking
        && let Some(message) = follow::warning(&bump, &reached)
    {
        return Err(Fault::conflict("breaking_change", message).with_details(json!({ "bump": bump })));
    }
    if !order.saving.dry_run {
        let details = json!({
            "name": tool.spec.name, "revision": tool.revision, "version": tool.spec.version, "level": bump.level,
        });
        let details = audit::between(details, &current.spec, &tool.spec);
        let mut entries = own::entries(app, caller, &order.own, tool.id);
        entries.push(audit::entry(app, caller, "tool.update", "tool", tool.id, details));
        let change = follow::change(&current, &tool, &bump, caller.user_id);
        let change = Some((change, reached));
        let expected = Some(current.revision);
        Box::pin(commit(app, caller, Commit { tool, expected, order, change, entries })).await?;
    }
    Ok(upserted)
}

/// A tool's next state with its version, and how it came to that.
struct Next {
    spec: ToolSpec,
    bump: Bump,
    diff: Vec<Change>,
    warning: Option<String>,
}

/// `None`: it is the state already. A version that is the current one counts as not said, so that a tool can be read,
/// changed and saved.
fn next_state(current: &Tool, mut spec: ToolSpec) -> Result<Option<Next>, Fault> {
    let json = |spec: &ToolSpec| serde_json::to_value(spec).map_err(Fault::internal);
    let old = current.spec.version.clone();
    let old_version = old.as_deref().and_then(|text| Version::parse(text).ok()).unwrap_or(FIRST);
    let said = spec.version.take().filter(|said| Some(said) != old.as_ref());
    let said_version = said.as_deref().and_then(|text| Version::parse(text).ok());
    let before = ToolSpec { version: None, ..current.spec.clone() };
    let mut diff = changes(&json(&before)?, &json(&spec)?);
    let is_lower = said_version.as_ref().is_some_and(|said| *said <= old_version);
    if diff.is_empty() && (said.is_none() || is_lower) {
        return Ok(None);
    }
    let bump = bump::between(&before, &spec);
    let computed = bump::next(&old_version, bump.level);
    let mut warning = None;
    spec.version = match (said, said_version) {
        (None, _) => Some(computed.to_string()),
        (Some(said), Some(version)) if !is_lower => {
            if version < computed {
                warning = Some(format!(
                    "`version` {said} is less than this {} change asks for, which is {computed}",
                    bump.level.as_str()
                ));
            }
            Some(said)
        }
        (Some(said), Some(_)) => {
            let message = format!(
                "`version` is {said}, but the tool is at {old_version} already; give a higher one, or none to have {computed}"
            );
            return Err(Fault::invalid("version", message));
        }
        // No version at all: the checks say so.
        (Some(said), None) => Some(said),
    };
    diff.push(Change {
        path: "version".to_owned(),
        from: old.map(Into::into),
        to: spec.version.clone().map(Into::into),
    });
    Ok(Some(Next { spec, bump, diff, warning }))
}

async fn commit(app: &App, caller: &Caller, mut commit: Commit) -> Result<(), Fault> {
    if let Some((proposal, decision)) = &commit.order.agreed {
        let details = json!({ "tool": proposal.tool, "kind": proposal.kind, "note": decision.note });
        commit.entries.push(audit::entry(app, caller, "proposal.approve", "proposal", proposal.id, details));
    }
    let change = commit.change.clone();
    let install = commit.order.origin.as_ref().map(|origin| origin.row(app, caller, commit.tool.id));
    let operation = if commit.expected.is_some() { Operation::ToolUpdate } else { Operation::ToolCreate };
    let charge = credits::charge(app, caller, operation, commit.tool.id);
    let by = caller.user_id;
    let has_own = !commit.order.own.is_empty();
    Box::pin(app.store().write((commit, install, charge), move |(commit, install, charge), tx| {
        Box::pin(async move {
            let (tool, note) = (&commit.tool, commit.order.saving.note.as_deref());
            // First what locks only rows of this organization; others wait for the counter that comes with the tool.
            if let Some((_, decision)) = &commit.order.agreed {
                tx.decide_proposal(tool.organization_id, decision).await?;
            }
            if commit.order.from_draft {
                tx.delete_draft(tool.organization_id, tool.id).await?;
            }
            if let Some((change, agents)) = &commit.change {
                let agents: Vec<_> = agents.iter().map(|agent| agent.id).collect();
                tx.announce_change(&agents, change).await?;
            }
            match commit.expected {
                Some(expected) => tx.update_tool(tool, expected, note, by).await?,
                None => tx.create_tool(tool, note, by).await?,
            }
            for row in &commit.order.own {
                tx.put_tool_secret(row, tool.id).await?;
            }
            if let Some(install) = install {
                tx.put_install(install).await?;
            }
            for entry in &commit.entries {
                tx.append_audit(entry).await?;
            }
            match charge {
                Some(charge) => tx.charge(charge).await,
                None => Ok(()),
            }
        })
    }))
    .await?;
    if has_own {
        app.vault().invalidate(caller.org_id);
    }
    app.tools().forget(caller.org_id);
    if let Some((change, agents)) = change {
        follow::announce(app, caller.org_id, change, agents);
    }
    Ok(())
}

/// Whether the tool can run, and what may surprise about it. It may name the `accepted` secrets before they are set.
pub(crate) async fn check(
    app: &App,
    caller: &Caller,
    tool: &Tool,
    mut accepted: BTreeSet<String>,
) -> Result<Vec<String>, Fault> {
    features::check_kind(app, caller.org_id, tool.spec.kind).await?;
    let secrets = app.vault().secret_names(caller.org_id).await?;
    accepted.extend(secrets.iter().cloned());
    let compiled = compile::compile(tool.clone(), Some(&accepted))?;
    let mut warnings = warnings(&tool.spec);
    warnings.extend(callwright_tools::python::check::check(app.python(), caller.org_id, &tool.spec).await?);
    for name in compiled.secrets.difference(&secrets) {
        warnings.push(format!(
            "the secret `{name}` is not set: calls fail with `secret_missing` until an administrator sets it (`callwright secret set {name}`)"
        ));
    }
    if let Some(missing) = nested_missing(app, caller, &tool.spec.config).await? {
        warnings.push(missing);
    }
    if let Some(config) = tool.spec.config.mcp() {
        warnings.extend(mcp::warning(app, caller.org_id, config).await?);
    }
    // Only a warning: what the guard lets through is the operator's setting, and may change.
    if let Some(Err(why)) = compiled.executor.base_url().map(|url| app.guard().check_url(url)) {
        warnings.push(format!("calls will be refused by the outbound guard: {why}"));
    }
    Ok(warnings)
}

/// An agent or a workflow that is not there yet: a tool may come before it.
async fn nested_missing(app: &App, caller: &Caller, config: &Config) -> Result<Option<String>, Fault> {
    let (what, name, is_there) = match config {
        Config::Agent(config) => {
            ("agent", &config.agent, agents::find(app, caller.org_id, &config.agent).await?.is_some())
        }
        Config::Workflow(config) => {
            ("workflow", &config.workflow, workflow::find(app, caller.org_id, &config.workflow).await?.is_some())
        }
        _ => return Ok(None),
    };
    Ok((!is_there).then(|| format!("there is no {what} `{name}` yet: calls fail with `not_found` until there is")))
}

fn warnings(spec: &ToolSpec) -> Vec<String> {
    let mut found = Vec::new();
    if spec.description.trim().is_empty() && spec.config.system().is_none() {
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

#[cfg(test)]
mod tests {
    use callwright_model::{IdSource, Timestamp, tool::release::Level};

    use super::*;

    fn tool(version: Option<&str>) -> Tool {
        let ids = IdSource::default();
        let mut spec: ToolSpec =
            serde_json::from_value(json!({"name": "t", "kind": "http", "config": {"url": "https://h/"}})).unwrap();
        spec.version = version.map(str::to_owned);
        let at = Timestamp::from_micros(1);
        Tool {
            id: ids.next(),
            organization_id: ids.next(),
            user_id: ids.next(),
            spec,
            revision: 4,
            created_at: at,
            updated_at: at,
        }
    }

    fn next(current: Option<&str>, said: Option<&str>, description: &str) -> Result<Option<Next>, Fault> {
        let tool = tool(current);
        let spec =
            ToolSpec { version: said.map(str::to_owned), description: description.to_owned(), ..tool.spec.clone() };
        next_state(&tool, spec)
    }

    #[test]
    fn a_version_that_is_said_must_be_higher_and_one_that_is_there_counts_as_not_said() {
        let version = |said, description| {
            next(Some("1.2.3"), said, description).map(|next| next.map(|next| next.spec.version.unwrap()))
        };
        assert_eq!(version(None, "").unwrap(), None);
        assert_eq!(version(Some("1.2.3"), "").unwrap(), None);
        assert_eq!(version(Some("1.0.0"), "").unwrap(), None, "a file that was applied before the tool went on");
        assert_eq!(version(None, "other").unwrap().as_deref(), Some("1.3.0"));
        assert_eq!(version(Some("1.2.3"), "other").unwrap().as_deref(), Some("1.3.0"));
        assert_eq!(version(Some("3.0.0"), "other").unwrap().as_deref(), Some("3.0.0"));
        assert_eq!(version(Some("1.4.0"), "").unwrap().as_deref(), Some("1.4.0"), "a version alone is a change");
        let lower = version(Some("1.0.0"), "other").unwrap_err();
        assert!(lower.message.contains("1.3.0") && lower.details.unwrap()["field"] == "version");
    }

    #[test]
    fn a_version_that_says_less_than_the_change_is_warned_of() {
        let small = next(Some("1.2.3"), Some("1.2.4"), "other").unwrap().unwrap();
        assert_eq!((small.bump.level, small.spec.version.as_deref()), (Level::Minor, Some("1.2.4")));
        assert!(small.warning.unwrap().contains("1.3.0"));
        assert_eq!(next(Some("1.2.3"), Some("1.3.0"), "other").unwrap().unwrap().warning, None);
    }
}
