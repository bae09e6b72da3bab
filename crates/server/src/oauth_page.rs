//! `/oauth/callback`: where authorization servers send people back to, and `/oauth/client-metadata.json`: who we are.
//!
//! The page says what happened, in words. It shows no token, runs no script, and the address with its code is not passed on.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use callwright_model::{Fault, FaultKind};
use callwright_runtime::{
    account,
    authorizations::{self, Arrival, Returned},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use serde_json::Value;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    approval_page::escape,
    auth::{self, Credential},
    body::Json,
    error::{self, ApiError},
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(callback)).routes(routes!(client_metadata))
}

/// Where people come back to who signed in at an authorization server. What they come back with is good once. A browser
/// without a session of whoever began it is shown a code, to be handed in where it was begun.
#[utoipa::path(
    get,
    path = "/oauth/callback",
    operation_id = "oauth_callback",
    tag = "oauth",
    params(
        ("state" = Option<String>, Query, description = "Who is on the way"),
        ("code" = Option<String>, Query, description = "What tokens are given for"),
        ("iss" = Option<String>, Query, description = "The authorization server (RFC 9207)"),
        ("error" = Option<String>, Query, description = "That nothing was allowed"),
        ("error_description" = Option<String>, Query, description = "Why"),
    ),
    responses(
        (status = 200, description = "A page for people", body = String, content_type = "text/html"),
        (status = 410, description = "Nobody is on the way with this `state` (any more)"),
    ),
    extensions(("x-right" = json!("public"))),
)]
async fn callback(State(state): State<ServerState>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let answered = match method {
        Method::GET => answer(&state, &uri, &headers).await,
        // What looks at links before people do must not use them up.
        _ => Err(Fault::new(FaultKind::Invalid, "method_not_allowed", "people come back here with GET").into()),
    };
    let mut response = answered.into_response();
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn answer(state: &ServerState, uri: &Uri, headers: &HeaderMap) -> Result<Response, ApiError> {
    let returned = Returned::of_query(uri.query().unwrap_or_default());
    let who = match auth::credential(headers) {
        Some(Credential::Session(text)) => account::authenticate(&state.app, text).await.ok(),
        _ => None,
    };
    let who = who.filter(|caller| caller.by_session);
    match Box::pin(authorizations::returned(&state.app, who, returned)).await {
        Ok(Arrival::Connected { name }) => {
            let text = format!("<p>Callwright may now use <b>{}</b>. You can close this page.</p>", escape(&name));
            Ok(page(StatusCode::OK, "Connected", &text))
        }
        Ok(Arrival::ToConfirm { name, code }) => {
            let text = format!(
                "<p>One step is left: hand in this code where you began to connect <b>{}</b>.</p><p class=code>{code}</p>\
                 <p>If you did not begin it yourself, close this page, and give the code to nobody.</p>",
                escape(&name)
            );
            Ok(page(StatusCode::OK, "Almost connected", &text))
        }
        Err(fault) if wants_page(headers) && fault.kind != FaultKind::Internal => {
            let text = format!("<p>{}</p>", escape(&fault.message));
            Ok(page(error::status(&fault), "Not connected", &text))
        }
        Err(fault) => Err(fault.into()),
    }
}

/// Who we are, for authorization servers that take the address of such a document for a client's id. Only where this server
/// has an `https` address.
#[utoipa::path(
    get,
    path = "/oauth/client-metadata.json",
    operation_id = "oauth_client_metadata",
    tag = "oauth",
    responses(
        (status = 200, description = "The document", body = Object),
        (status = 404, description = "This server has no `https` address", body = crate::error::ErrorBody),
    ),
    extensions(("x-right" = json!("public"))),
)]
async fn client_metadata(State(state): State<ServerState>) -> Result<Json<Value>, ApiError> {
    let document = authorizations::client_document(&state.app).ok_or_else(|| {
        let message = "this server has no `https` address (`public_url`), so it is known to nobody by this document";
        Fault::new(FaultKind::NotFound, "not_found", message)
    })?;
    Ok(Json(document))
}

/// Browsers say that they want a page.
fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

fn page(status: StatusCode, title: &str, text: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>\
         <title>{title}</title><style>body{{font:16px/1.5 system-ui,sans-serif;background:#0d1117;color:#e6edf3;\
         max-width:42rem;margin:2rem auto;padding:0 1rem}}.code{{font:2rem monospace;letter-spacing:.1em}}</style>\
         <h1>{title}</h1>{text}</html>"
    );
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(
                "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
            ),
        ),
    ];
    (status, headers, html).into_response()
}
