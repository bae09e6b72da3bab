//! A document from an address, through the guard.

use std::time::Duration;

use bytes::Bytes;
use callwright_guard::{Outgoing, SendErrorKind};
use callwright_import::MAX_DOCUMENT_BYTES;
use callwright_model::{Fault, FaultKind};
use http::{HeaderMap, HeaderValue, Method, header};
use tokio::time::Instant;
use url::Url;

use crate::App;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const READ_TIMEOUT: Duration = Duration::from_secs(15);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(60);
const MAX_URL_BYTES: usize = 4_096;
const REDIRECTS: u8 = 5;

/// The text at `address`, and where it was found in the end.
pub(super) async fn document(app: &App, address: &str) -> Result<(String, Url), Fault> {
    let wrong = |why: &str| Fault::invalid("url", format!("`url` {why}"));
    if address.len() > MAX_URL_BYTES {
        return Err(wrong("is longer than 4096 bytes"));
    }
    let url =
        Url::parse(address.trim()).map_err(|_| wrong("is not an address such as https://example.com/openapi.json"))?;
    app.guard().check_url(&url).map_err(|why| wrong(&format!("cannot be fetched: {why}")))?;
    let mut headers = HeaderMap::new();
    let kinds = "application/json, application/yaml, text/yaml, */*;q=0.5";
    headers.insert(header::ACCEPT, HeaderValue::from_static(kinds));
    let agent = concat!("callwright/", env!("CARGO_PKG_VERSION"));
    headers.insert(header::USER_AGENT, HeaderValue::from_static(agent));
    let request = Outgoing {
        method: Method::GET,
        url,
        headers,
        body: Bytes::new(),
        connect_timeout: CONNECT_TIMEOUT,
        read_timeout: READ_TIMEOUT,
        deadline: Instant::now() + TOTAL_TIMEOUT,
        redirects: REDIRECTS,
        max_bytes: MAX_DOCUMENT_BYTES,
        sensitive: Vec::new(),
    };
    let answer = app.guard().send(request).await.map_err(|error| match error.kind {
        SendErrorKind::TooLarge => {
            let message = format!("the document at `url` is larger than {MAX_DOCUMENT_BYTES} bytes");
            Fault::new(FaultKind::TooLarge, "document_too_large", message)
                .with_details(serde_json::json!({ "field": "url" }))
        }
        _ => wrong(&format!("cannot be fetched: {}", error.message)),
    })?;
    if !answer.status.is_success() {
        return Err(wrong(&format!("answered with HTTP {}", answer.status.as_u16())));
    }
    let text = String::from_utf8(answer.body.into()).map_err(|_| wrong("answered with something that is not UTF-8"))?;
    if text.contains('\0') {
        return Err(wrong("answered with a text that contains NUL characters"));
    }
    Ok((text, answer.url))
}
