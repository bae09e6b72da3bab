//! The servers that the client is tried against, and a server of ours that uses them.

use std::{
    io::Read,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use callwright_testkit::{Api, Database, Options, Reply, Server, eventually};
use serde_json::{Value, json};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_callwright");
pub(crate) const SERVERS: &str = "/api/v1/mcp-servers";
pub(crate) const KEY: &str = "mcp-test-key-4711";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/mcp_client/server.py");

/// The path in a variable that `scripts/test.sh` sets; none where the thing is not installed, which CI does not allow.
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    let found = std::env::var_os(name).map(PathBuf::from);
    assert!(found.is_some() || std::env::var_os("CI").is_none(), "{name} is not set: run `make test`");
    if found.is_none() {
        eprintln!("--- {name} is not set: left out (`make test` sets it)");
    }
    found
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A server of somebody else's, killed at the end of the test.
pub(crate) struct Theirs {
    child: Child,
    pub(crate) port: u16,
    python: PathBuf,
    env: Vec<(String, String)>,
}

impl Theirs {
    /// The Python server; `None` where it is not installed.
    pub(crate) fn python(env: &[(&str, &str)]) -> Option<Self> {
        let python = installed("CALLWRIGHT_TEST_MCP_PYTHON")?;
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let port = free_port();
        let child = Self::spawn(&python, port, &env);
        let this = Self { child, port, python, env };
        this.wait();
        Some(this)
    }

    fn spawn(python: &Path, port: u16, env: &[(String, String)]) -> Child {
        let mut command = Command::new(python);
        command.arg(SCRIPT).arg(port.to_string()).envs(env.iter().map(|(name, value)| (name, value)));
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the Python MCP server")
    }

    /// Starts it again after it has died.
    pub(crate) fn revive(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.child = Self::spawn(&self.python, self.port, &self.env);
        self.wait();
    }

    fn wait(&self) {
        eventually("the MCP server to listen", 20, || {
            std::net::TcpStream::connect(("127.0.0.1", self.port)).ok().map(drop)
        });
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// What it has counted and heard.
    pub(crate) fn counts(&self) -> Value {
        Api::new(self.url(""), None).get("/counts").expect(200)
    }

    pub(crate) fn count(&self, method: &str) -> u64 {
        self.counts()["counts"][method].as_u64().unwrap_or(0)
    }

    pub(crate) fn tell(&self, wish: &str) {
        Api::new(self.url(""), None).post("/control", json!({ "do": wish })).expect(200);
    }
}

impl Drop for Theirs {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server of ours.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) api: Api,
}

impl World {
    pub(crate) fn new(database: Database) -> Self {
        Self::with(Options::new(BINARY, database))
    }

    pub(crate) fn with(options: Options) -> Self {
        let server = Server::start(options.env("CALLWRIGHT_LOG", "info,callwright_tools=debug"));
        let api = server.api();
        Self { server, api }
    }

    /// Registers `theirs` under the name `tester`.
    pub(crate) fn register(&self, theirs: &Theirs, more: Value) -> Value {
        let mut spec = json!({"name": "tester", "url": theirs.url("/mcp")});
        spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let server = self.api.post(SERVERS, spec).expect(201);
        assert!(server["found"].get("error").is_none(), "{server}");
        server
    }

    pub(crate) fn adopt(&self, wish: Value) -> Vec<Value> {
        let answer = self.api.post(&format!("{SERVERS}/tester/tools"), wish).expect(200);
        let tools = answer["tools"].as_array().unwrap().clone();
        assert!(tools.iter().all(|tool| tool.get("error").is_none()), "{answer}");
        tools
    }

    pub(crate) fn call(&self, tool: &str, arguments: Value) -> Value {
        self.called(tool, arguments).expect(200)
    }

    pub(crate) fn called(&self, tool: &str, arguments: Value) -> Reply {
        self.api.post(&format!("/api/v1/tools/{tool}/call"), json!({ "arguments": arguments }))
    }

    /// How a tool of the server stands.
    pub(crate) fn state(&self, tool: &str) -> String {
        let tools = self.api.get(&format!("{SERVERS}/tester/tools?limit=200")).expect(200);
        let found = tools["items"].as_array().unwrap().iter().find(|one| one["name"] == tool).cloned();
        found.map_or("missing".to_owned(), |found| found["state"].as_str().unwrap().to_owned())
    }
}

/// The reference server over HTTP.
pub(crate) struct Everything {
    child: Child,
    pub(crate) port: u16,
}

impl Everything {
    pub(crate) fn start() -> Option<Self> {
        let port = free_port();
        let (node, script) = everything()?;
        let mut child = Command::new(node)
            .arg(script)
            .arg("streamableHttp")
            .env("PORT", port.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the reference MCP server");
        let mut complaints = child.stderr.take().unwrap();
        std::thread::spawn(move || {
            let mut all = Vec::new();
            let _ = complaints.read_to_end(&mut all);
        });
        eventually("the reference server to listen", 20, || {
            std::thread::sleep(Duration::from_millis(50));
            std::net::TcpStream::connect(("127.0.0.1", port)).ok().map(drop)
        });
        Some(Self { child, port })
    }
}

impl Drop for Everything {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The Node that the reference server wants, and its program.
pub(crate) fn everything() -> Option<(PathBuf, PathBuf)> {
    let folder = installed("CALLWRIGHT_TEST_MCP_JS")?.join("node_modules");
    Some((folder.join("node/bin/node"), folder.join("@modelcontextprotocol/server-everything/dist/index.js")))
}

/// The arguments with which the Python server speaks over its pipes.
pub(crate) fn over_pipes() -> Option<(PathBuf, &'static str)> {
    Some((installed("CALLWRIGHT_TEST_MCP_PYTHON")?, SCRIPT))
}
