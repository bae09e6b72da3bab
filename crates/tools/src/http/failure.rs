//! What went wrong, in three languages: the gate's, the model's and the log's.

use std::time::Duration;

use callwright_guard::{Answer, Redactor, SendError, SendErrorKind};
use callwright_model::{ErrorClass, Timestamp, ToolError};
use http::header;
use serde_json::{Value, json};

use super::response;
use crate::{
    backoff,
    gate::{Failure, Trouble},
};

/// The most characters of an upstream's answer in a message.
const MAX_EXCERPT: usize = 500;

/// A sending that did not succeed.
#[derive(Debug, Clone)]
pub(crate) struct Failed {
    /// For the gate.
    pub(crate) failure: Failure,
    /// For the model.
    pub(crate) error: ToolError,
    /// The upstream's status, when one came.
    pub(crate) status: Option<u16>,
    /// When the upstream says to come back.
    pub(crate) retry_after: Option<Duration>,
}

impl Failed {
    /// No whole answer came.
    pub(crate) fn from_send(error: &SendError, hide: &Redactor) -> Self {
        use SendErrorKind as Kind;
        let (trouble, class, code) = match error.kind {
            Kind::Blocked => (None, ErrorClass::PermissionError, "outbound_blocked"),
            Kind::Scheme => (None, ErrorClass::PermissionError, "url_refused"),
            Kind::TooManyRedirects => (None, ErrorClass::UpstreamError, "too_many_redirects"),
            Kind::Dns => (Some(Trouble::Network), ErrorClass::NetworkError, "dns_failed"),
            Kind::Connect => (Some(Trouble::Network), ErrorClass::NetworkError, "connect_failed"),
            Kind::Tls => (Some(Trouble::Network), ErrorClass::NetworkError, "tls_failed"),
            Kind::Reset => (Some(Trouble::Network), ErrorClass::NetworkError, "connection_reset"),
            Kind::ConnectTimeout => (Some(Trouble::Timeout), ErrorClass::TimeoutError, "connect_timeout"),
            Kind::ReadTimeout => (Some(Trouble::Timeout), ErrorClass::TimeoutError, "read_timeout"),
            Kind::DeadlineExceeded => (Some(Trouble::Timeout), ErrorClass::TimeoutError, "deadline_exceeded"),
            Kind::TooLarge => (Some(Trouble::BadAnswer), ErrorClass::UpstreamError, "answer_too_large"),
            Kind::BadEncoding | Kind::BadResponse => {
                (Some(Trouble::BadAnswer), ErrorClass::UpstreamError, "bad_answer")
            }
        };
        let failure = match trouble {
            None => Failure::Refused,
            Some(trouble) if error.maybe_sent => Failure::MaybeSent(trouble),
            Some(trouble) => Failure::NotSent(trouble),
        };
        let error = ToolError::new(class, code, hide.text(&error.message));
        Self { failure, error, status: None, retry_after: None }
    }

    /// Somebody stopped the execution when `when` was the case; `maybe_sent` tells whether it may have acted.
    pub(crate) fn cancelled(maybe_sent: bool, when: &str) -> Self {
        let failure = if maybe_sent { Failure::MaybeSent } else { Failure::NotSent };
        let error =
            ToolError::new(ErrorClass::Cancelled, "cancelled", format!("the execution was cancelled when {when}"));
        Self { failure: failure(Trouble::Cancelled), error, status: None, retry_after: None }
    }

    /// There is no access token, so nothing was sent to the upstream itself.
    pub(crate) fn without_token(error: ToolError) -> Self {
        let failure = match error.class {
            ErrorClass::NetworkError => Failure::NotSent(Trouble::Network),
            ErrorClass::TimeoutError => Failure::NotSent(Trouble::Timeout),
            ErrorClass::Cancelled => Failure::NotSent(Trouble::Cancelled),
            // A token server that refuses will refuse again.
            _ => Failure::Refused,
        };
        Self { failure, error, status: None, retry_after: None }
    }

    /// The caller's time was over before the guard said anything.
    pub(crate) fn out_of_time(maybe_sent: bool) -> Self {
        let trouble = if maybe_sent { Failure::MaybeSent } else { Failure::NotSent };
        let error =
            ToolError::new(ErrorClass::TimeoutError, "deadline_exceeded", "the time for the whole request is over");
        Self { failure: trouble(Trouble::Timeout), error, status: None, retry_after: None }
    }

    /// The upstream answered with a status that does not mean success.
    pub(crate) fn from_answer(answer: &Answer, now: Timestamp, hide: &Redactor) -> Self {
        let status = answer.status.as_u16();
        let retry_after = answer.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|value| backoff::retry_after(value, now));
        let words = words(answer, hide);
        let said = words.as_deref().map(|words| format!(": {words}")).unwrap_or_default();
        let (class, what) = match status {
            300..400 => (ErrorClass::UpstreamError, "the upstream redirects, and that is not followed"),
            400 | 422 => (ErrorClass::ValidationError, "the upstream does not accept the request"),
            401 => (ErrorClass::AuthError, "the upstream does not accept our credentials"),
            403 => (ErrorClass::AuthError, "the upstream does not allow this with our credentials"),
            404 => (ErrorClass::NotFound, "the upstream does not have what was asked for"),
            408 => (ErrorClass::TimeoutError, "the upstream waited too long for the request"),
            409 => (ErrorClass::UpstreamError, "the request conflicts with the upstream's state"),
            429 => (ErrorClass::RateLimitError, "the upstream asks to slow down"),
            500.. => (ErrorClass::UpstreamError, "the upstream failed"),
            _ => (ErrorClass::UpstreamError, "the upstream refuses the request"),
        };
        let mut details = json!({ "status": status });
        if let Some(words) = words {
            details["body"] = Value::String(words);
        }
        let message = format!("{what} (HTTP {status}){said}");
        let mut error = ToolError::new(class, format!("http_{status}"), message).with_details(details);
        error.retryable |= matches!(status, 502..=504);
        if let Some(wait) = retry_after.filter(|_| error.retryable) {
            error.retry_after_ms = Some(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        }
        Self {
            failure: Failure::Status { code: status, retry_after: retry_after.is_some() },
            error,
            status: Some(status),
            retry_after,
        }
    }
}

/// The same failure for a write that may have happened.
pub(crate) fn unknown(mut error: ToolError) -> ToolError {
    let class = ErrorClass::OutcomeUnknown;
    let message = format!(
        "it is not known whether this was done: {}. Do not call it again; a person has to check first",
        error.message.trim_end_matches('.')
    );
    class.spoken().clone_into(&mut error.spoken);
    ToolError {
        class,
        message,
        retryable: class.retryable(),
        retry_after_ms: None,
        require_human: class.require_human(),
        ..error
    }
}

/// What an error answer says, short and without secrets.
fn words(answer: &Answer, hide: &Redactor) -> Option<String> {
    // Secrets are hidden before the text is cut: half of one would not be found.
    let text = hide.text(&response::readable(answer)?);
    let text = match serde_json::from_str::<Value>(&text) {
        Ok(value) => sentence(&value).unwrap_or_else(|| value.to_string()),
        Err(_) => html_title(&text).unwrap_or(text),
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return None;
    }
    Some(match text.char_indices().nth(MAX_EXCERPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    })
}

/// The sentence in a JSON error of a usual form, if that is all there is to say.
fn sentence(value: &Value) -> Option<String> {
    // A short answer is shown whole: its other fields may name what is wrong.
    let whole = value.to_string();
    if whole.chars().count() <= MAX_EXCERPT {
        return Some(whole);
    }
    ["/error/message", "/message", "/error_description", "/detail", "/errors/0/message", "/error", "/title"]
        .into_iter()
        .find_map(|path| value.pointer(path)?.as_str().map(str::to_owned))
}

/// The title of an HTML page, which is all a proxy's error page has to say.
fn html_title(text: &str) -> Option<String> {
    // ASCII lower-casing keeps every byte in its place.
    let lower = text.to_ascii_lowercase();
    if !lower.trim_start().starts_with("<!doctype html") && !lower.trim_start().starts_with("<html") {
        return None;
    }
    let start = lower.find("<title")?;
    let start = start + lower[start..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    Some(format!("an HTML page titled `{}`", text[start..end].trim()))
}
