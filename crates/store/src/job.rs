//! The queue: a table. A job belongs to one node at a time, and every change by its carrier is fenced by its epoch.
//!
//! A carrier that lost its job (its node was taken for dead, and another has the job under the next epoch) changes
//! nothing any more: [`Tx::hold`] tells it so, and with it the whole transaction is given up.

mod claim;

use callwright_model::{
    Timestamp,
    id::{ExecutionId, JobId, NodeId, OrgId, UserId},
    job::{Job, JobKind, JobState},
    page::{Page, PageRequest},
};

pub use claim::Room;

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::{Query, after_id},
    value::{Row, Value},
};

/// A job with what only its carrier needs.
#[derive(Debug, Clone, PartialEq)]
pub struct JobRow {
    /// What everybody may know of it.
    pub job: Job,
    /// What a job that calls a tool needs, sealed by the vault.
    pub payload: Option<String>,
    /// The name under which there is at most one, in its organization.
    pub dedupe_key: Option<String>,
}

/// Whose a job is. Everything that its carrier writes is fenced by this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobFence {
    /// The job.
    pub job: JobId,
    /// The owner's epoch.
    pub epoch: i64,
}

/// What a carrier that still holds its job learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Whether somebody asked for it to stop.
    pub cancel: bool,
}

/// Which jobs to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct JobFilter {
    /// In this state.
    pub state: Option<JobState>,
    /// Of this kind.
    pub kind: Option<JobKind>,
    /// Asked for by this user.
    pub user_id: Option<UserId>,
}

pub(crate) const COLUMNS: &str = "id, org_id, user_id, kind, state, subject, title, priority, run_at, attempts, max_attempts, epoch, \
                       error, schedule_id, created_at, started_at, ended_at, updated_at, payload, dedupe_key";

/// What becomes of a job that goes back to the queue: a call that somebody asked to stop is over. A run that is to stop
/// is taken up once more, so that it has an end of its own.
pub(crate) const BACK: &str = "state = CASE WHEN cancel = 1 AND kind = 'call' THEN 'cancelled' ELSE 'queued' END, \
                               ended_at = CASE WHEN cancel = 1 AND kind = 'call' THEN CAST($1 AS BIGINT) END, owner = NULL";

pub(crate) fn row(row: &Row) -> Result<JobRow> {
    let mut fields = row.fields("job");
    Ok(JobRow {
        job: Job {
            id: fields.id("id")?,
            organization_id: fields.id("org_id")?,
            user_id: fields.id("user_id")?,
            kind: fields.word("kind", JobKind::parse)?,
            state: fields.word("state", JobState::parse)?,
            subject: fields.opt_string("subject")?,
            title: fields.string("title")?,
            priority: fields.int("priority")?,
            run_at: fields.time("run_at")?,
            attempts: fields.int("attempts")?,
            max_attempts: fields.int("max_attempts")?,
            epoch: fields.int("epoch")?,
            error: fields.opt_string("error")?,
            schedule_id: fields.opt_id("schedule_id")?,
            created_at: fields.time("created_at")?,
            started_at: fields.opt_time("started_at")?,
            ended_at: fields.opt_time("ended_at")?,
            updated_at: fields.time("updated_at")?,
        },
        payload: fields.opt_string("payload")?,
        dedupe_key: fields.opt_string("dedupe_key")?,
    })
}

impl Tx<'_> {
    /// Adds a job. With `owner` it is that node's at once, under epoch 1, and `job` says so. False: there is one under
    /// its dedupe key already.
    pub async fn push_job(&mut self, new: &JobRow, owner: Option<NodeId>) -> Result<bool> {
        let sql = "INSERT INTO job (id, org_id, user_id, kind, state, subject, title, priority, run_at, attempts, \
                   max_attempts, owner, epoch, cancel, schedule_id, dedupe_key, payload, created_at, started_at, \
                   updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, $14, $15, $16, $17, \
                   $18, $17) ON CONFLICT DO NOTHING";
        let it = &new.job;
        let params = params![
            it.id,
            it.organization_id,
            it.user_id,
            Value::word(it.kind.as_str()),
            Value::word(it.state.as_str()),
            it.subject.as_deref(),
            &it.title,
            it.priority,
            it.run_at,
            it.attempts,
            it.max_attempts,
            owner,
            it.epoch,
            it.schedule_id,
            new.dedupe_key.as_deref(),
            new.payload.as_deref(),
            it.created_at,
            it.started_at,
        ];
        Ok(self.execute(sql, &params).await? > 0)
    }

    /// Opens a fenced transaction: tells whether the job is still the carrier's, keeps it so until the transaction ends,
    /// and notes that the job got somewhere, so that its attempts count from 0 again.
    ///
    /// # Errors
    /// [`Error::Fenced`]: another has it, or it was ended.
    pub async fn hold(&mut self, fence: JobFence, now: Timestamp) -> Result<Held> {
        let sql = "UPDATE job SET attempts = 0, error = NULL, updated_at = $3 \
                   WHERE id = $1 AND epoch = $2 AND state = 'running' RETURNING cancel";
        match self.fetch_optional(sql, &params![fence.job, fence.epoch, now]).await? {
            Some(row) => Ok(Held { cancel: row.fields("job").flag("cancel")? }),
            None => Err(Error::Fenced),
        }
    }

    /// Ends a held job.
    pub async fn end_job(&mut self, job: JobId, state: JobState, error: Option<&str>, now: Timestamp) -> Result<()> {
        let sql = "UPDATE job SET state = $2, error = $3, ended_at = $4, updated_at = $4, owner = NULL WHERE id = $1";
        self.execute(sql, &params![job, Value::word(state.as_str()), error, now]).await.map(drop)
    }

    /// Lays a held job down until somebody outside has done their part.
    pub async fn lay_down_job(&mut self, job: JobId, now: Timestamp) -> Result<()> {
        let sql = "UPDATE job SET state = 'waiting', owner = NULL, updated_at = $2 WHERE id = $1";
        self.execute(sql, &params![job, now]).await.map(drop)
    }

    /// Gives the jobs of dead nodes back to the queue.
    pub(crate) async fn requeue_orphans(&mut self, now: Timestamp) -> Result<u64> {
        let dialect = self.dialect();
        let sql = format!(
            "UPDATE job SET {BACK} WHERE id IN (SELECT id FROM job WHERE state = 'running' \
             AND (owner IS NULL OR owner NOT IN ({})){})",
            crate::execution::alive(dialect),
            dialect.for_update_skip_locked()
        );
        self.execute(&sql, &params![now]).await
    }
}

impl Store {
    /// Adds a job, see [`Tx::push_job`].
    pub async fn push_job(&self, new: JobRow, owner: Option<NodeId>) -> Result<bool> {
        self.write((new, owner), |(new, owner), tx| Box::pin(tx.push_job(new, *owner))).await
    }

    /// The jobs that a node has had since before `before`, with their epochs, at most `most`.
    pub async fn jobs_of_node(&self, node: NodeId, before: Timestamp, most: u32) -> Result<Vec<JobFence>> {
        let sql = "SELECT id, epoch FROM job WHERE state = 'running' AND owner = $1 AND updated_at < $2 LIMIT $3";
        self.fetch_all(sql, params![node, before, i64::from(most)], |row| {
            let mut fields = row.fields("job");
            Ok(JobFence { job: fields.id("id")?, epoch: fields.int("epoch")? })
        })
        .await
    }

    /// When the next job's time comes.
    pub async fn next_job_at(&self) -> Result<Option<Timestamp>> {
        let sql = "SELECT MIN(run_at) FROM job WHERE state = 'queued'";
        Ok(self.fetch_optional(sql, Vec::new(), |row| row.fields("job").opt_time("run_at")).await?.flatten())
    }

    /// A job of `org`.
    pub async fn job(&self, org: OrgId, id: JobId) -> Result<Option<JobRow>> {
        let sql = format!("SELECT {COLUMNS} FROM job WHERE org_id = $1 AND id = $2");
        self.fetch_optional(sql, params![org, id], row).await
    }

    /// The job under this dedupe key.
    pub async fn job_by_key(&self, org: OrgId, key: &str) -> Result<Option<JobRow>> {
        let sql = format!("SELECT {COLUMNS} FROM job WHERE org_id = $1 AND dedupe_key = $2");
        self.fetch_optional(sql, params![org, key], row).await
    }

    /// Jobs, newest first.
    pub async fn jobs(&self, org: OrgId, filter: &JobFilter, page: &PageRequest) -> Result<Page<Job>> {
        let rows = self.fetch_query(listed(org, filter, page)?, |found| row(found).map(|row| row.job)).await?;
        Ok(Page::from_rows(rows, page.limit, |job| vec![job.id.to_string()]))
    }

    /// Whether the job is still the carrier's, and whether somebody asked for it to stop. None: it is not.
    pub async fn job_held(&self, fence: JobFence) -> Result<Option<Held>> {
        let sql = "SELECT cancel FROM job WHERE id = $1 AND epoch = $2 AND state = 'running'";
        self.fetch_optional(sql, params![fence.job, fence.epoch], |row| {
            Ok(Held { cancel: row.fields("job").flag("cancel")? })
        })
        .await
    }

    /// Puts a job back in the queue until `run_at`, because it got nowhere; a call that somebody asked to stop ends
    /// instead. False: it is not the carrier's any more. `subject` is what it has made by now, if that is something new.
    pub async fn put_back_job(
        &self,
        fence: JobFence,
        run_at: Timestamp,
        error: &str,
        subject: Option<String>,
        now: Timestamp,
    ) -> Result<bool> {
        let sql = format!(
            "UPDATE job SET {BACK}, run_at = $4, error = $5, subject = COALESCE($6, subject), updated_at = $1 \
             WHERE id = $2 AND epoch = $3 AND state = 'running'"
        );
        Ok(self.execute(sql, params![now, fence.job, fence.epoch, run_at, error, subject.as_deref()]).await? > 0)
    }

    /// The same when it is no fault of the job: the process stops. The attempt does not count.
    pub async fn hand_back_job(&self, fence: JobFence, now: Timestamp) -> Result<bool> {
        let sql = format!(
            "UPDATE job SET {BACK}, attempts = CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END, run_at = $1, \
             updated_at = $1 WHERE id = $2 AND epoch = $3 AND state = 'running'"
        );
        Ok(self.execute(sql, params![now, fence.job, fence.epoch]).await? > 0)
    }

    /// Ends a job that its carrier holds. False: it is not the carrier's any more.
    pub async fn end_held_job(
        &self,
        fence: JobFence,
        state: JobState,
        subject: Option<String>,
        error: Option<String>,
        now: Timestamp,
    ) -> Result<bool> {
        let sql = "UPDATE job SET state = $3, subject = COALESCE($4, subject), error = $5, ended_at = $6, \
                   updated_at = $6, owner = NULL WHERE id = $1 AND epoch = $2 AND state = 'running'";
        let params =
            params![fence.job, fence.epoch, Value::word(state.as_str()), subject.as_deref(), error.as_deref(), now];
        Ok(self.execute(sql, params).await? > 0)
    }

    /// Puts a job that ended dead, or was stopped, back in the queue. False: there is none, or it did not end so.
    pub async fn revive_job(&self, org: OrgId, id: JobId, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE job SET state = 'queued', attempts = 0, cancel = 0, run_at = $3, ended_at = NULL, \
                   updated_at = $3 WHERE org_id = $1 AND id = $2 AND state IN ('dead', 'cancelled')";
        Ok(self.execute(sql, params![org, id, now]).await? > 0)
    }

    /// Asks for a job to stop: one that nobody carries is over at once (`true`), another's carrier is told.
    pub async fn cancel_job(&self, org: OrgId, id: JobId, now: Timestamp) -> Result<bool> {
        self.write((org, id, now), |(org, id, now), tx| {
            Box::pin(async move {
                // Held first: its carrier may be about to lay it down or put it back, and nobody would be told.
                let lock = format!("SELECT 1 FROM job WHERE org_id = $1 AND id = $2{}", tx.dialect().for_update());
                tx.fetch_optional(&lock, &params![*org, *id]).await?;
                let sql = "UPDATE job SET state = 'cancelled', ended_at = $3, updated_at = $3 \
                           WHERE org_id = $1 AND id = $2 AND state IN ('queued', 'waiting')";
                if tx.execute(sql, &params![*org, *id, *now]).await? > 0 {
                    return Ok(true);
                }
                let sql = "UPDATE job SET cancel = 1 WHERE org_id = $1 AND id = $2 AND state = 'running'";
                tx.execute(sql, &params![*org, *id]).await?;
                Ok(false)
            })
        })
        .await
    }

    /// An execution has ended: the job of the run that waits for it goes back in the queue. True: there was one.
    pub async fn wake_job_of(&self, execution: ExecutionId, now: Timestamp) -> Result<bool> {
        let is_waiting = "SELECT 1 FROM step WHERE execution_id = $1 AND state = 'waiting'";
        let found = self.fetch_optional(is_waiting, params![execution], |row| row.fields("step").int("one")).await?;
        if found.is_none() {
            return Ok(false);
        }
        let sql = "UPDATE job SET state = 'queued', run_at = $2, updated_at = $2 WHERE state = 'waiting' AND id IN \
                   (SELECT run.job_id FROM step JOIN run ON run.id = step.run_id \
                   WHERE step.execution_id = $1 AND step.state = 'waiting')";
        Ok(self.execute(sql, params![execution, now]).await? > 0)
    }

    /// Puts jobs back in the queue whose executions have ended without anybody noticing, and those whose runs' time is
    /// over. Tells how many.
    pub async fn wake_overlooked_jobs(&self, now: Timestamp, most: u32) -> Result<u64> {
        let sql = "UPDATE job SET state = 'queued', run_at = $1, updated_at = $1 WHERE state = 'waiting' AND id IN \
                   (SELECT run.job_id FROM step JOIN run ON run.id = step.run_id \
                   JOIN execution ON execution.id = step.execution_id WHERE step.state = 'waiting' \
                   AND execution.state IN ('done', 'failed', 'unknown', 'released') \
                   UNION SELECT run.job_id FROM step JOIN run ON run.id = step.run_id \
                   JOIN run child ON child.id = step.child_id WHERE step.state = 'waiting' \
                   AND child.state IN ('completed', 'failed', 'cancelled') \
                   UNION SELECT job_id FROM run WHERE state = 'waiting' AND deadline_at <= $1 LIMIT $2)";
        self.execute(sql, params![now, i64::from(most)]).await
    }

    /// Forgets jobs that ended before `before`, at most `most` of them.
    pub async fn purge_jobs(&self, before: Timestamp, most: u32) -> Result<u64> {
        let sql =
            "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE ended_at IS NOT NULL AND ended_at < $1 LIMIT $2)";
        self.execute(sql, params![before, i64::from(most)]).await
    }
}

fn listed(org: OrgId, filter: &JobFilter, page: &PageRequest) -> Result<Query> {
    let mut query = Query::new(format!("SELECT {COLUMNS} FROM job WHERE org_id = $1"), params![org]);
    if filter.state.is_some_and(|state| state != JobState::Done) {
        // Implied, and lets the index of what is not done be used.
        query.push(" AND state <> 'done'");
    }
    query.and("state =", filter.state.map(|state| Value::word(state.as_str())));
    query.and("kind =", filter.kind.map(|kind| Value::word(kind.as_str())));
    query.and("user_id =", filter.user_id);
    query.and("id <", after_id::<callwright_model::id::kind::Job>(page)?);
    query.push(" ORDER BY id DESC").limit(page);
    Ok(query)
}

#[cfg(test)]
mod tests {
    use callwright_model::Id;

    use super::*;
    use crate::query::plan;

    #[test]
    fn a_list_of_one_state_does_not_read_the_others() {
        let mut connection = rusqlite::Connection::open_in_memory().unwrap();
        crate::migrate::run_sqlite(&mut connection).unwrap();
        for (state, index) in [
            (Some(JobState::Dead), "job_org_state (org_id=? AND state=?)"),
            (Some(JobState::Queued), "job_org_state (org_id=? AND state=?)"),
            (Some(JobState::Done), "job_org (org_id=?)"),
            (None, "job_org (org_id=?)"),
        ] {
            let filter = JobFilter { state, ..JobFilter::default() };
            let plan = plan(&connection, &listed(Id::from_raw(1), &filter, &PageRequest::first(20)).unwrap());
            assert!(plan.contains(&format!("USING INDEX {index}")) && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
