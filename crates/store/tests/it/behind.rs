//! What is written behind the answer.

use callwright_model::id::ExecutionId;
use callwright_store::{Error, Store};

on_both! {
    async fn closing_writes_everything(db) {
        let (org, _) = db.organization().await;
        for n in 0..1000u32 {
            db.store.record_read(db.execution(org)).await.unwrap();
            db.store
                .write_behind(n, |n, tx| Box::pin(async move { tx.set_setting(&format!("n-{n}"), "x").await }))
                .await
                .unwrap();
        }
        db.store.close().await.unwrap();
        let store = Store::open(db.options()).await.unwrap();
        assert_eq!(count(&store, "execution").await, 1000);
        assert_eq!(count(&store, "setting").await, 1000);
        store.close().await.unwrap();
    }

    async fn a_bad_one_takes_no_others_with_it(db) {
        for n in 0..20u32 {
            db.store
                .write_behind(n, |n, tx| {
                    Box::pin(async move {
                        tx.set_setting(&format!("n-{n}"), "x").await?;
                        if *n == 7 { Err(Error::conflict("no", "no")) } else { Ok(()) }
                    })
                })
                .await
                .unwrap();
        }
        db.store.flush().await.unwrap();
        assert_eq!(count(&db.store, "setting").await, 19);
        assert_eq!(db.store.setting("n-7").await.unwrap(), None);
    }

    async fn operations_keep_their_order(db) {
        for n in 0..600u32 {
            db.store
                .write_behind(n, |n, tx| Box::pin(async move { tx.set_setting("last", &n.to_string()).await }))
                .await
                .unwrap();
        }
        db.store.flush().await.unwrap();
        assert_eq!(db.store.setting("last").await.unwrap().as_deref(), Some("599"));
    }

    async fn more_than_there_is_room_for_waits_and_is_kept(db) {
        let (org, _) = db.organization().await;
        let writers = (0..4).map(|_| {
            let (store, ids) = (db.store.clone(), db.ids.clone());
            tokio::spawn(async move {
                for _ in 0..5_000 {
                    store.record_read(crate::support::execution(ids.next::<callwright_model::id::kind::Execution>(), org)).await.unwrap();
                }
            })
        });
        futures_util::future::join_all(writers.collect::<Vec<_>>()).await;
        db.store.flush().await.unwrap();
        assert_eq!(count(&db.store, "execution").await, 20_000);
    }

    async fn the_same_record_twice_is_one(db) {
        let (org, _) = db.organization().await;
        let execution = db.execution(org);
        let id: ExecutionId = execution.id;
        db.store.record_read(execution.clone()).await.unwrap();
        db.store.record_read(execution).await.unwrap();
        assert!(db.store.execution(org, id).await.unwrap().is_some());
        assert_eq!(count(&db.store, "execution").await, 1);
    }
}

async fn count(store: &Store, table: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) FROM {table}");
    store.fetch_optional(sql, Vec::new(), |row| row.fields("any").int("count")).await.unwrap().unwrap()
}
