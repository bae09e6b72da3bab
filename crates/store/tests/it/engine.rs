//! Transactions: all or nothing each, together in one commit.

use callwright_store::{Error, Store, params};
use futures_util::future::join_all;

async fn setting(store: &Store, name: &str) -> Option<String> {
    store.setting(name).await.expect("reads")
}

on_both! {
    async fn a_failing_operation_undoes_only_itself(db) {
        let store = &db.store;
        let outcomes = join_all((0..300u32).map(|n| async move {
            match n % 3 {
                // Several statements, and then a change of mind.
                0 => {
                    store
                        .write(n, |n, tx| {
                            Box::pin(async move {
                                tx.set_setting(&format!("undone-{n}"), "x").await?;
                                Err::<(), _>(Error::conflict("no", "no"))
                            })
                        })
                        .await
                }
                // One statement that fails, after the first of its kind.
                1 => {
                    let sql = "INSERT INTO setting (name, value) VALUES ('once', $1)";
                    store.execute(sql, params![i64::from(n).to_string()]).await.map(drop)
                }
                _ => store.set_setting(&format!("kept-{n}"), "x").await,
            }
        }))
        .await;
        for (n, outcome) in outcomes.iter().enumerate() {
            match n % 3 {
                0 => assert!(matches!(outcome, Err(Error::Conflict { .. })), "{outcome:?}"),
                1 => assert!(matches!(outcome, Ok(()) | Err(Error::Unique(_))), "{outcome:?}"),
                _ => assert!(outcome.is_ok(), "{outcome:?}"),
            }
        }
        assert_eq!(outcomes.iter().skip(1).step_by(3).filter(|outcome| outcome.is_ok()).count(), 1);
        let count = |like: &'static str| async move {
            let sql = "SELECT COUNT(*) FROM setting WHERE name LIKE $1";
            store.fetch_optional(sql, params![like], |row| row.fields("setting").int("count")).await.unwrap().unwrap()
        };
        assert_eq!((count("undone%").await, count("kept%").await, count("once").await), (0, 100, 1));
    }

    async fn what_was_answered_is_there_for_every_reader_at_once(db) {
        let store = &db.store;
        join_all((0..100).map(|n| async move {
            let name = format!("mine-{n}");
            store.set_setting(&name, "1").await.unwrap();
            assert_eq!(setting(store, &name).await.as_deref(), Some("1"));
        }))
        .await;
    }

    async fn the_same_statement_takes_its_parameters_by_number(db) {
        let sql = "SELECT $2 || '-' || $1 || '-' || $2";
        let text = db.store.fetch_optional(sql, params!["a", "b"], |row| row.fields("x").string("x")).await.unwrap();
        assert_eq!(text.as_deref(), Some("b-a-b"));
        assert!(db.store.fetch_optional(sql, params!["a"], |row| row.fields("x").string("x")).await.is_err());
    }

    async fn texts_come_back_as_they_went_but_for_nul(db) {
        let text = "ünï \u{1F600} 'quoted' \"and\" \\ % _ \n";
        db.store.set_setting("text", text).await.unwrap();
        assert_eq!(setting(&db.store, "text").await.as_deref(), Some(text));
        db.store.set_setting("nul", "a\0b").await.unwrap();
        assert_eq!(setting(&db.store, "nul").await.as_deref(), Some("a\u{fffd}b"));
    }

    async fn opening_again_finds_everything_and_migrates_nothing(db) {
        db.store.set_setting("kept", "yes").await.unwrap();
        let applied = |store: Store| async move {
            let sql = "SELECT version, applied_at FROM schema_migration ORDER BY version";
            store.fetch_all(sql, Vec::new(), |row| {
                let mut fields = row.fields("schema_migration");
                Ok((fields.int("version")?, fields.int("applied_at")?))
            })
            .await
            .unwrap()
        };
        let before = applied(db.store.clone()).await;
        db.store.close().await.unwrap();
        let store = Store::open(db.options()).await.expect("opens again");
        assert_eq!(applied(store.clone()).await, before);
        assert_eq!(setting(&store, "kept").await.as_deref(), Some("yes"));
        store.close().await.unwrap();
    }

    async fn a_database_from_the_future_or_another_past_is_refused(db) {
        let newer = "INSERT INTO schema_migration (version, name, checksum, applied_at) VALUES (9999, 'x', 'x', 0)";
        db.store.execute(newer, Vec::new()).await.unwrap();
        db.store.close().await.unwrap();
        let error = Store::open(db.options()).await.expect_err("refuses");
        assert!(matches!(error, Error::Newer { found: 9999, .. }), "{error}");

        execute_raw(db, "DELETE FROM schema_migration WHERE version = 9999").await;
        execute_raw(db, "UPDATE schema_migration SET checksum = 'other' WHERE version = 1").await;
        let error = Store::open(db.options()).await.expect_err("refuses");
        assert!(matches!(error, Error::Altered { version: 1, .. }), "{error}");
    }

    async fn a_closed_store_says_so(db) {
        db.store.close().await.unwrap();
        db.store.close().await.expect("closing twice is the same as once");
        assert!(matches!(db.store.set_setting("a", "b").await, Err(Error::Closed)));
        assert!(matches!(db.store.setting("a").await, Err(Error::Closed)));
        assert!(matches!(db.store.write_behind((), |(), _| Box::pin(async { Ok(()) })).await, Err(Error::Closed)));
    }

    async fn a_ping_and_the_name_of_the_database(db) {
        db.store.ping().await.unwrap();
        assert_eq!(db.store.database(), if db.is_postgres() { "postgresql" } else { "sqlite" });
    }
}

/// Changes a database that no store has open.
pub(crate) async fn execute_raw(db: &crate::support::Database, sql: &str) {
    match &db.url {
        Some(url) => crate::support::admin(url, sql).await,
        None => {
            let path = db.dir.path().join("data/callwright.db");
            rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
        }
    }
}
