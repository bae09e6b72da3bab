//! The server itself: accepting, bounded and drained connections.
//!
//! Only HTTP/1.1 is spoken; a proxy in front may speak what it likes to the world. Connections are served
//! by hyper directly, because `axum::serve` can bound neither the time for a request's head nor the
//! number of connections.

use std::{convert::Infallible, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use callwright_guard::relay::Relayed;
use callwright_runtime::App;
use http::header;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Service;

use crate::{
    linger::Lingering,
    meter::{Meter, Metered},
    router,
    state::{ServerOptions, ServerState},
};

/// The most bytes that the head of a request may have.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// How long accepting rests after an error such as too many open files.
const ACCEPT_REST: Duration = Duration::from_millis(100);
/// How often the figures are summed up, so that they do not pile up where nobody asks for them.
const UPKEEP: Duration = Duration::from_secs(5);

/// Serves until `shutdown` comes; then accepts nothing more, lets answers under way finish for at most
/// `options.drain`, and cuts what is left. The application itself is not stopped.
pub async fn serve(listener: TcpListener, app: App, options: ServerOptions, shutdown: impl Future<Output = ()>) {
    let state = ServerState::new(app, options);
    let router = router::build(state.clone());
    carry(listener, state, router, shutdown).await;
}

/// The same for a process that only works: it tells how it is, and its figures, and nothing else.
pub async fn serve_health(listener: TcpListener, app: App, options: ServerOptions, shutdown: impl Future<Output = ()>) {
    let state = ServerState::new(app, options);
    let router = router::build_health(state.clone());
    carry(listener, state, router, shutdown).await;
}

async fn carry(listener: TcpListener, state: ServerState, router: Router, shutdown: impl Future<Output = ()>) {
    let server =
        Server { router, http: http(&state.options), closing: state.closing.clone(), cut: CancellationToken::new() };
    let connections = TaskTracker::new();
    let upkeep = tokio::spawn(keep_up(state.clone()));
    accept_until(shutdown, listener, &server, &connections, state.options.max_connections).await;
    state.closing.cancel();
    connections.close();
    state.sockets.close();
    let drained = async {
        connections.wait().await;
        state.sockets.wait().await;
    };
    if tokio::time::timeout(state.options.drain, drained).await.is_err() {
        tracing::warn!(
            connections = connections.len(),
            sockets = state.sockets.len(),
            "connections were still open when the drain ended"
        );
        server.cut.cancel();
    }
    upkeep.abort();
}

/// What every connection needs.
#[derive(Clone)]
struct Server {
    router: Router,
    http: http1::Builder,
    closing: CancellationToken,
    cut: CancellationToken,
}

fn http(options: &ServerOptions) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(options.header_timeout).max_header_size(MAX_HEAD_BYTES);
    http
}

async fn accept_until(
    shutdown: impl Future<Output = ()>,
    listener: TcpListener,
    server: &Server,
    connections: &TaskTracker,
    max_connections: usize,
) {
    let open = metrics::gauge!("callwright_http_connections");
    let places = Arc::new(Semaphore::new(max_connections));
    let mut shutdown = pin!(shutdown);
    loop {
        let next = async {
            let place = places.clone().acquire_owned().await;
            (accept(&listener).await, place)
        };
        let ((stream, peer), place) = tokio::select! {
            () = &mut shutdown => return,
            next = next => next,
        };
        let (server, open) = (server.clone(), open.clone());
        // A handler that reads its request's body wakes the connection that it is part of; see `Relayed`.
        connections.spawn(Relayed::new(async move {
            open.increment(1.0);
            server.connection(stream, peer).await;
            open.decrement(1.0);
            drop(place);
        }));
    }
}

async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            // The client went away while it waited; the next one is already here.
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections");
                tokio::time::sleep(ACCEPT_REST).await;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

impl Server {
    async fn connection(self, stream: TcpStream, peer: SocketAddr) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        let router = self.router;
        let meter = Arc::new(Meter::default());
        let stream = Metered::new(stream, meter.clone());
        let service = service_fn(move |request: hyper::Request<Incoming>| {
            let waits = request.headers().contains_key(header::EXPECT);
            let mut request = request.map(|body| Body::new(Lingering::new(body, waits)));
            request.extensions_mut().insert(ConnectInfo(peer));
            if request.headers().contains_key(header::UPGRADE) {
                request.extensions_mut().insert(meter.clone());
            }
            let mut router = router.clone();
            async move { Ok::<_, Infallible>(into_ok(router.call(request).await)) }
        });
        let mut connection = pin!(self.http.serve_connection(TokioIo::new(stream), service).with_upgrades());
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = self.closing.cancelled() => {
                connection.as_mut().graceful_shutdown();
                tokio::select! {
                    ended = connection => ended,
                    () = self.cut.cancelled() => return,
                }
            }
        };
        if let Err(error) = ended {
            // A client that hangs up, or sends something that is not HTTP.
            tracing::debug!(%error, "connection ended");
        }
    }
}

fn into_ok<T>(result: Result<T, Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

async fn keep_up(state: ServerState) {
    let Some(handle) = &state.options.metrics else { return };
    let mut tick = tokio::time::interval(UPKEEP);
    loop {
        tick.tick().await;
        handle.run_upkeep();
    }
}
