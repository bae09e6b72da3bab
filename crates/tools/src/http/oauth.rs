//! Access tokens for a request, from the corridor's cache.

use callwright_model::{ErrorClass, ToolError, secret::SecretString};

use super::{failure::Failed, request::Request};
use crate::executor::{ExecCx, PreparedCall};

/// Asks for a token, as long as the caller waits. `stale` is one that the upstream has just refused.
///
/// `None` when the tool needs no token.
pub(crate) async fn token(
    cx: &ExecCx<'_>,
    call: &PreparedCall<'_>,
    request: &Request,
    stale: Option<SecretString>,
) -> Result<Option<SecretString>, ToolError> {
    let Some(client) = &request.oauth else { return Ok(None) };
    tokio::select! {
        biased;
        () = cx.cancel.cancelled() => Err(Failed::cancelled(false, "an access token was asked for").error),
        () = tokio::time::sleep_until(call.deadline) => {
            let message = "no access token came in time";
            Err(ToolError::new(ErrorClass::TimeoutError, "deadline_exceeded", message))
        }
        token = cx.ports.oauth_token(client.clone(), stale) => token.map(Some),
    }
}
