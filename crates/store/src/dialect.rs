//! The few places where the two databases need different words.

/// Which database is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// The name for logs and `callwright doctor`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgresql",
        }
    }

    /// Appended to a SELECT whose rows must not change until the transaction ends. SQLite has one writer.
    pub(crate) const fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }

    /// The same, leaving out rows that another transaction holds.
    pub(crate) const fn for_update_skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// The database's clock in microseconds, for leases: servers' clocks differ, the database has one.
    pub(crate) const fn now(self) -> &'static str {
        match self {
            Self::Sqlite => "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
            Self::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
        }
    }

    /// A migration's text in this dialect. PostgreSQL would sort texts by the database's locale; ids and
    /// names are compared byte by byte on both. A line that begins with `--sqlite: ` or `--postgresql: ` is for that
    /// database only, and a comment for the other.
    pub(crate) fn ddl(self, sql: &str) -> String {
        match self {
            Self::Sqlite => sql.replace("--sqlite: ", ""),
            Self::Postgres => sql.replace("--postgresql: ", "").replace(" TEXT", " TEXT COLLATE \"C\""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_one_database_is_a_comment_for_the_other() {
        let sql = "--sqlite: A;\n--postgresql: B;\n";
        assert_eq!(Dialect::Sqlite.ddl(sql), "A;\n--postgresql: B;\n");
        assert_eq!(Dialect::Postgres.ddl(sql), "--sqlite: A;\nB;\n");
    }
}
