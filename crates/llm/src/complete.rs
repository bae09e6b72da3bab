//! One request to a model, from the thread to the answer.

use std::time::Duration;

use bytes::Bytes;
use callwright_guard::{Guard, Outgoing, Streamed};
use http::{HeaderMap, Method, header::CONTENT_TYPE};
use serde_json::Value;
use tokio::time::{Instant, timeout};
use url::Url;

use crate::{
    Endpoint, ErrorKind, Events, ModelError, Reply, Request,
    draft::Draft,
    failure,
    reply::MAX_ANSWER,
    sse::{Parser, SseEvent},
    wire::{self, Reader},
};

/// For resolving, connecting and the TLS handshake together.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a provider may be silent: models think before they speak.
const SILENCE: Duration = Duration::from_secs(300);
/// The most bytes of a stream: each of its small pieces comes in a wrapping many times its size.
const MAX_STREAM: usize = 64 << 20;
/// The most bytes of an error.
const MAX_ERROR: usize = 64 << 10;
/// How long to wait for the end of a stream whose last event has come, for the sake of its connection.
const BRIEF: Duration = Duration::from_millis(50);

/// Asks a model. While the answer comes in, `events` is told of it, if the request wants that.
///
/// # Errors
/// Says what went wrong, and whether asking again could help.
pub async fn complete(
    guard: &Guard,
    endpoint: &Endpoint,
    request: Request<'_>,
    events: Events<'_>,
) -> Result<Reply, ModelError> {
    let mut answer = ask(guard, endpoint, &request, &mut *events).await;
    // Newer models of several vendors refuse to be told a temperature, and nothing but the refusal says which.
    if request.temperature.is_some()
        && let Err(error) = &answer
        && error.kind == ErrorKind::InvalidRequest
        && error.status == Some(400)
        && error.message.contains("temperature")
    {
        tracing::debug!(model = request.model, "the model refuses a temperature; it is asked again without");
        answer = ask(guard, endpoint, &Request { temperature: None, ..request }, events).await;
    }
    answer.map_err(|error| failure::without_key(error, endpoint))
}

/// Whether the provider can be reached and takes the key: its list of models is asked for.
///
/// # Errors
/// As [`complete`].
pub async fn probe(guard: &Guard, endpoint: &Endpoint, deadline: Instant) -> Result<(), ModelError> {
    let asked = async {
        let url = wire::models_address(endpoint)?;
        let request = outgoing(Method::GET, url, endpoint, Bytes::new(), deadline)?;
        let mut streamed = guard.open(request).await.map_err(|error| failure::of_send(&error))?;
        if streamed.status.is_success() { Ok(()) } else { Err(refusal(&mut streamed).await) }
    };
    asked.await.map_err(|error| failure::without_key(error, endpoint))
}

async fn ask(
    guard: &Guard,
    endpoint: &Endpoint,
    request: &Request<'_>,
    events: Events<'_>,
) -> Result<Reply, ModelError> {
    let url = wire::address(endpoint, request)?;
    let body = wire::body(endpoint, request).to_string();
    let outgoing = outgoing(Method::POST, url, endpoint, body.into(), request.deadline)?;
    let mut streamed = guard.open(outgoing).await.map_err(|error| failure::of_send(&error))?;
    if !streamed.status.is_success() {
        return Err(refusal(&mut streamed).await);
    }
    let mut draft = Draft::default();
    if is_stream(&streamed.headers).unwrap_or(request.stream) {
        let mut reader = wire::reader(endpoint.form);
        let mut quiet = |_| {};
        let events = if request.stream { events } else { &mut quiet };
        follow(&mut streamed, &mut *reader, &mut draft, events).await?;
    } else {
        let body = read(&mut streamed, MAX_ANSWER).await?;
        let value: Value = serde_json::from_slice(&body)
            .map_err(|_| ModelError::new(ErrorKind::BadResponse, "the provider's answer is not JSON"))?;
        if let Some(error) = value.get("error").filter(|error| !error.is_null()) {
            return Err(failure::within_stream(error));
        }
        let mut quiet = |_| {};
        wire::whole(endpoint.form, &value, &mut draft, if request.stream { events } else { &mut quiet })?;
    }
    draft.finish(endpoint.form.as_str(), request.model, request.messages.len())
}

fn outgoing(
    method: Method,
    url: Url,
    endpoint: &Endpoint,
    body: Bytes,
    deadline: Instant,
) -> Result<Outgoing, ModelError> {
    Ok(Outgoing {
        method,
        url,
        headers: wire::headers(endpoint)?,
        body,
        connect_timeout: CONNECT,
        read_timeout: SILENCE,
        deadline,
        // A key goes to the address that somebody has set, and nowhere else.
        redirects: 0,
        max_bytes: MAX_STREAM,
        sensitive: Vec::new(),
    })
}

/// Whether the answer is a stream of events; none if it does not say.
fn is_stream(headers: &HeaderMap) -> Option<bool> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?.trim().to_ascii_lowercase();
    match kind.split(';').next()?.trim() {
        "text/event-stream" => Some(true),
        "application/json" => Some(false),
        _ => None,
    }
}

/// Reads events until the last.
async fn follow(
    streamed: &mut Streamed,
    reader: &mut dyn Reader,
    draft: &mut Draft,
    events: Events<'_>,
) -> Result<(), ModelError> {
    let mut parser = Parser::default();
    let mut is_over = false;
    while let Some(piece) = next(streamed).await? {
        parser.push(&piece, |event| {
            if !is_over {
                is_over = take(event, reader, draft, &mut *events)?;
            }
            Ok(())
        })?;
        if is_over {
            // Read to its end, the connection can be used again.
            let _ = timeout(BRIEF, async { while let Ok(Some(_)) = streamed.chunk().await {} }).await;
            break;
        }
    }
    // The blank line behind the last event may be missing; an event that is cut in two is not one.
    if !is_over
        && let Some(event) = parser.finish()
        && (event.data.trim() == DONE || serde_json::from_str::<Value>(&event.data).is_ok())
    {
        is_over = take(event, reader, draft, &mut *events)?;
    }
    if reader.end(draft, events)? || is_over {
        return Ok(());
    }
    Err(ModelError::new(ErrorKind::Network, "the provider's answer broke off before its end"))
}

const DONE: &str = "[DONE]";

/// Takes one event. True: it was the last.
pub(crate) fn take(
    event: SseEvent,
    reader: &mut dyn Reader,
    draft: &mut Draft,
    events: Events<'_>,
) -> Result<bool, ModelError> {
    match event.data.trim() {
        "" => Ok(false),
        DONE => {
            reader.done();
            if reader.end(draft, events)? {
                return Ok(true);
            }
            Err(ModelError::new(ErrorKind::BadResponse, "the provider's answer ends before it has begun"))
        }
        data => {
            let mut value: Value = serde_json::from_str(data).map_err(|_| {
                ModelError::new(ErrorKind::BadResponse, "the provider's stream has an event that is not JSON")
            })?;
            // The name says what the event is; a few servers leave it out of the data.
            if let Some(map) = value.as_object_mut()
                && !event.name.is_empty()
                && !map.contains_key("type")
            {
                map.insert("type".to_owned(), Value::String(event.name));
            }
            reader.event(value, draft, events)
        }
    }
}

/// What an answer means whose status is no success.
async fn refusal(streamed: &mut Streamed) -> ModelError {
    let (status, headers) = (streamed.status, streamed.headers.clone());
    if status.is_redirection() {
        let message =
            format!("the provider's address sends us elsewhere ({}): set the one it sends to", status.as_u16());
        let mut error = ModelError::new(ErrorKind::NotFound, message);
        error.status = Some(status.as_u16());
        return error;
    }
    let body = read(streamed, MAX_ERROR).await.unwrap_or_default();
    failure::of_answer(status, &headers, &body)
}

/// The whole body.
async fn read(streamed: &mut Streamed, max_bytes: usize) -> Result<Vec<u8>, ModelError> {
    let mut body = Vec::new();
    while let Some(piece) = next(streamed).await? {
        if body.len() + piece.len() > max_bytes {
            let message = format!("the provider's answer is larger than {max_bytes} bytes");
            return Err(ModelError::new(ErrorKind::BadResponse, message));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

async fn next(streamed: &mut Streamed) -> Result<Option<Bytes>, ModelError> {
    streamed.chunk().await.map_err(|error| failure::of_send(&error))
}
