//! The name of a request: taken from `X-Request-Id` when the client gave a good one, else made here.
//!
//! It is written into the request's own headers, so that everything further in reads it from one place.

use callwright_model::{IdSource, id};
use http::{HeaderMap, HeaderName, HeaderValue};

/// `X-Request-Id`.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The most characters that a client's own request id may have.
const MAX_LEN: usize = 128;

/// The id of the request with these headers.
pub(crate) fn of(headers: &HeaderMap) -> Option<String> {
    headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// Makes sure that `headers` carry exactly one good request id, and returns it.
pub(crate) fn ensure(headers: &mut HeaderMap, ids: &IdSource) -> HeaderValue {
    if let Some(given) = headers.get(X_REQUEST_ID)
        && is_good(given)
    {
        return given.clone();
    }
    let made = ids.next::<id::kind::Request>().to_string();
    let value = HeaderValue::try_from(made).unwrap_or(HeaderValue::from_static("req_unnamed"));
    headers.insert(X_REQUEST_ID, value.clone());
    value
}

fn is_good(value: &HeaderValue) -> bool {
    (1..=MAX_LEN).contains(&value.len()) && value.as_bytes().iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_id_is_kept_and_a_bad_one_replaced() {
        let ids = IdSource::default();
        let mut headers = HeaderMap::new();
        headers.insert(X_REQUEST_ID, HeaderValue::from_static("abc-123"));
        assert_eq!(ensure(&mut headers, &ids), "abc-123");
        for bad in ["", "two words", &"x".repeat(129)] {
            headers.insert(X_REQUEST_ID, HeaderValue::from_str(bad).unwrap());
            let made = ensure(&mut headers, &ids);
            assert!(made.to_str().unwrap().starts_with("req_"), "{bad:?} was kept");
            assert_eq!(headers[X_REQUEST_ID], made);
        }
    }
}
