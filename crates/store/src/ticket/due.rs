//! Tickets that somebody has to see to: what the sweeper looks for.

use callwright_model::{
    Timestamp,
    id::{OrgId, TicketId},
};

use super::{COLUMNS, TicketRow, columns_of, row};
use crate::{
    db::Store,
    error::Result,
    execution::{RERUN, alive},
    params,
};

impl Store {
    /// The tickets that somebody has to see to: agreed to or answered and not gone on with since `before`.
    pub async fn stuck_tickets(&self, before: Timestamp, most: u32) -> Result<Vec<TicketRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM ticket WHERE state IN ('approved', 'answered') \
             AND updated_at <= $1 ORDER BY updated_at LIMIT $2"
        );
        self.fetch_all(sql, params![before, i64::from(most)], row).await
    }

    /// Puts a ticket that could not be gone on with behind the others.
    pub async fn postpone_ticket(&self, id: TicketId, now: Timestamp) -> Result<()> {
        let sql = "UPDATE ticket SET updated_at = $2 WHERE id = $1 AND state IN ('approved', 'answered')";
        self.execute(sql, params![id, now]).await.map(drop)
    }

    /// The open tickets whose time has come.
    pub async fn due_tickets(&self, now: Timestamp, most: u32) -> Result<Vec<TicketRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM ticket WHERE state = 'open' AND expires_at <= $1 ORDER BY expires_at LIMIT $2"
        );
        self.fetch_all(sql, params![now, i64::from(most)], row).await
    }

    /// The calls that the client of a conversation is to be offered, oldest first.
    pub async fn client_calls(&self, org: OrgId, conversation: &str, now: Timestamp) -> Result<Vec<TicketRow>> {
        let columns = columns_of("t");
        // One that is claimed may still be refused; one that is done wants no answer.
        let sql = format!(
            "SELECT {columns} FROM ticket t JOIN execution e ON e.id = t.execution_id \
             WHERE t.conversation_id = $2 AND t.kind = 'client' AND t.state = 'open' AND t.org_id = $1 \
             AND t.expires_at > $3 AND e.state IN ('parked', 'done') ORDER BY t.id LIMIT 200"
        );
        self.fetch_all(sql, params![org, conversation, now], row).await
    }

    /// Open calls of clients whose conversation is over, at most `most`.
    pub async fn deserted_calls(&self, most: u32) -> Result<Vec<TicketRow>> {
        let columns = columns_of("t");
        let sql = format!(
            "SELECT {columns} FROM ticket t JOIN conversation c ON c.id = t.conversation_id AND c.org_id = t.org_id \
             JOIN execution e ON e.id = t.execution_id WHERE t.kind = 'client' AND t.state = 'open' \
             AND c.state = 'ended' AND e.state IN ('parked', 'done') ORDER BY t.id LIMIT $1"
        );
        self.fetch_all(sql, params![i64::from(most)], row).await
    }

    /// Executions that a dead server left and that are carried out again by themselves, each with its ticket.
    pub async fn orphaned(&self, most: u32) -> Result<Vec<TicketRow>> {
        let columns = columns_of("ticket");
        let sql = format!(
            "SELECT {columns} FROM execution e JOIN ticket ON ticket.execution_id = e.id \
             WHERE e.state = 'started' AND e.state <> 'done' AND ticket.rerun = 1 \
             AND ticket.state IN ('open', 'used') AND {} \
             AND NOT EXISTS (SELECT 1 FROM ticket later WHERE later.execution_id = e.id AND later.id > ticket.id) \
             AND (e.node_id IS NULL OR e.node_id NOT IN ({})) ORDER BY ticket.id LIMIT $1",
            RERUN,
            alive(self.dialect())
        );
        self.fetch_all(sql, params![i64::from(most)], row).await
    }

    /// Tickets whose execution has ended and whose waiting callers were not told yet.
    pub async fn untold_tickets(&self, most: u32) -> Result<Vec<TicketRow>> {
        let columns = columns_of("t");
        let sql = format!(
            "SELECT {columns} FROM ticket t JOIN execution e ON e.id = t.execution_id WHERE t.notified = 0 \
             AND (e.state IN ('done', 'failed', 'released') \
             OR (e.state = 'unknown' AND NOT (t.kind = 'callback' AND t.state = 'open'))) ORDER BY t.id LIMIT $1"
        );
        self.fetch_all(sql, params![i64::from(most)], row).await
    }
}
