//! Threads, runs and their steps: an agent at work, and what is kept of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    Object, Timestamp,
    chat::{ChatMessage, Usage},
    id::{AgentId, ExecutionId, JobId, OrgId, RunId, ThreadId, UserId, WorkflowId},
};

/// A conversation: an append-only list of messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Thread {
    /// Its id.
    pub id: ThreadId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// Who began it. Others of the organization see that it is there; only they, and
    /// administrators, read it and go on with it.
    pub user_id: UserId,
    /// The agent that it was begun with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// What to call it; empty when nobody said.
    #[serde(default)]
    pub title: String,
    /// Variables that every run of it is given as context; a run's own context comes over them.
    #[schema(value_type = Object)]
    pub context: Object,
    /// How many messages it has.
    pub message_count: i64,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A message of a thread, in its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ThreadMessage {
    /// Its place in the thread, from 1, without gaps.
    pub seq: i64,
    /// The run that it came with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// The message.
    #[serde(flatten)]
    pub message: ChatMessage,
    /// When it was added.
    pub created_at: Timestamp,
}

/// Where a run stands.
///
/// ```text
/// queued -> running -> completed | failed | cancelled
///              ^  |
///              |  v
///            waiting      for an approval, a callback, a client: nothing is held in memory
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It waits for a worker.
    Queued,
    /// A worker carries it.
    Running,
    /// It waits for somebody outside.
    Waiting,
    /// It has an answer.
    Completed,
    /// It ended without one.
    Failed,
    /// Somebody stopped it.
    Cancelled,
}

impl RunState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Waiting, Self::Completed, Self::Failed, Self::Cancelled];

    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether nothing more will happen.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// Why a run ended without an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunError {
    /// For programs: `model_error`, `step_limit`, `token_limit`, `deadline`, `loop_detected`, `died`, `not_allowed`,
    /// `internal`; of a workflow also `step_failed` and `too_large`.
    pub code: String,
    /// For people.
    pub message: String,
}

/// How far a run may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RunLimits {
    /// The most answers of the model, 1 to 200.
    #[schema(minimum = 1, maximum = 200)]
    pub max_steps: u32,
    /// The most tokens in all, as the provider counts them; absent, as many as it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub max_tokens: Option<u64>,
    /// The most seconds from its beginning, the time it waits for others included; 1 to 2,592,000 (30 days).
    #[schema(minimum = 1, maximum = 2592000)]
    pub timeout_s: u32,
}

impl Default for RunLimits {
    fn default() -> Self {
        Self { max_steps: 25, max_tokens: None, timeout_s: 24 * 3600 }
    }
}

/// How far one run may go at most, within its agent's limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RunBounds {
    /// The most answers of the model, 1 to 200; absent, the agent's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 200)]
    pub max_steps: Option<u32>,
    /// The most tokens in all; absent, the agent's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub max_tokens: Option<u64>,
    /// The most seconds from its beginning, 1 to 2,592,000; absent, the agent's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 2592000)]
    pub timeout_s: Option<u32>,
}

impl RunBounds {
    /// The limits of a run of an agent with these `limits`, which are never more than the agent's.
    pub fn within(self, limits: RunLimits) -> RunLimits {
        let tokens = [self.max_tokens, limits.max_tokens];
        RunLimits {
            max_steps: self.max_steps.map_or(limits.max_steps, |most| most.min(limits.max_steps)),
            max_tokens: tokens.into_iter().flatten().min(),
            timeout_s: self.timeout_s.map_or(limits.timeout_s, |most| most.min(limits.timeout_s)),
        }
    }
}

/// Who is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// An agent.
    Agent,
    /// A workflow.
    Workflow,
}

impl RunKind {
    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Workflow => "workflow",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Agent, Self::Workflow].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// An agent or a workflow at work on a thread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// For whom it runs: with their rights, never more.
    pub user_id: UserId,
    /// Who is at work.
    pub kind: RunKind,
    /// The thread that it takes forward. That of a workflow holds what it was given and what came of it.
    pub thread_id: ThreadId,
    /// The agent, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// The agent's name when it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_name: Option<String>,
    /// The workflow, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<WorkflowId>,
    /// The workflow's name when it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_name: Option<String>,
    /// The run that asked for this one, as a step or through a tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<RunId>,
    /// How many runs stand above it.
    #[serde(default)]
    pub depth: u32,
    /// The job that carries it.
    pub job_id: JobId,
    /// Where it stands.
    pub state: RunState,
    /// The model, as the agent named it when it began.
    pub model: String,
    /// What was asked.
    pub input: String,
    /// The answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// What a workflow came to: `output` as a value, and `workflow_results` step by step. Not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub result: Option<Value>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<RunError>,
    /// Who goes on with the conversation, when the agent handed it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_to: Option<HandedTo>,
    /// Tokens used so far; a workflow's are those of its agents.
    pub usage: Usage,
    /// Answers of the model so far, or steps of a workflow that have ended.
    pub steps: u32,
    /// How far it may go.
    pub limits: RunLimits,
    /// What its caller wants kept with it.
    #[schema(value_type = Object)]
    pub metadata: Object,
    /// When it gives up.
    pub deadline_at: Timestamp,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When a worker first took it up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Who goes on with a conversation: the run of another agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HandedTo {
    /// The agent.
    pub agent_id: AgentId,
    /// Its name.
    pub agent_name: String,
    /// The thread that it goes on with: the same, or a new one where nothing but the last words were passed on.
    pub thread_id: ThreadId,
    /// Its run.
    pub run_id: RunId,
}

impl Run {
    /// The name of the agent or of the workflow.
    pub fn name(&self) -> &str {
        self.agent_name.as_deref().or(self.workflow_name.as_deref()).unwrap_or_default()
    }
}

/// What a step of a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepKind {
    /// The model answered.
    Model,
    /// A tool was called.
    Tool,
    /// An agent was run, as a run of its own.
    Agent,
    /// Steps ran side by side.
    Group,
}

impl StepKind {
    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Tool => "tool",
            Self::Agent => "agent",
            Self::Group => "group",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Model, Self::Tool, Self::Agent, Self::Group].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// It is next, or under way.
    Open,
    /// Its execution waits for somebody.
    Waiting,
    /// It worked.
    Done,
    /// It did not.
    Failed,
    /// Its condition did not hold, or the run was over before it.
    Skipped,
}

impl StepState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Open, Self::Waiting, Self::Done, Self::Failed, Self::Skipped];

    /// The name used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }

    /// Reads the wire name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether its outcome is known.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Skipped)
    }
}

/// One thing that a run did: an answer of the model, or one of the tools that the answer called; in a workflow a step, or
/// one item of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// Which answer of the model, from 1; which step of the workflow.
    pub seq: i64,
    /// 0 for the answer itself; its tools follow from 1, in the model's order. In a workflow 0 for the step itself; its
    /// items follow from 1.
    pub position: i64,
    /// What it is.
    pub kind: StepKind,
    /// Where it stands.
    pub state: StepState,
    /// The tool's name; the model's for an answer; the step's in a workflow.
    pub name: String,
    /// The provider's id of the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_call_id: Option<String>,
    /// What the tool was called with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub arguments: Option<Value>,
    /// The execution of the tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_id: Option<ExecutionId>,
    /// The run of the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child_run_id: Option<RunId>,
    /// What the model was told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// What later steps of a workflow find under its name; a step with items has none of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub output: Option<Value>,
    /// Why it was skipped, and which names were missing; or what went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How often it was tried again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retries: u32,
    /// Tokens that an answer took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// What happens to a run, for whoever watches it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum RunEvent {
    /// Where the run stands now.
    Run {
        /// The run.
        run: Box<Run>,
    },
    /// A message was added to the thread. Each is told once, in order.
    Message {
        /// The message.
        message: Box<ThreadMessage>,
    },
    /// A step began, or its state changed.
    Step {
        /// The step.
        step: Box<Step>,
    },
    /// More of the answer that the model is writing. Not kept; the whole follows as a message.
    Delta {
        /// The words.
        text: String,
    },
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Step {
    /// A step that is next.
    pub fn open(seq: i64, position: i64, kind: StepKind, name: impl Into<String>, now: Timestamp) -> Self {
        Self {
            seq,
            position,
            kind,
            state: StepState::Open,
            name: name.into(),
            tool_call_id: None,
            arguments: None,
            execution_id: None,
            child_run_id: None,
            result: None,
            output: None,
            note: None,
            retries: 0,
            usage: None,
            started_at: now,
            ended_at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_of_a_run_only_narrow() {
        let agent = RunLimits { max_steps: 40, max_tokens: Some(1_000), timeout_s: 600 };
        assert_eq!(RunBounds::default().within(agent), agent);
        let less = RunBounds { max_steps: Some(3), ..RunBounds::default() };
        assert_eq!(less.within(agent), RunLimits { max_steps: 3, ..agent });
        let more = RunBounds { max_steps: Some(200), max_tokens: Some(9_999), timeout_s: Some(86_400) };
        assert_eq!(more.within(agent), agent);
        let free = RunLimits { max_tokens: None, ..agent };
        assert_eq!(more.within(free).max_tokens, Some(9_999));
    }
}
