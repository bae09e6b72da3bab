//! Workflows: fixed plans of steps over tools or agents.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{
    Object, Timestamp,
    id::{OrgId, UserId, WorkflowId},
};

/// A fixed plan of steps over tools or agents, under a name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Workflow {
    /// Its id.
    pub id: WorkflowId,
    /// The organization it belongs to.
    pub organization_id: OrgId,
    /// Who made it.
    pub user_id: UserId,
    /// A name, unique in the organization.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// What it does.
    #[serde(flatten)]
    pub plan: WorkflowPlan,
    /// Counts its changes, from 1. Whoever changes it may name the one that they have seen.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What a workflow does: either agents and how they work together, or steps one after the other.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct WorkflowPlan {
    /// How its agents work together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow_type: Option<FlowType>,
    /// Its agents, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<WorkflowAgent>,
    /// Its steps, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<WorkflowStep>,
    /// The JSON Schema of what its runs are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub parameters: Option<Value>,
    /// What its runs come to: a value whose texts are templates. Without it, the results of all steps by their names.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub output: Option<Value>,
    /// The most seconds that a run takes, the time it waits for others included.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 2592000)]
    pub timeout_s: Option<u32>,
}

/// How the agents of a workflow work together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FlowType {
    /// One after the other; each is given what the one before it said.
    Sequential,
    /// All at once; what they say is gathered.
    Parallel,
    /// One after the other, each only if all of its conditions hold; the default ones when nobody's do.
    Conditional,
}

/// An agent's part in a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkflowAgent {
    /// The agent's id or name.
    #[schema(min_length = 1, max_length = 200)]
    pub agent_id: String,
    /// What it is here for, in few words; its name within the workflow.
    #[schema(min_length = 1, max_length = 200)]
    pub role: String,
    /// What exactly it is to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 8192)]
    pub description: Option<String>,
    /// In a conditional workflow: expressions over the context and `results`, all of which must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub conditions: Vec<String>,
    /// In a conditional workflow: it works when no other does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub default: bool,
}

/// One step of a workflow: a tool, an agent, or a group of steps side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkflowStep {
    /// Under which its result is found; the tool's or the agent's name unless said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[A-Za-z_][A-Za-z0-9_-]{0,63}$")]
    pub name: Option<String>,
    /// The tool's name or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub tool: Option<String>,
    /// The agent's name or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub agent: Option<String>,
    /// Steps that run side by side; none of them may be a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion, max_items = 50)]
    pub parallel: Option<Vec<WorkflowStep>>,
    /// The tool's arguments, or for an agent its `message` (and `context`); texts in them are templates.
    #[serde(default, skip_serializing_if = "Object::is_empty")]
    #[schema(value_type = Object)]
    pub params: Object,
    /// An expression; the step is skipped unless it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 16384)]
    pub condition: Option<String>,
    /// Whether the run fails when the step does; true unless said otherwise.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub required: bool,
    /// The run is over when the step worked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exit_on_success: bool,
    /// The run is over when the step did not work.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exit_on_failure: bool,
    /// What to do about a failure that may pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<StepRetry>,
    /// An expression that gives a list: the step runs once for each `item` of it, with its `index`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 16384)]
    pub foreach: Option<String>,
    /// The most items at the same time; 8 unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 64)]
    pub concurrency: Option<u32>,
}

fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_yes(value: &bool) -> bool {
    *value
}

/// How often a step is tried, when it is known that nothing was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepRetry {
    /// The most attempts in all.
    #[schema(minimum = 1, maximum = 10)]
    pub max_attempts: u32,
    /// How long to wait before the next one, in milliseconds.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 60000)]
    pub delay_ms: u32,
}

/// What one step of a workflow came to, in the guide's form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowResult {
    /// Which step, from 1.
    pub step: i64,
    /// The agent's role, or the step's name.
    pub role: String,
    /// The agent, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// The tool, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// What it said or gave.
    pub output: String,
}
