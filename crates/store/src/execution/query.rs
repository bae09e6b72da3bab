//! The execution log: adding the records of reads, and listing.

use callwright_model::{
    Timestamp,
    execution::{Execution, ExecutionFilter, State},
    id::{ExecutionId, OrgId, ToolId, kind},
    page::{Page, PageRequest},
};

use super::row::{self, COLUMNS};
use crate::{
    behind::Behind,
    db::Store,
    error::Result,
    params,
    query::{Query, after_id},
    value::Value,
};

/// Ids carry the time, so a list of a past hour can begin there. The clock that made an id and the one that
/// says when an execution was asked for may differ by this much, in microseconds.
const SLACK_US: i64 = 60_000_000;

/// An id made at `time`, as far as order goes.
fn id_at(time: Timestamp, slack_us: i64) -> ExecutionId {
    let millis = time.micros().saturating_add(slack_us).max(0) / 1000;
    ExecutionId::from_raw((millis as u128 & ((1 << 48) - 1)) << 80)
}

impl Store {
    /// Adds the record of an execution that has ended, behind the answer, and counts it.
    pub fn record_read(&self, execution: impl Into<Box<Execution>>) -> impl Future<Output = Result<()>> + '_ {
        self.push_behind(Behind::Read(execution.into()))
    }

    /// How often `tool` was done in a conversation at the end of all that was done there, looked for among the last
    /// `most`, and after `since`.
    pub async fn done_in_a_row(
        &self,
        org: OrgId,
        conversation: &str,
        tool: ToolId,
        since: Option<Timestamp>,
        most: u32,
    ) -> Result<u32> {
        self.flush().await?;
        let sql = "SELECT tool_id FROM execution WHERE org_id = $1 AND conversation_id = $2 AND state = 'done' \
                   AND received_at > $3 ORDER BY id DESC LIMIT $4";
        let params = params![org, conversation, since.unwrap_or(Timestamp::from_micros(0)), i64::from(most)];
        let tools: Vec<ToolId> = self.fetch_all(sql, params, |row| row.fields("execution").id("tool_id")).await?;
        Ok(tools.iter().take_while(|done| **done == tool).count() as u32)
    }

    /// The execution of that id, also when its record is still waiting to be written.
    pub async fn execution(&self, org: OrgId, id: ExecutionId) -> Result<Option<Execution>> {
        self.flush().await?;
        let sql = format!("SELECT {COLUMNS} FROM execution WHERE org_id = $1 AND id = $2");
        self.fetch_optional(sql, params![org, id], row::execution).await
    }

    /// The executions of an organization, newest first.
    pub async fn executions(
        &self,
        org: OrgId,
        filter: &ExecutionFilter,
        page: &PageRequest,
    ) -> Result<Page<Execution>> {
        self.flush().await?;
        // SQLite has no statistics. A call has fewer executions than a state or a class of errors, a tool fewer than
        // a class, so those indexes are kept out of the way: one by an expression, one by not saying what it needs.
        let is_one_call = filter.call_id.is_some() || filter.conversation_id.is_some();
        let is_narrow = is_one_call || filter.tool_id.is_some();
        let error_class = if is_narrow { "error_class || '' =" } else { "error_class =" };
        let mut query = Query::new(format!("SELECT {COLUMNS} FROM execution WHERE org_id = $1"), params![org]);
        query
            .and("tool_id =", filter.tool_id)
            .and("agent_id =", filter.agent_id)
            .and("call_id =", filter.call_id.as_deref())
            .and("conversation_id =", filter.conversation_id.as_deref())
            .and("user_id =", filter.user_id)
            .and(error_class, filter.error_class.map(|class| Value::word(class.as_str())));
        match filter.state {
            None => {}
            Some(State::Done) => {
                query.push(" AND state = 'done'");
            }
            Some(state) => {
                query.push(if is_one_call { "" } else { " AND state <> 'done'" });
                query.and("state =", Some(Value::word(state.as_str())));
            }
        }
        if let Some(since) = filter.since {
            query.and("id >=", Some(id_at(since, -SLACK_US))).and("received_at >=", Some(since));
        }
        if let Some(until) = filter.until {
            query.and("id <", Some(id_at(until, SLACK_US))).and("received_at <", Some(until));
        }
        query.and("id <", after_id::<kind::Execution>(page)?).push(" ORDER BY id DESC").limit(page);
        let rows = self.fetch_query(query, row::execution).await?;
        Ok(Page::from_rows(rows, page.limit, |execution| vec![execution.id.to_string()]))
    }
}
