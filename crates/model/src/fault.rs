//! The error of an interface: why a request could not be carried out at all.
//!
//! A [`Fault`] knows nothing of HTTP; the server gives it a status as its last step. Its `message` is
//! for the caller; its `source` is for the log and never leaves the process. A tool that fails is not
//! a fault but an [`Outcome`](crate::Outcome).

use std::{error::Error as StdError, fmt};

/// What kind of answer a fault deserves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// The request is malformed or does not make sense.
    Invalid,
    /// Nobody we know is asking.
    Unauthenticated,
    /// Somebody we know, who may not do this.
    Forbidden,
    /// It costs more credits than there are.
    Unpaid,
    /// No such thing, or none that the caller may see.
    NotFound,
    /// There was such a thing, and its time has passed.
    Gone,
    /// It contradicts what is already there.
    Conflict,
    /// Too much, too often.
    Limited,
    /// A body or a list over its bound.
    TooLarge,
    /// Not now: starting, stopping, or a part of us is down.
    Unavailable,
    /// Our own mistake.
    Internal,
}

/// Why a request could not be carried out.
pub struct Fault {
    /// The kind of answer it deserves.
    pub kind: FaultKind,
    /// A stable name such as `idempotency_key_reused`.
    pub code: &'static str,
    /// What the caller should read: names the field and says what to do.
    pub message: String,
    /// Structured detail for the caller, for example `{"field": "config.url"}`.
    pub details: Option<serde_json::Value>,
    /// The cause, for the log only.
    pub source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Fault {
    /// A fault of `kind`.
    pub fn new(kind: FaultKind, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, code, message: message.into(), details: None, source: None }
    }

    /// The request's `field` is wrong.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        let field = field.into();
        Self::new(FaultKind::Invalid, "invalid_request", message).with_details(serde_json::json!({ "field": field }))
    }

    /// No `what` of that name or id.
    pub fn not_found(what: &str, name: impl fmt::Display) -> Self {
        Self::new(FaultKind::NotFound, "not_found", format!("there is no {what} `{name}`"))
    }

    /// The caller lacks a right; `message` says which.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Forbidden, "forbidden", message)
    }

    /// The request contradicts what is there.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(FaultKind::Conflict, code, message)
    }

    /// A mistake of ours; the caller sees only that there was one.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let mut fault = Self::new(
            FaultKind::Internal,
            "internal",
            "something went wrong on the server; the request id is in the log",
        );
        fault.source = Some(source.into());
        fault
    }

    /// The same fault with structured detail for the caller.
    #[must_use]
    pub fn with_details(mut self, details: serde_json::Value) -> Self {
        self.details = Some(details);
        self
    }

    /// The same fault with its cause, for the log.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}: {}", self.kind, self.code, self.message)?;
        let mut cause = self.source.as_deref().map(|s| s as &dyn StdError);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl StdError for Fault {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|s| s as &(dyn StdError + 'static))
    }
}
