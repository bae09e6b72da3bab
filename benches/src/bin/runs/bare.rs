//! The calls that a run makes, and nothing else.

use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::json;

use crate::{Failure, median};

/// The median of `runs` times two answers and one call, in milliseconds.
pub(crate) async fn round(address: &str, runs: usize) -> Result<f64, Failure> {
    let stream = tokio::net::TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let tools = json!([{"type": "function", "function": {"name": "lookup", "parameters": {"type": "object"}}}]);
    let first = json!({"model": "gpt-4o", "tools": tools, "messages": [{"role": "user", "content": "Weather?"}]});
    let mut second = first.clone();
    second["messages"] = json!([{"role": "user", "content": "Weather?"}, {"role": "tool", "content": "21"}]);
    let calls =
        [("/v1/chat/completions", first), ("/lookup", json!({"city": "Paris"})), ("/v1/chat/completions", second)];
    let mut taken = Vec::with_capacity(runs);
    for _ in 0..runs {
        let began = Instant::now();
        for (path, body) in &calls {
            let request = Request::post(*path).header("host", address).header("content-type", "application/json");
            sender.ready().await?;
            let response = sender.send_request(request.body(Full::new(Bytes::from(body.to_string())))?).await?;
            response.into_body().collect().await?;
        }
        taken.push(began.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(&taken))
}
