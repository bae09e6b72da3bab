//! What a conversation has come to: tokens, tools and credits from the tables, and the words that can be searched.

use callwright_model::{
    conversation::ToolUse,
    id::{OrgId, ThreadId},
};

use super::{ConversationRow, count};
use crate::{
    db::{Store, Tx},
    error::Result,
    params,
    query::Query,
    value::{self, Value},
};

/// The most characters of a conversation that can be searched.
const MOST_SEARCHED: i64 = 100_000;

/// What a conversation has come to.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// The messages that are new to the search, in lower case.
    pub said: String,
    /// The place in the thread up to which they go.
    pub searched_seq: i64,
    /// From which they are.
    pub from_seq: i64,
}

impl Store {
    /// Brings what a conversation has come to up to date: tokens, tools and credits from the tables, and the words that
    /// are new. Nothing is counted twice, however often this is asked.
    pub async fn tally_conversation(&self, row: ConversationRow, tally: Tally) -> Result<()> {
        self.write((row, tally), |(row, tally), tx| Box::pin(tx.tally_conversation(row, tally))).await
    }
}

// Of several threads SQLite, which has no statistics, would find the runs by their organization, and read all that it ever
// had: `|| ''` keeps it from that.
const TOKENS: &str = "SELECT CAST(COALESCE(SUM(prompt_tokens), 0) AS BIGINT), \
    CAST(COALESCE(SUM(completion_tokens), 0) AS BIGINT), CAST(COALESCE(SUM(total_tokens), 0) AS BIGINT) FROM run \
    WHERE org_id || '' = $1 AND thread_id IN ";
const TOOLS: &str = "SELECT s.name, COUNT(*), CAST(SUM(CASE WHEN s.state = 'failed' THEN 1 ELSE 0 END) AS BIGINT) \
    FROM step s JOIN run r ON r.id = s.run_id WHERE r.org_id || '' = $1 AND s.kind = 'tool' AND r.thread_id IN ";
const CREDITS: &str = "SELECT CAST(COALESCE(SUM(-c.amount), 0) AS BIGINT) FROM credit_entry c \
    JOIN run r ON r.id = c.subject WHERE c.org_id = $1 AND r.org_id || '' = $1 AND r.thread_id IN ";

impl Tx<'_> {
    async fn tally_conversation(&mut self, row: &ConversationRow, tally: &Tally) -> Result<()> {
        let (org, id, thread) = (row.conversation.organization_id, row.conversation.id, row.conversation.thread_id);
        let threads = row.threads();
        let (prompt, completion, total) = self.tokens_on(org, &threads).await?;
        let tools = self.tools_on(org, &threads).await?;
        let credits = self.credits_on(org, &threads).await?;
        let messages = self.messages_on(org, &threads).await?;
        let sql = "UPDATE conversation SET prompt_tokens = $2, completion_tokens = $3, total_tokens = $4, tools = $5, \
                   credits = $6, outcome = (SELECT CASE WHEN r.state = 'completed' THEN 'success' \
                   WHEN r.state = 'failed' THEN 'failure' ELSE 'unknown' END FROM run r \
                   WHERE r.org_id = $7 AND r.thread_id = $8 ORDER BY r.id DESC LIMIT 1), message_count = $9 \
                   WHERE id = $1";
        let params = params![id, prompt, completion, total, value::json(&tools)?, credits, org, thread, messages];
        self.execute(sql, &params).await?;
        let sql = "UPDATE conversation SET search = SUBSTR(search || $3, 1, $5), searched_seq = $4 \
                   WHERE id = $1 AND searched_seq = $2 AND thread_id = $6";
        let params = params![id, tally.from_seq, &tally.said, tally.searched_seq, MOST_SEARCHED, thread];
        self.execute(sql, &params).await.map(drop)
    }

    /// Tokens of the questions, of the answers and of both, in the runs of these threads.
    async fn tokens_on(&mut self, org: OrgId, threads: &[ThreadId]) -> Result<(i64, i64, i64)> {
        let mut query = Query::new(TOKENS, params![org]);
        query.bind_all(values(threads));
        let Some(row) = self.fetch_optional(&query.sql, &query.params).await? else { return Ok((0, 0, 0)) };
        let mut fields = row.fields("run");
        Ok((fields.int("prompt")?, fields.int("completion")?, fields.int("total")?))
    }

    async fn tools_on(&mut self, org: OrgId, threads: &[ThreadId]) -> Result<Vec<ToolUse>> {
        let mut query = Query::new(TOOLS, params![org]);
        query.bind_all(values(threads)).push(" GROUP BY s.name ORDER BY s.name LIMIT 200");
        let mut tools = Vec::new();
        for row in self.fetch_all(&query.sql, &query.params).await? {
            let mut fields = row.fields("step");
            let name = fields.string("name")?;
            tools.push(ToolUse { name, count: count(fields.int("count")?), failed: count(fields.int("failed")?) });
        }
        Ok(tools)
    }

    /// In thousandths.
    async fn credits_on(&mut self, org: OrgId, threads: &[ThreadId]) -> Result<i64> {
        let mut query = Query::new(CREDITS, params![org]);
        query.bind_all(values(threads));
        let row = self.fetch_optional(&query.sql, &query.params).await?;
        row.map_or(Ok(0), |row| row.fields("credit_entry").int("amount"))
    }

    async fn messages_on(&mut self, org: OrgId, threads: &[ThreadId]) -> Result<i64> {
        let mut query = Query::new(
            "SELECT CAST(COALESCE(SUM(message_count), 0) AS BIGINT) FROM thread WHERE org_id = $1 AND id IN ",
            params![org],
        );
        query.bind_all(values(threads));
        let row = self.fetch_optional(&query.sql, &query.params).await?;
        row.map_or(Ok(0), |row| row.fields("thread").int("message_count"))
    }
}

fn values(threads: &[ThreadId]) -> impl Iterator<Item = Value> {
    threads.iter().copied().map(Value::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::plan;

    #[test]
    fn what_a_conversation_came_to_is_read_of_its_own_runs() {
        let mut connection = rusqlite::Connection::open_in_memory().unwrap();
        crate::migrate::run_sqlite(&mut connection).unwrap();
        for text in [TOKENS, TOOLS, CREDITS] {
            let mut query = Query::new(text, params!["org_1"]);
            query.bind_all(["thread_1", "thread_2"].into_iter().map(Value::from));
            let plan = plan(&connection, &query);
            assert!(plan.contains("USING INDEX run_thread (thread_id=?)") && !plan.contains("SCAN"), "{plan}");
        }
    }
}
