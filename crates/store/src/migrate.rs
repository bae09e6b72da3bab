//! Brings the tables up to date: numbered SQL files, each carried out once, in one transaction, and never changed.

use sha2::{Digest as _, Sha256};

use crate::{
    dialect::Dialect,
    error::{Error, Result},
    postgres::{Settings, connect_for_migrations},
};

struct Migration {
    version: i64,
    name: &'static str,
    sql: &'static str,
}

/// One text for both databases. A new file goes to the end; a file that was released is never edited.
const MIGRATIONS: &[Migration] = &[
    migration(1, "trunk", include_str!("../migrations/0001_trunk.sql")),
    migration(2, "tickets", include_str!("../migrations/0002_tickets.sql")),
    migration(3, "limits", include_str!("../migrations/0003_limits.sql")),
    migration(4, "library", include_str!("../migrations/0004_library.sql")),
    migration(5, "versions", include_str!("../migrations/0005_versions.sql")),
    migration(6, "checks", include_str!("../migrations/0006_checks.sql")),
    migration(7, "alerts", include_str!("../migrations/0007_alerts.sql")),
    migration(8, "imports", include_str!("../migrations/0008_imports.sql")),
    migration(9, "tool_secrets", include_str!("../migrations/0009_tool_secrets.sql")),
    migration(10, "runs", include_str!("../migrations/0010_runs.sql")),
    migration(11, "model_providers", include_str!("../migrations/0011_model_providers.sql")),
    migration(12, "business", include_str!("../migrations/0012_business.sql")),
    migration(13, "credits", include_str!("../migrations/0013_credits.sql")),
    migration(14, "workflows", include_str!("../migrations/0014_workflows.sql")),
    migration(15, "conversations", include_str!("../migrations/0015_conversations.sql")),
    migration(16, "control", include_str!("../migrations/0016_control.sql")),
    migration(17, "mend", include_str!("../migrations/0017_mend.sql")),
    migration(18, "mcp_servers", include_str!("../migrations/0018_mcp_servers.sql")),
    migration(19, "hooks", include_str!("../migrations/0019_hooks.sql")),
    migration(20, "oauth", include_str!("../migrations/0020_oauth.sql")),
    migration(21, "grant_trouble", include_str!("../migrations/0021_grant_trouble.sql")),
    migration(22, "after_effects", include_str!("../migrations/0022_after_effects.sql")),
];

const fn migration(version: i64, name: &'static str, sql: &'static str) -> Migration {
    Migration { version, name, sql }
}

/// Servers that start together migrate one after the other. The number means nothing.
const ADVISORY_LOCK: i64 = 0x6361_6c6c_7772_6967;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migration (version BIGINT PRIMARY KEY, name TEXT NOT NULL, \
                     checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";

const LIST: &str = "SELECT version, name, checksum FROM schema_migration ORDER BY version";

impl Migration {
    fn checksum(&self) -> String {
        Sha256::digest(self.sql.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn record(&self, dialect: Dialect) -> String {
        format!(
            "INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES ({}, '{}', '{}', {})",
            self.version,
            self.name,
            self.checksum(),
            dialect.now()
        )
    }

    /// The statements of this migration and the note that it was carried out.
    fn script(&self, dialect: Dialect) -> String {
        format!("BEGIN;\n{}\n;{};\nCOMMIT;", dialect.ddl(self.sql), self.record(dialect))
    }
}

/// The newest version that this program makes.
pub(crate) fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.version)
}

/// What has been carried out, as the database remembers it.
type Applied = (i64, String, String);

/// Compares what was carried out with what we know, and gives what is left to do.
fn pending(applied: &[Applied]) -> Result<Vec<&'static Migration>> {
    let known = newest();
    if let Some((found, ..)) = applied.iter().find(|(version, ..)| *version > known) {
        return Err(Error::Newer { found: *found, known });
    }
    let mut pending = Vec::new();
    for migration in MIGRATIONS {
        match applied.iter().find(|(version, ..)| *version == migration.version) {
            None => pending.push(migration),
            Some((.., checksum)) if *checksum == migration.checksum() => {}
            Some((version, name, _)) => return Err(Error::Altered { version: *version, name: name.clone() }),
        }
    }
    Ok(pending)
}

pub(crate) fn run_sqlite(connection: &mut rusqlite::Connection) -> Result<()> {
    connection.execute_batch(TABLE)?;
    let applied: Vec<Applied> = connection
        .prepare(LIST)?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, rusqlite::Error>>()?;
    for migration in pending(&applied)? {
        connection.execute_batch(&migration.script(Dialect::Sqlite))?;
        tracing::info!(version = migration.version, name = migration.name, "migrated the database");
    }
    Ok(())
}

pub(crate) async fn run_postgres(settings: &Settings) -> Result<()> {
    let client = connect_for_migrations(settings).await?;
    // The lock ends with the session, at the latest when this function returns.
    client.batch_execute(&format!("SELECT pg_advisory_lock({ADVISORY_LOCK})")).await?;
    client.batch_execute(TABLE).await?;
    let rows = client.query(LIST, &[]).await?;
    let applied: Vec<Applied> =
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))).collect::<Result<_>>()?;
    for migration in pending(&applied)? {
        client.batch_execute(&migration.script(Dialect::Postgres)).await?;
        tracing::info!(version = migration.version, name = migration.name, "migrated the database");
    }
    client.batch_execute(&format!("SELECT pg_advisory_unlock({ADVISORY_LOCK})")).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(version: i64, checksum: &str) -> Applied {
        (version, "some".to_owned(), checksum.to_owned())
    }

    #[test]
    fn what_is_newer_or_altered_is_refused() {
        assert_eq!(pending(&[]).unwrap().len(), MIGRATIONS.len());
        let ours = MIGRATIONS[0].checksum();
        assert_eq!(pending(&[applied(1, &ours)]).unwrap().len(), MIGRATIONS.len() - 1);
        assert!(matches!(pending(&[applied(1, "other")]), Err(Error::Altered { version: 1, .. })));
        assert!(matches!(pending(&[applied(1, &ours), applied(999, "x")]), Err(Error::Newer { found: 999, .. })));
    }

    #[test]
    fn versions_count_up_from_one() {
        for (index, migration) in MIGRATIONS.iter().enumerate() {
            assert_eq!(migration.version, index as i64 + 1);
        }
    }
}
