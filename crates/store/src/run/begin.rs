//! A run that is asked for, kept with its job, its thread and what is said; and one that a carrier takes up.

use callwright_model::{
    Timestamp,
    chat::ChatMessage,
    id::{NodeId, OrgId, RunId, ThreadId},
    run::{RunKind, Thread},
};

use super::{RunRow, Within};
use crate::{
    credit::Charge,
    db::{Store, Tx},
    error::{Error, Result},
    job::{Held, JobFence, JobRow},
    params,
    value::{self, Value},
};

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

impl NewRun {
    /// Whether no person asks for it, or it is a plan's work: then nobody goes on with its thread.
    fn is_background(&self) -> bool {
        let run = &self.row.run;
        let is_asked = run.parent_id.is_some() || self.row.asked_by.is_some();
        run.kind == RunKind::Workflow || is_asked || self.job.job.schedule_id.is_some()
    }
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
            Some(thread) => {
                self.begin_thread(thread, Some(run.id), &new.messages).await?;
                if new.is_background() {
                    self.execute("UPDATE thread SET is_background = 1 WHERE id = $1", &params![thread.id]).await?;
                }
            }
            None => {
                let was_background = self.hold_idle_thread(run.organization_id, run.thread_id).await?;
                if was_background && !new.is_background() {
                    // A person goes on with it: from now on it is theirs.
                    self.execute("UPDATE thread SET is_background = 0 WHERE id = $1", &params![run.thread_id]).await?;
                }
                self.append_messages(run.thread_id, Some(run.id), &new.messages, run.created_at).await?;
            }
        }
        self.insert_run(&new.row).await?;
        if !self.push_job(&new.job, new.owner).await? {
            return Err(Error::conflict("job_exists", "there is a job for this already"));
        }
        match &new.charge {
            Some(charge) => self.charge(charge).await,
            None => Ok(()),
        }
    }

    /// Holds the row of a thread until the transaction ends, so that two runs that come together see each other. True: no
    /// person has begun it.
    async fn hold_idle_thread(&mut self, org: OrgId, thread: ThreadId) -> Result<bool> {
        let sql = "SELECT is_background FROM thread WHERE org_id = $1 AND id = $2";
        let sql = format!("{sql}{}", self.dialect().for_update());
        let Some(row) = self.fetch_optional(&sql, &params![org, thread]).await? else {
            return Err(Error::conflict("thread_gone", "the thread was deleted meanwhile"));
        };
        let is_background = row.fields("thread").flag("is_background")?;
        let busy = "SELECT id FROM run WHERE thread_id = $1 AND state IN ('queued', 'running', 'waiting')";
        let Some(row) = self.fetch_optional(busy, &params![thread]).await? else {
            return Ok(is_background);
        };
        let other = row.fields("run").string("id")?;
        let message = format!("the run {other} is still at work on this thread; wait for it, or cancel it");
        Err(Error::conflict("thread_busy", message))
    }

    async fn insert_run(&mut self, row: &RunRow) -> Result<()> {
        let run = &row.run;
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
            &row.request,
            run.deadline_at,
            run.created_at,
            run.started_at,
            Value::word(run.kind.as_str()),
            run.workflow_id,
            run.parent_id,
            row.root_id,
            run.depth,
            row.asked_by,
        ];
        self.execute(sql, &params).await.map(drop)
    }
}

impl Store {
    /// Adds a run with its job and what is said.
    ///
    /// # Errors
    /// As [`Tx::create_run`].
    pub async fn create_run(&self, new: NewRun) -> Result<()> {
        self.write(new, |new, tx| Box::pin(tx.create_run(new))).await
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
}
