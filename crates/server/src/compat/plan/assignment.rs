//! A tool of an assistant in the plan's words.

use callwright_model::{
    Fault, Object, Timestamp,
    account::Caller,
    agent::Assignment,
    id::{AgentId, ToolId},
    tool::Tool,
};
use callwright_runtime::{App, agents::AssignmentSpec};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    custom,
    fields::Fields,
    tool::{Counts, PlanTool},
};

/// The fields that the server sets.
const READ_ONLY: [&str; 5] = ["assistant_id", "tool_id", "tool", "created_at", "updated_at"];

/// A tool of an assistant.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = plan::Assignment)]
pub(crate) struct PlanAssignment {
    /// The assistant.
    pub assistant_id: AgentId,
    /// The tool.
    pub tool_id: ToolId,
    /// Whether the assistant may use it now.
    pub enabled: bool,
    /// What differs from the tool's own configuration.
    #[schema(value_type = Object)]
    pub custom_configuration: Object,
    /// Lower comes first.
    pub execution_order: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The tool, without what differs.
    pub tool: PlanTool,
}

impl PlanAssignment {
    /// The plan's form of ours.
    pub(crate) fn new(assignment: Assignment, tool: Tool, counts: Counts) -> Self {
        Self {
            assistant_id: assignment.agent_id,
            tool_id: assignment.tool_id,
            enabled: assignment.enabled,
            custom_configuration: custom::from_overrides(&assignment.overrides, &tool.spec),
            execution_order: assignment.position,
            created_at: assignment.created_at,
            updated_at: assignment.updated_at,
            tool: PlanTool::new(counts, tool),
        }
    }
}

/// How an assistant is to have a tool. Every field may be absent: a new assignment then has the default, an existing
/// one stays as it is.
#[derive(Debug, Default, ToSchema)]
#[schema(as = plan::AssignmentInput)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "the fields that the server sets are described and not read")]
pub(crate) struct AssignmentInput {
    /// Whether the assistant may use it now. Default true.
    enabled: Option<bool>,
    /// What differs from the tool's own configuration: `timeout`, `retry_attempts`, `url`, `method`, `headers`,
    /// `authentication`, `request_body_template`, `response_handling`, or our own overrides. Given, it replaces the whole.
    #[schema(value_type = Option<Object>)]
    custom_configuration: Option<Object>,
    /// Lower comes first. Default 0.
    execution_order: Option<i64>,
    /// Set by the server; this field and those below may be sent back, and change nothing.
    #[schema(read_only, value_type = Option<AgentId>)]
    assistant_id: (),
    /// Set by the server.
    #[schema(read_only, value_type = Option<ToolId>)]
    tool_id: (),
    /// Set by the server.
    #[schema(read_only, value_type = Option<PlanTool>)]
    tool: (),
    /// Set by the server.
    #[schema(read_only, value_type = Option<Timestamp>)]
    created_at: (),
    /// Set by the server.
    #[schema(read_only, value_type = Option<Timestamp>)]
    updated_at: (),
}

impl AssignmentInput {
    /// Reads the plan's form.
    pub(crate) fn parse(body: Object) -> Result<Self, Fault> {
        let mut fields = Fields::new("", body);
        fields.ignore(&READ_ONLY);
        let this = Self {
            enabled: fields.take("enabled")?,
            custom_configuration: fields.take("custom_configuration")?,
            execution_order: fields.take("execution_order")?,
            ..Self::default()
        };
        fields.finish()?;
        Ok(this)
    }

    /// Our form: `current` with what this says.
    pub(crate) async fn spec(
        self,
        app: &App,
        caller: &Caller,
        tool: &Tool,
        current: Option<&Assignment>,
    ) -> Result<AssignmentSpec, Fault> {
        let default = AssignmentSpec::default();
        let overrides = match (self.custom_configuration, current) {
            (Some(given), _) => {
                let secrets = app.vault().secret_names(caller.org_id).await?;
                custom::to_overrides(given, &tool.spec, &secrets)?
            }
            (None, Some(current)) => current.overrides.clone(),
            (None, None) => default.overrides,
        };
        Ok(AssignmentSpec {
            enabled: self.enabled.unwrap_or(current.map_or(default.enabled, |current| current.enabled)),
            overrides,
            position: self.execution_order.unwrap_or(current.map_or(default.position, |current| current.position)),
            pin: current.and_then(|current| current.pin.clone()),
            follow: None,
        })
    }
}
