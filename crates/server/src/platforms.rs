//! Voice platforms that call tools by webhooks of their own: each a thin translation over the same runtime.

mod retell;
mod vapi;

use std::time::Duration;

use axum::extract::{FromRequestParts, Request};
use bytes::Bytes;
use callwright_model::{Fault, FaultKind, Object, account::Caller, hook::HookPlatform};
use callwright_runtime::{
    account,
    hooks::admit::{self, Admitted, Presented},
};
use http::request::Parts;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::{self, ClientAddr},
    body, request_id,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new()
        .routes(routes!(vapi::tools))
        .routes(routes!(vapi::tools_of_agent))
        .routes(routes!(retell::post, retell::get))
}

/// Who called us, and with what.
struct Arrived {
    caller: Caller,
    admitted: Option<Admitted>,
    wait: Duration,
    parts: Parts,
    body: Bytes,
}

/// Reads a request of a platform and finds out who sent it: by the hook that its address names (`?hook=`), by a hook's
/// secret in a header, or by a token of ours.
async fn arrive(state: &ServerState, platform: HookPlatform, request: Request) -> Result<Arrived, Fault> {
    let (mut parts, body) = request.into_parts();
    let hook = query(&parts, "hook");
    if hook.is_none() && auth::credential(&parts.headers).is_none() && !parts.headers.contains_key("x-vapi-secret") {
        // Nobody's body is not waited for.
        by_token(&parts, state).await?;
    }
    let bytes = body::read(body, state).await?;
    let Ok(ClientAddr(address)) = ClientAddr::from_request_parts(&mut parts, state).await;
    let presented = Presented {
        headers: &parts.headers,
        method: parts.method.as_str(),
        url: whole_url(state, &parts),
        body: &bytes,
        address,
    };
    let admitted = match hook {
        Some(id) => Some(admit::by_id(&state.app, &id, platform, &presented).await?),
        None => admit::by_secret(&state.app, platform, &presented).await?,
    };
    let mut caller = match &admitted {
        Some(admitted) => admitted.caller.clone(),
        None => by_token(&parts, state).await?,
    };
    caller.request_id = request_id::of(&parts.headers);
    let wait_ms = admitted.as_ref().map_or(platform.wait_ms(), |admitted| admitted.hook.rules.wait_ms);
    Ok(Arrived { caller, admitted, wait: Duration::from_millis(wait_ms.into()), parts, body: bytes })
}

/// The address to which a request was sent, as its sender knows it.
pub(crate) fn whole_url(state: &ServerState, parts: &Parts) -> String {
    state.app.public_address(parts.uri.path_and_query().map_or("/", |path| path.as_str()))
}

/// A token of ours, also where Vapi sends what it calls a secret.
async fn by_token(parts: &Parts, state: &ServerState) -> Result<Caller, Fault> {
    if auth::credential(&parts.headers).is_none()
        && let Some(text) = parts.headers.get("x-vapi-secret").and_then(|value| value.to_str().ok())
    {
        return account::authenticate(&state.app, text.trim()).await;
    }
    if auth::credential(&parts.headers).is_none()
        && parts.headers.keys().any(|name| name.as_str().ends_with("signature"))
    {
        let message = "a signature alone does not say whose it is: the address has to name the hook, as `?hook=hook_…`";
        return Err(Fault::new(FaultKind::Unauthenticated, "unauthenticated", message));
    }
    auth::authenticate(parts, state).await
}

/// A value of the query.
fn query(parts: &Parts, name: &str) -> Option<String> {
    pairs(parts).find(|(key, _)| key == name).map(|(_, value)| value)
}

fn pairs(parts: &Parts) -> impl Iterator<Item = (String, String)> + '_ {
    let query = parts.uri.query().unwrap_or_default();
    url::form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned()))
}

/// A text of an object, by the names that lead to it.
fn text<'a>(object: Option<&'a Object>, path: &[&str]) -> Option<&'a str> {
    let (first, rest) = path.split_first()?;
    let mut value = object?.get(*first)?;
    for name in rest {
        value = value.get(*name)?;
    }
    value.as_str().filter(|text| !text.is_empty() && text.len() <= 512)
}
