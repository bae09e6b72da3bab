//! An execution that is parked with its ticket: both are there, or neither.

use super::{COLUMNS, TicketRow};
use crate::{
    db::{Store, Tx},
    error::Result,
    execution::{Claim, NewExecution},
    outbox::OutboxRow,
    params,
    value::{self, Value},
};

impl Tx<'_> {
    /// Adds a ticket.
    pub async fn insert_ticket(&mut self, new: &TicketRow) -> Result<()> {
        let sql = format!(
            "INSERT INTO ticket ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
             $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26) ON CONFLICT DO NOTHING"
        );
        let it = &new.ticket;
        let params = params![
            it.id,
            it.organization_id,
            it.execution_id,
            Value::word(it.kind.as_str()),
            Value::word(it.state.as_str()),
            it.tool_id,
            &it.tool_name,
            it.revision,
            it.agent_id,
            it.user_id,
            it.token_id,
            it.conversation_id.as_deref(),
            it.call_id.as_deref(),
            value::json(&it.shown)?,
            value::json(&it.rule)?,
            value::json(&it.decisions)?,
            it.expires_at,
            it.created_at,
            it.updated_at,
            &new.binding,
            &new.request,
            new.secret_hash.as_deref(),
            new.answer.as_deref(),
            new.rerun,
            new.notified,
            new.revised,
        ];
        self.execute(&sql, &params).await.map(drop)
    }

    /// Claims an intent in the given state with its ticket: both are there, or neither.
    async fn claim_with_ticket(
        &mut self,
        new: &NewExecution,
        ticket: &TicketRow,
        news: Option<&OutboxRow>,
    ) -> Result<Claim> {
        let claim = self.claim_execution(new).await?;
        if claim == Claim::Ours {
            self.insert_ticket(ticket).await?;
            if let Some(news) = news {
                self.push_outbox(news).await?;
            }
        }
        Ok(claim)
    }
}

impl Store {
    /// Claims an intent and parks its execution with a ticket, in one step. With `state` started instead of parked,
    /// bytes may leave when this returns [`Claim::Ours`].
    pub async fn claim_with_ticket(
        &self,
        new: NewExecution,
        ticket: TicketRow,
        news: Option<OutboxRow>,
    ) -> Result<Claim> {
        let data = (new, ticket, news);
        match self
            .write(data.clone(), |(new, ticket, news), tx| Box::pin(tx.claim_with_ticket(new, ticket, news.as_ref())))
            .await
        {
            // It is not known whether it was kept; asking again tells, and adds nothing twice.
            Err(error) if error.is_unavailable() => {
                self.write(data, |(new, ticket, news), tx| Box::pin(tx.claim_with_ticket(new, ticket, news.as_ref())))
                    .await
            }
            outcome => outcome,
        }
    }
}
