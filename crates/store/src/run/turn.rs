//! What a carrier keeps of an agent's run while it goes on: answers of the model, and what became of the tools they call.

use callwright_model::{
    Timestamp,
    chat::{ChatMessage, Usage},
    id::{RunId, ThreadId},
    run::Step,
};

use crate::{
    db::{Store, Tx},
    error::Result,
    job::{Held, JobFence},
    params,
    value::{self, Value},
};

/// An answer of the model, before the tools that it calls.
#[derive(Debug, Clone)]
pub struct Turn {
    /// The run.
    pub run: RunId,
    /// Its thread.
    pub thread: ThreadId,
    /// The answer itself and one step for each tool that it calls.
    pub steps: Vec<Step>,
    /// The answer.
    pub message: ChatMessage,
    /// What became of the tools of the answer before, if that is not kept yet.
    pub before: Option<Settled>,
    /// What it took.
    pub usage: Usage,
    /// When.
    pub now: Timestamp,
}

/// What became of tools.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The run.
    pub run: RunId,
    /// Its thread.
    pub thread: ThreadId,
    /// The steps as they are now.
    pub steps: Vec<Step>,
    /// What the model is told, once all of its tools have ended.
    pub messages: Vec<ChatMessage>,
    /// When.
    pub now: Timestamp,
}

/// A count as it is added to others: so many of them are still a whole number to both databases.
pub(super) fn kept(value: u64) -> i64 {
    const MOST: u64 = 1_000_000_000_000;
    i64::try_from(value.min(MOST)).unwrap_or_default()
}

impl Tx<'_> {
    pub(super) async fn put_steps(&mut self, run: RunId, steps: &[Step]) -> Result<()> {
        let sql = "INSERT INTO step (run_id, seq, position, kind, state, name, tool_call_id, arguments, execution_id, \
                   result, usage, started_at, ended_at, child_id, output, note, retries) VALUES ($1, $2, $3, $4, $5, \
                   $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
                   ON CONFLICT (run_id, seq, position) DO UPDATE SET state = excluded.state, \
                   arguments = excluded.arguments, execution_id = excluded.execution_id, result = excluded.result, \
                   usage = excluded.usage, ended_at = excluded.ended_at, child_id = excluded.child_id, \
                   output = excluded.output, note = excluded.note, retries = excluded.retries";
        let mut rows = Vec::with_capacity(steps.len());
        for step in steps {
            rows.push(params![
                run,
                step.seq,
                step.position,
                Value::word(step.kind.as_str()),
                Value::word(step.state.as_str()),
                &step.name,
                step.tool_call_id.as_deref(),
                value::opt_json(step.arguments.as_ref())?,
                step.execution_id,
                step.result.as_deref(),
                value::opt_json(step.usage.as_ref())?,
                step.started_at,
                step.ended_at,
                step.child_run_id,
                value::opt_json(step.output.as_ref())?,
                step.note.as_deref(),
                step.retries,
            ]);
        }
        self.execute_many(sql, &rows).await
    }

    /// Keeps an answer and its steps, behind what became of the tools before it. Gives its place in the thread.
    pub(super) async fn put_turn(&mut self, turn: &Turn) -> Result<i64> {
        let before = turn.before.as_ref();
        let mut steps = before.map(|before| before.steps.clone()).unwrap_or_default();
        let mut messages = before.map(|before| before.messages.clone()).unwrap_or_default();
        let place = i64::try_from(messages.len()).unwrap_or_default();
        steps.extend_from_slice(&turn.steps);
        messages.push(turn.message.clone());
        let first = self.append_messages(turn.thread, Some(turn.run), &messages, turn.now).await?;
        self.put_steps(turn.run, &steps).await?;
        Ok(first + place)
    }

    async fn append_turn(&mut self, turn: &Turn) -> Result<i64> {
        let seq = self.put_turn(turn).await?;
        let sql = "UPDATE run SET steps = steps + 1, prompt_tokens = prompt_tokens + $2, \
                   completion_tokens = completion_tokens + $3, total_tokens = total_tokens + $4, \
                   cached_tokens = cached_tokens + $5, updated_at = $6 WHERE id = $1";
        let usage = &turn.usage;
        let params = params![
            turn.run,
            kept(usage.prompt_tokens),
            kept(usage.completion_tokens),
            kept(usage.total_tokens),
            kept(usage.cached_tokens),
            turn.now
        ];
        self.execute(sql, &params).await?;
        Ok(seq)
    }

    pub(super) async fn settle_steps(&mut self, settled: &Settled) -> Result<()> {
        self.put_steps(settled.run, &settled.steps).await?;
        if !settled.messages.is_empty() {
            self.append_messages(settled.thread, Some(settled.run), &settled.messages, settled.now).await?;
        }
        Ok(())
    }
}

impl Store {
    /// Keeps an answer of the model, before anything that it asks for is done. Gives its place in the thread.
    ///
    /// # Errors
    /// [`Error::Fenced`].
    pub async fn append_turn(&self, fence: JobFence, turn: Turn) -> Result<(Held, i64)> {
        self.write((fence, turn), |(fence, turn), tx| {
            Box::pin(async move {
                let held = tx.hold(*fence, turn.now).await?;
                let seq = tx.append_turn(turn).await?;
                Ok((held, seq))
            })
        })
        .await
    }

    /// Keeps what became of tools.
    ///
    /// # Errors
    /// [`Error::Fenced`].
    pub async fn settle_steps(&self, fence: JobFence, settled: Settled) -> Result<Held> {
        self.write((fence, settled), |(fence, settled), tx| {
            Box::pin(async move {
                let held = tx.hold(*fence, settled.now).await?;
                tx.settle_steps(settled).await?;
                Ok(held)
            })
        })
        .await
    }

    /// Lays a run down until the executions that it waits for have ended. Whoever ends one wakes it.
    ///
    /// # Errors
    /// [`Error::Fenced`].
    pub async fn lay_down_run(&self, fence: JobFence, settled: Settled) -> Result<Held> {
        self.write((fence, settled), |(fence, settled), tx| {
            Box::pin(async move {
                let held = tx.hold(*fence, settled.now).await?;
                tx.settle_steps(settled).await?;
                let sql = "UPDATE run SET state = 'waiting', updated_at = $2 WHERE id = $1";
                tx.execute(sql, &params![settled.run, settled.now]).await?;
                tx.lay_down_job(fence.job, settled.now).await?;
                Ok(held)
            })
        })
        .await
    }
}
