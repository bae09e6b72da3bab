//! An instant model in the form of OpenAI's chat completions, and an instant tool, on one port.

use std::convert::Infallible;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::Failure;

/// Starts it and tells its address.
pub(crate) fn start() -> Result<String, Failure> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?.to_string();
    // A thread of its own, so that it does not wait for whoever asks it.
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move { serve(TcpListener::from_std(listener).expect("a listener")).await });
    });
    Ok(address)
}

async fn serve(listener: TcpListener) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        tokio::spawn(async move {
            let service = service_fn(|request: Request<Incoming>| async move {
                let is_model = request.uri().path().ends_with("/chat/completions");
                let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
                let answer = if is_model { answer(&body) } else { json!({"city": "Paris", "temperature": 21}) };
                let response = Response::builder().header("content-type", "application/json");
                Ok::<_, Infallible>(response.body(Full::new(Bytes::from(answer.to_string()))).expect("an answer"))
            });
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// First it calls its first tool, then it is done.
fn answer(body: &[u8]) -> Value {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let has_result = asked["messages"].as_array().is_some_and(|all| all.iter().any(|one| one["role"] == "tool"));
    let (message, reason) = if has_result {
        (json!({"role": "assistant", "content": "It is 21 degrees in Paris."}), "stop")
    } else {
        let function = json!({"name": asked["tools"][0]["function"]["name"], "arguments": "{\"city\":\"Paris\"}"});
        let calls = json!([{"id": "call_1", "type": "function", "function": function}]);
        (json!({"role": "assistant", "content": null, "tool_calls": calls}), "tool_calls")
    };
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": asked["model"],
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    })
}
