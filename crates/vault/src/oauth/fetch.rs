//! JSON documents of others: asked for through the guard, bounded, and without any credential.

use std::time::Duration;

use bytes::Bytes;
use callwright_guard::{Answer, Guard, Outgoing};
use callwright_model::{ErrorClass, ToolError};
use http::{HeaderMap, HeaderValue, Method, header};
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use url::Url;

use super::exchange::{refused, unreachable};

const TIMEOUT: Duration = Duration::from_secs(10);
const MAX_DOCUMENT: usize = 256 << 10;
/// How often a document may be elsewhere.
const REDIRECTS: u8 = 3;

/// A document, if it is there. One that is there and cannot be read is none.
pub(super) async fn get<T: DeserializeOwned>(guard: &Guard, url: &Url) -> Result<Option<T>, ToolError> {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let answer = send(guard, Method::GET, url, headers, Bytes::new(), REDIRECTS).await?;
    if !answer.status.is_success() {
        return Ok(None);
    }
    Ok(serde_json::from_slice(&answer.body).ok())
}

/// Sends a JSON document.
pub(super) async fn post(guard: &Guard, url: &Url, document: &serde_json::Value) -> Result<Answer, ToolError> {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    send(guard, Method::POST, url, headers, document.to_string().into(), 0).await
}

async fn send(
    guard: &Guard,
    method: Method,
    url: &Url,
    headers: HeaderMap,
    body: Bytes,
    redirects: u8,
) -> Result<Answer, ToolError> {
    let outgoing = Outgoing {
        method,
        url: url.clone(),
        headers,
        body,
        connect_timeout: TIMEOUT,
        read_timeout: TIMEOUT,
        deadline: Instant::now() + TIMEOUT,
        redirects,
        max_bytes: MAX_DOCUMENT,
        sensitive: Vec::new(),
    };
    guard.send(outgoing).await.map_err(|error| {
        let failed = unreachable(&error);
        let code = if failed.class == ErrorClass::PermissionError {
            failed.code
        } else {
            "oauth_metadata_unreachable".to_owned()
        };
        ToolError::new(failed.class, code, format!("{} could not be asked: {}", shown(url), error.message))
    })
}

/// An address of somebody else's in a message: bounded, and without its query.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.as_str().chars().take(300).collect()
}

/// Whether an address is told as it is read: a parser drops line breaks, which a terminal does not.
pub(super) fn is_clean(text: &str) -> bool {
    !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// An address in metadata. It is `https`, unless the server that led to it is not: then nothing is lost.
pub(super) fn address(guard: &Guard, text: &str, what: &str, is_plain: bool) -> Result<Url, ToolError> {
    let wrong = |why: &str| refused("oauth_bad_metadata", format!("`{what}` of the authorization server {why}"));
    if text.len() > 2_000 {
        return Err(wrong("is too long"));
    }
    if !is_clean(text) {
        return Err(wrong("has white space or control characters in it"));
    }
    let url = Url::parse(text).map_err(|_| wrong("is no address"))?;
    match url.scheme() {
        "https" => {}
        "http" if is_plain => {}
        _ => return Err(wrong("is not an https address")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("has credentials in it"));
    }
    guard.check_url(&url).map_err(|why| {
        ToolError::new(ErrorClass::PermissionError, "outbound_blocked", format!("`{what}` is refused: {why}"))
    })?;
    Ok(url)
}
