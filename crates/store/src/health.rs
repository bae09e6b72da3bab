//! What `callwright doctor` asks of a database: its time, its tables, its size and what is left undone.

use std::path::Path;

use callwright_model::{
    Timestamp,
    id::{OrgId, ToolId},
};

use crate::{db::Store, dialect::Dialect, error::Result, migrate, params};

/// How large the database is, and how much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Storage {
    /// The database, in bytes.
    pub bytes: i64,
    /// The write-ahead log of SQLite, in bytes.
    pub wal_bytes: Option<i64>,
    /// Free on the disk of the SQLite database, in bytes.
    pub free_bytes: Option<i64>,
}

/// Failures of one tool in a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failing {
    /// The tool.
    pub tool_id: ToolId,
    /// Its name at the time of the newest failure.
    pub tool_name: String,
    /// How many failed; counted among the newest failures only.
    pub failed: i64,
}

impl Store {
    /// The time by the database's clock.
    pub async fn database_time(&self) -> Result<Timestamp> {
        let sql = format!("SELECT {}", self.dialect().now());
        let now = self.fetch_optional(sql, Vec::new(), |row| row.fields("clock").time("now")).await?;
        Ok(now.unwrap_or_default())
    }

    /// The version of the database's tables, and the one that this program makes.
    pub async fn schema_version(&self) -> Result<(i64, i64)> {
        let sql = "SELECT COALESCE(MAX(version), 0) FROM schema_migration";
        let found = self.fetch_optional(sql, Vec::new(), |row| row.fields("schema_migration").int("version")).await?;
        Ok((found.unwrap_or(0), migrate::newest()))
    }

    /// How large the database is, and how much room is left.
    pub async fn storage(&self) -> Result<Storage> {
        if self.dialect() == Dialect::Postgres {
            let sql = "SELECT pg_database_size(current_database())";
            let bytes = self.fetch_optional(sql, Vec::new(), |row| row.fields("database").int("size")).await?;
            return Ok(Storage { bytes: bytes.unwrap_or(0), ..Storage::default() });
        }
        let sql = "SELECT file FROM pragma_database_list WHERE name = 'main'";
        let file = self.fetch_optional(sql, Vec::new(), |row| row.fields("database").string("file")).await?;
        let file = file.unwrap_or_default();
        let measured = tokio::task::spawn_blocking(move || sizes(Path::new(&file))).await;
        Ok(measured.unwrap_or_default())
    }

    /// The servers whose lease holds.
    pub async fn count_alive_nodes(&self) -> Result<i64> {
        let sql = format!("SELECT COUNT(*) FROM node WHERE lease_until > {}", self.dialect().now());
        Ok(self.fetch_optional(sql, Vec::new(), |row| row.fields("node").int("count")).await?.unwrap_or(0))
    }

    /// How many outcomes of an organization's executions nobody knows and nobody has settled, up to `most`.
    pub async fn count_unsettled(&self, org: OrgId, most: u32) -> Result<i64> {
        let sql = "SELECT COUNT(*) FROM (SELECT id FROM execution WHERE state = 'unknown' AND state <> 'done' \
                   AND org_id = $1 AND settled IS NULL LIMIT $2) w";
        let count = self.fetch_optional(sql, params![org, most], |row| row.fields("execution").int("count")).await?;
        Ok(count.unwrap_or(0))
    }

    /// The tools that failed most among the newest `most` failures since `since`, worst first, at most 20.
    pub async fn failing_tools(&self, org: OrgId, since: Timestamp, most: u32) -> Result<Vec<Failing>> {
        let millis = since.micros().max(0) / 1000;
        let first = callwright_model::id::ExecutionId::from_raw((millis as u128 & ((1 << 48) - 1)) << 80);
        let sql = "SELECT tool_id, MAX(tool_name), COUNT(*) FROM (SELECT tool_id, tool_name FROM execution \
                   WHERE state IN ('failed', 'unknown') AND state <> 'done' AND org_id = $1 AND id >= $2 \
                   AND dry_run = 0 AND source NOT IN ('case', 'draft') ORDER BY id DESC LIMIT $3) w GROUP BY tool_id ORDER BY 3 DESC, 1 LIMIT 20";
        self.fetch_all(sql, params![org, first, most], |row| {
            let mut fields = row.fields("execution");
            Ok(Failing {
                tool_id: fields.id("tool_id")?,
                tool_name: fields.string("tool_name")?,
                failed: fields.int("count")?,
            })
        })
        .await
    }

    /// The overrides of assignments that have any, as JSON texts, at most `most`.
    pub async fn some_overrides(&self, org: OrgId, most: u32) -> Result<Vec<String>> {
        let sql = "SELECT a.overrides FROM agent g JOIN assignment a ON a.agent_id = g.id \
                   WHERE g.org_id = $1 AND a.overrides <> '{}' LIMIT $2";
        self.fetch_all(sql, params![org, most], |row| row.fields("assignment").string("overrides")).await
    }
}

/// What cannot be measured counts as nothing: the doctor has other ways to notice a missing file.
fn sizes(file: &Path) -> Storage {
    let size = |path: &Path| std::fs::metadata(path).ok().and_then(|found| i64::try_from(found.len()).ok());
    let wal = file.with_extension("db-wal");
    let free = file.parent().and_then(|folder| fs4::available_space(folder).ok());
    Storage {
        bytes: size(file).unwrap_or(0),
        wal_bytes: size(&wal),
        free_bytes: free.and_then(|free| i64::try_from(free).ok()),
    }
}
