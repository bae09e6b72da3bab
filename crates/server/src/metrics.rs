//! Prometheus figures: of HTTP itself, and the page that shows all of them.

use std::{sync::OnceLock, time::Duration};

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use callwright_model::Fault;
use http::{HeaderValue, Method, StatusCode, header};
use metrics::{Counter, Histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{error::ApiError, state::ServerState};

/// The classes of status that are told apart.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Buckets for durations in seconds: from a tenth of a millisecond to half a minute.
const SECONDS: [f64; 16] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];

/// Installs the process's recorder; give the handle to [`crate::ServerOptions`].
///
/// # Errors
/// When a recorder is already installed.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .install_recorder()
}

/// The figures of one route, looked up once and then kept.
#[derive(Default)]
pub(crate) struct RouteMeter(OnceLock<Meters>);

struct Meters {
    duration: Histogram,
    answers: [Counter; CLASSES.len()],
}

impl RouteMeter {
    /// Counts one answer.
    pub(crate) fn record(&self, method: &Method, path: &str, status: StatusCode, took: Duration) {
        let meters = self.0.get_or_init(|| Meters::of(label(method, status), path));
        meters.duration.record(took.as_secs_f64());
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        meters.answers[class].increment(1);
    }
}

impl Meters {
    fn of(method: &'static str, path: &str) -> Self {
        let path = path.to_owned();
        Self {
            duration: metrics::histogram!(
                "callwright_http_request_duration_seconds", "method" => method, "path" => path.clone()
            ),
            answers: CLASSES.map(|class| {
                metrics::counter!(
                    "callwright_http_requests_total", "method" => method, "path" => path.clone(), "status" => class
                )
            }),
        }
    }
}

/// A route answers one method, and HEAD with GET; what answers 405 answers all the others.
fn label(method: &Method, status: StatusCode) -> &'static str {
    match *method {
        _ if status == StatusCode::METHOD_NOT_ALLOWED => "other",
        Method::GET | Method::HEAD => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(show))
}

/// The figures of this process, in Prometheus's text form.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "operation",
    responses(
        (status = 200, description = "Every figure", body = String, content_type = "text/plain"),
        (status = 404, description = "Figures are switched off", body = crate::error::ErrorBody),
    ),
    extensions(("x-right" = json!("public"))),
)]
async fn show(State(state): State<ServerState>) -> Result<Response, ApiError> {
    let handle = state.options.metrics.as_ref().ok_or_else(|| Fault::not_found("page", "/metrics"))?;
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, kind)], handle.render()).into_response())
}
