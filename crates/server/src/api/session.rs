//! Signing in and out: the browser session, the short-lived token, and who one is.

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use callwright_model::{Fault, Timestamp, id::OrgId, secret::SecretString};
use callwright_runtime::account::{self, Me, SignIn, SignedIn};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    auth::{self, Authed, ClientAddr, Credential},
    body::{self, Json},
    error::ApiError,
    state::ServerState,
};

pub(crate) fn routes() -> OpenApiRouter<ServerState> {
    OpenApiRouter::new().routes(routes!(sign_in, show, sign_out)).routes(routes!(me)).routes(routes!(get_token))
}

/// Address and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    /// The e-mail address.
    email: String,
    /// The password.
    #[schema(format = Password)]
    password: String,
    /// Into which of one's organizations; the one joined first when absent.
    organization_id: Option<OrgId>,
}

/// A browser session.
#[derive(Serialize, ToSchema)]
struct Session {
    /// Who one is.
    user: Me,
    /// To be sent as `X-CSRF-Token` with everything that is not a GET; absent when a token, not the cookie, was shown.
    csrf_token: Option<String>,
}

/// Sign in. The answer sets the cookie `callwright_session`.
#[utoipa::path(
    post,
    path = "/api/v1/session",
    operation_id = "sign_in",
    tag = "session",
    request_body = Credentials,
    responses(
        (status = 200, description = "Signed in", body = Session, headers(("Set-Cookie" = String))),
        (status = 401, description = "Address and password do not fit", body = crate::error::ErrorBody),
    ),
    extensions(("x-right" = json!("public"))),
)]
async fn sign_in(
    State(state): State<ServerState>,
    ClientAddr(client): ClientAddr,
    headers: HeaderMap,
    Json(request): Json<Credentials>,
) -> Result<Response, ApiError> {
    auth::check_origin(&headers, &state)?;
    let request = SignIn {
        email: request.email,
        password: SecretString::new(request.password),
        organization: request.organization_id,
        client,
    };
    let signed_in = account::sign_in(&state.app, request).await?;
    let user = account::me(&state.app, &signed_in.caller).await?;
    let csrf_token = Some(account::csrf_token(signed_in.token.expose()));
    let cookie = session_cookie(&signed_in, state.app.settings().session_ttl.as_secs(), is_https(&headers, &state))?;
    Ok(([(header::SET_COOKIE, cookie)], Json(Session { user, csrf_token })).into_response())
}

/// The session at hand, with its CSRF token: for a page that was loaded anew.
#[utoipa::path(
    get,
    path = "/api/v1/session",
    operation_id = "get_session",
    tag = "session",
    responses((status = 200, description = "Who one is", body = Session)),
    extensions(("x-right" = json!("self"))),
)]
async fn show(
    State(state): State<ServerState>,
    Authed(caller): Authed,
    headers: HeaderMap,
) -> Result<Json<Session>, ApiError> {
    let user = account::me(&state.app, &caller).await?;
    let csrf_token = match auth::credential(&headers) {
        Some(Credential::Session(text)) => Some(account::csrf_token(text)),
        _ => None,
    };
    Ok(Json(Session { user, csrf_token }))
}

/// Sign out: the session ends and its cookie is taken back.
#[utoipa::path(
    delete,
    path = "/api/v1/session",
    operation_id = "sign_out",
    tag = "session",
    responses((status = 204, description = "Signed out", headers(("Set-Cookie" = String)))),
    extensions(("x-right" = json!("self"))),
)]
async fn sign_out(State(state): State<ServerState>, Authed(caller): Authed) -> Result<Response, ApiError> {
    account::sign_out(&state.app, &caller).await?;
    let name = auth::SESSION_COOKIE;
    let cookie = cookie(format!("{name}=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0"))?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Who one is.
#[utoipa::path(
    get,
    path = "/api/v1/me",
    operation_id = "get_me",
    tag = "session",
    responses((status = 200, description = "Who one is", body = Me)),
    extensions(("x-right" = json!("self"))),
)]
async fn me(State(state): State<ServerState>, Authed(caller): Authed) -> Result<Json<Me>, ApiError> {
    Ok(Json(account::me(&state.app, &caller).await?))
}

/// Address (as `email` or `username`) and password; empty for who shows a valid token.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GetToken {
    /// The e-mail address.
    email: Option<String>,
    /// The e-mail address, by its other name.
    username: Option<String>,
    /// The password.
    #[schema(format = Password)]
    password: Option<String>,
}

/// A short-lived token.
#[derive(Serialize, ToSchema)]
struct TokenGiven {
    /// Always `200`.
    response: &'static str,
    /// The token, to be sent as `X-Token` or `Authorization: Bearer`.
    token: String,
    /// Until when it is good.
    expires_at: Timestamp,
}

/// A short-lived token, for address and password or for a token that is valid.
#[utoipa::path(
    post,
    path = "/token/get_token",
    operation_id = "get_token",
    tag = "session",
    request_body = Option<GetToken>,
    security((), ("token" = []), ("bearer" = []), ("session" = [])),
    responses(
        (status = 200, description = "A token", body = TokenGiven),
        (status = 401, description = "Address and password do not fit, or nothing was shown", body = crate::error::ErrorBody),
    ),
    extensions(("x-right" = json!("public"))),
)]
async fn get_token(
    State(state): State<ServerState>,
    ClientAddr(client): ClientAddr,
    request: Request,
) -> Result<Json<TokenGiven>, ApiError> {
    let (parts, content) = request.into_parts();
    let content = body::read(content, &state).await?;
    let asked: Option<GetToken> =
        if content.is_empty() { None } else { body::parse_as_json(&parts.headers, &content)? };
    let asked = asked.unwrap_or_default();
    let signed_in = match (asked.email.or(asked.username), asked.password) {
        (None, None) => account::renew(&state.app, &auth::authenticate(&parts, &state).await?).await?,
        (Some(email), Some(password)) => {
            let password = SecretString::new(password);
            account::get_token(&state.app, SignIn { email, password, organization: None, client }).await?
        }
        (None, Some(_)) => return Err(Fault::invalid("email", "`email` or `username` is missing").into()),
        (Some(_), None) => return Err(Fault::invalid("password", "`password` is missing").into()),
    };
    let token = signed_in.token.expose().to_owned();
    Ok(Json(TokenGiven { response: "200", token, expires_at: signed_in.expires_at }))
}

fn session_cookie(signed_in: &SignedIn, seconds: u64, is_https: bool) -> Result<HeaderValue, Fault> {
    let (name, secure) = (auth::SESSION_COOKIE, if is_https { "; Secure" } else { "" });
    let text = signed_in.token.expose();
    cookie(format!("{name}={text}; HttpOnly; SameSite=Lax; Path=/; Max-Age={seconds}{secure}"))
}

fn cookie(text: String) -> Result<HeaderValue, Fault> {
    let mut value = HeaderValue::try_from(text).map_err(Fault::internal)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Whether the browser speaks TLS, to us or to a proxy before us.
fn is_https(headers: &HeaderMap, state: &ServerState) -> bool {
    state.options.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
        || headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes().eq_ignore_ascii_case(b"https"))
}
