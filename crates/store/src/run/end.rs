//! The end of a run, in one transaction with all that hangs on it: its job, its open steps, those of its calls that still
//! wait for somebody, the news of it, and the run of whoever goes on.

use callwright_model::{
    ErrorClass, Timestamp, ToolError,
    chat::Usage,
    execution::State,
    id::{OrgId, RunId},
    job::JobState,
    run::{HandedTo, RunError, RunState},
    ticket::{TicketKind, TicketState},
};

use super::{FlowEnd, NewRun, Settled, Turn, turn::kept};
use crate::{
    db::{Store, Tx},
    error::Result,
    job::JobFence,
    outbox::OutboxRow,
    params,
    value::{self, Value},
};

/// Who goes on with a conversation: begun in the transaction in which the run before it ends.
#[derive(Debug, Clone)]
pub struct Handed {
    /// What everybody may know of it.
    pub to: HandedTo,
    /// The run.
    pub next: NewRun,
}

/// How a run ends.
#[derive(Debug, Clone)]
pub struct Ending {
    /// The run.
    pub run: RunId,
    /// `completed`, `failed` or `cancelled`.
    pub state: RunState,
    /// The answer.
    pub output: Option<String>,
    /// Why there is none.
    pub error: Option<RunError>,
    /// What its job becomes.
    pub job: JobState,
    /// The last answer of the model, with its step and what it took.
    pub turn: Option<Turn>,
    /// What an answer took that is not kept, because it came after somebody wanted the run to stop.
    pub unkept: Usage,
    /// What became of the tools after which it ends, and what is said last.
    pub settled: Option<Settled>,
    /// Who goes on with the conversation.
    pub handed: Option<Box<Handed>>,
    /// What a workflow came to.
    pub flow: Option<Box<FlowEnd>>,
    /// News of it.
    pub news: Option<OutboxRow>,
    /// What becomes of those of its calls that still wait for somebody to agree: they are released with this. `None`
    /// for a run that completed, whose questions the person in the thread may still answer.
    pub let_go: Option<ToolError>,
    /// When.
    pub now: Timestamp,
}

impl Tx<'_> {
    pub(super) async fn end_run(&mut self, ending: &Ending) -> Result<()> {
        if let Some(turn) = &ending.turn {
            self.put_turn(turn).await?;
        }
        if let Some(flow) = &ending.flow {
            self.end_flow(flow).await?;
        }
        if let Some(settled) = &ending.settled {
            self.settle_steps(settled).await?;
        }
        let sql = "UPDATE run SET state = $2, output = $3, error = $4, ended_at = $5, updated_at = $5, \
                   handed_to = $6, steps = steps + $7, prompt_tokens = prompt_tokens + $8, \
                   completion_tokens = completion_tokens + $9, total_tokens = total_tokens + $10, \
                   cached_tokens = cached_tokens + $11 WHERE id = $1";
        let handed_to = ending.handed.as_ref().map(|handed| &handed.to);
        let mut usage = ending.turn.as_ref().map(|turn| turn.usage).unwrap_or_default();
        usage += ending.unkept;
        let params = params![
            ending.run,
            Value::word(ending.state.as_str()),
            ending.output.as_deref(),
            value::opt_json(ending.error.as_ref())?,
            ending.now,
            value::opt_json(handed_to)?,
            i64::from(ending.turn.is_some()),
            kept(usage.prompt_tokens),
            kept(usage.completion_tokens),
            kept(usage.total_tokens),
            kept(usage.cached_tokens),
        ];
        self.execute(sql, &params).await?;
        if let Some(error) = &ending.let_go {
            self.let_go(ending.run, error, ending.now).await?;
            self.close_steps(ending.run, ending.now).await?;
        }
        if let Some(news) = &ending.news {
            self.push_outbox(news).await?;
        }
        if let Some(handed) = &ending.handed {
            let sql = "SELECT is_background FROM thread WHERE id = (SELECT thread_id FROM run WHERE id = $1)";
            let old = self.fetch_optional(sql, &params![ending.run]).await?;
            let was_background = old.map(|row| row.fields("thread").flag("is_background")).transpose()?;
            // Behind the end: one run at a time is at work on a thread.
            self.create_run(&handed.next).await?;
            // Nobody has begun the one run who did not begin the other.
            let sql = "UPDATE thread SET agent_id = $2, is_background = is_background | $3 WHERE id = $1";
            let was_background = was_background.unwrap_or_default();
            self.execute(sql, &params![handed.to.thread_id, handed.to.agent_id, was_background]).await?;
        }
        Ok(())
    }

    async fn let_go(&mut self, run: RunId, error: &ToolError, now: Timestamp) -> Result<()> {
        let sql = "SELECT ticket.id, ticket.execution_id, ticket.kind FROM step JOIN ticket ON ticket.execution_id = \
                   step.execution_id WHERE step.run_id = $1 AND step.kind = 'tool' \
                   AND ticket.kind IN ('approval', 'confirmation', 'client') AND ticket.state IN ('open', 'approved')";
        for row in self.fetch_all(sql, &params![run]).await? {
            let mut fields = row.fields("ticket");
            let (ticket, execution) = (fields.id("id")?, fields.id("execution_id")?);
            let is_clients = fields.text("kind")? == TicketKind::Client.as_str();
            if !self.end_ticket(ticket, TicketState::Void, now).await? {
                continue;
            }
            if is_clients {
                let message =
                    "the run was stopped while the client was at this; it is not known whether it did anything";
                let error = ToolError::new(ErrorClass::Cancelled, "cancelled", message);
                self.end_parked(execution, State::Failed, &error, now).await?;
            } else {
                self.end_parked(execution, State::Released, error, now).await?;
            }
        }
        Ok(())
    }

    /// Ends the steps of a run that is over: those that were never begun, and those whose execution or run has ended.
    /// What is still at work is left to [`Store::close_late_steps`].
    async fn close_steps(&mut self, run: RunId, now: Timestamp) -> Result<()> {
        let sql = "UPDATE step SET state = 'skipped', ended_at = $2 WHERE run_id = $1 AND state = 'open' \
                   AND execution_id IS NULL AND child_id IS NULL";
        self.execute(sql, &params![run, now]).await?;
        let sql = "UPDATE step SET state = 'failed', ended_at = $2 WHERE run_id = $1 AND state IN ('open', 'waiting') \
                   AND execution_id IN (SELECT id FROM execution WHERE state IN ('failed', 'unknown', 'released'))";
        self.execute(sql, &params![run, now]).await.map(drop)
    }
}

impl Store {
    /// Ends a run with its job, keeps the news of it, and begins the run of whoever goes on, all at once. False: it was
    /// to complete, but somebody wants it to stop; nothing was changed.
    ///
    /// # Errors
    /// [`Error::Fenced`]. As [`Tx::create_run`] where somebody goes on.
    pub async fn end_run(&self, fence: JobFence, ending: Ending) -> Result<bool> {
        self.write((fence, ending), |(fence, ending), tx| {
            Box::pin(async move {
                let held = tx.hold(*fence, ending.now).await?;
                if held.cancel && ending.state == RunState::Completed {
                    return Ok(false);
                }
                tx.end_run(ending).await?;
                let error = ending.error.as_ref().map(|error| error.message.as_str());
                tx.end_job(fence.job, ending.job, error, ending.now).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Ends a run that nobody carries. False: somebody does, or it has ended; then its carrier is told to stop.
    pub async fn cancel_run(&self, org: OrgId, ending: Ending) -> Result<bool> {
        self.write((org, ending), |(org, ending), tx| {
            Box::pin(async move {
                // Held first: its carrier may be about to lay it down, and nobody would be told.
                let lock = "SELECT 1 FROM job WHERE org_id = $1 AND id = (SELECT job_id FROM run WHERE id = $2)";
                let lock = format!("{lock}{}", tx.dialect().for_update());
                tx.fetch_optional(&lock, &params![*org, ending.run]).await?;
                let sql = "UPDATE job SET state = 'cancelled', ended_at = $3, updated_at = $3 WHERE org_id = $1 \
                           AND id = (SELECT job_id FROM run WHERE id = $2) AND state IN ('queued', 'waiting')";
                if tx.execute(sql, &params![*org, ending.run, ending.now]).await? > 0 {
                    tx.end_run(ending).await?;
                    return Ok(true);
                }
                let sql = "UPDATE job SET cancel = 1 WHERE org_id = $1 AND state = 'running' \
                           AND id = (SELECT job_id FROM run WHERE id = $2)";
                tx.execute(sql, &params![*org, ending.run]).await?;
                Ok(false)
            })
        })
        .await
    }

    /// Ends steps of runs that are over whose executions, or runs, have ended since; at most `most` of them.
    pub async fn close_late_steps(&self, now: Timestamp, most: u32) -> Result<u64> {
        let sql = "UPDATE step SET ended_at = $1, state = CASE WHEN execution_id IN \
                   (SELECT id FROM execution WHERE id = step.execution_id AND state = 'done') OR child_id IN \
                   (SELECT id FROM run WHERE id = step.child_id AND state = 'completed') THEN 'done' ELSE 'failed' END \
                   WHERE (run_id, seq, position) IN (SELECT s.run_id, s.seq, s.position FROM step s \
                   JOIN run r ON r.id = s.run_id LEFT JOIN execution e ON e.id = s.execution_id \
                   LEFT JOIN run c ON c.id = s.child_id WHERE s.state = 'waiting' \
                   AND r.state IN ('completed', 'failed', 'cancelled') \
                   AND (e.id IS NOT NULL OR c.id IS NOT NULL) \
                   AND (e.id IS NULL OR e.state IN ('done', 'failed', 'unknown', 'released')) \
                   AND (c.id IS NULL OR c.state IN ('completed', 'failed', 'cancelled')) LIMIT $2)";
        self.execute(sql, params![now, i64::from(most)]).await
    }

    /// Forgets runs that ended before `before`, with their steps, at most `most` of them. Threads are kept.
    pub async fn purge_runs(&self, before: Timestamp, most: u32) -> Result<u64> {
        self.write((before, most), |(before, most), tx| {
            Box::pin(async move {
                let sql = "DELETE FROM run WHERE id IN (SELECT id FROM run WHERE ended_at IS NOT NULL \
                           AND ended_at < $1 ORDER BY ended_at LIMIT $2) RETURNING id";
                let rows = tx.fetch_all(sql, &params![*before, i64::from(*most)]).await?;
                // Steps of these very runs: asked for twice, another node's rows would be others.
                let ids = rows.iter().map(|row| row.fields("run").id("id").map(|id: RunId| params![id]));
                let ids = ids.collect::<Result<Vec<_>>>()?;
                tx.execute_many("DELETE FROM step WHERE run_id = $1", &ids).await?;
                Ok(ids.len() as u64)
            })
        })
        .await
    }
}
