//! A ticket that was agreed to is used up, and its execution started, once.

use callwright_model::{
    Timestamp,
    id::{ExecutionId, NodeId, TicketId},
};
use serde_json::Value as Json;

use super::TicketRow;
use crate::{
    db::{Store, Tx},
    error::{Error, Result},
    params, value,
};

/// How an execution goes on after it waited.
#[derive(Debug, Clone, PartialEq)]
pub struct Resume {
    /// The ticket that is used up, which must be `approved`.
    pub ticket: TicketId,
    /// The execution.
    pub execution: ExecutionId,
    /// Who carries it out.
    pub node_id: NodeId,
    /// The arguments as the log shows them.
    pub input: Json,
    /// The hash of the arguments that are sent.
    pub args_hash: String,
    /// The ticket of a callback that comes next.
    pub next: Option<TicketRow>,
    /// Until when its intent must be remembered.
    pub remember_until: Option<Timestamp>,
    /// When.
    pub now: Timestamp,
}

impl Tx<'_> {
    async fn resume(&mut self, resume: &Resume) -> Result<Option<i64>> {
        let ticket = "UPDATE ticket SET state = 'used', updated_at = $2, revised = revised + 1 \
                      WHERE id = $1 AND state = 'approved'";
        if self.execute(ticket, &params![resume.ticket, resume.now]).await? == 0 {
            return Ok(None);
        }
        let start = "UPDATE execution SET state = 'started', node_id = $2, epoch = epoch + 1, started_at = $3, \
                     updated_at = $3, input = $4, \
                     intent_hash = CASE WHEN args_hash = $5 THEN intent_hash ELSE COALESCE(intent_hash, args_hash) END, \
                     args_hash = $5 WHERE id = $1 AND state = 'parked' RETURNING epoch";
        let params =
            params![resume.execution, resume.node_id, resume.now, value::json(&resume.input)?, &resume.args_hash];
        match self.fetch_optional(start, &params).await? {
            Some(row) => {
                if let Some(next) = &resume.next {
                    self.execute("UPDATE ticket SET notified = 1 WHERE id = $1", &params![resume.ticket]).await?;
                    self.insert_ticket(next).await?;
                }
                if let Some(until) = resume.remember_until {
                    self.extend_intent(resume.execution, until).await?;
                }
                row.fields("execution").int("epoch").map(Some)
            }
            None => Err(Error::Contended("the execution of a ticket is not parked".to_owned())),
        }
    }

    /// Uses an approved ticket up in favour of the next one. False: it is not approved any more.
    pub async fn supersede_ticket(&mut self, id: TicketId, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE ticket SET state = 'used', notified = 1, updated_at = $2, revised = revised + 1 \
                   WHERE id = $1 AND state = 'approved'";
        Ok(self.execute(sql, &params![id, now]).await? > 0)
    }

    /// Remembers the intent of an execution at least until `until`.
    pub async fn extend_intent(&mut self, id: ExecutionId, until: Timestamp) -> Result<()> {
        let sql = "UPDATE execution SET intent_expires_at = $2 WHERE id = $1 AND intent_slot IS NOT NULL \
                   AND intent_expires_at < $2";
        self.execute(sql, &params![id, until]).await.map(drop)
    }
}

impl Store {
    /// Uses an approved ticket up and starts its execution, durably: bytes may leave when this gives the epoch under
    /// which it is ours. None: somebody else did, or it is no longer approved.
    pub async fn resume(&self, resume: Resume) -> Result<Option<i64>> {
        match self.write(resume.clone(), |resume, tx| Box::pin(tx.resume(resume))).await {
            // The execution was cancelled or taken in between; the ticket stays as it was.
            Err(Error::Contended(_)) => Ok(None),
            // It is not known whether it was kept; the row tells.
            Err(error) if error.is_unavailable() => {
                let sql = "SELECT epoch FROM execution WHERE id = $1 AND node_id = $2 AND started_at = $3 \
                           AND state = 'started'";
                let params = params![resume.execution, resume.node_id, resume.now];
                let epoch = self.fetch_optional(sql, params, |row| row.fields("execution").int("epoch")).await?;
                if epoch.is_some() { Ok(epoch) } else { Err(error) }
            }
            other => other,
        }
    }
}
