//! How a request is answered that was let in: `tools/call` and what belongs to it in the request's own task, everything else
//! by `rmcp`.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use callwright_model::{Fault, secret::SecretString};
use http::{HeaderMap, Method, StatusCode, header, request::Parts};
use serde_json::Value;

use super::{
    Era, Who,
    ask::{self, Asking},
    call::{Call, given_up},
    gate::{NEWEST, SESSION_ID, era, is_session_version},
    handler,
    ident::Ident,
    manager,
    session::{Can, Session},
    task, tell, tool,
    wire::{self, CallParams, META_CAPABILITIES, META_LOG_LEVEL, Message, Params},
};
use crate::{body, error::ApiError, state::ServerState};

/// The most bytes of an answer to `initialize`.
const MOST_HELLO: usize = 1024 * 1024;

/// Calls a tool.
pub(super) async fn call(state: ServerState, who: Who, era: Era, message: Message) -> Response {
    let session = who.session.clone();
    let id = message.id.unwrap_or_default();
    let params = match call_params(message.params) {
        Ok(params) => params,
        Err(error) => return unfit(&id, &error),
    };
    let (can, level, asking) = match (era, &session) {
        (Era::Session, Some(session)) => {
            let level = session.level.load(std::sync::atomic::Ordering::Relaxed);
            (session.can, Some(level), Asking::Session(session.clone()))
        }
        _ => {
            let level = params.meta.get(META_LOG_LEVEL).and_then(Value::as_str).and_then(tell::level);
            (Can::read(params.meta.get(META_CAPABILITIES)), level, Asking::Result)
        }
    };
    let call = Call { app: state.app.clone(), who, era, can, level, params };
    let (out, messages) = tell::channel();
    // Boxed here, for what is handed on by value is moved with all that it may ever hold.
    carry(session, id, messages, Box::pin(call.carry(Some(out), asking))).await
}

/// The parameters of `tools/call`; why they are none.
fn call_params(params: Params) -> Result<CallParams, serde_json::Error> {
    match params {
        Params::Call(params) => Ok(*params),
        Params::Other(params) => serde_json::from_value(params),
    }
}

fn unfit(id: &Value, error: &serde_json::Error) -> Response {
    let error = wire::RpcError::new(wire::INVALID_PARAMS, format!("the parameters do not fit: {error}"));
    tell::json_answer(StatusCode::OK, wire::answer::<()>(id, Err(error)))
}

/// Answers the request `id` with what comes of `work`, which its client may give up.
async fn carry<T: serde::Serialize>(
    session: Option<Arc<Session>>,
    id: Value,
    messages: tokio::sync::mpsc::Receiver<Bytes>,
    work: impl Future<Output = Result<T, wire::RpcError>> + Send + 'static,
) -> Response {
    let running = session.map(|session| session.begin(&id));
    let work = Box::pin(async move {
        let given_up_by = async {
            match &running {
                Some(running) => running.token.cancelled().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            ended = work => (status(&ended), wire::answer(&id, ended)),
            () = given_up_by => (StatusCode::OK, given_up(&id)),
        }
    });
    tell::answer(work, messages).await
}

/// What has to do with calls as tasks, in a session whose client may know them; none when it is something else.
pub(super) async fn with_tasks(
    state: &ServerState,
    who: &Who,
    headers: &HeaderMap,
    message: &Message,
) -> Option<Response> {
    let session = who.session.as_ref().filter(|session| session.has_tasks())?;
    let wanted = task::Wanted::of(message);
    if wanted.is_none() && !message.asks("tools/list") {
        return None;
    }
    let id = message.id.clone().unwrap_or_default();
    if era(headers, &message.params, Some(session)) != Some(Era::Session) {
        // Carried out as a plain call it would outlast its client's patience, and be made again.
        let why = "this call cannot be a task as it was sent; look at its headers and `_meta`";
        let error = wire::RpcError::new(wire::INVALID_REQUEST, why);
        let is_call = wanted == Some(task::Wanted::Begin);
        return is_call.then(|| tell::json_answer(StatusCode::OK, wire::answer::<()>(&id, Err(error))));
    }
    let Some(wanted) = wanted else {
        let cursor = message.param("cursor").and_then(Value::as_str);
        let page = async { tool::page_with_tasks(&*tool::offer(&state.app, who).await?, session.can, cursor) };
        let page = page.await.map_err(|fault| {
            let error = handler::error(&fault);
            wire::RpcError::new(error.code.0, error.message)
        });
        return Some(tell::json_answer(StatusCode::OK, wire::answer(&id, page)));
    };
    let params = match &wanted {
        task::Wanted::Begin => match call_params(message.params.clone()) {
            Ok(params) => params,
            Err(error) => return Some(unfit(&id, &error)),
        },
        _ => CallParams::default(),
    };
    let place = match wanted {
        task::Wanted::Begin => Some(state.mcp.sessions.task(who.caller.org_id)),
        _ => None,
    };
    let call =
        Call { app: state.app.clone(), who: who.clone(), era: Era::Session, can: session.can, level: None, params };
    let (out, messages) = tell::channel();
    let work = Box::pin(call.task(wanted, place.flatten(), out, Asking::Session(session.clone())));
    Some(carry(Some(session.clone()), id, messages, work).await)
}

/// What the client lacks is told by the status as well; everything else is told by the message alone.
fn status<T>(ended: &Result<T, wire::RpcError>) -> StatusCode {
    match ended {
        Err(error) if error.code == ask::MISSING_CAPABILITY => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    }
}

/// Begins a session, if there is room.
pub(super) async fn begin(
    state: ServerState,
    mut who: Who,
    credential: SecretString,
    parts: Parts,
    bytes: Bytes,
    message: &Message,
) -> Result<Response, ApiError> {
    let can = Can::read(message.param("capabilities"));
    let wanted = message.param("protocolVersion").and_then(Value::as_str);
    let version = wanted.filter(|version| is_session_version(version)).unwrap_or(NEWEST);
    let (app, sessions) = (&state.app, &state.mcp.sessions);
    let ident = Ident::new(app, &who.caller, &who.endpoint, version, can);
    let (id, beginning) = sessions.begin(app, &who.caller, who.endpoint.clone(), credential, ident).await?;
    sessions.sweep(app, state.closing.clone());
    who.session = Some(beginning.session().clone());
    let mut response = manager::beginning(id, pass(&state, who, parts, Body::from(bytes))).await;
    if response.headers().contains_key(SESSION_ID) {
        if version == NEWEST {
            response = say_tasks(response).await?;
        }
        beginning.keep();
    }
    Ok(response)
}

/// Says in the answer to `initialize` that calls may be tasks, which `rmcp` does not say any more.
async fn say_tasks(response: Response) -> Result<Response, Fault> {
    let (mut parts, mut body) = response.into_parts();
    let bytes = body::collect(&mut body, MOST_HELLO).await?;
    let text = String::from_utf8_lossy(&bytes);
    let told = text.split_inclusive('\n').map(|line| {
        let message = line.strip_prefix("data:").and_then(|data| serde_json::from_str::<Value>(data).ok());
        match message {
            Some(mut message) if message.pointer("/result/capabilities").is_some_and(Value::is_object) => {
                message["result"]["capabilities"]["tasks"] = task::capability();
                format!("data: {message}\n")
            }
            _ => line.to_owned(),
        }
    });
    let told: String = told.collect();
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(told)))
}

/// Ends a session.
pub(super) async fn end(state: &ServerState, who: &Who, id: &str) -> Result<Response, Fault> {
    match state.mcp.sessions.end(&state.app, id, &who.caller, &who.endpoint).await? {
        true => Ok(StatusCode::OK.into_response()),
        false => Err(no_session()),
    }
}

/// Of a session that another token began nothing is said, not even that it is there.
pub(super) fn no_session() -> Fault {
    Fault::not_found("session", "of this token with that id")
}

/// Has `rmcp` answer.
pub(super) async fn pass(state: &ServerState, who: Who, parts: Parts, body: Body) -> Response {
    let mut request = Request::from_parts(parts, body);
    let is_listening = request.method() == Method::GET;
    let session = who.session.clone();
    request.extensions_mut().insert(who);
    let response = Box::pin(state.mcp.service.handle(request)).await;
    response.map(|body| match session {
        // Whoever only listens makes room for others in need.
        Some(session) if is_listening => Body::new(Held { body, _guard: session.open() }),
        Some(session) => Body::new(Held { body, _guard: session.using() }),
        None => Body::new(body),
    })
}

/// A body that keeps its session in use.
struct Held<B, G> {
    body: B,
    _guard: G,
}

impl<B: http_body::Body + Unpin, G: Unpin> http_body::Body for Held<B, G> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<B::Data>, B::Error>>> {
        std::pin::Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}
