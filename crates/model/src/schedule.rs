//! The clock that starts jobs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    Object, Timestamp,
    chat::Said,
    id::{JobId, OrgId, ScheduleId, ThreadId, UserId},
};

/// What a schedule starts: a run of an agent (`agent` and `message`), or a call of a tool (`tool`).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ScheduleTarget {
    /// The agent that is run; with `tool` the agent through which the tool is called. A name or an id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// What the agent is told: a text, or a list of parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Said>,
    /// The thread that its runs go on with; each begins a new one without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<ThreadId>,
    /// These tools instead of the agent's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 128)]
    pub tools: Option<Vec<String>>,
    /// The tool that is called, by name or id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// Its arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub arguments: Option<Object>,
    /// Variables of the run or of the call; at most 64 KiB.
    #[serde(skip_serializing_if = "Object::is_empty")]
    #[schema(value_type = Object)]
    pub context: Object,
}

/// When to start what.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Schedule {
    /// Its id.
    pub id: ScheduleId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// Whoever wrote it last: what it starts is done with their rights.
    pub user_id: UserId,
    /// A name, unique in the organization.
    pub name: String,
    /// When, as in cron.
    pub cron: String,
    /// By which clock.
    pub time_zone: String,
    /// Whether it starts anything.
    pub enabled: bool,
    /// What it starts.
    pub target: ScheduleTarget,
    /// When it does so next; absent while it is switched off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
    /// When it last did, or tried to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_at: Option<Timestamp>,
    /// The job that it started last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_job_id: Option<JobId>,
    /// Why it could not start anything the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed by a person.
    pub updated_at: Timestamp,
}
