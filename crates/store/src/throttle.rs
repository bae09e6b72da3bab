//! Failed sign-ins, counted for a while, to slow down guessing.

use std::time::Duration;

use callwright_model::Timestamp;

use crate::{db::Store, error::Result, params};

impl Store {
    /// Counts one more failure under `key` (an address, or an account) and gives the count. The count begins
    /// anew when there was no failure for `window`.
    pub async fn record_failure(&self, key: &str, now: Timestamp, window: Duration) -> Result<i64> {
        let sql = "INSERT INTO sign_in_failure (key, count, expires_at) VALUES ($1, 1, $3) \
                   ON CONFLICT (key) DO UPDATE SET \
                   count = CASE WHEN sign_in_failure.expires_at <= $2 THEN 1 ELSE sign_in_failure.count + 1 END, \
                   expires_at = excluded.expires_at RETURNING count";
        let rows = self.execute_returning(sql, params![key, now, now.plus(window)]).await?;
        rows.first().map_or(Ok(1), |row| row.fields("sign_in_failure").int("count"))
    }

    /// The failures counted under `key`.
    pub async fn failures(&self, key: &str, now: Timestamp) -> Result<i64> {
        let sql = "SELECT count FROM sign_in_failure WHERE key = $1 AND expires_at > $2";
        let count =
            self.fetch_optional(sql, params![key, now], |row| row.fields("sign_in_failure").int("count")).await?;
        Ok(count.unwrap_or(0))
    }

    /// Forgets the failures under `key`, after a success.
    pub async fn clear_failures(&self, key: &str) -> Result<()> {
        self.execute("DELETE FROM sign_in_failure WHERE key = $1", params![key]).await.map(drop)
    }

    /// Forgets all counts that ended. Gives their number.
    pub async fn purge_failures(&self, now: Timestamp) -> Result<u64> {
        self.execute("DELETE FROM sign_in_failure WHERE expires_at <= $1", params![now]).await
    }
}
