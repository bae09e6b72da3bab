//! What comes in with a request, read with bounds and refused with the name of the field.
//!
//! A body that cannot be read at all (not JSON) is `malformed_request`, 400; one that was read but has a
//! wrong, missing or unknown field is `invalid_request`, 422, with the field in the details.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, RawPathParams, Request},
    response::{IntoResponse, Response},
};
use bytes::{Bytes, BytesMut};
use callwright_model::{Fault, FaultKind};
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use http_body::Body as _;
use http_body_util::BodyExt;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    error::{ApiError, malformed},
    state::ServerState,
    strict::Strict,
};

/// A JSON body, in either direction.
#[derive(Debug, Clone)]
pub struct Json<T>(pub T);

/// The query of a URL, strictly: a wrong value is refused, and an unknown name where `T` refuses it.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

/// The variable parts of a path. One that does not fit names nothing, so it is a 404.
#[derive(Debug, Clone)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned> FromRequest<ServerState> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        // The type is checked first: a body of another type is not worth waiting for.
        check_media_type(&parts.headers)?;
        Ok(Self(parse(&read(body, state).await?)?))
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => {
                let kind = HeaderValue::from_static("application/json");
                ([(header::CONTENT_TYPE, kind)], bytes).into_response()
            }
            Err(error) => ApiError(Fault::internal(error)).into_response(),
        }
    }
}

/// What was made, with the path where it is.
#[derive(Debug, Clone)]
pub struct Created<T> {
    /// The path.
    pub at: String,
    /// What is there.
    pub made: T,
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, [(header::LOCATION, self.at)], Json(self.made)).into_response()
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Ok(Self(parse_query(parts.uri.query().unwrap_or_default())?))
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let nothing = || Fault::new(FaultKind::NotFound, "not_found", "there is nothing at this path");
        let raw = RawPathParams::from_request_parts(parts, state).await.map_err(|_| nothing())?;
        if raw.iter().any(|(_, value)| value.contains('\0')) {
            return Err(nothing().into());
        }
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await.map_err(|_| nothing())?;
        Ok(Self(path.0))
    }
}

/// The whole body, at most `max_body_bytes`, within `body_timeout`. What is left of one that is too large is not our
/// business but [`crate::linger`]'s.
pub async fn read(body: Body, state: &ServerState) -> Result<Bytes, Fault> {
    read_up_to(body, state, state.options.max_body_bytes).await
}

/// The same with another limit, for a route whose bodies are known to be larger.
pub async fn read_up_to(mut body: Body, state: &ServerState, limit: usize) -> Result<Bytes, Fault> {
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large(limit));
    }
    let read = tokio::time::timeout(state.options.body_timeout, collect(&mut body, limit)).await;
    read.unwrap_or_else(|_| Err(too_slow(state.options.body_timeout)))
}

/// Reads a body that says that it is JSON into `T`.
pub fn parse_as_json<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8]) -> Result<T, Fault> {
    check_media_type(headers)?;
    parse(bytes)
}

/// Reads JSON into `T`.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    refuse_nul(bytes)?;
    // Following the path costs; do it only for a body that turned out to be wrong.
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    T::deserialize(Strict(&mut reader))
        .and_then(|value| reader.end().map(|()| value))
        .map_err(|first| explain::<T>(bytes, &first))
}

pub(crate) async fn collect(body: &mut Body, limit: usize) -> Result<Bytes, Fault> {
    let Some(first) = next_chunk(body).await? else { return Ok(Bytes::new()) };
    if first.len() > limit {
        return Err(too_large(limit));
    }
    // Most bodies come in one piece, which then needs no copy.
    let Some(second) = next_chunk(body).await? else { return Ok(first) };
    let mut whole = BytesMut::from(first);
    let mut next = Some(second);
    while let Some(chunk) = next {
        if whole.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        whole.extend_from_slice(&chunk);
        next = next_chunk(body).await?;
    }
    Ok(whole.freeze())
}

async fn next_chunk(body: &mut Body) -> Result<Option<Bytes>, Fault> {
    loop {
        match body.frame().await {
            None => return Ok(None),
            Some(Err(error)) => return Err(malformed("the body ended before it was complete").with_source(error)),
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) if data.is_empty() => {}
                Ok(data) => return Ok(Some(data)),
                Err(_trailers) => {}
            },
        }
    }
}

fn too_slow(limit: Duration) -> Fault {
    let message = format!("the body did not arrive within {} s", limit.as_secs_f64());
    Fault::new(FaultKind::Invalid, "request_timeout", message)
}

fn too_large(limit: usize) -> Fault {
    Fault::new(FaultKind::TooLarge, "body_too_large", format!("the body is larger than {limit} bytes"))
        .with_details(serde_json::json!({ "max_bytes": limit }))
}

/// A missing type is taken for JSON; a form or plain text is refused, which also keeps simple cross-site posts out.
fn check_media_type(headers: &HeaderMap) -> Result<(), Fault> {
    let Some(given) = headers.get(header::CONTENT_TYPE) else { return Ok(()) };
    let essence = given.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let is_json = essence.eq_ignore_ascii_case("application/json")
        || essence.len() > 5 && essence.as_bytes()[essence.len() - 5..].eq_ignore_ascii_case(b"+json");
    if is_json {
        return Ok(());
    }
    Err(Fault::new(
        FaultKind::Invalid,
        "unsupported_media_type",
        "the body must be JSON: `Content-Type: application/json`",
    ))
}

/// PostgreSQL cannot keep a NUL in a text, so none gets in, with either database.
pub(crate) fn refuse_nul(bytes: &[u8]) -> Result<(), Fault> {
    const ESCAPE: &[u8] = b"\\u0000";
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        if rest[at..].starts_with(ESCAPE) {
            let field =
                serde_json::from_slice::<Value>(bytes).ok().and_then(|value| find_nul(&value)).unwrap_or_default();
            return Err(Fault::invalid(field, "a text contains a NUL character (`\\u0000`), which cannot be stored"));
        }
        // The escaped character is skipped with its backslash: `\\u0000` is a backslash and five letters.
        rest = &rest[(at + 2).min(rest.len())..];
    }
    Ok(())
}

fn find_nul(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, item)| find_nul(item).map(|rest| join(&index.to_string(), &rest))),
        Value::Object(fields) => fields.iter().find_map(|(name, item)| {
            if name.contains('\0') { Some(String::new()) } else { find_nul(item).map(|rest| join(name, &rest)) }
        }),
        _ => None,
    }
}

fn join(name: &str, rest: &str) -> String {
    if rest.is_empty() { name.to_owned() } else { format!("{name}.{rest}") }
}

/// Reads again, this time following the path, to name the field.
fn explain<T: DeserializeOwned>(bytes: &[u8], first: &serde_json::Error) -> Fault {
    if bytes.is_empty() {
        return malformed("the body is empty; this needs a JSON object");
    }
    if !first.is_data() {
        return malformed(format!("the body is not JSON: {first}"));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    match serde_path_to_error::deserialize::<_, T>(Strict(&mut reader)) {
        Ok(_) => Fault::invalid("", format!("the body does not fit: {first}")),
        Err(error) => named(&error),
    }
}

/// Reads a value that was put together from what a client sent.
pub(crate) fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Fault> {
    serde_path_to_error::deserialize(Strict(value)).map_err(|error| named(&error))
}

/// The fault of a wrong value, with the path of its field.
fn named(error: &serde_path_to_error::Error<serde_json::Error>) -> Fault {
    let message = without_position(&error.inner().to_string());
    let field = field_of(&error.path().to_string(), &message);
    let message = if field.is_empty() { message } else { format!("`{field}`: {message}") };
    Fault::invalid(field, message)
}

/// serde_json ends its message with ` at line 1 column 2`, which says nothing next to a path.
fn without_position(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(text, _)| text).to_owned()
}

/// The path of the wrong value; for a missing or unknown field that field itself, which the path does not reach.
fn field_of(path: &str, message: &str) -> String {
    let path = if path == "." { "" } else { path };
    let named = ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start))
        .and_then(|rest| rest.split('`').next());
    match named {
        Some(name) if path.rsplit('.').next() == Some(name) => path.to_owned(),
        Some(name) if path.is_empty() => name.to_owned(),
        Some(name) => format!("{path}.{name}"),
        None => path.to_owned(),
    }
}

fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, Fault> {
    let pairs = || url::form_urlencoded::parse(query.as_bytes());
    if let Some((name, _)) = pairs().find(|(name, value)| name.contains('\0') || value.contains('\0')) {
        return Err(Fault::invalid(name.replace('\0', ""), "the query contains a NUL character"));
    }
    let reader = serde_urlencoded::Deserializer::new(pairs());
    serde_path_to_error::deserialize(reader).map_err(|error| {
        let message = error.inner().to_string();
        let field = field_of(&error.path().to_string(), &message);
        let message = if field.is_empty() { message } else { format!("query `{field}`: {message}") };
        Fault::invalid(field, message)
    })
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[serde(default)]
        #[expect(dead_code)]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code)]
        count: u32,
    }

    fn field(body: &str) -> String {
        let fault = parse::<Outer>(body.as_bytes()).unwrap_err();
        assert_eq!(fault.code, "invalid_request", "{fault}");
        fault.details.unwrap()["field"].as_str().unwrap().to_owned()
    }

    #[test]
    fn a_wrong_body_is_refused_with_the_name_of_the_field() {
        assert_eq!(field(r#"{"inner": [{"count": "x"}]}"#), "inner[0].count");
        assert_eq!(field(r#"{"inner": [{}]}"#), "inner[0].count");
        assert_eq!(field(r#"{"inner": [], "other": 1}"#), "other");
        assert_eq!(field(r#"{"inner": [{"count": 1, "more": 2}]}"#), "inner[0].more");
        assert_eq!(field("[]"), "");
        assert_eq!(field("3"), "");
        assert_eq!(field(r#"{"inner": [[1]]}"#), "inner[0]");
    }

    #[test]
    fn a_body_that_is_not_json_is_malformed() {
        for body in ["", "{", "nonsense", "{\"inner\": [}", "\"\\ud800\""] {
            assert_eq!(parse::<Outer>(body.as_bytes()).unwrap_err().code, "malformed_request", "{body}");
        }
    }

    #[test]
    fn a_nul_is_refused_but_an_escaped_backslash_before_u0000_is_not_one() {
        let fault = parse::<Value>(br#"{"a": {"b": ["ok", "x\u0000"]}}"#).unwrap_err();
        assert_eq!(fault.details.unwrap()["field"], "a.b.1");
        assert!(parse::<Value>(br#"{"a": "\\u0000"}"#).is_ok());
    }

    #[test]
    fn a_wrong_query_names_its_field() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Filter {
            #[expect(dead_code)]
            limit: Option<u32>,
        }
        let field =
            |query| parse_query::<Filter>(query).unwrap_err().details.unwrap()["field"].as_str().unwrap().to_owned();
        assert_eq!(field("limit=many"), "limit");
        assert_eq!(field("other=1"), "other");
        assert_eq!(field("limit=1&limit=2"), "limit");
        assert_eq!(field("limit=%00"), "limit");
    }
}
