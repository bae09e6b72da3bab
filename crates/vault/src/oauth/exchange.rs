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

use super::{Granted, OauthRequest, assertion};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const READ_TIMEOUT: Duration = Duration::from_secs(10);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(20);
const MAX_ANSWER_BYTES: usize = 256 << 10;
const MAX_DESCRIPTION: usize = 300;

/// Who asks a token server, and how it shows that.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asker<'a> {
    /// The client's id.
    pub(super) id: &'a str,
    /// Its secret, or its private key.
    pub(super) secret: Option<&'a SecretString>,
    /// How that is shown; none for a client without a secret.
    pub(super) auth: Option<ClientAuth>,
    /// Whom an assertion is for.
    pub(super) audience: &'a str,
    /// Whether the form names the client too where HTTP Basic does: some servers look there first.
    pub(super) is_named: bool,
}

/// Asks for a token with the client's own credentials.
pub(super) async fn exchange(guard: &Guard, request: &OauthRequest) -> Result<Granted, ToolError> {
    let scopes = request.scopes.join(" ");
    let mut fields = vec![("grant_type", "client_credentials")];
    if !scopes.is_empty() {
        fields.push(("scope", &scopes));
    }
    if let Some(audience) = &request.audience {
        fields.push(("audience", audience));
    }
    let asker = Asker {
        id: &request.client_id,
        secret: Some(&request.client_secret),
        auth: Some(request.client_auth),
        audience: request.issuer.as_deref().unwrap_or(&request.token_url),
        is_named: false,
    };
    ask(guard, &request.token_url, &asker, &fields, &[]).await
}

/// Sends one form to a token server and reads what it grants. `hidden` are secrets in the form besides the client's own.
pub(super) async fn ask(
    guard: &Guard,
    token_url: &str,
    asker: &Asker<'_>,
    fields: &[(&str, &str)],
    hidden: &[&SecretString],
) -> Result<Granted, ToolError> {
    let answer = post(guard, token_url, asker, fields).await?;
    let hide = Redactor::new(asker.secret.into_iter().chain(hidden.iter().copied()));
    read(&answer, &hide)
}

/// Sends one form with the client's credentials.
pub(super) async fn post(
    guard: &Guard,
    token_url: &str,
    asker: &Asker<'_>,
    fields: &[(&str, &str)],
) -> Result<Answer, ToolError> {
    let url = Url::parse(token_url)
        .map_err(|_| refused("token_url_invalid", "`token_url` is not an address such as https://example.com/token"))?;
    let (headers, body) = form(asker, fields)?;
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
    guard.send(outgoing).await.map_err(|error| unreachable(&error))
}

fn form(asker: &Asker<'_>, fields: &[(&str, &str)]) -> Result<(HeaderMap, Bytes), ToolError> {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    let secret = asker.secret.map_or("", SecretString::expose);
    match asker.auth {
        None => {
            form.append_pair("client_id", asker.id);
        }
        Some(ClientAuth::Body) => {
            form.append_pair("client_id", asker.id);
            form.append_pair("client_secret", secret);
        }
        Some(ClientAuth::Basic) => {
            if asker.is_named {
                form.append_pair("client_id", asker.id);
            }
            // RFC 6749 section 2.3.1: both are encoded as form values first.
            let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            let pair = format!("{}:{}", encode(asker.id), encode(secret));
            let mut value = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair)))
                .map_err(|_| refused("credential_unusable", "the client's credentials cannot be sent"))?;
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        Some(ClientAuth::PrivateKeyJwt) => {
            form.append_pair("client_id", asker.id);
            form.append_pair("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
            form.append_pair("client_assertion", &assertion::sign(asker.id, asker.audience, secret)?);
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
    refresh_token: Option<String>,
    scope: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

fn read(answer: &Answer, hide: &Redactor) -> Result<Granted, ToolError> {
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
        return Err(denied(error, body.error_description.as_deref(), hide));
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
    Ok(Granted {
        token: SecretString::new(token),
        lifetime: body.expires_in.as_ref().and_then(lifetime),
        refresh: body.refresh_token.filter(|token| !token.is_empty()).map(SecretString::new),
        scope: body.scope,
    })
}

/// `expires_in` is seconds; some servers put it in quotes or write a fraction. A token that has ended when it comes is none
/// that anybody gives: then nothing is said.
fn lifetime(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    let lifetime = Duration::try_from_secs_f64(seconds).ok().filter(|lifetime| *lifetime >= Duration::from_secs(1));
    lifetime.map(|lifetime| lifetime.min(LONGEST))
}

/// A longer life than ten years is nonsense.
const LONGEST: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// What a server's own word for an error means. Anything but such a word is told as `refused`.
pub(super) fn denied(error: &str, description: Option<&str>, hide: &Redactor) -> ToolError {
    let is_code = (1..=40).contains(&error.len()) && error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let error = if is_code { error } else { "refused" };
    let description = description.map(|text| hide.text(text).chars().take(MAX_DESCRIPTION).collect::<String>());
    let said = description.filter(|text| !text.is_empty()).map(|text| format!(": {text}")).unwrap_or_default();
    let hint = match error {
        "invalid_client" => "; check `client_id`, `client_secret` and `client_auth`",
        "invalid_scope" => "; check `scopes`",
        "unauthorized_client" | "unsupported_grant_type" => "; the client may not ask for tokens in this way there",
        _ => "",
    };
    refused(&format!("oauth_{error}"), format!("the token server refused with `{error}`{said}{hint}"))
}

pub(super) fn refused(code: &str, message: impl Into<String>) -> ToolError {
    ToolError::new(ErrorClass::AuthError, code, message)
}

pub(super) fn unreachable(error: &SendError) -> ToolError {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_lifetime_is_what_the_server_says_unless_that_is_nonsense() {
        for (said, seconds) in [
            (json!(5_184_000), Some(5_184_000)),
            (json!("40"), Some(40)),
            (json!(3599.5), Some(3599)),
            (json!(1), Some(1)),
            (json!(0), None),
            (json!(-1), None),
            (json!("never"), None),
            (json!(null), None),
            (json!(1e12), Some(LONGEST.as_secs())),
        ] {
            assert_eq!(lifetime(&said).map(|lifetime| lifetime.as_secs()), seconds, "{said}");
        }
    }
}
