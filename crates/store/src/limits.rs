//! Limits of organizations and agents, and the token buckets that servers share.

use callwright_model::{
    Timestamp,
    execution::Passage,
    id::{AgentId, ExecutionId, OrgId},
    tool::policy::limits::Limits,
};

use crate::{
    db::{Store, Tx},
    error::Result,
    params, value,
};

/// What a bucket gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Granted {
    /// How many tokens; no more than were asked for, and perhaps none.
    pub tokens: u64,
    /// How long until the bucket has one more, in nanoseconds.
    pub wait_ns: u64,
}

/// The agent's part of the key: empty for the organization itself.
fn owner(agent: Option<AgentId>) -> String {
    agent.map(|agent| agent.to_string()).unwrap_or_default()
}

impl Tx<'_> {
    /// Replaces the limits of an organization, or of one of its agents.
    pub async fn set_limits(
        &mut self,
        org: OrgId,
        agent: Option<AgentId>,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<()> {
        let sql = "INSERT INTO limit_setting (org_id, agent_id, limits, updated_at) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (org_id, agent_id) DO UPDATE SET limits = excluded.limits, \
                   updated_at = excluded.updated_at";
        self.execute(sql, &params![org, owner(agent), value::json(limits)?, now]).await?;
        self.bump(org).await
    }
}

impl Store {
    /// The limits of an organization, or of one of its agents; none set are none.
    pub async fn limits(&self, org: OrgId, agent: Option<AgentId>) -> Result<Limits> {
        let sql = "SELECT limits FROM limit_setting WHERE org_id = $1 AND agent_id = $2";
        let found =
            self.fetch_optional(sql, params![org, owner(agent)], |row| row.fields("limit_setting").json("limits"));
        Ok(found.await?.unwrap_or_default())
    }

    /// Takes up to `wanted` tokens from the bucket `key`, which gains one every `interval_ns` and holds `burst`.
    /// A bucket that is not there yet is full. The database's clock counts, because servers' clocks differ.
    pub async fn take_tokens(&self, key: &str, interval_ns: u64, burst: u64, wanted: u64) -> Result<Granted> {
        let now = self.dialect().now();
        let asked = "excluded.asked_at_ns";
        let base = format!("CASE WHEN rate_bucket.full_at_ns > {asked} THEN rate_bucket.full_at_ns ELSE {asked} END");
        let left = format!("($2 * $3 - ({base} - {asked})) / $2");
        // Below nothing when the clock stepped back, or another server's later question was answered first.
        let given = format!("CASE WHEN {left} < 0 THEN 0 WHEN {left} < $4 THEN {left} ELSE $4 END");
        let sql = format!(
            "INSERT INTO rate_bucket (key, full_at_ns, asked_at_ns, granted) \
             VALUES ($1, {now} * 1000 + $2 * $4, {now} * 1000, $4) \
             ON CONFLICT (key) DO UPDATE SET granted = {given}, full_at_ns = {base} + $2 * {given}, \
             asked_at_ns = {asked} RETURNING granted, full_at_ns - asked_at_ns"
        )
        .replace("$2", "CAST($2 AS BIGINT)")
        .replace("$3", "CAST($3 AS BIGINT)")
        .replace("$4", "CAST($4 AS BIGINT)");
        let wanted = wanted.min(burst);
        let params = params![key, whole(interval_ns), whole(burst), whole(wanted)];
        let rows = self.execute_returning(sql, params).await?;
        let Some(row) = rows.first() else { return Ok(Granted { tokens: 0, wait_ns: interval_ns }) };
        let mut fields = row.fields("rate_bucket");
        let tokens = u64::try_from(fields.int("granted")?).unwrap_or(0);
        let debt = u64::try_from(fields.int("full_at_ns")?).unwrap_or(0);
        Ok(Granted { tokens, wait_ns: debt.saturating_sub(interval_ns.saturating_mul(burst.saturating_sub(1))) })
    }

    /// How long until the bucket `key` is full, in nanoseconds.
    pub async fn bucket_debt(&self, key: &str) -> Result<u64> {
        let now = self.dialect().now();
        let sql = format!("SELECT full_at_ns - {now} * 1000 FROM rate_bucket WHERE key = $1");
        let debt = self.fetch_optional(sql, params![key], |row| row.fields("rate_bucket").int("full_at_ns")).await?;
        Ok(debt.and_then(|debt| u64::try_from(debt).ok()).unwrap_or(0))
    }

    /// Throws away buckets that have been full for a minute.
    pub async fn purge_buckets(&self) -> Result<u64> {
        let now = self.dialect().now();
        let sql = format!("DELETE FROM rate_bucket WHERE full_at_ns < {now} * 1000 - 60000000000");
        self.execute(sql, Vec::new()).await
    }

    /// Notes, behind the answer, how a write came past the limits.
    pub async fn note_passage(&self, id: ExecutionId, passage: Passage) -> Result<()> {
        self.write_behind((id, passage), |(id, passage), tx| {
            Box::pin(async move {
                let sql = "UPDATE execution SET passage = $2 WHERE id = $1";
                tx.execute(sql, &params![*id, value::json(passage)?]).await.map(drop)
            })
        })
        .await
    }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
