//! Faults become HTTP answers here, and nowhere else.
//!
//! A handler's [`ApiError`] travels as an empty answer with the fault attached; the outermost layer
//! ([`crate::edge`]), which knows the request's id, writes the envelope:
//! `{"error": {"code", "message", "details", "request_id"}}`.

use std::sync::Arc;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use callwright_model::{Fault, FaultKind};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A fault on its way to the client.
#[derive(Debug)]
pub struct ApiError(pub Fault);

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = status(&self.0).into_response();
        response.extensions_mut().insert(Refusal(Arc::new(self.0)));
        response
    }
}

/// The body of every answer that is an error.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ErrorDetail,
}

/// What went wrong with a request.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorDetail {
    /// A stable name such as `idempotency_key_reused`.
    pub code: String,
    /// What happened and what to do about it.
    pub message: String,
    /// Structured detail, for example `{"field": "config.url"}`.
    #[schema(value_type = Option<Object>)]
    pub details: Option<Value>,
    /// The request's id, as in the header `X-Request-Id`; the server's log has it too.
    pub request_id: String,
}

/// The body of every answer that is an error, on the paths of the agent guide.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = guide::Error)]
pub struct GuideErrorBody {
    /// The status of the answer, as a text.
    #[schema(example = "404")]
    pub response: String,
    /// What happened and what to do about it.
    pub error: String,
}

/// Whether a path is one of the agent guide, whose errors have its form.
pub(crate) fn is_guide(path: &str) -> bool {
    ["/agents", "/jobs"]
        .iter()
        .any(|own| path.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

/// The status on the paths of the agent guide, which knows no 422.
pub(crate) fn guide_status(status: StatusCode) -> StatusCode {
    if status == StatusCode::UNPROCESSABLE_ENTITY { StatusCode::BAD_REQUEST } else { status }
}

/// The status of the guide's answer about a tool that was tried and failed.
pub(crate) const TRIAL_FAILED: StatusCode = StatusCode::BAD_REQUEST;

/// A fault attached to the answer it became.
#[derive(Debug, Clone)]
pub(crate) struct Refusal(pub(crate) Arc<Fault>);

/// The status of the answer that a fault deserves. A few codes are finer than their kind.
pub fn status(fault: &Fault) -> StatusCode {
    match fault.code {
        "malformed_request" => return StatusCode::BAD_REQUEST,
        "unsupported_media_type" => return StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "method_not_allowed" => return StatusCode::METHOD_NOT_ALLOWED,
        "request_timeout" => return StatusCode::REQUEST_TIMEOUT,
        _ => {}
    }
    match fault.kind {
        FaultKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        FaultKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        FaultKind::Forbidden => StatusCode::FORBIDDEN,
        FaultKind::Unpaid => StatusCode::PAYMENT_REQUIRED,
        FaultKind::NotFound => StatusCode::NOT_FOUND,
        FaultKind::Gone => StatusCode::GONE,
        FaultKind::Conflict => StatusCode::CONFLICT,
        FaultKind::Limited => StatusCode::TOO_MANY_REQUESTS,
        FaultKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        FaultKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        FaultKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The request could not be read at all: not JSON, not UTF-8, a header that makes no sense.
pub fn malformed(message: impl Into<String>) -> Fault {
    Fault::new(FaultKind::Invalid, "malformed_request", message)
}

/// Writes the envelope of `fault` into `response`, which keeps its headers.
pub(crate) fn write_envelope(response: &mut Response, fault: &Fault, request_id: &HeaderValue) {
    let body = ErrorBody {
        error: ErrorDetail {
            code: fault.code.to_owned(),
            message: fault.message.clone(),
            details: fault.details.clone(),
            request_id: request_id.to_str().unwrap_or_default().to_owned(),
        },
    };
    write(response, fault, &body);
}

/// The same in the agent guide's form. The request's id is in the header.
pub(crate) fn write_guide_envelope(response: &mut Response, fault: &Fault) {
    let status = guide_status(response.status());
    *response.status_mut() = status;
    let body = GuideErrorBody { response: status.as_str().to_owned(), error: fault.message.clone() };
    write(response, fault, &body);
}

fn write(response: &mut Response, fault: &Fault, body: &impl Serialize) {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.remove(header::CONTENT_LENGTH);
    if fault.kind == FaultKind::Unauthenticated {
        headers.entry(header::WWW_AUTHENTICATE).or_insert(HeaderValue::from_static("Bearer"));
    }
    if let Some(seconds) = retry_after_seconds(fault) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    *response.body_mut() = Body::from(serde_json::to_vec(body).unwrap_or_default());
}

/// `Retry-After` is told in the details as `retry_after_ms`; the header rounds up to whole seconds.
fn retry_after_seconds(fault: &Fault) -> Option<u64> {
    let ms = fault.details.as_ref()?.get("retry_after_ms")?.as_u64()?;
    Some(ms.div_ceil(1000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_carries_the_request_id_and_tells_when_to_come_back() {
        let fault = Fault::new(FaultKind::Limited, "too_many_attempts", "wait")
            .with_details(serde_json::json!({"retry_after_ms": 1500}))
            .with_source("for the log only");
        let mut response = ApiError(fault).into_response();
        let fault = response.extensions_mut().remove::<Refusal>().unwrap().0;
        write_envelope(&mut response, &fault, &HeaderValue::from_static("abc"));
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers()[header::RETRY_AFTER], "2");
    }

    #[test]
    fn the_guides_errors_have_its_form_and_its_statuses() {
        let mut response = ApiError(Fault::invalid("name", "too long")).into_response();
        write_guide_envelope(&mut response, &Fault::invalid("name", "too long"));
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        for (path, expected) in [
            ("/agents", true),
            ("/agents/tools/x", true),
            ("/agentsx", false),
            ("/api/v1/agents", false),
            ("/jobs/status/recent", true),
        ] {
            assert_eq!(is_guide(path), expected, "{path}");
        }
    }

    #[test]
    fn a_request_that_cannot_be_read_is_400_and_one_with_a_wrong_field_422() {
        assert_eq!(status(&malformed("not JSON")), StatusCode::BAD_REQUEST);
        assert_eq!(status(&Fault::invalid("name", "too long")), StatusCode::UNPROCESSABLE_ENTITY);
    }
}
