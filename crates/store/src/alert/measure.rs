//! What rules measure, read from the log by its indexes and never more than a bounded number of rows.

use callwright_model::{
    ErrorClass, Timestamp,
    id::{AgentId, ExecutionId, OrgId, ToolId},
};

use crate::{db::Store, error::Result, params, query::Query, value::Value};

/// Whose executions, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched {
    /// The organization.
    pub org: OrgId,
    /// Of this tool.
    pub tool: Option<ToolId>,
    /// Through this agent.
    pub agent: Option<AgentId>,
    /// Asked for at or after this time.
    pub since: Timestamp,
}

/// How many executions there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counted {
    /// That ended.
    pub ended: i64,
    /// Of these, failed or unknown.
    pub failed: i64,
}

/// The least id that was made at or after `time`: ids carry the time.
fn first_id(time: Timestamp) -> ExecutionId {
    let millis = time.micros().max(0) / 1000;
    ExecutionId::from_raw((millis as u128 & ((1 << 48) - 1)) << 80)
}

fn words(classes: &[ErrorClass]) -> impl Iterator<Item = Value> {
    classes.iter().map(|class| Value::word(class.as_str()))
}

impl Watched {
    /// `FROM execution WHERE …`, so that an index of (organization, tool or agent, id) serves it.
    fn rows(&self, select: &str) -> Query {
        let mut query = Query::new(format!("{select} FROM execution WHERE org_id = $1"), params![self.org]);
        query
            .and("tool_id =", self.tool)
            .and("agent_id =", self.agent)
            .and("id >=", Some(first_id(self.since)))
            .push(" AND dry_run = 0 AND source NOT IN ('case', 'draft')");
        query
    }

    /// The same of those that failed, which have indexes of their own.
    fn failed_rows(&self, select: &str, classes: &[ErrorClass]) -> Query {
        let mut query = self.rows(select);
        query.push(" AND state IN ('failed', 'unknown') AND state <> 'done'");
        if !classes.is_empty() {
            // The class is compared as an expression, so that it does not choose the index.
            query.push(" AND error_class || '' IN ").bind_all(words(classes));
        }
        query
    }
}

impl Store {
    /// How many failed, up to `most`.
    pub async fn count_failed(&self, watched: Watched, classes: &[ErrorClass], most: u32) -> Result<i64> {
        let mut inner = watched.failed_rows("SELECT id", classes);
        inner.push(" LIMIT ").bind(most);
        self.count_of(inner).await
    }

    /// How many requests the outbound policy refused, up to `most`.
    pub async fn count_guard_refusals(&self, watched: Watched, most: u32) -> Result<i64> {
        let mut inner = watched.failed_rows("SELECT id", &[ErrorClass::PermissionError]);
        // The code is a field of the JSON that we wrote ourselves.
        inner.push(" AND (error LIKE '%\"code\":\"outbound_blocked\"%' OR error LIKE '%\"code\":\"url_refused\"%')");
        inner.push(" LIMIT ").bind(most);
        self.count_of(inner).await
    }

    /// How many were asked for and ended, up to `most`.
    pub async fn count_ended(&self, watched: Watched, most: u32) -> Result<i64> {
        let mut inner = watched.rows("SELECT id");
        inner.push(" AND state IN ('done', 'failed', 'unknown') LIMIT ").bind(most);
        self.count_of(inner).await
    }

    async fn count_of(&self, inner: Query) -> Result<i64> {
        let sql = format!("SELECT COUNT(*) FROM ({}) w", inner.sql);
        let query = Query::new(sql, inner.params);
        let counts = self.fetch_query(query, |row| row.fields("execution").int("count")).await?;
        Ok(counts.first().copied().unwrap_or(0))
    }

    /// How many of the newest `most` failed.
    pub async fn count_outcomes(&self, watched: Watched, classes: &[ErrorClass], most: u32) -> Result<Counted> {
        let mut inner = watched.rows("SELECT state, error_class");
        inner.push(" AND state IN ('done', 'failed', 'unknown') ORDER BY id DESC LIMIT ").bind(most);
        let mut query =
            Query::new("SELECT COUNT(*), COALESCE(SUM(CASE WHEN state IN ('failed', 'unknown')", inner.params);
        if !classes.is_empty() {
            query.push(" AND error_class IN ").bind_all(words(classes));
        }
        query.push(" THEN 1 ELSE 0 END), 0) FROM (").push(&inner.sql).push(") w");
        let rows = self
            .fetch_query(query, |row| {
                let mut fields = row.fields("execution");
                Ok(Counted { ended: fields.int("count")?, failed: fields.int("failed")? })
            })
            .await?;
        Ok(rows.first().copied().unwrap_or_default())
    }

    /// How long the newest `most` took, in microseconds, shortest first.
    pub async fn recent_durations(&self, watched: Watched, most: u32) -> Result<Vec<i64>> {
        let mut query = watched.rows("SELECT duration_us");
        query
            .push(" AND state IN ('done', 'failed', 'unknown') AND duration_us IS NOT NULL ORDER BY id DESC LIMIT ")
            .bind(most);
        let mut durations = self.fetch_query(query, |row| row.fields("execution").int("duration_us")).await?;
        durations.sort_unstable();
        Ok(durations)
    }

    /// How many executions ended in each of these hours since the epoch; hours without any are left out.
    pub async fn counts_by_hour(&self, org: OrgId, tool: Option<ToolId>, hours: &[i64]) -> Result<Vec<(i64, i64)>> {
        if hours.is_empty() {
            return Ok(Vec::new());
        }
        let sql = "SELECT u.hour, CAST(SUM(u.count) AS BIGINT) FROM tool_usage u JOIN tool t ON t.id = u.tool_id \
                   WHERE t.org_id = $1 AND u.hour IN ";
        let mut query = Query::new(sql, params![org]);
        query.bind_all(hours.iter().map(|hour| Value::Int(*hour))).and("u.tool_id =", tool).push(" GROUP BY u.hour");
        self.fetch_query(query, |row| {
            let mut fields = row.fields("tool_usage");
            Ok((fields.int("hour")?, fields.int("count")?))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use callwright_model::Id;

    use super::*;
    use crate::query::plan;

    #[test]
    fn every_measurement_begins_at_the_window_in_an_index() {
        let mut connection = rusqlite::Connection::open_in_memory().unwrap();
        crate::migrate::run_sqlite(&mut connection).unwrap();
        let (tool, agent) = (Some(Id::from_raw(2)), Some(Id::from_raw(3)));
        for (tool, agent, index) in
            [(None, None, "execution_org"), (tool, None, "execution_tool"), (None, agent, "execution_agent")]
        {
            let watched = Watched { org: Id::from_raw(1), tool, agent, since: Timestamp::from_micros(1) };
            let mut all = watched.rows("SELECT state");
            all.push(" AND state IN ('done', 'failed', 'unknown') ORDER BY id DESC LIMIT 10");
            let all = plan(&connection, &all);
            assert!(all.contains(&format!("USING INDEX {index} (")) && all.contains("id>?"), "{all}");
            assert!(!all.contains("TEMP B-TREE"), "the newest come first by themselves: {all}");
            for classes in [&[][..], &[ErrorClass::AuthError]] {
                let failed = plan(&connection, &watched.failed_rows("SELECT id", classes));
                assert!(!failed.contains("SCAN") && failed.contains("id>?"), "{failed}");
            }
        }
    }
}
