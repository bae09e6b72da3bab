//! What changes when a tool changes: how much its version goes up, who follows, and who is told.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ToolSpec;
use crate::{
    Timestamp,
    id::{AgentId, ToolId, UserId},
};

/// How much a change means to those who call a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Nothing that they would see.
    Patch,
    /// Something new, or something that behaves otherwise; what worked goes on working.
    Minor,
    /// What worked may not work any more.
    Major,
}

impl Level {
    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Patch, Self::Minor, Self::Major].into_iter().find(|level| level.as_str() == text)
    }
}

/// How a version goes up, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bump {
    /// The highest of the reasons.
    pub level: Level,
    /// Every change that counts, the weightiest first.
    pub because: Vec<Reason>,
}

/// One change and what it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// What it means by itself.
    pub level: Level,
    /// The field, dotted, for example `parameters.properties.date`.
    pub path: String,
    /// What happened to it, in words.
    pub what: String,
}

/// Which state of a tool an agent has.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Pin {
    /// This revision.
    Revision(i64),
    /// The latest revision whose version is this one (`1.2.3`) or in this range (`^1.2`, `~1.2.3`, `>=1, <3`).
    Version(String),
}

impl std::fmt::Display for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Revision(revision) => write!(f, "revision {revision}"),
            Self::Version(version) => f.write_str(version),
        }
    }
}

/// Which changes of a tool reach an agent by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Follow {
    /// All of them.
    All,
    /// Those that break nothing: it stays before a major change.
    Minor,
    /// None: it stays at the revision of now.
    None,
}

/// A state of a tool that is being worked on, beside the live one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Draft {
    /// The tool.
    pub tool_id: ToolId,
    /// The revision that it was begun from.
    pub base_revision: i64,
    /// The author's form.
    pub spec: ToolSpec,
    /// Who saved it last.
    pub user_id: UserId,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was saved last.
    pub updated_at: Timestamp,
}

/// A change of a tool as one of the agents that it reached sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ToolChange {
    /// The tool.
    pub tool_id: ToolId,
    /// Its name at the time.
    pub tool: String,
    /// The revision before.
    pub from_revision: i64,
    /// The revision that the agent has since then.
    pub revision: i64,
    /// The version before.
    pub from_version: String,
    /// The version since then.
    pub to_version: String,
    /// What the change means.
    pub level: Level,
    /// Why.
    pub because: Vec<Reason>,
    /// Who made it.
    pub user_id: UserId,
    /// When.
    pub at: Timestamp,
}

/// An agent that a change reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reached {
    /// Its id.
    pub id: AgentId,
    /// Its name.
    pub name: String,
}

/// A change of a tool with the agents that it reaches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Announcement {
    /// The change.
    #[serde(flatten)]
    pub change: ToolChange,
    /// The agents, at most a thousand.
    pub agents: Vec<Reached>,
}
