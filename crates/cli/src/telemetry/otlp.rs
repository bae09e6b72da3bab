//! Spans to an OpenTelemetry collector: OTLP over HTTP, protobuf, in batches from a thread of its own.
//!
//! The collector is the operator's own machine, named in the operator's settings, and no tool can reach it through
//! here; so it is exempt from the outbound guard, which would refuse a collector on loopback.

use std::time::Duration;

use bytes::Bytes;
use opentelemetry::KeyValue;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use url::Url;

use crate::failure::Failure;

/// A collector that takes longer loses the batch.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A provider whose spans go to `endpoint`.
pub(super) fn provider(endpoint: &Url) -> Result<SdkTracerProvider, Failure> {
    let traces = format!("{}/v1/traces", endpoint.as_str().trim_end_matches('/'));
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Client::new())
        .with_endpoint(traces)
        .with_timeout(TIMEOUT)
        .build()
        .map_err(|error| Failure::new(format!("the setting `otlp_endpoint` cannot be used: {error}")))?;
    let resource = Resource::builder()
        .with_service_name("callwright")
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}

/// Blocking on purpose: the batch exporter calls it from its own thread and waits.
#[derive(Debug)]
struct Client(ureq::Agent);

impl Client {
    fn new() -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(TIMEOUT))
            .build();
        Self(config.into())
    }
}

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (parts, body) = request.into_parts();
        let mut answer = self.0.run(http::Request::from_parts(parts, body.to_vec()))?;
        let status = answer.status();
        let body = answer.body_mut().with_config().limit(1 << 20).read_to_vec()?;
        Ok(Response::builder().status(status).body(body.into())?)
    }
}
