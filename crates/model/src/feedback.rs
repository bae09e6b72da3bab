//! What people thought of runs, and what is proposed to come of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Timestamp,
    id::{AgentDraftId, AgentId, FeedbackId, OrgId, RunId, UserId},
};

/// How a rating is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// -1 or 1.
    Thumbs,
    /// 1 to 5.
    Stars,
}

impl Scale {
    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Thumbs => "thumbs",
            Self::Stars => "stars",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Thumbs, Self::Stars].into_iter().find(|scale| scale.as_str() == text)
    }

    /// The scale of a rating that does not say: only stars go above 1.
    pub const fn of(rating: i64) -> Self {
        if rating > 1 { Self::Stars } else { Self::Thumbs }
    }

    /// Whether there is such a rating.
    pub const fn has(self, rating: i64) -> bool {
        match self {
            Self::Thumbs => rating == -1 || rating == 1,
            Self::Stars => rating >= 1 && rating <= 5,
        }
    }

    /// A rating on one scale for all, in thousandths from -1000 to 1000.
    pub const fn score(self, rating: i64) -> i64 {
        match self {
            Self::Thumbs => rating * 1_000,
            Self::Stars => (rating - 3) * 500,
        }
    }
}

/// What a user thought of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Feedback {
    /// Its id.
    pub id: FeedbackId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// The run.
    pub run_id: RunId,
    /// The agent of the run.
    pub agent_id: AgentId,
    /// Who said it.
    pub user_id: UserId,
    /// How good it was.
    pub rating: i64,
    /// How the rating is meant.
    pub scale: Scale,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// What the answer should have been.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<String>,
    /// When it was first said.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Feedback of one week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FeedbackWeek {
    /// When the week began: Monday, 0:00 UTC.
    pub week: Timestamp,
    /// How much there was.
    pub count: i64,
    /// The average rating, -1 to 1.
    pub average: f64,
}

/// What all feedback on an agent comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FeedbackSummary {
    /// How much there is.
    pub count: i64,
    /// The average rating, -1 (bad) to 1 (good): three stars are 0. Absent while there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub average: Option<f64>,
    /// How many liked it: a thumb up, or more than three stars.
    pub liked: i64,
    /// How many did not.
    pub disliked: i64,
    /// The last weeks in which there was any, oldest first; at most 26.
    pub weeks: Vec<FeedbackWeek>,
}

/// Where a draft stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgentDraftState {
    /// It waits for a person.
    Open,
    /// They are the agent's instructions, or were.
    Accepted,
    /// Nobody wanted it.
    Rejected,
}

impl AgentDraftState {
    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Open, Self::Accepted, Self::Rejected].into_iter().find(|state| state.as_str() == text)
    }
}

/// Instructions that an agent's model proposed from feedback. They are not the agent's until a person accepts them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgentDraft {
    /// Its id.
    pub id: AgentDraftId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// The agent.
    pub agent_id: AgentId,
    /// Who asked for it.
    pub user_id: UserId,
    /// The agent's instructions when it was proposed.
    pub base: String,
    /// What is proposed instead.
    pub instructions: String,
    /// Why, as the model says.
    pub reasoning: String,
    /// The feedback that it was made from.
    pub feedback: Vec<FeedbackId>,
    /// The model that proposed it.
    pub model: String,
    /// Where it stands.
    pub state: AgentDraftState,
    /// Who decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<UserId>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// When it was proposed.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_scales_come_to_one() {
        assert_eq!((Scale::Thumbs.score(-1), Scale::Thumbs.score(1)), (-1_000, 1_000));
        assert_eq!([1, 2, 3, 4, 5].map(|stars| Scale::Stars.score(stars)), [-1_000, -500, 0, 500, 1_000]);
        assert_eq!((Scale::of(-1), Scale::of(1), Scale::of(2)), (Scale::Thumbs, Scale::Thumbs, Scale::Stars));
        assert!(Scale::Stars.has(1) && !Scale::Stars.has(-1) && !Scale::Thumbs.has(2) && !Scale::Thumbs.has(0));
    }
}
