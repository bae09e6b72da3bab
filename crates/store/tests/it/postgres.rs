//! The shared database alone: its sessions' limits, deadlocks, and servers that start together.

use std::time::Duration;

use callwright_store::{Error, Options, Store, Synchronous, params};
use futures_util::future::join_all;

use crate::support::{Database, admin};

#[tokio::test]
async fn every_session_has_limits() {
    let Some(db) = Database::postgres().await else {
        return;
    };
    for (name, value) in
        [("statement_timeout", "5s"), ("idle_in_transaction_session_timeout", "3s"), ("lock_timeout", "2s")]
    {
        let sql = "SELECT current_setting($1)";
        let found =
            db.store.fetch_optional(sql, params![name], |row| row.fields("pg").string("setting")).await.unwrap();
        assert_eq!(found.as_deref(), Some(value), "{name}");
    }
    db.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_tried_again() {
    let Some(db) = Database::postgres().await else {
        return;
    };
    for name in ["a", "b"] {
        db.store.set_setting(name, "0").await.unwrap();
    }
    for _ in 0..2 {
        let outcomes = join_all([["a", "b"], ["b", "a"]].map(|names| {
            db.store.write(names, |names, tx| {
                Box::pin(async move {
                    for name in names {
                        let sql = "UPDATE setting SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name = $1";
                        tx.execute(sql, &params![*name]).await?;
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                    Ok(())
                })
            })
        }))
        .await;
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    }
    for name in ["a", "b"] {
        assert_eq!(db.store.setting(name).await.unwrap(), Some("4".to_owned()));
    }
    db.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_start_together_migrate_once() {
    let Some(db) = Database::postgres().await else {
        return;
    };
    let url = db.url.clone().unwrap();
    db.store.close().await.unwrap();
    admin(&url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
    let stores = join_all((0..6).map(|_| Store::open(db.options()))).await;
    for store in stores {
        let store = store.expect("opens");
        store.ping().await.unwrap();
        store.close().await.unwrap();
    }
    db.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_goes_away_leaves_no_transaction_behind() {
    let Some(db) = Database::postgres().await else {
        return;
    };
    for _ in 0..40 {
        let slow = db.store.write((), |(), tx| {
            Box::pin(async move {
                tx.set_setting("half", "done").await?;
                tokio::time::sleep(Duration::from_secs(30)).await;
                Ok(())
            })
        });
        assert!(tokio::time::timeout(Duration::from_millis(20), slow).await.is_err());
    }
    assert_eq!(db.store.setting("half").await.unwrap(), None);
    db.store.set_setting("half", "whole").await.expect("no lock is left");
    db.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_sessions_are_replaced() {
    let Some(db) = Database::postgres().await else {
        return;
    };
    join_all((0..16).map(|_| db.store.ping())).await;
    let url = db.url.clone().unwrap();
    admin(
        &url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .await;
    for _ in 0..20 {
        db.store.ping().await.expect("a new session");
    }
    db.store.set_setting("after", "works").await.unwrap();
    db.finish().await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable() {
    let options = |url: &str| Options {
        url: Some(url.to_owned()),
        data_dir: std::env::temp_dir(),
        synchronous: Synchronous::Full,
    };
    let error = Store::open(options("postgres://nobody@127.0.0.1:1/x")).await.expect_err("refuses");
    assert!(matches!(error, Error::Disconnected(_)), "{error}");
    let error = Store::open(options("mysql://127.0.0.1/x")).await.expect_err("refuses");
    assert!(matches!(error, Error::Settings(_)), "{error}");
}
