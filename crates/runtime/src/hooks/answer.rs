//! What whoever used a hook is told.

use callwright_model::{
    ErrorClass, Timestamp, ToolError,
    hook::{Hook, HookOutcome},
    id::{ExecutionId, RunId},
    run::{Run, RunState},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::{App, call::CallAnswer};

/// The answer to a request to a hook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HookAnswer {
    /// Whether it is `done`, `failed`, or goes on (`pending`).
    #[schema(inline)]
    pub status: HookOutcome,
    /// What was carried out: a tool's name, an agent's, or a workflow's.
    pub action: String,
    /// The execution, of a tool.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_id: Option<ExecutionId>,
    /// The run, of an agent or a workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<RunId>,
    /// The thread of an agent's run; sent as `conversation_id` the next time, the agent goes on with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<String>,
    /// A sentence about the result, or about what is waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Value>)]
    pub result: Option<Value>,
    /// Why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ToolError>,
    /// Where to ask how it stands, without a token, for a day; while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_url: Option<String>,
    /// Whether this is the outcome of an earlier request with the same key.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub duplicate: bool,
}

impl HookAnswer {
    /// How an execution stands.
    pub(super) fn of_call(answer: &CallAnswer) -> Self {
        let is_open = !answer.state.is_final();
        let status = match (answer.success, is_open) {
            (true, _) => HookOutcome::Done,
            (false, true) => HookOutcome::Pending,
            (false, false) => HookOutcome::Failed,
        };
        let blocks = (!answer.content.is_empty()).then(|| serde_json::to_value(&answer.content).unwrap_or_default());
        Self {
            status,
            action: answer.tool.clone(),
            execution_id: Some(answer.execution_id),
            run_id: None,
            conversation_id: None,
            message: answer.message.clone(),
            result: answer.data.clone().or(blocks),
            // What is waited for is no failure yet; what somebody has to do stands in it all the same.
            error: answer.error.clone(),
            status_url: None,
            duplicate: answer.meta.duplicate,
        }
    }

    /// How a run stands that was asked for at `came`; one that is older was begun by an earlier request.
    pub(super) fn of_run(run: &Run, came: Timestamp) -> Self {
        let status = match run.state {
            RunState::Completed => HookOutcome::Done,
            state if state.is_final() => HookOutcome::Failed,
            _ => HookOutcome::Pending,
        };
        let error = match (&run.error, status) {
            (Some(error), _) => {
                Some(ToolError::new(ErrorClass::UpstreamError, error.code.clone(), error.message.clone()))
            }
            (None, HookOutcome::Failed) => {
                Some(ToolError::new(ErrorClass::Cancelled, "cancelled", "the run was stopped"))
            }
            (None, _) => None,
        };
        Self {
            status,
            action: run.name().to_owned(),
            execution_id: None,
            run_id: Some(run.id),
            conversation_id: run.agent_id.map(|_| run.thread_id.to_string()),
            message: run.output.clone(),
            result: run.result.clone().map(|result| match result.get("output") {
                Some(output) => output.clone(),
                None => result,
            }),
            error,
            status_url: None,
            duplicate: run.created_at < came,
        }
    }

    /// The same, with where to ask while it goes on. It has begun, so that having no address is no reason for an error.
    pub(super) async fn with_address(mut self, app: &App, hook: &Hook) -> Self {
        if self.status == HookOutcome::Pending {
            match super::status::address(app, hook, self.execution_id, self.run_id).await {
                Ok(address) => self.status_url = Some(address),
                Err(fault) => tracing::warn!(hook = %hook.id, ?fault, "an answer could not say where to ask further"),
            }
        }
        self
    }
}
