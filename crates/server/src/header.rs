//! Headers that several routes read.

use callwright_model::Fault;
use http::{HeaderMap, HeaderName};

use crate::error::malformed;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The most characters that a key may have.
const MAX_KEY: usize = 255;

/// The name of the intent, if the client gives one.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Fault> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(key) = values.next() else { return Ok(None) };
    let is_good = (1..=MAX_KEY).contains(&key.len()) && key.as_bytes().iter().all(u8::is_ascii_graphic);
    match key.to_str() {
        Ok(key) if is_good && values.next().is_none() => Ok(Some(key.to_owned())),
        _ => Err(malformed("`Idempotency-Key` must be given once and be 1 to 255 visible ASCII characters")),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn key(values: &[&str]) -> Result<Option<String>, Fault> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IDEMPOTENCY_KEY, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        idempotency_key(&headers)
    }

    #[test]
    fn a_key_is_one_visible_text_of_bounded_length() {
        assert_eq!(key(&[]).unwrap(), None);
        assert_eq!(key(&["order-17"]).unwrap().as_deref(), Some("order-17"));
        assert_eq!(key(&[&"x".repeat(255)]).unwrap().unwrap().len(), 255);
        for bad in [&[""][..], &["two words"], &["é"], &["a", "a"], &[&"x".repeat(256)]] {
            assert_eq!(key(bad).unwrap_err().code, "malformed_request", "{bad:?}");
        }
    }
}
