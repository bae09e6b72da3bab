//! What the socket that holds a conversation writes, and what ends it.

use callwright_model::{
    Timestamp,
    conversation::EndReason,
    id::{ConversationId, OrgId, ThreadId},
};

use super::{COLUMNS, ConversationRow, row};
use crate::{
    db::Store,
    error::Result,
    params,
    value::{self, Value},
};

impl Store {
    /// A socket takes a live conversation up; whoever had it before has it no longer. False: it is over.
    pub async fn hold_conversation(&self, org: OrgId, id: ConversationId, hold: &str, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE conversation SET hold = $3, seen_at = $4 WHERE org_id = $1 AND id = $2 AND state = 'live'";
        Ok(self.execute(sql, params![org, id, hold, now]).await? > 0)
    }

    /// The client is still there. False: it is over, or another socket has it.
    pub async fn see_conversation(&self, id: ConversationId, hold: &str, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE conversation SET seen_at = $3 WHERE id = $1 AND hold = $2 AND state = 'live'";
        Ok(self.execute(sql, params![id, hold, now]).await? > 0)
    }

    /// The client was told everything up to this place in the thread.
    pub async fn deliver_conversation(
        &self,
        id: ConversationId,
        hold: &str,
        thread: ThreadId,
        seq: i64,
    ) -> Result<bool> {
        let sql = "UPDATE conversation SET delivered_seq = $3 WHERE id = $1 AND hold = $2 AND delivered_seq < $3 \
                   AND thread_id = $4";
        Ok(self.execute(sql, params![id, hold, seq, thread]).await? > 0)
    }

    /// What the client wants the agent to know before its next turn.
    pub async fn set_updates(&self, id: ConversationId, hold: &str, updates: &[String]) -> Result<bool> {
        let sql = "UPDATE conversation SET updates = $3 WHERE id = $1 AND hold = $2";
        Ok(self.execute(sql, params![id, hold, value::json(updates)?]).await? > 0)
    }

    /// Ends a live conversation. With `hold`, only if that socket has it. False: it was over, or is another's.
    pub async fn end_conversation(
        &self,
        id: ConversationId,
        hold: Option<&str>,
        reason: EndReason,
        now: Timestamp,
    ) -> Result<bool> {
        let sql = "UPDATE conversation SET state = 'ended', end_reason = $3, ended_at = $4 \
                   WHERE id = $1 AND state = 'live' AND hold = COALESCE($2, hold)";
        Ok(self.execute(sql, params![id, hold, Value::word(reason.as_str()), now]).await? > 0)
    }

    /// Live conversations whose client was last seen before `before`.
    pub async fn forsaken_conversations(&self, before: Timestamp, most: u32) -> Result<Vec<ConversationRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM conversation WHERE state = 'live' AND seen_at < $1 ORDER BY seen_at LIMIT $2"
        );
        self.fetch_all(sql, params![before, i64::from(most)], row).await
    }
}
