//! A closed loop of keep-alive connections; every answer is checked.

use std::{
    cell::RefCell,
    rc::Rc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use hdrhistogram::Histogram;
use http_body_util::{BodyExt, Full};
use hyper::{
    Request,
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;

use crate::{
    Failure,
    process::{self, Process},
    server::{Server, TOKEN},
};

/// What every right answer contains.
const EXPECTED: &[u8] = b"inv_1001";
/// An answer that takes longer is none.
const LONGEST: Duration = Duration::from_secs(15);
const WARM_UP: Duration = Duration::from_millis(700);
const ARGUMENTS: &str = r#"{"customer":"cus_42","amount":1999,"currency":"usd","note":"two widgets"}"#;
const MCP_ACCEPT: &str = "application/json, text/event-stream";
const CLIENT: &str = r#"{"name":"bench","version":"1"}"#;

/// Something to drive.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    address: String,
    path: String,
    token: String,
    headers: Vec<(&'static str, String)>,
    body: Bytes,
    pid: u32,
}

/// The revision of MCP that knows no sessions.
const STATELESS: &str = "2026-07-28";
/// The newest of those that do.
const IN_SESSION: &str = "2025-11-25";

impl Target {
    /// The bare proxy, with the arguments as its body.
    pub(crate) fn proxy(process: &Process) -> Self {
        Self {
            name: "proxy",
            address: process.address.clone(),
            path: "/invoices".to_owned(),
            token: TOKEN.to_owned(),
            headers: Vec::new(),
            body: Bytes::from_static(ARGUMENTS.as_bytes()),
            pid: process.pid(),
        }
    }

    /// A tool by REST.
    pub(crate) fn tool(server: &Server, tool: &str, name: &'static str) -> Self {
        Self {
            name,
            address: server.address().to_owned(),
            path: format!("/api/v1/tools/{tool}/call"),
            token: TOKEN.to_owned(),
            headers: Vec::new(),
            body: Bytes::from(format!(r#"{{"arguments":{ARGUMENTS}}}"#)),
            pid: server.pid(),
        }
    }

    /// The same tool by MCP, without sessions.
    pub(crate) fn mcp(server: &Server, tool: &str, name: &'static str) -> Self {
        let meta = format!(
            r#"{{"io.modelcontextprotocol/protocolVersion":"{STATELESS}","io.modelcontextprotocol/clientInfo":{CLIENT},"io.modelcontextprotocol/clientCapabilities":{{}}}}"#
        );
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{ARGUMENTS},"_meta":{meta}}}}}"#
        );
        Self {
            name,
            address: server.address().to_owned(),
            path: "/mcp".to_owned(),
            token: TOKEN.to_owned(),
            headers: vec![
                ("accept", MCP_ACCEPT.to_owned()),
                ("mcp-protocol-version", STATELESS.to_owned()),
                ("mcp-method", "tools/call".to_owned()),
                ("mcp-name", tool.to_owned()),
            ],
            body: body.into(),
            pid: server.pid(),
        }
    }

    /// A tool by MCP in a session, of ours or of a peer's; [`Session::begin`] begins it.
    pub(crate) fn mcp_session(address: &str, path: &str, pid: u32, tool: &str, name: &'static str) -> Session {
        let target = Self {
            name,
            address: address.to_owned(),
            path: path.to_owned(),
            token: TOKEN.to_owned(),
            headers: vec![("accept", MCP_ACCEPT.to_owned())],
            body: Bytes::new(),
            pid,
        };
        Session { target, tool: tool.to_owned(), arguments: ARGUMENTS.to_owned() }
    }

    /// The request of one of the connections; in a session no two that are under way have one id.
    fn request(&self, connection: usize) -> Request<Full<Bytes>> {
        let mut request = Request::post(&self.path)
            .header("host", &self.address)
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {}", self.token));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let body = match self.path.trim_end_matches('/') {
            "/mcp" => {
                let id = format!(r#"{{"jsonrpc":"2.0","id":{},"#, connection + 1);
                String::from_utf8_lossy(&self.body).replacen(r#"{"jsonrpc":"2.0","id":1,"#, &id, 1).into()
            }
            _ => self.body.clone(),
        };
        request.body(Full::new(body)).expect("the request is valid")
    }
}

/// A session that is to be begun.
pub(crate) struct Session {
    target: Target,
    tool: String,
    arguments: String,
}

impl Session {
    /// With another token than ours.
    pub(crate) fn with_token(mut self, token: &str) -> Self {
        self.target.token = token.to_owned();
        self
    }

    /// With its arguments under `body`.
    pub(crate) fn wrapped(mut self) -> Self {
        self.arguments = format!(r#"{{"body":{ARGUMENTS}}}"#);
        self
    }

    /// `initialize` and `notifications/initialized`; then the target calls the tool.
    pub(crate) async fn begin(self) -> Result<Target, Failure> {
        let Self { mut target, tool, arguments } = self;
        target.body = format!(
            r#"{{"jsonrpc":"2.0","id":0,"method":"initialize","params":{{"protocolVersion":"{IN_SESSION}","capabilities":{{}},"clientInfo":{CLIENT}}}}}"#
        )
        .into();
        let mut sender = connect(&target.address).await?;
        let response = sender.send_request(target.request(0)).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            let words = String::from_utf8_lossy(&bytes).into_owned();
            return Err(format!("{}: initialize: {status} {words}", target.name).into());
        }
        target.headers.push(("mcp-protocol-version", IN_SESSION.to_owned()));
        // A server may do without.
        if let Some(id) = headers.get("mcp-session-id").and_then(|id| id.to_str().ok()) {
            target.headers.push(("mcp-session-id", id.to_owned()));
        }
        target.body = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#.into();
        sender.ready().await?;
        let response = sender.send_request(target.request(0)).await?;
        response.into_body().collect().await?;
        target.body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{tool}","arguments":{arguments}}}}}"#
        )
        .into();
        Ok(target)
    }
}

/// What one measurement came to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) per_second: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    pub(crate) cpu_us: f64,
}

struct Tally {
    histogram: Histogram<u64>,
    wrong: Option<String>,
}

/// Drives `target` with `count` connections for `span`, after a warm-up.
pub(crate) async fn drive(target: &Target, count: usize, span: Duration) -> Result<Sample, Failure> {
    let tally = Rc::new(RefCell::new(Tally { histogram: Histogram::new_with_bounds(1, 60_000_000, 3)?, wrong: None }));
    let start = Instant::now() + WARM_UP;
    let end = start + span;
    let local = tokio::task::LocalSet::new();
    for connection in 0..count {
        let mut sender = connect(&target.address).await?;
        let (request, tally) = (target.request(connection), tally.clone());
        local.spawn_local(async move {
            while Instant::now() < end && tally.borrow().wrong.is_none() {
                let began = Instant::now();
                let answer = once(&mut sender, request.clone()).await;
                let now = Instant::now();
                let mut tally = tally.borrow_mut();
                match answer {
                    Ok(()) if began >= start && now <= end => {
                        let _ = tally.histogram.record(now.duration_since(began).as_micros() as u64);
                    }
                    Ok(()) => {}
                    Err(error) => tally.wrong = Some(error.to_string()),
                }
            }
        });
    }
    let cpu = Rc::new(RefCell::new((0.0, 0.0)));
    local.spawn_local({
        let (cpu, pid) = (cpu.clone(), target.pid);
        async move {
            tokio::time::sleep_until(start.into()).await;
            cpu.borrow_mut().0 = process::cpu_seconds(pid);
            tokio::time::sleep_until(end.into()).await;
            cpu.borrow_mut().1 = process::cpu_seconds(pid);
        }
    });
    local.await;
    let tally = tally.borrow();
    if let Some(wrong) = &tally.wrong {
        return Err(format!("{}: {wrong}", target.name).into());
    }
    let calls = tally.histogram.len().max(1) as f64;
    let (before, after) = *cpu.borrow();
    Ok(Sample {
        per_second: calls / span.as_secs_f64(),
        p50_us: tally.histogram.value_at_quantile(0.5) as f64,
        p99_us: tally.histogram.value_at_quantile(0.99) as f64,
        cpu_us: (after - before) * 1e6 / calls,
    })
}

async fn connect(address: &str) -> Result<SendRequest<Full<Bytes>>, Failure> {
    let stream = tokio::net::TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

async fn once(sender: &mut SendRequest<Full<Bytes>>, request: Request<Full<Bytes>>) -> Result<(), Failure> {
    let answered = tokio::time::timeout(LONGEST, ask(sender, request));
    answered.await.map_err(|_| format!("no answer within {LONGEST:?}"))?
}

async fn ask(sender: &mut SendRequest<Full<Bytes>>, request: Request<Full<Bytes>>) -> Result<(), Failure> {
    sender.ready().await?;
    let response = sender.send_request(request).await?;
    let status = response.status();
    let bytes = response.into_body().collect().await?.to_bytes();
    if status.is_success() && bytes.windows(EXPECTED.len()).any(|window| window == EXPECTED) {
        return Ok(());
    }
    let excerpt = String::from_utf8_lossy(&bytes[..bytes.len().min(300)]).into_owned();
    Err(format!("wrong answer: {status} {excerpt}").into())
}
