//! Conversations, found again.

use callwright_model::{
    Timestamp,
    conversation::{Conversation, ConversationState, TalkOutcome},
    id::{AgentId, ConversationId, OrgId, RunId, ThreadId, kind},
    page::{Page, PageRequest},
};

use super::{COLUMNS, ConversationRow, row};
use crate::{
    db::Store,
    error::Result,
    params,
    query::{Query, after_id, contains},
    value::Value,
};

/// Which conversations to list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ConversationFilter {
    /// With this agent.
    pub agent_id: Option<AgentId>,
    /// In this state.
    pub state: Option<ConversationState>,
    /// With this outcome.
    pub outcome: Option<TalkOutcome>,
    /// Begun at or after this.
    pub from: Option<Timestamp>,
    /// Begun before this.
    pub to: Option<Timestamp>,
    /// In which this was said.
    pub search: Option<String>,
}

impl Store {
    /// A conversation of `org`.
    pub async fn conversation(&self, org: OrgId, id: ConversationId) -> Result<Option<ConversationRow>> {
        let sql = format!("SELECT {COLUMNS} FROM conversation WHERE org_id = $1 AND id = $2");
        self.fetch_optional(sql, params![org, id], row).await
    }

    /// Conversations, newest first.
    pub async fn conversations(
        &self,
        org: OrgId,
        filter: &ConversationFilter,
        page: &PageRequest,
    ) -> Result<Page<Conversation>> {
        let mut query = Query::new(format!("SELECT {COLUMNS} FROM conversation WHERE org_id = $1"), params![org]);
        query.and("agent_id =", filter.agent_id);
        query.and("state =", filter.state.map(|state| Value::word(state.as_str())));
        query.and("outcome =", filter.outcome.map(|outcome| Value::word(outcome.as_str())));
        query.and("started_at >=", filter.from).and("started_at <", filter.to);
        if let Some(search) = &filter.search {
            query.push(" AND search LIKE ").bind(contains(search)).push(" ESCAPE '!'");
        }
        query.and("id <", after_id::<kind::Conversation>(page)?);
        query.push(" ORDER BY id DESC").limit(page);
        let rows = self.fetch_query(query, |found| row(found).map(|row| row.conversation)).await?;
        Ok(Page::from_rows(rows, page.limit, |conversation| vec![conversation.id.to_string()]))
    }

    /// The run that is at work on a thread.
    pub async fn open_run(&self, org: OrgId, thread: ThreadId) -> Result<Option<RunId>> {
        let sql = "SELECT id FROM run WHERE org_id = $1 AND thread_id = $2 \
                   AND state IN ('queued', 'running', 'waiting') LIMIT 1";
        self.fetch_optional(sql, params![org, thread], |row| row.fields("run").id("id")).await
    }
}
