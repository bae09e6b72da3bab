//! One request to a model, from the thread to the answer.

use callwright_guard::Guard;

use crate::{Endpoint, ErrorKind, Events, ModelError, Reply, Request};

/// Asks a model. While the answer comes in, `events` is told of it, if the request wants that.
///
/// # Errors
/// Says what went wrong, and whether asking again could help.
pub async fn complete(
    _guard: &Guard,
    endpoint: &Endpoint,
    _request: Request<'_>,
    _events: Events<'_>,
) -> Result<Reply, ModelError> {
    let form = endpoint.form.as_str();
    Err(ModelError::new(ErrorKind::InvalidRequest, format!("the form `{form}` is not spoken yet")))
}
