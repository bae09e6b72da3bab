//! Helpers for tests that go through the network: the real binary, a client, an upstream that misbehaves on
//! command, and a PostgreSQL that cleans up after itself.
//!
//! ```no_run
//! # const BINARY: &str = "callwright"; // in a test: env!("CARGO_BIN_EXE_callwright")
//! use callwright_testkit::{Answer, Options, Server, Upstream, on_both};
//! use serde_json::json;
//!
//! on_both(|database| {
//!     let upstream = Upstream::start();
//!     let server = Server::start(Options::new(BINARY, database));
//!     upstream.next(Answer::json(200, json!({"slots": 3})));
//!     server.api().post("/api/v1/tools", json!({"name": "slots", "kind": "http"})).expect(201);
//! });
//! ```
//!
//! Everything here panics with a plain sentence when it cannot do its work: it is only ever used by tests.
#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod api;
mod away;
pub mod live;
pub mod people;
pub mod postgres;
pub mod proxy;
pub mod ran;
pub mod server;
pub mod upstream;

pub use api::{Api, Reply};
pub use live::Live;
pub use people::Person;
pub use proxy::{Faults, Proxy};
pub use ran::Ran;
pub use server::{Options, Server};
pub use upstream::{Answer, Gate, Recorded, Upstream};

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Database {
    /// A file in the server's data directory.
    Sqlite,
    /// A database of its own on the shared PostgreSQL.
    Postgres,
}

/// Runs `test` on SQLite, then on PostgreSQL.
///
/// Without PostgreSQL on the machine the second run is left out with a note, except under `make test` and CI, which
/// set `CALLWRIGHT_TEST_POSTGRES` or `CI`: there its absence is a failure.
pub fn on_both(test: impl Fn(Database)) {
    eprintln!("--- on SQLite");
    test(Database::Sqlite);
    if postgres::is_available() {
        eprintln!("--- on PostgreSQL");
        test(Database::Postgres);
    } else {
        assert!(
            std::env::var_os("CI").is_none(),
            "PostgreSQL is not installed, and under CI both databases are tested"
        );
        eprintln!("--- PostgreSQL is not installed: left out (`make test` installs it)");
    }
}

/// Asks `probe` every 10 ms until it gives something, for at most `seconds`; `what` names it when it never does.
pub fn eventually<T>(what: &str, seconds: u64, mut probe: impl FnMut() -> Option<T>) -> T {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(seconds);
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(std::time::Instant::now() < end, "{what} did not happen within {seconds} s");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
