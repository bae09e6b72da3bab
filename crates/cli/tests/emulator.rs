//! Against an HTTP API that nobody here wrote: the vendor emulator's GitHub (npm `emulate`).
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
};

use callwright_testkit::{Options, Server, eventually, on_both};
use serde_json::json;

const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
const SEED: &str = "
tokens:
  gho_test_token_admin: {login: admin, scopes: [repo, user]}
github:
  users:
    - {login: octocat, name: The Octocat, email: octocat@github.com}
  repos:
    - {owner: octocat, name: hello-world, language: JavaScript, auto_init: true}
";

struct Emulator {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn github() -> Option<Emulator> {
    let (Ok(node), Ok(emulate)) = (std::env::var("CALLWRIGHT_TEST_NODE"), std::env::var("CALLWRIGHT_TEST_EMULATE"))
    else {
        assert!(std::env::var_os("CI").is_none(), "`make test` installs the emulator and names it");
        eprintln!("the emulator is not installed: left out (`make test` installs it)");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("seed.yaml"), SEED).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let child = Command::new(node)
        .arg(emulate)
        .args(["start", "--seed", "seed.yaml", "--port", &port.to_string()])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("node starts");
    let emulator = Emulator { child, port, _folder: folder };
    eventually("the emulator listens", 30, || TcpStream::connect(("127.0.0.1", port)).ok());
    Some(emulator)
}

#[test]
fn github_issues_are_read_and_written_from_a_file() {
    let Some(emulator) = github() else { return };
    on_both(|database| {
        let server = Server::start(Options::new(BINARY, database));
        let api = server.api();
        let files = server.folder().join("tools");
        std::fs::create_dir_all(&files).unwrap();
        let base = format!("http://127.0.0.1:{}/repos/octocat/hello-world/issues", emulator.port);
        std::fs::write(
            files.join("issues.yaml"),
            format!(
                r#"
name: list_issues
description: Lists the open issues of the repository.
kind: http
effect: read
config:
  method: GET
  url: "{base}"
  query: {{state: open, per_page: 50}}
  headers: {{Accept: application/vnd.github+json}}
  auth: {{type: bearer, token: "${{GITHUB_TOKEN}}"}}
result:
  map: "[].{{number: number, title: title}}"
---
name: open_issue
description: Opens an issue.
kind: http
effect: write
parameters:
  type: object
  properties: {{title: {{type: string, minLength: 1}}, labels: {{type: array, items: {{type: string}}, default: [bug]}}}}
  required: [title]
  additionalProperties: false
config:
  method: POST
  url: "{base}"
  auth: {{type: bearer, token: "${{GITHUB_TOKEN}}"}}
result:
  map: {{number: number, url: html_url}}
"#
            ),
        )
        .unwrap();
        // Without the secret the file is refused with its name; nothing is half-applied.
        let refused = server.command(&["apply", "-f", files.to_str().unwrap()]).output().unwrap();
        assert!(!refused.status.success());
        assert!(String::from_utf8_lossy(&refused.stderr).contains("GITHUB_TOKEN"), "{refused:?}");
        api.put("/api/v1/secrets/GITHUB_TOKEN", json!({"value": "gho_test_token_admin"})).ok();
        let applied = server.command(&["apply", "-f", files.to_str().unwrap()]).output().unwrap();
        assert!(applied.status.success(), "{applied:?}");

        let title = format!("The door squeaks ({database:?})");
        let write = || {
            api.with_header("Idempotency-Key", "door-1")
                .post("/api/v1/tools/open_issue/call", json!({"arguments": {"title": title}}))
                .expect(200)
        };
        let opened = write();
        assert_eq!(opened["success"], true, "{opened}");
        assert_eq!(write()["data"], opened["data"], "the same issue, not a second one");
        let listed = server.command(&["tool", "call", "list_issues", "--json"]).output().unwrap();
        let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
        let twins = listed["data"].as_array().unwrap().iter().filter(|issue| issue["title"] == title.as_str()).count();
        assert_eq!(twins, 1, "{listed}");
    });
}
