//! What somebody says to an open ticket: yes, no, or yes to other arguments; and what comes to its one-time address.

use callwright_model::{
    Timestamp,
    id::TicketId,
    ticket::{Decision, Shown, TicketState},
};

use super::{COLUMNS, TicketRow, row};
use crate::{
    db::{Store, Tx},
    error::Result,
    params,
    value::{self, Value},
};

/// Other arguments than those that were asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The new hash.
    pub binding: String,
    /// The new request, sealed.
    pub request: String,
    /// What is shown of it.
    pub shown: Shown,
}

impl Tx<'_> {
    /// Notes a decision about an open ticket. None: it is not open any more, or changed meanwhile.
    pub async fn decide_ticket(
        &mut self,
        id: TicketId,
        revised: i64,
        decision: &Decision,
        edit: Option<&Edit>,
        now: Timestamp,
    ) -> Result<Option<TicketRow>> {
        let Some(mut found) = self.lock_ticket(id).await? else { return Ok(None) };
        if found.ticket.state != TicketState::Open || found.revised != revised || found.ticket.expires_at <= now {
            return Ok(None);
        }
        found.ticket.decisions.push(decision.clone());
        if let Some(edit) = edit {
            found.binding.clone_from(&edit.binding);
            found.request.clone_from(&edit.request);
            found.ticket.shown = edit.shown.clone();
        }
        found.ticket.updated_at = now;
        if !decision.approve {
            found.ticket.state = TicketState::Denied;
        } else if found.ticket.approvals() >= usize::from(found.ticket.rule.count) {
            found.ticket.state = TicketState::Approved;
        }
        let is_moved = self.move_ticket(&found).await?;
        found.revised += 1;
        found.ticket.revised = found.revised;
        Ok(is_moved.then_some(found))
    }

    async fn lock_ticket(&mut self, id: TicketId) -> Result<Option<TicketRow>> {
        let sql = format!("SELECT {COLUMNS} FROM ticket WHERE id = $1{}", self.dialect().for_update());
        self.fetch_optional(&sql, &params![id]).await?.as_ref().map(row).transpose()
    }

    /// Moves a ticket on that is still as it was when `revised` was read.
    async fn move_ticket(&mut self, to: &TicketRow) -> Result<bool> {
        let sql = "UPDATE ticket SET state = $3, shown = $4, decisions = $5, binding = $6, request = $7, answer = $8, \
                   updated_at = $9, revised = revised + 1 WHERE id = $1 AND revised = $2";
        let params = params![
            to.ticket.id,
            to.revised,
            Value::word(to.ticket.state.as_str()),
            value::json(&to.ticket.shown)?,
            value::json(&to.ticket.decisions)?,
            &to.binding,
            &to.request,
            to.answer.as_deref(),
            to.ticket.updated_at,
        ];
        Ok(self.execute(sql, &params).await? > 0)
    }
}

impl Store {
    /// Keeps what came to a one-time address; the first one wins. False: there is something already, or it is too late.
    pub async fn answer_ticket(&self, id: TicketId, answer: &str, now: Timestamp) -> Result<bool> {
        let sql = "UPDATE ticket SET state = 'answered', answer = $2, updated_at = $3, revised = revised + 1 \
                   WHERE id = $1 AND state = 'open' AND expires_at > $3";
        Ok(self.execute(sql, params![id, answer, now]).await? > 0)
    }
}
