//! The end of a ticket and of the execution that it held up, and that those who waited were told.

use callwright_model::{
    Timestamp, ToolError,
    execution::{CASE_SOURCE, State},
    id::{ExecutionId, TicketId},
    ticket::TicketState,
};

use crate::{
    behind::Behind,
    db::{Store, Tx},
    error::Result,
    execution::{FinishExecution, usage::UsageDelta},
    outbox::OutboxRow,
    params,
    value::{self, Value},
};

impl Tx<'_> {
    /// Ends a ticket that waits or was agreed to, in `state`. One that was answered can only be used. False: it has
    /// ended already.
    pub async fn end_ticket(&mut self, id: TicketId, state: TicketState, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE ticket SET state = $2, updated_at = $3, revised = revised + 1 \
                   WHERE id = $1 AND (state IN ('open', 'approved') OR (state = 'answered' AND $2 = 'used'))";
        Ok(self.execute(sql, &params![id, Value::word(state.as_str()), now]).await? > 0)
    }

    /// Ends a parked execution as `state`; its intent is free again unless it is `unknown` or `failed`.
    pub async fn end_parked(
        &mut self,
        id: ExecutionId,
        state: State,
        error: &ToolError,
        now: Timestamp,
    ) -> Result<bool> {
        let sql = "UPDATE execution SET state = $2, error = $3, error_class = $4, ended_at = $5, updated_at = $5, \
                   duration_us = $5 - received_at, \
                   intent_slot = CASE WHEN $2 = 'released' THEN NULL ELSE intent_slot END \
                   WHERE id = $1 AND state = 'parked'";
        let params =
            params![id, Value::word(state.as_str()), value::json(error)?, Value::word(error.class.as_str()), now];
        Ok(self.execute(sql, &params).await? > 0)
    }

    /// Ends an execution that is long past its time, as `state`.
    pub async fn end_overdue(
        &mut self,
        id: ExecutionId,
        state: State,
        error: &ToolError,
        now: Timestamp,
    ) -> Result<bool> {
        let sql = "UPDATE execution SET state = $2, error = $3, error_class = $4, ended_at = $5, updated_at = $5, \
                   duration_us = $5 - received_at WHERE id = $1 AND state = 'started'";
        let params =
            params![id, Value::word(state.as_str()), value::json(error)?, Value::word(error.class.as_str()), now];
        Ok(self.execute(sql, &params).await? > 0)
    }
}

impl Store {
    /// Records the result that came to a one-time address and uses the ticket up, in one step. False: the execution
    /// had ended or was settled meanwhile, and its record stands.
    pub async fn finish_answered(&self, ticket: TicketId, id: ExecutionId, end: FinishExecution) -> Result<bool> {
        let (state, ended_at, duration_us) = (end.state, end.ended_at, end.duration_us);
        let tool = self
            .write((ticket, id, end), |(ticket, id, end), tx| {
                Box::pin(async move {
                    let sql = "UPDATE execution SET state = $1, output = $2, error = $3, error_class = $4, \
                               ended_at = $5, duration_us = $6, sealed_outcome = $7, updated_at = $5 \
                               WHERE id = $8 AND state IN ('started', 'parked', 'unknown') AND settled IS NULL \
                               RETURNING tool_id, source";
                    let params = params![
                        Value::word(end.state.as_str()),
                        value::opt_json(end.output.as_ref())?,
                        value::opt_json(end.error.as_ref())?,
                        end.error.as_ref().map(|error| Value::word(error.class.as_str())),
                        end.ended_at,
                        end.duration_us,
                        end.sealed_outcome.as_deref(),
                        *id,
                    ];
                    let row = tx.fetch_optional(sql, &params).await?;
                    tx.end_ticket(*ticket, TicketState::Used, end.ended_at).await?;
                    // It stands in the execution from here on.
                    tx.execute("UPDATE ticket SET answer = NULL WHERE id = $1", &params![*ticket]).await?;
                    row.map(|row| {
                        let mut fields = row.fields("execution");
                        Ok((fields.id("tool_id")?, fields.text("source")? == CASE_SOURCE))
                    })
                    .transpose()
                })
            })
            .await?;
        let Some((tool, is_rehearsal)) = tool else { return Ok(false) };
        if let Some(delta) = UsageDelta::new(tool, state, is_rehearsal, ended_at, duration_us) {
            self.push_behind(Behind::Usage(delta)).await?;
        }
        Ok(true)
    }

    /// Marks a ticket's callers as told, with the news for them, once.
    pub async fn tell_ticket(&self, id: TicketId, news: Option<OutboxRow>, now: Timestamp) -> Result<bool> {
        self.write((id, news, now), |(id, news, now), tx| {
            Box::pin(async move {
                let sql = "UPDATE ticket SET notified = 1, \
                           state = CASE WHEN state = 'open' AND kind = 'late' THEN 'used' ELSE state END, \
                           updated_at = $2 WHERE id = $1 AND notified = 0";
                let is_first = tx.execute(sql, &params![*id, *now]).await? > 0;
                if is_first && let Some(news) = news {
                    tx.push_outbox(news).await?;
                }
                Ok(is_first)
            })
        })
        .await
    }

    /// Throws tickets away that ended before `before`.
    pub async fn purge_tickets(&self, before: Timestamp, most: u32) -> Result<u64> {
        let sql = "DELETE FROM ticket WHERE id IN (SELECT id FROM ticket WHERE notified = 1 AND updated_at < $1 \
                   AND state IN ('used', 'denied', 'expired', 'void') LIMIT $2)";
        self.execute(sql, params![before, i64::from(most)]).await
    }
}
