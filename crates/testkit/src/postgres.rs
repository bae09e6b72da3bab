//! One PostgreSQL for all tests of a process, and one database for each test that asks.
//!
//! `make test` starts the server once and names it in `CALLWRIGHT_TEST_POSTGRES`; without that, the first test that
//! needs one starts its own from the installed binaries. Either way it cannot outlive the tests: ours hangs on a
//! pipe from this process, and the kernel closes that pipe however the process ends.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// Keeps the child and its pipe until this process ends.
struct Shared {
    url: String,
    _keeper: Option<Child>,
}

static SHARED: OnceLock<Shared> = OnceLock::new();
static DATABASES: AtomicU32 = AtomicU32::new(0);

/// Makes a cluster in a new folder, runs it, and takes both away when standard input closes.
const SCRIPT: &str = include_str!("../../../scripts/postgres.sh");

/// Whether [`create_database`] can work here.
pub fn is_available() -> bool {
    std::env::var_os("CALLWRIGHT_TEST_POSTGRES").is_some() || binaries().is_some()
}

/// The URL of an administrator's connection to the shared server, which is started if need be.
pub fn shared() -> &'static str {
    &SHARED.get_or_init(start).url
}

/// Makes an empty database on the shared server and gives its URL.
pub fn create_database() -> String {
    let number = DATABASES.fetch_add(1, Ordering::Relaxed);
    let name = format!("test_{}_{number}_{:08x}", std::process::id(), rand::random::<u32>());
    execute(shared(), &format!("CREATE DATABASE {name}"));
    let (base, _) = shared().rsplit_once('/').expect("the URL of PostgreSQL names a database");
    format!("{base}/{name}")
}

/// Runs one statement on the database at `url` and gives the rows as texts (`None` for NULL).
pub fn execute(url: &str, statement: &str) -> Vec<Vec<Option<String>>> {
    let url = url.to_owned();
    let statement = statement.to_owned();
    // A thread of its own, because the caller may be inside a runtime already.
    let worker = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (client, connection) =
                tokio_postgres::connect(&url, tokio_postgres::NoTls).await.map_err(|e| format!("{url}: {e}"))?;
            let driver = tokio::spawn(connection);
            let messages = client.simple_query(&statement).await.map_err(|e| format!("{statement}: {e:?}"))?;
            drop(client);
            let _ = driver.await;
            let mut rows = Vec::new();
            for message in messages {
                if let tokio_postgres::SimpleQueryMessage::Row(row) = message {
                    rows.push((0..row.len()).map(|i| row.get(i).map(str::to_owned)).collect());
                }
            }
            Ok::<_, String>(rows)
        })
    });
    match worker.join().expect("the database thread") {
        Ok(rows) => rows,
        Err(message) => panic!("PostgreSQL: {message}"),
    }
}

fn start() -> Shared {
    if let Ok(url) = std::env::var("CALLWRIGHT_TEST_POSTGRES") {
        return Shared { url, _keeper: None };
    }
    let binaries = binaries().expect("PostgreSQL is not installed (Debian: apt-get install postgresql)");
    let port = free_port();
    let mut command = if is_root() {
        // initdb refuses to run as root.
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--", "sh"]);
        command
    } else {
        Command::new("sh")
    };
    let mut keeper = command
        .args(["-c", SCRIPT, "sh"])
        .arg(&binaries)
        .arg(port.to_string())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("PostgreSQL starts");
    let mut line = String::new();
    let stdout = keeper.stdout.take().expect("its output");
    BufReader::new(stdout).read_line(&mut line).expect("its first line");
    assert_eq!(line.trim(), "started", "PostgreSQL could not be initialised; see above");
    let url = format!("postgres://callwright@127.0.0.1:{port}/postgres");
    wait_until_ready(&url);
    Shared { url, _keeper: Some(keeper) }
}

fn wait_until_ready(url: &str) {
    let runtime = std::thread::spawn({
        let url = url.to_owned();
        move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                for _ in 0..600 {
                    if tokio_postgres::connect(&url, tokio_postgres::NoTls).await.is_ok() {
                        return true;
                    }
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                false
            })
        }
    });
    assert!(runtime.join().expect("the database thread"), "PostgreSQL did not answer within 30 s");
}

/// The folder with `initdb` and `postgres`: Debian keeps one for each version, off the PATH.
fn binaries() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .ok()
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            let folder = entry.path().join("bin");
            folder.join("initdb").exists().then_some((version, folder))
        })
        .collect();
    found.sort();
    let on_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
    };
    found.pop().map(|(_, folder)| folder).or_else(on_path)
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

pub(crate) fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_database_is_empty_and_apart() {
        if !is_available() {
            return;
        }
        let (one, two) = (create_database(), create_database());
        execute(&one, "CREATE TABLE t (a BIGINT, b TEXT)");
        execute(&one, "INSERT INTO t VALUES (1, NULL)");
        assert_eq!(execute(&one, "SELECT a, b FROM t"), [[Some("1".to_owned()), None]]);
        assert!(execute(&two, "SELECT tablename FROM pg_tables WHERE tablename = 't'").is_empty());
    }
}
