//! The Python and TypeScript SDKs against the real server: their own test programs, the voice and chat runtimes that
//! their adapters are for, a page in Chromium; and whether what is generated fits the API.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod python;
mod typescript;

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use callwright_testkit::{Database, Options, Ran, Server};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

/// The folder of an SDK.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdks").join(name).canonicalize().expect("the SDK's folder")
}

/// What `make test` has put there; without it these tests are left out, but not under CI.
fn installed(name: &str) -> Option<OsString> {
    let found = std::env::var_os(name).filter(|value| !value.is_empty());
    assert!(found.is_some() || std::env::var_os("CI").is_none(), "`make test` installs what {name} names");
    if found.is_none() {
        eprintln!("{name} is not set: left out (`make test` installs what it names)");
    }
    found
}

fn serve(database: Database) -> Server {
    Server::start(Options::new(BINARY, database))
}

/// A command that finds the server where an SDK looks for it.
fn for_server(command: &mut Command, server: &Server) {
    command.env("CALLWRIGHT_URL", server.url()).env("CALLWRIGHT_TOKEN", server.token());
}

#[track_caller]
fn run(command: Command) -> String {
    let ran = Ran::of(command, "").ok();
    ran.stdout + &ran.stderr
}

/// The number before `word` in a summary such as `31 passed, 2 skipped`; none is 0.
fn count(report: &str, word: &str) -> u32 {
    let words: Vec<&str> = report.split_whitespace().collect();
    let before = words.windows(2).rev().find(|pair| pair[1].trim_end_matches(',') == word);
    before.and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}
