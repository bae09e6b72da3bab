//! What business tools keep: tasks and appointments. Both belong to one user of one organization.

use serde::{Deserialize, Serialize};

use crate::{
    Timestamp,
    id::{CalendarEventId, ExecutionId, OrgId, TaskId, UserId},
};

/// How a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// Nobody has begun it.
    #[default]
    Open,
    /// Somebody is at it.
    InProgress,
    /// It waits for something.
    Blocked,
    /// It is done.
    Completed,
    /// It is not to be done any more.
    Cancelled,
}

impl TaskStatus {
    /// Every status.
    pub const ALL: [Self; 5] = [Self::Open, Self::InProgress, Self::Blocked, Self::Completed, Self::Cancelled];

    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::InProgress => "in_progress",
            Self::Blocked => "blocked",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether there is still something to do.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Completed | Self::Cancelled)
    }
}

/// How much a task matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// It can wait.
    Low,
    /// In its turn.
    #[default]
    Normal,
    /// Before others.
    High,
    /// At once.
    Urgent,
}

impl Priority {
    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Low, Self::Normal, Self::High, Self::Urgent].into_iter().find(|one| one.as_str() == text)
    }
}

/// When a task is due: as it was said, and the instant it is sorted and compared by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// A date, or a time with its offset.
    pub text: String,
    /// For a date, its last second in UTC.
    pub at: Timestamp,
}

/// Something that a person has to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// The user it belongs to.
    pub user_id: UserId,
    /// What has to be done.
    pub title: String,
    /// More about it.
    pub description: Option<String>,
    /// How it stands.
    pub status: TaskStatus,
    /// How much it matters.
    pub priority: Priority,
    /// When it is due.
    pub due: Option<Due>,
    /// Who is to do it.
    pub assignee: Option<String>,
    /// Words to find it by, in lower case.
    pub tags: Vec<String>,
    /// The execution that made it.
    pub execution_id: ExecutionId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was done.
    pub completed_at: Option<Timestamp>,
}

/// Whether an appointment holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// It holds.
    #[default]
    Confirmed,
    /// It was called off.
    Cancelled,
}

impl EventStatus {
    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Confirmed, Self::Cancelled].into_iter().find(|status| status.as_str() == text)
    }
}

/// An appointment.
#[derive(Debug, Clone, PartialEq)]
pub struct CalendarEvent {
    /// Its id.
    pub id: CalendarEventId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// The user whose time it takes.
    pub user_id: UserId,
    /// What it is about.
    pub title: String,
    /// More about it.
    pub description: Option<String>,
    /// Where.
    pub location: Option<String>,
    /// Who takes part.
    pub attendees: Vec<String>,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The zone in which it was meant.
    pub time_zone: String,
    /// Whether it holds.
    pub status: EventStatus,
    /// The execution that made it.
    pub execution_id: ExecutionId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}
