//! What is written behind the answer: records of reads, counts, and small operations that nobody waits for.

use callwright_model::execution::Execution;
use tokio::sync::oneshot;

use crate::{
    audit::AuditEntry,
    db::{BoxFuture, Operation, Tx},
    error::Result,
    execution::usage::UsageDelta,
};

/// The most that may wait to be written; beyond it, those who add have to wait.
pub(crate) const CAPACITY: usize = 8192;
/// The most that is written in one transaction.
pub(crate) const BATCH: usize = 256;
/// How long things wait for company before they are written.
pub(crate) const LINGER: std::time::Duration = std::time::Duration::from_millis(10);

/// A thing to write behind the answer.
pub(crate) enum Behind {
    /// The record of a read, whole.
    Read(Box<Execution>),
    /// One more use of a tool.
    Usage(UsageDelta),
    /// A row of the audit log.
    Audit(Box<AuditEntry>),
    /// Anything else.
    Operation(Box<dyn BehindOperation>),
    /// Answered when all before it is in the database.
    Barrier(oneshot::Sender<()>),
}

/// An operation that keeps its own data.
pub(crate) trait BehindOperation: Send + Sync {
    fn run<'t>(&'t self, tx: &'t mut Tx<'_>) -> BoxFuture<'t, Result<()>>;
}

pub(crate) struct WithData<D, F> {
    pub(crate) data: D,
    pub(crate) operation: F,
}

impl<D: Send + Sync, F: Operation<D, ()>> BehindOperation for WithData<D, F> {
    fn run<'t>(&'t self, tx: &'t mut Tx<'_>) -> BoxFuture<'t, Result<()>> {
        (self.operation)(&self.data, tx)
    }
}

/// Writes `items` in the open transaction: records in one sweep, counts summed up, then the rest in order.
pub(crate) async fn apply(tx: &mut Tx<'_>, items: &[Behind]) -> Result<()> {
    let reads: Vec<&Execution> = items
        .iter()
        .filter_map(|item| match item {
            Behind::Read(execution) => Some(&**execution),
            _ => None,
        })
        .collect();
    tx.insert_finished(&reads).await?;
    let used = items.iter().filter_map(|item| match item {
        Behind::Usage(delta) => Some(*delta),
        Behind::Read(execution) => UsageDelta::of(execution),
        _ => None,
    });
    tx.add_usage(used).await?;
    for item in items {
        if let Behind::Operation(operation) = item {
            operation.run(tx).await?;
        }
    }
    // Last, for a chain is locked until the commit.
    let audits = items.iter().filter_map(|item| match item {
        Behind::Audit(entry) => Some(&**entry),
        _ => None,
    });
    tx.append_audits(audits).await
}

/// Tells those who wait at a barrier among `items` that everything before it is written.
pub(crate) fn answer_barriers(items: Vec<Behind>) {
    for item in items {
        if let Behind::Barrier(answer) = item {
            // Whoever waited may have gone.
            let _ = answer.send(());
        }
    }
}

/// Says that `item` could not be written, with as much as is needed to find it again.
pub(crate) fn report_lost(item: &Behind, error: &crate::Error) {
    metrics::counter!("callwright_store_behind_lost_total").increment(1);
    match item {
        Behind::Read(execution) => {
            tracing::error!(execution_id = %execution.id, %error, "the record of an execution could not be written");
        }
        Behind::Usage(delta) => {
            tracing::error!(tool_id = %delta.tool_id, %error, "a tool's count could not be written")
        }
        Behind::Audit(entry) => {
            tracing::error!(action = entry.action, %error, "a row of the audit log could not be written");
        }
        Behind::Operation(_) => tracing::error!(%error, "an operation behind the answer could not be carried out"),
        Behind::Barrier(_) => {}
    }
}
