//! One request to a token server, and what its answer means.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use callwright_guard::{Answer, Guard, Outgoing, Redactor, SendError, SendErrorKind};
use callwright_model::{ErrorClass, ToolError, secret::SecretString, tool::http::ClientAuth};
use http::{HeaderMap, HeaderValue, Method, header};
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;
use url::{Url, form_urlencoded};

use super::{Granted, OauthRequest};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const READ_TIMEOUT: Duration = Duration::from_secs(10);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(20);
const MAX_ANSWER_BYTES: usize = 256 << 10;
const MAX_DESCRIPTION: usize = 300;

/// Asks for a token.
pub(super) async fn exchange(guard: &Guard, request: &OauthRequest) -> Result<Granted, ToolError> {
    let url = Url::parse(&request.token_url)
        .map_err(|_| refused("token_url_invalid", "`token_url` is not an address such as https://example.com/token"))?;
    let (headers, body) = form(request)?;
    let outgoing = Outgoing {
        method: Method::POST,
        url,
        headers,
        body,
        connect_timeout: CONNECT_TIMEOUT,
        read_timeout: READ_TIMEOUT,
        deadline: Instant::now() + TOTAL_TIMEOUT,
        // Credentials go where they were sent, and nowhere else.
        redirects: 0,
        max_bytes: MAX_ANSWER_BYTES,
        sensitive: Vec::new(),
    };
    let answer = guard.send(outgoing).await.map_err(|error| unreachable(&error))?;
    read(&answer, request)
}

fn form(request: &OauthRequest) -> Result<(HeaderMap, Bytes), ToolError> {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("grant_type", "client_credentials");
    if !request.scopes.is_empty() {
        form.append_pair("scope", &request.scopes.join(" "));
    }
    if let Some(audience) = &request.audience {
        form.append_pair("audience", audience);
    }
    match request.client_auth {
        ClientAuth::Body => {
            form.append_pair("client_id", &request.client_id);
            form.append_pair("client_secret", request.client_secret.expose());
        }
        ClientAuth::Basic => {
            // RFC 6749 section 2.3.1: both are encoded as form values first.
            let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let pair = format!("{}:{}", encode(&request.client_id), encode(request.client_secret.expose()));
            let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair)))
                .map_err(|_| refused("credential_unusable", "the client's credentials cannot be sent"))?;
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
    }
    Ok((headers, form.finish().into()))
}

/// An answer of section 5.1 or 5.2, read leniently.
#[derive(Deserialize)]
struct TokenAnswer {
    access_token: Option<String>,
    token_type: Option<String>,
    expires_in: Option<Value>,
    error: Option<String>,
    error_description: Option<String>,
}

fn read(answer: &Answer, request: &OauthRequest) -> Result<Granted, ToolError> {
    let status = answer.status.as_u16();
    if status == 429 || status >= 500 {
        let message = format!("the token server cannot give a token now (HTTP {status})");
        return Err(ToolError::new(ErrorClass::NetworkError, "token_server_failed", message));
    }
    let Ok(body) = serde_json::from_slice::<TokenAnswer>(&answer.body) else {
        let message = format!("the token server's answer (HTTP {status}) is not the JSON of RFC 6749");
        return Err(refused("oauth_bad_answer", message));
    };
    if let Some(error) = &body.error {
        return Err(denied(error, body.error_description.as_deref(), request));
    }
    if !answer.status.is_success() {
        return Err(refused("oauth_refused", format!("the token server refused (HTTP {status})")));
    }
    if let Some(kind) = body.token_type.filter(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        let kind: String = kind.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
        return Err(refused(
            "oauth_token_type",
            format!("the token server gave a token of type `{kind}`, not a bearer token"),
        ));
    }
    let token = body.access_token.unwrap_or_default();
    if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(refused("oauth_bad_answer", "the token server's answer has no usable `access_token`"));
    }
    Ok(Granted { token: SecretString::new(token), lifetime: body.expires_in.as_ref().and_then(lifetime) })
}

/// `expires_in` is seconds; some servers put it in quotes or write a fraction.
fn lifetime(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    Duration::try_from_secs_f64(seconds).ok().map(|lifetime| lifetime.min(MAX_LIFETIME))
}

/// No token is kept longer, whatever its server says.
const MAX_LIFETIME: Duration = Duration::from_secs(24 * 3600);

fn denied(error: &str, description: Option<&str>, request: &OauthRequest) -> ToolError {
    let is_code = (1..=40).contains(&error.len()) && error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let error = if is_code { error } else { "refused" };
    let hide = Redactor::new([&request.client_secret]);
    let description = description.map(|text| hide.text(text).chars().take(MAX_DESCRIPTION).collect::<String>());
    let said = description.filter(|text| !text.is_empty()).map(|text| format!(": {text}")).unwrap_or_default();
    let hint = match error {
        "invalid_client" => "; check `client_id`, `client_secret` and `client_auth`",
        "invalid_scope" => "; check `scopes`",
        "unauthorized_client" | "unsupported_grant_type" => "; the client may not use client credentials there",
        _ => "",
    };
    refused(&format!("oauth_{error}"), format!("the token server refused with `{error}`{said}{hint}"))
}

fn refused(code: &str, message: impl Into<String>) -> ToolError {
    ToolError::new(ErrorClass::AuthError, code, message)
}

fn unreachable(error: &SendError) -> ToolError {
    use SendErrorKind as Kind;
    let (class, code) = match error.kind {
        Kind::Blocked => (ErrorClass::PermissionError, "outbound_blocked"),
        Kind::Scheme => (ErrorClass::PermissionError, "url_refused"),
        Kind::ConnectTimeout | Kind::ReadTimeout | Kind::DeadlineExceeded => {
            (ErrorClass::TimeoutError, "token_server_silent")
        }
        Kind::TooLarge | Kind::BadEncoding | Kind::BadResponse | Kind::TooManyRedirects => {
            (ErrorClass::AuthError, "oauth_bad_answer")
        }
        Kind::Dns | Kind::Connect | Kind::Tls | Kind::Reset => (ErrorClass::NetworkError, "token_server_unreachable"),
    };
    ToolError::new(class, code, format!("the token server could not be asked: {}", error.message))
}
