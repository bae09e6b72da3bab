//! The official conformance suite of the Model Context Protocol, in both revisions, against the endpoint of the fixtures.
//!
//! What is expected to fail, and why, stands in `expected_*.yaml`; the suite itself fails when one of those passes.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{path::PathBuf, process::Command};

use callwright_testkit::{Database, Options, Ran, Server};

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");

fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("CALLWRIGHT_TEST_MCP_NODE").map(PathBuf::from);
    assert!(
        path.is_some() || std::env::var_os("CI").is_none(),
        "`make test` names the suite in CALLWRIGHT_TEST_MCP_NODE"
    );
    if path.is_none() {
        eprintln!("the conformance suite is not installed: left out (`make test` installs it)");
    }
    path
}

/// Runs the suite that `package` is, and gives what it printed once it was content.
fn run(package: &str, arguments: &[&str], expected: &str) -> Option<String> {
    let folder = installed()?;
    let server = Server::start(Options::new(BINARY, Database::Sqlite).env("CALLWRIGHT_FIXTURES", "mcp-conformance"));
    let address = server.url().replace("127.0.0.1", "localhost");
    let expected = format!("{}/tests/mcp_conformance/{expected}", env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(folder.join("node_modules/.bin/node"));
    command
        .arg(folder.join(format!("node_modules/@modelcontextprotocol/{package}/dist/index.js")))
        .args(["server", "--url", &format!("{address}/fixtures/mcp"), "--expected-failures", &expected])
        .args(arguments)
        .current_dir(server.folder());
    Some(Ran::of(command, "").ok().stdout)
}

/// The figures of the line that sums up.
#[track_caller]
fn passed(report: &str) -> u32 {
    let line = report.lines().rev().find(|line| line.contains("Total:") && line.contains("passed"));
    let line = line.unwrap_or_else(|| panic!("no sum in\n{report}"));
    let words: Vec<&str> = line.split_whitespace().collect();
    let at = words.iter().position(|word| word.starts_with("passed")).unwrap();
    words[at - 1].parse().unwrap_or_else(|_| panic!("no figure in {line}"))
}

#[test]
fn the_revision_with_sessions() {
    let Some(report) = run("conformance", &[], "expected_2025_11_25.yaml") else { return };
    assert!(passed(&report) >= 30, "it must not pass because it tested nothing:\n{report}");
}

#[test]
fn the_revision_without_sessions() {
    let Some(report) = run("conformance-next", &["--requirements", "2026-07-28"], "expected_2026_07_28.yaml") else {
        return;
    };
    assert!(passed(&report) >= 37, "it must not pass because it tested nothing:\n{report}");
}

#[test]
fn the_fixtures_are_there_on_this_machine_and_when_asked_for_only() {
    let server = Server::start(Options::new(BINARY, Database::Sqlite));
    let nobody = server.api().anonymous();
    assert_eq!(nobody.post("/fixtures/mcp", serde_json::json!({})).status, 404);
}
