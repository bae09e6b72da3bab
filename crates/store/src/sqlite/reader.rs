//! Connections that read. They see what is committed and never wait for the writer.

use std::{
    borrow::Cow,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, OpenFlags};
use tokio::sync::Semaphore;

use super::{fetch_all, set_up};
use crate::{
    error::{Error, Result},
    value::{Row, Value},
};

/// Queries that run at the same time. More would only share the same few processors.
const CONNECTIONS: usize = 4;

pub(crate) struct Readers {
    path: PathBuf,
    room: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, room: Arc::new(Semaphore::new(CONNECTIONS)), idle: Mutex::default() }
    }

    pub(crate) fn close(&self) {
        self.room.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) async fn fetch_all<T: Send + 'static>(
        self: &Arc<Self>,
        sql: Cow<'static, str>,
        params: Vec<Value>,
        map: impl Fn(&Row) -> Result<T> + Send + 'static,
    ) -> Result<Vec<T>> {
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(|_| Error::Closed)?;
        let readers = Arc::clone(self);
        let found = tokio::task::spawn_blocking(move || {
            let connection = readers.take()?;
            let found = fetch_all(&connection, &sql, &params);
            readers.give_back(connection);
            drop(room);
            found?.iter().map(map).collect()
        });
        found.await.map_err(|error| Error::Internal(format!("a query of the store: {error}")))?
    }

    fn take(&self) -> Result<Connection> {
        if let Some(connection) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(connection);
        }
        let connection = Connection::open_with_flags(
            &self.path,
            OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        set_up(&connection)?;
        connection.execute_batch(
            "PRAGMA query_only = ON; PRAGMA busy_timeout = 5000; PRAGMA cache_size = -4000; \
             PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;",
        )?;
        Ok(connection)
    }

    fn give_back(&self, connection: Connection) {
        if !self.room.is_closed() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
    }
}
