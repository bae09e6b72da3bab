//! The embedded database alone: its files, its lock, and what survives a kill.

use std::{
    io::{BufRead as _, BufReader},
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

use callwright_store::{Error, Options, Store, Synchronous};

use crate::support::Database;

const CHILD: &str = "CALLWRIGHT_STORE_TEST_CHILD";

#[tokio::test]
async fn only_one_server_uses_a_data_directory() {
    let db = Database::sqlite().await;
    let error = Store::open(db.options()).await.expect_err("refuses");
    assert!(matches!(error, Error::InUse(_)));
    assert!(error.to_string().contains("in use by another callwright server"), "{error}");
    db.store.set_setting("still", "works").await.unwrap();
}

#[tokio::test]
async fn nobody_else_may_read_the_files() {
    let db = Database::sqlite().await;
    db.store.set_setting("a", "b").await.unwrap();
    let data = db.dir.path().join("data");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    let files: Vec<_> = std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.len() >= 3, "{files:?}");
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn dropping_the_store_frees_the_directory_and_keeps_everything() {
    let db = Database::sqlite().await;
    let (dir, options) = (db.dir.path().to_owned(), db.options());
    db.store.set_setting("kept", "yes").await.unwrap();
    db.store.write_behind((), |(), tx| Box::pin(async move { tx.set_setting("behind", "yes").await })).await.unwrap();
    let keep_directory = db.dir;
    drop(db.store);
    let store = Store::open(options).await.expect("the lock is free");
    assert_eq!(store.setting("kept").await.unwrap().as_deref(), Some("yes"));
    assert_eq!(store.setting("behind").await.unwrap().as_deref(), Some("yes"));
    assert!(dir.exists());
    drop(keep_directory);
}

#[tokio::test]
async fn a_panic_inside_an_operation_hurts_nobody_else() {
    let db = Database::sqlite().await;
    let panics = db.store.write((), |(), tx| {
        Box::pin(async move {
            tx.set_setting("half", "done").await?;
            panic!("on purpose");
            #[allow(unreachable_code)]
            Ok(())
        })
    });
    assert!(matches!(panics.await, Err(Error::Internal(_))));
    assert_eq!(db.store.setting("half").await.unwrap(), None);
    db.store.set_setting("after", "works").await.unwrap();
}

#[tokio::test]
async fn an_operation_that_waits_for_something_else_is_refused() {
    let db = Database::sqlite().await;
    let waits = db.store.write((), |(), tx| {
        Box::pin(async move {
            tx.set_setting("half", "done").await?;
            tokio::task::yield_now().await;
            Ok(())
        })
    });
    assert!(matches!(waits.await, Err(Error::Internal(_))));
    assert_eq!(db.store.setting("half").await.unwrap(), None);
}

#[tokio::test]
async fn a_directory_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let options = Options { url: None, data_dir: file.join("data"), synchronous: Synchronous::Full };
    let error = Store::open(options).await.expect_err("refuses");
    assert!(error.to_string().contains("file/data"), "{error}");
}

/// The other half of the next test: writes, and says what was answered, until it is killed.
#[test]
fn child_that_is_killed() {
    let Ok(dir) = std::env::var(CHILD) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let options = Options { url: None, data_dir: dir.into(), synchronous: Synchronous::Full };
        let store = Store::open(options).await.unwrap();
        for n in 0.. {
            let name = format!("answered-{n}");
            store.set_setting(&name, "x").await.unwrap();
            println!("{name}");
        }
    });
}

#[tokio::test]
async fn what_was_answered_survives_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let mut answered = 0;
    for round in 0..3 {
        let data = dir.path().join("data");
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "sqlite::child_that_is_killed", "--nocapture"])
            .env(CHILD, &data)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut last = None;
        for line in lines {
            if let Some((_, number)) = line.split_once("answered-") {
                last = number.parse::<u32>().ok();
            }
            if last == Some(50 + round * 37) {
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        answered = answered.max(last.expect("the child answered something"));
        let options = Options { url: None, data_dir: data, synchronous: Synchronous::Full };
        let store = Store::open(options).await.expect("opens after a kill");
        for n in 0..=answered {
            assert!(store.setting(&format!("answered-{n}")).await.unwrap().is_some(), "{n} of {answered} is lost");
        }
        store.close().await.unwrap();
    }
}
