//! The shared database: a pool of sessions, each call bounded on both sides.

mod behind;
mod connect;
mod types;

use std::{sync::Arc, time::Duration};

use deadpool_postgres::{Object, Pool, Transaction};
use futures_util::future::try_join_all;

use self::behind::Lane;
pub(crate) use self::connect::{Settings, connect_for_migrations};
use crate::{
    behind::Behind,
    db::{Operation, Tx},
    error::{Error, Result},
    migrate,
    value::{Row, Value},
};

/// Sessions at most.
const POOL: usize = 16;
/// A call that takes longer has lost its server. The server itself gives up earlier (`statement_timeout`).
const CALL_TIMEOUT: Duration = Duration::from_secs(6);
/// How often an operation is tried again after a deadlock or a serialization failure.
const TRIES: u32 = 5;

pub(crate) struct Postgres {
    pool: Pool,
    lane: Arc<Lane>,
}

impl Postgres {
    pub(crate) async fn open(url: &str) -> Result<Self> {
        let settings = Settings::parse(url)?;
        migrate::run_postgres(&settings).await?;
        let pool = settings.pool(POOL)?;
        let lane = Lane::start(pool.clone());
        Ok(Self { pool, lane })
    }

    pub(crate) async fn close(&self) -> Result<()> {
        let done = self.lane.close().await;
        self.pool.close();
        done
    }

    pub(crate) async fn write<D, T, F>(&self, data: &D, operation: &F) -> Result<T>
    where
        D: Send + Sync,
        T: Send,
        F: Operation<D, T>,
    {
        write(&self.pool, data, operation).await
    }

    pub(crate) async fn execute(&self, sql: &str, params: &[Value]) -> Result<u64> {
        let client = client(&self.pool).await?;
        let done = timed(async {
            let statement = client.prepare_cached(sql).await?;
            client.execute_raw(&statement, params).await
        })
        .await;
        discard_if_broken(&self.pool, client, done.as_ref().err());
        done
    }

    /// Reads; once more when the session turns out to be broken, for example after a restart of the server.
    pub(crate) async fn fetch_all(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        match self.execute_returning(sql, params).await {
            Err(Error::Disconnected(_)) => self.execute_returning(sql, params).await,
            outcome => outcome,
        }
    }

    /// Reads without keeping the statement prepared: the filters of lists make more texts than a session should keep.
    pub(crate) async fn fetch_unprepared(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        let mut tries = 0;
        loop {
            let client = client(&self.pool).await?;
            let found = timed(client.query_typed(sql, &types::typed(params))).await;
            discard_if_broken(&self.pool, client, found.as_ref().err());
            match found {
                Err(Error::Disconnected(_)) if tries == 0 => tries += 1,
                found => return types::rows(found?),
            }
        }
    }

    pub(crate) async fn execute_returning(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        let client = client(&self.pool).await?;
        let found = timed(async {
            let statement = client.prepare_cached(sql).await?;
            client.query(&statement, &types::borrowed(params)).await
        })
        .await;
        discard_if_broken(&self.pool, client, found.as_ref().err());
        types::rows(found?)
    }

    pub(crate) async fn push_behind(&self, item: Behind) -> Result<()> {
        self.lane.push(item).await
    }

    pub(crate) async fn flush(&self) -> Result<()> {
        self.lane.flush().await
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.lane.stop();
    }
}

/// Carries an operation out in a transaction, again when the database had to break a deadlock.
async fn write<D, T, F>(pool: &Pool, data: &D, operation: &F) -> Result<T>
where
    D: Send + Sync,
    T: Send,
    F: Operation<D, T>,
{
    let mut tries = 0;
    loop {
        match write_once(pool, data, operation).await {
            Err(error) if error.is_contention() && tries < TRIES => {
                tries += 1;
                tokio::time::sleep(pause(tries)).await;
            }
            outcome => return outcome,
        }
    }
}

async fn write_once<D, T, F>(pool: &Pool, data: &D, operation: &F) -> Result<T>
where
    D: Send + Sync,
    T: Send,
    F: Operation<D, T>,
{
    match on_a_session(pool, data, operation).await {
        // The session was broken before anything was asked of it, for example by a restart of the server.
        Err(Error::Disconnected(_)) => on_a_session(pool, data, operation).await?,
        outcome => outcome?,
    }
}

/// Carries `operation` out; the outer error says that it was not even begun.
async fn on_a_session<D, T, F>(pool: &Pool, data: &D, operation: &F) -> Result<Result<T>>
where
    D: Send + Sync,
    T: Send,
    F: Operation<D, T>,
{
    let mut session = client(pool).await?;
    let outcome = in_transaction(&mut session, data, operation).await;
    let error = match &outcome {
        Ok(outcome) => outcome.as_ref().err(),
        Err(error) => Some(error),
    };
    discard_if_broken(pool, session, error);
    outcome
}

async fn in_transaction<D, T, F>(session: &mut Object, data: &D, operation: &F) -> Result<Result<T>>
where
    D: Send + Sync,
    T: Send,
    F: Operation<D, T>,
{
    let transaction = timed(session.transaction()).await?;
    let outcome = operation(data, &mut Tx::postgres(&transaction)).await;
    Ok(match outcome {
        Ok(value) => timed(transaction.commit()).await.map(|()| value),
        Err(error) => {
            // The refusal is the answer; a rollback that fails loses the session, which rolls back too.
            if let Err(rollback) = timed(transaction.rollback()).await {
                tracing::warn!(error = %rollback, "cannot roll back");
            }
            Err(error)
        }
    })
}

/// Waits before another try: longer each time, and never as long as somebody else.
fn pause(tries: u32) -> Duration {
    use std::hash::{BuildHasher as _, RandomState};
    let random = RandomState::new().hash_one(tries) % 8;
    Duration::from_millis(u64::from(tries) * 4 + random)
}

async fn client(pool: &Pool) -> Result<Object> {
    match tokio::time::timeout(CALL_TIMEOUT, pool.get()).await {
        Err(_) => Err(Error::TimedOut),
        Ok(Err(deadpool_postgres::PoolError::Backend(error))) => Err(error.into()),
        Ok(Err(deadpool_postgres::PoolError::Closed)) => Err(Error::Closed),
        Ok(Err(error)) => Err(Error::Unavailable(error.to_string())),
        Ok(Ok(client)) => Ok(client),
    }
}

async fn timed<T>(call: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T> {
    match tokio::time::timeout(CALL_TIMEOUT, call).await {
        Err(_) => Err(Error::TimedOut),
        Ok(outcome) => Ok(outcome?),
    }
}

/// Throws a session away that did not answer, because it may answer later, to somebody else; or that is
/// broken, and then the idle ones too: usually they are as well, and are not worth a failure each.
fn discard_if_broken(pool: &Pool, session: Object, error: Option<&Error>) {
    let is_disconnected = matches!(error, Some(Error::Disconnected(_)));
    if is_disconnected || matches!(error, Some(Error::TimedOut)) {
        drop(Object::take(session));
    }
    if is_disconnected {
        pool.retain(|_, _| false);
    }
}

pub(crate) async fn execute_in(transaction: &Transaction<'_>, sql: &str, params: &[Value]) -> Result<u64> {
    timed(async {
        let statement = transaction.prepare_cached(sql).await?;
        transaction.execute_raw(&statement, params).await
    })
    .await
}

/// All statements are sent before the first answer is awaited.
pub(crate) async fn execute_many_in(transaction: &Transaction<'_>, sql: &str, rows: &[Vec<Value>]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    timed(async {
        let statement = transaction.prepare_cached(sql).await?;
        try_join_all(rows.iter().map(|row| transaction.execute_raw(&statement, row))).await
    })
    .await
    .map(drop)
}

pub(crate) async fn fetch_all_in(transaction: &Transaction<'_>, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
    let found = timed(async {
        let statement = transaction.prepare_cached(sql).await?;
        transaction.query(&statement, &types::borrowed(params)).await
    })
    .await?;
    types::rows(found)
}
