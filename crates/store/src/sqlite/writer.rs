//! The thread that owns the only writing connection: many operations in one commit, each with a savepoint.
//!
//! An operation that fails undoes only itself. A commit that fails fails everybody in it, and nobody is
//! answered before it. The loop survives a panic inside an operation.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::Connection;
use tokio::sync::{Semaphore, oneshot};

use super::{
    block_on, execute,
    queue::{Next, Queue},
};
use crate::{
    behind::{self, Behind},
    db::Tx,
    error::{Error, Result},
};

/// An operation in the queue.
pub(crate) trait Job: Send {
    /// Whether it is one statement, which SQLite undoes by itself when it fails.
    fn is_single(&self) -> bool;
    /// Carries it out; false: what it did must be undone.
    fn run(&mut self, connection: &mut Connection) -> bool;
    /// Answers whoever waits, after the commit.
    fn answer(self: Box<Self>, committed: Result<(), &str>);
}

/// An operation given as a closure.
pub(crate) struct Call<F, T> {
    is_single: bool,
    operation: Option<F>,
    result: Option<Result<T>>,
    answer: oneshot::Sender<Result<T>>,
}

impl<F, T> Call<F, T> {
    pub(crate) fn new(is_single: bool, operation: F, answer: oneshot::Sender<Result<T>>) -> Self {
        Self { is_single, operation: Some(operation), result: None, answer }
    }
}

impl<F, T> Job for Call<F, T>
where
    T: Send,
    F: FnOnce(&mut Connection) -> Result<T> + Send,
{
    fn is_single(&self) -> bool {
        self.is_single
    }

    fn run(&mut self, connection: &mut Connection) -> bool {
        let Some(operation) = self.operation.take() else {
            return false;
        };
        let result = catch_unwind(AssertUnwindSafe(|| operation(connection)))
            .unwrap_or_else(|_| Err(Error::Internal("an operation of the store panicked".to_owned())));
        self.result.insert(result).is_ok()
    }

    fn answer(self: Box<Self>, committed: Result<(), &str>) {
        let result = match (self.result, committed) {
            // An operation's own refusal is the better answer.
            (Some(result), Ok(())) | (Some(result @ Err(_)), Err(_)) => result,
            (_, outcome) => Err(Error::NotCommitted(outcome.err().unwrap_or("it was not carried out").to_owned())),
        };
        // Whoever asked may have gone.
        let _ = self.answer.send(result);
    }
}

/// The owner of the writing connection.
pub(crate) struct Writer {
    connection: Connection,
    /// Whether what somebody waits for must reach the disk before the answer.
    is_durable: bool,
    /// Whether commits reach the disk now.
    is_synchronous: bool,
}

impl Writer {
    /// Takes a connection whose commits do not wait for the disk.
    pub(crate) fn new(connection: Connection, is_durable: bool) -> Self {
        Self { connection, is_durable, is_synchronous: false }
    }

    /// The writer's life, until the queue is closed and empty.
    pub(crate) fn run(mut self, queue: &Queue, behind_room: &Semaphore) {
        let mut has_written = false;
        loop {
            match queue.next(has_written) {
                Next::Commit(jobs, behind) => {
                    let room = behind.len();
                    self.commit(jobs, behind);
                    behind_room.add_permits(room);
                    has_written = true;
                }
                Next::TidyUp => {
                    checkpoint(&self.connection, "PASSIVE");
                    has_written = false;
                }
                Next::Stop => break,
            }
        }
        checkpoint(&self.connection, "TRUNCATE");
        if let Err((_, error)) = self.connection.close() {
            tracing::error!(%error, "cannot close the database");
        }
    }

    fn commit(&mut self, mut jobs: Vec<Box<dyn Job>>, behind: Vec<Behind>) {
        metrics::histogram!("callwright_store_batch_operations").record((jobs.len() + behind.len()) as f64);
        let committed = self
            .wait_for_disk(self.is_durable && !jobs.is_empty())
            .and_then(|()| carry_out(&mut self.connection, &mut jobs, &behind));
        if let Err(error) = &committed {
            tracing::error!(%error, operations = jobs.len(), "a commit failed");
            if !self.connection.is_autocommit()
                && let Err(error) = execute(&self.connection, "ROLLBACK", &[])
            {
                tracing::error!(%error, "cannot roll back");
            }
            for item in &behind {
                behind::report_lost(item, error);
            }
        }
        let reason = committed.err().map(|error| error.to_string());
        for job in jobs {
            job.answer(reason.as_deref().map_or(Ok(()), Err));
        }
        behind::answer_barriers(behind);
    }

    /// What nobody waits for need not wait for the disk either, nor keep others waiting. The next commit that
    /// does brings it there too.
    fn wait_for_disk(&mut self, is_synchronous: bool) -> Result<()> {
        if self.is_synchronous != is_synchronous {
            let level = if is_synchronous { "FULL" } else { "NORMAL" };
            self.connection.execute_batch(&format!("PRAGMA synchronous = {level}"))?;
            self.is_synchronous = is_synchronous;
        }
        Ok(())
    }
}

fn carry_out(connection: &mut Connection, jobs: &mut [Box<dyn Job>], behind: &[Behind]) -> Result<()> {
    execute(connection, "BEGIN IMMEDIATE", &[])?;
    for job in jobs {
        if job.is_single() {
            job.run(connection);
        } else {
            with_savepoint(connection, |connection| job.run(connection))?;
        }
        // A full disk or a broken one makes SQLite give up the whole transaction.
        if connection.is_autocommit() {
            return Err(Error::Unavailable("the database gave up the transaction".to_owned()));
        }
    }
    write_behind(connection, behind)?;
    execute(connection, "COMMIT", &[])?;
    Ok(())
}

/// All in one sweep; when that fails, one by one, so that one bad item does not take others with it.
fn write_behind(connection: &mut Connection, items: &[Behind]) -> Result<()> {
    if items.is_empty() || with_savepoint(connection, |connection| apply(connection, items).is_ok())? {
        return Ok(());
    }
    for item in items {
        let mut outcome = Ok(());
        with_savepoint(connection, |connection| {
            outcome = apply(connection, std::slice::from_ref(item));
            outcome.is_ok()
        })?;
        if let Err(error) = outcome {
            behind::report_lost(item, &error);
        }
    }
    Ok(())
}

fn apply(connection: &mut Connection, items: &[Behind]) -> Result<()> {
    catch_unwind(AssertUnwindSafe(|| block_on(behind::apply(&mut Tx::sqlite(connection), items))))
        .unwrap_or_else(|_| Err(Error::Internal("an operation of the store panicked".to_owned())))?
}

/// Runs `operation` so that its changes are undone when it says false.
fn with_savepoint(connection: &mut Connection, operation: impl FnOnce(&mut Connection) -> bool) -> Result<bool> {
    execute(connection, "SAVEPOINT operation", &[])?;
    let is_kept = operation(connection);
    if connection.is_autocommit() {
        return Err(Error::Unavailable("the database gave up the transaction".to_owned()));
    }
    if !is_kept {
        execute(connection, "ROLLBACK TO operation", &[])?;
    }
    execute(connection, "RELEASE operation", &[])?;
    Ok(is_kept)
}

fn checkpoint(connection: &Connection, mode: &str) {
    let done = connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()));
    if let Err(error) = done {
        tracing::warn!(%error, "cannot move the write-ahead log into the database");
    }
}
