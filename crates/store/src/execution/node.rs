//! Servers and what dead ones leave behind.
//!
//! A server holds a lease on its name, by the database's clock, and renews it. On SQLite the lock on the
//! data directory proves that there is one server, so its lease never ends and all others are dead.

use callwright_model::{
    Timestamp, ToolError,
    id::{ExecutionId, NodeId},
};

use crate::{
    db::{Store, Tx},
    dialect::Dialect,
    error::Result,
    params,
    value::{self, Row},
};

/// A lease is given this much more before its node is taken for dead, in microseconds.
const GRACE_US: i64 = 200_000;

/// What became of the executions that dead servers left behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reaped {
    /// Nothing of these was sent: their intents are free again.
    pub released: Vec<ExecutionId>,
    /// These may have happened, and nobody knows.
    pub unknown: Vec<ExecutionId>,
    /// These may be sent again for whoever asks for the same intent and calls [`Store::take_over`]. They are
    /// listed each time until then, or until the intent expires and they become unknown too.
    pub resendable: Vec<ExecutionId>,
    /// How many jobs are back in the queue.
    pub jobs: u64,
}

/// Selects the nodes that are alive.
pub(crate) fn alive(dialect: Dialect) -> String {
    format!("SELECT id FROM node WHERE lease_until + {GRACE_US} > {}", dialect.now())
}

fn ids(rows: &[Row]) -> Result<Vec<ExecutionId>> {
    rows.iter().map(|row| row.fields("execution").id("id")).collect()
}

impl Tx<'_> {
    async fn reap(&mut self, error: &ToolError, now: Timestamp) -> Result<Reaped> {
        let dialect = self.dialect();
        let of_the_dead = format!("(node_id IS NULL OR node_id NOT IN ({}))", alive(dialect));
        // `state <> 'done'` is implied, and lets SQLite use the index of what is not done.
        let released = format!(
            "UPDATE execution SET state = 'released', intent_slot = NULL, ended_at = $1, updated_at = $1 WHERE id IN \
             (SELECT id FROM execution WHERE state = 'claimed' AND state <> 'done' AND {of_the_dead}{}) RETURNING id",
            dialect.for_update_skip_locked()
        );
        let released = ids(&self.fetch_all(&released, &params![now]).await?)?;
        let unknown = format!(
            "UPDATE execution SET state = 'unknown', error = $2, error_class = $3, ended_at = $1, updated_at = $1 \
             WHERE id IN (SELECT id FROM execution WHERE state = 'started' AND state <> 'done' \
             AND (resendable = 0 OR intent_slot IS NULL OR intent_expires_at <= $1) AND {of_the_dead} \
             AND NOT EXISTS (SELECT 1 FROM ticket WHERE ticket.execution_id = execution.id AND ticket.rerun = 1 \
             AND ticket.state IN ('open', 'used') AND {}){}) RETURNING id",
            super::RERUN,
            dialect.for_update_skip_locked()
        );
        let params = params![now, value::json(error)?, error.class.as_str()];
        let unknown = ids(&self.fetch_all(&unknown, &params).await?)?;
        let resendable = format!(
            "SELECT id FROM execution WHERE state = 'started' AND state <> 'done' AND resendable = 1 AND {of_the_dead} \
             ORDER BY id"
        );
        let resendable = ids(&self.fetch_all(&resendable, &[]).await?)?;
        // After the executions: whoever takes a job up finds what its last owner left settled.
        let jobs = self.requeue_orphans(now).await?;
        let forget = format!("DELETE FROM node WHERE lease_until + {GRACE_US} <= {}", dialect.now());
        self.execute(&forget, &[]).await?;
        Ok(Reaped { released, unknown, resendable, jobs })
    }
}

impl Store {
    /// Makes a server known for `lease_ms`. On SQLite it is the only one from now on.
    pub async fn register_node(&self, id: NodeId, lease_ms: u32) -> Result<()> {
        let dialect = self.dialect();
        self.write((id, lease_ms), move |(id, lease_ms), tx| {
            Box::pin(async move {
                if dialect == Dialect::Sqlite {
                    tx.execute("DELETE FROM node", &[]).await?;
                    let sql = "INSERT INTO node (id, lease_until) VALUES ($1, $2)";
                    return tx.execute(sql, &params![*id, i64::MAX / 2]).await.map(drop);
                }
                let sql = format!("INSERT INTO node (id, lease_until) VALUES ($1, {} + $2)", dialect.now());
                tx.execute(&sql, &params![*id, i64::from(*lease_ms) * 1000]).await.map(drop)
            })
        })
        .await
    }

    /// Renews a lease. False: it has ended, and others may have taken over what the server was doing; it must
    /// stop acting under that name.
    pub async fn heartbeat(&self, id: NodeId, lease_ms: u32) -> Result<bool> {
        let now = self.dialect().now();
        if self.dialect() == Dialect::Sqlite {
            let sql = "SELECT 1 FROM node WHERE id = $1";
            return Ok(self.fetch_optional(sql, params![id], |row| row.fields("node").int("one")).await?.is_some());
        }
        let sql = format!("UPDATE node SET lease_until = {now} + $2 WHERE id = $1 AND lease_until > {now}");
        Ok(self.execute(sql, params![id, i64::from(lease_ms) * 1000]).await? > 0)
    }

    /// Ends a lease, after the server has finished what it was doing.
    pub async fn remove_node(&self, id: NodeId) -> Result<()> {
        self.execute("DELETE FROM node WHERE id = $1", params![id]).await.map(drop)
    }

    /// The servers whose lease has ended and that nobody cleaned up after yet.
    pub async fn dead_nodes(&self) -> Result<Vec<NodeId>> {
        let sql = format!("SELECT id FROM node WHERE lease_until + {GRACE_US} <= {} ORDER BY id", self.dialect().now());
        self.fetch_all(sql, Vec::new(), |row| row.fields("node").id("id")).await
    }

    /// Cleans up after dead servers: what they had claimed is released, what they had started is unknown, with
    /// `error` as its failure, unless it may be sent again and somebody may still ask for it (ADR 0005). A
    /// server calls this after it has registered, and then now and then.
    pub async fn reap(&self, error: &ToolError, now: Timestamp) -> Result<Reaped> {
        self.write((error.clone(), now), |(error, now), tx| Box::pin(tx.reap(error, *now))).await
    }
}
