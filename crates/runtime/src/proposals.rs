//! Changes that need the agreement of another person: a tool that is shown to other organizations, or that does from
//! then on what cannot be undone.

use callwright_model::{
    Fault, FaultKind,
    account::{Caller, Right, Scope},
    id::ProposalId,
    page::{Page, PageRequest},
    proposal::{Proposal, ProposalKind, ProposalState, Publishing},
    tool::{Effect, Tool, ToolSpec, release::Bump},
};
use callwright_store::proposal::Decision;
pub use callwright_store::proposal::ProposalFilter;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    App,
    app::require,
    audit,
    registry::{self, Change, Saving, Upserted, bump, draft, save::Order},
};

/// A proposal with what it would change now.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProposalView {
    /// The proposal.
    pub proposal: Proposal,
    /// What it would change, field by field; for a new tool, every field.
    pub diff: Vec<Change>,
    /// How far the version would go up, and why; not for a new tool.
    pub bump: Option<Bump>,
    /// Whether the tool was changed since: then it cannot be approved.
    pub is_outdated: bool,
}

/// What the caller cannot do alone of the change from `before` to `after`.
pub(crate) async fn needed(
    app: &App,
    caller: &Caller,
    before: Option<&ToolSpec>,
    after: &ToolSpec,
) -> Result<Option<ProposalKind>, Fault> {
    let is_published = after.is_public && !before.is_some_and(|spec| spec.is_public);
    let was_destructive = before.is_some_and(|spec| spec.effect == Effect::Destructive);
    let kind = match (is_published, after.effect == Effect::Destructive && !was_destructive) {
        (true, true) => ProposalKind::PublishDestructive,
        (true, false) => ProposalKind::Publish,
        (false, true) => ProposalKind::Destructive,
        (false, false) => return Ok(None),
    };
    if caller.role.may(Right::Configure) && !app.store().publishing(caller.org_id).await?.four_eyes {
        return Ok(None);
    }
    Ok(Some(kind))
}

/// Keeps a change until somebody agrees. `tool` is as it is, or for a new one as it would be.
pub(crate) async fn make(
    app: &App,
    caller: &Caller,
    kind: ProposalKind,
    tool: &Tool,
    base_revision: Option<i64>,
    spec: ToolSpec,
    note: Option<String>,
) -> Result<Proposal, Fault> {
    let proposal = Proposal {
        id: app.ids().next(),
        organization_id: caller.org_id,
        kind,
        tool_id: tool.id,
        tool: tool.spec.name.clone(),
        base_revision,
        spec,
        user_id: caller.user_id,
        note,
        state: ProposalState::Open,
        decided_by: None,
        decision_note: None,
        created_at: app.clock().now(),
        decided_at: None,
    };
    let details = json!({ "tool": proposal.tool, "kind": kind, "base_revision": base_revision });
    // A version of its own is given when it is carried out.
    let before = base_revision.map(|_| ToolSpec { version: proposal.spec.version.clone(), ..tool.spec.clone() });
    let details = audit::between(details, &before, &proposal.spec);
    let entry = audit::entry(app, caller, "proposal.create", "proposal", proposal.id, details);
    app.store()
        .write((proposal.clone(), entry), |(proposal, entry), tx| {
            Box::pin(async move {
                tx.create_proposal(proposal).await?;
                tx.append_audit(entry).await
            })
        })
        .await?;
    Ok(proposal)
}

/// Proposals, newest first.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: &ProposalFilter,
    page: &PageRequest,
) -> Result<Page<Proposal>, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(app.store().proposals(caller.org_id, filter, page).await?)
}

/// One proposal, with what it would change.
pub async fn get(app: &App, caller: &Caller, id: ProposalId) -> Result<ProposalView, Fault> {
    require(caller, Right::View, Scope::Read)?;
    let proposal = found(app, caller, id).await?;
    let current = app.store().tool_by_id(caller.org_id, proposal.tool_id).await?;
    let is_outdated = current.as_ref().map(|tool| tool.revision) != proposal.base_revision;
    // Without a version of its own it would be given one; that is no change that somebody wants.
    let live = current.map(|tool| ToolSpec { version: proposal.spec.version.clone(), ..tool.spec });
    let (diff, bump) = match &live {
        Some(live) => (draft::between(live, &proposal.spec)?, Some(bump::between(live, &proposal.spec))),
        None => {
            let spec = serde_json::to_value(&proposal.spec).map_err(Fault::internal)?;
            (registry::changes(&json!({}), &spec), None)
        }
    };
    Ok(ProposalView { is_outdated: is_outdated && proposal.state == ProposalState::Open, proposal, diff, bump })
}

/// Agrees to a proposal and carries it out.
///
/// # Errors
/// Forbidden for who made it; Conflict `proposal_decided`, or `proposal_stale` when the tool was changed meanwhile.
pub async fn approve(app: &App, caller: &Caller, id: ProposalId, note: Option<String>) -> Result<Upserted, Fault> {
    let proposal = to_decide(app, caller, id).await?;
    let current = app.store().tool_by_id(caller.org_id, proposal.tool_id).await?;
    if current.as_ref().map(|tool| tool.revision) != proposal.base_revision {
        return Err(stale(app, caller, proposal, current).await?);
    }
    let decision = decision(app, caller, &proposal, ProposalState::Approved, note);
    let draft = app.store().draft(caller.org_id, proposal.tool_id).await?;
    let order = Order {
        saving: Saving { note: proposal.note.clone(), ..Saving::default() },
        from_draft: draft.is_some_and(|draft| draft.spec == proposal.spec),
        agreed: Some((proposal.clone(), decision)),
        ..Order::default()
    };
    let spec = proposal.spec.clone();
    let saved = match current {
        Some(tool) => Box::pin(registry::save::update(app, caller, tool, spec, order)).await,
        None => Box::pin(registry::save::insert(app, caller, spec, order)).await,
    };
    match saved {
        // Somebody was faster, or took the name.
        Err(fault) if matches!(fault.code, "revision_changed" | "name_taken") => {
            let current = app.store().tool_by_id(caller.org_id, proposal.tool_id).await?;
            Err(stale(app, caller, proposal, current).await?)
        }
        saved => saved,
    }
}

/// Refuses a proposal.
pub async fn reject(app: &App, caller: &Caller, id: ProposalId, note: Option<String>) -> Result<Proposal, Fault> {
    let proposal = to_decide(app, caller, id).await?;
    close(app, caller, proposal, ProposalState::Rejected, note).await
}

/// Takes one's own proposal back.
pub async fn withdraw(app: &App, caller: &Caller, id: ProposalId) -> Result<Proposal, Fault> {
    require(caller, Right::Build, Scope::ToolsWrite)?;
    let proposal = found(app, caller, id).await?;
    if proposal.user_id != caller.user_id && !caller.role.may(Right::Configure) {
        return Err(Fault::forbidden("only who made the proposal, or an administrator, can withdraw it"));
    }
    close(app, caller, proposal, ProposalState::Withdrawn, None).await
}

/// What the organization demands.
pub async fn publishing(app: &App, caller: &Caller) -> Result<Publishing, Fault> {
    require(caller, Right::View, Scope::Read)?;
    Ok(app.store().publishing(caller.org_id).await?)
}

/// Sets what the organization demands. To demand less takes an owner: else one pair of eyes could close the other.
pub async fn set_publishing(app: &App, caller: &Caller, publishing: Publishing) -> Result<Publishing, Fault> {
    require(caller, Right::Govern, Scope::Admin)?;
    let before = app.store().publishing(caller.org_id).await?;
    if before.four_eyes && !publishing.four_eyes {
        require(caller, Right::Own, Scope::Admin)?;
    }
    let details = audit::between(json!({}), &before, &publishing);
    let entry = audit::entry(app, caller, "organization.publishing", "organization", caller.org_id, details);
    app.store()
        .write((caller.org_id, publishing, entry), |(org, publishing, entry), tx| {
            Box::pin(async move {
                tx.set_publishing(*org, *publishing).await?;
                tx.append_audit(entry).await
            })
        })
        .await?;
    Ok(publishing)
}

async fn found(app: &App, caller: &Caller, id: ProposalId) -> Result<Proposal, Fault> {
    app.store().proposal(caller.org_id, id).await?.ok_or_else(|| Fault::not_found("proposal", id))
}

/// The proposal, when it is open and the caller is somebody else with the right.
async fn to_decide(app: &App, caller: &Caller, id: ProposalId) -> Result<Proposal, Fault> {
    require(caller, Right::Configure, Scope::Admin)?;
    let proposal = found(app, caller, id).await?;
    if proposal.user_id == caller.user_id {
        let message = "a proposal needs the agreement of another person than who made it";
        return Err(Fault::new(FaultKind::Forbidden, "own_proposal", message));
    }
    if proposal.state != ProposalState::Open {
        let message = format!("the proposal is {} already", proposal.state.as_str());
        return Err(Fault::conflict("proposal_decided", message));
    }
    Ok(proposal)
}

fn decision(app: &App, caller: &Caller, proposal: &Proposal, state: ProposalState, note: Option<String>) -> Decision {
    Decision { id: proposal.id, state, by: caller.user_id, note, at: app.clock().now() }
}

async fn close(
    app: &App,
    caller: &Caller,
    proposal: Proposal,
    state: ProposalState,
    note: Option<String>,
) -> Result<Proposal, Fault> {
    let decision = decision(app, caller, &proposal, state, note);
    let action = match state {
        ProposalState::Rejected => "proposal.reject",
        ProposalState::Stale => "proposal.stale",
        _ => "proposal.withdraw",
    };
    let details = json!({ "tool": proposal.tool, "kind": proposal.kind, "note": decision.note });
    let details = audit::between(details, &json!({ "state": proposal.state }), &json!({ "state": state }));
    let entry = audit::entry(app, caller, action, "proposal", proposal.id, details);
    let closed = Proposal {
        state,
        decided_by: Some(decision.by),
        decision_note: decision.note.clone(),
        decided_at: Some(decision.at),
        ..proposal
    };
    app.store()
        .write((caller.org_id, decision, entry), |(org, decision, entry), tx| {
            Box::pin(async move {
                tx.decide_proposal(*org, decision).await?;
                tx.append_audit(entry).await
            })
        })
        .await?;
    Ok(closed)
}

/// Closes a proposal whose tool went on without it; gives what to tell.
async fn stale(app: &App, caller: &Caller, proposal: Proposal, current: Option<Tool>) -> Result<Fault, Fault> {
    let message = match (&current, proposal.base_revision) {
        (Some(tool), Some(base)) => {
            format!("`{}` is at revision {} now, but the proposal was made from {base}", proposal.tool, tool.revision)
        }
        (None, Some(_)) => format!("the tool `{}` is gone", proposal.tool),
        _ => format!("there is a tool named `{}` by now", proposal.tool),
    };
    let diff = match (&current, proposal.base_revision) {
        (Some(tool), Some(base)) => match app.store().version(caller.org_id, tool.id, base).await? {
            Some(base) => draft::between(&base.spec, &tool.spec)?,
            None => Vec::new(),
        },
        _ => Vec::new(),
    };
    let details = json!({
        "base_revision": proposal.base_revision,
        "revision": current.map(|tool| tool.revision),
        "diff": diff,
    });
    close(app, caller, proposal, ProposalState::Stale, Some(message.clone())).await?;
    Ok(Fault::conflict("proposal_stale", format!("{message}; it has to be made again")).with_details(details))
}
