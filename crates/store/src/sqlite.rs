//! The embedded database: one thread owns the only connection that writes, a few others read.

mod queue;
mod reader;
mod writer;

use std::{
    borrow::Cow,
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread::JoinHandle,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig, types::ValueRef};
use tokio::sync::{Semaphore, oneshot};

use self::{
    queue::Queue,
    reader::Readers,
    writer::{Call, Writer},
};
use crate::{
    behind::{self, Behind},
    db::{Operation, Options, Synchronous, Tx},
    error::{Error, Result},
    migrate,
    value::{Row, Value},
};

/// The database's file in the data directory.
const DATABASE: &str = "callwright.db";
/// Held as long as a server uses the data directory.
const LOCK: &str = "callwright.lock";
/// The most operations that may wait for the writer.
const CAPACITY: usize = 8192;
/// Prepared statements kept by each connection.
const STATEMENTS: usize = 256;

pub(crate) struct Sqlite {
    queue: Arc<Queue>,
    /// Room for operations that somebody waits for.
    room: Semaphore,
    /// Room for things written behind; the writer gives it back.
    behind_room: Arc<Semaphore>,
    readers: Arc<Readers>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Sqlite {
    pub(crate) async fn open(options: &Options) -> Result<Self> {
        let options = options.clone();
        tokio::task::spawn_blocking(move || Self::open_blocking(&options))
            .await
            .map_err(|error| Error::Internal(format!("opening the database: {error}")))?
    }

    fn open_blocking(options: &Options) -> Result<Self> {
        make_directory(&options.data_dir)?;
        let lock = lock(&options.data_dir)?;
        let path = options.data_dir.join(DATABASE);
        make_private_file(&path)?;
        let mut connection = open_writer(&path)?;
        migrate::run_sqlite(&mut connection)?;
        // Whoever had them was this process before it, which is gone.
        connection.execute("UPDATE oauth_grant SET leased_by = NULL WHERE leased_by IS NOT NULL", [])?;
        let queue = Arc::new(Queue::default());
        let behind_room = Arc::new(Semaphore::new(behind::CAPACITY));
        let is_durable = options.synchronous == Synchronous::Full;
        let writer = {
            let (queue, behind_room) = (Arc::clone(&queue), Arc::clone(&behind_room));
            std::thread::Builder::new()
                .name("store-writer".to_owned())
                .spawn(move || {
                    Writer::new(connection, is_durable).run(&queue, &behind_room);
                    drop(lock);
                })
                .map_err(|source| Error::Io { path: path.clone(), source })?
        };
        Ok(Self {
            queue,
            room: Semaphore::new(CAPACITY),
            behind_room,
            readers: Arc::new(Readers::new(path)),
            writer: Mutex::new(Some(writer)),
        })
    }

    pub(crate) async fn close(&self) -> Result<()> {
        self.queue.close();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.readers.close();
        let Some(writer) = writer else {
            return Ok(());
        };
        tokio::task::spawn_blocking(move || writer.join())
            .await
            .map_err(|error| Error::Internal(format!("closing the database: {error}")))?
            .map_err(|_| Error::Internal("the store's writer panicked".to_owned()))
    }

    pub(crate) async fn write<D, T, F>(&self, data: D, operation: F) -> Result<T>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
        F: Operation<D, T>,
    {
        self.call(false, move |connection| block_on(operation(&data, &mut Tx::sqlite(connection)))?).await
    }

    pub(crate) async fn execute(&self, sql: Cow<'static, str>, params: Vec<Value>) -> Result<u64> {
        self.call(true, move |connection| execute(connection, &sql, &params)).await
    }

    pub(crate) async fn execute_returning(&self, sql: Cow<'static, str>, params: Vec<Value>) -> Result<Vec<Row>> {
        self.call(true, move |connection| fetch_all(connection, &sql, &params)).await
    }

    /// Hands an operation to the writer and waits for the commit of the group that it became part of.
    async fn call<T, F>(&self, is_single: bool, operation: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    {
        let _room = self.room.acquire().await.map_err(|_| Error::Closed)?;
        let (answer, answered) = oneshot::channel();
        self.queue.push(Box::new(Call::new(is_single, operation, answer)))?;
        answered.await.map_err(|_| Error::Closed)?
    }

    pub(crate) async fn push_behind(&self, item: Behind) -> Result<()> {
        let room = self.behind_room.acquire().await.map_err(|_| Error::Closed)?;
        self.queue.push_behind(item)?;
        room.forget();
        Ok(())
    }

    pub(crate) async fn flush(&self) -> Result<()> {
        if self.queue.is_behind_idle() {
            return Ok(());
        }
        let (answer, answered) = oneshot::channel();
        self.push_behind(Behind::Barrier(answer)).await?;
        answered.await.map_err(|_| Error::Closed)
    }

    pub(crate) async fn fetch_all<T: Send + 'static>(
        &self,
        sql: Cow<'static, str>,
        params: Vec<Value>,
        map: impl Fn(&Row) -> Result<T> + Send + 'static,
    ) -> Result<Vec<T>> {
        self.readers.fetch_all(sql, params, map).await
    }
}

impl Drop for Sqlite {
    /// Waits for the writer, so that the data directory is free again when the store is gone.
    fn drop(&mut self) {
        self.queue.close();
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        // An operation may have carried the last handle to the writer itself.
        let writer = writer.filter(|writer| writer.thread().id() != std::thread::current().id());
        if writer.is_some_and(|writer| writer.join().is_err()) {
            tracing::error!("the store's writer panicked");
        }
    }
}

/// Drives a future that never waits.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> Result<T> {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        std::task::Poll::Ready(value) => Ok(value),
        std::task::Poll::Pending => {
            Err(Error::Internal("a transaction may await nothing but its own statements".to_owned()))
        }
    }
}

/// Carries a statement out and counts the rows it changed.
pub(crate) fn execute(connection: &Connection, sql: &str, params: &[Value]) -> Result<u64> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, params)?;
    Ok(statement.raw_execute()? as u64)
}

/// Carries a statement out and collects its rows.
pub(crate) fn fetch_all(connection: &Connection, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut statement, params)?;
    let width = statement.column_count();
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let mut values = Vec::with_capacity(width);
        for column in 0..width {
            values.push(value_of(row.get_ref(column)?)?);
        }
        found.push(Row(values));
    }
    Ok(found)
}

/// SQLite numbers `$1`, `$2` … in the order in which they appear, so each is looked up by its name.
fn bind(statement: &mut rusqlite::CachedStatement<'_>, params: &[Value]) -> Result<()> {
    let count = statement.parameter_count();
    if count != params.len() {
        return Err(Error::Internal(format!("the statement has {count} parameters, not {}", params.len())));
    }
    for index in 1..=count {
        let number = statement.parameter_name(index).and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
        let value = number.and_then(|number| params.get(number.checked_sub(1)?));
        match value.ok_or_else(|| Error::Internal(format!("parameter {index} is not of the form $1")))? {
            Value::Null => statement.raw_bind_parameter(index, rusqlite::types::Null)?,
            Value::Int(number) => statement.raw_bind_parameter(index, number)?,
            Value::Real(number) => statement.raw_bind_parameter(index, number)?,
            Value::Text(text) => statement.raw_bind_parameter(index, text.as_ref())?,
        }
    }
    Ok(())
}

fn value_of(value: ValueRef<'_>) -> Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Int(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(text) => {
            let text = std::str::from_utf8(text)
                .map_err(|error| Error::Internal(format!("a text in the database is not utf-8: {error}")))?;
            Value::Text(Cow::Owned(text.to_owned()))
        }
        ValueRef::Blob(_) => return Err(Error::Internal("a column holds a blob".to_owned())),
    })
}

/// What every connection has in common.
fn set_up(connection: &Connection) -> Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Without this, a statement on a table with a partial index is compiled anew each time other values are bound to
    // it. A condition that is to use such an index must be written out in the statement.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn open_writer(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    set_up(&connection)?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(Error::Settings(format!(
            "sqlite cannot use its write-ahead log in `{}`; is it on a network file system?",
            path.display()
        )));
    }
    // The writer itself checkpoints when it is idle; the automatic checkpoint is the net below.
    connection.execute_batch(
        "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000; \
         PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 8000; \
         PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = OFF;",
    )?;
    Ok(connection)
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> Error {
    let path: PathBuf = path.to_owned();
    move |source| Error::Io { path: path.clone(), source }
}

fn make_directory(path: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    if path.is_dir() {
        return Ok(());
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(io(path))
}

/// SQLite gives its side files the mode of the database, so it is enough to make this one.
fn make_private_file(path: &Path) -> Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path).map_err(io(path))
}

fn lock(data_dir: &Path) -> Result<File> {
    let path = data_dir.join(LOCK);
    let file = make_private_file(&path)?;
    match fs4::FileExt::try_lock(&file) {
        Ok(()) => Ok(file),
        Err(fs4::TryLockError::WouldBlock) => Err(Error::InUse(data_dir.to_owned())),
        Err(fs4::TryLockError::Error(source)) => Err(Error::Io { path, source }),
    }
}
