//! What a provider's refusal means, whichever form it has.

use std::time::Duration;

use callwright_guard::{Redactor, SendError, SendErrorKind};
use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use serde_json::Value;

use crate::{Endpoint, ErrorKind, ModelError, draft::text};

/// The most characters of a provider's own words.
const MAX_WORDS: usize = 500;
/// The longest wait that a provider is believed to want.
const MAX_WAIT: Duration = Duration::from_secs(3600);

/// What an error begins with that has no answer of the provider.
const PROVIDER: &str = "the model's provider";

/// A request that had no answer.
pub(crate) fn of_send(error: &SendError) -> ModelError {
    let kind = match error.kind {
        SendErrorKind::ReadTimeout | SendErrorKind::DeadlineExceeded | SendErrorKind::ConnectTimeout => {
            ErrorKind::Timeout
        }
        SendErrorKind::Blocked | SendErrorKind::Scheme => ErrorKind::InvalidRequest,
        SendErrorKind::TooLarge | SendErrorKind::BadEncoding | SendErrorKind::BadResponse => ErrorKind::BadResponse,
        _ => ErrorKind::Network,
    };
    ModelError::new(kind, format!("{PROVIDER}: {}", error.message))
}

/// Takes the address out of an error, for those whose business it is not.
pub fn without_address(mut error: ModelError, endpoint: &Endpoint) -> ModelError {
    // What went wrong on the way there names it in more than one form.
    if error.message.starts_with(PROVIDER) {
        error.message = meaning(error.kind).to_owned();
    }
    if let Some(host) = endpoint.base_url.host_str() {
        error.message = error.message.replace(host, "[address]");
    }
    error
}

/// An answer whose status says that it is none.
pub(crate) fn of_answer(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ModelError {
    let value = serde_json::from_slice::<Value>(body).unwrap_or(Value::Null);
    // Gemini answers a stream with a list.
    let value = value.get(0).unwrap_or(&value);
    let error = value.get("error").filter(|error| !error.is_null()).unwrap_or(value);
    let words = words(error);
    let kind = by_word(error, &words).filter(|_| !status.is_server_error()).unwrap_or_else(|| by_status(status));
    let told = if words.is_empty() { String::new() } else { format!(": {words}") };
    ModelError {
        kind,
        message: format!("{} ({}){told}", meaning(kind), status.as_u16()),
        status: Some(status.as_u16()),
        retry_after: retry_after(headers, error),
    }
}

/// An error in the middle of a stream, or in an answer that has a good status.
pub(crate) fn within_stream(error: &Value) -> ModelError {
    let words = words(error);
    let status = error.get("code").or_else(|| error.get("status")).and_then(Value::as_u64);
    let status = status.and_then(|code| u16::try_from(code).ok()).and_then(|code| StatusCode::from_u16(code).ok());
    let kind = by_word(error, &words).or_else(|| status.map(by_status)).unwrap_or(ErrorKind::Overloaded);
    let told = if words.is_empty() { String::new() } else { format!(": {words}") };
    ModelError {
        kind,
        message: format!("{}{told}", meaning(kind)),
        status: status.map(|status| status.as_u16()),
        retry_after: retry_after(&HeaderMap::new(), error),
    }
}

/// Takes the key out of an error, also what the provider shows of it.
pub(crate) fn without_key(mut error: ModelError, endpoint: &Endpoint) -> ModelError {
    let Some(key) = &endpoint.key else { return error };
    error.message = Redactor::new([key]).text(&error.message);
    let shows_key = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '*');
        word.contains("**") || word.contains("...") || shares(word, key.expose().trim())
    };
    if error.message.split_whitespace().any(shows_key) {
        let words = error.message.split_whitespace();
        let words: Vec<&str> = words.map(|word| if shows_key(word) { "[key]" } else { word }).collect();
        error.message = words.join(" ");
    }
    error
}

/// Whether a word begins or ends like the key does, for long enough to be a piece of it.
fn shares(word: &str, key: &str) -> bool {
    const PIECE: usize = 8;
    let (head, tail) = (key.get(..PIECE), key.get(key.len().saturating_sub(PIECE)..));
    key.len() > PIECE && [head, tail].into_iter().flatten().any(|piece| word.contains(piece))
}

fn meaning(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Auth => "the provider refuses the key",
        ErrorKind::RateLimited => "the provider is asked too often",
        ErrorKind::Overloaded => "the provider cannot answer now",
        ErrorKind::InvalidRequest => "the provider does not take the request",
        ErrorKind::ContextTooLong => "the thread is longer than the model can read",
        ErrorKind::Refused => "the provider will not answer this",
        ErrorKind::NotFound => "the provider has no such model or address",
        ErrorKind::Network => "the provider could not be reached",
        ErrorKind::Timeout => "the provider took too long",
        ErrorKind::BadResponse => "the provider's answer is not in its form",
    }
}

fn by_status(status: StatusCode) -> ErrorKind {
    match status.as_u16() {
        401..=403 => ErrorKind::Auth,
        404 | 405 | 410 => ErrorKind::NotFound,
        408 => ErrorKind::Timeout,
        413 => ErrorKind::ContextTooLong,
        429 => ErrorKind::RateLimited,
        409 | 425 | 500..=599 => ErrorKind::Overloaded,
        400..=499 => ErrorKind::InvalidRequest,
        _ => ErrorKind::BadResponse,
    }
}

/// What the error's code or type says, which is more than the status does.
fn by_word(error: &Value, words: &str) -> Option<ErrorKind> {
    for pointer in ["/code", "/type", "/status", "/innererror/code", "/details/0/reason"] {
        let kind = match text(error, pointer) {
            "context_length_exceeded" | "request_too_large" => ErrorKind::ContextTooLong,
            "invalid_api_key"
            | "authentication_error"
            | "permission_error"
            | "UNAUTHENTICATED"
            | "PERMISSION_DENIED"
            | "API_KEY_INVALID"
            | "billing_error"
            | "insufficient_quota" => ErrorKind::Auth,
            "model_not_found" | "not_found_error" | "DeploymentNotFound" | "NOT_FOUND" => ErrorKind::NotFound,
            "content_filter" | "content_policy_violation" | "ResponsibleAIPolicyViolation" => ErrorKind::Refused,
            "rate_limit_exceeded" | "rate_limit_error" | "RESOURCE_EXHAUSTED" => ErrorKind::RateLimited,
            "overloaded_error" | "server_error" | "api_error" | "UNAVAILABLE" | "INTERNAL" => ErrorKind::Overloaded,
            "timeout_error" | "DEADLINE_EXCEEDED" => ErrorKind::Timeout,
            _ => continue,
        };
        return Some(kind);
    }
    let words = words.to_ascii_lowercase();
    let any = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    if any(&[
        "maximum context",
        "context length",
        "context window",
        "prompt is too long",
        "exceeds the maximum number of tokens",
        "too many tokens",
    ]) {
        return Some(ErrorKind::ContextTooLong);
    }
    if any(&["api key not valid", "incorrect api key", "invalid api key"]) {
        return Some(ErrorKind::Auth);
    }
    // Said last: it only tells that nothing above holds.
    let is_invalid = |pointer| matches!(text(error, pointer), "invalid_request_error" | "INVALID_ARGUMENT");
    ["/type", "/status"].into_iter().any(is_invalid).then_some(ErrorKind::InvalidRequest)
}

/// The provider's own words, bounded and on one line.
fn words(error: &Value) -> String {
    let said = match error {
        Value::String(text) => text.as_str(),
        other => ["/message", "/error", "/detail", "/msg"]
            .into_iter()
            .map(|pointer| text(other, pointer))
            .find(|text| !text.is_empty())
            .unwrap_or_default(),
    };
    let line: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_WORDS).collect();
    line.trim().to_owned()
}

/// In the headers, or as Gemini says it: `"retryDelay": "34s"`.
fn retry_after(headers: &HeaderMap, error: &Value) -> Option<Duration> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()?.trim().parse::<f64>().ok());
    let told = |error: &Value| {
        let details = error.get("details")?.as_array()?;
        let delay = details.iter().find_map(|detail| detail.get("retryDelay")?.as_str());
        delay?.strip_suffix('s')?.parse::<f64>().ok()
    };
    let seconds = header("retry-after-ms").map(|ms| ms / 1000.0);
    let seconds = seconds.or_else(|| header(RETRY_AFTER.as_str())).or_else(|| told(error))?;
    Duration::try_from_secs_f64(seconds).ok().map(|wait| wait.min(MAX_WAIT))
}
