//! The real binary, started on a free port with a data directory of its own.

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, RwLock},
    time::{Duration, Instant},
};

use rand::RngExt;
use tempfile::TempDir;

use crate::{Api, Database, Ran, postgres};

/// How to start a server.
#[derive(Debug, Clone)]
pub struct Options {
    /// The binary: `env!("CARGO_BIN_EXE_callwright")` in a test of the command line's crate.
    pub binary: PathBuf,
    /// The database it uses.
    pub database: Database,
    /// Environment variables besides those that every test server gets; these win.
    pub env: Vec<(String, String)>,
    /// More arguments after `serve`.
    pub args: Vec<String>,
}

impl Options {
    /// A server that may call this machine's loopback addresses and knows a random administrator's token.
    pub fn new(binary: impl Into<PathBuf>, database: Database) -> Self {
        Self { binary: binary.into(), database, env: Vec::new(), args: Vec::new() }
    }

    /// The same with the business tools that a server gives every organization unless it is told not to, as those of
    /// other tests are: they count tools.
    #[must_use]
    pub fn with_business_tools(self) -> Self {
        self.env("CALLWRIGHT_BUSINESS_TOOLS", "true")
    }

    /// The same with one more environment variable. An empty value takes the variable away.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }
}

/// A running server. Dropped, it is killed and its data is removed; it cannot outlive the test process.
pub struct Server {
    options: Options,
    database_url: Option<String>,
    token: String,
    folder: TempDir,
    base: Arc<RwLock<String>>,
    running: Option<Running>,
    output: Arc<Mutex<Output>>,
}

#[derive(Default)]
struct Output {
    stdout: String,
    stderr: String,
}

struct Running {
    child: Child,
    /// Kills the server when this process dies without dropping anything.
    watchdog: Child,
}

impl Server {
    /// Starts a server and waits until it is ready.
    pub fn start(options: Options) -> Self {
        let mut server = Self::prepare(options);
        server.launch();
        server
    }

    /// Makes the folder and the database, but starts nothing: for tests that start it by [`Server::command`].
    pub fn prepare(options: Options) -> Self {
        let database_url = (options.database == Database::Postgres).then(postgres::create_database);
        Self {
            options,
            database_url,
            token: random_token(),
            folder: TempDir::with_prefix("callwright-test-").expect("a temporary folder"),
            base: Arc::default(),
            running: None,
            output: Arc::default(),
        }
    }

    /// Starts a second server on this one's PostgreSQL database, with the same options, master key and administrator.
    pub fn beside(&self) -> Self {
        let url = self.database_url.clone().expect("servers share a PostgreSQL database, not a SQLite file");
        let key = std::fs::read_to_string(self.data_dir().join("master.key")).expect("the first one's master key");
        let mut server = Self {
            options: self.options.clone(),
            database_url: Some(url),
            token: self.token.clone(),
            folder: TempDir::with_prefix("callwright-test-").expect("a temporary folder"),
            base: Arc::default(),
            running: None,
            output: Arc::default(),
        };
        server.set_env("CALLWRIGHT_MASTER_KEY", key.trim());
        server.launch();
        server
    }

    /// A client as the administrator. It follows the server through restarts.
    pub fn api(&self) -> Api {
        Api::following(self.base.clone(), Some(self.token.clone()))
    }

    /// Where it listens, without a final slash.
    pub fn url(&self) -> String {
        self.base.read().expect("the base URL").clone()
    }

    /// The administrator's token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Its data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder it runs in, which holds the data directory and is removed at the end.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The URL of its PostgreSQL database, when it has one.
    pub fn database_url(&self) -> Option<&str> {
        self.database_url.as_deref()
    }

    /// Runs one statement on its database, for what the API cannot do. With SQLite the server must be stopped.
    pub fn sql(&self, statement: &str) {
        match &self.database_url {
            Some(url) => drop(postgres::execute(url, statement)),
            None => {
                assert!(self.running.is_none(), "SQLite belongs to the server while it runs");
                let file = rusqlite::Connection::open(self.data_dir().join("callwright.db")).expect("the database");
                file.execute_batch(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
            }
        }
    }

    /// The memory that it has in use now, in MiB.
    pub fn memory_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("its status");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("its resident size");
        line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).expect("a number") / 1024
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.running.as_ref().expect("the server runs").child.id()
    }

    /// All that it has written to standard output, over all its starts.
    pub fn stdout(&self) -> String {
        self.output.lock().expect("the output").stdout.clone()
    }

    /// All that it has logged, over all its starts.
    pub fn log(&self) -> String {
        self.output.lock().expect("the output").stderr.clone()
    }

    /// Kills it as a power cut would.
    pub fn kill9(&mut self) {
        self.stop_with("KILL", Duration::from_secs(10));
    }

    /// Asks it to stop, and gives its exit status.
    pub fn terminate(&mut self) -> ExitStatus {
        self.stop_with("TERM", Duration::from_secs(45))
    }

    /// Sends it a signal by name, for example `STOP` and `CONT`.
    pub fn signal(&self, name: &str) {
        signal(self.pid(), name);
    }

    /// Starts it again on the same data, after [`Server::kill9`], [`Server::terminate`] or, stopping it first, neither.
    pub fn restart(&mut self) {
        if self.running.is_some() {
            self.terminate();
        }
        self.launch();
    }

    /// Changes an environment variable for the next start. An empty value takes it away.
    pub fn set_env(&mut self, name: &str, value: impl Into<String>) {
        self.options.env.push((name.to_owned(), value.into()));
    }

    /// The command with this server's environment and folder: `server.command(&["doctor"])`. Remote commands find the
    /// server by `CALLWRIGHT_URL` and `CALLWRIGHT_TOKEN`.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.options.binary);
        command.args(args).current_dir(self.folder.path());
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            let is_of_a_model = ["OPENAI_", "AZURE_OPENAI_", "ANTHROPIC_", "GEMINI_", "GOOGLE_API_KEY"];
            let is_of_a_model = is_of_a_model.iter().any(|prefix| name.starts_with(prefix));
            if name.starts_with("CALLWRIGHT_") || name.starts_with("OTEL_") || name == "RUST_LOG" || is_of_a_model {
                command.env_remove(&*name);
            }
        }
        command
            .env("CALLWRIGHT_LISTEN", "127.0.0.1:0")
            .env("CALLWRIGHT_DATA_DIR", self.data_dir())
            .env("CALLWRIGHT_BOOTSTRAP_TOKEN", &self.token)
            .env("CALLWRIGHT_OUTBOUND_ALLOW", "127.0.0.0/8")
            .env("CALLWRIGHT_BUSINESS_TOOLS", "false")
            .env("CALLWRIGHT_SCHEDULE_INTERVAL_SECONDS", "1")
            .env("CALLWRIGHT_PYTHON_DIR", python_dir(&self.options.binary))
            .env("CALLWRIGHT_TOKEN", &self.token);
        if let Some(url) = &self.database_url {
            command.env("CALLWRIGHT_DATABASE_URL", url);
        }
        if !self.url().is_empty() {
            command.env("CALLWRIGHT_URL", self.url());
        }
        for (name, value) in &self.options.env {
            if value.is_empty() {
                command.env_remove(name)
            } else {
                command.env(name, value)
            };
        }
        command
    }

    /// Runs a command with this server's environment to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args), "")
    }

    /// The same with `input` on standard input.
    pub fn run_with(&self, args: &[&str], input: &str) -> Ran {
        Ran::of(self.command(args), input)
    }

    fn launch(&mut self) {
        let mut args = vec!["serve"];
        args.extend(self.options.args.iter().map(String::as_str));
        let mut child = self
            .command(&args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", self.options.binary.display()));
        let from = self.stdout().len();
        collect(child.stdout.take().expect("stdout"), self.output.clone(), |output| &mut output.stdout);
        collect(child.stderr.take().expect("stderr"), self.output.clone(), |output| &mut output.stderr);
        let watchdog = watchdog(child.id());
        self.running = Some(Running { child, watchdog });
        let base = self.wait_for_address(from);
        *self.base.write().expect("the base URL") = base;
        self.wait_until_ready();
    }

    fn wait_for_address(&mut self, from: usize) -> String {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(url) = find_url(&self.stdout()[from..]) {
                return url;
            }
            self.assert_alive("printed its address", end);
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn wait_until_ready(&mut self) {
        let end = Instant::now() + Duration::from_secs(60);
        let api = self.api().anonymous();
        loop {
            if api.attempt("GET", "/readyz", &[], None).is_ok_and(|reply| reply.status == 200) {
                return;
            }
            self.assert_alive("was ready", end);
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn assert_alive(&mut self, what: &str, end: Instant) {
        let status = self.running.as_mut().and_then(|running| running.child.try_wait().expect("its state"));
        if let Some(status) = status {
            // The readers may still be at the last lines.
            std::thread::sleep(Duration::from_millis(100));
            panic!("the server ended with {status} before it {what}:\n{}{}", self.stdout(), self.log());
        }
        assert!(Instant::now() < end, "the server never {what}:\n{}{}", self.stdout(), self.log());
    }

    fn stop_with(&mut self, name: &str, patience: Duration) -> ExitStatus {
        let mut running = self.running.take().expect("the server runs");
        signal(running.child.id(), name);
        let end = Instant::now() + patience;
        let status = loop {
            if let Some(status) = running.child.try_wait().expect("its state") {
                break status;
            }
            if Instant::now() >= end {
                running.end();
                panic!("the server did not stop within {patience:?} of SIG{name}:\n{}", self.log());
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        running.end();
        status
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.end();
        }
        if std::thread::panicking() {
            let log = self.log();
            let tail: Vec<&str> = log.lines().rev().take(40).collect();
            eprintln!("--- the last lines of the server's log:");
            for line in tail.iter().rev() {
                eprintln!("{line}");
            }
        }
    }
}

impl Running {
    fn end(mut self) {
        let _ = self.watchdog.kill();
        let _ = self.watchdog.wait();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A token in the form that the server gives out.
pub fn random_token() -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut rng = rand::rng();
    let body: String = (0..43).map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())])).collect();
    format!("cw_{body}")
}

fn find_url(text: &str) -> Option<String> {
    let start = text.find("http://")?;
    let rest = &text[start..];
    // Only a whole line can be trusted to hold a whole address.
    let end = rest.find(|c: char| c.is_whitespace())?;
    Some(rest[..end].trim_end_matches('/').to_owned())
}

fn collect(stream: impl Read + Send + 'static, output: Arc<Mutex<Output>>, part: fn(&mut Output) -> &mut String) {
    std::thread::spawn(move || {
        let mut reader = BufReader::new(stream);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            let text = String::from_utf8_lossy(&line).into_owned();
            part(&mut output.lock().expect("the output")).push_str(&text);
            line.clear();
        }
    });
}

fn watchdog(pid: u32) -> Child {
    Command::new("sh")
        .args(["-c", "read -r _; kill -9 \"$1\"", "sh", &pid.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("sh starts")
}

fn signal(pid: u32, name: &str) {
    let status = Command::new("kill").args(["-s", name, &pid.to_string()]).status().expect("kill runs");
    assert!(status.success(), "SIG{name} could not be sent to {pid}");
}

/// One sandbox for all test servers, beside the binary: making its machine code takes a while.
fn python_dir(binary: &Path) -> PathBuf {
    binary.parent().unwrap_or(Path::new(".")).join("python")
}
