//! Runs of workflows, and runs within runs.

use callwright_model::{
    Timestamp,
    chat::{ChatMessage, Usage},
    id::{ExecutionId, OrgId, RunId, ThreadId, ToolId},
    run::Step,
};
use serde_json::Value as Json;

use super::{
    RunRow,
    row::{RUN, STEP, row, step},
    turn::kept,
};
use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    job::{Held, JobFence},
    params, value,
};

/// Where a run stands that another asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Within {
    /// The run that asks, which must be at work.
    pub parent: RunId,
    /// The first of them all.
    pub root: RunId,
    /// The job of the run that asks, when its carrier does.
    pub fence: Option<JobFence>,
    /// The most runs that the first may lead to.
    pub most: i64,
}

/// What became of steps of a workflow.
#[derive(Debug, Clone)]
pub struct FlowSettled {
    /// The run.
    pub run: RunId,
    /// The steps and items as they are now.
    pub steps: Vec<Step>,
    /// How many steps have ended.
    pub ended: u32,
    /// Tokens that their agents used.
    pub usage: Usage,
    /// When.
    pub now: Timestamp,
}

/// What a workflow came to.
#[derive(Debug, Clone)]
pub struct FlowEnd {
    /// The run's thread.
    pub thread: ThreadId,
    /// As a value.
    pub result: Option<Json>,
    /// As the last message of the thread.
    pub message: Option<ChatMessage>,
    /// The last of the steps.
    pub settled: FlowSettled,
}

const LIVE: &str = "('queued', 'running', 'waiting')";
const FINAL: &str = "('completed', 'failed', 'cancelled')";

impl Tx<'_> {
    /// Checks that the run that asks for another is at work, and that they do not become too many. Those that are asked for
    /// at the same moment may pass the bound together, for none of them holds the first run: they are no more than workers
    /// have places.
    pub(super) async fn check_within(&mut self, org: OrgId, within: &Within, now: Timestamp) -> Result<()> {
        match within.fence {
            Some(fence) => {
                self.hold(fence, now).await?;
            }
            None => {
                let sql = format!("SELECT 1 FROM run WHERE org_id = $1 AND id = $2 AND state IN {LIVE}");
                let sql = format!("{sql}{}", self.dialect().for_update());
                if self.fetch_optional(&sql, &params![org, within.parent]).await?.is_none() {
                    return Err(Error::conflict("parent_ended", "the run that asked for this one has ended"));
                }
            }
        }
        let sql = "SELECT COUNT(*) FROM run WHERE root_id = $1";
        let count = self.fetch_optional(sql, &params![within.root]).await?;
        let count = count.map(|row| row.fields("run").int("count")).transpose()?.unwrap_or_default();
        if count >= within.most {
            let message = format!("one run may lead to at most {} others, at all depths together", within.most);
            return Err(Error::conflict("too_many_runs", message));
        }
        Ok(())
    }

    async fn settle_flow(&mut self, settled: &FlowSettled) -> Result<()> {
        self.put_steps(settled.run, &settled.steps).await?;
        if settled.ended == 0 && settled.usage == Usage::default() {
            return Ok(());
        }
        let sql = "UPDATE run SET steps = steps + $2, prompt_tokens = prompt_tokens + $3, \
                   completion_tokens = completion_tokens + $4, total_tokens = total_tokens + $5, \
                   cached_tokens = cached_tokens + $6, updated_at = $7 WHERE id = $1";
        let usage = &settled.usage;
        let params = params![
            settled.run,
            settled.ended,
            kept(usage.prompt_tokens),
            kept(usage.completion_tokens),
            kept(usage.total_tokens),
            kept(usage.cached_tokens),
            settled.now,
        ];
        self.execute(sql, &params).await.map(drop)
    }

    pub(super) async fn end_flow(&mut self, end: &FlowEnd) -> Result<()> {
        self.settle_flow(&end.settled).await?;
        if let Some(message) = &end.message {
            let run = end.settled.run;
            self.append_messages(end.thread, Some(run), std::slice::from_ref(message), end.settled.now).await?;
        }
        let sql = "UPDATE run SET result = $2 WHERE id = $1";
        self.execute(sql, &params![end.settled.run, value::opt_json(end.result.as_ref())?]).await.map(drop)
    }
}

impl Store {
    /// Keeps what became of steps of a workflow.
    ///
    /// # Errors
    /// [`Error::Fenced`].
    pub async fn settle_flow(&self, fence: JobFence, settled: FlowSettled) -> Result<Held> {
        self.write((fence, settled), |(fence, settled), tx| {
            Box::pin(async move {
                let held = tx.hold(*fence, settled.now).await?;
                tx.settle_flow(settled).await?;
                Ok(held)
            })
        })
        .await
    }

    /// Lays a workflow down until one of those that it waits for has ended. Whoever ends one wakes it.
    ///
    /// # Errors
    /// [`Error::Fenced`].
    pub async fn lay_down_flow(&self, fence: JobFence, settled: FlowSettled) -> Result<Held> {
        self.write((fence, settled), |(fence, settled), tx| {
            Box::pin(async move {
                let held = tx.hold(*fence, settled.now).await?;
                tx.settle_flow(settled).await?;
                let sql = "UPDATE run SET state = 'waiting', updated_at = $2 WHERE id = $1";
                tx.execute(sql, &params![settled.run, settled.now]).await?;
                tx.lay_down_job(fence.job, settled.now).await?;
                Ok(held)
            })
        })
        .await
    }

    /// The steps of a workflow at work, without their items, in order.
    pub async fn flow_steps(&self, run: RunId, most: u32) -> Result<Vec<Step>> {
        let sql = format!("{STEP} AND position = 0 ORDER BY seq LIMIT $2");
        self.fetch_all(sql, params![run, i64::from(most)], step).await
    }

    /// The tools that the steps of a run have called.
    pub async fn tools_of_run(&self, run: RunId) -> Result<Vec<ToolId>> {
        let sql = "SELECT DISTINCT execution.tool_id FROM step JOIN execution ON execution.id = step.execution_id \
                   WHERE step.run_id = $1";
        self.fetch_all(sql, params![run], |row| row.fields("execution").id("tool_id")).await
    }

    /// Whether something that a run waits for has ended.
    pub async fn has_news(&self, run: RunId) -> Result<bool> {
        let sql = format!(
            "SELECT 1 FROM step JOIN run child ON child.id = step.child_id WHERE step.run_id = $1 \
             AND step.state = 'waiting' AND child.state IN {FINAL} UNION ALL \
             SELECT 1 FROM step JOIN execution e ON e.id = step.execution_id WHERE step.run_id = $1 \
             AND step.state = 'waiting' AND e.state IN ('done', 'failed', 'unknown', 'released') LIMIT 1"
        );
        let found = self.fetch_optional(sql, params![run], |row| row.fields("step").int("one")).await?;
        Ok(found.is_some())
    }

    /// Whether a run lies down, and nothing that it waits for is at work or has ended.
    pub async fn is_idle(&self, run: RunId) -> Result<bool> {
        let sql = "SELECT 1 FROM run JOIN job ON job.id = run.job_id WHERE run.id = $1 AND run.state = 'waiting' \
                   AND job.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM run below \
                   WHERE below.root_id = COALESCE(run.root_id, run.id) AND below.depth > run.depth \
                   AND below.state IN ('queued', 'running'))";
        let found = self.fetch_optional(sql, params![run], |row| row.fields("run").int("one")).await?;
        Ok(found.is_some() && !self.has_news(run).await?)
    }

    /// Puts the job of a run that lies down back in the queue. False: it does not lie down.
    pub async fn wake_run(&self, run: RunId, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE job SET state = 'queued', run_at = $2, updated_at = $2 WHERE state = 'waiting' \
                   AND id = (SELECT job_id FROM run WHERE id = $1)";
        Ok(self.execute(sql, params![run, now]).await? > 0)
    }

    /// The runs that a run asked for and that have not ended, at most `most`.
    pub async fn live_children(&self, org: OrgId, run: RunId, most: u32) -> Result<Vec<RunRow>> {
        let sql = format!("{RUN} AND parent_id = $2 AND state IN {LIVE} ORDER BY id LIMIT $3");
        self.fetch_all(sql, params![org, run, i64::from(most)], row).await
    }

    /// Runs at work whose asker has ended, at most `most`: the organization and the asker of each.
    pub async fn askers_gone(&self, most: u32) -> Result<Vec<(OrgId, RunId)>> {
        let sql = format!(
            "SELECT DISTINCT parent.org_id, parent.id FROM run child JOIN run parent ON parent.id = child.parent_id \
             WHERE child.state IN {LIVE} AND child.parent_id IS NOT NULL AND parent.state IN {FINAL} LIMIT $1"
        );
        self.fetch_all(sql, params![i64::from(most)], |row| {
            let mut fields = row.fields("run");
            Ok((fields.id("org_id")?, fields.id("id")?))
        })
        .await
    }

    /// The run that the execution of a tool asked for; the last one, if it was handed on.
    pub async fn run_asked_by(&self, org: OrgId, execution: ExecutionId) -> Result<Option<RunRow>> {
        self.fetch_optional(format!("{RUN} AND asked_by = $2 ORDER BY id DESC LIMIT 1"), params![org, execution], row)
            .await
    }

    /// Runs that have ended while the executions that asked for them have not been told.
    pub async fn unanswered_runs(&self, most: u32) -> Result<Vec<(OrgId, RunId)>> {
        let sql = format!(
            "SELECT run.org_id, run.id FROM ticket JOIN run ON run.asked_by = ticket.execution_id \
             WHERE ticket.state = 'open' AND ticket.kind = 'run' AND run.state IN {FINAL} \
             AND run.handed_to IS NULL LIMIT $1"
        );
        self.fetch_all(sql, params![i64::from(most)], |row| {
            let mut fields = row.fields("run");
            Ok((fields.id("org_id")?, fields.id("id")?))
        })
        .await
    }

    /// Whether a run has changed anything in the world, or may have.
    pub async fn has_acted(&self, run: RunId) -> Result<bool> {
        let sql = "SELECT 1 FROM step JOIN execution e ON e.id = step.execution_id WHERE step.run_id = $1 \
                   AND e.effect <> 'read' AND e.state NOT IN ('failed', 'released') LIMIT 1";
        let found = self.fetch_optional(sql, params![run], |row| row.fields("step").int("one")).await?;
        Ok(found.is_some())
    }
}
