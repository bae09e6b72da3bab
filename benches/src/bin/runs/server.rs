//! The server under test, with an agent for each kind of tool.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request,
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::{Failure, median};

const TOKEN: &str = "bench-token-0123456789abcdef0123456789";

/// A running server; it ends with this.
pub(crate) struct Server {
    child: Child,
    address: String,
    sender: Mutex<Option<SendRequest<Full<Bytes>>>>,
    _data: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts it with the instant model as its only provider.
pub(crate) async fn start(binary: &Path, model: &str, postgres: Option<&str>) -> Result<Server, Failure> {
    let data = tempfile::tempdir_in(concat!(env!("CARGO_MANIFEST_DIR"), "/target"))?;
    let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
    let mut command = Command::new(binary);
    command
        .arg("serve")
        .env("CALLWRIGHT_LISTEN", &address)
        .env("CALLWRIGHT_DATA_DIR", data.path())
        .env("CALLWRIGHT_BOOTSTRAP_TOKEN", TOKEN)
        .env("CALLWRIGHT_OUTBOUND_ALLOW", "127.0.0.0/8")
        .env("OPENAI_API_KEY", "sk-local")
        .env("OPENAI_BASE_URL", format!("http://{model}/v1"))
        .env_remove("CALLWRIGHT_DATABASE_URL")
        .stdout(Stdio::null())
        .env("CALLWRIGHT_LOG", "warn")
        .stderr(Stdio::inherit());
    if let Some(url) = postgres {
        command.env("CALLWRIGHT_DATABASE_URL", url);
    }
    let child = command.spawn().map_err(|error| format!("`{}` does not start: {error}", binary.display()))?;
    let server = Server { child, address, sender: Mutex::new(None), _data: data };
    let began = Instant::now();
    while server.call("GET", "/readyz", None).await.is_err() {
        if began.elapsed() > Duration::from_secs(20) {
            return Err("the server did not become ready within 20 s".into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for (agent, tool, effect, approval) in
        [("Reader", "lookup", "read", false), ("Writer", "note", "write", false), ("Waiter", "refund", "write", true)]
    {
        let tool_body = json!({
            "name": tool, "kind": "http", "effect": effect, "description": "A tool",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
            "config": {"method": "POST", "url": format!("http://{model}/{tool}")},
            "policy": {"approval": approval}
        });
        server.call("POST", "/api/v1/tools", Some(tool_body)).await?;
        let body = json!({"name": agent, "model": "gpt-4o", "instructions": "You are a weather assistant."});
        server.call("POST", "/api/v1/agents", Some(body)).await?;
        server.call("PUT", &format!("/api/v1/agents/{agent}/tools/{tool}"), Some(json!({}))).await?;
    }
    Ok(server)
}

impl Server {
    /// The median of `runs` runs of an agent, one after the other, in milliseconds.
    pub(crate) async fn round(&self, agent: &str, runs: usize) -> Result<f64, Failure> {
        let path = format!("/api/v1/agents/{agent}/runs");
        let mut taken = Vec::with_capacity(runs);
        for _ in 0..runs {
            let began = Instant::now();
            let run = self.call("POST", &path, Some(json!({"message": "Weather?", "wait_ms": 10_000}))).await?;
            taken.push(began.elapsed().as_secs_f64() * 1e3);
            if run["state"] != "completed" {
                return Err(format!("a run ended otherwise: {run}").into());
            }
        }
        Ok(median(&taken))
    }

    /// One request on the connection that is kept.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Result<Value, Failure> {
        let mut kept = self.sender.lock().await;
        let mut sender = match kept.take().filter(|sender| !sender.is_closed()) {
            Some(sender) => sender,
            None => {
                let stream = tokio::net::TcpStream::connect(&self.address).await?;
                stream.set_nodelay(true)?;
                let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
                tokio::spawn(connection);
                sender
            }
        };
        sender.ready().await?;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", &self.address)
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {TOKEN}"))
            .body(Full::new(Bytes::from(body.map(|body| body.to_string()).unwrap_or_default())))?;
        let response = sender.send_request(request).await?;
        let status = response.status();
        let bytes = response.into_body().collect().await?.to_bytes();
        *kept = Some(sender);
        if !status.is_success() {
            return Err(format!("{method} {path}: {status} {}", String::from_utf8_lossy(&bytes)).into());
        }
        Ok(serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// Resident memory.
    pub(crate) fn memory_mib(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
    }
}

/// The microseconds of the day of a time such as `2026-11-28T06:20:37.123456Z`: enough to tell two that are near apart.
pub(crate) fn micros(time: &Value) -> Result<i64, Failure> {
    let text = time.as_str().ok_or_else(|| format!("{time} is no time"))?;
    let clock = text.split('T').nth(1).ok_or("no time of the day")?.trim_end_matches('Z');
    let mut fields = clock.splitn(3, ':');
    let mut next = || fields.next().unwrap_or_default();
    let (hours, minutes, seconds): (f64, f64, f64) = (next().parse()?, next().parse()?, next().parse()?);
    Ok(((hours * 3_600.0 + minutes * 60.0 + seconds) * 1e6) as i64)
}
