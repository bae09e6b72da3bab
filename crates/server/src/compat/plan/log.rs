//! A row of the plan's execution log.

use callwright_model::{
    Content, ErrorClass, Timestamp,
    context::Channel,
    execution::{Execution, Settlement, State},
    id::{AgentId, ExecutionId, ToolId, UserId},
    outcome::{Block, Cut},
};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// An execution in the plan's words.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = plan::LogRow)]
pub(crate) struct LogRow {
    /// Its id.
    pub execution_id: ExecutionId,
    /// The tool.
    pub tool_id: ToolId,
    /// The assistant that asked, if one did.
    pub assistant_id: Option<AgentId>,
    /// The phone call.
    pub call_id: Option<String>,
    /// The arguments.
    #[schema(value_type = Object)]
    pub input_parameters: Value,
    /// The result, once there is one.
    pub output_result: Option<OutputResult>,
    /// How it stands.
    pub status: Status,
    /// When it was asked for.
    pub started_at: Timestamp,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
    /// From asked to ended, in milliseconds.
    pub duration_ms: Option<u64>,
    /// What went wrong.
    pub error_message: Option<String>,
    /// A stable name for what went wrong, for example `http_404`.
    pub error_code: Option<String>,
    /// How many times the request was sent again.
    pub retry_count: u32,
    /// Where the tool was used.
    pub trigger_context: Channel,
    /// The user whose token or session asked.
    pub user_id: Option<UserId>,
}

/// How an execution stands, in the plan's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = plan::Status)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    /// Under way.
    Pending,
    /// It worked.
    Success,
    /// It did not.
    Error,
    /// It did not within its time, and nothing happened.
    Timeout,
    /// It was given up.
    Cancelled,
    /// It may or may not have happened; somebody has to look.
    Unknown,
}

/// What an execution gave back.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = plan::OutputResult)]
pub(crate) struct OutputResult {
    /// A sentence about the result.
    pub message: Option<String>,
    /// The result.
    #[schema(value_type = Option<Value>)]
    pub data: Option<Value>,
    /// Content that is not JSON.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<Block>,
    /// Present when the result was too large and is cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truncated: Option<Cut>,
}

impl From<Content> for OutputResult {
    fn from(content: Content) -> Self {
        Self { message: content.message, data: content.data, content: content.blocks, truncated: content.truncated }
    }
}

impl Status {
    /// The plan's word for a state and the class of its failure.
    pub(crate) fn of(state: State, class: Option<ErrorClass>, settled: Option<Settlement>) -> Self {
        match (state, class) {
            (State::Received | State::Claimed | State::Started | State::Parked, _) => Self::Pending,
            (State::Done, _) => Self::Success,
            (State::Unknown, _) => match settled {
                None => Self::Unknown,
                Some(Settlement::Done) => Self::Success,
                Some(Settlement::Failed | Settlement::Repeat) => Self::Error,
            },
            (State::Failed | State::Released, Some(ErrorClass::TimeoutError)) => Self::Timeout,
            (State::Failed | State::Released, Some(ErrorClass::Cancelled)) => Self::Cancelled,
            (State::Failed, _) | (State::Released, Some(_)) => Self::Error,
            (State::Released, None) => Self::Cancelled,
        }
    }
}

impl From<Execution> for LogRow {
    fn from(execution: Execution) -> Self {
        let class = execution.error.as_ref().map(|error| error.class);
        let (error_code, error_message) = execution.error.map(|error| (error.code, error.message)).unzip();
        Self {
            execution_id: execution.id,
            tool_id: execution.tool_id,
            assistant_id: execution.agent_id,
            call_id: execution.call_id,
            input_parameters: execution.input,
            output_result: execution.output.map(OutputResult::from),
            status: Status::of(execution.state, class, execution.settled),
            started_at: execution.received_at,
            completed_at: execution.ended_at,
            duration_ms: execution.duration_ms.map(|ms| ms.max(0.0).round() as u64),
            error_message,
            error_code,
            retry_count: u32::try_from(execution.attempts.len().saturating_sub(1)).unwrap_or(u32::MAX),
            trigger_context: execution.channel,
            user_id: execution.user_id,
        }
    }
}
