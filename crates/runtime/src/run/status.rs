//! How a run stands, in the guide's words.

use callwright_model::{
    Timestamp,
    chat::Usage,
    id::{JobId, RunId, ThreadId},
    run::{Run, RunState},
    workflow::WorkflowResult,
};
use serde::Serialize;
use utoipa::ToSchema;

/// The guide's status of a job. Also the body of its webhook.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct JobStatus {
    /// Always `200`.
    pub response: &'static str,
    /// The job.
    pub job_id: JobId,
    /// `queued`, `processing`, `waiting`, `completed`, `failed` or `cancelled`.
    pub status: &'static str,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was begun.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
    /// Why there is no result.
    pub error_message: Option<String>,
    /// Seconds since it was asked for, or that it took.
    pub elapsed_seconds: u64,
    /// Seconds that it will probably take from now on, by the agent's last runs; `null` when nobody can tell.
    pub estimated_remaining: Option<u64>,
    /// There when it has completed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<JobResult>,
}

/// What a job came to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct JobResult {
    /// The run.
    pub run_id: RunId,
    /// Its thread; a later run goes on with it.
    pub thread_id: ThreadId,
    /// The answer; of a workflow what it came to, as a text.
    pub response: String,
    /// What each step of a workflow said or gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_results: Option<Vec<WorkflowResult>>,
    /// Tokens used.
    pub usage: Usage,
    /// When.
    pub completed_at: Option<Timestamp>,
}

/// The guide's word for a state.
pub const fn word(state: RunState) -> &'static str {
    match state {
        RunState::Queued => "queued",
        RunState::Running => "processing",
        RunState::Waiting => "waiting",
        RunState::Completed => "completed",
        RunState::Failed => "failed",
        RunState::Cancelled => "cancelled",
    }
}

fn results(run: &Run) -> Option<Vec<WorkflowResult>> {
    let results = run.result.as_ref()?.get("workflow_results")?;
    serde_json::from_value(results.clone()).ok()
}

/// How `run` stands at `now`, when runs of its agent take `usual_s` seconds.
pub fn of(run: &Run, now: Timestamp, usual_s: Option<u64>) -> JobStatus {
    let elapsed = run.ended_at.unwrap_or(now).since(run.created_at).as_secs();
    let remaining = usual_s.filter(|_| !run.state.is_final()).map(|usual| usual.saturating_sub(elapsed));
    let result = (run.state == RunState::Completed).then(|| JobResult {
        run_id: run.id,
        thread_id: run.thread_id,
        response: run.output.clone().unwrap_or_default(),
        workflow_results: results(run),
        usage: run.usage,
        completed_at: run.ended_at,
    });
    JobStatus {
        response: "200",
        job_id: run.job_id,
        status: word(run.state),
        created_at: run.created_at,
        started_at: run.started_at,
        completed_at: run.ended_at,
        error_message: run.error.as_ref().map(|error| error.message.clone()),
        elapsed_seconds: elapsed,
        estimated_remaining: remaining,
        result,
    }
}
