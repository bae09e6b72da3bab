//! Runs and steps as their rows have them.

use callwright_model::{
    chat::Usage,
    run::{Run, RunKind, RunState, Step, StepKind, StepState},
};

use super::RunRow;
use crate::{
    error::{Error, Result},
    value::Row,
};

pub(super) const RUN: &str = "SELECT id, org_id, user_id, thread_id, agent_id, agent_name, job_id, state, model, input, output, \
                   error, handed_to, prompt_tokens, completion_tokens, total_tokens, cached_tokens, steps, limits, \
                   metadata, deadline_at, created_at, started_at, ended_at, updated_at, request, \
                   kind, workflow_id, result, parent_id, depth, root_id, asked_by FROM run WHERE org_id = $1";

pub(super) const STEP: &str = "SELECT seq, position, kind, state, name, tool_call_id, arguments, execution_id, result, usage, \
                    started_at, ended_at, child_id, output, note, retries FROM step WHERE run_id = $1";

fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

pub(super) fn row(row: &Row) -> Result<RunRow> {
    let mut fields = row.fields("run");
    let mut run = Run {
        id: fields.id("id")?,
        organization_id: fields.id("org_id")?,
        user_id: fields.id("user_id")?,
        thread_id: fields.id("thread_id")?,
        kind: RunKind::Agent,
        agent_id: match fields.text("agent_id")? {
            "" => None,
            id => Some(id.parse().map_err(|error| Error::Internal(format!("run.agent_id: {error}")))?),
        },
        agent_name: Some(fields.string("agent_name")?),
        workflow_id: None,
        workflow_name: None,
        parent_id: None,
        depth: 0,
        result: None,
        job_id: fields.id("job_id")?,
        state: fields.word("state", RunState::parse)?,
        model: fields.string("model")?,
        input: fields.string("input")?,
        output: fields.opt_string("output")?,
        error: fields.opt_json("error")?,
        handed_to: fields.opt_json("handed_to")?,
        usage: Usage {
            prompt_tokens: count(fields.int("prompt_tokens")?),
            completion_tokens: count(fields.int("completion_tokens")?),
            total_tokens: count(fields.int("total_tokens")?),
            cached_tokens: count(fields.int("cached_tokens")?),
        },
        steps: u32::try_from(fields.int("steps")?).unwrap_or(u32::MAX),
        limits: fields.json("limits")?,
        metadata: fields.json("metadata")?,
        deadline_at: fields.time("deadline_at")?,
        created_at: fields.time("created_at")?,
        started_at: fields.opt_time("started_at")?,
        ended_at: fields.opt_time("ended_at")?,
        updated_at: fields.time("updated_at")?,
    };
    let request = fields.string("request")?;
    run.kind = fields.word("kind", RunKind::parse)?;
    run.workflow_id = fields.opt_id("workflow_id")?;
    run.result = fields.opt_json("result")?;
    run.parent_id = fields.opt_id("parent_id")?;
    run.depth = u32::try_from(fields.int("depth")?).unwrap_or(u32::MAX);
    if run.kind == RunKind::Workflow {
        run.workflow_name = run.agent_name.take();
    }
    Ok(RunRow { run, request, root_id: fields.opt_id("root_id")?, asked_by: fields.opt_id("asked_by")? })
}

pub(super) fn step(row: &Row) -> Result<Step> {
    let mut fields = row.fields("step");
    Ok(Step {
        seq: fields.int("seq")?,
        position: fields.int("position")?,
        kind: fields.word("kind", StepKind::parse)?,
        state: fields.word("state", StepState::parse)?,
        name: fields.string("name")?,
        tool_call_id: fields.opt_string("tool_call_id")?,
        arguments: fields.opt_json("arguments")?,
        execution_id: fields.opt_id("execution_id")?,
        result: fields.opt_string("result")?,
        usage: fields.opt_json("usage")?,
        started_at: fields.time("started_at")?,
        ended_at: fields.opt_time("ended_at")?,
        child_run_id: fields.opt_id("child_id")?,
        output: fields.opt_json("output")?,
        note: fields.opt_string("note")?,
        retries: u32::try_from(fields.int("retries")?).unwrap_or(u32::MAX),
    })
}
