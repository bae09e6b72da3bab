//! What can go wrong on the way out, in words that a model may read.
//!
//! No message here holds a path, a query, a header or an address that a name resolved to: paths and
//! queries carry credentials, and addresses tell a tenant about the operator's network.

use std::fmt;

/// A request that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SendError {
    /// What went wrong.
    pub kind: SendErrorKind,
    /// False only if no byte of the request can have reached an upstream. A request that was
    /// answered with a redirect has been sent, whatever happened on the next hop.
    pub maybe_sent: bool,
    /// What went wrong, in words; names the host, never the path, the query or a credential.
    pub message: String,
}

/// What went wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SendErrorKind {
    /// The outbound policy refuses the address.
    Blocked,
    /// The URL cannot be requested: another scheme than http and https, credentials in it, a host
    /// that is no host, or a redirect from https to http.
    Scheme,
    /// The name did not resolve.
    Dns,
    /// The connection was refused, or the address is unreachable.
    Connect,
    /// The TLS handshake failed.
    Tls,
    /// Resolving, connecting and the TLS handshake took too long together.
    ConnectTimeout,
    /// The upstream was silent for too long.
    ReadTimeout,
    /// The whole request took too long.
    DeadlineExceeded,
    /// The connection ended before the answer did.
    Reset,
    /// The answer is larger than allowed.
    TooLarge,
    /// The answer's content encoding is unknown, or its content is not in it.
    BadEncoding,
    /// The answer is not HTTP/1.1.
    BadResponse,
    /// More redirects than allowed.
    TooManyRedirects,
}

impl SendErrorKind {
    /// A stable name for error codes, logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Scheme => "scheme",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::ConnectTimeout => "connect_timeout",
            Self::ReadTimeout => "read_timeout",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::Reset => "reset",
            Self::TooLarge => "too_large",
            Self::BadEncoding => "bad_encoding",
            Self::BadResponse => "bad_response",
            Self::TooManyRedirects => "too_many_redirects",
        }
    }
}

impl fmt::Display for SendErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A connection that could not be made. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DialError {
    /// What went wrong.
    pub kind: DialErrorKind,
    /// What went wrong, in words; names the host.
    pub message: String,
}

impl DialError {
    pub(crate) fn new(kind: DialErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

/// What went wrong with a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DialErrorKind {
    /// The host is neither a name nor an address.
    Host,
    /// The outbound policy refuses every address of the host.
    Blocked,
    /// The name did not resolve.
    Dns,
    /// No address could be connected to.
    Connect,
    /// Time ran out.
    Timeout,
}

/// A guard that cannot be made from its options.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The extra roots hold something that is not a PEM certificate.
    #[error("cannot read the extra root certificates: {0}")]
    Roots(String),
    /// The TLS library refuses our settings.
    #[error("cannot set up TLS")]
    Tls(#[from] tokio_rustls::rustls::Error),
}

/// What went wrong with a request, before it is known whether anything was sent.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: SendErrorKind,
    message: String,
}

impl Failure {
    pub(crate) fn new(kind: SendErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(crate) fn after(self, maybe_sent: bool) -> SendError {
        SendError { kind: self.kind, maybe_sent, message: self.message }
    }
}

impl From<DialErrorKind> for SendErrorKind {
    fn from(kind: DialErrorKind) -> Self {
        match kind {
            DialErrorKind::Host => Self::Scheme,
            DialErrorKind::Blocked => Self::Blocked,
            DialErrorKind::Dns => Self::Dns,
            DialErrorKind::Connect => Self::Connect,
            DialErrorKind::Timeout => Self::ConnectTimeout,
        }
    }
}
