//! What is kept for a while: the rest of a cut result, the memory of an intent, the log itself.

use callwright_model::{
    Timestamp,
    id::{ExecutionId, OrgId},
};

use crate::{db::Store, error::Result, params};

impl Store {
    /// Keeps the sealed whole of a result that was cut, until `expires_at`.
    pub async fn put_result(
        &self,
        org: OrgId,
        execution: ExecutionId,
        sealed: &str,
        expires_at: Timestamp,
    ) -> Result<()> {
        let sql = "INSERT INTO execution_result (execution_id, org_id, sealed, expires_at) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (execution_id) DO UPDATE SET sealed = excluded.sealed, \
                   expires_at = excluded.expires_at";
        self.execute(sql, params![execution, org, sealed, expires_at]).await.map(drop)
    }

    /// The sealed whole of a result that was cut, if it is still kept.
    pub async fn result(&self, org: OrgId, execution: ExecutionId, now: Timestamp) -> Result<Option<String>> {
        let sql = "SELECT sealed FROM execution_result WHERE execution_id = $1 AND org_id = $2 AND expires_at > $3";
        self.fetch_optional(sql, params![execution, org, now], |row| row.fields("execution_result").string("sealed"))
            .await
    }

    /// Deletes up to `batch` results that are kept no longer. Gives their number.
    pub async fn purge_results(&self, now: Timestamp, batch: u32) -> Result<u64> {
        let sql = "DELETE FROM execution_result WHERE execution_id IN \
                   (SELECT execution_id FROM execution_result WHERE expires_at <= $1 LIMIT $2)";
        self.execute(sql, params![now, batch]).await
    }

    /// Deletes up to `batch` executions that ended and were made before `before`, oldest first. Those whose
    /// outcome nobody has settled are kept. Gives their number; call it again until that is less than `batch`.
    pub async fn purge(&self, before: Timestamp, batch: u32) -> Result<u64> {
        let millis = u128::try_from(before.micros() / 1000).unwrap_or(0);
        let bound = ExecutionId::from_raw((millis & ((1 << 48) - 1)) << 80);
        let sql = "DELETE FROM execution WHERE id IN (SELECT id FROM execution WHERE id < $1 \
                   AND state IN ('done', 'failed', 'released') ORDER BY id LIMIT $2)";
        self.execute(sql, params![bound, batch]).await
    }

    /// Frees up to `batch` intents of executions that ended and whose time is over. A slot that expired is free
    /// even before that; this only keeps the index small. Gives their number.
    pub async fn expire_slots(&self, now: Timestamp, batch: u32) -> Result<u64> {
        let sql = "UPDATE execution SET intent_slot = NULL WHERE id IN (SELECT id FROM execution \
                   WHERE intent_slot IS NOT NULL AND intent_expires_at <= $1 \
                   AND state IN ('done', 'failed', 'released') LIMIT $2)";
        self.execute(sql, params![now, batch]).await
    }
}
