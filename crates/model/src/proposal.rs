//! Changes that wait for the agreement of another person.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Timestamp,
    id::{OrgId, ProposalId, ToolId, UserId},
    tool::ToolSpec,
};

/// What it is about a change that somebody else has to agree to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProposalKind {
    /// Other organizations may see and copy the tool from then on.
    Publish,
    /// The tool does from then on what cannot be undone.
    Destructive,
    /// Both.
    PublishDestructive,
}

impl ProposalKind {
    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Destructive => "destructive",
            Self::PublishDestructive => "publish_destructive",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Publish, Self::Destructive, Self::PublishDestructive].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    /// Waiting for somebody to agree.
    Open,
    /// Agreed to, and carried out.
    Approved,
    /// Refused.
    Rejected,
    /// Taken back by who made it, or replaced by a newer one of theirs.
    Withdrawn,
    /// The tool was changed meanwhile.
    Stale,
}

impl ProposalState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Open, Self::Approved, Self::Rejected, Self::Withdrawn, Self::Stale];

    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Stale => "stale",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A change that waits, or waited, for the agreement of another person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Proposal {
    /// Its id.
    pub id: ProposalId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// What there is to agree to.
    pub kind: ProposalKind,
    /// The tool; one that is yet to be made gets this id.
    pub tool_id: ToolId,
    /// The tool's name.
    pub tool: String,
    /// The revision that the change was made from; `null` for a tool that is yet to be made.
    pub base_revision: Option<i64>,
    /// The tool as it is wanted.
    pub spec: ToolSpec,
    /// Who made it.
    pub user_id: UserId,
    /// Why.
    pub note: Option<String>,
    /// Where it stands.
    pub state: ProposalState,
    /// Who decided.
    pub decided_by: Option<UserId>,
    /// What they said.
    pub decision_note: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
}

/// What an organization demands before a tool is made public or destructive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Publishing {
    /// Two people, also when the first has the right: nobody does it alone.
    pub four_eyes: bool,
}
