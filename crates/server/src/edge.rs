//! The one layer around every route: request id, span, panics, error envelopes, common headers, metrics.
//!
//! Each further layer costs every request an allocation and a clone of the service below it, so there is
//! one. The span and the line at its end are at level DEBUG (target `callwright::http`): at INFO they would
//! cost more than the rest of this file; the execution's own record says the same of every call.

use std::{
    any::Any,
    convert::Infallible,
    panic::AssertUnwindSafe,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request},
    response::Response,
};
use callwright_model::{Fault, FaultKind, IdSource};
use futures_util::FutureExt;
use http::{HeaderValue, Method, StatusCode, header};
use tower::{Layer, Service};
use tracing::{Instrument, Span, field};

use crate::{
    error::{Refusal, is_guide, write_envelope, write_guide_envelope},
    metrics::RouteMeter,
    request_id::{self, X_REQUEST_ID},
};

/// Puts [`Edge`] around a service.
#[derive(Clone)]
pub(crate) struct EdgeLayer {
    ids: IdSource,
}

impl EdgeLayer {
    pub(crate) fn new(ids: IdSource) -> Self {
        Self { ids }
    }
}

impl<S> Layer<S> for EdgeLayer {
    type Service = Edge<S>;

    fn layer(&self, inner: S) -> Edge<S> {
        Edge { inner, route: Arc::new(Route { ids: self.ids.clone(), meter: RouteMeter::default() }) }
    }
}

/// A route with what every route has around it.
#[derive(Clone)]
pub(crate) struct Edge<S> {
    inner: S,
    route: Arc<Route>,
}

struct Route {
    ids: IdSource,
    meter: RouteMeter,
}

/// What is known of a request before it is answered.
struct Asked {
    method: Method,
    path: Option<MatchedPath>,
    is_guide: bool,
    id: HeaderValue,
    at: Instant,
}

impl<S> Service<Request> for Edge<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let asked = Asked {
            method: request.method().clone(),
            path: request.extensions().get::<MatchedPath>().cloned(),
            is_guide: is_guide(request.uri().path()),
            id: request_id::ensure(request.headers_mut(), &self.route.ids),
            at: Instant::now(),
        };
        let span = asked.span();
        let answering = AssertUnwindSafe(self.inner.call(request)).catch_unwind();
        let route = self.route.clone();
        Box::pin(async move {
            let response = match answering.instrument(span.clone()).await {
                Ok(Ok(response)) => response,
                Ok(Err(never)) => match never {},
                Err(panic) => refuse(panicked(&*panic)),
            };
            Ok(span.in_scope(|| asked.finish(response, &route)))
        })
    }
}

impl Asked {
    fn path(&self) -> &str {
        self.path.as_ref().map_or("unmatched", MatchedPath::as_str)
    }

    fn id(&self) -> &str {
        self.id.to_str().unwrap_or_default()
    }

    fn span(&self) -> Span {
        tracing::debug_span!(
            target: "callwright::http",
            "request",
            otel.name = %format_args!("{} {}", self.method, self.path()),
            otel.kind = "server",
            method = %self.method,
            path = self.path(),
            request_id = self.id(),
            status = field::Empty,
            duration_ms = field::Empty,
            org_id = field::Empty,
            user_id = field::Empty,
        )
    }

    fn finish(self, mut response: Response, route: &Route) -> Response {
        if response.status().is_client_error() || response.status().is_server_error() {
            self.explain(&mut response);
        }
        let took = self.at.elapsed();
        let status = response.status();
        route.meter.record(&self.method, self.path(), status, took);
        self.trace(status, took);
        let headers = response.headers_mut();
        headers.insert(X_REQUEST_ID, self.id);
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
        response
    }

    /// Gives an error answer its envelope, and the log what the client is not told.
    fn explain(&self, response: &mut Response) {
        let refusal = response.extensions_mut().remove::<Refusal>();
        if let Some(Refusal(fault)) = refusal {
            self.log(&fault);
            self.write(response, &fault);
        } else if !is_json(response) && !is_page(response) {
            // A refusal of axum itself, for example of a request that should have been a WebSocket.
            self.write(response, &unnamed(response.status()));
        }
    }

    fn write(&self, response: &mut Response, fault: &Fault) {
        if self.is_guide {
            write_guide_envelope(response, fault);
        } else {
            write_envelope(response, fault, &self.id);
        }
    }

    fn log(&self, fault: &Fault) {
        match fault.kind {
            FaultKind::Internal => tracing::error!(
                target: "callwright::http",
                request_id = self.id(), method = %self.method, path = self.path(), error = ?fault, "request failed"
            ),
            FaultKind::Unavailable => tracing::warn!(
                target: "callwright::http",
                request_id = self.id(), method = %self.method, path = self.path(), error = ?fault, "request not served"
            ),
            _ => tracing::debug!(target: "callwright::http", request_id = self.id(), error = ?fault, "request refused"),
        }
    }

    fn trace(&self, status: StatusCode, took: Duration) {
        let span = Span::current();
        if span.is_disabled() {
            return;
        }
        span.record("status", status.as_u16());
        span.record("duration_ms", took.as_secs_f64() * 1000.0);
        tracing::debug!(target: "callwright::http", status = status.as_u16(), "request answered");
    }
}

/// An answer that carries `fault` and has no body yet.
fn refuse(fault: Fault) -> Response {
    axum::response::IntoResponse::into_response(crate::error::ApiError(fault))
}

fn panicked(panic: &(dyn Any + Send)) -> Fault {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "of an unknown kind".to_owned());
    Fault::internal(format!("panic: {text}"))
}

/// Whether an answer is a page of ours, which says in words what is wrong.
fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

fn is_json(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

fn unnamed(status: StatusCode) -> Fault {
    let code = match status {
        StatusCode::NOT_FOUND => "not_found",
        StatusCode::UPGRADE_REQUIRED => "upgrade_required",
        _ if status.is_client_error() => "malformed_request",
        _ => "internal",
    };
    let reason = status.canonical_reason().unwrap_or("the request was refused");
    Fault::new(FaultKind::Invalid, code, reason.to_lowercase())
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, routing::get};
    use tower::ServiceExt;

    use super::*;
    use crate::error::ApiError;

    async fn fail() {
        panic!("on purpose")
    }

    async fn ask(path: &str) -> (StatusCode, http::HeaderMap, serde_json::Value) {
        let router = Router::new()
            .route("/panic", get(fail))
            .route("/fault", get(|| async { Err::<(), _>(ApiError(Fault::not_found("tool", "x"))) }))
            .route("/plain", get(|| async { (StatusCode::BAD_REQUEST, "not for machines") }))
            .route("/ok", get(|| async { "ok" }))
            .layer(EdgeLayer::new(IdSource::default()));
        let request = Request::get(path).header(X_REQUEST_ID, "mine").body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let (parts, mut body) = response.into_parts();
        let body = crate::body::collect(&mut body, 10_000).await.unwrap();
        (parts.status, parts.headers, serde_json::from_slice(&body).unwrap_or_default())
    }

    #[tokio::test]
    async fn every_error_has_an_envelope_with_the_request_id() {
        for (path, status, code) in [
            ("/panic", StatusCode::INTERNAL_SERVER_ERROR, "internal"),
            ("/fault", StatusCode::NOT_FOUND, "not_found"),
            ("/plain", StatusCode::BAD_REQUEST, "malformed_request"),
        ] {
            let (got, headers, body) = ask(path).await;
            assert_eq!(got, status, "{path}");
            assert_eq!(headers[X_REQUEST_ID], "mine");
            assert_eq!(body["error"]["code"], code, "{path}");
            assert_eq!(body["error"]["request_id"], "mine");
            assert!(!body.to_string().contains("on purpose"), "a panic's text is not for the client");
        }
    }

    #[tokio::test]
    async fn every_answer_is_named_and_kept_out_of_caches() {
        let (status, headers, _) = ask("/ok").await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[X_REQUEST_ID], "mine");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
}
