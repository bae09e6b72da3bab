//! `callwright mcp`: what a desktop client starts.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use callwright_testkit::Database;
use serde_json::{Value, json};

use super::{BINARY, STATELESS, World, clients::python, names, text};

struct Bridge {
    child: Child,
    input: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Bridge {
    fn start(world: &World, arguments: &[&str]) -> Self {
        let mut child = Command::new(BINARY)
            .arg("mcp")
            .args(arguments)
            .env("CALLWRIGHT_URL", world.server.url())
            .env("CALLWRIGHT_TOKEN", world.server.token())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { input: child.stdin.take(), child, lines }
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.input.as_mut().unwrap(), "{message}").unwrap();
    }

    fn next(&self) -> Value {
        let line = self.lines.recv_timeout(Duration::from_secs(20)).expect("a line in time");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("`{line}` is nothing of the protocol: {error}"))
    }

    fn ask(&mut self, id: u64, method: &str, params: Value) -> Value {
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.next();
            if message["id"] == id {
                return message;
            }
        }
    }

    fn begin(&mut self) -> Value {
        let params = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "desktop", "version": "1"}});
        let begun = self.ask(0, "initialize", params);
        self.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        begun
    }
}

#[test]
fn a_session_goes_through_and_survives_a_server_that_starts_anew() {
    let mut world = World::new(Database::Sqlite);
    let mut bridge = Bridge::start(&world, &["--agent", "Desk"]);
    assert_eq!(bridge.begin()["result"]["serverInfo"]["name"], "callwright");
    assert_eq!(names(&bridge.ask(1, "tools/list", json!({}))["result"]), ["get_weather"]);
    let called = bridge.ask(2, "tools/call", json!({"name": "get_weather", "arguments": {"city": "Paris"}}));
    assert!(text(&called["result"]).contains("21"), "{called}");
    let port = world.server.url().rsplit(':').next().unwrap().to_owned();
    world.server.restart();
    if !world.server.url().ends_with(&port) {
        // It came back elsewhere: then the bridge says so instead of hanging.
        let failed = bridge.ask(3, "tools/list", json!({}));
        assert_eq!(failed["error"]["code"], -32000, "{failed}");
        return;
    }
    assert_eq!(names(&bridge.ask(3, "tools/list", json!({}))["result"]), ["get_weather"], "a new session was begun");
}

#[test]
fn what_the_server_says_by_itself_and_both_revisions_go_through() {
    let world = World::new(Database::Sqlite);
    let mut bridge = Bridge::start(&world, &[]);
    bridge.begin();
    std::thread::sleep(Duration::from_millis(500));
    world
        .api
        .post("/api/v1/tools", json!({"name": "added", "kind": "http", "config": {"url": "https://example.com"}}))
        .expect(201);
    assert_eq!(bridge.next()["method"], "notifications/tools/list_changed");
    let meta =
        json!({"io.modelcontextprotocol/protocolVersion": STATELESS, "io.modelcontextprotocol/clientCapabilities": {}});
    let called =
        bridge.ask(7, "tools/call", json!({"name": "get_weather", "arguments": {"city": "Paris"}, "_meta": meta}));
    assert_eq!(called["result"]["resultType"], "complete", "{called}");
    bridge.send(&json!("not a message"));
    drop(bridge.input.take());
    assert!(bridge.child.wait().unwrap().success());
}

#[test]
fn the_python_sdk_starts_it_as_a_desktop_client_does() {
    let world = World::new(Database::Sqlite);
    for (mode, version) in [("auto", STATELESS), ("legacy", "2025-11-25")] {
        let wish = json!({"kind": "stdio", "mode": mode, "command": BINARY, "args": ["mcp"],
            "env": {"CALLWRIGHT_URL": world.server.url(), "CALLWRIGHT_TOKEN": world.server.token()}});
        let Some(found) = python(&wish) else { return };
        assert_eq!((&found["version"], &found["structured"]["degrees"]), (&json!(version), &json!(21)), "{found}");
    }
}
