//! Who gets in, and who answers.
//!
//! Every request shows who is asking and comes from where it may; a session belongs to the token that began it. Then
//! `tools/call` is carried here, without the detour over a session's own task; everything else is answered by `rmcp`.

use std::sync::Arc;

use axum::{
    body::Body,
    extract::Request,
    response::{IntoResponse, Response},
};
use callwright_model::{
    Fault, FaultKind,
    account::{Caller, Right, Scope},
    secret::SecretString,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts};
use serde_json::Value;

use super::{
    Endpoint, Era, Who, carry, ident, metadata, said,
    session::Session,
    stream,
    wire::{META_CAPABILITIES, META_VERSION, Message, Params, STATELESS},
};
use crate::{
    auth::{self, Credential},
    body,
    error::ApiError,
    state::ServerState,
};

pub(super) const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");
const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");

/// Answers a request to one of the endpoints.
pub(super) async fn serve(state: ServerState, endpoint: Endpoint, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match let_in(&state, &endpoint, &parts).await {
        Ok(caller) => {
            let who = Who { caller, endpoint, session: None, by_search: by_search(&parts) };
            answer(state, who, None, parts, body).await.unwrap_or_else(IntoResponse::into_response)
        }
        Err(fault) => refuse(&state, &endpoint, fault),
    }
}

/// The same for the fixtures, whose endpoint stands for a token of theirs.
pub(super) async fn serve_fixtures(state: ServerState, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let token = state.options.mcp.fixtures.clone().filter(|_| state.options.is_loopback);
    let let_in = async {
        let token = token.ok_or_else(|| Fault::not_found("page", parts.uri.path()))?;
        check_place(&state, &parts.headers)?;
        let caller = callwright_runtime::account::authenticate(&state.app, token.expose()).await?;
        Ok::<_, Fault>((caller, token))
    };
    match let_in.await {
        Ok((caller, credential)) => {
            let who = Who { caller, endpoint: Endpoint::Organization, session: None, by_search: by_search(&parts) };
            answer(state, who, Some(credential), parts, body).await.unwrap_or_else(IntoResponse::into_response)
        }
        Err(fault) => ApiError(fault).into_response(),
    }
}

async fn let_in(state: &ServerState, endpoint: &Endpoint, parts: &Parts) -> Result<Caller, Fault> {
    check_place(state, &parts.headers)?;
    let caller = auth::authenticate(parts, state).await?;
    let scopes = [Scope::Mcp, Scope::ToolsCall];
    if !scopes.iter().any(|scope| caller.may(Right::View, *scope)) {
        return Err(Fault::forbidden("this token lacks the scope `mcp`"));
    }
    if let Endpoint::Agent(agent) = endpoint {
        // Whether there is such an agent, and whether they may run it.
        callwright_runtime::registry::listing(&state.app, &caller, Some(agent), by_search(parts)).await?;
    }
    Ok(caller)
}

/// Whether the address says `?offer=search`.
fn by_search(parts: &Parts) -> bool {
    parts.uri.query().is_some_and(|query| query.split('&').any(|pair| pair == "offer=search"))
}

/// Tells a client without a token where tokens are from.
fn refuse(state: &ServerState, endpoint: &Endpoint, fault: Fault) -> Response {
    let problem = match fault.kind {
        FaultKind::Unauthenticated => "",
        FaultKind::Forbidden if fault.message.contains("scope") => "error=\"insufficient_scope\", scope=\"mcp\", ",
        _ => return ApiError(fault).into_response(),
    };
    let value = format!("Bearer {problem}resource_metadata=\"{}\"", metadata::address(state, endpoint));
    let mut response = ApiError(fault).into_response();
    if let Ok(value) = HeaderValue::from_str(&value) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    response
}

/// Refuses what some other site made a browser send: a name that was made to lead here, or a page of its own.
fn check_place(state: &ServerState, headers: &HeaderMap) -> Result<(), Fault> {
    let elsewhere = |what: &str| Fault::new(FaultKind::Forbidden, "cross_site", what.to_owned());
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if state.options.is_loopback && !is_own_host(state, host) {
        return Err(elsewhere("`Host` is not a name of this server; set `public_url` to the one that it has"));
    }
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or_default();
    let allowed = &state.options.mcp.origins;
    if allowed.iter().any(|allowed| allowed == origin) || auth::is_own_origin(origin, headers, state) {
        return Ok(());
    }
    Err(elsewhere("this came from a page of another site; `mcp_origins` names those that may"))
}

fn is_own_host(state: &ServerState, host: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, port)| if is_port(port) { name } else { host });
    if matches!(name, "localhost" | "127.0.0.1" | "[::1]") {
        return true;
    }
    let Ok(url) = url::Url::parse(&format!("http://{host}")) else { return false };
    let is_local = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    is_local || state.options.public_url.as_ref().is_some_and(|public| public.host() == url.host())
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

async fn answer(
    state: ServerState,
    mut who: Who,
    fixtures: Option<SecretString>,
    parts: Parts,
    body: Body,
) -> Result<Response, ApiError> {
    let credential = fixtures.unwrap_or_else(|| match auth::credential(&parts.headers) {
        Some(Credential::Token(text) | Credential::Session(text)) => SecretString::new(text.to_owned()),
        None => SecretString::new(String::new()),
    });
    // Held until the answer begins, however slowly the request comes in; from then on the answer holds it.
    let _using = match parts.headers.get(SESSION_ID) {
        Some(id) => {
            let id = id.to_str().unwrap_or_default();
            if parts.method == Method::DELETE {
                return Ok(carry::end(&state, &who, id).await?);
            }
            let sessions = &state.mcp.sessions;
            let found = sessions.find(&state.app, id, &who.caller, &who.endpoint, &credential).await?;
            let using = found.ok_or_else(carry::no_session)?;
            who.session = Some(using.session().clone());
            sessions.sweep(&state.app, state.closing.clone());
            Some(using)
        }
        None => None,
    };
    match (&parts.method, &who.session) {
        (&Method::POST, _) => {}
        (&Method::GET, Some(session)) if let Some(last) = listens(&parts.headers) => {
            return Ok(stream::open(&state, &who, session, last).await);
        }
        _ => return Ok(carry::pass(&state, who, parts, Body::empty()).await),
    }
    let bytes = body::read(body, &state).await?;
    body::refuse_nul(&bytes)?;
    let Some(message) = Message::read(&bytes) else {
        return Ok(carry::pass(&state, who, parts, Body::from(bytes)).await);
    };
    if let Some(taken) = taken(&state, &who, &message).await? {
        return Ok(taken);
    }
    if who.session.as_ref().is_some_and(|session| session.has_tasks())
        && let Some(answer) = Box::pin(carry::with_tasks(&state, &who, &parts.headers, &message)).await
    {
        return Ok(answer);
    }
    if message.asks("tools/call")
        && let Some(era) = era(&parts.headers, &message.params, who.session.as_ref())
    {
        return Ok(carry::call(state, who, era, message).await);
    }
    if message.asks("initialize") && who.session.is_none() {
        return Box::pin(carry::begin(state, who, credential, parts, bytes, &message)).await;
    }
    Ok(carry::pass(&state, who, parts, Body::from(bytes)).await)
}

/// The id of the last event that a client had which wants to listen to its session. None when it wants something else,
/// or says it in a way that `rmcp` has to judge: such as the rest of one answer, whose events are numbered `0/1`.
fn listens(headers: &HeaderMap) -> Option<Option<&str>> {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let accepts = text(&header::ACCEPT).is_some_and(|accept| accept.to_ascii_lowercase().contains("text/event-stream"));
    let last = text(&LAST_EVENT);
    let is_ours = accepts && text(&VERSION).is_none_or(is_session_version) && !last.is_some_and(|id| id.contains('/'));
    is_ours.then_some(last)
}

/// What a client says about something that we carry ourselves: the answer to a question of ours, or that it gives a call
/// up.
async fn taken(state: &ServerState, who: &Who, message: &Message) -> Result<Option<Response>, Fault> {
    let Some(session) = &who.session else { return Ok(None) };
    let accepted = || StatusCode::ACCEPTED.into_response();
    match (&message.method, &message.id) {
        (None, Some(Value::String(id))) if ident::is_question(id) => {
            let answer = match (&message.result, &message.error) {
                (Some(result), _) => Ok(result.clone()),
                (None, error) => Err(error.clone().unwrap_or_default()),
            };
            if session.answered(id, answer) || Box::pin(said::elsewhere(state, who, session, id, message)).await? {
                return Ok(Some(accepted()));
            }
            let why =
                "nobody waits for this answer here: it came too late, or to another server than the one that asked";
            Err(Fault::conflict("not_asked", why))
        }
        (Some(method), None) if method == "notifications/cancelled" => {
            let is_ours = message.param("requestId").is_some_and(|id| session.cancel(id));
            Ok(is_ours.then(accepted))
        }
        _ => Ok(None),
    }
}

/// Which revision a call speaks; none when something about it is unusual, which `rmcp` then judges.
pub(super) fn era(headers: &HeaderMap, params: &Params, session: Option<&Arc<Session>>) -> Option<Era> {
    let one = |name: &HeaderName| {
        let mut values = headers.get_all(name).iter();
        let first = values.next().map(|value| value.to_str().unwrap_or_default());
        if values.next().is_some() { Some("") } else { first }
    };
    let has =
        |name: &HeaderName, wanted: &str| one(name).is_some_and(|value| value.to_ascii_lowercase().contains(wanted));
    // What a client takes may be said in several lines, which mean the same as one.
    let takes = |wanted: &str| {
        headers
            .get_all(header::ACCEPT)
            .iter()
            .any(|line| line.to_str().is_ok_and(|line| line.to_ascii_lowercase().contains(wanted)))
    };
    if !takes("application/json") || !takes("text/event-stream") || !has(&header::CONTENT_TYPE, "application/json") {
        return None;
    }
    let (version, name, capabilities) = match params {
        Params::Call(call) => {
            let meta = &call.meta;
            (meta.get(META_VERSION), Some(call.name.as_str()), meta.get(META_CAPABILITIES))
        }
        Params::Other(params) => {
            let meta = params.as_object()?.get("_meta");
            let of = |name| meta.and_then(|meta| meta.get(name));
            (of(META_VERSION), params.get("name").and_then(Value::as_str), of(META_CAPABILITIES))
        }
    };
    let version = version.and_then(Value::as_str);
    let said = one(&VERSION);
    match version {
        None if session.is_some() && said.is_none_or(is_session_version) => Some(Era::Session),
        Some(STATELESS) if said == Some(STATELESS) => {
            let is_whole = one(&METHOD) == Some("tools/call")
                && one(&NAME) == name
                && capabilities.is_some_and(Value::is_object)
                && !headers.keys().any(|name| name.as_str().starts_with("mcp-param-"));
            is_whole.then_some(Era::Stateless)
        }
        _ => None,
    }
}

/// The newest revision with sessions.
pub(super) const NEWEST: &str = "2025-11-25";

pub(super) fn is_session_version(version: &str) -> bool {
    matches!(version, "2024-11-05" | "2025-03-26" | "2025-06-18" | NEWEST)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in pairs {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn a_call_without_a_session_must_say_all_that_the_revision_wants() {
        let params = json!({"name": "add", "_meta": {META_VERSION: STATELESS, META_CAPABILITIES: {}}});
        let params = Params::Call(serde_json::from_value(params).unwrap());
        let said = [("mcp-protocol-version", STATELESS), ("mcp-method", "tools/call"), ("mcp-name", "add")];
        assert_eq!(era(&headers(&said), &params, None), Some(Era::Stateless));
        for missing in 0..said.len() {
            let mut less = said.to_vec();
            less.remove(missing);
            assert_eq!(era(&headers(&less), &params, None), None, "{missing}");
        }
        let mut twice = said.to_vec();
        twice.push(("mcp-method", "tools/call"));
        assert_eq!(era(&headers(&twice), &params, None), None);
        assert_eq!(era(&headers(&[]), &Params::Other(json!({"name": "add"})), None), None, "no session and no version");
    }
}
