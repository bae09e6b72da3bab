//! What can go wrong in the store, and what the caller of an interface is told about it.

use std::path::PathBuf;

use callwright_model::{
    Fault, FaultKind,
    credit::{Credits, Operation},
};

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row holds something that this program never writes.
    #[error("`{table}.{column}` holds something that does not belong there: {message}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// What was expected.
        message: String,
    },
    /// What is asked contradicts what is there; the caller is told `code` and `message`.
    #[error("{message}")]
    Conflict {
        /// A stable name such as `name_taken`.
        code: &'static str,
        /// What the caller reads.
        message: String,
    },
    /// There are fewer credits than it costs.
    #[error("`{}` costs {price} credits, and there are {balance}", operation.as_str())]
    Exhausted {
        /// What is to be paid for.
        operation: Operation,
        /// What it costs.
        price: Credits,
        /// What there is.
        balance: Credits,
    },
    /// A unique index refused the row. Functions that know what it means turn it into [`Error::Conflict`].
    #[error("a row like this is already there (`{0}`)")]
    Unique(String),
    /// The row refers to one that is not there.
    #[error("the row refers to one that does not exist (`{0}`)")]
    Reference(String),
    /// The job is not the carrier's any more: another has it, or it was ended.
    #[error("this job is somebody else's by now")]
    Fenced,
    /// A cursor does not belong to this list.
    #[error("the cursor does not belong to this list")]
    Cursor,
    /// Two transactions got in each other's way more often than we try again.
    #[error("the transaction kept losing against others: {0}")]
    Contended(String),
    /// The database cannot be reached, or cannot write now.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The connection to the database broke.
    #[error("the connection to the database broke: {0}")]
    Disconnected(String),
    /// The database did not answer in time.
    #[error("the database did not answer in time")]
    TimedOut,
    /// The group of operations that this one was part of could not be committed; nothing of it was kept.
    #[error("the transaction could not be committed: {0}")]
    NotCommitted(String),
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
    /// Another process holds the data directory.
    #[error(
        "the data directory `{0}` is in use by another callwright server; stop that one, or choose another directory"
    )]
    InUse(PathBuf),
    /// The database was written by a newer version of this program.
    #[error("the database is at version {found}, this program knows versions up to {known}; use a newer callwright")]
    Newer {
        /// The database's version.
        found: i64,
        /// The newest version that we know.
        known: i64,
    },
    /// A migration that was carried out differs from the one that we carry.
    #[error("migration {version} (`{name}`) was carried out in another form than this program knows")]
    Altered {
        /// Its number.
        version: i64,
        /// Its name.
        name: String,
    },
    /// A file or directory of the store could not be used.
    #[error("cannot use `{path}`: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The settings do not make sense.
    #[error("{0}")]
    Settings(String),
    /// SQLite refused, and it is our mistake.
    #[error("sqlite: {0}")]
    Sqlite(rusqlite::Error),
    /// PostgreSQL refused, and it is our mistake.
    #[error("postgresql: {}", describe(.0))]
    Postgres(tokio_postgres::Error),
    /// A value could not be written as JSON, or an operation broke a rule of this crate.
    #[error("{0}")]
    Internal(String),
}

/// What functions of the store give back.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The caller's request contradicts what is there.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::Conflict { code, message: message.into() }
    }

    /// The same error, or this conflict when it comes from a unique index.
    #[must_use]
    pub fn unique_means(self, code: &'static str, message: impl FnOnce() -> String) -> Self {
        match self {
            Self::Unique(_) => Self::Conflict { code, message: message() },
            other => other,
        }
    }

    /// Whether the same operation may succeed when it is simply tried again.
    pub(crate) fn is_contention(&self) -> bool {
        matches!(self, Self::Contended(_))
    }

    /// Whether the database could not be reached or did not answer, so that nobody knows whether a commit happened.
    pub fn is_unavailable(&self) -> bool {
        matches!(
            self,
            Self::Unavailable(_) | Self::Disconnected(_) | Self::TimedOut | Self::NotCommitted(_) | Self::Contended(_)
        )
    }
}

/// tokio-postgres prints only "db error"; the reason is one level down.
fn describe(error: &tokio_postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => format!("{} ({})", db.message(), db.code().code()),
        None => std::error::Error::source(error).map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}")),
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::{ErrorCode, ffi};
        let rusqlite::Error::SqliteFailure(cause, message) = &error else {
            return Self::Sqlite(error);
        };
        let text = || message.clone().unwrap_or_else(|| cause.to_string());
        match (cause.code, cause.extended_code) {
            (_, ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY) => Self::Unique(text()),
            (_, ffi::SQLITE_CONSTRAINT_FOREIGNKEY) => Self::Reference(text()),
            (
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::OutOfMemory
                | ErrorCode::ReadOnly
                | ErrorCode::CannotOpen,
                _,
            ) => Self::Unavailable(text()),
            _ => Self::Sqlite(error),
        }
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        use tokio_postgres::error::SqlState;
        let Some(db) = error.as_db_error() else {
            // Errors of our own making (a wrong type, a row too many) have no code either, but say so.
            let text = describe(&error);
            let ours = text.contains("serializing parameter") || text.contains("deserializing column");
            return if ours { Self::Postgres(error) } else { Self::Disconnected(text) };
        };
        let constraint = || db.constraint().unwrap_or_else(|| db.message()).to_owned();
        match db.code() {
            code if *code == SqlState::UNIQUE_VIOLATION => Self::Unique(constraint()),
            code if *code == SqlState::FOREIGN_KEY_VIOLATION => Self::Reference(constraint()),
            code if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED => {
                Self::Contended(describe(&error))
            }
            // The server said goodbye.
            code if code.code().starts_with("08")
                || matches!(*code, SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN)
                || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT =>
            {
                Self::Disconnected(describe(&error))
            }
            // Resources, operator intervention, the system; and a lock that did not become free in time.
            code if matches!(code.code().get(..2), Some("53" | "57" | "58"))
                || *code == SqlState::LOCK_NOT_AVAILABLE
                || *code == SqlState::READ_ONLY_SQL_TRANSACTION =>
            {
                Self::Unavailable(describe(&error))
            }
            _ => Self::Postgres(error),
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Conflict { code, message } => Self::conflict(code, message),
            Error::Exhausted { operation, price, balance } => {
                let message = format!(
                    "this costs {price} credits (`{}`), and there are {balance}; an administrator can add some",
                    operation.as_str()
                );
                let details = serde_json::json!({ "operation": operation, "price": price, "balance": balance });
                Self::new(FaultKind::Unpaid, "credits_exhausted", message).with_details(details)
            }
            Error::Unique(_) => Self::conflict("already_exists", "it is already there").with_source(error),
            Error::Reference(_) => {
                Self::conflict("reference_missing", "it refers to something that does not exist any more")
                    .with_source(error)
            }
            Error::Fenced => Self::conflict("fenced", "somebody else has taken this over"),
            Error::Cursor => Self::invalid("cursor", "`cursor` is not one that this list gave; start again without it"),
            Error::Contended(_)
            | Error::Unavailable(_)
            | Error::Disconnected(_)
            | Error::TimedOut
            | Error::NotCommitted(_)
            | Error::Closed
            | Error::InUse(_) => {
                Self::new(FaultKind::Unavailable, "store_unavailable", "the database is not available now; try again")
                    .with_source(error)
            }
            other => Self::internal(other),
        }
    }
}
