//! What callers are told when there is no token.

use callwright_model::{ErrorClass, ToolError};

use super::GrantAsk;

pub(super) fn needs(ask: &GrantAsk, why: &str) -> ToolError {
    let why = why.strip_suffix(&format!("; {}", ask.remedy)).unwrap_or(why);
    let message = format!("{} needs authorization: {why}; {}", ask.what, ask.remedy);
    let mut error = ToolError::new(ErrorClass::AuthError, "needs_authorization", message);
    error.require_human = true;
    error
}

/// The server refuses what should be good: its refusal stands, and what happens next is up to it.
pub(super) fn not_accepted(ask: &GrantAsk) -> ToolError {
    let message = format!(
        "{} does not accept the access that we have (HTTP 401); if it goes on refusing, it needs authorization: {}",
        ask.what, ask.remedy
    );
    ToolError::new(ErrorClass::AuthError, "access_refused", message)
}

pub(super) fn unreadable(error: &dyn std::fmt::Display) -> ToolError {
    tracing::error!(%error, "an authorization could not be read or written");
    ToolError::new(
        ErrorClass::UnknownError,
        "authorization_unreadable",
        "the authorization could not be read or written",
    )
}

pub(super) fn stopping() -> ToolError {
    ToolError::new(ErrorClass::NetworkError, "token_unavailable", "the request for an access token was given up")
}
