//! The handle of the store: opening, transactions, single statements, and rows written behind the answer.

use std::{borrow::Cow, path::PathBuf, sync::Arc};

pub use futures_util::future::BoxFuture;

use crate::{
    behind::{Behind, WithData},
    dialect::Dialect,
    error::Result,
    postgres::Postgres,
    query::Query,
    sqlite::Sqlite,
    value::{Row, Value},
};

/// Where the data is.
#[derive(Debug, Clone)]
pub struct Options {
    /// `postgres://user:password@host:port/database`; without it, SQLite in `data_dir`.
    pub url: Option<String>,
    /// The directory of the SQLite database. Made with mode 0700 when it is not there.
    pub data_dir: PathBuf,
    /// How SQLite commits.
    pub synchronous: Synchronous,
}

/// What a commit of SQLite waits for. PostgreSQL follows its own `synchronous_commit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// The disk: what was answered survives a loss of power.
    #[default]
    Full,
    /// The operating system: what was answered survives a crash of the process, but not always a loss of power.
    Normal,
}

/// The store. Clones share one set of connections.
#[derive(Clone)]
pub struct Store(Arc<Backend>);

enum Backend {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// An open transaction. Every change of the store is also a function of this type.
#[derive(Debug)]
pub struct Tx<'c> {
    inner: Inner<'c>,
}

#[derive(Debug)]
enum Inner<'c> {
    Sqlite(&'c mut rusqlite::Connection),
    Postgres(&'c deadpool_postgres::Transaction<'c>),
}

/// An operation over a transaction: it borrows its data, so that it can be tried again.
pub(crate) trait Operation<D, T>:
    for<'t, 'c> Fn(&'t D, &'t mut Tx<'c>) -> BoxFuture<'t, Result<T>> + Send + Sync + 'static
{
}

impl<D, T, F> Operation<D, T> for F where
    F: for<'t, 'c> Fn(&'t D, &'t mut Tx<'c>) -> BoxFuture<'t, Result<T>> + Send + Sync + 'static
{
}

// What speaks to PostgreSQL is boxed: beside a round trip over the network an allocation is nothing, and unboxed its three
// kilobytes would lie in each future of everything that awaits the store, to be moved about also where SQLite is used.
impl Store {
    /// Opens the database, makes it if it is not there, and brings its tables up to date.
    ///
    /// # Errors
    /// Another server holds the data directory, the database is newer than this program or cannot be reached.
    pub async fn open(options: Options) -> Result<Self> {
        let backend = match &options.url {
            Some(url) => Backend::Postgres(Box::pin(Postgres::open(url)).await?),
            None => Backend::Sqlite(Box::pin(Sqlite::open(&options)).await?),
        };
        Ok(Self(Arc::new(backend)))
    }

    /// Writes what is still waiting to be written behind, and lets go of the database.
    pub async fn close(&self) -> Result<()> {
        match &*self.0 {
            Backend::Sqlite(db) => db.close().await,
            Backend::Postgres(db) => db.close().await,
        }
    }

    /// `sqlite` or `postgresql`.
    pub fn database(&self) -> &'static str {
        self.dialect().name()
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.fetch_optional("SELECT 1", Vec::new(), |row| row.fields("ping").int("one")).await.map(drop)
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match &*self.0 {
            Backend::Sqlite(_) => Dialect::Sqlite,
            Backend::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Carries `operation` out in one transaction: all of it or nothing.
    ///
    /// The operation borrows `data` and may be called again when PostgreSQL had to break a deadlock, so it
    /// must do nothing but use its transaction. On SQLite it runs on the writer's thread, beside others in
    /// one commit; it may await nothing but its own statements.
    ///
    /// ```ignore
    /// store.write((tool, entry), |(tool, entry), tx| Box::pin(async move {
    ///     tx.create_tool(tool, None, tool.user_id).await?;
    ///     tx.append_audit(entry).await
    /// })).await
    /// ```
    pub async fn write<D, T, F>(&self, data: D, operation: F) -> Result<T>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'t, 'c> Fn(&'t D, &'t mut Tx<'c>) -> BoxFuture<'t, Result<T>> + Send + Sync + 'static,
    {
        match &*self.0 {
            Backend::Sqlite(db) => db.write(data, operation).await,
            Backend::Postgres(db) => Box::pin(db.write(&data, &operation)).await,
        }
    }

    /// Carries one changing statement out and tells how many rows it changed. Cheaper than [`Store::write`].
    pub async fn execute(&self, sql: impl Into<Cow<'static, str>> + Send, params: Vec<Value>) -> Result<u64> {
        match &*self.0 {
            Backend::Sqlite(db) => db.execute(sql.into(), params).await,
            Backend::Postgres(db) => Box::pin(db.execute(&sql.into(), &params)).await,
        }
    }

    /// Carries one changing statement with `RETURNING` out.
    pub async fn execute_returning(
        &self,
        sql: impl Into<Cow<'static, str>> + Send,
        params: Vec<Value>,
    ) -> Result<Vec<Row>> {
        match &*self.0 {
            Backend::Sqlite(db) => db.execute_returning(sql.into(), params).await,
            Backend::Postgres(db) => Box::pin(db.execute_returning(&sql.into(), &params)).await,
        }
    }

    /// Reads rows, each made into something by `map`.
    pub async fn fetch_all<T: Send + 'static>(
        &self,
        sql: impl Into<Cow<'static, str>> + Send,
        params: Vec<Value>,
        map: impl Fn(&Row) -> Result<T> + Send + 'static,
    ) -> Result<Vec<T>> {
        match &*self.0 {
            Backend::Sqlite(db) => db.fetch_all(sql.into(), params, map).await,
            Backend::Postgres(db) => Box::pin(db.fetch_all(&sql.into(), &params)).await?.iter().map(map).collect(),
        }
    }

    /// Reads the rows of a statement that was put together for the occasion.
    pub(crate) async fn fetch_query<T: Send + 'static>(
        &self,
        query: Query,
        map: impl Fn(&Row) -> Result<T> + Send + 'static,
    ) -> Result<Vec<T>> {
        match &*self.0 {
            Backend::Sqlite(db) => db.fetch_all(query.sql.into(), query.params, map).await,
            Backend::Postgres(db) => {
                Box::pin(db.fetch_unprepared(&query.sql, &query.params)).await?.iter().map(map).collect()
            }
        }
    }

    /// Reads at most one row.
    pub async fn fetch_optional<T: Send + 'static>(
        &self,
        sql: impl Into<Cow<'static, str>> + Send,
        params: Vec<Value>,
        map: impl Fn(&Row) -> Result<T> + Send + 'static,
    ) -> Result<Option<T>> {
        Ok(self.fetch_all(sql, params, map).await?.into_iter().next())
    }

    /// Carries `operation` out later, together with others, without anybody waiting for it. It is carried
    /// out before [`Store::close`] returns; when too much is waiting, this function waits for room.
    ///
    /// # Errors
    /// The store is closed.
    pub async fn write_behind<D, F>(&self, data: D, operation: F) -> Result<()>
    where
        D: Send + Sync + 'static,
        F: for<'t, 'c> Fn(&'t D, &'t mut Tx<'c>) -> BoxFuture<'t, Result<()>> + Send + Sync + 'static,
    {
        self.push_behind(Behind::Operation(Box::new(WithData { data, operation }))).await
    }

    /// Waits until everything handed to [`Store::write_behind`] so far is in the database.
    pub async fn flush(&self) -> Result<()> {
        match &*self.0 {
            Backend::Sqlite(db) => db.flush().await,
            Backend::Postgres(db) => Box::pin(db.flush()).await,
        }
    }

    pub(crate) async fn push_behind(&self, item: Behind) -> Result<()> {
        match &*self.0 {
            Backend::Sqlite(db) => db.push_behind(item).await,
            Backend::Postgres(db) => Box::pin(db.push_behind(item)).await,
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Store").field(&self.database()).finish()
    }
}

impl<'c> Tx<'c> {
    pub(crate) fn sqlite(connection: &'c mut rusqlite::Connection) -> Self {
        Self { inner: Inner::Sqlite(connection) }
    }

    pub(crate) fn postgres(transaction: &'c deadpool_postgres::Transaction<'c>) -> Self {
        Self { inner: Inner::Postgres(transaction) }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self.inner {
            Inner::Sqlite(_) => Dialect::Sqlite,
            Inner::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Carries a statement out and tells how many rows it changed.
    pub async fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        match &mut self.inner {
            Inner::Sqlite(connection) => crate::sqlite::execute(connection, sql, params),
            Inner::Postgres(transaction) => Box::pin(crate::postgres::execute_in(transaction, sql, params)).await,
        }
    }

    /// Carries one statement out for each list of parameters, without waiting for each answer.
    pub async fn execute_many(&mut self, sql: &str, rows: &[Vec<Value>]) -> Result<()> {
        match &mut self.inner {
            Inner::Sqlite(connection) => {
                rows.iter().try_for_each(|row| crate::sqlite::execute(connection, sql, row).map(drop))
            }
            Inner::Postgres(transaction) => Box::pin(crate::postgres::execute_many_in(transaction, sql, rows)).await,
        }
    }

    /// Reads rows, or those that a changing statement returns.
    pub async fn fetch_all(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        match &mut self.inner {
            Inner::Sqlite(connection) => crate::sqlite::fetch_all(connection, sql, params),
            Inner::Postgres(transaction) => Box::pin(crate::postgres::fetch_all_in(transaction, sql, params)).await,
        }
    }

    /// Reads at most one row.
    pub async fn fetch_optional(&mut self, sql: &str, params: &[Value]) -> Result<Option<Row>> {
        Ok(self.fetch_all(sql, params).await?.into_iter().next())
    }
}
