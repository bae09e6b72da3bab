//! Server-sent events: an answer that comes piece by piece.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::Stream;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Serialize;

/// How often a line is sent that means nothing, so that nobody in between takes the connection for dead.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(10);
/// That line.
pub(crate) const QUIET: Bytes = Bytes::from_static(b": still running\n\n");
const TYPE: &str = "text/event-stream";

/// Whether the client asks for events.
pub(crate) fn are_wanted(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted
        .flat_map(|value| value.split(','))
        .any(|part| part.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(TYPE)))
}

/// The answer whose body is `pieces`.
pub(crate) fn response(pieces: impl Stream<Item = Result<Bytes, Infallible>> + Send + 'static) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(TYPE)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // Some proxies gather what they pass on, which is not wanted here.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    (headers, Body::from_stream(pieces)).into_response()
}

/// One event. JSON has no line ends in it, so one `data` line is enough.
pub(crate) fn event(name: &str, data: &impl Serialize) -> Bytes {
    let data = serde_json::to_string(data).unwrap_or_default();
    Bytes::from(format!("event: {name}\ndata: {data}\n\n"))
}

/// One event from which a client that comes back can go on: it says `id` in `Last-Event-ID`.
pub(crate) fn event_with_id(id: i64, name: &str, data: &impl Serialize) -> Bytes {
    let data = serde_json::to_string(data).unwrap_or_default();
    Bytes::from(format!("id: {id}\nevent: {name}\ndata: {data}\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_only_to_those_who_ask() {
        let asks = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(value));
            are_wanted(&headers)
        };
        assert!(asks("text/event-stream") && asks("application/json, Text/Event-Stream;q=0.9"));
        assert!(!asks("*/*") && !asks("application/json") && !asks("text/*"));
        assert!(!are_wanted(&HeaderMap::new()));
    }

    #[test]
    fn an_event_is_one_block_of_lines() {
        let text = event_with_id(7, "message", &"two\nlines");
        assert_eq!(text, "id: 7\nevent: message\ndata: \"two\\nlines\"\n\n");
    }
}
