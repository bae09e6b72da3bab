//! The official conformance suites: every client scenario, by `mcp-server probe`, which is the client of the tools. What
//! cannot pass is listed beside this file, with the reasons in `docs/guides/mcp-servers.md`; a scenario that is listed and
//! passes is a failure too.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::world::{BINARY, installed};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mcp_client");

fn run(package: &str, wanted: &[&str], baseline: &str) {
    let Some(folder) = installed("CALLWRIGHT_TEST_MCP_JS") else { return };
    let Some(python) = installed("CALLWRIGHT_TEST_MCP_PYTHON") else { return };
    let modules: PathBuf = folder.join("node_modules");
    let driver = Path::new(FOLDER).join("driver.py");
    let work = tempfile::tempdir().unwrap();
    let output = Command::new(modules.join("node/bin/node"))
        .arg(modules.join(package).join("dist/index.js"))
        .args(["client", "--command", &format!("{} {} {BINARY}", python.display(), driver.display())])
        .args(wanted)
        .args(["--timeout", "100000"])
        .arg("--expected-failures")
        .arg(Path::new(FOLDER).join(baseline))
        .arg("--output-dir")
        .arg(work.path())
        .current_dir(work.path())
        .output()
        .expect("the conformance suite");
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{package}: {told}");
    assert!(told.contains("tools_call"), "{package} ran something: {told}");
}

#[test]
fn the_suite_of_2025_11_25() {
    run("conformance-0.1", &["--suite", "all"], "conformance-0.1.yml");
}

#[test]
fn the_suite_of_2026_07_28() {
    run("conformance-0.2", &["--suite", "all"], "conformance-0.2.yml");
}
