//! The end of all that was said in a conversation.

use callwright_model::{
    Timestamp,
    conversation::ConversationState,
    id::{ConversationId, OrgId, ThreadId},
};

use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params,
    query::Query,
    value::Value,
};

impl Store {
    /// Deletes a conversation that is over, with its thread and its documents.
    ///
    /// # Errors
    /// Conflict `conversation_live`, and `thread_busy` while a run is at work on it.
    pub async fn delete_conversation(&self, org: OrgId, id: ConversationId) -> Result<bool> {
        self.write((org, id), |(org, id), tx| {
            Box::pin(async move {
                let sql = "SELECT thread_id, state FROM conversation WHERE org_id = $1 AND id = $2";
                let Some(row) = tx.fetch_optional(sql, &params![*org, *id]).await? else { return Ok(false) };
                let mut fields = row.fields("conversation");
                let thread: ThreadId = fields.id("thread_id")?;
                if fields.text("state")? == ConversationState::Live.as_str() {
                    let message = "this conversation is still going on; it can be deleted once it has ended";
                    return Err(Error::conflict("conversation_live", message));
                }
                if !tx.forget_conversation(*org, *id, thread).await? {
                    return Err(Error::conflict(
                        "thread_busy",
                        "a run is at work on this conversation; cancel it first",
                    ));
                }
                Ok(true)
            })
        })
        .await
    }

    /// Forgets conversations that ended before `before`, at most `most` of them. One on which a run is at work waits.
    pub async fn purge_conversations(&self, before: Timestamp, most: u32) -> Result<u64> {
        self.write((before, most), |(before, most), tx| {
            Box::pin(async move {
                let sql = "SELECT c.org_id, c.id, c.thread_id FROM conversation c WHERE c.ended_at IS NOT NULL \
                           AND c.ended_at < $1 AND NOT EXISTS (SELECT 1 FROM run r WHERE r.thread_id = c.thread_id \
                           AND r.state IN ('queued', 'running', 'waiting')) ORDER BY c.ended_at LIMIT $2";
                let rows = tx.fetch_all(sql, &params![*before, i64::from(*most)]).await?;
                let mut found = 0;
                for row in rows {
                    let mut fields = row.fields("conversation");
                    let (org, id, thread) = (fields.id("org_id")?, fields.id("id")?, fields.id("thread_id")?);
                    found += u64::from(tx.forget_conversation(org, id, thread).await?);
                }
                Ok(found)
            })
        })
        .await
    }
}

impl Tx<'_> {
    /// Forgets a conversation with all that was said in it, by whoever it was handed over to as well. Its runs stay,
    /// without words. False: a run is at work on one of its threads.
    async fn forget_conversation(&mut self, org: OrgId, id: ConversationId, thread: ThreadId) -> Result<bool> {
        let sql = "SELECT earlier FROM conversation WHERE org_id = $1 AND id = $2";
        let mut threads: Vec<ThreadId> = match self.fetch_optional(sql, &params![org, id]).await? {
            Some(row) => row.fields("conversation").json("earlier")?,
            None => Vec::new(),
        };
        threads.push(thread);
        self.add_heirs(org, &mut threads).await?;
        // Held first, as by whoever begins a run on one of them; always in the same order.
        let mut lock = Query::new("SELECT id FROM thread WHERE org_id = $1 AND id IN ", params![org]);
        lock.bind_all(threads.iter().copied().map(Value::from)).push(" ORDER BY id").push(self.dialect().for_update());
        self.fetch_all(&lock.sql, &lock.params).await?;
        let mut busy = Query::new(
            // `<>` is implied, and lets SQLite use the index of what has not completed.
            "SELECT 1 FROM run WHERE org_id = $1 AND state <> 'completed' AND state IN ('queued', 'running', 'waiting') \
             AND thread_id IN ",
            params![org],
        );
        busy.bind_all(threads.iter().copied().map(Value::from));
        if self.fetch_optional(&busy.sql, &busy.params).await?.is_some() {
            return Ok(false);
        }
        let here = params![org, id];
        self.execute("DELETE FROM document WHERE org_id = $1 AND conversation_id = $2", &here).await?;
        self.execute("DELETE FROM conversation WHERE org_id = $1 AND id = $2", &here).await?;
        for thread in threads {
            self.silence_runs(thread).await?;
            self.execute("DELETE FROM message WHERE thread_id = $1", &params![thread]).await?;
            self.execute("DELETE FROM thread WHERE org_id = $1 AND id = $2", &params![org, thread]).await?;
        }
        Ok(true)
    }
}
