//! The server under test, with one read and one write tool behind a secret.

use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};

use crate::{Failure, process::Process};

/// The administrator's token of the server under test.
pub(crate) const TOKEN: &str = "bench-token-0123456789abcdef0123456789";

/// A running server with its tools.
pub(crate) struct Server {
    process: Process,
    data: tempfile::TempDir,
    /// From starting the process to its first answer.
    pub(crate) start_ms: f64,
}

impl Server {
    pub(crate) fn address(&self) -> &str {
        &self.process.address
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    pub(crate) fn data_dir(&self) -> &Path {
        self.data.path()
    }
}

/// Starts the server on an empty data directory, with the sandbox of `python`, and registers the tools.
pub(crate) async fn start(binary: &Path, python: &Path, upstream: &str) -> Result<Server, Failure> {
    let data = tempfile::tempdir_in(std::env::current_dir()?)?;
    let address = free_address()?;
    // Otherwise the server makes it while it is measured, for half a minute.
    let made = Command::new(binary).args(["python", "prepare", "--dir"]).arg(python).stdout(Stdio::null()).status()?;
    if !made.success() {
        return Err(format!("`{} python prepare` failed: {made}", binary.display()).into());
    }
    let began = Instant::now();
    let child = Command::new(binary)
        .arg("serve")
        .env("CALLWRIGHT_LISTEN", &address)
        .env("CALLWRIGHT_DATA_DIR", data.path())
        .env("CALLWRIGHT_PYTHON_DIR", python)
        .env("CALLWRIGHT_BOOTSTRAP_TOKEN", TOKEN)
        .env("CALLWRIGHT_OUTBOUND_ALLOW", "127.0.0.0/8")
        .env_remove("CALLWRIGHT_DATABASE_URL")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| {
            format!("`{}` does not start: {error}; build it with cargo build --release", binary.display())
        })?;
    let process = Process::new(child, address);
    while call(&process.address, "GET", "/readyz", None).await.is_err() {
        if began.elapsed() > Duration::from_secs(20) {
            return Err("the server did not become ready within 20 s".into());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let start_ms = began.elapsed().as_secs_f64() * 1_000.0;
    call(&process.address, "PUT", "/api/v1/secrets/BENCH_KEY", Some(json!({"value": "k-0123456789abcdef"}))).await?;
    for (name, effect) in [("read_invoice", "read"), ("create_invoice", "write")] {
        call(&process.address, "POST", "/api/v1/tools", Some(tool(name, effect, upstream))).await?;
    }
    Ok(Server { process, data, start_ms })
}

fn tool(name: &str, effect: &str, upstream: &str) -> Value {
    json!({
        "name": name, "kind": "http", "effect": effect, "description": "An invoice",
        "parameters": {
            "type": "object", "additionalProperties": false, "required": ["customer", "amount", "currency"],
            "properties": {
                "customer": {"type": "string", "pattern": "^cus_[0-9]+$", "maxLength": 64},
                "amount": {"type": "integer", "minimum": 1},
                "currency": {"type": "string", "enum": ["usd", "eur", "gbp"]},
                "note": {"type": "string", "maxLength": 500}
            }
        },
        "config": {"method": "POST", "url": format!("http://{upstream}/invoices"), "auth": {"type": "bearer", "token": "${BENCH_KEY}"}}
    })
}

/// One request, setting up; an answer outside 200 to 299 is an error.
async fn call(address: &str, method: &str, path: &str, body: Option<Value>) -> Result<Value, Failure> {
    let stream = tokio::net::TcpStream::connect(address).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", address)
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {TOKEN}"))
        .body(Full::new(Bytes::from(body.map(|body| body.to_string()).unwrap_or_default())))?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    let bytes = response.into_body().collect().await?.to_bytes();
    if !status.is_success() {
        return Err(format!("{method} {path}: {status} {}", String::from_utf8_lossy(&bytes)).into());
    }
    Ok(serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

/// A port of loopback that is free now.
pub(crate) fn free_address() -> Result<String, Failure> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// What one durable write of a page costs on the disk of the data directory, in microseconds.
pub(crate) fn one_commit(directory: &Path) -> Result<f64, Failure> {
    let mut file = std::fs::File::create(directory.join("fsync-probe"))?;
    let mut taken = Vec::with_capacity(200);
    for _ in 0..200 {
        let began = Instant::now();
        file.write_all(&[7u8; 4096])?;
        file.sync_data()?;
        taken.push(began.elapsed().as_secs_f64() * 1e6);
    }
    taken.sort_by(f64::total_cmp);
    Ok(taken[taken.len() / 2])
}
