//! Runs that are found again by their key, and runs that go on after their job was laid aside.

use callwright_model::{
    Timestamp,
    id::{OrgId, RunId, ThreadId, TicketId},
    page::{Page, PageRequest},
    run::Step,
};

use super::{
    Ending, RunRow,
    row::{RUN, STEP, row, step},
};
use crate::{
    audit::AuditEntry,
    db::Store,
    error::{Error, Result},
    params,
    query::Query,
    value::Value,
};

impl Store {
    /// The run whose job was asked for under this dedupe key.
    pub async fn run_by_key(&self, org: OrgId, key: &str) -> Result<Option<RunRow>> {
        let sql = format!("{RUN} AND job_id = (SELECT id FROM job WHERE org_id = $1 AND dedupe_key = $2)");
        self.fetch_optional(sql, params![org, key], row).await
    }

    /// When a run of a thread last ended with words.
    pub async fn last_words_at(&self, org: OrgId, thread: ThreadId) -> Result<Option<Timestamp>> {
        let sql = "SELECT MAX(ended_at) FROM run WHERE thread_id = $2 AND org_id = $1 AND state = 'completed' \
                   AND output IS NOT NULL AND output <> ''";
        let found =
            self.fetch_optional(sql, params![org, thread], |row| row.fields("run").opt_time("ended_at")).await?;
        Ok(found.flatten())
    }

    /// Whether what a ticket belongs to was asked for by this run.
    pub async fn is_ticket_of_run(&self, run: RunId, ticket: TicketId) -> Result<bool> {
        let sql =
            "SELECT 1 FROM ticket t JOIN step s ON s.execution_id = t.execution_id WHERE t.id = $1 AND s.run_id = $2";
        let found = self.fetch_optional(sql, params![ticket, run], |row| row.fields("step").int("one")).await?;
        Ok(found.is_some())
    }

    /// Runs that nobody began before their time was over, at most `most`.
    pub async fn overdue_runs(&self, now: Timestamp, most: u32) -> Result<Vec<RunRow>> {
        let sql = RUN.replace("WHERE org_id = $1", "WHERE state = 'queued' AND deadline_at <= $1");
        let sql = format!("{sql} ORDER BY deadline_at LIMIT $2");
        self.fetch_all(sql, params![now, i64::from(most)], row).await
    }

    /// Ends a run that waits in the queue, with its job. False: somebody has begun it meanwhile.
    pub async fn end_queued_run(&self, ending: Ending) -> Result<bool> {
        self.write(ending, |ending, tx| {
            Box::pin(async move {
                let sql = "UPDATE job SET state = $2, error = $3, ended_at = $4, updated_at = $4 WHERE state = 'queued' \
                           AND id = (SELECT job_id FROM run WHERE id = $1 AND state = 'queued')";
                let error = ending.error.as_ref().map(|error| error.message.as_str());
                let params = params![ending.run, Value::word(ending.job.as_str()), error, ending.now];
                if tx.execute(sql, &params).await? == 0 {
                    return Ok(false);
                }
                tx.end_run(ending).await?;
                Ok(true)
            })
        })
        .await
    }

    /// A page of the steps of a run, in order.
    pub async fn page_of_steps(&self, run: RunId, page: &PageRequest) -> Result<Page<Step>> {
        let mut query = Query::new(STEP, params![run]);
        if let Some(keys) = page.after.as_deref() {
            let place = |at: usize| keys.get(at).and_then(|key| key.parse::<i64>().ok()).ok_or(Error::Cursor);
            let (seq, position) = (place(0)?, place(1)?);
            query.push(" AND (seq > ").bind(seq).push(" OR (seq = ").bind(seq).push(" AND position > ");
            query.bind(position).push("))");
        }
        query.push(" ORDER BY seq, position").limit(page);
        let rows = self.fetch_query(query, step).await?;
        Ok(Page::from_rows(rows, page.limit, |step| vec![step.seq.to_string(), step.position.to_string()]))
    }

    /// Puts a run that failed because its job was laid aside back in the queue, to go on where it was. False: its job
    /// is not dead.
    ///
    /// # Errors
    /// Conflict `thread_gone`, and `thread_went_on` when the thread's last message is not this run's any more.
    pub async fn revive_run(
        &self,
        org: OrgId,
        run: RunId,
        deadline: Timestamp,
        now: Timestamp,
        entry: AuditEntry,
    ) -> Result<bool> {
        self.write((org, run, deadline, now, entry), |(org, run, deadline, now, entry), tx| {
            Box::pin(async move {
                // The thread is held first, as by whoever begins another run on it.
                let sql = "SELECT id FROM thread WHERE org_id = $1 AND id = (SELECT thread_id FROM run WHERE id = $2)";
                let sql = format!("{sql}{}", tx.dialect().for_update());
                let Some(thread) = tx.fetch_optional(&sql, &params![*org, *run]).await? else {
                    return Err(Error::conflict("thread_gone", "the run's thread was deleted"));
                };
                let thread: callwright_model::id::ThreadId = thread.fields("thread").id("id")?;
                let sql = "UPDATE job SET state = 'queued', attempts = 0, cancel = 0, run_at = $3, error = NULL, \
                           ended_at = NULL, updated_at = $3 WHERE org_id = $1 AND state = 'dead' \
                           AND id = (SELECT job_id FROM run WHERE id = $2 AND state = 'failed')";
                if tx.execute(sql, &params![*org, *run, *now]).await? == 0 {
                    return Ok(false);
                }
                let sql = "SELECT run_id FROM message WHERE thread_id = $1 ORDER BY seq DESC LIMIT 1";
                let last = tx.fetch_optional(sql, &params![thread]).await?;
                let last = last.map(|row| row.fields("message").opt_id("run_id")).transpose()?.flatten();
                if last != Some(*run) {
                    let message = "the thread went on after this run; begin a new one instead";
                    return Err(Error::conflict("thread_went_on", message));
                }
                let sql = "UPDATE run SET state = 'queued', error = NULL, ended_at = NULL, deadline_at = $2, \
                           updated_at = $3 WHERE id = $1";
                tx.execute(sql, &params![*run, *deadline, *now]).await?;
                tx.append_audit(entry).await?;
                Ok(true)
            })
        })
        .await
    }
}
