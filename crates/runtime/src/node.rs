//! This process as a member of the cluster: its lease, what a dead one left behind, and housekeeping.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use callwright_model::{ErrorClass, Fault, IdSource, ToolError, id::NodeId};
use callwright_store::Store;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::{
    App, authorizations, conversation,
    job::worker,
    metering, outbox,
    run::{self, family},
    tickets,
};

/// Rows thrown away in one statement.
const BATCH: u32 = 500;

/// This process in the table of nodes.
pub struct Node {
    id: std::sync::RwLock<NodeId>,
    lease: Duration,
    is_alive: AtomicBool,
}

impl Node {
    /// Takes a fresh id; ids of dead processes are never used again.
    pub(crate) async fn register(store: &Store, ids: &IdSource, lease: Duration) -> Result<Self, Fault> {
        let id = ids.next();
        store.register_node(id, millis(lease)).await?;
        Ok(Self { id: std::sync::RwLock::new(id), lease, is_alive: AtomicBool::new(true) })
    }

    /// The id under which it works now.
    pub fn id(&self) -> NodeId {
        *self.id.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Whether its lease holds. Without it nothing new may be started: another node may be cleaning up after us.
    pub fn is_alive(&self) -> bool {
        self.is_alive.load(Ordering::Acquire)
    }
}

fn millis(lease: Duration) -> u32 {
    u32::try_from(lease.as_millis()).unwrap_or(u32::MAX)
}

/// Renews the lease three times as often as it must. A lease that was lost is not renewed: the process goes on
/// under a new id, and what it had started is left to the reaper.
pub(crate) async fn keep_lease(app: App) {
    let node = app.node();
    let mut ticks = interval(node.lease / 3);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut renewed = Instant::now();
    loop {
        tokio::select! {
            () = app.stopping().cancelled() => return,
            _ = ticks.tick() => {}
        }
        let asked = Instant::now();
        let beat = tokio::time::timeout(node.lease / 2, app.store().heartbeat(node.id(), millis(node.lease))).await;
        match beat {
            Ok(Ok(true)) => {
                renewed = asked;
                node.is_alive.store(true, Ordering::Release);
            }
            Ok(Ok(false)) => rejoin(&app).await,
            Ok(Err(error)) => tracing::warn!(%error, "the lease could not be renewed"),
            Err(_) => tracing::warn!("the database did not answer the heartbeat in time"),
        }
        if renewed.elapsed() > node.lease {
            node.is_alive.store(false, Ordering::Release);
        }
    }
}

async fn rejoin(app: &App) {
    let node = app.node();
    node.is_alive.store(false, Ordering::Release);
    let id = app.ids().next();
    match app.store().register_node(id, millis(node.lease)).await {
        Ok(()) => {
            tracing::warn!(old = %node.id(), new = %id, "the lease was lost; going on under a new id");
            *node.id.write().unwrap_or_else(std::sync::PoisonError::into_inner) = id;
            node.is_alive.store(true, Ordering::Release);
        }
        Err(error) => tracing::error!(%error, "the lease was lost and no new one could be had"),
    }
}

/// Settles what dead nodes left: claimed is released, started becomes unknown unless it may be sent again.
pub(crate) async fn recover(app: &App) -> Result<(), Fault> {
    let error = ToolError::new(
        ErrorClass::OutcomeUnknown,
        "server_died",
        "the server stopped after the request was sent and before the answer was recorded; it is not known whether it acted",
    );
    let reaped = app.store().reap(&error, app.clock().now()).await?;
    if reaped.jobs > 0 {
        tracing::warn!(count = reaped.jobs, "a server died with jobs under way; they go on here or elsewhere");
        app.worker().wake();
    }
    if !reaped.unknown.is_empty() {
        tracing::warn!(count = reaped.unknown.len(), "a server died with writes under way; their outcome is unknown");
        app.holds().load(app).await?;
    }
    Ok(())
}

/// Every second looks for dead nodes; every minute throws away what has had its time.
pub(crate) async fn housekeeping(app: App) {
    let mut ticks = interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seconds = 0u64;
    loop {
        tokio::select! {
            () = app.stopping().cancelled() => return,
            _ = ticks.tick() => {}
        }
        metering::inflight(app.inflight().len());
        // Alone, there are no others to die; but what a dead one left to be sent again may have had its time.
        if (app.is_clustered() || seconds.is_multiple_of(60))
            && let Err(error) = recover(&app).await
        {
            tracing::warn!(?error, "dead nodes could not be looked for");
        }
        if let Err(error) = tickets::sweep(&app, seconds == 0).await {
            tracing::warn!(?error, "tickets could not be seen to");
        }
        if seconds.is_multiple_of(5)
            && let Err(error) = conversation::sweep(&app, app.clock().now()).await
        {
            tracing::warn!(?error, "conversations could not be looked at");
        }
        app.mcp().sweep();
        if seconds.is_multiple_of(3) {
            if let Err(error) = run::end_overdue(&app, BATCH).await {
                tracing::warn!(?error, "runs whose time is over could not be ended");
            }
            if let Err(error) = worker::give_back(&app).await {
                tracing::warn!(%error, "the jobs of this node could not be looked at");
            }
            if let Err(error) = family::sweep(&app).await {
                tracing::warn!(?error, "runs within runs could not be looked at");
            }
            match app.store().wake_overlooked_jobs(app.clock().now(), BATCH).await {
                Ok(0) => {}
                Ok(_) => app.worker().wake(),
                Err(error) => tracing::warn!(%error, "runs that wait could not be looked at"),
            }
            if let Err(error) = app.store().close_late_steps(app.clock().now(), BATCH).await {
                tracing::warn!(%error, "steps of runs that are over could not be looked at");
            }
        }
        if seconds.is_multiple_of(60)
            && let Err(error) = throw_away(&app).await
        {
            tracing::warn!(?error, "old rows could not be thrown away");
        }
        seconds += 1;
    }
}

/// In small batches, so that a long backlog stalls nobody.
async fn throw_away(app: &App) -> Result<(), Fault> {
    let now = app.clock().now();
    app.store().expire_slots(now, BATCH).await?;
    app.store().purge_results(now, BATCH).await?;
    authorizations::back::too_late(app, app.store().purge_oauth_attempts(now, BATCH).await?);
    app.store().purge_expired_tokens(now).await?;
    app.store().purge_outbox(now.minus(outbox::KEPT), BATCH).await?;
    app.store().purge_hook_deliveries(now.minus(outbox::KEPT), BATCH).await?;
    app.limits().sweep();
    app.store().purge_documents(now, BATCH).await?;
    if let Some(retention) = app.settings().talk.retention {
        app.store().purge_conversations(now.minus(retention), BATCH).await?;
    }
    for (is_background, retention) in app.settings().thread_retentions() {
        if let Some(retention) = retention {
            app.store().purge_threads(is_background, now.minus(retention), BATCH).await?;
        }
    }
    while app.store().purge_buckets(BATCH).await? == u64::from(BATCH) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let Some(retention) = app.settings().retention else { return Ok(()) };
    let before = now.minus(retention);
    app.store().purge_tickets(before, BATCH).await?;
    while app.store().purge_runs(before, BATCH).await? == u64::from(BATCH) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    while app.store().purge_jobs(before, BATCH).await? == u64::from(BATCH) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    while app.store().purge(before, BATCH).await? == u64::from(BATCH) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Where several nodes share a database, forgets what another one has changed, within a second.
pub(crate) async fn follow_changes(app: App) {
    if !app.is_clustered() {
        return;
    }
    let mut seen = app.store().change_seq().await.unwrap_or_default();
    let mut ticks = interval(Duration::from_millis(500));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.stopping().cancelled() => return,
            _ = ticks.tick() => {}
        }
        match app.store().changes_since(seen).await {
            Ok(changes) => {
                for (org, seq) in changes {
                    seen = seq;
                    app.tools().forget(org);
                    app.vault().invalidate(org);
                    app.accounts().forget(org);
                    app.mcp().forget(org);
                }
            }
            Err(error) => tracing::warn!(%error, "changes of other nodes could not be read"),
        }
    }
}
