//! What stands beside the server under test: a tiny upstream and a bare proxy.

use std::convert::Infallible;

use axum::{Router, body::Body, extract::State, response::IntoResponse};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response, StatusCode, body::Incoming, service::service_fn};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use tokio::net::TcpListener;

use crate::Failure;

const ANSWER: &[u8] = br#"{"ok":true,"id":"inv_1001","customer":"cus_42","amount":1999,"currency":"usd","status":"paid","items":[{"sku":"A1","qty":2},{"sku":"B7","qty":1}]}"#;

/// Answers every request with the same JSON; prints its address first.
pub(crate) async fn upstream(listen: &str) -> Result<(), Failure> {
    let listener = TcpListener::bind(listen).await?;
    println!("{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(async move {
            let service = service_fn(|request: Request<Incoming>| async move {
                // The body is read to its end, as a real upstream would.
                let _ = request.into_body().collect().await;
                let response = Response::builder()
                    .header("content-type", "application/json")
                    .body(Full::new(Bytes::from_static(ANSWER)));
                Ok::<_, Infallible>(response.expect("a fixed response is valid"))
            });
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

#[derive(Clone)]
struct Proxy {
    upstream: String,
    client: Client<HttpConnector, Body>,
}

/// Passes every request on and the answer back; prints its address first.
pub(crate) async fn proxy(listen: &str, upstream: &str) -> Result<(), Failure> {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new()).build(connector);
    let app = Router::new().fallback(pass_on).with_state(Proxy { upstream: format!("http://{upstream}"), client });
    let listener = TcpListener::bind(listen).await?;
    println!("{}", listener.local_addr()?);
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, app).await?;
    Ok(())
}

async fn pass_on(State(proxy): State<Proxy>, mut request: axum::extract::Request) -> axum::response::Response {
    let uri = format!("{}{}", proxy.upstream, request.uri().path()).parse();
    let Ok(uri) = uri else { return StatusCode::BAD_REQUEST.into_response() };
    *request.uri_mut() = uri;
    match proxy.client.request(request).await {
        Ok(response) => response.map(Body::new),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}
