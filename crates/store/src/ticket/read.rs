//! Tickets, found again.

use callwright_model::{
    id::{ExecutionId, OrgId, TicketId, kind},
    page::{Page, PageRequest},
    ticket::{Ticket, TicketKind, TicketState},
};

use super::{COLUMNS, TicketRow, row};
use crate::{
    db::Store,
    error::Result,
    params,
    query::{Query, after_id},
    value::Value,
};

/// Which tickets to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TicketFilter {
    /// In this state.
    pub state: Option<TicketState>,
    /// Of this kind.
    pub kind: Option<TicketKind>,
    /// Of this tool's name.
    pub tool: Option<String>,
    /// Of this execution.
    pub execution_id: Option<ExecutionId>,
}

impl Store {
    /// A ticket of any organization: for whoever holds its secret, and for the sweeper.
    pub async fn any_ticket(&self, id: TicketId) -> Result<Option<TicketRow>> {
        self.fetch_optional(format!("SELECT {COLUMNS} FROM ticket WHERE id = $1"), params![id], row).await
    }

    /// A ticket of an organization.
    pub async fn ticket(&self, org: OrgId, id: TicketId) -> Result<Option<TicketRow>> {
        let sql = format!("SELECT {COLUMNS} FROM ticket WHERE org_id = $1 AND id = $2");
        self.fetch_optional(sql, params![org, id], row).await
    }

    /// The newest ticket of an execution.
    pub async fn ticket_of(&self, org: OrgId, execution: ExecutionId) -> Result<Option<TicketRow>> {
        let sql =
            format!("SELECT {COLUMNS} FROM ticket WHERE org_id = $1 AND execution_id = $2 ORDER BY id DESC LIMIT 1");
        self.fetch_optional(sql, params![org, execution], row).await
    }

    /// The tickets of an organization, newest first.
    pub async fn tickets(&self, org: OrgId, filter: &TicketFilter, page: &PageRequest) -> Result<Page<Ticket>> {
        let mut query = Query::new(format!("SELECT {COLUMNS} FROM ticket WHERE org_id = $1"), params![org]);
        query
            .and("state =", filter.state.map(|state| Value::word(state.as_str())))
            .and("kind =", filter.kind.map(|kind| Value::word(kind.as_str())))
            .and("tool_name =", filter.tool.as_deref())
            .and("execution_id =", filter.execution_id)
            .and("id <", after_id::<kind::Ticket>(page)?)
            .push(" ORDER BY id DESC")
            .limit(page);
        let rows = self.fetch_query(query, |found| row(found).map(|found| found.ticket)).await?;
        Ok(Page::from_rows(rows, page.limit, |ticket| vec![ticket.id.to_string()]))
    }
}
