//! Proposals: changes that wait for the agreement of another person, and when they are needed.

use callwright_model::{
    Timestamp,
    id::{OrgId, ProposalId, ToolId, UserId},
    page::{Page, PageRequest},
    proposal::{Proposal, ProposalKind, ProposalState, Publishing},
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::{Query, after_id},
    value::{self, Row, Value},
};

/// The most proposals of an organization that may be open at a time.
const MOST_OPEN: i64 = 500;

/// Which proposals to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProposalFilter {
    /// In this state.
    pub state: Option<ProposalState>,
    /// About this tool.
    pub tool_id: Option<ToolId>,
    /// Made by this user.
    pub user_id: Option<UserId>,
}

/// What became of a proposal.
#[derive(Debug, Clone)]
pub struct Decision {
    /// Which.
    pub id: ProposalId,
    /// Where it stands from now on.
    pub state: ProposalState,
    /// Who decided.
    pub by: UserId,
    /// What they said.
    pub note: Option<String>,
    /// When.
    pub at: Timestamp,
}

const PROPOSAL: &str = "SELECT id, org_id, kind, tool_id, tool_name, base_revision, spec, user_id, note, state, \
                        decided_by, decision_note, created_at, decided_at FROM proposal WHERE org_id = $1";

fn proposal(row: &Row) -> Result<Proposal> {
    let mut fields = row.fields("proposal");
    Ok(Proposal {
        id: fields.id("id")?,
        organization_id: fields.id("org_id")?,
        kind: fields.word("kind", ProposalKind::parse)?,
        tool_id: fields.id("tool_id")?,
        tool: fields.string("tool_name")?,
        base_revision: fields.opt_int("base_revision")?,
        spec: fields.json("spec")?,
        user_id: fields.id("user_id")?,
        note: fields.opt_string("note")?,
        state: fields.word("state", ProposalState::parse)?,
        decided_by: fields.opt_id("decided_by")?,
        decision_note: fields.opt_string("decision_note")?,
        created_at: fields.time("created_at")?,
        decided_at: fields.opt_time("decided_at")?,
    })
}

impl Tx<'_> {
    /// Adds a proposal. An open one by the same user for the same tool is withdrawn: the newer takes its place.
    ///
    /// # Errors
    /// Conflict `too_many_proposals`.
    pub async fn create_proposal(&mut self, proposal: &Proposal) -> Result<()> {
        let replaced = "UPDATE proposal SET state = 'withdrawn', decided_by = $3, decided_at = $5, decision_note = $6 \
                        WHERE org_id = $1 AND user_id = $3 AND state = 'open' \
                        AND (tool_id = $4 OR (base_revision IS NULL AND tool_name = $2))";
        let note = format!("replaced by {}", proposal.id);
        let of_same = params![
            proposal.organization_id,
            &proposal.tool,
            proposal.user_id,
            proposal.tool_id,
            proposal.created_at,
            note
        ];
        self.execute(replaced, &of_same).await?;
        let count = "SELECT COUNT(*) FROM proposal WHERE org_id = $1 AND state = 'open'";
        let open = self.fetch_optional(count, &params![proposal.organization_id]).await?;
        if open.map_or(Ok(0), |row| row.fields("proposal").int("count"))? >= MOST_OPEN {
            let message = format!("{MOST_OPEN} proposals are open already; decide or withdraw some first");
            return Err(Error::conflict("too_many_proposals", message));
        }
        let sql = "INSERT INTO proposal (id, org_id, kind, tool_id, tool_name, base_revision, spec, user_id, note, \
                   state, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let params = params![
            proposal.id,
            proposal.organization_id,
            Value::word(proposal.kind.as_str()),
            proposal.tool_id,
            &proposal.tool,
            proposal.base_revision,
            value::json(&proposal.spec)?,
            proposal.user_id,
            proposal.note.as_deref(),
            Value::word(proposal.state.as_str()),
            proposal.created_at,
        ];
        self.execute(sql, &params).await.map(drop)
    }

    /// Closes an open proposal.
    ///
    /// # Errors
    /// Conflict `proposal_decided` when it is not open any more.
    pub async fn decide_proposal(&mut self, org: OrgId, decision: &Decision) -> Result<()> {
        let sql = "UPDATE proposal SET state = $3, decided_by = $4, decision_note = $5, decided_at = $6 \
                   WHERE org_id = $1 AND id = $2 AND state = 'open'";
        let params = params![
            org,
            decision.id,
            Value::word(decision.state.as_str()),
            decision.by,
            decision.note.as_deref(),
            decision.at,
        ];
        if self.execute(sql, &params).await? == 0 {
            return Err(Error::conflict("proposal_decided", "the proposal is not open any more"));
        }
        Ok(())
    }

    /// Sets what an organization demands.
    pub async fn set_publishing(&mut self, org: OrgId, publishing: Publishing) -> Result<()> {
        let sql = "INSERT INTO org_publishing (org_id, four_eyes) VALUES ($1, $2) \
                   ON CONFLICT (org_id) DO UPDATE SET four_eyes = excluded.four_eyes";
        self.execute(sql, &params![org, publishing.four_eyes]).await.map(drop)
    }
}

impl Store {
    /// One proposal.
    pub async fn proposal(&self, org: OrgId, id: ProposalId) -> Result<Option<Proposal>> {
        self.fetch_optional(format!("{PROPOSAL} AND id = $2"), params![org, id], proposal).await
    }

    /// Proposals, newest first.
    pub async fn proposals(&self, org: OrgId, filter: &ProposalFilter, page: &PageRequest) -> Result<Page<Proposal>> {
        let mut query = Query::new(PROPOSAL, params![org]);
        query
            .and("state =", filter.state.map(|state| Value::word(state.as_str())))
            .and("tool_id =", filter.tool_id)
            .and("user_id =", filter.user_id)
            .and("id <", after_id::<callwright_model::id::kind::Proposal>(page)?)
            .push(" ORDER BY id DESC")
            .limit(page);
        let rows = self.fetch_query(query, proposal).await?;
        Ok(Page::from_rows(rows, page.limit, |proposal| vec![proposal.id.to_string()]))
    }

    /// What an organization demands before a tool is made public or destructive.
    pub async fn publishing(&self, org: OrgId) -> Result<Publishing> {
        let sql = "SELECT four_eyes FROM org_publishing WHERE org_id = $1";
        let four_eyes = self.fetch_optional(sql, params![org], |row| row.fields("org_publishing").flag("four_eyes"));
        Ok(Publishing { four_eyes: four_eyes.await?.unwrap_or_default() })
    }
}
