//! Runs and their steps. What a carrier writes is fenced by its job: see [`crate::job`].

mod again;
mod flow;

use callwright_model::{
    ErrorClass, Timestamp, ToolError,
    chat::{ChatMessage, Usage},
    execution::State,
    id::{AgentId, ExecutionId, NodeId, OrgId, RunId, ThreadId, UserId, WorkflowId},
    job::JobState,
    page::{Page, PageRequest},
    run::{HandedTo, Run, RunError, RunKind, RunState, Step, StepKind, StepState, Thread},
    ticket::{TicketKind, TicketState},
};

pub use flow::{FlowEnd, FlowSettled, Within};

use crate::{
    credit::Charge,
    db::{Store, Tx},
    error::{Error, Result},
    job::{Held, JobFence, JobRow},
    outbox::OutboxRow,
    params,
    query::{Query, after_id},
    value::{self, Row, Value},
};

/// A run with what only its carrier needs.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    /// What everybody may know of it.
    pub run: Run,
    /// Who asked, as which agent, with which tools and context; sealed by the vault.
    pub request: String,
    /// The first of the runs above it, if there are any.
    pub root_id: Option<RunId>,
    /// The execution of a tool that its end answers.
    pub asked_by: Option<ExecutionId>,
}

/// A run that is asked for.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// The run, `queued` or `running`.
    pub row: RunRow,
    /// The job that carries it, in the same state.
    pub job: JobRow,
    /// Whose job it is at once, if anybody's.
    pub owner: Option<NodeId>,
    /// The thread, when it begins with this run.
    pub thread: Option<Thread>,
    /// What is said.
    pub messages: Vec<ChatMessage>,
    /// What it costs, if it costs anything.
    pub charge: Option<Charge>,
    /// The run that asks for it, if one does.
    pub within: Option<Within>,
}

/// Which runs to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunFilter {
    /// In this state.
    pub state: Option<RunState>,
    /// Of agents, or of workflows.
    pub kind: Option<RunKind>,
    /// Of this agent.
    pub agent_id: Option<AgentId>,
    /// Of this workflow.
    pub workflow_id: Option<WorkflowId>,
    /// Asked for by this run.
    pub parent_id: Option<RunId>,
    /// Asked for by no other run.
    pub is_first: bool,
    /// On this thread.
    pub thread_id: Option<ThreadId>,
    /// For this user.
    pub user_id: Option<UserId>,
}

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

const RUN: &str = "SELECT id, org_id, user_id, thread_id, agent_id, agent_name, job_id, state, model, input, output, \
                   error, handed_to, prompt_tokens, completion_tokens, total_tokens, cached_tokens, steps, limits, \
                   metadata, deadline_at, created_at, started_at, ended_at, updated_at, request, \
                   kind, workflow_id, result, parent_id, depth, root_id, asked_by FROM run WHERE org_id = $1";

/// In a list, texts are cut to this many characters.
const SHORT: usize = 1_000;

const STEP: &str = "SELECT seq, position, kind, state, name, tool_call_id, arguments, execution_id, result, usage, \
                    started_at, ended_at, child_id, output, note, retries FROM step WHERE run_id = $1";

fn count(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

/// A count as it is added to others: so many of them are still a whole number to both databases.
fn kept(value: u64) -> i64 {
    const MOST: u64 = 1_000_000_000_000;
    i64::try_from(value.min(MOST)).unwrap_or_default()
}

fn row(row: &Row) -> Result<RunRow> {
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

fn step(row: &Row) -> Result<Step> {
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

impl Tx<'_> {
    /// Adds a run with its job and what is said.
    ///
    /// # Errors
    /// Conflict `thread_busy`: another run is at work on the thread. Conflict `job_exists`: there is a job under the
    /// dedupe key already. [`Error::Exhausted`]: it costs more than there is. Where another run asks for it also
    /// [`Error::Fenced`], and conflicts `parent_ended` and `too_many_runs`.
    pub async fn create_run(&mut self, new: &NewRun) -> Result<()> {
        let run = &new.row.run;
        if let Some(within) = &new.within {
            self.check_within(run.organization_id, within, run.created_at).await?;
        }
        match &new.thread {
            Some(thread) => self.create_thread(thread).await?,
            None => {
                // The thread's row is held from here, so that two runs that come together see each other.
                let sql = format!("SELECT 1 FROM thread WHERE org_id = $1 AND id = $2{}", self.dialect().for_update());
                if self.fetch_optional(&sql, &params![run.organization_id, run.thread_id]).await?.is_none() {
                    return Err(Error::conflict("thread_gone", "the thread was deleted meanwhile"));
                }
                let busy = "SELECT id FROM run WHERE thread_id = $1 AND state IN ('queued', 'running', 'waiting')";
                if let Some(row) = self.fetch_optional(busy, &params![run.thread_id]).await? {
                    let other = row.fields("run").string("id")?;
                    let message = format!("the run {other} is still at work on this thread; wait for it, or cancel it");
                    return Err(Error::conflict("thread_busy", message));
                }
            }
        }
        self.append_messages(run.thread_id, Some(run.id), &new.messages, run.created_at).await?;
        let sql = "INSERT INTO run (id, org_id, user_id, thread_id, agent_id, agent_name, job_id, state, model, input, \
                   prompt_tokens, completion_tokens, total_tokens, cached_tokens, steps, limits, metadata, request, \
                   deadline_at, created_at, started_at, updated_at, kind, workflow_id, parent_id, root_id, depth, \
                   asked_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 0, 0, 0, $11, $12, $13, $14, \
                   $15, $16, $15, $17, $18, $19, $20, $21, $22)";
        let params = params![
            run.id,
            run.organization_id,
            run.user_id,
            run.thread_id,
            run.agent_id.map(|id| id.to_string()).unwrap_or_default(),
            run.name(),
            run.job_id,
            Value::word(run.state.as_str()),
            &run.model,
            &run.input,
            value::json(&run.limits)?,
            value::json(&run.metadata)?,
            &new.row.request,
            run.deadline_at,
            run.created_at,
            run.started_at,
            Value::word(run.kind.as_str()),
            run.workflow_id,
            run.parent_id,
            new.row.root_id,
            run.depth,
            new.row.asked_by,
        ];
        self.execute(sql, &params).await?;
        if !self.push_job(&new.job, new.owner).await? {
            return Err(Error::conflict("job_exists", "there is a job for this already"));
        }
        match &new.charge {
            Some(charge) => self.charge(charge).await,
            None => Ok(()),
        }
    }

    async fn put_steps(&mut self, run: RunId, steps: &[Step]) -> Result<()> {
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

    async fn append_turn(&mut self, turn: &Turn) -> Result<i64> {
        let seq =
            self.append_messages(turn.thread, Some(turn.run), std::slice::from_ref(&turn.message), turn.now).await?;
        self.put_steps(turn.run, &turn.steps).await?;
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

    async fn settle_steps(&mut self, settled: &Settled) -> Result<()> {
        self.put_steps(settled.run, &settled.steps).await?;
        if !settled.messages.is_empty() {
            self.append_messages(settled.thread, Some(settled.run), &settled.messages, settled.now).await?;
        }
        Ok(())
    }

    async fn end_run(&mut self, ending: &Ending) -> Result<()> {
        if let Some(turn) = &ending.turn {
            self.append_turn(turn).await?;
        }
        if let Some(flow) = &ending.flow {
            self.end_flow(flow).await?;
        }
        if let Some(settled) = &ending.settled {
            self.settle_steps(settled).await?;
        }
        let sql = "UPDATE run SET state = $2, output = $3, error = $4, ended_at = $5, updated_at = $5, \
                   handed_to = $6 WHERE id = $1";
        let handed_to = ending.handed.as_ref().map(|handed| &handed.to);
        let params = params![
            ending.run,
            Value::word(ending.state.as_str()),
            ending.output.as_deref(),
            value::opt_json(ending.error.as_ref())?,
            ending.now,
            value::opt_json(handed_to)?,
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
            // Behind the end: one run at a time is at work on a thread.
            self.create_run(&handed.next).await?;
            let sql = "UPDATE thread SET agent_id = $2 WHERE id = $1";
            self.execute(sql, &params![handed.to.thread_id, handed.to.agent_id]).await?;
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
}

impl Tx<'_> {
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

    /// Adds a run with its job and what is said.
    ///
    /// # Errors
    /// As [`Tx::create_run`].
    pub async fn create_run(&self, new: NewRun) -> Result<()> {
        self.write(new, |new, tx| Box::pin(tx.create_run(new))).await
    }

    /// A run of `org`.
    pub async fn run(&self, org: OrgId, id: RunId) -> Result<Option<RunRow>> {
        self.fetch_optional(format!("{RUN} AND id = $2"), params![org, id], row).await
    }

    /// The run that a job carries.
    pub async fn run_of_job(&self, org: OrgId, job: callwright_model::id::JobId) -> Result<Option<RunRow>> {
        self.fetch_optional(format!("{RUN} AND job_id = $2"), params![org, job], row).await
    }

    /// Runs, newest first; long texts are cut.
    pub async fn runs(&self, org: OrgId, filter: &RunFilter, page: &PageRequest) -> Result<Page<Run>> {
        let short = |column: &str| format!(" substr({column}, 1, {SHORT}) AS {column},");
        let short = RUN.replacen(" input,", &short("input"), 1).replacen(" output,", &short("output"), 1);
        // What a workflow came to may be large: it is told one by one.
        let short = short.replacen(" result,", " NULL AS result,", 1);
        let mut query = Query::new(short, params![org]);
        query.and("state =", filter.state.map(|state| Value::word(state.as_str())));
        query.and("kind =", filter.kind.map(|kind| Value::word(kind.as_str())));
        query.and("agent_id =", filter.agent_id).and("thread_id =", filter.thread_id);
        query.and("workflow_id =", filter.workflow_id).and("parent_id =", filter.parent_id);
        query.and("user_id =", filter.user_id);
        if filter.is_first {
            query.push(" AND parent_id IS NULL");
        }
        query.and("id <", after_id::<callwright_model::id::kind::Run>(page)?);
        query.push(" ORDER BY id DESC").limit(page);
        let rows = self.fetch_query(query, |found| row(found).map(|row| row.run)).await?;
        Ok(Page::from_rows(rows, page.limit, |run| vec![run.id.to_string()]))
    }

    /// The steps of a run from the answer number `from` on, in order, at most `most`.
    pub async fn steps(&self, run: RunId, from: i64, most: u32) -> Result<Vec<Step>> {
        let sql = format!("{STEP} AND seq >= $2 ORDER BY seq, position LIMIT $3");
        self.fetch_all(sql, params![run, from, i64::from(most)], step).await
    }

    /// How long the last completed runs of the same agent or workflow took, in microseconds.
    pub async fn durations_of_runs(&self, run: &Run, most: u32) -> Result<Vec<i64>> {
        let (column, id) = match run.workflow_id {
            Some(workflow) => ("workflow_id", workflow.to_string()),
            None => ("agent_id", run.agent_id.map(|id| id.to_string()).unwrap_or_default()),
        };
        let sql = format!(
            "SELECT ended_at - created_at FROM run WHERE org_id = $1 AND {column} = $2 AND state = 'completed' \
             ORDER BY id DESC LIMIT $3"
        );
        let params = params![run.organization_id, id, i64::from(most)];
        self.fetch_all(sql, params, |row| row.fields("run").int("duration")).await
    }

    /// A carrier takes a run up. The messages of its thread and its open steps are as they were left.
    ///
    /// # Errors
    /// [`Error::Fenced`].
    pub async fn take_up_run(&self, fence: JobFence, run: RunId, now: Timestamp) -> Result<Held> {
        self.write((fence, run, now), |(fence, run, now), tx| {
            Box::pin(async move {
                // Only looked at: taking a run up is no progress yet.
                let sql = "SELECT cancel FROM job WHERE id = $1 AND epoch = $2 AND state = 'running'";
                let sql = format!("{sql}{}", tx.dialect().for_update());
                let Some(found) = tx.fetch_optional(&sql, &params![fence.job, fence.epoch]).await? else {
                    return Err(Error::Fenced);
                };
                let held = Held { cancel: found.fields("job").flag("cancel")? };
                let sql = "UPDATE run SET state = 'running', started_at = COALESCE(started_at, $2), updated_at = $2 \
                           WHERE id = $1 AND state IN ('queued', 'waiting', 'running')";
                tx.execute(sql, &params![*run, *now]).await?;
                Ok(held)
            })
        })
        .await
    }

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

    /// The executions that a run waits for.
    pub async fn awaited(&self, run: RunId) -> Result<Vec<ExecutionId>> {
        let sql = "SELECT execution_id FROM step WHERE run_id = $1 AND state = 'waiting' AND execution_id IS NOT NULL";
        self.fetch_all(sql, params![run], |row| row.fields("step").id("execution_id")).await
    }

    /// Forgets runs that ended before `before`, with their steps, at most `most` of them. Threads are kept.
    pub async fn purge_runs(&self, before: Timestamp, most: u32) -> Result<u64> {
        self.write((before, most), |(before, most), tx| {
            Box::pin(async move {
                let old = "SELECT id FROM run WHERE ended_at IS NOT NULL AND ended_at < $1 ORDER BY ended_at LIMIT $2";
                let params = params![*before, i64::from(*most)];
                let sql = format!("DELETE FROM step WHERE run_id IN ({old})");
                tx.execute(&sql, &params).await?;
                tx.execute(&format!("DELETE FROM run WHERE id IN ({old})"), &params).await
            })
        })
        .await
    }
}
