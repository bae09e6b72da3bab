//! What went wrong with a session or a call, for the retry gate, for the model and for the log.

use std::error::Error as StdError;

use callwright_guard::{Redactor, SendErrorKind};
use callwright_model::{ErrorClass, ToolError};
use rmcp::{
    model::{ErrorCode, ErrorData},
    service::{ClientInitializeError, ServiceError},
    transport::streamable_http_client::StreamableHttpError,
};

use super::http::HttpError;
use crate::{
    gate::{Failure, Trouble},
    http::failure::Failed,
};

/// The most characters of a server's own words in a message.
const MAX_WORDS: usize = 500;

/// A session that was not opened, or a call that got no result.
#[derive(Debug, Clone)]
pub(super) struct Broken {
    /// For the gate.
    pub(super) failure: Failure,
    /// For the model.
    pub(super) error: ToolError,
    /// The status, when one came.
    pub(super) status: Option<u16>,
    /// The session is not there any more: another one may be opened.
    pub(super) is_lost: bool,
    /// The server may be at another address.
    pub(super) may_be_elsewhere: bool,
    /// `initialize` was tried as well.
    pub(super) was_initialized: bool,
}

impl Broken {
    fn new(failure: Failure, class: ErrorClass, code: &str, message: impl Into<String>) -> Self {
        let error = ToolError::new(class, code, message);
        Self { failure, error, status: None, is_lost: false, may_be_elsewhere: false, was_initialized: false }
    }

    /// Nothing was sent, and the port says why.
    pub(super) fn without_session(error: ToolError) -> Self {
        let failure = match error.class {
            ErrorClass::NetworkError => Failure::NotSent(Trouble::Network),
            ErrorClass::TimeoutError => Failure::NotSent(Trouble::Timeout),
            ErrorClass::Cancelled => Failure::NotSent(Trouble::Cancelled),
            _ => Failure::Refused,
        };
        Self { failure, error, status: None, is_lost: false, may_be_elsewhere: false, was_initialized: false }
    }

    pub(super) fn cancelled(maybe_sent: bool) -> Self {
        let when = if maybe_sent { "the request had been sent" } else { "nothing had been sent" };
        let failed = Failed::cancelled(maybe_sent, when);
        Self {
            failure: failed.failure,
            error: failed.error,
            status: None,
            is_lost: false,
            may_be_elsewhere: false,
            was_initialized: false,
        }
    }

    pub(super) fn out_of_time() -> Self {
        let failed = Failed::out_of_time(true);
        Self {
            failure: failed.failure,
            error: failed.error,
            status: None,
            is_lost: false,
            may_be_elsewhere: false,
            was_initialized: false,
        }
    }

    pub(super) fn no_token() -> Self {
        let message = "an access token for the MCP server was not there in time; nothing had been sent";
        Self::new(Failure::NotSent(Trouble::Timeout), ErrorClass::TimeoutError, "token_server_silent", message)
    }

    pub(super) fn no_place() -> Self {
        let message = "too many calls of this MCP server are under way; none ended in time";
        Self::new(Failure::NotSent(Trouble::Timeout), ErrorClass::RateLimitError, "mcp_busy", message)
    }

    pub(super) fn closed() -> Self {
        let message = "the session with the MCP server was closed";
        let broken =
            Self::new(Failure::NotSent(Trouble::Network), ErrorClass::NetworkError, "mcp_session_lost", message);
        Self { is_lost: true, ..broken }
    }

    pub(super) fn input_required() -> Self {
        let message = "the MCP server asks a person for input before it goes on, which cannot be given here";
        Self::new(answered(), ErrorClass::UpstreamError, "mcp_input_required", message)
    }

    pub(super) fn too_large() -> Self {
        let message = "the answer is larger than it may be";
        Self::new(Failure::MaybeSent(Trouble::BadAnswer), ErrorClass::UpstreamError, "answer_too_large", message)
    }

    pub(super) fn unexpected() -> Self {
        let message = "the MCP server's answer is not a tool's result";
        Self::new(Failure::MaybeSent(Trouble::BadAnswer), ErrorClass::UpstreamError, "bad_answer", message)
    }

    pub(super) fn start(why: String) -> Self {
        Self::new(Failure::NotSent(Trouble::Network), ErrorClass::NetworkError, "mcp_start_failed", why)
    }

    /// A way of reaching a server that it does not have.
    pub(super) fn never() -> Self {
        Self::new(
            Failure::Refused,
            ErrorClass::UnknownError,
            "mcp_not_reachable",
            "the MCP server cannot be reached so",
        )
    }
}

/// The server answered with an error: whatever it was, it was not done.
fn answered() -> Failure {
    Failure::Status { code: 400, retry_after: false }
}

/// Why no session was opened.
pub(super) fn opening(name: &str, error: &ClientInitializeError, hide: &Redactor) -> Broken {
    let mut broken = match error {
        ClientInitializeError::LegacyFallbackFailed { fallback, .. } => {
            return Broken { was_initialized: true, ..opening(name, fallback, hide) };
        }
        ClientInitializeError::TransportError { error, .. } => of_transport(&*error.error, hide),
        ClientInitializeError::ConnectionClosed(_) => Broken::new(
            Failure::NotSent(Trouble::Network),
            ErrorClass::NetworkError,
            "mcp_closed",
            "it closed the connection",
        ),
        ClientInitializeError::JsonRpcError(error) => of_error(error, hide),
        ClientInitializeError::NoCompatibleProtocolVersion { server_supported, .. } => {
            let theirs: Vec<&str> = server_supported.iter().take(5).map(|version| version.as_str()).collect();
            let message = format!("it speaks no version of the protocol that we do, only {}", theirs.join(", "));
            Broken::new(Failure::Refused, ErrorClass::UpstreamError, "mcp_version", hide.text(&message))
        }
        _ => Broken::new(
            Failure::NotSent(Trouble::BadAnswer),
            ErrorClass::UpstreamError,
            "bad_answer",
            "its answer is not one of the protocol",
        ),
    };
    // Nothing of a call was sent, whatever the handshake came to.
    broken.failure = match broken.failure {
        Failure::MaybeSent(trouble) => Failure::NotSent(trouble),
        other => other,
    };
    let elsewhere =
        matches!(broken.error.code.as_str(), "bad_answer" | "http_404" | "http_405" | "http_400" | "mcp_error");
    broken.may_be_elsewhere = elsewhere;
    broken.error.message = format!("no session with the MCP server `{name}`: {}", broken.error.message);
    broken
}

pub(super) fn opening_too_slow(name: &str) -> Broken {
    let message = format!("no session with the MCP server `{name}`: the handshake took too long");
    Broken::new(Failure::NotSent(Trouble::Timeout), ErrorClass::TimeoutError, "connect_timeout", message)
}

pub(super) fn listing_too_slow() -> ToolError {
    ToolError::new(ErrorClass::TimeoutError, "read_timeout", "the MCP server took too long to list its tools")
}

/// Whether the session is gone with this error.
pub(super) fn is_lost(error: &ServiceError) -> bool {
    match error {
        ServiceError::TransportClosed => true,
        ServiceError::TransportSend(error) => match error.error.downcast_ref::<StreamableHttpError<HttpError>>() {
            Some(error) => {
                matches!(error, StreamableHttpError::SessionExpired | StreamableHttpError::TransportChannelClosed)
            }
            // A pipe that broke.
            None => true,
        },
        _ => false,
    }
}

/// Why a call got no result.
pub(super) fn of_call(error: &ServiceError, hide: &Redactor) -> Broken {
    let lost = is_lost(error);
    let broken = match error {
        ServiceError::McpError(error) => of_error(error, hide),
        ServiceError::TransportSend(error) => of_transport(&*error.error, hide),
        ServiceError::TransportClosed | ServiceError::Cancelled { .. } => {
            let message = "the connection to the MCP server broke before its answer was there";
            Broken::new(Failure::MaybeSent(Trouble::Network), ErrorClass::NetworkError, "connection_reset", message)
        }
        ServiceError::Timeout { .. } => Broken::out_of_time(),
        _ => Broken::unexpected(),
    };
    Broken { is_lost: lost, ..broken }
}

/// An error in the protocol's own form.
fn of_error(error: &ErrorData, hide: &Redactor) -> Broken {
    let words = words(&error.message, hide);
    let (class, code, what) = match error.code {
        ErrorCode::INVALID_PARAMS => {
            (ErrorClass::ValidationError, "mcp_invalid_params", "the MCP server does not accept the call")
        }
        ErrorCode::METHOD_NOT_FOUND => (ErrorClass::UpstreamError, "mcp_error", "the MCP server cannot do that"),
        _ => (ErrorClass::UpstreamError, "mcp_error", "the MCP server answers with an error"),
    };
    let broken = Broken::new(answered(), class, code, format!("{what} ({}): {words}", error.code.0));
    // An error from inside says nothing of how far the call had come.
    match error.code {
        ErrorCode::INTERNAL_ERROR => Broken { failure: Failure::Status { code: 500, retry_after: false }, ..broken },
        _ => broken,
    }
}

/// An error of the transport: HTTP's, or a pipe's.
fn of_transport(error: &(dyn StdError + Send + Sync + 'static), hide: &Redactor) -> Broken {
    let Some(error) = error.downcast_ref::<StreamableHttpError<HttpError>>() else {
        let message = "the program that is the MCP server has ended";
        return Broken::new(Failure::MaybeSent(Trouble::Network), ErrorClass::NetworkError, "mcp_ended", message);
    };
    match error {
        StreamableHttpError::Client(error) => of_http(error, hide),
        StreamableHttpError::SessionExpired => {
            let message = "the MCP server does not know the session any more";
            let failure = Failure::NotSent(Trouble::Network);
            Broken { is_lost: true, ..Broken::new(failure, ErrorClass::NetworkError, "mcp_session_lost", message) }
        }
        StreamableHttpError::AuthRequired(_) => {
            let message = "the MCP server does not accept our credentials (HTTP 401)";
            let broken = Broken::new(answered(), ErrorClass::AuthError, "http_401", message);
            Broken { status: Some(401), ..broken }
        }
        StreamableHttpError::InsufficientScope(_) => {
            let message = "the MCP server does not allow this with our credentials (HTTP 403)";
            let broken = Broken::new(answered(), ErrorClass::AuthError, "http_403", message);
            Broken { status: Some(403), ..broken }
        }
        StreamableHttpError::ResponseBodyTooLarge { max_size } => {
            let message = format!("the answer is larger than {max_size} bytes");
            Broken::new(Failure::MaybeSent(Trouble::BadAnswer), ErrorClass::UpstreamError, "answer_too_large", message)
        }
        StreamableHttpError::UnexpectedContentType(kind) => {
            let kind = words(kind.as_deref().unwrap_or_default(), hide);
            let message = format!("the answer is of the type `{kind}`, which is not the protocol's");
            Broken::new(Failure::MaybeSent(Trouble::BadAnswer), ErrorClass::UpstreamError, "bad_answer", message)
        }
        StreamableHttpError::Sse(_)
        | StreamableHttpError::UnexpectedEndOfStream
        | StreamableHttpError::TransportChannelClosed => {
            let message = "the connection to the MCP server broke before its answer was there";
            Broken::new(Failure::MaybeSent(Trouble::Network), ErrorClass::NetworkError, "connection_reset", message)
        }
        _ => {
            let message = "the answer is not one of the protocol";
            Broken::new(Failure::MaybeSent(Trouble::BadAnswer), ErrorClass::UpstreamError, "bad_answer", message)
        }
    }
}

fn of_http(error: &HttpError, hide: &Redactor) -> Broken {
    match error {
        HttpError::Send(error) => {
            let failed = Failed::from_send(error, hide);
            // A body that is cut off is a connection that broke.
            let failure = match (error.kind, failed.failure) {
                (SendErrorKind::BadResponse, Failure::MaybeSent(_)) => Failure::MaybeSent(Trouble::Network),
                // The next hop is not reached, or refused; the one before has had all of it.
                (_, Failure::Refused) if error.maybe_sent => Failure::MaybeSent(Trouble::BadAnswer),
                (_, failure) => failure,
            };
            Broken {
                failure,
                error: failed.error,
                status: None,
                is_lost: false,
                may_be_elsewhere: false,
                was_initialized: false,
            }
        }
        HttpError::Token(error) => Broken::without_session((**error).clone()),
        HttpError::Form(why) => Broken::new(Failure::Refused, ErrorClass::UnknownError, "mcp_form", *why),
        HttpError::Status { status, retry_after, words: said } => {
            let class = match status {
                429 => ErrorClass::RateLimitError,
                401 | 403 => ErrorClass::AuthError,
                404 => ErrorClass::NotFound,
                _ => ErrorClass::UpstreamError,
            };
            let said = words(said, hide);
            let said = if said.is_empty() { said } else { format!(": {said}") };
            let failure = Failure::Status { code: *status, retry_after: retry_after.is_some() };
            let message = format!("the MCP server refuses (HTTP {status}){said}");
            let broken = Broken::new(failure, class, &format!("http_{status}"), message);
            Broken { status: Some(*status), ..broken }
        }
    }
}

/// A server's own words, without secrets, in one line and bounded.
fn words(text: &str, hide: &Redactor) -> String {
    let text = hide.text(text);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(MAX_WORDS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use callwright_guard::SendError;

    use super::*;

    #[test]
    fn what_a_redirect_led_to_may_have_been_done_before_it() {
        for kind in [SendErrorKind::TooManyRedirects, SendErrorKind::Blocked, SendErrorKind::Connect] {
            let failure = |maybe_sent| {
                let error = HttpError::Send(SendError { kind, maybe_sent, message: "no".to_owned() });
                of_http(&error, &Redactor::new([])).failure
            };
            assert!(matches!(failure(true), Failure::MaybeSent(_)), "{kind}");
            assert!(!matches!(failure(false), Failure::MaybeSent(_)), "{kind}");
        }
    }
}
