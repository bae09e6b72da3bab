//! Two that change the same at the same time, on PostgreSQL, where transactions run side by side: the second sees what
//! the first did.

use std::{sync::Arc, time::Duration};

use callwright_model::{id::RunId, run::RunState};
use callwright_store::{Error, job::Room, run::Ending};
use tokio::sync::Notify;

use crate::{
    queue::{ending, fence, new_run, node, turn},
    support::{Database, at},
};

/// How long the first transaction is kept open once the second may begin.
const OPEN: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_is_just_lying_down_is_stopped_all_the_same() {
    let Some(db) = Database::postgres().await else { return };
    let (org, user) = db.organization().await;
    let new = new_run(&db, org, user);
    let run = new.row.run.id;
    db.store.create_run(new).await.unwrap();
    let node = node(&db).await;
    let job = db.store.claim_jobs(node, at(2), Room::of(1)).await.unwrap().pop().unwrap();
    let reached = Arc::new(Notify::new());
    let lies_down = db.store.write((fence(&job), reached.clone()), |(fence, reached), tx| {
        Box::pin(async move {
            tx.hold(*fence, at(3)).await?;
            tx.lay_down_job(fence.job, at(3)).await?;
            reached.notify_one();
            tokio::time::sleep(OPEN).await;
            Ok(())
        })
    });
    let cancelled = async {
        reached.notified().await;
        db.store.cancel_run(org, ending(run, RunState::Cancelled, at(4))).await
    };
    let (lain, cancelled) = tokio::join!(lies_down, cancelled);
    lain.unwrap();
    assert!(cancelled.unwrap(), "nobody carries it any more, so nobody else would end it");
    assert_eq!(db.store.run(org, run).await.unwrap().unwrap().run.state, RunState::Cancelled);
    db.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_is_not_deleted_under_a_run_that_is_just_beginning() {
    let Some(db) = Database::postgres().await else { return };
    let (org, user) = db.organization().await;
    let first = new_run(&db, org, user);
    let thread = first.row.run.thread_id;
    let first_run = first.row.run.id;
    db.store.create_run(first).await.unwrap();
    assert!(db.store.cancel_run(org, ending(first_run, RunState::Cancelled, at(2))).await.unwrap());
    let mut second = new_run(&db, org, user);
    second.thread = None;
    second.row.run.thread_id = thread;
    let reached = Arc::new(Notify::new());
    let begins = db.store.write((second, reached.clone()), |(second, reached), tx| {
        Box::pin(async move {
            tx.create_run(second).await?;
            reached.notify_one();
            tokio::time::sleep(OPEN).await;
            Ok(())
        })
    });
    let deleted = async {
        reached.notified().await;
        db.store.delete_thread(org, thread).await
    };
    let (begun, deleted) = tokio::join!(begins, deleted);
    begun.unwrap();
    assert!(matches!(deleted, Err(Error::Conflict { code: "thread_busy", .. })), "{deleted:?}");
    assert!(db.store.thread(org, thread).await.unwrap().is_some());
    db.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_that_forget_old_runs_leave_no_steps_behind() {
    let Some(db) = Database::postgres().await else { return };
    let (org, user) = db.organization().await;
    let node = node(&db).await;
    let mut runs: Vec<RunId> = Vec::new();
    for ended in [10, 20] {
        let new = new_run(&db, org, user);
        let run = new.row.run.clone();
        db.store.create_run(new).await.unwrap();
        let job = db.store.claim_jobs(node, at(2), Room::of(1)).await.unwrap().pop().unwrap();
        let end = Ending { turn: Some(turn(&run, &[])), ..ending(run.id, RunState::Completed, at(ended)) };
        assert!(db.store.end_run(fence(&job), end).await.unwrap());
        runs.push(run.id);
    }
    let reached = Arc::new(Notify::new());
    let (older, newer) = (runs[0], runs[1]);
    // What the other node does, as far as it got.
    let first = db.store.write((older, reached.clone()), |(older, reached), tx| {
        Box::pin(async move {
            for table in ["step WHERE run_id", "run WHERE id"] {
                tx.execute(&format!("DELETE FROM {table} = $1"), &[(*older).into()]).await?;
            }
            reached.notify_one();
            tokio::time::sleep(OPEN).await;
            Ok(())
        })
    });
    let second = async {
        reached.notified().await;
        db.store.purge_runs(at(100), 1).await
    };
    let (first, second) = tokio::join!(first, second);
    first.unwrap();
    second.unwrap();
    let steps = db.store.steps(newer, 0, 10).await.unwrap().len();
    let is_there = db.store.run(org, newer).await.unwrap().is_some();
    assert_eq!(is_there, steps > 0, "a run and its steps go together: {steps} steps");
    while db.store.purge_runs(at(100), 1).await.unwrap() > 0 {}
    assert!(db.store.steps(newer, 0, 10).await.unwrap().is_empty());
    db.finish().await;
}
