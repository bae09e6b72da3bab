//! How often and how fast tools are used: counted by the hour and in all, written behind the answer.

use std::collections::{BTreeMap, HashMap};

use callwright_model::{
    Timestamp,
    execution::{CASE_SOURCE, Execution, State},
    id::{OrgId, ToolId},
    tool::ToolUsage,
};

use super::row::{INSERT, Slot, duration_us, insert_params};
use crate::{
    db::{Store, Tx},
    error::Result,
    params,
    query::Query,
    value::Value,
};

/// One more use of a tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UsageDelta {
    pub(crate) tool_id: ToolId,
    is_error: bool,
    ended_at: Timestamp,
    duration_us: i64,
}

/// How a tool was used in all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ToolTotal {
    /// How often.
    pub count: i64,
    /// The mean duration in milliseconds.
    pub average_ms: f64,
    /// When last.
    pub last_used_at: Timestamp,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    count: i64,
    errors: i64,
    duration_us: i64,
    last_used_at: i64,
}

impl UsageDelta {
    /// Nothing for rehearsals and test cases, and for executions that did not come to anything.
    pub(crate) fn new(
        tool_id: ToolId,
        state: State,
        is_rehearsal: bool,
        ended_at: Timestamp,
        duration_us: i64,
    ) -> Option<Self> {
        let is_error = matches!(state, State::Failed | State::Unknown);
        (!is_rehearsal && (is_error || state == State::Done)).then_some(Self {
            tool_id,
            is_error,
            ended_at,
            duration_us,
        })
    }

    pub(crate) fn of(execution: &Execution) -> Option<Self> {
        let ended_at = execution.ended_at.unwrap_or(execution.received_at);
        let duration = duration_us(execution.duration_ms).unwrap_or(0);
        let is_rehearsal = execution.dry_run || execution.source == CASE_SOURCE;
        Self::new(execution.tool_id, execution.state, is_rehearsal, ended_at, duration)
    }

    fn hour(&self) -> i64 {
        self.ended_at.micros().div_euclid(3_600_000_000)
    }
}

impl Sum {
    fn add(&mut self, delta: &UsageDelta) {
        self.count += 1;
        self.errors += i64::from(delta.is_error);
        self.duration_us += delta.duration_us;
        self.last_used_at = self.last_used_at.max(delta.ended_at.micros());
    }
}

impl Tx<'_> {
    /// Adds the records of executions that have ended.
    pub(crate) async fn insert_finished(&mut self, executions: &[&Execution]) -> Result<()> {
        let rows: Vec<_> =
            executions.iter().map(|execution| insert_params(execution, Slot::default())).collect::<Result<_>>()?;
        self.execute_many(INSERT, &rows).await
    }

    /// Adds uses to the counts: one statement for each tool, in one order, so that two servers cannot lock each
    /// other out.
    pub(crate) async fn add_usage(&mut self, used: impl Iterator<Item = UsageDelta>) -> Result<()> {
        let mut hours: BTreeMap<(ToolId, i64), Sum> = BTreeMap::new();
        let mut totals: BTreeMap<ToolId, Sum> = BTreeMap::new();
        for delta in used {
            hours.entry((delta.tool_id, delta.hour())).or_default().add(&delta);
            totals.entry(delta.tool_id).or_default().add(&delta);
        }
        let by_hour = "INSERT INTO tool_usage (tool_id, hour, count, errors, duration_us) VALUES ($1, $2, $3, $4, $5) \
                       ON CONFLICT (tool_id, hour) DO UPDATE SET count = tool_usage.count + excluded.count, \
                       errors = tool_usage.errors + excluded.errors, \
                       duration_us = tool_usage.duration_us + excluded.duration_us";
        let rows: Vec<_> = hours
            .into_iter()
            .map(|((tool, hour), sum)| params![tool, hour, sum.count, sum.errors, sum.duration_us])
            .collect();
        self.execute_many(by_hour, &rows).await?;
        let in_all = "INSERT INTO tool_total (tool_id, count, errors, duration_us, last_used_at) \
                      VALUES ($1, $2, $3, $4, $5) \
                      ON CONFLICT (tool_id) DO UPDATE SET count = tool_total.count + excluded.count, \
                      errors = tool_total.errors + excluded.errors, \
                      duration_us = tool_total.duration_us + excluded.duration_us, \
                      last_used_at = CASE WHEN excluded.last_used_at > tool_total.last_used_at \
                      THEN excluded.last_used_at ELSE tool_total.last_used_at END";
        let rows: Vec<_> = totals
            .into_iter()
            .map(|(tool, sum)| params![tool, sum.count, sum.errors, sum.duration_us, sum.last_used_at])
            .collect();
        self.execute_many(in_all, &rows).await
    }
}

impl Store {
    /// How a tool has been used: counts of all time, percentiles of its last thousand executions.
    pub async fn usage(&self, org: OrgId, tool: ToolId) -> Result<ToolUsage> {
        self.flush().await?;
        let totals = "SELECT u.count, u.errors, u.duration_us, u.last_used_at FROM tool_total u \
                      JOIN tool t ON t.id = u.tool_id WHERE t.org_id = $1 AND u.tool_id = $2";
        let sum = self.fetch_optional(totals, params![org, tool], |row| {
            let mut fields = row.fields("tool_total");
            Ok(Sum {
                count: fields.int("count")?,
                errors: fields.int("errors")?,
                duration_us: fields.int("duration_us")?,
                last_used_at: fields.int("last_used_at")?,
            })
        });
        let Some(sum) = sum.await?.filter(|sum| sum.count > 0) else {
            return Ok(ToolUsage::default());
        };
        let last = "SELECT duration_us FROM execution WHERE org_id = $1 AND tool_id = $2 \
                    AND duration_us IS NOT NULL AND dry_run = 0 AND source <> 'case' ORDER BY id DESC LIMIT 1000";
        let mut durations =
            self.fetch_all(last, params![org, tool], |row| row.fields("execution").int("duration_us")).await?;
        durations.sort_unstable();
        Ok(ToolUsage {
            count: sum.count,
            error_count: sum.errors,
            error_rate: sum.errors as f64 / sum.count as f64,
            average_ms: sum.duration_us as f64 / sum.count as f64 / 1000.0,
            p50_ms: percentile(&durations, 50),
            p95_ms: percentile(&durations, 95),
            last_used_at: Some(Timestamp::from_micros(sum.last_used_at)),
        })
    }

    /// How each of these tools was used, of those that were.
    pub async fn execution_counts(&self, org: OrgId, tools: &[ToolId]) -> Result<HashMap<ToolId, ToolTotal>> {
        if tools.is_empty() {
            return Ok(HashMap::new());
        }
        self.flush().await?;
        let sql = "SELECT u.tool_id, u.count, u.duration_us, u.last_used_at FROM tool_total u \
                   JOIN tool t ON t.id = u.tool_id WHERE t.org_id = $1 AND u.count > 0 AND u.tool_id IN ";
        let mut query = Query::new(sql, params![org]);
        query.bind_all(tools.iter().map(|id| Value::from(*id)));
        let rows = self
            .fetch_query(query, |row| {
                let mut fields = row.fields("tool_total");
                let (id, count): (_, i64) = (fields.id("tool_id")?, fields.int("count")?);
                let average_ms = fields.int("duration_us")? as f64 / count as f64 / 1000.0;
                Ok((id, ToolTotal { count, average_ms, last_used_at: fields.time("last_used_at")? }))
            })
            .await?;
        Ok(rows.into_iter().collect())
    }
}

/// The nearest-rank percentile of a sorted list of microseconds, in milliseconds.
fn percentile(sorted: &[i64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(rank).map_or(0.0, |us| *us as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let durations: Vec<i64> = (1..=100).map(|n| n * 1000).collect();
        assert_eq!((percentile(&durations, 50), percentile(&durations, 95)), (50.0, 95.0));
        assert_eq!((percentile(&[7000], 50), percentile(&[7000], 95)), (7.0, 7.0));
        assert_eq!(percentile(&[], 95), 0.0);
    }
}
