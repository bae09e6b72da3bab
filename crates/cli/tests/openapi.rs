//! The OpenAPI document, and whether the server keeps to it: schemathesis (PyPI) makes thousands of requests from it.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{collections::BTreeMap, path::Path, process::Command};

use callwright_testkit::{Database, Options, Server};
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
/// What would end the run itself: deleting the organization, signing out, or a socket that is no request. The Model Context
/// Protocol has statuses and bodies of its own, and a conformance suite.
const LEFT_OUT: &str =
    "(^/api/v1/organization(/transfer)?$|/live$|^/ws/|^/v1/convai/conversation$|/session$|/password$|^/mcp)";

#[test]
fn every_operation_says_what_it_does_and_who_may() {
    let server = Server::start(Options::new(BINARY, Database::Sqlite));
    let document = server.api().anonymous().get("/openapi.json").expect(200);
    let mut operations = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap().iter().filter(|(name, _)| *name != "parameters") {
            operations += 1;
            let at = format!("{method} {path}");
            assert!(operation["operationId"].is_string(), "{at} has no operationId");
            assert!(operation["summary"].is_string() || operation["description"].is_string(), "{at} says nothing");
            assert!(!operation["responses"].as_object().unwrap().is_empty(), "{at} has no answers");
        }
    }
    assert!(operations >= 60, "only {operations} operations are described");
}

/// The name under which each type of our sources stands in the document, with the file.
fn names(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let (mut is_described, mut given) = (false, None);
            for line in text.lines().map(str::trim) {
                is_described |= line.starts_with("#[derive(") && line.contains("ToSchema");
                if let Some(name) = line.strip_prefix("#[schema(as = ") {
                    given = name.split([')', ',']).next().map(str::to_owned);
                }
                let mut words = line.split([' ', '<', '(', '{', ';']).filter(|word| !word.is_empty());
                if !words.any(|word| ["struct", "enum"].contains(&word)) {
                    continue;
                }
                if line.starts_with("//") || line.starts_with('#') {
                    continue;
                }
                if std::mem::take(&mut is_described) {
                    let name = given.take().or_else(|| words.next().map(str::to_owned)).unwrap();
                    found.push((name, path.display().to_string()));
                }
                given = None;
            }
        }
    }
}

/// Of two types with one name the document would have only one, and describe it in the place of the other.
#[test]
fn no_two_types_bear_one_name() {
    let mut found = Vec::new();
    for krate in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).unwrap() {
        let source = krate.unwrap().path().join("src");
        if source.is_dir() {
            names(&source, &mut found);
        }
    }
    assert!(found.len() > 300, "only {} types were found", found.len());
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, file) in found {
        files.entry(name).or_default().push(file);
    }
    // These are parts that are put into others' descriptions, and stand nowhere by themselves.
    files.remove("Identity");
    let twice: Vec<_> = files.iter().filter(|(_, files)| files.len() > 1).collect();
    assert!(twice.is_empty(), "give one of each a name of its own with `#[schema(as = …)]`: {twice:#?}");
}

#[test]
fn thousands_of_generated_requests_find_no_fault() {
    let Ok(schemathesis) = std::env::var("CALLWRIGHT_TEST_SCHEMATHESIS") else {
        assert!(std::env::var_os("CI").is_none(), "`make test` names schemathesis in CALLWRIGHT_TEST_SCHEMATHESIS");
        eprintln!("schemathesis is not installed: left out (`make test` installs it)");
        return;
    };
    let server = Server::start(Options::new(BINARY, Database::Sqlite));
    let output = Command::new(schemathesis)
        .current_dir(server.folder())
        .args(["run", &format!("{}/openapi.json", server.url()), "--no-color", "--request-timeout", "20", "-n", "8", "--seed", "7"])
        .args(["-H", &format!("X-Token: {}", server.token())])
        .args(["--phases", "examples,coverage,fuzzing", "--exclude-path-regex", LEFT_OUT, "--max-failures", "10"])
        .args(["--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance,unsupported_method"])
        .output()
        .expect("schemathesis runs");
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{report}\n{}", String::from_utf8_lossy(&output.stderr));
    // It must not pass because it tested nothing.
    let tested =
        report.lines().find_map(|line| line.trim().strip_prefix("Tested: ")).and_then(|n| n.trim().parse::<u32>().ok());
    assert!(tested >= Some(50), "too little was tested:\n{report}");
    let health = server.api().get("/readyz");
    assert_eq!(health.status, 200);
    let log: Value = server.api().get("/api/v1/executions?limit=1").expect(200);
    assert!(log["items"].is_array());
}
