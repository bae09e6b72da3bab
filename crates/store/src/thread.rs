//! Threads and their messages: added to, never changed.

use callwright_model::{
    Object, Timestamp,
    chat::ChatMessage,
    id::{AgentId, OrgId, RunId, ThreadId, UserId},
    page::{Page, PageRequest},
    run::{Thread, ThreadMessage},
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::{Query, after_id},
    value::{self, Fields, Row},
};

/// Which threads to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ThreadFilter {
    /// Begun by this user.
    pub user_id: Option<UserId>,
    /// Begun with this agent.
    pub agent_id: Option<AgentId>,
}

const THREAD: &str = "SELECT id, org_id, user_id, agent_id, title, context, message_count, created_at, updated_at \
                      FROM thread WHERE org_id = $1";

fn thread(row: &Row) -> Result<Thread> {
    let mut fields = row.fields("thread");
    Ok(Thread {
        id: fields.id("id")?,
        organization_id: fields.id("org_id")?,
        user_id: fields.id("user_id")?,
        agent_id: fields.opt_id("agent_id")?,
        title: fields.string("title")?,
        context: fields.json("context")?,
        message_count: fields.int("message_count")?,
        created_at: fields.time("created_at")?,
        updated_at: fields.time("updated_at")?,
    })
}

fn message(row: &Row) -> Result<ThreadMessage> {
    message_of(&mut row.fields("message"))
}

fn message_of(fields: &mut Fields<'_>) -> Result<ThreadMessage> {
    Ok(ThreadMessage {
        seq: fields.int("seq")?,
        run_id: fields.opt_id("run_id")?,
        message: fields.json("body")?,
        created_at: fields.time("created_at")?,
    })
}

/// A piece of what a run has said.
#[derive(Debug, Clone, PartialEq)]
pub struct Piece {
    /// The messages, in order.
    pub messages: Vec<ThreadMessage>,
    /// Whether there may be more behind them.
    pub is_cut: bool,
}

/// What became of a thread that is to be forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Forgotten {
    Done,
    Busy,
    NotThere,
}

impl Tx<'_> {
    /// Forgets a thread; with `quiet` only if nothing was added to it since then.
    async fn forget_thread(&mut self, org: OrgId, id: ThreadId, quiet: Option<Timestamp>) -> Result<Forgotten> {
        // Held first, as by whoever begins a run on it: of the two, the second sees what the first did.
        let lock =
            format!("SELECT updated_at FROM thread WHERE org_id = $1 AND id = $2{}", self.dialect().for_update());
        let Some(row) = self.fetch_optional(&lock, &params![org, id]).await? else {
            return Ok(Forgotten::NotThere);
        };
        let updated_at = row.fields("thread").time("updated_at")?;
        if quiet.is_some_and(|since| updated_at >= since) {
            return Ok(Forgotten::Busy);
        }
        let busy = "SELECT 1 FROM run WHERE thread_id = $1 AND state IN ('queued', 'running', 'waiting')";
        if self.fetch_optional(busy, &params![id]).await?.is_some() {
            return Ok(Forgotten::Busy);
        }
        self.execute("DELETE FROM thread WHERE org_id = $1 AND id = $2", &params![org, id]).await?;
        self.silence_runs(id).await?;
        self.execute("DELETE FROM message WHERE thread_id = $1", &params![id]).await?;
        Ok(Forgotten::Done)
    }

    /// Takes what was said out of the runs of a thread, which stay: the first and the last of it are in the run, the rest
    /// in its steps.
    pub(crate) async fn silence_runs(&mut self, thread: ThreadId) -> Result<()> {
        let steps = "UPDATE step SET arguments = NULL, result = NULL, output = NULL, note = NULL WHERE run_id IN \
                     (SELECT id FROM run WHERE thread_id = $1)";
        self.execute(steps, &params![thread]).await?;
        let runs = "UPDATE run SET input = '', output = NULL, result = NULL WHERE thread_id = $1";
        self.execute(runs, &params![thread]).await.map(drop)
    }

    /// Adds a thread with the messages that it begins with.
    pub async fn begin_thread(&mut self, new: &Thread, run: Option<RunId>, messages: &[ChatMessage]) -> Result<()> {
        let sql = "INSERT INTO thread (id, org_id, user_id, agent_id, title, context, message_count, created_at, \
                   updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
        let params = params![
            new.id,
            new.organization_id,
            new.user_id,
            new.agent_id,
            &new.title,
            value::json(&new.context)?,
            i64::try_from(messages.len()).unwrap_or_default(),
            new.created_at,
        ];
        self.execute(sql, &params).await?;
        self.insert_messages((new.id, 1), run, messages, new.created_at).await
    }

    /// Adds messages to a thread from a place on, which are counted already.
    async fn insert_messages(
        &mut self,
        (thread, first): (ThreadId, i64),
        run: Option<RunId>,
        messages: &[ChatMessage],
        now: Timestamp,
    ) -> Result<()> {
        let sql = "INSERT INTO message (thread_id, seq, run_id, body, created_at) VALUES ($1, $2, $3, $4, $5)";
        let mut rows = Vec::with_capacity(messages.len());
        for (seq, message) in (first..).zip(messages) {
            rows.push(params![thread, seq, run, value::json(message)?, now]);
        }
        self.execute_many(sql, &rows).await
    }

    /// Adds messages to the end of a thread, and tells the place of the first.
    ///
    /// # Errors
    /// Conflict `thread_gone` when the thread is not there any more.
    pub async fn append_messages(
        &mut self,
        thread: ThreadId,
        run: Option<RunId>,
        messages: &[ChatMessage],
        now: Timestamp,
    ) -> Result<i64> {
        let sql = "UPDATE thread SET message_count = message_count + $2, updated_at = $3 WHERE id = $1 \
                   RETURNING message_count";
        let count = i64::try_from(messages.len()).unwrap_or_default();
        let Some(row) = self.fetch_optional(sql, &params![thread, count, now]).await? else {
            return Err(Error::conflict("thread_gone", "the thread was deleted meanwhile"));
        };
        let first = row.fields("thread").int("message_count")? - count + 1;
        self.insert_messages((thread, first), run, messages, now).await?;
        Ok(first)
    }
}

impl Store {
    /// Adds a thread, with the messages that it begins with. `is_trusted`: whoever writes its variables vouches for them.
    pub async fn create_thread(&self, new: Thread, messages: Vec<ChatMessage>, is_trusted: bool) -> Result<()> {
        self.write((new, messages), move |(new, messages), tx| {
            Box::pin(async move {
                tx.begin_thread(new, None, messages).await?;
                if is_trusted {
                    tx.execute("UPDATE thread SET context_trusted = 1 WHERE id = $1", &params![new.id]).await?;
                }
                Ok(())
            })
        })
        .await
    }

    /// A thread of `org`.
    pub async fn thread(&self, org: OrgId, id: ThreadId) -> Result<Option<Thread>> {
        self.fetch_optional(format!("{THREAD} AND id = $2"), params![org, id], thread).await
    }

    /// Threads, newest first.
    pub async fn threads(&self, org: OrgId, filter: &ThreadFilter, page: &PageRequest) -> Result<Page<Thread>> {
        let mut query = Query::new(THREAD, params![org]);
        query.and("user_id =", filter.user_id).and("agent_id =", filter.agent_id);
        query.and("id <", after_id::<callwright_model::id::kind::Thread>(page)?);
        query.push(" ORDER BY id DESC").limit(page);
        let rows = self.fetch_query(query, thread).await?;
        Ok(Page::from_rows(rows, page.limit, |thread| vec![thread.id.to_string()]))
    }

    /// A thread's variables, and whether whoever wrote these vouched for them.
    pub async fn context_of_thread(&self, id: ThreadId) -> Result<Option<(Object, bool)>> {
        let sql = "SELECT context, context_trusted FROM thread WHERE id = $1";
        self.fetch_optional(sql, params![id], |row| {
            let mut fields = row.fields("thread");
            Ok((fields.json("context")?, fields.flag("context_trusted")?))
        })
        .await
    }

    /// Changes what a thread is called, and with `context` the variables that its runs are given and whether whoever
    /// writes them vouches for them. False: it is not there.
    pub async fn update_thread(
        &self,
        org: OrgId,
        id: ThreadId,
        title: String,
        context: Option<(Object, bool)>,
        now: Timestamp,
    ) -> Result<bool> {
        let Some((context, is_trusted)) = context else {
            let sql = "UPDATE thread SET title = $3, updated_at = $4 WHERE org_id = $1 AND id = $2";
            return Ok(self.execute(sql, params![org, id, title, now]).await? > 0);
        };
        let sql = "UPDATE thread SET title = $3, context = $4, context_trusted = $5, updated_at = $6 \
                   WHERE org_id = $1 AND id = $2";
        Ok(self.execute(sql, params![org, id, title, value::json(&context)?, is_trusted, now]).await? > 0)
    }

    /// Deletes a thread with all that was said in it, unless a run is at work on it.
    ///
    /// # Errors
    /// Conflict `thread_busy`.
    pub async fn delete_thread(&self, org: OrgId, id: ThreadId) -> Result<bool> {
        self.write((org, id), |(org, id), tx| {
            Box::pin(async move {
                match tx.forget_thread(*org, *id, None).await? {
                    Forgotten::Busy => {
                        Err(Error::conflict("thread_busy", "a run is at work on this thread; cancel it first"))
                    }
                    gone => Ok(gone == Forgotten::Done),
                }
            })
        })
        .await
    }

    /// Forgets threads to which nothing was added since `before`, at most `most` of them: those that no person began, or
    /// people's. One that belongs to a conversation goes with it, and one on which a run is at work waits.
    pub async fn purge_threads(&self, is_background: bool, before: Timestamp, most: u32) -> Result<u64> {
        // A conversation begins as a person's, and so does each thread on which it goes on.
        let earlier = match is_background {
            true => "",
            false => {
                "AND NOT EXISTS (SELECT 1 FROM conversation c WHERE c.org_id = t.org_id AND c.earlier <> '[]' \
                 AND c.earlier LIKE '%' || t.id || '%') "
            }
        };
        let sql = format!(
            "SELECT t.org_id, t.id FROM thread t WHERE t.is_background = $1 AND t.created_at < $2 \
             AND t.updated_at < $2 AND NOT EXISTS (SELECT 1 FROM run r WHERE r.thread_id = t.id \
             AND r.state IN ('queued', 'running', 'waiting')) \
             AND NOT EXISTS (SELECT 1 FROM conversation c WHERE c.thread_id = t.id) {earlier}\
             ORDER BY t.created_at LIMIT $3"
        );
        let params = params![is_background, before, i64::from(most)];
        let found = self.fetch_all(sql, params, |row| {
            let mut fields = row.fields("thread");
            Ok((fields.id("org_id")?, fields.id("id")?))
        });
        // Looked for outside of the writer, and each forgotten by itself: whoever wants to write need not wait for all.
        let mut gone = 0;
        for thread in found.await? {
            let forgotten = self.write((thread, before), |((org, id), before), tx| {
                Box::pin(tx.forget_thread(*org, *id, Some(*before)))
            });
            gone += u64::from(forgotten.await? == Forgotten::Done);
        }
        Ok(gone)
    }

    /// Messages of a thread after the place `after`, in order, at most `most`.
    pub async fn messages_after(&self, thread: ThreadId, after: i64, most: u32) -> Result<Vec<ThreadMessage>> {
        let sql = "SELECT seq, run_id, body, created_at FROM message WHERE thread_id = $1 AND seq > $2 \
                   ORDER BY seq LIMIT $3";
        self.fetch_all(sql, params![thread, after, i64::from(most)], message).await
    }

    /// Messages of a run after the place `after` of its thread, in order: at most `most`, and at most `bytes` of them but
    /// for the last.
    pub async fn messages_of_run(
        &self,
        thread: ThreadId,
        run: RunId,
        after: i64,
        most: u32,
        bytes: u32,
    ) -> Result<Piece> {
        let sql = "SELECT seq, run_id, body, created_at, CAST(total AS BIGINT) AS total FROM (SELECT seq, run_id, body, \
                   created_at, LENGTH(body) AS size, SUM(LENGTH(body)) OVER (ORDER BY seq) AS total FROM (SELECT seq, \
                   run_id, body, created_at FROM message WHERE thread_id = $1 AND run_id = $2 AND seq > $3 \
                   ORDER BY seq LIMIT $4) AS few) AS counted WHERE total - size < CAST($5 AS BIGINT) ORDER BY seq";
        let params = params![thread, run, after, i64::from(most), i64::from(bytes)];
        let rows = self.fetch_all(sql, params, |row| {
            let mut fields = row.fields("message");
            Ok((message_of(&mut fields)?, fields.int("total")?))
        });
        let rows = rows.await?;
        let is_cut = rows.len() >= most as usize || rows.last().is_some_and(|(_, total)| *total >= i64::from(bytes));
        Ok(Piece { messages: rows.into_iter().map(|(message, _)| message).collect(), is_cut })
    }

    /// The message that a run began with.
    pub async fn first_message_of_run(&self, thread: ThreadId, run: RunId) -> Result<Option<ThreadMessage>> {
        let sql = "SELECT seq, run_id, body, created_at FROM message WHERE thread_id = $1 AND run_id = $2 \
                   ORDER BY seq LIMIT 1";
        self.fetch_optional(sql, params![thread, run], message).await
    }

    /// The last `most` messages of a thread, in order.
    pub async fn last_messages(&self, thread: ThreadId, most: u32) -> Result<Vec<ThreadMessage>> {
        let sql = "SELECT seq, run_id, body, created_at FROM message WHERE thread_id = $1 ORDER BY seq DESC LIMIT $2";
        let mut found = self.fetch_all(sql, params![thread, i64::from(most)], message).await?;
        found.reverse();
        Ok(found)
    }
}
