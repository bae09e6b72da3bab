//! What can go wrong with a model, in words that a person may read.

use std::{fmt, time::Duration};

/// A request to a model that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ModelError {
    /// What went wrong.
    pub kind: ErrorKind,
    /// What went wrong, in words; the key is never in them.
    pub message: String,
    /// The status of the provider's answer, if it gave one.
    pub status: Option<u16>,
    /// How long the provider wants us to wait.
    pub retry_after: Option<Duration>,
}

impl ModelError {
    /// An error without a status.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), status: None, retry_after: None }
    }

    /// Whether the same request may fare better a little later.
    pub const fn is_retryable(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::RateLimited
                | ErrorKind::Overloaded
                | ErrorKind::Network
                | ErrorKind::Timeout
                | ErrorKind::BadResponse
        )
    }
}

/// What went wrong with a request to a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The provider refuses the key.
    Auth,
    /// Too many requests, or too many tokens.
    RateLimited,
    /// The provider has no room, or is broken.
    Overloaded,
    /// The provider does not take the request.
    InvalidRequest,
    /// The thread is longer than the model can read.
    ContextTooLong,
    /// The provider will not answer this.
    Refused,
    /// There is no such model, deployment or address.
    NotFound,
    /// The provider could not be reached, or the answer broke off.
    Network,
    /// The answer took too long.
    Timeout,
    /// What came is not an answer in the provider's form.
    BadResponse,
}

impl ErrorKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Auth,
        Self::RateLimited,
        Self::Overloaded,
        Self::InvalidRequest,
        Self::ContextTooLong,
        Self::Refused,
        Self::NotFound,
        Self::Network,
        Self::Timeout,
        Self::BadResponse,
    ];

    /// A stable name for scripts, logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::RateLimited => "rate_limited",
            Self::Overloaded => "overloaded",
            Self::InvalidRequest => "invalid_request",
            Self::ContextTooLong => "context_too_long",
            Self::Refused => "refused",
            Self::NotFound => "not_found",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::BadResponse => "bad_response",
        }
    }

    /// Reads the name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
