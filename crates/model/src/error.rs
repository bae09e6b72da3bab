//! The error that a model reads: what went wrong with an execution, and what may be done about it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The taxonomy of failed executions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// The upstream could not be reached, or the connection broke.
    NetworkError,
    /// The upstream refused our credentials (401, 403), or they could not be obtained.
    AuthError,
    /// The arguments, or the upstream's answer, do not fit their schema.
    ValidationError,
    /// The upstream, or a limit of ours, asks to slow down.
    RateLimitError,
    /// Time ran out.
    TimeoutError,
    /// The caller may not do this.
    PermissionError,
    /// A person must agree first.
    ApprovalRequired,
    /// The upstream failed so often that calls to it are held back.
    CircuitOpen,
    /// User code failed or broke a limit of its sandbox.
    SandboxError,
    /// The upstream answered with an error.
    UpstreamError,
    /// The tool, or the thing it was asked for, does not exist.
    NotFound,
    /// The execution was cancelled.
    Cancelled,
    /// A write may or may not have happened; it must not be repeated blindly.
    OutcomeUnknown,
    /// Anything else.
    UnknownError,
}

impl ErrorClass {
    /// Every class, in the order of the documentation.
    pub const ALL: [Self; 14] = [
        Self::NetworkError,
        Self::AuthError,
        Self::ValidationError,
        Self::RateLimitError,
        Self::TimeoutError,
        Self::PermissionError,
        Self::ApprovalRequired,
        Self::CircuitOpen,
        Self::SandboxError,
        Self::UpstreamError,
        Self::NotFound,
        Self::Cancelled,
        Self::OutcomeUnknown,
        Self::UnknownError,
    ];

    /// The name used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NetworkError => "network_error",
            Self::AuthError => "auth_error",
            Self::ValidationError => "validation_error",
            Self::RateLimitError => "rate_limit_error",
            Self::TimeoutError => "timeout_error",
            Self::PermissionError => "permission_error",
            Self::ApprovalRequired => "approval_required",
            Self::CircuitOpen => "circuit_open",
            Self::SandboxError => "sandbox_error",
            Self::UpstreamError => "upstream_error",
            Self::NotFound => "not_found",
            Self::Cancelled => "cancelled",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::UnknownError => "unknown_error",
        }
    }

    /// A sentence that a voice agent can say when the tool's author gave none.
    pub const fn spoken(self) -> &'static str {
        match self {
            Self::NetworkError | Self::CircuitOpen => "I can't reach that system right now.",
            Self::AuthError => "I don't have access to that system at the moment.",
            Self::ValidationError => "Some of the details don't look right. Could you check them with me?",
            Self::RateLimitError => "That system is busy. Let's give it a moment.",
            Self::TimeoutError => "That is taking longer than it should.",
            Self::PermissionError => "I'm not allowed to do that.",
            Self::ApprovalRequired => "A colleague has to approve that first.",
            Self::SandboxError | Self::UpstreamError | Self::UnknownError => {
                "Something went wrong while I was doing that."
            }
            Self::NotFound => "I couldn't find that.",
            Self::Cancelled => "I've stopped that.",
            Self::OutcomeUnknown => {
                "I can't tell whether that went through, so I won't try again until someone has checked."
            }
        }
    }

    /// Whether the caller may usefully make the same call again later.
    pub const fn retryable(self) -> bool {
        matches!(self, Self::NetworkError | Self::RateLimitError | Self::TimeoutError | Self::CircuitOpen)
    }

    /// Whether a person has to look before anything else happens.
    pub const fn require_human(self) -> bool {
        matches!(self, Self::OutcomeUnknown | Self::ApprovalRequired | Self::AuthError)
    }
}

/// A failed execution, as the model and the caller see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ToolError {
    /// Where it belongs in the taxonomy.
    pub class: ErrorClass,
    /// A stable, finer name, for example `http_404` or `dns_failed`.
    pub code: String,
    /// What happened and what to do, written for the model.
    pub message: String,
    /// A sentence that can be spoken to the person on the line.
    pub spoken: String,
    /// Whether the same call may be made again.
    pub retryable: bool,
    /// How long to wait before that, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// Whether a person has to act.
    #[serde(default)]
    pub require_human: bool,
    /// What the agent may do instead, for example `phone_transfer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternative_action: Option<String>,
    /// Structured detail: which field, which status, an excerpt of the upstream's answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub details: Option<serde_json::Value>,
}

impl ToolError {
    /// An error of `class` with the class's own defaults.
    pub fn new(class: ErrorClass, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            class,
            code: code.into(),
            message: message.into(),
            spoken: class.spoken().to_owned(),
            retryable: class.retryable(),
            retry_after_ms: None,
            require_human: class.require_human(),
            alternative_action: None,
            details: None,
        }
    }

    /// The same error with structured detail.
    #[must_use]
    pub fn with_details(mut self, details: serde_json::Value) -> Self {
        self.details = Some(details);
        self
    }

    /// The same error, asking the caller to wait `ms` first.
    #[must_use]
    pub fn retry_after(mut self, ms: u64) -> Self {
        self.retry_after_ms = Some(ms);
        self
    }
}
