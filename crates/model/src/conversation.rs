//! Conversations: live sessions of voice and chat clients with an agent.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Object, Timestamp,
    chat::Usage,
    credit::Credits,
    id::{AgentId, ConversationId, OrgId, ThreadId, UserId},
};

/// Where a conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConversationState {
    /// A client holds it, or may come back.
    Live,
    /// It is over.
    Ended,
}

impl ConversationState {
    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Ended => "ended",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Live, Self::Ended].into_iter().find(|state| state.as_str() == text)
    }
}

/// Why a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The client said goodbye.
    Client,
    /// The agent ended it.
    Agent,
    /// Nobody said anything for too long.
    IdleTimeout,
    /// It lasted as long as one may.
    MaxDurationExceeded,
    /// The client went away and did not come back.
    ClientGone,
    /// The client did not keep to the protocol, or wrote more than one may.
    PolicyViolation,
    /// Whoever talked may not any more.
    NotAllowed,
}

impl EndReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [
        Self::Client,
        Self::Agent,
        Self::IdleTimeout,
        Self::MaxDurationExceeded,
        Self::ClientGone,
        Self::PolicyViolation,
        Self::NotAllowed,
    ];

    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Agent => "agent",
            Self::IdleTimeout => "idle_timeout",
            Self::MaxDurationExceeded => "max_duration_exceeded",
            Self::ClientGone => "client_gone",
            Self::PolicyViolation => "policy_violation",
            Self::NotAllowed => "not_allowed",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

/// How a conversation went, as far as that is known without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TalkOutcome {
    /// Everything that was asked was answered.
    Success,
    /// An answer failed, and it was the last.
    Failure,
    /// Nothing was asked, or an answer was never given.
    Unknown,
}

impl TalkOutcome {
    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Success, Self::Failure, Self::Unknown].into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// A tool, and how often a conversation used it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ToolUse {
    /// The tool's name.
    pub name: String,
    /// How often it was called.
    pub count: u64,
    /// How often it failed.
    pub failed: u64,
}

/// A live session of a voice or chat client with an agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// The agent that talks now; it changes when another takes over.
    pub agent_id: AgentId,
    /// That agent's name.
    pub agent_name: String,
    /// What is said.
    pub thread_id: ThreadId,
    /// With whose rights the agent works: those of whoever talks, or of whoever made a public agent.
    pub user_id: UserId,
    /// Whether nobody knows who talks.
    pub is_public: bool,
    /// The client, as it names itself, for example `python_sdk`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The user, as the client names them. Nobody has checked that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_user_id: Option<String>,
    /// What the client sent as dynamic variables. Nobody has checked them.
    #[schema(value_type = Object)]
    pub dynamic_variables: Object,
    /// Where it stands.
    pub state: ConversationState,
    /// Why it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<EndReason>,
    /// How it went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<TalkOutcome>,
    /// Tokens that it used.
    pub usage: Usage,
    /// What it cost, where operations are paid for.
    pub credits: Credits,
    /// How many messages were said and told.
    pub message_count: i64,
    /// The tools that it used, by name.
    pub tools: Vec<ToolUse>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// How long it lasted, in seconds; while it is live, how long it has lasted when a client was last seen.
    pub duration_s: u64,
}
