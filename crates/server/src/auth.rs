//! Who is asking: from `X-Token`, `Authorization: Bearer` or the session cookie.
//!
//! A cookie is sent by the browser whoever made it send it, so a request that a cookie identifies must
//! also show that it comes from our own pages: a `X-CSRF-Token` derived from the session for anything
//! that changes something, and our own `Origin` for a WebSocket.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use callwright_model::{Fault, FaultKind, account::Caller};
use callwright_runtime::account;
use http::{HeaderMap, HeaderName, Method, header, request::Parts};
use url::Url;

use crate::{error::ApiError, request_id, state::ServerState};

/// The cookie that carries a browser session.
pub const SESSION_COOKIE: &str = "callwright_session";
/// `X-Token`.
pub const X_TOKEN: HeaderName = HeaderName::from_static("x-token");
/// `X-CSRF-Token`.
pub const X_CSRF_TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");

/// Somebody we know. A handler that takes this answers 401 to everybody else.
#[derive(Debug, Clone)]
pub struct Authed(pub Caller);

/// Where the request came from, to slow down those who guess.
#[derive(Debug, Clone, Copy)]
pub struct ClientAddr(pub IpAddr);

/// What a request shows to say who is asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential<'a> {
    /// A token in a header.
    Token(&'a str),
    /// The session cookie.
    Session(&'a str),
}

impl FromRequestParts<ServerState> for Authed {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, ApiError> {
        Ok(Self(authenticate(parts, state).await?))
    }
}

impl FromRequestParts<ServerState> for ClientAddr {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let forwarded = if state.options.behind_proxy { forwarded_for(&parts.headers) } else { None };
        Ok(Self(forwarded.or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical()))
    }
}

/// The caller of a request, or why there is none.
pub async fn authenticate(parts: &Parts, state: &ServerState) -> Result<Caller, Fault> {
    let mut caller = match credential(&parts.headers) {
        None => return Err(unauthenticated("this needs a token: send it as `X-Token` or `Authorization: Bearer`")),
        Some(Credential::Token(text)) => account::authenticate(&state.app, text).await?,
        Some(Credential::Session(text)) => {
            let caller = account::authenticate(&state.app, text).await?;
            if !caller.by_session {
                return Err(unauthenticated("the session cookie does not hold a session; sign in again"));
            }
            check_cookie_request(parts, state, text)?;
            caller
        }
    };
    caller.request_id = request_id::of(&parts.headers);
    let span = tracing::Span::current();
    if !span.is_disabled() {
        span.record("org_id", tracing::field::display(caller.org_id));
        span.record("user_id", tracing::field::display(caller.user_id));
    }
    Ok(caller)
}

/// What the headers show. A token in a header goes before a cookie.
pub fn credential(headers: &HeaderMap) -> Option<Credential<'_>> {
    if let Some(token) = headers.get(X_TOKEN) {
        return Some(Credential::Token(token.to_str().unwrap_or_default().trim()));
    }
    if let Some(token) = headers.get(header::AUTHORIZATION).and_then(|value| bearer(value.to_str().ok()?)) {
        return Some(Credential::Token(token));
    }
    session_cookie(headers).map(Credential::Session)
}

/// Refuses a request that some other site made a browser send. One without `Origin` and `Sec-Fetch-Site` passes.
pub fn check_origin(headers: &HeaderMap, state: &ServerState) -> Result<(), Fault> {
    let site = headers.get("sec-fetch-site").map(|value| value.as_bytes());
    if site.is_some_and(|site| site != b"same-origin" && site != b"none") {
        return Err(cross_site());
    }
    match headers.get(header::ORIGIN) {
        Some(origin) if !is_own_origin(origin.to_str().unwrap_or_default(), headers, state) => Err(cross_site()),
        _ => Ok(()),
    }
}

/// A fault for somebody we do not know.
pub fn unauthenticated(message: &str) -> Fault {
    Fault::new(FaultKind::Unauthenticated, "unauthenticated", message)
}

fn check_cookie_request(parts: &Parts, state: &ServerState, session: &str) -> Result<(), Fault> {
    if parts.headers.contains_key(header::UPGRADE) {
        // A browser always sends `Origin` with a WebSocket, and cannot send a header of our own.
        if !parts.headers.contains_key(header::ORIGIN) {
            return Err(cross_site());
        }
        return check_origin(&parts.headers, state);
    }
    if matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return Ok(());
    }
    check_origin(&parts.headers, state)?;
    let given = parts.headers.get(X_CSRF_TOKEN).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if account::is_csrf_token(session, given) {
        return Ok(());
    }
    Err(Fault::new(
        FaultKind::Forbidden,
        "csrf",
        "with a session cookie this needs the header `X-CSRF-Token`: take it from `GET /api/v1/session`",
    ))
}

fn cross_site() -> Fault {
    Fault::new(FaultKind::Forbidden, "cross_site", "this came from another site than the server's own")
}

pub(crate) fn is_own_origin(origin: &str, headers: &HeaderMap, state: &ServerState) -> bool {
    let Ok(origin) = Url::parse(origin) else { return false };
    if !matches!(origin.scheme(), "http" | "https") {
        return false;
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    // The host is read with the origin's scheme, so that a default port may stand on either side.
    let own = host.and_then(|host| Url::parse(&format!("{}://{host}", origin.scheme())).ok());
    own.is_some_and(|own| own.origin() == origin.origin())
        || state.options.public_url.as_ref().is_some_and(|public| public.origin() == origin.origin())
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn session_cookie(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == SESSION_COOKIE && !value.is_empty()).then_some(value))
}

fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    #[test]
    fn a_header_goes_before_a_cookie_and_other_schemes_are_passed_over() {
        let both = headers(&[("cookie", "a=1; callwright_session=s"), ("authorization", "bearer  t")]);
        assert_eq!(credential(&both), Some(Credential::Token("t")));
        let basic = headers(&[("cookie", "a=1; callwright_session=s"), ("authorization", "Basic dTpw")]);
        assert_eq!(credential(&basic), Some(Credential::Session("s")));
        assert_eq!(
            credential(&headers(&[("x-token", "x"), ("authorization", "Bearer t")])),
            Some(Credential::Token("x"))
        );
        assert_eq!(credential(&headers(&[("cookie", "callwright_session=")])), None);
    }

    #[test]
    fn the_last_forwarded_address_is_the_one_that_our_proxy_saw() {
        assert_eq!(
            forwarded_for(&headers(&[("x-forwarded-for", "1.1.1.1, 10.0.0.7")])),
            Some("10.0.0.7".parse().unwrap())
        );
        assert_eq!(forwarded_for(&headers(&[("x-forwarded-for", "unknown")])), None);
    }
}
