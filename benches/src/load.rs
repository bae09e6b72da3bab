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
const WARM_UP: Duration = Duration::from_millis(700);
const ARGUMENTS: &str = r#"{"customer":"cus_42","amount":1999,"currency":"usd","note":"two widgets"}"#;

/// Something to drive.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    address: String,
    path: String,
    body: Bytes,
    pid: u32,
}

impl Target {
    /// The bare proxy, with the arguments as its body.
    pub(crate) fn proxy(process: &Process) -> Self {
        Self {
            name: "proxy",
            address: process.address.clone(),
            path: "/invoices".to_owned(),
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
            body: Bytes::from(format!(r#"{{"arguments":{ARGUMENTS}}}"#)),
            pid: server.pid(),
        }
    }

    fn request(&self) -> Request<Full<Bytes>> {
        Request::post(&self.path)
            .header("host", &self.address)
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {TOKEN}"))
            .body(Full::new(self.body.clone()))
            .expect("the request is valid")
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
    for _ in 0..count {
        let mut sender = connect(&target.address).await?;
        let (request, tally) = (target.request(), tally.clone());
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
